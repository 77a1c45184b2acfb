"""Receipt layers in the store: carried along with each settlement, made anew for an item where its order changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.receipt_layers import Change, Layer, Layers, replayed
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services import ledger
from inventory_midplatform.services.ledger import Movement

COLUMNS = "name, item_code, warehouse, batch_no, received_at, qty, remaining_qty, voucher_type, voucher_no"
INSIDE = ("Bin Move", "Status Change")
"""Kinds of movement that bring nothing into a warehouse and take nothing out of it."""


def carry(ctx: Context, movements: Sequence[Movement], before: Mapping[Key, Position]) -> list[Movement]:
	"""Carry a settlement's movements into the layers of its locked positions; answers the movements, each with when
	what it moved was first received. ``before`` are the positions as they were.
	"""
	if not movements:
		return []
	keys = sorted({(m.item_code, m.warehouse) for m in movements})
	leaving = sorted({(m.item_code, m.warehouse) for m in movements if m.qty < 0})
	layers = Layers()
	for key in keys:
		layers.on_hand[key] = before[key].on_hand
	stored: dict[str, Layer] = {}
	for key, layer in _open(ctx, leaving):
		layers.of[key].append(layer)
		stored[layer.name] = layer
	received = layers.change([_change(m) for m in movements])
	_write(ctx, layers, stored)
	return [replace(m, received_at=at) for m, at in zip(movements, received, strict=True)]


def rebuild(ctx: Context, item_code: str) -> None:
	"""Make the layers of an item anew from its movements, in the order in which they were posted."""
	keys = [
		(row["item_code"], row["warehouse"])
		for row in ctx.store.rows(
			"SELECT item_code, warehouse FROM `tabStock Position` WHERE item_code = %(item_code)s",
			{"item_code": item_code},
		)
	]
	ledger.lock_positions(ctx, keys)
	rows = ctx.store.rows(
		"SELECT item_code, warehouse, qty, kind, posting_datetime, received_at, batch_no, voucher_type, voucher_no,"
		" voucher_detail_no FROM `tabStock Movement`"
		" WHERE item_code = %(item_code)s AND kind NOT IN %(inside)s ORDER BY name",
		{"item_code": item_code, "inside": INSIDE},
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
	ctx.store.execute(
		"DELETE FROM `tabReceipt Layer` WHERE item_code = %(item_code)s", {"item_code": item_code}
	)
	_write(ctx, layers, {})


def _open(ctx: Context, keys: Sequence[Key]) -> Iterable[tuple[Key, Layer]]:
	source = ctx.store.through("Receipt Layer", ("item_code", "warehouse", "received_at"))
	for some in ledger.in_parts(keys):
		condition, params = key_in(some, "item_code", "warehouse")
		sql = f"SELECT {COLUMNS} FROM {source} WHERE {condition}"
		for row in ctx.store.rows(sql + ctx.store.for_update, params):
			yield (row["item_code"], row["warehouse"]), _layer(row)


def _layer(row: Row) -> Layer:
	return Layer(
		row["received_at"],
		from_store(row["qty"]),
		from_store(row["remaining_qty"]),
		row["batch_no"] or "",
		row["voucher_type"] or "",
		row["voucher_no"] or "",
		row["name"],
	)


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


def _write(ctx: Context, layers: Layers, stored: Mapping[str, Layer]) -> None:
	"""New layers are inserted, taken ones written back, and those of which nothing is left deleted."""
	now = {layer.name: (key, layer) for key, of_key in layers.of.items() for layer in of_key if layer.name}
	ctx.store.insert(
		"Receipt Layer",
		[
			{"name": new_id(), **_row(key, layer)}
			for key, of_key in sorted(layers.of.items())
			for layer in of_key
			if not layer.name
		],
	)
	taken = [
		{"name": name, **_row(key, layer)}
		for name, (key, layer) in sorted(now.items())
		if layer.remaining != stored[name].remaining
	]
	ctx.store.add("Receipt Layer", ("name",), taken, add=(), put=("remaining_qty",))
	gone = sorted(set(stored) - set(now))
	for start in range(0, len(gone), 500):
		ctx.store.execute(
			"DELETE FROM `tabReceipt Layer` WHERE name IN %(gone)s", {"gone": gone[start : start + 500]}
		)


def _row(key: Key, layer: Layer) -> Row:
	return {
		"item_code": key[0],
		"warehouse": key[1],
		"batch_no": layer.batch_no,
		"received_at": layer.received_at,
		"qty": layer.qty,
		"remaining_qty": layer.remaining,
		"voucher_type": layer.voucher_type,
		"voucher_no": layer.voucher_no,
	}
