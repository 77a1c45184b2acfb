"""Columns, settings and ERPNext's custom field get their new names before the DocTypes are synced, with the values they
have; what users saved about the fields (reports, list columns, Customize Form, Notifications) follows them.
"""

import re

import frappe
from frappe.model.utils import rename_field

from inventory_midplatform.setup.custom_fields import NO_ROLES_LEVEL

WAREHOUSE_FIELD = ("inventory_keeper", "inventory_storekeeper")
COLUMNS: dict[str, tuple[str, str]] = {
	"Inventory Reservation": ("if_short", "shortage_policy"),
	"Warehouse": WAREHOUSE_FIELD,
}
WITHOUT_COLUMN = ("inventory_reserved_qty", "inventory_waiting_qty")
"""No list may offer a filter by them."""
SETTINGS = "Inventory Midplatform Settings"
SETTING = ("hold_expired_batches", "block_expired_batches")


def execute() -> None:
	rename_setting()
	for doctype, (old, new) in COLUMNS.items():
		rename_column(doctype, old, new)
		rename_in_customizations(doctype, old, new)
	rename_custom_field("Warehouse", *WAREHOUSE_FIELD)
	frappe.db.sql(
		"UPDATE `tabCustom Field` SET permlevel = %(level)s WHERE fieldname IN %(fields)s AND is_virtual = 1",
		{"level": NO_ROLES_LEVEL, "fields": WITHOUT_COLUMN},
	)
	frappe.clear_cache()


def rename_setting() -> None:
	old, new = SETTING
	of_new = {"doctype": SETTINGS, "field": new}
	if frappe.db.exists("Singles", {"doctype": SETTINGS, "field": old}):
		frappe.db.delete("Singles", of_new)
	frappe.db.sql(
		"UPDATE `tabSingles` SET field = %(new)s WHERE doctype = %(doctype)s AND field = %(old)s",
		{"doctype": SETTINGS, "old": old, "new": new},
	)
	rename_in_customizations(SETTINGS, old, new)


def rename_column(doctype: str, old: str, new: str) -> None:
	"""Rename the column where only the old one exists. Where both do (a migration that stopped half way after the
	sync), the values are copied once and the old column goes.
	"""
	columns = frappe.db.get_table_columns(doctype)
	if old not in columns:
		return
	if new not in columns:
		frappe.db.rename_column(doctype, old, new)
	else:
		frappe.db.sql(f"UPDATE `tab{doctype}` SET `{new}` = `{old}` WHERE COALESCE(`{old}`, '') <> ''")
		frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{old}`")
	frappe.cache.hdel("table_columns", f"tab{doctype}")


def rename_custom_field(doctype: str, old: str, new: str) -> None:
	"""The record keeps what an administrator changed of it; Frappe names it by DocType and field."""
	old_name, new_name = f"{doctype}-{old}", f"{doctype}-{new}"
	if not frappe.db.exists("Custom Field", old_name):
		return
	frappe.db.delete("Custom Field", {"name": new_name})
	frappe.db.sql(
		"UPDATE `tabCustom Field` SET name = %(new_name)s, fieldname = %(new)s WHERE name = %(old_name)s",
		{"old_name": old_name, "new_name": new_name, "new": new},
	)


def rename_in_customizations(doctype: str, old: str, new: str) -> None:
	"""As Frappe's ``rename_field`` does after a sync, and the order of fields and Notifications, which it leaves out."""
	rename_field.update_reports(doctype, old, new)
	rename_field.update_users_report_view_settings(doctype, old, new)
	rename_field.update_property_setters(doctype, old, new)
	rename_field.update_user_settings(doctype, old, new)
	frappe.db.sql(
		"UPDATE `tabProperty Setter` SET name = REPLACE(name, %(old)s, %(new)s)"
		" WHERE doc_type = %(doctype)s AND field_name = %(field)s AND name LIKE %(like)s",
		{"doctype": doctype, "field": new, "old": f"-{old}-", "new": f"-{new}-", "like": f"%-{old}-%"},
	)
	frappe.db.sql(
		"UPDATE `tabProperty Setter` SET value = REPLACE(value, %(old)s, %(new)s)"
		" WHERE doc_type = %(doctype)s AND property = 'field_order'",
		{"doctype": doctype, "old": f'"{old}"', "new": f'"{new}"'},
	)
	word = re.compile(rf"\b{old}\b")
	for name, condition in frappe.get_all(
		"Notification",
		{"document_type": doctype, "condition": ("like", f"%{old}%")},
		["name", "condition"],
		order_by="name",
		as_list=True,
	):
		frappe.db.set_value(
			"Notification", name, "condition", word.sub(new, condition), update_modified=False
		)
