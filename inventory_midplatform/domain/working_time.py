"""Working time: hours of working days, in which the time limits of approvals are counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput

DAY_BEGINS, DAY_ENDS = time(9), time(18)

HORIZON = 3653
"""Ten years, in days: no time limit goes further."""

NO_WORKING_TIME = "no_working_time"

MICROSECONDS = Decimal(3_600_000_000)
"""In an hour."""


@dataclass(frozen=True)
class Calendar:
	"""A working day lasts from ``day_begins`` to ``day_ends``, where midnight is the end of the day.

	Every day is a working day but the ``holidays``. These are listed from ``first`` to ``last``; on days before and after,
	the days of the week in ``days_off`` (Monday is 0) are free.

	Raises InvalidInput (``day_ends_first``).
	"""

	day_begins: time = DAY_BEGINS
	day_ends: time = DAY_ENDS
	holidays: frozenset[date] = field(default=frozenset())
	days_off: frozenset[int] = field(default=frozenset())
	first: date = date.max
	last: date = date.min

	def __post_init__(self) -> None:
		if self._closing <= _since_midnight(self.day_begins):
			raise InvalidInput(
				"A working day that begins at {begins} cannot end at {ends}.",
				code="day_ends_first",
				begins=f"{self.day_begins:%H:%M}",
				ends=f"{self.day_ends:%H:%M}",
			)

	@property
	def hours_of_a_day(self) -> Decimal:
		return _hours(self._closing - _since_midnight(self.day_begins))

	def is_working_day(self, day: date) -> bool:
		if day in self.holidays:
			return False
		return self.first <= day <= self.last or day.weekday() not in self.days_off

	def add(self, start: datetime, hours: Decimal) -> datetime:
		"""Return the moment when so many working hours have passed since ``start``: the end of a day before the beginning of
		the next. Raises InvalidInput (``no_working_time``) where ten years do not have them.
		"""
		left = _duration(hours)
		if left <= timedelta(0):
			return start if not left else self.subtract_from(start, -hours)
		for begins, ends in self._working_times(start.date(), 1, hours):
			begins = max(begins, start)
			if ends - begins >= left:
				return begins + left
			left -= max(ends - begins, timedelta(0))
		raise AssertionError("unreachable")

	def subtract_from(self, due: datetime, hours: Decimal) -> datetime:
		"""Return the moment after which so many working hours pass until ``due``: the beginning of a day before the end of
		the one before. Raises what :meth:`add` raises.
		"""
		left = _duration(hours)
		if left <= timedelta(0):
			return due if not left else self.add(due, -hours)
		for begins, ends in self._working_times(due.date(), -1, hours):
			ends = min(ends, due)
			if ends - begins >= left:
				return ends - left
			left -= max(ends - begins, timedelta(0))
		raise AssertionError("unreachable")

	def between(self, start: datetime, end: datetime) -> Decimal:
		"""Return the working hours between two moments; below zero where ``end`` is before ``start``."""
		if end < start:
			return -self.between(end, start)
		passed, day = timedelta(0), start.date()
		while day <= end.date():
			if self.is_working_day(day):
				begins, ends = self._span(day)
				passed += max(min(ends, end) - max(begins, start), timedelta(0))
			day += timedelta(1)
		return _hours(passed)

	def resumes_at(self, now: datetime) -> datetime | None:
		"""Return when working time goes on, or None where it is working time. Raises InvalidInput (``no_working_time``)."""
		for begins, ends in self._working_times(now.date(), 1, Decimal(0)):
			if begins <= now < ends:
				return None
			if now < begins:
				return begins
		raise AssertionError("unreachable")

	@property
	def _closing(self) -> timedelta:
		return _since_midnight(self.day_ends) or timedelta(1)

	def _span(self, day: date) -> tuple[datetime, datetime]:
		midnight = datetime.combine(day, time())
		return midnight + _since_midnight(self.day_begins), midnight + self._closing

	def _working_times(self, first: date, step: int, hours: Decimal) -> Iterator[tuple[datetime, datetime]]:
		for number in range(HORIZON):
			day = first + timedelta(step * number)
			if self.is_working_day(day):
				yield self._span(day)
		raise InvalidInput(
			"The ten years around {date} do not have {hours} working hours: look at the holiday list.",
			code=NO_WORKING_TIME,
			date=first.isoformat(),
			hours=f"{hours.normalize():f}",
		)


def time_of(value: Any, default: time) -> time:
	"""Return a time of day from what a database or JSON holds: a time, the time since midnight, or a text such as 9:00.

	Raises InvalidInput (``invalid_input``).
	"""
	if value is None or value == "":
		return default
	if isinstance(value, time):
		return value
	try:
		if isinstance(value, timedelta):
			return (datetime.min + value).time() if value < timedelta(1) else time()
		hours, minutes, seconds = (*(int(float(part)) for part in str(value).split(":")), 0, 0)[:3]
		return time(hours, minutes, seconds)
	except (ValueError, OverflowError):
		raise InvalidInput(
			"{value} is no time of day.", code="invalid_input", value=str(value)[:60]
		) from None


def _since_midnight(value: time) -> timedelta:
	return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)


def _duration(hours: Decimal) -> timedelta:
	return timedelta(microseconds=int((hours * MICROSECONDS).to_integral_value()))


def _hours(duration: timedelta) -> Decimal:
	return Decimal(duration // timedelta(microseconds=1)) / MICROSECONDS
