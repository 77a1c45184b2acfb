"""What happens when the time of an approval step is over: its people are reminded, others are asked too, or it is decided."""

from inventory_midplatform.domain.approval_flow import (
	ESCALATED,
	HIGHER,
	REJECTED,
	REMINDED,
	TIMED_OUT,
	WAITING,
	WITHDRAWN,
)
from inventory_midplatform.domain.approval_policy import APPROVE, ESCALATE, REJECT, Step
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval import approval_requests, asking, deciding, time_limits
from inventory_midplatform.services.approval.approval_requests import LockedRequest

OVERDUE = """
SELECT name FROM `tabApproval Request`
WHERE state = 'Open' AND is_timed_out = 0 AND due_at <= %(now)s ORDER BY due_at, name
"""
TO_REMIND = """
SELECT name FROM `tabApproval Request` WHERE state = 'Open' AND remind_at <= %(now)s ORDER BY remind_at, name
"""

TIME_IS_OVER = "The time for it is over."
"""Why a request is rejected that nobody decided in time."""


def overdue(ctx: Context) -> list[str]:
	"""Return the requests whose step has not been decided in time, those that are due first; once for each step."""
	return [row["name"] for row in ctx.store.rows(OVERDUE, {"now": ctx.clock.now()})]


def to_remind(ctx: Context) -> list[str]:
	"""Return the requests of whose step people are to be reminded now."""
	return [row["name"] for row in ctx.store.rows(TO_REMIND, {"now": ctx.clock.now()})]


def due(ctx: Context) -> list[str]:
	"""Return the requests for which there is something to do now."""
	return list(dict.fromkeys((*overdue(ctx), *to_remind(ctx))))


def act(ctx: Context, name: str) -> str:
	"""Do what a request's step says about its time, if that is still due; return what was done, as its history says it: Reminded,
	Escalated, Timed Out, Rejected, Withdrawn, or nothing. Locks the request.

	The version of the policy counts by which the request began. What changed since it was requested is not approved by time:
	its people are reminded. Raises what :func:`approval_requests.lock` raises, and Conflict (``nobody_to_approve``).
	"""
	locked = approval_requests.lock(ctx, name)
	now = ctx.clock.now()
	due_at, remind_at = locked.row["due_at"], locked.row["remind_at"]
	is_over = due_at is not None and due_at <= now and not int(locked.row["is_timed_out"] or 0)
	if not is_over and (remind_at is None or remind_at > now):
		return ""
	if not asking.is_draft(locked):
		approval_requests.close(locked, WITHDRAWN, "The document is no draft any more.")
		return WITHDRAWN
	return _time_out(locked, locked.policy.by_number[locked.step]) if is_over else _remind(locked)


def _time_out(locked: LockedRequest, step: Step) -> str:
	if step.on_time_out == APPROVE and _is_unchanged(locked):
		locked.insert({"step": locked.step, "decision": TIMED_OUT, "user": None})
		asking.advance(locked, locked.step)
		return TIMED_OUT
	if step.on_time_out == REJECT:
		row = {"step": locked.step, "approver": HIGHER, "decision": REJECTED, "user": None}
		locked.insert({**row, "reason": TIME_IS_OVER})
		asking.advance(locked, locked.step, TIME_IS_OVER)
		return REJECTED
	if step.on_time_out == ESCALATE:
		locked.insert({"step": locked.step, "approver": HIGHER, "decision": ESCALATED, "user": None})
		asking.advance(locked, locked.step)
		_passed(locked)
		return ESCALATED
	_passed(locked)
	_remind_people(locked)
	return REMINDED


def _remind(locked: LockedRequest) -> str:
	if int(locked.row["is_timed_out"] or 0):
		_passed(locked)
	else:
		approval_requests.write(locked, remind_at=None)
	_remind_people(locked)
	return REMINDED


def _passed(locked: LockedRequest) -> None:
	"""Note that the time is over. As long as nobody decides, people are reminded once a working day."""
	again = time_limits.a_day_later(locked.ctx, locked.policy, locked.ctx.clock.now())
	approval_requests.write(locked, is_timed_out=1, remind_at=again)


def _remind_people(locked: LockedRequest) -> None:
	users = [row["user"] for row in locked.rows() if row["decision"] == WAITING]
	locked.insert({"step": locked.step, "decision": REMINDED, "user": None})
	deciding.remind_of(locked, users)


def _is_unchanged(locked: LockedRequest) -> bool:
	document = locked.ctx.documents.values(locked.facts.doctype, locked.facts.name)
	return approval_requests.is_unchanged(locked.ctx, locked.row, document)
