"""The numbers by which stock is low: thresholds, and what an item can count on where it is held against one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.replenishment import Supply
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services import in_transit, ledger, orders
from inventory_midplatform.services.demand_documents import MATERIAL_REQUESTS, WORK_ORDERS

_REORDER_LEVELS = """
SELECT reorder.name, reorder.parent AS item_code, reorder.warehouse, {counted_in} AS counted_in,
	reorder.warehouse_reorder_level AS threshold, reorder.warehouse_reorder_qty AS reorder_qty,
	reorder.material_request_type AS request_type, 'Item Reorder' AS source, reorder.idx
FROM `tabItem Reorder` reorder
WHERE reorder.parenttype = 'Item' AND (reorder.warehouse_reorder_level > 0 OR reorder.warehouse_reorder_qty > 0)
	AND COALESCE(reorder.material_request_type, '') <> 'Material Issue' AND {counted}
"""
"""A level of zero with a quantity asks where more is wanted than will come. What is issued brings nothing here."""

_IN_ITSELF = _REORDER_LEVELS.format(
	counted_in="''",
	counted="(COALESCE(reorder.warehouse_group, '') = '' OR reorder.warehouse_group = reorder.warehouse)",
)
_IN_A_GROUP = _REORDER_LEVELS.format(
	counted_in="reorder.warehouse_group", counted="reorder.warehouse_group <> reorder.warehouse"
)

_SAFETY_STOCKS = """
SELECT dflt.name, stocked.name AS item_code, dflt.default_warehouse AS warehouse, '' AS counted_in,
	stocked.safety_stock AS threshold, 0 AS reorder_qty,
	NULLIF(stocked.default_material_request_type, 'Material Issue') AS request_type, 'Safety Stock' AS source, 0 AS idx
FROM `tabItem` stocked
JOIN `tabItem Default` dflt ON dflt.parent = stocked.name
WHERE stocked.safety_stock > 0 AND dflt.default_warehouse IS NOT NULL AND dflt.default_warehouse <> ''
	AND NOT EXISTS (
		SELECT 1 FROM `tabItem Reorder` r
		WHERE r.parent = stocked.name AND r.warehouse = dflt.default_warehouse AND r.warehouse_reorder_level > 0
			AND COALESCE(r.material_request_type, '') <> 'Material Issue'
	)
"""

_DRAFTS = """
SELECT r.item_code, r.warehouse, r.stock_qty AS qty
FROM `tabMaterial Request` d
JOIN `tabMaterial Request Item` r ON r.parent = d.name
WHERE d.docstatus = 0 AND d.inventory_origin IN ('Low Stock', 'Inventory Request')
	AND d.material_request_type <> 'Material Issue'
"""
"""What our own open drafts bring, in stock UOM: nothing, where somebody made an issue of one."""

_REQUESTED = MATERIAL_REQUESTS.rows.format(
	document=f"d.docstatus = 1 AND {MATERIAL_REQUESTS.may_want}", row="r.stock_qty > r.ordered_qty"
)
_TAKEN_IN_PROGRESS = WORK_ORDERS.rows.format(
	document=f"d.docstatus = 1 AND d.from_wip_warehouse = 1 AND d.skip_transfer = 1 AND {WORK_ORDERS.may_want}",
	row="1 = 1",
)

_LEAVING = f"""
SELECT gone.item_code, gone.warehouse, SUM(gone.qty) AS qty
FROM (
	SELECT requested.item_code, requested.warehouse, requested.stock_qty - requested.delivered AS qty
	FROM ({_REQUESTED}) requested
	UNION ALL
	SELECT taken.item_code, taken.warehouse, taken.stock_qty - taken.delivered FROM ({_TAKEN_IN_PROGRESS}) taken
) gone
WHERE gone.qty > 0 AND gone.warehouse IS NOT NULL
GROUP BY gone.item_code, gone.warehouse
"""
"""What will leave that ERPNext's Bin does not tell, or not there: what requests want to issue or transfer, and Work
Orders take from where it lies in progress."""

_AVAILABLE = "{of}(COALESCE(sp.on_hand, 0) - COALESCE(sp.on_hold, 0) - COALESCE(sp.reserved, 0))"
_WAITING = "{of}(COALESCE(sp.waiting, 0))"
_WANTED = "{of}(COALESCE(bin.reserved_qty, 0) + COALESCE(bin.reserved_qty_for_production, 0) + {leaving})"
_PLANNED_FOR = f"{{of}}({orders.PLANNED_FOR})"
_ON_ORDER = (
	"{of}(COALESCE(bin.ordered_qty, 0) + COALESCE(bin.indented_qty, 0) + COALESCE(bin.planned_qty, 0))"
)

_SHORT = f"""
SELECT t.name, t.item_code, t.warehouse, t.counted_in, t.threshold, t.reorder_qty, t.request_type, t.source, t.idx,
	{_AVAILABLE} AS available, {_WAITING} AS waiting, {_WANTED} AS wanted, {_PLANNED_FOR} AS planned_for,
	{_ON_ORDER} AS on_order
