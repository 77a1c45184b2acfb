"""Check Before Shipping was a box to tick; it is Off or On now (or Over an Amount)."""

import frappe

SETTINGS = "Inventory Midplatform Settings"


def execute() -> None:
	about = {"doctype": SETTINGS, "field": "outbound_check"}
	frappe.db.sql(
		"UPDATE `tabSingles` SET value = CASE value WHEN '1' THEN 'On' ELSE 'Off' END"
		" WHERE doctype = %(doctype)s AND field = %(field)s AND COALESCE(value, '') IN ('', '0', '1')",
		about,
	)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
