from datetime import date, datetime, time, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.working_time import DAY_BEGINS, HORIZON, Calendar, time_of

WEEKENDS = frozenset(
	day for day in (date(2026, 1, 1) + timedelta(n) for n in range(365)) if day.weekday() > 4
)
SPRING_FESTIVAL = frozenset(date(2026, 2, 16) + timedelta(n) for n in range(7))
OFFICE = Calendar(holidays=WEEKENDS | SPRING_FESTIVAL, days_off=frozenset((5, 6)))
WITH_LIST = Calendar(
	# worked in exchange for the festival
	holidays=(WEEKENDS | SPRING_FESTIVAL) - {date(2026, 2, 14)},
	days_off=frozenset((5, 6)),
	first=date(2026, 1, 1),
	last=date(2026, 12, 31),
)


def at(text: str) -> datetime:
	return datetime.fromisoformat(text)


@pytest.mark.parametrize(
	("start", "hours", "due"),
	[
		("2026-11-27 17:30", 8, "2026-11-30 16:30"),  # a Friday, and the Monday after
		("2026-11-27 09:00", 8, "2026-11-27 17:00"),
		("2026-11-27 09:00", 9, "2026-11-27 18:00"),
		("2026-11-27 09:00", "9.5", "2026-11-30 09:30"),
		("2026-11-27 09:00", 27, "2026-12-01 18:00"),
		("2026-11-27 06:15", 1, "2026-11-27 10:00"),
		("2026-11-27 18:00", 1, "2026-11-30 10:00"),
		("2026-11-27 23:59", 1, "2026-11-30 10:00"),
		("2026-11-28 15:32", 4, "2026-11-30 13:00"),
		("2026-11-28 15:32", 0, "2026-11-28 15:32"),
		("2026-11-25 10:00", "0.25", "2026-11-25 10:15"),
		("2026-02-13 17:00", 2, "2026-02-23 10:00"),  # the Spring Festival between them
		("2026-12-31 17:00", 2, "2027-01-01 10:00"),  # beyond the list: weekends only
		("2027-01-01 17:00", 2, "2027-01-04 10:00"),
		("2026-11-30 16:30", -8, "2026-11-27 17:30"),
	],
)
def test_time_limit(start: str, hours: Any, due: str) -> None:
	assert OFFICE.add(at(start), D(hours)) == at(due)


def test_a_saturday_that_is_worked_counts_while_the_list_lasts() -> None:
	assert WITH_LIST.add(at("2026-02-13 17:00"), D(2)) == at("2026-02-14 10:00")
	assert WITH_LIST.add(at("2027-01-01 17:00"), D(2)) == at("2027-01-04 10:00")


@pytest.mark.parametrize(
	("due", "hours", "moment"),
	[
		("2026-11-30 16:30", 8, "2026-11-27 17:30"),
		("2026-11-30 16:30", "7.5", "2026-11-30 09:00"),
		("2026-11-30 16:30", 2, "2026-11-30 14:30"),
		("2026-11-28 12:00", 1, "2026-11-27 17:00"),
		("2026-11-30 08:00", 1, "2026-11-27 17:00"),
		("2026-11-30 16:30", 0, "2026-11-30 16:30"),
	],
)
def test_reminder_before_it(due: str, hours: Any, moment: str) -> None:
	assert OFFICE.subtract_from(at(due), D(hours)) == at(moment)


@pytest.mark.parametrize(
	("start", "end", "hours"),
	[
		("2026-11-27 17:30", "2026-11-30 16:30", 8),
		("2026-11-30 16:30", "2026-11-27 17:30", -8),
		("2026-11-28 00:00", "2026-11-29 23:00", 0),
		("2026-11-27 12:00", "2026-11-27 12:20", D(1) / 3),
	],
)
def test_hours_between(start: str, end: str, hours: Any) -> None:
	assert OFFICE.between(at(start), at(end)) == D(hours)


@pytest.mark.parametrize(
	("now", "resumes"),
	[
		("2026-11-27 09:00", None),
		("2026-11-27 17:59", None),
		("2026-11-27 18:00", "2026-11-30 09:00"),
		("2026-11-27 08:00", "2026-11-27 09:00"),
		("2026-11-28 15:32", "2026-11-30 09:00"),
	],
)
def test_when_the_clock_resumes(now: str, resumes: str | None) -> None:
	assert OFFICE.resumes_at(at(now)) == (at(resumes) if resumes else None)


