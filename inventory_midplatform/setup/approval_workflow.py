"""The Workflow of Inventory Requests that earlier releases made. Approval Policies replace it; one that users edited stays."""

from collections.abc import Collection

import frappe

from inventory_midplatform.setup.workflow_of_requests import (
	ACTIONS,
	BY_REQUESTERS,
	REQUESTERS,
	STATES,
	TRANSITIONS,
)

NAME = "Inventory Request Approval"
DOCTYPE = "Inventory Request"


def add_requesters(before: Collection[str]) -> None:
	"""Let every role in ``REQUESTERS`` request approval and revise, on a Workflow made by an earlier release.

	``before`` are the roles of that release. A step whose roles were edited since stays as it is.
	"""
	if not frappe.db.exists("Workflow", {"name": NAME, "document_type": DOCTYPE}):
		return
	workflow = frappe.get_doc("Workflow", NAME)
	for state, action, next_state in BY_REQUESTERS:
		step = (state, action, next_state)
		same = [t for t in workflow.transitions if (t.state, t.action, t.next_state) == step]
		if {t.allowed for t in same} != set(before):
			continue
		for role in sorted(set(REQUESTERS) - set(before)):
			row = {"state": state, "action": action, "next_state": next_state, "allowed": role}
			workflow.append("transitions", {**row, "allow_self_approval": 1})
	workflow.save(ignore_permissions=True)


def others() -> bool:
	"""Return whether the site has a Workflow of its own for Inventory Requests, or one of ours that users edited."""
	names = frappe.get_all("Workflow", {"document_type": DOCTYPE}, pluck="name", order_by="name")
	return bool(names) and not (names == [NAME] and is_unedited())


def is_unedited() -> bool:
	"""Return whether the Workflow is there as we made it."""
	if not frappe.db.exists("Workflow", {"name": NAME, "document_type": DOCTYPE, "is_active": 1}):
		return False
	workflow = frappe.get_doc("Workflow", NAME)
	states = [(s.state, str(s.doc_status), s.allow_edit) for s in workflow.states]
	extras = [s.state for s in workflow.states if s.update_field or s.is_optional_state or s.message]
	transitions = [
		(
			t.state,
			t.action,
			t.next_state,
			t.allowed,
			int(t.allow_self_approval or 0),
			(t.condition or "").strip(),
		)
		for t in workflow.transitions
	]
	return (
		tuple(states) == STATES
		and not extras
		and len(transitions) == len(TRANSITIONS)
		and set(transitions) == TRANSITIONS
		and not workflow.send_email_alert
		and workflow.workflow_state_field == "workflow_state"
	)


def remove() -> None:
	"""Delete the Workflows of Inventory Requests, and the states and actions that only they used."""
	for name in frappe.get_all("Workflow", {"document_type": DOCTYPE}, pluck="name", order_by="name"):
		frappe.delete_doc("Workflow", name, force=True)
	for action in frappe.get_all(
		"Workflow Action", {"reference_doctype": DOCTYPE}, pluck="name", order_by="name"
	):
		frappe.delete_doc("Workflow Action", action, force=True)
	for state, _, _ in STATES:
		if not frappe.db.exists("Workflow Document State", {"state": state}):
			_delete_unless_frappes("Workflow State", state)
	for action in ACTIONS:
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
