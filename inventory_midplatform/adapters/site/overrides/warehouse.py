"""Warehouse: it gets an Unplaced bin when it is created, can be merged only when empty, and is deleted with its bins."""

from typing import Any

from inventory_midplatform.adapters.site import merges
from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.ledger import bin_stock, snapshots
from inventory_midplatform.services.locations import zones_and_bins


def after_insert(warehouse: Any, method: str | None = None) -> None:
	if site_settings().ledger and not warehouse.is_group and not warehouse.disabled:
		bin_stock.unplaced_bins(site_context(), [warehouse.name])


def before_rename(warehouse: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	if merge:
		with shown_in_desk():
			zones_and_bins.check_warehouse_merge(site_context(), old)
			if not merges.is_only_queueing():
				merges.merge_policies("warehouse", old, new)
				snapshots.merge(site_context(), "warehouse", old, new)


def on_trash(warehouse: Any, method: str | None = None) -> None:
	zones_and_bins.delete_unused(site_context(), warehouse.name)
