from typing import Any

import frappe
from frappe.model.document import Document
from frappe.model.workflow import get_transitions, get_workflow, get_workflow_name

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.documents import floats, may_take
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.domain import approval
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.services.outbound import issue_requests
from inventory_midplatform.services.requests import inventory_requests


class InventoryRequest(Document):
	def insert(self, *args: Any, **kwargs: Any) -> "InventoryRequest":
		super().insert(*args, **kwargs)
		return self._without_hidden_costs()

	def save(self, *args: Any, **kwargs: Any) -> "InventoryRequest":
		super().save(*args, **kwargs)
		return self._without_hidden_costs()

	def before_insert(self) -> None:
		self.requested_by = frappe.session.user

	def validate(self) -> None:
		with shown_in_desk():
			self._check_step()
			completed = floats(inventory_requests.complete(site_context(), self._as_sent()))
			for row, line in zip(self.items, completed.pop("items"), strict=True):
				row.update(line)
			self.update(completed)

	def before_cancel(self) -> None:
		with shown_in_desk():
			self._check_step()

	def on_update(self) -> None:
		self._log_step()

	def on_submit(self) -> None:
		with shown_in_desk():
			self.created_doctype, self.created_document = issue_requests.approved(site_context(), self.name)

	def on_cancel(self) -> None:
		with shown_in_desk():
			issue_requests.cancelled(site_context(), self.name)
		self.db_set("status", "Cancelled")
		self._log_step()

	def _without_hidden_costs(self) -> "InventoryRequest":
		"""Remove hidden costs: Frappe returns the whole record from a call that saves, even what its user may not read."""
		if frappe.request and not frappe.flags.inventory_operation:
			self.apply_fieldlevel_read_permissions()
		return self

	def _as_sent(self) -> dict[str, Any]:
		return {**self.as_dict(), "items": [row.as_dict() for row in self.items]}

	def _check_step(self) -> None:
		"""Check the change of state against the steps that the Workflow allows this user from the stored state."""
		before = None if self.is_new() else frappe.get_doc(self.doctype, self.name)
		with_rates = inventory_requests.sees_costs(site_context())
		changed = bool(before) and _content(before, with_rates) != _content(self, with_rates)
		if not get_workflow_name(self.doctype):
			return
		first = get_workflow(self.doctype).states[0].state
		old, new = before.workflow_state if before else None, self.workflow_state or first
		prepared = inventory_requests.is_prepared(old, new, changed, first)
		self.prepared_by = frappe.session.user if prepared else before.prepared_by
		inventory_requests.check_step(
			(before.workflow_state, int(before.docstatus)) if before else None,
			(new, int(self.docstatus)),
			_allowed_steps(before) if before else (),
			first_state=first,
			changed=changed,
		)
		if new != old:
			inventory_requests.check_reason(new, self.rejection_reason)

	def _log_step(self) -> None:
		before = self.get_doc_before_save()
		old = before.workflow_state if before else ""
		if self.workflow_state != old:
			inventory_requests.state_changed(
				site_context(),
				self.name,
				old or "",
				self.workflow_state or "",
				self.warehouse,
				self.rejection_reason,
			)
		if self.rejection_reason and self.workflow_state != approval.REJECTED:
			self.db_set("rejection_reason", None, update_modified=False)


def _allowed_steps(before: Document) -> list[tuple[str, int]]:
	workflow = get_workflow(before.doctype)
	docstatus = {state.state: int(state.doc_status) for state in workflow.states}
	return [
		(t["next_state"], docstatus[t["next_state"]])
		for t in get_transitions(before, workflow)
		if may_take(before, t)
	]


def _content(request: Document, with_rates: bool) -> tuple[Any, ...]:
	"""Return what an approver approves. A rate from a user who may not see rates does not count as a change."""
	lines = tuple(
		(row.item_code, float(row.qty), row.uom, float(row.get("rate") or 0) if with_rates else 0)
		for row in request.items
	)
	status = request.get("stock_status") or AVAILABLE
	return (request.request_type, request.company, request.warehouse, status, lines)
