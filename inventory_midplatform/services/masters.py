"""Items, warehouses and bins as services take them: looked up once, refused with a clear word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context as Arithmetic
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput, NotFound, NotPermitted
from inventory_midplatform.domain.quantity import LIMIT, MAX_DIGITS, from_store, parse_quantity, to_text
from inventory_midplatform.ports import Context, Row

ITEM = "item_name, stock_uom, disabled, is_stock_item"


@dataclass(frozen=True)
class Item:
	item_code: str
	item_name: str
	stock_uom: str


@dataclass(frozen=True)
class Warehouse:
	name: str
	company: str


def stock_item(ctx: Context, item_code: Any) -> Item:
	"""An item kept in stock. Raises NotFound (``unknown_item``) or InvalidInput (``disabled_item``, ``not_a_stock_item``)."""
	row = _named(ctx, "Item", item_code, "item_code", ITEM)
	if row is None:
		raise NotFound("Item {item_code} does not exist.", code="unknown_item", item_code=item_code)
	return _kept_in_stock(row)


def stock_items(ctx: Context, item_codes: Sequence[Any]) -> list[Item]:
	"""The same of many, each where its code stood; one that is written in another way than its record is asked for alone."""
	names = sorted({code for code in item_codes if isinstance(code, str)})
	sql = f"SELECT name, {ITEM} FROM `tabItem` WHERE name IN %(names)s"
	rows = {row["name"]: row for row in ctx.store.rows(sql, {"names": names})} if names else {}
	return [
		_kept_in_stock(rows[code]) if isinstance(code, str) and code in rows else stock_item(ctx, code)
		for code in item_codes
	]


def _kept_in_stock(row: Row) -> Item:
	if row["disabled"]:
		raise InvalidInput("Item {item_code} is disabled.", code="disabled_item", item_code=row["name"])
	if not row["is_stock_item"]:
		raise InvalidInput(
			"Item {item_code} is not kept in stock.", code="not_a_stock_item", item_code=row["name"]
		)
	return Item(row["name"], row["item_name"] or row["name"], row["stock_uom"])


def in_stock_uom(ctx: Context, item_code: Any, qty: Decimal, uom: str) -> Decimal:
	"""``qty`` of a unit as a quantity in stock UOM. Raises InvalidInput (``unknown_uom``, ``invalid_quantity``)."""
	return times(qty, conversion_factor(ctx, stock_item(ctx, item_code), uom)) if uom else qty


def times(qty: Decimal, factor: Decimal) -> Decimal:
	"""A quantity in another unit, with as many digits as a quantity has. Raises InvalidInput (``invalid_quantity``)."""
	product = Arithmetic(prec=MAX_DIGITS).multiply(qty, factor)
	return parse_quantity(from_store(product) if product < LIMIT else product)


def require_whole(ctx: Context, item_code: str, qty: Decimal) -> None:
	"""Raises InvalidInput (``not_whole``) for a part of what is counted in whole units: no document could deliver it."""
	if qty % 1 == 0:
		return
	rows = ctx.store.rows("SELECT stock_uom FROM `tabItem` WHERE name = %(item)s", {"item": item_code})
	require_all_whole(ctx, [(item_code, row["stock_uom"], qty) for row in rows])


def require_all_whole(ctx: Context, quantities: Iterable[tuple[str, str, Decimal]]) -> None:
	"""The same of many: (item, unit, quantity in that unit)."""
	parts = [part for part in quantities if part[2] % 1]
	if not parts:
		return
	rows = ctx.store.rows(
		"SELECT name FROM `tabUOM` WHERE name IN %(units)s AND must_be_whole_number = 1",
		{"units": sorted({uom for _, uom, _ in parts})},
	)
	whole = {row["name"].casefold(): row["name"] for row in rows}
	for item_code, uom, qty in parts:
		if uom.casefold() in whole:
			raise InvalidInput(
				"Item {item_code} is counted in whole {uom}; {qty} is a part of one.",
				code="not_whole",
				item_code=item_code,
				uom=whole[uom.casefold()],
				qty=to_text(qty),
			)


def conversion_factor(ctx: Context, item: Item, uom: str) -> Decimal:
	"""How many of the stock UOM one ``uom`` of the item is. Raises InvalidInput (``unknown_uom``)."""
	return conversion_factors(ctx, [(item, uom)])[0]


def conversion_factors(ctx: Context, units: Sequence[tuple[Item, str]]) -> list[Decimal]:
	"""The same of many items, each with a unit."""
	others = sorted({item.item_code for item, uom in units if uom != item.stock_uom})
	sql = "SELECT parent, uom, conversion_factor FROM `tabUOM Conversion Detail` WHERE parent IN %(items)s"
	rows = ctx.store.rows(sql, {"items": others}) if others else []
	known = {(row["parent"], row["uom"].casefold()): from_store(row["conversion_factor"]) for row in rows}
	factors = []
	for item, uom in units:
		factor = Decimal(1) if uom == item.stock_uom else known.get((item.item_code, uom.casefold()))
		if factor is None:
			raise InvalidInput(
				"Item {item_code} has no conversion to unit {uom}.",
				code="unknown_uom",
				item_code=item.item_code,
				uom=uom,
			)
		factors.append(factor)
	return factors


def known_item(ctx: Context, item_code: Any) -> str:
	"""The canonical code of an item that exists, whatever its state: for reading."""
	row = _named(ctx, "Item", item_code, "item_code", "disabled")
	if row is None:
		raise NotFound("Item {item_code} does not exist.", code="unknown_item", item_code=item_code)
	return str(row["name"])


def stock_warehouse(ctx: Context, warehouse: Any) -> Warehouse:
	"""A warehouse that can hold stock and that the user may use.

	Raises NotFound (``unknown_warehouse``), InvalidInput (``disabled_warehouse``, ``group_warehouse``) or
	NotPermitted.
	"""
	row = _visible_warehouse(ctx, warehouse)
	if row["disabled"]:
		raise InvalidInput(
			"Warehouse {warehouse} is disabled.", code="disabled_warehouse", warehouse=row["name"]
		)
	if row["is_group"]:
		raise InvalidInput(
			"Warehouse {warehouse} is a group; name one of the warehouses below it.",
			code="group_warehouse",
			warehouse=row["name"],
		)
	return Warehouse(row["name"], row["company"] or "")


def known_warehouse(ctx: Context, warehouse: Any) -> str:
	"""The canonical name of a warehouse that exists and that the user may see: for reading."""
	return str(_visible_warehouse(ctx, warehouse)["name"])


def _visible_warehouse(ctx: Context, warehouse: Any) -> Row:
	row = _named(ctx, "Warehouse", warehouse, "warehouse", "company, disabled, is_group")
	if row is None:
		raise NotFound("Warehouse {warehouse} does not exist.", code="unknown_warehouse", warehouse=warehouse)
	require_warehouse(ctx, row["name"])
	return row


def require_warehouse(ctx: Context, warehouse: str) -> None:
	"""Raises NotPermitted where User Permissions keep this user out of the warehouse."""
	if ctx.identity.warehouses is not None and warehouse not in ctx.identity.warehouses:
		raise NotPermitted(
			"You have no permission for warehouse {warehouse}.",
			code="warehouse_not_permitted",
			warehouse=warehouse,
		)


def bin_in(ctx: Context, bin_name: Any, warehouse: str, usable: bool = True) -> Row:
	"""A bin of this warehouse. Raises NotFound (``unknown_bin``) or InvalidInput (``wrong_warehouse``, ``disabled_bin``)."""
	row = _named(ctx, "Warehouse Bin", bin_name, "bin", "warehouse, disabled, capacity_qty, is_unplaced")
	if row is None:
		raise NotFound("Bin {bin} does not exist.", code="unknown_bin", bin=bin_name)
	if row["warehouse"] != warehouse:
		raise InvalidInput(
			"Bin {bin} belongs to warehouse {other}, not to {warehouse}.",
			code="wrong_warehouse",
			bin=row["name"],
			other=row["warehouse"],
			warehouse=warehouse,
		)
	if usable and row["disabled"]:
		raise InvalidInput("Bin {bin} is disabled.", code="disabled_bin", bin=row["name"])
	return row


def _named(ctx: Context, doctype: str, name: Any, argument: str, columns: str) -> Row | None:
	if not isinstance(name, str) or not name.strip():
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument=argument)
	rows = ctx.store.rows(
		f"SELECT name, {columns} FROM `tab{doctype}` WHERE name = %(name)s", {"name": name.strip()}
	)
	return rows[0] if rows else None
