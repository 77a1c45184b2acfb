"""How well stock serves: on time and in full, order lines short of stock, counts that agree, picks, lead times.

Figures are shares of a whole with both parts named, so that they can be added and looked into. A share of nothing is
None, never 0 or 1. Days are compared, never moments: what comes on its day is on time, whatever the clock says.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, sqrt

from inventory_midplatform.domain.quantity import ZERO

TOLERANCES: Mapping[str, Decimal] = {"A": Decimal("0.01"), "B": Decimal("0.03"), "C": Decimal("0.05")}
"""How far a count may be off, as a share of the book quantity, by ABC class. An item without a class is one of C."""

MOVED = tuple[date, Decimal]
"""A day, and what was delivered or received on it."""


@dataclass(frozen=True)
class Share:
	"""A part of a whole."""

	part: Decimal = ZERO
	of: Decimal = ZERO

	@property
	def value(self) -> float | None:
		"""Return the share from 0 to 1; None where there is no whole."""
		return float(min(max(self.part / self.of, ZERO), Decimal(1))) if self.of > 0 else None

	def __add__(self, other: "Share") -> "Share":
		return Share(self.part + other.part, self.of + other.of)


@dataclass(frozen=True)
class Line:
	"""A line of an order: what was promised for a day, and what came on which days. Quantities in stock UOM."""

	order: Hashable
	due: date
	qty: Decimal
	moved: Sequence[MOVED] = field(default=())

	@property
	def on_time(self) -> Decimal:
		"""Return what came no later than promised; never more than was ordered."""
		return min(sum((qty for day, qty in self.moved if day <= self.due), ZERO), self.qty)

	@property
	def is_met(self) -> bool:
		return self.on_time >= self.qty


@dataclass(frozen=True)
class OnTimeInFull:
	"""The same promises by whole orders, by lines, and by quantity. Quantity is None where units differ: they are not added."""

	orders: Share = Share()
	lines: Share = Share()
	qty: Share | None = Share()


def on_time_in_full(
	lines: Iterable[Line],
	today: date,
	first: date = date.min,
	last: date = date.max,
	of_one_unit: bool = True,
) -> OnTimeInFull:
	"""Return how many promises for the days from ``first`` to ``last`` were met. Lines of which nothing was delivered count;
	what is not yet due does not, nor what is due today: it may still come.

	A whole order counts on the day when the last of its lines is due, and is met if each of them is. SCOR RL.1.1.
	"""
	by_order: dict[Hashable, list[Line]] = {}
	for line in lines:
		if line.qty > 0:
			by_order.setdefault(line.order, []).append(line)
	last = min(last, today - timedelta(days=1))
	due = [line for of_order in by_order.values() for line in of_order if first <= line.due <= last]
	whole = [x for x in by_order.values() if first <= max(line.due for line in x) <= last]
	return OnTimeInFull(
		orders=count_of(all(line.is_met for line in of_order) for of_order in whole),
		lines=count_of(line.is_met for line in due),
		qty=Share(sum((x.on_time for x in due), ZERO), sum((x.qty for x in due), ZERO))
		if of_one_unit
		else None,
	)


def count_of(outcomes: Iterable[bool]) -> Share:
	"""Return how many of these are true."""
	found = list(outcomes)
	return Share(Decimal(sum(found)), Decimal(len(found)))


def lines_short(lines: Iterable[tuple[Decimal, Decimal]]) -> Share:
	"""Return the share of order lines (demanded, served at once from stock) of which not all was there."""
	return count_of(served < demanded for demanded, served in lines if demanded > 0)


def unit_fill(lines: Iterable[tuple[Decimal, Decimal]]) -> Share:
	"""Return the share of the demanded quantity that was served at once from stock. Lines have one unit."""
	found = [(demanded, min(served, demanded)) for demanded, served in lines if demanded > 0]
	return Share(sum((served for _, served in found), ZERO), sum((demanded for demanded, _ in found), ZERO))


@dataclass(frozen=True)
class Counted:
	"""A row of a count: what the books said, and what was there."""

	book: Decimal
	found: Decimal
	rate: Decimal = ZERO
	abc: str = ""

	@property
	def off(self) -> Decimal:
		"""Return how far the books were off, without a sign: a surplus does not make up for a shortage elsewhere."""
		return abs(self.found - self.book)

	def is_within(self, tolerance: Decimal) -> bool:
		"""Return whether it is off by no more than this share of the books. Of nothing in the books no share is small."""
		return self.off <= abs(self.book) * tolerance


@dataclass(frozen=True)
class CountAccuracy:
	"""Five ways to say how well the books agreed with the shelves. Quantity is None where units differ."""

	lines: Share = Share()
	tolerance: Share = Share()
	qty: Share | None = Share()
	value: Share = Share()
	bins: Share = Share()


def count_accuracy(
	rows: Sequence[Counted],
	bins: Iterable[tuple[Hashable, bool]] = (),
	tolerances: Mapping[str, Decimal] = TOLERANCES,
	of_one_unit: bool = True,
) -> CountAccuracy:
	"""Return how far counts agreed with the books. Rows in which nothing differed belong to them.

	``bins`` says of each bin that a row counted whether it was exact; a bin is right if it was so for all of them.
	"""
	right: dict[Hashable, bool] = {}
	for bin, is_exact in bins:
		right[bin] = right.get(bin, True) and is_exact
	return CountAccuracy(
		lines=count_of(not row.off for row in rows),
		tolerance=count_of(row.is_within(tolerances.get(row.abc, tolerances["C"])) for row in rows),
		qty=_agreeing((abs(row.book), row.off) for row in rows) if of_one_unit else None,
		value=_agreeing((abs(row.book) * row.rate, row.off * row.rate) for row in rows),
		bins=count_of(right.values()),
	)


def _agreeing(rows: Iterable[tuple[Decimal, Decimal]]) -> Share:
	found = list(rows)
	whole = sum((book for book, _ in found), ZERO)
	return Share(whole - sum((off for _, off in found), ZERO), whole)


@dataclass(frozen=True)
class LeadTimes:
	"""Days from the order of a line to its first receipt, until it is complete, and the mean of its parts by quantity."""

	first: Decimal | None = None
	complete: Decimal | None = None
	weighted: Decimal | None = None


def lead_times(ordered: date, qty: Decimal, moved: Sequence[MOVED]) -> LeadTimes | None:
	"""Return the lead times of a line; None where nothing was received, or something before it was ordered: such a line was
	recorded afterwards, and says nothing. Ten ordered on 1 March, 6 on the 9th and 4 on the 15th: 8, 14 and 10.4 days.
	"""
	came = sorted((day, part) for day, part in moved if part > 0)
	if not came or came[0][0] < ordered:
		return None
	total, complete, sum_of_days = ZERO, None, ZERO
	for day, part in came:
		days = Decimal((day - ordered).days)
		total += part
		sum_of_days += days * part
		if complete is None and total >= qty:
			complete = days
	return LeadTimes(Decimal((came[0][0] - ordered).days), complete, sum_of_days / total)


def mean(values: Iterable[Decimal | None]) -> float | None:
	"""Return the mean of the values that are known."""
	known = [value for value in values if value is not None]
	return float(sum(known, ZERO) / len(known)) if known else None


def spread(values: Iterable[Decimal | None]) -> float | None:
	"""Return the standard deviation of a population; None of fewer than two values."""
	known = [value for value in values if value is not None]
	if len(known) < 2:
		return None
	middle = sum(known, ZERO) / len(known)
	return sqrt(sum(((value - middle) ** 2 for value in known), ZERO) / len(known))


def percentile(values: Sequence[Decimal], at: float) -> Decimal | None:
	"""Return the smallest value that is at least as large as this share of all; None of none."""
	ranked = sorted(values)
	return ranked[max(ceil(at * len(ranked)), 1) - 1] if ranked else None
