"""Records that users open, written through Frappe's Document, so that every hook, field and rule of the site applies."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import frappe
from PIL import UnidentifiedImageError

from inventory_midplatform.adapters.site.errors import as_domain_errors
from inventory_midplatform.domain import approval
from inventory_midplatform.domain.errors import Conflict, NotFound, NotPermitted
from inventory_midplatform.domain.photo import not_a_photo
from inventory_midplatform.ports import FieldKind, Row
from inventory_midplatform.services.requests import inventory_requests


class SiteDocuments:
	"""Write without document permissions: the operation's role was checked before."""

	def create(self, doctype: str, values: Row) -> str:
		with as_domain_errors():
			document = frappe.get_doc({"doctype": doctype, **floats(values)})
			document.flags.ignore_permissions = document.flags.inventory_service = True
			if doctype == "Stock Entry":
				document.set_stock_entry_type()
			document.insert()
			return str(document.name)

	def update(self, doctype: str, name: str, values: Row) -> None:
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = document.flags.inventory_service = True
			document.update(floats(values))
			document.save()

	def discard(self, doctype: str, name: str) -> None:
		with as_domain_errors():
			if frappe.db.get_value(doctype, name, "docstatus") == 0:
				frappe.delete_doc(doctype, name, ignore_permissions=True, force=True)

	def attach(self, doctype: str, name: str, file_name: str, content: bytes) -> str:
		"""Frappe shows a private file to those who may read the record, and deletes it if the transaction is rolled back."""
		about = {"attached_to_doctype": doctype, "attached_to_name": name, "is_private": 1}
		file = frappe.get_doc({"doctype": "File", "file_name": file_name, "content": content, **about})
		with as_domain_errors():
			try:
				file.insert(ignore_permissions=True)
			except UnidentifiedImageError:  # Frappe opens a JPEG to take out where and by whom it was made
				raise not_a_photo() from None
			return str(file.file_url)

	def values(self, doctype: str, name: str) -> Row:
		self.fields(doctype)
		if not name or not frappe.db.exists(doctype, name):
			raise NotFound(
				"{doctype} {name} does not exist.", code="unknown_document", doctype=doctype, name=name
			)
		return dict(frappe.get_doc(doctype, name).as_dict())

	def fields(self, doctype: str, is_child: bool = False) -> dict[str, FieldKind]:
		meta = frappe.get_meta(doctype) if doctype and frappe.db.exists("DocType", doctype) else None
		if meta is None or meta.issingle or meta.get("is_virtual") or bool(meta.istable) != is_child:
			raise NotFound("There is no DocType {doctype}.", code="unknown_doctype", doctype=doctype)
		return {f.fieldname: FieldKind(f.fieldtype, f.options or "") for f in meta.fields}

	def permits(self, right: str, doctype: str, name: str, user: str) -> bool:
		return bool(frappe.has_permission(doctype, right, doc=name or None, user=user))

	def apply_action(self, doctype: str, name: str, action: str, reason: str = "") -> None:
		"""Apply a step of the site's Workflow as the user, with all that an administrator changed in it."""
		from frappe.model.workflow import apply_workflow, get_transitions, get_workflow_name

		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			if not get_workflow_name(doctype):
				raise Conflict(
					"There is no active approval for {doctype}.", code="no_workflow", doctype=doctype
				)
			steps = [t for t in get_transitions(document) if t["action"] == action]
			if not steps:
				raise NotPermitted(
					"You cannot take the step {action} on {name} as it stands now.",
					code="step_not_permitted",
					action=action,
					name=name,
					state=document.workflow_state,
				)
			if not may_take(document, steps[-1]):
				raise NotPermitted("You cannot approve your own request.", code="self_approval", name=name)
			if reason:
				document.db_set("rejection_reason", reason)  # apply_workflow reads the document once more
			apply_workflow(document.as_dict(), action)


def states_to_approve(roles: Iterable[str]) -> list[str]:
	"""Return the approval states in which a request waits for a decision by a user with these roles."""
	from frappe.model.workflow import get_workflow, get_workflow_name

	if not get_workflow_name(inventory_requests.DOCTYPE):
		return []
	mine = {*roles}
	workflow = get_workflow(inventory_requests.DOCTYPE)
	return sorted(
		{
			t.state
			for t in workflow.transitions
			if t.allowed in mine
			and t.next_state != approval.REJECTED
			and (approval.status_of(t.state) or approval.STATUS_PENDING) == approval.STATUS_PENDING
		}
	)


def may_take(document: Any, transition: Any) -> bool:
	"""Return whether the user may apply a step that their role allows: nobody approves their own request."""
	from frappe.model.workflow import has_approval_access

	user = frappe.session.user
	if user == "Administrator" or transition.get("allow_self_approval"):
		return True
	return has_approval_access(user, document, transition) and not inventory_requests.approves_own(
		user, document.owner, document.get("prepared_by")
	)


def floats(value: Any) -> Any:
	"""Return the value with floats for Decimals, as Frappe's fields hold them: fifteen digits survive both ways."""
	if isinstance(value, Decimal):
		return float(value)
	if isinstance(value, dict):
		return {k: floats(v) for k, v in value.items()}
	if isinstance(value, list):
		return [floats(v) for v in value]
	return value
