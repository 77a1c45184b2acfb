"""Sales Invoice: it settles orders that are not to be delivered. One that moves stock is a voucher like any other."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.demand.sources import SALES_ORDER
from inventory_midplatform.services.reservation import document_sync


def on_cancel(invoice: Any, method: str | None = None) -> None:
	_sync_orders(invoice)


def on_submit(invoice: Any, method: str | None = None) -> None:
	"""Sync the orders of an invoice or a credit note."""
	_sync_orders(invoice)


def _sync_orders(invoice: Any) -> None:
	if invoice.update_stock or not site_settings().ledger:
		return
	orders = sorted({row.sales_order for row in invoice.items if row.sales_order})
	if not orders:
		return
	with shown_in_desk():
		for order in frappe.get_all(
			SALES_ORDER,
			{"name": ("in", orders), "skip_delivery_note": 1},
			pluck="name",
			order_by="name",
		):
			document_sync.sync(site_context(), SALES_ORDER, order)
