"""Demand of open documents beyond their reservations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import OPEN_STATUSES
from inventory_midplatform.ports import Context
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.demand.sources import (
	DEMAND_SOURCES,
	INVENTORY_REQUEST,
	MATERIAL_REQUEST,
	SALES_ORDER,
	WORK_ORDER,
	as_day,
	outstanding,
	outstanding_rows,
)

_OPEN_RESERVATIONS = """
SELECT CASE WHEN mr.work_order <> '' THEN 'Work Order' ELSE r.demand_type END AS demand_type,
	CASE WHEN mr.work_order <> '' THEN mr.work_order ELSE r.demand_name END AS demand_name,
	CASE WHEN mr.work_order <> '' THEN '' ELSE COALESCE(r.demand_line, '') END AS demand_line,
	r.item_code, r.warehouse, r.reserved_qty + r.waiting_qty AS qty
FROM `tabInventory Reservation` r
LEFT JOIN `tabMaterial Request` mr ON r.demand_type = 'Material Request' AND mr.name = r.demand_name
WHERE r.item_code IN %(items)s AND r.status IN %(statuses)s
"""
"""What is reserved for a row in another warehouse than it names, the row does not demand from its own. What a request has
reserved that fetches for a work order counts for the work order."""

PLANNED_FOR = (
	"COALESCE(bin.reserved_qty_for_sub_contract, 0) + COALESCE(bin.reserved_qty_for_production_plan, 0)"
)
"""What documents that never reserve demand from a warehouse, from ERPNext's ``bin``."""


@dataclass(frozen=True)
class OpenDemand:
	"""What a document's row demands of an item from a warehouse beyond its reservations, in stock UOM."""

	demand_type: str
	demand_name: str
	due: date | None
	qty: Decimal


def unreserved_demand(ctx: Context, keys: Iterable[Key]) -> dict[Key, list[OpenDemand]]:
	"""Return what open documents demand of items from warehouses beyond what is reserved or waits for them, whether or not
	their type reserves by itself. A request that fetches for a work order demands nothing besides the work order.
	"""
	found: dict[Key, list[OpenDemand]] = defaultdict(list)
	for batch in batches(sorted(set(keys))):
		items = sorted({item_code for item_code, _ in batch})
		reserved = _reserved_for_rows(ctx, items)
		for source in DEMAND_SOURCES.values():
			here, params = key_in(batch, *_HERE[source.demand_type])
			part, _ = key_in(batch, "packed.item_code", "packed.warehouse")
			sql = source.statement(
				document=f"d.docstatus = 1 AND {source.may_have_outstanding}",
				# of a Work Order all rows of the item: only together they say what was delivered for each
				row="r.item_code IN %(items)s" if source.taken_from else here,
				part=part,
			)
			for row in outstanding_rows(
				ctx, source, sql, {**params, "items": items, "work_orders_reserve": 1}
			):
				key = (row["item_code"], row["warehouse"])
				if key not in batch:
					continue
				line = row["demand_line"] or ""
				demand = (source.demand_type, str(row["demand_name"]), line, key[0], "" if line else key[1])
				qty = outstanding(row)
				covered = min(reserved[demand], qty)
				reserved[demand] -= covered
				if qty > covered:
					due = as_day(row["due"])
					found[key].append(OpenDemand(demand[0], demand[1], due, from_store(qty - covered)))
	return found


def _reserved_for_rows(ctx: Context, items: Sequence[str]) -> dict[tuple[str, ...], Decimal]:
	"""Return (demand type, name, row, item, and where no row is named the warehouse) → what is reserved or waits."""
	reserved: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
	for row in ctx.store.rows(_OPEN_RESERVATIONS, {"items": items, "statuses": OPEN_STATUSES}):
		warehouse = "" if row["demand_line"] else row["warehouse"]
		demand = (row["demand_type"], row["demand_name"], row["demand_line"], row["item_code"], warehouse)
		reserved[demand] += from_store(row["qty"])
	return reserved


_HERE = {
	SALES_ORDER: ("r.item_code", "r.warehouse"),
	MATERIAL_REQUEST: ("r.item_code", "wh.name"),
	WORK_ORDER: ("r.item_code", "wh.name"),
	INVENTORY_REQUEST: ("r.item_code", "wh.name"),
}
"""The columns for item and warehouse in the statement of each type."""
