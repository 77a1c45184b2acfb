"""How the columns of a report lie: as wide as what they are called, figures to the right, a currency and a company said once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe

from inventory_midplatform.ports import Row

NUMERIC = ("Float", "Int", "Percent", "Currency")
LATIN, WIDE, AROUND = 7.2, 14, 34
"""Pixels of a letter, of a Chinese character, and of the space around a label."""
FIRST_WIDE = "⺀"
LEAST = {"Date": 115, "Datetime": 155}


def laid_out(columns: Sequence[Row], rows: Sequence[Mapping[str, Any]]) -> list[Row]:
	"""Return the columns as they are shown above these rows.

	Where all rows have one currency, the label of an amount says it and its cells do not; a label that is ``bare`` is left as
	it is. Where all are of one company, the names of warehouses do without its letters, and its column is not shown.
	"""
	currency, company = _only(rows, "currency"), _only(rows, "company")
	return [_column(column, currency, company) for column in columns]


def short_warehouse(name: str, company: str | None) -> str:
	"""Return a warehouse's name without the letters of its company."""
	return name.removesuffix(_suffix(company)) if company else name


def hide_empty(columns: Iterable[Row], rows: Sequence[Mapping[str, Any]], *names: str) -> list[Row]:
	"""Return the columns, those of these names hidden which say nothing in any row; an export has them."""
	return [
		{**column, "hidden": 1}
		if column["fieldname"] in names and not any(row.get(column["fieldname"]) for row in rows)
		else column
		for column in columns
	]


def _column(column: Row, currency: str | None, company: str | None) -> Row:
	shown = {"align": "right" if column.get("fieldtype") in NUMERIC else "left", **column}
	is_bare = shown.pop("bare", False)
	if currency and shown.get("fieldtype") == "Currency":
		shown["one_currency"] = 1
		if not is_bare:
			shown["label"] = f"{shown['label']} ({currency})"
	if company and shown["fieldname"] == "company":
		shown["hidden"] = 1
	if company and shown["fieldname"] == "warehouse":
		shown["suffix"] = _suffix(company)
	shown["width"] = max(
		int(shown.get("width") or 0), width_of(shown["label"]), LEAST.get(str(shown.get("fieldtype")), 0)
	)
	return shown


def width_of(label: str) -> int:
	"""Return the pixels that a label needs above its column."""
	return round(sum(WIDE if letter >= FIRST_WIDE else LATIN for letter in label)) + AROUND


def _suffix(company: str) -> str:
	return f" - {frappe.get_cached_value('Company', company, 'abbr')}"


def _only(rows: Iterable[Mapping[str, Any]], name: str) -> str | None:
	"""Return what all rows that have it have in a field; None for several or none."""
	found = {row[name] for row in rows if row.get(name)}
	return str(found.pop()) if len(found) == 1 else None
