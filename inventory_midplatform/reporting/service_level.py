"""How well stock serves, read from documents: promises met, order lines short, counts that agree, picks, lead times.

Each function returns its figures by company and group (``service_groups.GROUPS``; an empty group is the whole company), each
share with its two parts. Companies are never added. What the user may not see does not count.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import service_level as rules
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.service_level import CountAccuracy, LeadTimes, Line, OnTimeInFull, Share
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.count_accuracy import accuracy_of, count_accuracy, counted
from inventory_midplatform.reporting.scope import Scope, rows_of
from inventory_midplatform.reporting.service_groups import (
	COMPANY,
	Key,
	as_date,
	grouped,
	moments,
	of_one_unit,
)

__all__ = [
	"Service",
	"StockOuts",
	"Supply",
	"count_accuracy",
	"on_time_in_full",
	"order_line_stock_outs",
	"pick_accuracy",
	"promises",
	"receipts",
	"service",
	"supplier_lead_times",
]

STOCKED = """(item.is_stock_item = 1 OR (
	SELECT MIN(part.name) FROM `tabPacked Item` part WHERE part.parent_detail_docname = line.name
) IS NOT NULL)"""
"""Whether a row of a Sales Order delivers stock: an item, or a product bundle. EXISTS would make MariaDB read all parts."""

_PROMISED = """
FROM (
	SELECT DISTINCT promised.parent FROM `tabSales Order Item` promised
	WHERE promised.inventory_promised_on BETWEEN %(first)s AND %(last)s
) due
JOIN `tabSales Order Item` line ON line.parent = due.parent
JOIN `tabSales Order` o ON o.name = line.parent AND o.docstatus = 1 AND COALESCE(o.skip_delivery_note, 0) = 0
JOIN `tabItem` item ON item.name = line.item_code
JOIN `tabWarehouse` wh ON wh.name = line.warehouse
"""
_OF_STOCK = f"WHERE {{where}} AND line.inventory_promised_on IS NOT NULL AND line.delivered_by_supplier = 0 AND {STOCKED}"

_LINES = f"""
SELECT line.name, line.parent, line.parent AS document, wh.company, o.customer, line.item_code, line.warehouse,
	item.item_group, item.stock_uom, line.stock_qty AS qty, line.inventory_promised_on AS due
{_PROMISED} {_OF_STOCK}
"""

_DELIVERED = f"""
SELECT line.name, d.posting_date AS day, r.stock_qty AS qty
{_PROMISED}
JOIN `tab{{doctype}} Item` r ON r.so_detail = line.name
JOIN `tab{{doctype}}` d ON d.name = r.parent AND d.docstatus = 1 AND d.is_return = 0 {{posts}}
{_OF_STOCK}
"""

_DEMANDED = """
SELECT r.name, o.name AS document, wh.company, o.customer, r.item_code, r.warehouse, item.item_group, item.stock_uom, r.creation AS at,
	r.first_qty AS qty, r.first_waiting_qty AS waiting
FROM `tabInventory Reservation` r
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = r.warehouse
JOIN `tabSales Order` o ON o.name = r.demand_name AND o.docstatus = 1
WHERE {where} AND r.demand_type = 'Sales Order' AND r.creation >= %(since)s AND r.creation < %(until)s
	AND r.first_qty > 0 AND NOT EXISTS (
		SELECT 1 FROM `tabInventory Reservation` earlier
		WHERE earlier.demand_type = r.demand_type AND earlier.demand_name = r.demand_name
			AND earlier.demand_line = r.demand_line AND earlier.item_code = r.item_code
			AND earlier.first_qty > 0 AND (earlier.creation < r.creation
				OR (earlier.creation = r.creation AND earlier.name < r.name))
	)
"""
"""What was demanded first of a row; not again when an order is opened again or grows."""

_PICKED = """
SELECT 'Outbound Order' AS doctype, p.outbound_order AS document, p.item_code, wh.company, o.customer, p.warehouse, item.item_group,
	MIN(p.picked_at) AS at, SUM(p.returned_qty) AS put_back
FROM `tabOutbound Pick` p
JOIN `tabOutbound Order` o ON o.name = p.outbound_order AND o.state NOT IN ('Cancelled', 'To Put Back')
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
WHERE {where} AND p.picked_at >= %(since)s AND p.picked_at < %(until)s
GROUP BY p.outbound_order, p.item_code, wh.company, o.customer, p.warehouse, item.item_group
"""

_SHORT = """
SELECT log.reference_doctype AS doctype, log.reference_name AS document, log.item_code, wh.company, o.customer, log.warehouse, item.item_group,
	MIN(log.happened_at) AS at
