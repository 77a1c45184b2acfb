"""A POS Invoice posts no stock until its shift is closed; what it sold stays reserved until then."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import pos_documents as pos
from inventory_midplatform.tests.site_case import SiteTestCase, switch


class TestPointOfSale(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place, self.client = erp.item(), erp.warehouse(), erp.customer()
		erp.receipt(self.item, self.place, 20, days_ago=1)
		self.profile = pos.profile(self.place)
		self.opening = pos.opening(self.profile)
		frappe.db.commit()

	def sell(self, qty: float, item: str = "", **row: Any) -> Any:
		document = pos.invoice(self.profile, item or self.item, qty, self.client, **row)
		frappe.db.commit()
		return document

	def close(self) -> Any:
		document = pos.closing(self.opening)
		frappe.db.commit()
		document.reload()
		self.assertEqual((document.status, document.error_message or ""), ("Submitted", ""))
		return document

	def reservations_of(self, document: Any) -> list[tuple[str, float, float, float]]:
		"""(status, reserved, waiting, consumed) of each reservation of an invoice."""
		rows = frappe.get_all(
			"Inventory Reservation",
			{"demand_type": "POS Invoice", "demand_name": document.name},
			["status", "reserved_qty", "waiting_qty", "consumed_qty", "demand_line"],
			order_by="name",
		)
		self.assertLessEqual({r.demand_line for r in rows}, {row.name for row in document.items})
		return [(r.status, r.reserved_qty, r.waiting_qty, r.consumed_qty) for r in rows]

	def assert_position(self, on_hand: float, reserved: float, item: str = "") -> None:
		self.assertEqual(
			self.position(item or self.item, self.place),
			{"on_hand": on_hand, "on_hold": 0, "reserved": reserved},
		)

	def open_alerts(self) -> int:
		return int(frappe.db.count("Inventory Alert", {"item_code": self.item, "status": "Open"}))

	def test_two_invoices_are_reserved_consumed_at_closing_and_reserved_again_when_it_is_cancelled(
		self,
	) -> None:
		first, second = self.sell(3), self.sell(4)
		self.assert_position(20, 7)
		self.assertEqual(self.reservations_of(first), [("Reserved", 3, 0, 0)])
		closing = self.close()
		self.assert_position(13, 0)
		self.assertEqual(self.reservations_of(first), [("Consumed", 0, 0, 3)])
		self.assertEqual(self.reservations_of(second), [("Consumed", 0, 0, 4)])
		closing.cancel()
		frappe.db.commit()
		self.assert_position(20, 7)
		self.assertEqual(self.reservations_of(second), [("Reserved", 4, 0, 0)])

	def test_what_was_sold_over_the_counter_leaves_for_nobody_else(self) -> None:
		self.sell(15)
		with self.assertRaises(frappe.ValidationError) as raised:
			erp.delivery_note(self.item, self.place, 6)
		self.assertIn("POS Invoice", str(raised.exception))
		frappe.db.rollback()

	def test_a_cancelled_invoice_releases(self) -> None:
		sold = self.sell(5)
		erp.cancel(sold)
		frappe.db.commit()
		self.assert_position(20, 0)
		self.assertEqual(self.reservations_of(sold), [("Cancelled", 0, 0, 0)])

	def test_what_came_back_is_free_at_once_and_closing_comes_out_right(self) -> None:
		sold = self.sell(10)
		returned = pos.invoice_return(sold.name, 4)
		frappe.db.commit()
		self.assert_position(20, 6)
		erp.cancel(returned)
		frappe.db.commit()
		self.assert_position(20, 10)
		pos.invoice_return(sold.name, 4)
		frappe.db.commit()
		closing = self.close()
		self.assert_position(14, 0)
		self.assertEqual(self.open_alerts(), 0)
		closing.cancel()
		frappe.db.commit()
		self.assert_position(20, 6)

	def test_what_came_back_and_was_reserved_by_others_does_not_stop_the_closing(self) -> None:
		sold = self.sell(20)
		pos.invoice_return(sold.name, 4)
		order = erp.sales_order(self.item, self.place, 4)
		frappe.db.commit()
		self.assert_position(20, 20)
		self.close()
		self.assert_position(4, 4)
		self.assertEqual(self.open_alerts(), 0)
		erp.delivery_for(order.name)
		frappe.db.commit()
		self.assert_position(0, 0)

	def test_a_sale_of_stock_reserved_for_others_is_not_refused_and_neither_is_closing(self) -> None:
		erp.sales_order(self.item, self.place, 15)
		sold = self.sell(8)
		self.assert_position(20, 20)
		self.assertEqual(self.reservations_of(sold), [("Partially Reserved", 5, 3, 0)])
		self.close()
		self.assertEqual(self.reservations_of(sold), [("Consumed", 0, 0, 8)])
		self.assert_position(12, 15)
		self.assertEqual(self.open_alerts(), 1)
		erp.receipt(self.item, self.place, 3)
		frappe.db.commit()
		self.assertEqual(self.open_alerts(), 0)

	def test_erpnext_still_refuses_what_it_refuses(self) -> None:
		self.sell(18)
		with self.assertRaises(frappe.ValidationError):
			pos.invoice(self.profile, self.item, 3, self.client)
		frappe.db.rollback()
		self.assert_position(20, 18)

	def test_a_bundles_parts_are_reserved(self) -> None:
		bundle = erp.item(is_stock_item=0)
		erp.insert("Product Bundle", new_item_code=bundle, items=[{"item_code": self.item, "qty": 2}])
		sold = self.sell(3, bundle)
		self.assert_position(20, 6)
		self.close()
		self.assert_position(14, 0)
		self.assertEqual(self.reservations_of(sold), [("Consumed", 0, 0, 6)])

	def test_a_row_of_a_sales_order_leaves_the_order_to_be_delivered_as_erpnext_does(self) -> None:
		order = erp.sales_order(self.item, self.place, 5, self.client)
		self.sell(5, sales_order=order.name, so_detail=order.items[0].name)
		self.close()
		order.reload()
		self.assertEqual(order.items[0].delivered_qty, 0)
		self.assert_position(15, 5)

	def test_switched_off_a_sale_reserves_nothing_and_switched_on_later_it_does(self) -> None:
		switch(reservation_enabled=0)
		try:
			sold = self.sell(5)
			self.assertEqual(self.reservations_of(sold), [])
		finally:
			switch(reservation_enabled=1)
		for _ in jobs.syncing_pos_invoices():
			pass
		self.assert_position(20, 5)
