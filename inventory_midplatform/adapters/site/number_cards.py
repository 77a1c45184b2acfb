"""Number Cards of the desk: a number of the first screen with the list that it opens, and who sees which card."""

from typing import Any

import frappe
from frappe import _

from inventory_midplatform.adapters.site.context import SiteIdentity, site_context
from inventory_midplatform.adapters.site.view_charts import usual_company
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.labels import label_of
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import first_screen

METHOD = f"{__name__}.get"


@frappe.whitelist(methods=["GET", "POST"])
def get(filters: str | dict | list | None = None) -> dict:
	"""Return the number of a card to the user who asks, and what a click on it opens."""
	chosen = frappe.parse_json(filters) or {}
	chosen = chosen if isinstance(chosen, dict) else {}
	try:
		company = str(chosen.get("company") or "")
		found = first_screen.card(site_context(), str(chosen.get("card") or ""), company, usual_company())
	except InventoryError as refused:
		return {"value": None, "sentence": refused.message(_, label_of)}
	return {
		"value": None if found.value is None else float(found.value),
		"currency": found.currency,
		"company": found.company if frappe.db.count("Company") > 1 else "",
		**_opened(found.opens),
	}


def _opened(opens: first_screen.Opened) -> Row:
	route = ["query-report", opens.name] if opens.kind == "report" else ["List", opens.name, "List"]
	return {"route": route, "route_options": dict(opens.filters)}


def has_permission(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Return whether a user sees one of our cards. Frappe decides by the DocType that a card counts; ours name none."""
	if doc.get("type") != "Custom" or doc.get("method") != METHOD or ptype not in (None, "read", "select"):
		return None
	chosen = frappe.parse_json(doc.get("filters_json")) or {}
	return first_screen.may_see(SiteIdentity(user).roles, str(chosen.get("card") or ""))
