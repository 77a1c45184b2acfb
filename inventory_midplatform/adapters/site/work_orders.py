"""Draft the Stock Entry that receives what a Work Order makes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.adapters.site.deliveries import _batch_and_serials, _insert, _mapped
from inventory_midplatform.adapters.site.quality import inspected_later
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.process_loss import Process
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.ports import ReceiptLine, Row, Voucher
from inventory_midplatform.services.inbound.sources import WORK_ORDER, WORK_ORDERS


def manufacture(order: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
	"""Draft the Stock Entry of purpose Manufacture that brings these lines of a Work Order into a warehouse, and consumes the
	material of what was started for them; scrap comes with it.

	Its finished item is in one row, as ERPNext values it again by one. Raises Conflict (``order_closed``,
	``too_many_digits``).
	"""
	from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry

	work_order = frappe.get_doc(WORK_ORDER, order)
	if work_order.status in WORK_ORDERS.closed:
		raise Conflict("{order} is closed.", code="order_closed", order=order)
	_check_digits(lines)
	good = sum((line.qty for line in lines), ZERO)
	started = _started(work_order, good)
	entry = _mapped(lambda: frappe.get_doc(make_stock_entry(order, "Manufacture", float(started))))
	finished: Row = {
		"item_code": work_order.production_item,
		"bom_no": work_order.bom_no,
		"is_finished_item": 1,
	}
	for row in [row for row in entry.items if row.is_finished_item]:
		finished = row.as_dict()
		entry.remove(row)
		if row.serial_and_batch_bundle:  # of batches and serial numbers that ERPNext made with the order
			frappe.delete_doc("Serial and Batch Bundle", row.serial_and_batch_bundle, ignore_permissions=True)
	entry.to_warehouse = warehouse
	if lost := started - good:
		entry.process_loss_qty = float(lost)
		entry.process_loss_percentage = float(lost * 100 / started)
	tracked = _batch_and_serials(lines[0]) if len(lines) == 1 else _in_bundle(entry, warehouse, lines)
	change = {"name": None, "idx": None, "qty": float(good), "transfer_qty": float(good)}
	entry.append("items", {**finished, **tracked, **change, "t_warehouse": warehouse})
	inspected_later(entry)
	_insert(entry)
	return Voucher("Stock Entry", str(entry.name))


def _precision() -> int:
	return int(frappe.utils.cint(frappe.db.get_default("float_precision")))


def _check_digits(lines: Sequence[ReceiptLine]) -> None:
	digits = _precision() or 3  # as Frappe rounds a field
	for line in lines:
		if round(line.qty, digits) != line.qty:
			raise Conflict(
				"ERPNext makes no more than {digits} digits after the point; {qty} of item {item_code} has more.",
				code="too_many_digits",
				digits=digits,
				qty=to_text(line.qty),
				item_code=line.item_code,
			)


def _started(order: Any, good: Decimal) -> Decimal:
	"""Return how many were started for ``good``: what Job Cards say was lost, ERPNext adds to each entry; else the loss is that
	of the bill of materials.
	"""
	lost = max((from_store(row.process_loss_qty) for row in order.operations), default=ZERO)
	if lost:
		return good + lost
	percent = from_store(frappe.db.get_value("BOM", order.bom_no, "process_loss_percentage"))
	whole = frappe.db.get_value("UOM", order.stock_uom, "must_be_whole_number")
	left = from_store(order.qty) - from_store(order.produced_qty) - from_store(order.process_loss_qty)
	step = Decimal(1).scaleb(-(_precision() or 2))  # as ERPNext rounds its stock ledger
	return Process(percent, bool(whole), step).started_for(good, left)


def _in_bundle(entry: Any, warehouse: str, lines: Sequence[ReceiptLine]) -> Row:
	"""Return a row's bundle of several batches; serial numbers that do not exist are made."""
	from erpnext.stock.serial_batch_bundle import SerialBatchCreation

	item_code = lines[0].item_code
	about = {"item_code": item_code, "warehouse": warehouse, "company": entry.company}
	entries: list[Row] = []
	for line in lines:
		if line.serial_nos:
			batches, serials = {line.batch_no: float(line.qty)}, list(line.serial_nos)
			SerialBatchCreation(
				{**about, "batches": batches, "serial_nos": serials}
			).make_serial_no_if_not_exists()
		of_line = {"batch_no": line.batch_no, "warehouse": warehouse}
		entries += [{**of_line, "serial_no": serial, "qty": 1} for serial in line.serial_nos] or [
			{**of_line, "qty": float(line.qty)}
		]
	bundle = frappe.get_doc(
		{
			"doctype": "Serial and Batch Bundle",
			"voucher_type": "Stock Entry",
			"type_of_transaction": "Inward",
			"has_batch_no": 1,
			"has_serial_no": int(any(line.serial_nos for line in lines)),
			"posting_date": entry.posting_date,
			"posting_time": entry.posting_time,
			**about,
			"entries": entries,
		}
	)
	_insert(bundle)
	return {
		"use_serial_batch_fields": 0,
		"batch_no": None,
		"serial_no": None,
		"serial_and_batch_bundle": bundle.name,
	}
