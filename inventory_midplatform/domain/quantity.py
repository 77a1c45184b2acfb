"""Quantities: ``Decimal``, in stock UOM, nine digits after the point at the store."""

from decimal import Decimal, InvalidOperation
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput

ZERO = Decimal(0)
STEP = Decimal("0.000000001")
"""The smallest quantity the store can tell from zero."""

LIMIT = Decimal(10) ** 12
"""No quantity is as large."""

MAX_DIGITS = 15
"""ERPNext and SQLite carry quantities through binary floats, which keep 15 significant digits and no more."""


def parse_quantity(value: Any, field: str = "qty") -> Decimal:
	"""A positive quantity as somebody sent it: a number, or a number in text.

	Raises :class:`InvalidInput` with code ``invalid_quantity`` for a word, NaN, infinity, zero, a negative
	number, more than nine digits after the point, or more than fifteen significant digits.
	"""
	if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
		raise _invalid("{field} must be a number.", field, value)
	try:
		quantity = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
	except InvalidOperation:
		raise _invalid("{field} must be a number.", field, value) from None
	if not quantity.is_finite():
		raise _invalid("{field} must be a finite number.", field, value)
	if quantity <= 0:
		raise _invalid("{field} must be greater than zero.", field, value)
	# asked of its digits: arithmetic would round what has too many of them, to nothing where it is small enough
	digits = "".join(map(str, quantity.as_tuple().digits)).rstrip("0")
	last = quantity.adjusted() - len(digits) + 1
	if last < -9 or len(digits) > MAX_DIGITS or quantity >= LIMIT:
		raise _invalid(
			"{field} has too many digits: at most nine after the point, fifteen in all, and below 10^12.",
			field,
			value,
		)
	return quantity.quantize(Decimal(1)) if last >= 0 else quantity.normalize()


def _invalid(template: str, field: str, value: Any) -> InvalidInput:
	return InvalidInput(template, code="invalid_quantity", field=field, value=str(value)[:60])


def from_store(value: Any) -> Decimal:
	"""What a database driver hands out (float, Decimal, None) as an exact quantity of nine digits."""
	if value is None:
		return ZERO
	number = value if isinstance(value, Decimal) else Decimal(repr(value))
	number = number.quantize(STEP)
	return ZERO if not number else number.normalize() if number % 1 else number.quantize(Decimal(1))


def to_text(value: Decimal) -> str:
	"""The shortest plain notation: ``12``, ``0.5``, never ``1E+1``."""
	text = format(value, "f")
	return text.rstrip("0").rstrip(".") if "." in text else text
