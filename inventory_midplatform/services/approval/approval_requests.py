"""Approval Requests: requested, returned and requested again, withdrawn, closed; read and locked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from inventory_midplatform.domain import approval_policy
from inventory_midplatform.domain.approval_conditions import read
from inventory_midplatform.domain.approval_flow import (
	APPROVED,
	EVENTS,
	NOT_NEEDED,
	OPEN,
	REJECTED,
	REQUESTED,
	RETURNED,
	WAITING,
	WITHDRAWN,
	Event,
)
from inventory_midplatform.domain.approval_policy import Policy
from inventory_midplatform.domain.errors import Conflict, NotFound, NotPermitted
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.roles import MANAGER
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services import document_locks, masters, modules, operation_log
from inventory_midplatform.services.approval import outcomes, policies
from inventory_midplatform.services.approval.approvers import SYSTEM_MANAGER, ApproversNow
from inventory_midplatform.services.approval.facts import (
	Facts,
	amount_of,
	digest_of,
	facts_of,
	may_be_approved,
	subject_of,
	warehouses_of,
)

DOCTYPE = "Approval Request"
ROWS = "Approval Decision"

STATES = (OPEN, RETURNED, APPROVED, REJECTED, WITHDRAWN)

_LATEST = """
SELECT * FROM `tabApproval Request` WHERE document_type = %(doctype)s AND document_name = %(name)s
ORDER BY creation DESC, name DESC LIMIT 1
"""


@dataclass(frozen=True)
class LockedRequest:
	"""A request that this transaction has locked, with the version of the policy by which it began."""

	ctx: Context
	row: Row
	policy: Policy
	facts: Facts

	@property
	def name(self) -> str:
		return str(self.row["name"])

	@property
	def step(self) -> int:
		return int(self.row["current_step"] or 0)

	@property
	def round(self) -> int:
		return int(self.row["round"] or 1)

	@cached_property
	def people(self) -> ApproversNow:
		return ApproversNow(self.ctx, self.policy, self.facts)

	def rows(self) -> list[Row]:
		return rows_of(self.ctx, [self.name])

	def insert(self, *rows: Row) -> None:
		"""Write rows of its history, behind those that are there."""
		if rows:
			last = self.ctx.store.rows(
				f"SELECT COUNT(*) AS n FROM `tab{ROWS}` WHERE parent = %(name)s", {"name": self.name}
			)[0]["n"]
			insert_rows(self.ctx, self.name, self.policy, self.round, int(last), rows)


def request(ctx: Context, doctype: str, name: str) -> LockedRequest:
	"""Request the approval of a draft, or again of one that was returned; nobody is asked yet. Locks the document's row.

	An open request whose document was changed is withdrawn. Raises NotFound, NotPermitted (``not_a_starter``) or Conflict
	(``module_off``, ``not_a_draft``, ``has_begun``, ``no_approval_needed``, ``already_requested``, ``already_approved``).
	"""
	modules.require(ctx, "approval")
	document = readable(ctx, doctype, name)
	about = {"doctype": doctype, "name": str(document["name"])}
	if int(document.get("docstatus") or 0):
		raise Conflict("{doctype} {name} is no draft any more.", code="not_a_draft", **about)
	if not may_be_approved(doctype, document):
		raise Conflict("Work on {doctype} {name} has begun already.", code="has_begun", **about)
	record = policies.matching(ctx, doctype, document)
	if record is None:
		raise Conflict(
			"{doctype} {name} needs no approval: no policy that is switched on is for it.",
			code="no_approval_needed",
			**about,
		)
	policy = approval_policy.parse(record)
	if not policy.starter_role:
		readable(ctx, doctype, name, "write")
	elif policy.starter_role not in ctx.identity.roles:
		raise NotPermitted(
			"Only people with the role {role} may start {policy}.",
			code="not_a_starter",
			role=policy.starter_role,
			policy=policy.name,
		)
	# of two who request its approval at once the second sees the first's request
	document_locks.lock(ctx, [(doctype, about["name"])])
	before = latest(ctx, **about, lock=ctx.store.for_update)
	if before is not None and before["state"] == RETURNED and before["policy"] == policy.name:
		return _again(ctx, before, document)
	if before is not None and before["state"] in (OPEN, APPROVED, RETURNED):
		_end(ctx, before, policy, document)
	return _new(ctx, policy, record, document)


def _new(
	ctx: Context, policy: Policy, record: Mapping[str, Any], document: Mapping[str, Any]
) -> LockedRequest:
	facts = facts_of(policy, document, ctx.identity.user)
	values: Row = {
		"document_type": facts.doctype,
		"document_name": facts.name,
		"policy": policy.name,
		"policy_version": int(record["version"] or 1),
		"applicant": facts.applicant,
		"requested_at": ctx.clock.now(),
		"state": OPEN,
		"current_step": 0,
		"round": 1,
		"warehouse": facts.warehouses[0] if facts.warehouses else None,
		"policy_content": json.dumps(approval_policy.content(record), ensure_ascii=False),
		**_of_document(ctx, facts, document),
	}
	locked = LockedRequest(ctx, {**values, "name": ctx.documents.create(DOCTYPE, values)}, policy, facts)
	locked.insert({"decision": REQUESTED})
	log_state(locked, "", OPEN)
	outcomes.changed(ctx, policy, facts, "", OPEN, "")
	return locked


def _again(ctx: Context, row: Row, document: Mapping[str, Any]) -> LockedRequest:
	"""Open a returned request again, with the document as it is now: another round of the same version of the policy."""
	policy = approval_policy.parse(json.loads(row["policy_content"]))
	facts = facts_of(policy, document, ctx.identity.user)
	changes: Row = {
		"round": int(row["round"] or 1) + 1,
		"current_step": 0,
		**_of_document(ctx, facts, document),
	}
	columns = ", ".join(f"{column} = %({column})s" for column in changes)
	ctx.store.execute(
		f"UPDATE `tab{DOCTYPE}` SET {columns} WHERE name = %(name)s", {**changes, "name": row["name"]}
	)
	ctx.notifier.done(DOCTYPE, row["name"])
	locked = LockedRequest(ctx, {**row, **changes}, policy, facts)
	locked.insert({"decision": REQUESTED})
	log_state(locked, RETURNED, OPEN)
	outcomes.changed(ctx, policy, facts, RETURNED, OPEN, "")
	return locked


def _of_document(ctx: Context, facts: Facts, document: Mapping[str, Any]) -> Row:
	return {
		"facts": facts.as_text(),
		"digest": digest_of(ctx, facts.doctype, document),
		"amount": amount_of(document) or 0,
		"subject": subject_of(document),
		"currency": _currency(ctx, document),
	}


def _currency(ctx: Context, document: Mapping[str, Any]) -> str | None:
	"""Return the currency of the document's company; None where it names none."""
	sql = "SELECT default_currency AS currency FROM `tabCompany` WHERE name = %(company)s"
	rows = ctx.store.rows(sql, {"company": document.get("company") or ""})
	return rows[0]["currency"] if rows else None


