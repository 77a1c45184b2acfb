"""What is low: the thresholds, and the stock and demand that are compared with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.replenishment import PURCHASE, Supply, request_type
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.planning import in_transit, open_demand
from inventory_midplatform.services.replenishment import low_stock_statement

_DRAFTS = """
SELECT r.item_code, r.warehouse, r.stock_qty AS qty
FROM `tabMaterial Request` d
JOIN `tabMaterial Request Item` r ON r.parent = d.name
WHERE d.docstatus = 0 AND d.inventory_origin IN ('Low Stock', 'Inventory Request')
	AND d.material_request_type <> 'Material Issue'
"""
"""The quantities on open drafts of this app, in stock UOM; a draft that a user turned into an issue brings nothing."""

_ISSUES = """
SELECT r.item_code, r.warehouse, SUM(r.stock_qty - r.ordered_qty) AS qty
FROM `tabMaterial Request` d
JOIN `tabMaterial Request Item` r ON r.parent = d.name
WHERE d.docstatus = 1 AND d.material_request_type = 'Material Issue' AND d.per_ordered < 100
	AND d.status <> 'Stopped' AND r.stock_qty > r.ordered_qty AND {condition}
GROUP BY r.item_code, r.warehouse
"""
"""Material Requests to issue: ERPNext subtracts them in ``Bin.indented_qty``; here they are demand."""


def below_threshold(
	ctx: Context, company: str = "", warehouse: str = "", item_code: str = ""
) -> list[tuple[Row, Supply]]:
	"""Return every threshold the user may see at which its item is low: its row, and the numbers in stock UOM.

	An item with several thresholds in one warehouse or group has the highest first; what is suggested for it counts as
	drafted for the next.
	"""
	filters: Row = {
		"company": company,
		"warehouse": warehouse,
		"item_code": item_code,
		"work_orders_reserve": 1,
		"today": ctx.clock.now().date(),
	}
	found = ctx.store.rows(low_stock_statement.LOW_STOCK, filters)
	# a threshold that is found twice is sorted so that the row which counts more demand is last
	rows: Iterable[Row] = {(row["source"], row["name"], row["item_code"]): row for row in found}.values()
	visible = ctx.identity.warehouses
	rows = [row for row in rows if visible is None or row["warehouse"] in visible]
	if not rows:
		return []
	numbers = _Numbers(ctx, rows)
	suggested: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	low = []
	for row in rows:
		supply = numbers.supply(row, suggested)
		if supply.is_low:
			suggested[(supply.item_code, supply.warehouse)] += supply.suggested_qty
			low.append((row, supply))
	return low


class _Numbers:
	"""The numbers that the rows found do not have themselves, read for all of them together."""

	def __init__(self, ctx: Context, rows: Collection[Row]):
		grouped = [row for row in rows if row["counted_in"]]
		self.members = _members(ctx, {row["counted_in"] for row in grouped})
		self.in_warehouse = _numbers_of_items(ctx, {row["item_code"] for row in grouped})
		demanded = {key for row in rows if from_store(row["demanded"]) for key in self.keys(row)}
		self.unreserved = open_demand.unreserved_demand(ctx, demanded)
		self.issues = _issues(ctx, demanded)
		self.in_transit = in_transit.by_transit_warehouse(ctx, {row["item_code"] for row in rows})
		self.drafted: dict[Key, Decimal] = defaultdict(lambda: ZERO)
		for row in ctx.store.rows(_DRAFTS):
			self.drafted[(row["item_code"], row["warehouse"])] += from_store(row["qty"])

	def keys(self, row: Row) -> set[Key]:
		"""Return the positions that are compared with the row's threshold."""
		warehouses = self.members.get(row["counted_in"]) or {row["warehouse"]}
		return {(row["item_code"], warehouse) for warehouse in warehouses}

	def supply(self, row: Row, suggested: Mapping[Key, Decimal]) -> Supply:
		keys = self.keys(row)
		warehouses = {warehouse for _, warehouse in keys}
		# stock in a transit warehouse that belongs to the group is on hand there, and must not be counted twice
		coming = (
			qty
			for key in keys
			for transit, qty in self.in_transit.get(key, {}).items()
			if key[1] == transit or transit not in warehouses
		)
		unreserved = _sum(demand.qty for key in keys for demand in self.unreserved.get(key, ()))
		parts = [self.in_warehouse[key] for key in keys if key in self.in_warehouse]
		available, waiting, planned_for, on_order = (
			from_store(row[name]) + _sum(part[name] for part in parts)
			for name in ("available", "waiting", "planned_for", "on_order")
		)
		uom, factor, whole = _unit_of_request(row)
		return Supply(
			item_code=row["item_code"],
			warehouse=row["warehouse"],
			threshold=from_store(row["threshold"]),
			threshold_source=row["source"],
			counted_in=row["counted_in"],
			available=available,
			waiting=waiting,
			unreserved=unreserved + planned_for,
			on_order=on_order + _sum(self.issues.get(key, ZERO) for key in keys),
			in_transit=_sum(coming),
			drafted=_sum(self.drafted.get(key, ZERO) + suggested.get(key, ZERO) for key in keys),
			reorder_qty=from_store(row["reorder_qty"]),
			min_order_qty=from_store(row["min_order_qty"]),
			request_uom=uom,
			conversion_factor=factor,
			whole_units=whole,
		)


def _unit_of_request(row: Row) -> tuple[str, Decimal, bool]:
	"""Return the unit of the request, how many of the stock UOM it is, and whether it is whole.

	The item's purchase UOM for a purchase, if the item has a conversion to it; else its stock UOM.
	"""
	factor = from_store(row["purchase_factor"])
	buys = request_type(row["request_type"]) == PURCHASE
	if buys and row["purchase_uom"] not in (None, "", row["stock_uom"]) and factor > 0:
		return row["purchase_uom"], factor, bool(row["whole_purchase_uom"])
	return row["stock_uom"], Decimal(1), bool(row["whole_stock_uom"])


def _sum(quantities: Iterable[Decimal]) -> Decimal:
	return sum(quantities, ZERO)


def _members(ctx: Context, groups: Collection[str]) -> dict[str, set[str]]:
	"""Return, by group of warehouses, the group and every warehouse below it."""
	members: dict[str, set[str]] = defaultdict(set)
	statement = low_stock_statement.MEMBERS_OF_GROUPS
	for row in ctx.store.rows(statement, {"groups": sorted(groups)}) if groups else ():
		members[row["counted_in"]].add(row["warehouse"])
	return members


def _numbers_of_items(ctx: Context, items: Collection[str]) -> dict[Key, dict[str, Decimal]]:
	"""Return available, waiting, planned for and on order of items, in stock UOM, by item and warehouse."""
	found: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
	for batch in batches(sorted(items)):
		for row in ctx.store.rows(low_stock_statement.NUMBERS_OF_ITEMS, {"items": batch}):
			numbers = found[(row["item_code"], row["warehouse"])]
			for name in ("available", "waiting", "planned_for", "on_order"):
				numbers[name] += from_store(row[name])
	return found


def _issues(ctx: Context, keys: Collection[Key]) -> dict[Key, Decimal]:
	found = {}
	for batch in batches(sorted(keys)):
		condition, params = key_in(batch, "r.item_code", "r.warehouse")
		for row in ctx.store.rows(_ISSUES.format(condition=condition), params):
			found[(row["item_code"], row["warehouse"])] = from_store(row["qty"])
	return found
