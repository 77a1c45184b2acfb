"""Stock-outs and waiting demand: who waits for items that are out of stock, since when, how much, who is first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.ageing import age_in_days
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.reporting.scope import ROW_LIMIT, one_of, rows_of, scope
from inventory_midplatform.reporting.stock_ageing import as_day
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger.stored_reservations import WAITING_STATUSES

NOT_AVAILABLE, NOT_ON_HAND, ANY = "", "on_hand", "any"
DEFINITIONS = {
	NOT_AVAILABLE: "p.on_hand - p.on_hold - p.reserved <= 0",
	NOT_ON_HAND: "p.on_hand <= 0",
	ANY: "1 = 1",
}
"""What out of stock means: nothing available, nothing on hand, or whatever demand waits."""

_POSITIONS = """
SELECT waits.item_code, item.item_name, item.item_group, item.stock_uom, waits.warehouse, wh.company,
	COALESCE(p.on_hand, 0) AS on_hand, COALESCE(p.on_hand - p.on_hold - p.reserved, 0) AS available,
	COALESCE(book.ordered_qty, 0) AS on_order, waits.waiting, waits.demands, waits.since
FROM (
	SELECT r.item_code, r.warehouse, SUM(r.waiting_qty) AS waiting, COUNT(*) AS demands, MIN(r.creation) AS since
	FROM `tabInventory Reservation` r
	WHERE r.status IN %(statuses)s AND r.waiting_qty > 0
	GROUP BY r.item_code, r.warehouse
) waits
JOIN `tabItem` item ON item.name = waits.item_code
JOIN `tabWarehouse` wh ON wh.name = waits.warehouse
LEFT JOIN `tabStock Position` p ON p.item_code = waits.item_code AND p.warehouse = waits.warehouse
LEFT JOIN `tabBin` book ON book.item_code = waits.item_code AND book.warehouse = waits.warehouse
WHERE {where} AND (p.name IS NULL OR {definition})
ORDER BY waits.since, waits.item_code, waits.warehouse
"""

_QUEUE = """
SELECT item_code, warehouse, demand_type, demand_name, waiting_qty FROM `tabInventory Reservation`
WHERE {keys} AND status IN %(statuses)s AND waiting_qty > 0
ORDER BY priority DESC, creation, name
"""


@dataclass(frozen=True)
class StockOuts:
	"""A row is an item in a warehouse, whoever waits longest first. ``first_*`` is the demand that is filled first."""

	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	items: int = 0
	demands: int = 0
	longest: int = 0
	"""The days for which the oldest demand has been waiting."""
	uom: str = ""
	waiting: Decimal | None = None
	"""All that waits, where all items have one unit."""

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


def stock_outs(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	out_of_stock: str = NOT_AVAILABLE,
	limit: int = ROW_LIMIT,
) -> StockOuts:
	"""Return the items that demand waits for, out of stock by one of :data:`DEFINITIONS`.

	One statement, and one for each 200 rows. Raises InvalidInput (``invalid_argument``) and what :func:`scope` raises.
	"""
	one_of("out_of_stock", out_of_stock, DEFINITIONS)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	today = ctx.clock.now().date()
	sql = _POSITIONS.replace("{definition}", DEFINITIONS[out_of_stock])
	found = [_row(row, today) for row in rows_of(ctx, sql, about, statuses=WAITING_STATUSES)]
	uoms = {row["stock_uom"] for row in found}
	return StockOuts(
		rows=_with_first(ctx, found[:limit]),
		total_rows=len(found),
		items=len({row["item_code"] for row in found}),
		demands=sum(row["demands"] for row in found),
		longest=max((row["days_waiting"] for row in found), default=0),
		uom=min(uoms) if len(uoms) == 1 else "",
		waiting=sum((row["waiting"] for row in found), ZERO) if len(uoms) == 1 else None,
	)


def _row(row: Row, today: date) -> Row:
	numbers = {name: from_store(row[name]) for name in ("on_hand", "available", "on_order", "waiting")}
	since = row["since"] if isinstance(row["since"], datetime) else datetime.fromisoformat(row["since"])
	since = since.replace(microsecond=0)
	days = age_in_days(as_day(since), today)
	return {**row, **numbers, "demands": int(row["demands"]), "since": since, "days_waiting": days}


def _with_first(ctx: Context, rows: Sequence[Row]) -> list[Row]:
	first: dict[tuple[str, str], Row] = {}
	for some in batches([(row["item_code"], row["warehouse"]) for row in rows]):
		keys, params = key_in(some, "item_code", "warehouse")
		sql = _QUEUE.replace("{keys}", keys)
		for demand in ctx.store.rows(sql, {**params, "statuses": WAITING_STATUSES}):
			first.setdefault((demand["item_code"], demand["warehouse"]), demand)
	return [
		{
			**row,
			"first_type": (of := first.get((row["item_code"], row["warehouse"]), {})).get("demand_type"),
			"first_name": of.get("demand_name"),
			"first_qty": from_store(of.get("waiting_qty")),
		}
		for row in rows
	]
