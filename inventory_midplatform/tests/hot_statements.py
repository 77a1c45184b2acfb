"""Find the statements that read a whole table: recorded as they run, explained by MariaDB. For both adapters' tests."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MANY = 1000
"""A table with fewer rows than this may be read whole: the optimizer is right to."""

EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH")


@dataclass(frozen=True)
class Statement:
	"""A statement as it ran, and the scenario that ran it."""

	sql: str
	params: Any
	scenario: str


class Recorder:
	"""Records each different statement once; lists of different lengths make no difference."""

	def __init__(self) -> None:
		self.statements: dict[str, Statement] = {}
		self.scenario = ""

	def record(self, sql: str, params: Any = None) -> None:
		text = re.sub(r"^SET STATEMENT \w+ = \d+ FOR ", "", sql.strip())  # how long it waits for locks
		if text.split(None, 1)[0].upper() in EXPLAINED:
			self.statements.setdefault(_shape(text), Statement(text, params, self.scenario))

	@contextmanager
	def recording(self, owner: Any, methods: Iterable[str], scenario: str) -> Iterator[None]:
		"""Record the calls of these methods of ``owner`` (first argument the statement, second its parameters)."""
		self.scenario = scenario
		originals = {name: getattr(owner, name) for name in methods}
		for name, original in originals.items():
			setattr(owner, name, self._wrapped(original))
		try:
			yield
		finally:
			for name, original in originals.items():
				setattr(owner, name, original)

	def _wrapped(self, original: Callable[..., Any]) -> Callable[..., Any]:
		def call(itself: Any, sql: Any, *args: Any, **kwargs: Any) -> Any:
			self.record(str(sql), args[0] if args else None)
			return original(itself, sql, *args, **kwargs)

		return call


def _shape(sql: str) -> str:
	"""Return the statement without its values and the number of its parameters: a hundred keys count as two."""
	text = re.sub(r"'(?:[^'\\]|\\.)*'", "?", re.sub(r"_\d+\)s", ")s", sql))
	text = re.sub(r"\([^()]*first\)s[^()]*\)", "(keys)", text)
	return re.sub(r"\s+", " ", re.sub(r"\b\d+\b", "?", text))


def whole_reads(plan: Iterable[Mapping[str, Any]], big_tables: Iterable[str]) -> list[str]:
	"""Return the big tables that a plan of EXPLAIN reads whole: row by row, or by an index from one end to the other.

	A page in the order of an index is read by that index too, and only as many rows as the page has.
	"""
	big = set(big_tables)
	found = []
	for step in plan:
		rows = int(str(step.get("rows") or 0).split()[0])
		if str(step.get("type")).split("|")[0] in ("ALL", "index") and rows >= MANY and _table_of(step, big):
			found.append(f"{step['table']} ({step['type']}, {rows} rows, key {step.get('key')})")
	return found


def _table_of(step: Mapping[str, Any], big: set[str]) -> bool:
	"""Return whether the step reads a big table. Under an alias, any table read whole with many rows counts as big."""
	name = str(step.get("table") or "")
	return not name.startswith("<") and (name in big or not name.startswith("tab"))
