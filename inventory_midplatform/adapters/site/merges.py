"""Shared by the overrides of ERPNext's masters that can be merged into another."""

from typing import Literal

import frappe
from frappe import _
from frappe.utils.data import sbool
from frappe.utils.scheduler import is_scheduler_inactive

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.locations import storage_policies


def is_only_queueing() -> bool:
	"""Return whether this is the desk's call that only queues a rename: its job checks the rename again."""
	sent = frappe.local.form_dict
	return (
		sent.get("cmd") == "frappe.model.rename_doc.update_document_title"
		and bool(sbool(sent.get("enqueue")))
		and not is_scheduler_inactive()
	)


def merge_policies(field: Literal["item_code", "item_group", "warehouse"], old: str, new: str) -> None:
	"""Leave one Storage Policy for each scope before Frappe changes every link to ``old`` into one to ``new``."""
	deleted = storage_policies.merge(site_context(), field, old, new)
	if deleted:
		frappe.msgprint(
			_("Both had a Storage Policy, and one remains. Deleted: {0}").format(", ".join(deleted))
		)
