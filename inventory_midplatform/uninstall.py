"""Uninstall: nothing is left behind, and a ledger with movements must be exported first.

Frappe calls both hooks in a dry run too, so nothing is removed before the app is really gone.
"""

import json
from pathlib import Path

import frappe

from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.services.replenishment.runs import COUNTERS
from inventory_midplatform.setup import (
	approval_workflow,
	custom_fields,
	erpnext_permissions,
	export,
	outbound_board,
)
from inventory_midplatform.setup.indexes import INDEXES, index_name

APP = "inventory_midplatform"


def before_uninstall() -> None:
	"""Raise ValidationError if the ledger has movements that no export has."""
	if export.movements() and not export.exported():
		frappe.throw(
			frappe._(
				"The ledger holds {0} movements. Export it first: bench --site {1} inventory-export-ledger FOLDER"
			).format(export.movements(), frappe.local.site)
		)


def after_uninstall() -> None:
	"""Remove what Frappe leaves: columns, the Workflow, roles, steps, jobs, settings. Frappe does not commit after this."""
	if APP in frappe.get_installed_apps():
		return
	remove_indexes()
	custom_fields.remove()
	approval_workflow.remove()
	erpnext_permissions.remove()
	outbound_board.remove()
	remove_onboarding_steps()
	remove_roles()
	frappe.db.delete("Scheduled Job Type", {"method": ("like", f"{APP}.%")})
	frappe.db.delete("Auto Email Report", {"report": ("in", _own("report"))})
	frappe.db.delete("ToDo", {"reference_type": ("in", _own("doctype"))})
	frappe.db.delete("Notification Log", {"document_type": ("in", _own("doctype"))})
	frappe.db.delete("Property Setter", {"doc_type": ("in", _own("doctype"))})
	frappe.db.delete("Custom Field", {"dt": ("in", _own("doctype"))})
	frappe.db.delete("Singles", {"doctype": ("in", _own("doctype"))})
	frappe.db.delete("Series", {"name": ("like", f"{COUNTERS}%")})
	frappe.db.set_default(export.MARKER, None)
	frappe.db.commit()
	frappe.clear_cache()


def remove_onboarding_steps() -> None:
	for step in _own("onboarding_step"):
		frappe.delete_doc("Onboarding Step", step, force=True, ignore_missing=True)


def remove_indexes() -> None:
	"""Remove our indexes on ERPNext's tables; the others went with their tables."""
	for doctype, keys in INDEXES.items():
		if doctype not in _own("doctype"):
			for columns in keys:
				frappe.db.sql_ddl(
					f"ALTER TABLE `tab{doctype}` DROP INDEX IF EXISTS `{index_name(doctype, columns)}`"
				)


def remove_roles() -> None:
	for role in ROLES:
		for doctype in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(doctype, {"role": role})
		frappe.delete_doc("Role", role, force=True, ignore_missing=True)


def _own(kind: str) -> list[str]:
	"""Return the names of our records of a kind, from their files: on the site they may be gone already."""
	folder = Path(__file__).parent / APP / kind
	return sorted(json.loads(path.read_text(encoding="utf-8"))["name"] for path in folder.glob("*/*.json"))
