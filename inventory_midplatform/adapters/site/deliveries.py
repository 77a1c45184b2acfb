"""Draft the document that takes picked stock out of a warehouse: ERPNext's own, for each type of demand."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import DeliveryLine, ReceiptLine, ReturnLine, Row, Voucher
from inventory_midplatform.services.demand import sources


def delivery_note(order: str, warehouse: str, lines: Sequence[DeliveryLine]) -> Voucher:
	"""Draft a Delivery Note of these lines of a Sales Order."""
	from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

	note = _mapped(lambda: make_delivery_note(order, kwargs={}))
	by_row = _by(lines, lambda line: line.source_row)
	mapped = {row.so_detail: row.as_dict() for row in note.items if row.so_detail in by_row}
	note.items = []
	for name, row in mapped.items():
		for change in _delivered(row, by_row[name]):
			note.append("items", {**row, **change, "name": None, "warehouse": warehouse})
	_insert(note)
	_set_batches_of_parts(note, lines)
	return Voucher("Delivery Note", str(note.name))


def entry_for_material_request(request: str, warehouse: str, lines: Sequence[DeliveryLine]) -> Voucher:
	"""Draft the Stock Entry that issues or transfers these lines of a Material Request."""
	from erpnext.stock.doctype.material_request.material_request import make_stock_entry

	entry = _mapped(lambda: make_stock_entry(request))
	by_row = _by(lines, lambda line: line.source_row)
	return _entry(entry, warehouse, by_row, lambda row: row.material_request_item)


def transfer_for_work_order(order: str, warehouse: str, lines: Sequence[DeliveryLine]) -> Voucher:
	"""Draft the Stock Entry that transfers these materials of a Work Order to production, for as many products as all of
	them allow.
	"""
	from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry

	work_order = frappe.get_doc("Work Order", order)
	by_item = _by(lines, lambda line: line.item_code)
	picked = {item: sum((line.qty for line in of_item), ZERO) for item, of_item in by_item.items()}
	required: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in work_order.required_items:
		required[row.item_code] += from_store(row.required_qty)
	products = min(
		picked[item] * from_store(work_order.qty) / required[item] for item in picked if required[item]
	)
	purpose = "Material Transfer for Manufacture"
	entry = _mapped(lambda: frappe.get_doc(make_stock_entry(order, purpose, float(products))))
	return _entry(entry, warehouse, by_item, lambda row: row.original_item or row.item_code)


def issue_for_inventory_request(request: str, warehouse: str, lines: Sequence[DeliveryLine]) -> Voucher:
	"""Draft the Stock Entry that issues these lines of an Inventory Request."""
	entry = frappe.new_doc("Stock Entry")
	company = frappe.get_cached_value("Warehouse", warehouse, "company")
	entry.update({"purpose": "Material Issue", "company": company, "inventory_request": request})
	entry.set_stock_entry_type()
	for line in lines:
		row = {"item_code": line.item_code, "conversion_factor": 1, "s_warehouse": warehouse}
		if line.stock_status != AVAILABLE:
			row["inventory_stock_status"] = line.stock_status
		entry.append("items", {**row, **_batch_and_serials(line), "qty": float(line.qty)})
	_insert(entry)
	return Voucher("Stock Entry", str(entry.name))


DRAFTS: dict[str, Callable[[str, str, Sequence[DeliveryLine]], Voucher]] = {
	sources.SALES_ORDER: delivery_note,
	sources.MATERIAL_REQUEST: entry_for_material_request,
	sources.WORK_ORDER: transfer_for_work_order,
	sources.INVENTORY_REQUEST: issue_for_inventory_request,
}


def _by(lines: Sequence[DeliveryLine], key: Callable[[DeliveryLine], str]) -> dict[str, list[DeliveryLine]]:
	found: dict[str, list[DeliveryLine]] = defaultdict(list)
	for line in lines:
		found[key(line)].append(line)
	return found


def _entry(
	entry: Any, warehouse: str, lines: dict[str, list[DeliveryLine]], key: Callable[[Any], str]
) -> Voucher:
	"""Insert a mapped Stock Entry with a row for each line, in the unit of the mapped row with the same ``key``."""
	rows, entry.items = list(entry.items), []
	for row in rows:
		for line in lines.pop(key(row), ()):
			qty = float(line.qty / from_store(row.conversion_factor or 1))
			change = {"name": None, "s_warehouse": warehouse, "qty": qty, "transfer_qty": float(line.qty)}
			entry.append("items", {**row.as_dict(), **_batch_and_serials(line), **change})
	_insert(entry)
	return Voucher("Stock Entry", str(entry.name))


def _batch_and_serials(line: DeliveryLine | ReceiptLine | ReturnLine) -> Row:
	return {
		"use_serial_batch_fields": int(bool(line.batch_no or line.serial_nos)),
		"batch_no": line.batch_no or None,
		"serial_no": "\n".join(line.serial_nos) or None,
		"serial_and_batch_bundle": None,
	}


def _insert(document: Any) -> None:
	document.flags.ignore_permissions = True
	document.insert()


def _mapped(make: Callable[[], Any]) -> Any:
	"""Return a document that ERPNext maps from another, without inserting it. The user becomes its owner.

	The user's permissions on both documents are not checked, for the step's role was checked before.
	"""
	user = frappe.session.user
	frappe.session.user = "Administrator"
	try:
		document = make()
	finally:
		frappe.session.user = user
	document.owner = user
	return document


def _delivered(row: Row, lines: Sequence[DeliveryLine]) -> list[Row]:
	"""Return what changes in a mapped row: a row for each batch, in the row's own unit. Of a product bundle as many are
	delivered as all its parts allow.
	"""
	own = [line for line in lines if line.item_code == row["item_code"]]
	if not own:
		return [
			{"qty": _bundles(row, lines), "use_serial_batch_fields": 0, "batch_no": None, "serial_no": None}
		]
	return [
		{
			"qty": float(line.qty / from_store(row["conversion_factor"] or 1)),
			**_batch_and_serials(line),
		}
		for line in own
	]


def _bundles(row: Row, lines: Sequence[DeliveryLine]) -> float:
	ordered = from_store(frappe.db.get_value("Sales Order Item", row["so_detail"], "qty"))
	parts = frappe.get_all(
		"Packed Item",
		{"parent_detail_docname": row["so_detail"], "parenttype": "Sales Order"},
		["item_code", "qty"],
		order_by="idx",
	)
	picked: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for line in lines:
		picked[line.item_code] += line.qty
	stocked = [part for part in parts if part.item_code in picked]
	return float(min(picked[part.item_code] * ordered / from_store(part.qty) for part in stocked))


def _set_batches_of_parts(note: Any, lines: Sequence[DeliveryLine]) -> None:
	"""Name the batch and serial numbers of a bundle's parts, where all of a part is of one batch."""
	by_part: dict[tuple[str, str], list[DeliveryLine]] = defaultdict(list)
	for line in lines:
		by_part[(line.source_row, line.item_code)].append(line)
	rows = {row.name: row.so_detail for row in note.items}
	changed = False
	for part in note.get("packed_items") or ():
		of_part = by_part.get((rows.get(part.parent_detail_docname, ""), part.item_code), [])
		if len(of_part) == 1 and (of_part[0].batch_no or of_part[0].serial_nos):
			part.update(
				{
					"use_serial_batch_fields": 1,
					"batch_no": of_part[0].batch_no or None,
					"serial_no": "\n".join(of_part[0].serial_nos) or None,
				}
			)
			changed = True
	if changed:
		note.save()
