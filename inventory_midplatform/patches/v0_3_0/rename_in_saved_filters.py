"""Filters that users saved (lists, reports, cards, charts, boards) find the renamed fields and values again."""

import json
from typing import Any

import frappe
from frappe.model.utils.user_settings import sync_user_settings

from inventory_midplatform.patches.v0_3_0.rename_fields import COLUMNS
from inventory_midplatform.patches.v0_3_0.rename_values import VALUES

SAVED = (
	("List Filter", "filters", "reference_doctype"),
	("Report", "json", "ref_doctype"),
	("Number Card", "filters_json", "document_type"),
	("Dashboard Chart", "filters_json", "document_type"),
	("Kanban Board", "filters", "reference_doctype"),
)
"""Where Frappe keeps filters as JSON: (DocType, field, field that names the filtered DocType)."""

DOCTYPES = tuple(sorted({*COLUMNS, *(doctype for doctype, _ in VALUES)}))


def execute() -> None:
	for doctype, field, about in SAVED:
		for name, text, filtered in frappe.get_all(
			doctype, {about: ("in", DOCTYPES)}, ["name", field, about], order_by="name", as_list=True
		):
			new = renamed_text(text, filtered)
			if new != text:
				frappe.db.set_value(doctype, name, field, new, update_modified=False)
	sync_user_settings()
	rows = frappe.db.sql(
		"SELECT `user`, `doctype`, `data` FROM `__UserSettings` WHERE `doctype` IN %(doctypes)s",
		{"doctypes": DOCTYPES},
	)
	for user, filtered, text in rows:
		new = renamed_text(text, filtered)
		if new != text:
			frappe.db.sql(
				"UPDATE `__UserSettings` SET `data` = %(data)s WHERE `user` = %(user)s AND `doctype` = %(doctype)s",
				{"data": new, "user": user, "doctype": filtered},
			)
			frappe.cache.hdel("_user_settings", f"{filtered}::{user}")


def renamed_text(text: str | None, doctype: str) -> str | None:
	"""The JSON with its filters and columns renamed; what is no JSON stays as it is."""
	try:
		saved = json.loads(text or "")
	except ValueError:
		return text
	new = renamed(saved, doctype)
	return text if new == saved else json.dumps(new, ensure_ascii=False)


def renamed(saved: Any, doctype: str) -> Any:
	if isinstance(saved, dict):
		return {key: renamed(value, doctype) for key, value in saved.items()}
	if isinstance(saved, str):
		return renamed_path(saved)
	if not isinstance(saved, list):
		return saved
	if len(saved) >= 4 and saved[0] in DOCTYPES and isinstance(saved[1], str):
		return [saved[0], *renamed_condition(saved[0], *saved[1:4]), *saved[4:]]
	if len(saved) == 2 and saved[1] in DOCTYPES:
		return [renamed_field(saved[1], saved[0]), saved[1]]
	return [renamed(part, doctype) for part in saved]


def renamed_condition(doctype: str, field: str, operator: Any, value: Any) -> list[Any]:
	words = VALUES.get((doctype, field), {})
	if isinstance(value, list):
		value = list(dict.fromkeys(words.get(one, one) for one in value))
	elif isinstance(value, str):
		parts = [part.strip() for part in value.split(",")] if operator in ("in", "not in") else [value]
		if any(part in words for part in parts):
			value = ",".join(dict.fromkeys(words.get(part, part) for part in parts))
	return [renamed_field(doctype, field), operator, value]


def renamed_field(doctype: str, field: Any) -> Any:
	old, new = COLUMNS.get(doctype, ("", ""))
	return new if field == old else field


def renamed_path(text: str) -> str:
	"""A field named with its DocType, as reports and lists remember what they are sorted by."""
	for doctype, (old, new) in COLUMNS.items():
		for path in ("{0}.{1}", "`tab{0}`.`{1}`", "{0}:{1}"):
			text = text.replace(path.format(doctype, old), path.format(doctype, new))
	return text
