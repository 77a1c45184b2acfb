"""User Permissions on warehouse and company, in every list and record of ours.

Frappe itself follows a record's own Link fields only: a permission on a company would not reach a position, which
names a warehouse.
"""

from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import SiteIdentity


def query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""What narrows a list to the warehouses the user may see."""
	allowed = SiteIdentity(user).warehouses
	if allowed is None:
		return ""
	if not allowed:
		return "1=0"
	names = ", ".join(frappe.db.escape(name) for name in sorted(allowed))
	return f"`tab{doctype}`.`warehouse` IN ({names})"


def has_permission(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whether a record lies in a warehouse the user may see; one that names none is nobody's secret."""
	allowed = SiteIdentity(user).warehouses
	return allowed is None or not doc.get("warehouse") or doc.warehouse in allowed
