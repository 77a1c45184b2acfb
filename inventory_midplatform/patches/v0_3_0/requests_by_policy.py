"""Inventory Requests are approved by an Approval Policy. The Workflow that did it is removed with its states, and what waits
or was rejected in it goes on as Approval Requests; a Workflow that users edited stays, and the policy is off beside it.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import SETTINGS, SiteIdentity, site_context
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval import asking, deciding, installing
from inventory_midplatform.services.requests import inventory_requests
from inventory_midplatform.setup import approval_policies, approval_workflow
from inventory_midplatform.setup.workflow_of_requests import PENDING, PENDING_DIRECTOR, REJECTED

OLD_SWITCH, SWITCH, AMOUNT = "approval_policies_enabled", "approval_enabled", "director_amount"


def execute() -> None:
	_one_switch()
	stored = _setting(AMOUNT)
	amount = installing.DIRECTOR_AMOUNT if stored is None else Decimal(stored or 0)
	is_on = not approval_workflow.others()
	approval_policies.create(amount, is_on)
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": ("in", (OLD_SWITCH, AMOUNT))})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.db.delete("Number Card", {"name": "Requests to Approve"})  # My Approvals takes its place
	if not is_on:
		return
	left = _in_the_workflow()
	approval_workflow.remove()
	frappe.clear_cache(doctype=inventory_requests.DOCTYPE)
	frappe.db.sql("UPDATE `tabInventory Request` SET workflow_state = NULL")
	for request in left:
		_request_again(request, amount)


def _one_switch() -> None:
	if _setting(OLD_SWITCH) == "1":
		frappe.db.set_single_value(SETTINGS, SWITCH, 1)


def _setting(field: str) -> str | None:
	rows = frappe.db.sql(
		"SELECT value FROM `tabSingles` WHERE doctype = %(doctype)s AND field = %(field)s",
		{"doctype": SETTINGS, "field": field},
	)
	return rows[0][0] if rows else None


def _in_the_workflow() -> list[Any]:
	columns = set(frappe.db.get_table_columns(inventory_requests.DOCTYPE))
	preparer = "prepared_by" if "prepared_by" in columns else "requested_by"
	states = (PENDING, PENDING_DIRECTOR, REJECTED)
	found: list[Any] = frappe.db.sql(
		f"SELECT name, workflow_state, amount, rejection_reason, COALESCE({preparer}, requested_by, owner) AS applicant"
		" FROM `tabInventory Request` WHERE docstatus = 0 AND workflow_state IN %(states)s ORDER BY name",
		{"states": states},
		as_dict=True,
	)
	return found


def _request_again(request: Any, amount: Decimal) -> None:
	"""Request the approval of a request anew, as whoever did it; decide what was decided, where its user still may."""
	name, state = request.name, request.workflow_state
	_context("Administrator").notifier.done(inventory_requests.DOCTYPE, name)
	# who decided in the Workflow saved it, and did not change it
	prepared = {"status": inventory_requests.DRAFT, "modified_by": request.applicant}
	frappe.db.set_value(inventory_requests.DOCTYPE, name, prepared, update_modified=False)
	made = _first(
		(request.applicant, "Administrator"),
		lambda ctx: asking.begin(ctx, inventory_requests.DOCTYPE, name),
	)
	if made is None:
		return
	if state == PENDING_DIRECTOR and Decimal(repr(request.amount or 0)) > amount:
		_first(_who(name, state), lambda ctx: deciding.approve(ctx, made))
	elif state == REJECTED:
		reason = request.rejection_reason or "–"
		_first(_who(name, state), lambda ctx: deciding.reject(ctx, made, reason))


def _who(name: str, to_state: str) -> list[str]:
	"""Return who brought a request into a state, by its log; the last of them."""
	about = {"reference_doctype": inventory_requests.DOCTYPE, "reference_name": name, "to_value": to_state}
	return list(
		frappe.get_all(
			"Stock Operation Log", about, pluck="user", order_by="happened_at desc, name desc", limit=1
		)
	)


def _first(users: Any, work: Callable[[Context], Any]) -> Any:
	"""Do the work as the first of these users who may; where nobody may, what is left waits for a person."""
	for user in users:
		ctx = _context(user)
		try:
			with ctx.store.savepoint():
				return work(ctx)
		except InventoryError as refused:
			frappe.log_error(
				title="An Inventory Request did not go on as an Approval Request", message=refused.message()
			)
	return None


def _context(user: str) -> Context:
	"""Return the Context of a user, with the module on: what waits goes on while it is off too."""
	ctx = site_context()
	settings = replace(
		ctx.settings, approval=True, doctypes_to_approve=frozenset((inventory_requests.DOCTYPE,))
	)
	return replace(ctx, identity=SiteIdentity(user), settings=settings)
