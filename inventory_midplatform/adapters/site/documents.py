"""Records a person opens, written through Frappe's Document so that every hook, field and rule of the site counts."""

from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.adapters.site.errors import as_domain_errors
from inventory_midplatform.domain.errors import Conflict, NotPermitted
from inventory_midplatform.ports import Row
from inventory_midplatform.services import requests


class SiteDocuments:
	"""The platform acts in its own right once an operation's role was checked: document permissions are not asked."""

	def create(self, doctype: str, values: Row) -> str:
		with as_domain_errors():
			document = frappe.get_doc({"doctype": doctype, **floats(values)})
			document.flags.ignore_permissions = True
			if doctype == "Stock Entry":
				document.set_stock_entry_type()
			document.insert()
			return str(document.name)

	def update(self, doctype: str, name: str, values: Row) -> None:
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = True
			document.update(floats(values))
			document.save()

	def discard(self, doctype: str, name: str) -> None:
		with as_domain_errors():
			if frappe.db.get_value(doctype, name, "docstatus") == 0:
				frappe.delete_doc(doctype, name, ignore_permissions=True, force=True)

	def apply_action(self, doctype: str, name: str, action: str) -> None:
		"""Through Frappe's Workflow, as the user, with everything a site's administrator made of it."""
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
				raise NotPermitted(
					"You cannot approve what you asked for yourself.", code="self_approval", name=name
				)
			apply_workflow(document.as_dict(), action)


def may_take(document: Any, transition: Any) -> bool:
	"""Whether the user may take a step of the Workflow that their role allows: nobody approves their own."""
	from frappe.model.workflow import has_approval_access

	user = frappe.session.user
	if user == "Administrator" or transition.get("allow_self_approval"):
		return True
	return has_approval_access(user, document, transition) and not requests.approves_own(
		user, document.owner, document.get("prepared_by")
	)


def floats(value: Any) -> Any:
	"""Frappe's fields take floats; a quantity of fifteen digits goes there and back unchanged."""
	if isinstance(value, Decimal):
		return float(value)
	if isinstance(value, dict):
		return {k: floats(v) for k, v in value.items()}
	if isinstance(value, list):
		return [floats(v) for v in value]
	return value