FROM {{first}} ({{thresholds}}) t {{then}}
LEFT JOIN `tabStock Position` sp ON sp.item_code = t.item_code AND sp.warehouse = {{place}}
LEFT JOIN `tabBin` bin ON bin.item_code = t.item_code AND bin.warehouse = {{place}}
WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
	AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
	{{having}} {_AVAILABLE} - {_WAITING} - {_WANTED} - {_PLANNED_FOR} + {_ON_ORDER} < t.threshold
"""
"""Without what is kept for those who want, in transit and drafted: those that are not short by this are not low."""

_ALONE: Row = {"first": "", "then": "", "place": "t.warehouse", "of": "", "leaving": "0", "having": "AND"}
_LEFT_BY_MORE: Row = {
	**_ALONE,
	"first": "leaving JOIN",
	"then": "ON leaving.item_code = t.item_code AND leaving.warehouse = t.warehouse",
	"leaving": "leaving.qty",
}
"""Those that more leaves than Bin tells, once more: found from the few, not looked for beside every threshold."""
_TOGETHER: Row = {
	"first": "",
	"then": "JOIN below ON below.root = t.counted_in"
	" LEFT JOIN leaving ON leaving.item_code = t.item_code AND leaving.warehouse = below.name",
	"place": "below.name",
	"of": "SUM",
	"leaving": "COALESCE(leaving.qty, 0)",
	"having": "GROUP BY t.name, t.item_code, t.warehouse, t.counted_in, t.threshold, t.reorder_qty, t.request_type,"
	" t.source, t.idx HAVING",
}

_BELOW = """
SELECT name AS root, name FROM `tabWarehouse` WHERE is_group = 1 {roots}
UNION
SELECT below.root, child.name FROM `tabWarehouse` child JOIN below ON child.parent_warehouse = below.name
"""

_SUPPLIES = f"""
WITH RECURSIVE below AS ({_BELOW.format(roots="")}), leaving AS ({_LEAVING})
SELECT low.*, item.item_name, item.stock_uom, item.min_order_qty, item.lead_time_days, wh.company,
	uom.must_be_whole_number AS whole_units
FROM (
	{_SHORT.format(thresholds=_IN_ITSELF, **_ALONE)}
	UNION ALL
	{_SHORT.format(thresholds=_SAFETY_STOCKS, **_ALONE)}
	UNION ALL
	{_SHORT.format(thresholds=_IN_ITSELF, **_LEFT_BY_MORE)}
	UNION ALL
	{_SHORT.format(thresholds=_SAFETY_STOCKS, **_LEFT_BY_MORE)}
	UNION ALL
	{_SHORT.format(thresholds=_IN_A_GROUP, **_TOGETHER)}
) low
JOIN `tabItem` item ON item.name = low.item_code AND item.disabled = 0 AND item.is_stock_item = 1
	AND item.has_variants = 0
	AND (item.end_of_life IS NULL OR item.end_of_life > %(today)s OR item.end_of_life = '0000-00-00')
JOIN `tabWarehouse` wh ON wh.name = low.warehouse AND wh.disabled = 0 AND wh.is_group = 0
LEFT JOIN `tabUOM` uom ON uom.name = item.stock_uom
WHERE %(company)s = '' OR wh.company = %(company)s
ORDER BY low.item_code, low.warehouse, low.threshold DESC, low.idx, low.wanted
"""
"""Only those that may be low come back, and only of those the names are looked up; what is kept for documents, in
transit and in our own drafts is netted off after."""

_MEMBERS = f"""
WITH RECURSIVE below AS ({_BELOW.format(roots="AND name IN %(groups)s")})
SELECT root, name FROM below
"""

_ISSUES = """
SELECT r.item_code, r.warehouse, SUM(r.stock_qty - r.ordered_qty) AS qty
FROM `tabMaterial Request` d
JOIN `tabMaterial Request Item` r ON r.parent = d.name
WHERE d.docstatus = 1 AND d.material_request_type = 'Material Issue' AND d.per_ordered < 100
	AND d.status <> 'Stopped' AND r.stock_qty > r.ordered_qty AND {condition}