FROM `tabStock Operation Log` log
JOIN `tabItem` item ON item.name = log.item_code
JOIN `tabWarehouse` wh ON wh.name = log.warehouse
LEFT JOIN `tabOutbound Order` o ON o.name = log.reference_name
WHERE {where} AND log.operation = 'Short' AND log.happened_at >= %(since)s AND log.happened_at < %(until)s
GROUP BY log.reference_doctype, log.reference_name, log.item_code, wh.company, o.customer, log.warehouse, item.item_group
"""

_RECEIVED = """
SELECT line.name, o.name AS document, wh.company, o.supplier, line.item_code, line.warehouse, item.item_group, item.stock_uom,
	o.transaction_date AS ordered, line.stock_qty AS ordered_qty, d.posting_date AS day, r.stock_qty AS qty
FROM (
	SELECT DISTINCT part.{row} AS name FROM `tab{doctype}` came
	JOIN `tab{doctype} Item` part ON part.parent = came.name
	WHERE came.posting_date BETWEEN %(first)s AND %(last)s AND came.docstatus = 1 AND came.is_return = 0
) arrived
JOIN `tabPurchase Order Item` line ON line.name = arrived.name
JOIN `tabPurchase Order` o ON o.name = line.parent AND o.docstatus = 1
JOIN `tabItem` item ON item.name = line.item_code AND item.is_stock_item = 1
JOIN `tabWarehouse` wh ON wh.name = line.warehouse
JOIN `tab{doctype} Item` r ON r.{row} = line.name
JOIN `tab{doctype}` d ON d.name = r.parent AND d.docstatus = 1 AND d.is_return = 0 {posts}
	AND d.posting_date <= %(last)s
