"""The rows of our own tables as a release left them on a real site, to see that the next ones still read them.

Made once, by the release itself, on a fresh site (``scripts/release_fixture.py`` does it on a throwaway one):

	cd sites && ../env/bin/python -m inventory_midplatform.tests.release_fixture SITE FOLDER
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe

from inventory_midplatform.patches.v0_3_0 import rename_fields

Table = dict[str, Any]
"""``columns`` and ``rows``: a table of a later release has columns that this one did not know."""

OWN_DOCTYPES = (
	"Warehouse Zone",
	"Warehouse Bin",
	"Stock Movement",
	"Bin Stock",
	"Bin Allocation",
	"Serial Location",
	"Receipt Layer",
	"Stock Position",
	"Storage Policy",
	"Inventory Reservation",
	"Stock Operation Log",
	"Inventory Request",
	"Inventory Request Item",
	"Inventory Alert",
	"Approval Request",
	"Approval Decision",
)
MASTERS = {
	"Item": (
		"name",
		"item_code",
		"item_name",
		"stock_uom",
		"is_stock_item",
		"has_batch_no",
		"has_serial_no",
		"has_expiry_date",
		"valuation_rate",
	),
	"Batch": ("name", "batch_id", "item", "expiry_date", "batch_qty"),
	"Serial No": ("name", "serial_no", "item_code", "warehouse", "status"),
	"Warehouse": ("name", "warehouse_name", "is_group", "disabled", "inventory_storekeeper"),
	"Bin": ("name", "item_code", "warehouse", "actual_qty"),
	"Stock Ledger Entry": (
		"name",
		"item_code",
		"warehouse",
		"posting_datetime",
		"voucher_type",
		"voucher_no",
		"voucher_detail_no",
		"actual_qty",
		"qty_after_transaction",
		"is_cancelled",
		"serial_and_batch_bundle",
	),
	"Serial and Batch Entry": (
		"name",
		"parent",
		"parenttype",
		"parentfield",
		"idx",
		"batch_no",
		"serial_no",
		"qty",
	),
}
"""What our rows point to, as little of it as they need."""

OF_THE_SITE = {
	"Singles": "doctype = 'Inventory Midplatform Settings'",
	"Custom Field": "dt = 'Warehouse' AND fieldname LIKE 'inventory%%'",
	"Property Setter": "doc_type IN ('Inventory Reservation', 'Warehouse')",
	"Workflow": "document_type = 'Inventory Request'",
	"Workflow Document State": "parent IN (SELECT name FROM `tabWorkflow` WHERE document_type = 'Inventory Request')",
	"Workflow Transition": "parent IN (SELECT name FROM `tabWorkflow` WHERE document_type = 'Inventory Request')",
	"Workflow Action Master": "name LIKE '%%Approv%%'",
	"List Filter": "reference_doctype IN ('Inventory Reservation', 'Stock Movement', 'Inventory Alert')",
	"Report": "ref_doctype IN ('Inventory Reservation', 'Warehouse') AND is_standard = 'No'",
	"Number Card": "document_type = 'Stock Operation Log'",
}
"""Records beside ours that a release made, and what an administrator made of them: DocType and which of its rows."""

POLICIES = (
	"Approval Policy",
	"Approval Policy Step",
	"Approval Policy Approver",
	"Approval Policy Branch",
	"Approval Condition",
)
"""What a patch makes where it is missing: the site's own are put away while a release is loaded that had none."""

OLD_COLUMNS = {
	"Inventory Request": {"prepared_by": "varchar(140)", "needs_director": "int(1) NOT NULL DEFAULT 0"}
}
"""Columns that stay on a site that is upgraded, and that a new one has not."""

NUMBERED = (
	("Stock Movement", "voucher_no"),
	("Inventory Reservation", "demand_name"),
	("Inventory Request", "name"),
	("Inventory Request", "created_document"),
)
"""Names from ERPNext's series, which any site has given to documents of its own."""


def folder_of(release: str) -> Path:
	return Path(__file__).parent / "fixtures" / f"release_{release.replace('.', '_')}"


def read(folder: Path) -> dict[str, Table]:
	"""Return DocType → its rows, of the tables that the release had."""
	paths = {
		doctype: folder / f"{frappe.scrub(doctype)}.json"
		for doctype in (*MASTERS, *OWN_DOCTYPES, *POLICIES, *OF_THE_SITE)
	}
	return {
		doctype: json.loads(path.read_text(encoding="utf-8"))
		for doctype, path in paths.items()
		if path.exists()
	}


