"""Quantities: ``Decimal``, in stock UOM, nine digits after the point at the store."""

import re
from collections.abc import Hashable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from inventory_midplatform.domain.errors import Conflict, InvalidInput

K = TypeVar("K", bound=Hashable)

ZERO = Decimal(0)
STEP = Decimal("0.000000001")
"""The smallest quantity that the store holds."""

LIMIT = Decimal(10) ** 12
"""Every quantity is smaller."""

MAX_DIGITS = 15
"""ERPNext and SQLite calculate with binary floats, which are exact to 15 significant digits."""


NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")
"""A number as JSON or a person writes it. Python would also read digits of other scripts, ``1_0`` and ``Infinity``."""


def number_of(value: Any) -> Decimal | None:
	"""Return the exact number that a JSON value or a text (blanks around it allowed) is; None for anything else."""
	if isinstance(value, bool):
		return None
	if isinstance(value, int):
		return Decimal(value)
	if isinstance(value, float | Decimal):
		number = value if isinstance(value, Decimal) else Decimal(repr(value))
		return number if number.is_finite() else None
	if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
		return Decimal(value.strip())
	return None


def parse_quantity(value: Any, field: str = "qty") -> Decimal:
	"""Return a positive quantity from an argument: a number, or a number in text.

	Raises :class:`InvalidInput` with code ``invalid_quantity`` for what is no number (:func:`number_of`), zero, a negative
	number, more than nine digits after the point, or more than fifteen significant digits.
	"""
	quantity = number_of(value)
	if quantity is None:
		raise _invalid("{field} must be a number.", field, value)
	if quantity <= 0:
		raise _invalid("{field} must be greater than zero.", field, value)
	# checked by its digits: arithmetic would round a number with too many of them, a small one to zero
	digits = "".join(map(str, quantity.as_tuple().digits)).rstrip("0")
	last = quantity.adjusted() - len(digits) + 1
	if last < -9 or len(digits) > MAX_DIGITS or quantity >= LIMIT:
		raise _invalid(
			"{field} has too many digits: at most nine after the point, fifteen in all, and below 10^12.",
			field,
			value,
		)
	return quantity.quantize(Decimal(1)) if last >= 0 else quantity.normalize()


def has_rest(quantity: Decimal, unit: Decimal) -> bool:
	"""Return whether a quantity is not a whole number of units: it has more digits than the unit."""
	return bool(unit) and bool(quantity % unit)


def _invalid(template: str, field: str, value: Any) -> InvalidInput:
	try:
		shown = str(value)[:60]
	except ValueError:  # Python writes no whole number of more than 4,300 digits
		shown = ""
	return InvalidInput(template, code="invalid_quantity", field=field, value=shown)


def require_below_limit(*quantities: Decimal, **details: str) -> None:
	"""Raise Conflict (``too_large``) where a sum reaches :data:`LIMIT`, which no column holds."""
	if any(abs(quantity) >= LIMIT for quantity in quantities):
		raise too_large(**details)


def too_large(**details: str) -> Conflict:
	return Conflict(
		"A quantity or an amount would reach 10^12, which is more than can be stored.",
		code="too_large",
		**details,
	)


def from_store(value: Any) -> Decimal:
	"""Return a database driver's value (float, Decimal, None) as an exact quantity with nine digits after the point."""
	return _exact(value) if value else ZERO


@lru_cache(maxsize=10_000)
def _exact(value: Any) -> Decimal:
	"""Remembered: the same quantities and prices stand in many rows."""
	number = value if isinstance(value, Decimal) else Decimal(repr(value))
	number = number.quantize(STEP)
	return ZERO if not number else number.normalize() if number % 1 else number.quantize(Decimal(1))


def to_text(value: Decimal) -> str:
	"""Return the shortest plain notation: ``12``, ``0.5``, never ``1E+1``."""
	text = format(value, "f")
	return text.rstrip("0").rstrip(".") if "." in text else text


def take(quantities: dict[K, Decimal], key: K, most: Decimal) -> Decimal:
	"""Take up to ``most`` of a key's quantity off, and return how much that was. A key of which nothing is left goes."""
	qty = min(most, quantities.get(key, ZERO))
	if key in quantities:
		quantities[key] -= qty
		if not quantities[key]:
			del quantities[key]
	return qty
