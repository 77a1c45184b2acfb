"""Putting away: accepted stock moves from the Unplaced bin to the bins in which it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.inbound import DONE, INBOUND, TO_PUT_AWAY
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import orders
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import bin_moves
from inventory_midplatform.services.locations.stock_in_bin import StockInBin


@dataclass(frozen=True)
class Placing:
	"""What a storekeeper says was put into a bin. ``qty`` in stock UOM."""

	line: str
	bin: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: Sequence[str] = ()


@dataclass(frozen=True)
class Received:
	"""The part of a line that a storekeeper has in hand. Its order, line and scans are locked."""

	order: Row
	line: Row
	unplaced: str
	"""The bin it lies in."""
	shares: Sequence[tuple[Row, Decimal]]
	"""What was scanned → how much of it this is."""

	@property
	def batch_no(self) -> str:
		return str(self.shares[0][0]["batch_no"])


def begin(
	ctx: Context, name: str, step: str, line: str, qty: Decimal, batch_no: str, serial_nos: Sequence[str]
) -> Received:
	"""Return the part of a line that is to be put away by ``step``. ``qty`` in stock UOM.

	Locks the order and its scans. Raises what :func:`steps.begin` raises, Conflict (``more_than_left``), InvalidInput
	(``batch_needed``, ``not_whole``).
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, step)
	found = orders.line_named(ctx, name, line)
	masters.require_whole(ctx, found["item_code"], qty)
	rows = orders.receipt_lines(ctx, name, line, locked=True)
	parts = [(row, orders.to_put_away_qty(row)) for row in rows]
	shares = orders.shares(found, parts, qty, batch_no, serial_nos)
	unplaced = bin_stock.unplaced_bins(ctx, [order["warehouse"]])[order["warehouse"]]
	return Received(order, found, unplaced, shares)


def put_away(ctx: Context, name: str, placing: Placing) -> tuple[Reason, list[Row]]:
	"""Move a quantity of a line from the Unplaced bin to a bin. Returns what was done, and what speaks against that bin.

	The order is done when all of it is put away. Locks the order, then the position. Raises InvalidInput
	(``not_for_storage``), and what :func:`begin` and :func:`bin_moves.move` raise.
	"""
	received = begin(ctx, name, "put_away", placing.line, placing.qty, placing.batch_no, placing.serial_nos)
	order, item_code = received.order, received.line["item_code"]
	bin = _storage_bin(ctx, placing.bin, order["warehouse"])
	stock = StockInBin(
		item_code,
		order["warehouse"],
		received.unplaced,
		placing.qty,
		AVAILABLE,
		received.batch_no,
		placing.serial_nos,
	)
	moved = bin_moves.move(ctx, stock, bin, name)
	placed(ctx, received, "put_away", placing.qty, bin)
	reason = Reason("{qty} of {item_code} put into {bin}.", qty=placing.qty, item_code=item_code, bin=bin)
	return reason, list(moved["warnings"])


def placed(ctx: Context, received: Received, step: str, qty: Decimal, bin: str) -> None:
	"""Count a quantity (stock UOM) as put away into ``bin``; the order is done when that was the last of it."""
	name, line = received.order["name"], received.line
	for row, part in received.shares:
		orders.add_to_receipt_line(ctx, row["name"], put_away_qty=part)
	orders.set_line(ctx, line["name"], put_away_qty=line["put_away_qty"] + qty)
	orders.touch(ctx, name)
	operation_log.log(
		ctx,
		"Put Away",
		INBOUND.doctype,
		name,
		item_code=line["item_code"],
		warehouse=received.order["warehouse"],
		qty=qty,
		from_value=received.unplaced,
		to_value=bin,
	)
	left = any(orders.to_put_away_qty(line) for line in orders.lines_of(ctx, name, locked=True))
	if received.order["state"] == TO_PUT_AWAY and not left:
		steps.finish(ctx, INBOUND, steps.read(ctx, INBOUND, name, locked=True), step, DONE)


def _storage_bin(ctx: Context, name: str, warehouse: str) -> str:
	bin = str(masters.bin_in(ctx, name, warehouse)["name"])
	facts = bin_stock.bin_facts(ctx, [bin])[bin]
	if facts["is_unplaced"] or facts["is_staging"] or facts["is_reject"]:
		raise InvalidInput(
			"Nothing is stored in bin {bin}: it is the Unplaced, the staging or the reject bin.",
			code="not_for_storage",
			bin=bin,
		)
	return bin


def finish_putting_away(ctx: Context, name: str) -> Reason:
	"""Say that nothing is left to put away, because the rest was picked or moved from the Unplaced bin already.

	Raises Conflict (``left_to_put_away``) while the Unplaced bin has unallocated stock of it.
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "finish_putting_away")
	unplaced = bin_stock.unplaced_bins(ctx, [order["warehouse"]])[order["warehouse"]]
	rows = [row for row in orders.receipt_lines(ctx, name, locked=True) if orders.to_put_away_qty(row) > 0]
	keys: set[Key] = {(row["item_code"], order["warehouse"]) for row in rows}
	contents = bin_stock.bin_contents(ctx, keys, locked=False)
	for row in rows:
		free = _free(contents[(row["item_code"], order["warehouse"])], unplaced, row["batch_no"])
		left = min(orders.to_put_away_qty(row), free)
		if left > 0:
			raise Conflict(
				"{left} of item {item_code} is still in bin {bin}.",
				code="left_to_put_away",
				item_code=row["item_code"],
				bin=unplaced,
				left=to_text(left),
			)
	steps.finish(ctx, INBOUND, order, "finish_putting_away", DONE)
	return Reason("{name} is put away.", name=name)


def _free(contents: Sequence[BinContent], bin: str, batch_no: str) -> Decimal:
	return sum(
		(c.free for c in contents if (c.bin, c.batch_no, c.stock_status) == (bin, batch_no, AVAILABLE)), ZERO
	)
