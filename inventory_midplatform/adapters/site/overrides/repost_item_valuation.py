"""Repost Item Valuation: it rewrites the stock ledger by SQL; once it is complete the positions are reconciled, and the
snapshots brought to the new values.
"""

from ast import literal_eval
from typing import Any

import frappe

from inventory_midplatform.adapters.site import history, jobs, vouchers
from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.domain.position import Key
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
	if not repost.flags.inventory_history_queued:
		# ERPNext saves a repost once more when it is complete, without the list of what it went through
		repost.flags.inventory_history_queued = True
		history.queue_refresh(_valued(repost, items), repost.posting_date)


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


def _valued(repost: Any, items: list[str]) -> list[Key]:
	"""Return the items × warehouses that it valued again, of other items too: those that were transferred, or made of these.

	ERPNext lists them as texts of tuples, in a file or in the record itself. Without a list they are all of its items.
	"""
	from erpnext.stock import stock_ledger

	listed: dict[str, Any] = {}
	if repost.get("reposting_data_file") and hasattr(stock_ledger, "get_reposting_data"):
		listed = stock_ledger.get_reposting_data(repost.reposting_data_file) or {}
	found = listed.get("distinct_item_and_warehouse") or repost.get("distinct_item_and_warehouse") or {}
	if isinstance(found, str):
		found = frappe.parse_json(found) or {}
	keys = {(str(item), str(warehouse)) for item, warehouse in map(literal_eval, found)}
	of_items = frappe.get_all(
		"Bin", {"item_code": ("in", items)}, ["item_code", "warehouse"], order_by="item_code, warehouse"
	)
	return sorted(keys | {(bin.item_code, bin.warehouse) for bin in of_items})
