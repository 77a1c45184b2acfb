"""Approvals as people see them: what waits for them, what they requested, one request with its history."""

from collections.abc import Collection, Sequence

from inventory_midplatform.domain.approval_conditions import Condition, Values
from inventory_midplatform.domain.approval_flow import ADDED, APPROVED, DELEGATED, OPEN, RETURNED, WAITING
from inventory_midplatform.domain.approval_history import happened, in_order, when
from inventory_midplatform.domain.approval_policy import Step
from inventory_midplatform.domain.quantity import from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Order, Query, any_of, compiled, table, value
from inventory_midplatform.services.approval import approval_requests, deciding, time_limits
from inventory_midplatform.services.approval.approval_requests import DOCTYPE, ROWS, LockedRequest

TO_DECIDE, REQUESTED, OF_DOCUMENT = "to_decide", "requested", "of_document"

COLUMNS = (
	"name",
	"document_type",
	"document_name",
	"policy",
	"policy_version",
	"applicant",
	"requested_at",
	"state",
	"current_step",
	"round",
	"due_at",
	"remind_at",
	"reason",
	"subject",
	"amount",
	"currency",
	"closed_at",
)
HIDE_AMOUNTS = frozenset(("Inventory Request",))
"""Whose amounts are for cost readers alone. Of the others who may read a document sees its amount there."""


def list_requests(
	ctx: Context,
	*,
	only: str = TO_DECIDE,
	state: str = "",
	doctype: str = "",
	document: str = "",
	limit: int = 50,
	offset: int = 0,
) -> Row:
	"""Return a page of approval requests, the latest first: that wait for this user, that they requested, or about a
	document that they may read. Changes nothing.

	Raises what ``approval_requests.readable`` raises.
	"""
	t = table(DOCTYPE)
	query = Query.from_(t).select(*(getattr(t, column) for column in COLUMNS))
	if only == OF_DOCUMENT:
		name = approval_requests.readable(ctx, doctype, document)["name"]
		query = query.where((t.document_type == value(doctype)) & (t.document_name == value(name)))
	elif only == REQUESTED:
		query = query.where(t.applicant == value(ctx.identity.user))
	else:
		query = query.where(t.name.isin(_waiting_for(ctx)))
	if state:
		query = query.where(t.state == value(state))
	query = _of_seen_warehouses(ctx, query)
	query = query.orderby(t.creation, order=Order.desc).orderby(t.name, order=Order.desc)
	rows = ctx.store.rows(*compiled(query.limit(limit + 1).offset(offset)))
	page = rows[:limit]
	waiting = _waiting(ctx, [row["name"] for row in page])
	return {
		"requests": [_request(ctx, row, waiting.get(row["name"], [])) for row in page],
		"names": _full_names(
			ctx, {*(row["applicant"] for row in page), *(u for users in waiting.values() for u in users)}
		),
		"has_more": len(rows) > limit,
	}


def count(ctx: Context) -> int:
	"""Return how many requests wait for this user."""
	t = table(DOCTYPE)
	query = _of_seen_warehouses(ctx, Query.from_(t).select(t.name)).where(t.name.isin(_waiting_for(ctx)))
	sql, parameters = compiled(query)
	return int(ctx.store.rows(f"SELECT COUNT(*) AS n FROM ({sql}) waiting", parameters)[0]["n"])


def _waiting_for(ctx: Context) -> Query:
	d = table(ROWS)
	is_waiting = (d.user == value(ctx.identity.user)) & (d.decision == value(WAITING))
	return Query.from_(d).select(d.parent).where(is_waiting)


def _of_seen_warehouses(ctx: Context, query: Query) -> Query:
	if ctx.identity.warehouses is None:
		return query
	t = table(DOCTYPE)
	seen = any_of(t.warehouse, sorted(ctx.identity.warehouses))
	return query.where(seen | t.warehouse.isnull() | (t.warehouse == value("")))


def get(ctx: Context, name: str) -> Row:
	"""Return a request with its history, its way, and what this user may do. Raises NotFound or NotPermitted."""
	locked = approval_requests.seen(ctx, name)
	rows = locked.rows()
	waiting = [row["user"] for row in rows if row["decision"] == WAITING]
	left, resumes_at = time_limits.left(ctx, locked.policy, locked.row["due_at"], ctx.clock.now())
	returns = deciding.earlier_steps(locked) if "return" in _may(locked, waiting) else []
	return {
		**_request(ctx, locked.row, waiting),
		"may": _may(locked, waiting),
		"hours_left": left,
		"resumes_at": resumes_at,
		"return_to": [{"step": step.number, "title": step.title} for step in returns],
		"path": _way(locked),
		"reasons": [reason.as_dict() for reason in _why_asked(locked, rows)],
		"decisions": [_decision(row, happened(row, rows)) for row in in_order(rows)],
		"names": _names(ctx, locked, rows),
	}


def _decision(row: Row, said: Sequence[Reason]) -> Row:
	texts = ("title", "decision", "reason", "place", "attachment", "user", "other_user")
	numbers = ("step", "to_step", "round", "is_void")
	return {
		**{field: row[field] or "" for field in texts},
		**{field: int(row[field] or 0) for field in numbers},
		"asked_at": row["asked_at"],
		"decided_at": row["decided_at"],
		"at": when(row),
		"happened": [reason.as_dict() for reason in said],
	}


