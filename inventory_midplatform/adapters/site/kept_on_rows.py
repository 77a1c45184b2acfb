"""What the form of a document that reserves shows on its rows: what is kept for each, and what waits."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.services import demand_documents, orders

ROWS = {
	demand_documents.SALES_ORDER: "items",
	demand_documents.MATERIAL_REQUEST: "items",
	demand_documents.WORK_ORDER: "required_items",
}
"""The table of each type whose rows want something."""


def loaded(document: Any, method: str | None = None) -> None:
	if document.docstatus != 1 or not site_settings().reservation:
		return
	told = orders.row_quantities(site_context(), document.doctype, document.name)
	if not told:
		return
	shown = {
		row: {**of_row, "reserved": float(of_row["reserved"]), "waiting": float(of_row["waiting"])}
		for row, of_row in told.items()
	}
	document.set_onload("inventory_reservations", shown)
	for row in document.get(ROWS[document.doctype]):
		of_row = shown.get(row.name, {})
		row.inventory_reserved_qty = of_row.get("reserved", 0)
		row.inventory_waiting_qty = of_row.get("waiting", 0)


def saving(document: Any, method: str | None = None) -> None:
	"""What was shown on the rows is nobody's entry: it would stand in the document's history as a change."""
	before = document.get_doc_before_save()
	for version in (document, *((before,) if before else ())):
		for row in version.get(ROWS[document.doctype]):
			row.inventory_reserved_qty = row.inventory_waiting_qty = 0.0
