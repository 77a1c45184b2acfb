"""Documents of ERPNext that bring something in: transfers and returns as ERPNext makes them, and its own checks of them."""

from typing import Any

import frappe
from frappe.desk.notifications import get_open_count

from inventory_midplatform.adapters.site.permissions import extend_bootinfo
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.inventory_midplatform.report.supplier_performance import supplier_performance
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform


class TestInboundSources(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform = SitePlatform()
		self.platform.settings(inbound=True)
		self.addCleanup(self.platform.settings, inbound=False)
		self.item, self.place = erp.item(), erp.warehouse()
		erp.receipt(self.item, self.place, 100)
		frappe.db.commit()

	def call(self, operation: str, **arguments: Any) -> Any:
		return self.platform.call(f"inbound.{operation}", **arguments)

	def received(self, document: str) -> Any:
		"""Receive all of the one task of a document; returns the document that it was received by."""
		frappe.db.commit()
		(task,) = self.call("list_tasks", search=document)["tasks"]
		data = self.call("arrive", name=task["name"])["data"]
		for line in data["lines"]:
			self.call("receive", name=data["name"], line=line["line"], qty=line["expected_qty"])
		data = self.call("finish_receiving", name=data["name"])["data"]
		self.assertEqual(self.connected(data["source_type"], document), 1)
		return frappe.get_doc(data["receipt_doctype"], data["receipt_document"])

	def connected(self, doctype: str, name: str) -> int:
		"""Return how many Inbound Orders the form of a document shows."""
		found = get_open_count(doctype, name)["count"]["external_links_found"]
		return sum(link["count"] for link in found if link["doctype"] == "Inbound Order")

	def test_a_return_in_another_unit_of_an_order(self) -> None:
		item = erp.item(uoms=[{"uom": "Box", "conversion_factor": 12}])
		erp.receipt(item, self.place, 100)
		order = erp.sales_order(
			item,
			self.place,
			2,
			items=[
				{
					"item_code": item,
					"warehouse": self.place,
					"qty": 2,
					"uom": "Box",
					"conversion_factor": 12,
					"rate": 20,
				}
			],
		)
		note = erp.delivery_for(order.name)
		frappe.db.commit()
		self.call("expect_return", delivery_note=note.name, items=[{"item_code": item, "qty": 12}])
		back = self.received(note.name)
		self.assertEqual((back.docstatus, back.is_return, back.return_against), (1, 1, note.name))
		(row,) = back.items
		self.assertEqual((row.qty, row.stock_qty, row.dn_detail), (-1, -12, note.items[0].name))
		self.assertEqual(self.position(item, self.place)["on_hand"], 88)
		self.assertEqual(self.position(item, self.place)["on_hold"], 12)
		order.reload()
		self.assertEqual((order.items[0].delivered_qty, order.items[0].returned_qty), (1, 1))
		note.reload()
		self.assertEqual(note.per_returned, 50)

	def test_a_product_bundle_is_returned_in_erpnext_and_inspected_part_by_part(self) -> None:
		bundle = erp.item(is_stock_item=0)
		erp.insert("Product Bundle", new_item_code=bundle, items=[{"item_code": self.item, "qty": 2}])
		note = erp.delivery_for(erp.sales_order(bundle, self.place, 3).name)
		frappe.db.commit()
		with self.assertRaises(InventoryError) as refused:
			self.call("expect_return", delivery_note=note.name, items=[{"item_code": self.item, "qty": 1}])
		self.assertEqual(refused.exception.code, "not_to_return")
		back = erp.delivery_return(note.name, 1)
		frappe.db.commit()
		(task,) = self.call("list_tasks", search=note.name)["tasks"]
		self.assertEqual((task["state"], task["expected_qty"]), ("To Inspect", 2))
		self.assertEqual(self.position(self.item, self.place)["on_hold"], 2)
		erp.cancel(back)
		frappe.db.commit()
		self.assertEqual(self.call("get", name=task["name"])["state"], "Cancelled")
		self.assertEqual(self.position(self.item, self.place)["on_hold"], 0)

	def test_a_transfer_ends_as_erpnext_counts_it(self) -> None:
		transit, to = erp.warehouse(), erp.warehouse()
		row = {"item_code": self.item, "qty": 6, "warehouse": to, "from_warehouse": self.place}
		request = erp.material_request("Material Transfer", [row])
		entry = erp.entry_for_request(request.name, t_warehouse=transit)
		entry.add_to_transit = 1
		sent = erp.submit(entry)
		receipt = self.received(sent.name)
		self.assertEqual((receipt.purpose, receipt.outgoing_stock_entry), ("Material Transfer", sent.name))
		self.assertEqual((receipt.items[0].s_warehouse, receipt.items[0].t_warehouse), (transit, to))
		sent.reload()
		self.assertEqual(sent.per_transferred, 100)
		self.assertEqual((self.on_hand(self.item, transit), self.on_hand(self.item, to)), (0, 6))

	def test_a_transfer_without_a_request_is_put_away_once_it_was_received(self) -> None:
		transit, to = erp.warehouse(), erp.warehouse()
		sent, _ = erp.transfer_by_transit(self.item, self.place, transit, to, 4)
		frappe.db.commit()
		(task,) = self.call("list_tasks", search=sent.name)["tasks"]
		self.assertEqual((task["state"], task["warehouse"]), ("To Put Away", to))

	def subcontracted(self, qty: int) -> tuple[Any, str, str]:
		"""Submit a Subcontracting Order; return it, its product and the material, which is at the supplier."""
		from erpnext.buying.doctype.purchase_order.purchase_order import make_subcontracting_order

		material, product, service = erp.item(), erp.item(is_sub_contracted_item=1), erp.item(is_stock_item=0)
		erp.bom(product, material, 2)
		at_supplier = erp.warehouse()
		erp.receipt(material, at_supplier, 100)
		row = {"item_code": service, "qty": qty, "rate": 5, "fg_item": product, "fg_item_qty": qty}
		purchase = erp.submit(
			frappe.get_doc(
				{
					"doctype": "Purchase Order",
					"supplier": erp.supplier(),
					"company": erp.company(),
					"is_subcontracted": 1,
					"supplier_warehouse": at_supplier,
					"schedule_date": frappe.utils.nowdate(),
					"items": [{**row, "warehouse": self.place}],
				}
			)
		)
		order = make_subcontracting_order(purchase.name)
		order.supplier_warehouse = at_supplier
		for item in order.items:
			item.warehouse = self.place
		order = erp.submit(order)
		frappe.db.commit()
		self.assertEqual(self.call("list_tasks", search=purchase.name)["tasks"], [], "a service is no task")
		return order, product, material

	def test_a_subcontracting_order(self) -> None:
		order, product, material = self.subcontracted(10)
		receipt = self.received(order.name)
		self.assertEqual((receipt.doctype, receipt.docstatus), ("Subcontracting Receipt", 1))
		self.assertEqual(self.position(product, self.place), {"on_hand": 10, "on_hold": 0, "reserved": 0})
		self.assertEqual(self.on_hand(material, order.supplier_warehouse), 80)
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		self.assertEqual((task["state"], task["supplier"]), ("To Put Away", order.supplier))
		shelf = erp.insert("Warehouse Bin", bin_code=erp.unique("B"), warehouse=self.place).name
		frappe.db.commit()
		line = self.call("get", name=task["name"])["lines"][0]["line"]
		for put_away in (0, 4):
			with self.subTest(put_away=put_away):
				if put_away:
					data = self.call("finish_receiving", name=task["name"])["data"]
					self.call("put_away", name=task["name"], line=line, bin=shelf, qty=put_away)
					receipt = frappe.get_doc("Subcontracting Receipt", data["receipt_document"])
				erp.cancel(receipt)
				frappe.db.commit()
				self.assertEqual(self.call("get", name=task["name"])["state"], "To Receive")
				self.assertEqual(self.on_hand(product, self.place), 0)
				self.assertEqual(self.on_hand(material, order.supplier_warehouse), 100)

	def test_a_subcontracting_order_that_ends_is_not_expected_any_more(self) -> None:
		for step in ("", "arrive", "receive"):
			for end in ("close", "cancel"):
				with self.subTest(after=step, end=end):
					order, _, _ = self.subcontracted(4)
					(task,) = self.call("list_tasks", search=order.name)["tasks"]
					if step:
						data = self.call("arrive", name=task["name"])["data"]
					if step == "receive":
						self.call("receive", name=task["name"], line=data["lines"][0]["line"], qty=3)
					order.reload()
					if end == "close":
						order.update_status("Closed")
					else:
						erp.cancel(order)
					frappe.db.commit()
					data = self.call("get", name=task["name"])
					self.assertEqual((data["state"], data["received"]), ("Cancelled", []))
					if end == "close":
						order.reload()
						order.update_status()
						frappe.db.commit()
						(again,) = self.call("list_tasks", search=order.name)["tasks"]
						self.assertEqual(again["expected_qty"], 4)

	def test_a_subcontracting_receipt_that_was_typed(self) -> None:
		from erpnext.subcontracting.doctype.subcontracting_order.subcontracting_order import (
			make_subcontracting_receipt,
		)

		order, product, _ = self.subcontracted(10)
		receipt = make_subcontracting_receipt(order.name)
		receipt.items[0].qty = 6
		erp.submit(receipt)
		frappe.db.commit()
		tasks = self.call("list_tasks", search=order.name)["tasks"]
		self.assertEqual(
			sorted((t["state"], t["expected_qty"]) for t in tasks), [("Expected", 4), ("To Put Away", 6)]
		)
		self.assertEqual(self.on_hand(product, self.place), 6)

	# Work Orders

	def made(self, qty: int, bom: dict[str, Any] | None = None, product: str = "", **values: Any) -> Any:
		"""Submit a Work Order for ``self.place``; sets its product and where its material is transferred to."""
		self.platform.settings(inbound_work_orders=True)
		self.addCleanup(self.platform.settings, inbound_work_orders=False)
		self.product, self.in_progress = product or erp.item(), erp.warehouse()
		name = erp.bom(self.product, self.item, 2, **(bom or {}))
		order = erp.work_order(self.product, name, self.place, self.in_progress, qty, **values)
		frappe.db.commit()
		return order

	def test_a_work_order_whose_material_was_transferred(self) -> None:
		order = self.made(10)
		erp.work_order_entry(order.name, "Material Transfer for Manufacture", 10)
		entry = self.received(order.name)
		self.assertEqual((entry.purpose, entry.work_order, entry.docstatus), ("Manufacture", order.name, 1))
		self.assertEqual((entry.fg_completed_qty, entry.process_loss_qty), (10, 0))
		(finished,) = (row for row in entry.items if row.is_finished_item)
		self.assertEqual((finished.t_warehouse, finished.transfer_qty), (self.place, 10))
		self.assertEqual(finished.valuation_rate, 2 * entry.items[0].valuation_rate)
		self.assertEqual(
			(self.on_hand(self.item, self.in_progress), self.on_hand(self.item, self.place)), (0, 80)
		)
		self.assertEqual(self.position(self.product, self.place)["on_hand"], 10)
		order.reload()
		self.assertEqual((order.status, order.produced_qty), ("Completed", 10))
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		erp.cancel(entry)
		frappe.db.commit()
		self.assertEqual(self.call("get", name=task["name"])["state"], "To Receive")
		self.assertEqual(
			(self.on_hand(self.item, self.in_progress), self.on_hand(self.product, self.place)), (20, 0)
		)

	def test_an_entry_of_a_work_order_that_was_typed_in_erpnext(self) -> None:
		order = self.made(10, skip_transfer=1)
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		erp.work_order_entry(order.name, "Manufacture", 4)
		frappe.db.commit()
		tasks = self.call("list_tasks", search=order.name)["tasks"]
		self.assertEqual(
			sorted((t["state"], t["expected_qty"]) for t in tasks), [("Expected", 6), ("To Put Away", 4)]
		)
		self.assertEqual(self.call("get", name=task["name"])["is_typed"], True)
		erp.work_order_entry(order.name, "Manufacture", 6)
		frappe.db.commit()
		tasks = self.call("list_tasks", search=order.name)["tasks"]
		self.assertEqual(
			sorted((t["state"], t["expected_qty"]) for t in tasks), [("To Put Away", 4), ("To Put Away", 6)]
		)
		self.assertEqual(self.connected("Work Order", order.name), 2, "neither was cancelled and made again")

	def test_scrap_comes_with_the_entry(self) -> None:
		scrap, yard = erp.item(), erp.warehouse()
		rows = [{"item_code": scrap, "stock_qty": 0.5, "stock_uom": "Nos", "rate": 1}]
		order = self.made(10, {"scrap_items": rows}, skip_transfer=1, scrap_warehouse=yard)
		entry = self.received(order.name)
		self.assertEqual([row.item_code for row in entry.items if row.is_scrap_item], [scrap])
		self.assertEqual(self.on_hand(scrap, yard), 5)
		self.assertEqual(self.on_hand(self.product, self.place), 10)

	def test_more_is_made_than_ordered_within_erpnexts_allowance(self) -> None:
		settings = ("Manufacturing Settings", "overproduction_percentage_for_work_order")
		saved = frappe.db.get_single_value(*settings)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_single_value, *settings, saved)
		frappe.db.set_single_value(*settings, 20)
		order = self.made(10, skip_transfer=1)
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		line = self.call("arrive", name=task["name"])["data"]["lines"][0]["line"]
		with self.assertRaises(InventoryError) as refused:
			self.call("receive", name=task["name"], line=line, qty=13)
		self.assertEqual((refused.exception.code, refused.exception.details["left"]), ("over_receipt", "12"))
		self.call("receive", name=task["name"], line=line, qty=12)
		self.call("finish_receiving", name=task["name"])
		order.reload()
		self.assertEqual((order.status, order.produced_qty), ("Completed", 12))
		self.assertEqual(self.on_hand(self.item, self.place), 100 - 24)

	def test_serial_numbers_that_erpnext_made_with_the_order(self) -> None:
		settings = ("Manufacturing Settings", "make_serial_no_batch_from_work_order")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_single_value, *settings, 0)
		frappe.db.set_single_value(*settings, 1)
		product = erp.item(has_serial_no=1, serial_no_series=f"{erp.unique('SN')}-.####")
		order = self.made(3, product=product, skip_transfer=1)
		made = frappe.get_all("Serial No", {"work_order": order.name}, pluck="name", order_by="name")
		self.assertEqual(len(made), 3)
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		line = self.call("arrive", name=task["name"])["data"]["lines"][0]["line"]
		self.call("receive", name=task["name"], line=line, qty=2, serial_nos=made[1:])
		data = self.call("finish_receiving", name=task["name"])["data"]
		here = {"item_code": product, "warehouse": self.place}
		in_stock = frappe.get_all("Serial No", here, pluck="name", order_by="name")
		self.assertEqual(in_stock, made[1:])
		bundle = frappe.get_doc("Serial and Batch Bundle", {"item_code": product})
		self.assertEqual((bundle.voucher_no, bundle.docstatus), (data["receipt_document"], 1))
		self.assertEqual(frappe.db.count("Serial and Batch Bundle", {"item_code": product}), 1)

	def test_batches_that_erpnext_made_with_the_order(self) -> None:
		settings = ("Manufacturing Settings", "make_serial_no_batch_from_work_order")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_single_value, *settings, 0)
		frappe.db.set_single_value(*settings, 1)
		series = f"{erp.unique('BA')}-.####"
		product = erp.item(has_batch_no=1, create_new_batch=1, batch_number_series=series)
		order = self.made(10, product=product, skip_transfer=1, batch_size=5)
		batches = frappe.get_all("Batch", {"reference_name": order.name}, pluck="name", order_by="name")
		self.assertEqual(len(batches), 2)
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		line = self.call("arrive", name=task["name"])["data"]["lines"][0]["line"]
		for batch, qty in zip(batches, (5, 3), strict=True):
			self.call("receive", name=task["name"], line=line, qty=qty, batch_no=batch)
		data = self.call("finish_receiving", name=task["name"])["data"]
		entry = frappe.get_doc(data["receipt_doctype"], data["receipt_document"])
		(finished,) = (row for row in entry.items if row.is_finished_item)
		bundle = frappe.get_doc("Serial and Batch Bundle", finished.serial_and_batch_bundle)
		self.assertEqual(
			[(e.batch_no, e.qty) for e in bundle.entries], list(zip(batches, (5, 3), strict=True))
		)
		self.assertEqual(frappe.db.count("Serial and Batch Bundle", {"item_code": product}), 1)

	def test_the_loss_that_job_cards_say_is_erpnexts(self) -> None:
		order = self.made(10, skip_transfer=1)
		of_order = {"parent": order.name, "parenttype": order.doctype, "parentfield": "operations"}
		done = {"operation": "Sawing", "completed_qty": 8, "process_loss_qty": 2}
		frappe.get_doc({"doctype": "Work Order Operation", **of_order, **done}).db_insert()
		frappe.db.commit()
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		line = self.call("arrive", name=task["name"])["data"]["lines"][0]["line"]
		self.call("receive", name=task["name"], line=line, qty=8)
		self.call("finish_receiving", name=task["name"])
		order.reload()
		self.assertEqual((order.status, order.produced_qty, order.process_loss_qty), ("Completed", 8, 2))
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		self.assertEqual(task["state"], "To Put Away")

	def test_a_bill_of_materials_says_that_what_is_made_is_inspected(self) -> None:
		order = self.made(10, {"inspection_required": 1}, skip_transfer=1)
		entry = self.received(order.name)
		self.assertEqual((entry.inspection_required, entry.docstatus), (1, 1))
		(task,) = self.call("list_tasks", search=order.name)["tasks"]
		self.assertEqual(task["state"], "To Inspect")
		self.assertEqual(
			self.position(self.product, self.place), {"on_hand": 10, "on_hold": 10, "reserved": 0}
		)

	def test_an_ordinary_receipt_of_an_inspected_item_is_not_on_hold(self) -> None:
		item = erp.item(inspection_required_before_purchase=1)
		erp.receipt(item, self.place, 3)
		self.assertEqual(self.position(item, self.place), {"on_hand": 3, "on_hold": 0, "reserved": 0})

	def test_the_desk_knows_whether_inbound_orders_are_made(self) -> None:
		boot = frappe._dict()
		extend_bootinfo(boot)
		self.assertTrue(boot.inventory_inbound)

	def test_the_report_shows_percent(self) -> None:
		supplier = erp.supplier()
		frappe.db.commit()
		with self.platform.context() as ctx:
			order = ctx.books.purchase(supplier, [PostingLine(self.item, self.place, D(5), D(10))])
		self.received(order)
		columns, rows, message = supplier_performance.execute({"supplier": supplier})
		self.assertEqual(
			[(r["supplier"], r["receipts"], r["in_full_share"]) for r in rows], [(supplier, 1, 100)]
		)
		self.assertEqual({c["fieldname"] for c in columns}, set(rows[0]))
		self.assertIsNone(message)
