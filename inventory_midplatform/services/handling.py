"""Handling inside a warehouse: from bin to bin, on hold and off it. The books see nothing of it."""

from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import ledger, lots, masters, operation_log, storage
from inventory_midplatform.services.ledger import Movement
from inventory_midplatform.services.locked_stock import LockedStock


def move(
	ctx: Context,
	item_code: str,
	warehouse: str,
	from_bin: str,
	to_bin: str,
	qty: Decimal,
	stock_status: str = AVAILABLE,
	batch_no: str = "",
	serial_nos: Sequence[str] = (),
	reason: str = "",
) -> Row:
	"""Move stock between two bins of one warehouse. ``qty`` in stock UOM.

	A bin beyond its capacity, or mixed against the Storage Policy, is among the ``warnings`` and not refused.
	Raises Conflict (``insufficient_in_bin``) where less than ``qty`` lies unallocated in ``from_bin``; InvalidInput
	(``same_bin``, ``batch_needed``, ``serials_needed``); Conflict (``serial_elsewhere``, ``serial_of_other_batch``).
	"""
	item = masters.stock_item(ctx, item_code).item_code
	place = masters.stock_warehouse(ctx, warehouse).name
	source = masters.bin_in(ctx, from_bin, place, usable=False)["name"]
	target = masters.bin_in(ctx, to_bin, place)["name"]
	if source == target:
		raise InvalidInput("Name two different bins.", code="same_bin", bin=source)
	ledger.lock_positions(ctx, [(item, place)])
	content = _content(ctx, (item, place), source, stock_status, batch_no, qty)
	warnings = storage.objections(ctx, (item, place), target, qty, content.batch_no)
	_record(ctx, "Bin Move", content, (item, place), (target, stock_status), qty, serial_nos, reason)
	operation_log.log(
		ctx,
		"Move",
		"Warehouse Bin",
		target,
		item_code=item,
		warehouse=place,
		qty=qty,
		from_value=source,
		to_value=target,
		reason=reason,
	)
	return {
		"item_code": item,
		"warehouse": place,
		"from_bin": source,
		"to_bin": target,
		"qty": qty,
		"warnings": [warning.as_dict() for warning in warnings],
	}


def change_status(
	ctx: Context,
	item_code: str,
	warehouse: str,
	bin: str,
	qty: Decimal,
	from_status: str,
	to_status: str,
	batch_no: str = "",
	serial_nos: Sequence[str] = (),
	reason: str = "",
) -> Row:
	"""Put ``qty`` (stock UOM) of what lies in a bin on hold (Quality, Damaged, Blocked) or take it off again.

	What comes off hold is given to those who wait. Raises what :func:`move` raises, and Conflict
	(``takes_reserved_stock``) where what would go on hold is kept for somebody.
	"""
	item = masters.stock_item(ctx, item_code).item_code
	place = masters.stock_warehouse(ctx, warehouse).name
	where = masters.bin_in(ctx, bin, place, usable=False)["name"]
	if from_status == to_status:
		raise InvalidInput("Name two different stock statuses.", code="same_status", stock_status=to_status)
	key = (item, place)
	stock = LockedStock(ctx, [key])
	content = _content(ctx, key, where, from_status, batch_no, qty)
	if from_status == AVAILABLE:
		stock.change_on_hand(key, ZERO, qty)
		if stock.positions[key].takes_from_reserved and stock.sweep_expired([key]):
			stock.fill_waiting([key])
		if stock.positions[key].takes_from_reserved:
			raise Conflict(
				"Only {available} of item {item_code} in {warehouse} is kept for nobody and can go on hold; release"
				" reservations first.",
				code="takes_reserved_stock",
				item_code=item,
				warehouse=place,
				available=to_text(max(stock.positions[key].available + qty, ZERO)),
				qty=to_text(qty),
			)
	elif to_status == AVAILABLE:
		stock.change_on_hand(key, ZERO, -qty)
		stock.fill_waiting([key])
	_record(ctx, "Status Change", content, key, (where, to_status), qty, serial_nos, reason)
	stock.write()
	done: Row = {
		"item_code": item,
		"warehouse": place,
		"qty": qty,
		"from_value": from_status,
		"to_value": to_status,
		"reason": reason,
	}
	if to_status == AVAILABLE:
		operation_log.log(ctx, "Release from Hold", "Warehouse Bin", where, **done)
	else:
		operation_log.log(ctx, "Hold", "Warehouse Bin", where, **done)
	return {
		"item_code": item,
		"warehouse": place,
		"bin": where,
		"qty": qty,
		"from_status": from_status,
		"to_status": to_status,
	}


