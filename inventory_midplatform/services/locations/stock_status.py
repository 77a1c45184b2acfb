"""Stock statuses: stock in a bin is put on hold (blocked) and taken off hold (unblocked)."""

from dataclasses import replace

from inventory_midplatform.domain import stock_status as rules
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import operation_log
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.ledger.writing import write
from inventory_midplatform.services.locations.stock_in_bin import (
	StockInBin,
	movements_of_change,
	unallocated_content,
	with_record_names,
)


def change_status(ctx: Context, stock: StockInBin, to_status: str, reason: str = "", to_bin: str = "") -> Row:
	"""Put stock on hold (Quality, Damaged, Blocked), take it off hold (Available) or change why it is on hold. It stays in
	its bin, or moves to ``to_bin`` of its warehouse.

	Locks the position with its reservations, then the bin stock. Stock taken off hold fills waiting reservations. If
	reservations need the stock that is put on hold, expired ones are released first. Raises what :mod:`masters`,
	:func:`unallocated_content` and :func:`movements_of_change` raise, InvalidInput (``same_status``) or Conflict
	(``takes_reserved_stock``).
	"""
	stock = with_record_names(ctx, stock)
	from_status = stock.stock_status
	if from_status == to_status:
		raise InvalidInput("Name two different stock statuses.", code="same_status", stock_status=to_status)
	key, qty = stock.key, stock.qty
	locked = LockedStock(ctx, [key])
	content = unallocated_content(ctx, stock)
	rules.change_status(locked, key, qty, from_status, to_status)
	moves = movements_of_change(
		ctx, MovementKind.STATUS_CHANGE, stock, content, to_bin or stock.bin, to_status, reason
	)
	write(ctx, replace(locked.plan(), movements=moves))
	details: Row = {
		"item_code": stock.item_code,
		"warehouse": stock.warehouse,
		"qty": qty,
		"from_value": from_status,
		"to_value": to_status,
		"reason": reason,
	}
	if to_status == AVAILABLE:
		operation_log.log(ctx, "Unblock", "Warehouse Bin", stock.bin, **details)
	else:
		operation_log.log(ctx, "Block", "Warehouse Bin", stock.bin, **details)
	return {
		"item_code": stock.item_code,
		"warehouse": stock.warehouse,
		"bin": stock.bin,
		"qty": qty,
		"from_status": from_status,
		"to_status": to_status,
	}
