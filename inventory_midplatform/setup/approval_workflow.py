"""The Workflow of Inventory Requests: made from the domain's data if it is missing, and edited by users afterwards."""

from collections.abc import Collection

import frappe

from inventory_midplatform.domain import approval

NAME = "Inventory Request Approval"
DOCTYPE = "Inventory Request"


def create() -> None:
	"""Make the states, actions and Workflow that are missing. Existing ones stay as they are."""
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


def add_requesters(before: Collection[str]) -> None:
	"""Let every role in ``approval.REQUESTERS`` request approval and revise, on a Workflow made by an earlier release.

	``before`` are the roles of that release. A step whose roles were edited since stays as it is.
	"""
	if not frappe.db.exists("Workflow", {"name": NAME, "document_type": DOCTYPE}):
		return
	workflow = frappe.get_doc("Workflow", NAME)
	for step in approval.TRANSITIONS:
		if step.roles != approval.REQUESTERS:
			continue
		same = [
			t
			for t in workflow.transitions
			if (t.state, t.action, t.next_state) == (step.state, step.action, step.next_state)
		]
		if {t.allowed for t in same} != set(before):
			continue
		for role in sorted(set(step.roles) - set(before)):
			workflow.append(
				"transitions",
				{
					"state": step.state,
					"action": step.action,
					"next_state": step.next_state,
					"allowed": role,
					"allow_self_approval": int(step.allow_self_approval),
				},
			)
	workflow.save(ignore_permissions=True)


def remove() -> None:
	"""Delete the Workflow, and the states and actions that only it used."""
	for name in frappe.get_all("Workflow", {"document_type": DOCTYPE}, pluck="name", order_by="name"):
		frappe.delete_doc("Workflow", name, force=True)
	for action in frappe.get_all(
		"Workflow Action", {"reference_doctype": DOCTYPE}, pluck="name", order_by="name"
	):
		frappe.delete_doc("Workflow Action", action, force=True)
	for state in approval.STATES:
		if not frappe.db.exists("Workflow Document State", {"state": state.name}):
			_delete_unless_frappes("Workflow State", state.name)
	for action in approval.ACTIONS:
		if not frappe.db.exists("Workflow Transition", {"action": action}):
			_delete_unless_frappes("Workflow Action Master", action)


FRAPPES = {
	"Workflow State": ("Pending", "Approved", "Rejected"),
	"Workflow Action Master": ("Approve", "Reject", "Review"),
}
"""Frappe creates these when it is installed."""


def _delete_unless_frappes(doctype: str, name: str) -> None:
	if name not in FRAPPES[doctype]:
		frappe.delete_doc(doctype, name, force=True, ignore_missing=True)


def _condition(needs_director: bool | None) -> str:
	if needs_director is None:
		return ""
	return "doc.needs_director" if needs_director else "not doc.needs_director"
