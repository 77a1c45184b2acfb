"""Bin moves: stock moved from one bin of a warehouse to another."""

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, operation_log
from inventory_midplatform.services.ledger import positions
from inventory_midplatform.services.locations import suggestions
from inventory_midplatform.services.locations.stock_in_bin import (
	StockInBin,
	record_change,
	unallocated_content,
	with_record_names,
)


def move(ctx: Context, stock: StockInBin, to_bin: str, reason: str = "") -> Row:
	"""Move stock to another bin of its warehouse. Locks the position, then the bin stock.

	What speaks against the bin (its zone, its capacity, the Storage Policy) is in ``warnings``; the move is done. Raises
	what :mod:`masters`, :func:`unallocated_content` and :func:`record_change` raise, or InvalidInput (``same_bin``).
	"""
	stock = with_record_names(ctx, stock)
	to_bin = masters.bin_in(ctx, to_bin, stock.warehouse)["name"]
	if stock.bin == to_bin:
		raise InvalidInput("Name two different bins.", code="same_bin", bin=to_bin)
	positions.lock_positions(ctx, [stock.key])
	content = unallocated_content(ctx, stock)
	warnings = suggestions.objections(ctx, stock.key, to_bin, stock.qty, content.batch_no)
	record_change(ctx, MovementKind.BIN_MOVE, stock, content, to_bin, stock.stock_status, reason)
	operation_log.log(
		ctx,
		"Move",
		"Warehouse Bin",
		to_bin,
		item_code=stock.item_code,
		warehouse=stock.warehouse,
		qty=stock.qty,
		from_value=stock.bin,
		to_value=to_bin,
		reason=reason,
	)
	return {
		"item_code": stock.item_code,
		"warehouse": stock.warehouse,
		"from_bin": stock.bin,
		"to_bin": to_bin,
		"qty": stock.qty,
		"warnings": [warning.as_dict() for warning in warnings],
	}
