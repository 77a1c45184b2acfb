"""What approvers and applicants do with a request: approve, reject, return, delegate, add an approver, comment, remind."""

from collections.abc import Sequence

from inventory_midplatform.domain.approval_flow import (
	ADDED,
	AFTER,
	APPROVED,
	BEFORE,
	COMMENTED,
	DELEGATED,
	EVENTS,
	FIRST_ADDED,
	OPEN,
	REJECTED,
	REMINDED,
	RETURNED,
	WAITING,
	Progress,
)
from inventory_midplatform.domain.approval_policy import APPROVAL, SHARE, Step
from inventory_midplatform.domain.errors import Conflict, InvalidInput, InventoryError, NotPermitted
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.approval import approval_requests, asking
from inventory_midplatform.services.approval.approval_requests import DOCTYPE, ROWS, LockedRequest


def approve(ctx: Context, name: str, reason: str = "") -> None:
	"""Approve for this user. Locks the request.

	Raises NotFound (``unknown_document``), NotPermitted (``not_asked``, ``warehouse_not_permitted``) or Conflict
	(``module_off``, ``request_closed``, ``already_decided``, ``changed_meanwhile``).
	"""
	locked = approval_requests.lock(ctx, name)
	turns = _turns(locked)
	document = ctx.documents.values(locked.facts.doctype, locked.facts.name)
	if not approval_requests.is_unchanged(ctx, locked.row, document):
		raise Conflict(
			"{doctype} {name} was changed since its approval was requested; request it again.",
			code="changed_meanwhile",
			doctype=locked.facts.doctype,
			name=locked.facts.name,
		)
	_decide(locked, turns, APPROVED, reason)
	asking.advance(locked, locked.step)


def reject(ctx: Context, name: str, reason: str) -> None:
	"""Reject for this user. One rejection ends the request; where a share of the people must approve, it ends once the rest
	cannot be enough. Locks the request.

	Raises what :func:`approve` raises but ``changed_meanwhile``, and InvalidInput (``missing_argument``).
	"""
	if not require_plain(reason, "reason").strip():
		raise InvalidInput("Say why you reject it.", code="missing_argument", argument="reason")
	locked = approval_requests.lock(ctx, name)
	_decide(locked, _turns(locked), REJECTED, reason)
	asking.advance(locked, locked.step, reason)


def return_to(ctx: Context, name: str, reason: str, to_step: int = 0) -> None:
	"""Return a request to an earlier approval step, or to its applicant (0), who may change the document and request again.
	What was decided from there on counts no more. Locks the request.

	Raises what :func:`reject` raises, Conflict (``not_allowed``) or InvalidInput (``unknown_step``).
	"""
	if not require_plain(reason, "reason").strip():
		raise InvalidInput("Say why you return it.", code="missing_argument", argument="reason")
	locked = approval_requests.lock(ctx, name)
	_turns(locked)
	_require_redirecting(locked)
	targets = [step.number for step in earlier_steps(locked)]
	if to_step and to_step not in targets:
		raise InvalidInput(
			"It cannot be returned to step {step}, which is none of those before.",
			code="unknown_step",
			step=to_step,
		)
	locked.insert({"step": locked.step, "decision": RETURNED, "to_step": to_step, "reason": reason})
	_undo(locked, to_step)
	if to_step:
		asking.advance(locked, to_step)
	else:
		approval_requests.close(locked, RETURNED, reason)


def earlier_steps(locked: LockedRequest) -> list[Step]:
	"""Return the approval steps before the one that waits, to which a request may be returned."""
	found: list[Step] = []
	for step, _ in locked.policy.path(locked.facts.values):
		if step.number == locked.step:
			return found
		if step.kind == APPROVAL:
			found.append(step)
	return []


def _undo(locked: LockedRequest, to_step: int) -> None:
	"""Undo what was decided from a step on, or all of it."""
	numbers = [step.number for step, _ in locked.policy.path(locked.facts.values)]
	undone = numbers[numbers.index(to_step) :] if to_step else numbers
	locked.ctx.store.execute(
		f"UPDATE `tab{ROWS}` SET is_void = 1 WHERE parent = %(name)s AND step IN %(steps)s"
		" AND decision IN %(events)s",
		{"name": locked.name, "steps": undone, "events": list(EVENTS)},
	)


