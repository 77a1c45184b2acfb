"""User Permissions on warehouse and company, in every list and record of ours; and what the desk may offer a user.

Frappe itself follows a record's own Link fields only: a permission on a company would not reach a position, which
names a warehouse.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview, search

from inventory_midplatform.adapters.site.context import SiteIdentity
from inventory_midplatform.domain.roles import allowed

MODULE = "Inventory Midplatform"


def query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""What narrows a list to the warehouses the user may see; a record that names none is nobody's secret."""
	visible = _visible(user)
	if visible is None:
		return ""
	column = f"`tab{doctype}`.`warehouse`"
	if frappe.get_meta(doctype).get_field("warehouse").reqd:
		return f"{column} IN ({visible})"
	return f"({column} IN ({visible}) OR {column} IS NULL OR {column} = '')"


def line_query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""The same for lines, which are seen where their request is: Frappe asks nothing of their parent but its role."""
	visible = _visible(user)
	if visible is None:
		return ""
	return (
		f"`tab{doctype}`.`parent` IN (SELECT name FROM `tabInventory Request` WHERE warehouse IN ({visible}))"
	)


def _visible(user: str | None) -> str | None:
	"""The warehouses as SQL's list; one that holds nothing where there are none."""
	allowed_warehouses = SiteIdentity(user).warehouses
	if allowed_warehouses is None:
		return None
	return ", ".join(frappe.db.escape(name) for name in sorted(allowed_warehouses)) or "NULL"


def has_permission(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whether a record lies in a warehouse the user may see, and lay there before whatever is being saved of it: Frappe
	asks when the change has been put on it, and nobody takes a record to them that they may not see. One that names no
	warehouse is nobody's secret.
	"""
	allowed_warehouses = SiteIdentity(user).warehouses
	if allowed_warehouses is None:
		return True
	places = {doc.get("warehouse")}
	if doc.get("name") and not doc.get("__islocal"):
		places.add(frappe.db.get_value(doc.doctype, doc.name, "warehouse"))
	return all(place in allowed_warehouses for place in places if place)


@frappe.whitelist(methods=["GET", "POST"])
def get_count(
	doctype: str, filters: str | dict | list | None = None, debug: bool = False, cache: bool = False
) -> int:
	"""``frappe.client.get_count``, which counts for whoever is logged in; of our records only those the user may see."""
	if frappe.get_meta(doctype).module != MODULE:
		return int(client.get_count(doctype, filters, debug, cache))
	frappe.local.form_dict = frappe._dict(doctype=doctype, filters=filters or [], fields=["name"])
	return int(reportview.get_count())


@frappe.whitelist(methods=["GET", "POST"])
def search_link(doctype: str, **arguments: Any) -> Any:
	"""``frappe.desk.search.search_link``, which lets its caller say that User Permissions do not count; of our records
	they do."""
	return _searched(search.search_link, doctype, arguments)


@frappe.whitelist(methods=["GET", "POST"])
def search_widget(doctype: str, **arguments: Any) -> Any:
	"""``frappe.desk.search.search_widget``, likewise."""
	return _searched(search.search_widget, doctype, arguments)


def _searched(function: Callable[..., Any], doctype: str, arguments: dict[str, Any]) -> Any:
	if frappe.get_meta(doctype).module == MODULE:
		arguments["ignore_user_permissions"] = False
	# of what was sent, what this release of Frappe takes
	return frappe.call(function, doctype, **arguments)


def extend_bootinfo(bootinfo: Any) -> None:
	"""The desk shows a button for an operation only to those who may call it."""
	bootinfo.inventory_operations = allowed(SiteIdentity().roles)
