from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Row
from inventory_midplatform.services.locations import pick_faces

MOST_ROWS = 1000


@reports.refusals_above
def execute(filters: dict[str, Any]) -> tuple[list[Row], list[Row], str | None]:
	found = pick_faces.list_due(
		site_context(), reports.texts(filters, ("warehouse",))["warehouse"], "", MOST_ROWS, 0
	)
	message = _("Only the first {0} are shown.").format(MOST_ROWS) if found["has_more"] else None
	rows = [
		{
			**face,
			"from_bins": ", ".join(f"{part['bin_code']} × {part['qty']:g}" for part in face["from_bins"]),
		}
		for face in found["refills"]
	]
	return get_columns(), rows, message


def get_columns() -> list[Row]:
	def quantity(fieldname: str, label: str) -> Row:
		return {"fieldname": fieldname, "label": label, "fieldtype": "Float", "width": 110}

	return [
		{
			"fieldname": "bin",
			"label": _("Pick Face"),
			"fieldtype": "Link",
			"options": "Warehouse Bin",
			"width": 150,
		},
		{"fieldname": "item_code", "label": _("Item"), "fieldtype": "Link", "options": "Item", "width": 150},
		{"fieldname": "item_name", "label": _("Item Name"), "fieldtype": "Data", "width": 180},
		quantity("refill_qty", _("Refill")),
		{"fieldname": "stock_uom", "label": _("Unit"), "fieldtype": "Link", "options": "UOM", "width": 80},
		{"fieldname": "from_bins", "label": _("From Bins"), "fieldtype": "Data", "width": 220},
		quantity("left", _("Not Allocated")),
		quantity("to_allocate", _("Orders Want")),
		quantity("minimum", _("Minimum")),
		quantity("maximum", _("Maximum")),
		{
			"fieldname": "warehouse",
			"label": _("Warehouse"),
			"fieldtype": "Link",
			"options": "Warehouse",
			"width": 160,
		},
	]
