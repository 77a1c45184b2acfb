"""Removal strategies: from which bins a quantity is removed. Pure functions over the contents of bins."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason


@dataclass(frozen=True)
class BinContent:
	"""Stock of one item in one bin, of one batch, status and owner. Quantities in stock UOM."""

	bin: str
	qty: Decimal
	allocated: Decimal = ZERO
	batch_no: str = ""
	stock_status: str = "Available"
	stock_owner: str = ""
	sequence: int = 0
	is_unplaced: bool = False
	is_staging: bool = False
	oldest_receipt: datetime | None = None
	newest_receipt: datetime | None = None
	expiry_date: date | None = None
	batch_disabled: bool = False
	"""Its batch is disabled in ERPNext: a recalled batch, for instance."""
	closed: bool = False
	"""Its bin is disabled, or the bin's zone."""

	@property
	def free(self) -> Decimal:
		"""Return how much is not allocated."""
		return self.qty - self.allocated

	def expired(self, today: date) -> bool:
		"""Return whether the expiry date is before ``today``: on its last day a batch is still picked, as in ERPNext."""
		return self.expiry_date is not None and self.expiry_date < today


@dataclass(frozen=True)
class Removal:
	"""A quantity (stock UOM) to remove from one bin's content."""

	content: BinContent
	qty: Decimal


Ordering = Callable[[Sequence[BinContent], Decimal], list[BinContent]]
"""Sorts contents into the order in which they are emptied for a quantity; a content it leaves out is not removed."""


@dataclass(frozen=True)
class RemovalStrategy:
	"""An order of contents, its name, and the reason for a content's place in that order."""

	name: str
	order: Ordering
	reason: Callable[[BinContent], Reason]

	@property
	def complete(self) -> "RemovalStrategy":
		"""Return this strategy with the contents that it leaves out at the end, for stock that has left in the books."""

		def order(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
			chosen = self.order(contents, qty)
			listed = {id(c) for c in chosen}
			return chosen + nearest_bin([c for c in contents if id(c) not in listed], qty)

		return RemovalStrategy(self.name, order, self.reason)


def nearest_bin(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""Sort by walking order, the Unplaced bin first."""
	return sorted(contents, key=_walk)


def fifo(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""Sort by receipt, the oldest first, in any bin; stock without a recorded receipt counts as the oldest."""
	first = datetime.min
	return sorted(contents, key=lambda c: (c.oldest_receipt or first, c.newest_receipt or first, _walk(c)))


def lifo(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""Sort by receipt, the newest first; stock without a recorded receipt comes last."""
	walked = nearest_bin(contents, qty)
	first = datetime.min
	return sorted(walked, key=lambda c: (c.newest_receipt or first, c.oldest_receipt or first), reverse=True)


def fefo(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""Sort by expiry date, then by the oldest receipt; stock that does not expire comes last."""
	return sorted(fifo(contents, qty), key=lambda c: c.expiry_date or date.max)


def fewest_bins(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	"""Sort so that as few bins as possible hold ``qty`` (stock UOM) of available, unallocated stock.

	The fullest bins come first. As soon as one bin alone holds the rest, the one with the least in it is chosen, so that
	full bins stay full.
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
		# Of equals, the first in walking order: the sort is stable, and min() returns the first.
		visited.append(min(enough, key=lambda bin: free[bin]) if rest > 0 and enough else fullest[0])
		fullest.remove(visited[-1])
		rest -= free[visited[-1]]
	place = {bin: index for index, bin in enumerate(visited)}
	return sorted(walked, key=lambda c: place[c.bin])


def of_batch(batch_no: str, then: RemovalStrategy, today: date) -> RemovalStrategy:
	"""Return a strategy that leaves out every other batch and sorts this one by ``then``. Its reason says if the batch
	has expired.
	"""

	def order(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
		return then.order([c for c in contents if c.batch_no == batch_no], qty)

	def reason(c: BinContent) -> Reason:
		if c.expiry_date is not None and c.expired(today):
			return Reason(
				"Batch {batch_no} was requested. It expired on {expiry_date}.",
				batch_no=batch_no,
				expiry_date=c.expiry_date,
			)
		return Reason("Batch {batch_no} was requested.", batch_no=batch_no)

	return RemovalStrategy(then.name, order, reason)


IN_STAGING = Reason("It is picked and waits to be shipped.")


def why_unusable(c: BinContent, today: date, batch_no: str = "") -> Reason | None:
	"""Return why a content is not suggested, or None: a disabled batch, bin or zone, a staging bin, or an expired batch that
	``batch_no`` does not name.
	"""
	if c.batch_disabled:
		return Reason("Batch {batch_no} is disabled.", batch_no=c.batch_no)
	if c.closed:
		return Reason("Its bin or zone is disabled.")
	if c.is_staging:
		return IN_STAGING
	if c.expired(today) and c.batch_no != batch_no:
		return Reason(
			"It expired on {expiry_date}, so it is suggested only where its batch is requested.",
			expiry_date=c.expiry_date or "",
		)
	return None


def strategy_of_app(name: str, strategy: Any) -> RemovalStrategy:
	"""Return another app's strategy under a name. The app offers a RemovalStrategy, or only the function that sorts."""
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
	return Reason("{qty} is here: with it the fewest bins are visited.", qty=c.qty)


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


def pickable(contents: Sequence[BinContent], today: date) -> list[BinContent]:
	"""Return the contents that may be picked or moved, each with only its available, unallocated stock."""
	return [
		replace(c, qty=c.free, allocated=ZERO)
		for c in contents
		if c.stock_status == AVAILABLE and c.free > 0 and not why_unusable(c, today)
	]


def choose(
	contents: Sequence[BinContent], qty: Decimal, strategy: RemovalStrategy = NEAREST_BIN
) -> tuple[list[Removal], Decimal]:
	"""Return how much to remove from which content for ``qty`` (stock UOM), and how much of it was not found.

	Available and unallocated stock goes first, then allocated stock, then stock on hold. A strategy may leave contents
	out but cannot add any.
	"""
	chosen: list[Removal] = []
	rest = qty
	if not contents:
		return chosen, rest
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
			chosen.append(Removal(content, part))
			remaining[id(content)] -= part
			rest -= part
	return chosen, rest
