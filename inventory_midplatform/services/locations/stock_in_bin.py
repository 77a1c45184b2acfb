"""A quantity of one item in one bin, and the movements that take it to another bin or status of its warehouse.

ERPNext's books do not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.movement import Movement, MovementKind
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.settlement.plan import Plan
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger import batches_and_serials, bin_stock
from inventory_midplatform.services.ledger.writing import write


@dataclass(frozen=True)
class StockInBin:
	"""A quantity (stock UOM) in a bin, as a caller names it."""

	item_code: str
	warehouse: str
	bin: str
	qty: Decimal
	stock_status: str = AVAILABLE
	batch_no: str = ""
	"""May be left out if the bin holds one batch of the item."""
	serial_nos: Sequence[str] = ()
	"""As many as ``qty``, of an item that has serial numbers."""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)


def with_record_names(ctx: Context, stock: StockInBin) -> StockInBin:
	"""Return the same stock with the names of its records. A disabled bin is allowed. Raises what :mod:`masters` raises."""
	item_code = masters.stock_item(ctx, stock.item_code).item_code
	warehouse = masters.stock_warehouse(ctx, stock.warehouse).name
	bin = masters.bin_in(ctx, stock.bin, warehouse, usable=False)["name"]
	return replace(stock, item_code=item_code, warehouse=warehouse, bin=bin)


def unallocated_content(ctx: Context, stock: StockInBin) -> BinContent:
	"""Return the bin's content that the stock is part of. The position must be locked; bin stock is read with a lock.

	Raises Conflict (``insufficient_in_bin``) if less than ``qty`` is unallocated, or InvalidInput (``batch_needed``,
	``not_whole``).
	"""
	contents = [
		c
		for c in bin_stock.bin_contents(ctx, [stock.key])[stock.key]
		if (c.bin, c.stock_status) == (stock.bin, stock.stock_status)
		and (not stock.batch_no or c.batch_no == stock.batch_no)
	]
	if len(contents) > 1:
		batches = ", ".join(sorted(c.batch_no for c in contents))
		raise InvalidInput(
			"Bin {bin} holds several batches of item {item_code}: {batches}. Name one.",
			code="batch_needed",
			item_code=stock.item_code,
			bin=stock.bin,
			batches=batches,
		)
	free = contents[0].free if contents else ZERO
	if free < stock.qty:
		raise Conflict(
			"Only {free} of item {item_code} can be moved from bin {bin}.",
			code="insufficient_in_bin",
			item_code=stock.item_code,
			bin=stock.bin,
			free=to_text(max(free, ZERO)),
			qty=to_text(stock.qty),
		)
	if contents[0].qty % 1 == 0:
		masters.require_whole(ctx, stock.item_code, stock.qty)
	return contents[0]


def movements_of_change(
	ctx: Context,
	kind: MovementKind,
	stock: StockInBin,
	content: BinContent,
	to_bin: str,
	to_status: str,
	reason: str,
) -> list[Movement]:
	"""Return the movements of the stock out of its content, into a bin and status of the same warehouse.

	Two movements, or two for each serial number. The position must be locked. Raises InvalidInput (``serials_needed``) or
	Conflict (``serial_elsewhere``, ``serial_of_other_batch``).
	"""
	now, change_id = ctx.clock.now(), new_id()
	parts = [(Decimal(1), serial) for serial in _serials(ctx, stock, content)] or [(stock.qty, "")]
	return [
		Movement(
			*stock.key,
			bin,
			signed,
			kind,
			now,
			content.batch_no,
			serial,
			status,
			received_at=content.oldest_receipt,
			voucher_no=change_id,
			reason=reason,
		)
		for part, serial in parts
		for bin, status, signed in ((content.bin, content.stock_status, -part), (to_bin, to_status, part))
	]


def record_change(
	ctx: Context,
	kind: MovementKind,
	stock: StockInBin,
	content: BinContent,
	to_bin: str,
	to_status: str,
	reason: str,
) -> None:
	"""Write what :func:`movements_of_change` returns."""
	moves = movements_of_change(ctx, kind, stock, content, to_bin, to_status, reason)
	write(ctx, Plan(movements=moves))


def _serials(ctx: Context, stock: StockInBin, content: BinContent) -> list[str]:
	"""Return the serial numbers of the stock: as many as the quantity, all of them in the content."""
	named = sorted(set(stock.serial_nos))
	if not named and not batches_and_serials.tracked_items(ctx, [stock.item_code]).get(stock.item_code):
		return []
	if len(named) != stock.qty:
		raise InvalidInput(
			"Item {item_code} has serial numbers: name {qty} of them.",
			code="serials_needed",
			item_code=stock.item_code,
			qty=to_text(stock.qty),
			named=len(named),
		)
	locations = batches_and_serials.locations(ctx, named)
	expected = (*stock.key, content.bin, content.stock_status)
	for serial in named:
		at = locations.get(serial)
		if not at or (at["item_code"], at["warehouse"], at["bin"], at["stock_status"]) != expected:
			raise Conflict(
				"Serial number {serial_no} is not in bin {bin} as {stock_status}.",
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


def serials_in_content(ctx: Context, content: BinContent, key: Key) -> list[str]:
	"""Return the serial numbers in one bin content, by name; none of an item without serial numbers."""
	where = (content.bin, content.batch_no, content.stock_status)
	return sorted(
		serial
		for serial, at in batches_and_serials.serials_in(ctx, [key])[key].items()
		if (at["bin"], at["batch_no"] or "", at["stock_status"]) == where
	)
