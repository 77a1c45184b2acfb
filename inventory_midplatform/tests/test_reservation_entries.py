"""ERPNext's own Stock Reservation Entries are converted by one command, and the stock stays reserved throughout."""

from typing import Any

import frappe
from click.testing import CliRunner, Result
from erpnext.stock.doctype.stock_reservation_entry.stock_reservation_entry import StockReservationEntry

from inventory_midplatform import commands
from inventory_midplatform.adapters.site import jobs, reservation_entries
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, switch


class TestReservationEntries(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		switch(reservation_enabled=0)
		frappe.db.set_single_value(
			"Stock Settings",
			{"enable_stock_reservation": 1, "allow_negative_stock": 0, "auto_reserve_serial_and_batch": 0},
		)
		self.item, self.place = erp.item(), erp.warehouse()
		erp.receipt(self.item, self.place, 20)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		for name in frappe.get_all(
			"Stock Reservation Entry",
			{"docstatus": 1, "status": ("!=", "Delivered")},
			pluck="name",
			order_by="name",
		):
			frappe.get_doc("Stock Reservation Entry", name).cancel()
		frappe.db.set_single_value("Stock Settings", "enable_stock_reservation", 0)
		frappe.db.commit()
		switch(reservation_enabled=1)
		super().tearDown()

	def reserved_by_erpnext(self, qty: float, of: float = 0, place: str = "") -> Any:
		"""An order of ``of`` pieces for ``qty`` of which ERPNext has made an entry."""
		order = erp.sales_order(self.item, self.place, of or qty)
		row = {
			"sales_order_item": order.items[0].name,
			"warehouse": place or self.place,
			"qty_to_reserve": qty,
		}
		order.create_stock_reservation_entries(items_details=[row], notify=False)
		order.reload()
		self.assertEqual(order.items[0].stock_reserved_qty, qty)
		frappe.db.commit()
		return order

	def run_command(self, *arguments: str) -> Result:
		"""As `bench` runs it, on the connection that is open."""
		opened, commands._connected = commands._connected, lambda context: None
		try:
			done = CliRunner().invoke(
				commands.convert_reservation_entries,
				arguments,
				# looked up by item in 15, by attribute in 16
				obj=frappe._dict(sites=[frappe.local.site], profile=False),
			)
		finally:
			commands._connected = opened
		if done.exception and not isinstance(done.exception, SystemExit):
			raise done.exception
		frappe.db.rollback()
		return done

	def convert(self, *arguments: str) -> str:
		done = self.run_command(*arguments)
		self.assertEqual(done.exit_code, 0, done.output)
		return str(done.output)

	def reservations_of(self, order: Any, place: str = "") -> tuple[str, float, float]:
		found = frappe.get_all(
			"Inventory Reservation",
			{
				"demand_type": "Sales Order",
				"demand_name": order.name,
				"demand_line": order.items[0].name,
				"item_code": self.item,
				"warehouse": place or self.place,
			},
			["status", "reserved_qty", "waiting_qty"],
			order_by="name",
		)
		self.assertEqual(len(found), 1)
		return found[0].status, found[0].reserved_qty, found[0].waiting_qty

	def entries(self, order: Any) -> list[str]:
		return frappe.get_all(
			"Stock Reservation Entry", {"voucher_no": order.name}, pluck="status", order_by="name"
		)

	def switches(self) -> tuple[int, int]:
		"""(ERPNext's switch, this app's)"""
		return (
			frappe.db.get_single_value("Stock Settings", "enable_stock_reservation"),
			frappe.db.get_single_value("Inventory Midplatform Settings", "reservation_enabled"),
		)

	def test_every_open_entry_becomes_a_reservation_of_its_order_row(self) -> None:
		first, second = self.reserved_by_erpnext(6, of=9), self.reserved_by_erpnext(4)
		erp.delivery_for(first.name, 2)
		frappe.db.commit()
		self.convert("--chunk", "1")
		self.assertEqual(self.reservations_of(first), ("Reserved", 4, 0))
		self.assertEqual(self.reservations_of(second), ("Reserved", 4, 0))
		self.assertEqual((self.entries(first), self.entries(second)), (["Cancelled"], ["Cancelled"]))
		self.assertEqual(self.switches(), (0, 1))
		self.assertEqual(
			frappe.db.get_value("Bin", {"item_code": self.item, "warehouse": self.place}, "reserved_stock"), 0
		)
		erp.delivery_for(second.name)
		frappe.db.commit()
		self.assertEqual(self.reservations_of(second), ("Consumed", 0, 0))
		for _ in jobs.syncing_documents():
			pass
		self.assertEqual(self.reservations_of(first), ("Reserved", 7, 0))

	def test_an_entry_in_another_warehouse_than_its_row_stays_reserved_there(self) -> None:
		other = erp.warehouse()
		erp.receipt(self.item, other, 5)
		order = self.reserved_by_erpnext(5, place=other)
		self.convert()
		for _ in jobs.syncing_documents():
			pass
		self.assertEqual(self.reservations_of(order, other), ("Reserved", 5, 0))
		self.assertEqual(self.position(self.item, self.place)["reserved"], 0)

	def test_a_dry_run_lists_and_changes_nothing(self) -> None:
		order = self.reserved_by_erpnext(6)
		report = self.convert("--dry-run")
		self.assertIn(f"{order.name} {self.item} in {self.place}: 6 of", report)
		self.assertIn("1 reservations would be made", report)
		self.assertEqual((self.entries(order), self.switches()), (["Reserved"], (1, 0)))
		self.assertEqual(frappe.db.count("Inventory Reservation", {"item_code": self.item}), 0)

	def test_what_erpnext_promised_twice_waits_and_is_reported(self) -> None:
		first, second = self.reserved_by_erpnext(12), self.reserved_by_erpnext(8)
		frappe.db.set_value(
			"Stock Reservation Entry",
			{"voucher_no": second.name},
			{"reserved_qty": 15, "voucher_qty": 15},
			update_modified=False,
		)
		frappe.db.commit()
		for report in (self.convert("--dry-run"), self.convert()):
			self.assertIn("Only 8 of 15 is available here; 7 waits.", report)
		self.assertEqual(self.reservations_of(first), ("Reserved", 12, 0))
		self.assertEqual(self.reservations_of(second), ("Partially Reserved", 8, 7))
		erp.receipt(self.item, self.place, 7)
		frappe.db.commit()
		self.assertEqual(self.reservations_of(second), ("Reserved", 15, 0))

	def test_nothing_is_free_at_any_step(self) -> None:
		"""Between any two transactions a delivery to somebody else is refused, by ERPNext or by us."""
		orders = [self.reserved_by_erpnext(10), self.reserved_by_erpnext(10)]
		for _ in reservation_entries.copying(1):
			self.assert_reservations()
		reservation_entries.switch_reservations_on()
		self.assert_reservations()
		for _ in reservation_entries.cancelling(1):
			self.assert_reservations()
		reservation_entries.switch_entries_off()
		self.assert_reservations()
		self.assertEqual([self.reservations_of(order) for order in orders], [("Reserved", 10, 0)] * 2)

	def assert_reservations(self) -> None:
		with self.assertRaises(frappe.ValidationError):
			erp.delivery_note(self.item, self.place, 1)
		frappe.db.rollback()

	def test_stopped_at_any_step_it_goes_on(self) -> None:
		orders = [self.reserved_by_erpnext(5) for _ in range(3)]
		next(iter(reservation_entries.copying(1)))
		for _ in reservation_entries.copying(2):
			pass
		reservation_entries.switch_reservations_on()
		next(iter(reservation_entries.cancelling(1)))
		erp.delivery_for(orders[1].name, 2)
		frappe.db.commit()
		self.convert()
		self.assertEqual([self.reservations_of(order)[1] for order in orders], [5, 3, 5])
		self.assertEqual(self.switches(), (0, 1))

	def test_an_entry_that_erpnext_does_not_cancel_is_reported_and_stays_reserved_by_both(self) -> None:
		first, second = self.reserved_by_erpnext(5), self.reserved_by_erpnext(4)
		plain = StockReservationEntry.on_cancel

		def on_cancel(entry: StockReservationEntry) -> None:
			if entry.voucher_no == first.name:
				frappe.throw("Ask the head office first")
			plain(entry)

		StockReservationEntry.on_cancel = on_cancel
		try:
			done = self.run_command()
		finally:
			StockReservationEntry.on_cancel = plain
		self.assertEqual(done.exit_code, 1)
		self.assertIn("Ask the head office first", done.output)
		self.assertEqual((self.entries(first), self.entries(second)), (["Reserved"], ["Cancelled"]))
		self.assertEqual((self.reservations_of(first), self.switches()), (("Reserved", 5, 0), (1, 1)))
		self.convert()
		self.assertEqual((self.entries(first), self.switches()), (["Cancelled"], (0, 1)))

	def test_an_entry_of_a_closed_order_is_let_go(self) -> None:
		order = self.reserved_by_erpnext(5)
		order.update_status("Closed")
		frappe.db.commit()
		self.assertIn("closed, on hold, completed or cancelled", self.convert())
		self.assertEqual(self.entries(order), ["Cancelled"])
		self.assertEqual(self.position(self.item, self.place)["reserved"], 0)

	def test_the_switches_say_which_way_to_go(self) -> None:
		self.reserved_by_erpnext(5)
		with self.assertRaises(frappe.ValidationError) as raised:
			switch(reservation_enabled=1)
		self.assertIn("inventory-convert-reservation-entries", str(raised.exception))
		frappe.db.rollback()
		stock_settings = frappe.get_doc("Stock Settings")
		stock_settings.enable_stock_reservation = 0
		with self.assertRaises(frappe.ValidationError):
			stock_settings.save()
		frappe.db.rollback()

	def test_without_opening_stock_it_says_so(self) -> None:
		switch(ledger_enabled=0, reservation_enabled=0, replenishment_enabled=0)
		try:
			self.reserved_by_erpnext(5)
			self.assertIn("Enable the Ledger", self.run_command().output)
			erp.receipt(self.item, self.place, 3)
			frappe.db.commit()
		finally:
			switch(ledger_enabled=1, replenishment_enabled=1)
		done = self.run_command()
		self.assertEqual(done.exit_code, 1)
		self.assertIn("inventory-opening-stock", done.output)
		for _ in jobs.recording_opening_stock():
			pass
		self.convert()

	def test_what_erpnext_reserves_for_other_documents_is_reported_before_anything_is_done(self) -> None:
		"""16 does so for Work Orders and Production Plans; its switch would not go off at the end."""
		order = self.reserved_by_erpnext(5)
		entry = frappe.db.get_value("Stock Reservation Entry", {"voucher_no": order.name})
		frappe.db.set_value("Stock Reservation Entry", entry, "voucher_type", "Work Order")
		frappe.db.commit()
		try:
			done = self.run_command()
		finally:
			frappe.db.set_value("Stock Reservation Entry", entry, "voucher_type", "Sales Order")
			frappe.db.commit()
		self.assertEqual(done.exit_code, 1)
		self.assertIn("Work Order", done.output)
		self.assertEqual(self.switches(), (1, 0))
		self.convert()
