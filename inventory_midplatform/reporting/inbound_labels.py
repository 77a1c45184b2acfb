"""Labels of what was received: one for each scan, and each serial number. Changes nothing."""

from collections.abc import Sequence
from datetime import date, datetime

from inventory_midplatform.domain import gs1
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.product_codes import has_check_digit
from inventory_midplatform.domain.quantity import from_store, to_text
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.flows import steps

_RECEIVED = """
SELECT received.item_code, received.batch_no, received.serial_no, received.qty, received.received_at,
	received.expiry_date, batch.expiry_date AS batch_expiry, line.item_name, line.stock_uom
FROM `tabInbound Receipt Line` received
JOIN `tabInbound Order Line` line ON line.name = received.line
LEFT JOIN `tabBatch` batch ON batch.name = received.batch_no
WHERE received.inbound_order = %(name)s AND (%(line)s = '' OR received.line = %(line)s)
ORDER BY received.name
"""

_BARCODES = """
SELECT parent, barcode, uom FROM `tabItem Barcode` WHERE parent IN %(items)s ORDER BY parent, idx
"""


def labels(ctx: Context, name: str, line: str = "") -> list[Row]:
	"""Return the labels of what was received for an order, or for one line of it, in the order of the scans.

	``code`` is the text of a label's QR code: every scanner of the platform reads the item, batch and serial number in it.
	``qty`` is text, in stock UOM. Raises NotFound (``unknown_document``) or NotPermitted (``warehouse_not_permitted``).
	"""
	steps.read(ctx, INBOUND, name)
	rows = ctx.store.rows(_RECEIVED, {"name": name, "line": line})
	items = sorted({row["item_code"] for row in rows})
	barcodes = ctx.store.rows(_BARCODES, {"items": items}) if items else []
	return [
		_label(name, row, [code for code in barcodes if code["parent"] == row["item_code"]]) for row in rows
	]


def _label(name: str, row: Row, barcodes: Sequence[Row]) -> Row:
	expiry = row["batch_expiry"] or row["expiry_date"]
	texts = {field: row[field] or "" for field in ("batch_no", "serial_no")}
	about = {
		"item_code": row["item_code"],
		**texts,
		"expiry_date": expiry.date() if isinstance(expiry, datetime) else expiry,
	}
	# a code of another unit would count a whole case
	of_one = [
		str(code["barcode"]) for code in barcodes if (code["uom"] or row["stock_uom"]) == row["stock_uom"]
	]
	return {
		**about,
		"code": _code(
			about["item_code"], texts["batch_no"], texts["serial_no"], about["expiry_date"], of_one
		),
		"order": name,
		"item_name": row["item_name"] or row["item_code"],
		"qty": to_text(from_store(row["qty"])),
		"stock_uom": row["stock_uom"],
		"received_on": row["received_at"].date(),
	}


def _code(item_code: str, batch_no: str, serial_no: str, expiry: date | None, barcodes: Sequence[str]) -> str:
	"""Return a GS1 message of a batch or serial number, or its number alone where that cannot be written; of all else the
	item's barcode, or its code where it has none.
	"""
	if not (batch_no or serial_no):
		return barcodes[0] if barcodes else item_code
	product = next((code for code in barcodes if has_check_digit(code)), "")
	said = gs1.Elements(product, "" if product else item_code, batch_no, serial_no, expiry)
	return gs1.write(said) or serial_no or batch_no
