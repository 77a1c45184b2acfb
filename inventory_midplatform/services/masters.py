"""Looks up items, units, batches, warehouses and bins that a caller names, and refuses those that cannot be used."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context as Arithmetic
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput, InventoryError, NotFound, NotPermitted
from inventory_midplatform.domain.quantity import LIMIT, MAX_DIGITS, from_store, parse_quantity, to_text
from inventory_midplatform.ports import Context, Row

KILOGRAM = "Kg"
"""ERPNext's name for the unit."""

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
	"""Return a stock item. Raises NotFound (``unknown_item``) or InvalidInput (``disabled_item``, ``not_a_stock_item``)."""
	row = _named(ctx, "Item", item_code, "item_code", ITEM)
	if row is None:
		raise _unknown_item(item_code)
	return _stock_item_of(row)


def stock_items(ctx: Context, item_codes: Sequence[Any]) -> list[Item]:
	"""Return many stock items, in the order of their codes. Raises what :func:`stock_item` raises.

	One statement, and one more for each code whose case differs from its record's.
	"""
	names = sorted({code for code in item_codes if isinstance(code, str)})
	sql = f"SELECT name, {ITEM} FROM `tabItem` WHERE name IN %(names)s"
	rows = {row["name"]: row for row in ctx.store.rows(sql, {"names": names})} if names else {}
	return [
		_stock_item_of(rows[code]) if isinstance(code, str) and code in rows else stock_item(ctx, code)
		for code in item_codes
	]


def _stock_item_of(row: Row) -> Item:
	if row["disabled"]:
		raise InvalidInput("Item {item_code} is disabled.", code="disabled_item", item_code=row["name"])
	if not row["is_stock_item"]:
		raise InvalidInput(
			"Item {item_code} is not a stock item.", code="not_a_stock_item", item_code=row["name"]
		)
	return Item(row["name"], row["item_name"] or row["name"], row["stock_uom"])


def items_of_batches(
	ctx: Context, batches: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Item | InventoryError]:
	"""Return the item of each (item, batch), or the error that :func:`stock_item` or :func:`usable_batch` would raise.

	Two statements, whatever their number. An empty batch is of an item without batches.
	"""
	names = sorted({item_code for item_code, _ in batches})
	numbers = sorted({batch_no for _, batch_no in batches if batch_no})
	items = {}
	if names:
		sql = f"SELECT name, {ITEM} FROM `tabItem` WHERE name IN %(names)s"
		items = {row["name"]: row for row in ctx.store.rows(sql, {"names": names})}
	known = {}
	if numbers:
		sql = "SELECT name, item, disabled FROM `tabBatch` WHERE name IN %(numbers)s"
		known = {row["name"]: row for row in ctx.store.rows(sql, {"numbers": numbers})}
	found: dict[tuple[str, str], Item | InventoryError] = {}
	for item_code, batch_no in batches:
		try:
			if item_code not in items:
				raise _unknown_item(item_code)
			found[(item_code, batch_no)] = _stock_item_of(items[item_code])
			if batch_no in known:
				_require_usable(known[batch_no], item_code)
		except InventoryError as refused:
			found[(item_code, batch_no)] = refused
	return found


def _unknown_item(item_code: Any) -> NotFound:
	return NotFound("Item {item_code} does not exist.", code="unknown_item", item_code=item_code)


def in_stock_uom(ctx: Context, item_code: Any, qty: Decimal, uom: str) -> Decimal:
	"""Convert ``qty`` of a unit to the stock UOM. Raises InvalidInput (``unknown_uom``, ``invalid_quantity``)."""
	return times(qty, conversion_factor(ctx, stock_item(ctx, item_code), uom)) if uom else qty


def times(qty: Decimal, factor: Decimal) -> Decimal:
	"""Return ``qty`` × ``factor``, rounded to the digits of a quantity. Raises InvalidInput (``invalid_quantity``)."""
	product = Arithmetic(prec=MAX_DIGITS).multiply(qty, factor)
	return parse_quantity(from_store(product) if product < LIMIT else product)


