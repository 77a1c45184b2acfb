"""Receipt layers in the store: changed with each settlement, rebuilt for an item whose order of postings changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.movement import INSIDE_WAREHOUSE, MovementKind
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.receipt_layers import Change, LayerKey, Layers, replayed
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import movements, positions
from inventory_midplatform.services.ledger.bin_stock import LAYER_KEY
from inventory_midplatform.services.ledger.movements import Movement

DOCTYPE = "Receipt Layer"


def apply_movements(
	ctx: Context, movements: Sequence[Movement], before: Mapping[Key, Position]
) -> list[Movement]:
	"""Apply a settlement's movements to the layers of its locked positions. ``before`` are the positions as they were.

	Return the movements, each with the time its stock was first received. Locks the layers of positions that stock leaves.
	"""
	if not movements:
		return []
	layers = Layers()
	for key in {(m.item_code, m.warehouse) for m in movements}:
		layers.on_hand[key] = before[key].on_hand
	leaving = sorted({(m.item_code, m.warehouse) for m in movements if m.qty < 0})
	stored = _open(ctx, leaving)
	for key, open_layers in stored.items():
		layers.of[key] = dict(open_layers)
	received = layers.change([_change(m) for m in movements])
	_write(ctx, layers, stored)
	return [replace(m, received_at=at) for m, at in zip(movements, received, strict=True)]


def rebuild(ctx: Context, item_code: str) -> None:
	"""Rebuild the layers of an item from its movements, in the order of posting.

	Locks the item's positions, then its movements, so that a posting made while this waited counts too.
	"""
	of_item = {"item_code": item_code}
	positions.lock_item(ctx, item_code)
	source = ctx.store.through("Stock Movement", movements.MOVEMENTS_OF_ITEM)
	rows = ctx.store.rows(
		"SELECT item_code, warehouse, qty, kind, posting_datetime, batch_no, voucher_type, voucher_no,"
		f" voucher_detail_no FROM {source}"
		f" WHERE item_code = %(item_code)s AND kind NOT IN %(inside)s ORDER BY name{ctx.store.for_update}",
		{**of_item, "inside": [kind.value for kind in INSIDE_WAREHOUSE]},
	)
	layers = replayed(
		Change(
			(row["item_code"], row["warehouse"]),
			from_store(row["qty"]),
			row["posting_datetime"],
			row["batch_no"] or "",
			row["voucher_type"] or "",
			row["voucher_no"] or "",
			row["voucher_detail_no"] or "",
			row["kind"] == MovementKind.CANCELLATION,
		)
		for row in rows
	)
	ctx.store.execute("DELETE FROM `tabReceipt Layer` WHERE item_code = %(item_code)s", of_item)
	_write(ctx, layers, {})


def _open(ctx: Context, keys: Sequence[Key]) -> dict[Key, dict[LayerKey, Decimal]]:
	found: dict[Key, dict[LayerKey, Decimal]] = {key: {} for key in keys}
	source = ctx.store.through(DOCTYPE, LAYER_KEY)
	for some in batches(keys):
		condition, params = key_in(some, "item_code", "warehouse")
		sql = f"SELECT {', '.join(LAYER_KEY)}, remaining_qty FROM {source} WHERE {condition}"
		for row in ctx.store.rows(sql + ctx.store.for_update, params):
			layer = (row["batch_no"] or "", _day(row["received_on"]))
			found[(row["item_code"], row["warehouse"])][layer] = from_store(row["remaining_qty"])
	return found


def _day(value: date | datetime) -> date:
	return value.date() if isinstance(value, datetime) else value


def _change(m: Movement) -> Change:
	return Change(
		(m.item_code, m.warehouse),
		m.qty,
		m.posting_datetime,
		m.batch_no,
		m.voucher_type,
		m.voucher_no,
		m.voucher_detail_no,
		m.kind == MovementKind.CANCELLATION,
		m.received_at,
	)


def _write(ctx: Context, layers: Layers, stored: Mapping[Key, Mapping[LayerKey, Decimal]]) -> None:
	"""Write the changes of the layers in one statement, then delete the emptied layers."""
	rows: list[Row] = []
	emptied: set[Key] = set()
	for key, open_layers in sorted(layers.of.items()):
		for layer, remaining in sorted(open_layers.items()):
			change = remaining - stored.get(key, {}).get(layer, ZERO)
			if change:
				rows.append({**dict(zip(LAYER_KEY, (*key, *layer), strict=True)), "remaining_qty": change})
			if change and not remaining:
				emptied.add(key)
	ctx.store.add(DOCTYPE, LAYER_KEY, rows, add=("remaining_qty",))
	_delete_emptied(ctx, sorted(emptied))


def _delete_emptied(ctx: Context, keys: Iterable[Key]) -> None:
	for some in batches(list(keys)):
		condition, params = key_in(some, "item_code", "warehouse")
		ctx.store.execute(f"DELETE FROM `tabReceipt Layer` WHERE remaining_qty = 0 AND {condition}", params)
