"""Words that records store get the names of this release: kinds of movements, types of alerts, operations of the log,
sentences, and the action of the Workflow, also in a Workflow that users have edited.
"""

import frappe

VALUES: dict[tuple[str, str], dict[str, str]] = {
	("Stock Movement", "kind"): {"Opening": "Opening Stock", "Restated by Books": "Adjustment"},
	("Inventory Alert", "alert_type"): {
		"Restated by Books": "Adjustment",
		"Books Contradict Themselves": "Books Discrepancy",
	},
	("Stock Operation Log", "operation"): {
		"Ask": "Request",
		"Displace": "Deallocate",
		"Hold": "Block",
		"Release from Hold": "Unblock",
		"Transfer": "Reassign",
	},
}
"""(DocType, field) → old value → new. No new value of a field is an old one of it, so a patch may run twice."""

SENTENCES: dict[tuple[str, str], dict[str, str]] = {
	("Stock Movement", "reason"): {"Taken in from the books": "Opening stock from the books"},
}
"""Sentences that the product stored and that are translated when they are shown."""

TEXTS_OF_FIELDS: dict[str, dict[str, str]] = {
	"label": {"Keeper": "Storekeeper", "Asked For By": "Requested Because Of"},
	"description": {
		"Told when stock runs low here.": "Notified when stock runs low here.",
		"In stock units: kept for this row.": "In stock units: reserved for this row.",
	},
}
"""What the app's Custom Fields on ERPNext's documents said. What an administrator wrote there stays."""

OLD_ACTION, NEW_ACTION = "Ask for Approval", "Request Approval"
DOCTYPE = "Inventory Request"
OLD_STEP = "Take In the Stock You Have"
"""The Onboarding Step that a new one of another name replaces."""


def execute() -> None:
	for (doctype, field), renamed in {**VALUES, **SENTENCES}.items():
		rename_values(doctype, field, renamed)
	for field, renamed in TEXTS_OF_FIELDS.items():
		rename_values("Custom Field", field, renamed, " AND module = 'Inventory Midplatform'")
	rename_workflow_action()
	frappe.delete_doc("Onboarding Step", OLD_STEP, force=True, ignore_missing=True)


def rename_values(doctype: str, field: str, renamed: dict[str, str], and_where: str = "") -> None:
	"""Rename values of a field in one statement."""
	cases = " ".join(f"WHEN %(old{n})s THEN %(new{n})s" for n in range(len(renamed)))
	values = {f"old{n}": old for n, old in enumerate(renamed)}
	values.update({f"new{n}": new for n, new in enumerate(renamed.values())})
	frappe.db.sql(
		f"UPDATE `tab{doctype}` SET `{field}` = CASE `{field}` {cases} ELSE `{field}` END"
		f" WHERE `{field}` IN %(olds)s{and_where}",
		{**values, "olds": tuple(renamed)},
	)


def rename_workflow_action() -> None:
	"""In the Workflows of our requests only: another Workflow may use the old action for a document of its own."""
	workflows = frappe.get_all("Workflow", {"document_type": DOCTYPE}, pluck="name", order_by="name")
	used = {"parent": ("in", workflows or [""]), "action": OLD_ACTION}
	if frappe.db.exists("Workflow Transition", used):
		if not frappe.db.exists("Workflow Action Master", NEW_ACTION):
			frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": NEW_ACTION}).insert(
				ignore_permissions=True
			)
		words = {"old": OLD_ACTION, "new": NEW_ACTION, "workflows": tuple(workflows)}
		frappe.db.sql(
			"UPDATE `tabWorkflow Transition` SET action = %(new)s"
			" WHERE action = %(old)s AND parent IN %(workflows)s",
			words,
		)
		frappe.db.sql(
			"UPDATE `tabWorkflow` SET workflow_data = REPLACE(workflow_data, %(old)s, %(new)s)"
			" WHERE name IN %(workflows)s",
			{**words, "old": f'"{OLD_ACTION}"', "new": f'"{NEW_ACTION}"'},
		)
	if not frappe.db.exists("Workflow Transition", {"action": OLD_ACTION}):
		frappe.delete_doc("Workflow Action Master", OLD_ACTION, force=True, ignore_missing=True)
	frappe.clear_cache(doctype=DOCTYPE)
