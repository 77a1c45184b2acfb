"""Texts that callers sent while HTML was taken: what opens a tag becomes ‹, so that nobody's browser runs them."""

import frappe

from inventory_midplatform.api.operation import MARKUP

TEXTS = {
	"Bin Allocation": ("reservation",),
	"Inventory Reservation": ("name", "demand_type", "demand_name", "demand_line", "reason"),
	"Stock Movement": ("reason",),
	"Stock Operation Log": ("reference_name", "from_value", "to_value", "reason"),
}


def execute() -> None:
	for doctype, columns in TEXTS.items():
		table = frappe.qb.DocType(doctype)
		for column in columns:
			field = table[column]
			found = frappe.qb.from_(table).select(field).distinct().where(field.like("%<%")).run(pluck=True)
			for text in (text for text in found if MARKUP.search(text)):
				harmless = MARKUP.sub(lambda tag: tag[0].replace("<", "‹"), text)
				frappe.qb.update(table).set(field, harmless).where(field == text).run()
