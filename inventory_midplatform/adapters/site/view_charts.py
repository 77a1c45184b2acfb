"""Charts of the desk: a saved view as Frappe draws it, in the reader's language, with what they may see and nothing cached."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.errors import InventoryError, NotPermitted
from inventory_midplatform.domain.labels import label_of
from inventory_midplatform.domain.periods import MONTH
from inventory_midplatform.domain.roles import EVERYBODY
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import saved_views
from inventory_midplatform.reporting.measure import VALUE
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.seen_views import SeenView
from inventory_midplatform.reporting.views_of_reports import DEAD, EXPIRED, MOVING

SOURCE = "Inventory View"


def of_chart(name: str | None, filters: Any = None) -> Row:
	"""Return what a chart shows by these filters, or by its own; instead of figures a sentence where it is refused."""
	saved = frappe.get_doc("Dashboard Chart", name) if name else None
	if saved and not saved.has_permission("read"):
		return _only(_("You have no permission to see this chart."))
	return chart(frappe.parse_json(filters) or frappe.parse_json(saved.filters_json if saved else None) or {})


def shipped(name: str) -> Row | None:
	"""Return a chart of ours for a mail; None where its reader may not see it or it shows nothing."""
	if not frappe.db.exists("Dashboard Chart", name):
		return None
	shown = of_chart(name)
	return shown if shown["labels"] else None


def chart(chosen: Mapping[str, Any]) -> Row:
	try:
		ctx = site_context()
		if not ctx.identity.roles & EVERYBODY:
			raise NotPermitted("You have no permission to see this chart.", code="chart_not_permitted")
		found = saved_views.seen(ctx, chosen, usual_company())
	except InventoryError as refused:
		return _only(refused.message(_, label_of))
	if not found.keys:
		return _only(_("There is nothing to show yet.") if ctx.settings.ledger else _ledger_is_off())
	return {
		"labels": [_label(found, key) for key in found.keys],
		"datasets": [
			{"name": name, "values": [_number(value, found.is_share) for value in one.values]}
			for name, one in zip(_names(found), found.series, strict=True)
		],
		"by_time": bool(found.grain),
		"currency": found.currency,
		"opens": found.opens,
		"drills": found.drills,
		"company": found.company,
	}


def usual_company() -> str:
	return frappe.defaults.get_user_default("Company") or ""


def _only(sentence: str) -> Row:
	# Frappe says that there is no data where there are no labels; our script says the sentence
	return {"labels": None, "datasets": [], "sentence": sentence}


def _ledger_is_off() -> str:
	return str(
		_("The ledger is switched off. Switch it on in Inventory Midplatform Settings to see stock here.")
	)


def _names(found: SeenView) -> list[str]:
	"""What the series are called: a measure with its unit and, where there are several companies, the company."""
	several = bool(found.company) and cint(frappe.db.count("Company")) > 1
	names = []
	for one in found.series:
		if found.split:
			names.append(_word(found, found.split, one.name))
			continue
		measure = MEASURES[one.name]
		label = str(_(measure.label, context=measure.context or None))
		if measure.unit == VALUE and found.currency:
			label = f"{label} ({found.currency})"
		if found.is_share:
			label = f"{label} (%)"
		names.append(reports.of_company(label, found.company, several))
	return names


def _label(found: SeenView, key: Any) -> str:
	if isinstance(key, date):
		if name := found.labels.get(key.isoformat()):
			return name
		return key.strftime("%Y-%m" if found.grain == MONTH else "%m-%d")
	return _word(found, found.group, key)


def _words() -> dict[str, str]:
	"""What views of reports call their keys."""
	return {DEAD: str(_("Dead Stock")), MOVING: str(_("Other Stock")), EXPIRED: str(_("Expired"))}


def _word(found: SeenView, name: str, value: Any) -> str:
	"""Return a value of a field as people say it: a state in their language, a warehouse without its company's letters."""
	if value in (None, ""):
		return str(_("Not Set"))
	if value in (words := _words()):
		return words[value]
	if found.types.get(name) == "Select":
		return str(_(str(value), context={"flow": "Stock Snapshot"}.get(name, found.opens["name"])))
	return _short(found, str(value)) if name == "warehouse" else str(value)


def _short(found: SeenView, warehouse: str) -> str:
	"""Return a warehouse's name without its company's letters, where all that are shown are of one company."""
	companies = {frappe.get_cached_value("Warehouse", key, "company") for key in found.keys}
	if len(companies) > 1 or found.group != "warehouse":
		return warehouse
	return warehouse.removesuffix(f" - {frappe.get_cached_value('Company', companies.pop(), 'abbr')}")


def _number(value: Any, is_share: bool) -> float | int | None:
	if value is None:
		return None
	if is_share:
		return reports.in_percent(float(value))
	return value if isinstance(value, int) else float(value)


def query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Return the condition by which charts of saved views are on lists of charts, as those with a DocType or report are.

	Frappe lists no other charts to who is no System Manager, so that nobody else could choose one for a workspace. It
	joins conditions by AND, without brackets: what stands behind our OR is listed besides what its own allows.
	"""
	user = user or frappe.session.user
	roles = frappe.get_roles(user)
	if user == "Administrator" or "System Manager" in roles:
		return ""
	names = ", ".join(frappe.db.escape(role) for role in roles)
	return (
		f"1 = 1 OR `tabDashboard Chart`.`source` = {frappe.db.escape(SOURCE)} AND `tabDashboard Chart`.`name` IN"
		f" (SELECT parent FROM `tabHas Role` WHERE parenttype = 'Dashboard Chart' AND role IN ({names}))"
	)
