from typing import Any

import frappe
from frappe.model.document import Document
from frappe.model.workflow import get_workflow_name

from inventory_midplatform.adapters.site import workflows
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.documents import floats
from inventory_midplatform.adapters.site.errors import shown_in_desk
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
			status = self._checked_status()
			completed = floats(inventory_requests.complete(site_context(), self._as_sent()))
			for row, line in zip(self.items, completed.pop("items"), strict=True):
				row.update(line)
			self.update({**completed, "status": status})

	def before_cancel(self) -> None:
		with shown_in_desk():
			self._checked_status()

	def on_update(self) -> None:
		before = self.get_doc_before_save()
		old = before.status if before else self.status
		if self.status != old:
			inventory_requests.log_status(
				site_context(), self.name, self.warehouse, old, self.status, self.rejection_reason or ""
			)

	def on_submit(self) -> None:
		with shown_in_desk():
			self.created_doctype, self.created_document = issue_requests.approved(site_context(), self.name)

	def on_cancel(self) -> None:
		with shown_in_desk():
			issue_requests.cancelled(site_context(), self.name)
		before = self.status
		self.db_set("status", inventory_requests.CANCELLED)
		inventory_requests.log_status(site_context(), self.name, self.warehouse, before, self.status)

	def _without_hidden_costs(self) -> "InventoryRequest":
		"""Remove hidden costs: Frappe returns the whole record from a call that saves, even what its user may not read."""
		if frappe.request and not frappe.flags.inventory_operation:
			self.apply_fieldlevel_read_permissions()
		return self

	def _as_sent(self) -> dict[str, Any]:
		return {**self.as_dict(), "items": [row.as_dict() for row in self.items]}

	def _checked_status(self) -> str:
		"""Return the status after this change, whatever the form sent; refuse one that goes round the approval."""
		before = None if self.is_new() else frappe.get_doc(self.doctype, self.name)
		with_rates = inventory_requests.sees_costs(site_context())
		changed = bool(before) and _content(before, with_rates) != _content(self, with_rates)
		self.rejection_reason = before.rejection_reason if before else None
		if get_workflow_name(self.doctype):
			workflows.check_step(self, before, changed)
			return workflows.status_in(self)
		self.workflow_state = before.workflow_state if before else None
		if self.docstatus == 1:
			return inventory_requests.APPROVED
		return inventory_requests.status_after_change(before.status if before else "", changed)


def _content(request: Document, with_rates: bool) -> tuple[Any, ...]:
	"""Return what an approver approves. A rate from a user who may not see rates does not count as a change."""
	lines = tuple(
		(row.item_code, float(row.qty), row.uom, float(row.get("rate") or 0) if with_rates else 0)
		for row in request.items
	)
	status = request.get("stock_status") or AVAILABLE
	return (request.request_type, request.company, request.warehouse, status, lines)
