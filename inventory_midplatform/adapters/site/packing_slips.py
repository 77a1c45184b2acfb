"""ERPNext's Packing Slips of a draft Delivery Note: one for each package of its Outbound Order."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import DeliveryLine, Parcel, Row
from inventory_midplatform.services.masters import KILOGRAM


def create(delivery_note: str, parcels: Sequence[Parcel]) -> list[str]:
	"""Create and submit a Packing Slip for each package, whose number is its case number. Return their names.

	A package says which row of the order and how much of it is inside; the rows of the Delivery Note for it (one for each
	batch) are filled in their order, in their own units. Parts of a Product Bundle are rows of the note's packing list.
	"""
	left = _rows(frappe.get_doc("Delivery Note", delivery_note))
	return [_submit(delivery_note, parcel, _items(parcel, left)) for parcel in parcels]


def _rows(note: Any) -> list[Row]:
	"""Return the note's rows that can be packed: order row, item, what names the row, unit, factor, quantity (stock UOM)."""
	found = []
	bundles = {part.parent_detail_docname for part in note.packed_items}
	order_rows = {row.name: row.so_detail for row in note.items}
	for row in note.items:
		if row.name not in bundles:
			unit = {"uom": row.uom, "factor": from_store(row.conversion_factor or 1)}
			qty = from_store(row.stock_qty or row.qty)
			found.append(
				{"key": (row.so_detail, row.item_code), "field": "dn_detail", **unit, "row": row, "qty": qty}
			)
	for part in note.packed_items:
		key = (order_rows.get(part.parent_detail_docname), part.item_code)
		unit = {"uom": part.uom, "factor": Decimal(1)}
		found.append({"key": key, "field": "pi_detail", **unit, "row": part, "qty": from_store(part.qty)})
	return found


def _items(parcel: Parcel, left: Sequence[Row]) -> list[Row]:
	items = []
	for line in parcel.lines:
		rest = line.qty
		for source in left:
			part = min(rest, source["qty"]) if source["key"] == _key(line) else ZERO
			if part > 0:
				source["qty"] -= part
				rest -= part
				items.append(_item(source, part))
	return items


def _key(line: DeliveryLine) -> tuple[str, str]:
	return (line.source_row, line.item_code)


def _item(source: Row, qty: Decimal) -> Row:
	row = source["row"]
	return {
		"item_code": row.item_code,
		"item_name": row.item_name,
		"description": row.description,
		"batch_no": row.batch_no,
		"qty": float(qty / source["factor"]),
		"stock_uom": source["uom"],
		source["field"]: row.name,
		**_weight(row.item_code, source["factor"]),
	}


def _weight(item_code: str, factor: Decimal) -> Row:
	"""Return the net weight of one unit of the row in kg: ERPNext adds up no weights in different units."""
	from erpnext.stock.doctype.item.item import get_uom_conv_factor

	weight, uom = frappe.get_cached_value("Item", item_code, ["weight_per_unit", "weight_uom"])
	per_kg = 1 if uom == KILOGRAM else get_uom_conv_factor(uom, KILOGRAM) if uom else 0
	if weight and not per_kg:
		return {}
	return {"net_weight": float(weight or 0) * float(per_kg or 0) * float(factor), "weight_uom": KILOGRAM}


def _submit(delivery_note: str, parcel: Parcel, items: Sequence[Row]) -> str:
	slip = frappe.new_doc("Packing Slip")
	slip.update(
		{
			"delivery_note": delivery_note,
			"from_case_no": parcel.number,
			"to_case_no": parcel.number,
			"gross_weight_pkg": float(parcel.weight),
			"items": list(items),
		}
	)
	slip.flags.ignore_permissions = True
	slip.insert()
	slip.submit()
	return str(slip.name)
