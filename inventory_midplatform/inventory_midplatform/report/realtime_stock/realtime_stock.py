from collections.abc import Mapping
from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.realtime_stock import RealtimeStock, realtime_stock

FILTERS = ("company", "warehouse", "item_group", "item_code", "only")
SHOWN = ("available", "on_hand", "reserved", "on_hold", "waiting", "in_transit", "on_order")
SUMMARY = ("on_hand", "reserved", "on_hold", "available")
CHARTED = {"available": "#35a09a", "reserved": "#b9680a", "on_hold": "#808080"}


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	found = realtime_stock(ctx, **reports.texts(filters, FILTERS))
	message = reports.notes(ctx, len(found.rows), found.total_rows, SHOWN)
	return get_columns(ctx), found.rows, message, get_chart(found), get_summary(found)


def get_columns(ctx: Context) -> list[Row]:
	return [
		reports.link("item_code", _("Item"), "Item", 110),
		reports.data("item_name", _("Item Name"), 190),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 150),
		*reports.measured(ctx, *SHOWN),
		reports.link("stock_uom", _("Unit"), "UOM", 70),
		{"fieldname": "last_change", "label": _("Last Change"), "fieldtype": "Datetime", "width": 150},
		*reports.hidden("company"),
	]


def get_chart(found: RealtimeStock) -> Row | None:
	"""The items with the most stock, divided; one bar beside the other means nothing where units differ."""
	if not found.top_items:
		return None
	return {
		"keys": [row["item_code"] for row in found.top_items],
		"data": {
			"labels": [row["item_code"] for row in found.top_items],
			"datasets": [
				{
					"name": reports.label(MEASURES[column]),
					"values": [float(row[column]) for row in found.top_items],
				}
				for column in CHARTED
			],
		},
		"type": "bar",
		"barOptions": {"stacked": 1},
		"colors": list(CHARTED.values()),
		"height": 220,
	}


def get_summary(found: RealtimeStock) -> list[Row]:
	"""How many, and how much where one unit makes a sum mean something."""
	summary = [
		reports.number(_("Items"), found.total_items),
		reports.number(_("Positions"), found.total_rows),
		reports.number(_("Short"), found.short_rows, "Red" if found.short_rows else "Green"),
	]
	if found.uom:
		summary += [
			reports.quantity(reports.label(MEASURES[column]), found.totals[column], found.uom)
			for column in SUMMARY
		]
	return summary