GROUP BY r.item_code, r.warehouse
"""
"""ERPNext takes open issues off what is indented; here they are told among those who want."""


def below_threshold(
	ctx: Context, company: str = "", warehouse: str = "", item_code: str = ""
) -> list[tuple[Row, Supply]]:
	"""Every threshold that its item is below and the user may see: its row, and the numbers. In stock UOM.

	Where several say the same of an item the highest comes first, and each counts what those before it ask for.
	"""
	about: Row = {
		"company": company,
		"warehouse": warehouse,
		"item_code": item_code,
		"work_orders_reserve": 1,
	}
	found = ctx.store.rows(_SUPPLIES, {**about, "today": ctx.clock.now().date()})
	# of one found twice the last says more
	rows: Iterable[Row] = {(row["source"], row["name"]): row for row in found}.values()
	visible = ctx.identity.warehouses
	rows = [row for row in rows if visible is None or row["warehouse"] in visible]
	if not rows:
		return []
	numbers = _Numbers(ctx, rows)
	asked: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	low = []
	for row in rows:
		supply = numbers.supply(row, asked)
		if supply.is_low:
			asked[(supply.item_code, supply.warehouse)] += supply.suggested_qty
			low.append((row, supply))
	return low


class _Numbers:
	"""What the rows that may be low do not say themselves, looked up for all of them together."""

	def __init__(self, ctx: Context, rows: Collection[Row]):
		self.members = _members(ctx, {row["counted_in"] for row in rows if row["counted_in"]})
		looked_at = {key for row in rows if from_store(row["wanted"]) for key in self.keys(row)}
		self.wanted = orders.unreserved_demand(ctx, looked_at)
		self.issues = _issues(ctx, looked_at)
		self.in_transit = in_transit.by_way(ctx, {row["item_code"] for row in rows})
		self.drafted: dict[Key, Decimal] = defaultdict(lambda: ZERO)
		for row in ctx.store.rows(_DRAFTS):
			self.drafted[(row["item_code"], row["warehouse"])] += from_store(row["qty"])

	def keys(self, row: Row) -> set[Key]:
		"""Where the stock lies that is held against the row's threshold."""
		places = self.members.get(row["counted_in"]) or {row["warehouse"]}
		return {(row["item_code"], place) for place in places}

	def supply(self, row: Row, asked: Mapping[Key, Decimal]) -> Supply:
		keys = self.keys(row)
		places = {place for _, place in keys}
		# what lies in one of these warehouses on its way to another of them is counted there
		coming = (
			qty
			for key in keys
			for way, qty in self.in_transit.get(key, {}).items()
			if key[1] == way or way not in places
		)
		unreserved = (demand.qty for key in keys for demand in self.wanted.get(key, ()))
		return Supply(
			item_code=row["item_code"],
			warehouse=row["warehouse"],
			threshold=from_store(row["threshold"]),
			threshold_source=row["source"],
			counted_in=row["counted_in"],
			available=from_store(row["available"]),
			waiting=from_store(row["waiting"]),
			unreserved=_sum(unreserved) + from_store(row["planned_for"]),
			on_order=from_store(row["on_order"]) + _sum(self.issues.get(key, ZERO) for key in keys),
			in_transit=_sum(coming),
			drafted=_sum(self.drafted.get(key, ZERO) + asked.get(key, ZERO) for key in keys),
			reorder_qty=from_store(row["reorder_qty"]),
			min_order_qty=from_store(row["min_order_qty"]),
			whole_units=bool(row["whole_units"]),
		)


def _sum(quantities: Iterable[Decimal]) -> Decimal:
	return sum(quantities, ZERO)


def _members(ctx: Context, groups: Collection[str]) -> dict[str, set[str]]:
	"""Group of warehouses → it and every warehouse below it."""
	members: dict[str, set[str]] = defaultdict(set)
	for row in ctx.store.rows(_MEMBERS, {"groups": sorted(groups)}) if groups else ():
		members[row["root"]].add(row["name"])
	return members


def _issues(ctx: Context, keys: Collection[Key]) -> dict[Key, Decimal]:
	found = {}
	for some in ledger.in_parts(sorted(keys)):
		condition, params = key_in(some, "r.item_code", "r.warehouse")
		for row in ctx.store.rows(_ISSUES.format(condition=condition), params):
			found[(row["item_code"], row["warehouse"])] = from_store(row["qty"])
	return found
