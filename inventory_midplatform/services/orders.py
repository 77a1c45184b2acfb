"""Sales Orders: their reservations follow what is still to be delivered."""

from collections.abc import Iterable

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import IfShort
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import reservation
from inventory_midplatform.services.reservation import DemandLine

SALES_ORDER = "Sales Order"

ROWS = """
SELECT soi.name AS demand_line, soi.item_code, soi.warehouse, soi.stock_qty, soi.idx AS idx,
	soi.delivered_qty * soi.conversion_factor AS delivered
FROM `tabSales Order Item` soi
JOIN `tabItem` item ON item.name = soi.item_code
JOIN `tabWarehouse` wh ON wh.name = soi.warehouse
WHERE soi.parent = %(name)s AND soi.delivered_by_supplier = 0 AND item.is_stock_item = 1 AND wh.is_group = 0
UNION ALL
SELECT soi.name, packed.item_code, packed.warehouse, packed.qty, soi.idx,
	packed.qty * soi.delivered_qty / soi.qty
FROM `tabPacked Item` packed
JOIN `tabSales Order Item` soi ON soi.name = packed.parent_detail_docname
JOIN `tabItem` item ON item.name = packed.item_code
JOIN `tabWarehouse` wh ON wh.name = packed.warehouse
WHERE packed.parent = %(name)s AND soi.parent = %(name)s AND soi.qty <> 0
	AND soi.delivered_by_supplier = 0 AND item.is_stock_item = 1 AND wh.is_group = 0
ORDER BY idx
"""
"""A product bundle's parts are wanted in the proportion in which the bundle's row is still to be delivered."""


def follow_sales_order(ctx: Context, name: str, may_grow: bool = True) -> None:
	"""Bring the reservations of a Sales Order to what its rows still want.

	An order that was cancelled or closed wants nothing; a draft has no reservations. With the policy "Off"
	nothing new is reserved, while what was is still given back; so it is with reservations switched off.
	"""
	if not ctx.settings.ledger:
		return
	order = _order(ctx, name)
	if order is not None and order["docstatus"] == 0:
		return
	closed = order is None or order["docstatus"] == 2 or order["status"] == "Closed"
	policy = ctx.settings.sales_order_policy
	reservation.follow(
		ctx,
		SALES_ORDER,
		name,
		[] if closed else _lines(ctx, name),
		closed=closed,
		may_grow=may_grow and ctx.settings.reservation and policy != "Off",
		if_short=IfShort.WAIT if policy == "All or Wait" else IfShort.PARTIAL,
	)


def follow_closing(ctx: Context, name: str, closed: bool) -> None:
	"""After any change of a submitted order: only if it was just closed or re-opened, its reservations follow.

	A delivery changes the order too; its own settlement consumes what was kept, so nothing is given back here.
	"""
	wanted = "status <> 'Closed' AND reserved_qty + waiting_qty > 0" if closed else "status = 'Closed'"
	affected = ctx.store.rows(
		"SELECT name FROM `tabInventory Reservation` WHERE demand_type = %(demand_type)s"
		f" AND demand_name = %(demand_name)s AND {wanted} LIMIT 1",
		{"demand_type": SALES_ORDER, "demand_name": name},
	)
	if affected:
		follow_sales_order(ctx, name)


def follow_delivered(ctx: Context, orders: Iterable[str]) -> None:
	"""After a delivery: what was delivered from elsewhere is no longer kept here."""
	for name in sorted(set(orders)):
		follow_sales_order(ctx, name, may_grow=False)


def row_quantities(ctx: Context, name: str) -> dict[str, Row]:
	"""Row → reserved and waiting, in stock UOM, for the order's form."""
	found = reservation.demand_quantities(ctx, SALES_ORDER, [name])
	return {line: quantities for (_, line), quantities in found.items()}


def open_orders(ctx: Context, after: str = "", limit: int = 100) -> list[str]:
	"""Orders by name whose reservations may not be what they want: those with something still to deliver, and those
	something is still kept for, whatever happened to them while nobody looked.
	"""
	rows = ctx.store.rows(
		"SELECT name FROM `tabSales Order` WHERE docstatus = 1 AND status NOT IN ('Closed', 'Completed')"
		" AND per_delivered < 100 AND name > %(after)s"
		" UNION SELECT demand_name FROM `tabInventory Reservation` WHERE demand_type = 'Sales Order'"
		" AND status IN ('Reserved', 'Partially Reserved', 'Waiting') AND demand_name > %(after)s"
		" ORDER BY name LIMIT %(limit)s",
		{"after": after, "limit": limit},
	)
	return [row["name"] for row in rows]


def _order(ctx: Context, name: str) -> Row | None:
	rows = ctx.store.rows(
		"SELECT status, docstatus FROM `tabSales Order` WHERE name = %(name)s", {"name": name}
	)
	return rows[0] if rows else None


def _lines(ctx: Context, name: str) -> list[DemandLine]:
	merged: dict[tuple[str, str, str], DemandLine] = {}
	for row in ctx.store.rows(ROWS, {"name": name}):
		delivered = from_store(row["delivered"])
		wanted = max(from_store(row["stock_qty"]) - delivered, ZERO)
		where = (row["demand_line"], row["item_code"], row["warehouse"])
		if where in merged:
			wanted, delivered = wanted + merged[where].wanted, delivered + merged[where].delivered
		merged[where] = DemandLine(*where, wanted=from_store(wanted), delivered=from_store(delivered))
	return list(merged.values())
