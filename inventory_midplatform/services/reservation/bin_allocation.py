"""Allocate reserved stock to bins when picking begins, and deallocate it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.domain.reservation import Reservation
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations import suggestions
from inventory_midplatform.services.reservation import reservations

DOCTYPE = "Inventory Reservation"


def allocate(
	ctx: Context, name: str, qty: Decimal | None = None, strategy: str = "", batch_no: str = ""
) -> Row:
	"""Allocate ``qty`` (stock UOM; by default all that is reserved and not allocated yet) of a reservation to bins.

	The bins are chosen by the named removal strategy, else the Storage Policy's, else the walk through the warehouse;
	``batch_no`` limits it to one batch. An expired batch is allocated only where it is named, a disabled one never. Raises
	Conflict: ``disabled_batch``, ``nothing_to_allocate``, ``more_than_reserved``, ``insufficient_in_bins`` where
	less is in bins and not allocated;
	InvalidInput ``unknown_strategy``.
	"""
	stock, key, current = _locked(ctx, name)
	left = current.reserved - current.allocated
	if not left or current.expired(ctx.clock.now()):
		raise Conflict(
			"Reservation {name} has nothing reserved that is not allocated to bins already.",
			code="nothing_to_allocate",
			name=name,
		)
	requested = left if qty is None else qty
	if requested > left:
		raise Conflict(
			"Reservation {name} has {left} reserved that is not allocated to bins yet; {qty} is more.",
			code="more_than_reserved",
			name=name,
			left=to_text(left),
			qty=to_text(requested),
		)
	if left % 1 == 0:
		masters.require_whole(ctx, key[0], requested)
	found = suggestions.choose_removal(ctx, key, requested, strategy, batch_no)
	if found.rest:
		raise _not_in_bins(key[0], requested, found)
	allocations = Allocations(ctx, [key])
	for t in found.removals:
		allocations.add(Allocation(current.name, *key, t.content.bin, t.content.batch_no, t.qty))
	return _written(ctx, stock, allocations, current, requested)


def deallocate(ctx: Context, name: str, qty: Decimal | None = None) -> Row:
	"""Deallocate ``qty`` (stock UOM; by default all) of a reservation from its bins; it stays reserved in the warehouse.

	Raises Conflict ``more_than_allocated``.
	"""
	stock, key, current = _locked(ctx, name)
	given = current.allocated if qty is None else qty
	if not given or given > current.allocated:
		raise Conflict(
			"Reservation {name} has {allocated} allocated to bins.",
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
	"""Return where a reservation's stock is allocated: bin, bin_code, zone, batch_no, qty, in walking order."""
	return ctx.store.rows(
		"SELECT a.bin, wb.bin_code, wb.zone, a.batch_no, a.qty FROM `tabBin Allocation` a"
		" JOIN `tabWarehouse Bin` wb ON wb.name = a.bin WHERE a.reservation = %(name)s"
		" ORDER BY wb.sequence, a.bin, a.batch_no",
		{"name": name},
	)


def _not_in_bins(item_code: str, requested: Decimal, found: suggestions.RemovalChoice) -> Conflict:
	facts = {"item_code": item_code, "found": to_text(requested - found.rest), "qty": to_text(requested)}
	if found.unusable:
		return Conflict(
			"Only {found} of item {item_code} is in bins, available, not allocated and usable; {unusable} more is there"
			" but has expired or is disabled. An expired batch is allocated where it is named.",
			code="insufficient_in_bins",
			unusable=to_text(found.unusable_qty),
			**facts,
		)
	return Conflict(
		"Only {found} of item {item_code} is in bins, available and not allocated.",
		code="insufficient_in_bins",
		**facts,
	)


def _locked(ctx: Context, name: str) -> tuple[LockedStock, Key, Reservation]:
	modules.require(ctx, "reservation")
	seen = reservations.get(ctx, name)
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
	return {**reservations.as_dict(made), "allocations": allocations_of(ctx, made.name)}


def _about(r: Reservation, qty: Decimal) -> dict[str, Any]:
	return {"item_code": r.item_code, "warehouse": r.warehouse, "qty": qty}
