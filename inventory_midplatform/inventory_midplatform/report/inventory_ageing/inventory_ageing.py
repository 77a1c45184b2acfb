from collections.abc import Mapping
from typing import Any

from frappe import _
from frappe.utils import cint, formatdate

from inventory_midplatform.adapters.site import report_layout, reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.stock_ageing import (
	BATCHES,
	DEAD_STOCK,
	LAYERS,
	StockAgeing,
	stock_ageing,
)

FILTERS = ("company", "warehouse", "item_group", "item_code", "show", "bands", "only")
MEASURES = ("qty", "value", "mean_age", "oldest_age", "unexplained", "dead_value", "dead_share")


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	asked = reports.texts(filters, FILTERS)
	if asked["show"] == LAYERS and not asked["item_code"]:
		return (
			get_columns(ctx, StockAgeing((), True), LAYERS),
			[],
			_("Name an item to see its receipts."),
			None,
			[],
		)
	found = stock_ageing(
		ctx,
		**asked,
		by_quantity=bool(cint(filters.get("by_quantity"))),
	)
	show = asked["show"]
	return (
		get_columns(ctx, found, show),
		get_rows(found),
		get_message(ctx, found, show, asked["only"]),
		get_chart(found),
		get_summary(found),
	)


def get_rows(found: StockAgeing) -> list[Row]:
	return [
		{
			**row,
			"mean_age": None if row["mean_age"] is None else round(row["mean_age"]),
			"dead": _("Dead Stock") if row["dead"] else "",
		}
		for row in found.rows
	]


def get_columns(ctx: Context, found: StockAgeing, show: str) -> list[Row]:
	kind = reports.KINDS["stock UOM" if found.by_quantity else "company currency"]
	bands = [
		{"fieldname": f"band_{i}", "label": _("{0} Days").format(name), **kind, "width": 105, "bare": 1}
		for i, name in enumerate(found.bands)
	]
	columns = [
		reports.link("item_code", _("Item"), "Item", 105),
		reports.data("item_name", _("Item Name"), 150),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 120),
	]
	if show in (BATCHES, LAYERS):
		columns.append(reports.link("batch_no", _("Batch"), "Batch", 120))
	if show == LAYERS:
		del columns[1]  # the name of the one item
		columns += [
			{"fieldname": "received_on", "label": _("Received On"), "fieldtype": "Date", "width": 110},
			*reports.measured(ctx, "oldest_age"),
			{"fieldname": "days_here", "label": _("Days Here"), "fieldtype": "Int", "width": 80},
			*reports.measured(ctx, "qty"),
			reports.link("stock_uom", _("Unit"), "UOM", 70),
			*reports.measured(ctx, "value"),
			reports.data("voucher_type", _("Brought By"), 150),
			{
				"fieldname": "voucher_no",
				"label": _("Document"),
				"fieldtype": "Dynamic Link",
				"options": "voucher_type",
				"width": 215,
			},
			{"fieldname": "receipts", "label": _("Documents"), "fieldtype": "Int", "width": 95},
			*reports.measured(ctx, "unexplained"),
		]
	else:
		columns += [
			*reports.measured(ctx, "qty"),
			reports.link("stock_uom", _("Unit"), "UOM", 60),
			*reports.measured(ctx, "value"),
			*bands,
			*reports.measured(ctx, "mean_age", "oldest_age"),
			*reports.measured(ctx, "unexplained"),
			reports.data("dead", _("Dead Stock"), 100),
		]
	columns = report_layout.hide_empty(columns, found.rows, "batch_no", "unexplained", "dead")
	return columns + reports.hidden("company", "currency")


def get_message(ctx: Context, found: StockAgeing, show: str, only: str) -> str:
	shown = len({(row["item_code"], row["warehouse"]) for row in found.rows})
	about = ""
	if show == LAYERS:
		last = formatdate(found.last_issue) if found.last_issue else _("never")
		about = _("Last issued: {0}.").format(last)
	elif only:
		kind = _("Dead Stock") if only == DEAD_STOCK else _("{0} Days").format(only)
		about = _("Only this is listed: {0}. Figures and chart are of all stock.").format(kind)
	return reports.notes(ctx, shown, found.total_rows, MEASURES, about)


def get_chart(found: StockAgeing) -> Row | None:
	"""The bands, in value where it may be seen, else in quantity where all items have one unit.

	Of one company each band is a series of its own, for its colour, which the desk gives it; of several, each company is.
	"""
	by_value = not found.by_quantity
	several = len(found.companies) > 1
	series: list[tuple[str, list[float]]] = []
	for of in found.companies:
		values = of.bands_value if by_value else of.bands_qty
		if values is None:
			return None
		unit = of.currency if by_value else _(of.uom)
		series.append((reports.of_company(unit, of.company, several), [float(value) for value in values]))
	if not series:
		return None
	if not several:
		unit, amounts = series[0]
		names = [_("{0} Days").format(name) for name in found.bands]
		series = [
			(name, [amount if i == n else 0 for i in range(len(amounts))])
			for n, (name, amount) in enumerate(zip(names, amounts, strict=True))
		]
	return {
		"data": {
			"labels": list(found.bands),
			"datasets": [{"name": name, "values": values} for name, values in series],
		},
		**({} if several else {"title": f"{_('Value') if by_value else _('Quantity')} ({unit})"}),
		"type": "bar",
		"barOptions": {"stacked": 0 if several else 1},
		"height": 220,
	}


def get_summary(found: StockAgeing) -> list[Row]:
	several = len(found.companies) > 1
	summary = []
	for of in found.companies:

		def label(text: str, company: str = of.company) -> str:
			return reports.of_company(text, company, several)

		summary.append(reports.number(label(_("Items")), of.items))
		if of.value is not None:
			summary.append(reports.money(label(_("Value")), of.value, of.currency))
		if of.qty is not None and (of.value is None or of.items == 1):
			summary.append(reports.quantity(label(_("Quantity")), of.qty, of.uom))
		if of.mean_age is not None:
			summary.append(reports.number(label(_("Mean Age (Days)")), round(of.mean_age)))
		if of.dead_value is not None:
			summary.append(
				{
					**reports.money(label(_("Dead Stock")), of.dead_value, of.currency),
					"indicator": "Red" if of.dead_positions else "Green",
				}
			)
			if of.dead_share is not None:
				percent = round(of.dead_share * 100, 1)
				summary.append(
					{"label": label(_("Share of Dead Stock")), "value": percent, "datatype": "Percent"}
				)
		else:
			colour = "Red" if of.dead_positions else "Green"
			summary.append(reports.number(label(_("Dead Positions")), of.dead_positions, colour))
		if of.unexplained_positions:
			summary.append(
				reports.number(label(_("Positions without Age")), of.unexplained_positions, "Orange")
			)
	return summary