WHERE {where} AND line.delivered_by_supplier = 0
"""

_INVOICED = "AND d.update_stock = 1"


@dataclass(frozen=True)
class StockOuts:
	"""Order lines short of stock when they were ordered, and the quantity that was there."""

	lines: Share
	fill: Share | None


@dataclass(frozen=True)
class Supply:
	"""Lead times of lines of Purchase Orders, in days. ``spread`` is the standard deviation until they are complete."""

	lines: int = 0
	first: float | None = None
	complete: float | None = None
	weighted: float | None = None
	spread: float | None = None
	recorded_later: int = 0
	"""Lines that were received before they were ordered, and say nothing."""


@dataclass(frozen=True)
class Service:
	"""All figures of a company and group; what there is no data for is None."""

	on_time: OnTimeInFull | None = None
	stock_outs: StockOuts | None = None
	picks: Share | None = None
	counts: CountAccuracy | None = None
	supply: Supply | None = None


def service(ctx: Context, scope: Scope, first: date, last: date, *groups: str) -> list[dict[Key, Service]]:
	"""Return all figures of a period, of each of these ways to group. What they are made of is read once."""
	read: dict[str, tuple[list[Row], Callable[..., Any]]] = {
		"on_time": (promises(ctx, scope, first, last), _met(ctx.clock.now().date())),
		"stock_outs": (demands(ctx, scope, first, last), _stock_outs),
		"picks": (picks(ctx, scope, first, last), _right),
		"counts": (counted(ctx, scope, first, last), accuracy_of(ctx, scope)),
		"supply": (receipts(ctx, scope, first, last), _supply),
	}
	found = []
	for by in groups:
		figures: dict[Key, dict[str, Any]] = defaultdict(dict)
		for name, (rows, figure) in read.items():
			for key, value in grouped(rows, by, first, last, figure).items():
				figures[key][name] = value
		found.append({key: Service(**of) for key, of in figures.items()})
	return found


def on_time_in_full(
	ctx: Context, scope: Scope, first: date, last: date, by: str = COMPANY
) -> dict[Key, OnTimeInFull]:
	"""Return the promises to customers that were due in a period, by whole orders, lines and quantity. Three statements.

	Promised is the delivery date when the order was submitted: changed later, it counts as it was.
	"""
	return grouped(promises(ctx, scope, first, last), by, first, last, _met(ctx.clock.now().date()))


def promises(ctx: Context, scope: Scope, first: date, last: date) -> list[Row]:
	"""Return the rows of Sales Orders that have one due in a period, each with the :class:`Line` it is.

	What a customer sent back later was delivered. A closed order's rows count: who closes what is due has not delivered it.
	"""
	about = {"first": first, "last": last}
	moved: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
	for doctype, posts in (("Delivery Note", ""), ("Sales Invoice", _INVOICED)):
		sql = _DELIVERED.replace("{doctype}", doctype).replace("{posts}", posts)
		for row in rows_of(ctx, sql, scope, **about):
			moved[row["name"]].append((as_date(row["day"]), from_store(row["qty"])))
	return [
		{
			**row,
			"day": as_date(row["due"]),
			"line": Line(
				row["parent"], as_date(row["due"]), from_store(row["qty"]), tuple(moved[row["name"]])
			),
		}
		for row in rows_of(ctx, _LINES, scope, **about)
	]


def order_line_stock_outs(
	ctx: Context, scope: Scope, first: date, last: date, by: str = COMPANY
) -> dict[Key, StockOuts]:
	"""Return the order lines demanded in a period of which not all was available at once, and what was.

	Where Sales Orders do not reserve, nothing is known. One statement.
	"""
	return grouped(demands(ctx, scope, first, last), by, first, last, _stock_outs)


def demands(ctx: Context, scope: Scope, first: date, last: date) -> list[Row]:
	"""Return what rows of Sales Orders demanded in a period, and what of it was not available then."""
	found = rows_of(ctx, _DEMANDED, scope, **moments(first, last))
	return [{**row, "day": as_date(row["at"])} for row in found]


def pick_accuracy(ctx: Context, scope: Scope, first: date, last: date, by: str = COMPANY) -> dict[Key, Share]:
	"""Return how many picks were right: an item of an order of which nothing was short or put back. Two statements."""
	return grouped(picks(ctx, scope, first, last), by, first, last, _right)


def picks(ctx: Context, scope: Scope, first: date, last: date) -> list[Row]:
	"""Return the items picked for orders in a period, or reported short, and whether each ``is_right``."""
	found: dict[tuple[str, str], Row] = {}
	for row in rows_of(ctx, _PICKED, scope, **moments(first, last)):
		found[row["document"], row["item_code"]] = {**row, "is_right": not from_store(row["put_back"])}
	for row in rows_of(ctx, _SHORT, scope, **moments(first, last)):
		key = (row["document"], row["item_code"])
		found[key] = {**row, **found.get(key, {}), "is_right": False}
	return [{**row, "day": as_date(row["at"])} for row in found.values()]


def supplier_lead_times(
	ctx: Context, scope: Scope, first: date, last: date, by: str = COMPANY
) -> dict[Key, Supply]:
	"""Return the lead times of what was ordered of suppliers and came in a period, with all that had come of it by its end.

	A line is of the day on which it came last. Two statements.
	"""
	return grouped(receipts(ctx, scope, first, last), by, first, last, _supply)


def receipts(ctx: Context, scope: Scope, first: date, last: date) -> list[Row]:
	"""Return the rows of Purchase Orders that came in a period, each with its :class:`LeadTimes`."""
	lines: dict[str, Row] = {}
	for doctype, detail, posts in (
		("Purchase Receipt", "purchase_order_item", ""),
		("Purchase Invoice", "po_detail", _INVOICED),
	):
		sql = _RECEIVED.replace("{doctype}", doctype).replace("{row}", detail).replace("{posts}", posts)
		for row in rows_of(ctx, sql, scope, first=first, last=last):
			line = lines.setdefault(row["name"], {**row, "moved": []})
			line["moved"].append((as_date(row["day"]), from_store(row["qty"])))
	return [
		{
			**line,
			"day": max(day for day, _ in line["moved"]),
			"times": rules.lead_times(
				as_date(line["ordered"]), from_store(line["ordered_qty"]), line["moved"]
			),
		}
		for line in lines.values()
	]


def _met(today: date) -> Callable[[Sequence[Row], date, date], OnTimeInFull]:
	def figure(rows: Sequence[Row], first: date, last: date) -> OnTimeInFull:
		return rules.on_time_in_full([row["line"] for row in rows], today, first, last, of_one_unit(rows))

	return figure


def _right(rows: Sequence[Row], first: date, last: date) -> Share:
	return rules.count_of(row["is_right"] for row in rows)


def _stock_outs(rows: Sequence[Row], first: date, last: date) -> StockOuts:
	lines = [(from_store(row["qty"]), from_store(row["qty"]) - from_store(row["waiting"])) for row in rows]
	return StockOuts(rules.lines_short(lines), rules.unit_fill(lines) if of_one_unit(rows) else None)


def _supply(rows: Sequence[Row], first: date, last: date) -> Supply:
	known: list[LeadTimes] = [row["times"] for row in rows if row["times"] is not None]
	return Supply(
		lines=len(known),
		first=rules.mean(x.first for x in known),
		complete=rules.mean(x.complete for x in known),
		weighted=rules.mean(x.weighted for x in known),
		spread=rules.spread(x.complete for x in known),
		recorded_later=len(rows) - len(known),
	)
