"""What a settlement changed in the history of its items: the voucher's rows as the books posted them, and the rest.

Movements do not say it: a voucher that was posted before the ledger was switched on has none, and the history may still
have its rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.movement import INSIDE_WAREHOUSE, Movement, MovementKind
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.settlement.postings import MovedRows, Posting
from inventory_midplatform.domain.settlement.situation import Situation
from inventory_midplatform.domain.settlement.unexplained import explained
from inventory_midplatform.domain.stock_flow import COUNT, FlowChange, Place, StockFlow, VoucherFlows
from inventory_midplatform.domain.vouchers import LedgerEntry, Voucher

_NO_CHANGE = (*INSIDE_WAREHOUSE, MovementKind.OPENING_STOCK)
"""Kinds of movement that change nothing in the books: what the ledger begins with was there before."""


def flow_changes(situation: Situation, movements: Sequence[Movement]) -> list[FlowChange]:
	"""Return what the postings changed.

	The rest is what the movements changed and no row explains. Of a backdated posting that is what a later count had taken
	into account already: it belongs to the day of that count.
	"""
	entries = _Entries(situation.entries)
	found: list[FlowChange] = []
	for posting in situation.postings:
		found += _revalued(entries, posting) if posting.voucher_type == COUNT else _of_rows(entries, posting)
	moved: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	for m in movements:
		if m.kind not in _NO_CHANGE:
			moved[m.key] += m.qty
	posted_by = _posted_by(situation.postings)
	for key, rest in sorted(unposted(moved, situation.postings).items()):
		posting = posted_by.get(key, situation.postings[0])
		day, is_undone = situation.counted_on.get(key) or entries.day(posting), posting.cancelled
		found.append(
			FlowChange(*key, day, StockFlow.COUNT, -rest if is_undone else rest, is_undone=is_undone)
		)
	return found


def moved_of(
	positions: Mapping[Key, Position], moved: Iterable[MovedRows], rests: Mapping[Key, Decimal]
) -> dict[Key, Decimal]:
	"""Return what will have moved of each position: its rows, and a rest that is no opening stock."""
	sums = defaultdict(lambda: ZERO, explained(moved))
	for key, rest in rests.items():
		if rest < 0 or positions[key].last_change is not None:
			sums[key] += rest
	return sums


def unposted(moved: Mapping[Key, Decimal], postings: Iterable[Posting]) -> dict[Key, Decimal]:
	"""Return what was moved of each position and is in no row of a voucher; the rows of a count do not add up."""
	rests: dict[Key, Decimal] = defaultdict(lambda: ZERO, moved)
	for posting in postings:
		for row in posting.rows if posting.voucher_type != COUNT else ():
			rests[row.key] -= row.qty
	return {key: rest for key, rest in rests.items() if rest}


def counted_later(
	moved: Mapping[Key, Decimal], rounded: Mapping[Key, Decimal], postings: Sequence[Posting]
) -> dict[Key, datetime]:
	"""Return the positions of which a later count may have taken a part into account already, and when they were posted."""
	posted_by = _posted_by(postings)
	return {
		key: posting.posting_datetime
		for key in unposted(moved, postings)
		if key not in rounded
		and (posting := posted_by.get(key)) is not None
		and posting.voucher_type != COUNT
	}


def _posted_by(postings: Iterable[Posting]) -> dict[Key, Posting]:
	"""Return the posting of each position: its count, if there is one, else the first."""
	found: dict[Key, Posting] = {}
	for posting in postings:
		for row in posting.rows:
			if posting.voucher_type == COUNT or row.key not in found:
				found[row.key] = posting
	return found


class _Entries:
	"""What the books posted, by voucher and by the place of each row."""

	def __init__(self, entries: Sequence[LedgerEntry]):
		self.days: dict[Voucher, date] = {}
		self.values: dict[Voucher, dict[Place, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
		for entry in entries:
			self.days[entry.voucher] = entry.day
			self.values[entry.voucher][entry.place] += entry.value

	def day(self, posting: Posting) -> date:
		voucher = Voucher(posting.voucher_type, posting.voucher_no)
		return self.days.get(voucher, posting.posting_datetime.date())


def _of_rows(entries: _Entries, posting: Posting) -> Iterator[FlowChange]:
	sums: dict[Place, Decimal] = defaultdict(lambda: ZERO)
	for row in posting.rows:
		sums[(row.detail_no, row.item_code, row.warehouse)] += row.qty
	flows = VoucherFlows(posting.voucher_type, sums)
	voucher, day = Voucher(posting.voucher_type, posting.voucher_no), entries.day(posting)
	for place, qty in sums.items():
		if not qty:
			continue
		detail_no, item_code, warehouse = place
		yield FlowChange(
			item_code,
			warehouse,
			day,
			flows.of(detail_no, item_code),
			-qty if posting.cancelled else qty,
			entries.values[voucher][place],
			is_undone=posting.cancelled,
		)


def _revalued(entries: _Entries, posting: Posting) -> Iterator[FlowChange]:
	"""Yield what a count changed of the value. It may leave the quantity as it is."""
	voucher, day = Voucher(posting.voucher_type, posting.voucher_no), entries.day(posting)
	for (_, item_code, warehouse), value in entries.values[voucher].items():
		yield FlowChange(item_code, warehouse, day, StockFlow.COUNT, ZERO, value, is_undone=posting.cancelled)
