"""The conditions of a view query: operators, dates and trees checked and made SQL, with every value a parameter."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.periods import FIRST_DAY, LAST_DAY
from inventory_midplatform.domain.text import require_short
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.datasets import Dataset, Dimension, Parameters
from inventory_midplatform.reporting.scope import below

EQUAL, UNEQUAL, IN, NOT_IN, CONTAINS, BELOW = "=", "!=", "in", "not in", "contains", "below"
LESS, MOST, MORE, LEAST, BETWEEN = "<", "<=", ">", ">=", "between"
OF_TEXTS = (EQUAL, UNEQUAL, IN, NOT_IN, CONTAINS)
OF_DATES = (EQUAL, LESS, MOST, MORE, LEAST, BETWEEN)

MOST_CONDITIONS, MOST_VALUES = 20, 500


def operators(dimension: Dimension) -> tuple[str, ...]:
	"""Return the operators that a field understands."""
	if dimension.is_date:
		return OF_DATES
	return (*OF_TEXTS, BELOW) if dimension.parent else OF_TEXTS


def as_day(value: Any) -> date:
	"""Return a day from an ISO text. Raises InvalidInput (``invalid_date``)."""
	if isinstance(value, date):
		return value
	try:
		day = date.fromisoformat(value)
	except (TypeError, ValueError):
		day = date.min
	if not FIRST_DAY <= day <= LAST_DAY:
		raise InvalidInput(
			"{value} is not a date.", code="invalid_date", argument="value", value=str(value)[:40]
		)
	return day


def require_few(argument: str, n: int, most: int) -> None:
	"""Raise InvalidInput (``too_many``) where an argument names more than it may."""
	if n > most:
		raise InvalidInput(
			"{argument} has {n} entries; at most {most} are allowed.",
			code="too_many",
			argument=argument,
			n=n,
			most=most,
		)


class Conditions:
	"""``where`` of a query: ``sql`` are its conditions, ``values`` their parameters.

	Raises InvalidInput (``unknown_field``, ``unknown_operator``, ``invalid_value``, ``too_many``, ``invalid_date``,
	``impossible_range``) and NotFound for an unknown node of a tree.
	"""

	def __init__(
		self, ctx: Context, dataset: Dataset, params: Parameters, where: Sequence[Mapping[str, Any]]
	):
		self.ctx, self.dataset, self.params = ctx, dataset, params
		self.values: Row = {}
		self.order_values: Row = {}
		self.ranges: dict[str, tuple[date, date]] = {}
		self._domains: dict[str, Sequence[str]] = {}
		require_few("where", len(where), MOST_CONDITIONS)
		self.sql = [self._condition(i, condition) for i, condition in enumerate(where)]

	def dimension(self, name: str) -> Dimension:
		found = self.dataset.dimension(name)
		if found is None:
			raise InvalidInput(
				"{dataset} has no field {name}.",
				code="unknown_field",
				dataset=self.dataset.name,
				name=str(name)[:60],
			)
		return found

	def domain(self, dimension: Dimension) -> Sequence[str]:
		if dimension.domain is None:
			return ()
		if dimension.name not in self._domains:
			self._domains[dimension.name] = tuple(dimension.domain(self.ctx, self.params))
		return self._domains[dimension.name]

	def sorting(self, dimension: Dimension, alias: str) -> str:
		"""Return the expression that sorts a group's keys in the order of their domain."""
		domain = self.domain(dimension)
		if not domain or dimension.is_index:
			return alias
		names = [f"{alias}_{i}" for i in range(len(domain))]
		self.order_values.update(zip(names, domain, strict=True))
		places = " ".join(f"WHEN {dimension.sql} = %({name})s THEN {i}" for i, name in enumerate(names))
		return f"CASE {places} ELSE {len(domain)} END"

	def _condition(self, i: int, condition: Mapping[str, Any]) -> str:
		dimension = self.dimension(condition.get("field", ""))
		op, value = condition.get("op") or EQUAL, condition.get("value")
		if op not in operators(dimension):
			raise InvalidInput(
				"{name} has no operator {op}.",
				code="unknown_operator",
				name=dimension.name,
				op=str(op)[:60],
			)
		if dimension.is_date:
			return self._of_dates(dimension, i, op, value)
		if op == CONTAINS:
			if dimension.is_index:
				raise InvalidInput(
					"{name} has no operator {op}.", code="unknown_operator", name=dimension.name, op=op
				)
			self.values[f"w_{i}"] = _text(dimension, value)
			return f"INSTR(LOWER({dimension.filled}), LOWER(%(w_{i})s)) > 0"
		if op == BELOW:
			nodes = below(self.ctx, dimension.options, dimension.parent, _text(dimension, value))
			if not nodes:
				raise NotFound(
					"There is no {doctype} {name}.",
					code="unknown_value",
					doctype=dimension.options,
					name=str(value)[:60],
				)
			self.values[f"w_{i}"] = nodes
			return f"{dimension.sql} IN %(w_{i})s"
		values = list(value) if isinstance(value, list | tuple) and op in (IN, NOT_IN) else [value]
		require_few("value", len(values), MOST_VALUES)
		self.values[f"w_{i}"] = tuple(self._stored(dimension, one) for one in values)
		if op in (EQUAL, IN):
			return f"{dimension.filled if '' in values else dimension.sql} IN %(w_{i})s"
		return f"{dimension.filled} NOT IN %(w_{i})s"

	def _stored(self, dimension: Dimension, value: Any) -> Any:
		text = _text(dimension, value)
		if not dimension.is_index:
			return text
		domain = self.domain(dimension)
		if text not in domain:
			raise InvalidInput(
				"{name} is never {value}: it is one of {known}.",
				code="invalid_value",
				name=dimension.name,
				value=text,
				known=", ".join(domain),
			)
		return domain.index(text)

	def _of_dates(self, dimension: Dimension, i: int, op: str, value: Any) -> str:
		"""A range of whole days over the column itself, so that its index serves; an empty text is no day."""
		if op == EQUAL and value == "":
			return f"{dimension.sql} IS NULL"
		if op == BETWEEN:
			ends = list(value) if isinstance(value, list | tuple) else []
			if len(ends) != 2:
				raise InvalidInput(
					"{name} between takes two days.", code="invalid_value", name=dimension.name
				)
			first, last = map(as_day, ends)
		else:
			day = as_day(value)
			first = {EQUAL: day, LEAST: day, MORE: day + timedelta(days=1)}.get(op, FIRST_DAY)
			last = {EQUAL: day, MOST: day, LESS: day - timedelta(days=1)}.get(op, LAST_DAY)
		before = self.ranges.get(dimension.name, (FIRST_DAY, LAST_DAY))
		first_of_all, last_of_all = max(first, before[0]), min(last, before[1])
		if first_of_all > last_of_all:
			raise InvalidInput(
				"{name}: no day is from {first} to {last}.",
				code="impossible_range",
				name=dimension.name,
				first=first_of_all.isoformat(),
				last=last_of_all.isoformat(),
			)
		self.ranges[dimension.name] = first_of_all, last_of_all
		self.values[f"w_{i}_from"], self.values[f"w_{i}_to"] = first, last + timedelta(days=1)
		return f"{dimension.sql} >= %(w_{i}_from)s AND {dimension.sql} < %(w_{i}_to)s"


def _text(dimension: Dimension, value: Any) -> str:
	if not isinstance(value, str):
		raise InvalidInput("{name} is compared with a text.", code="invalid_value", name=dimension.name)
	return require_short(value, dimension.name)
