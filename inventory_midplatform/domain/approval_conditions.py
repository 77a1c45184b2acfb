"""Conditions of approval policies: a field of a document, or a sum over its rows, compared with a value."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from inventory_midplatform.domain.quantity import ZERO, from_store, number_of, to_text

EQUAL, UNEQUAL, ONE_OF, IS_SET, NOT_SET = "=", "!=", "One Of", "Set", "Not Set"

ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
"""They compare numbers, or dates as text."""

COMPARISONS = (EQUAL, UNEQUAL, *ORDERINGS, ONE_OF, IS_SET, NOT_SET)
WITHOUT_VALUE = (IS_SET, NOT_SET)

ALL, ANY = "All", "Any"

Values = Mapping[str, str]
"""Field → its value as text: numbers without trailing zeros, dates as ISO, nothing as an empty text."""


@dataclass(frozen=True)
class Condition:
	field: str
	"""A field of the document, or ``items.amount``: the sum of a column of a child table."""
	comparison: str
	value: str = ""

	def is_met(self, values: Values) -> bool:
		"""Return whether the condition holds. An empty field is zero where it is compared with a number."""
		found = values.get(self.field, "")
		if self.comparison in WITHOUT_VALUE:
			is_set = found not in ("", "0")
			return is_set == (self.comparison == IS_SET)
		if self.comparison in ORDERINGS:
			return _ordered(ORDERINGS[self.comparison], found, self.value)
		is_among = any(_same(found, option) for option in self.options)
		return is_among != (self.comparison == UNEQUAL)

	@property
	def options(self) -> list[str]:
		"""The values it names: several, between commas, for One Of."""
		if self.comparison == ONE_OF:
			return [part.strip() for part in re.split("[,，\n]", self.value) if part.strip()]
		return [self.value.strip()]


def are_met(conditions: Sequence[Condition], match: str, values: Values) -> bool:
	"""Return whether all conditions hold, or any of them; without conditions it is so."""
	together = any if match == ANY and conditions else all
	return together(condition.is_met(values) for condition in conditions)


def contradicting(conditions: Iterable[Condition]) -> str:
	"""Return a field that no value can meet all these conditions for; an empty text where there is none."""
	by_field: dict[str, list[Condition]] = {}
	for condition in conditions:
		by_field.setdefault(condition.field, []).append(condition)
	return next((field for field, own in by_field.items() if _no_value_meets(own)), "")


def read(document: Mapping[str, Any], field: str) -> str:
	"""Return the value of a field as text; of ``items.amount`` the sum over the rows of ``items``."""
	table, _, column = field.partition(".")
	if not column:
		return as_text(document.get(field))
	return as_text(sum((_number(row.get(column)) for row in document.get(table) or ()), ZERO))


def as_text(value: Any) -> str:
	if isinstance(value, bool):
		return str(int(value))
	if isinstance(value, int | float | Decimal):
		return to_text(from_store(value))
	if isinstance(value, date):
		return value.isoformat()
	return str(value or "").strip()


def _number(value: Any) -> Decimal:
	number = number_of(value)
	return ZERO if number is None else from_store(number)


def _same(found: str, value: str) -> bool:
	wanted = number_of(value)
	number = ZERO if not found else number_of(found)
	return found == value or (wanted is not None and number == wanted)


def _ordered(compare: Callable[[Any, Any], bool], found: str, value: str) -> bool:
	limit = number_of(value)
	if limit is None:
		return bool(found) and compare(found, value.strip())
	number = ZERO if not found else number_of(found)
	return number is not None and compare(number, limit)


def _no_value_meets(conditions: Sequence[Condition]) -> bool:
	"""Return whether no value of one field meets all of these: of values they name each is tried, limits are compared."""
	named = [c for c in conditions if c.comparison in (EQUAL, ONE_OF, NOT_SET)]
	if named:
		options = named[0].options if named[0].comparison != NOT_SET else [""]
		return not any(all(c.is_met({c.field: option}) for c in conditions) for option in options)
	lowest = [c for c in conditions if c.comparison in (">", ">=")]
	highest = [c for c in conditions if c.comparison in ("<", "<=")]
	return any(_cross(low, high) for low in lowest for high in highest)


def _cross(low: Condition, high: Condition) -> bool:
	"""Return whether nothing is above the one and below the other."""
	bottom, top = number_of(low.value), number_of(high.value)
	if bottom is None or top is None:
		return low.value.strip() > high.value.strip()
	return bottom > top or (bottom == top and (low.comparison, high.comparison) != (">=", "<="))
