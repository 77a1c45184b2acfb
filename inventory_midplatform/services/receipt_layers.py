"""Receipt layers in the store: carried along with each settlement, made anew for an item where its order changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.receipt_layers import Change, Layers, Lot, replayed
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services import ledger
from inventory_midplatform.services.ledger import LAYER_KEY, Movement

DOCTYPE = "Receipt Layer"
INSIDE = ("Bin Move", "Status Change")
"""Kinds of movement that bring nothing into a warehouse and take nothing out of it."""


def carry(ctx: Context, movements: Sequence[Movement], before: Mapping[Key, Position]) -> list[Movement]:
	"""Carry a settlement's movements into the layers of its locked positions; answers the movements, each with when
	what it moved was first received. ``before`` are the positions as they were.
	"""
	if not movements:
		return []
	layers = Layers()
	for key in {(m.item_code, m.warehouse) for m in movements}:
		layers.on_hand[key] = before[key].on_hand
	leaving = sorted({(m.item_code, m.warehouse) for m in movements if m.qty < 0})
	stored = _open(ctx, leaving)
	for key, lots in stored.items():
		layers.of[key] = dict(lots)
	received = layers.change([_change(m) for m in movements])
	_write(ctx, layers, stored)
	return [replace(m, received_at=at) for m, at in zip(movements, received, strict=True)]


def rebuild(ctx: Context, item_code: str) -> None:
	"""Make the layers of an item anew from its movements, in the order in which they were posted.

	Everything is read with a lock: what was posted while this waited counts too.
	"""
	of_item = {"item_code": item_code}
	ledger.lock_item(ctx, item_code)
	source = ctx.store.through("Stock Movement", ledger.MOVEMENTS_OF_ITEM)
	rows = ctx.store.rows(
		"SELECT item_code, warehouse, qty, kind, posting_datetime, batch_no, voucher_type, voucher_no,"
		f" voucher_detail_no FROM {source}"
		f" WHERE item_code = %(item_code)s AND kind NOT IN %(inside)s ORDER BY name{ctx.store.for_update}",
		{**of_item, "inside": INSIDE},
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
			row["kind"] == "Cancellation",
		)
		for row in rows
	)
	ctx.store.execute("DELETE FROM `tabReceipt Layer` WHERE item_code = %(item_code)s", of_item)
	_write(ctx, layers, {})


def _open(ctx: Context, keys: Sequence[Key]) -> dict[Key, dict[Lot, Decimal]]:
	found: dict[Key, dict[Lot, Decimal]] = {key: {} for key in keys}
	source = ctx.store.through(DOCTYPE, LAYER_KEY)
	for some in ledger.in_parts(keys):
		condition, params = key_in(some, "item_code", "warehouse")
		sql = f"SELECT {', '.join(LAYER_KEY)}, remaining_qty FROM {source} WHERE {condition}"
		for row in ctx.store.rows(sql + ctx.store.for_update, params):
			lot = (row["batch_no"] or "", _day(row["received_on"]))
			found[(row["item_code"], row["warehouse"])][lot] = from_store(row["remaining_qty"])
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
		m.kind == "Cancellation",
		m.received_at,
	)


def _write(ctx: Context, layers: Layers, stored: Mapping[Key, Mapping[Lot, Decimal]]) -> None:
	"""What was brought is added and what was taken subtracted, in one statement; emptied layers are deleted."""
	rows: list[Row] = []
	emptied: set[Key] = set()
	for key, lots in sorted(layers.of.items()):
		for lot, remaining in sorted(lots.items()):
			change = remaining - stored.get(key, {}).get(lot, ZERO)
			if change:
				rows.append({**dict(zip(LAYER_KEY, (*key, *lot), strict=True)), "remaining_qty": change})
			if change and not remaining:
				emptied.add(key)
	ctx.store.add(DOCTYPE, LAYER_KEY, rows, add=("remaining_qty",))
	_delete_emptied(ctx, sorted(emptied))


def _delete_emptied(ctx: Context, keys: Iterable[Key]) -> None:
	for some in ledger.in_parts(list(keys)):
		condition, params = key_in(some, "item_code", "warehouse")
		ctx.store.execute(f"DELETE FROM `tabReceipt Layer` WHERE remaining_qty = 0 AND {condition}", params)
