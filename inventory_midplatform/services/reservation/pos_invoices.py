"""POS Invoices: stock sold over the counter is reserved until the POS is closed, for they post none themselves.

ERPNext merges them into consolidated Sales Invoices when the POS is closed. Those deliver the stock, and consume the
reservations.
"""

from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context
from inventory_midplatform.services.demand.sources import POS_INVOICE
from inventory_midplatform.services.reservation.demand_sync import (
	DemandLine,
	DocumentDemand,
	sync_reservations,
)

ROWS = """
SELECT pii.name AS demand_line, pii.item_code, pii.warehouse, pii.stock_qty AS qty, pii.stock_qty AS sold, pii.idx AS idx
FROM `tabPOS Invoice Item` pii
JOIN `tabItem` item ON item.name = pii.item_code
WHERE pii.parent = %(name)s AND item.is_stock_item = 1
UNION ALL
SELECT pii.name, part.item_code, pii.warehouse, pii.stock_qty * part.qty, pii.stock_qty, pii.idx
FROM `tabPOS Invoice Item` pii
JOIN `tabProduct Bundle` bundle ON bundle.new_item_code = pii.item_code AND bundle.disabled = 0
JOIN `tabProduct Bundle Item` part ON part.parent = bundle.name
JOIN `tabItem` item ON item.name = part.item_code
WHERE pii.parent = %(name)s AND item.is_stock_item = 1
ORDER BY idx
"""
"""A POS Invoice does not list its bundles' parts; the consolidated invoice will take them from the row's warehouse.

A row that names a Sales Order is no different: the consolidated invoice does not name it, so ERPNext still has the
order to deliver.
"""

RETURNED = """
SELECT pii.pos_invoice_item AS demand_line, SUM(pii.stock_qty) AS qty
FROM `tabPOS Invoice` invoice
JOIN `tabPOS Invoice Item` pii ON pii.parent = invoice.name
WHERE invoice.return_against = %(name)s AND invoice.docstatus = 1 AND COALESCE(invoice.consolidated_invoice, '') = ''
GROUP BY pii.pos_invoice_item
"""
"""What was returned over the counter since; negative."""


def sync_pos_invoice(ctx: Context, name: str) -> None:
	"""Bring the reservations of a POS Invoice to what was sold and not returned.

	A sale is never refused for lack of stock: what is available is reserved, the rest waits. A cancelled or consolidated
	invoice demands nothing more. With reservations switched off nothing new is reserved, while what is not demanded any
	more is still released. Locks the positions of its rows and reservations. Raises SnapshotConflict.
	"""
	if not ctx.settings.ledger:
		return
	invoices = ctx.store.rows(
		"SELECT docstatus, update_stock, consolidated_invoice FROM `tabPOS Invoice` WHERE name = %(name)s",
		{"name": name},
	)
	invoice = invoices[0] if invoices else None
	if invoice is not None and invoice["docstatus"] == 0:
		return
	cancelled = invoice is None or invoice["docstatus"] == 2
	settled = invoice is None or not invoice["update_stock"] or invoice["consolidated_invoice"]
	sync_reservations(
		ctx,
		DocumentDemand(
			POS_INVOICE,
			name,
			lines=[] if cancelled or settled else _lines(ctx, name),
			cancelled=cancelled,
			may_grow=ctx.settings.reservation,
		),
	)


def open_pos_invoices(ctx: Context, after: str = "", limit: int = 100) -> list[str]:
	"""Return the names of POS Invoices that are not consolidated yet, and of those with open reservations. Sorted,
	``limit`` of them after the name ``after``.
	"""
	rows = ctx.store.rows(
		"SELECT name FROM `tabPOS Invoice` WHERE docstatus = 1 AND is_return = 0"
		" AND COALESCE(consolidated_invoice, '') = '' AND name > %(after)s"
		" UNION SELECT demand_name FROM `tabInventory Reservation` WHERE demand_type = 'POS Invoice'"
		" AND status IN ('Reserved', 'Partially Reserved', 'Waiting') AND demand_name > %(after)s"
		" ORDER BY name LIMIT %(limit)s",
		{"after": after, "limit": limit},
	)
	return [row["name"] for row in rows]


def _lines(ctx: Context, name: str) -> list[DemandLine]:
	returned = {
		row["demand_line"]: from_store(row["qty"]) for row in ctx.store.rows(RETURNED, {"name": name})
	}
	merged: dict[tuple[str, str, str], Decimal] = {}
	for row in ctx.store.rows(ROWS, {"name": name}):
		sold, place = from_store(row["sold"]), (row["demand_line"], row["item_code"], row["warehouse"])
		if sold > 0:
			left = max(sold + returned.get(row["demand_line"], ZERO), ZERO)
			merged[place] = merged.get(place, ZERO) + from_store(row["qty"]) * left / sold
	return [DemandLine(*place, outstanding=from_store(qty)) for place, qty in merged.items()]
