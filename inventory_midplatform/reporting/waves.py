"""Waves as storekeepers see them: the list, one wave with its picks in walking order, and what is packed of an order."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pypika import Order

from inventory_midplatform.domain.outbound import OUTBOUND, TO_CHECK
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.waves import WAVE
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, any_of, compiled, table, value
from inventory_midplatform.reporting.outbound import item_facts, waiting_minutes
from inventory_midplatform.services import masters
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import orders, packages

_ORDERS = """
SELECT o.name, o.cell, o.state, o.source_type, o.source_name, o.customer, o.due, o.priority, o.is_posted,
	COUNT(line.name) AS line_count, SUM(line.qty) AS qty, SUM(line.picked_qty) AS picked_qty,
	SUM(line.checked_qty) AS checked_qty
FROM `tabOutbound Order` o JOIN `tabOutbound Order Line` line ON line.parent = o.name
WHERE o.wave = %(wave)s
GROUP BY o.name, o.cell, o.state, o.source_type, o.source_name, o.customer, o.due, o.priority, o.is_posted
ORDER BY o.cell, o.name
"""

_TO_PICK = """
SELECT a.item_code, item.item_name, item.stock_uom, a.bin, wb.bin_code, wb.zone, wb.sequence, a.batch_no,
	batch.expiry_date, SUM(a.qty) AS qty, COUNT(DISTINCT o.name) AS order_count
FROM `tabOutbound Order` o
JOIN `tabInventory Reservation` r ON r.demand_type = o.source_type AND r.demand_name = o.source_name
	AND r.warehouse = o.warehouse
JOIN `tabBin Allocation` a ON a.reservation = r.name
JOIN `tabWarehouse Bin` wb ON wb.name = a.bin AND wb.is_staging = 0
JOIN `tabItem` item ON item.name = a.item_code
LEFT JOIN `tabBatch` batch ON batch.name = a.batch_no
WHERE o.wave = %(wave)s AND o.state = 'To Pick' AND o.is_posted = 0 AND a.qty > 0{of_item}
GROUP BY a.item_code, item.item_name, item.stock_uom, a.bin, wb.bin_code, wb.zone, wb.sequence, a.batch_no,
	batch.expiry_date
ORDER BY wb.sequence, wb.bin_code, a.item_code, a.batch_no
"""

_PICKED = """
SELECT pick.item_code, item.item_name, item.stock_uom, pick.from_bin AS bin, wb.bin_code, wb.zone, wb.sequence,
	pick.batch_no, batch.expiry_date, SUM(pick.qty - pick.returned_qty) AS qty, COUNT(DISTINCT o.name) AS order_count
FROM `tabOutbound Order` o
JOIN `tabOutbound Pick` pick ON pick.outbound_order = o.name
JOIN `tabWarehouse Bin` wb ON wb.name = pick.from_bin
JOIN `tabItem` item ON item.name = pick.item_code
LEFT JOIN `tabBatch` batch ON batch.name = pick.batch_no
WHERE o.wave = %(wave)s AND pick.qty > pick.returned_qty{of_item}
GROUP BY pick.item_code, item.item_name, item.stock_uom, pick.from_bin, wb.bin_code, wb.zone, wb.sequence,
	pick.batch_no, batch.expiry_date
ORDER BY wb.sequence, wb.bin_code, pick.item_code, pick.batch_no
"""

_COUNTS = """
SELECT o.wave, COUNT(DISTINCT o.name) AS order_count, COUNT(line.name) AS line_count, MIN(o.due) AS due,
	MAX(o.priority) AS priority,
	COUNT(DISTINCT CASE WHEN o.state IN ('To Ship', 'Shipped') THEN o.name END) AS packed_count,
	SUM(CASE WHEN line.picked_qty >= line.qty THEN 1 ELSE 0 END) AS picked_count
