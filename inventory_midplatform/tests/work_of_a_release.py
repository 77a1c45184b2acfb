"""What a release fixture is made of: some days of work on a fresh site, in which every state of every record occurs."""

import json
from typing import Any

import frappe

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SWITCHES, prepare_site, switch
from inventory_midplatform.tests.site_platform import SitePlatform


def a_few_days_work() -> None:
	"""Every kind of movement, reservation, request and alert, and stock in bins, with names of nobody."""

	prepare_site()
	switch(**dict.fromkeys(SWITCHES, 0))
	bolts, nuts, plates = (erp.item(item_code=f"FIXTURE-{word}") for word in ("BOLT", "NUT", "PLATE"))
	places = [
		str(erp.insert("Warehouse", warehouse_name=f"Fixture {word}", company=erp.company()).name)
		for word in ("Stores", "Shop")
	]
	frappe.flags.warehouse_account_map = {}
	stores, shop = places
	erp.receipt(plates, stores, 12, days_ago=5)  # there before the ledger was kept
	switch(**dict.fromkeys(SWITCHES, 1))
	from inventory_midplatform.adapters.site.jobs import recording_opening_stock

	for _ in recording_opening_stock():
		pass
	platform = SitePlatform()
	zone = platform.make_zone(stores, zone_code="FIXTURE-ZONE")
	shelf, floor = (
		platform.make_bin(stores, zone=zone, bin_code=f"FIXTURE-{code}") for code in ("SHELF", "FLOOR")
	)
	erp.receipt(bolts, stores, 100, days_ago=4)
	erp.purchase_receipt(nuts, stores, 60)
	erp.transfer(bolts, stores, shop, 25)
	erp.issue(bolts, stores, 5)
	erp.cancel(erp.receipt(nuts, stores, 7))
	erp.reconciliation(nuts, stores, 58)
	frappe.db.commit()
	unplaced = frappe.db.get_value("Warehouse Bin", {"warehouse": stores, "is_unplaced": 1})
	for to, qty in ((shelf, 30), (floor, 12)):
		platform.call(
			"stock.move", item_code=bolts, warehouse=stores, from_bin=unplaced, to_bin=to, qty=str(qty)
		)
	client = erp.customer()
	frappe.rename_doc("Customer", client, "Fixture Customer")
	_, delivered, closed, _ = (
		erp.sales_order(bolts, stores, qty, "Fixture Customer") for qty in (20, 10, 4, 60)
	)
	erp.delivery_for(delivered.name, 6)
	closed.reload()
	closed.update_status("Closed")
	frappe.db.commit()
	made = platform.call(
		"reservation.reserve",
		item_code=nuts,
		warehouse=stores,
		qty=8,
		demand_name="ELSEWHERE-1",
		priority=3,
		expires_at="2099-01-01 00:00:00",
	)
	platform.call("reservation.release", name=made["name"], qty=3, reason="No longer wanted")
	platform.call(
		"request.create",
		request_type="Issue",
		warehouse=stores,
		purpose="Repair",
		items=[{"item_code": nuts, "qty": 2}],
	)
	switch(reservation_enabled=0)
	erp.issue(nuts, stores, 55)  # below what is reserved: an alert
	switch(reservation_enabled=1)
	frappe.db.commit()
	every_end_of_a_reservation(platform, stores, shop)
	every_step_of_a_request(platform, nuts, stores)
	every_alert(platform, stores)
	an_administrators_changes(stores, shelf)


