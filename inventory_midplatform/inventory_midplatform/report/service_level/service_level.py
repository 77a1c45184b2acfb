from collections.abc import Mapping
from typing import Any

from frappe import _
from frappe.utils import cint

from inventory_midplatform.adapters.site import report_layout, reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.measure import SHARE
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.service_groups import MONTH
from inventory_midplatform.reporting.service_report import (
	COUNTS,
	LATE,
	MET,
	OPEN,
	PARTLY,
	PICKS,
	PROMISES,
	RECEIPTS,
	RIGHT,
	STOCK_OUTS,
	WRONG,
	ServiceLevels,
	service_documents,
	service_levels,
)

FILTERS = ("company", "warehouse", "item_group", "item_code")
FIGURES = (
	"otif_orders",
	"otif_lines",
	"otif_qty",
	"stock_out_lines",
	"fill_rate",
	"pick_accuracy",
	"count_accuracy_lines",
	"count_accuracy_tolerance",
	"count_accuracy_qty",
	"count_accuracy_value",
	"count_accuracy_bins",
	"lead_time_first",
	"lead_time_complete",
	"lead_time_weighted",
	"lead_time_spread",
)
OF_SUPPLIERS = tuple(name for name in FIGURES if name.startswith("lead_time"))
OF_CUSTOMERS = ("otif_orders", "otif_lines", "otif_qty", "stock_out_lines", "fill_rate", "pick_accuracy")
CHARTED = ("otif_lines", "pick_accuracy", "count_accuracy_lines")
SHORT_LIST = (
	"otif_orders",
	"otif_lines",
	"stock_out_lines",
	"fill_rate",
	"pick_accuracy",
	"count_accuracy_lines",
	"lead_time_complete",
)
"""The figures that are shown where not all are asked for: of each question the one that is asked first."""
SUMMED = ("otif_orders", "otif_lines", "fill_rate", "pick_accuracy", "count_accuracy_lines")
MOST_BARS = 10


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	asked: dict[str, Any] = reports.texts(filters, FILTERS)
	asked |= {name: reports.day(filters, name) for name in ("from_date", "to_date")}
	of = reports.texts(filters, ("by", "show", "customer", "supplier"))
	if of["show"]:
		documents = service_documents(
			ctx, of["show"], customer=of["customer"], supplier=of["supplier"], **asked
		)
		names = [name for name in FIGURES if name.startswith(BEHIND.get(of["show"], ()))]
		rows = [_worded(row) for row in documents.rows]
		message = reports.notes(ctx, len(rows), documents.total_rows, names)
		return document_columns(ctx, of["show"]), rows, message, None, []
	found = service_levels(ctx, by=of["by"], **asked)
	rows = [_in_percent(row) for row in found.rows]
	message = reports.notes(ctx, len(rows), found.total_rows, FIGURES, _recorded_later(found))
	columns = get_columns(ctx, of["by"], bool(cint(filters.get("all_figures"))))
	return columns, rows, message, get_chart(found, of["by"]), get_summary(found)


BEHIND: dict[str, tuple[str, ...]] = {
	PROMISES: ("otif",),
	STOCK_OUTS: ("stock_out", "fill"),
	PICKS: ("pick",),
	COUNTS: ("count",),
	RECEIPTS: ("lead_time",),
}
"""What is asked for → how the figures that are made of it begin."""


def get_columns(ctx: Context, by: str, all_figures: bool) -> list[Row]:
	groups = {
		"": [],
		"warehouse": [reports.link("group", _("Warehouse"), "Warehouse", 190)],
		"item_group": [reports.link("group", _("Item Group"), "Item Group", 190)],
		"customer": [reports.link("group", _("Customer"), "Customer", 190)],
		"supplier": [reports.link("group", _("Supplier"), "Supplier", 190)],
		"month": [reports.data("group", _("Month"), 100)],
	}
	names = {"customer": OF_CUSTOMERS, "supplier": OF_SUPPLIERS}.get(
		by, FIGURES if all_figures else SHORT_LIST
	)
	columns = [*groups[by], reports.link("company", _("Company"), "Company", 150)]
	first_of_lead_times = next((name for name in names if name in OF_SUPPLIERS), "")
	for name in names:
		if name == "otif_orders":
			columns.append(_number("otif_lines_of", _("Lines Due")))
		if name == "count_accuracy_lines":
			columns.append(_number("count_accuracy_lines_of", _("Counted Rows")))
		if name == "pick_accuracy":
			columns.append(_number("pick_accuracy_of", _("Picks")))
		if name == first_of_lead_times:
			columns.append(_number("received_lines", _("Received Lines")))
		columns += reports.measured(ctx, name)
	return columns


