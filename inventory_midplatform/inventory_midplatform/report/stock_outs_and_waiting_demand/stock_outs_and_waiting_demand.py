from collections import Counter
from collections.abc import Mapping
from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.stock_outs import StockOuts, stock_outs

FILTERS = ("company", "warehouse", "item_group", "item_code", "out_of_stock")
MEASURES = ("on_hand", "available", "waiting", "days_waiting")
CHARTED = 10


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	found = stock_outs(ctx, **reports.texts(filters, FILTERS))
	return (
		get_columns(ctx),
		found.rows,
		reports.notes(ctx, len(found.rows), found.total_rows, MEASURES),
		get_chart(found),
		get_summary(found),
	)


def get_columns(ctx: Context) -> list[Row]:
	return [
		reports.link("item_code", _("Item"), "Item", 110),
		reports.data("item_name", _("Item Name"), 180),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 150),
		*reports.measured(ctx, "waiting"),
		{"fieldname": "demands", "label": _("Demands"), "fieldtype": "Int", "width": 75},
		{"fieldname": "since", "label": _("Waiting Since"), "fieldtype": "Datetime", "width": 150},
		*reports.measured(ctx, "days_waiting", "on_hand", "available"),
		{"fieldname": "on_order", "label": _("On Order"), "fieldtype": "Float", "width": 80},
		reports.link("stock_uom", _("Unit"), "UOM", 70),
		reports.data("first_type", _("First in Line"), 120),
		reports.data("first_name", _("For Whom"), 205),
		{"fieldname": "first_qty", "label": _("It Waits For"), "fieldtype": "Float", "width": 100},
		*reports.hidden("company"),
	]


def get_chart(found: StockOuts) -> Row | None:
	"""The items for which most demands wait, where for one more than one does: quantities of different units cannot be
	compared."""
	demands: Counter[str] = Counter()
	for row in found.rows:
		demands[row["item_code"]] += row["demands"]
	most = demands.most_common(CHARTED)
	if not most or most[0][1] < 2:
		return None
	return {
		"keys": [item for item, _n in most],
		"data": {
			"labels": [item for item, _n in most],
			"datasets": [{"name": _("Demands"), "values": [n for _item, n in most]}],
		},
		"type": "bar",
		"height": 200,
		"colors": ["#E24C4C"],
	}


def get_summary(found: StockOuts) -> list[Row]:
	summary = [
		reports.number(_("Items"), found.items, "Red" if found.items else "Green"),
		reports.number(_("Positions"), found.total_rows),
		reports.number(_("Demands"), found.demands),
		reports.number(_("Longest Wait (Days)"), found.longest, "Orange" if found.longest else "Green"),
	]
	if found.waiting is not None:
		summary.append(reports.quantity(_("Waiting"), found.waiting, found.uom))
	return summary
