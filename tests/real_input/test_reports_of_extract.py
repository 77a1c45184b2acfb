"""The real extract through the reports: each figure is what plain Python makes of the files, or of the raw documents where no
file says it (what was made, and when it was delivered)."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from extract import Loaded

from inventory_midplatform.domain import kpi as kpis
from inventory_midplatform.domain.kpi import KPIS
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import view_query
from inventory_midplatform.reporting.in_and_out_trend import in_and_out_trend
from inventory_midplatform.reporting.kpi_measures import Measuring
from inventory_midplatform.reporting.movement_journal import movement_journal
from inventory_midplatform.reporting.process_diagnosis import process_diagnosis
from inventory_midplatform.reporting.realtime_stock import realtime_stock
from inventory_midplatform.reporting.service_report import service_levels
from inventory_midplatform.reporting.stock_ageing import stock_ageing
from inventory_midplatform.reporting.stock_outs import stock_outs
from inventory_midplatform.reporting.stock_overview import ITEM, stock_overview
from inventory_midplatform.reporting.turnover import turnover_and_days_of_stock

pytestmark = pytest.mark.soak

MANY = 100_000
"""More rows than there are."""


def came(loaded: Loaded) -> dict[tuple[str, date], int]:
	"""Pieces by item and day of what was bought or came back, from the files; what was there before, on the day before."""
	found: dict[tuple[str, date], int] = defaultdict(int)
	period = loaded.report.period
	for code, pieces in loaded.counted("opening_stock.csv", qty="quantity").items():
		found[code, period.opening_day] += pieces
	with (loaded.folder / "items.csv").open(encoding="utf-8") as stream:
		items = {row["item_code"] for row in csv.DictReader(stream)}
	for file, days, shift, qty in (
		("purchase_lines.csv", ("ship_date", "due_date"), 4, "stocked_qty"),
		("returns.csv", ("return_date",), 0, "qty"),
	):
		with (loaded.folder / file).open(encoding="utf-8") as stream:
			for row in csv.DictReader(stream):
				last = max(row[name] for name in days)
				day = date(int(last[:4]) + shift, int(last[5:7]), int(last[8:]))
				if row["item_code"] in items and int(row[qty]) and period.has(day):
					found[row["item_code"], day] += int(row[qty])
	return found


def on_hand(loaded: Loaded) -> Counter[str]:
	return Counter({code: int(qty) for code, qty in loaded.report.state.on_hand.items() if qty})


def bought(loaded: Loaded) -> set[str]:
	"""The items that no Monday makes: the files say all that came of them."""
	return {code for code, item in loaded.report.extract.items.items() if not item.made}


def test_what_came_in_on_each_day(loaded: Loaded) -> None:
	with loaded.platform.context(writes=False) as ctx:
		rows: list[Row] = []
		while True:
			view = view_query.query(
				ctx,
				"changes",
				group=[{"field": "item_code"}, {"field": "day"}],
				measures=["qty_in"],
				where=[{"field": "item_code", "op": "in", "value": sorted(bought(loaded))[:500]}],
				start=len(rows),
				limit=5000,
			)
			rows += view.rows
			if not view.truncated:
				break
	listed = set(sorted(bought(loaded))[:500])
	shown = {(row["item_code"], row["day"]): int(row["qty_in"]) for row in rows if row["qty_in"]}
	assert shown == {key: qty for key, qty in came(loaded).items() if key[0] in listed and qty}
	assert len(shown) > 100


def test_the_trend_by_month(loaded: Loaded) -> None:
	period = loaded.report.period
	incoming, outgoing, closing = Counter[str](), Counter[str](), 0
	with loaded.platform.context(writes=False) as ctx:
		found = in_and_out_trend(
			ctx, from_date=period.opening_day, to_date=period.last, grain="month", limit=MANY, by_unit=True
		)
		of_bought = [
			in_and_out_trend(
				ctx, item_code=code, from_date=period.opening_day, to_date=period.last, grain="month"
			)
			for code in sorted(on_hand(loaded).keys() & bought(loaded))[:25]
		]
	for row in found.rows:
		incoming["all"] += int(row["qty_in"])
		outgoing["all"] += int(row["qty_out"])
	closing = sum(int(total["closing_qty"]) for total in found.totals)
	reported = {
		kind: sum(loaded.reported(kind).values()) for kind in ("opening", "purchased", "returned", "produced")
	}
	assert incoming["all"] == sum(reported.values())
	assert outgoing["all"] == sum(loaded.reported("delivered").values())
	assert closing == sum(on_hand(loaded).values())
	by_month: dict[tuple[str, str], int] = defaultdict(int)
	for (code, day), qty in came(loaded).items():
		by_month[code, f"{day:%Y-%m}"] += qty
	codes = sorted(on_hand(loaded).keys() & bought(loaded))[:25]
	for code, trend in zip(codes, of_bought, strict=True):
		shown = {row["period"]: int(row["qty_in"]) for row in trend.rows if row["qty_in"]}
		assert shown == {month: qty for (item, month), qty in by_month.items() if item == code and qty}
		balances = [int(row["closing_qty"]) for row in trend.rows]
		assert balances[-1] == on_hand(loaded)[code]
		assert [int(row["opening_qty"]) for row in trend.rows[1:]] == balances[:-1]


def test_turnover_and_stock_as_it_is_now(loaded: Loaded) -> None:
	period = loaded.report.period
	with loaded.platform.context(writes=False) as ctx:
		turned = turnover_and_days_of_stock(
			ctx, from_date=period.first, to_date=period.last, usage="gross", limit=MANY
		)
		now = realtime_stock(ctx, limit=MANY)
		overview = stock_overview(ctx, group_by=ITEM, limit=MANY)
		waits = stock_outs(ctx, limit=MANY)
	used = Counter({row["item_code"]: int(row["gross_usage"]) for row in turned.rows if row["gross_usage"]})
	assert used == loaded.reported("delivered")
	assert Counter(
		{r["item_code"]: int(r["closing_qty"]) for r in turned.rows if r["closing_qty"]}
	) == on_hand(loaded)
	assert Counter({row["item_code"]: int(row["on_hand"]) for row in now.rows if row["on_hand"]}) == on_hand(
		loaded
	)
	assert Counter({row["item_code"]: int(row["qty"]) for row in overview.rows}) == on_hand(loaded)
	assert Counter({r["item_code"]: int(r["waiting"]) for r in now.rows if r["waiting"]}) == loaded.reported(
		"waiting"
	)
	assert sum(int(row["waiting"]) for row in waits.rows) == sum(loaded.reported("waiting").values())
	booked = loaded.rows("SELECT item_code, stock_value FROM `tabBin`")
	values = {row["item_code"]: float(row["stock_value"]) for row in booked}
	for row in overview.rows:
		assert float(row["value"]) == pytest.approx(values[row["item_code"]], abs=1e-4)


def test_the_age_of_what_is_left(loaded: Loaded) -> None:
	"""First in, first out: of a bought item the last that came is left. Days are of the files."""
	with loaded.platform.context(writes=False) as ctx:
		today = ctx.clock.now().date()
		rows = stock_ageing(ctx, limit=MANY, by_quantity=True).rows
	found = {row["item_code"]: row for row in rows}
	by_item: dict[str, list[tuple[date, int]]] = defaultdict(list)
	for (code, day), qty in came(loaded).items():
		by_item[code].append((day, qty))
	compared = 0
	for code in on_hand(loaded).keys() & bought(loaded):
		left, ages = on_hand(loaded)[code], []
		for day, qty in sorted(by_item[code], reverse=True):
			taken = min(left, qty)
			left -= taken
			ages += [((today - day).days, taken)] if taken else []
		assert left == 0
		mean = sum(age * qty for age, qty in ages) / sum(qty for _, qty in ages)
		assert found[code]["mean_age"] == pytest.approx(mean)
		assert found[code]["oldest_age"] == max(age for age, _ in ages)
		compared += 1
	assert compared > 100


def test_the_journal_of_the_item_bought_most(loaded: Loaded) -> None:
	period = loaded.report.period
	code = next(c for c, _ in loaded.reported("purchased").most_common() if c in bought(loaded))
	rows: list[Row] = []
	with loaded.platform.context(writes=False) as ctx:
		page = 1
		while True:
			found = movement_journal(
				ctx, item_code=code, from_date=period.opening_day, to_date=period.last, page=page
			)
			rows += found.rows
			if page >= found.pages:
				break
			page += 1
	incoming = sum(int(row["incoming"] or 0) for row in rows)
	assert incoming == sum(qty for (item, _), qty in came(loaded).items() if item == code)
	assert int(found.balances[0].closing) == on_hand(loaded)[code]
	balance = 0
	for row in rows:
		balance += int(row["incoming"] or 0) - int(row["outgoing"] or 0)
		assert row["balance"] is None or int(row["balance"]) == balance


def promised(loaded: Loaded) -> dict[str, list[tuple[date, int, list[tuple[date, int]]]]]:
	"""Of each order (due, pieces, deliveries) of its rows, from the raw documents."""
	delivered: dict[str, list[tuple[date, int]]] = defaultdict(list)
	for row in loaded.rows(
		"SELECT r.so_detail, d.posting_date AS day, r.stock_qty AS qty FROM `tabDelivery Note Item` r"
		" JOIN `tabDelivery Note` d ON d.name = r.parent AND d.docstatus = 1"
	):
		delivered[row["so_detail"]].append((_day(row["day"]), int(row["qty"])))
	orders: dict[str, list[Any]] = defaultdict(list)
	for row in loaded.rows("SELECT name, parent, stock_qty, delivery_date FROM `tabSales Order Item`"):
		orders[row["parent"]].append(
			(_day(row["delivery_date"]), int(row["stock_qty"]), delivered[row["name"]])
		)
	return orders


def _day(value: Any) -> date:
	return date.fromisoformat(str(value)[:10])


def met(line: tuple[date, int, list[tuple[date, int]]]) -> bool:
	due, qty, deliveries = line
	return sum(moved for day, moved in deliveries if day <= due) >= qty


def test_service_and_on_time_delivery(loaded: Loaded) -> None:
	period = loaded.report.period
	orders = promised(loaded)
	lines = [line for of_order in orders.values() for line in of_order]
	with loaded.platform.context(writes=False) as ctx:
		(found,) = service_levels(ctx, from_date=period.first, to_date=period.last, by="").companies
		measured = Measuring()(ctx, KPIS[kpis.ON_TIME], period.first, period.last)
	assert found["otif_lines"] == pytest.approx(sum(map(met, lines)) / len(lines))
	whole = [all(map(met, of_order)) for of_order in orders.values()]
	assert found["otif_orders"] == pytest.approx(sum(whole) / len(whole))
	assert measured
	(ratio,) = (ratio for (_, place), ratio in measured.totals.items() if not place)
	assert float(ratio.numerator) == pytest.approx(sum(whole))
	assert round(ratio.denominator) == len(whole)
	assert 0 < sum(whole) < len(whole)


def test_turnover_and_stock_outs_as_kpis(loaded: Loaded) -> None:
	"""From the balances at the end of every day, added up from the raw movements."""
	period = loaded.report.period
	first = max(period.first, period.last - timedelta(days=29))
	moved: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
	for row in loaded.rows(
		"SELECT item_code, SUBSTR(posting_datetime, 1, 10) AS day, SUM(qty) AS qty FROM `tabStock Movement`"
		" WHERE voucher_type <> '' GROUP BY item_code, SUBSTR(posting_datetime, 1, 10)"
	):
		moved[row["item_code"]][_day(row["day"])] += Decimal(str(row["qty"]))
	out = stocked = 0
	for days in moved.values():
		balance, since = Decimal(0), None
		day = period.opening_day
		while day <= period.last:
			balance += days.get(day, Decimal(0))
			since = day if since is None and day in days else since
			if day >= first and since is not None:
				stocked += 1
				out += balance <= 0
			day += timedelta(days=1)
	with loaded.platform.context(writes=False) as ctx:
		measured = Measuring()(ctx, KPIS[kpis.STOCK_OUT_RATE], first, period.last)
	assert measured
	(ratio,) = (ratio for (_, place), ratio in measured.totals.items() if not place)
	assert (int(ratio.numerator), int(ratio.denominator)) == (out, stocked)


def test_documents_typed_by_hand(loaded: Loaded) -> None:
	"""What the import posts names no document before it, but what it delivers."""
	period = loaded.report.period
	with loaded.platform.context(writes=False) as ctx:
		found = process_diagnosis(ctx, from_date=period.opening_day, to_date=date.today())
	typed = {
		row["document_type"]: (row["number"], row["hand_typed_share"])
		for row in found.rows
		if row["kind"] == "typed"
	}
	posted = loaded.report.tally.documents
	assert typed == {
		"Purchase Receipt": (posted["purchased"], 1),
		"Stock Entry": (posted["opening"] + posted["returned"] + posted["produced"], 1),
		"Delivery Note": (0, 0),
	}
