"""Install and migrate: create what a site needs besides the DocTypes, where it is missing."""

import frappe

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.services.demand import promised_days
from inventory_midplatform.setup import (
	approval_policies,
	custom_fields,
	erpnext_permissions,
	kpis,
	outbound_board,
)
from inventory_midplatform.setup.indexes import INDEXES, UNIQUE, index_name


def before_install() -> None:
	create_roles()


def after_install() -> None:
	after_migrate()
	approval_policies.create()
	promised_days.record_all(site_context())


def after_migrate() -> None:
	create_roles()
	custom_fields.create()
	create_indexes()
	erpnext_permissions.create()
	outbound_board.create()
	kpis.create()


def create_roles() -> None:
	"""Create the roles first: our DocTypes' permissions name them."""
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)


def create_indexes() -> None:
	for doctype, keys in UNIQUE.items():
		for columns in keys:
			_refuse_null(doctype, columns)
			frappe.db.add_unique(doctype, list(columns), constraint_name=index_name(doctype, columns))
	for doctype, keys in INDEXES.items():
		for columns in keys:
			frappe.db.add_index(doctype, list(columns), index_name=index_name(doctype, columns))


def _refuse_null(doctype: str, columns: tuple[str, ...]) -> None:
	"""Make the columns of a key NOT NULL. If one might be NULL, MariaDB locks the next row too when it looks up one row
	by its whole key, and orders for different items wait for each other.
	"""
	nullable = frappe.db.sql(
		"SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = DATABASE()"
		" AND table_name = %(table)s AND is_nullable = 'YES' AND column_name IN %(columns)s ORDER BY column_name",
		{"table": f"tab{doctype}", "columns": columns},
	)
	if nullable:
		changes = ", ".join(
			f"MODIFY `{column}` {kind} NOT NULL" + (" DEFAULT ''" if kind.startswith("varchar") else "")
			for column, kind in nullable
		)
		frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` {changes}")
