"""The statement that finds what may be below its threshold, as named parts; ``tests/standalone/snapshots`` has its text.

Every quantity is in stock UOM. The statement knows neither what is reserved for which document nor what is in transit
or drafted: with those added, fewer items are low and none is more so (``low_stock`` adds them for the items found).
"""

from inventory_midplatform.services.demand.sources import MATERIAL_REQUESTS, WORK_ORDERS
from inventory_midplatform.services.planning import open_demand

_IN_USE = """{item}.disabled = 0 AND {item}.is_stock_item = 1
		AND ({item}.end_of_life IS NULL OR {item}.end_of_life > %(today)s OR {item}.end_of_life = '0000-00-00')"""
"""The items that ERPNext's reorder looks at."""

_REORDER_COLUMNS = """reorder.name, {item} AS item_code, reorder.warehouse, {counted_in} AS counted_in,
		reorder.warehouse_reorder_level AS threshold, reorder.warehouse_reorder_qty AS reorder_qty,
		reorder.material_request_type AS request_type, 'Item Reorder' AS source, reorder.idx"""
_REORDER_ROWS = """reorder.parenttype = 'Item' AND (reorder.warehouse_reorder_level <> 0 OR reorder.warehouse_reorder_qty > 0)
		AND COALESCE(reorder.material_request_type, '') <> 'Material Issue'"""
_OF_VARIANT = f"""
	FROM `tabItem` variant
	JOIN `tabItem` template ON template.name = variant.variant_of AND {_IN_USE.format(item="template")}
	JOIN `tabItem Reorder` reorder ON reorder.parent = template.name
	WHERE variant.variant_of <> '' AND {_REORDER_ROWS}
		AND NOT EXISTS (SELECT 1 FROM `tabItem Reorder` r WHERE r.parent = variant.name AND r.parenttype = 'Item')"""
_IN_ITSELF = "(COALESCE(reorder.warehouse_group, '') = '' OR reorder.warehouse_group = reorder.warehouse)"
_IN_A_GROUP = "reorder.warehouse_group <> '' AND reorder.warehouse_group <> reorder.warehouse"


def _levels(counted_in: str, condition: str, of_variant: bool) -> str:
	item = "variant.name" if of_variant else "reorder.parent"
	rows = _OF_VARIANT if of_variant else f"\n\tFROM `tabItem Reorder` reorder\n\tWHERE {_REORDER_ROWS}"
	columns = _REORDER_COLUMNS.format(item=item, counted_in=counted_in)
	return f"\n\tSELECT {columns}{rows} AND {condition}"


_REORDER_LEVELS = _levels("''", _IN_ITSELF, of_variant=False)
_TEMPLATE_LEVELS = _levels("''", _IN_ITSELF, of_variant=True)
_GROUP_LEVELS = _levels("reorder.warehouse_group", _IN_A_GROUP, of_variant=False)
_TEMPLATE_GROUP_LEVELS = _levels("reorder.warehouse_group", _IN_A_GROUP, of_variant=True)
_SAFETY_STOCKS = """
	SELECT dflt.name, stocked.name AS item_code, dflt.default_warehouse AS warehouse, '' AS counted_in,
		stocked.safety_stock AS threshold, 0 AS reorder_qty,
		NULLIF(stocked.default_material_request_type, 'Material Issue') AS request_type,
		'Safety Stock' AS source, 0 AS idx
	FROM `tabItem` stocked
	JOIN `tabItem Default` dflt ON dflt.parent = stocked.name
	WHERE stocked.safety_stock > 0 AND dflt.default_warehouse IS NOT NULL AND dflt.default_warehouse <> ''
		AND NOT EXISTS (
			SELECT 1 FROM `tabItem Reorder` r
			WHERE r.parent = stocked.name AND r.warehouse = dflt.default_warehouse AND r.warehouse_reorder_level > 0
				AND COALESCE(r.material_request_type, '') <> 'Material Issue'
		)"""

