"""What must be read to decide a settlement, told from what was read so far.

Before bins are chosen nobody knows what exactly leaves or comes on hold. So more may be read than is needed, never less: a
plan is the same as if everything had been read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.position import AVAILABLE, Key, Position
from inventory_midplatform.domain.promises import Promises
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.reservation import Reservation
from inventory_midplatform.domain.settlement import demands
from inventory_midplatform.domain.settlement.postings import MovedRows, Posting
from inventory_midplatform.domain.settlement.situation import by_demand
from inventory_midplatform.domain.settlement.unexplained import Unexplained, explained

Contents = Mapping[Key, Sequence[BinContent]]


@dataclass(frozen=True)
class Needs:
	"""Whose reservations are needed besides those of the rows' own demands."""

	allocated: frozenset[str]
	"""Reservations from whose bins something may leave."""
	waiting_on: Sequence[Key]
	"""Positions where something that waits may be filled."""
	open_on: Sequence[Key]
	"""Positions that may be left below what is reserved."""


def may_leave(
	moved: Sequence[MovedRows], change: Mapping[Key, Decimal], unexplained: Unexplained
) -> set[Key]:
	"""Return the positions that stock leaves by a row, or by what no row explains."""
	by_rows = {row.key for _, rows in moved for row in rows if row.qty < 0}
	by_rest = {key for key, qty in unexplained.rests.items() if qty < 0} | set(unexplained.booked)
	return by_rows | by_rest | {key for key, qty in change.items() if qty < 0}


def may_choose(
	leaving: Iterable[Key], moved: Sequence[MovedRows], unexplained: Unexplained, contents: Contents
) -> set[Key]:
	"""Return those of the positions that stock leaves where a removal strategy may matter: it is in several bins, or more
	comes."""
	coming = set(_coming(moved)) | set(unexplained.booked)
	coming |= {key for key, qty in unexplained.rests.items() if qty > 0}
	return {key for key in leaving if key in coming or len(contents.get(key, ())) > 1}


def may_take_on_hold(moved: Sequence[MovedRows], contents: Contents) -> bool:
	"""Return whether a voucher may take stock on hold: less is available than leaves, or a row names its bin, serial number or
	status."""
	held = {key for key, found in contents.items() if any(c.stock_status != AVAILABLE for c in found)}
	leaving: dict[tuple[Key, str], Decimal] = {}
	for row in (row for _, rows in moved for row in rows if row.qty < 0 and row.key in held):
		if row.serial_no or row.bin or row.stock_status != AVAILABLE:
			return True
		where = (row.key, row.batch_no)
		leaving[where] = leaving.get(where, ZERO) - row.qty
	return any(
		qty > sum(max(c.qty, ZERO) for c in _available(contents[key], batch))
		for (key, batch), qty in leaving.items()
	)


def needed(
	positions: Mapping[Key, Position],
	postings: Sequence[Posting],
	moved: Sequence[MovedRows],
	unexplained: Unexplained,
	contents: Contents,
	allocations: Sequence[Allocation],
	own: Sequence[Reservation],
	now: datetime,
) -> Needs:
	"""Return whose reservations are needed. ``own`` are those of the demands that rows deliver."""
	names: frozenset[str] = frozenset()
	if allocations:
		touched = _touched(moved, unexplained, contents, allocations, own)
		names = frozenset(a.reservation for a in allocations if (a.item_code, a.warehouse) in touched)
	by_rows = explained(moved)
	may_be_held = _coming(moved) if _is_on_hold(moved, contents) else {}

	def available_after(p: Position) -> Decimal:
		return p.available + by_rows.get(p.key, ZERO) + unexplained.rests.get(p.key, ZERO)

	def may_be_short(p: Position) -> bool:
		return p.reserved > 0 and available_after(p) < may_be_held.get(p.key, ZERO)

	if not any(p.waiting > 0 or may_be_short(p) for p in positions.values()):
		return Needs(names, (), ())
	# what the rows' own demands consume is not reserved any more
	promises = Promises(positions, own, now, ZERO)
	demands.consume(promises, by_demand(own), postings)
	after = [promises.positions[key] for key in sorted(positions)]
	short = {p.key for p in after if may_be_short(p)}
	free = [
		p.key
		for p in after
		if positions[p.key].waiting > 0 and (p.key in short or available_after(p) + p.on_hold > 0)
	]
	return Needs(names, free, sorted(short))


def _is_on_hold(moved: Sequence[MovedRows], contents: Contents) -> bool:
	statuses = {row.stock_status for _, rows in moved for row in rows}
	statuses |= {c.stock_status for found in contents.values() for c in found}
	return bool(statuses - {AVAILABLE})


def _coming(moved: Sequence[MovedRows]) -> dict[Key, Decimal]:
	sums: dict[Key, Decimal] = {}
	for _, rows in moved:
		for row in rows:
			if row.qty > 0:
				sums[row.key] = sums.get(row.key, ZERO) + row.qty
	return sums


def _touched(
	moved: Sequence[MovedRows],
	unexplained: Unexplained,
	contents: Contents,
	allocations: Sequence[Allocation],
	own: Sequence[Reservation],
) -> set[Key]:
	"""Return the positions where stock may leave that is allocated to others: more than the rows' own allocations and all
	that is not allocated; what names its bin, serial number or status; what no row explains.
	"""
	touched = {key for key, qty in unexplained.rests.items() if qty} | set(unexplained.booked)
	touched |= {key for key, found in contents.items() if any(c.allocated > max(c.qty, ZERO) for c in found)}
	allocated: dict[tuple[str, str], Decimal] = {}
	for a in allocations:
		place = (a.reservation, a.batch_no)
		allocated[place] = allocated.get(place, ZERO) + a.qty
	names = by_demand(own)
	beyond: dict[tuple[Key, str], Decimal] = {}
	for row in (row for _, rows in moved for row in rows if row.qty < 0):
		if row.serial_no or row.bin or row.stock_status != AVAILABLE:
			touched.add(row.key)
		rest_of_row = -row.qty
		for name in names.get((row.demand, row.key), ()):
			part = min(rest_of_row, allocated.get((name, row.batch_no), ZERO))
			allocated[(name, row.batch_no)] = allocated.get((name, row.batch_no), ZERO) - part
			rest_of_row -= part
		where = (row.key, row.batch_no)
		beyond[where] = beyond.get(where, ZERO) + rest_of_row
	return touched | {
		key
		for (key, batch), qty in beyond.items()
		if qty > sum(max(c.free, ZERO) for c in _available(contents.get(key, ()), batch))
	}


def _available(contents: Iterable[BinContent], batch_no: str) -> list[BinContent]:
	return [c for c in contents if c.batch_no == batch_no and c.stock_status == AVAILABLE]