FROM `tabOutbound Order` o JOIN `tabOutbound Order Line` line ON line.parent = o.name
WHERE o.wave IN %(waves)s GROUP BY o.wave
"""

_PACKAGES = """
SELECT package.name, package.package_no, package.weight, package.carrier, package.tracking_no, line.line,
	line.item_code, line.stock_uom, line.qty
FROM `tabOutbound Package` package JOIN `tabOutbound Package Line` line ON line.parent = package.name
WHERE package.outbound_order = %(name)s ORDER BY package.package_no, line.idx
"""


def list_waves(
	ctx: Context, *, warehouse: str = "", state: str = "", limit: int = 50, offset: int = 0
) -> Row:
	"""Return a page of open waves this user may see, or of those in a state, the oldest first. Changes nothing."""
	t = table(WAVE.doctype)
	query = Query.from_(t).select(
		t.name, t.state, t.warehouse, t.assignee, t.due_until, t.carrier, t.zone, t.creation
	)
	states = [state] if state else [s.name for s in WAVE.states if not s.final]
	query = query.where(any_of(t.state, states))
	if warehouse:
		query = query.where(t.warehouse == value(masters.known_warehouse(ctx, warehouse)))
	if ctx.identity.warehouses is not None:
		query = query.where(any_of(t.warehouse, sorted(ctx.identity.warehouses)))
	query = query.orderby(t.name, order=Order.asc).limit(limit + 1).offset(offset)
	rows = ctx.store.rows(*compiled(query))
	names = [row["name"] for row in rows[:limit]]
	counts = {row["wave"]: row for row in ctx.store.rows(_COUNTS, {"waves": names})} if names else {}
	now = ctx.clock.now()
	found = [_task(row, counts.get(row["name"], {}), now) for row in rows[:limit]]
	return {"waves": found, "has_more": len(rows) > limit}


def _task(row: Row, counts: Row, now: datetime) -> Row:
	return {
		**{k: row[k] or "" for k in ("name", "state", "warehouse", "assignee", "carrier", "zone")},
		"due_until": row["due_until"],
		"due": counts.get("due"),
		"priority": counts.get("priority") or 0,
		"orders": int(counts.get("order_count") or 0),
		"orders_packed": int(counts.get("packed_count") or 0),
		"lines": int(counts.get("line_count") or 0),
		"lines_picked": int(counts.get("picked_count") or 0),
		"waiting_minutes": waiting_minutes(now, row["creation"]),
	}


def get(ctx: Context, name: str, of_item: str = "") -> Row:
	"""Return a wave: its orders with their cells, and one pick for each item, bin and batch, in stock UOM.

	What is to be picked comes in walking order, then what is picked. With ``of_item`` only that item's picks, and no
	orders: what a pick changed, however large the wave. Raises NotFound (``unknown_document``) or NotPermitted.
	"""
	wave = steps.read(ctx, WAVE, name)
	about = {"wave": name, "item": of_item, "warehouse": wave["warehouse"]}
	found = [] if of_item else [_order(row) for row in ctx.store.rows(_ORDERS, about)]
	only = " AND a.item_code = %(item)s AND a.warehouse = %(warehouse)s" if of_item else ""
	to_pick = ctx.store.rows(_TO_PICK.format(of_item=only), about) if wave["state"] == "To Pick" else []
	only = " AND pick.item_code = %(item)s" if of_item else ""
	picked = ctx.store.rows(_PICKED.format(of_item=only), about)
	facts = item_facts(ctx, {row["item_code"] for row in (*to_pick, *picked)})
	code = (
		ctx.store.rows(
			"SELECT bin_code FROM `tabWarehouse Bin` WHERE name = %(bin)s", {"bin": wave["staging_bin"]}
		)
		if wave["staging_bin"]
		else []
	)
	return {
		**{
			k: wave[k] or ""
			for k in ("name", "state", "warehouse", "company", "assignee", "staging_bin", "carrier", "zone")
		},
		"staging_bin_code": str(code[0]["bin_code"]) if code else "",
		"due_until": wave["due_until"],
		"created": wave["creation"],
		"next_steps": steps.next_steps(ctx, WAVE, wave["state"]),
		"orders": found,
		"orders_to_pack": _to_pack(ctx, name) if of_item else sum(o["state"] == TO_CHECK for o in found),
		"picks": [
			*(_pick(row, facts, done=False) for row in to_pick),
			*(_pick(row, facts, done=True) for row in picked),
		],
	}


def _order(row: Row) -> Row:
	return {
		**{k: row[k] for k in ("name", "state", "source_type", "source_name", "due")},
		"cell": row["cell"] or 0,
		"customer": row["customer"] or "",
		"priority": row["priority"] or 0,
		"is_posted": bool(row["is_posted"]),
		"lines": int(row["line_count"]),
		**{k: from_store(row[k]) for k in ("qty", "picked_qty", "checked_qty")},
	}


def _pick(row: Row, facts: dict[str, Row], done: bool) -> Row:
	return {
		**{k: row[k] for k in ("item_code", "stock_uom", "bin", "bin_code", "expiry_date")},
		"item_name": row["item_name"] or row["item_code"],
		"zone": row["zone"] or "",
		"sequence": row["sequence"] or 0,
		"batch_no": row["batch_no"] or "",
		"qty": from_store(row["qty"]),
		"orders": int(row["order_count"]),
		"done": done,
		**facts[row["item_code"]],
	}


def packing_of(ctx: Context, name: str, item_code: str = "", qty: Decimal = ZERO) -> Row:
	"""Return an order at the pack station: its cell, what of each line is counted, and its packages.

	``item_code`` and ``qty`` are what was just scanned. Raises NotFound (``unknown_document``) or NotPermitted.
	"""
	order = steps.read(ctx, OUTBOUND, name)
	lines = orders.lines_of(ctx, name)
	unpacked = packages.unpacked(ctx, order, lines)
	in_packages = _packages(ctx, name)
	return {
		**{k: order[k] or "" for k in ("name", "state", "warehouse", "wave", "source_name", "customer")},
		"cell": order["cell"] or 0,
		"complete": order["state"] in ("To Ship", "Shipped"),
		"item_code": item_code,
		"qty": qty,
		"next_steps": steps.next_steps(ctx, OUTBOUND, order["state"]),
		"package_steps": packages.next_steps(ctx, order, unpacked, len(in_packages)),
		"lines": [_packed_line(line, unpacked) for line in lines if line["picked_qty"]],
		"packages": in_packages,
		"orders_to_pack": _to_pack(ctx, order["wave"]) if order["wave"] else 0,
	}


def _packed_line(line: Row, unpacked: dict[str, Decimal]) -> Row:
	return {
		"line": line["name"],
		"item_code": line["item_code"],
		"item_name": line["item_name"] or line["item_code"],
		"stock_uom": line["stock_uom"],
		"picked_qty": line["picked_qty"],
		"checked_qty": line["checked_qty"],
		"unpacked_qty": max(unpacked[line["name"]], ZERO),
	}


def _to_pack(ctx: Context, wave: str) -> int:
	rows = ctx.store.rows(
		"SELECT COUNT(*) AS orders FROM `tabOutbound Order` WHERE wave = %(wave)s AND state = %(state)s",
		{"wave": wave, "state": TO_CHECK},
	)
	return int(rows[0]["orders"])


def _packages(ctx: Context, name: str) -> Sequence[Row]:
	found: dict[str, Row] = {}
	for row in ctx.store.rows(_PACKAGES, {"name": name}):
		package = found.setdefault(
			row["name"],
			{
				"name": row["name"],
				"package_no": row["package_no"],
				"weight": from_store(row["weight"]),
				"carrier": row["carrier"] or "",
				"tracking_no": row["tracking_no"] or "",
				"lines": [],
			},
		)
		package["lines"].append(
			{**{k: row[k] for k in ("line", "item_code", "stock_uom")}, "qty": from_store(row["qty"])}
		)
	return list(found.values())
