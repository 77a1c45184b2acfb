"""List what an app leaves on a site: the same before it is installed and after it is uninstalled.

cd sites && ../env/bin/python -m inventory_midplatform.tests.traces SITE
"""

import json
import sys

import frappe

from inventory_midplatform.tests import erpnext_documents as erp

KINDS = (
	"Client Script",
	"Custom DocPerm",
	"Custom Field",
	"Custom HTML Block",
	"Dashboard",
	"Dashboard Chart",
	"Dashboard Chart Source",
	"DocType",
	"Form Tour",
	"Kanban Board",
	"Module Def",
	"Module Onboarding",
	"Notification",
	"Number Card",
	"Onboarding Step",
	"Page",
	"Print Format",
	"Property Setter",
	"Report",
	"Role",
	"Scheduled Job Type",
	"Server Script",
	"Workflow",
	"Workflow Action Master",
	"Workflow State",
	"Workspace",
)


def traces() -> str:
	"""Return, as JSON, records by name, tables with their columns, and rows that name a role, a DocType or a setting."""
	records = {kind: sorted(frappe.get_all(kind, pluck="name", order_by="name")) for kind in KINDS}
	columns = frappe.db.sql(
		"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
	)
	return json.dumps(
		{
			**records,
			"columns": sorted(".".join(pair) for pair in columns),
			"indexes": sorted(
				".".join(map(str, row))
				for row in frappe.db.sql(
					"SELECT DISTINCT table_name, index_name FROM information_schema.statistics"
					" WHERE table_schema = DATABASE()"
				)
			),
			"Singles": sorted(set(frappe.db.sql_list("SELECT doctype FROM tabSingles"))),
			"Has Role": sorted(set(frappe.db.sql_list("SELECT role FROM `tabHas Role`"))),
			"DocPerm": sorted(set(frappe.db.sql_list("SELECT role FROM tabDocPerm"))),
			"ToDo": sorted(
				set(
					frappe.db.sql_list(
						"SELECT reference_type FROM tabToDo WHERE reference_type <> ''"
						" AND reference_type NOT IN (SELECT name FROM tabDocType)"
					)
				)
			),
			"defaults": sorted(
				key
				for key in frappe.db.sql_list("SELECT defkey FROM tabDefaultValue")
				if "inventory_midplatform" in key
			),
			"apps": sorted(frappe.get_installed_apps()),
		}
	)


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	erp.company()  # making one adds fields of its country
	frappe.db.commit()
	print(traces())
