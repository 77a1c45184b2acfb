"""Removal strategies: from which bins a quantity is taken. Pure functions over what lies in the bins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO


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


@dataclass(frozen=True)
class Take:
	"""A part of one bin's content."""

	content: BinContent
	qty: Decimal


RemovalStrategy = Callable[[Sequence[BinContent]], list[BinContent]]
"""Puts contents into the order in which they are to be emptied."""


def by_walking_order(contents: Sequence[BinContent]) -> list[BinContent]:
	"""Unplaced first, then the keeper's walk through the warehouse."""
	return sorted(contents, key=lambda c: (not c.is_unplaced, c.sequence, c.bin, c.batch_no))


STRATEGIES: dict[str, RemovalStrategy] = {"Walking Order": by_walking_order}


def take(
	contents: Sequence[BinContent], qty: Decimal, strategy: RemovalStrategy = by_walking_order
) -> tuple[list[Take], Decimal]:
	"""What to take from which bin for ``qty``, and how much of it was not to be found.

	Stock that may be promised goes before stock on hold, and unallocated before allocated.
	"""
	taken: list[Take] = []
	rest = qty
	ordered = strategy(contents)
	ordered.sort(key=lambda c: c.stock_status != "Available")
	remaining = {id(c): c.qty for c in ordered}
	limits: tuple[Callable[[BinContent], Decimal], ...] = (lambda c: c.free, lambda c: c.qty)
	for limit in limits:
		for content in ordered:
			part = min(rest, remaining[id(content)], limit(content))
			if part > 0:
				taken.append(Take(content, part))
				remaining[id(content)] -= part
				rest -= part
	return taken, rest