_REQUESTED = MATERIAL_REQUESTS.rows.text(
	document=f"d.docstatus = 1 AND {MATERIAL_REQUESTS.may_have_outstanding}",
	row="r.stock_qty > r.ordered_qty",
)
_OUTSTANDING_IN_PROGRESS = WORK_ORDERS.rows.text(
	document=f"d.docstatus = 1 AND d.from_wip_warehouse = 1 AND d.skip_transfer = 1 AND {WORK_ORDERS.may_have_outstanding}",
	row="1 = 1",
)
_DEMAND_OUTSIDE_BIN = """
	SELECT demand.item_code, demand.warehouse, SUM(demand.qty) AS qty
	FROM (
		SELECT requested.item_code, requested.warehouse, requested.stock_qty - requested.delivered AS qty
		FROM outstanding_requests requested
		UNION ALL
		SELECT made.item_code, made.warehouse, made.stock_qty - made.delivered
		FROM outstanding_work_orders made
	) demand
	WHERE demand.qty > 0 AND demand.warehouse IS NOT NULL
	GROUP BY demand.item_code, demand.warehouse"""
"""What will leave that ERPNext's Bin does not count, or counts in another warehouse: requests to issue or transfer, and
Work Orders that take from their work-in-progress warehouse."""

_STOCK = """
	SELECT position.item_code, position.warehouse,
		COALESCE(position.on_hand, 0) - COALESCE(position.on_hold, 0) - COALESCE(position.reserved, 0) AS available,
		COALESCE(position.waiting, 0) AS waiting
	FROM `tabStock Position` position"""
_BOOKS = f"""
	SELECT bin.item_code, bin.warehouse,
		COALESCE(bin.reserved_qty, 0) + COALESCE(bin.reserved_qty_for_production, 0) AS demanded,
		{open_demand.PLANNED_FOR} AS planned_for,
		COALESCE(bin.ordered_qty, 0) + COALESCE(bin.indented_qty, 0) + COALESCE(bin.planned_qty, 0) AS on_order
	FROM `tabBin` bin"""

_GROUP_MEMBERS = """
	SELECT DISTINCT reorder.warehouse_group AS counted_in, reorder.warehouse_group AS warehouse
	FROM `tabItem Reorder` reorder WHERE reorder.warehouse_group <> ''
	UNION
	SELECT above.counted_in, child.name
	FROM `tabWarehouse` child JOIN group_members above ON child.parent_warehouse = above.warehouse"""


_NUMBERS = """COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0){outside} AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order"""
_LEVEL = """COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0){outside}"""
_ROUNDING = "0.0000000005"
"""Half of the smallest quantity: SQLite computes in floats."""
_FILTERS = """(%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)"""

_LOW = f"""
	SELECT t.*, {_NUMBERS.format(outside="")}
	FROM {{levels}} t
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE {_FILTERS}
		AND {_LEVEL.format(outside="")} <= t.threshold + {_ROUNDING}"""

_LOW_BY_OUTSIDE_DEMAND = f"""
	SELECT t.*, {_NUMBERS.format(outside=" + outside.qty")}
	FROM demand_outside_bin outside
	JOIN {{levels}} t ON t.item_code = outside.item_code AND t.warehouse = outside.warehouse
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE {_FILTERS}
		AND {_LEVEL.format(outside=" - outside.qty")} <= t.threshold + {_ROUNDING}"""
"""The same once more for the few places with such demand: much faster than looking for it beside every threshold."""

_LOW_IN_GROUP = f"""
	SELECT t.*, 0 AS available, 0 AS waiting, 1 AS demanded, 0 AS planned_for, 0 AS on_order
	FROM {{levels}} t
	WHERE {_FILTERS}
		AND (
			SELECT SUM({_LEVEL.format(outside=" - COALESCE(outside.qty, 0)")})
			FROM group_members member
			LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = member.warehouse
			LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = member.warehouse
			LEFT JOIN demand_outside_bin outside
				ON outside.item_code = t.item_code AND outside.warehouse = member.warehouse
			WHERE member.counted_in = t.counted_in
		) <= t.threshold + {_ROUNDING}"""
