"""What to request, and why: every item that is low, with the numbers that made it so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventory_midplatform.domain.replenishment import Supply, request_type
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.replenishment import low_stock


@dataclass(frozen=True)
class Suggestion:
	"""What to request and the numbers that made it."""

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
			"request_uom": s.request_uom,
			"request_qty": s.request_qty,
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
	"""Return a suggestion for every low item and warehouse the user may see. Raises NotFound, NotPermitted."""
	if warehouse:
		warehouse = masters.known_warehouse(ctx, warehouse)
	if item_code:
		item_code = masters.known_item(ctx, item_code)
	low = low_stock.below_threshold(ctx, company, warehouse, item_code)
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


def low_warehouses(ctx: Context, company: str) -> list[str]:
	"""Return the company's warehouses in which something is low."""
	return sorted({s.supply.warehouse for s in suggest(ctx, company)})


def _suppliers(ctx: Context, rows: Sequence[Row]) -> dict[tuple[str, str], str]:
	"""Return, by item and company, the default supplier, else the first of the item's suppliers, else nothing."""
	found: dict[tuple[str, str], str] = {}
	items = sorted({row["item_code"] for row in rows})
	first: dict[str, str] = {}
	default: dict[tuple[str, str], str] = {}
	for batch in batches(items):
		for row in ctx.store.rows(
			"SELECT parent, supplier FROM `tabItem Supplier` WHERE parent IN %(items)s ORDER BY parent, idx",
			{"items": batch},
		):
			first.setdefault(row["parent"], row["supplier"])
		for row in ctx.store.rows(
			"SELECT parent, company, default_supplier FROM `tabItem Default`"
			" WHERE parent IN %(items)s AND default_supplier <> ''",
			{"items": batch},
		):
			default[(row["parent"], row["company"])] = row["default_supplier"]
	for row in rows:
		key = (row["item_code"], row["company"])
		found[key] = default.get(key) or first.get(key[0]) or ""
	return found