def every_end_of_a_reservation(platform: Any, stores: str, shop: str) -> None:
	"""Batches and serial numbers too, and reservations allocated to bins."""
	from inventory_midplatform.services.reservation import reservations

	screws, motors = (
		erp.item(item_code=f"FIXTURE-{word}", **{f"has_{of}_no": 1})
		for word, of in (("SCREW", "batch"), ("MOTOR", "serial"))
	)
	for batch, qty in (("FIXTURE-BATCH-1", 40), ("FIXTURE-BATCH-2", 20)):
		erp.insert("Batch", batch_id=batch, item=screws)
		erp.receipt(screws, stores, qty, use_serial_batch_fields=1, batch_no=batch)
	serials = [f"FIXTURE-SERIAL-{n}" for n in range(1, 5)]
	for serial in serials:
		erp.insert("Serial No", serial_no=serial, item_code=motors, company=erp.company())
	erp.receipt(motors, stores, 4, use_serial_batch_fields=1, serial_no="\n".join(serials))
	erp.issue(motors, stores, 1, use_serial_batch_fields=1, serial_no=serials[0])
	frappe.db.commit()
	unplaced = frappe.db.get_value("Warehouse Bin", {"warehouse": stores, "is_unplaced": 1})
	on_hold = {"warehouse": stores, "bin": unplaced, "reason": "Scratched"}
	screw = {"item_code": screws, "batch_no": "FIXTURE-BATCH-2", **on_hold}
	platform.call("stock.block", qty=6, stock_status="Damaged", **screw)
	platform.call("stock.unblock", qty=2, stock_status="Damaged", **screw)
	motor = {"item_code": motors, "qty": 1, "stock_status": "Quality", "serial_nos": [serials[1]]}
	platform.call("stock.block", **motor, **on_hold)

	def reserve(name: str, qty: float, **more: Any) -> str:
		values = {"item_code": screws, "warehouse": stores, "demand_type": "Shop Order", "demand_name": name}
		made = platform.call("reservation.reserve", name=f"FIXTURE-{name}", qty=qty, **values, **more)
		return str(made["name"])

	platform.call("reservation.release", name=reserve("RELEASED", 3), reason="Not needed")
	platform.call("reservation.allocate", name=reserve("IN-BINS", 12))
	platform.call("reservation.allocate", name=reserve("OFF-BINS", 5))
	platform.call("reservation.deallocate", name="FIXTURE-OFF-BINS", qty=2)
	given = reserve("REASSIGNED", 9)
	platform.call(
		"reservation.reassign",
		name=given,
		demand_type="Shop Order",
		demand_name="REASSIGNED-TO",
		qty=4,
		new_name="FIXTURE-REASSIGNED-TO",
	)
	reserve("EXPIRED", 2, expires_at="2099-01-01 00:00:00")
	frappe.db.set_value("Inventory Reservation", "FIXTURE-EXPIRED", "expires_at", "2020-01-01 00:00:00")
	frappe.db.commit()
	with platform.context() as ctx:
		reservations.release_expired(ctx)
	reserve("PARTIAL", 50, shortage_policy="Partial", priority=5)
	reserve("WAITING", 7, shortage_policy="Wait")
	delivered = erp.sales_order("FIXTURE-BOLT", shop, 3, "Fixture Customer")
	erp.delivery_for(delivered.name)
	frappe.db.commit()


def every_step_of_a_request(platform: Any, item: str, stores: str) -> None:

	buyer, supervisor, director, manager = (
		platform.make_user([role])
		for role in ("Inventory Buyer", "Warehouse Supervisor", "Inventory Director", "Inventory Manager")
	)
	ask, approve, reject = (
		("approval.request", buyer),
		("approval.approve", supervisor),
		("approval.reject", supervisor),
	)
	paths = (
		(1, ()),
		(1, (ask,)),
		(2000, (ask, approve)),
		(2000, (ask, approve, ("approval.approve", director))),
		(1, (ask, approve)),
		(1, (ask, reject)),
		(1, (ask, reject, ask)),
		(1, (ask, ("approval.return", supervisor))),
		(1, (ask, ("approval.withdraw", buyer))),
		(1, (ask, approve, ("request.cancel", manager))),
	)
	for qty, steps in paths:
		made = platform.call(
			"request.create",
			request_type="Purchase",
			warehouse=stores,
			purpose="For the new line",
			items=[{"item_code": item, "qty": qty, "rate": 10}],
			user=buyer,
		)
		approval = ""
		for operation, user in steps:
			if operation == ask[0]:
				about = {"doctype": "Inventory Request", "name": made["name"]}
				approval = platform.call(operation, user=user, **about)["name"]
			elif operation.startswith("approval."):
				why = {} if operation == approve[0] else {"reason": "Not now"}
				platform.call(operation, name=approval, user=user, **why)
			else:
				platform.call(operation, name=made["name"], user=user)


