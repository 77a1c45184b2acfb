"""A small builder over PyPika's MySQL dialect whose values are always parameters, for queries with optional parts.

	t = table("Stock Position")
	sql, params = compiled(Query.from_(t).select(t.item_code).where(t.warehouse == value("Stores - DC")))

The text runs on MariaDB and on SQLite.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pypika import MySQLQuery as Query
from pypika import Order, Table
from pypika.enums import Dialects
from pypika.terms import Criterion, Field, Term

MARIADB_TRANSIENT = frozenset((1213, 1205, 1020, 1062))
"""The server's numbers for deadlock, lock time-out, a row changed since the snapshot, a key just taken by another."""

MARIADB_OUT_OF_RANGE = 1264
"""The server's number for a value that is too large for its column."""

MARIADB_LOST = frozenset((2002, 2003, 2006, 2013, 2055, 1053, 1927, 4031))
"""The server's numbers for: not reachable, gone, connection closed."""

__all__ = [
	"MARIADB_LOST",
	"MARIADB_OUT_OF_RANGE",
	"MARIADB_TRANSIENT",
	"Criterion",
	"Order",
	"Query",
	"any_of",
	"compiled",
	"contains",
	"key_in",
	"latest",
	"merged",
	"table",
	"value",
]


class Value(Term):  # type: ignore[misc]
	"""A constant that becomes a named parameter when its query is compiled."""

	def __init__(self, constant: Any):
		super().__init__()
		self.constant = constant

	def get_sql(self, parameters: dict[str, Any] | None = None, **_: Any) -> str:
		if parameters is None:
			raise ValueError("compile a query that holds values with compiled()")
		name = f"p{len(parameters)}"
		parameters[name] = self.constant
		return f"%({name})s"


class Contains(Criterion):  # type: ignore[misc]
	"""A search for a text in a field. PyPika's own functions do not pass the parameters on to their arguments."""

	def __init__(self, field: Field, part: Value):
		super().__init__()
		self.field, self.part = field, part

	def nodes_(self) -> Iterator[Any]:
		yield self
		yield from self.field.nodes_()

	def get_sql(self, **kwargs: Any) -> str:
		kwargs["with_alias"] = False
		return f"INSTR(LOWER({self.field.get_sql(**kwargs)}),LOWER({self.part.get_sql(**kwargs)}))>0"


def value(constant: Any) -> Value:
	return Value(constant)


def table(doctype: str, alias: str | None = None) -> Table:
	return Table(f"tab{doctype}", alias=alias)


def any_of(field: Field, constants: Iterable[Any]) -> Criterion:
	"""Return ``field IN (…)`` with each constant as a parameter; without constants, a condition that is false."""
	terms = [value(c) for c in constants]
	return field.isin(terms) if terms else value(1) == value(0)


def key_in(pairs: Iterable[tuple[str, str]], first: str, second: str) -> tuple[str, dict[str, Any]]:
	"""Return ``(first = a AND second = b) OR …`` and its parameters; both engines use a composite index for it."""
	parameters: dict[str, Any] = {}
	for i, (a, b) in enumerate(pairs):
		parameters[f"first_{i}"], parameters[f"second_{i}"] = a, b
	return _either(first, second, len(parameters) // 2), parameters


@lru_cache
def _either(first: str, second: str, count: int) -> str:
	either = [f"{first} = %(first_{i})s AND {second} = %(second_{i})s" for i in range(count)]
	return f"({' OR '.join(either)})"


def contains(field: Field, part: str) -> Criterion:
	"""Return the condition that the field contains ``part``, in any case. No character of it is a wildcard."""
	return Contains(field, value(part))


@lru_cache
def merged(
	new: str,
	add: tuple[str, ...],
	put: tuple[str, ...],
	span: tuple[str, str] | None = None,
	while_positive: str = "",
) -> str:
	"""Return the SET part of an upsert: how a row that exists is changed.

	``new`` is how the statement writes the value that a column, ``{}``, would get if its row were new. ``add`` sums (rounded
	to nine digits), ``put`` overwrites. ``span`` names two columns: the first gets the smaller, the second the larger of old
	and new; a new NULL changes neither. Where the column ``while_positive`` is not above zero, both start again with the new
	value.
	"""
	changes = []
	for column, sign in zip(span or (), "<>", strict=False):
		value = new.format(column)
		changes.append(
			f"`{column}` = CASE WHEN {value} IS NULL THEN `{column}` WHEN `{column}` IS NULL OR"
			f" `{while_positive}` <= 0 OR {value} {sign} `{column}` THEN {value} ELSE `{column}` END"
		)
	# MariaDB changes columns from left to right: the span, which reads the sums, comes first
	changes += [f"`{column}` = ROUND(`{column}` + {new.format(column)}, 9)" for column in add]
	changes += [f"`{column}` = {new.format(column)}" for column in put]
	return ", ".join(changes)


def latest(text: str) -> str:
	"""Return the aggregate of a number on the last of days, from an expression that writes the day and the number together."""
	return f"CAST(SUBSTR(MAX({text}), 11) AS DECIMAL(21, 9))"


def compiled(query: Any) -> tuple[str, dict[str, Any]]:
	"""Return a query's statement and its parameters."""
	parameters: dict[str, Any] = {}
	return query.get_sql(parameters=parameters, dialect=Dialects.MYSQL), parameters