@contextmanager
def loaded(tables: dict[str, Table]) -> Iterator[None]:
	"""Make the site what the release left: columns have its names, its rows are there, and its settings, Workflow and
	customizations instead of the site's own. Afterwards everything is as it was before.
	"""
	replaced = [doctype for doctype in OF_THE_SITE if doctype in tables]
	own = {doctype: (_columns(doctype), _rows(doctype, _columns(doctype))) for doctype in replaced}
	policies = {doctype: (_columns(doctype), _rows(doctype, _columns(doctype))) for doctype in POLICIES}
	_give_old_names()
	words = _words_of_workflows(tables)
	try:
		_delete(replaced)
		for doctype in POLICIES:
			frappe.db.delete(doctype)
		for doctype, of in tables.items():
			_insert(doctype, *_completed(doctype, of["columns"], of["rows"]))
		frappe.db.commit()
		frappe.clear_cache()
		yield
	finally:
		frappe.db.rollback()
		rename_fields.execute()
		_remove(tables)
		_delete(replaced)
		for doctype in POLICIES:
			frappe.db.delete(doctype)
		for doctype, (columns, rows) in {**own, **policies}.items():
			_insert(doctype, columns, rows)
		for doctype, name in words:
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
		frappe.db.commit()
		_drop_old_columns()
		frappe.clear_cache()


def _words_of_workflows(tables: dict[str, Table]) -> list[tuple[str, str]]:
	"""Make the states and actions of the release's Workflows that this site has not; return (DocType, name) of each."""
	used = {
		*(
			("Workflow State", "workflow_state_name", state)
			for state in _of(tables, "Workflow Document State", "state")
		),
		*(
			("Workflow Action Master", "workflow_action_name", action)
			for action in _of(tables, "Workflow Transition", "action")
			if action not in _of(tables, "Workflow Action Master", "name")
		),
	}
	made = []
	for doctype, field, name in sorted(used):
		if not frappe.db.exists(doctype, name):
			frappe.get_doc({"doctype": doctype, field: name}).insert(ignore_permissions=True)
			made.append((doctype, name))
	return made


def _of(tables: dict[str, Table], doctype: str, field: str) -> set[str]:
	table = tables.get(doctype) or {"columns": [field], "rows": []}
	return {row[table["columns"].index(field)] for row in table["rows"]}


def _drop_old_columns() -> None:
	for doctype, columns in OLD_COLUMNS.items():
		for column in columns:
			frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN IF EXISTS `{column}`")
		frappe.cache.hdel("table_columns", f"tab{doctype}")


