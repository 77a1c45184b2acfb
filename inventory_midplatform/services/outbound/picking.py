"""Picking: each pick is a bin move to the staging bin, and the reservation's allocation moves with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain import removal
from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.outbound import (
	OUTBOUND,
	TO_CHECK,
	TO_PICK,
)
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.reservation import Reservation, in_queue_order
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations import staging
from inventory_midplatform.services.locations.stock_in_bin import (
	StockInBin,
	record_change,
)
from inventory_midplatform.services.outbound import (
	allocation,
	checking,
	deliveries,
	lines,
	orders,
	posted,
	written_off,
)


@dataclass(frozen=True)
class Pick:
	"""A pick, as the storekeeper reports it. ``qty`` in stock UOM."""

	line: str
	bin: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: Sequence[str] = ()
	reason: str = ""


def accept(ctx: Context, name: str) -> Reason:
	"""Assign an order to the user and allocate its reserved stock to bins.

	Locks the order, then the positions of its lines. Raises what :func:`steps.begin` raises, and Conflict
	(``nothing_reserved``).
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "accept")
	order_lines = orders.lines_of(ctx, name)
	stock, allocations = lines.lock(ctx, order, order_lines)
	reservations = lines.reservations_of(stock, order)
	if written_off.is_on_hold(order):
		written_off.require_any(ctx, order, order_lines)
	elif not any(r.reserved for r in reservations):
		raise Conflict("No stock is reserved for {name} yet.", code="nothing_reserved", name=name)
	allocation.allocate(ctx, stock, allocations, reservations)
	allocations.write()
	stock.write()
	bin = staging.staging_bin(ctx, order["warehouse"])
	steps.finish(
		ctx,
		OUTBOUND,
		order,
		"accept",
		TO_PICK,
		assignee=ctx.identity.user,
		staging_bin=bin,
		# it leaves a wave that is not released yet
		wave=None,
		cell=0,
	)
	return Reason("{name} accepted.", name=name)


def pick(ctx: Context, name: str, picked: Pick) -> Reason:
	"""Move a pick from its bin to the order's staging bin, and the reservation's allocation with it.

	Another bin or batch than proposed is possible where the stock is unallocated; another batch needs a reason. Locks the
	order, then the position. Raises Conflict ``more_than_to_pick``, ``insufficient_in_bin``, ``other_batch``,
	``not_pickable``, ``more_than_reserved``, InvalidInput ``batch_needed``, ``not_whole``, and what
	:func:`stock_in_bin.record_change` raises for serial numbers.
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "pick")
	line = lines.line_named(ctx, name, picked.line)
	bin = lines.bin_to_pick(ctx, picked.bin, order["warehouse"], line["item_code"])
	left = line["qty"] - line["picked_qty"]
	if picked.qty > left:
		raise Conflict(
			"{left} of item {item_code} is left to pick; {qty} is more.",
			code="more_than_to_pick",
			item_code=line["item_code"],
			left=to_text(max(left, ZERO)),
			qty=to_text(picked.qty),
		)
	masters.require_whole(ctx, line["item_code"], picked.qty)
	masters.require_codes_of_item(ctx, line["item_code"], picked.batch_no, picked.serial_nos)
	if order["is_posted"]:
		posted.pick(ctx, order, line, bin, picked.qty, picked.batch_no, picked.serial_nos)
		return _picked(ctx, order, line, bin, picked)
	key: Key = (line["item_code"], order["warehouse"])
	if written_off.is_on_hold(order):
		taken = StockInBin(*key, bin, picked.qty, order["stock_status"], picked.batch_no, picked.serial_nos)
		written_off.pick(ctx, order, line, taken, picked.reason)
		return _picked(ctx, order, line, bin, picked)
	stock, allocations = lines.lock(ctx, order, [line])
	reservations = in_queue_order(r for r in lines.reservations_of(stock, order) if lines.is_for(r, line))
	content = content_to_pick(ctx, key, bin, picked.qty, picked.batch_no)
	shares = shares_of(order, line, allocations, reservations, content, picked)
	record_change(
		ctx,
		MovementKind.BIN_MOVE,
		StockInBin(*key, content.bin, picked.qty, content.stock_status, content.batch_no, picked.serial_nos),
		content,
		order["staging_bin"],
		AVAILABLE,
		name,
	)
	allocate_in_staging(stock, allocations, order, reservations, content, shares)
	allocations.write()
	stock.write()
	ctx.store.insert("Outbound Pick", pick_rows(ctx, order, line, content, shares, picked))
	return _picked(ctx, order, line, bin, picked)


def allocate_in_staging(
	stock: LockedStock,
	allocations: Allocations,
	order: Row,
	reservations: Sequence[Reservation],
	content: BinContent,
	shares: Sequence[tuple[Reservation, Decimal]],
) -> None:
	"""Allocate the picked share of each reservation in the order's staging bin. The caller writes both."""
	for r, qty in shares:
		key: Key = (r.item_code, r.warehouse)
		allocations.add(Allocation(r.name, *key, order["staging_bin"], content.batch_no, qty))
	for r in reservations:
		total = sum((a.qty for a in allocations.of([r.name])), ZERO)
		stock.put(replace(stock.current(r.name), allocated=total))


