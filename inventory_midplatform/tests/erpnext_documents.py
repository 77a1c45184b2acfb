"""Builders of ERPNext documents for the site suite: submitted, small, with random names."""

import itertools
from collections.abc import Iterable
from typing import Any

import frappe
from frappe.utils import add_days, flt, nowdate

from inventory_midplatform.tests import setup_wizard

PRICE = 10
BATCHES = {"has_batch_no": 1, "create_new_batch": 1, "batch_number_series": "B-.######"}
SERIALS = {"has_serial_no": 1, "serial_no_series": "S-.######"}
"""Items whose batches or serial numbers ERPNext makes and picks by itself."""

_seconds = itertools.count()


def unique(prefix: str) -> str:
	return f"{prefix}-{frappe.generate_hash(length=8)}"


def company() -> str:
	"""The company the suite works in; made on a site whose setup was never completed."""
	existing = frappe.get_all("Company", {"is_group": 0}, pluck="name", order_by="creation", limit=1)
	if existing:
		return str(existing[0])
	setup_wizard.complete()
	return str(frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0])


def item(**values: Any) -> str:
	code = values.pop("item_code", None) or unique("ITEM")
	return str(
		insert(
			"Item",
			item_code=code,
			item_group=values.pop("item_group", None) or any_of("Item Group"),
			stock_uom=values.pop("stock_uom", "Nos"),
			is_stock_item=values.pop("is_stock_item", 1),
			valuation_rate=PRICE,
			**values,
		).name
	)


def warehouse(**values: Any) -> str:
	name = insert("Warehouse", warehouse_name=unique("WH"), company=company(), **values).name
	# ERPNext keeps the accounts of all warehouses for the life of a request; a test lives longer.
	frappe.flags.warehouse_account_map = {}
	return str(name)


def customer() -> str:
	return str(
		insert(
			"Customer",
			customer_name=unique("CUST"),
			customer_group=any_of("Customer Group"),
			territory=any_of("Territory"),
		).name
	)


def supplier() -> str:
	return str(insert("Supplier", supplier_name=unique("SUPP"), supplier_group=any_of("Supplier Group")).name)


def user(roles: Iterable[str]) -> str:
	"""Write a user of the desk with these roles as rows: Frappe's own insert takes a second, most of it to read anew all DocTypes
	that it forgets.
	"""
	email = f"{unique('user').lower()}@example.com"
	name = email.split("@")[0]
	values = {"email": email, "first_name": name, "full_name": name, "username": name}
	document = frappe.get_doc({"doctype": "User", **values, "enabled": 1})
	document.name = email
	rows = [document.append("roles", {"role": role}) for role in roles]
	document.user_type = "System User" if document.has_desk_access() else "Website User"
	document.db_insert()
	for row in rows:
		row.set_new_name()
		row.db_insert()
	frappe.cache.delete_key("enabled_users")
	return email


def any_of(doctype: str) -> str:
	"""A leaf of one of ERPNext's trees."""
	return str(frappe.get_all(doctype, {"is_group": 0}, pluck="name", order_by="name", limit=1)[0])


def insert(doctype: str, **values: Any) -> Any:
	return frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def posted(days_ago: int) -> dict[str, Any]:
	"""The fields of a document that is posted as of days ago; none for now.

	No two share a second: reposting a count of serial numbers, ERPNext takes what a later voucher took at the very
	same moment for gone, and its Bin keeps a unit that no serial number stands for.
	"""
	if not days_ago:
		return {}
	second = next(_seconds)
	return {
		"set_posting_time": 1,
		"posting_date": add_days(nowdate(), -days_ago),
		"posting_time": f"{10 + second // 3600 % 12:02}:{second // 60 % 60:02}:{second % 60:02}",
	}


def submit(document: Any, days_ago: int = 0) -> Any:
	"""Insert and submit, ``days_ago`` days back where the document has a posting date."""
	document.update(posted(days_ago))
	document.insert(ignore_permissions=True)
	document.submit()
	return document


