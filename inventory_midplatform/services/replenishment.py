"""Low stock: what is below its threshold, why, and the draft Material Requests that ask for it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.domain.replenishment import Supply, request_type
from inventory_midplatform.domain.roles import BUYER, SUPERVISOR
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import low_stock_numbers, low_stock_runs, masters

ORIGIN_LOW_STOCK = "Low Stock"


KEEPER = """
SELECT keeper.name, has.role
FROM `tabWarehouse` wh
JOIN `tabUser` keeper ON keeper.name = wh.inventory_keeper AND keeper.enabled = 1
LEFT JOIN `tabHas Role` has ON has.parent = keeper.name AND has.parenttype = 'User' AND keeper.name <> 'Administrator'
WHERE wh.name = %(name)s
ORDER BY has.role LIMIT 1
"""
"""The keeper, if still enabled, and a role of theirs; Administrator sees everything and is not asked for one."""


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
				"counted_in": s.counted_in,
				"available": s.available,
				"waiting": s.waiting,
				"unreserved": s.unreserved,
				"on_order": s.on_order,
				"in_transit": s.in_transit,
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
	low = low_stock_numbers.below_threshold(ctx, company, warehouse, item_code)
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
	"""The warehouse's keeper; its supervisors where nobody was named who still works here and may see it."""
	return _keeper(ctx, warehouse) or ctx.identity.users_with_role(SUPERVISOR, warehouse)


def keeper_and_buyers(ctx: Context, warehouse: str) -> list[str]:
	"""The warehouse's keeper, then everybody who buys."""
	return list(dict.fromkeys(_keeper(ctx, warehouse) + ctx.identity.users_with_role(BUYER, warehouse)))


def _keeper(ctx: Context, warehouse: str) -> list[str]:
	rows = ctx.store.rows(KEEPER, {"name": warehouse})
	if not rows:
		return []
	keeper, role = str(rows[0]["name"]), rows[0]["role"]
	# what a user may see is asked of those with a role, and any that the keeper has will do
	seen = role is None or keeper in ctx.identity.users_with_role(role, warehouse)
	return [keeper] if seen else []


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
