from typing import Any

import frappe
from frappe import _

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import suppliers

MOST_ROWS = 1000


@reports.refusals_above
def execute(filters: dict[str, Any]) -> tuple[list[Row], list[Row], str | None]:
	found = suppliers.supplier_performance(
		site_context(),
		from_date=reports.day(filters, "from_date"),
		to_date=reports.day(filters, "to_date"),
		**reports.texts(filters, ("supplier", "warehouse")),
		limit=MOST_ROWS,
	)
	message = _("Only the first {0} suppliers are shown.").format(MOST_ROWS) if found["has_more"] else None
	return get_columns(), [_in_percent(row) for row in found["rows"]], message


def _in_percent(row: Row) -> Row:
	shares = ("on_time_share", "in_full_share", "accepted_share")
	return {**row, **{name: reports.in_percent(row[name]) for name in shares}}


def get_columns() -> list[Row]:
	# Frappe refuses a report that links to what its user may not read
	kind = {"fieldtype": "Link", "options": "Supplier"} if frappe.has_permission("Supplier") else {}
	return [
		{"fieldname": "supplier", "label": _("Supplier"), "fieldtype": "Data", "width": 260, **kind},
		{"fieldname": "receipts", "label": _("Receipts"), "fieldtype": "Int", "width": 80},
		{"fieldname": "on_time_share", "label": _("On Time"), "fieldtype": "Percent", "width": 80},
		{"fieldname": "in_full_share", "label": _("In Full"), "fieldtype": "Percent", "width": 80},
		{"fieldname": "accepted_share", "label": _("Accepted Share"), "fieldtype": "Percent", "width": 80},
		{"fieldname": "put_away", "label": _("Put Away Receipts"), "fieldtype": "Int", "width": 80},
		{
			"fieldname": "mean_days_to_shelf",
			"label": _("Days to Shelf (Mean)"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 80,
		},
		{
			"fieldname": "p90_days_to_shelf",
			"label": _("Days to Shelf (90 %)"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 80,
		},
	]