def _picked(ctx: Context, order: Row, line: Row, bin: str, picked: Pick) -> Reason:
	"""Add a pick to its line and log it."""
	orders.set_line(ctx, line["name"], picked_qty=line["picked_qty"] + picked.qty)
	orders.touch(ctx, order["name"])
	operation_log.log(
		ctx,
		"Pick",
		OUTBOUND.doctype,
		order["name"],
		item_code=line["item_code"],
		warehouse=order["warehouse"],
		qty=picked.qty,
		from_value=bin,
		to_value=order["staging_bin"] or "",
		reason=picked.reason,
	)
	return Reason("{qty} of {item_code} picked.", qty=to_text(picked.qty), item_code=line["item_code"])


def content_to_pick(ctx: Context, key: Key, bin: str, qty: Decimal, batch_no: str) -> BinContent:
	"""Return the bin's content of the item: of the named batch, or of the only one in the bin.

	Raises InvalidInput (``batch_needed``) or Conflict (``insufficient_in_bin``, ``not_pickable``).
	"""
	found = [
		c
		for c in bin_stock.bin_contents(ctx, [key])[key]
		if c.bin == bin
		and c.stock_status == AVAILABLE
		and c.qty > 0
		and (not batch_no or c.batch_no == batch_no)
	]
	if len(found) > 1:
		raise InvalidInput(
			"Bin {bin} holds several batches of item {item_code}: {batches}. Name one.",
			code="batch_needed",
			item_code=key[0],
			bin=bin,
			batches=", ".join(sorted(c.batch_no for c in found)),
		)
	if not found or found[0].qty < qty:
		raise _insufficient(key[0], bin, found[0].qty if found else ZERO, qty)
	content = found[0]
	reason = removal.why_unusable(content, ctx.clock.now().date())
	if reason:
		raise Conflict(
			"Item {item_code} in bin {bin} cannot be picked. {reason}",
			code="not_pickable",
			item_code=key[0],
			bin=bin,
			batch_no=content.batch_no,
			reason=reason.sentence(),
		)
	return content


