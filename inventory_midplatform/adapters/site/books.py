"""The Books port on ERPNext: every posting is an ordinary document with all its consequences."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.adapters.site import deliveries, packing_slips, quality, receipt_drafts, shipments
from inventory_midplatform.adapters.site.documents import floats, update_quantities
from inventory_midplatform.adapters.site.errors import as_domain_errors
from inventory_midplatform.adapters.site.purchases import SitePurchases
from inventory_midplatform.adapters.site.stock_ledger import SiteLedger
from inventory_midplatform.domain.errors import Conflict, NotFound
from inventory_midplatform.ports import (
	DeliveryLine,
	Parcel,
	PostingLine,
	ReceiptLine,
	Row,
	Voucher,
)


class SiteBooks(SitePurchases, SiteLedger):
	def receive(
		self, lines: Sequence[PostingLine], *, supplier: str = "", at: datetime | None = None
	) -> Voucher:
		if not supplier:
			return self._stock_entry("Material Receipt", lines, "t_warehouse", at)
		rows = [{**_row(line), "warehouse": line.warehouse, "rate": line.rate} for line in lines]
		return self._submit("Purchase Receipt", {"supplier": supplier, "items": rows}, lines, at)

	def issue(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher:
		return self._stock_entry("Material Issue", lines, "s_warehouse", at)

	def transfer(
		self, lines: Sequence[PostingLine], to_warehouse: str, *, at: datetime | None = None
	) -> Voucher:
		return self._stock_entry("Material Transfer", lines, "s_warehouse", at, {"t_warehouse": to_warehouse})

	def send(self, lines: Sequence[PostingLine], transit_warehouse: str, to_warehouse: str) -> Voucher:
		from erpnext.stock.doctype.material_request.material_request import make_in_transit_stock_entry

		with as_domain_errors():
			day = frappe.utils.getdate()
			rows = [
				{
					"item_code": line.item_code,
					"qty": float(line.qty),
					"uom": frappe.get_cached_value("Item", line.item_code, "stock_uom"),
					"conversion_factor": 1,
					"from_warehouse": line.warehouse,
					"warehouse": to_warehouse,
					"schedule_date": day,
				}
				for line in lines
			]
			request = frappe.get_doc(
				{
					"doctype": "Material Request",
					"material_request_type": "Material Transfer",
					"company": _company(lines),
					"schedule_date": day,
					"items": rows,
				}
			)
			request.flags.ignore_permissions = True
			request.insert()
			request.submit()
			entry = deliveries._mapped(lambda: make_in_transit_stock_entry(request.name, transit_warehouse))
			for row, line in zip(entry.items, lines, strict=True):
				row.update({"s_warehouse": line.warehouse, **_batch_or_serial(line)})
			entry.flags.ignore_permissions = True
			entry.insert()
			entry.submit()
			return Voucher("Stock Entry", str(entry.name))

	def count(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher:
		rows = [
			{
				"item_code": line.item_code,
				"warehouse": line.warehouse,
				"qty": line.qty,
				"valuation_rate": line.rate,
				**_batch_or_serial(line),
			}
			for line in lines
		]
		return self._submit(
			"Stock Reconciliation", {"purpose": "Stock Reconciliation", "items": rows}, lines, at
		)

	def _stock_entry(
		self,
		purpose: str,
		lines: Sequence[PostingLine],
		side: str,
		at: datetime | None,
		both: Mapping[str, Any] | None = None,
	) -> Voucher:
		rows = [
			{**_row(line), side: line.warehouse, "basic_rate": line.rate, **(both or {})} for line in lines
		]
		values = {"purpose": purpose, "stock_entry_type": purpose, "items": rows}
		return self._submit("Stock Entry", values, lines, at)

	def _submit(
		self, doctype: str, values: Row, lines: Sequence[PostingLine], at: datetime | None
	) -> Voucher:
		with as_domain_errors():
			document = frappe.get_doc({"doctype": doctype, **floats(values), "company": _company(lines)})
			if at is not None:
				document.update({"set_posting_time": 1, "posting_date": at.date(), "posting_time": at.time()})
			document.flags.ignore_permissions = True
			# ERPNext drops rows of a count in which nothing differs
			rows = list(zip(document.items, lines, strict=True))
			document.insert()
			document.flags.inventory_bins = {row.name: line.bin for row, line in rows if line.bin}
			document.submit()
			return Voucher(doctype, str(document.name))

	def cancel(self, voucher: Voucher) -> None:
		self._cancel(voucher.voucher_type, voucher.voucher_no)

	def _cancel(self, doctype: str, name: str) -> None:
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = True
			document.cancel()

	def order(self, customer: str, lines: Sequence[PostingLine], *, order_date: date | None = None) -> str:
		with as_domain_errors():
			day = order_date or frappe.utils.getdate()
			document = frappe.get_doc(
				{
					"doctype": "Sales Order",
					"customer": customer,
					"company": _company(lines),
					"transaction_date": day,
					"delivery_date": day,
					"items": [
						floats(
							{
								**_row(line),
								"warehouse": line.warehouse,
								"rate": line.rate,
								"delivery_date": day,
							}
						)
						for line in lines
					],
				}
			)
			document.flags.ignore_permissions = True
			document.insert()
			document.submit()
			return str(document.name)

	def order_rows(self, order: str) -> list[Row]:
		return list(
			frappe.get_all(
				"Sales Order Item",
				{"parent": order},
				["name", "item_code", "warehouse", "stock_qty", "delivered_qty"],
				order_by="idx",
			)
		)

	def update_order(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		update_quantities("Sales Order", order, quantities, "delivery_date")

	def close_order(self, order: str) -> None:
		self._set_order_status(order, "Closed")

	def put_order_on_hold(self, order: str) -> None:
		self._set_order_status(order, "On Hold")

	def reopen_order(self, order: str) -> None:
		self._set_order_status(order, "Draft")

	def _set_order_status(self, order: str, status: str) -> None:
		with as_domain_errors():
			frappe.get_doc("Sales Order", order).update_status(status)

	def cancel_order(self, order: str) -> None:
		self._cancel("Sales Order", order)

	def amend_order(self, order: str) -> str:
		with as_domain_errors():
			document = frappe.copy_doc(frappe.get_doc("Sales Order", order))
			document.amended_from = order
			document.status = "Draft"
			document.flags.ignore_permissions = True
			document.insert()
			document.submit()
			return str(document.name)

	def deliver(
		self, order: str, quantities: Mapping[str, Decimal] | None = None, *, at: datetime | None = None
	) -> Voucher:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		with as_domain_errors():
			note = make_delivery_note(order, kwargs={})
			if quantities is not None:
				note.items = [row for row in note.items if row.so_detail in quantities]
				for row in note.items:
					row.qty = float(quantities[row.so_detail])
			for row in note.items:
				# ERPNext proposes one batch for the whole row; without it, it takes as many as the row needs
				row.update({"use_serial_batch_fields": 0, "batch_no": None, "serial_no": None})
			if at is not None:
				note.update({"set_posting_time": 1, "posting_date": at.date(), "posting_time": at.time()})
			note.flags.ignore_permissions = True
			note.insert()
			note.submit()
			return Voucher("Delivery Note", str(note.name))

	def draft_delivery(
		self, source_type: str, source_name: str, warehouse: str, lines: Sequence[DeliveryLine]
	) -> Voucher:
		with as_domain_errors():
			return deliveries.DRAFTS[source_type](source_name, warehouse, lines)

	def draft_receipt(
		self, source_type: str, source_name: str, warehouse: str, lines: Sequence[ReceiptLine]
	) -> Voucher:
		with as_domain_errors():
			return receipt_drafts.DRAFTS[source_type](source_name, warehouse, lines)

	def submit(self, voucher: Voucher) -> None:
		doctype, name = voucher.voucher_type, voucher.voucher_no
		docstatus = frappe.db.get_value(doctype, name, "docstatus")
		if docstatus is None:
			raise NotFound(
				"{doctype} {name} does not exist.", code="unknown_document", doctype=doctype, name=name
			)
		if docstatus != 0:
			raise Conflict(
				"{doctype} {name} is in another state.", code="wrong_state", doctype=doctype, name=name
			)
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = True
			of_supplier = doctype in ("Purchase Receipt", "Subcontracting Receipt")
			if of_supplier or document.get("is_return") or document.get("purpose") == "Manufacture":
				quality.inspected_later(document)
			document.submit()

	def pack(self, delivery: Voucher, parcels: Sequence[Parcel]) -> list[str]:
		with as_domain_errors():
			return packing_slips.create(delivery.voucher_no, parcels)

	def dispatch(self, delivery: Voucher, parcels: Sequence[Parcel], carrier: str, tracking_no: str) -> str:
		with as_domain_errors():
			return shipments.draft(delivery.voucher_no, parcels, carrier, tracking_no)

	def discard_shipments(self, delivery: Voucher) -> None:
		if delivery.voucher_type == "Delivery Note":
			shipments.discard(delivery.voucher_no)


def _row(line: PostingLine) -> Row:
	return {"item_code": line.item_code, "qty": line.qty, "conversion_factor": 1, **_batch_or_serial(line)}


def _batch_or_serial(line: PostingLine) -> Row:
	"""Return a row's batch and serial fields. ERPNext makes a bundle of them if the row says that its fields count."""
	if not (line.batch_no or line.serial_nos):
		return {}
	serials = "\n".join(line.serial_nos)
	return {"use_serial_batch_fields": 1, "batch_no": line.batch_no, "serial_no": serials}


def _company(lines: Sequence[PostingLine]) -> str:
	return str(frappe.get_cached_value("Warehouse", lines[0].warehouse, "company"))
