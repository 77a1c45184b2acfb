"""The Workflow of Inventory Requests: made from the domain's data where it is missing, the user's to edit after."""

import frappe

from inventory_midplatform.domain import approval

NAME = "Inventory Request Approval"
DOCTYPE = "Inventory Request"


def create() -> None:
	"""Make states, actions and the Workflow where they are missing; what exists is left as it is."""
	if frappe.db.exists("Workflow", {"document_type": DOCTYPE}):
		return
	for state in approval.STATES:
		if not frappe.db.exists("Workflow State", state.name):
			frappe.get_doc(
				{"doctype": "Workflow State", "workflow_state_name": state.name, "style": state.style}
			).insert(ignore_permissions=True)
	for action in approval.ACTIONS:
		if not frappe.db.exists("Workflow Action Master", action):
			frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": action}).insert(
				ignore_permissions=True
			)
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": NAME,
			"document_type": DOCTYPE,
			"is_active": 1,
			"override_status": 1,
			"send_email_alert": 0,
			"workflow_state_field": "workflow_state",
			"states": [
				{
					"state": state.name,
					"doc_status": str(state.docstatus),
					"allow_edit": state.editable_by,
				}
				for state in approval.STATES
			],
			"transitions": [
				{
					"state": t.state,
					"action": t.action,
					"next_state": t.next_state,
					"allowed": role,
					"allow_self_approval": int(t.allow_self_approval),
					"condition": _condition(t.needs_director),
				}
				for t in approval.TRANSITIONS
				for role in t.roles
			],
		}
	).insert(ignore_permissions=True)


def remove() -> None:
	"""Remove the Workflow, and the states and actions that are only ours."""
	for name in frappe.get_all("Workflow", {"document_type": DOCTYPE}, pluck="name", order_by="name"):
		frappe.delete_doc("Workflow", name, force=True)
	for action in frappe.get_all(
		"Workflow Action", {"reference_doctype": DOCTYPE}, pluck="name", order_by="name"
	):
		frappe.delete_doc("Workflow Action", action, force=True)
	for state in approval.STATES:
		if not frappe.db.exists("Workflow Document State", {"state": state.name}):
			_delete_if_ours("Workflow State", state.name)
	for action in approval.ACTIONS:
		if not frappe.db.exists("Workflow Transition", {"action": action}):
			_delete_if_ours("Workflow Action Master", action)


FRAPPES = {
	"Workflow State": ("Pending", "Approved", "Rejected"),
	"Workflow Action Master": ("Approve", "Reject", "Review"),
}
"""Frappe makes these itself at its own install."""


def _delete_if_ours(doctype: str, name: str) -> None:
	if name not in FRAPPES[doctype]:
		frappe.delete_doc(doctype, name, force=True, ignore_missing=True)


def _condition(needs_director: bool | None) -> str:
	if needs_director is None:
		return ""
	return "doc.needs_director" if needs_director else "not doc.needs_director"
