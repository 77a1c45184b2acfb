"""The fields of a DocType as approval policies name them: its own, and ``items.amount`` for the sum of a column of its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from inventory_midplatform.domain.errors import NotFound
from inventory_midplatform.ports import Context, FieldKind

NUMBERS = frozenset(("Int", "Float", "Currency", "Percent", "Check", "Rating", "Duration"))
DATES = frozenset(("Date", "Datetime"))
TABLE = "Table"


@dataclass(frozen=True)
class Fields:
	doctype: str
	own: dict[str, FieldKind]
	of_rows: dict[str, dict[str, FieldKind]] = field(default_factory=dict)
	"""Table → the fields of its rows."""

	def kind(self, name: str) -> FieldKind | None:
		"""Return what a field is, or the column of which it is the sum; None where there is none that holds a value."""
		table, _, column = name.partition(".")
		found = self.of_rows.get(table, {}).get(column) if column else self.own.get(table)
		return None if found is None or found.type in _NO_VALUE else found

	@staticmethod
	def is_sum(name: str) -> bool:
		return "." in name

	def has(self, name: str) -> bool:
		"""Return whether the document or its rows have a field."""
		return name in self.own or any(name in fields for fields in self.of_rows.values())

	def label(self, name: str) -> str:
		"""Return how people call a field: its label, of a sum with the label of its table; else its name."""
		kind = self.kind(name)
		if kind is None:
			return name
		table, _, column = name.partition(".")
		label = kind.label or column or table
		return f"{self.own[table].label or table}: {label}" if column else label

	def names(self) -> Iterator[str]:
		"""Yield every field that has a value, and every column that can be added up."""
		yield from (name for name in self.own if self.kind(name))
		for table, columns in self.of_rows.items():
			yield from (f"{table}.{column}" for column, kind in columns.items() if kind.type in NUMBERS)


_NO_VALUE = frozenset(
	("Table", "Table MultiSelect", "Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading")
) | {"Fold", "Image", "Password"}


def fields_of(ctx: Context, doctype: str) -> Fields:
	"""Return the fields of a DocType and of its rows. Raises NotFound (``unknown_doctype``)."""
	own = dict(ctx.documents.fields(doctype))
	of_rows: dict[str, dict[str, FieldKind]] = {}
	for name, kind in own.items():
		if kind.type == TABLE:
			try:
				of_rows[name] = dict(ctx.documents.fields(kind.options, is_child=True))
			except NotFound:  # a table of an app that is gone
				continue
	return Fields(doctype, own, of_rows)


def company_currency(fields: Fields, name: str) -> str:
	"""Return the field that holds an amount in company currency, of one that is in the currency of its document; else an empty
	text.
	"""
	table, _, column = name.partition(".")
	kind = fields.kind(name)
	other = f"{table}.base_{column}" if column else f"base_{table}"
	return other if kind and kind.type == "Currency" and fields.kind(other) else ""
