"""ERPNext's masters and settings: what of ours goes along when they are made, renamed, merged, deleted or switched."""

from typing import Any

import frappe
from frappe.utils.data import sbool
from frappe.utils.scheduler import is_scheduler_inactive

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services import ledger, places, reservation, switches


def warehouse_created(warehouse: Any, method: str | None = None) -> None:
	"""Every warehouse that can hold stock has an Unplaced bin from the start."""
	if site_settings().ledger and not warehouse.is_group and not warehouse.disabled:
		ledger.unplaced_bins(site_context(), [warehouse.name])


def warehouse_renaming(warehouse: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	if merge:
		with shown_in_desk():
			places.check_warehouse_merge(site_context(), old)


def warehouse_deleted(warehouse: Any, method: str | None = None) -> None:
	places.forget_unused(site_context(), warehouse.name)


def company_deleted(company: Any, method: str | None = None) -> None:
	"""ERPNext deletes its warehouses by SQL, and nobody is told of them."""
	places.forget_unused_of_company(site_context(), company.name)


def item_renaming(item: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Frappe re-points every link; rows of ours that both items have would then be there twice.

	ERPNext's own figures are made anew by a repost that it queues, and the positions follow that one.
	"""
	if not merge or _only_queued():
		return
	with shown_in_desk():
		of_both, in_order = {"item_code": ("in", (old, new))}, "item_code, warehouse"
		# their rows are locked before ours
		frappe.db.get_values("Bin", of_both, "name", order_by=in_order, for_update=True)
		ledger.merge_items(site_context(), old, new)


def item_renamed(item: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	if merge:
		reservation.serve_waiting(site_context(), new)


def item_deleted(item: Any, method: str | None = None) -> None:
	places.forget_unused_item(site_context(), item.name)


def stock_settings_saving(theirs: Any, method: str | None = None) -> None:
	"""What of ERPNext's own is being switched on must not stand beside ours."""
	ours, before = site_settings(), theirs.get_doc_before_save()

	def switched_on(field: str) -> bool:
		return bool(theirs.get(field)) and not (before and before.get(field))

	with shown_in_desk():
		switches.check_theirs(
			reservation=ours.reservation,
			replenishment=ours.replenishment,
			erpnext_reserves=switched_on("enable_stock_reservation"),
			erpnext_reorders=switched_on("auto_indent"),
		)


def _only_queued() -> bool:
	"""The desk's rename asks before it queues the job that renames; that one asks again."""
	asked = frappe.local.form_dict
	return (
		asked.get("cmd") == "frappe.model.rename_doc.update_document_title"
		and bool(sbool(asked.get("enqueue")))
		and not is_scheduler_inactive()
	)
