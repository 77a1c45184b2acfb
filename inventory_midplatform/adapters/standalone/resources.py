"""``/api/resource``: records read as from Frappe, within the user's roles and permitted warehouses."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from inventory_midplatform.adapters.standalone import schema
from inventory_midplatform.api.operation import plain
from inventory_midplatform.domain.errors import InvalidInput, NotFound, NotPermitted
from inventory_midplatform.domain.roles import EVERYBODY, SELLERS
from inventory_midplatform.ports import Context, Row

PAGE = 20
"""The number of rows that Frappe returns by default."""

MOST_VALUES = 1000
MOST_CONDITIONS = 100
LONGEST_VALUE = 2000
LARGEST_NUMBER = 10**18
"""Limits of a filter. SQLite and MariaDB refuse a statement that goes far beyond them."""

WITHOUT_TOTALS = ("Inventory KPI Value", "Inventory KPI Baseline")
"""Records without a warehouse are totals of a company here, which would tell of warehouses that a user may not see."""

SIMPLE = {
	"=": "=",
	"!=": "<>",
	"<": "<",
	">": ">",
	"<=": "<=",
	">=": ">=",
	"like": "LIKE",
	"not like": "NOT LIKE",
}
ORDER = re.compile(r"^`?(?:tab[\w ]+`?\.`?)?(\w+)`?(?:\s+(asc|desc))?$", re.IGNORECASE)


def get_list(ctx: Context, doctype: str, params: Mapping[str, str]) -> list[Row]:
	"""Return rows of a DocType. Takes Frappe's ``fields``, ``filters``, ``or_filters``, ``order_by``, ``limit_start``,
	``limit_page_length`` or ``limit`` (0: all). Raises InvalidInput, NotFound or NotPermitted.
	"""
	meta = readable(ctx, doctype)
	columns = _columns(meta, _json(params, "fields") or ["name"])
	select = _Select(meta)
	conditions = select.conditions(_json(params, "filters"))
	either = select.conditions(_json(params, "or_filters"))
	if either:
		conditions.append(f"({' OR '.join(either)})")
	conditions += select.permitted(ctx)
	sql = f"SELECT {', '.join(f'`{c}`' for c in columns)} FROM `tab{doctype}`"
	if conditions:
		sql += f" WHERE {' AND '.join(conditions)}"
	sql += f" ORDER BY {_order(meta, params.get('order_by') or 'modified desc')}"
	length = _number(params, "limit_page_length", _number(params, "limit", PAGE))
	start = _number(params, "limit_start", 0)
	if length or start:
		sql += f" LIMIT {length or 2**62} OFFSET {start}"
	return [plain(row) for row in ctx.store.rows(sql, select.params)]


def get_doc(ctx: Context, doctype: str, name: str) -> Row:
	"""Return one record with its child rows. Raises NotFound or NotPermitted."""
	meta = readable(ctx, doctype)
	select = _Select(meta)
	conditions = [*select.conditions({"name": name}), *select.permitted(ctx)]
	rows = ctx.store.rows(f"SELECT * FROM `tab{doctype}` WHERE {' AND '.join(conditions)}", select.params)
	if not rows:
		raise NotFound(
			"{doctype} {name} does not exist.", code="unknown_document", doctype=doctype, name=name
		)
	document = {"doctype": doctype, **rows[0]}
	for field in meta.tables:
		document[field.name] = ctx.store.rows(
			f"SELECT * FROM `tab{field.options}` WHERE parent = %(name)s AND parentfield = %(field)s ORDER BY idx",
			{"name": rows[0]["name"], "field": field.name},
		)
	found: Row = plain(document)
	return found


def get_file(ctx: Context, url: str) -> tuple[str, bytes]:
	"""Return name and content of an attached file that the user may read with its record. Raises NotFound or NotPermitted."""
	rows = ctx.store.rows(
		"SELECT file_name, attached_to_doctype, attached_to_name, content FROM `tabFile` WHERE file_url = %(url)s",
		{"url": url},
	)
	if not rows:
		raise NotFound("There is nothing at this address.", code="unknown_address")
	get_doc(ctx, rows[0]["attached_to_doctype"], rows[0]["attached_to_name"])
	return rows[0]["file_name"], b64decode(rows[0]["content"])


def readable(ctx: Context, doctype: str) -> schema.DocType:
	meta = schema.doctypes().get(doctype)
	if meta is None or meta.single:
		raise NotFound("There is no DocType {doctype}.", code="unknown_doctype", doctype=doctype)
	readers = EVERYBODY | SELLERS if meta.readers is None else meta.readers
	if not ctx.identity.roles & readers:
		raise NotPermitted("You have no role that may read {doctype}.", doctype=doctype)
	return meta


class _Select:
	"""The conditions of one statement. Every value is a parameter, every column is one of the DocType's."""

	def __init__(self, meta: schema.DocType):
		self.meta = meta
		self.params: Row = {}
		self.count = 0

	def conditions(self, filters: Any) -> list[str]:
		"""Read Frappe's two forms: {field: value or [operator, value]} and [[field, operator, value], …]."""
		if not filters:
			return []
		if isinstance(filters, dict):
			return [
				self._condition(
					field, *(value if isinstance(value, list) and len(value) == 2 else ("=", value))
				)
				for field, value in filters.items()
			]
		if not isinstance(filters, list):
			raise _malformed("filters")
		if filters and not isinstance(filters[0], list | dict):
			filters = [filters]
		found: list[str] = []
		for condition in filters:
			if isinstance(condition, dict):
				found += self.conditions(condition)
				continue
			if not isinstance(condition, list):
				raise _malformed("filters")
			parts = condition[1:] if len(condition) > 3 and condition[0] == self.meta.name else condition
			if len(parts) == 2:
				parts = [parts[0], "=", parts[1]]
			if len(parts) < 3:
				raise _malformed("filters")
			found.append(self._condition(*parts[:3]))
		return found

	def _condition(self, field: Any, operator: Any, value: Any) -> str:
		self.count += 1
		if self.count > MOST_CONDITIONS:
			raise _malformed("filters")
		if not isinstance(field, str) or field not in self.meta.columns:
			raise _unknown_field(self.meta, field)
		column, kind = f"`{field}`", str(operator).lower().strip()
		if kind in SIMPLE:
			if kind == "!=" and value is not None:
				return f"COALESCE({column}, '') <> {self._param(value)}"
			return f"{column} {SIMPLE[kind]} {self._param(value)}"
		if kind in ("in", "not in"):
			values = value.split(",") if isinstance(value, str) else value
			if not isinstance(values, list) or len(values) > MOST_VALUES:
				raise _malformed("filters")
			return f"{column} {kind.upper()} ({', '.join(map(self._param, values)) or 'NULL'})"
		if kind == "between" and isinstance(value, list) and len(value) == 2:
			return f"{column} BETWEEN {self._param(value[0])} AND {self._param(value[1])}"
		if kind == "is" and value in ("set", "not set"):
			return f"COALESCE({column}, '') {'<>' if value == 'set' else '='} ''"
		raise _malformed("filters")

	def permitted(self, ctx: Context) -> list[str]:
		"""Apply Frappe's User Permissions: a record is visible if every warehouse that it names is permitted."""
		visible = ctx.identity.warehouses
		if visible is None:
			return []
		columns = ["name"] if self.meta.name == "Warehouse" else []
		columns += [f.name for f in self.meta.fields if f.type == "Link" and f.options == "Warehouse"]
		names = ", ".join(self._param(name) for name in sorted(visible))
		if self.meta.name in WITHOUT_TOTALS:
			return [f"`warehouse` IN ({names})"]
		return [f"(COALESCE(`{column}`, '') = '' OR `{column}` IN ({names}))" for column in columns]

	def _param(self, value: Any) -> str:
		if isinstance(value, list | dict) or not _fits(value):
			raise _malformed("filters")
		name = f"f{len(self.params)}"
		self.params[name] = value
		return f"%({name})s"