def stock_entry(purpose: str, rows: list[dict[str, Any]], days_ago: int = 0, **values: Any) -> Any:
	document = frappe.get_doc(
		{
			"doctype": "Stock Entry",
			"purpose": purpose,
			"stock_entry_type": purpose,
			"company": company(),
			"items": [{"conversion_factor": 1, "uom": "Nos", **row} for row in rows],
			**values,
		}
	)
	return submit(document, days_ago)


def receipt(item_code: str, to: str, qty: float, days_ago: int = 0, uom: str = "Nos", **of_row: Any) -> Any:
	row = {"item_code": item_code, "t_warehouse": to, "qty": qty, "basic_rate": PRICE, "uom": uom, **of_row}
	return stock_entry("Material Receipt", [row], days_ago)


def issue(item_code: str, source: str, qty: float, days_ago: int = 0, **of_row: Any) -> Any:
	row = {"item_code": item_code, "s_warehouse": source, "qty": qty, **of_row}
	return stock_entry("Material Issue", [row], days_ago)


def transfer(item_code: str, source: str, to: str, qty: float) -> Any:
	row = {"item_code": item_code, "s_warehouse": source, "t_warehouse": to, "qty": qty}
	return stock_entry("Material Transfer", [row])


def transfer_by_transit(item_code: str, source: str, transit: str, to: str, qty: float) -> tuple[Any, Any]:
	"""Sent into transit and received at its end."""
	from erpnext.stock.doctype.stock_entry.stock_entry import make_stock_in_entry

	row = {"item_code": item_code, "s_warehouse": source, "t_warehouse": transit, "qty": qty}
	sent = stock_entry("Material Transfer", [row], add_to_transit=1)
	received = make_stock_in_entry(sent.name)
	for line in received.items:
		line.t_warehouse = to
	return sent, submit(received)


def repack(source_item: str, product: str, place: str, qty: float) -> Any:
	return stock_entry(
		"Repack",
		[
			{"item_code": source_item, "s_warehouse": place, "qty": qty},
			{
				"item_code": product,
				"t_warehouse": place,
				"qty": 1,
				"is_finished_item": 1,
				"basic_rate": PRICE,
			},
		],
	)


def bom(product: str, part: str, qty: float = 2, **values: Any) -> str:
	uom = frappe.get_cached_value("Item", part, "stock_uom")
	document = frappe.get_doc(
		{
			"doctype": "BOM",
			"item": product,
			"company": company(),
			"quantity": 1,
			"currency": frappe.get_cached_value("Company", company(), "default_currency"),
			"items": [{"item_code": part, "qty": qty, "uom": uom, "stock_uom": uom, "rate": PRICE}],
			**values,
		}
	)
	return str(submit(document).name)


def work_order(product: str, bom_no: str, place: str, in_progress: str, qty: float, **values: Any) -> Any:
	ordered: dict[str, Any] = {
		"production_item": product,
		"bom_no": bom_no,
		"qty": qty,
		"company": company(),
		"source_warehouse": place,
		"wip_warehouse": in_progress,
		"fg_warehouse": place,
		"planned_start_date": frappe.utils.now(),
	}
	document = insert("Work Order", **{**ordered, **values})
	for row in document.required_items:
		row.source_warehouse = place
	document.submit()
	return document


def work_order_entry(order: str, purpose: str, qty: float) -> Any:
	"""Material Transfer for Manufacture, Material Consumption for Manufacture or Manufacture."""
	from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry

	return submit(frappe.get_doc(make_stock_entry(order, purpose, qty)))


def material_request(request_type: str, rows: list[dict[str, Any]], **values: Any) -> Any:
	"""Rows as ERPNext names their fields; ``warehouse`` is where an issue leaves from and a transfer goes to."""
	document = frappe.get_doc(
		{
			"doctype": "Material Request",
			"material_request_type": request_type,
			"company": company(),
			"transaction_date": nowdate(),
			"schedule_date": nowdate(),
			"items": [{"uom": "Nos", "conversion_factor": 1, "schedule_date": nowdate(), **r} for r in rows],
			**values,
		}
	)
	return submit(document)


def entry_for_request(request: str, **of_row: Any) -> Any:
	"""The Stock Entry that a Material Request offers, with fields of its first row set, not yet saved."""
	from erpnext.stock.doctype.material_request.material_request import make_stock_entry

	entry = make_stock_entry(request)
	entry.items[0].update(of_row)
	return entry


