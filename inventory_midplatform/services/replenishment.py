"""Low stock: what is below its threshold, why, and the draft Material Requests that ask for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.replenishment import Supply, request_type
from inventory_midplatform.domain.reservation import OPEN_STATUSES
from inventory_midplatform.domain.roles import BUYER, SUPERVISOR
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services import ledger, low_stock_runs, masters

ORIGIN_LOW_STOCK = "Low Stock"

REORDER_LEVELS = """
SELECT reorder.parent AS item_code, reorder.warehouse, reorder.warehouse_reorder_level AS threshold,
	reorder.warehouse_reorder_qty AS reorder_qty, reorder.material_request_type AS request_type,
	'Item Reorder' AS source
FROM `tabItem Reorder` reorder
WHERE reorder.parenttype = 'Item' AND reorder.warehouse_reorder_level > 0
"""

SAFETY_STOCKS = """
SELECT stocked.name AS item_code, dflt.default_warehouse AS warehouse, stocked.safety_stock AS threshold,
	0 AS reorder_qty, stocked.default_material_request_type AS request_type, 'Safety Stock' AS source
FROM `tabItem` stocked
JOIN `tabItem Default` dflt ON dflt.parent = stocked.name
WHERE stocked.safety_stock > 0 AND dflt.default_warehouse IS NOT NULL AND dflt.default_warehouse <> ''
	AND NOT EXISTS (
		SELECT 1 FROM `tabItem Reorder` r
		WHERE r.parent = stocked.name AND r.warehouse = dflt.default_warehouse AND r.warehouse_reorder_level > 0
	)
"""

_WANTED = """COALESCE(bin.reserved_qty, 0) + COALESCE(bin.reserved_qty_for_production, 0)
		+ COALESCE(bin.reserved_qty_for_sub_contract, 0) + COALESCE(bin.reserved_qty_for_production_plan, 0)"""
"""What ERPNext knows that documents want from here, reserved by us or not."""

_SHORT = f"""
SELECT t.item_code, t.warehouse, t.threshold, t.reorder_qty, t.request_type, t.source,
	COALESCE(sp.on_hand, 0) - COALESCE(sp.on_hold, 0) - COALESCE(sp.reserved, 0) AS available,
	COALESCE(sp.waiting, 0) AS waiting, COALESCE(bin.reserved_qty, 0) AS sold,
	COALESCE(bin.reserved_qty_for_production, 0) AS made_into,
	COALESCE(bin.reserved_qty_for_sub_contract, 0) + COALESCE(bin.reserved_qty_for_production_plan, 0) AS planned_for,
	COALESCE(bin.ordered_qty, 0) + COALESCE(bin.indented_qty, 0) + COALESCE(bin.planned_qty, 0) AS on_order
FROM ({{thresholds}}) t
LEFT JOIN `tabStock Position` sp ON sp.item_code = t.item_code AND sp.warehouse = t.warehouse
LEFT JOIN `tabBin` bin ON bin.item_code = t.item_code AND bin.warehouse = t.warehouse
WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
	AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
	AND COALESCE(sp.on_hand, 0) - COALESCE(sp.on_hold, 0) - COALESCE(sp.reserved, 0) - COALESCE(sp.waiting, 0)
		- ({_WANTED})
		+ COALESCE(bin.ordered_qty, 0) + COALESCE(bin.indented_qty, 0) + COALESCE(bin.planned_qty, 0) < t.threshold
"""

SUPPLIES = f"""
SELECT low.item_code, low.warehouse, low.threshold, low.reorder_qty, low.request_type, low.source,
	low.available, low.waiting, low.sold, low.made_into, low.planned_for, low.on_order,
	item.item_name, item.stock_uom, item.min_order_qty, item.lead_time_days, wh.company,
	uom.must_be_whole_number AS whole_units
FROM (
	{_SHORT.format(thresholds=REORDER_LEVELS)}
	UNION ALL
	{_SHORT.format(thresholds=SAFETY_STOCKS)}
) low
JOIN `tabItem` item ON item.name = low.item_code AND item.disabled = 0 AND item.is_stock_item = 1
	AND item.has_variants = 0
