"""Figures of service equal what plain Python computes beside a random history of orders, deliveries, cancellations,
counts and purchases: none of the reports' own rules is used for what is expected."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain.service_level import Line, on_time_in_full
from inventory_midplatform.ports import PostingLine, ReceiptLine, Row
from inventory_midplatform.reporting.scope import scope
from inventory_midplatform.reporting.service_groups import MONTH, grouped
from inventory_midplatform.reporting.service_level import service

AGO = 60
ordered = st.tuples(
	st.integers(0, AGO - 1),
	st.lists(st.tuples(st.integers(1, 9), st.integers(0, 1)), min_size=1, max_size=3),
	st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9), st.integers(0, 20), st.booleans()), max_size=4),
)
counted = st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(0, AGO - 1))
bought = st.tuples(st.integers(1, 9), st.lists(st.integers(1, 5), max_size=3))


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('service')}/s.sqlite", Clock()))
	made.settings(ledger=True, reservation=False)
	yield made
	made.standalone.close()


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(
	orders=st.lists(ordered, min_size=1, max_size=5),
	counts=st.lists(counted, max_size=3),
	window=st.tuples(st.integers(0, AGO), st.integers(0, 30)),
)
def test_promises_and_counts_equal_a_computation_beside(
	platform: StandalonePlatform, orders: Any, counts: Any, window: tuple[int, int]
) -> None:
	item, books = platform.make_item(), platform.books
	group = platform.make_warehouse(is_group=1)
	places = [platform.make_warehouse(parent_warehouse=group) for _ in range(2)]
	now = datetime.now().replace(microsecond=0)
	today, long_ago = now.date(), now - timedelta(days=AGO + 5)
	books.receive([PostingLine(item, place, Decimal(500), Decimal(2)) for place in places], at=long_ago)

	first = today - timedelta(days=window[0])
	last = first + timedelta(days=window[1])
	rows: list[tuple[int, date, int, list[tuple[date, int]]]] = []
	for n, (days, lines, deliveries) in enumerate(orders):
		due = today - timedelta(days=days)
		posted = [PostingLine(item, places[at], Decimal(qty)) for qty, at in lines]
		order = books.order(platform.make_customer(), posted, order_date=due)
		names = [row["name"] for row in books.order_rows(order)]
		came: dict[int, list[tuple[date, int]]] = defaultdict(list)
		for line, qty, after, is_cancelled in deliveries:
			left = lines[line][0] - sum(q for _, q in came[line]) if line < len(lines) else 0
			day = due + timedelta(days=after - 8)
			if left and day <= today:
				part = min(qty, left)
				at = datetime(day.year, day.month, day.day, 23, 59, 59)
				voucher = books.deliver(order, {names[line]: Decimal(part)}, at=min(at, now))
				if is_cancelled:
					books.cancel(voucher)
				else:
					came[line].append((day, part))
		rows += [(n, due, qty, came[line]) for line, (qty, _) in enumerate(lines)]
	there = {place: _there(platform, item, place) for place in places}
	expected_counts = []
	for at, found, days in counts:
		had, has = there[places[at]], there[places[at]] + found - 15
		day = today - timedelta(days=days)
		books.count([PostingLine(item, places[at], Decimal(has), Decimal(2))], at=now - timedelta(days=days))
		there[places[at]] = has
		if first <= day <= last:
			expected_counts.append((had, has))

	with platform.context() as ctx:
		(by_company,) = service(ctx, scope(ctx, warehouse=group), first, last, "")
	figures = next(iter(by_company.values()), None)
	due_rows = [row for row in rows if first <= row[1] <= last and row[1] < today]
	met = {id(row): sum(q for day, q in row[3] if day <= row[1]) >= row[2] for row in due_rows}
	numbers = {row[0] for row in due_rows}
	whole = [all(met[id(row)] for row in due_rows if row[0] == n) for n in numbers]
	if not due_rows:
		found_lines = figures and figures.on_time and figures.on_time.lines.value
		assert found_lines is None
	else:
		assert figures is not None
		assert figures.on_time is not None
		got = figures.on_time
		assert got.qty is not None
		assert (got.lines.part, got.lines.of) == (sum(met.values()), len(due_rows))
		assert (got.orders.part, got.orders.of) == (sum(whole), len(whole))
		in_time = sum(min(row[2], sum(q for day, q in row[3] if day <= row[1])) for row in due_rows)
		assert (got.qty.part, got.qty.of) == (in_time, sum(row[2] for row in due_rows))
	if expected_counts:
		assert figures is not None
		assert figures.counts is not None
		assert figures.counts.qty is not None
		off = sum(abs(has - had) for had, has in expected_counts)
		exact = sum(has == had for had, has in expected_counts)
		assert (figures.counts.lines.part, figures.counts.lines.of) == (exact, len(expected_counts))
		booked = sum(had for had, _ in expected_counts)
		assert (figures.counts.qty.part, figures.counts.qty.of) == (booked - off, booked)
	else:
		assert figures is None or figures.counts is None


def _there(platform: StandalonePlatform, item: str, place: str) -> int:
	sql = "SELECT actual_qty FROM `tabBin` WHERE item_code = %(item)s AND warehouse = %(place)s"
	(row,) = platform.rows(sql, item=item, place=place)
	return int(row["actual_qty"])


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(orders=st.lists(bought, min_size=1, max_size=4))
def test_lead_times_equal_a_computation_beside(platform: StandalonePlatform, orders: Any) -> None:
	item, place, supplier = platform.make_item(), platform.make_warehouse(), platform.make_supplier()
	books, today = platform.books, datetime.now().date()
	expected = []
	try:
		for qty, parts in orders:
			platform.put_clock(timedelta())
			order = books.purchase(supplier, [PostingLine(item, place, Decimal(qty), Decimal(1))])
			(row,) = books.purchase_rows(order)
			came, days = [], 0
			for n, part in enumerate(parts):
				days += n + 1
				part = min(part, qty - sum(q for _, q in came))
				if part:
					platform.put_clock(timedelta(days=days))
					line = ReceiptLine(row["name"], item, Decimal(part))
					books.submit(books.draft_receipt("Purchase Order", order, place, [line]))
					came.append((days, part))
			if came:
				total, complete = 0, None
				for day, part in came:
					total += part
					complete = day if total >= qty and complete is None else complete
				expected.append((came[0][0], complete, sum(d * q for d, q in came) / total))
	finally:
		platform.put_clock(timedelta())
	with platform.context() as ctx:
		about = scope(ctx, warehouse=place)
		(by,) = service(ctx, about, today, today + timedelta(days=30), "supplier")
	figures = next(iter(by.values()), None)
	if not expected:
		assert figures is None
		return
	assert figures is not None
	assert figures.supply is not None
	complete_in = [c for _, c, _ in expected if c is not None]
	assert figures.supply.lines == len(expected)
	assert figures.supply.first == pytest.approx(sum(f for f, _, _ in expected) / len(expected))
	assert figures.supply.weighted == pytest.approx(sum(w for *_, w in expected) / len(expected))
	assert figures.supply.complete == (
		pytest.approx(sum(complete_in) / len(complete_in)) if complete_in else None
	)


def test_by_month_an_order_counts_in_the_month_of_its_last_row() -> None:
	def row(order: str, due: date, came: date | None) -> Row:
		moved = [(came, Decimal(2))] if came else []
		return {"company": "C", "parent": order, "day": due, "line": Line(order, due, Decimal(2), moved)}

	rows = [
		row("two months", date(2025, 1, 30), date(2025, 1, 30)),
		row("two months", date(2025, 2, 2), None),
		row("one month", date(2025, 1, 10), date(2025, 1, 9)),
		row("before", date(2024, 12, 31), None),
	]
	first, last, today = date(2025, 1, 5), date(2025, 2, 20), date(2025, 3, 1)
	found = grouped(
		rows,
		MONTH,
		first,
		last,
		lambda part, begins, ends: on_time_in_full([r["line"] for r in part], today, begins, ends),
	)
	shares = {
		month: (f.orders.part, f.orders.of, f.lines.part, f.lines.of) for (_, month), f in found.items()
	}
	assert shares == {"2025-01": (1, 1, 2, 2), "2025-02": (0, 1, 0, 1)}