def purchase_receipt(item_code: str, to: str, qty: float, days_ago: int = 0, **of_row: Any) -> Any:
	row = {"item_code": item_code, "warehouse": to, "qty": qty, "rate": PRICE, "conversion_factor": 1}
	document = frappe.get_doc(
		{
			"doctype": "Purchase Receipt",
			"supplier": supplier(),
			"company": company(),
			"items": [{**row, **of_row}],
		}
	)
	return submit(document, days_ago)


def purchase_return(receipt_name: str, qty: float) -> Any:
	from erpnext.stock.doctype.purchase_receipt.purchase_receipt import make_purchase_return

	return _returned(make_purchase_return(receipt_name), qty)


def purchase_invoice(item_code: str, to: str, qty: float, **of_row: Any) -> Any:
	row = {"item_code": item_code, "warehouse": to, "qty": qty, "rate": PRICE, "conversion_factor": 1}
	document = frappe.get_doc(
		{
			"doctype": "Purchase Invoice",
			"supplier": supplier(),
			"company": company(),
			"update_stock": 1,
			"items": [{**row, **of_row}],
		}
	)
	return submit(document)


def landed_cost(receipt_document: Any, amount: float) -> Any:
	document = frappe.new_doc("Landed Cost Voucher")
	document.company = company()
	document.append(
		"purchase_receipts",
		{
			"receipt_document_type": receipt_document.doctype,
			"receipt_document": receipt_document.name,
			"supplier": receipt_document.supplier,
			"posting_date": receipt_document.posting_date,
			"grand_total": receipt_document.base_grand_total,
		},
	)
	document.get_items_from_purchase_receipts()
	document.append(
		"taxes", {"description": "Freight", "expense_account": _expense_account(), "amount": amount}
	)
	return submit(document)


def _expense_account() -> str:
	return str(
		frappe.get_all(
			"Account",
			{
				"company": company(),
				"is_group": 0,
				"root_type": "Expense",
				"account_type": ("not in", ["Stock Adjustment"]),
			},
			pluck="name",
			order_by="name",
			limit=1,
		)[0]
	)


def sales_order(item_code: str, place: str, qty: float, client: str | None = None, **values: Any) -> Any:
	document = frappe.get_doc(
		{
			"doctype": "Sales Order",
			"customer": client or customer(),
			"company": company(),
			"transaction_date": nowdate(),
			"delivery_date": nowdate(),
			"items": [{"item_code": item_code, "warehouse": place, "qty": qty, "rate": 2 * PRICE}],
			**values,
		}
	)
	return submit(document)


def delivery_note(item_code: str, place: str, qty: float, days_ago: int = 0, **of_row: Any) -> Any:
	row = {"item_code": item_code, "warehouse": place, "qty": qty, "rate": 2 * PRICE}
	document = frappe.get_doc(
		{
			"doctype": "Delivery Note",
			"customer": customer(),
			"company": company(),
			"items": [{**row, **of_row}],
		}
	)
	return submit(document, days_ago)


def delivery_for(order: str, qty: float | None = None) -> Any:
	from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

	note = make_delivery_note(order, kwargs={})
	if qty is not None:
		note.items[0].qty = qty
	return submit(note)


def delivery_return(note: str, qty: float, **of_row: Any) -> Any:
	from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

	return _returned(make_sales_return(note), qty, **of_row)


def sales_invoice(item_code: str, place: str, qty: float) -> Any:
	document = frappe.get_doc(
		{
			"doctype": "Sales Invoice",
			"customer": customer(),
			"company": company(),
			"update_stock": 1,
			"items": [{"item_code": item_code, "warehouse": place, "qty": qty, "rate": 2 * PRICE}],
		}
	)
	return submit(document)


def sales_invoice_for(order: str, qty: float | None = None, update_stock: int = 1) -> Any:
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

	invoice = make_sales_invoice(order, ignore_permissions=True)
	invoice.update_stock = update_stock
	if qty is not None:
		invoice.items[0].qty = qty
	return submit(invoice)


def invoice_return(invoice: str, qty: float, **values: Any) -> Any:
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	document = make_sales_return(invoice)
	document.update({"update_stock": 1, **values})
	return _returned(document, qty)


