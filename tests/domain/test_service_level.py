"""On time and in full, order lines short, counts, lead times: the worked values of their definitions, and what people
complain about in figures that others make of the same."""

from datetime import date
from decimal import Decimal as D

import pytest

from inventory_midplatform.domain.service_level import (
	Counted,
	Line,
	Share,
	count_accuracy,
	count_of,
	lead_times,
	lines_short,
	mean,
	on_time_in_full,
	percentile,
	spread,
	unit_fill,
)


def of(n: int) -> date:
	return date(2025, 6, n)


TODAY = of(15)
ORDERS = [
	Line("O1", of(10), D(10), [(of(9), D(10))]),
	Line("O1", of(10), D(5), [(of(10), D(5))]),
	Line("O2", of(10), D(10), [(of(10), D(6)), (of(12), D(4))]),
	Line("O3", of(10), D(5), [(of(10), D(5))]),
	Line("O3", of(10), D(5)),
	Line("O4", of(20), D(7)),
]


def parts(share: Share | None) -> tuple[int, int] | None:
	return None if share is None else (int(share.part), int(share.of))


def test_on_time_in_full_by_orders_lines_and_quantity() -> None:
	found = on_time_in_full(ORDERS, TODAY)
	assert (parts(found.orders), parts(found.lines), parts(found.qty)) == ((1, 3), (3, 5), (26, 35))
	assert found.qty is not None
	assert found.qty.value == pytest.approx(0.743, abs=0.0005)


def test_rows_of_deliveries_are_not_lines_of_orders() -> None:
	"""Four of five delivery rows came in time: that leaves out what was never delivered."""
	found = on_time_in_full(ORDERS, TODAY)
	assert found.lines.value != D(4) / D(5)


@pytest.mark.parametrize(
	("line", "expected"),
	[
		pytest.param(Line("x", of(15), D(5)), None, id="due today: it may still come"),
		pytest.param(Line("x", of(16), D(5), [(of(12), D(5))]), None, id="not yet due, though delivered"),
		pytest.param(Line("x", of(14), D(5)), (0, 1), id="nothing delivered"),
		pytest.param(Line("x", of(14), D(5), [(of(14), D(5))]), (1, 1), id="on its day, at any hour"),
		pytest.param(Line("x", of(13), D(5), [(of(14), D(5))]), (0, 1), id="a day late"),
		pytest.param(Line("x", of(14), D(5), [(of(13), D(4))]), (0, 1), id="in time, but not all"),
		pytest.param(Line("x", of(14), D(5), [(of(1), D(2)), (of(2), D(3))]), (1, 1), id="in two deliveries"),
		pytest.param(Line("x", of(14), D(0)), None, id="nothing ordered"),
	],
)
def test_a_line(line: Line, expected: tuple[int, int] | None) -> None:
	found = on_time_in_full([line], TODAY)
	assert (None if found.lines.value is None else parts(found.lines)) == expected
	assert (found.orders.value is None) == (expected is None)


def test_more_than_ordered_is_no_more_than_all_and_does_not_make_up_for_other_lines() -> None:
	lines = [Line("x", of(10), D(5), [(of(9), D(50))]), Line("y", of(10), D(5))]
	found = on_time_in_full(lines, TODAY)
	assert (parts(found.qty), parts(found.lines)) == ((5, 10), (1, 2))


def test_an_order_counts_when_all_of_its_lines_are_due() -> None:
	found = on_time_in_full([Line("x", of(10), D(5)), Line("x", of(20), D(5))], TODAY)
	assert (found.orders.value, parts(found.lines)) == (None, (0, 1))


def test_nothing_is_no_share_and_different_units_are_not_added() -> None:
	found = on_time_in_full([], TODAY)
	assert (found.orders.value, found.lines.value, found.qty and found.qty.value) == (None, None, None)
	assert on_time_in_full(ORDERS, TODAY, of_one_unit=False).qty is None
	assert Share(D(-3), D(2)).value == 0
	assert Share(D(3), D(2)).value == 1


