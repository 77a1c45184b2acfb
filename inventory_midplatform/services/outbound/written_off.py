"""Write-offs of stock on hold: it is picked and leaves as it is, and is never available in between.

A write-off that names Quality, Damaged or Blocked reserves nothing, for what is on hold is promised to nobody. Its picks are
bin moves to staging in that status, back again where they are put back, and its Stock Entry takes that status. As any
document that takes stock on hold it is refused to who may not unblock stock
(``domain.settlement.on_hold``): so a storekeeper may pick it, and
a supervisor ships it. Two write-offs of the same goods are first come, first served: the second finds too little in the bin.
"""

from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.domain import removal
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.ledger import bin_stock, positions
from inventory_midplatform.services.locations.stock_in_bin import (
	StockInBin,
	record_change,
	unallocated_content,
)


def is_on_hold(order: Row) -> bool:
	"""Return whether an Outbound Order takes stock on hold."""
	return (order["stock_status"] or AVAILABLE) != AVAILABLE


def to_pick(ctx: Context, order: Row, order_lines: Sequence[Row]) -> list[Row]:
	"""Return what can be picked for an order, in walking order: line, item_code, bin, batch_no, qty."""
	if not order["assignee"]:
		return []
	keys: set[Key] = {(line["item_code"], order["warehouse"]) for line in order_lines}
	found = []
	for (item_code, _), contents in sorted(bin_stock.bin_contents(ctx, keys, locked=False).items()):
		rest = sum((x["qty"] - x["picked_qty"] for x in order_lines if x["item_code"] == item_code), ZERO)
		here = [c for c in contents if c.stock_status == order["stock_status"] and not c.is_staging]
		line = next(x["name"] for x in order_lines if x["item_code"] == item_code)
		for t in removal.choose(here, rest)[0]:
			at = {"bin": t.content.bin, "batch_no": t.content.batch_no, "qty": t.qty}
			found.append({"line": line, "item_code": item_code, **at})
	return found


def require_any(ctx: Context, order: Row, order_lines: Sequence[Row]) -> None:
	"""Raises Conflict (``nothing_reserved``) where none of it is there in the order's status."""
	if not to_pick(ctx, {**order, "assignee": ctx.identity.user}, order_lines):
		raise Conflict(
			"Nothing that {name} writes off is {stock_status} in {warehouse}.",
			code="nothing_reserved",
			name=order["name"],
			stock_status=order["stock_status"],
			warehouse=order["warehouse"],
		)


def pick(ctx: Context, order: Row, line: Row, stock: StockInBin, reason: str = "") -> None:
	"""Move stock on hold from a bin to staging and record the pick. Locks the position.

	Raises what :func:`unallocated_content` and :func:`record_change` raise.
	"""
	positions.lock_positions(ctx, [stock.key])
	content = unallocated_content(ctx, stock)
	record_change(
		ctx, MovementKind.BIN_MOVE, stock, content, order["staging_bin"], stock.stock_status, order["name"]
	)
	ctx.store.insert(
		"Outbound Pick",
		[
			{
				"name": new_id(),
				"outbound_order": order["name"],
				"line": line["name"],
				"item_code": stock.item_code,
				"warehouse": stock.warehouse,
				"from_bin": stock.bin,
				"staging_bin": order["staging_bin"],
				"batch_no": content.batch_no,
				"serial_no": serial,
				"qty": qty,
				"returned_qty": ZERO,
				"is_moved": 1,
				"picked_by": ctx.identity.user,
				"picked_at": ctx.clock.now(),
				"reason": reason,
			}
			for qty, serial in [(Decimal(1), s) for s in stock.serial_nos] or [(stock.qty, "")]
		],
	)