def _end(ctx: Context, before: Row, policy: Policy, document: Mapping[str, Any]) -> None:
	"""Withdraw an open request about a document that was changed. Raises Conflict (``already_requested``,
	``already_approved``).
	"""
	about = {"doctype": policy.document_type, "name": str(document["name"]), "request": before["name"]}
	if before["policy"] == policy.name and is_unchanged(ctx, before, document):
		if before["state"] == APPROVED:
			raise Conflict("{doctype} {name} is approved already.", code="already_approved", **about)
		raise Conflict(
			"The approval of {doctype} {name} is requested already: {request}.",
			code="already_requested",
			**about,
		)
	if before["state"] != APPROVED:
		close(_locked(ctx, before), WITHDRAWN, "The document was changed.")


def is_unchanged(ctx: Context, row: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
	"""Return whether a document is still what was requested to be approved: what people typed is the same, and it leads
	through the same steps.
	"""
	facts = Facts.from_text(row["facts"])
	if row["digest"] != digest_of(ctx, facts.doctype, document):
		return False
	policy = approval_policy.parse(json.loads(row["policy_content"]))
	values = {field: read(document, field) for field in policy.fields}
	return policy.applies(values) and list(policy.path(values)) == list(policy.path(facts.values))


def readable(ctx: Context, doctype: str, name: str, right: str = "read") -> Row:
	"""Return a document that this user may read, or write.

	Raises NotFound (``unknown_doctype``, ``unknown_document``) or NotPermitted (``warehouse_not_permitted``,
	``document_not_permitted``).
	"""
	document = ctx.documents.values(doctype, name)
	for warehouse in warehouses_of(document):
		masters.require_warehouse(ctx, warehouse)
	if not ctx.documents.permits(right, doctype, str(document["name"]), ctx.identity.user):
		raise NotPermitted(
			"You have no permission for {doctype} {name}.",
			code="document_not_permitted",
			doctype=doctype,
			name=document["name"],
		)
	return document


def latest(ctx: Context, doctype: str, name: str, lock: str = "") -> Row | None:
	"""Return the latest request about a document, or None."""
	rows = ctx.store.rows(_LATEST + lock, {"doctype": doctype, "name": name})
	return rows[0] if rows else None


def open_requests(ctx: Context) -> list[str]:
	"""Return the names of all open requests, sorted."""
	rows = ctx.store.rows(
		"SELECT name FROM `tabApproval Request` WHERE state = %(state)s ORDER BY name", {"state": OPEN}
	)
	return [row["name"] for row in rows]


def withdraw(ctx: Context, name: str, reason: str = "") -> None:
	"""Withdraw an open or returned request: its applicant may, and managers. Locks the request.

	Raises NotFound (``unknown_document``), NotPermitted (``not_applicant``, ``warehouse_not_permitted``) or Conflict
	(``module_off``, ``request_closed``).
	"""
	locked = lock(ctx, name, (OPEN, RETURNED))
	if not may_withdraw(ctx, locked.facts.applicant):
		raise NotPermitted(
			"{applicant} requested this approval, and withdraws it, or a manager.",
			code="not_applicant",
			applicant=locked.facts.applicant,
		)
	locked.insert({"decision": WITHDRAWN, "reason": require_plain(reason, "reason")})
	close(locked, WITHDRAWN, reason)


def document_gone(ctx: Context, doctype: str, name: str) -> None:
	"""Withdraw the request about a document that is about to be deleted, if it is open. Locks the request."""
	row = latest(ctx, doctype, name, lock=ctx.store.for_update)
	if row is not None and row["state"] in (OPEN, RETURNED):
		close(_locked(ctx, row), WITHDRAWN, "The document was deleted.")


def may_withdraw(ctx: Context, applicant: str) -> bool:
	return ctx.identity.user == applicant or bool(ctx.identity.roles & {MANAGER, SYSTEM_MANAGER})


def named(ctx: Context, name: str) -> Row:
	"""Return a request. Raises NotFound (``unknown_document``) or NotPermitted (``warehouse_not_permitted``,
	``document_not_permitted``).
	"""
	rows = ctx.store.rows("SELECT * FROM `tabApproval Request` WHERE name = %(name)s", {"name": name})
	if not rows:
		raise NotFound(
			"{doctype} {name} does not exist.", code="unknown_document", doctype=DOCTYPE, name=name
		)
	facts = Facts.from_text(rows[0]["facts"])
	for warehouse in facts.warehouses:
		masters.require_warehouse(ctx, warehouse)
	if not _is_of(ctx, rows[0], facts):
		raise NotPermitted(
			"You have no permission for {doctype} {name}.",
			code="document_not_permitted",
			doctype=DOCTYPE,
			name=name,
		)
	return rows[0]


def _is_of(ctx: Context, row: Row, facts: Facts) -> bool:
	"""Return whether a request is this user's to see: they manage, requested it, are in its history, or may read its document."""
	user = ctx.identity.user
	if user in facts.own or ctx.identity.roles & {MANAGER, SYSTEM_MANAGER}:
		return True
	sql = f"SELECT name FROM `tab{ROWS}` WHERE parent = %(name)s AND %(user)s IN (user, other_user)"
	if ctx.store.rows(sql, {"name": row["name"], "user": user}):
		return True
	return ctx.documents.permits("read", facts.doctype, facts.name, user)


def seen(ctx: Context, name: str) -> LockedRequest:
	"""Return a request to be read; nothing is locked. Raises what :func:`named` raises."""
	return _locked(ctx, named(ctx, name))


def rows_of(ctx: Context, names: Sequence[str]) -> list[Row]:
	"""Return the history of these requests, in the order in which it was written."""
	if not names:
		return []
	sql = f"SELECT * FROM `tab{ROWS}` WHERE parent IN %(names)s ORDER BY parent, idx"
	return ctx.store.rows(sql, {"names": list(names)})


def events_of(rows: Sequence[Row]) -> list[Event]:
	"""Return what of a history counts: no return undid it."""
	return [
		Event(
			row["decision"],
			int(row["step"] or 0),
			int(row["approver"] or 0),
			row["user"] or "",
			row["other_user"] or "",
			row["place"] or "",
			int(row["anchor"] or 0),
		)
		for row in rows
		if row["decision"] in EVENTS and not int(row["is_void"] or 0)
	]


def lock(ctx: Context, name: str, states: Sequence[str] = (OPEN,)) -> LockedRequest:
	"""Lock a request that is in one of these states.

	Raises SnapshotConflict, which is tried again, where it changed since it was read: the rows of its history would be read
	as they were before. Raises NotFound, NotPermitted or Conflict (``module_off``, ``request_closed``).
	"""
	modules.require(ctx, "approval")
	seen = named(ctx, name)
	source = ctx.store.through(DOCTYPE, ("name",))
	sql = f"SELECT * FROM {source} WHERE name = %(name)s{ctx.store.for_update}"
	row = ctx.store.rows(sql, {"name": seen["name"]})[0]
	if row["modified"] != seen["modified"]:
		raise SnapshotConflict(f"{DOCTYPE} {name} was changed since it was read")
	if row["state"] not in states:
		about = {"name": name, "state": row["state"]}
		if row["state"] == RETURNED:
			raise Conflict(
				"Approval Request {name} was returned to its applicant.", code="request_closed", **about
			)
		raise Conflict("Approval Request {name} is closed: {state}.", code="request_closed", **about)
	return _locked(ctx, row)


def _locked(ctx: Context, row: Row) -> LockedRequest:
	policy = approval_policy.parse(json.loads(row["policy_content"]))
	return LockedRequest(ctx, row, policy, Facts.from_text(row["facts"]))


def insert_rows(ctx: Context, name: str, policy: Policy, round_: int, last: int, rows: Sequence[Row]) -> None:
	"""Write rows of a request's history. What they do not say is this user's, now."""
	now = ctx.clock.now()
	about = {"parent": name, "parenttype": DOCTYPE, "parentfield": "decisions", "round": round_}
	blank: Row = {
		"step": 0,
		"approver": 0,
		"user": ctx.identity.user,
		"other_user": None,
		"reason": "",
		"place": "",
		"anchor": 0,
		"to_step": 0,
		"is_void": 0,
		"attachment": None,
		"asked_at": now,
		"decided_at": now,
	}
	titles = {number: step.title for number, step in policy.by_number.items()}
	ctx.store.insert(
		ROWS,
		[
			{
				"name": new_id(),
				**about,
				"idx": last + place,
				**blank,
				"title": titles.get(row.get("step", 0), ""),
				**row,
			}
			for place, row in enumerate(rows, 1)
		],
	)


def write(locked: LockedRequest, **changes: Any) -> None:
	"""Write columns of a request."""
	ctx = locked.ctx
	changes = {**changes, "modified": ctx.clock.now(), "modified_by": ctx.identity.user}
	columns = ", ".join(f"{column} = %({column})s" for column in changes)
	ctx.store.execute(
		f"UPDATE `tab{DOCTYPE}` SET {columns} WHERE name = %(name)s", {**changes, "name": locked.name}
	)


def close(locked: LockedRequest, state: str, reason: str) -> None:
	"""Close a request, or return it to its applicant: nobody is asked any more, and the applicant learns of it where somebody
	else decided.
	"""
	ctx, facts = locked.ctx, locked.facts
	require_plain(reason, "reason")
	ctx.store.execute(
		f"UPDATE `tab{ROWS}` SET decision = %(decision)s, decided_at = %(now)s"
		" WHERE parent = %(name)s AND decision = %(waiting)s",
		{"decision": NOT_NEEDED, "now": ctx.clock.now(), "name": locked.name, "waiting": WAITING},
	)
	closed = None if state == RETURNED else ctx.clock.now()
	write(locked, state=state, current_step=0, reason=reason, closed_at=closed, due_at=None, remind_at=None)
	ctx.notifier.done(DOCTYPE, locked.name)
	log_state(locked, locked.row["state"], state, reason)
	outcomes.changed(ctx, locked.policy, facts, locked.row["state"], state, reason)
	if ctx.identity.user == facts.applicant:
		return
	about = {"document_type": facts.doctype, "document": facts.name, "reason": reason}
	to = [facts.applicant]
	if state == APPROVED:
		if outcomes.goes_on(locked.policy, state):  # then its applicant has nothing to do
			ctx.notifier.inform(to, "{document_type} {document} is approved.", DOCTYPE, locked.name, **about)
		else:
			ctx.notifier.todo(to, "{document_type} {document} is approved.", DOCTYPE, locked.name, **about)
	elif state == REJECTED:
		ctx.notifier.todo(
			to, "{document_type} {document} is rejected: {reason}", DOCTYPE, locked.name, **about
		)
	elif state == RETURNED:
		ctx.notifier.todo(
			to, "{document_type} {document} was returned to you: {reason}", DOCTYPE, locked.name, **about
		)


def log_state(locked: LockedRequest, before: str, after: str, reason: str = "") -> None:
	"""Write a change of its state into the operation log."""
	operation_log.log(
		locked.ctx,
		"Approval",
		DOCTYPE,
		locked.name,
		warehouse=locked.facts.warehouses[0] if locked.facts.warehouses else "",
		from_value=before,
		to_value=after,
		reason=reason,
	)