def test_a_day_may_end_at_midnight() -> None:
	around_the_clock = Calendar(time(0), time(0))
	assert around_the_clock.hours_of_a_day == 24
	assert around_the_clock.add(at("2026-11-28 15:00"), D(48)) == at("2026-11-30 15:00")
	evening = Calendar(time(14), time(0))
	assert evening.add(at("2026-11-28 23:00"), D(2)) == at("2026-11-29 15:00")


@pytest.mark.parametrize(("begins", "ends"), [(time(18), time(9)), (time(9), time(9))])
def test_a_day_ends_after_it_begins(begins: time, ends: time) -> None:
	with pytest.raises(InvalidInput, match="cannot end") as refused:
		Calendar(begins, ends)
	assert refused.value.code == "day_ends_first"


def test_a_calendar_without_working_days_says_so() -> None:
	"""Whether its list has every day, or every day of the week is off; and a limit beyond ten years."""
	every_day = frozenset(date(2026, 11, 1) + timedelta(n) for n in range(-HORIZON, HORIZON + 99))
	for calendar in (Calendar(holidays=every_day), Calendar(days_off=frozenset(range(7)))):
		for ask in (
			lambda c: c.add(at("2026-11-27 12:00"), D(1)),
			lambda c: c.subtract_from(at("2026-11-27 12:00"), D(1)),
			lambda c: c.resumes_at(at("2026-11-27 12:00")),
		):
			with pytest.raises(InvalidInput, match="holiday list") as refused:
				ask(calendar)
			assert refused.value.code == "no_working_time"
		assert calendar.between(at("2026-11-02 12:00"), at("2026-11-27 12:00")) == 0
	with pytest.raises(InvalidInput, match="do not have 40000 working hours"):
		Calendar().add(at("2026-11-27 12:00"), D(40000))


@pytest.mark.parametrize(
	("value", "found"),
	[
		("9:00", time(9)),
		("09:30:00", time(9, 30)),
		("18:00:00.000000", time(18)),
		(timedelta(hours=8, minutes=15), time(8, 15)),
		(timedelta(hours=24), time(0)),
		(time(7), time(7)),
		("", DAY_BEGINS),
		(None, DAY_BEGINS),
	],
)
def test_times_of_day_as_they_are_stored(value: Any, found: time) -> None:
	assert time_of(value, DAY_BEGINS) == found


@pytest.mark.parametrize("value", ["25:00", "nine", "9:75", "9:00:00:00:x", -timedelta(hours=1)])
def test_what_is_no_time_of_day(value: Any) -> None:
	with pytest.raises(InvalidInput, match="no time of day"):
		time_of(value, DAY_BEGINS)


MOMENTS = st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1))
HOURS = st.decimals(0, 500, places=4)
TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@st.composite
def calendars(draw: Any) -> Calendar:
	begins, ends = sorted(draw(st.tuples(TIMES, TIMES)))
	if begins == ends:
		ends = time(0)
	first = date(2026, 1, 1)
	days = st.integers(0, 700).map(lambda n: first + timedelta(n))
	days_off = draw(st.frozensets(st.integers(0, 6), max_size=6))
	holidays = draw(st.frozensets(days, max_size=60))
	return Calendar(begins, ends, holidays, days_off, first, first + timedelta(draw(st.integers(0, 700))))


def _enough(calendar: Calendar, hours: D) -> D:
	"""Return so few hours that ten years have them: a working day may last a minute."""
	return min(hours, calendar.hours_of_a_day * 200)


@given(calendars(), MOMENTS, HOURS)
def test_add_then_between_gives_the_hours_back(calendar: Calendar, start: datetime, hours: D) -> None:
	hours = _enough(calendar, hours)
	due = calendar.add(start, hours)
	assert abs(calendar.between(start, due) - hours) < D("0.000001")
	assert abs(calendar.between(calendar.subtract_from(due, hours), due) - hours) < D("0.000001")
	assert due >= start


@given(calendars(), MOMENTS, MOMENTS, HOURS, HOURS)
def test_later_starts_and_longer_limits_are_due_later(
	calendar: Calendar, one: datetime, other: datetime, few: D, many: D
) -> None:
	(one, other), (few, many) = (
		sorted((one, other)),
		sorted((_enough(calendar, few), _enough(calendar, many))),
	)
	assert calendar.add(one, few) <= calendar.add(one, many)
	assert calendar.add(one, few) <= calendar.add(other, few)
	assert calendar.subtract_from(one, many) <= calendar.subtract_from(one, few)


@given(calendars(), MOMENTS)
def test_the_clock_resumes_at_the_next_working_moment(calendar: Calendar, now: datetime) -> None:
	resumes = calendar.resumes_at(now)
	begins = resumes or now
	assert calendar.between(now, begins) == 0
	assert calendar.between(begins, begins + timedelta(seconds=1)) > 0