def require_whole(ctx: Context, item_code: str, qty: Decimal) -> None:
	"""Refuse a fraction (stock UOM) of an item that is counted in whole units, because no document could deliver it.

	Raises InvalidInput (``not_whole``).
	"""
	if qty % 1 == 0:
		return
	rows = ctx.store.rows("SELECT stock_uom FROM `tabItem` WHERE name = %(item)s", {"item": item_code})
	require_all_whole(ctx, [(item_code, row["stock_uom"], qty) for row in rows])


def require_all_whole(ctx: Context, quantities: Iterable[tuple[str, str, Decimal]]) -> None:
	"""Do the same for many: (item, unit, quantity in that unit)."""
	fractions = [part for part in quantities if part[2] % 1]
	whole = whole_units(ctx, {uom for _, uom, _ in fractions})
	for item_code, uom, qty in fractions:
		if uom.casefold() in whole:
			raise InvalidInput(
				"Item {item_code} is counted in whole {uom}; {qty} is a part of one.",
				code="not_whole",
				item_code=item_code,
				uom=whole[uom.casefold()],
				qty=to_text(qty),
			)


def is_whole_unit(ctx: Context, uom: str) -> bool:
	"""Return whether a unit is counted in whole numbers."""
	return bool(whole_units(ctx, {uom}))


def whole_units(ctx: Context, units: set[str]) -> dict[str, str]:
	"""Return those of ``units`` that are counted in whole numbers: name in lower case → name."""
	if not units:
		return {}
	sql = "SELECT name FROM `tabUOM` WHERE name IN %(units)s AND must_be_whole_number = 1"
	return {row["name"].casefold(): row["name"] for row in ctx.store.rows(sql, {"units": sorted(units)})}


def conversion_factor(ctx: Context, item: Item, uom: str) -> Decimal:
	"""Return how many of the stock UOM are in one ``uom`` of the item. Raises InvalidInput (``unknown_uom``)."""
	return conversion_factors(ctx, [(item, uom)])[0]


ITEM_CONVERSIONS = """
SELECT parent AS item_code, uom, conversion_factor, 1 AS own FROM `tabUOM Conversion Detail`
WHERE parent IN %(items)s AND conversion_factor > 0
UNION ALL
SELECT item.name, detail.uom, detail.conversion_factor, 0
FROM `tabItem` item JOIN `tabUOM Conversion Detail` detail ON detail.parent = item.variant_of
WHERE item.name IN %(items)s AND detail.conversion_factor > 0
"""

UOM_CONVERSIONS = """
SELECT from_uom, to_uom, value FROM `tabUOM Conversion Factor`
WHERE value > 0 AND (from_uom IN %(units)s OR to_uom IN %(units)s)
ORDER BY from_uom, to_uom, name
"""


def conversion_factors(ctx: Context, units: Sequence[tuple[Item, str]]) -> list[Decimal]:
	"""Return the factors of many items, each with a unit. Raises InvalidInput (``unknown_uom``).

	The order of ERPNext's ``get_conversion_factor``: the item's own conversions, those of its template, then the UOM
	Conversion Factors of the site. At most two statements.
	"""
	others = [(item, uom.casefold()) for item, uom in units if uom.casefold() != item.stock_uom.casefold()]
	of_items = _item_conversions(ctx, {item.item_code for item, _ in others})
	missing = [(item.stock_uom, uom) for item, uom in others if (item.item_code, uom) not in of_items]
	of_site = _site_conversions(ctx, missing, {uom for _, uom in units})
	factors = []
	for item, uom in units:
		unit, stock_uom = uom.casefold(), item.stock_uom.casefold()
		factor = (
			Decimal(1)
			if unit == stock_uom
			else of_items.get((item.item_code, unit)) or of_site.get((unit, stock_uom))
		)
		if not factor:
			raise InvalidInput(
				"Item {item_code} has no conversion to unit {uom}.",
				code="unknown_uom",
				item_code=item.item_code,
				uom=uom,
			)
		factors.append(factor)
	return factors


def _item_conversions(ctx: Context, item_codes: set[str]) -> dict[tuple[str, str], Decimal]:
	"""(item, unit in lower case) → how many of the stock UOM it is, by the item or else by its template."""
	if not item_codes:
		return {}
	rows = ctx.store.rows(ITEM_CONVERSIONS, {"items": sorted(item_codes)})
	of_template_first = sorted(rows, key=lambda row: int(row["own"]))
	return {
		(row["item_code"], row["uom"].casefold()): from_store(row["conversion_factor"])
		for row in of_template_first
	}


