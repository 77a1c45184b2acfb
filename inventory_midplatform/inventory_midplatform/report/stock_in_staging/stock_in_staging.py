from typing import Any

from frappe import _
from frappe.utils import cint

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import outbound

MOST_ROWS = 1000


@reports.refusals_above
def execute(filters: dict[str, Any]) -> tuple[list[Row], list[Row], str | None]:
	found = outbound.list_staging(
		site_context(),
		**reports.texts(filters, ("warehouse", "item_code")),
		min_hours=cint(filters.get("min_hours")),
		limit=MOST_ROWS,
	)
	message = _("Only the {0} oldest are shown.").format(MOST_ROWS) if found["has_more"] else None
	return get_columns(), found["rows"], message


def get_columns() -> list[Row]:
	return [
		_link("item_code", _("Item"), "Item", 150),
		{"fieldname": "item_name", "label": _("Item Name"), "fieldtype": "Data", "width": 160},
		_link("batch_no", _("Batch"), "Batch", 120),
		{"fieldname": "qty", "label": _("Quantity"), "fieldtype": "Float", "width": 95},
		_link("stock_uom", _("Unit"), "UOM", 70),
		_link("warehouse", _("Warehouse"), "Warehouse", 150),
		_link("bin", _("Bin"), "Warehouse Bin", 140),
		_link("outbound_order", _("Outbound Order"), "Outbound Order", 150),
		{"fieldname": "state", "label": _("State"), "fieldtype": "Data", "width": 100},
		{"fieldname": "source_name", "label": _("Source"), "fieldtype": "Data", "width": 150},
		_link("assignee", _("Assignee"), "User", 140),
		{"fieldname": "since", "label": _("Since"), "fieldtype": "Datetime", "width": 160},
		{"fieldname": "hours", "label": _("Hours"), "fieldtype": "Float", "precision": 1, "width": 80},
	]


def _link(fieldname: str, label: str, options: str, width: int) -> Row:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Link", "options": options, "width": width}
