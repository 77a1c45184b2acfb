"""Approval policies on a site: a document that needs an approval is not submitted before, nor does its Workflow go on."""

from typing import Any

from frappe.model.workflow import get_workflow_name

from inventory_midplatform.adapters.site import workflows
from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.approval import submitting


def before_submit(document: Any, method: str | None = None) -> None:
	"""Refuse a document that needs an approval and has none. Of other DocTypes it reads Frappe's cache only."""
	if document.doctype in site_settings().doctypes_to_approve:
		with shown_in_desk():
			submitting.require_approved(site_context(), document.doctype, document.as_dict())


def validate(document: Any, method: str | None = None) -> None:
	"""Refuse a step of a Workflow that only an approved request may take, whoever's roles allow it: the action that the policy
	takes when it is approved, and any step into a state of submitted documents, which REST reaches without submitting.
	"""
	if document.doctype not in site_settings().doctypes_to_approve or not get_workflow_name(document.doctype):
		return
	before = document.get_doc_before_save()
	if before is None or document.flags.inventory_approved or document.docstatus != 0:
		return
	with shown_in_desk():
		ctx = site_context()
		action = submitting.workflow_action(ctx, document.doctype, document.as_dict())
		if action is not None and workflows.enters(document, before, action):
			submitting.require_approved(ctx, document.doctype, document.as_dict())
