"""What a mailed report has above its table: figures, and charts as bars of table cells, which every mail client shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, fmt_money

from inventory_midplatform.adapters.site import view_charts
from inventory_midplatform.adapters.site.mailed_reports import WEEKLY
from inventory_midplatform.domain.kpi import AMBER, GREEN, RED
from inventory_midplatform.ports import Row

TEMPLATE = "inventory_midplatform/templates/emails/inventory_report.html"
MOST_BARS = 12
COLOURS = ("#17508a", "#b9680a", "#35a09a", "#b45ad0", "#3d3d3d")
NOT_MAILED = ("trend", "why")
"""Columns that are something to press or to look at in the desk."""
WITH_CHARTS: dict[str, tuple[str, ...]] = {
	WEEKLY: ("Where is the stock value?", "What came in and went out by month?")
}
"""The charts of the dashboards that a report's mail has besides its own."""


def above_the_table(report: str, result: Sequence[Any], title: str = "") -> str:
	"""Return the HTML of a report's message of refusal, figures and charts, in the current user's language."""
	_columns, rows, message, chart, summary = (*result, None, None, None)[:5]
	charts = [bars(chart.get("title") or _(report), chart)] if chart else []
	charts += [bars(_(name), view_charts.shipped(name)) for name in WITH_CHARTS.get(report, ())]
	return str(
		frappe.render_template(
			TEMPLATE,
			{
				# Frappe writes the mail's name above
				"title": "" if title == _(report) else _(report),
				"reader": frappe.utils.get_fullname(frappe.session.user),
				"refusal": message if message and "text-danger" in message else "",
				"figures": [_figure(one) for one in summary or ()],
				"charts": [one for one in charts if one],
				"is_empty": not rows,
			},
		)
	)


def as_texts(columns: Sequence[Row], rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
	"""Return the columns that a mail has, and the rows as texts: Frappe would write all money in the default currency."""
	mailed = [c for c in columns if not c.get("hidden") and c.get("fieldname") not in NOT_MAILED]
	texts = [
		{c["fieldname"]: escape_html(shown(row.get(c["fieldname"]), c, row)) for c in mailed} for row in rows
	]
	return [{**c, "fieldtype": "Data", "options": ""} for c in mailed], texts


def bars(title: str, chart: Mapping[str, Any] | None) -> Row | None:
	"""Return a chart as bars; None for no data."""
	chart = chart or {}
	data = chart.get("data") or chart
	if not data.get("labels"):
		return None
	datasets = data["datasets"][: len(COLOURS)]
	most = max((abs(value or 0) for one in datasets for value in one["values"]), default=0)
	is_money = chart.get("fieldtype") == "Currency"
	currency = chart.get("currency") or (chart.get("options") if is_money else "")

	def bar(n: int, value: Any) -> Row:
		width = round(100 * max(value or 0, 0) / most) if most else 0
		return {"text": _amount(value, currency), "width": width, "colour": COLOURS[n]}

	by_time = chart.get("by_time") or chart.get("type") == "line"
	level = {n for n, one in enumerate(datasets) if n and by_time and len(set(one["values"])) == 1}
	rows = [
		{
			"label": label,
			"bars": [bar(n, one["values"][i]) for n, one in enumerate(datasets) if n not in level],
		}
		for i, label in enumerate(data["labels"])
	]
	names = [
		# what is the same on each day, such as a target, is said once
		f"{one['name']} {_amount(one['values'][0], currency)}" if n in level else one["name"]
		for n, one in enumerate(datasets)
	]
	return {
		"title": title,
		"names": [{"name": name, "colour": COLOURS[n]} for n, name in enumerate(names)],
		"rows": rows[-MOST_BARS:] if by_time else rows[:MOST_BARS],
	}


def _amount(value: Any, currency: str | None) -> str:
	if value is None:
		return "–"
	if currency:
		return str(fmt_money(value, currency=currency))
	return str(fmt_money(value, precision=0 if value == int(value) else None))


def _figure(one: Row) -> Row:
	return {"label": one["label"], "text": shown(one["value"], {"fieldtype": one.get("datatype")}, one)}


def shown(value: Any, column: Mapping[str, Any], row: Mapping[str, Any]) -> str:
	"""Return a cell as text, money in the currency of its row."""
	if value is None or value == "":
		return str(row.get("missing") or "") if column.get("fieldname") == "value" else ""
	if column.get("fieldname") == "kpi":
		return str(_(str(value)))
	if column.get("fieldname") == "status":
		return _judged(str(value))
	if column.get("fieldtype") == "Currency":
		return str(fmt_money(value, currency=row.get("currency")))
	if column.get("fieldtype") in ("Float", "Percent", "Int", "Date", "Datetime"):
		return str(frappe.format_value(value, {"fieldtype": column["fieldtype"]}))
	return str(value)


def _judged(status: str) -> str:
	"""Return what a colour says: a mail has no pills."""
	words = {GREEN: _("On Target"), AMBER: _("Nearly on Target"), RED: _("Off Target")}
	return str(words.get(status, status))
