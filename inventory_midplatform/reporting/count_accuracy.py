"""How far counts agree with the books, read from Stock Reconciliations."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain import service_level as rules
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.service_level import CountAccuracy, Counted
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.reporting import stock_overview
from inventory_midplatform.reporting.scope import Scope, rows_of
from inventory_midplatform.reporting.service_groups import COMPANY, Key, as_date, grouped, of_one_unit
from inventory_midplatform.services.batching import batches

_OF_COUNTS = (
	"d.docstatus = 1 AND d.purpose = 'Stock Reconciliation' AND d.posting_date BETWEEN %(first)s AND %(last)s"
)

_ROWS = f"""
SELECT d.name AS document, d.posting_date, r.name, r.item_code, r.batch_no, r.warehouse, r.current_qty AS book, r.qty AS found,
	COALESCE(NULLIF(r.current_valuation_rate, 0), r.valuation_rate) AS rate, wh.company, item.item_group, item.stock_uom
FROM `tabStock Reconciliation` d
JOIN `tabStock Reconciliation Item` r ON r.parent = d.name
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = r.warehouse
WHERE {{where}} AND {_OF_COUNTS}
	AND NOT (r.qty = r.current_qty AND r.current_valuation_rate > 0 AND r.valuation_rate <> r.current_valuation_rate)
"""
"""Rows that count. One whose quantity agrees and whose rate was changed is a revaluation."""

_MATCHED = f"""
SELECT d.name AS document, d.posting_date, d.inventory_matched AS matched FROM `tabStock Reconciliation` d
WHERE {_OF_COUNTS} AND d.inventory_matched IS NOT NULL
"""

_OF_ITEMS = """
SELECT item.name AS item_code, wh.name AS warehouse, wh.company, item.item_group, item.stock_uom,
	COALESCE(book.valuation_rate, 0) AS rate
FROM `tabItem` item JOIN `tabWarehouse` wh
LEFT JOIN `tabBin` book ON book.item_code = item.name AND book.warehouse = wh.name
WHERE {where} AND {keys}
"""

_CHANGED_BINS = """
SELECT DISTINCT m.voucher_no, m.item_code, m.warehouse, m.bin FROM `tabStock Movement` m
WHERE m.voucher_type = 'Stock Reconciliation' AND m.voucher_no IN %(documents)s AND m.bin IS NOT NULL
"""

_BINS = """
SELECT stock.item_code, stock.warehouse, stock.bin FROM `tabBin Stock` stock
WHERE stock.qty <> 0 AND {keys}
"""


def count_accuracy(
	ctx: Context, scope: Scope, first: date, last: date, by: str = COMPANY
) -> dict[Key, CountAccuracy]:
	"""Return how far the counts of a period agreed with the books: exact rows, rows within the tolerance of their ABC class,
	quantity, value, bins.

	A few statements, and two for each 200 rows. Rows in which nothing differed count; a count in which nothing at all
	differed ERPNext refuses to save.
	"""
	return grouped(counted(ctx, scope, first, last), by, first, last, accuracy_of(ctx, scope))


def accuracy_of(ctx: Context, scope: Scope) -> Callable[[Sequence[Row], date, date], CountAccuracy]:
	"""Return what makes the figures of counted rows; classes are read when the first are asked for."""
	known: dict[str, Mapping[tuple[str, str], str]] = {}

	def figure(rows: Sequence[Row], first: date, last: date) -> CountAccuracy:
		if not known:
			known["abc"] = stock_overview.classes(ctx, scope)
		return _figure(rows, known["abc"])

	return figure


def counted(ctx: Context, scope: Scope, first: date, last: date) -> list[Row]:
	"""Return the rows of counts in a period, those that ERPNext dropped because nothing differed too."""
	about = {"first": first, "last": last}
	rows = [
		{
			**row,
			"day": as_date(row["posting_date"]),
			**{name: from_store(row[name]) for name in ("book", "found", "rate")},
		}
		for row in rows_of(ctx, _ROWS, scope, **about)
	]
	rows += _matched(ctx, scope, ctx.store.rows(_MATCHED, about))
	return _with_bins(ctx, rows)


def _matched(ctx: Context, scope: Scope, counts: Sequence[Row]) -> list[Row]:
	found = [
		{**row, "document": count["document"], "day": as_date(count["posting_date"])}
		for count in counts
		for row in json.loads(count["matched"])
	]
	known: dict[tuple[str, str], Row] = {}
	for some in batches(sorted({(row["item_code"], row["warehouse"]) for row in found})):
		keys, params = key_in(some, "item.name", "wh.name")
		for row in rows_of(ctx, _OF_ITEMS.replace("{keys}", keys), scope, **params):
			known[row["item_code"], row["warehouse"]] = {**row, "rate": from_store(row["rate"])}
	return [
		{
			**known[row["item_code"], row["warehouse"]],
			**row,
			"name": "",
			"book": Decimal(str(row["qty"])),
			"found": Decimal(str(row["qty"])),
		}
		for row in found
		if (row["item_code"], row["warehouse"]) in known
	]


def _figure(rows: Sequence[Row], abc: Mapping[tuple[str, str], str]) -> CountAccuracy:
	return rules.count_accuracy(
		[
			Counted(row["book"], row["found"], row["rate"], abc.get((row["item_code"], row["company"]), ""))
			for row in rows
		],
		[of_bin for row in rows for of_bin in row["bins"].items()],
		of_one_unit=of_one_unit(rows),
	)


def _with_bins(ctx: Context, rows: Sequence[Row]) -> list[Row]:
	"""Return the rows, each with its ``bins`` and whether the count left them as they were: those that its posting changed were wrong, the
	others in which the item lies were right.
	"""
	changed: dict[tuple[str, str, str], set[str]] = defaultdict(set)
	for some in batches(sorted({row["document"] for row in rows if row["book"] != row["found"]})):
		for m in ctx.store.rows(_CHANGED_BINS, {"documents": some}):
			changed[m["voucher_no"], m["item_code"], m["warehouse"]].add(m["bin"])
	lies_in: dict[tuple[str, str], set[str]] = defaultdict(set)
	for keys_of in batches(sorted({(row["item_code"], row["warehouse"]) for row in rows})):
		keys, params = key_in(keys_of, "stock.item_code", "stock.warehouse")
		for stock in ctx.store.rows(_BINS.replace("{keys}", keys), params):
			lies_in[stock["item_code"], stock["warehouse"]].add(stock["bin"])
	found = []
	for row in rows:
		wrong = changed.get((row["document"], row["item_code"], row["warehouse"]), set())
		right = lies_in.get((row["item_code"], row["warehouse"]), set())
		found.append({**row, "bins": {bin: bin not in wrong for bin in wrong | right}})
	return found