def document_columns(ctx: Context, show: str) -> list[Row]:
	document = reports.data("document", _("Document"), 215)
	item = [
		reports.link("item_code", _("Item"), "Item", 110),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 150),
	]
	unit = reports.link("stock_uom", _("Unit"), "UOM", 70)
	day = {"fieldname": "day", "fieldtype": "Date", "width": 110}
	customer = reports.link("customer", _("Customer"), "Customer", 190)
	quantity = {"fieldtype": "Float", "width": 85}
	of = {
		PROMISES: [
			{**day, "label": _("Promised On")},
			customer,
			*item,
			{**quantity, "fieldname": "qty", "label": _("Ordered")},
			{**quantity, "fieldname": "on_time", "label": _("Delivered on Time")},
			{**quantity, "fieldname": "delivered", "label": _("Delivered")},
			unit,
			{**day, "fieldname": "last_day", "label": _("Last Delivery")},
			reports.data("outcome", _("Outcome"), 150),
		],
		STOCK_OUTS: [
			{**day, "label": _("Demanded On")},
			customer,
			*item,
			{**quantity, "fieldname": "qty", "label": _("Demanded")},
			{**quantity, "fieldname": "missing", "label": _("Missing")},
			unit,
		],
		PICKS: [
			{**day, "label": _("Picked On")},
			customer,
			*item,
			reports.data("outcome", _("Outcome"), 150),
		],
		COUNTS: [
			{**day, "label": _("Counted On")},
			*item,
			{**quantity, "fieldname": "book", "label": _("In the Books")},
			{**quantity, "fieldname": "found", "label": _("Counted")},
			{**quantity, "fieldname": "difference", "label": _("Difference")},
			unit,
			*reports.measured(ctx, "difference_value"),
		],
		RECEIPTS: [
			{**day, "fieldname": "ordered", "label": _("Ordered On")},
			reports.link("supplier", _("Supplier"), "Supplier", 190),
			*item,
			{**quantity, "fieldname": "qty", "label": _("Ordered")},
			{**quantity, "fieldname": "received", "label": _("Received")},
			unit,
			{**day, "label": _("Last Receipt")},
			*reports.measured(ctx, "lead_time_first", "lead_time_complete", "lead_time_weighted"),
		],
	}
	return [document, *of[show], *reports.hidden("company"), reports.data("doctype", _("Type"), hidden=1)]


def get_chart(found: ServiceLevels, by: str) -> Row | None:
	"""By month, three shares over time; of other groups the worst promises. Companies are not mixed."""
	if len(found.companies) != 1 or not by:
		return None
	if by == MONTH:
		rows = sorted(found.rows, key=lambda row: str(row["group"]))
		# a chart draws what is not known as 0
		names = [name for name in CHARTED if all(row[name] is not None for row in rows)]
	else:
		names = ["lead_time_complete" if by == "supplier" else "otif_lines"]
		rows = [row for row in found.rows if row[names[0]] is not None]
		rows = sorted(rows, key=lambda row: row[names[0]], reverse=by == "supplier")[:MOST_BARS]
	if not rows or not names:
		return None
	return {
		"keys": [row["group"] for row in rows],
		"data": {
			"labels": [report_layout.short_warehouse(row["group"], row["company"]) for row in rows],
			"datasets": [
				{
					"name": _charted_name(name),
					"measure": name,
					"values": [_charted(name, row[name]) for row in rows],
				}
				for name in names
			],
		},
		"type": "line" if by == MONTH and len(rows) > 1 else "bar",
		"height": 220,
		"colors": ["#17508a", "#35a09a", "#b9680a"],
	}


def get_summary(found: ServiceLevels) -> list[Row]:
	several = len(found.companies) > 1
	summary = []
	for row in found.companies:
		for name in SUMMED:
			if row[name] is not None:
				label = reports.of_company(_(MEASURES[name].label), row["company"], several)
				value = reports.in_percent(row[name])
				summary.append({"label": label, "value": value, "datatype": "Percent"})
		if row["lead_time_complete"] is not None:
			label = reports.of_company(
				_(MEASURES["lead_time_complete"].label) + f" ({_('Days')})", row["company"], several
			)
			value = round(row["lead_time_complete"], 1)
			summary.append({"label": label, "value": value, "datatype": "Float"})
	return summary


def _charted_name(name: str) -> str:
	unit = "%" if MEASURES[name].unit == SHARE else _("Days")
	return f"{_(MEASURES[name].label)} ({unit})"


def _charted(name: str, value: float | None) -> float | None:
	return reports.in_percent(value) if MEASURES[name].unit == SHARE else value


def _in_percent(row: Row) -> Row:
	return {
		name: reports.in_percent(value) if name in MEASURES and MEASURES[name].unit == SHARE else value
		for name, value in row.items()
	}


def _worded(row: Row) -> Row:
	if "is_right" in row:
		row = {**row, "outcome": RIGHT if row["is_right"] else WRONG}
	worded = {name: value for name, value in row.items() if name not in ("line", "bins", "moved", "times")}
	return {**worded, "outcome": _outcome(row["outcome"])} if "outcome" in row else worded


def _outcome(outcome: str) -> str:
	return {
		MET: _("On Time and in Full"),
		LATE: _("Late"),
		PARTLY: _("Not All of It"),
		OPEN: _("Nothing Delivered"),
		RIGHT: _("Right"),
		WRONG: _("Short or Put Back"),
	}[outcome]


def _recorded_later(found: ServiceLevels) -> str:
	number = sum(row["recorded_later"] for row in found.companies)
	text = _("{0} rows were received before they were ordered; they have no lead time.").format(number)
	return text if number else ""


def _number(fieldname: str, label: str) -> Row:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Int", "width": 75}