def _site_conversions(
	ctx: Context, missing: Sequence[tuple[str, str]], spelled: set[str]
) -> dict[tuple[str, str], Decimal]:
	"""(unit, stock UOM), both in lower case → factor, by ERPNext's ``get_uom_conv_factor``: a UOM Conversion Factor from
	the one to the other, else the inverse of one the other way, else by two from a third unit.
	"""
	if not missing:
		return {}
	names = {stock_uom for stock_uom, _ in missing} | spelled
	rows = ctx.store.rows(UOM_CONVERSIONS, {"units": sorted(names)})
	values: dict[tuple[str, str], Decimal] = {}
	for row in rows:
		values.setdefault((row["from_uom"].casefold(), row["to_uom"].casefold()), from_store(row["value"]))
	thirds = list(dict.fromkeys(from_uom for from_uom, _ in values))
	found: dict[tuple[str, str], Decimal] = {}
	for stock_uom, unit in ((stock_uom.casefold(), unit) for stock_uom, unit in missing):
		factor = values.get((unit, stock_uom))
		if factor is None and (stock_uom, unit) in values:
			factor = 1 / values[(stock_uom, unit)]
		if factor is None:
			both = (third for third in thirds if {(third, stock_uom), (third, unit)} <= values.keys())
			third = next(both, None)
			if third is not None:
				factor = values[(third, stock_uom)] / values[(third, unit)]
		if factor is not None:
			found[(unit, stock_uom)] = from_store(factor)
	return found


def per_unit(ctx: Context, units: Iterable[str], into: str) -> dict[str, Decimal]:
	"""Return how much of the unit ``into`` one of each unit is, by the site's UOM Conversion Factors; the units by their names.

	Units without a conversion are left out. At most one statement.
	"""
	names = set(units)
	others = {unit for unit in names if unit.casefold() != into.casefold()}
	factors = _site_conversions(ctx, [(into, unit.casefold()) for unit in others], others)
	found = {unit: factors.get((unit.casefold(), into.casefold())) for unit in others}
	found |= {unit: Decimal(1) for unit in names - others}
	return {unit: factor for unit, factor in found.items() if factor}


def usable_batch(ctx: Context, batch_no: str, item_code: str) -> str:
	"""Return the canonical name of a batch of the item; one that does not exist yet as it was named.

	Raises InvalidInput (``disabled_batch``, ``batch_of_other_item``).
	"""
	if not batch_no:
		return ""
	row = _named(ctx, "Batch", batch_no, "batch_no", "item, disabled")
	if row is None:
		return batch_no
	_require_usable(row, item_code)
	return str(row["name"])


def _require_usable(batch: Row, item_code: str) -> None:
	_require_batch_of(batch, item_code)
	if batch["disabled"]:
		raise InvalidInput("Batch {batch_no} is disabled.", code="disabled_batch", batch_no=batch["name"])


def _require_batch_of(batch: Row, item_code: str) -> None:
	if batch["item"] != item_code:
		raise InvalidInput(
			"Batch {batch_no} belongs to item {other}, not to {item_code}.",
			code="batch_of_other_item",
			batch_no=batch["name"],
			other=batch["item"],
			item_code=item_code,
		)


def require_serial_of(serial_no: str, its_item: str, item_code: str) -> None:
	"""Refuse a serial number of another item. Raises InvalidInput (``serial_of_other_item``)."""
	if its_item != item_code:
		raise InvalidInput(
			"Serial number {serial_no} belongs to item {other}, not to {item_code}.",
			code="serial_of_other_item",
			serial_no=serial_no,
			other=its_item,
			item_code=item_code,
		)


