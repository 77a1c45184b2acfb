"""How long stock lasts: daily use out of the ledger, and the days that a quantity covers."""

from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO

PERIOD = 90
"""Days of the ledger that the daily use is read from."""

_TENTH, _HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def daily_use(used: Decimal, known_days: int) -> Decimal:
	"""Return what leaves on a day, in stock UOM: what left in the last :data:`PERIOD` days, or since the item has been in
	the warehouse where that is shorter. More that came back than left is no use.
	"""
	days = max(1, min(PERIOD, known_days))
	return max(ZERO, used / days).quantize(_HUNDREDTH)


def days(available: Decimal, use: Decimal) -> Decimal | None:
	"""Return for how many days a quantity lasts at this daily use, with one digit; None where nothing is used."""
	if use <= 0:
		return None
	return max(ZERO, available / use).quantize(_TENTH)


def percent(part: Decimal, of: Decimal) -> Decimal | None:
	"""Return a part as a percentage with one digit; None of nothing."""
	return (100 * part / of).quantize(_TENTH) if of else None
