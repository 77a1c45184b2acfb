"""Removal strategies: from which bins a quantity is taken. Pure functions over what lies in the bins."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason


@dataclass(frozen=True)
class BinContent:
	"""What lies in one bin of one item, batch, status and owner. Quantities in stock UOM."""

	bin: str
	qty: Decimal
	allocated: Decimal = ZERO
	batch_no: str = ""
	stock_status: str = "Available"
	stock_owner: str = ""
	sequence: int = 0
	is_unplaced: bool = False
	oldest_receipt: datetime | None = None
	newest_receipt: datetime | None = None
	expiry_date: date | None = None

	@property
	def free(self) -> Decimal:
		return self.qty - self.allocated

	def expired(self, today: date) -> bool:
		"""Its batch was good until a day before ``today``; on its last day ERPNext still picks it, and so do we."""
		return self.expiry_date is not None and self.expiry_date < today


@dataclass(frozen=True)
class Take:
	"""A part of one bin's content."""

	content: BinContent
	qty: Decimal


Ordering = Callable[[Sequence[BinContent], Decimal], list[BinContent]]
"""Puts contents into the order in which they are to be emptied for a quantity; what it leaves out is not taken."""


@dataclass(frozen=True)
class RemovalStrategy:
	"""An order of contents, its name, and why a content stands where it does."""

	name: str
	order: Ordering
	reason: Callable[[BinContent], Reason]

	@property
	def complete(self) -> "RemovalStrategy":
		"""The same, with what it leaves out last: for stock that leaves whatever a strategy thinks of it."""

		def order(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
			chosen = self.order(contents, qty)
			listed = {id(c) for c in chosen}
			return chosen + nearest_bin([c for c in contents if id(c) not in listed], qty)

		return RemovalStrategy(self.name, order, self.reason)


def nearest_bin(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""Unplaced first, then the keeper's walk through the warehouse."""
	return sorted(contents, key=_walk)


def fifo(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""The oldest receipt first, whatever its bin; what came before receipts were kept is the oldest of all."""
	first = datetime.min
	return sorted(contents, key=lambda c: (c.oldest_receipt or first, c.newest_receipt or first, _walk(c)))


def lifo(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""The newest receipt first; what came before receipts were kept is the last."""
	walked = nearest_bin(contents, qty)
	first = datetime.min
	return sorted(walked, key=lambda c: (c.newest_receipt or first, c.oldest_receipt or first), reverse=True)


def fefo(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""What expires first; what does not expire comes last, and among equals the oldest receipt first."""
	return sorted(fifo(contents, qty), key=lambda c: c.expiry_date or date.max)


def fewest_bins(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""As few bins as hold ``qty`` of free, available stock: the fullest ones, and of those that hold the rest alone
	the one that comes out emptiest, so that large stocks stay whole.
	"""
	free: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for c in contents:
		free[c.bin] += max(c.free, ZERO) if c.stock_status == AVAILABLE else ZERO
	walked = nearest_bin(contents, qty)
	fullest = sorted(dict.fromkeys(c.bin for c in walked), key=lambda bin: -free[bin])
	visited: list[str] = []
	rest = qty
	while fullest:
		enough = [bin for bin in fullest if free[bin] >= rest]
		# of equals the first in the walk: the list is sorted stably, and so is what min() finds
		visited.append(min(enough, key=lambda bin: free[bin]) if rest > 0 and enough else fullest[0])
		fullest.remove(visited[-1])
		rest -= free[visited[-1]]
	place = {bin: index for index, bin in enumerate(visited)}
	return sorted(walked, key=lambda c: place[c.bin])


def of_batch(batch_no: str, then: RemovalStrategy, today: date) -> RemovalStrategy:
	"""Only what is of this batch, in the order of another strategy, even where it has expired: then it says so."""

	def order(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
		return then.order([c for c in contents if c.batch_no == batch_no], qty)

	def reason(c: BinContent) -> Reason:
		if c.expiry_date is not None and c.expired(today):
			return Reason(
				"Batch {batch_no} was asked for. It expired on {expiry_date}.",
				batch_no=batch_no,
				expiry_date=c.expiry_date,
			)
		return Reason("Batch {batch_no} was asked for.", batch_no=batch_no)

	return RemovalStrategy(then.name, order, reason)


def without_expired(contents: Iterable[BinContent], today: date) -> tuple[list[BinContent], list[BinContent]]:
	"""What may be suggested by itself, and what may not because it has expired, in walking order."""
	good: list[BinContent] = []
	expired: list[BinContent] = []
	for c in contents:
		(expired if c.expired(today) else good).append(c)
	return good, sorted(expired, key=_walk)


def why_expired(c: BinContent) -> Reason:
	return Reason(
		"It expired on {expiry_date}, so it is suggested only where its batch is asked for.",
		expiry_date=c.expiry_date or "",
	)


def named(name: str, strategy: Any) -> RemovalStrategy:
	"""What another app offers under a name: a whole strategy, or only the function that puts contents in order."""
	if isinstance(strategy, RemovalStrategy):
		return RemovalStrategy(name, strategy.order, strategy.reason)
	return RemovalStrategy(
		name, strategy, lambda c: Reason("The strategy {strategy} takes it from here.", strategy=name)
	)


def _walk(c: BinContent) -> tuple[bool, int, str, str]:
	return (not c.is_unplaced, c.sequence, c.bin, c.batch_no)


def _why_nearest(c: BinContent) -> Reason:
	if c.is_unplaced:
		return Reason("It has not been put away yet.")
	return Reason("Its bin is number {sequence} in the walking order.", sequence=c.sequence)


def _why_first_in(c: BinContent) -> Reason:
	if c.oldest_receipt is None:
		return Reason("Nobody knows when it was received, so it counts as the oldest.")
	return Reason("Received {received}; what came first leaves first.", received=c.oldest_receipt)


def _why_last_in(c: BinContent) -> Reason:
	if c.newest_receipt is None:
		return Reason("Nobody knows when it was received, so it counts as the oldest.")
	return Reason("Received {received}; what came last leaves first.", received=c.newest_receipt)


def _why_first_expired(c: BinContent) -> Reason:
	if c.expiry_date is None:
		return Reason("It does not expire, so it leaves after what does.")
	return Reason("Expires {expiry_date}; what expires first leaves first.", expiry_date=c.expiry_date)


def _why_fewest(c: BinContent) -> Reason:
	return Reason("{qty} lies here: with it the fewest bins are visited.", qty=c.qty)


NEAREST_BIN = RemovalStrategy("Nearest Bin", nearest_bin, _why_nearest)

STRATEGIES: dict[str, RemovalStrategy] = {
	strategy.name: strategy
	for strategy in (
		RemovalStrategy("FIFO", fifo, _why_first_in),
		RemovalStrategy("FEFO", fefo, _why_first_expired),
		RemovalStrategy("LIFO", lifo, _why_last_in),
		NEAREST_BIN,
		RemovalStrategy("Fewest Bins", fewest_bins, _why_fewest),
	)
}


def take(
	contents: Sequence[BinContent], qty: Decimal, strategy: RemovalStrategy = NEAREST_BIN
) -> tuple[list[Take], Decimal]:
	"""What to take from which bin for ``qty``, and how much of it was not to be found.

	Stock that may be promised goes before stock on hold, for that is what is shipped; what is allocated to nobody goes
	first. A strategy may leave contents out but not add any.
	"""
	taken: list[Take] = []
	rest = qty
	remaining = {id(c): c.qty for c in contents}
	ordered = [c for c in strategy.order(contents, qty) if id(c) in remaining]
	available = [c for c in ordered if c.stock_status == AVAILABLE]
	on_hold = [c for c in ordered if c.stock_status != AVAILABLE]
	for content, most in (
		*((c, c.free) for c in available),
		*((c, c.qty) for c in available),
		*((c, c.qty) for c in on_hold),
	):
		part = min(rest, remaining[id(content)], most)
		if part > 0:
			taken.append(Take(content, part))
			remaining[id(content)] -= part
			rest -= part
	return taken, rest
