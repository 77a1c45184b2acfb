"""Repost Item Valuation: it rewrites the stock ledger by SQL; once it is complete the positions are reconciled."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site import jobs, vouchers
from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.services.reconciliation import opening_stock
from inventory_midplatform.services.settlement import settlement


def on_change(repost: Any, method: str | None = None) -> None:
	if repost.status != "Completed" or not site_settings().ledger:
		return
	vouchers.collected().clear()
	ctx = site_context()
	items = _items(repost)
	jobs.queue_rebuild_layers(set(items))
	keys = opening_stock.suspects(ctx, items)
	if keys:
		settlement.reconcile(ctx, keys, f"Repost {repost.name}", alert=False)


def _items(repost: Any) -> list[str]:
	if repost.based_on != "Transaction":
		return [repost.item_code]
	return list(
		frappe.get_all(
			"Stock Ledger Entry",
			{"voucher_type": repost.voucher_type, "voucher_no": repost.voucher_no},
			pluck="item_code",
			order_by="item_code",
			distinct=True,
		)
	)
