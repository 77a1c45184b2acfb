"""Inbound Orders as storekeepers see them: the list of tasks, and one order with its lines, scans and proposals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from inventory_midplatform.domain.inbound import (
	INBOUND,
	TO_INSPECT,
	TO_PUT_AWAY,
	TO_RECEIVE,
	truck_number,
)
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, compiled, contains, table
from inventory_midplatform.reporting import tasks
from inventory_midplatform.reporting.outbound import item_facts, waiting_minutes
from inventory_midplatform.services import cross_docking
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import inspections, orders, sources, trucks
from inventory_midplatform.services.locations import suggestions
from inventory_midplatform.services.locations.suggestions import ToPlace

_QUANTITIES = """
SELECT parent, COUNT(*) AS line_count, SUM(expected_qty) AS expected_qty, SUM(received_qty) AS received_qty,
	SUM(accepted_qty) AS accepted_qty, SUM(rejected_qty) AS rejected_qty, SUM(put_away_qty) AS put_away_qty
FROM `tabInbound Order Line` WHERE parent IN %(names)s GROUP BY parent
"""

_OF_ITEM = "SELECT name, item_name, stock_uom, has_expiry_date FROM `tabItem` WHERE name IN %(items)s"

_UOMS = """
SELECT parent, uom, conversion_factor AS factor FROM `tabUOM Conversion Detail` WHERE parent IN %(items)s
ORDER BY parent, conversion_factor
"""

_PARTS = """
SELECT parent, supplier_part_no FROM `tabItem Supplier`
WHERE parent IN %(items)s AND supplier = %(supplier)s AND supplier_part_no <> '' ORDER BY parent, idx
"""


def list_tasks(
	ctx: Context,
	*,
	warehouse: str = "",
	mine: bool = False,
	state: str = "",
	search: str = "",
	limit: int = 50,
	offset: int = 0,
) -> Row:
	"""Return a page of open Inbound Orders this user may see, by the day they are expected and age. Changes nothing.

	``search`` is a part of the order's, the document's or the supplier's name, or of its truck's number. Raises what :mod:`masters` raises.
	"""
	t = table(INBOUND.doctype)
	query = Query.from_(t).select(
		t.name,
		t.state,
		t.warehouse,
		t.source_type,
		t.source_name,
		t.supplier,
		t.reason,
		t.due,
		t.dock,
		t.slot_start,
		t.slot_end,
		t.truck,
		t.assignee,
		t.creation,
		t.modified,
	)
	query = tasks.limited(
		ctx,
		query,
		t,
		INBOUND,
		state=state,
		warehouse=warehouse,
		mine=mine,
		search=search,
		searched=contains(t.supplier, search) | contains(t.truck, truck_number(search)),
	)
	query = query.orderby(t.due).orderby(t.creation).orderby(t.name)
	rows = ctx.store.rows(*compiled(query.limit(limit + 1).offset(offset)))
	page = rows[:limit]
	sums = {}
	if page:
		names = [task["name"] for task in page]
		sums = {row["parent"]: row for row in ctx.store.rows(_QUANTITIES, {"names": names})}
	return {
		"tasks": [_task(ctx, task, sums.get(task["name"], {})) for task in page],
		"has_more": len(rows) > limit,
	}


def _task(ctx: Context, task: Row, sums: Row) -> Row:
	next_ = steps.next_steps(ctx, INBOUND, task["state"])
	return {
		**{k: task[k] for k in ("name", "state", "warehouse", "due", "slot_start", "slot_end")},
		**{
			k: task[k] or ""
			for k in ("source_type", "source_name", "supplier", "reason", "dock", "truck", "assignee")
		},
		"created": task["creation"],
		"waiting_minutes": waiting_minutes(ctx.clock.now(), task["modified"]),
		"next_step": next_[0]["step"] if next_ else "",
		"lines": int(sums.get("line_count") or 0),
		**{q: from_store(sums.get(q)) for q in orders.QUANTITIES},
	}


def get(ctx: Context, name: str) -> Row:
	"""Return an order with its lines, what was scanned and inspected, and bins in which to put it away; in stock UOM.

	Raises NotFound (``unknown_document``) or NotPermitted.
	"""
	order = steps.read(ctx, INBOUND, name)
	lines = orders.lines_of(ctx, name)
	scans = orders.receipt_lines(ctx, name)
	texts = (
		"name",
		"state",
		"warehouse",
		"company",
		"source_type",
		"source_name",
		"supplier",
		"reason",
		"dock",
		"truck",
		"assignee",
	)
	return {
		**{k: order[k] or "" for k in (*texts, "receipt_doctype", "receipt_document", "purchase_return")},
		"due": order["due"],
		"slot_start": order["slot_start"],
		"slot_end": order["slot_end"],
		"same_truck": trucks.beside(ctx, order),
		"created": order["creation"],
		"is_typed": bool(order["is_typed"]),
		"rest_expected": not sources.of(order).by_request,
		"next_steps": steps.next_steps(ctx, INBOUND, order["state"]),
		"lines": _lines(ctx, lines, order["supplier"] or "", order["state"]),
		"received": [_scan(row) for row in scans],
		"inspections": inspections.of_order(ctx, order),
		"to_put_away": _proposals(ctx, order, scans),
		"cross_docks": cross_docking.needed(ctx, name),
	}


def find(ctx: Context, code: str) -> Row | None:
	"""Return the Inbound Order of this name, or the open one for a document of this name: what is in the house comes first."""
	return tasks.find(ctx, INBOUND, code, (TO_RECEIVE, TO_INSPECT, TO_PUT_AWAY))


def facts_of_items(ctx: Context, item_codes: Iterable[str]) -> dict[str, Row]:
	"""Return what a page shows of items and compares scans with, their units among it: the stock UOM first, then larger ones."""
	items = sorted(set(item_codes))
	if not items:
		return {}
	facts = item_facts(ctx, items)
	uoms: dict[str, list[Row]] = defaultdict(list)
	for row in ctx.store.rows(_UOMS, {"items": items}):
		uoms[row["parent"]].append({"uom": row["uom"], "factor": from_store(row["factor"])})
	return {
		row["name"]: {
			"item_name": row["item_name"] or row["name"],
			"stock_uom": row["stock_uom"],
			**facts[row["name"]],
			"has_expiry_date": bool(row["has_expiry_date"]),
			"uoms": [
				{"uom": row["stock_uom"], "factor": Decimal(1)},
				*(u for u in uoms[row["name"]] if u["uom"] != row["stock_uom"] and u["factor"] > 0),
			],
		}
		for row in ctx.store.rows(_OF_ITEM, {"items": items})
	}


def _lines(ctx: Context, lines: Sequence[Row], supplier: str, state: str) -> list[Row]:
	items = sorted({line["item_code"] for line in lines})
	facts = facts_of_items(ctx, items)
	parts: dict[str, list[str]] = defaultdict(list)
	for row in ctx.store.rows(_PARTS, {"items": items, "supplier": supplier}):
		parts[row["parent"]].append(row["supplier_part_no"])
	to_inspect = [line["item_code"] for line in lines if line["to_inspect"] and state == TO_INSPECT]
	parameters = ctx.books.quality_parameters(to_inspect) if to_inspect else {}
	return [
		{
			"line": line["name"],
			"item_code": line["item_code"],
			**facts[line["item_code"]],
			"item_name": line["item_name"] or line["item_code"],
			"stock_uom": line["stock_uom"],
			"supplier_part_nos": parts[line["item_code"]],
			"to_inspect": bool(line["to_inspect"]),
			"is_skipped": bool(line["is_skipped"]),
			"sample_qty": line["sample_qty"],
			"parameters": [vars(p) for p in parameters.get(line["item_code"], ())],
			**{q: line[q] for q in orders.QUANTITIES},
		}
		for line in lines
	]


def _scan(row: Row) -> Row:
	return {
		**{k: row[k] for k in ("line", "item_code", "batch_no", "serial_no", "expiry_date")},
		**{q: row[q] for q in orders.RECEIPT_QUANTITIES},
		"received_by": row["received_by"],
		"received_at": row["received_at"],
	}


def _proposals(ctx: Context, order: Row, scans: Sequence[Row]) -> list[Row]:
	"""Return what is still to be put away, by line and batch, each with the bins that its Storage Policy suggests."""
	if order["state"] not in (TO_INSPECT, TO_PUT_AWAY):
		return []
	left: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
	for row in scans:
		left[(row["line"], row["item_code"], row["batch_no"])] += orders.to_put_away_qty(row)
	parts = {of: ToPlace(of[1], of[2], qty) for of, qty in left.items() if qty > 0}
	proposed = suggestions.propose(ctx, order["warehouse"], list(parts.values()))
	return [
		{"line": line, "item_code": item_code, "batch_no": batch_no, "qty": part.qty, **proposal}
		for ((line, item_code, batch_no), part), proposal in zip(parts.items(), proposed, strict=True)
	]
