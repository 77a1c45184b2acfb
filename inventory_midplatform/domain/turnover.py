"""How fast stock turns, how long it lasts and how often it is out: pure functions of the reports.

Nothing is divided by zero, and what cannot be said is None, never 0: no stock has no turnover, no usage no days of stock.
A balance is that at the end of its day. Quantities are in stock UOM or values in one company's currency; each function
takes either, all its arguments of the same kind.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO

DAYS_A_YEAR = 365

X_MOST, Y_MOST = 0.5, 1.0
"""Usage is steady (X) up to this coefficient of variation, then Y, then Z."""


@dataclass(frozen=True)
class Balances:
	"""The balances of a period: before its first day, at the end of its last, and the mean of its days' ends."""

	opening: Decimal
	closing: Decimal
	average: Decimal

	@property
	def of_open_and_close(self) -> Decimal:
		"""Return the mean of opening and closing, which knows nothing of the days between."""
		return (self.opening + self.closing) / 2


def balances(closing: Decimal, changes: Mapping[date, Decimal], first: date, last: date) -> Balances:
	"""Return the balances of a period from the one it closes with and the net changes of its days, which may have gaps.

	Made backwards: a change of the n-th day is missing from the n − 1 days before it.
	"""
	days = (last - first).days + 1
	missing = sum((net * (day - first).days for day, net in changes.items()), ZERO)
	return Balances(closing - sum(changes.values(), ZERO), closing, closing - missing / days)


def running(opening: Decimal, nets: Iterable[Decimal]) -> list[tuple[Decimal, Decimal]]:
	"""Return opening and closing of each of some periods in a row: a quiet one carries the balance on."""
	found = []
	for net in nets:
		found.append((opening, opening + net))
		opening += net
	return found


def turnover(usage: Decimal, average: Decimal) -> float | None:
	"""Return how often the average stock was used in the period; None where there is no positive average."""
	return float(usage / average) if average > 0 else None


def per_year(turned: float | None, days: int) -> float | None:
	"""Return a period's turnover as one of 365 days."""
	return None if turned is None or days < 1 else turned * DAYS_A_YEAR / days


def days_of_stock(usage: Decimal, average: Decimal, days: int) -> float | None:
	"""Return for how many days the average stock was there: period ÷ turnover. None without usage or without stock."""
	return float(average * days / usage) if usage > 0 and average > 0 else None


def forward_cover(stock: Decimal, usage: Decimal, days: int) -> float | None:
	"""Return for how many days the stock there now lasts at the period's daily usage. None without usage; 0 of nothing."""
	if usage <= 0 or days < 1:
		return None
	return max(float(stock * days / usage), 0.0)


@dataclass(frozen=True)
class ItemDays:
	"""On how many days an item was out of stock, of the days on which it was stocked."""

	out: int = 0
	stocked: int = 0

	def __add__(self, other: "ItemDays") -> "ItemDays":
		return ItemDays(self.out + other.out, self.stocked + other.stocked)

	@property
	def share(self) -> float | None:
		"""Return the share of item-days out of stock; None where nothing was stocked."""
		return self.out / self.stocked if self.stocked else None


def days_out(
	out: Iterable[tuple[date, date]], stocked_from: date | None, last: date, is_delisted: bool = False
) -> ItemDays:
	"""Return the days of a period at whose end nothing of an item is on hand.

	``out`` are the stretches of such days, each from its first to the one on which the item is back. An item is stocked from
	``stocked_from`` on: the period's first day where it was known before, else the day of its first receipt. So what has not
	been received yet is not out of stock, and neither is what is delisted.
	"""
	if is_delisted or stocked_from is None:
		return ItemDays()
	end = last + timedelta(days=1)
	days = (max((min(back, end) - max(since, stocked_from)).days, 0) for since, back in out)
	return ItemDays(sum(days), (end - stocked_from).days)


def variation(total: Decimal, squares: Decimal, months: int) -> float | None:
	"""Return the coefficient of variation of monthly usage: standard deviation of the population ÷ mean.

	``total`` and ``squares`` are the sums of usage and of its squares over the ``months``, of which those without usage
	count as zeros. None where the mean is not positive. The population, because the months are all there are and no sample
	of others.
	"""
	if months < 1 or total <= 0:
		return None
	mean = float(total) / months
	return math.sqrt(max(float(squares) / months - mean * mean, 0.0)) / mean


def xyz_class(total: Decimal, squares: Decimal, months: int) -> str:
	"""Return X for steady usage (variation up to 0.5), Y (up to 1), Z for what is used now and then; empty without usage."""
	found = variation(total, squares, months)
	if found is None:
		return ""
	return "X" if found <= X_MOST else "Y" if found <= Y_MOST else "Z"
