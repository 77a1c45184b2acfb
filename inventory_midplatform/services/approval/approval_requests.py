"""Approval Requests: requested, approved or rejected step by step, withdrawn; and what a document may not do without one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory_midplatform.domain import approval_policy
from inventory_midplatform.domain.approval_conditions import read
from inventory_midplatform.domain.approval_policy import (
	APPROVED,
	OPEN,
	REJECTED,
	WITHDRAWN,
	Decision,
	Policy,
	Progress,
)
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.roles import MANAGER
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services import document_locks, masters, modules, operation_log
from inventory_midplatform.services.approval import policies
from inventory_midplatform.services.approval.approvers import (
	SYSTEM_MANAGER,
	Facts,
	People,
	facts_of,
	warehouses_of,
)

DOCTYPE = "Approval Request"
ROWS = "Approval Decision"

WAITING, COUNTED, NOT_NEEDED = "Waiting", "Approved Before", "Not Needed"
"""States of a row beside Approved and Rejected: it waits; an approval of an earlier step counts; others decided."""

_LATEST = """
SELECT * FROM `tabApproval Request` WHERE document_type = %(doctype)s AND document_name = %(name)s
ORDER BY creation DESC, name DESC LIMIT 1
"""


def request(ctx: Context, doctype: str, name: str) -> str:
	"""Request the approval of a draft and return the request's name. Locks the document's row.

	An open request whose document was changed is withdrawn. Raises NotFound, NotPermitted or Conflict (``module_off``,
	``not_a_draft``, ``no_approval_needed``, ``already_requested``, ``already_approved``, ``nobody_to_approve``).
	"""
	modules.require(ctx, "approval_policies")
	document = readable(ctx, doctype, name, "write")
	if int(document.get("docstatus") or 0):
		raise Conflict(
			"{doctype} {name} is no draft any more.",
			code="not_a_draft",
			doctype=doctype,
			name=document["name"],
		)
	record = policies.matching(ctx, doctype, document)
	if record is None:
		raise Conflict(
			"{doctype} {name} needs no approval: no policy that is switched on is for it.",
			code="no_approval_needed",
			doctype=doctype,
			name=document["name"],
		)
	policy = approval_policy.parse(record)
	facts = facts_of(policy, document, ctx.identity.user)
	# of two who request its approval at once the second sees the first's request
	document_locks.lock(ctx, [(doctype, facts.name)])
	_end_latest(ctx, policy, document)
	created = ctx.documents.create(
		DOCTYPE,
		{
			"document_type": doctype,
			"document_name": facts.name,
			"policy": policy.name,
			"policy_version": record["version"],
			"applicant": facts.applicant,
			"requested_at": ctx.clock.now(),
			"state": OPEN,
			"warehouse": facts.warehouses[0] if facts.warehouses else None,
			"policy_content": json.dumps(approval_policy.content(record), ensure_ascii=False, default=str),
			"facts": facts.as_text(),
		},
	)
	_log(ctx, created, facts, "", OPEN)
	_advance(ctx, created, policy, facts, [], 0)
	return created


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


def _end_latest(ctx: Context, policy: Policy, document: Mapping[str, Any]) -> None:
	"""Withdraw an open request about a document that was changed. Raises Conflict (``already_requested``,
	``already_approved``).
	"""
	about = {"doctype": policy.document_type, "name": str(document["name"])}
	before = latest(ctx, **about, lock=ctx.store.for_update)
	if before is None or before["state"] not in (OPEN, APPROVED):
		return
	if before["policy"] == policy.name and is_unchanged(before, document):
		if before["state"] == APPROVED:
			raise Conflict(
				"{doctype} {name} is approved already.",
				code="already_approved",
				request=before["name"],
				**about,
			)
		raise Conflict(
			"The approval of {doctype} {name} is requested already: {request}.",
			code="already_requested",
			request=before["name"],
			**about,
		)
	if before["state"] == OPEN:
		_close(ctx, before["name"], Facts.from_text(before["facts"]), WITHDRAWN, "The document was changed.")


def is_unchanged(row: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
	"""Return whether a document has the values with which its approval was requested."""
	values = Facts.from_text(row["facts"]).values
	return all(read(document, field) == value for field, value in values.items())


def approve(ctx: Context, name: str, reason: str = "") -> None:
	"""Approve for this user. Locks the request.

	Raises NotFound (``unknown_document``), NotPermitted (``not_asked``, ``warehouse_not_permitted``) or Conflict
	(``module_off``, ``request_closed``, ``already_decided``, ``changed_meanwhile``).
	"""
	row, policy, facts = _begin(ctx, name)
	document = ctx.documents.values(facts.doctype, facts.name)
	if not is_unchanged(row, document):
		raise Conflict(
			"{doctype} {name} was changed since its approval was requested; request it again.",
			code="changed_meanwhile",
			doctype=facts.doctype,
			name=facts.name,
		)
	decided = _decide(ctx, row, policy, facts, APPROVED, reason)
	_advance(ctx, row["name"], policy, facts, decided, int(row["current_step"] or 0))


def reject(ctx: Context, name: str, reason: str) -> None:
	"""Reject for this user, which ends the request. Locks the request.

	Raises what :func:`approve` raises but ``changed_meanwhile``, and InvalidInput (``missing_argument``).
	"""
	if not reason.strip():
		raise InvalidInput("Say why you reject it.", code="missing_argument", argument="reason")
	row, policy, facts = _begin(ctx, name)
	_decide(ctx, row, policy, facts, REJECTED, reason)
	_close(ctx, row["name"], facts, REJECTED, reason)


def withdraw(ctx: Context, name: str, reason: str = "") -> None:
	"""Withdraw an open request: its applicant may, and managers. Locks the request.

	Raises NotFound (``unknown_document``), NotPermitted (``not_applicant``, ``warehouse_not_permitted``) or Conflict
	(``module_off``, ``request_closed``).
	"""
	row, _, facts = _begin(ctx, name)
	if not may_withdraw(ctx, facts.applicant):
		raise NotPermitted(
			"{applicant} requested this approval, and withdraws it, or a manager.",
			code="not_applicant",
			applicant=facts.applicant,
		)
	_close(ctx, row["name"], facts, WITHDRAWN, reason)


def open_requests(ctx: Context) -> list[str]:
	"""Return the names of all open requests, sorted."""
	rows = ctx.store.rows(
		"SELECT name FROM `tabApproval Request` WHERE state = %(state)s ORDER BY name", {"state": OPEN}
	)
	return [row["name"] for row in rows]


def ask_again(ctx: Context, name: str) -> None:
	"""Ask those who are to decide by now, for people come and go while a request waits; withdraw one whose document is no
	draft any more. Locks the request.

	Raises what :func:`withdraw` raises, or Conflict (``nobody_to_approve``).
	"""
	row, policy, facts = _begin(ctx, name)
	try:
		is_draft = not int(ctx.documents.values(facts.doctype, facts.name).get("docstatus") or 0)
	except NotFound:
		is_draft = False
	if not is_draft:
		_close(ctx, row["name"], facts, WITHDRAWN, "The document is no draft any more.")
		return
	decisions = _decisions(rows_of(ctx, [row["name"]]))
	_advance(ctx, row["name"], policy, facts, decisions, int(row["current_step"] or 0))


def may_withdraw(ctx: Context, applicant: str) -> bool:
	return ctx.identity.user == applicant or bool(ctx.identity.roles & {MANAGER, SYSTEM_MANAGER})


def named(ctx: Context, name: str) -> Row:
	"""Return a request. Raises NotFound (``unknown_document``) or NotPermitted (``warehouse_not_permitted``)."""
	rows = ctx.store.rows("SELECT * FROM `tabApproval Request` WHERE name = %(name)s", {"name": name})
	if not rows:
		raise NotFound(
			"{doctype} {name} does not exist.", code="unknown_document", doctype=DOCTYPE, name=name
		)
	for warehouse in Facts.from_text(rows[0]["facts"]).warehouses:
		masters.require_warehouse(ctx, warehouse)
	return rows[0]


def rows_of(ctx: Context, names: Sequence[str]) -> list[Row]:
	"""Return who was asked in these requests, and what they decided, in the order in which it happened."""
	if not names:
		return []
	sql = f"SELECT * FROM `tab{ROWS}` WHERE parent IN %(names)s ORDER BY parent, idx"
	return ctx.store.rows(sql, {"names": list(names)})


def _begin(ctx: Context, name: str) -> tuple[Row, Policy, Facts]:
	"""Lock an open request. Raises SnapshotConflict, which is tried again, where it changed since it was read: the rows of
	its decisions would be read as they were before.
	"""
	modules.require(ctx, "approval_policies")
	seen = named(ctx, name)
	source = ctx.store.through(DOCTYPE, ("name",))
	sql = f"SELECT * FROM {source} WHERE name = %(name)s{ctx.store.for_update}"
	row = ctx.store.rows(sql, {"name": seen["name"]})[0]
	if row["modified"] != seen["modified"]:
		raise SnapshotConflict(f"{DOCTYPE} {name} was changed since it was read")
	if row["state"] != OPEN:
		raise Conflict(
			"Approval Request {name} is closed: {state}.",
			code="request_closed",
			name=name,
			state=row["state"],
		)
	return row, approval_policy.parse(json.loads(row["policy_content"])), Facts.from_text(row["facts"])


def _decisions(rows: Iterable[Row]) -> list[Decision]:
	made = (APPROVED, COUNTED, REJECTED)
	return [
		Decision(int(row["step"]), int(row["approver"]), row["user"], row["decision"] != REJECTED)
		for row in rows
		if row["decision"] in made
	]


def _decide(
	ctx: Context, request: Row, policy: Policy, facts: Facts, decision: str, reason: str
) -> list[Decision]:
	"""Write what this user decides in the step that waits, and return all decisions. Who is asked is looked up anew: a role
	may have changed hands. Raises NotPermitted (``not_asked``) or Conflict (``already_decided``).
	"""
	require_plain(reason, "reason")
	rows = rows_of(ctx, [request["name"]])
	known, user = _decisions(rows), ctx.identity.user
	step = int(request["current_step"] or 0)
	now = _progress(ctx, policy, facts, known, step)
	turns = [approver for approver, asked in now.waits_for if asked == user]
	if not turns or now.step != step:
		raise _not_asked(rows, user, request["name"])
	written = {(int(row["step"]), int(row["approver"])) for row in rows if row["user"] == user}
	changes = {"decision": decision, "reason": reason, "now": ctx.clock.now(), "parent": request["name"]}
	ctx.store.execute(
		f"UPDATE `tab{ROWS}` SET decision = %(decision)s, reason = %(reason)s, decided_at = %(now)s"
		" WHERE parent = %(parent)s AND user = %(user)s AND step = %(step)s AND approver IN %(turns)s",
		{**changes, "user": user, "step": step, "turns": turns},
	)
	new = [turn for turn in turns if (step, turn) not in written]
	_insert(ctx, request["name"], policy, len(rows), [(step, turn, user, decision, reason) for turn in new])
	return [*known, *(Decision(step, turn, user, decision == APPROVED) for turn in turns)]


def _not_asked(rows: Sequence[Row], user: str, name: str) -> Conflict | NotPermitted:
	own = [row for row in rows if row["user"] == user]
	if not own:
		return NotPermitted("You are not asked to approve {name}.", code="not_asked", name=name)
	by = [
		row["user"]
		for row in rows
		if row["step"] == own[-1]["step"] and row["decision"] in (APPROVED, REJECTED)
	]
	return Conflict(
		"This step of {name} is decided already, by {by}.",
		code="already_decided",
		name=name,
		by=", ".join(dict.fromkeys(by)) or "–",
	)


def _progress(
	ctx: Context, policy: Policy, facts: Facts, decisions: Sequence[Decision], from_step: int
) -> Progress:
	people = People(ctx, policy, facts)
	return approval_policy.progress(
		policy,
		facts.values,
		decisions,
		who=people.of_step,
		if_nobody=people.if_nobody,
		own=facts.own,
		from_step=from_step,
	)


def _advance(
	ctx: Context, name: str, policy: Policy, facts: Facts, decisions: Sequence[Decision], step: int
) -> None:
	"""Ask whoever is next and report it to them, or close the request. The caller has locked it."""
	now = _progress(ctx, policy, facts, decisions, step)
	rows = rows_of(ctx, [name])
	asked_before = {_key(row) for row in rows if row["decision"] == WAITING}
	wanted = {(now.step, approver, user) for approver, user in now.waits_for}
	done = [row for row in rows if row["decision"] == WAITING and _key(row) not in wanted]
	if done:
		ctx.store.execute(
			f"UPDATE `tab{ROWS}` SET decision = %(decision)s WHERE name IN %(names)s",
			{"decision": NOT_NEEDED, "names": [row["name"] for row in done]},
		)
	counted = [(d.step, d.approver, d.user, COUNTED, "") for d in now.counted]
	asked = [
		(now.step, approver, user, WAITING, "")
		for approver, user in now.waits_for
		if (now.step, approver, user) not in asked_before
	]
	_insert(ctx, name, policy, len(rows), [*counted, *asked])
	if now.state != OPEN:
		_close(ctx, name, facts, now.state, "")
		return
	_write(ctx, name, OPEN, now.step, "")
	waiting = {user for _, user in now.waits_for}
	if now.step != step:
		ctx.notifier.done(DOCTYPE, name)
	else:
		for user in sorted({ctx.identity.user, *(row["user"] for row in done)} - waiting):
			ctx.notifier.done(DOCTYPE, name, user=user)
	ctx.notifier.todo(
		list(dict.fromkeys(user for _, _, user, _, _ in asked)),
		"{document_type} {document} waits for your approval.",
		DOCTYPE,
		name,
		document_type=facts.doctype,
		document=facts.name,
	)


def _key(row: Row) -> tuple[int, int, str]:
	return int(row["step"]), int(row["approver"]), row["user"]


def _insert(
	ctx: Context, name: str, policy: Policy, last: int, rows: Sequence[tuple[int, int, str, str, str]]
) -> None:
	titles = {step.number: step.title for step in policy.steps}
	now = ctx.clock.now()
	about = {"parent": name, "parenttype": DOCTYPE, "parentfield": "decisions"}
	ctx.store.insert(
		ROWS,
		[
			{
				"name": new_id(),
				**about,
				"idx": last + place,
				"step": step,
				"title": titles.get(step, ""),
				"approver": approver,
				"user": user,
				"decision": decision,
				"reason": reason,
				"asked_at": now,
				"decided_at": None if decision == WAITING else now,
			}
			for place, (step, approver, user, decision, reason) in enumerate(rows, 1)
		],
	)


def _write(ctx: Context, name: str, state: str, step: int, reason: str) -> None:
	ctx.store.execute(
		f"UPDATE `tab{DOCTYPE}` SET state = %(state)s, current_step = %(step)s, reason = %(reason)s,"
		" closed_at = %(closed)s, modified = %(now)s, modified_by = %(user)s WHERE name = %(name)s",
		{
			"state": state,
			"step": step,
			"reason": reason,
			"closed": None if state == OPEN else ctx.clock.now(),
			"now": ctx.clock.now(),
			"user": ctx.identity.user,
			"name": name,
		},
	)


def _close(ctx: Context, name: str, facts: Facts, state: str, reason: str) -> None:
	"""Close a request: nobody is asked any more, and the applicant is told where somebody else decided."""
	require_plain(reason, "reason")
	ctx.store.execute(
		f"UPDATE `tab{ROWS}` SET decision = %(decision)s WHERE parent = %(name)s AND decision = %(waiting)s",
		{"decision": NOT_NEEDED, "name": name, "waiting": WAITING},
	)
	_write(ctx, name, state, 0, reason)
	ctx.notifier.done(DOCTYPE, name)
	_log(ctx, name, facts, OPEN, state, reason)
	if ctx.identity.user == facts.applicant:
		return
	about = {"document_type": facts.doctype, "document": facts.name}
	if state == APPROVED:
		ctx.notifier.todo(
			[facts.applicant], "{document_type} {document} is approved.", DOCTYPE, name, **about
		)
	elif state == REJECTED:
		ctx.notifier.todo(
			[facts.applicant],
			"{document_type} {document} is rejected: {reason}",
			DOCTYPE,
			name,
			reason=reason,
			**about,
		)


def _log(ctx: Context, name: str, facts: Facts, before: str, after: str, reason: str = "") -> None:
	operation_log.log(
		ctx,
		"Approval",
		DOCTYPE,
		name,
		warehouse=facts.warehouses[0] if facts.warehouses else "",
		from_value=before,
		to_value=after,
		reason=reason,
	)
