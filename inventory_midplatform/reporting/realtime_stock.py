"""Realtime stock: what is there now by item and warehouse, with totals and the items with the most stock."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.names import item_names
from inventory_midplatform.reporting.positions import with_numbers
from inventory_midplatform.reporting.scope import ROW_LIMIT, companies, one_of, rows_of, scope

AVAILABLE = "(p.on_hand - p.on_hold - p.reserved)"
SHORT = f"({AVAILABLE} < 0 OR p.waiting > 0)"
ONLY = {"": "1 = 1", "available": f"{AVAILABLE} > 0", "reserved": "p.reserved > 0", "short": SHORT}
"""Which positions are shown: all, where something is available or reserved, where demand waits or more is reserved than
is there."""

SUMMED = ("on_hand", "available", "reserved", "on_hold")

_TOTALS = f"""
SELECT SUM(there.positions) AS total_rows, SUM(CASE WHEN there.positions > 0 THEN 1 ELSE 0 END) AS total_items,
	SUM(there.short) AS short_rows, SUM(there.on_hand) AS on_hand, SUM(there.available) AS available,
	SUM(there.reserved) AS reserved, SUM(there.on_hold) AS on_hold,
	COUNT(DISTINCT CASE WHEN there.positions > 0 THEN item.stock_uom END) AS uoms,
	MIN(CASE WHEN there.positions > 0 THEN item.stock_uom END) AS uom
FROM (
	SELECT p.item_code, SUM(CASE WHEN {{only}} THEN 1 ELSE 0 END) AS positions,
		SUM(CASE WHEN {SHORT} THEN 1 ELSE 0 END) AS short,
		SUM(CASE WHEN {{only}} THEN p.on_hand ELSE 0 END) AS on_hand,
		SUM(CASE WHEN {{only}} THEN {AVAILABLE} ELSE 0 END) AS available,
		SUM(CASE WHEN {{only}} THEN p.reserved ELSE 0 END) AS reserved,
		SUM(CASE WHEN {{only}} THEN p.on_hold ELSE 0 END) AS on_hold
	FROM `tabStock Position` p WHERE {{where_of_p}} GROUP BY p.item_code
) there
JOIN `tabItem` item ON item.name = there.item_code
"""

_ROWS = f"""
SELECT p.item_code, p.warehouse, p.on_hand, p.on_hold, p.reserved, {AVAILABLE} AS available, p.waiting,
	book.ordered_qty AS on_order, CAST(p.last_change AS CHAR) AS last_change
FROM `tabStock Position` p
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
WHERE {{where_of_p}} AND {{only}}
ORDER BY p.item_code, p.warehouse LIMIT %(limit)s
"""
"""In the order of an index of positions, so that no more are read than are shown. The moment is a text: drivers are slow
to read one."""

_TOP = f"""
SELECT p.item_code, SUM(p.on_hand) AS on_hand, SUM({AVAILABLE}) AS available, SUM(p.reserved) AS reserved,
	SUM(p.on_hold) AS on_hold
FROM `tabStock Position` p WHERE {{where_of_p}} AND {{only}}
GROUP BY p.item_code ORDER BY SUM(p.on_hand) DESC, p.item_code LIMIT %(limit)s
"""


@dataclass(frozen=True)
class RealtimeStock:
	"""Quantities in stock UOM. ``totals`` and ``top_items`` count every position found, also those not in ``rows``;
	``short_rows`` also those that ``only`` leaves out."""

	rows: list[Row]
	total_rows: int
	total_items: int
	short_rows: int
	uom: str
	"""The unit of all positions; empty if they differ, when sums over items mean nothing."""
	totals: dict[str, Decimal] = field(default_factory=dict)
	top_items: list[Row] = field(default_factory=list)

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


def realtime_stock(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	only: str = "",
	limit: int = ROW_LIMIT,
	top: int = 10,
) -> RealtimeStock:
	"""Return the present stock, as one of :data:`ONLY` narrows it.

	Four statements, one for each 5,000 items, and one for each 200 items. Raises InvalidInput (``invalid_argument``) and
	what :func:`scope` raises.
	"""
	one_of("only", only, ONLY)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)

	def found(sql: str, limit: int = 0) -> list[Row]:
		return rows_of(ctx, sql.replace("{only}", ONLY[only]), about, limit=limit)

	facts = found(_TOTALS)[0]
	short_rows = int(facts["short_rows"] or 0)
	if not facts["total_rows"]:
		return RealtimeStock([], 0, 0, short_rows, "")
	rows, top_items = found(_ROWS, limit), found(_TOP, top)
	names = item_names(ctx, (row["item_code"] for row in (*rows, *top_items)))
	company_of = companies(ctx, about).of
	for row in rows:
		row |= names[row["item_code"]]
		row["company"] = company_of[row["warehouse"]]
		row["waiting"] = from_store(row["waiting"])
		row["last_change"] = datetime.fromisoformat(row["last_change"]) if row["last_change"] else None
	return RealtimeStock(
		rows=with_numbers(ctx, rows),
		total_rows=int(facts["total_rows"]),
		total_items=int(facts["total_items"]),
		short_rows=short_rows,
		uom=facts["uom"] if facts["uoms"] == 1 else "",
		totals={column: from_store(facts[column]) for column in SUMMED},
		top_items=[
			{
				**row,
				"item_name": names[row["item_code"]]["item_name"],
				**{column: from_store(row[column]) for column in SUMMED},
			}
			for row in top_items
		],
	)
