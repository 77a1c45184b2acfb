"""Show the reserved and the waiting quantity of each row on a document's form."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.reservation import document_sync

ROWS = {
	sources.SALES_ORDER: "items",
	sources.MATERIAL_REQUEST: "items",
	sources.WORK_ORDER: "required_items",
}
"""The table of each type whose rows demand stock."""


def loaded(document: Any, method: str | None = None) -> None:
	"""Send each row's quantities with a document that is loaded for its form; the form's script writes them on the rows."""
	if document.docstatus != 1 or not site_settings().reservation:
		return
	quantities = document_sync.row_quantities(site_context(), document.doctype, document.name)
	if not quantities:
		return
	shown = {
		row: {**of_row, "reserved": float(of_row["reserved"]), "waiting": float(of_row["waiting"])}
		for row, of_row in quantities.items()
	}
	document.set_onload("inventory_reservations", shown)


def saving(document: Any, method: str | None = None) -> None:
	"""Empty the quantities that the form's script wrote on the rows, or the document's history would list them as a change."""
	before = document.get_doc_before_save()
	for version in (document, *((before,) if before else ())):
		for row in version.get(ROWS[document.doctype]):
			row.inventory_reserved_qty = row.inventory_waiting_qty = 0.0
