from typing import Any

from frappe import _

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting.positions import Filters
from inventory_midplatform.reporting.realtime_stock import RealtimeStock, realtime_stock

FILTERS = ("company", "warehouse", "item_code", "item_group", "only")


def execute(
	filters: dict[str, Any] | None = None,
) -> tuple[list[Row], list[Row], str | None, Row | None, list[Row]]:
	ctx = site_context()
	wanted = Filters(**{name: (filters or {}).get(name) or "" for name in FILTERS})
	found = realtime_stock(ctx, wanted)
	message = get_message(found, ctx.settings.ledger)
	return get_columns(), found.rows, message, get_chart(found), get_summary(found)


def get_columns() -> list[Row]:
	return [
		{"fieldname": "item_code", "label": _("Item"), "fieldtype": "Link", "options": "Item", "width": 150},
		{"fieldname": "item_name", "label": _("Item Name"), "fieldtype": "Data", "width": 160},
		{
			"fieldname": "warehouse",
			"label": _("Warehouse"),
			"fieldtype": "Link",
			"options": "Warehouse",
			"width": 150,
		},
		_quantity("available", _("Available")),
		_quantity("on_hand", _("On Hand")),
		_quantity("reserved", _("Reserved")),
		_quantity("on_hold", _("On Hold", context="Stock Position")),
		_quantity("waiting", _("Waiting")),
		_quantity("in_transit", _("In Transit")),
		_quantity("on_order", _("On Order")),
		{"fieldname": "stock_uom", "label": _("Unit"), "fieldtype": "Link", "options": "UOM", "width": 70},
		{"fieldname": "last_change", "label": _("Last Change"), "fieldtype": "Datetime", "width": 160},
		# by which Frappe leaves out what the reader of a mailed report may not see
		{
			"fieldname": "company",
			"label": _("Company"),
			"fieldtype": "Link",
			"options": "Company",
			"hidden": 1,
		},
	]


def _quantity(fieldname: str, label: str) -> Row:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Float", "width": 95}


def get_message(found: RealtimeStock, ledger_is_on: bool) -> str | None:
	if not ledger_is_on:
		return _(
			"The ledger is switched off. Switch it on in Inventory Midplatform Settings to see stock here."
		)
	if found.has_more:
		return _("Showing the first {0} of {1} rows. Narrow the filters to see the others.").format(
			len(found.rows), found.total_rows
		)
	return None


def get_chart(found: RealtimeStock) -> Row | None:
	if not found.top_items:
		return None
	return {
		"data": {
			"labels": [row["item_code"] for row in found.top_items],
			"datasets": [
				{"name": label, "values": [float(row[column]) for row in found.top_items]}
				for column, label in (
					("available", _("Available")),
					("reserved", _("Reserved")),
					("on_hold", _("On Hold", context="Stock Position")),
				)
			],
		},
		"type": "bar",
		"barOptions": {"stacked": 1},
		"colors": ["#29CD42", "#FFA00A", "#A6B1B9"],
		"height": 220,
	}


def get_summary(found: RealtimeStock) -> list[Row]:
	"""How many, and how much where one unit makes a sum mean something."""
	summary = [
		{"label": _("Items"), "value": found.total_items, "datatype": "Int"},
		{"label": _("Positions"), "value": found.total_rows, "datatype": "Int"},
		{
			"label": _("Short"),
			"value": found.short_rows,
			"datatype": "Int",
			"indicator": "Red" if found.short_rows else "Green",
		},
	]
	if found.uom:
		summary += [
			{"label": f"{label} ({_(found.uom)})", "value": float(found.totals[column]), "datatype": "Float"}
			for column, label in (
				("on_hand", _("On Hand")),
				("reserved", _("Reserved")),
				("on_hold", _("On Hold", context="Stock Position")),
				("available", _("Available")),
			)
		]
	return summary