JOIN `tabWarehouse` wh ON wh.name = low.warehouse AND wh.disabled = 0 AND wh.is_group = 0
LEFT JOIN `tabUOM` uom ON uom.name = item.stock_uom
WHERE %(company)s = '' OR wh.company = %(company)s
ORDER BY low.item_code, low.warehouse
"""
"""Only those that may be low come back, and only of those the names are looked up; what is kept for documents and own
drafts are netted off after."""

KEPT = """
SELECT r.item_code, r.warehouse, CASE WHEN d.work_order <> '' THEN 'Work Order'
	WHEN d.material_request_type = 'Material Issue' THEN 'Material Issue' ELSE r.demand_type END AS for_what,
	r.reserved_qty + r.waiting_qty AS kept
FROM `tabInventory Reservation` r
LEFT JOIN `tabMaterial Request` d ON r.demand_type = 'Material Request' AND d.name = r.demand_name
WHERE r.demand_type IN ('Sales Order', 'Work Order', 'Material Request') AND r.status IN %(statuses)s AND {condition}
"""
"""What is kept or waits is off the position already, and would count twice where ERPNext counts it too: open Material
Issues off a Bin's indented quantity, Sales Orders and Work Orders among what it has reserved."""

DRAFTED = """
SELECT r.item_code, r.warehouse, SUM(r.stock_qty) AS stock_qty
FROM `tabMaterial Request` d
JOIN `tabMaterial Request Item` r ON r.parent = d.name
WHERE d.docstatus = 0 AND d.inventory_origin IN ('Low Stock', 'Inventory Request')
GROUP BY r.item_code, r.warehouse
"""


@dataclass(frozen=True)
class Suggestion:
	"""What to ask for and the numbers that made it."""

	supply: Supply
	company: str
	item_name: str
	stock_uom: str
	supplier: str
	request_type: str
	lead_time_days: int

	def as_dict(self) -> dict[str, Any]:
		s = self.supply
		return {
			"item_code": s.item_code,
			"item_name": self.item_name,
			"warehouse": s.warehouse,
			"company": self.company,
			"supplier": self.supplier,
			"request_type": self.request_type,
			"uom": self.stock_uom,
			"suggested_qty": s.suggested_qty,
			"why": {
				"threshold": s.threshold,
				"threshold_source": s.threshold_source,
				"available": s.available,
				"waiting": s.waiting,
				"unreserved": s.unreserved,
				"on_order": s.on_order,
				"drafted": s.drafted,
				"level": s.level,
				"reorder_qty": s.reorder_qty,
				"min_order_qty": s.min_order_qty,
				"lead_time_days": self.lead_time_days,
			},
		}


def suggest(ctx: Context, company: str = "", warehouse: str = "", item_code: str = "") -> list[Suggestion]:
	"""Everything below its threshold that the user may see, each with its reason. Quantities in stock UOM."""
	if warehouse:
		warehouse = masters.known_warehouse(ctx, warehouse)
	if item_code:
		item_code = masters.known_item(ctx, item_code)
	rows = ctx.store.rows(SUPPLIES, {"company": company, "warehouse": warehouse, "item_code": item_code})
	visible = ctx.identity.warehouses
	rows = [row for row in rows if visible is None or row["warehouse"] in visible]
	if not rows:
		return []
	drafted = _drafted(ctx)
	kept = _kept(ctx, {(row["item_code"], row["warehouse"]) for row in rows})
	found = [(row, _supply(row, drafted, kept)) for row in rows]
	low = [(row, supply) for row, supply in found if supply.is_low]
	suppliers = _suppliers(ctx, [row for row, _ in low])
	return [
		Suggestion(
			supply=supply,
			company=row["company"],
			item_name=row["item_name"] or supply.item_code,
			stock_uom=row["stock_uom"],
			supplier=suppliers.get((supply.item_code, row["company"]), ""),
			request_type=request_type(row["request_type"]),
			lead_time_days=int(row["lead_time_days"] or 0),
		)
		for row, supply in low
	]


