"""With every switch off ERPNext behaves, and counts, as without the app."""

from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import SETTINGS
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SWITCHES, SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform

OWN_DOCTYPES = (
	"Stock Movement",
	"Bin Stock",
	"Stock Position",
	"Inventory Reservation",
	"Stock Operation Log",
	"Inventory Alert",
)


class TestSwitchedOff(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		switch(**dict.fromkeys(SWITCHES, 0))

	def tearDown(self) -> None:
		switch(**dict.fromkeys(SWITCHES, 1))
		from inventory_midplatform.adapters.site.jobs import recording_opening_stock

		for _ in recording_opening_stock():
			pass
		super().tearDown()

	def counts(self) -> dict[str, int]:
		return {doctype: frappe.db.count(doctype) for doctype in OWN_DOCTYPES}

	def test_the_same_work_gives_the_same_books_on_and_off(self) -> None:
		before = self.counts()
		off = self.work()
		self.assertEqual(self.counts(), before, "something of ours was written")
		switch(ledger_enabled=1)
		watched = self.work()
		switch(**dict.fromkeys(SWITCHES, 1))
		on = self.work()
		self.assertEqual(watched, off)
		self.assertEqual(on, off)

	def work(self) -> dict[str, Any]:
		"""A day's documents, and every figure ERPNext has of them afterwards."""
		item, place, other = erp.item(), erp.warehouse(), erp.warehouse()
		documents = [
			erp.purchase_receipt(item, place, 40, days_ago=3),
			erp.transfer(item, place, other, 10),
			erp.delivery_note(item, place, 5),
			erp.reconciliation(item, other, 12),
		]
		order = erp.sales_order(item, place, 20)
		documents.append(erp.delivery_for(order.name, 8))
		returned = erp.delivery_return(documents[2].name, 2)
		erp.cancel(returned)
		documents.append(erp.receipt(item, place, 7, days_ago=1))
		erp.run_queued_reposts()
		frappe.db.commit()
		names = {place: "place", other: "other"}
		bins = frappe.get_all(
			"Bin",
			{"item_code": item},
			[
				"warehouse",
				"actual_qty",
				"reserved_qty",
				"projected_qty",
				"ordered_qty",
				"valuation_rate",
				"stock_value",
			],
			order_by="warehouse",
		)
		entries = frappe.get_all(
			"Stock Ledger Entry",
			{"item_code": item},
			[
				"warehouse",
				"voucher_type",
				"actual_qty",
				"qty_after_transaction",
				"valuation_rate",
				"stock_value_difference",
			],
			order_by="creation, name",
		)
		general = frappe.get_all(
			"GL Entry",
			{"voucher_no": ("in", [d.name for d in documents])},
			["account", "debit", "credit", "is_cancelled"],
			order_by="account, debit, credit",
		)
		order.reload()
		return {
			"bins": sorted(tuple({**row, "warehouse": names[row.warehouse]}.items()) for row in bins),
			"entries": [tuple({**row, "warehouse": names[row.warehouse]}.items()) for row in entries],
			"general": [tuple(row.items()) for row in general],
			"order": (order.status, order.per_delivered, order.items[0].delivered_qty),
		}

	def test_operations_say_that_their_module_is_off(self) -> None:
		from inventory_midplatform.domain.errors import Conflict
		from inventory_midplatform.tests.site_platform import SitePlatform

		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 10)
		frappe.db.commit()
		platform = SitePlatform()
		for operation, arguments in (
			("reservation.reserve", {"item_code": item, "warehouse": place, "qty": 1}),
			("replenishment.create_material_requests", {}),
			(
				"request.create",
				{"request_type": "Issue", "warehouse": place, "items": [{"item_code": item, "qty": 1}]},
			),
		):
			with self.subTest(operation=operation), self.assertRaises(Conflict) as raised:
				platform.call(operation, **arguments)
			self.assertEqual(raised.exception.code, "module_off")