def _give_old_names() -> None:
	"""Undo what the patches rename in the schema, and add the columns that a later release has no field for."""
	for doctype, columns in OLD_COLUMNS.items():
		for column, kind in columns.items():
			frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` ADD COLUMN IF NOT EXISTS `{column}` {kind}")
		frappe.cache.hdel("table_columns", f"tab{doctype}")
	for doctype, (old, new) in rename_fields.COLUMNS.items():
		frappe.db.rename_column(doctype, new, old)
		frappe.cache.hdel("table_columns", f"tab{doctype}")
	old, new = rename_fields.WAREHOUSE_FIELD
	rename_fields.rename_custom_field("Warehouse", new, old)


def _completed(doctype: str, columns: list[str], rows: list[list[Any]]) -> tuple[list[str], list[list[Any]]]:
	"""Masters with what every record has, and with a company or group of this site; of Frappe's own tables the columns
	that this version of Frappe has.
	"""
	if doctype in MASTERS:
		columns = [*columns, "owner", "creation", "modified"]
		rows = [[*row, "Administrator", *[frappe.utils.now()] * 2] for row in rows]
	if doctype in ("Warehouse", "Item"):
		field, value = _of_this_site(doctype)
		columns, rows = [*columns, field], [[*row, value] for row in rows]
	if doctype in OF_THE_SITE:
		known = [n for n, column in enumerate(columns) if column in _columns(doctype)]
		columns, rows = [columns[n] for n in known], [[row[n] for n in known] for row in rows]
	return columns, rows


def _insert(doctype: str, columns: list[str], rows: list[Any]) -> None:
	names = ", ".join(f"`{c}`" for c in columns)
	values = ", ".join(["%s"] * len(columns))
	for row in rows:
		frappe.db.sql(f"INSERT INTO {_table(doctype)} ({names}) VALUES ({values})", list(row))


def _of_this_site(doctype: str) -> tuple[str, str]:
	from inventory_midplatform.tests import erpnext_documents as erp

	return ("company", erp.company()) if doctype == "Warehouse" else ("item_group", erp.any_of("Item Group"))


def _delete(doctypes: list[str]) -> None:
	"""Delete the records of the site; children before their parents, by which they are found."""
	for doctype in reversed(doctypes):
		frappe.db.sql(f"DELETE FROM {_table(doctype)} WHERE {OF_THE_SITE[doctype]}", {})


def _remove(tables: dict[str, Table]) -> None:
	"""Delete the rows of the release, and everything of ours that came to its items since."""
	items = [row[tables["Item"]["columns"].index("name")] for row in tables["Item"]["rows"]]
	for doctype, of in tables.items():
		if doctype not in OF_THE_SITE:
			names = [row[of["columns"].index("name")] for row in of["rows"]]
			frappe.db.delete(doctype, {"name": ("in", names or [""])})
	for doctype in OWN_DOCTYPES:
		if frappe.get_meta(doctype).has_field("item_code"):
			frappe.db.delete(doctype, {"item_code": ("in", items)})
	frappe.db.delete("Stock Operation Log", {"reference_name": ("like", "FIXTURE-%")})
	frappe.db.delete("ToDo", {"reference_name": ("like", "FIXTURE-%")})
	requests = {"document_name": ("like", "FIXTURE-%")}
	for name in frappe.get_all("Approval Request", requests, pluck="name", order_by="name"):
		frappe.db.delete("Approval Decision", {"parent": name})
		frappe.db.delete("ToDo", {"reference_name": name})
		frappe.db.delete("Stock Operation Log", {"reference_name": name})
		frappe.db.delete("Approval Request", {"name": name})


def dump(folder: Path) -> None:
	folder.mkdir(parents=True, exist_ok=True)
	numbered = sorted(
		{
			name
			for doctype, field in NUMBERED
			for name in frappe.get_all(doctype, pluck=field, order_by="name")
			if name and re.search(r"-\d{4}-\d+$", name)
		}
	)
	for doctype in (*MASTERS, *OWN_DOCTYPES, *POLICIES, *OF_THE_SITE):
		columns = MASTERS.get(doctype) or [c for c in _columns(doctype) if not c.startswith("_")]
		rows = _rows(doctype, columns)
		lines = ",\n".join(f"  {json.dumps(list(row), default=str, ensure_ascii=False)}" for row in rows)
		text = f'{{\n "columns": {json.dumps(list(columns))},\n "rows": [\n{lines}\n ]\n}}\n'
		for name in numbered:
			text = text.replace(name, f"FIXTURE-{name}")
		(folder / f"{frappe.scrub(doctype)}.json").write_text(text, encoding="utf-8")


def _table(doctype: str) -> str:
	return f"`tab{doctype}`"


def _columns(doctype: str) -> list[str]:
	if doctype == "Singles":
		return ["doctype", "field", "value"]
	return list(frappe.db.get_table_columns(doctype))


def _rows(doctype: str, columns: Any) -> list[Any]:
	names = ", ".join(f"`{c}`" for c in columns)
	items = "(SELECT item_code FROM `tabStock Position`)"
	condition = {
		"Item": f"name IN {items}",
		"Batch": f"item IN {items}",
		"Serial No": f"item_code IN {items}",
		"Stock Ledger Entry": f"item_code IN {items}",
		"Warehouse": "name IN (SELECT warehouse FROM `tabStock Position`)",
		"Serial and Batch Entry": "parent IN (SELECT serial_and_batch_bundle FROM `tabStock Ledger Entry`)",
		**OF_THE_SITE,
	}.get(doctype, "1 = 1")
	order = "field" if doctype == "Singles" else "name"
	return list(
		frappe.db.sql(f"SELECT {names} FROM {_table(doctype)} WHERE {condition} ORDER BY {order}", {})
	)


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_messages = True
	from inventory_midplatform.tests.work_of_a_release import a_few_days_work

	a_few_days_work()
	dump(Path(sys.argv[2]))
