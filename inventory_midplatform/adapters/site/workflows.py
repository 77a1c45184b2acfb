"""Frappe's Workflow beside approvals: it keeps the states of a site that has one, and an approved request goes on in it."""

from typing import Any

import frappe
from frappe.model.workflow import get_transitions, get_workflow, get_workflow_name

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.ports import Row


def actions(doctype: str) -> dict[str, frozenset[str]]:
	"""Return the actions of a DocType's active Workflow, with the roles that may take them."""
	if not get_workflow_name(doctype):
		return {}
	found: dict[str, set[str]] = {}
	for transition in get_workflow(doctype).transitions:
		found.setdefault(transition.action, set()).add(transition.allowed)
	return {action: frozenset(roles) for action, roles in found.items()}


def apply(document: Any, action: str) -> None:
	"""Apply a step of the document's Workflow, whose conditions count, but not its roles: the document is approved.

	Raises Conflict (``no_workflow``, ``no_transition``).
	"""
	about = {"doctype": document.doctype, "name": document.name}
	if not get_workflow_name(document.doctype):
		raise Conflict("There is no active Workflow for {doctype}.", code="no_workflow", **about)
	workflow = get_workflow(document.doctype)
	state = document.get(workflow.workflow_state_field) or workflow.states[0].state
	transition = next(
		(t for t in workflow.transitions if (t.state, t.action) == (state, action) and _applies(t, document)),
		None,
	)
	if transition is None:
		raise Conflict(
			"The Workflow of {doctype} has no step {action} for {name} in state {state}.",
			code="no_transition",
			action=action,
			state=state,
			**about,
		)
	after = next(row for row in workflow.states if row.state == transition.next_state)
	document.set(workflow.workflow_state_field, after.state)
	if after.update_field:
		document.set(after.update_field, after.update_value)
	document.flags.ignore_permissions = document.flags.inventory_service = True
	document.flags.inventory_approved = True
	document.validate_workflow = lambda: None  # Frappe would ask for the roles of the step
	docstatus = int(after.doc_status or 0)
	if docstatus == 2:
		document.cancel()
	elif docstatus == 1 and not document.docstatus:
		document.submit()
	else:
		document.save()
	document.add_comment("Workflow", frappe._(after.state))


def _applies(transition: Any, document: Any) -> bool:
	from frappe.model.workflow import is_transition_condition_satisfied

	return bool(is_transition_condition_satisfied(transition, document))


def allowed_steps(before: Any) -> list[tuple[str, int]]:
	"""Return the (state, docstatus) to which this user's steps lead from a stored document, their own request excepted."""
	workflow = get_workflow(before.doctype)
	docstatus = {state.state: int(state.doc_status) for state in workflow.states}
	return [
		(t["next_state"], docstatus[t["next_state"]])
		for t in get_transitions(before, workflow)
		if _may_take(before, t)
	]


def _may_take(document: Any, transition: Row) -> bool:
	from frappe.model.workflow import has_approval_access

	user = frappe.session.user
	if user == "Administrator" or transition.get("allow_self_approval"):
		return True
	editors = (document.owner, document.modified_by)
	return bool(has_approval_access(user, document, transition)) and user not in editors


def check_step(document: Any, before: Any, changed: bool) -> None:
	"""Refuse a change of an Inventory Request that goes round the site's Workflow: its state and docstatus change together,
	and only by a step of the Workflow; its content (``changed``) only in the first state. ``before`` is the stored
	document, None for a new one.

	Frappe itself lets who may submit a document do so in any state. Raises Conflict (``not_by_approval``,
	``under_approval``).
	"""
	workflow = get_workflow(document.doctype)
	field, first = workflow.workflow_state_field, workflow.states[0].state
	start = (before.get(field) or first, int(before.docstatus)) if before else (first, 0)
	after = (document.get(field) or start[0], int(document.docstatus))
	is_step = document.flags.inventory_approved or (before is not None and after in allowed_steps(before))
	if after != start and not is_step:
		raise Conflict(
			"The state of a request changes only through its approval.",
			code="not_by_approval",
			from_state=start[0],
			to_state=after[0],
		)
	if changed and start[0] != first:
		raise Conflict(
			"A request under approval cannot be changed; withdraw its approval first.",
			code="under_approval",
			state=start[0],
		)


def status_in(document: Any) -> str:
	"""Return the status of an Inventory Request by its state in the site's Workflow."""
	workflow = get_workflow(document.doctype)
	state = document.get(workflow.workflow_state_field)
	if document.docstatus:
		return "Approved"
	if not state or state == workflow.states[0].state:
		return "Draft"
	return "Rejected" if state == "Rejected" else "Pending"


def enters(document: Any, before: Any, action: str) -> bool:
	"""Return whether a save takes this action of the Workflow, or any step into a state of submitted documents."""
	workflow = get_workflow(document.doctype)
	field = workflow.workflow_state_field
	old = before.get(field) or workflow.states[0].state
	new = document.get(field) or old
	if new == old:
		return False
	submitted = any(row.state == new and str(row.doc_status) == "1" for row in workflow.states)
	return submitted or any(
		(t.state, t.action, t.next_state) == (old, action, new) for t in workflow.transitions
	)
