"""Reports of stock beside ERPNext's, beside the bare SQL that reads the same rows, and with ten times the history."""

import gc
import multiprocessing
import re
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import frappe

from benchmarks import bulk, year_of_stock
from benchmarks.at_site import Queries, begin, connect, scaled
from benchmarks.figures import Figure, Part, middle, profile, repeated, short, span
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.reporting.realtime_stock import realtime_stock
from inventory_midplatform.reporting.stock_ageing import stock_ageing

ITEMS, PLACES = 10_000, 5
LAST = (19, 20)
"""The entries of a tenth of the history."""

TIMES = 3
ALL = 1_000_000
"""A limit above every number of rows."""

PLATFORM = "inventory_midplatform.inventory_midplatform.report"
ERPNEXT = "erpnext.stock.report"
MOST_BYTES = 150

Filter = dict[str, Any]


def today() -> date:
	return frappe.utils.getdate()


def month() -> Filter:
	return {"from_date": today() - timedelta(days=29), "to_date": today()}


def execute(report: str, filters: Filter) -> Any:
	"""Run a Script Report as Frappe does, without the browser."""
	return frappe.get_attr(f"{report}.{report.rsplit('.', 1)[1]}.execute")(frappe._dict(filters))


def of_platform(report: str, **filters: Any) -> Callable[[], Any]:
	return partial(execute, f"{PLATFORM}.{report}", filters)


def of_erpnext(report: str, **filters: Any) -> tuple[str, Filter]:
	return f"{ERPNEXT}.{report}", filters


# what runs in a process of its own


def every_age() -> int:
	return len(stock_ageing(site_context(), limit=ALL).rows)


def every_position() -> int:
	return len(realtime_stock(site_context(), limit=ALL).rows)


def of_report(report: str, filters: Filter) -> int:
	return len(execute(report, filters)[1])


def alone(work: Callable[..., int], *arguments: Any) -> dict[str, Any]:
	"""Run ``work`` once in a new process that has done it on one item. Return its seconds, rows, statements and megabytes."""
	context = multiprocessing.get_context("spawn")
	queue = context.Queue()
	here = (frappe.local.site, str(Path(frappe.local.sites_path).resolve()))
	process = context.Process(target=_alone, args=(*here, queue, work, arguments))
	process.start()
	found: dict[str, Any] = queue.get(timeout=1800)
	process.join(timeout=60)
	if found.get("error"):
		raise RuntimeError(found["error"])
	return found


def _alone(
	site: str, sites_path: str, queue: Any, work: Callable[..., int], arguments: Sequence[Any]
) -> None:
	try:
		connect(site, sites_path)
		realtime_stock(site_context(), item_code=f"{year_of_stock.PREFIX}-000001")
		if arguments:
			work(arguments[0], {**arguments[1], "item_code": f"{year_of_stock.PREFIX}-000001"})
		gc.collect()
		Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
		before = _megabytes("VmRSS")
		with Queries() as queries:
			started = time.perf_counter()
			rows = work(*arguments)
			used = time.perf_counter() - started
		peak = _megabytes("VmHWM") - before
		queue.put({"s": used, "rows": rows, "queries": queries.count, "mb": peak})
	except Exception:
		queue.put({"error": frappe.get_traceback()})
	frappe.destroy()


def _megabytes(name: str) -> float:
	found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
	assert found
	return int(found[1]) / 1024


# the SQL that reads the same rows, and does nothing else

