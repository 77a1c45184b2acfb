"""User Permissions on warehouse and company, for every list and record of ours; and the buttons the desk may show a user.

Frappe itself looks at a record's own Link fields only: a permission on a company would not limit positions, which name
a warehouse.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview, search

from inventory_midplatform.adapters.site.context import SiteIdentity, site_settings
from inventory_midplatform.domain.ageing import Bands
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.roles import EVERYBODY, ROLES, WORKERS, allowed
from inventory_midplatform.domain.waves import WAVE

MODULE = "Inventory Midplatform"

LINES_OF = {
	"Approval Decision": "Approval Request",
	"Inbound Order Line": "Inbound Order",
	"Inventory Request Item": "Inventory Request",
	"Outbound Order Line": "Outbound Order",
	"Outbound Package Line": "Outbound Package",
}


def query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Return the condition for the warehouses the user may see. A record without a warehouse is for everybody."""
	visible = _visible(user)
	if visible is None:
		return ""
	column = f"`tab{doctype}`.`warehouse`"
	if frappe.get_meta(doctype).get_field("warehouse").reqd:
		return f"{column} IN ({visible})"
	return f"({column} IN ({visible}) OR {column} IS NULL OR {column} = '')"


def line_query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Return the condition for lines of which the user may see the document: of a parent Frappe checks only the role."""
	parent = LINES_OF[doctype]
	if parent == "Approval Request":
		of_parent = approval_query_conditions(user, parent)
	else:
		visible = _visible(user)
		of_parent = "" if visible is None else f"warehouse IN ({visible})"
	return (
		f"`tab{doctype}`.`parent` IN (SELECT name FROM `tab{parent}` WHERE {of_parent})" if of_parent else ""
	)


def _visible(user: str | None) -> str | None:
	"""Return the warehouses as a list in SQL, or None for all of them. Without any the list matches nothing."""
	allowed_warehouses = SiteIdentity(user).warehouses
	if allowed_warehouses is None:
		return None
	return ", ".join(frappe.db.escape(name) for name in sorted(allowed_warehouses)) or "NULL"


def has_permission(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Return whether a record is in a warehouse the user may see, now and before the change that is being saved.

	Frappe calls this after the change is made in memory, and a user must not move a record out of a warehouse they may not
	see. A record without a warehouse is for everybody.
	"""
	allowed_warehouses = SiteIdentity(user).warehouses
	if allowed_warehouses is None:
		return True
	places = {doc.get("warehouse")}
	if doc.get("name") and not doc.get("__islocal"):
		places.add(frappe.db.get_value(doc.doctype, doc.name, "warehouse"))
	return all(place in allowed_warehouses for place in places if place)


def approval_query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Return the condition for Approval Requests: those of seen warehouses; without a role of this app only those that the user
	requested, decides about, or was sent a copy of.
	"""
	of_warehouses = query_conditions(user, doctype)
	if EVERYBODY & SiteIdentity(user).roles:
		return of_warehouses
	name = frappe.db.escape(user or frappe.session.user)
	own = (
		f"(`tabApproval Request`.`applicant` = {name} OR `tabApproval Request`.`name` IN"
		f" (SELECT parent FROM `tabApproval Decision` WHERE {name} IN (`user`, `other_user`)))"
	)
	return f"{of_warehouses} AND {own}" if of_warehouses else own


def approval_has_permission(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Return whether a user may see an Approval Request, as :func:`approval_query_conditions` says."""
	if not has_permission(doc, ptype, user):
		return False
	name = user or frappe.session.user
	if EVERYBODY & SiteIdentity(user).roles or doc.get("applicant") == name:
		return True
	return any(name in (row.user, row.other_user) for row in doc.get("decisions") or ())


def kpi_query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Return the condition for figures of seen warehouses, and of companies of which the user sees every warehouse: a total would
	tell of the others.
	"""
	visible = _visible(user)
	if visible is None:
		return ""
	whole = ", ".join(frappe.db.escape(name) for name in _whole_companies(user)) or "NULL"
	table = f"`tab{doctype}`"
	return f"({table}.`warehouse` IN ({visible}) OR ({table}.`warehouse` = '' AND {table}.`company` IN ({whole})))"


def kpi_has_permission(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Return whether a user may see a figure, as :func:`kpi_query_conditions` says."""
	visible = SiteIdentity(user).warehouses
	if visible is None:
		return True
	if doc.get("warehouse"):
		return doc.get("warehouse") in visible
	return doc.get("company") in _whole_companies(user)


