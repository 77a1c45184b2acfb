"""A period is cut into days, weeks, months or fiscal years without a gap, and ends where it ends."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.periods import (
	FISCAL,
	FISCAL_QUARTER,
	FISCAL_YEAR,
	GRAINS,
	MONTH,
	WEEK,
	Part,
	first_day,
	fiscal_years,
	label,
	parts,
	whole_months,
)

YEARS = fiscal_years(
	"C", [Part(f"{year}", date(year, 4, 1), date(year + 1, 3, 31)) for year in range(1999, 2093)]
)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 800), st.sampled_from(GRAINS))
def test_parts_have_no_gap_and_each_day_is_in_the_one_of_its_name(first: date, days: int, grain: str) -> None:
	last = first + timedelta(days=days)
	found = parts(first, last, grain, YEARS)
	assert (found[0].first, found[-1].last) == (first, last)
	assert all(b.first - a.last == timedelta(days=1) for a, b in itertools.pairwise(found))
	assert [part.label for part in found] == sorted({part.label for part in found})
	for part in found:
		assert label(part.first, grain, YEARS) == label(part.last, grain, YEARS) == part.label


@pytest.mark.parametrize(
	("day", "name"), [((2027, 1, 1), "2026-W53"), ((2024, 12, 30), "2025-W01"), ((2026, 11, 29), "2026-W48")]
)
def test_weeks_are_of_iso(day: tuple[int, int, int], name: str) -> None:
	assert label(date(*day), WEEK) == name


def test_months_across_a_year() -> None:
	found = parts(date(2025, 12, 31), date(2026, 2, 1), MONTH)
	assert [(p.label, p.first.day, p.last.day) for p in found] == [
		("2025-12", 31, 31),
		("2026-01", 1, 31),
		("2026-02", 1, 1),
	]


def test_whole_months() -> None:
	found = whole_months(date(2024, 1, 31), date(2024, 4, 29))
	assert [part.label for part in found] == ["2024-02", "2024-03"]
	assert whole_months(date(2024, 1, 2), date(2024, 1, 31)) == []


def test_fiscal_years_and_their_quarters() -> None:
	day = date(2026, 2, 15)
	assert label(day, FISCAL_YEAR, YEARS) == "2025"
	assert (label(day, FISCAL_QUARTER, YEARS), first_day(day, FISCAL_QUARTER, YEARS)) == (
		"2025 Q4",
		date(2026, 1, 1),
	)


def test_a_short_year_has_fewer_quarters_and_the_year_that_begins_last_counts() -> None:
	first, short, second = (
		Part("2024", date(2024, 1, 1), date(2024, 12, 31)),
		Part("2025 short", date(2025, 1, 1), date(2025, 5, 30)),
		Part("2025-26", date(2025, 4, 30), date(2026, 4, 29)),
	)
	years = fiscal_years("C", [second, first, short])
	assert [(p.label, p.last) for p in years.every(FISCAL_YEAR)] == [
		("2024", date(2024, 12, 31)),
		("2025 short", date(2025, 4, 29)),
		("2025-26", date(2026, 4, 29)),
	]
	quarters = [(p.label, p.first, p.last) for p in years.every(FISCAL_QUARTER)][4:]
	assert quarters == [
		("2025 short Q1", date(2025, 1, 1), date(2025, 3, 31)),
		("2025 short Q2", date(2025, 4, 1), date(2025, 4, 29)),
		("2025-26 Q1", date(2025, 4, 30), date(2025, 7, 29)),
		("2025-26 Q2", date(2025, 7, 30), date(2025, 10, 29)),
		("2025-26 Q3", date(2025, 10, 30), date(2026, 1, 29)),
		("2025-26 Q4", date(2026, 1, 30), date(2026, 4, 29)),
	]


@pytest.mark.parametrize("grain", FISCAL)
def test_a_day_without_a_fiscal_year_is_named(grain: str) -> None:
	years = fiscal_years("C", [Part("2025", date(2025, 1, 1), date(2025, 12, 31))])
	with pytest.raises(InvalidInput) as refused:
		parts(date(2025, 12, 1), date(2026, 1, 2), grain, years)
	assert refused.value.message() == "No Fiscal Year of C has the day 2026-01-01."
