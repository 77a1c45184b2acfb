"""Thousands of rows in every table that grows, so that MariaDB plans its statements as in a busy warehouse."""

from datetime import datetime, timedelta

from platforms import COMPANY, StandalonePlatform

from inventory_midplatform.domain.kpi import KPIS
from inventory_midplatform.ports import Row

ITEMS, PLACES = 3000, 40
LONG_AGO = datetime(2026, 1, 1)


def place(n: int) -> str:
	return f"Shelf {n % PLACES} - TC"


def item(n: int) -> str:
	return f"FILL-{n % ITEMS:05}"


def fill(platform: StandalonePlatform) -> None:
	"""A year of a shop's work, most of it done: thousands of rows in every table that grows."""
	n = range(ITEMS)
	moment = [LONG_AGO + timedelta(minutes=i) for i in n]
	day = [(LONG_AGO - timedelta(days=i % 365)).date() for i in n]
	key: list[Row] = [{"item_code": item(i), "warehouse": place(i)} for i in n]
	tables: dict[str, list[Row]] = {
		"Item": [
			{
				"name": item(i),
				"item_code": item(i),
				"item_name": item(i),
				"item_group": f"Group {i % 60}",
				"stock_uom": "Kg",
				"is_stock_item": 1,
			}
			for i in n
		],
		"Item Reorder": [
			{
				"parent": k["item_code"],
				"parenttype": "Item",
				"warehouse": k["warehouse"],
				"warehouse_reorder_level": 1,
			}
			for k in key
		],
		"Warehouse": [{"name": place(i), "company": COMPANY} for i in range(PLACES)],
		"Warehouse Bin": [
			{
				"name": f"B{i} - {place(i)}",
				"bin_code": "UNPLACED" if i < PLACES else f"B{i}",
				"warehouse": place(i),
				"is_unplaced": int(i < PLACES),
			}
			for i in n
		],
		"Bin": [{**k, "actual_qty": 100} for k in key],
		"Stock Position": [{**k, "on_hand": 100, "reserved": 1} for k in key],
		"Bin Stock": [
			{
				**k,
				"bin": f"B{i} - {place(i)}",
				"qty": 100,
				"batch_no": "",
				"stock_status": "Available",
				"stock_owner": "",
			}
			for i, k in enumerate(key)
		],
		"Stock Movement": [
			{
				**k,
				"bin": f"B{i} - {place(i)}",
				"qty": 100,
				"kind": "Incoming",
				"posting_datetime": moment[i],
				"batch_no": "",
				"stock_status": "Available",
				"stock_owner": "",
				"voucher_type": "Purchase Receipt",
				"voucher_no": f"PR-{i // 5}",
				"posting_key": f"k{i}",
			}
			for i, k in enumerate(key)
		],
		"Receipt Layer": [
			{**k, "received_on": moment[i].date(), "remaining_qty": 100, "batch_no": ""}
			for i, k in enumerate(key)
		],
		"Stock Snapshot": [
			{**k, "snapshot_date": moment[i].date(), "flow": "Purchase", "qty_in": 100}
			for i, k in enumerate(key)
		],
		"Inventory KPI Value": [
			{
				"kpi": [*KPIS][i % len(KPIS)],
				"company": COMPANY,
				"warehouse": place(i) if i % PLACES else "",
				"day": day[i // 120],
				"value": 50,
				"numerator": 1,
				"denominator": 2,
			}
			for i in n
		],
		"Serial No": [{**k, "name": f"SN-{i}"} for i, k in enumerate(key)],
		"Serial Location": [
			{**k, "serial_no": f"SN-{i}", "bin": f"B{i} - {place(i)}", "stock_status": "Available"}
			for i, k in enumerate(key)
		],
		"Bin Allocation": [
			{**k, "reservation": f"R-{i}", "bin": f"B{i} - {place(i)}", "batch_no": "", "qty": 0}
			for i, k in enumerate(key)
		],
		"Stock Ledger Entry": [
			{
				**k,
				"actual_qty": 100,
				"voucher_type": "Purchase Receipt",
				"voucher_no": f"PR-{i // 5}",
				"posting_datetime": moment[i],
			}
			for i, k in enumerate(key)
		],
		"Inventory Reservation": [
			{
				**k,
				"status": "Reserved" if i % 20 == 0 else "Consumed",
				"qty": 1,
				"reserved_qty": int(i % 20 == 0),
				"shortage_policy": "Partial",
				"demand_type": "Sales Order",
				"demand_name": f"SO-{i // 3}",
				"demand_line": f"row {i}",
				"creation": LONG_AGO - timedelta(days=i % 365),
				"first_qty": 1,
				"expires_at": moment[i] + timedelta(days=3650) if i % 50 == 0 else None,
			}
			for i, k in enumerate(key)
		],
		"Stock Operation Log": [
			{
				**k,
				"operation": "Reserve" if i % 3 else "Step",
				"happened_at": LONG_AGO - timedelta(days=i % 365),
				"user": "somebody",
				"reference_doctype": "Inventory Reservation" if i % 3 else "Outbound Order",
				"reference_name": f"R{i}" if i % 3 else f"OUT-{i}",
			}
			for i, k in enumerate(key)
		],
		"Inventory Alert": [
			{
				**k,
				"alert_type": "Adjustment",
				"status": "Closed",
				"opened_at": LONG_AGO - timedelta(days=i % 365),
			}
			for i, k in enumerate(key)
		],
		"Sales Order": [
			{
				"name": f"SO-{i}",
				"company": COMPANY,
				"docstatus": 1,
				"status": "Completed",
				"per_delivered": 100,
			}
			for i in n
		],
		"Sales Order Item": [
			{
				**k,
				"name": f"SOI-{i}",
				"parent": f"SO-{i}",
				"qty": 1,
				"stock_qty": 1,
				"conversion_factor": 1,
				"delivered_qty": 1,
				"inventory_promised_on": day[i],
				"docstatus": 1,
			}
			for i, k in enumerate(key)
		],
		"Packed Item": [{**k, "parent": f"DN-{i}", "qty": 1} for i, k in enumerate(key)],
		"Delivery Note": [{"name": f"DN-{i}", "docstatus": 1, "posting_date": day[i]} for i in n],
		"Delivery Note Item": [
			{**k, "parent": f"DN-{i}", "against_sales_order": f"SO-{i}", "so_detail": f"SOI-{i}"}
			for i, k in enumerate(key)
		],
		"Stock Entry": [
			{
				"name": f"SE-{i}",
				"docstatus": 1,
				"add_to_transit": int(i % 300 == 0),
				"per_transferred": 50,
				"posting_date": day[i],
			}
			for i in n
		],
		"Stock Entry Detail": [
			{**_without_warehouse(k), "parent": f"SE-{i}", "transfer_qty": 1} for i, k in enumerate(key)
		],
		"Material Request": [
			{
				"name": f"MR-{i}",
				"docstatus": 1,
				"inventory_origin": "Low Stock",
				"material_request_type": ("Purchase", "Material Issue", "Material Transfer")[i % 3],
				"per_ordered": 100,
				"status": "Ordered",
			}
			for i in n
		],
		"Material Request Item": [{**k, "parent": f"MR-{i}", "stock_qty": 1} for i, k in enumerate(key)],
		"Inventory Request": [
			{"name": f"IR-{i}", "warehouse": place(i), "status": "Approved", "docstatus": 1} for i in n
		],
		"Inventory Request Item": [{"item_code": item(i), "parent": f"IR-{i}", "qty": 1} for i in n],
		"ToDo": [
			{"status": "Closed", "reference_type": "Material Request", "reference_name": f"MR-{i}"} for i in n
		],
		"Outbound Order": [
			{
				"name": f"OUT-{i}",
				"state": "Shipped" if i % 60 else "To Pick",
				"warehouse": place(i),
				"source_type": "Sales Order",
				"source_name": f"SO-{i}",
				"delivery_doctype": "Delivery Note",
				"delivery_document": f"DN-{i}",
				"wave": f"WAVE-{i // 30}",
				"cell": i % 30,
			}
			for i in n
		],
		"Purchase Order": [
			{
				"name": f"PO-{i}",
				"docstatus": 1,
				"status": "Completed",
				"supplier": f"S-{i % 50}",
				"transaction_date": day[i],
			}
			for i in n
		],
		"Purchase Order Item": [
			{**k, "name": f"POI-{i}", "parent": f"PO-{i}", "stock_qty": 1, "received_qty": 1}
			for i, k in enumerate(key)
		],
		"Purchase Receipt": [{"name": f"PR-{i}", "docstatus": 1, "posting_date": day[i]} for i in n],
		"Purchase Receipt Item": [
			{**k, "parent": f"PR-{i}", "stock_qty": 1, "purchase_order_item": f"POI-{i}"}
			for i, k in enumerate(key)
		],
		"Stock Reconciliation": [
			{"name": f"SR-{i}", "docstatus": 1, "purpose": "Stock Reconciliation", "posting_date": day[i]}
			for i in n
		],
		"Stock Reconciliation Item": [
			{**k, "parent": f"SR-{i}", "qty": 1, "current_qty": 1} for i, k in enumerate(key)
		],
		"Inbound Order": [
			{
				"name": f"IN-{i}",
				"state": "Done" if i % 60 else "To Put Away",
				"warehouse": place(i),
				"source_type": "Purchase Order",
				"source_name": f"PO-{i}",
				"receipt_doctype": "Purchase Receipt",
				"receipt_document": f"PR-{i}",
				"supplier": f"S-{i % 50}",
				"received_at": f"2026-01-01 10:{i % 60:02d}:00",
				"arrived_at": LONG_AGO - timedelta(hours=i),
			}
			for i in n
		],
		"Inspection Plan": [{"item_code": item(i), "method": "All", "value": 0, "disabled": 0} for i in n],
		"Inbound Order Line": [
			{"parent": f"IN-{i}", "item_code": item(i), "expected_qty": 1, "received_qty": 1} for i in n
		],
		"Inbound Receipt Line": [
			{**k, "inbound_order": f"IN-{i}", "line": f"L-{i}", "qty": 1, "serial_no": f"SN-{i}"}
			for i, k in enumerate(key)
		],
		"Inbound Inspection": [
			{
				**k,
				"inbound_order": f"IN-{i}",
				"line": f"L-{i}",
				"receipt_document": f"PR-{i}",
				"accepted_qty": 1,
			}
			for i, k in enumerate(key)
		],
		"Outbound Wave": [
			{"name": f"WAVE-{i}", "state": "Done" if i % 60 else "To Pick", "warehouse": place(i)} for i in n
		],
		"Outbound Package": [
			{"name": f"OUT-{i}-1", "outbound_order": f"OUT-{i}", "package_no": 1} for i in n
		],
		"Outbound Package Line": [
			{"parent": f"OUT-{i}-1", "line": f"L-{i}", "item_code": item(i), "qty": 1} for i in n
		],
		"Outbound Order Line": [
			{"parent": f"OUT-{i}", "item_code": item(i), "qty": 1, "picked_qty": 1} for i in n
		],
		"Outbound Pick": [
			{**k, "outbound_order": f"OUT-{i}", "line": f"L-{i}", "qty": 1, "picked_at": day[i]}
			for i, k in enumerate(key)
		],
		"Approval Request": [
			{
				"name": f"APR-{i}",
				"document_type": "Inventory Request",
				"document_name": f"REQ-{i}",
				"state": "Approved" if i % 60 else "Open",
				"due_at": moment[i] if i % 120 == 0 else None,
				"remind_at": moment[i] if i % 180 == 0 else None,
				"is_timed_out": int(i % 240 == 0),
				"applicant": f"user-{i % 50}",
				"warehouse": place(i),
				"facts": "{}",
			}
			for i in n
		],
		"Approval Decision": [
			{
				"parent": f"APR-{i}",
				"parenttype": "Approval Request",
				"step": 1,
				"approver": 1,
				"user": f"user-{i % 50}",
				"decision": "Approved" if i % 60 else "Waiting",
				"asked_at": LONG_AGO - timedelta(days=i % 365),
				"decided_at": LONG_AGO - timedelta(days=i % 365),
			}
			for i in n
		],
		"Item Barcode": [{"parent": item(i), "barcode": f"BAR-{i}"} for i in n],
		"Batch": [{"name": f"BATCH-{i}", "item": item(i)} for i in n],
		"Idempotency Key": [{"operation": "stock.move", "payload_hash": "x"} for _ in n],
	}
	store = platform.standalone.begun(writes=True)
	for doctype, rows in tables.items():
		store.insert(doctype, rows)
	store.commit()


def _without_warehouse(key: Row) -> Row:
	return {"item_code": key["item_code"], "s_warehouse": key["warehouse"]}