class TestOpeningStock(SiteTestCase):
	def test_opening_stock_is_unplaced_and_nothing_else_changes(self) -> None:
		from inventory_midplatform.adapters.site.jobs import recording_opening_stock

		# what ERPNext lost from its Bin under the load of other tests, no taking in changes
		left = list(recording_opening_stock())[-1][0]
		switch(**dict.fromkeys(SWITCHES, 0))
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 30)
		erp.sales_order(item, place, 5)
		frappe.db.commit()
		books = frappe.get_all("Bin", {"item_code": item}, ["*"], order_by="name")
		switch(**dict.fromkeys(SWITCHES, 1))
		self.assertEqual(self.on_hand(item, place), 0)
		self.assertEqual(list(recording_opening_stock(chunk=2))[-1], (left + 1, left + 1))
		self.assertEqual(self.position(item, place), {"on_hand": 30, "on_hold": 0, "reserved": 0})
		moved = frappe.get_all("Stock Movement", {"item_code": item}, ["kind", "qty", "bin"], order_by="name")
		self.assertEqual([(m.kind, m.qty) for m in moved], [("Opening Stock", 30)])
		self.assertEqual(frappe.db.get_value("Warehouse Bin", moved[0].bin, "is_unplaced"), 1)
		self.assertEqual(frappe.get_all("Bin", {"item_code": item}, ["*"], order_by="name"), books)
		self.assertEqual(list(recording_opening_stock()), [(left, left)])

	def test_orders_that_were_open_before_reserve_when_asked_to(self) -> None:
		from inventory_midplatform.adapters.site.jobs import syncing_documents

		switch(reservation_enabled=0)
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 30)
		order = erp.sales_order(item, place, 5)
		frappe.db.commit()
		switch(reservation_enabled=1)
		self.assertEqual(self.position(item, place)["reserved"], 0)
		for _ in syncing_documents():
			pass
		self.assertEqual(self.position(item, place)["reserved"], 5)
		order.reload()
		frappe.db.commit()

	def test_the_first_posting_without_opening_stock_records_it(self) -> None:
		switch(**dict.fromkeys(SWITCHES, 0))
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 30)
		switch(**dict.fromkeys(SWITCHES, 1))
		erp.issue(item, place, 4)
		frappe.db.commit()
		self.assertEqual(self.on_hand(item, place), 26)


class TestSwitches(SiteTestCase):
	def test_the_midplatforms_features_refuse_while_erpnexts_are_on(self) -> None:
		for theirs, ours in (
			("enable_stock_reservation", "reservation_enabled"),
			("auto_indent", "replenishment_enabled"),
		):
			with self.subTest(theirs=theirs):
				switch(**{ours: 0})
				frappe.db.set_single_value("Stock Settings", theirs, 1)
				with self.assertRaises(frappe.ValidationError) as raised:
					switch(**{ours: 1})
				self.assertIn("Stock Settings", str(raised.exception))
				frappe.db.rollback()
				frappe.db.set_single_value("Stock Settings", theirs, 0)
				switch(**{ours: 1})

	def test_erpnexts_features_refuse_while_the_midplatforms_are_on(self) -> None:
		for theirs, ours in (
			("enable_stock_reservation", "Reserve Stock"),
			("auto_indent", "Replenish Low Stock"),
		):
			with self.subTest(theirs=theirs):
				settings = frappe.get_doc("Stock Settings")
				settings.update({theirs: 1, "allow_negative_stock": 0})
				with self.assertRaises(frappe.ValidationError) as raised:
					settings.save()
				self.assertIn(ours, str(raised.exception))
				frappe.db.rollback()

	def test_erpnexts_features_may_be_on_while_the_midplatforms_are_off(self) -> None:
		switch(reservation_enabled=0, replenishment_enabled=0)
		try:
			settings = frappe.get_doc("Stock Settings")
			settings.update({"enable_stock_reservation": 1, "auto_indent": 1, "allow_negative_stock": 0})
			settings.save()
			self.assertEqual(frappe.db.get_single_value("Stock Settings", "auto_indent"), 1)
		finally:
			frappe.db.set_single_value("Stock Settings", {"enable_stock_reservation": 0, "auto_indent": 0})
			switch(reservation_enabled=1, replenishment_enabled=1)

	def test_nothing_stands_without_the_ledger(self) -> None:
		with self.assertRaises(frappe.ValidationError):
			switch(ledger_enabled=0)
		frappe.db.rollback()

	def test_outbound_orders_need_reservations(self) -> None:
		with self.assertRaises(frappe.ValidationError) as raised:
			switch(outbound_enabled=1, reservation_enabled=0)
		self.assertIn("Reserve Stock", str(raised.exception))
		frappe.db.rollback()
		switch(reservation_enabled=0)
		frappe.db.set_single_value(SETTINGS, "outbound_enabled", 1)  # as by a script, past the check
		frappe.db.commit()
		try:
			with self.assertRaises(Conflict) as off:
				SitePlatform().call("outbound.accept", name="any")
			self.assertEqual(
				(off.exception.code, off.exception.details["field"]), ("module_off", "reservation_enabled")
			)
		finally:
			switch(reservation_enabled=1, outbound_enabled=0)
