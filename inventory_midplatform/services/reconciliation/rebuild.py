"""``ledger.rebuild``: compute the projections again, item by item.

Bins and serial locations come from movements; positions from bins and reservations; allocated quantities from
allocations; snapshots, since the history began, from the books' stock ledger. Then positions are reconciled with the books. Movements and reserved quantities never change; where a bin holds
less than is allocated to it, the excess is deallocated.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.promises import PositionChange
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.settlement.deallocation import deallocate_excess
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import deallocation, receipt_layers, snapshots
from inventory_midplatform.services.ledger.allocations import ALLOCATION_KEY, Allocations
from inventory_midplatform.services.ledger.bin_stock import BIN_STOCK_KEY, RECEIPTS
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.ledger.movements import MOVEMENTS_OF_ITEM
from inventory_midplatform.services.ledger.positions import (
	NUMBERS,
	POSITION_KEY,
	lock_items,
	read_positions,
	write_positions,
)
from inventory_midplatform.services.settlement import settlement

_NEXT = (
	"SELECT DISTINCT item_code FROM `tab{}` WHERE item_code > %(after)s ORDER BY item_code LIMIT %(limit)s"
)

ITEMS = f"""
SELECT item_code FROM (
	SELECT * FROM ({_NEXT.format("Stock Position")}) with_position
	UNION SELECT * FROM ({_NEXT.format("Bin Stock")}) in_bins
) known ORDER BY item_code LIMIT %(limit)s
"""

PLACE = ("item_code", "warehouse", "bin", "batch_no", "stock_status", "stock_owner")
MOVEMENT = ("name", *PLACE, "serial_no", "qty", "posting_datetime", "received_at")
BIN_STOCK = ("warehouse", *BIN_STOCK_KEY, "qty", *RECEIPTS)
RESERVATIONS_OF_ITEM = ("item_code", "warehouse", "status")


def items(ctx: Context, after: str = "", limit: int = 50) -> list[str]:
	"""Return up to ``limit`` items with a position or bin stock, by code, after the code ``after``."""
	return [row["item_code"] for row in ctx.store.rows(ITEMS, {"after": after, "limit": limit})]


def count(ctx: Context) -> int:
	return int(ctx.store.rows("SELECT COUNT(DISTINCT item_code) AS n FROM `tabStock Position`")[0]["n"])


def rebuild_item(ctx: Context, item_code: str) -> int:
	"""Rebuild bin stock, serial locations, positions, layers and snapshots of an item; return how many rows were wrong.

	Locks all of the item's rows, the books' Bins first. The caller commits after each item, and may stop and go on.
	"""
	# the books' rows are locked before positions, as everywhere
	books = _locked(ctx, "Bin", item_code, POSITION_KEY, ("warehouse",))
	positions = lock_items(ctx, [item_code])
	movements = _locked(ctx, "Stock Movement", item_code, MOVEMENTS_OF_ITEM, MOVEMENT)
	movements.sort(key=lambda m: m["name"])
	bins = _locked(ctx, "Bin Stock", item_code, BIN_STOCK_KEY, BIN_STOCK)
	keys = sorted({*positions, *((item_code, row["warehouse"]) for row in (*books, *movements, *bins))})
	stock = LockedStock(ctx, keys)
	wrong = _rebuild_bins(ctx, bins, movements) + _rebuild_serials(ctx, item_code, movements)
	wrong += _rebuild_positions(ctx, item_code, keys) + _rebuild_allocated(ctx, item_code, keys)
	receipt_layers.rebuild(ctx, [item_code])
	# what was posted since this transaction's first read is settled by its own transaction
	moved = stock.moved_since_seen(keys)
	unmoved = [key for key in keys if key not in moved]
	wrong += settlement.reconcile(ctx, unmoved, Reason("Rebuilt from the books").sentence(), alert=False)
	if begins := snapshots.history_begins(ctx):
		# after the adjustments: what they are made of is in the books' ledger
		wrong += snapshots.refresh(ctx, unmoved, begins)
	return wrong


def _locked(
	ctx: Context, doctype: str, item_code: str, index: tuple[str, ...], columns: Sequence[str]
) -> list[Row]:
	"""Lock all rows of the item and return them as they are now, not as this transaction read them before."""
	sql = f"SELECT {', '.join(columns)} FROM {ctx.store.through(doctype, index)} WHERE item_code = %(item_code)s"
	return ctx.store.rows(sql + ctx.store.for_update, {"item_code": item_code})


def _rebuild_bins(ctx: Context, bins: Sequence[Row], movements: Sequence[Row]) -> int:
	found = {tuple(row[c] or "" for c in BIN_STOCK_KEY): row for row in bins}
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
	"""Rebuild the serial locations; return how many were wrong.

	A move writes its two movements in no certain order, so an outgoing one removes a serial number only from its own bin.
	"""
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
	stored = _locked(ctx, "Serial Location", item_code, POSITION_KEY, ("serial_no", *PLACE))
	found = {row["serial_no"]: {c: row[c] or "" for c in PLACE} for row in stored}
	gone = sorted(set(found) - set(right))
	for some in batches(gone):
		ctx.store.execute(
			"DELETE FROM `tabSerial Location` WHERE serial_no IN %(gone)s",
			{"gone": some},
		)
	wrong = [{"serial_no": s, **at} for s, at in sorted(right.items()) if found.get(s) != at]
	ctx.store.add("Serial Location", ("serial_no",), wrong, add=(), put=PLACE)
	return len(gone) + len(wrong)


def _rebuild_positions(ctx: Context, item_code: str, keys: Sequence[Key]) -> int:
	sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(NUMBERS, ZERO))
	for row in _locked(ctx, "Bin Stock", item_code, BIN_STOCK_KEY, BIN_STOCK):
		if not row["stock_owner"]:
			qty = from_store(row["qty"])
			sums[row["warehouse"]]["on_hand"] += qty
			sums[row["warehouse"]]["on_hold"] += qty if row["stock_status"] != AVAILABLE else ZERO
	quantities = ("warehouse", "reserved_qty", "waiting_qty")
	for row in _locked(ctx, "Inventory Reservation", item_code, RESERVATIONS_OF_ITEM, quantities):
		sums[row["warehouse"]]["reserved"] += from_store(row["reserved_qty"])
		sums[row["warehouse"]]["waiting"] += from_store(row["waiting_qty"])
	before = read_positions(ctx, keys, locked=True)
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
	write_positions(ctx, [PositionChange(before[key], now) for key, now in sorted(after.items())])
	return sum(after[key] != before[key] for key in before)


def _rebuild_allocated(ctx: Context, item_code: str, keys: Sequence[Key]) -> int:
	in_bins: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
	for_reservations: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in _locked(ctx, "Bin Allocation", item_code, POSITION_KEY, ("qty", *ALLOCATION_KEY)):
		in_bins[(row["bin"], row["batch_no"] or "")] += from_store(row["qty"])
		for_reservations[row["reservation"]] += from_store(row["qty"])
	wrong, over = [], {}
	for row in _locked(ctx, "Bin Stock", item_code, BIN_STOCK_KEY, (*BIN_STOCK, "allocated_qty")):
		allocated = in_bins[(row["bin"], row["batch_no"] or "")] if _may_be_allocated(row) else ZERO
		if from_store(row["allocated_qty"]) != allocated:
			wrong.append({**row, "allocated_qty": allocated})
		if (lacking := allocated - max(from_store(row["qty"]), ZERO)) > 0:
			over[(item_code, row["bin"], row["batch_no"] or "")] = lacking
	ctx.store.add("Bin Stock", BIN_STOCK_KEY, wrong, add=(), put=("allocated_qty",))
	stock = LockedStock(ctx, keys)
	rows = _locked(ctx, "Inventory Reservation", item_code, RESERVATIONS_OF_ITEM, ("name", "allocated_qty"))
	differing = [r["name"] for r in rows if from_store(r["allocated_qty"]) != for_reservations[r["name"]]]
	for r in stock.named(differing):
		stock.put(replace(r, allocated=for_reservations[r.name]))
	allocations = Allocations(ctx, keys)
	stock.named({a.reservation for where in over for a in allocations.in_bin(*where)})
	deallocation.report(ctx, deallocate_excess(stock, allocations, over))
	allocations.write()
	stock.write()
	return len(wrong) + len(differing) + len(over)


def _may_be_allocated(row: Row) -> bool:
	return bool(row["stock_status"] == AVAILABLE and not row["stock_owner"])
