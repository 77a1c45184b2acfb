"""Picking for a wave: what is taken from a bin is divided among the orders of the wave, with one bin move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.reservation import Reservation, in_queue_order
from inventory_midplatform.domain.waves import WAVE
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations.stock_in_bin import StockInBin, record_change
from inventory_midplatform.services.outbound import lines, orders, picking, shortage, waves
from inventory_midplatform.services.outbound.picking import Pick


@dataclass(frozen=True)
class WavePick:
	"""A pick for a wave, as the storekeeper reports it. ``qty`` in stock UOM."""

	item_code: str
	bin: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: Sequence[str] = ()
	reason: str = ""

	def part(self, line: str, qty: Decimal, serial_nos: Sequence[str] = ()) -> Pick:
		"""Return the part of it that is for one line."""
		return Pick(line, self.bin, qty, self.batch_no, serial_nos, self.reason)


def pick(ctx: Context, name: str, picked: WavePick) -> Reason:
	"""Move what was picked to staging and divide it among the orders of the wave, the most urgent first.

	First to those that have it allocated in that bin and batch. Locks the orders that have the item, not the wave: its
	other items are picked at the same time. Raises Conflict ``more_than_to_pick``, and what :func:`picking.pick` raises.
	"""
	modules.require(ctx, "outbound")
	wave = steps.may_take(ctx, WAVE, name, "pick")
	item_code = masters.known_item(ctx, picked.item_code)
	bin = lines.bin_to_pick(ctx, picked.bin, wave["warehouse"], item_code)
	picked = replace(picked, item_code=item_code, bin=bin)
	found = waves.by_urgency(waves.to_pick(waves.orders_in(ctx, name, item_code)))
	order_lines = orders.lines_of_many(ctx, [order["name"] for order in found], item_code)
	left = sum((max(line["qty"] - line["picked_qty"], ZERO) for line in order_lines), ZERO)
	if picked.qty > left:
		raise Conflict(
			"{left} of item {item_code} is left to pick; {qty} is more.",
			code="more_than_to_pick",
			item_code=item_code,
			left=to_text(left),
			qty=to_text(picked.qty),
		)
	masters.require_whole(ctx, item_code, picked.qty)
	key: Key = (item_code, wave["warehouse"])
	stock, allocations, by_source = waves.lock(ctx, wave, found, order_lines)
	content = picking.content_to_pick(ctx, key, bin, picked.qty, picked.batch_no)
	record_change(
		ctx,
		MovementKind.BIN_MOVE,
		StockInBin(*key, content.bin, picked.qty, content.stock_status, content.batch_no, picked.serial_nos),
		content,
		wave["staging_bin"],
		AVAILABLE,
		name,
	)
	rows = _divide(ctx, found, order_lines, by_source, stock, allocations, content, picked)
	allocations.write()
	stock.write()
	ctx.store.insert("Outbound Pick", rows)
	_count(ctx, wave, rows, picked)
	return Reason("{qty} of {item_code} picked.", qty=to_text(picked.qty), item_code=item_code)


def _divide(
	ctx: Context,
	found: Sequence[Row],
	order_lines: Sequence[Row],
	by_source: waves.BySource,
	stock: LockedStock,
	allocations: Allocations,
	content: BinContent,
	picked: WavePick,
) -> list[Row]:
	"""Divide a pick among the lines, move their allocations to staging, and return the picks to write."""
	targets = [
		(
			order,
			line,
			in_queue_order(r for r in by_source.get(lines.source_of(order), ()) if lines.is_for(r, line)),
		)
		for order in found
		for line in order_lines
		if line["parent"] == order["name"]
	]
	allocated = [_allocated(allocations, reservations, content) for _, _, reservations in targets]
	parts, rest = [], picked.qty
	for (_, line, _), here in zip(targets, allocated, strict=True):
		parts.append(min(rest, here, max(line["qty"] - line["picked_qty"], ZERO)))
		rest -= parts[-1]
	for i, (_, line, reservations) in enumerate(targets):
		unpicked = _reserved(reservations) - _in_staging(allocations, reservations, found[0]["staging_bin"])
		more = min(rest, max(min(line["qty"] - line["picked_qty"], unpicked) - parts[i], ZERO))
		parts[i] += more
		rest -= more
	if rest:
		raise Conflict(
			"Only {reserved} is reserved for this line; {qty} cannot be picked.",
			code="more_than_reserved",
			reserved=to_text(picked.qty - rest),
			qty=to_text(picked.qty),
		)
	rows: list[Row] = []
	serials = list(picked.serial_nos)
	for (order, line, reservations), part, here in zip(targets, parts, allocated, strict=True):
		if part <= 0:
			continue
		own, serials = serials[: int(part)], serials[int(part) :]
		share = picked.part(line["name"], part, own)
		shares = picking.shares_of(order, line, allocations, reservations, content, share)
		# what was not allocated here is not free for the next line any more
		content = replace(content, qty=content.qty - max(part - here, ZERO))
		picking.allocate_in_staging(stock, allocations, order, reservations, content, shares)
		rows += picking.pick_rows(ctx, order, line, content, shares, share)
	return rows


def _allocated(allocations: Allocations, reservations: Sequence[Reservation], content: BinContent) -> Decimal:
	of_line = allocations.of(r.name for r in reservations)
	return sum((a.qty for a in of_line if (a.bin, a.batch_no) == (content.bin, content.batch_no)), ZERO)


def _in_staging(allocations: Allocations, reservations: Sequence[Reservation], bin: str) -> Decimal:
	return sum((a.qty for a in allocations.of(r.name for r in reservations) if a.bin == bin), ZERO)


def _reserved(reservations: Sequence[Reservation]) -> Decimal:
	return sum((r.reserved for r in reservations), ZERO)


def _count(ctx: Context, wave: Row, rows: Sequence[Row], picked: WavePick) -> None:
	"""Add the picks to their lines and log them."""
	counts: dict[tuple[str, str], Decimal] = {}
	for row in rows:
		of = (row["outbound_order"], row["line"])
		counts[of] = counts.get(of, ZERO) + row["qty"]
	changes = [{"name": line, "picked_qty": qty} for (_, line), qty in sorted(counts.items())]
	for part in batches(changes):
		ctx.store.add(orders.LINE, ("name",), part, add=("picked_qty",))
	orders.touch(ctx, *sorted({order for order, _ in counts}))
	about = {
		"item_code": picked.item_code,
		"warehouse": wave["warehouse"],
		"from_value": picked.bin,
		"to_value": wave["staging_bin"],
		"reason": picked.reason,
	}
	of_orders = [((OUTBOUND.doctype, order), qty) for (order, _), qty in sorted(counts.items())]
	logged = [((WAVE.doctype, wave["name"]), picked.qty), *of_orders]
	operation_log.write(
		ctx, [operation_log.entry(ctx, "Pick", *record, qty=qty, **about) for record, qty in logged]
	)


def report_short(ctx: Context, name: str, picked: WavePick) -> Reason:
	"""Report that ``qty`` of an item cannot be picked from a bin; the least urgent orders of the wave lose it there.

	See :func:`shortage.report_short`, which raises the same.
	"""
	modules.require(ctx, "outbound")
	shortage.require_reason(picked.reason)
	wave = steps.may_take(ctx, WAVE, name, "report_short")
	item_code = masters.known_item(ctx, picked.item_code)
	bin = lines.bin_to_pick(ctx, picked.bin, wave["warehouse"], item_code)
	masters.require_whole(ctx, item_code, picked.qty)
	found = waves.to_pick(waves.orders_in(ctx, name, item_code))
	order_lines = orders.lines_of_many(ctx, [order["name"] for order in found], item_code)
	key: Key = (item_code, wave["warehouse"])
	if not order_lines:
		raise Conflict(
			"{qty} is more than is allocated in bin {bin}.",
			code="more_than_allocated",
			qty=to_text(picked.qty),
			bin=bin,
		)
	stock, allocations, by_source = waves.lock(ctx, wave, found, order_lines)
	reservations = [r for order in found for r in by_source.get(lines.source_of(order), ())]
	shortage.take_short(ctx, stock, allocations, key, bin, picked.part("", picked.qty), reservations)
	operation_log.log(
		ctx,
		"Short",
		WAVE.doctype,
		name,
		item_code=item_code,
		warehouse=wave["warehouse"],
		qty=picked.qty,
		from_value=bin,
		reason=picked.reason,
	)
	orders.touch(ctx, *(order["name"] for order in found))
	return Reason("{qty} of {item_code} reported short.", qty=to_text(picked.qty), item_code=item_code)
