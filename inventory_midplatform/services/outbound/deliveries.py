"""Deliveries: an order that is picked and checked is ready to ship, and its delivery is drafted."""

from collections import defaultdict
from decimal import Decimal

from inventory_midplatform.domain.outbound import OUTBOUND, TO_SHIP
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, DeliveryLine, Row
from inventory_midplatform.services import recipients
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import orders


def ready_to_ship(ctx: Context, order: Row, step: str, draft: bool = True) -> None:
	"""Make an order ready to ship, and draft the delivery of what is picked. The order's row is locked.

	Without ``draft`` that waits for :func:`require_draft`: a draft takes ERPNext half a second, and a scan at the pack
	station must not. Raises Conflict (``more_than_ordered``).
	"""
	if order["is_posted"]:
		steps.finish(ctx, OUTBOUND, order, step, TO_SHIP)
		return
	orders.require_no_more_than_ordered(orders.lines_of(ctx, order["name"]))
	steps.finish(ctx, OUTBOUND, order, step, TO_SHIP, **(_draft(ctx, order) if draft else {}))
	ctx.notifier.todo(
		recipients.storekeepers(ctx, order["warehouse"]),
		"{name} for {source} is ready to ship.",
		OUTBOUND.doctype,
		order["name"],
		name=order["name"],
		source=order["source_name"],
	)


def require_draft(ctx: Context, order: Row) -> Row:
	"""Return the header of an order that is ready to ship, with its delivery, which is drafted where it has none. The
	order's row is locked.
	"""
	if order["is_posted"] or order["delivery_document"]:
		return order
	drafted = _draft(ctx, order)
	ctx.store.execute(
		"UPDATE `tabOutbound Order` SET delivery_doctype = %(delivery_doctype)s,"
		" delivery_document = %(delivery_document)s WHERE name = %(name)s",
		{**drafted, "name": order["name"]},
	)
	orders.touch(ctx, order["name"])
	return {**order, **drafted}


def _draft(ctx: Context, order: Row) -> dict[str, str]:
	voucher = ctx.books.draft_delivery(
		order["source_type"], order["source_name"], order["warehouse"], _picked(ctx, order)
	)
	return {"delivery_doctype": voucher.voucher_type, "delivery_document": voucher.voucher_no}


def _picked(ctx: Context, order: Row) -> list[DeliveryLine]:
	"""Return an order's stock in staging by row, item and batch, in stock UOM."""
	rows = ctx.store.rows(
		"SELECT line.source_row, pick.item_code, pick.batch_no, pick.serial_no, pick.qty, pick.returned_qty"
		" FROM `tabOutbound Pick` pick JOIN `tabOutbound Order Line` line ON line.name = pick.line"
		" WHERE pick.outbound_order = %(name)s AND pick.qty > pick.returned_qty"
		f" ORDER BY line.idx, pick.batch_no, pick.serial_no{ctx.store.for_update}",
		{"name": order["name"]},
	)
	sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
	serials: dict[tuple[str, str, str], list[str]] = defaultdict(list)
	for row in rows:
		key = (row["source_row"] or "", row["item_code"], row["batch_no"] or "")
		sums[key] += from_store(row["qty"]) - from_store(row["returned_qty"])
		serials[key] += [row["serial_no"]] if row["serial_no"] else []
	return [
		DeliveryLine(
			source_row,
			item,
			qty,
			batch_no,
			tuple(serials[(source_row, item, batch_no)]),
			order["stock_status"] or AVAILABLE,
		)
		for (source_row, item, batch_no), qty in sums.items()
	]