def create_material_requests(
	ctx: Context, company: str = "", warehouse: str = "", item_code: str = ""
) -> Row:
	"""Draft a Material Request per company, warehouse, supplier and type for all that is low; tell keeper and buyers.

	Run again it asks for nothing that is drafted or on order already, nor do two at once. An item that ERPNext refuses
	is reported under ``failed`` with the reason, and the rest is asked for all the same. Raises SnapshotConflict.
	"""
	if not ctx.settings.replenishment:
		raise Conflict(
			"Replenishment is switched off in Inventory Midplatform Settings.",
			code="module_off",
			module="replenishment",
		)
	if warehouse:
		warehouse = masters.known_warehouse(ctx, warehouse)
	low_stock_runs.begin(ctx, company, warehouse)
	groups: dict[tuple[str, ...], list[Suggestion]] = defaultdict(list)
	for s in suggest(ctx, company, warehouse, item_code):
		groups[(s.company, s.supply.warehouse, s.supplier, s.request_type)].append(s)
	created: list[Row] = []
	failed: list[Row] = []
	for key in sorted(groups):
		name, drafted = _draft(ctx, groups[key], failed)
		if name:
			created.append(
				{
					"material_request": name,
					"company": key[0],
					"warehouse": key[1],
					"supplier": key[2],
					"request_type": key[3],
					"items": [
						{"item_code": s.supply.item_code, "qty": s.supply.suggested_qty} for s in drafted
					],
				}
			)
			_tell(ctx, name, key[1], drafted)
	return {"created": created, "failed": failed}


def low_warehouses(ctx: Context, company: str) -> list[str]:
	"""The company's warehouses where something is low."""
	return sorted({s.supply.warehouse for s in suggest(ctx, company)})


def _draft(
	ctx: Context, suggestions: Sequence[Suggestion], failed: list[Row]
) -> tuple[str, Sequence[Suggestion]]:
	"""One draft of all that ERPNext takes; answers its name and what is in it."""
	try:
		with ctx.store.savepoint():
			return _insert(ctx, suggestions), suggestions
	except Exception as error:
		if ctx.store.is_transient(error):
			raise
		good = _without_the_bad(ctx, suggestions, error, failed)
	return _draft(ctx, good, failed) if good else ("", [])


def _without_the_bad(
	ctx: Context, suggestions: Sequence[Suggestion], error: Exception, failed: list[Row]
) -> list[Suggestion]:
	"""Those of a refused draft that ERPNext takes, found by halving: a bad one costs few attempts."""
	if len(suggestions) == 1:
		supply = suggestions[0].supply
		failed.append({"item_code": supply.item_code, "warehouse": supply.warehouse, "reason": str(error)})
		return []
	middle = len(suggestions) // 2
	good: list[Suggestion] = []
	for half in (suggestions[:middle], suggestions[middle:]):
		refusal = _refusal(ctx, half)
		good += _without_the_bad(ctx, half, refusal, failed) if refusal else half
	return good


def _refusal(ctx: Context, suggestions: Sequence[Suggestion]) -> Exception | None:
	"""Why a draft of these is refused; a draft that is not is undone again."""
	try:
		with ctx.store.savepoint():
			_insert(ctx, suggestions)
			raise _Accepted
	except _Accepted:
		return None
	except Exception as error:
		if ctx.store.is_transient(error):
			raise
		return error


class _Accepted(Exception):
	"""Undoes a trial insert that went well."""


def _insert(ctx: Context, suggestions: Sequence[Suggestion]) -> str:
	first = suggestions[0]
	today = ctx.clock.now().date()
	return ctx.documents.create(
		"Material Request",
		{
			"company": first.company,
			"material_request_type": first.request_type,
			"transaction_date": today,
			"schedule_date": today + timedelta(days=max(s.lead_time_days for s in suggestions)),
			"set_warehouse": first.supply.warehouse,
			"inventory_origin": ORIGIN_LOW_STOCK,
			"inventory_supplier": first.supplier or None,
			"items": [
				{
					"item_code": s.supply.item_code,
					"qty": s.supply.suggested_qty,
					"stock_qty": s.supply.suggested_qty,
					"uom": s.stock_uom,
					"stock_uom": s.stock_uom,
					"conversion_factor": 1,
					"warehouse": s.supply.warehouse,
					"schedule_date": today + timedelta(days=s.lead_time_days),
				}
				for s in suggestions
			],
		},
	)


