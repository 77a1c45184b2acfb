"""Delegations for a time away: made, ended, and the requests that wait asked anew when one begins or ends."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from inventory_midplatform.domain.approval_delegations import Delegation, leads_back
from inventory_midplatform.domain.approval_flow import WAITING
from inventory_midplatform.domain.errors import Conflict, InvalidInput, InventoryError, NotPermitted
from inventory_midplatform.domain.roles import MANAGER
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services import document_locks, modules
from inventory_midplatform.services.approval import asking, away
from inventory_midplatform.services.approval.approvers import SYSTEM_MANAGER
from inventory_midplatform.services.approval.away import DOCTYPE

AT_ONCE = 50
"""So many requests are asked anew in the transaction that makes or ends a delegation; more are left to the next job."""

_OF_USER = "SELECT * FROM `tabApproval Delegation` WHERE user = %(user)s ORDER BY from_date, name"
_OF_OTHERS = """
SELECT * FROM `tabApproval Delegation`
WHERE enabled = 1 AND from_date <= %(last)s AND to_date >= %(first)s ORDER BY name
"""
_FOR_USER = """
SELECT * FROM `tabApproval Delegation`
WHERE delegate = %(user)s AND enabled = 1 AND to_date >= %(today)s ORDER BY from_date, name
"""
_CHANGED = """
SELECT name FROM `tabApproval Delegation`
WHERE (enabled = 1 AND from_date <= %(today)s AND to_date >= %(today)s AND is_applied = 0)
	OR (is_applied = 1 AND (enabled = 0 OR from_date > %(today)s OR to_date < %(today)s))
ORDER BY name
"""
_WAITING = """
SELECT DISTINCT parent FROM `tabApproval Decision`
WHERE user IN %(users)s AND decision = %(waiting)s AND (user = %(user)s OR other_user IS NOT NULL)
ORDER BY parent LIMIT %(limit)s
"""
_NAMES = "SELECT name, full_name FROM `tabUser` WHERE name IN %(users)s ORDER BY name"
_ENABLED = "SELECT enabled FROM `tabUser` WHERE name = %(user)s"


def set_away(ctx: Context, delegate: str, from_date: date, to_date: date, reason: str = "") -> str:
	"""Delegate what waits for this user's approval from one day to another, both included; return the delegation's name.

	Where it begins today, open requests are asked anew. Locks the user and these requests. Raises what
	:func:`check_delegation` raises, and Conflict (``module_off``).
	"""
	modules.require(ctx, "approval")
	values = {
		"user": ctx.identity.user,
		"delegate": delegate,
		"from_date": from_date,
		"to_date": to_date,
		"enabled": 1,
		"reason": reason,
	}
	name = ctx.documents.create(DOCTYPE, values)
	apply(ctx, name)
	return name


def end_away(ctx: Context) -> None:
	"""End this user's delegations, those that have not begun too; what waits comes back. Locks what :func:`set_away` locks.

	Raises Conflict (``not_away``, ``module_off``).
	"""
	modules.require(ctx, "approval")
	document_locks.lock(ctx, [("User", ctx.identity.user)])
	mine = _not_over(ctx, ctx.identity.user, ctx.store.for_update)
	if not mine:
		raise Conflict("You have delegated your approvals to nobody.", code="not_away")
	for row in mine:
		ctx.documents.update(DOCTYPE, row["name"], {"enabled": 0})
		apply(ctx, row["name"])


def get_away(ctx: Context) -> Row:
	"""Return this user's delegations that are not over, and those by which this user decides for others. Changes nothing."""
	today = ctx.clock.now().date()
	mine = [_shown(row, today) for row in _not_over(ctx, ctx.identity.user)]
	rows = ctx.store.rows(_FOR_USER, {"user": ctx.identity.user, "today": today})
	for_others = [_shown(row, today) for row in rows]
	users = {user for row in (*mine, *for_others) for user in (row["user"], row["delegate"])}
	names = ctx.store.rows(_NAMES, {"users": sorted(users)}) if users else []
	return {
		"mine": mine,
		"for_others": for_others,
		"names": {row["name"]: row["full_name"] or row["name"] for row in names},
	}


def _shown(row: Row, today: date) -> Row:
	return {
		**{field: row[field] for field in ("name", "user", "delegate", "from_date", "to_date")},
		"reason": row["reason"] or "",
		"is_now": row["from_date"] <= today <= row["to_date"],
	}


def _not_over(ctx: Context, user: str, lock: str = "") -> list[Row]:
	today = ctx.clock.now().date()
	rows = ctx.store.rows(_OF_USER + lock, {"user": user})
	return [row for row in rows if row["enabled"] and row["to_date"] >= today]


