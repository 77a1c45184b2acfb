"""Item: merging two merges their positions; deleting one deletes its empty rows."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site import merges
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.ledger import item_merge
from inventory_midplatform.services.locations import zones_and_bins
from inventory_midplatform.services.reservation import reservations


def after_rename(item: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	if merge:
		reservations.serve_waiting(site_context(), new)


def before_rename(item: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Merge the rows that both items have: Frappe changes every link to the new item, and a row would exist twice.

	ERPNext queues a repost for its own figures, and the positions are reconciled with that. Locks ERPNext's Bin rows of
	both items before ours.
	"""
	if not merge or merges.is_only_queueing():
		return
	with shown_in_desk():
		of_both, in_order = {"item_code": ("in", (old, new))}, "item_code, warehouse"
		frappe.db.get_values("Bin", of_both, "name", order_by=in_order, for_update=True)
		item_merge.merge_items(site_context(), old, new)
		merges.merge_policies("item_code", old, new)


def on_trash(item: Any, method: str | None = None) -> None:
	zones_and_bins.delete_unused_item(site_context(), item.name)
