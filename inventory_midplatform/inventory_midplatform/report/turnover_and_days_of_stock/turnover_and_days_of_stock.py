from collections.abc import Mapping
from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.turnover import (
	BANDS,
	DAILY,
	FEWEST_MONTHS,
	NET,
	TurnoverReport,
	turnover_and_days_of_stock,
)

FILTERS = ("company", "warehouse", "item_group", "item_code", "usage", "average")
RATIOS = ("turnover", "days_of_stock", "forward_cover", "stock_out_share")
DIGITS = {"average_qty": 2, "turnover": 2, "days_of_stock": 0, "forward_cover": 0}


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	asked = reports.texts(filters, FILTERS)
	asked["usage"], asked["average"] = asked["usage"] or NET, asked["average"] or DAILY
	dates = {name: reports.day(filters, name) for name in ("from_date", "to_date")}
	found = turnover_and_days_of_stock(ctx, **asked, **dates)
	used = f"{asked['usage']}_usage"
	names = (
		*("average_qty", used, "cost_of_usage", "average_value"),
		*RATIOS,
		*("closing_qty", "closing_value", "abc_class", "xyz_class"),
	)
	return (
		get_columns(ctx, used),
		[rounded(row) for row in found.rows],
		reports.notes(ctx, len(found.rows), found.total_rows, names, *get_remarks(found)),
		get_chart(found),
		get_summary(found),
	)


def rounded(row: Row) -> Row:
	"""The row as the desk shows it. Without usage days of stock are None, never 0."""
	shown = {**row, "stock_out_share": reports.in_percent(row["stock_out_share"])}
	for name, digits in DIGITS.items():
		if row[name] is not None:
			shown[name] = round(row[name], digits)
	return shown


def get_columns(ctx: Context, used: str) -> list[Row]:
	return [
		reports.link("item_code", _("Item"), "Item", 110),
		reports.data("item_name", _("Item Name"), 180),
		reports.link("item_group", _("Item Group"), "Item Group", 120),
		*reports.measured(ctx, "average_qty", used),
		*reports.measured(ctx, "turnover", fieldtype="Float"),
		*reports.measured(ctx, "days_of_stock", "forward_cover", "stock_out_share"),
		reports.data("abc_class", _("ABC"), 65),
		reports.data("xyz_class", _("XYZ"), 65),
		*reports.measured(ctx, "closing_qty"),
		reports.link("stock_uom", _("Unit"), "UOM", 65),
		*reports.measured(ctx, "average_value", "cost_of_usage", "closing_value"),
		reports.link("company", _("Company"), "Company", 150),
		*reports.hidden("currency"),
	]


def get_remarks(found: TurnoverReport) -> list[str]:
	remarks = reports.period_note(found.period)
	if found.period.is_known and found.months < FEWEST_MONTHS:
		remarks.append(
			_("There is no XYZ class yet: it needs {0} whole months of history.").format(FEWEST_MONTHS)
		)
	return remarks


def get_chart(found: TurnoverReport) -> Row | None:
	"""What lasts how long: value, or items for who may not see costs. Companies are not mixed."""
	if len(found.companies) != 1 or not found.rows:
		return None
	(company,) = found.companies
	by_value = "closing_value" in company
	firsts = (0, *(most + 1 for most in BANDS))
	labels = [f"{first}–{most}" for first, most in zip(firsts, BANDS, strict=False)]
	labels += [f"> {BANDS[-1]}", _("No Usage")]
	bars = [float(value) if by_value else items for items, value in found.lasting[company["company"]]]
	if not any(bars):
		return None
	name = f"{_('Closing Value')} ({company['currency']})" if by_value else _("Items")
	return {
		"title": _("Stock by the days for which it lasts"),
		"data": {"labels": labels, "datasets": [{"name": name, "values": bars}]},
		"type": "bar",
		"height": 220,
		"colors": ["#17508a"],
	}


def get_summary(found: TurnoverReport) -> list[Row]:
	several = len(found.companies) > 1
	summary = []
	for of in found.companies:

		def label(text: str, company: str = of["company"]) -> str:
			return reports.of_company(text, company, several)

		if of["turnover"] is not None:
			summary.append(
				{
					"label": label(_("Turnover per Year")),
					"value": round(of["turnover"], 2),
					"datatype": "Float",
				}
			)
		if of["days_of_stock"] is not None:
			summary.append(reports.number(label(_("Days of Stock")), round(of["days_of_stock"])))
		if of["stock_out_share"] is not None:
			share = reports.in_percent(of["stock_out_share"])
			colour = "Red" if share else "Green"
			summary.append(
				{
					"label": label(_("Days out of Stock")),
					"value": share,
					"datatype": "Percent",
					"indicator": colour,
				}
			)
		if "average_value" in of:
			summary.append(reports.money(label(_("Average Value")), of["average_value"], of["currency"]))
			summary.append(reports.money(label(_("Cost of Usage")), of["cost_of_usage"], of["currency"]))
		summary.append(reports.number(label(_("Items")), of["items"]))
	return summary
