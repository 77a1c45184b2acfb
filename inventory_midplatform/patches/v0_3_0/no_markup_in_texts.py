"""Make texts harmless that were stored when HTML was still accepted: a character that opens a tag becomes ‹, and a quote
in the name of a reservation becomes a printer's quote, so that no browser runs them.
"""

import re

import frappe

from inventory_midplatform.api.operation import QUOTES
from inventory_midplatform.domain.text import MARKUP

TEXTS = {
	"Bin Allocation": ("reservation",),
	"Inventory Request": ("purpose",),
	"Inventory Reservation": ("name", "demand_type", "demand_name", "demand_line", "reason"),
	"Stock Movement": ("reason",),
	"Stock Operation Log": ("reference_name", "from_value", "to_value", "reason"),
	"Warehouse Bin": ("barcode",),
	"Warehouse Zone": ("zone_name", "description"),
}
NAMES = {
	"Bin Allocation": ("reservation",),
	"Inventory Reservation": ("name",),
	"Stock Operation Log": ("reference_name",),
}
HARMLESS = str.maketrans("\"'<>`", "”’‹›‘")


def execute() -> None:
	for columns_of, unsafe in ((TEXTS, MARKUP), (NAMES, QUOTES)):
		for doctype, columns in columns_of.items():
			for column in columns:
				_make_harmless(doctype, column, unsafe)


def _make_harmless(doctype: str, column: str, unsafe: re.Pattern[str]) -> None:
	table = frappe.qb.DocType(doctype)
	field = table[column]
	wanted = field.regexp("[\"'<>`]")
	if column == "reference_name":
		wanted &= table.reference_doctype == "Inventory Reservation"
	for text in frappe.qb.from_(table).select(field).distinct().where(wanted).run(pluck=True):
		harmless = unsafe.sub(lambda found: found[0].translate(HARMLESS), text)
		if harmless != text:
			frappe.qb.update(table).set(field, harmless).where(wanted & (field == text)).run()
