"""Short picks: block in its bin what cannot be picked, and propose other bins for it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.outbound import (
	OUTBOUND,
	SHORT_REASONS,
)
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.reservation import Reservation, in_queue_order
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations import bins_to_count
from inventory_midplatform.services.locations.stock_in_bin import (
	StockInBin,
	record_change,
	serials_in_content,
)
from inventory_midplatform.services.outbound import allocation, lines, orders
from inventory_midplatform.services.outbound.picking import Pick

BLOCKED_AS = {"Damaged": "Damaged"}
"""Reason → stock status of what cannot be picked; Blocked for all other reasons."""


def report_short(ctx: Context, name: str, picked: Pick) -> Reason:
	"""Report that ``qty`` of a proposed pick cannot be picked, and why (``reason``, one of ``SHORT_REASONS``).

	That much in the bin is blocked (Damaged where it is damaged) and the bin is marked to be counted, but for a bin that
	cannot be reached; the reservation is filled from elsewhere, or waits. Locks the order, then the position. Raises
	InvalidInput (``invalid_argument``, ``not_whole``), Conflict (``more_than_allocated``, ``not_pickable``).
	"""
	modules.require(ctx, "outbound")
	require_reason(picked.reason)
	order = steps.begin(ctx, OUTBOUND, name, "report_short")
	line = lines.line_named(ctx, name, picked.line)
	bin = lines.bin_to_pick(ctx, picked.bin, order["warehouse"], line["item_code"])
	masters.require_whole(ctx, line["item_code"], picked.qty)
	key: Key = (line["item_code"], order["warehouse"])
	stock, allocations = lines.lock(ctx, order, [line])
	reservations = [r for r in lines.reservations_of(stock, order) if lines.is_for(r, line)]
	take_short(ctx, stock, allocations, key, bin, picked, reservations)
	operation_log.log(
		ctx,
		"Short",
		OUTBOUND.doctype,
		name,
		item_code=line["item_code"],
		warehouse=order["warehouse"],
		qty=picked.qty,
		from_value=bin,
		reason=picked.reason,
	)
	orders.touch(ctx, name)
	return Reason(
		"{qty} of {item_code} reported short.", qty=to_text(picked.qty), item_code=line["item_code"]
	)


def require_reason(reason: str) -> None:
	"""Raise InvalidInput (``invalid_argument``) for a reason that is not one of ``SHORT_REASONS``."""
	if reason not in SHORT_REASONS:
		raise InvalidInput(
			"{argument} is not valid: {problem}.",
			code="invalid_argument",
			argument="reason",
			problem=", ".join(SHORT_REASONS),
		)


def take_short(
	ctx: Context,
	stock: LockedStock,
	allocations: Allocations,
	key: Key,
	bin: str,
	picked: Pick,
	reservations: Sequence[Reservation],
) -> None:
	"""Take ``picked.qty`` in a bin off what is allocated there for these reservations, the least urgent first.

	It is blocked in the bin, which is marked to be counted, unless the bin cannot be reached; the reservations are filled from elsewhere,
	or wait. The position is locked by the caller. Raises Conflict (``more_than_allocated``).
	"""
	rest = picked.qty
	for allocated in [a for r in reversed(in_queue_order(reservations)) for a in allocations.of([r.name])]:
		if allocated.bin == bin and (not picked.batch_no or allocated.batch_no == picked.batch_no):
			part = min(rest, allocated.qty)
			allocations.take(allocated, part)
			r = stock.current(allocated.reservation)
			stock.put(
				replace(r, reserved=r.reserved - part, waiting=r.waiting + part, allocated=r.allocated - part)
			)
			rest -= part
			if part and picked.reason != "Cannot Reach":
				_block(ctx, stock, key, allocated, part, picked.reason)
	if rest:
		raise Conflict(
			"{qty} is more than is allocated in bin {bin}.",
			code="more_than_allocated",
			qty=to_text(picked.qty),
			bin=bin,
		)
	allocations.write()
	stock.fill_waiting([key])
	again = [stock.current(r.name) for r in reservations]
	allocation.allocate(ctx, stock, allocations, again, last=bin)
	allocations.write()
	stock.write()
	if picked.reason != "Cannot Reach":
		bins_to_count.request(ctx, bin, *key, picked.reason)


def _block(ctx: Context, stock: LockedStock, key: Key, a: Allocation, qty: Decimal, reason: str) -> None:
	content = next(
		c
		for c in bin_stock.bin_contents(ctx, [key])[key]
		if (c.bin, c.batch_no, c.stock_status) == (a.bin, a.batch_no, AVAILABLE)
	)
	serials = serials_in_content(ctx, content, key)[: int(qty)]
	stock.change_on_hand(key, ZERO, qty)
	status = BLOCKED_AS.get(reason, "Blocked")
	record_change(
		ctx,
		MovementKind.STATUS_CHANGE,
		StockInBin(*key, content.bin, qty, content.stock_status, content.batch_no, serials),
		content,
		a.bin,
		status,
		reason,
	)