def test_stock_outs_by_order_lines_and_units() -> None:
	lines = [(D(8), D(5)), (D(2), D(0)), (D(4), D(4)), (D(6), D(6))]
	assert parts(lines_short(lines)) == (2, 4)
	assert parts(unit_fill(lines)) == (15, 20)
	assert (lines_short([]).value, unit_fill([]).value) == (None, None)


COUNTS = [
	("1", Counted(D(100), D(100), D(1), "C")),
	("1", Counted(D(10), D(9), D(100), "C")),
	("2", Counted(D(50), D(52), D(2), "C")),
	("3", Counted(D(20), D(20), D(5), "C")),
	("4", Counted(D(0), D(1), D(10), "C")),
]


def test_counts() -> None:
	found = count_accuracy([row for _, row in COUNTS], [(bin, not row.off) for bin, row in COUNTS])
	assert (parts(found.lines), parts(found.tolerance), parts(found.bins)) == ((2, 5), (3, 5), (1, 4))
	assert found.qty is not None
	assert (found.qty.value, found.value.value) == (
		pytest.approx(0.9778, abs=5e-5),
		pytest.approx(0.9123, abs=5e-5),
	)


def test_a_surplus_does_not_make_up_for_a_shortage() -> None:
	"""Netted, the counts above would be 98.89 and 93.38 %."""
	found = count_accuracy([Counted(D(10), D(8), D(1)), Counted(D(10), D(12), D(1))])
	assert found.qty is not None
	assert (found.qty.value, found.value.value) == (0.8, 0.8)


@pytest.mark.parametrize(
	("abc", "found", "within"),
	[("A", 101, 1), ("A", 102, 0), ("B", 103, 1), ("B", 104, 0), ("C", 95, 1), ("C", 94, 0), ("", 105, 1)],
)
def test_a_tolerance_is_by_class(abc: str, found: int, within: int) -> None:
	assert parts(count_accuracy([Counted(D(100), D(found), abc=abc)]).tolerance) == (within, 1)


def test_what_the_books_did_not_have_is_within_no_tolerance_and_makes_no_share() -> None:
	found = count_accuracy([Counted(D(0), D(3), D(9))])
	assert (parts(found.lines), parts(found.tolerance)) == ((0, 1), (0, 1))
	assert found.qty is not None
	assert (found.qty.value, found.value.value, found.bins.value) == (None, None, None)


def test_a_line_received_in_two_parts() -> None:
	march = [(date(2025, 3, 9), D(6)), (date(2025, 3, 15), D(4))]
	found = lead_times(date(2025, 3, 1), D(10), march)
	assert found is not None
	assert (found.first, found.complete, found.weighted) == (8, 14, D("10.4"))
	on_time = on_time_in_full([Line("PO", date(2025, 3, 11), D(10), march)], date(2025, 3, 31))
	assert (parts(on_time.qty), parts(on_time.lines)) == ((6, 10), (0, 1))


def test_lead_times_of_parts_of_nothing_and_of_what_was_recorded_afterwards() -> None:
	some = lead_times(of(1), D(10), [(of(3), D(4))])
	assert some is not None
	assert (some.first, some.complete, some.weighted) == (2, None, 2)
	assert lead_times(of(1), D(10), []) is None
	assert lead_times(of(5), D(10), [(of(3), D(10))]) is None, "no negative lead time"


def test_means_spreads_and_percentiles_of_what_is_known() -> None:
	values = [D(2), None, D(4), D(4), D(4), D(5), D(5), D(7), D(9)]
	assert (mean(values), spread(values)) == (5, 2)
	assert (mean([]), spread([D(3)]), percentile([], 0.9)) == (None, None, None)
	assert percentile([D(n) for n in range(1, 11)], 0.9) == 9
	assert percentile([D(4)], 0.9) == 4


def test_a_count_of_outcomes() -> None:
	assert parts(count_of([True, False, True])) == (2, 3)
	assert count_of([]).value is None