def _fits(value: Any) -> bool:
	"""Return whether a database takes the value as a parameter: no text that is not Unicode, no infinite number."""
	if isinstance(value, str):
		return len(value) <= LONGEST_VALUE and not any("\ud800" <= c <= "\udfff" for c in value)
	if isinstance(value, int | float):
		return abs(value) <= LARGEST_NUMBER  # not so of NaN either
	return True


def _columns(meta: schema.DocType, fields: Any) -> list[str]:
	given = [fields] if isinstance(fields, str) else fields
	if not isinstance(given, list):
		raise _malformed("fields")
	if "*" in given:
		return list(meta.columns)
	names = [str(field).replace("`", "").removeprefix(f"tab{meta.name}.") for field in given]
	for name in names:
		if name not in meta.columns:
			raise _unknown_field(meta, name)
	return list(dict.fromkeys(names))


def _order(meta: schema.DocType, order_by: str) -> str:
	parts = []
	for part in order_by.split(","):
		match = ORDER.match(part.strip())
		if not match:
			raise _malformed("order_by")
		if match[1] not in meta.columns:
			raise _unknown_field(meta, match[1])
		parts.append(f"`{match[1]}` {(match[2] or 'asc').upper()}")
	return ", ".join(parts)


def _json(params: Mapping[str, str], name: str, loads: Callable[[str], Any] = json.loads) -> Any:
	text = params.get(name)
	if not text:
		return None
	try:
		return loads(text)
	except (ValueError, RecursionError):
		raise _malformed(name) from None


def _number(params: Mapping[str, str], name: str, default: int) -> int:
	text = params.get(name)
	if not text:
		return default
	if not text.isascii() or not text.isdigit() or len(text) > 18:
		raise _malformed(name)
	return int(text)


def _malformed(argument: str) -> InvalidInput:
	return InvalidInput(
		"{argument} is not of the form Frappe takes.", code="invalid_argument", argument=argument
	)


def _unknown_field(meta: schema.DocType, field: Any) -> InvalidInput:
	return InvalidInput(
		"{doctype} has no field {field}.", code="unknown_field", doctype=meta.name, field=str(field)[:60]
	)
