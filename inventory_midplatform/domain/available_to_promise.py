"""Compute what can be promised by a day: cumulative available-to-promise with look-ahead.

The quantity that can be promised for day *d* is the least projected balance of *d* and of every later day: what a
later demand needs is not promised to an earlier one, unless supply in between makes up for it. (T. E. Vollmann,
W. L. Berry, D. C. Whybark, F. R. Jacobs, *Manufacturing Planning and Control for Supply Chain Management*, 5th ed.,
2005, chapter on master production scheduling: cumulative ATP with look-ahead, here on days instead of buckets.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO


@dataclass(frozen=True)
class Event:
	"""Supply (positive) or demand (negative) in stock UOM, and its document."""

	qty: Decimal
	due: date | None
	document_type: str = ""
	document: str = ""
	waits: bool = False
	"""Whether it is waiting demand, which gets the first supply."""


@dataclass(frozen=True)
class Step:
	"""An event on the day it counts, and the balance after it."""

	on: date
	event: Event
	balance: Decimal


@dataclass(frozen=True)
class Projection:
	"""Today's balance and the projected balances, in stock UOM. Supply that no promise can rely on is listed apart."""

	today: date
	opening: Decimal
	steps: tuple[Step, ...]
	undated: tuple[Event, ...]
	"""Supply without a date, or overdue: nobody knows when it comes."""

	@property
	def _balances(self) -> list[tuple[date, Decimal]]:
		"""Return the balance at the end of today and of each later day on which it changes."""
		ends = {self.today: self.opening}
		ends.update((step.on, step.balance) for step in self.steps)
		return list(ends.items())

	def promisable(self, by: date) -> Decimal:
		"""Return how much more can be promised for that day; never below zero, and zero for a past day."""
		if by < self.today:
			return ZERO
		until = [balance for on, balance in self._balances if on <= by][-1]
		return max(min([until, *(balance for on, balance in self._balances if on > by)]), ZERO)

	def earliest(self, qty: Decimal) -> date | None:
		"""Return the first day for which ``qty`` can be promised; None if known supply is not enough."""
		found = None
		for on, balance in reversed(self._balances):
			if balance < qty:
				return found
			found = on
		return found


def projection(today: date, opening: Decimal, events: Iterable[Event]) -> Projection:
	"""Sort events by day, supply before demand, and compute the balances.

	Demand that is overdue, has no day or waits already counts today. Supply that is overdue or has no day counts
	never.
	"""
	dated: list[tuple[date, Event]] = []
	undated: list[Event] = []
	for event in events:
		if event.qty > 0 and (event.due is None or event.due < today):
			undated.append(event)
		elif event.qty:
			dated.append((today if event.waits else max(event.due or today, today), event))
	steps: list[Step] = []
	balance = opening
	for on, event in sorted(dated, key=lambda pair: (pair[0], -pair[1].qty, pair[1].document)):
		balance += event.qty
		steps.append(Step(on, event, balance))
	return Projection(today, opening, tuple(steps), _oldest_first(undated))


def _oldest_first(events: Sequence[Event]) -> tuple[Event, ...]:
	return tuple(sorted(events, key=lambda e: (e.due or date.max, e.document)))
