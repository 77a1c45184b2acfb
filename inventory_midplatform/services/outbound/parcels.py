"""Packages as the books know them: a Packing Slip for each, and a Shipment of all, where a site uses those documents."""

from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, DeliveryLine, Parcel, Row, Voucher
from inventory_midplatform.services.outbound import orders, packages

DELIVERY_NOTE = "Delivery Note"

_PACKED = """
SELECT package.package_no, package.weight, line.item_code, line.qty, ordered.source_row
FROM `tabOutbound Package` package
JOIN `tabOutbound Package Line` line ON line.parent = package.name
JOIN `tabOutbound Order Line` ordered ON ordered.name = line.line
WHERE package.outbound_order = %(name)s ORDER BY package.package_no, line.idx
"""


def before_shipping(ctx: Context, order: Row) -> None:
	"""Make the Packing Slips of an order's packages, while its Delivery Note is a draft. The order is locked.

	They are made as late as this so that nothing is to be undone where an order is packed again or put back; a cancelled
	Delivery Note cancels them itself. An order without packages has none. Raises Conflict (``not_all_packed``): ERPNext
	submits no Delivery Note of which a row is packed in part.
	"""
	if not ctx.settings.create_packing_slips or order["delivery_doctype"] != DELIVERY_NOTE:
		return
	found = _of(ctx, order["name"])
	if not found:
		return
	lines = orders.lines_of(ctx, order["name"])
	left = packages.unpacked(ctx, order, lines)
	if missing := sorted({line["item_code"] for line in lines if left[line["name"]] > 0}):
		raise Conflict(
			"Not all of {items} is in a package. Pack the rest too, or undo the packages of {name}.",
			code="not_all_packed",
			name=order["name"],
			items=", ".join(missing),
		)
	ctx.books.pack(Voucher(DELIVERY_NOTE, order["delivery_document"]), found)


def shipped(ctx: Context, order: Row, carrier: str, tracking_no: str) -> None:
	"""Draft the Shipment of an order whose Delivery Note is submitted."""
	if ctx.settings.create_shipments and order["delivery_doctype"] == DELIVERY_NOTE:
		delivery = Voucher(DELIVERY_NOTE, order["delivery_document"])
		ctx.books.dispatch(delivery, _of(ctx, order["name"]), carrier, tracking_no)


def _of(ctx: Context, name: str) -> list[Parcel]:
	lines: dict[tuple[int, Decimal], list[DeliveryLine]] = {}
	for row in ctx.store.rows(_PACKED, {"name": name}):
		package = (int(row["package_no"]), from_store(row["weight"]))
		packed = DeliveryLine(row["source_row"] or "", row["item_code"], from_store(row["qty"]))
		lines.setdefault(package, []).append(packed)
	return [Parcel(number, weight, packed) for (number, weight), packed in lines.items()]
