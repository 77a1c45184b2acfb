"""Turnover, days of stock, cover, item-days out of stock and XYZ: the worked values of the definitions."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from inventory_midplatform.domain.ageing import abc_classes
from inventory_midplatform.domain.turnover import (
	Balances,
	ItemDays,
	balances,
	days_of_stock,
	days_out,
	forward_cover,
	per_year,
	running,
	turnover,
	variation,
	xyz_class,
)

FIRST = date(2025, 6, 1)
LAST = FIRST + timedelta(days=29)
T_CHANGES = {FIRST + timedelta(days=n - 1): D(net) for n, net in ((11, -40), (21, 10), (26, 50))}
"""Sold 40 on day 11, 10 came back on day 21, 50 received on day 26. The transfer of 30 on day 16 is none of the whole."""


@pytest.fixture
def month() -> Balances:
	return balances(D(120), T_CHANGES, FIRST, LAST)


def test_a_month_opens_with_what_was_there_and_its_days_are_averaged(month: Balances) -> None:
	assert (month.opening, month.closing) == (100, 120)
	assert (month.average, month.of_open_and_close) == (85, 110)


def test_turnover(month: Balances) -> None:
	net, gross = D(30), D(40)
	assert turnover(net, month.average) == pytest.approx(0.3529, abs=5e-5)
	assert per_year(turnover(net, month.average), 30) == pytest.approx(4.29, abs=0.005)
	assert turnover(gross, month.average) == pytest.approx(0.4706, abs=5e-5)
	assert turnover(net, month.of_open_and_close) == pytest.approx(0.2727, abs=5e-5)


def test_days_of_stock_and_cover(month: Balances) -> None:
	assert days_of_stock(D(30), month.average, 30) == 85
	assert days_of_stock(D(30), month.of_open_and_close, 30) == 110
	assert (forward_cover(D(120), D(30), 30), forward_cover(D(120), D(40), 30)) == (120, 90)


def test_a_value_turns_as_its_quantity_does() -> None:
	of_value = balances(D(1200), {day: 10 * net for day, net in T_CHANGES.items()}, FIRST, LAST)
	assert turnover(D(300), of_value.average) == turnover(D(30), D(85))


@pytest.mark.parametrize("average", [D(0), D(-5)])
def test_without_stock_there_is_no_turnover(average: D) -> None:
	assert turnover(D(30), average) is None
	assert per_year(turnover(D(30), average), 30) is None
	assert days_of_stock(D(30), average, 30) is None


def test_without_usage_stock_does_not_turn_and_lasts_for_no_number_of_days() -> None:
	assert turnover(D(0), D(10)) == 0
	assert days_of_stock(D(0), D(10), 30) is None
	assert forward_cover(D(10), D(0), 30) is None
	assert days_of_stock(D(-3), D(10), 30) is None  # more came back than left
	assert forward_cover(D(10), D(-3), 30) is None


def test_nothing_lasts_for_no_days() -> None:
	assert (forward_cover(D(0), D(3), 30), forward_cover(D(-2), D(3), 30)) == (0, 0)


def test_a_quiet_period_opens_and_closes_with_the_same_balance() -> None:
	assert running(D(5), [D(0), D(-2), D(0), D(4)]) == [(5, 5), (5, 3), (3, 3), (3, 7)]


def test_a_quiet_period_is_averaged_at_its_balance() -> None:
	assert balances(D(7), {}, FIRST, LAST) == Balances(D(7), D(7), D(7))


@pytest.mark.parametrize("length", [1, 11, 21, 30])
def test_the_opening_does_not_depend_on_the_last_day(length: int) -> None:
	last = FIRST + timedelta(days=length - 1)
	changes = {day: net for day, net in T_CHANGES.items() if day <= last}
	assert balances(100 + sum(changes.values(), D(0)), changes, FIRST, last).opening == 100


def day(n: int) -> date:
	return FIRST + timedelta(days=n - 1)


def test_item_days_of_the_worked_example() -> None:
	"""Ten days: S1 ships the last on day 5 and gets more on day 8; S2 always has some: 3 of 20 days."""
	first = days_out([(day(5), day(8))], FIRST, day(10))
	second = days_out([], FIRST, day(10))
	assert (first, second) == (ItemDays(3, 10), ItemDays(0, 10))
	assert (first + second).share == 0.15


@pytest.mark.parametrize(
	("out", "stocked_from", "expected"),
	[
		([(1, 11)], None, (0, 0)),  # never received
		([(1, 11)], 1, (10, 10)),  # out all the time
		([(1, 4)], 4, (0, 7)),  # received for the first time on day 4
		([(1, 4), (6, 11)], 4, (5, 7)),
		([(1, 4), (6, 7), (10, 15)], 1, (5, 10)),  # days after the period do not count
		([(10, 11)], 1, (1, 10)),
		([(12, 15)], 1, (0, 10)),
	],
)
def test_days_out(out: list[tuple[int, int]], stocked_from: int | None, expected: tuple[int, int]) -> None:
	stretches = [(day(since), day(back)) for since, back in out]
	assert days_out(stretches, day(stocked_from) if stocked_from else None, day(10)) == ItemDays(*expected)


def test_what_is_delisted_is_never_out_and_nothing_has_no_share() -> None:
	found = days_out([(FIRST, day(11))], FIRST, day(10), is_delisted=True)
	assert (found, found.share) == (ItemDays(), None)


def of(usage: list[int]) -> tuple[D, D, int]:
	return D(sum(usage)), D(sum(u * u for u in usage)), len(usage)


@pytest.mark.parametrize(
	("usage", "found", "letter"),
	[
		([5, 15, 5, 15], 0.5, "X"),
		([0, 0, 0, 40], 1.732, "Z"),
		([10, 10, 10], 0.0, "X"),
		([0, 10, 20], 0.816, "Y"),
		([0, 0], None, ""),
		([5, -5], None, ""),
		([], None, ""),
	],
)
def test_xyz(usage: list[int], found: float | None, letter: str) -> None:
	"""By the population: 5, 15, 5, 15 would be 0.577 as a sample, 0, 0, 0, 40 would be 2."""
	assert variation(*of(usage)) == (None if found is None else pytest.approx(found, abs=5e-4))
	assert xyz_class(*of(usage)) == letter


def test_a_month_without_usage_counts() -> None:
	total, squares, _ = of([40])
	assert variation(total, squares, 4) == pytest.approx(1.732, abs=5e-4)


def test_abc_of_the_worked_example() -> None:
	found = abc_classes(enumerate(map(D, (700, 200, 60, 40))))
	assert "".join(found[i] for i in range(4)) == "AABC"
