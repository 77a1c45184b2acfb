"""Snapshots are new: where the ledger is on already, the history begins today, and the past is taken from ERPNext in a job."""

import frappe

from inventory_midplatform.adapters.site import history
from inventory_midplatform.install import create_indexes

SETTINGS = "Inventory Midplatform Settings"


def execute() -> None:
	create_indexes()  # rows are locked through them
	settings = frappe.get_doc(SETTINGS)
	if not settings.ledger_enabled or settings.history_from:
		return
	frappe.db.set_single_value(SETTINGS, "history_from", frappe.utils.nowdate())
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	history.queue_back_fill()
