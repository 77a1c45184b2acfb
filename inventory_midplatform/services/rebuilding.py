"""``ledger.rebuild``: the projections made anew from what they stand on, item by item.

Movements say what lies in which bin and where each serial number is; bins and reservations say the positions; the books
have the last word on quantities. Movements and reservations themselves are never changed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import ledger, receipt_layers, settlement
from inventory_midplatform.services.book_quantities import book_quantities
from inventory_midplatform.services.ledger import BIN_STOCK_KEY, RECEIPTS

ITEMS = """
SELECT item_code FROM (
	SELECT DISTINCT item_code FROM `tabStock Position` WHERE item_code > %(after)s
	UNION SELECT DISTINCT item_code FROM `tabBin Stock` WHERE item_code > %(after)s
) known ORDER BY item_code LIMIT %(limit)s
"""

MOVEMENTS = """
SELECT item_code, warehouse, bin, batch_no, serial_no, stock_status, stock_owner, qty, posting_datetime, received_at
FROM `tabStock Movement` WHERE item_code = %(item_code)s ORDER BY name
"""

PLACE = ("item_code", "warehouse", "bin", "batch_no", "stock_status", "stock_owner")


def items(ctx: Context, after: str = "", limit: int = 50) -> list[str]:
	"""The next items by code that anything is known of."""
	return [row["item_code"] for row in ctx.store.rows(ITEMS, {"after": after, "limit": limit})]


def count(ctx: Context) -> int:
	return int(ctx.store.rows("SELECT COUNT(DISTINCT item_code) AS n FROM `tabStock Position`")[0]["n"])


def rebuild_item(ctx: Context, item_code: str) -> int:
	"""Make bin stock, serial locations, positions and layers of an item anew; answers how many rows were wrong.

	The caller commits after each item, and may stop and go on.
	"""
	movements = ctx.store.rows(MOVEMENTS, {"item_code": item_code})
	keys = _keys(ctx, item_code, movements)
	# the books' rows are locked before positions, as everywhere
	book_quantities(ctx, keys, locked=True)
	ledger.lock_positions(ctx, keys)
	# locked now, what came in between is seen
	movements = ctx.store.rows(MOVEMENTS, {"item_code": item_code})
	wrong = _rebuild_bins(ctx, item_code, movements) + _rebuild_serials(ctx, item_code, movements)
	wrong += _rebuild_positions(ctx, item_code, keys)
	receipt_layers.rebuild(ctx, item_code)
	return wrong + settlement.catch_up(ctx, keys, Reason("Rebuilt from the books").sentence(), alert=False)


def _keys(ctx: Context, item_code: str, movements: Sequence[Row]) -> list[Key]:
	keys = {(item_code, row["warehouse"]) for row in movements}
	for doctype in ("Stock Position", "Bin Stock", "Bin"):
		rows = ctx.store.rows(
			f"SELECT warehouse FROM `tab{doctype}` WHERE item_code = %(item_code)s", {"item_code": item_code}
		)
		keys |= {(item_code, row["warehouse"]) for row in rows}
	return sorted(keys)


def _rebuild_bins(ctx: Context, item_code: str, movements: Sequence[Row]) -> int:
	found: dict[tuple[str, ...], Row] = {}
	for row in ctx.store.rows(
		f"SELECT warehouse, {', '.join(BIN_STOCK_KEY)}, qty, {', '.join(RECEIPTS)} FROM `tabBin Stock`"
		f" WHERE item_code = %(item_code)s{ctx.store.for_update}",
		{"item_code": item_code},
	):
		found[tuple(row[c] or "" for c in BIN_STOCK_KEY)] = row
	right: dict[tuple[str, ...], Row] = {}
	for m in movements:
		key = tuple(m[c] or "" for c in BIN_STOCK_KEY)
		nothing = {"warehouse": m["warehouse"], "qty": ZERO, **dict.fromkeys(RECEIPTS)}
		row = right.setdefault(key, {**dict(zip(BIN_STOCK_KEY, key, strict=True)), **nothing})
		qty, received = from_store(m["qty"]), m["received_at"] or m["posting_datetime"]
		if qty > 0:
			begins = row["qty"] <= 0 or row["oldest_receipt"] is None
			row["oldest_receipt"] = received if begins else min(row["oldest_receipt"], received)
			row["newest_receipt"] = received if begins else max(row["newest_receipt"], received)
		row["qty"] = from_store(row["qty"] + qty)
	for key, row in found.items():
		right.setdefault(key, {**row, "qty": ZERO})
	wrong = [row for key, row in sorted(right.items()) if _differs(row, found.get(key))]
	ctx.store.add("Bin Stock", BIN_STOCK_KEY, wrong, add=(), put=("warehouse", "qty", *RECEIPTS))
	return len(wrong)


def _differs(row: Row, found: Row | None) -> bool:
	if found is None:
		return bool(row["qty"])
	dated = all(found[receipt] is not None or row[receipt] is None for receipt in RECEIPTS)
	return not dated or from_store(found["qty"]) != row["qty"] or bool(found["warehouse"] != row["warehouse"])


def _rebuild_serials(ctx: Context, item_code: str, movements: Sequence[Row]) -> int:
	"""A move writes its two sides in no certain order: what leaves a bin ends a stay in that bin only."""
	right: dict[str, Row] = {}
	for m in (m for m in movements if m["serial_no"]):
		if m["qty"] > 0:
			right[m["serial_no"]] = {c: m[c] or "" for c in PLACE}
		elif (
			(at := right.get(m["serial_no"]))
			and at["bin"] == m["bin"]
			and at["stock_status"] == m["stock_status"]
		):
			del right[m["serial_no"]]
	found = {
		row["serial_no"]: {c: row[c] or "" for c in PLACE}
		for row in ctx.store.rows(
			f"SELECT serial_no, {', '.join(PLACE)} FROM `tabSerial Location` WHERE item_code = %(item_code)s",
			{"item_code": item_code},
		)
	}
	gone = sorted(set(found) - set(right))
	for start in range(0, len(gone), 500):
		ctx.store.execute(
			"DELETE FROM `tabSerial Location` WHERE serial_no IN %(gone)s",
			{"gone": gone[start : start + 500]},
		)
	wrong = [{"serial_no": s, **at} for s, at in sorted(right.items()) if found.get(s) != at]
	ctx.store.add("Serial Location", ("serial_no",), wrong, add=(), put=PLACE)
	return len(gone) + len(wrong)


def _rebuild_positions(ctx: Context, item_code: str, keys: Sequence[Key]) -> int:
	sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(ledger.NUMBERS, ZERO))
	of_item: dict[str, Any] = {"item_code": item_code}
	for row in ctx.store.rows(
		"SELECT warehouse, stock_status, SUM(qty) AS qty FROM `tabBin Stock`"
		" WHERE item_code = %(item_code)s AND stock_owner = '' GROUP BY warehouse, stock_status",
		of_item,
	):
		qty = from_store(row["qty"])
		sums[row["warehouse"]]["on_hand"] += qty
		sums[row["warehouse"]]["on_hold"] += qty if row["stock_status"] != AVAILABLE else ZERO
	for row in ctx.store.rows(
		"SELECT warehouse, SUM(reserved_qty) AS reserved, SUM(waiting_qty) AS waiting FROM `tabInventory Reservation`"
		" WHERE item_code = %(item_code)s GROUP BY warehouse",
		of_item,
	):
		sums[row["warehouse"]].update(
			reserved=from_store(row["reserved"]), waiting=from_store(row["waiting"])
		)
	before = ledger.read_positions(ctx, keys, locked=True)
	after = {
		key: replace(
			position,
			on_hand=sums[key[1]]["on_hand"],
			on_hold=sums[key[1]]["on_hold"],
			reserved=sums[key[1]]["reserved"],
			waiting=sums[key[1]]["waiting"],
		)
		for key, position in before.items()
	}
	ledger.change_positions(ctx, before, after)
	return sum(after[key] != before[key] for key in before)