AGES = """
SELECT layer.item_code, layer.warehouse, layer.received_on, layer.remaining_qty, book.stock_value
FROM `tabReceipt Layer` layer JOIN `tabBin` book ON book.item_code = layer.item_code AND book.warehouse = layer.warehouse
"""
AGES_BY_DAY = """
SELECT layer.received_on, SUM(layer.remaining_qty), SUM(layer.remaining_qty * book.valuation_rate)
FROM `tabReceipt Layer` layer JOIN `tabBin` book ON book.item_code = layer.item_code AND book.warehouse = layer.warehouse
GROUP BY layer.received_on
"""
POSITIONS = """
SELECT p.item_code, p.warehouse, p.on_hand, p.on_hold, p.reserved, p.last_change, book.ordered_qty
FROM `tabStock Position` p JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
"""
SUMS = "SELECT COUNT(*), SUM(on_hand), SUM(on_hold), SUM(reserved) FROM `tabStock Position`"
VALUES = """
SELECT p.warehouse, COUNT(*), SUM(p.on_hand), SUM(book.stock_value)
FROM `tabStock Position` p JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
GROUP BY p.warehouse
"""
CHANGES = """
SELECT snapshot_date, flow, SUM(qty_in), SUM(qty_out), SUM(value_in), SUM(value_out) FROM `tabStock Snapshot`
WHERE snapshot_date >= %(from_date)s GROUP BY snapshot_date, flow
"""
CHANGES_OF_ITEMS = """
SELECT item_code, flow, SUM(qty_in), SUM(qty_out), SUM(value_in), SUM(value_out) FROM `tabStock Snapshot`
WHERE snapshot_date >= %(from_date)s GROUP BY item_code, flow
"""


def bare(*statements: str) -> Callable[[], Any]:
	def read() -> None:
		for statement in statements:
			frappe.db.sql(statement, month())

	return read


