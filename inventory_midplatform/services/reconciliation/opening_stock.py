"""Opening stock: what the books have before the ledger is switched on goes to the Unplaced bins."""

from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.services.ledger import batches_and_serials
from inventory_midplatform.services.settlement import settlement

WITH_BIN = """
	SELECT bin.item_code, bin.warehouse, bin.actual_qty AS booked, COALESCE(sp.on_hand, 0) AS on_hand
	FROM `tabBin` bin
	LEFT JOIN `tabStock Position` sp ON sp.item_code = bin.item_code AND sp.warehouse = bin.warehouse
"""

WITHOUT_BIN = """
	SELECT sp.item_code, sp.warehouse, 0 AS booked, sp.on_hand FROM `tabStock Position` sp
	WHERE sp.on_hand <> 0 AND NOT EXISTS (
		SELECT 1 FROM `tabBin` bin WHERE bin.item_code = sp.item_code AND bin.warehouse = sp.warehouse
	)
"""
"""ERPNext has thrown the Bin away."""

BOTH_SIDES = f"{WITH_BIN} UNION ALL {WITHOUT_BIN}"
"""Books and positions side by side."""

NEXT = """
	SELECT item_code, warehouse FROM ({side}) {name}
	WHERE ABS(booked - on_hand) > %(half_step)s
		AND item_code >= %(item_code)s AND (item_code > %(item_code)s OR warehouse > %(warehouse)s)
	ORDER BY item_code, warehouse LIMIT %(limit)s
"""

DIFFERING = f"""
SELECT item_code, warehouse FROM (
	SELECT * FROM ({NEXT.format(side=WITH_BIN, name="booked")}) with_bin
	UNION ALL SELECT * FROM ({NEXT.format(side=WITHOUT_BIN, name="not_booked")}) without_bin
) differing ORDER BY item_code, warehouse LIMIT %(limit)s
"""
"""Each side is read from its index until as many differ as the limit says: of both together all rows would be read for each
part."""

OF_ITEMS = f"""
SELECT item_code, warehouse FROM ({BOTH_SIDES}) both_sides
WHERE item_code IN %(items)s AND ABS(booked - on_hand) > %(half_step)s
"""

ALL_OF_ITEMS = f"SELECT item_code, warehouse FROM ({BOTH_SIDES}) both_sides WHERE item_code IN %(items)s"

COUNT = f"SELECT COUNT(*) AS n FROM ({BOTH_SIDES}) both_sides WHERE ABS(booked - on_hand) > %(half_step)s"

ITEMS_WITH_OPENING_STOCK = """
SELECT DISTINCT item_code FROM `tabStock Movement`
WHERE kind = %(kind)s AND item_code > %(after)s ORDER BY item_code LIMIT %(limit)s
"""

HALF_STEP = Decimal("0.0000000005")


def count(ctx: Context) -> int:
	"""How many items × warehouses differ from the books."""
	return int(ctx.store.rows(COUNT, {"half_step": HALF_STEP})[0]["n"])


def differing(ctx: Context, items: Sequence[str]) -> list[Key]:
	"""The items × warehouses of ``items`` whose position is not what the books say."""
	if not items:
		return []
	rows = ctx.store.rows(OF_ITEMS, {"items": tuple(items), "half_step": HALF_STEP})
	return [(row["item_code"], row["warehouse"]) for row in rows]


def suspects(ctx: Context, items: Sequence[str]) -> list[Key]:
	"""The items × warehouses of ``items`` whose position may not be what the books say: those that differ, and all of an
	item with batches or serial numbers, of which the sum can be right and a batch not.
	"""
	keys = set(differing(ctx, items))
	if tracked := tuple(batches_and_serials.tracked_items(ctx, items)):
		rows = ctx.store.rows(ALL_OF_ITEMS, {"items": tracked})
		keys |= {(row["item_code"], row["warehouse"]) for row in rows}
	return sorted(keys)


def items_with_opening_stock(ctx: Context, after: str = "", limit: int = 50) -> list[str]:
	"""Return up to ``limit`` items that had stock before the ledger, by code, after the code ``after``."""
	params = {"kind": MovementKind.OPENING_STOCK.value, "after": after, "limit": limit}
	return [row["item_code"] for row in ctx.store.rows(ITEMS_WITH_OPENING_STOCK, params)]


def opening_stock(
	ctx: Context, after: tuple[str, str] = ("", ""), limit: int = 500, alert: bool = False
) -> tuple[list[Key], tuple[str, str] | None]:
	"""Adjust the next ``limit`` items × warehouses that differ from the books; return those looked at, and the key to
	continue after, or None. Those whose stock ledger confirms the position stay as they are.

	The caller commits between calls. After a stop, run again: it continues with what is left. On a site that has its
	opening stock it adjusts what the books changed without a voucher. What came is as old as today until its layers are
	rebuilt.
	"""
	rows = ctx.store.rows(
		DIFFERING,
		{"half_step": HALF_STEP, "item_code": after[0], "warehouse": after[1], "limit": limit},
	)
	keys = [(row["item_code"], row["warehouse"]) for row in rows]
	if not keys:
		return [], None
	settlement.reconcile(ctx, keys, Reason("Opening stock from the books").sentence(), alert=alert)
	return keys, keys[-1] if len(keys) == limit else None