def delegate(ctx: Context, name: str, to: str, reason: str = "") -> None:
	"""Let somebody else decide instead of this user. Locks the request.

	Raises what :func:`approve` raises, Conflict (``not_allowed``) or InvalidInput (``cannot_approve``, ``asked_already``).
	"""
	locked = approval_requests.lock(ctx, name)
	turns = _turns(locked)
	_require_redirecting(locked)
	_require_able(locked, to)
	step = locked.policy.by_number[locked.step]
	if step.counting == SHARE and to in {user for turn in locked.people.of_step(step) for user in turn.users}:
		raise _asked_already(to)
	require_plain(reason, "reason")
	row: Row = {"step": locked.step, "decision": DELEGATED, "other_user": to, "reason": reason}
	locked.insert(*({**row, "approver": turn} for turn in turns))
	asking.advance(locked, locked.step)


def add_approver(ctx: Context, name: str, user: str, place: str, reason: str = "") -> None:
	"""Add somebody who must approve too, before or after this user. Locks the request.

	Raises what :func:`delegate` raises.
	"""
	locked = approval_requests.lock(ctx, name)
	turns = _turns(locked)
	_require_redirecting(locked)
	_require_able(locked, user)
	if place not in (BEFORE, AFTER):
		raise InvalidInput("{value} is no {field}.", code="invalid_input", value=place[:60], field="place")
	rows = [row for row in locked.rows() if int(row["step"] or 0) == locked.step]
	if user in {row["user"] for row in rows if row["decision"] == WAITING}:
		raise _asked_already(user)
	require_plain(reason, "reason")
	last = max((int(row["approver"] or 0) for row in rows), default=0)
	locked.insert(
		{
			"step": locked.step,
			"approver": max(FIRST_ADDED, last + 1),
			"decision": ADDED,
			"other_user": user,
			"place": place,
			"anchor": turns[0],
			"reason": reason,
		}
	)
	asking.advance(locked, locked.step)


def comment(ctx: Context, name: str, text: str, attachment: str = "") -> None:
	"""Write a comment into the history of a request, with the address of a file that is attached to it. Locks the request.

	Raises NotFound, NotPermitted or InvalidInput (``missing_argument``, ``unknown_file``).
	"""
	if not require_plain(text, "text").strip():
		raise InvalidInput("Write something.", code="missing_argument", argument="text")
	locked = approval_requests.lock(ctx, name, approval_requests.STATES)
	if attachment and not _is_attached(ctx, name, attachment):
		raise InvalidInput(
			"{file} is not attached to {name}.", code="unknown_file", file=attachment, name=name
		)
	locked.insert(
		{"step": locked.step, "decision": COMMENTED, "reason": text, "attachment": attachment or None}
	)
	approval_requests.write(locked)


def attach(ctx: Context, name: str, file_name: str, content: bytes) -> str:
	"""Attach a file to a request that this user may read; return its address. Raises NotFound or NotPermitted."""
	return ctx.documents.attach(DOCTYPE, str(approval_requests.named(ctx, name)["name"]), file_name, content)


def _is_attached(ctx: Context, name: str, address: str) -> bool:
	sql = (
		"SELECT name FROM `tabFile` WHERE file_url = %(address)s AND attached_to_doctype = %(doctype)s"
		" AND attached_to_name = %(name)s"
	)
	return bool(ctx.store.rows(sql, {"address": address, "doctype": DOCTYPE, "name": name}))


def remind(ctx: Context, name: str) -> None:
	"""Remind those who are asked. Locks the request.

	Raises NotFound, NotPermitted (``not_applicant``) or Conflict (``request_closed``, ``reminded_already``).
	"""
	locked = approval_requests.lock(ctx, name)
	if not approval_requests.may_withdraw(ctx, locked.facts.applicant):
		raise NotPermitted(
			"{applicant} requested this approval and may remind its approvers, or a manager.",
			code="not_applicant",
			applicant=locked.facts.applicant,
		)
	rows = locked.rows()
	now = ctx.clock.now()
	reminded = [row["decided_at"] for row in rows if row["decision"] == REMINDED]
	if reminded and (now - reminded[-1]).total_seconds() < REMIND_AGAIN_AFTER:
		raise Conflict("They were reminded less than an hour ago.", code="reminded_already")
	waiting = [row["user"] for row in rows if row["decision"] == WAITING]
	locked.insert({"step": locked.step, "decision": REMINDED})
	approval_requests.write(locked)
	remind_of(locked, waiting)


