""" "What is this?": any code a storekeeper scans or types, and what is known of it. Changes nothing."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.domain import gs1, product_codes
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import inbound, outbound
from inventory_midplatform.services import masters

_ITEM = "SELECT name, item_name, stock_uom, image FROM `tabItem` WHERE name = %(code)s"

_BARCODE = """
SELECT code.parent AS name, item.item_name, item.stock_uom, item.image, code.uom,
	COALESCE(conversion.conversion_factor, 1) AS factor
FROM `tabItem Barcode` code
JOIN `tabItem` item ON item.name = code.parent
LEFT JOIN `tabUOM Conversion Detail` conversion ON conversion.parent = code.parent AND conversion.uom = code.uom
WHERE code.barcode IN %(codes)s ORDER BY CASE WHEN code.barcode = %(code)s THEN 0 ELSE 1 END, code.parent LIMIT 1
"""

_SUPPLIER_PART = """
SELECT DISTINCT part.parent AS name, item.item_name, item.stock_uom, item.image
FROM `tabItem Supplier` part
JOIN `tabItem` item ON item.name = part.parent
WHERE part.supplier_part_no = %(code)s AND (%(supplier)s = '' OR part.supplier = %(supplier)s)
ORDER BY part.parent LIMIT 2
"""

_BATCH = """
SELECT batch.name AS batch_no, batch.item AS item_code, batch.expiry_date, batch.disabled FROM `tabBatch` batch
WHERE batch.name = %(code)s
"""

_SERIAL = """
SELECT serial_no, item_code, warehouse, bin, batch_no, stock_status FROM `tabSerial Location` WHERE serial_no = %(code)s
"""

_BINS = """
SELECT name AS bin, bin_code, zone, warehouse FROM `tabWarehouse Bin`
WHERE (name = %(code)s OR barcode = %(code)s OR bin_code = %(code)s) AND (%(warehouse)s = '' OR warehouse = %(warehouse)s)
ORDER BY CASE WHEN name = %(code)s THEN 0 WHEN barcode = %(code)s THEN 1 ELSE 2 END, warehouse
"""

_WHERE = """
SELECT stock.item_code, item.item_name, item.stock_uom, stock.bin, wb.bin_code, stock.warehouse, stock.batch_no,
	batch.expiry_date, stock.stock_status, stock.qty, stock.allocated_qty
FROM `tabBin Stock` stock
JOIN `tabWarehouse Bin` wb ON wb.name = stock.bin
JOIN `tabItem` item ON item.name = stock.item_code
LEFT JOIN `tabBatch` batch ON batch.name = stock.batch_no
WHERE stock.qty <> 0 AND stock.stock_owner = '' AND {condition}
	AND (%(warehouse)s = '' OR stock.warehouse = %(warehouse)s)
ORDER BY wb.sequence, wb.bin_code, stock.item_code, stock.batch_no, stock.stock_status
LIMIT 200
"""

_RESERVED = """
SELECT demand_type, demand_name, warehouse, SUM(reserved_qty) AS qty FROM `tabInventory Reservation`
WHERE item_code = %(item_code)s AND (%(warehouse)s = '' OR warehouse = %(warehouse)s)
	AND status IN ('Reserved', 'Partially Reserved')
