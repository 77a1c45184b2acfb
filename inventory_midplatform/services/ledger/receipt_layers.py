"""Receipt layers in the store: read, written, and rebuilt for an item whose order of postings changed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.movement import INSIDE_WAREHOUSE, NOT_IN_VOUCHER, MovementKind
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.receipt_layers import (
	Change,
	LayerChange,
	LayerKey,
	as_in_the_books,
	replayed,
)
from inventory_midplatform.ports import Context, Params, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import movements, positions
from inventory_midplatform.services.ledger.bin_stock import LAYER_KEY

DOCTYPE = "Receipt Layer"


_OF_ITEMS = """
SELECT item_code, warehouse, qty, kind, posting_datetime, batch_no, voucher_type, voucher_no, voucher_detail_no
FROM {movements} WHERE item_code IN %(items)s AND kind NOT IN %(inside)s ORDER BY name{for_update}
"""


def rebuild(ctx: Context, items: Collection[str]) -> None:
	"""Rebuild the layers of items from their movements, in the order of posting; what was there before the ledger, from the
	entries in the books that no movement explains.

	Locks the items' positions, then their movements, so that a posting made while this waited counts too.
	"""
	of_items = {"items": sorted(set(items))}
	if not of_items["items"]:
		return
	positions.lock_items(ctx, of_items["items"])
	sql = _OF_ITEMS.format(
		movements=ctx.store.through("Stock Movement", movements.MOVEMENTS_OF_ITEM),
		for_update=ctx.store.for_update,
	)
	rows = ctx.store.rows(sql, {**of_items, "inside": [kind.value for kind in INSIDE_WAREHOUSE]})
	explained = [_change(row) for row in rows if row["kind"] not in NOT_IN_VOUCHER]
	unexplained = [_change(row) for row in rows if row["kind"] in NOT_IN_VOUCHER]
	if unexplained:
		settled = {(c.key, c.voucher_type, c.voucher_no) for c in explained}
		booked = [
			c
			for c in ctx.books.changes_of_items(sorted({c.key[0] for c in unexplained}))
			if (c.key, c.voucher_type, c.voucher_no) not in settled
		]
		unexplained = as_in_the_books(unexplained, booked)
	layers = replayed([*explained, *unexplained])
	stored = _stored(ctx, "item_code IN %(items)s", of_items)
	for key, of_key in stored.items():
		for layer in of_key:
			layers.of[key].setdefault(layer, ZERO)
	write_layers(ctx, layers.changes_since(stored))


def _change(row: Row) -> Change:
	return Change(
		(row["item_code"], row["warehouse"]),
		from_store(row["qty"]),
		row["posting_datetime"],
		row["batch_no"] or "",
		row["voucher_type"] or "",
		row["voucher_no"] or "",
		row["voucher_detail_no"] or "",
		row["kind"] == MovementKind.CANCELLATION,
	)


def open_layers(ctx: Context, keys: Sequence[Key]) -> dict[Key, dict[LayerKey, Decimal]]:
	"""Lock and return what remains of each layer of positions that the caller has locked."""
	found: dict[Key, dict[LayerKey, Decimal]] = {}
	for some in batches(keys):
		found |= _stored(ctx, *key_in(some, "item_code", "warehouse"))
	return found


def _stored(ctx: Context, condition: str, params: Params) -> dict[Key, dict[LayerKey, Decimal]]:
	found: dict[Key, dict[LayerKey, Decimal]] = defaultdict(dict)
	source = ctx.store.through(DOCTYPE, LAYER_KEY)
	sql = f"SELECT {', '.join(LAYER_KEY)}, remaining_qty FROM {source} WHERE {condition}"
	for row in ctx.store.rows(sql + ctx.store.for_update, params):
		layer = (row["batch_no"] or "", _day(row["received_on"]))
		found[(row["item_code"], row["warehouse"])][layer] = from_store(row["remaining_qty"])
	return found


def _day(value: date | datetime) -> date:
	return value.date() if isinstance(value, datetime) else value


def write_layers(ctx: Context, changes: Sequence[LayerChange]) -> None:
	"""Write the changes of layers in one statement, then delete the emptied layers."""
	rows: list[Row] = [
		{**dict(zip(LAYER_KEY, (*c.key, *c.layer), strict=True)), "remaining_qty": c.change} for c in changes
	]
	ctx.store.add(DOCTYPE, LAYER_KEY, rows, add=("remaining_qty",))
	for some in batches(sorted({c.key for c in changes if c.is_emptied})):
		condition, params = key_in(some, "item_code", "warehouse")
		ctx.store.execute(f"DELETE FROM `tabReceipt Layer` WHERE remaining_qty = 0 AND {condition}", params)