class Bench:
	"""The figures of one run: what is small is measured again with ten times the history."""

	def __init__(self, part: Part, size: str):
		self.part, self.size = part, size
		self.before: dict[str, list[float]] = {}

	def here(self, reports: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
		found = {}
		for name, run in reports.items():
			run()
			found[name] = repeated(TIMES, run)
		return found

	def beside(self, what: str, times: list[float], side: str, other: float, aim: int) -> None:
		ratio = other / middle(times)
		text = f"{side} {short(other)} s"
		samples = {"here s": times, "beside s": [other]}
		aimed = (f"≥ {aim}×", ratio >= aim) if aim else ("", None)
		self.part.add(Figure(what, self.size, span(times), text, ratio, *aimed, samples))

	def beside_sql(self, what: str, times: list[float], run: Callable[[], Any]) -> None:
		run()
		other = repeated(TIMES, run)
		ratio = middle(times) / middle(other)
		samples = {"here s": times, "beside s": other}
		self.part.add(
			Figure(
				what, self.size, span(times), f"bare SQL {span(other)}", ratio, "≤ 3×", ratio <= 3, samples
			)
		)

	def statements(self, what: str, run: Callable[[], Any], most: int = 0) -> None:
		with Queries() as counted:
			run()
		aimed = (f"≤ {most}", counted.count <= most) if most else ("", None)
		self.part.add(Figure(f"{what}, SQL statements", self.size, str(counted.count), "", None, *aimed))

	def memory(
		self, what: str, here: dict[str, Any], side: str, other: dict[str, Any], most: int = 0
	) -> None:
		aimed = (f"< {most} MB", here["mb"] < most) if most else ("", None)
		text = f"{side} {short(other['mb'])} MB"
		self.part.add(
			Figure(
				f"{what}, peak memory",
				self.size,
				f"{short(here['mb'])} MB",
				text,
				other["mb"] / here["mb"],
				*aimed,
			)
		)

	def longer(self, what: str, few: list[float], many: list[float], sizes: str) -> None:
		ratio = middle(many) / middle(few)
		samples = {"here s": many, "beside s": few}
		self.part.add(
			Figure(
				what, sizes, span(many), f"with a tenth {span(few)}", ratio, "≤ 1.3×", ratio <= 1.3, samples
			)
		)


AGEING, REALTIME, OVERVIEW = "Inventory Ageing", "Realtime Stock", "Stock Overview"
TREND, TURNOVER = "In and Out Trend, a month by day", "Turnover and Days of Stock, 90 days"
VIEW = "`view.query`, value by {0}"


def pages() -> dict[str, Callable[[], Any]]:
	"""What the desk shows: numbers, chart and the first page of each report."""
	found = {
		AGEING: of_platform("inventory_ageing"),
		REALTIME: of_platform("realtime_stock"),
		OVERVIEW: of_platform("stock_overview"),
		TREND: of_platform("in_and_out_trend", grain="day", **month()),
		TURNOVER: of_platform("turnover_and_days_of_stock"),
	}
	try:
		from inventory_midplatform.reporting import view_query
	except ImportError:
		return found
	for field in ("warehouse", "item_group"):
		found[VIEW.format(field)] = partial(_view, view_query, field)
	return found


def _view(module: Any, field: str) -> Any:
	return module.query(site_context(), "stock", group=[{"field": field}], measures=["value", "items"])


def main() -> None:
	begin()
	part = Part("reports")
	items, warehouses = scaled(ITEMS, least=200), bulk.warehouses(PLACES)
	positions, each = items * PLACES, year_of_stock.EACH
	frappe.db.set_single_value(
		"Inventory Midplatform Settings", "history_from", today() - timedelta(days=1000)
	)
	frappe.db.commit()
	frappe.clear_document_cache("Inventory Midplatform Settings", "Inventory Midplatform Settings")
	year_of_stock.state(items, warehouses)
	year_of_stock.entries(items, warehouses, LAST)
	bench = Bench(part, f"{positions:,} rows, {positions * each:,} entries")
	few = bench.here(pages())
	year_of_stock.entries(items, warehouses, range(1, LAST[0]))
	many = bench.here(pages())
	for name, times in many.items():
		sizes = f"{positions * len(LAST):,} and {positions * each:,} entries"
		bench.longer(f"{name}: ten times the history", few[name], times, sizes)
	_beside_sql(bench, many)
	_beside_erpnext(bench, many, positions)
	for name, run in pages().items():
		part.profiles[name] = profile(run)
	part.report()


def _beside_sql(bench: Bench, many: dict[str, list[float]]) -> None:
	first = f"{AGES} LIMIT 4000", f"{POSITIONS} LIMIT 2000"
	for name, statements in {
		AGEING: (AGES_BY_DAY, first[0]),
		REALTIME: (SUMS, first[1]),
		OVERVIEW: (VALUES,),
		TREND: (CHANGES, VALUES),
		TURNOVER: (CHANGES_OF_ITEMS, VALUES),
	}.items():
		bench.beside_sql(f"{name}: numbers, chart and first page", many[name], bare(*statements))


def _beside_erpnext(bench: Bench, many: dict[str, list[float]], positions: int) -> None:
	company = frappe.db.get_value("Company", {}, "name")
	ranged = {"company": company, "range": "30, 60, 90, 180"}
	sides = {
		"Stock Ageing": of_erpnext(
			"stock_ageing", to_date=str(today()), show_warehouse_wise_stock=1, **ranged
		),
		"Stock Projected Qty": of_erpnext("stock_projected_qty", company=company),
		"Stock Balance, the month": of_erpnext(
			"stock_balance", company=company, valuation_field_type="Currency", **month()
		),
		"Stock Analytics, the month by week": of_erpnext(
			"stock_analytics",
			company=company,
			range="Weekly",
			value_quantity="Quantity",
			tree_type="Item",
			**month(),
		),
	}
	other = {name: alone(of_report, *of) for name, of in sides.items()}
	assert other["Stock Ageing"]["rows"] >= positions, other
	assert other["Stock Projected Qty"]["rows"] >= positions, other
	page = "numbers, chart and first page"
	for name, side, aim in (
		(AGEING, "Stock Ageing", 100),
		(REALTIME, "Stock Projected Qty", 200),
		(OVERVIEW, "Stock Balance, the month", 100),
		(TREND, "Stock Analytics, the month by week", 100),
		(TREND, "Stock Balance, the month", 100),
	):
		bench.beside(f"{name}: {page}", many[name], side, other[side]["s"], aim)
	for name, work, side, aim, statement in (
		(AGEING, every_age, "Stock Ageing", 50, AGES),
		(REALTIME, every_position, "Stock Projected Qty", 100, POSITIONS),
	):
		runs = [alone(work) for _ in range(TIMES)]
		assert all(run["rows"] == positions for run in runs), runs
		times = [run["s"] for run in runs]
		bench.beside(f"{name}: all rows", times, side, other[side]["s"], aim)
		bench.beside_sql(f"{name}: all rows", times, bare(statement))
		bench.memory(f"{name}: all rows", runs[0], side, other[side], MOST_BYTES)
		bench.statements(f"{name}: all rows", work, 10 if name == REALTIME else 0)
	for name, run in pages().items():
		bench.statements(name, run, 10 if name == REALTIME else 0)


if __name__ == "__main__":
	main()