GROUP BY demand_type, demand_name, warehouse ORDER BY demand_type, demand_name LIMIT 50
"""


def look_up(ctx: Context, code: str, warehouse: str = "", supplier: str = "") -> Row:
	"""Return what a code is (bin, item, batch, serial number or order), where its stock is and for whom it is reserved.

	An item is also found by the part number of its supplier, of ``supplier`` before any other; a number that several items
	have is no code. Of a GS1 message as our labels have it, its serial number or batch is looked up, else its item.
	Full-width letters and digits of a Chinese input method are read as plain ones. Quantities in stock UOM. Only
	warehouses this user may see are looked at; ``kind`` is "unknown" where nothing has the code.
	"""
	code = unicodedata.normalize("NFKC", code).strip()
	place = masters.known_warehouse(ctx, warehouse) if warehouse else ""
	about = {
		"code": code,
		"codes": product_codes.spellings(code),
		"warehouse": place,
		"supplier": unicodedata.normalize("NFKC", supplier).strip(),
	}
	for found in (_bin, _order, _serial, _batch, _item, _goods):
		if result := found(ctx, about):
			return {**_NOTHING, "code": code, **result}
	return {**_NOTHING, "code": code}


_NOTHING: Row = {
	"kind": "unknown",
	"title": "",
	"item": None,
	"batch": None,
	"serial_no": "",
	"bin": None,
	"order": None,
	"totals": None,
	"where": [],
	"for_whom": [],
}


def _bin(ctx: Context, about: Row) -> Row | None:
	bins = [row for row in ctx.store.rows(_BINS, about) if _visible(ctx, row["warehouse"])]
	if not bins:
		return None
	bin = {**bins[0], "zone": bins[0]["zone"] or ""}
	where = _where(ctx, "stock.bin = %(bin)s", {"bin": bin["bin"], "warehouse": ""})
	return {"kind": "bin", "title": bin["bin_code"], "bin": bin, "where": where, "totals": _totals(where)}


def _order(ctx: Context, about: Row) -> Row | None:
	order = inbound.find(ctx, about["code"]) or outbound.find(ctx, about["code"])
	return {"kind": "order", "title": order["name"], "order": order} if order else None


def _serial(ctx: Context, about: Row) -> Row | None:
	rows = [row for row in ctx.store.rows(_SERIAL, about) if _visible(ctx, row["warehouse"])]
	if not rows:
		return None
	at = rows[0]
	where = _where(
		ctx,
		"stock.bin = %(bin)s AND stock.item_code = %(item_code)s AND stock.batch_no = %(batch_no)s",
		{"bin": at["bin"], "item_code": at["item_code"], "batch_no": at["batch_no"] or "", "warehouse": ""},
	)
	return {
		"kind": "serial",
		"title": at["serial_no"],
		"serial_no": at["serial_no"],
		"item": _item_of(ctx, at["item_code"]),
		"where": where,
	}


def _batch(ctx: Context, about: Row) -> Row | None:
	rows = ctx.store.rows(_BATCH, about)
	if not rows:
		return None
	batch = rows[0]
	params = {"batch_no": batch["batch_no"], "item_code": batch["item_code"], "warehouse": about["warehouse"]}
	where = _where(ctx, "stock.item_code = %(item_code)s AND stock.batch_no = %(batch_no)s", params)
	return {
		"kind": "batch",
		"title": batch["batch_no"],
		"batch": {
			"batch_no": batch["batch_no"],
			"expiry_date": batch["expiry_date"],
			"disabled": bool(batch["disabled"]),
		},
		"item": _item_of(ctx, batch["item_code"]),
		"where": where,
		"totals": _totals(where),
		"for_whom": _for_whom(ctx, params),
	}


def _item(ctx: Context, about: Row) -> Row | None:
	rows = ctx.store.rows(_ITEM, about) or ctx.store.rows(_BARCODE, about) or _items_of_suppliers(ctx, about)
	if not rows:
		return None
	item = _item_row(rows[0])
	params = {"item_code": item["item_code"], "warehouse": about["warehouse"]}
	where = _where(ctx, "stock.item_code = %(item_code)s", params)
	for_whom = _for_whom(ctx, params)
	reserved = sum((row["qty"] for row in for_whom), ZERO)
	return {
		"kind": "item",
		"title": item["item_name"],
		"item": item,
		"where": where,
		"totals": _totals(where, reserved),
		"for_whom": for_whom,
	}


def _goods(ctx: Context, about: Row) -> Row | None:
	"""Return what a GS1 message is of: a serial number or batch of its item, else the item, with a batch that nobody made yet."""
	said = gs1.read(about["code"])
	if said is None:
		return None
	code = said.gtin or said.item_code
	item = _item(ctx, {**about, "code": code, "codes": product_codes.spellings(code)})
	if item is None:
		return None
	for find, part in ((_serial, said.serial_no), (_batch, said.batch_no)):
		found = find(ctx, {**about, "code": part}) if part else None
		if found and found["item"]["item_code"] == item["item"]["item_code"]:
			return found
	batch = {"batch_no": said.batch_no, "expiry_date": said.expiry, "disabled": False}
	return {**item, "batch": batch} if said.batch_no else item


def _items_of_suppliers(ctx: Context, about: Row) -> list[Row]:
	"""Return the one item that has the code as a supplier's part number, if it is one."""
	rows = ctx.store.rows(_SUPPLIER_PART, about)
	if about["supplier"] and not rows:
		rows = ctx.store.rows(_SUPPLIER_PART, {**about, "supplier": ""})
	return rows if len(rows) == 1 else []


def _item_of(ctx: Context, item_code: str) -> Row:
	return _item_row(ctx.store.rows(_ITEM, {"code": item_code})[0])


def _item_row(row: Row) -> Row:
	return {
		"item_code": row["name"],
		"item_name": row["item_name"] or row["name"],
		"stock_uom": row["stock_uom"],
		"image": row["image"] or "",
		"uom": row.get("uom") or row["stock_uom"],
		"factor": from_store(row.get("factor") or 1),
	}


def _visible(ctx: Context, warehouse: str) -> bool:
	return ctx.identity.warehouses is None or warehouse in ctx.identity.warehouses


def _where(ctx: Context, condition: str, params: Row) -> list[Row]:
	return [
		{
			**{k: row[k] for k in ("item_code", "item_name", "stock_uom", "bin", "bin_code", "warehouse")},
			"batch_no": row["batch_no"] or "",
			"expiry_date": row["expiry_date"],
			"stock_status": row["stock_status"],
			"qty": from_store(row["qty"]),
			"allocated_qty": from_store(row["allocated_qty"]),
		}
		for row in ctx.store.rows(_WHERE.format(condition=condition), params)
		if _visible(ctx, row["warehouse"])
	]


def _for_whom(ctx: Context, params: Row) -> list[Row]:
	return [
		{
			"demand_type": row["demand_type"] or "",
			"demand_name": row["demand_name"] or "",
			"qty": from_store(row["qty"]),
		}
		for row in ctx.store.rows(_RESERVED, params)
		if _visible(ctx, row["warehouse"])
	]


def _totals(where: Sequence[Row], reserved: Decimal | None = None) -> Row:
	"""Of a bin or a batch what is allocated there counts as reserved."""
	on_hand = sum((row["qty"] for row in where), ZERO)
	on_hold = sum((row["qty"] for row in where if row["stock_status"] != AVAILABLE), ZERO)
	if reserved is None:
		reserved = sum((row["allocated_qty"] for row in where), ZERO)
	return {
		"on_hand": on_hand,
		"on_hold": on_hold,
		"reserved": reserved,
		"available": on_hand - on_hold - reserved,
	}