def every_alert(platform: Any, stores: str) -> None:
	"""Some open, some closed again."""
	from inventory_midplatform.services import alerts
	from inventory_midplatform.services.locations import expired_stock
	from inventory_midplatform.services.settlement import settlement

	glue, tape, wire = (
		erp.item(item_code="FIXTURE-GLUE", has_batch_no=1, has_expiry_date=1, shelf_life_in_days=30),
		*(erp.item(item_code=f"FIXTURE-{word}") for word in ("TAPE", "WIRE")),
	)
	erp.insert("Batch", batch_id="FIXTURE-OLD", item=glue, expiry_date="2099-01-01")
	erp.receipt(glue, stores, 10, use_serial_batch_fields=1, batch_no="FIXTURE-OLD")
	for item, qty in ((tape, 30), (wire, 8)):
		erp.receipt(item, stores, qty)
	frappe.db.commit()
	switch(block_expired_batches=1)
	platform.call("reservation.reserve", item_code=glue, warehouse=stores, qty=4, demand_name="GLUE")
	frappe.db.set_value("Batch", "FIXTURE-OLD", "expiry_date", "2026-01-01")
	frappe.db.commit()
	with platform.context() as ctx:
		for key in expired_stock.due(ctx):
			expired_stock.block(ctx, key)
	platform.change_books(tape, stores, 27)
	platform.change_books(wire, stores, 9)
	with platform.context() as ctx:
		settlement.reconcile(ctx, [(tape, stores), (wire, stores)], "Reconciled every night")
		alerts.close_alert(ctx, "Adjustment", wire, stores)
		alerts.open_alert(
			ctx, alerts.BOOKS_DISCREPANCY, tape, stores, "ERPNext's Bin is not what its ledger says."
		)
		for item in (tape, wire):
			alerts.open_alert(ctx, alerts.LEDGER_CHECK, item, stores, "The bins hold another quantity.")
			alerts.close_alert(ctx, alerts.LEDGER_CHECK, item, stores)
	platform.call("reservation.reserve", item_code=wire, warehouse=stores, qty=6, demand_name="WIRE")
	name = frappe.db.get_value("Inventory Reservation", {"demand_name": "WIRE"})
	platform.call("reservation.allocate", name=name)
	switch(reservation_enabled=0)
	erp.issue(wire, stores, 5)  # takes what is allocated
	switch(reservation_enabled=1)


def an_administrators_changes(stores: str, shelf: str) -> None:
	"""What users make of forms, lists and the policy of requests, which an upgrade leaves them."""
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	frappe.db.set_value("Warehouse", stores, "inventory_storekeeper", "Administrator")
	erp.insert(
		"Storage Policy", warehouse=stores, item_code="FIXTURE-BOLT", fixed_bin=shelf, removal_strategy="LIFO"
	)
	for doctype, field in (
		("Inventory Reservation", "shortage_policy"),
		("Warehouse", "inventory_storekeeper"),
	):
		make_property_setter(doctype, field, "in_standard_filter", "1", "Check")
	make_property_setter(
		"Warehouse",
		"",
		"field_order",
		json.dumps(["warehouse_name", "inventory_storekeeper", "company"]),
		"Data",
		for_doctype=True,
	)
	policy = frappe.get_doc("Approval Policy", "Inventory Requests")
	policy.conditions[0].value = "5000"
	policy.save(ignore_permissions=True)
	for doctype, title, condition in (
		("Inventory Reservation", "Fixture: short", ["shortage_policy", "=", "Wait"]),
		("Stock Movement", "Fixture: unexplained", ["kind", "in", ["Opening Stock", "Adjustment"]]),
		("Inventory Alert", "Fixture: books", ["alert_type", "=", "Books Discrepancy"]),
	):
		erp.insert(
			"List Filter",
			filter_name=title,
			reference_doctype=doctype,
			filters=json.dumps([[doctype, *condition, False]]),
		)
	erp.insert(
		"Report",
		report_name="Fixture Short Reservations",
		ref_doctype="Inventory Reservation",
		report_type="Report Builder",
		is_standard="No",
		json=json.dumps(
			{
				"filters": [["Inventory Reservation", "shortage_policy", "=", "Wait", False]],
				"columns": [["name", "Inventory Reservation"], ["shortage_policy", "Inventory Reservation"]],
				"sort_by": "Inventory Reservation.shortage_policy",
				"sort_order": "desc",
				"add_totals_row": 0,
			}
		),
	)
	erp.insert(
		"Number Card",
		name="Fixture Reassigned",
		label="Fixture Reassigned",
		type="Document Type",
		document_type="Stock Operation Log",
		function="Count",
		filters_json=json.dumps([["Stock Operation Log", "operation", "=", "Reassign", False]]),
	)
	frappe.db.commit()
