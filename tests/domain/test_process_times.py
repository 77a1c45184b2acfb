"""Record lag, time in a state, what is typed by hand: the worked values of their definitions."""

from datetime import datetime
from decimal import Decimal as D

from inventory_midplatform.domain.process_times import (
	WEEKEND,
	Recorded,
	hand_typed,
	hours_between,
	record_lag,
	stays,
	times,
)
from inventory_midplatform.domain.working_time import Calendar

OFFICE = Calendar(days_off=WEEKEND)
FRIDAY, MONDAY = datetime(2025, 6, 6, 17, 30), datetime(2025, 6, 9, 9, 30)


def test_a_weekend_is_64_hours_and_one_working_hour() -> None:
	found = record_lag([Recorded(FRIDAY, MONDAY, OFFICE)])
	assert (found.wall.median, found.working.median, found.ahead) == (64, 1, 0)


def test_what_was_recorded_before_it_happened_is_apart() -> None:
	found = record_lag([Recorded(FRIDAY, MONDAY, OFFICE), Recorded(MONDAY, FRIDAY, OFFICE)])
	assert (found.wall.count, found.wall.median, found.ahead) == (1, 64, 1)
	none = record_lag([])
	assert (none.wall.count, none.wall.median, none.wall.p90) == (0, None, None)


def test_median_and_ninetieth_percentile() -> None:
	found = times([D(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100)])
	assert (found.count, found.median, found.p90, found.total) == (10, D("5.5"), 9, 145)
	assert times([D(3)]).median == 3


def test_hours_have_a_sign() -> None:
	assert (hours_between(FRIDAY, MONDAY), hours_between(MONDAY, FRIDAY)) == (64, -64)


def test_a_state_lasts_until_the_next_and_the_last_has_no_end() -> None:
	at = [datetime(2025, 6, 6, hour) for hour in range(8, 14)]
	steps = [
		("a", "To Pick", at[0]),
		("b", "To Pick", at[1]),
		("a", "To Ship", at[2]),
		("a", "Shipped", at[5]),
	]
	assert stays(steps) == [("a", "To Pick", at[0], at[2]), ("a", "To Ship", at[2], at[5])]
	assert stays([]) == []


def test_typed_by_hand_is_what_has_nothing_upstream_and_was_not_imported() -> None:
	"""One of four. By who owns the documents, three of four would seem typed."""
	found = hand_typed([(True, False, 2), (False, True, 1), (False, False, 1)])
	assert (int(found.part), int(found.of), found.value) == (1, 4, 0.25)
	assert hand_typed([]).value is None
