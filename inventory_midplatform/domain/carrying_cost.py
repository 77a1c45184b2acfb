"""What holding stock costs, from parts that were measured, entered by somebody, or are only assumed. Company currency.

The kinds are never mixed up: a figure says how much of it is known, and what it would be with the usual rates for what
nobody has set.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from inventory_midplatform.domain.quantity import ZERO

DAYS_A_YEAR, MONTHS_A_YEAR = 365, 12


class Origin(str, Enum):
	"""How a part of the cost is known."""

	MEASURED = "Measured"
	ENTERED = "Entered"
	ASSUMED = "Assumed"

	def __str__(self) -> str:
		return str(self.value)


CAPITAL, SPACE, HANDLING, LOSS = "Capital", "Space", "Handling", "Loss"
PARTS = (CAPITAL, SPACE, HANDLING, LOSS)

USUAL = {
	CAPITAL: (Decimal(8), Decimal(15)),
	SPACE: (Decimal("1.5"), Decimal(3)),
	HANDLING: (Decimal("1.5"), Decimal(3)),
	LOSS: (Decimal(9), Decimal(9)),
}
"""Percent a year of the stock's value, lowest and highest: capital 8–15, storage and handling 3–6 together, here halved,
and for insurance, obsolescence and shrinkage what is left of totals of 20–30. Sources differ up to 40."""


@dataclass(frozen=True)
class Part:
	"""One part of the cost in a period. What is only assumed has a range; of the others both ends are the amount."""

	name: str
	origin: Origin
	low: Decimal
	high: Decimal

	@property
	def amount(self) -> Decimal | None:
		"""Return the cost; None of what is only assumed."""
		return None if self.origin is Origin.ASSUMED else self.low


@dataclass(frozen=True)
class CarryingCost:
	parts: tuple[Part, ...]

	@property
	def known(self) -> Decimal:
		"""Return what was measured or entered."""
		return sum((part.amount for part in self.parts if part.amount is not None), ZERO)

	@property
	def low(self) -> Decimal:
		"""Return what is known and the lowest of what is assumed."""
		return sum((part.low for part in self.parts), ZERO)

	@property
	def high(self) -> Decimal:
		return sum((part.high for part in self.parts), ZERO)


@dataclass(frozen=True)
class Rates:
	"""What was entered: percent a year of the stock's value, and rent of the space a month. None where nothing was."""

	capital: Decimal | None = None
	space_per_month: Decimal | None = None
	handling: Decimal | None = None
	loss: Decimal | None = None

	@property
	def is_empty(self) -> bool:
		return all(rate is None for rate in (self.capital, self.space_per_month, self.handling, self.loss))


def of_value(average: Decimal, percent_a_year: Decimal, days: int) -> Decimal:
	"""Return what a yearly rate on the average value is in a period: 850 at 25 % for 30 days are 17.47."""
	return max(average, ZERO) * percent_a_year / 100 * days / DAYS_A_YEAR


def carrying_cost(
	average: Decimal | None, days: int, rates: Rates, written_off: Decimal | None = None
) -> CarryingCost | None:
	"""Return the cost of holding ``average`` (value) for some days; None where there is no average or no rate was entered.

	Losses are what counts and write-offs took (``written_off``) where no rate is entered and that was measured.
	"""
	if average is None or days < 1 or rates.is_empty:
		return None
	entered = {CAPITAL: rates.capital, HANDLING: rates.handling, LOSS: rates.loss}
	parts = []
	for name in PARTS:
		rate = entered.get(name)
		if name == SPACE and rates.space_per_month is not None:
			rent = rates.space_per_month * MONTHS_A_YEAR * days / DAYS_A_YEAR
			parts.append(Part(name, Origin.ENTERED, rent, rent))
		elif rate is not None:
			cost = of_value(average, rate, days)
			parts.append(Part(name, Origin.ENTERED, cost, cost))
		elif name == LOSS and written_off is not None:
			parts.append(Part(name, Origin.MEASURED, written_off, written_off))
		else:
			low, high = (of_value(average, usual, days) for usual in USUAL[name])
			parts.append(Part(name, Origin.ASSUMED, low, high))
	return CarryingCost(tuple(parts))
