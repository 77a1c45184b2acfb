from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import suppliers

MOST_ROWS = 1000


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Row], list[Row], str | None]:
	given = filters or {}
	with shown_in_desk():
		found = suppliers.supplier_performance(
			site_context(),
			from_date=getdate(given["from_date"]) if given.get("from_date") else None,
			to_date=getdate(given["to_date"]) if given.get("to_date") else None,
			supplier=given.get("supplier") or "",
			warehouse=given.get("warehouse") or "",
			limit=MOST_ROWS,
		)
	message = _("Only the first {0} suppliers are shown.").format(MOST_ROWS) if found["has_more"] else None
	return get_columns(), [_in_percent(row) for row in found["rows"]], message


def _in_percent(row: Row) -> Row:
	shares = ("on_time_share", "in_full_share", "accepted_share")
	return {**row, **{name: None if row[name] is None else row[name] * 100 for name in shares}}


def get_columns() -> list[Row]:
	# Frappe refuses a report that links to what its user may not read
	kind = {"fieldtype": "Link", "options": "Supplier"} if frappe.has_permission("Supplier") else {}
	return [
		{"fieldname": "supplier", "label": _("Supplier"), "fieldtype": "Data", "width": 200, **kind},
		{"fieldname": "receipts", "label": _("Receipts"), "fieldtype": "Int", "width": 100},
		{"fieldname": "on_time_share", "label": _("On Time"), "fieldtype": "Percent", "width": 110},
		{"fieldname": "in_full_share", "label": _("In Full"), "fieldtype": "Percent", "width": 110},
		{"fieldname": "accepted_share", "label": _("Accepted Share"), "fieldtype": "Percent", "width": 130},
		{"fieldname": "put_away", "label": _("Put Away Receipts"), "fieldtype": "Int", "width": 130},
		{
			"fieldname": "mean_days_to_shelf",
			"label": _("Days to Shelf (Mean)"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 160,
		},
		{
			"fieldname": "p90_days_to_shelf",
			"label": _("Days to Shelf (90 %)"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 160,
		},
	]
