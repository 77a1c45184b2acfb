"""The rows that a voucher moved; of a cancelled one, its own movements with the opposite sign."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, take
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow


def moved_rows(
	posting: Posting, change: Mapping[Key, Decimal], own: Sequence[PostingRow] = ()
) -> tuple[PostingRow, ...]:
	"""Return one row per voucher row, bin, batch and serial number, outgoing first, without rows that undo each other.

	``change`` is the change of each position in the settlement, in stock UOM: a count without batches and serial numbers
	moves all of it. ``own`` are the movements of a voucher that is cancelled.
	"""
	if posting.cancelled:
		return _reversed(posting, own, change)
	# ERPNext takes out what it counts by batch or serial number, and brings in what was counted
	counted = {
		row.key: row for row in posting.rows if posting.counted and not (row.batch_no or row.serial_no)
	}
	sums: dict[tuple[Key, str, str, str, str], PostingRow] = {}
	for row in posting.rows:
		if row.key in counted:
			continue
		where = (row.key, row.detail_no, row.bin, row.batch_no, row.serial_no)
		old = sums.get(where)
		sums[where] = replace(old, qty=old.qty + row.qty) if old else row
	changed = [replace(row, qty=change[key]) for key, row in sorted(counted.items()) if change[key]]
	moved = [row for _, row in sorted(sums.items(), key=lambda pair: pair[0]) if row.qty]
	return (*changed, *sorted(moved, key=lambda row: row.qty > 0))


def _reversed(
	posting: Posting, own: Sequence[PostingRow], change: Mapping[Key, Decimal]
) -> tuple[PostingRow, ...]:
	"""Return our movements of a cancelled voucher with the opposite sign, in the bins and statuses that they touched."""
	sums: dict[PostingRow, Decimal] = defaultdict(lambda: ZERO)
	received: dict[PostingRow, datetime | None] = {}
	for movement in own:
		row = replace(movement, qty=ZERO, received_at=None)
		sums[row] -= movement.qty
		received[row] = movement.received_at
	rows = [
		replace(row, qty=qty, received_at=received[row])
		for row, qty in sums.items()
		if qty and row.key in change
	]
	left = dict(posting.uninspected)
	parts = [part for row in rows for part in (_leaving(row, left) if row.qty < 0 else (row,))]
	return tuple(sorted(parts, key=_place))


def _place(row: PostingRow) -> tuple[object, ...]:
	"""Return the place of a row among others: what leaves comes first, and of that what is on hold.

	Available stock that leaves next takes nothing that is on hold in its bin, while that is still there to be taken.
	"""
	is_available = row.stock_status == AVAILABLE
	where = (row.key, row.detail_no, row.bin, row.batch_no, row.serial_no)
	return (row.qty > 0, *where, is_available, row.stock_status)


def _leaving(row: PostingRow, left: dict[tuple[str, str, str], Decimal]) -> Iterator[PostingRow]:
	"""Yield what leaves again in the statuses in which it is now: what nobody has inspected yet on hold, the rest available,
	whatever status it came in.
	"""
	key = (row.item_code, row.warehouse, row.batch_no)
	part = take(left, key, -row.qty) if row.stock_status != AVAILABLE and not row.serial_no else ZERO
	if part:
		yield replace(row, qty=-part)
	if part < -row.qty:
		yield replace(row, qty=row.qty + part, stock_status=AVAILABLE)