REMIND_AGAIN_AFTER = 3600  # seconds


def remind_of(locked: LockedRequest, users: Sequence[str]) -> None:
	"""Notify people that a request still waits for them."""
	locked.ctx.notifier.inform(
		list(dict.fromkeys(users)),
		"{document_type} {document} still waits for your approval.",
		DOCTYPE,
		locked.name,
		document_type=locked.facts.doctype,
		document=locked.facts.name,
	)


def approve_many(
	ctx: Context, names: Sequence[str], reason: str = ""
) -> list[tuple[str, InventoryError | None]]:
	"""Approve several requests; one that is refused does not stop the others. Returns each with why it was refused, if it
	was. Locks the requests in the order of their names.
	"""
	ended: dict[str, InventoryError | None] = {}
	for name in sorted(set(names)):
		try:
			with ctx.store.savepoint():
				approve(ctx, name, reason)
			ended[name] = None
		except InventoryError as error:
			ended[name] = error
	return [(name, ended[name]) for name in dict.fromkeys(names)]


def _turns(locked: LockedRequest) -> list[int]:
	"""Return the turns in which this user is asked now. Who is asked is looked up anew: a role may have changed hands.

	Raises NotPermitted (``not_asked``) or Conflict (``already_decided``).
	"""
	user = locked.ctx.identity.user
	now: Progress = asking.progress_of(locked, locked.step)
	turns = [turn for turn, asked in now.waits_for if asked == user]
	if not turns or now.state != OPEN or now.step != locked.step:
		raise _not_asked(locked)
	return turns


def _not_asked(locked: LockedRequest) -> Conflict | NotPermitted:
	rows, user = locked.rows(), locked.ctx.identity.user
	own = [row for row in rows if row["user"] == user and int(row["approver"] or 0)]
	if not own:
		return NotPermitted("You are not asked to approve {name}.", code="not_asked", name=locked.name)
	by = [
		row["user"]
		for row in rows
		if row["step"] == own[-1]["step"] and row["decision"] in (APPROVED, REJECTED)
	]
	return Conflict(
		"This step of {name} is decided already, by {by}.",
		code="already_decided",
		name=locked.name,
		by=", ".join(dict.fromkeys(by)) or "–",
	)


def _decide(locked: LockedRequest, turns: Sequence[int], decision: str, reason: str) -> None:
	"""Write what this user decides in these turns of the step that waits."""
	require_plain(reason, "reason")
	ctx, user = locked.ctx, locked.ctx.identity.user
	rows = locked.rows()
	written = {
		int(row["approver"])
		for row in rows
		if row["user"] == user and row["decision"] == WAITING and int(row["step"]) == locked.step
	}
	ctx.store.execute(
		f"UPDATE `tab{ROWS}` SET decision = %(decision)s, reason = %(reason)s, decided_at = %(now)s"
		" WHERE parent = %(parent)s AND user = %(user)s AND step = %(step)s AND decision = %(waiting)s"
		" AND approver IN %(turns)s",
		{
			"decision": decision,
			"reason": reason,
			"now": ctx.clock.now(),
			"parent": locked.name,
			"user": user,
			"step": locked.step,
			"waiting": WAITING,
			"turns": list(turns),
		},
	)
	row: Row = {"step": locked.step, "decision": decision, "reason": reason}
	locked.insert(*({**row, "approver": turn} for turn in turns if turn not in written))


def _require_redirecting(locked: LockedRequest) -> None:
	if not locked.policy.allow_redirecting:
		raise Conflict(
			"{policy} does not allow to add approvers, delegate or return.",
			code="not_allowed",
			policy=locked.policy.name,
		)


def _require_able(locked: LockedRequest, user: str) -> None:
	"""Refuse somebody who could not approve this document."""
	is_own = user in locked.facts.own and not locked.policy.allow_own
	if user == locked.ctx.identity.user or is_own or not locked.people.able([user]):
		raise InvalidInput(
			"{user} cannot approve it: disabled, without permission to read it, or because it is their own.",
			code="cannot_approve",
			user=user,
		)


def _asked_already(user: str) -> InvalidInput:
	return InvalidInput("{user} is asked already.", code="asked_already", user=user)
