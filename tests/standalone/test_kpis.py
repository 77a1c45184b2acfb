"""On-time delivery by whole orders, and the change of a figure on random parts, without a database where none is needed."""

from datetime import date
from decimal import Decimal as D
from typing import Any

from inventory_midplatform.domain import kpi
from inventory_midplatform.domain.kpi import Ratio, added_up
from inventory_midplatform.domain.service_level import Line
from inventory_midplatform.reporting import kpi_measures

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 14)


def row(order: str, item: str, due: int, qty: int, *moved: tuple[int, int], warehouse: str = "A") -> Any:
	days = tuple((date(2026, 3, day), D(part)) for day, part in moved)
	line = Line(order, date(2026, 3, due), D(qty), days)
	return {"parent": order, "item_code": item, "company": "C", "warehouse": warehouse, "line": line}


# kpis.md, example O, as of the 15th
EXAMPLE = [
	row("O1", "A", 10, 10, (9, 10)),
	row("O1", "B", 10, 5, (10, 5)),
	row("O2", "A", 10, 10, (10, 6), (12, 4)),
	row("O3", "A", 10, 5, (10, 5)),
	row("O3", "B", 10, 5),
	row("O4", "A", 20, 5),
]


def orders(rows: list[Any], by: Any = lambda row: row["parent"]) -> list[kpi.Part]:
	return list(kpi_measures.order_parts(rows, by, FIRST, LAST))


def test_one_order_of_three_was_on_time_and_in_full() -> None:
	whole = sum((part.ratio for part in orders(EXAMPLE)), Ratio())
	assert (whole.numerator, whole.denominator) == (1, 3)
	assert kpi.value_of(kpi.KPIS[kpi.ON_TIME], whole, 30) == D(100) / 3


def test_what_an_order_misses_is_of_the_lines_that_missed_it() -> None:
	by_item = added_up((part.item_code, part.ratio) for part in orders(EXAMPLE))
	assert by_item["B"] == Ratio(D("0.5") + D("0.5") - 1, D(1))
	assert by_item["A"] == Ratio(D("0.5") + 0 + D("0.5"), D(2))
	steps = {part.step for part in orders(EXAMPLE)}
	assert steps == {kpi_measures.MET, kpi_measures.LATE, kpi_measures.NOT_DELIVERED}


def test_an_order_of_two_warehouses_is_one_of_each() -> None:
	rows = [row("O5", "A", 10, 1, (9, 1)), row("O5", "B", 10, 1, warehouse="B")]
	assert sum((part.ratio for part in orders(rows)), Ratio()) == Ratio(D(0), D(1))
	places = orders(rows, lambda row: (row["parent"], row["warehouse"]))
	assert added_up((part.warehouse, part.ratio) for part in places) == {
		"A": Ratio(D(1), D(1)),
		"B": Ratio(D(0), D(1)),
	}
