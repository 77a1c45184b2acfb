from collections.abc import Mapping
from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import report_layout, reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.stock_overview import (
	ABC,
	ABC_XYZ,
	ITEM,
	ITEM_GROUP,
	WAREHOUSE,
	ZONE,
	StockOverview,
	stock_overview,
)

FILTERS = ("company", "warehouse", "item_group", "item_code", "group_by", "of_class")
MEASURES = ("items", "positions", "value", "value_share", "usage_value", "abc_class")
CHARTED = 10


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	asked = reports.texts(filters, FILTERS)
	asked["group_by"] = asked["group_by"] or WAREHOUSE
	found = stock_overview(ctx, **asked)
	rows = [{**row, "value_share": reports.in_percent(row.get("value_share"))} for row in found.rows]
	return (
		get_columns(ctx, asked["group_by"]),
		rows,
		reports.notes(ctx, len(rows), found.total_rows, measures(asked["group_by"])),
		get_chart(found, asked["group_by"]),
		get_summary(found),
	)


def measures(group_by: str) -> tuple[str, ...]:
	return (*MEASURES, "xyz_class") if group_by == ABC_XYZ else MEASURES


def get_columns(ctx: Context, group_by: str) -> list[Row]:
	company = reports.link("company", _("Company"), "Company", 150)
	currency = reports.hidden("currency")
	if group_by == ITEM:
		return [
			reports.link("item_code", _("Item"), "Item", 160),
			reports.data("item_name", _("Item Name"), 170),
			reports.link("item_group", _("Item Group"), "Item Group", 140),
			company,
			*reports.measured(ctx, "qty"),
			reports.link("stock_uom", _("Unit"), "UOM", 70),
			*reports.measured(ctx, "value", "value_share", "usage_value"),
			reports.data("abc_class", _("ABC"), 70),
			*currency,
		]
	groups = {
		WAREHOUSE: [reports.link("warehouse", _("Warehouse"), "Warehouse", 220)],
		ZONE: [
			reports.link("zone", _("Zone"), "Warehouse Zone", 180),
			reports.link("warehouse", _("Warehouse"), "Warehouse", 180),
		],
		ITEM_GROUP: [reports.link("item_group", _("Item Group"), "Item Group", 220)],
		ABC: [reports.data(ABC, _("ABC"), 120)],
		ABC_XYZ: [reports.data(ABC_XYZ, _("ABC–XYZ"), 120)],
	}
	return [
		*groups[group_by],
		company,
		*reports.measured(ctx, "items", "positions", "value", "value_share"),
		*(
			{
				"fieldname": f"{name.lower()}_items",
				"label": _("{0} Items").format(name),
				"fieldtype": "Int",
				"width": 75,
			}
			for name in ("" if group_by in (ABC, ABC_XYZ) else "ABC")
		),
		*currency,
	]


def get_chart(found: StockOverview, group_by: str) -> Row | None:
	"""The groups with the most value; with the most items for who may not see costs. Companies are not mixed."""
	if not found.rows or len(found.companies) != 1:
		return None
	by_value = found.companies[0].value is not None
	rows = found.rows[:CHARTED]
	if not by_value and group_by == ITEM:
		return None
	column = "value" if by_value else "items"
	label = f"{_('Value')} ({found.companies[0].currency})" if by_value else _("Items")
	key = "item_code" if group_by == ITEM else group_by
	names = [row[key] or row.get("warehouse") or _("No Class") for row in rows]
	if group_by in (WAREHOUSE, ZONE):
		names = [report_layout.short_warehouse(name, rows[0]["company"]) for name in names]
	return {
		"data": {"labels": names, "datasets": [{"name": label, "values": [float(r[column]) for r in rows]}]},
		"type": "bar",
		"height": 220,
		"colors": ["#17508a"],
	}


def get_summary(found: StockOverview) -> list[Row]:
	several = len(found.companies) > 1
	summary = []
	for of in found.companies:
		if of.value is not None:
			label = reports.of_company(_("Value"), of.company, several)
			summary.append(reports.money(label, of.value, of.currency))
		summary.append(reports.number(reports.of_company(_("Items"), of.company, several), of.items))
		if not several:
			summary += [reports.number(_("{0} Items").format(name), of.classes[name]) for name in "ABC"]
	return summary