def _way(locked: LockedRequest) -> list[Row]:
	"""Return the steps in the order of the document's way, then those that it does not take."""
	taken = [step for step, _ in locked.policy.path(locked.facts.values)]
	numbers = [step.number for step in taken]
	here = numbers.index(locked.step) if locked.step in numbers else None
	state = locked.row["state"]
	ended = "done" if state == APPROVED else "ahead"
	if here is None:
		states = [ended] * len(taken)
	else:
		states = ["done" if i < here else "waiting" if i == here else "ahead" for i in range(len(taken))]
	others = [step for step in locked.policy.steps if step.number not in numbers]
	return [
		{"step": step.number, "kind": step.kind, "title": step.title, "state": now}
		for step, now in (*zip(taken, states, strict=True), *((step, "skipped") for step in others))
	]


def _why_asked(locked: LockedRequest, rows: Sequence[Row]) -> list[Reason]:
	"""Return why the request is where it is: the branches that it took, and who delegated it to this user or added them."""
	reasons: list[Reason] = []
	for step, branch in locked.policy.path(locked.facts.values):
		if step.number == locked.step:
			break
		if branch:
			reasons += (
				why(branch.conditions, locked.facts.values) if branch.conditions else _otherwise(step, locked)
			)
	me = locked.ctx.identity.user
	for row in rows:
		if row["decision"] == WAITING and row["user"] == me and row["other_user"]:
			reasons.append(Reason("{user} is away, and you decide instead.", user=row["other_user"]))
		if row["other_user"] == me and not int(row["is_void"] or 0):
			about = {"user": row["user"], "reason": row["reason"] or "–"}
			if int(row["step"] or 0) == locked.step and row["decision"] == DELEGATED:
				reasons.append(Reason("{user} delegated it to you: {reason}", **about))
			elif int(row["step"] or 0) == locked.step and row["decision"] == ADDED:
				reasons.append(Reason("{user} added you: {reason}", **about))
	return reasons


def _otherwise(step: Step, locked: LockedRequest) -> list[Reason]:
	conditions = [c for branch in step.branches for c in branch.conditions]
	return why(conditions, locked.facts.values)


def _names(ctx: Context, locked: LockedRequest, rows: Sequence[Row]) -> Row:
	return _full_names(
		ctx, {locked.facts.applicant, *(row["user"] for row in rows), *(row["other_user"] for row in rows)}
	)


def _full_names(ctx: Context, people: Collection[str | None]) -> Row:
	users = {user for user in people if user}
	if not users:
		return {}
	sql = "SELECT name, full_name FROM `tabUser` WHERE name IN %(users)s ORDER BY name"
	return {r["name"]: r["full_name"] or r["name"] for r in ctx.store.rows(sql, {"users": sorted(users)})}


def _waiting(ctx: Context, names: Sequence[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	if names:
		sql = (
			f"SELECT parent, user FROM `tab{ROWS}` WHERE parent IN %(names)s AND decision = %(waiting)s"
			" ORDER BY parent, idx"
		)
		for row in ctx.store.rows(sql, {"names": list(names), "waiting": WAITING}):
			found.setdefault(row["parent"], []).append(row["user"])
	return found


def _request(ctx: Context, row: Row, waits_for: Sequence[str]) -> Row:
	may = ["approve", "reject"] if ctx.identity.user in waits_for else []
	if row["state"] in (OPEN, RETURNED) and approval_requests.may_withdraw(ctx, row["applicant"]):
		may.append("withdraw")
	seen = row["document_type"] not in HIDE_AMOUNTS or reads_costs(ctx.identity.roles)
	amount = from_store(row["amount"])
	return {
		**{k: row[k] for k in ("name", "document_type", "document_name", "policy", "applicant", "state")},
		"policy_version": int(row["policy_version"] or 0),
		"requested_at": row["requested_at"],
		"closed_at": row["closed_at"],
		"due_at": row["due_at"],
		"remind_at": row["remind_at"],
		"step": int(row["current_step"] or 0),
		"round": int(row["round"] or 1),
		"reason": row["reason"] or "",
		"title": row["subject"] or "",
		"amount": to_text(amount) if seen and amount else None,
		"currency": row["currency"] or "",
		"waits_for": list(dict.fromkeys(waits_for)),
		"may": may,
	}


def _may(locked: LockedRequest, waiting: Sequence[str]) -> list[str]:
	"""Return what this user may do with a request now."""
	ctx, row = locked.ctx, locked.row
	may: list[str] = []
	if ctx.identity.user in waiting:
		may += ["approve", "reject"]
		may += ["return", "delegate", "add"] if locked.policy.allow_redirecting else []
	if row["state"] in (OPEN, RETURNED) and approval_requests.may_withdraw(ctx, row["applicant"]):
		may += ["withdraw", "remind"] if row["state"] == OPEN else ["withdraw"]
	return [*may, "comment"]


def why(conditions: Sequence[Condition], values: Values) -> list[Reason]:
	"""Return a reason for each condition: what it found in the document, and whether that is what it takes."""
	return [_condition(condition, values) for condition in conditions]


def _condition(condition: Condition, values: Values) -> Reason:
	about = {
		"name": condition.field,
		"found": values.get(condition.field, "") or "–",
		"comparison": condition.comparison,
		"value": condition.value,
	}
	if condition.is_met(values):
		return Reason("{name} is {found}, which meets: {comparison} {value}", **about)
	return Reason("{name} is {found}, which does not meet: {comparison} {value}", **about)
