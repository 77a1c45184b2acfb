"""Approval policies on a site: a document that needs an approval is not submitted before; the desk knows which may."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.approval import policies, submitting

_CACHED = "inventory_midplatform_doctypes_with_policies"


def before_submit(document: Any, method: str | None = None) -> None:
	"""Refuse a document that needs an approval and has none. Of other DocTypes it reads two values of Frappe's cache."""
	if site_settings().approval_policies and document.doctype in doctypes_with_policies():
		with shown_in_desk():
			submitting.require_approved(site_context(), document.doctype, document.as_dict())


def doctypes_with_policies() -> list[str]:
	"""Return the DocTypes that have an enabled policy, from Frappe's cache."""

	def read() -> list[str]:
		return sorted(
			set(
				frappe.get_all(
					policies.DOCTYPE, {"enabled": 1}, pluck="document_type", order_by="document_type"
				)
			)
		)

	return list(frappe.cache.get_value(_CACHED, read))


def forget_doctypes() -> None:
	"""Read them again, now and when the change of a policy is committed: another request may read them in between."""
	frappe.cache.delete_value(_CACHED)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(_CACHED))
