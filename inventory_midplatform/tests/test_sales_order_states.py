"""What a Sales Order still demands in each of its states, in reservations and in what can be promised alike."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site.jobs import syncing_documents
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.test_other_demands import DemandCase


class SalesOrderCase(DemandCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = self.stocked(10)

	def order(self, qty: float, **values: Any) -> Any:
		order = erp.sales_order(self.item, self.place, qty, **values)
		frappe.db.commit()
		return order

	def assert_reserved(self, *expected: tuple[Any, float, float]) -> None:
		"""(order, reserved, waiting) now, and still after the nightly sync; nothing else takes from what can be promised."""
		for _ in range(2):
			frappe.db.commit()
			for order, reserved, waiting in expected:
				found = self.reservations_of(order)
				sums = (sum(row[2] for row in found), sum(row[3] for row in found))
				self.assertEqual(sums, (reserved, waiting), order.name)
			promise = self.call("stock.available_to_promise", item_code=self.item, warehouse=self.place)
			undelivered = [
				step["document"]
				for step in promise["projection"]
				if step["document_type"] and not step["waits"]
			]
			self.assertEqual(undelivered, [])
			for _ in syncing_documents():
				pass


class TestSalesOrderOnHold(SalesOrderCase):
	def test_an_order_on_hold_demands_nothing_until_it_is_resumed(self) -> None:
		paused, other = self.order(6), self.order(7)
		self.assert_reserved((paused, 6, 0), (other, 4, 3))
		frappe.get_doc("Sales Order", paused.name).update_status("On Hold")
		self.assert_reserved((paused, 0, 0), (other, 7, 0))
		frappe.get_doc("Sales Order", paused.name).update_status("Draft")
		self.assert_reserved((paused, 3, 3), (other, 7, 0))


class TestSkippedDeliveryNote(SalesOrderCase):
	def test_an_order_billed_without_a_delivery_demands_nothing(self) -> None:
		order = self.order(6, skip_delivery_note=1)
		self.assert_reserved((order, 6, 0))
		invoice = erp.sales_invoice_for(order.name, update_stock=0)
		self.assertEqual(frappe.db.get_value("Sales Order", order.name, "status"), "Completed")
		self.assert_reserved((order, 0, 0))
		erp.delivery_note(self.item, self.place, 10)
		erp.receipt(self.item, self.place, 2)
		erp.cancel(invoice)
		self.assert_reserved((order, 2, 4))

	def test_each_invoice_takes_off_what_it_bills(self) -> None:
		order = self.order(6, skip_delivery_note=1)
		erp.sales_invoice_for(order.name, qty=4, update_stock=0)
		self.assert_reserved((order, 2, 0))
		last = erp.sales_invoice_for(order.name, update_stock=1)
		self.assert_reserved((order, 0, 0))
		self.assertEqual(self.on_hand(self.item, self.place), 8)
		erp.cancel(last)
		self.assert_reserved((order, 2, 0))

	def test_a_reservation_for_a_row_by_its_name_counts_what_was_invoiced(self) -> None:
		order = self.order(6, skip_delivery_note=1)
		erp.sales_invoice_for(order.name, qty=4, update_stock=0)
		of_row = {"demand_type": "Sales Order", "demand_name": order.name, "demand_line": order.items[0].name}
		where = {"item_code": self.item, "warehouse": self.place}
		for reservation in frappe.get_all(
			"Inventory Reservation", {"demand_name": order.name}, pluck="name", order_by="name"
		):
			self.call("reservation.release", name=reservation)
		with self.assertRaises(Conflict) as refused:
			self.call("reservation.reserve", **where, **of_row, qty=3)
		self.assertEqual(refused.exception.code, "more_than_outstanding")
		self.assertEqual(self.call("reservation.reserve", **where, **of_row, qty=2)["reserved_qty"], 2)

	def test_a_bundles_parts_are_settled_in_its_proportion(self) -> None:
		bundle = erp.item(is_stock_item=0)
		erp.insert("Product Bundle", new_item_code=bundle, items=[{"item_code": self.item, "qty": 3}])
		order = erp.sales_order(bundle, self.place, 3, skip_delivery_note=1)
		frappe.db.commit()
		self.assert_reserved((order, 9, 0))
		first = erp.sales_invoice_for(order.name, qty=1, update_stock=0)
		self.assert_reserved((order, 6, 0))
		erp.sales_invoice_for(order.name, update_stock=0)
		self.assert_reserved((order, 0, 0))
		erp.cancel(first)
		self.assert_reserved((order, 3, 0))

	def test_a_credit_note_counts_where_erpnext_counts_it(self) -> None:
		for box, demanded in ((0, 0), (1, 6)):
			order = self.order(6, skip_delivery_note=1)
			invoice = erp.sales_invoice_for(order.name, update_stock=0)
			erp.invoice_return(invoice.name, 6, update_stock=0, update_billed_amount_in_sales_order=box)
			self.assert_reserved((order, demanded, 0))

	def test_an_order_that_is_delivered_is_not_settled_by_its_invoice(self) -> None:
		order = self.order(6)
		erp.sales_invoice_for(order.name, update_stock=0)
		self.assert_reserved((order, 6, 0))
		erp.delivery_for(order.name)
		self.assert_reserved((order, 0, 0))


class TestSalesReturns(SalesOrderCase):
	SETTING = "dont_reserve_sales_order_qty_on_sales_return"

	def returns_are_demanded_again(self, again: bool) -> None:
		frappe.db.set_single_value("Selling Settings", self.SETTING, int(not again))
		frappe.clear_document_cache("Selling Settings", "Selling Settings")
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		self.returns_are_demanded_again(True)
		super().tearDown()

	def test_what_came_back_goes_to_the_next_order_where_the_setting_says_so(self) -> None:
		self.returns_are_demanded_again(False)
		first = self.order(10)
		note = erp.delivery_for(first.name)
		erp.delivery_return(note.name, 10)
		self.assertEqual(frappe.db.get_value("Sales Order Item", first.items[0].name, "returned_qty"), 10)
		self.assert_reserved((first, 0, 0))
		second = self.order(10)
		self.assert_reserved((first, 0, 0), (second, 10, 0))

	def test_what_came_back_is_demanded_again_otherwise(self) -> None:
		first = self.order(10)
		erp.delivery_return(erp.delivery_for(first.name).name, 10)
		second = self.order(10)
		self.assert_reserved((first, 10, 0), (second, 0, 10))

	def test_a_part_that_came_back_and_its_cancellation(self) -> None:
		self.returns_are_demanded_again(False)
		first = self.order(10)
		returned = erp.delivery_return(erp.delivery_for(first.name, 6).name, 5)
		self.assert_reserved((first, 4, 0))
		second = self.order(5)
		self.assert_reserved((first, 4, 0), (second, 5, 0))
		with self.assertRaises(frappe.ValidationError) as refused:
			erp.cancel(returned)
		self.assertIn(second.name, str(refused.exception))
		frappe.db.rollback()
		erp.cancel(frappe.get_doc("Sales Order", second.name))
		erp.cancel(frappe.get_doc("Delivery Note", returned.name))
		self.assert_reserved((first, 4, 0), (second, 0, 0))

	def test_a_cancelled_return_takes_what_was_reserved_again_for_its_order(self) -> None:
		first = self.order(10)
		returned = erp.delivery_return(erp.delivery_for(first.name).name, 10)
		self.assert_reserved((first, 10, 0))
		erp.cancel(returned)
		self.assert_reserved((first, 0, 0))
		self.assertEqual(self.on_hand(self.item, self.place), 0)

	def test_an_invoice_that_moves_stock_returns_like_a_delivery(self) -> None:
		self.returns_are_demanded_again(False)
		order = self.order(10)
		erp.invoice_return(erp.sales_invoice_for(order.name).name, 10)
		self.assert_reserved((order, 0, 0))


class TestDroppedShipment(SalesOrderCase):
	def test_what_a_supplier_delivers_is_not_demanded_from_stock(self) -> None:
		row = {"item_code": self.item, "warehouse": self.place, "qty": 4, "rate": 5}
		order = self.order(
			1, items=[{**row, "delivered_by_supplier": 1, "supplier": erp.supplier()}, {**row, "qty": 3}]
		)
		self.assert_reserved((order, 3, 0))


class TestRefusedDelivery(SalesOrderCase):
	def test_where_stock_may_be_negative_it_says_what_is_reserved_and_what_is_not_there(self) -> None:
		self.item = erp.item(allow_negative_stock=1)
		erp.receipt(self.item, self.place, 10)
		order = self.order(10)
		with self.assertRaises(frappe.ValidationError) as refused:
			erp.delivery_note(self.item, self.place, 75)
		sentence = str(refused.exception)
		self.assertIn(f"take 10 that is reserved for Sales Order {order.name} (10)", sentence)
		self.assertIn("65 more that is not there", sentence)