def _content(ctx: Context, key: Key, bin: str, stock_status: str, batch_no: str, qty: Decimal) -> BinContent:
	"""What lies in the bin in this status; of the one batch there is, where none is named."""
	lies = [
		c
		for c in ledger.bin_contents(ctx, [key])[key]
		if (c.bin, c.stock_status) == (bin, stock_status) and (not batch_no or c.batch_no == batch_no)
	]
	if len(lies) > 1:
		batches = ", ".join(sorted(c.batch_no for c in lies))
		raise InvalidInput(
			"Bin {bin} holds several batches of item {item_code}: {batches}. Name one.",
			code="batch_needed",
			item_code=key[0],
			bin=bin,
			batches=batches,
		)
	free = lies[0].free if lies else ZERO
	if free < qty:
		raise Conflict(
			"Only {free} of item {item_code} can be moved from bin {bin}.",
			code="insufficient_in_bin",
			item_code=key[0],
			bin=bin,
			free=to_text(max(free, ZERO)),
			qty=to_text(qty),
		)
	if lies[0].qty % 1 == 0:
		masters.require_whole(ctx, key[0], qty)
	return lies[0]


def _record(
	ctx: Context,
	kind: str,
	content: BinContent,
	key: Key,
	target: tuple[str, str],
	qty: Decimal,
	serial_nos: Sequence[str],
	reason: str,
) -> None:
	"""A pair of movements, or a pair for each serial number: out of the content, into the (bin, status)."""
	now, move_id = ctx.clock.now(), new_id()
	parts = [(Decimal(1), s) for s in _serials(ctx, content, key, qty, serial_nos)] or [(qty, "")]
	ledger.record(
		ctx,
		[
			Movement(
				*key,
				bin,
				signed,
				kind,
				now,
				content.batch_no,
				serial,
				status,
				received_at=content.oldest_receipt,
				voucher_no=move_id,
				reason=reason,
			)
			for part, serial in parts
			for bin, status, signed in ((content.bin, content.stock_status, -part), (*target, part))
		],
	)


def _serials(
	ctx: Context, content: BinContent, key: Key, qty: Decimal, serial_nos: Sequence[str]
) -> list[str]:
	"""The serial numbers that move: as many as the quantity, all of them lying in the content."""
	named = sorted(set(serial_nos))
	if not named and not lots.tracked_items(ctx, [key[0]]).get(key[0]):
		return []
	if len(named) != qty:
		raise InvalidInput(
			"Item {item_code} has serial numbers: name {qty} of them.",
			code="serials_needed",
			item_code=key[0],
			qty=to_text(qty),
			named=len(named),
		)
	there = lots.locations(ctx, named)
	for serial in named:
		at = there.get(serial)
		if not at or (at["item_code"], at["warehouse"], at["bin"], at["stock_status"]) != (
			*key,
			content.bin,
			content.stock_status,
		):
			raise Conflict(
				"Serial number {serial_no} does not lie in bin {bin} as {stock_status}.",
				code="serial_elsewhere",
				serial_no=serial,
				bin=content.bin,
				stock_status=content.stock_status,
			)
		if (at["batch_no"] or "") != content.batch_no:
			raise Conflict(
				"Serial number {serial_no} is of batch {batch_no}.",
				code="serial_of_other_batch",
				serial_no=serial,
				batch_no=at["batch_no"],
			)
	return named