def _whole_companies(user: str | None) -> list[str]:
	visible = SiteIdentity(user).warehouses or frozenset()
	places = frappe.get_all("Warehouse", {"is_group": 0}, ["name", "company"], order_by="name")
	hidden = {place.company for place in places if place.name not in visible}
	return sorted({place.company for place in places if place.company} - hidden)


@frappe.whitelist(methods=["GET", "POST"])
def get_count(
	doctype: str, filters: str | dict | list | None = None, debug: bool = False, cache: bool = False
) -> int:
	"""Count our records that the user may see: ``frappe.client.get_count`` counts for any user who is logged in. Other
	DocTypes are counted as before.
	"""
	if frappe.get_meta(doctype).module != MODULE:
		arguments = {"doctype": doctype, "filters": filters, "debug": debug, "cache": cache}
		return int(frappe.call(_next_override(get_count, client.get_count), **arguments))
	frappe.local.form_dict = frappe._dict(doctype=doctype, filters=filters or [], fields=["name"])
	return int(reportview.get_count())


@frappe.whitelist(methods=["GET", "POST"])
def search_link(doctype: str, **arguments: Any) -> Any:
	"""Search as ``frappe.desk.search.search_link``, but never without User Permissions, which its caller could ignore."""
	return _searched(_next_override(search_link, search.search_link), doctype, arguments)


@frappe.whitelist(methods=["GET", "POST"])
def search_widget(doctype: str, **arguments: Any) -> Any:
	"""Search as ``frappe.desk.search.search_widget``, likewise."""
	return _searched(_next_override(search_widget, search.search_widget), doctype, arguments)


def _next_override(own_method: Callable[..., Any], frappes: Callable[..., Any]) -> Callable[..., Any]:
	"""Return the function that would run without this app: the override of an app installed before it, or Frappe's own.

	Frappe runs the override of the app installed last and no other. An app installed after this one runs first, and
	reaches this one if it calls the next override in the same way.
	"""
	overrides = frappe.get_hooks("override_whitelisted_methods", default={})
	paths = overrides.get(f"{frappes.__module__}.{frappes.__name__}", [])
	own = f"{own_method.__module__}.{own_method.__name__}"
	before = paths[: paths.index(own)] if own in paths else []
	return frappe.get_attr(before[-1]) if before else frappes  # type: ignore[no-any-return]


def _searched(function: Callable[..., Any], doctype: str, arguments: dict[str, Any]) -> Any:
	if frappe.get_meta(doctype).module == MODULE:
		arguments["ignore_user_permissions"] = False
	# frappe.call leaves out what this release of Frappe does not know
	return frappe.call(function, doctype, **arguments)


def extend_bootinfo(bootinfo: Any) -> None:
	"""Send the desk the operations that the user may call, for its buttons, the colours of states, the names of assignees,
	whether Inbound Orders are made, the DocTypes with an Approval Policy, and the names of the age bands.
	"""
	roles = SiteIdentity().roles
	bootinfo.inventory_operations = allowed(roles)
	bootinfo.inventory_state_colours = {
		flow.doctype: {state.name: state.colour for state in flow.states}
		for flow in (INBOUND, OUTBOUND, WAVE)
	}
	settings = site_settings()
	bootinfo.inventory_inbound = settings.inbound
	bootinfo.inventory_doctypes_to_approve = sorted(settings.doctypes_to_approve)
	bootinfo.inventory_age_bands = Bands.parsed(settings.ageing_bands).names
	_add_names_of_workers(bootinfo)


def _add_names_of_workers(bootinfo: Any) -> None:
	"""Tell the desk the full names of those who may be an assignee: few of its users may read User."""
	workers = frappe.get_all(
		"Has Role",
		{"role": ("in", sorted(WORKERS)), "parenttype": "User"},
		pluck="parent",
		distinct=True,
		order_by="parent",
	)
	users = frappe.get_all(
		"User",
		{"name": ("in", workers), "enabled": 1},
		["name", "full_name", "user_image"],
		order_by="name",
	)
	known = bootinfo.setdefault("user_info", {})
	for user in users:
		about = {"fullname": user.full_name or user.name, "image": user.user_image, "name": user.name}
		known.setdefault(user.name, about)


def may_open_app() -> bool:
	"""Return whether the apps screen shows the app: the user has one of its roles."""
	return bool({*ROLES, "System Manager"} & SiteIdentity().roles)
