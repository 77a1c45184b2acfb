"""Which bin stock leaves from, and which it goes to."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.bin_contents import merged_parts
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import NEAREST_BIN, BinContent
from inventory_midplatform.domain.settlement.places import SerialPlace
from inventory_midplatform.domain.settlement.postings import PostingRow
from inventory_midplatform.domain.settlement.situation import Draft, Situation


def arriving(situation: Situation, draft: Draft, row: PostingRow) -> list[BinContent]:
	"""Return the part that comes in: into the bin that the row names, if it is in the warehouse and enabled, else into
	Unplaced.
	"""
	named = situation.bins.get(row.bin)
	is_usable = named is not None and named.warehouse == row.warehouse and not named.disabled
	bin = row.bin if is_usable else situation.unplaced[row.warehouse]
	if row.serial_no:
		draft.serials[row.serial_no] = SerialPlace(row.warehouse, bin, row.batch_no, row.stock_status)
	return [BinContent(bin, row.qty, batch_no=row.batch_no, stock_status=row.stock_status)]


def leaving(situation: Situation, draft: Draft, row: PostingRow) -> list[BinContent]:
	"""Return the parts that go out, as negative quantities.

	A serial number leaves from the bin it is in. Other stock leaves from the bins allocated to the row's own demand, then in
	the status that the row names, then from the bin that it names, then as the removal strategy says; what no bin has, from
	Unplaced, below zero.
	"""
	at = draft.serials.pop(row.serial_no, None) if row.serial_no else None
	if at and at.warehouse == row.warehouse:
		_deallocate_own(draft, row, at)
		return [BinContent(at.bin, row.qty, batch_no=at.batch_no, stock_status=at.stock_status)]
	own = _own_parts(draft, row)
	rest = -row.qty + sum((part.qty for part in own), ZERO)
	others: list[BinContent] = []
	if rest:
		for part in own:
			draft.contents.put(row.key, part)
		strategy = situation.strategies.get(row.key, NEAREST_BIN)
		unplaced = situation.unplaced[row.warehouse]
		others = draft.contents.take(
			row.key, rest, row.bin, unplaced, row.batch_no, strategy, row.stock_status
		)
		for part in own:
			draft.contents.put(row.key, replace(part, qty=-part.qty))
	return merged_parts(own + others)


def fullest_bin(contents: Iterable[BinContent]) -> str:
	"""Return the open bin with the most available stock, from which rounding is taken; an empty text where there is none."""
	filled = [c for c in contents if c.qty > 0 and c.stock_status == AVAILABLE and not c.closed]
	return max(filled, key=lambda c: c.qty).bin if filled else ""


def _own_parts(draft: Draft, row: PostingRow) -> list[BinContent]:
	"""Take the row's quantity from the bins allocated to its own demand, deallocate it, and return these parts, as negative
	quantities.

	Staging bins come first: what is picked leaves, and not what is proposed for a further order of the document.
	"""
	parts: list[BinContent] = []
	rest = -row.qty
	own = draft.allocated.of(draft.reserved_for.get((row.demand, row.key), ()))
	staging = {c.bin for c in draft.contents.contents[row.key] if c.is_staging} if own else set()
	for a in sorted(own, key=lambda a: a.bin not in staging):
		if a.batch_no == row.batch_no and (part := min(rest, a.qty)):
			_deallocate(draft, row.key, a, part)
			parts.append(BinContent(a.bin, -part, batch_no=a.batch_no))
			rest -= part
	return parts


def _deallocate_own(draft: Draft, row: PostingRow, at: SerialPlace) -> None:
	for a in draft.allocated.of(draft.reserved_for.get((row.demand, row.key), ())):
		if (a.bin, a.batch_no) == (at.bin, at.batch_no):
			_deallocate(draft, row.key, a, min(-row.qty, a.qty))
			break


def _deallocate(draft: Draft, key: Key, a: Allocation, qty: Decimal) -> None:
	"""Deallocate ``qty``, which leaves for the demand it was allocated to."""
	draft.allocated.take(a, qty)
	r = draft.stock.current(a.reservation)
	draft.stock.put(replace(r, allocated=r.allocated - qty))
	draft.contents.deallocate(key, a.bin, a.batch_no, qty)