def check_delegation(ctx: Context, record: Mapping[str, Any]) -> Row:
	"""Check a delegation that is about to be saved. Locks its user, and reads under that lock.

	Raises NotPermitted (``not_own_delegation``), InvalidInput (``delegate_is_user``, ``user_disabled``,
	``to_before_from``, ``is_over``, ``invalid_input``, ``markup``) or Conflict (``overlapping_delegation``,
	``leads_back``, ``delegation_began``).
	"""
	stored = {row["name"]: row for row in _locked(ctx, str(record.get("user") or ""))}
	before = stored.pop(str(record.get("name") or ""), None)
	_require_own(ctx, str(record.get("user") or ""))
	require_plain(str(record.get("reason") or ""), "reason")
	new = _delegation(record)
	if new.user == new.delegate:
		raise InvalidInput("Nobody delegates to themselves.", code="delegate_is_user", delegate=new.delegate)
	if new.to_date < new.from_date:
		raise InvalidInput("It ends before it begins.", code="to_before_from", field="to_date")
	if before and before["is_applied"] and _delegation(before).delegate != new.delegate:
		raise Conflict(
			"This delegation has begun: end it, and make one to {delegate}.",
			code="delegation_began",
			delegate=new.delegate,
		)
	if int(record.get("enabled") or 0):
		_check_enabled(ctx, new, before, [_delegation(row) for row in stored.values() if row["enabled"]])
	return {}


def _locked(ctx: Context, user: str) -> list[Row]:
	document_locks.lock(ctx, [("User", user)])
	return ctx.store.rows(_OF_USER + ctx.store.for_update, {"user": user})


def _require_own(ctx: Context, user: str) -> None:
	if user != ctx.identity.user and not ctx.identity.roles & {MANAGER, SYSTEM_MANAGER}:
		raise NotPermitted(
			"People delegate their own approvals; managers those of others too.", code="not_own_delegation"
		)


def _check_enabled(ctx: Context, new: Delegation, before: Row | None, own: list[Delegation]) -> None:
	if before is None and new.to_date < ctx.clock.now().date():
		raise InvalidInput("{to_date} is over already.", code="is_over", to_date=new.to_date.isoformat())
	found = ctx.store.rows(_ENABLED, {"user": new.delegate})
	if not found:
		raise InvalidInput(
			"{target} {value} does not exist.", code="unknown_link", target="User", value=new.delegate[:60]
		)
	if not found[0]["enabled"]:
		raise InvalidInput("{user} is disabled.", code="user_disabled", user=new.delegate)
	for other in own:
		if new.overlaps(other):
			raise Conflict(
				"{user} has delegated to {delegate} from {from_date} to {to_date} already.",
				code="overlapping_delegation",
				user=new.user,
				delegate=other.delegate,
				from_date=other.from_date.isoformat(),
				to_date=other.to_date.isoformat(),
			)
	others = ctx.store.rows(_OF_OTHERS, {"first": new.from_date, "last": new.to_date})
	if leads_back(new, [_delegation(row) for row in others]):
		raise Conflict(
			"{delegate} is away in this time too, and what they delegate comes back to {user}.",
			code="leads_back",
			delegate=new.delegate,
			user=new.user,
		)


def require_ended(row: Mapping[str, Any]) -> None:
	"""Refuse to delete a delegation in force: what waits would not come back. Raises Conflict (``delegation_in_force``)."""
	if int(row.get("is_applied") or 0):
		raise Conflict("This delegation is in force. End it first.", code="delegation_in_force")


def _delegation(row: Mapping[str, Any]) -> Delegation:
	return Delegation(
		str(row.get("user") or ""),
		str(row.get("delegate") or ""),
		_day(row, "from_date"),
		_day(row, "to_date"),
		str(row.get("name") or ""),
	)


def _day(row: Mapping[str, Any], field: str) -> date:
	try:
		return date.fromisoformat(str(row.get(field))[:10])
	except ValueError:
		raise InvalidInput("{field} is no day.", code="invalid_input", field=field) from None


def changed(ctx: Context) -> list[str]:
	"""Return the delegations that began or ended since open requests were asked anew for them."""
	return [row["name"] for row in ctx.store.rows(_CHANGED, {"today": ctx.clock.now().date()})]


def apply(ctx: Context, name: str) -> None:
	"""Ask the open requests anew that a delegation is for, if it began or ended and they are few; else the next job does it.

	A request that has nobody to ask now is left as it is; where somebody decides at the same moment, all are left to the job.
	Locks the requests.
	"""
	if name not in changed(ctx):
		return
	names = waiting(ctx, name, AT_ONCE + 1)
	if len(names) > AT_ONCE:
		return
	for request in names:
		try:
			with ctx.store.savepoint():
				asking.ask_again(ctx, request)
		except InventoryError:
			continue
		except SnapshotConflict:
			return
	applied(ctx, name)


def waiting(ctx: Context, name: str, limit: int = 10**6) -> list[str]:
	"""Return the open requests that wait for the user of a delegation, or for those who decide instead of somebody."""
	rows = ctx.store.rows("SELECT * FROM `tabApproval Delegation` WHERE name = %(name)s", {"name": name})
	if not rows:
		return []
	delegates = away.on(ctx, ctx.clock.now().date())
	users = {rows[0]["user"]}
	following: str | None = rows[0]["delegate"]
	while following and following not in users:
		users.add(following)
		following = delegates.get(following)
	about = {
		"users": sorted(users),
		"user": rows[0]["user"],
		"waiting": WAITING,
		"limit": limit,
	}
	return [row["parent"] for row in ctx.store.rows(_WAITING, about)]


def applied(ctx: Context, name: str) -> None:
	"""Note that the open requests were asked anew for a delegation as it is today."""
	ctx.store.execute(
		"UPDATE `tabApproval Delegation` SET is_applied ="
		" (enabled = 1 AND from_date <= %(today)s AND to_date >= %(today)s) WHERE name = %(name)s",
		{"today": ctx.clock.now().date(), "name": name},
	)
