"""Fields the app adds to ERPNext's documents: one set of dicts for install, migrate and uninstall."""

from typing import Any

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

MODULE = "Inventory Midplatform"

NO_ROLES_LEVEL = 9
"""A permission level that no role reads. Frappe offers no filter by a field of it; a field without a column needs that."""

_SHOWN = {
	"is_virtual": 1,
	"permlevel": NO_ROLES_LEVEL,
	"read_only": 1,
	"no_copy": 1,
	"print_hide": 1,
	"depends_on": "eval:parent.__onload && parent.__onload.inventory_reservations",
}


def _reserved_after(fieldname: str) -> list[dict[str, Any]]:
	"""Return the fields for what is reserved for a row and what waits. The form fills and shows them where a document
	reserves (``public/js/desk/reserved_on_rows.js``).
	"""
	return [
		{
			"fieldname": "inventory_reserved_qty",
			"label": "Reserved",
			"fieldtype": "Float",
			"insert_after": fieldname,
			"description": "In stock units: reserved for this row.",
			**_SHOWN,
		},
		{
			"fieldname": "inventory_waiting_qty",
			"label": "Waiting",
			"fieldtype": "Float",
			"insert_after": "inventory_reserved_qty",
			"description": "In stock units: waiting for stock to come.",
			**_SHOWN,
		},
	]


def _stock_status_after(fieldname: str) -> list[dict[str, Any]]:
	"""Return the field for the status of the stock that a row takes, where the platform drafts it of stock on hold."""
	return [
		{
			"fieldname": "inventory_stock_status",
			"label": "Stock Status",
			"fieldtype": "Data",
			"hidden": 1,
			"no_copy": 1,
			"print_hide": 1,
			"insert_after": fieldname,
		},
	]


FIELDS: dict[str, list[dict[str, Any]]] = {
	"Item": [
		{
			"fieldname": "inventory_volume",
			"label": "Volume (m³)",
			"fieldtype": "Float",
			"precision": "9",
			"non_negative": 1,
			"insert_after": "weight_uom",
			"description": "Of one stock unit, packed as it is stored. Bins with a maximum volume are filled by it.",
		},
	],
	"Warehouse": [
		{
			"fieldname": "inventory_storekeeper",
			"label": "Storekeeper",
			"fieldtype": "Link",
			"options": "User",
			"insert_after": "warehouse_type",
			"description": "Notified when stock runs low here.",
		},
	],
	"Material Request": [
		{
			"fieldname": "inventory_origin",
			"label": "Requested Because Of",
			"fieldtype": "Select",
			"options": "\nLow Stock\nInventory Request",
			"read_only": 1,
			"no_copy": 1,
			"insert_after": "schedule_date",
		},
		{
			"fieldname": "inventory_supplier",
			"label": "Suggested Supplier",
			"fieldtype": "Link",
			"options": "Supplier",
			"no_copy": 1,
			"insert_after": "inventory_origin",
			"depends_on": "eval:doc.inventory_origin",
		},
		{
			"fieldname": "inventory_request",
			"label": "Inventory Request",
			"fieldtype": "Link",
			"options": "Inventory Request",
			"read_only": 1,
			"no_copy": 1,
			"insert_after": "inventory_supplier",
			"depends_on": "inventory_request",
		},
	],
	"Stock Entry": [
		{
			"fieldname": "inventory_request",
			"label": "Inventory Request",
			"fieldtype": "Link",
			"options": "Inventory Request",
			"read_only": 1,
			"no_copy": 1,
			"insert_after": "purpose",
			"depends_on": "inventory_request",
		},
	],
	"Stock Entry Detail": _stock_status_after("s_warehouse"),
	"Purchase Receipt Item": _stock_status_after("warehouse"),
	"Sales Order Item": [
		*_reserved_after("warehouse"),
		{
			"fieldname": "inventory_promised_on",
			"label": "Promised On",
			"fieldtype": "Date",
			"read_only": 1,
			"no_copy": 1,
			"print_hide": 1,
			"allow_on_submit": 1,
			"insert_after": "delivery_date",
			"depends_on": "inventory_promised_on",
			"description": "The delivery date when the order was submitted. On time is judged by it.",
		},
	],
	"Stock Reconciliation": [
		{
			"fieldname": "inventory_matched",
			"label": "Rows without a Difference",
			"fieldtype": "Long Text",
			"hidden": 1,
			"read_only": 1,
			"no_copy": 1,
			"print_hide": 1,
			"insert_after": "items",
		},
	],
	"Material Request Item": _reserved_after("warehouse"),
	"Work Order Item": _reserved_after("required_qty"),
}


def create() -> None:
	"""Create what is missing; a field a user changed keeps the change."""
	create_custom_fields(
		{
			doctype: [
				{"module": MODULE, **field} for field in fields if not _exists(doctype, field["fieldname"])
			]
			for doctype, fields in FIELDS.items()
		},
		ignore_validate=True,
	)


def remove() -> None:
	"""Delete the fields and their columns: deleting a Custom Field leaves its column behind."""
	for doctype, fields in FIELDS.items():
		columns = frappe.db.get_table_columns(doctype)
		for field in fields:
			name = _exists(doctype, field["fieldname"])
			if name:
				frappe.delete_doc("Custom Field", name, ignore_missing=True, force=True)
			if field["fieldname"] in columns:
				frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{field['fieldname']}`")
		frappe.clear_cache(doctype=doctype)


def _exists(doctype: str, fieldname: str) -> str | None:
	return frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": fieldname})  # type: ignore[no-any-return]
