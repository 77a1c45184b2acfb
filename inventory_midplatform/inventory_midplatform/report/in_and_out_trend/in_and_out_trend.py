from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _
from frappe.utils import cint

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.periods import FISCAL, WEEK
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.in_and_out_trend import InAndOutTrend, in_and_out_trend

FILTERS = ("company", "warehouse", "item_group", "item_code", "grain")
QUANTITIES = ("opening_qty", "qty_in", "qty_out", "transferred_qty", "net_change", "closing_qty")
NAMED = (WEEK, *FISCAL)
"""Parts of a period whose names do not say their days."""
VALUES = ("opening_value", "value_in", "value_out", "transferred_value", "closing_value")

FLAT = 5
"""How many times as high as the highest bar a line may be."""


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	asked = reports.texts(filters, FILTERS)
	asked["grain"] = asked["grain"] or WEEK
	found = in_and_out_trend(
		ctx,
		**asked,
		from_date=reports.day(filters, "from_date"),
		to_date=reports.day(filters, "to_date"),
		by_unit=bool(cint(filters.get("by_unit"))),
	)
	by_flow = bool(cint(filters.get("by_flow")))
	names = shown(found)
	period = reports.period_note(found.period)
	return (
		get_columns(ctx, found, names, by_flow, asked["grain"]),
		get_rows(found, by_flow),
		reports.notes(ctx, len(found.rows), found.total_rows, names, *period),
		get_chart(found),
		get_summary(found),
	)


def shown(found: InAndOutTrend) -> list[str]:
	"""Return the figures that say something: quantities where units are not mixed, transfers where some were."""
	known = any(row["closing_qty"] is not None for row in found.rows)
	moved = {
		name for name in ("transferred_qty", "transferred_value") if any(row.get(name) for row in found.rows)
	}
	names = (*QUANTITIES, *VALUES) if known else VALUES
	return [name for name in names if not name.startswith("transferred") or name in moved]


def get_rows(found: InAndOutTrend, by_flow: bool) -> list[Row]:
	"""A row a period; ``by_flow`` its flows follow it, each with what it brought and took."""
	rows: list[Row] = []
	for period in found.rows:
		flows = period["flows"].items() if by_flow else ()
		rows.append({**{k: v for k, v in period.items() if k != "flows"}, "flow": "", "bold": int(by_flow)})
		for flow, moved in flows:
			about = {
				key: period[key] for key in ("company", "currency", "stock_uom", "period_from", "period_to")
			}
			if period["closing_qty"] is None:
				moved = {**moved, "qty_in": None, "qty_out": None}
			rows.append(
				{
					**dict.fromkeys((*QUANTITIES, *VALUES)),
					**about,
					**moved,
					"period": "",
					"flow": _(flow, context="Stock Snapshot"),
				}
			)
	return rows


def get_columns(
	ctx: Context, found: InAndOutTrend, names: Sequence[str], by_flow: bool, grain: str
) -> list[Row]:
	dates = [
		{"fieldname": "period_from", "label": _("From"), "fieldtype": "Date", "width": 105},
		{"fieldname": "period_to", "label": _("To"), "fieldtype": "Date", "width": 105},
	]
	of_unit = [reports.link("stock_uom", _("Unit"), "UOM", 70)]
	several = len({row["company"] for row in found.rows}) > 1
	return [
		reports.data("period", _("Period"), 110),
		*({**column, "hidden": int(grain not in NAMED)} for column in dates),
		*([reports.data("flow", _("Flow"), 110)] if by_flow else []),
		*([reports.link("company", _("Company"), "Company", 150)] if several else reports.hidden("company")),
		*reports.measured(ctx, *(name for name in names if name in QUANTITIES), width=90),
		*(of_unit if QUANTITIES[0] in names else []),
		*reports.measured(ctx, *(name for name in names if name in VALUES)),
		*reports.hidden("currency"),
	]


def get_chart(found: InAndOutTrend) -> Row | None:
	"""In and out as bars, closing as a line; by quantity of one unit, else by value. Companies and units are not mixed.

	Beside so much stock that bars of what moved would be flat, the line is left out; the rows have it.
	"""
	if len(found.totals) != 1 or not found.rows:
		return None
	by_quantity = found.totals[0]["closing_qty"] is not None
	if not by_quantity and "closing_value" not in found.totals[0]:
		return None
	names: Sequence[str] = (
		("qty_in", "qty_out", "closing_qty") if by_quantity else ("value_in", "value_out", "closing_value")
	)
	unit = _(found.totals[0]["stock_uom"]) if by_quantity else found.totals[0]["currency"]
	labels: Sequence[str] = (
		_("In", context="Stock Movement"),
		_("Out", context="Stock Movement"),
		_("Closing Qty") if by_quantity else _("Closing Value"),
	)
	highest = [max(abs(float(row[name])) for row in found.rows) for name in names]
	if highest[-1] > FLAT * max(highest[:-1]) > 0:
		names, labels = names[:-1], labels[:-1]
	mixed = len(found.rows) > 1  # a line of one point is not drawn
	return {
		"keys": [row["period"] for row in found.rows],
		"data": {
			"labels": [row["period"] for row in found.rows],
			"datasets": [
				{
					"name": label,
					**({"chartType": "line" if name.startswith("closing") else "bar"} if mixed else {}),
					"values": [float(row[name]) for row in found.rows],
				}
				for name, label in zip(names, labels, strict=True)
			],
		},
		"title": unit,
		"type": "axis-mixed" if mixed else "bar",
		"height": 240,
		"colors": ["#17508a", "#b9680a", "#808080"],
	}


def get_summary(found: InAndOutTrend) -> list[Row]:
	several = len({row["company"] for row in found.totals}) > 1
	summary = []
	for total in found.totals:
		if total["closing_qty"] is not None:
			for name, label in zip(
				("opening_qty", "qty_in", "qty_out", "closing_qty"),
				(_("Opening Qty"), _("In Qty"), _("Out Qty"), _("Closing Qty")),
				strict=True,
			):
				named = reports.of_company(label, total["company"], several)
				summary.append(reports.quantity(named, total[name], total["stock_uom"]))
		elif "closing_value" in total:
			for name, label in zip(
				("opening_value", "value_in", "value_out"),
				(_("Opening Value"), _("In Value"), _("Out Value")),
				strict=True,
			):
				named = reports.of_company(label, total["company"], several)
				summary.append(reports.money(named, total[name], total["currency"]))
		if "closing_value" in total:
			named = reports.of_company(_("Closing Value"), total["company"], several)
			summary.append(reports.money(named, total["closing_value"], total["currency"]))
	return summary
