"""Allocating: when picking is released, what a reservation keeps in a warehouse is pinned to bins."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reservation import Reservation, in_turn
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, operation_log, reservation, storage
from inventory_midplatform.services.allocated import Allocation, Allocations
from inventory_midplatform.services.locked_stock import LockedStock

DOCTYPE = "Inventory Reservation"


def allocate(
	ctx: Context, name: str, qty: Decimal | None = None, strategy: str = "", batch_no: str = ""
) -> Row:
	"""Pin ``qty`` (stock UOM; all that is kept and not pinned yet if not said) of a reservation to bins.

	The bins are chosen by the named removal strategy, else the Storage Policy's, else the walk through the warehouse;
	``batch_no`` keeps to one batch. What has expired is pinned only where its batch is named. Raises Conflict:
	``nothing_to_allocate``, ``more_than_reserved``, ``insufficient_in_bins`` where less lies there unpinned;
	InvalidInput ``unknown_strategy``.
	"""
	stock, key, current = _locked(ctx, name)
	left = current.reserved - current.allocated
	if not left or current.expired(ctx.clock.now()):
		raise Conflict(
			"Nothing of reservation {name} is kept that is not pinned to bins already.",
			code="nothing_to_allocate",
			name=name,
		)
	wanted = left if qty is None else qty
	if wanted > left:
		raise Conflict(
			"Reservation {name} keeps {left} that is not pinned to bins yet; {qty} is more.",
			code="more_than_reserved",
			name=name,
			left=to_text(left),
			qty=to_text(wanted),
		)
	if left % 1 == 0:
		masters.require_whole(ctx, key[0], wanted)
	found = storage.chosen_for_removal(ctx, key, wanted, strategy, batch_no)
	if found.rest:
		raise _not_in_bins(key[0], wanted, found)
	allocations = Allocations(ctx, [key])
	for t in found.taken:
		allocations.add(Allocation(current.name, *key, t.content.bin, t.content.batch_no, t.qty))
	return _written(ctx, stock, allocations, current, wanted)


def deallocate(ctx: Context, name: str, qty: Decimal | None = None) -> Row:
	"""Take ``qty`` (stock UOM; all of it if not said) of a reservation off its bins; it stays kept in the warehouse.

	Raises Conflict ``more_than_allocated``.
	"""
	stock, key, current = _locked(ctx, name)
	given = current.allocated if qty is None else qty
	if not given or given > current.allocated:
		raise Conflict(
			"Reservation {name} has {allocated} pinned to bins.",
			code="more_than_allocated",
			name=name,
			allocated=to_text(current.allocated),
		)
	if current.allocated % 1 == 0:
		masters.require_whole(ctx, key[0], given)
	allocations = Allocations(ctx, [key])
	allocations.shrink(current.name, given)
	return _written(ctx, stock, allocations, current, -given)


def allocations_of(ctx: Context, name: str) -> list[Row]:
	"""Where a reservation's stock is pinned: bin, bin_code, zone, batch_no, qty, in walking order."""
	return ctx.store.rows(
		"SELECT a.bin, wb.bin_code, wb.zone, a.batch_no, a.qty FROM `tabBin Allocation` a"
		" JOIN `tabWarehouse Bin` wb ON wb.name = a.bin WHERE a.reservation = %(name)s"
		" ORDER BY wb.sequence, a.bin, a.batch_no",
		{"name": name},
	)


def displace(ctx: Context, stock: LockedStock, allocations: Allocations, over: dict[Any, Decimal]) -> None:
	"""Bins hold less than is pinned to them: the youngest of the lowest priority goes back to its reservation, which
	stays kept in the warehouse, and its owner is told. ``over`` is (item, bin, batch) → how much too much.
	"""
	displaced: dict[str, Decimal] = {}
	for where, too_much in sorted(over.items()):
		pinned = allocations.in_bin(*where)
		turn = [r.name for r in in_turn(stock.named({a.reservation for a in pinned}))]
		for a in sorted(pinned, key=lambda a: turn.index(a.reservation), reverse=True):
			part = min(a.qty, too_much)
			if part:
				allocations.take(a, part)
				too_much -= part
				displaced[a.reservation] = displaced.get(a.reservation, ZERO) + part
	for name, qty in sorted(displaced.items()):
		r = stock.current(name)
		stock.put(replace(r, allocated=r.allocated - qty))
		operation_log.log(ctx, "Displace", DOCTYPE, name, **_about(r, qty))
	_tell_owners(ctx, displaced)


def _tell_owners(ctx: Context, displaced: dict[str, Decimal]) -> None:
	if not displaced:
		return
	owners = ctx.store.rows(
		"SELECT name, owner FROM `tabInventory Reservation` WHERE name IN %(names)s",
		{"names": sorted(displaced)},
	)
	for row in owners:
		ctx.notifier.todo(
			[row["owner"]],
			"{qty} of reservation {name} was taken from the bin it was pinned to. It is still kept for you: pin it again.",
			DOCTYPE,
			row["name"],
			name=row["name"],
			qty=to_text(displaced[row["name"]]),
		)


def _not_in_bins(item_code: str, wanted: Decimal, found: storage.Suggested) -> Conflict:
	facts = {"item_code": item_code, "found": to_text(wanted - found.rest), "qty": to_text(wanted)}
	if found.expired:
		return Conflict(
			"Only {found} of item {item_code} lies in the bins available and pinned to nobody; {expired} more lies there"
			" and has expired. Name its batch to pin it all the same.",
			code="insufficient_in_bins",
			expired=to_text(found.expired_qty),
			**facts,
		)
	return Conflict(
		"Only {found} of item {item_code} lies in the bins available and pinned to nobody.",
		code="insufficient_in_bins",
		**facts,
	)


def _locked(ctx: Context, name: str) -> tuple[LockedStock, Key, Reservation]:
	reservation.require_module(ctx)
	seen = reservation.get(ctx, name)
	key = (seen.item_code, seen.warehouse)
	stock = LockedStock(ctx, [key])
	return stock, key, stock.by_name(name)


def _written(
	ctx: Context, stock: LockedStock, allocations: Allocations, current: Reservation, change: Decimal
) -> Row:
	made = stock.put(replace(current, allocated=current.allocated + change))
	allocations.write()
	stock.write()
	if change > 0:
		operation_log.log(ctx, "Allocate", DOCTYPE, made.name, **_about(made, change))
		ctx.notifier.done(DOCTYPE, made.name)
	else:
		operation_log.log(ctx, "Deallocate", DOCTYPE, made.name, **_about(made, -change))
	return {**reservation.as_dict(made), "allocations": allocations_of(ctx, made.name)}


def _about(r: Reservation, qty: Decimal) -> dict[str, Any]:
	return {"item_code": r.item_code, "warehouse": r.warehouse, "qty": qty}