def _returned(document: Any, qty: float, **of_row: Any) -> Any:
	"""A return as the form sends it back: only a document read from what was sent counts as a return from the start, and
	only then does ERPNext write ``returned_qty`` into the order's row."""
	document = frappe.get_doc(document.as_dict())
	for row in document.items:
		row.update(of_row)
		row.qty = -abs(flt(qty))
		row.stock_qty = row.qty * row.conversion_factor  # as the form does; ERPNext's bundle has this much
		if row.meta.has_field("received_qty"):
			row.received_qty = row.qty
			row.rejected_qty = 0
	return submit(document)


def reconciliation(item_code: str, place: str, qty: float, days_ago: int = 0) -> Any:
	document = frappe.get_doc(
		{
			"doctype": "Stock Reconciliation",
			"purpose": "Stock Reconciliation",
			"company": company(),
			"expense_account": frappe.get_cached_value("Company", company(), "stock_adjustment_account"),
			"items": [
				{
					"item_code": item_code,
					"warehouse": place,
					"qty": qty,
					"valuation_rate": PRICE,
					**_counted_batches_and_serials(item_code, place, qty),
				}
			],
		}
	)
	return submit(document, days_ago)


def _counted_batches_and_serials(item_code: str, place: str, qty: float) -> dict[str, Any]:
	"""A count of an item with batches or serial numbers names them: the batch that lies there, or as many serial
	numbers as were counted, those that lie there first."""
	facts = frappe.get_cached_value("Item", item_code, ["has_batch_no", "has_serial_no"], as_dict=True)
	if facts.has_serial_no:
		there = frappe.get_all(
			"Serial No", {"item_code": item_code, "warehouse": place}, pluck="name", order_by="name"
		)
		more = [unique("S-COUNTED") for _ in range(int(qty) - len(there))]
		for serial in more:
			insert("Serial No", serial_no=serial, item_code=item_code, company=company())
		return {"use_serial_batch_fields": 1, "serial_no": "\n".join([*there[: int(qty)], *more])}
	if facts.has_batch_no:
		from erpnext.stock.doctype.batch.batch import get_batch_qty

		there = get_batch_qty(item_code=item_code, warehouse=place) or [{}]
		batch = there[0].get("batch_no") or insert("Batch", batch_id=unique("B"), item=item_code).name
		return {"use_serial_batch_fields": 1, "batch_no": batch}
	return {}


def repost(voucher: Any, recreate: bool = False) -> Any:
	"""A Repost Item Valuation of a voucher, run as its job would run it."""
	return _reposted(
		based_on="Transaction",
		voucher_type=voucher.doctype,
		voucher_no=voucher.name,
		posting_date=voucher.posting_date,
		posting_time=voucher.posting_time,
		recreate_stock_ledgers=int(recreate),
	)


def repost_item(item_code: str, warehouse: str, days_ago: int) -> Any:
	"""The same of an item and warehouse, from the beginning of that day."""
	return _reposted(
		based_on="Item and Warehouse",
		item_code=item_code,
		warehouse=warehouse,
		posting_date=add_days(nowdate(), -days_ago),
		posting_time="00:00:00",
	)


def _reposted(**values: Any) -> Any:
	from erpnext.stock.doctype.repost_item_valuation.repost_item_valuation import repost as run

	document = frappe.get_doc(
		{"doctype": "Repost Item Valuation", "company": company(), "allow_negative_stock": 1, **values}
	)
	document.insert(ignore_permissions=True)
	document.submit()
	run(document)
	document.reload()
	return document


def run_queued_reposts() -> None:
	"""What the hourly job does for backdated entries."""
	from erpnext.stock.doctype.repost_item_valuation.repost_item_valuation import repost as run

	for name in frappe.get_all(
		"Repost Item Valuation",
		{"status": ("in", ["Queued", "In Progress"]), "docstatus": 1},
		pluck="name",
		order_by="creation",
	):
		document = frappe.get_doc("Repost Item Valuation", name)
		document.deduplicate_similar_repost()
		document.reload()
		if document.status == "Queued":
			run(document)


def cancel(document: Any) -> None:
	document.reload()
	document.cancel()