def require_codes_of_item(ctx: Context, item_code: str, batch_no: str, serial_nos: Iterable[str]) -> None:
	"""Check that a scanned batch and serial numbers exist and are the item's.

	Raises NotFound (``unknown_batch``, ``unknown_serial``) or InvalidInput (``batch_of_other_item``,
	``serial_of_other_item``).
	"""
	if batch_no:
		batch = _named(ctx, "Batch", batch_no, "batch_no", "item")
		if batch is None:
			raise NotFound("Batch {batch_no} does not exist.", code="unknown_batch", batch_no=batch_no)
		_require_batch_of(batch, item_code)
	serials = list(serial_nos)
	rows = (
		ctx.store.rows(
			"SELECT name, item_code FROM `tabSerial No` WHERE name IN %(serials)s", {"serials": serials}
		)
		if serials
		else []
	)
	items = {row["name"].casefold(): row["item_code"] for row in rows}
	for serial in serials:
		other = items.get(serial.casefold())
		if other is None:
			raise NotFound(
				"Serial number {serial_no} does not exist.", code="unknown_serial", serial_no=serial
			)
		require_serial_of(serial, other, item_code)


def known_item(ctx: Context, item_code: Any) -> str:
	"""Return the canonical code of an item in any state: for reading. Raises NotFound (``unknown_item``)."""
	row = _named(ctx, "Item", item_code, "item_code", "disabled")
	if row is None:
		raise _unknown_item(item_code)
	return str(row["name"])


def stock_warehouse(ctx: Context, warehouse: Any) -> Warehouse:
	"""Return a warehouse that can hold stock and that the user may see.

	Raises NotFound (``unknown_warehouse``), InvalidInput (``disabled_warehouse``, ``group_warehouse``) or
	NotPermitted (``warehouse_not_permitted``).
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


STOCK_ITEM_AND_WAREHOUSE = """
SELECT item.name AS item_code, item.item_name, item.stock_uom, wh.name AS warehouse, wh.company
FROM `tabItem` item
JOIN `tabWarehouse` wh ON wh.name = %(warehouse)s
WHERE item.name = %(item_code)s AND item.disabled = 0 AND item.is_stock_item = 1 AND wh.disabled = 0 AND wh.is_group = 0
"""


def stock_item_and_warehouse(ctx: Context, item_code: Any, warehouse: Any) -> tuple[Item, Warehouse]:
	"""Return what :func:`stock_item` and :func:`stock_warehouse` return, and raise what they raise. One statement where both
	can be used, as they mostly can."""
	if isinstance(item_code, str) and isinstance(warehouse, str):
		names = {"item_code": item_code.strip(), "warehouse": warehouse.strip()}
		for row in ctx.store.rows(STOCK_ITEM_AND_WAREHOUSE, names):
			require_warehouse(ctx, row["warehouse"])
			item = Item(row["item_code"], row["item_name"] or row["item_code"], row["stock_uom"])
			return item, Warehouse(row["warehouse"], row["company"] or "")
	return stock_item(ctx, item_code), stock_warehouse(ctx, warehouse)


def known_warehouse(ctx: Context, warehouse: Any) -> str:
	"""Return the canonical name of a warehouse in any state that the user may see: for reading.

	Raises NotFound (``unknown_warehouse``) or NotPermitted (``warehouse_not_permitted``).
	"""
	return str(_visible_warehouse(ctx, warehouse)["name"])


def _visible_warehouse(ctx: Context, warehouse: Any) -> Row:
	row = _named(ctx, "Warehouse", warehouse, "warehouse", "company, disabled, is_group")
	if row is None:
		raise NotFound("Warehouse {warehouse} does not exist.", code="unknown_warehouse", warehouse=warehouse)
	require_warehouse(ctx, row["name"])
	return row


def require_warehouse(ctx: Context, warehouse: str) -> None:
	"""Refuse a warehouse that the user's User Permissions leave out. Raises NotPermitted (``warehouse_not_permitted``)."""
	if ctx.identity.warehouses is not None and warehouse not in ctx.identity.warehouses:
		raise NotPermitted(
			"You have no permission for warehouse {warehouse}.",
			code="warehouse_not_permitted",
			warehouse=warehouse,
		)


def bin_in(ctx: Context, bin_name: Any, warehouse: str, usable: bool = True) -> Row:
	"""Return a bin of this warehouse, disabled ones only if ``usable`` is False.

	Raises NotFound (``unknown_bin``) or InvalidInput (``wrong_warehouse``, ``disabled_bin``).
	"""
	row = _named(
		ctx, "Warehouse Bin", bin_name, "bin", "warehouse, disabled, capacity_qty, is_unplaced, is_staging"
	)
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
