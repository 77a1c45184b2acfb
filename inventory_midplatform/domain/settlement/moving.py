"""Rows become movements: each with bin, batch, serial number and status."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from inventory_midplatform.domain.movement import Movement, MovementKind
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.settlement import bins
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.domain.settlement.situation import Draft, Situation
from inventory_midplatform.domain.settlement.statuses import StatusPropagation
from inventory_midplatform.domain.tracked_quantity import TrackedQuantity, differences


def move_rows(situation: Situation, draft: Draft) -> None:
	"""Draft the movements of what each posting moved."""
	for posting, rows in situation.moved:
		statuses = StatusPropagation(rows, repacked=posting.voucher_type == "Stock Entry")
		for row in rows:
			parts = _parts(situation, draft, row)
			if (kind := _kind(posting)) is None:
				parts = statuses.apply(row, parts)
				if row.serial_no in draft.serials:
					place = replace(draft.serials[row.serial_no], stock_status=parts[0].stock_status)
					draft.serials[row.serial_no] = place
			_add(situation, draft, posting, row, parts, kind)


def adjust(situation: Situation, draft: Draft) -> dict[Key, MovementKind]:
	"""Draft movements for what the rows do not explain, so that positions have the books' quantities; of tracked items by
	batch and serial number. Return the positions, and whether that is an adjustment or opening stock.
	"""
	found: dict[Key, MovementKind] = {}
	unexplained = situation.unexplained
	for key in sorted(situation.positions):
		rest = unexplained.rests.get(key, ZERO)
		parts = _differing(situation, draft, key)
		unnamed = rest - sum((part.qty for part in parts), ZERO)
		if unnamed:
			parts.append(TrackedQuantity(unnamed))
		if not parts:
			continue
		# where they are by our own ledger, though a row or another position has just got one of them
		draft.serials.update(unexplained.serials.get(key, {}))
		begins = draft.stock.was_empty(key) and rest > 0
		found[key] = MovementKind.OPENING_STOCK if begins else MovementKind.ADJUSTMENT
		for part in parts:
			row = PostingRow(*key, part.qty, batch_no=part.batch_no, serial_no=part.serial_no)
			if key in unexplained.rounded:
				row = replace(row, bin=bins.fullest_bin(draft.contents.contents[key]))
			_add(situation, draft, situation.postings[0], row, _parts(situation, draft, row), found[key])
	return found


def of_one_posting_each(movements: Sequence[Movement]) -> list[Movement]:
	"""Merge movements that would have one posting key: where a cancellation's bins are disabled since, several return to
	Unplaced."""
	merged: dict[tuple[object, ...], Movement] = {}
	for m in movements:
		identity = m.identity
		same = merged.get(identity)
		merged[identity] = replace(same, qty=same.qty + m.qty) if same else m
	return list(merged.values())


def _parts(situation: Situation, draft: Draft, row: PostingRow) -> list[BinContent]:
	return (bins.arriving if row.qty > 0 else bins.leaving)(situation, draft, row)


def _kind(posting: Posting) -> MovementKind | None:
	"""Return the kind of all movements of a posting, or None where each row's direction decides."""
	if posting.cancelled:
		return MovementKind.CANCELLATION
	return MovementKind.RECONCILIATION if posting.counted else None


def _add(
	situation: Situation,
	draft: Draft,
	posting: Posting,
	row: PostingRow,
	parts: Iterable[BinContent],
	kind: MovementKind | None,
) -> None:
	by_direction = MovementKind.INCOMING if row.qty > 0 else MovementKind.OUTGOING
	for part in parts:
		draft.contents.put(row.key, part)
		draft.movements.append(
			Movement(
				item_code=row.item_code,
				warehouse=row.warehouse,
				bin=part.bin,
				qty=part.qty,
				kind=kind or by_direction,
				posting_datetime=posting.posting_datetime,
				batch_no=part.batch_no,
				serial_no=row.serial_no,
				stock_status=part.stock_status,
				received_at=row.received_at,
				voucher_type=posting.voucher_type,
				voucher_no=posting.voucher_no,
				voucher_detail_no=row.detail_no,
				revision=situation.revisions[posting.voucher],
				reason=situation.reason,
			)
		)


def _differing(situation: Situation, draft: Draft, key: Key) -> list[TrackedQuantity]:
	"""Return what brings bins and serial numbers of a tracked item to the books, after the movements drafted so far."""
	if key not in situation.unexplained.booked:
		return []
	there = {s: at.batch_no for s, at in situation.unexplained.serials.get(key, {}).items()}
	for m in draft.movements:
		if m.serial_no and m.key == key:
			if m.qty < 0:
				there.pop(m.serial_no, None)
			else:
				there[m.serial_no] = m.batch_no
	return differences(situation.unexplained.booked[key], draft.contents.contents[key], there.items())
