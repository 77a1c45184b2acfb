"""Stock positions: locked in key order, read and changed."""

from collections.abc import Collection, Iterable

from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.promises import PositionChange
from inventory_midplatform.domain.quantity import ZERO, from_store, require_below_limit
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches

POSITION_KEY = ("item_code", "warehouse")


NUMBERS = ("on_hand", "on_hold", "reserved", "waiting")


POSITIONS = "SELECT item_code, warehouse, on_hand, on_hold, reserved, waiting, last_change FROM"


def lock_positions(ctx: Context, keys: Iterable[Key]) -> dict[Key, Position]:
	"""Lock the positions in key order and return them as they are now; a missing one is created with zeros."""
	return lock_and_compare(ctx, keys)[0]


def lock_and_compare(ctx: Context, keys: Iterable[Key]) -> tuple[dict[Key, Position], dict[Key, Position]]:
	"""Lock as :func:`lock_positions` does, and return (positions as locked, positions as this transaction read them before).

	Where the two differ, a plain read on MariaDB returns rows that are older than the lock. Missing rows are found by a
	plain read and created by an upsert: a lock on the gap would make two first postings of an item wait for each other.
	"""
	in_order = sorted(set(keys))
	if not in_order:
		return {}, {}
	seen = read_positions(ctx, in_order)
	missing = set(in_order) - set(seen)
	if not missing and not ctx.store.for_update:
		# where one transaction writes at a time, what it reads is what it has locked
		return seen, seen
	if missing:
		zeros = dict.fromkeys(NUMBERS, ZERO)
		rows = [{"item_code": item, "warehouse": warehouse, **zeros} for item, warehouse in sorted(missing)]
		ctx.store.add("Stock Position", POSITION_KEY, rows, add=tuple(zeros))
	return read_positions(ctx, in_order, locked=True), seen


def lock_items(ctx: Context, items: Collection[str]) -> list[Key]:
	"""Lock all positions of items in key order, and the gaps where others could be created; return their keys."""
	source = ctx.store.through("Stock Position", POSITION_KEY)
	sql = f"SELECT item_code, warehouse FROM {source} WHERE item_code IN %(items)s ORDER BY item_code, warehouse"
	rows = ctx.store.rows(sql + ctx.store.for_update, {"items": sorted(items)})
	return [(row["item_code"], row["warehouse"]) for row in rows]


def read_positions(ctx: Context, keys: Iterable[Key], locked: bool = False) -> dict[Key, Position]:
	"""Return the positions that exist among ``keys``, in key order; with ``locked``, lock them."""
	found: dict[Key, Position] = {}
	for some in batches(sorted(set(keys))):
		condition, params = key_in(some, "item_code", "warehouse")
		source = ctx.store.through("Stock Position", POSITION_KEY)
		sql = f"{POSITIONS} {source} WHERE {condition} ORDER BY item_code, warehouse"
		for row in ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params):
			position = Position(
				row["item_code"],
				row["warehouse"],
				from_store(row["on_hand"]),
				from_store(row["on_hold"]),
				from_store(row["reserved"]),
				from_store(row["waiting"]),
				row["last_change"],
			)
			found[position.key] = position
	return found


def write_positions(ctx: Context, changes: Iterable[PositionChange]) -> None:
	"""Write the changes of locked positions. Raises Conflict (``too_large``)."""
	now = ctx.clock.now()
	rows: list[Row] = []
	moved: list[Row] = []
	for change in changes:
		old, new = change.before, change.now
		row = {
			"item_code": new.item_code,
			"warehouse": new.warehouse,
			**{name: getattr(new, name) - getattr(old, name) for name in NUMBERS},
		}
		require_below_limit(
			*(getattr(new, name) for name in NUMBERS), item_code=new.item_code, warehouse=new.warehouse
		)
		if row["on_hand"] or row["on_hold"]:
			moved.append({**row, "last_change": now})
		elif row["reserved"] or row["waiting"]:
			rows.append(row)
	ctx.store.add("Stock Position", POSITION_KEY, rows, add=NUMBERS)
	ctx.store.add("Stock Position", POSITION_KEY, moved, add=NUMBERS, put=("last_change",))
