"""Time limits of approval steps, in working hours: when a step is due, and when its people are reminded."""

from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.approval_policy import Policy, Step
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.working_time import Calendar
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval.calendars import Calendars


def times(ctx: Context, policy: Policy, step: Step, now: datetime) -> tuple[datetime | None, datetime | None]:
	"""Return when a step that begins now is due and when its people are reminded; None where it has no such time.

	A reminder that would come before the step begins is left out.
	"""
	if step.time_limit <= ZERO:
		return None, None
	calendar = calendar_of(ctx, policy)
	try:
		due_at = calendar.add(now, step.time_limit)
		remind_at = calendar.subtract_from(due_at, step.remind_before) if step.remind_before > ZERO else None
	except InvalidInput:  # more than ten years
		return None, None
	return due_at, remind_at if remind_at and remind_at > now else None


def left(
	ctx: Context, policy: Policy, due_at: datetime | None, now: datetime
) -> tuple[float | None, datetime | None]:
	"""Return the working hours until a step is due, below zero where it is over, and when the clock goes on; None without a
	limit, or while it runs.
	"""
	if due_at is None:
		return None, None
	calendar = calendar_of(ctx, policy)
	return float(round(calendar.between(now, due_at), 2)), calendar.resumes_at(now)


def a_day_later(ctx: Context, policy: Policy, now: datetime) -> datetime:
	"""Return the moment when as many working hours have passed as a day has."""
	calendar = calendar_of(ctx, policy)
	return calendar.add(now, calendar.hours_of_a_day)


def calendar_of(ctx: Context, policy: Policy) -> Calendar:
	"""Return the calendar of a policy. One that has become wrong must not stop a request: hours that are none count as the usual
	ones, and a holiday list that leaves no working day is passed over.
	"""
	try:
		calendar = Calendars(ctx).of(policy)
	except InvalidInput:
		return Calendar()
	try:
		calendar.add(ctx.clock.now(), Decimal(1))
	except InvalidInput:
		return Calendar(calendar.day_begins, calendar.day_ends)
	return calendar


def check_calendar(ctx: Context, policy: Policy) -> None:
	"""Refuse working hours and a holiday list in which no time limit of the policy ends.

	Raises InvalidInput (``day_ends_first``, ``invalid_input``, ``no_working_time``).
	"""
	calendar, now = Calendars(ctx).of(policy), ctx.clock.now()
	for step in policy.steps:
		calendar.add(now, max(step.time_limit, step.remind_before))
