"""Tables from the DocTypes' JSON, and from one small file for the ERPNext masters that our queries join."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from inventory_midplatform.domain.identifiers import NAME_LIMIT, digest
from inventory_midplatform.setup.indexes import INDEXES, UNIQUE, index_name

HERE = Path(__file__).parent
DOCTYPES = HERE.parent.parent / "inventory_midplatform" / "doctype"

READABLE_MASTERS: tuple[str, ...] = (
	"Item",
	"Item Group",
	"UOM",
	"Warehouse",
	"Company",
	"Supplier",
	"Customer",
	"Bin",
	"Sales Order",
	"Delivery Note",
)
READABLE_MASTERS += ("Purchase Receipt", "Stock Entry", "Stock Reconciliation", "Material Request")
"""ERPNext's records that every user of the platform may read; users, keys and permissions are not among them."""

TEXTS = frozenset(("Small Text", "Text", "Long Text", "Text Editor", "Code", "JSON"))
INTEGERS = frozenset(("Int", "Check"))
NUMBERS = frozenset(("Float", "Currency", "Percent"))
NO_COLUMN = frozenset(("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Table", "Heading"))

ERPNEXT_UNIQUE = {"Bin": (("item_code", "warehouse"),)}
ERPNEXT_INDEXES = {
	"BOM": (("item",),),
	"Delivery Note": (("return_against",), ("posting_date",)),
	"Delivery Note Item": (("dn_detail",), ("so_detail",)),
	"Item": (("variant_of",),),
	"File": (("file_url",),),
	"Packed Item": (("parent_detail_docname",),),
	"Purchase Invoice": (("posting_date",),),
	"Purchase Invoice Item": (("po_detail",),),
	"Purchase Receipt Item": (("purchase_order_item",),),
	"Sales Invoice": (("posting_date",),),
	"Sales Invoice Item": (("so_detail",),),
	"Stock Entry": (("work_order",), ("posting_date",)),
	"Stock Entry Detail": (("against_stock_entry",),),
	"Stock Ledger Entry": (
		("voucher_type", "voucher_no"),
		("item_code", "warehouse"),
		("voucher_detail_no",),
	),
	"Item Barcode": (("barcode",),),
	"Item Reorder": (("warehouse",),),
	"Material Request Item": (("item_code",),),
	"User Permission": (("user",),),
	"ToDo": (("reference_type", "reference_name"),),
	"Purchase Order Item": (("item_code", "warehouse"),),
	"Purchase Receipt": (("return_against",), ("posting_date",)),
	"Sales Order": (("docstatus", "status"),),
	"Sales Order Item": (("item_code", "warehouse"),),
}


@dataclass(frozen=True)
class Field:
	name: str
	type: str
	options: str = ""
	reqd: bool = False
	default: Any = None
	non_negative: bool = False
	unique: bool = False
	search_index: bool = False
	fetch_from: str = ""
	read_only: bool = False
	label: str = ""


STANDARD = (
	Field("name", "Data"),
	Field("owner", "Data"),
	Field("creation", "Datetime"),
	Field("modified", "Datetime"),
	Field("modified_by", "Data"),
	Field("docstatus", "Int", default=0),
	Field("idx", "Int", default=0),
	Field("parent", "Data"),
	Field("parentfield", "Data"),
	Field("parenttype", "Data"),
)


@dataclass(frozen=True)
class DocType:
	name: str
	fields: tuple[Field, ...]
	autoname: str = ""
	readers: frozenset[str] | None = frozenset()
	"""Roles that may read it; None for every user of the platform."""
	single: bool = False
	by_name: dict[str, Field] = field(default_factory=dict)

	@property
	def columns(self) -> dict[str, Field]:
		return {f.name: f for f in (*STANDARD, *self.fields) if f.type not in NO_COLUMN}

	@property
	def tables(self) -> list[Field]:
		return [f for f in self.fields if f.type == "Table"]


@cache
def doctypes() -> dict[str, DocType]:
	"""Return every DocType by name."""
	found: dict[str, DocType] = {}
	for name, fields in json.loads((HERE / "erpnext_schema.json").read_text()).items():
		parts = ((f, *kind.partition("/")) for f, kind in fields.items())
		readers = None if name in READABLE_MASTERS else frozenset[str]()
		found[name] = _doctype(name, (Field(f, kind, options) for f, kind, _, options in parts), "", readers)
	for path in sorted(DOCTYPES.glob("*/*.json")):
		data = json.loads(path.read_text())
		readers = frozenset(p["role"] for p in data.get("permissions", ()) if p.get("read"))
		fields_ = (_field(f) for f in data["fields"])
		found[data["name"]] = _doctype(
			data["name"], fields_, data.get("autoname") or "", readers, bool(data.get("issingle"))
		)
	return found


def _doctype(
	name: str, fields: Iterable[Field], autoname: str, readers: frozenset[str] | None, single: bool = False
) -> DocType:
	all_fields = tuple(fields)
	return DocType(name, all_fields, autoname, readers, single, {f.name: f for f in (*STANDARD, *all_fields)})


