"""What no row of a voucher explains: the books changed by more than their rows say, or without a voucher."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO, has_rest
from inventory_midplatform.domain.settlement.places import SerialPlace
from inventory_midplatform.domain.settlement.postings import MovedRows, Posting
from inventory_midplatform.domain.tracked_quantity import TrackedQuantity


@dataclass(frozen=True)
class Unexplained:
	"""The rest of each position's change (stock UOM), and of tracked items what the books have by batch and serial number."""

	rests: Mapping[Key, Decimal] = field(default_factory=dict)
	rounded: Mapping[Key, Decimal] = field(default_factory=dict)
	"""The rests that are no more than the books' rounding."""
	booked: Mapping[Key, Sequence[TrackedQuantity]] = field(default_factory=dict)
	"""What the books have of tracked items that may differ."""
	serials: Mapping[Key, Mapping[str, SerialPlace]] = field(default_factory=dict)
	"""The serial numbers in stock of these positions, and where they are."""


def explained(moved: Iterable[MovedRows]) -> Mapping[Key, Decimal]:
	"""Return what the rows change of each position."""
	sums: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	for _, rows in moved:
		for row in rows:
			sums[row.key] += row.qty
	return sums


def rests_of(change: Mapping[Key, Decimal], moved: Iterable[MovedRows]) -> dict[Key, Decimal]:
	"""Return each position's change less what rows explain of it."""
	by_rows = explained(moved)
	return {key: qty - by_rows.get(key, ZERO) for key, qty in change.items()}


def had_stock(positions: Mapping[Key, Position], rests: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
	"""Return the rests of positions that ever had stock: those of others are opening stock."""
	return {k: rest for k, rest in rests.items() if rest and positions[k].last_change is not None}


def rounded_by_rows(
	rests: Mapping[Key, Decimal],
	positions: Mapping[Key, Position],
	postings: Iterable[Posting],
	half_unit: Decimal,
) -> dict[Key, Decimal]:
	"""Return the rests of a voucher that are no more than the books' rounding.

	That is half a unit for each of its rows with more digits than the books store, and another where the quantity on hand
	before had more.
	"""
	finer = Counter(key for key in rests if has_rest(positions[key].on_hand, 2 * half_unit))
	finer.update(row.key for p in postings for row in p.rows if has_rest(row.qty, 2 * half_unit))
	return {key: rest for key, rest in rests.items() if abs(rest) <= finer[key] * half_unit}


def to_confirm(
	rests: Mapping[Key, Decimal],
	rounded: Collection[Key],
	positions: Mapping[Key, Position],
	change: Mapping[Key, Decimal],
) -> dict[Key, Decimal]:
	"""Return what positions with a rest would have on hand by their rows alone: where the stock ledger confirms that, the
	Bin is wrong.
	"""
	return {
		key: positions[key].on_hand + change[key] - rest
		for key, rest in had_stock(positions, rests).items()
		if key not in rounded
	}
