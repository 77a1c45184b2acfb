"""Stock on hold in ERPNext's documents: it stays on hold where they repack it, and leaves only by who may unblock it."""

from typing import Any

import frappe
from erpnext.stock.doctype.batch.batch import split_batch

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform


class TestStockOnHold(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform = SitePlatform()
		switch(refuse_stock_on_hold=1)
		self.item, self.place = erp.item(**erp.BATCHES), erp.warehouse()

	def receive_on_hold(self, qty: float, on_hold: float = 0, item: str = "") -> Any:
		item = item or self.item
		bought = erp.purchase_receipt(item, self.place, qty)
		frappe.db.commit()
		self.block(item, on_hold or qty)
		return bought

	def block(self, item: str, qty: float, **more: Any) -> None:
		where = {"item_code": item, "warehouse": self.place, "bin": f"UNPLACED - {self.place}"}
		self.platform.call("stock.block", **where, qty=qty, stock_status="Blocked", **more)

	def batch(self) -> str:
		return str(frappe.get_last_doc("Batch", {"item": self.item}).name)

	def assert_on_hold(self, on_hand: float, on_hold: float) -> None:
		frappe.db.commit()
		found = self.position(self.item, self.place)
		self.assertEqual((found["on_hand"], found["on_hold"]), (on_hand, on_hold))
		self.assert_invariants()

	def test_a_batch_that_is_split_stays_blocked(self) -> None:
		self.receive_on_hold(10)
		old = self.batch()
		new = split_batch(old, self.item, self.place, 4, erp.unique("SPLIT"))
		self.assert_on_hold(10, 10)
		rows = frappe.get_all(
			"Bin Stock",
			{"item_code": self.item, "qty": ("!=", 0)},
			["batch_no", "stock_status", "qty"],
			order_by="qty",
		)
		self.assertEqual(
			[(row.batch_no, row.stock_status, row.qty) for row in rows],
			[(new, "Blocked", 4), (old, "Blocked", 6)],
		)
		erp.cancel(frappe.get_last_doc("Stock Entry", {"purpose": "Repack"}))
		self.assert_on_hold(10, 10)

	def test_of_a_split_batch_as_much_stays_blocked_as_was(self) -> None:
		self.receive_on_hold(10, 3)
		split_batch(self.batch(), self.item, self.place, 8, erp.unique("SPLIT"))
		self.assert_on_hold(10, 3)

	def test_an_item_repacked_into_itself_stays_blocked(self) -> None:
		self.item = erp.item()
		self.receive_on_hold(10)
		self.repack([(4, 1), (0, 3)])
		self.assert_on_hold(10, 10)

	def repack(self, rows: list[tuple[float, float]]) -> Any:
		"""Rows of (out, in)."""
		items = []
		for out, into in rows:
			items += [{"item_code": self.item, "s_warehouse": self.place, "qty": out}] if out else []
			items += (
				[{"item_code": self.item, "t_warehouse": self.place, "qty": into, "basic_rate": erp.PRICE}]
				if into
				else []
			)
		return erp.stock_entry("Repack", items)

	def test_each_serial_number_has_its_status_after_a_repack(self) -> None:
		self.item = erp.item(**erp.SERIALS)
		self.receive_on_hold_serials()
		serials = frappe.get_all("Serial No", {"item_code": self.item}, pluck="name", order_by="name")
		row = {
			"item_code": self.item,
			"qty": 2,
			"use_serial_batch_fields": 1,
			"serial_no": "\n".join(serials),
		}
		erp.stock_entry(
			"Repack",
			[
				{**row, "s_warehouse": self.place},
				{**row, "t_warehouse": self.place, "basic_rate": erp.PRICE},
			],
		)
		frappe.db.commit()
		statuses = frappe.get_all(
			"Serial Location",
			{"item_code": self.item},
			["serial_no", "stock_status"],
			order_by="serial_no",
		)
		self.assertEqual(
			[(s.serial_no, s.stock_status) for s in statuses],
			[(serials[0], "Available"), (serials[1], "Blocked")],
		)

	def receive_on_hold_serials(self) -> None:
		erp.purchase_receipt(self.item, self.place, 2)
		frappe.db.commit()
		last = frappe.get_all("Serial No", {"item_code": self.item}, pluck="name", order_by="name desc")[0]
		self.block(self.item, 1, serial_nos=[last])

	def test_a_delivery_of_blocked_stock_is_refused_to_who_may_not_unblock(self) -> None:
		self.receive_on_hold(10, 7)
		erp.delivery_note(self.item, self.place, 2)
		frappe.db.commit()
		self.as_seller()
		with self.assertRaisesRegex(frappe.ValidationError, f"Blocked in bin UNPLACED - {self.place}"):
			erp.delivery_note(self.item, self.place, 2)
		frappe.db.rollback()
		self.as_supervisor()
		note = erp.delivery_note(self.item, self.place, 2)
		frappe.set_user("Administrator")
		self.assert_on_hold(6, 6)
		about = {"reference_doctype": "Delivery Note", "reference_name": note.name}
		logged = frappe.get_all(
			"Stock Operation Log", about, ["operation", "qty", "from_value"], order_by="name"
		)
		self.assertEqual(
			[(row.operation, row.qty, row.from_value) for row in logged],
			[("Take Stock on Hold", 1, "Blocked")],
		)

	def test_blocked_stock_goes_back_to_the_supplier_by_who_may_unblock(self) -> None:
		bought = self.receive_on_hold(5)
		self.as_seller()
		with self.assertRaisesRegex(frappe.ValidationError, "on hold"):
			erp.purchase_return(bought.name, 5)
		frappe.db.rollback()
		self.as_supervisor()
		erp.purchase_return(bought.name, 5)
		frappe.set_user("Administrator")
		self.assert_on_hold(0, 0)

	def as_seller(self) -> None:
		self.act_as("Sales User", "Stock User", "Purchase User", "Accounts User")

	def as_supervisor(self) -> None:
		self.act_as("Warehouse Supervisor", "Sales User", "Stock User", "Purchase User", "Accounts User")

	def act_as(self, *roles: str) -> None:
		frappe.set_user("Administrator")
		user = erp.user(roles)
		frappe.db.commit()
		frappe.set_user(user)
