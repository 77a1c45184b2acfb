"""Draft the document that brings goods into a warehouse: ERPNext's own, for each kind of source."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import frappe

from inventory_midplatform.adapters.site import work_orders
from inventory_midplatform.adapters.site.deliveries import _batch_and_serials, _insert, _mapped
from inventory_midplatform.adapters.site.quality import inspected_later
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import ReceiptLine, Row, Voucher
from inventory_midplatform.services.inbound import sources


def purchase_receipt(order: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
	"""Draft a Purchase Receipt of these lines of a Purchase Order."""
	from erpnext.buying.doctype.purchase_order.purchase_order import make_purchase_receipt

	def received(row: Row, line: ReceiptLine, qty: float) -> Row:
		of_stock = float(line.qty)
		return {
			"warehouse": warehouse,
			"received_qty": qty,
			"stock_qty": of_stock,
			"received_stock_qty": of_stock,
		}

	receipt = _mapped(lambda: make_purchase_receipt(order))
	return _draft(receipt, order, lines, "purchase_order_item", received)


def subcontracting_receipt(order: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
	"""Draft a Subcontracting Receipt of these lines of a Subcontracting Order; ERPNext adds the material that it consumes."""
	from erpnext.subcontracting.doctype.subcontracting_order.subcontracting_order import (
		make_subcontracting_receipt,
	)

	def received(row: Row, line: ReceiptLine, qty: float) -> Row:
		return {"warehouse": warehouse, "received_qty": qty}

	receipt = _mapped(lambda: make_subcontracting_receipt(order))
	return _draft(receipt, order, lines, "subcontracting_order_item", received)


def end_of_transfer(entry: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
	"""Draft the Stock Entry that brings these lines from where another one sent them into transit."""
	from erpnext.stock.doctype.stock_entry.stock_entry import make_stock_in_entry

	def received(row: Row, line: ReceiptLine, qty: float) -> Row:
		return {"t_warehouse": warehouse, "transfer_qty": float(line.qty)}

	receipt = _mapped(lambda: make_stock_in_entry(entry))
	receipt.to_warehouse = warehouse
	return _draft(receipt, entry, lines, "ste_detail", received)


def sales_return(note: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
	"""Draft the return of these lines of a Delivery Note. Its quantities are below zero."""
	from erpnext.controllers.sales_and_purchase_return import make_return_doc

	def received(row: Row, line: ReceiptLine, qty: float) -> Row:
		return {"warehouse": warehouse, "qty": -qty, "stock_qty": -float(line.qty)}

	receipt = _mapped(lambda: make_return_doc("Delivery Note", note))
	receipt.set_warehouse = None
	receipt.packed_items = []
	return _draft(receipt, note, lines, "dn_detail", received)


def material_receipt(source: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
	"""Draft a Material Receipt of what comes without a document. An item that nobody has valued yet comes in without a value:
	who receives it does not know any, and ERPNext would refuse it.
	"""
	from erpnext import get_company_currency
	from erpnext.stock.stock_ledger import get_valuation_rate

	company = frappe.get_cached_value("Warehouse", warehouse, "company")
	about = {"company": company, "currency": get_company_currency(company), "raise_error_if_no_rate": False}
	entry = frappe.new_doc("Stock Entry")
	entry.update({"purpose": "Material Receipt", "company": company})
	entry.set_stock_entry_type()
	for line in lines:
		row: Row = {"item_code": line.item_code, "conversion_factor": 1, "t_warehouse": warehouse}
		rate = get_valuation_rate(line.item_code, warehouse, "Stock Entry", "", **about)
		row["allow_zero_valuation_rate"] = int(not rate)
		entry.append("items", {**row, **_batch_and_serials(line), "qty": float(line.qty)})
	_insert(entry)
	return Voucher("Stock Entry", str(entry.name))


DRAFTS: Mapping[str, Callable[[str, str, Sequence[ReceiptLine]], Voucher]] = {
	sources.PURCHASE_ORDER: purchase_receipt,
	sources.SUBCONTRACTING_ORDER: subcontracting_receipt,
	sources.WORK_ORDER: work_orders.manufacture,
	sources.STOCK_ENTRY: end_of_transfer,
	sources.DELIVERY_NOTE: sales_return,
	sources.BY_HAND.source_type: material_receipt,
}


def _draft(
	receipt: Any,
	source: str,
	lines: Sequence[ReceiptLine],
	row_field: str,
	received: Callable[[Row, ReceiptLine, float], Row],
) -> Voucher:
	"""Insert a mapped receipt with a row for each line, in the unit of the mapped row of the same row of its source."""
	mapped = {row.get(row_field): row.as_dict() for row in receipt.items}
	receipt.items = []
	for line in lines:
		if line.source_row not in mapped:
			raise Conflict("{order} no longer needs this much.", code="over_receipt", order=source)
		row = mapped[line.source_row]
		qty = float(line.qty / from_store(row["conversion_factor"] or 1))
		change = {**_batch_and_serials(line), "name": None, "qty": qty, **received(row, line, qty)}
		receipt.append("items", {**row, **change})
	inspected_later(receipt)
	_insert(receipt)
	return Voucher(receipt.doctype, str(receipt.name))