"""Summed for one row at a time, so that no wide rows are copied; ``NUMBERS_OF_ITEMS`` reads the parts of those found."""

_PARTS = {
	"group_members": _GROUP_MEMBERS,
	"outstanding_requests": _REQUESTED.rstrip(),
	"outstanding_work_orders": _OUTSTANDING_IN_PROGRESS.rstrip(),
	"demand_outside_bin": _DEMAND_OUTSIDE_BIN,
	"stock": _STOCK,
	"books": _BOOKS,
	"reorder_levels": _REORDER_LEVELS,
	"template_levels": _TEMPLATE_LEVELS,
	"safety_stocks": _SAFETY_STOCKS,
	"group_levels": _GROUP_LEVELS,
	"template_group_levels": _TEMPLATE_GROUP_LEVELS,
}
_FOUND = {
	"low_by_reorder_level": _LOW.format(levels="reorder_levels"),
	"low_by_reorder_level_and_outside_demand": _LOW_BY_OUTSIDE_DEMAND.format(levels="reorder_levels"),
	"low_by_template_level": _LOW.format(levels="template_levels"),
	"low_by_template_level_and_outside_demand": _LOW_BY_OUTSIDE_DEMAND.format(levels="template_levels"),
	"low_by_safety_stock": _LOW.format(levels="safety_stocks"),
	"low_by_safety_stock_and_outside_demand": _LOW_BY_OUTSIDE_DEMAND.format(levels="safety_stocks"),
	"low_in_group": _LOW_IN_GROUP.format(levels="group_levels"),
	"low_in_group_by_template": _LOW_IN_GROUP.format(levels="template_group_levels"),
}
_NAMED = ",\n".join(f"{name} AS ({sql}\n)" for name, sql in {**_PARTS, **_FOUND}.items())
_ALL_FOUND = "\n\tUNION ALL\n".join(f"\tSELECT * FROM {name}" for name in _FOUND)

LOW_STOCK = f"""
WITH RECURSIVE {_NAMED},
low AS (
{_ALL_FOUND}
)
SELECT low.*, item.item_name, item.stock_uom, item.purchase_uom, item.min_order_qty, item.lead_time_days, wh.company,
	stock_unit.must_be_whole_number AS whole_stock_uom, purchase_unit.must_be_whole_number AS whole_purchase_uom,
	conversion.conversion_factor AS purchase_factor
FROM low
JOIN `tabItem` item ON item.name = low.item_code AND item.has_variants = 0 AND {_IN_USE.format(item="item")}
JOIN `tabWarehouse` wh ON wh.name = low.warehouse AND wh.disabled = 0 AND wh.is_group = 0
LEFT JOIN `tabUOM` stock_unit ON stock_unit.name = item.stock_uom
LEFT JOIN `tabUOM` purchase_unit ON purchase_unit.name = item.purchase_uom
LEFT JOIN `tabUOM Conversion Detail` conversion
	ON conversion.parent = item.name AND conversion.uom = item.purchase_uom
WHERE %(company)s = '' OR wh.company = %(company)s
ORDER BY low.item_code, low.warehouse, low.threshold DESC, low.idx, low.demanded
"""
"""Parameters: company, warehouse, item_code (each empty for all), today, work_orders_reserve. One threshold may be
found twice; the later row says more."""

NUMBERS_OF_ITEMS = f"""
SELECT stock.item_code, stock.warehouse, stock.available, stock.waiting, 0 AS planned_for, 0 AS on_order
FROM ({_STOCK}
	WHERE position.item_code IN %(items)s
) stock
UNION ALL
SELECT books.item_code, books.warehouse, 0, 0, books.planned_for, books.on_order
FROM ({_BOOKS}
	WHERE bin.item_code IN %(items)s
) books
"""
"""The stock and the books of items in every warehouse."""

MEMBERS_OF_GROUPS = f"""
WITH RECURSIVE group_members AS ({_GROUP_MEMBERS}
)
SELECT counted_in, warehouse FROM group_members WHERE counted_in IN %(groups)s
"""
