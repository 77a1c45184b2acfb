"""Who is asked now: the rows, the to-dos and the time limit of the step that waits."""

from inventory_midplatform.domain import approval_flow
from inventory_midplatform.domain.approval_flow import COPIED, NOT_NEEDED, OPEN, WAITING, WITHDRAWN, Progress
from inventory_midplatform.domain.approval_policy import COPY_TO, Step
from inventory_midplatform.domain.errors import NotFound
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.approval import approval_requests, time_limits
from inventory_midplatform.services.approval.approval_requests import DOCTYPE, ROWS, LockedRequest
from inventory_midplatform.services.approval.facts import may_be_approved


def begin(ctx: Context, doctype: str, name: str) -> str:
	"""Request the approval of a draft and ask its first approvers; return the request's name.

	Raises what :func:`approval_requests.request` raises, and Conflict (``nobody_to_approve``).
	"""
	locked = approval_requests.request(ctx, doctype, name)
	advance(locked, 0)
	return locked.name


def progress_of(locked: LockedRequest, from_step: int) -> Progress:
	"""Return how far a request is by its history."""
	events = approval_requests.events_of(locked.rows())
	return approval_flow.progress(locked.policy, locked.facts.values, events, locked.people, from_step)


def advance(locked: LockedRequest, from_step: int, reason: str = "") -> None:
	"""Ask whoever is next and report it to them, or close the request. The caller has locked it, and has written what
	happened. ``reason`` is why it is rejected, if it is.

	Raises Conflict (``nobody_to_approve``).
	"""
	ctx = locked.ctx
	rows = locked.rows()
	events = approval_requests.events_of(rows)
	now = approval_flow.progress(locked.policy, locked.facts.values, events, locked.people, from_step)
	asked_before = {_key(row) for row in rows if row["decision"] == WAITING}
	wanted = {(now.step, turn, user) for turn, user in now.waits_for}
	done = [row for row in rows if row["decision"] == WAITING and _key(row) not in wanted]
	if done:
		ctx.store.execute(
			f"UPDATE `tab{ROWS}` SET decision = %(decision)s, decided_at = %(now)s WHERE name IN %(names)s",
			{"decision": NOT_NEEDED, "now": ctx.clock.now(), "names": [row["name"] for row in done]},
		)
	counted: list[Row] = [
		{"step": e.step, "approver": e.turn, "user": e.user, "decision": e.kind} for e in now.counted
	]
	new: list[Row] = [
		{
			"step": now.step,
			"approver": turn,
			"user": user,
			"other_user": locked.people.instead_of(user),
			"decision": WAITING,
			"decided_at": None,
		}
		for turn, user in now.waits_for
		if (now.step, turn, user) not in asked_before
	]
	copies = _copies(locked, now, rows)
	locked.insert(*counted, *copies, *new)
	_send_copies(locked, copies)
	if now.state != OPEN:
		approval_requests.close(locked, now.state, reason)
		return
	_wait(locked, now, new, [row["user"] for row in done], asked_before)


def _wait(
	locked: LockedRequest,
	now: Progress,
	new: list[Row],
	done: list[str],
	asked_before: set[tuple[int, int, str]],
) -> None:
	ctx = locked.ctx
	is_new_step = now.step != locked.step or not any(step == now.step for step, *_ in asked_before)
	is_new_turn = not {turn for turn, _ in now.waits_for} & {turn for _, turn, _ in asked_before}
	changes: Row = {"state": OPEN, "current_step": now.step, "reason": ""}
	if is_new_step or is_new_turn:
		step = locked.policy.by_number[now.step]
		changes["due_at"], changes["remind_at"] = time_limits.times(ctx, locked.policy, step, ctx.clock.now())
		changes["is_timed_out"] = 0
	approval_requests.write(locked, **changes)
	waiting = {user for _, user in now.waits_for}
	if is_new_step:
		ctx.notifier.done(DOCTYPE, locked.name)
	else:
		for user in sorted({ctx.identity.user, *done} - waiting):
			ctx.notifier.done(DOCTYPE, locked.name, user=user)
	ctx.notifier.todo(
		list(dict.fromkeys(row["user"] for row in new)),
		"{document_type} {document} waits for your approval: {about}",
		DOCTYPE,
		locked.name,
		document_type=locked.facts.doctype,
		document=locked.facts.name,
		about=locked.row["subject"] or locked.facts.applicant,
	)


def _copies(locked: LockedRequest, now: Progress, rows: list[Row]) -> list[Row]:
	"""Return a row for everybody to whom a step that is behind copies the document, once in each round."""
	copied = {
		(int(row["step"]), row["user"])
		for row in rows
		if row["decision"] == COPIED and int(row["round"] or 1) == locked.round
	}
	return [
		{"step": step.number, "user": user, "decision": COPIED}
		for step in now.passed
		if step.kind == COPY_TO
		for user in _people_of(locked, step)
		if (step.number, user) not in copied
	]


def _people_of(locked: LockedRequest, step: Step) -> list[str]:
	return list(dict.fromkeys(user for turn in locked.people.of_step(step) for user in turn.users))


def _send_copies(locked: LockedRequest, copies: list[Row]) -> None:
	if copies:
		locked.ctx.notifier.inform(
			[row["user"] for row in copies],
			"{document_type} {document} is copied to you.",
			DOCTYPE,
			locked.name,
			document_type=locked.facts.doctype,
			document=locked.facts.name,
		)


def _key(row: Row) -> tuple[int, int, str]:
	return int(row["step"]), int(row["approver"]), row["user"]


def ask_again(ctx: Context, name: str) -> None:
	"""Ask those who are to decide by now, for people come and go while a request waits; withdraw one whose document is no
	draft any more. Locks the request.

	Raises what :func:`approval_requests.lock` raises, or Conflict (``nobody_to_approve``).
	"""
	locked = approval_requests.lock(ctx, name)
	if not is_draft(locked):
		approval_requests.close(locked, WITHDRAWN, "The document is no draft any more.")
		return
	advance(locked, locked.step)


def is_draft(locked: LockedRequest) -> bool:
	"""Return whether the document of a request is still there, and a draft."""
	try:
		document = locked.ctx.documents.values(locked.facts.doctype, locked.facts.name)
	except NotFound:
		return False
	return may_be_approved(locked.facts.doctype, document)