def _field(data: dict[str, Any]) -> Field:
	return Field(
		data["fieldname"],
		data["fieldtype"],
		data.get("options") or "",
		bool(data.get("reqd")),
		data.get("default"),
		bool(data.get("non_negative")),
		bool(data.get("unique")),
		bool(data.get("search_index")),
		data.get("fetch_from") or "",
		bool(data.get("read_only")),
		data.get("label") or "",
	)


def statements(dialect: str) -> Iterator[tuple[str, str, str]]:
	"""Yield (table, column or "", statement) for everything to be created where it is missing, tables first."""
	kinds = [d for d in doctypes().values() if not d.single]
	for doctype in kinds:
		yield f"tab{doctype.name}", "", _create(doctype, dialect)
	yield "tabSingles", "", _create_singles(dialect)
	yield (
		"tabSeries",
		"",
		f"CREATE TABLE IF NOT EXISTS `tabSeries` (`name` VARCHAR({NAME_LIMIT}) PRIMARY KEY, `current` BIGINT NOT NULL)",
	)
	for doctype in kinds:
		for column in doctype.columns.values():
			definition = _definition(doctype, column, dialect)
			yield (
				f"tab{doctype.name}",
				column.name,
				f"ALTER TABLE `tab{doctype.name}` ADD COLUMN {definition}",
			)
	for doctype in kinds:
		for unique, columns in _indexes(doctype):
			name = index_name(doctype.name, columns)
			listed = ", ".join(f"`{c}`" for c in columns)
			kind = "UNIQUE INDEX" if unique else "INDEX"
			yield "", "", f"CREATE {kind} IF NOT EXISTS `{name}` ON `tab{doctype.name}` ({listed})"


def _create(doctype: DocType, dialect: str) -> str:
	columns = ",\n\t".join(_definition(doctype, f, dialect) for f in doctype.columns.values())
	return f"CREATE TABLE IF NOT EXISTS `tab{doctype.name}` (\n\t{columns}\n){_table_options(dialect)}"


def _create_singles(dialect: str) -> str:
	return (
		f"CREATE TABLE IF NOT EXISTS `tabSingles` (`doctype` VARCHAR({NAME_LIMIT}) NOT NULL, `field` VARCHAR({NAME_LIMIT}) NOT NULL,"
		f" `value` TEXT, PRIMARY KEY (`doctype`, `field`)){_table_options(dialect)}"
	)


def _table_options(dialect: str) -> str:
	return (
		""
		if dialect == "sqlite"
		else " ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci"
	)


def _definition(doctype: DocType, f: Field, dialect: str) -> str:
	"""Return a column's definition. Numbers are never NULL; columns of a unique key have '' instead of NULL, since NULLs are
	never equal."""
	sqlite = dialect == "sqlite"
	if f.name == "name":
		return f"`name` {'TEXT' if sqlite else f'VARCHAR({NAME_LIMIT})'} NOT NULL PRIMARY KEY"
	if f.type in INTEGERS:
		return f"`{f.name}` {'INTEGER' if sqlite else 'BIGINT'} NOT NULL DEFAULT {int(f.default or 0)}"
	if f.type in NUMBERS:
		return f"`{f.name}` {'REAL' if sqlite else 'DECIMAL(21,9)'} NOT NULL DEFAULT {float(f.default or 0)}"
	if f.type == "Date":
		return f"`{f.name}` DATE"
	if f.type == "Datetime":
		return f"`{f.name}` {'DATETIME' if sqlite else 'DATETIME(6)'}"
	if f.type in TEXTS:
		return f"`{f.name}` {'TEXT' if sqlite else 'LONGTEXT'}"
	in_key = any(f.name in key for key in UNIQUE.get(doctype.name, ()))
	default = " NOT NULL DEFAULT ''" if in_key else f" DEFAULT '{f.default}'" if f.default else ""
	return f"`{f.name}` {'TEXT' if sqlite else f'VARCHAR({NAME_LIMIT})'}{default}"


def _indexes(doctype: DocType) -> Iterator[tuple[bool, tuple[str, ...]]]:
	for f in doctype.fields:
		if f.unique or f.search_index:
			yield f.unique, (f.name,)
	for columns in (*UNIQUE.get(doctype.name, ()), *ERPNEXT_UNIQUE.get(doctype.name, ())):
		yield True, columns
	for columns in (*INDEXES.get(doctype.name, ()), *ERPNEXT_INDEXES.get(doctype.name, ())):
		yield False, columns
	if doctype.name in child_tables():
		yield False, ("parent",)


@cache
def child_tables() -> frozenset[str]:
	return frozenset(f.options for d in doctypes().values() for f in d.tables) | {"Packed Item"}


@cache
def fingerprint(dialect: str) -> str:
	"""Return a hash of the whole schema."""
	return digest(*statements(dialect))