def _tell(ctx: Context, name: str, warehouse: str, suggestions: Sequence[Suggestion]) -> None:
	what = ", ".join(f"{s.supply.item_code} × {to_text(s.supply.suggested_qty)}" for s in suggestions[:5])
	more = f" … +{len(suggestions) - 5}" if len(suggestions) > 5 else ""
	ctx.notifier.todo(
		keeper_and_buyers(ctx, warehouse),
		"Low stock in {warehouse}: {what}. A draft request is ready to be checked.",
		"Material Request",
		name,
		warehouse=warehouse,
		what=what + more,
	)


def keepers(ctx: Context, warehouse: str) -> list[str]:
	"""The warehouse's keeper; its supervisors where nobody was named."""
	return _keeper(ctx, warehouse) or ctx.identity.users_with_role(SUPERVISOR, warehouse)


def keeper_and_buyers(ctx: Context, warehouse: str) -> list[str]:
	"""The warehouse's keeper, then everybody who buys."""
	return list(dict.fromkeys(_keeper(ctx, warehouse) + ctx.identity.users_with_role(BUYER, warehouse)))


def _keeper(ctx: Context, warehouse: str) -> list[str]:
	rows = ctx.store.rows(
		"SELECT inventory_keeper FROM `tabWarehouse` WHERE name = %(name)s", {"name": warehouse}
	)
	return [rows[0]["inventory_keeper"]] if rows and rows[0]["inventory_keeper"] else []


def _kept(ctx: Context, keys: Collection[Key]) -> dict[tuple[Key, str], Decimal]:
	"""(item and warehouse, for what) → what is kept or waits."""
	kept: dict[tuple[Key, str], Decimal] = defaultdict(lambda: ZERO)
	for some in ledger.in_parts(sorted(keys)):
		condition, params = key_in(some, "r.item_code", "r.warehouse")
		for row in ctx.store.rows(KEPT.format(condition=condition), {**params, "statuses": OPEN_STATUSES}):
			kept[((row["item_code"], row["warehouse"]), row["for_what"])] += from_store(row["kept"])
	return kept


def _supply(row: Row, drafted: dict[Key, Decimal], kept: Mapping[tuple[Key, str], Decimal]) -> Supply:
	key = (row["item_code"], row["warehouse"])
	sold = from_store(row["sold"]) - kept[(key, "Sales Order")]
	made_into = from_store(row["made_into"]) - kept[(key, "Work Order")]
	return Supply(
		item_code=key[0],
		warehouse=key[1],
		threshold=from_store(row["threshold"]),
		threshold_source=row["source"],
		available=from_store(row["available"]),
		waiting=from_store(row["waiting"]),
		unreserved=max(sold, ZERO) + max(made_into, ZERO) + from_store(row["planned_for"]),
		on_order=from_store(row["on_order"]) + kept[(key, "Material Issue")],
		drafted=drafted.get(key, from_store(None)),
		reorder_qty=from_store(row["reorder_qty"]),
		min_order_qty=from_store(row["min_order_qty"]),
		whole_units=bool(row["whole_units"]),
	)


def _drafted(ctx: Context) -> dict[Key, Decimal]:
	"""What our own open drafts ask for, in stock UOM."""
	return {
		(row["item_code"], row["warehouse"]): from_store(row["stock_qty"]) for row in ctx.store.rows(DRAFTED)
	}


def _suppliers(ctx: Context, rows: Sequence[Row]) -> dict[tuple[str, str], str]:
	"""(item, company) → the company's default supplier, else the first of the item's suppliers."""
	found: dict[tuple[str, str], str] = {}
	items = sorted({row["item_code"] for row in rows})
	first: dict[str, str] = {}
	default: dict[tuple[str, str], str] = {}
	for start in range(0, len(items), 500):
		some = items[start : start + 500]
		for row in ctx.store.rows(
			"SELECT parent, supplier FROM `tabItem Supplier` WHERE parent IN %(items)s ORDER BY parent, idx",
			{"items": some},
		):
			first.setdefault(row["parent"], row["supplier"])
		for row in ctx.store.rows(
			"SELECT parent, company, default_supplier FROM `tabItem Default`"
			" WHERE parent IN %(items)s AND default_supplier <> ''",
			{"items": some},
		):
			default[(row["parent"], row["company"])] = row["default_supplier"]
	for row in rows:
		key = (row["item_code"], row["company"])
		found[key] = default.get(key) or first.get(key[0]) or ""
	return found
