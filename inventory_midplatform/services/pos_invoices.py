"""POS Invoices: stock sold over the counter is kept for them until the POS is closed, for they post none themselves.

ERPNext merges them into consolidated Sales Invoices when the POS is closed; those take the stock, and what was
kept is consumed then.
"""

from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import IfShort
from inventory_midplatform.ports import Context
from inventory_midplatform.services import following
from inventory_midplatform.services.demand_documents import POS_INVOICE
from inventory_midplatform.services.following import DemandLine

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
"""What came back over the counter since, below zero."""


def follow_pos_invoice(ctx: Context, name: str) -> None:
	"""Bring the reservations of a POS Invoice to what was sold and not brought back.

	A sale is never refused for lack of stock: what is there is kept, the rest waits. A cancelled or consolidated
	invoice wants nothing more; with reservations switched off nothing new is reserved, while what was is given back.
	"""
	if not ctx.settings.ledger:
		return
	invoices = ctx.store.rows(
		"SELECT docstatus, update_stock, consolidated_invoice FROM `tabPOS Invoice` WHERE name = %(name)s",
		{"name": name},
	)
	if invoices and invoices[0]["docstatus"] == 0:
		return
	closed = (
		not invoices
		or invoices[0]["docstatus"] == 2
		or not invoices[0]["update_stock"]
		or bool(invoices[0]["consolidated_invoice"])
	)
	following.follow(
		ctx,
		POS_INVOICE,
		name,
		[] if closed else _lines(ctx, name),
		closed=closed,
		may_grow=ctx.settings.reservation,
		if_short=IfShort.PARTIAL,
	)


def open_pos_invoices(ctx: Context, after: str = "", limit: int = 100) -> list[str]:
	"""POS Invoices by name that are not closed yet, and those something is still kept for."""
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
		sold, where = from_store(row["sold"]), (row["demand_line"], row["item_code"], row["warehouse"])
		if sold > 0:
			left = max(sold + returned.get(row["demand_line"], ZERO), ZERO)
			merged[where] = merged.get(where, ZERO) + from_store(row["qty"]) * left / sold
	return [DemandLine(*where, wanted=from_store(wanted)) for where, wanted in merged.items()]
