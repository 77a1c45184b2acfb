"""ERPNext rounds the balances of its stock ledger: what only rounding explains opens no alert and stops no order."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase

POUND = {"uom": "Pound", "conversion_factor": 0.454}
GRAM = {"uom": "Gram", "conversion_factor": 0.001}


class TestRoundedBooks(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		saved = frappe.db.get_default("float_precision")
		frappe.db.set_default("float_precision", "3")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_default, "float_precision", saved)
		self.item, self.place = self.make_item(), erp.warehouse()

	def make_item(self, **values: Any) -> str:
		uoms = [POUND, GRAM]
		return erp.item(stock_uom="Kg", uoms=uoms, **values)

	def receive(self, qty: float, **of_row: Any) -> None:
		erp.receipt(self.item, self.place, qty, **{"uom": "Kg", **of_row})

	def deliver_pounds(self, times: int = 12) -> None:
		for _ in range(times):
			erp.delivery_note(self.item, self.place, 1.1, **POUND)
		frappe.db.commit()

	def booked(self) -> float:
		bin_of_item = {"item_code": self.item, "warehouse": self.place}
		return float(frappe.db.get_value("Bin", bin_of_item, "actual_qty"))

	def assert_equals_books(self, qty: float) -> None:
		frappe.db.commit()
		self.assertEqual(self.booked(), qty)
		jobs.reconcile()
		self.assertEqual(self.on_hand(self.item, self.place), qty)
		self.assertEqual(frappe.get_all("Inventory Alert", {"item_code": self.item}, order_by="name"), [])
		answer = verification.verify(site_context())
		self.assertEqual([c for c in answer["book_discrepancies"] if c["item_code"] == self.item], [])
		self.assert_invariants()

	def reserved_for(self, order: Any) -> list[tuple[str, float]]:
		frappe.db.commit()
		rows = frappe.get_all(
			"Inventory Reservation",
			{"demand_name": order.name},
			["status", "waiting_qty"],
			order_by="name",
		)
		return [(row.status, row.waiting_qty) for row in rows]

	def test_deliveries_in_another_unit_leave_the_position_at_the_books(self) -> None:
		self.receive(20)
		self.deliver_pounds()
		self.assertEqual(self.on_hand(self.item, self.place), 14.0116)
		self.assert_equals_books(14.0116)

	def test_an_order_for_all_of_it_waits_for_nothing_and_is_delivered(self) -> None:
		self.receive(20)
		self.deliver_pounds()
		order = erp.sales_order(self.item, self.place, 14.012)
		self.assertEqual(self.reserved_for(order), [("Reserved", 0)])
		jobs.reconcile()
		self.assertEqual(self.reserved_for(order), [("Reserved", 0)])
		erp.delivery_for(order.name)
		self.assertEqual(self.reserved_for(order), [("Consumed", 0)])
		self.assert_equals_books(0)

	def test_an_order_that_waits_for_all_of_it_gets_it(self) -> None:
		site = frappe.get_doc("Inventory Midplatform Settings")
		site.update({"sales_order_policy": "All or Wait"}).save()
		self.addCleanup(lambda: site.reload().update({"sales_order_policy": "Partial"}).save())
		self.receive(20)
		self.deliver_pounds()
		self.assertEqual(self.reserved_for(erp.sales_order(self.item, self.place, 14.012)), [("Reserved", 0)])

	def test_what_rounding_takes_of_reserved_stock_refuses_no_delivery_to_another(self) -> None:
		self.receive(20000.4, **GRAM)
		order = self.order_in_grams(15000.4)
		self.assertEqual(self.reserved_for(order), [("Reserved", 0)])
		erp.delivery_note(self.item, self.place, 5, uom="Kg")
		self.assert_equals_books(15)
		self.assertEqual(self.reserved_for(order), [("Reserved", 0)])

	def test_more_than_rounding_of_reserved_stock_is_refused(self) -> None:
		self.receive(20000.4, **GRAM)
		self.order_in_grams(15000.4)
		frappe.db.commit()
		with self.assertRaisesRegex(frappe.ValidationError, "reserved"):
			erp.delivery_note(self.item, self.place, 5.001, uom="Kg")
		frappe.db.rollback()

	def order_in_grams(self, qty: float) -> Any:
		row = {"item_code": self.item, "warehouse": self.place, "qty": qty, "rate": 1, **GRAM}
		order = erp.insert(
			"Sales Order",
			customer=erp.customer(),
			company=self.company,
			transaction_date=frappe.utils.nowdate(),
			delivery_date=frappe.utils.nowdate(),
			items=[row],
		)
		order.submit()
		return order

	def test_a_repost_that_adds_up_without_rounding_changes_the_position(self) -> None:
		self.receive(20, days_ago=3)
		self.deliver_pounds()
		erp.repost_item(self.item, self.place, 3)
		self.assert_equals_books(self.booked())

	def test_a_bin_that_is_recalculated_changes_the_position(self) -> None:
		self.receive(20)
		self.deliver_pounds()
		frappe.get_last_doc("Bin", {"item_code": self.item}).recalculate_qty()
		self.assert_equals_books(14.012)

	def test_a_cancelled_delivery_in_another_unit(self) -> None:
		self.receive(20)
		self.deliver_pounds(3)
		note = erp.delivery_note(self.item, self.place, 1.1, **POUND)
		self.deliver_pounds(3)
		erp.cancel(note)
		erp.run_queued_reposts()
		self.assert_equals_books(self.booked())

	def test_batches_are_what_their_bundles_say(self) -> None:
		self.item = self.make_item(**erp.BATCHES)
		self.receive(20)
		self.deliver_pounds()
		jobs.reconcile()
		answer = verification.verify(site_context())
		self.assertEqual([c for c in answer["book_discrepancies"] if c["item_code"] == self.item], [])
		self.assert_invariants()
		self.assertEqual(frappe.get_all("Inventory Alert", {"item_code": self.item}, order_by="name"), [])

	def test_a_bin_that_lost_a_delivery_is_still_reported(self) -> None:
		self.receive(20)
		self.deliver_pounds(2)
		at = self.booked()
		frappe.db.sql("UPDATE tabBin SET actual_qty = actual_qty + 5 WHERE item_code = %s", self.item)
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.on_hand(self.item, self.place), at)
		about = {"item_code": self.item, "alert_type": "Books Discrepancy", "status": "Open"}
		self.assertEqual(frappe.db.count("Inventory Alert", about), 1)
		frappe.get_last_doc("Bin", {"item_code": self.item}).recalculate_qty()
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(frappe.db.count("Inventory Alert", about), 0)
