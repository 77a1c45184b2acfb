"""Refuse Documents That Take Stock on Hold is on, as on a new site: settings that were saved before would have it off."""

import frappe

SETTINGS = "Inventory Midplatform Settings"


def execute() -> None:
	if frappe.db.exists("Singles", {"doctype": SETTINGS}):
		frappe.db.set_single_value(SETTINGS, "refuse_stock_on_hold", 1)
