"""What no event tells of, or what a failed document leaves: the ledger comes out true all the same."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from inventory_midplatform.adapters.site import jobs, vouchers
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform


class TestUnseenChanges(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = erp.item(), erp.warehouse()
		erp.receipt(self.item, self.place, 10)
		frappe.db.commit()

	def change_books(self, qty: float) -> None:
		SitePlatform().change_books(self.item, self.place, qty)

	def change_bin(self, qty: float) -> None:
		frappe.db.sql("UPDATE tabBin SET actual_qty = %s WHERE item_code = %s", (qty, self.item))
		frappe.db.commit()

	def alerts(self, kind: str) -> int:
		return frappe.db.count(
			"Inventory Alert", {"item_code": self.item, "alert_type": kind, "status": "Open"}
		)

	def book_discrepancies(self) -> list[tuple[str, float, float]]:
		"""What the books say against themselves of the item, while every invariant holds."""
		answer = verification.verify(site_context())
		self.assertTrue(answer["ok"])
		found = [c for c in answer["book_discrepancies"] if c["item_code"] == self.item]
		return [(c["invariant"], c["expected"], c["found"]) for c in found]

	def test_books_changed_by_sql_are_reconciled_at_night_with_an_alert(self) -> None:
		self.change_books(7)
		jobs.reconcile()
		self.assertEqual(self.on_hand(self.item, self.place), 7)
		self.assertEqual(self.alerts("Adjustment"), 1)
		adjusted = {"item_code": self.item, "kind": "Adjustment"}
		self.assertEqual(frappe.get_all("Stock Movement", adjusted, pluck="qty", order_by="name"), [-3])
		jobs.reconcile()
		self.assertEqual(frappe.db.count("Stock Movement", adjusted), 1, "adjusted twice")
		self.change_books(10)
		jobs.reconcile()
		self.assertEqual(self.on_hand(self.item, self.place), 10)
		self.assertEqual(self.alerts("Adjustment"), 1, "one open alert of a kind is enough")

	def test_an_attempt_that_was_rolled_back_to_a_savepoint_is_not_settled_with_the_next(self) -> None:
		"""Whoever goes on after it: the next document of the kind gets the number of the one that failed."""
		platform = SitePlatform()
		shelf = platform.make_bin(self.place)
		unplaced = f"UNPLACED - {self.place}"
		about = {"item_code": self.item, "warehouse": self.place}
		platform.call("stock.move", **about, from_bin=unplaced, to_bin=shelf, qty=10)
		order = erp.sales_order(self.item, self.place, 4)
		frappe.db.commit()
		frappe.db.savepoint("attempt")
		frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", frappe.utils.nowdate())
		with self.assertRaisesRegex(frappe.ValidationError, "frozen|before"):
			erp.delivery_for(order.name)  # the stock ledger has it, the general ledger takes nothing of today
		frappe.db.rollback(save_point="attempt")
		erp.delivery_for(order.name)
		frappe.db.commit()
		lies = frappe.get_all(
			"Bin Stock", {"item_code": self.item, "qty": ("!=", 0)}, ["bin", "qty"], order_by="bin"
		)
		self.assertEqual([(row.bin, row.qty) for row in lies], [(shelf, 6)])
		kinds = frappe.get_all("Stock Movement", {"item_code": self.item}, pluck="kind", order_by="name")
		self.assertNotIn("Adjustment", kinds)

	def test_books_below_what_is_reserved_alert_and_stock_closes_the_alert(self) -> None:
		order = erp.sales_order(self.item, self.place, 8)
		frappe.db.commit()
		self.change_books(5)
		jobs.reconcile()
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 5, "on_hold": 0, "reserved": 8})
		self.assertEqual(self.alerts("Books Below Reserved"), 1)
		self.change_books(10)
		jobs.reconcile()
		self.assertEqual(self.alerts("Books Below Reserved"), 0)
		self.assertEqual(self.position(self.item, self.place)["reserved"], 8)
		erp.cancel(order)

	def test_a_bin_that_differs_from_its_ledger_is_reported_and_not_used(self) -> None:
		self.change_bin(7)
		for _ in range(2):
			jobs.reconcile()
			self.assertEqual(self.on_hand(self.item, self.place), 10)
			self.assertEqual(self.alerts("Adjustment"), 0)
			self.assertEqual(self.alerts("Books Discrepancy"), 1)
		self.assertEqual(self.book_discrepancies(), [("bin_against_ledger", 10, 7)])
		# what the alert says to do
		frappe.get_last_doc("Bin", {"item_code": self.item}).recalculate_qty()
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.alerts("Books Discrepancy"), 0)
		self.assertEqual(self.on_hand(self.item, self.place), 10)

	def test_serial_numbers_that_differ_from_the_bin_are_reported(self) -> None:
		self.item = erp.item(**erp.SERIALS)
		erp.receipt(self.item, self.place, 3)
		self.change_books(4)
		jobs.reconcile()
		self.assertEqual(self.on_hand(self.item, self.place), 4)
		self.assertEqual(self.alerts("Books Discrepancy"), 1)
		self.assertEqual(self.book_discrepancies(), [("serials_against_bin", 4, 3)])
		self.change_books(3)
		jobs.reconcile()
		self.assertEqual(self.alerts("Books Discrepancy"), 0)

	def test_a_ledger_changed_by_sql_alerts_and_mended_the_alert_is_closed(self) -> None:
		self.change_bin_stock(-2)
		jobs.reconcile()
		self.assertEqual(self.alerts("Ledger Check"), 1)
		jobs.reconcile()
		self.assertEqual(self.alerts("Ledger Check"), 1)
		# what was found is told in the reader's language
		message = frappe.get_last_doc("Inventory Alert", {"item_code": self.item}).message
		self.assertNotEqual(frappe._(message, "zh"), message)
		self.change_bin_stock(2)
		jobs.reconcile()
		self.assertEqual(self.alerts("Ledger Check"), 0)

	def test_what_has_expired_is_on_hold_by_the_morning(self) -> None:
		switch(block_expired_batches=1)
		self.addCleanup(lambda: switch(block_expired_batches=0))
		self.item = erp.item(**erp.BATCHES)
		erp.receipt(self.item, self.place, 3)
		frappe.db.set_value("Batch", {"item": self.item}, "expiry_date", "2020-02-29")
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 3, "on_hold": 3, "reserved": 0})
		jobs.reconcile()
		self.assertEqual(self.position(self.item, self.place)["on_hold"], 3)

	def test_expired_stock_that_cannot_go_on_hold_stops_nothing_else_of_the_night(self) -> None:
		switch(block_expired_batches=1)
		self.addCleanup(lambda: switch(block_expired_batches=0))
		# in the order of their names
		torn = erp.item(item_code=erp.unique("A-TORN"), **erp.BATCHES, **erp.SERIALS)
		whole = erp.item(item_code=erp.unique("B-WHOLE"), **erp.BATCHES)
		for item in (torn, whole):
			erp.receipt(item, self.place, 3)
			frappe.db.set_value("Batch", {"item": item}, "expiry_date", "2020-02-29")
		serial = frappe.get_last_doc("Serial Location", {"item_code": torn}).name
		frappe.db.set_value("Serial Location", serial, "stock_status", "Damaged")
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.position(whole, self.place)["on_hold"], 3)
		self.assertEqual(self.position(torn, self.place)["on_hold"], 0)
		self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", f"%{torn}%")}))
		frappe.db.set_value("Serial Location", serial, "stock_status", "Available")
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.position(torn, self.place)["on_hold"], 3)

	def test_one_busy_item_does_not_end_the_night(self) -> None:
		others = erp.item()
		erp.receipt(others, self.place, 10)
		erp.sales_order(self.item, self.place, 1)
		order = erp.sales_order(others, self.place, 1)
		frappe.db.commit()
		frappe.db.sql("UPDATE `tabSales Order Item` SET delivered_qty = 1 WHERE parent = %s", order.name)
		self.change_bin_stock(-2)
		with self.locked_elsewhere("SELECT name FROM `tabStock Position` WHERE item_code = %s FOR UPDATE"):
			jobs.reconcile()
		self.assertEqual(self.position(others, self.place)["reserved"], 0)
		self.assertEqual(self.alerts("Ledger Check"), 1, "the invariants were not checked")
		self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", "%was not synced")}))
		self.change_bin_stock(2)
		jobs.reconcile()

	@contextmanager
	def locked_elsewhere(self, sql: str) -> Iterator[None]:
		"""Another transaction holds what this finds of the item."""
		other = frappe.db.create_connection()
		try:
			other.cursor().execute(sql, (self.item,))
			yield
		finally:
			other.close()

	def change_bin_stock(self, qty: float) -> None:
		frappe.db.sql("UPDATE `tabBin Stock` SET qty = qty + %s WHERE item_code = %s", (qty, self.item))
		frappe.db.commit()

	def test_an_order_delivered_without_the_ledger_releases_what_is_no_longer_outstanding(self) -> None:
		order = erp.sales_order(self.item, self.place, 8)
		frappe.db.commit()
		frappe.db.sql("UPDATE `tabSales Order Item` SET delivered_qty = 6 WHERE parent = %s", order.name)
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.position(self.item, self.place)["reserved"], 2)

	def test_deleted_books_change_the_positions(self) -> None:
		frappe.db.delete("Bin", {"item_code": self.item})
		frappe.db.commit()
		jobs.reconcile()
		self.assertEqual(self.on_hand(self.item, self.place), 0)

	def test_a_document_that_failed_inside_a_savepoint_leaves_nothing(self) -> None:
		frappe.db.savepoint("attempt")
		entry = frappe.get_doc(
			{
				"doctype": "Stock Entry",
				"purpose": "Material Issue",
				"stock_entry_type": "Material Issue",
				"company": self.company,
				"items": [{"item_code": self.item, "s_warehouse": self.place, "qty": 3, "uom": "Nos"}],
			}
		).insert()
		entry.update_stock_ledger = _fails_after(entry.update_stock_ledger)
		with self.assertRaises(RuntimeError):
			entry.submit()
		frappe.db.rollback(save_point="attempt")
		vouchers.settle_unclaimed()
		frappe.db.commit()
		self.assertEqual(frappe.db.count("Stock Movement", {"voucher_no": entry.name}), 0)
		self.assertEqual(self.on_hand(self.item, self.place), 10)

	def test_a_returned_order_is_reserved_again(self) -> None:
		order = erp.sales_order(self.item, self.place, 10)
		note = erp.delivery_for(order.name)
		self.assertEqual(self.position(self.item, self.place)["reserved"], 0)
		erp.delivery_return(note.name, 10)
		frappe.db.commit()
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 10, "on_hold": 0, "reserved": 10})

	def test_a_delivery_cancelled_after_its_return_is_reserved_again_in_full(self) -> None:
		order = erp.sales_order(self.item, self.place, 10)
		note = erp.delivery_for(order.name, 6)
		erp.cancel(erp.delivery_return(note.name, 2))
		erp.cancel(note)
		frappe.db.commit()
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 10, "on_hold": 0, "reserved": 10})

	def test_an_order_closed_while_the_ledger_was_off_gives_its_stock_back(self) -> None:
		order = erp.sales_order(self.item, self.place, 10)
		switch(ledger_enabled=0, reservation_enabled=0, replenishment_enabled=0)
		order.reload()
		order.update_status("Closed")
		switch(ledger_enabled=1, reservation_enabled=1, replenishment_enabled=1)
		self.assertEqual(self.position(self.item, self.place)["reserved"], 10)
		jobs.reconcile()
		self.assertEqual(self.position(self.item, self.place)["reserved"], 0)


class TestOrdersAtOnce(SiteTestCase):
	def test_an_order_does_not_wait_for_one_of_other_items(self) -> None:
		"""The first is submitted and not committed while the second is, in a transaction of its own."""
		place = erp.warehouse()
		drafts = []
		for _ in range(2):
			item = erp.item()
			erp.receipt(item, place, 10)
			drafts.append(self.draft(item, place))
		frappe.db.commit()
		frappe.get_doc("Sales Order", drafts[0]).submit()
		failures: list[str] = []
		other = threading.Thread(
			target=_submit, args=(frappe.local.site, frappe.local.sites_path, drafts[1], failures)
		)
		other.start()
		other.join()
		frappe.db.rollback()
		self.assertEqual(failures, [])

	def draft(self, item: str, place: str) -> str:
		row = {"item_code": item, "warehouse": place, "qty": 4, "rate": 1}
		order = erp.insert(
			"Sales Order",
			customer=erp.customer(),
			company=self.company,
			transaction_date=frappe.utils.nowdate(),
			delivery_date=frappe.utils.nowdate(),
			items=[row],
		)
		return str(order.name)


def _fails_after(method):
	def fail() -> None:
		method()
		raise RuntimeError("the general ledger refused")

	return fail


def _submit(site: str, sites_path: str, order: str, failures: list[str]) -> None:
	"""In a thread, which has a connection of its own."""
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.db.sql("SET SESSION innodb_lock_wait_timeout = 5")
	try:
		frappe.get_doc("Sales Order", order).submit()
		frappe.db.commit()
	except Exception as error:
		failures.append(repr(error))
	finally:
		frappe.destroy()