def shares_of(
	order: Row,
	line: Row,
	allocations: Allocations,
	reservations: Sequence[Reservation],
	content: BinContent,
	picked: Pick,
) -> list[tuple[Reservation, Decimal]]:
	"""Take the pick off the allocations of the line's reservations, and return which reservation it is for.

	First what is allocated in that bin and batch. The rest must be unallocated there, and is deallocated elsewhere. Raises
	Conflict (``other_batch``, ``insufficient_in_bin``, ``more_than_reserved``).
	"""
	names = {r.name: r for r in reservations}
	rest, shares = picked.qty, []
	for a in allocations.of(names):
		if (a.bin, a.batch_no) == (content.bin, content.batch_no) and (part := min(rest, a.qty)):
			allocations.take(a, part)
			shares.append((names[a.reservation], part))
			rest -= part
	if not rest:
		return shares
	others = [a for a in allocations.of(names) if a.bin != order["staging_bin"]]
	batches = {a.batch_no for a in others} - {content.batch_no}
	if batches and not picked.reason:
		raise Conflict(
			"Batch {proposed} was proposed. Say why batch {batch_no} is picked instead.",
			code="other_batch",
			proposed=", ".join(sorted(batches)),
			batch_no=content.batch_no,
		)
	if content.free < rest:
		free = max(content.free, ZERO) + picked.qty - rest
		raise _insufficient(line["item_code"], content.bin, free, picked.qty)
	for r in reservations:
		staged = sum((a.qty for a in allocations.of([r.name]) if a.bin == order["staging_bin"]), ZERO)
		already = sum((qty for other, qty in shares if other is r), ZERO)
		part = min(rest, r.reserved - staged - already)
		if part <= 0:
			continue
		elsewhere = [a for a in allocations.of([r.name]) if a.bin != order["staging_bin"]]
		excess = sum((a.qty for a in elsewhere), ZERO) + staged + already + part - r.reserved
		for a in reversed(elsewhere):
			given = min(max(excess, ZERO), a.qty)
			allocations.take(a, given)
			excess -= given
		shares.append((r, part))
		rest -= part
	if rest:
		raise Conflict(
			"Only {reserved} is reserved for this line; {qty} cannot be picked.",
			code="more_than_reserved",
			reserved=to_text(picked.qty - rest),
			qty=to_text(picked.qty),
		)
	return shares


def _insufficient(item_code: str, bin: str, free: Decimal, qty: Decimal) -> Conflict:
	return Conflict(
		"Only {free} of item {item_code} can be picked from bin {bin}.",
		code="insufficient_in_bin",
		item_code=item_code,
		bin=bin,
		free=to_text(max(free, ZERO)),
		qty=to_text(qty),
	)


def pick_rows(
	ctx: Context,
	order: Row,
	line: Row,
	content: BinContent,
	shares: Sequence[tuple[Reservation, Decimal]],
	picked: Pick,
) -> list[Row]:
	"""Return the picks to write: one for each reservation, or for each serial number."""
	facts = {
		"outbound_order": order["name"],
		"line": line["name"],
		"item_code": line["item_code"],
		"warehouse": order["warehouse"],
		"from_bin": content.bin,
		"staging_bin": order["staging_bin"],
		"batch_no": content.batch_no,
		"returned_qty": ZERO,
		"is_moved": 1,
		"picked_by": ctx.identity.user,
		"picked_at": ctx.clock.now(),
		"reason": picked.reason,
	}
	serials = list(picked.serial_nos)
	rows: list[Row] = []
	for r, qty in shares:
		own, serials = serials[: int(qty)], serials[int(qty) :]
		parts = [(Decimal(1), s) for s in own] or [(qty, "")]
		rows += [
			{"name": new_id(), "reservation": r.name, "qty": q, "serial_no": s, **facts} for q, s in parts
		]
	return rows


def finish_picking(ctx: Context, name: str) -> Reason:
	"""End the picking. What is missing is short; it stays reserved for a further order.

	Where no check is needed (:func:`checking.is_needed`), the delivery is drafted. Locks the order, then the positions of
	its lines. Raises Conflict ``nothing_picked``, ``more_than_ordered``.
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "finish_picking")
	order_lines = orders.lines_of(ctx, name, locked=True)
	if not any(line["picked_qty"] for line in order_lines):
		raise Conflict("Nothing is picked for {name} yet.", code="nothing_picked", name=name)
	orders.require_no_more_than_ordered(order_lines)
	stock, allocations = lines.lock(ctx, order, order_lines)
	lines.drop_proposals(ctx, stock, allocations, lines.reservations_of(stock, order), [order])
	allocations.write()
	stock.write()
	orders.set_lines(ctx, orders.shortages(order_lines), "short_qty")
	orders.touch(ctx, name)
	order = steps.read(ctx, OUTBOUND, name, locked=True)
	if checking.is_needed(ctx, name):
		steps.finish(ctx, OUTBOUND, order, "finish_picking", TO_CHECK)
	else:
		deliveries.ready_to_ship(ctx, order, "finish_picking")
	return Reason("{name} is picked.", name=name)
