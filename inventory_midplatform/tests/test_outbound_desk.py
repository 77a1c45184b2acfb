"""Outbound Orders on a site besides their operations: notifications, connections, timeline, board and print formats."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card
from frappe.desk.doctype.notification_settings.notification_settings import create_notification_settings
from frappe.desk.form.load import get_additional_timeline_content
from frappe.desk.notifications import get_open_count
from frappe.www.printview import get_html_and_style

from inventory_midplatform.adapters.site import notifications
from inventory_midplatform.adapters.site.permissions import extend_bootinfo
from inventory_midplatform.setup import outbound_board
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import switch
from inventory_midplatform.tests.test_other_demands import DemandCase

ORDER = "Outbound Order"


class OutboundDeskCase(DemandCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		switch(outbound_enabled=1, outbound_check="On")

	@classmethod
	def tearDownClass(cls) -> None:
		switch(outbound_enabled=0, outbound_check="Off")
		super().tearDownClass()

	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = self.stocked(10)
		self.storekeeper = erp.user(["Warehouse Operator"])
		frappe.db.set_value("User", self.storekeeper, "language", "zh")
		frappe.db.set_value("Warehouse", self.place, "inventory_storekeeper", self.storekeeper)

	def ordered(self, qty: float) -> tuple[Any, str]:
		"""Return a submitted Sales Order and its Outbound Order."""
		order = erp.sales_order(self.item, self.place, qty)
		frappe.db.commit()
		return order, frappe.db.get_value(ORDER, {"source_name": order.name})

	def picked(self, name: str) -> str:
		"""Accept and pick all of an order of one line; returns the line."""
		self.call("outbound.accept", name=name)
		order = self.call("outbound.get", name=name)
		for pick in order["picks"]:
			self.call("outbound.pick", name=name, line=pick["line"], bin=pick["bin"], qty=str(pick["qty"]))
		return str(order["lines"][0]["line"])

	def checked(self, name: str, qty: float) -> None:
		line = self.picked(name)
		self.call("outbound.finish_picking", name=name)
		self.call("outbound.check", name=name, counted=[{"line": line, "qty": qty}])

	def shipped(self, name: str, qty: float) -> None:
		self.checked(name, qty)
		self.call("outbound.ship", name=name)

	def connected(self, doctype: str, name: str) -> dict[str, int]:
		found = get_open_count(doctype, name)["count"]
		return {
			link["doctype"]: link["count"]
			for link in found["external_links_found"] + found["internal_links_found"]
		}

	def timeline(self, name: str, doctype: str = ORDER) -> str:
		return "\n".join(entry["content"] for entry in get_additional_timeline_content(doctype, name))

	def printed(self, doctype: str, name: str, print_format: str) -> str:
		html: str = get_html_and_style(doctype, name=name, print_format=print_format)["html"]
		self.assertIn("<svg", html, "its QR code")
		self.assertNotIn("{{", html)
		return html


class TestNotifications(OutboundDeskCase):
	def notified(self, name: str) -> list[tuple[str, str, int]]:
		rows = frappe.get_all(
			"Notification Log",
			{"document_type": ORDER, "document_name": name},
			["for_user", "subject", "read"],
			order_by="creation",
			as_list=True,
		)
		return [tuple(row) for row in rows]

	def test_the_storekeeper_is_notified_in_their_language_and_no_longer_when_it_is_done(self) -> None:
		with patch.object(frappe, "enqueue") as queued:
			order, name = self.ordered(4)
		((job,), options) = queued.call_args
		self.assertEqual((job, options["enqueue_after_commit"]), (notifications.send, True))
		arguments = {k: v for k, v in options.items() if k not in ("queue", "enqueue_after_commit")}
		notifications.send(**arguments)
		((user, subject, read),) = self.notified(name)
		self.assertEqual((user, read), (self.storekeeper, 0))
		self.assertIn("拣货任务", subject)
		self.assertIn(order.name, subject)
		self.call("outbound.accept", name=name)
		self.assertEqual([read for *_, read in self.notified(name)], [1])
		notifications.send(**arguments)  # a job that comes late
		self.assertEqual(len(self.notified(name)), 1)

	def test_mail_is_sent_as_the_user_wishes(self) -> None:
		sent: list[str] = []
		create_notification_settings(self.storekeeper)
		for wishes in (1, 0):
			frappe.db.set_value(
				"Notification Settings",
				self.storekeeper,
				"enable_email_assignment",
				wishes,
				update_modified=False,
			)
			with patch.object(frappe, "enqueue") as queued:
				self.ordered(1)
			arguments = {
				k: v for k, v in queued.call_args[1].items() if k not in ("queue", "enqueue_after_commit")
			}
			with patch.object(frappe, "sendmail", side_effect=lambda **mail: sent.append(mail["recipients"])):
				notifications.send(**arguments)
			self.assertEqual(sent, [self.storekeeper])

	def test_nobody_is_notified_of_what_they_did_themselves(self) -> None:
		frappe.db.set_value("Warehouse", self.place, "inventory_storekeeper", "Administrator")
		with patch.object(frappe, "enqueue") as queued:
			self.ordered(1)
		self.assertEqual([call for call in queued.call_args_list if call[0][0] is notifications.send], [])


class TestConnections(OutboundDeskCase):
	def test_documents_and_outbound_orders_are_linked_both_ways(self) -> None:
		order, name = self.ordered(4)
		self.shipped(name, 4)
		delivery = frappe.db.get_value(ORDER, name, "delivery_document")
		for doctype, document in (("Sales Order", order.name), ("Delivery Note", delivery)):
			self.assertEqual(self.connected(doctype, document)[ORDER], 1, doctype)
		own = self.connected(ORDER, name)
		self.assertEqual(own["Outbound Pick"], 1)
		self.assertGreaterEqual(own["Stock Operation Log"], 5)

	def test_the_timeline_shows_steps_and_no_quantity_while_the_count_is_blind(self) -> None:
		_, name = self.ordered(4)
		self.picked(name)
		self.assertIn(f"{self.item} × 4", self.timeline(name))
		self.call("outbound.finish_picking", name=name)
		blind = self.timeline(name)
		self.assertIn("To Check", blind)
		self.assertNotIn("× 4", blind)

	def test_a_step_is_no_change_by_hand(self) -> None:
		_, name = self.ordered(4)
		self.picked(name)
		self.assertFalse(frappe.db.exists("Version", {"ref_doctype": ORDER, "docname": name}))


class TestBoard(OutboundDeskCase):
	def test_a_card_that_is_dragged_goes_round_no_step(self) -> None:
		_, name = self.ordered(4)
		with self.assertRaises(frappe.ValidationError):
			update_order_for_single_card(outbound_board.NAME, name, "To Accept", "To Ship", 0, 0)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value(ORDER, name, "state"), "To Accept")

	def test_a_board_that_was_deleted_is_created_again_and_an_edited_one_stays(self) -> None:
		board = frappe.get_doc("Kanban Board", outbound_board.NAME)
		board.columns[0].indicator = "Pink"
		board.save()
		outbound_board.create()
		board.reload()
		self.assertEqual(board.columns[0].indicator, "Pink")
		outbound_board.remove()
		outbound_board.create()
		self.assertEqual(frappe.get_doc("Kanban Board", outbound_board.NAME).columns[0].indicator, "Orange")
		frappe.db.commit()


class TestWavesOnTheDesk(OutboundDeskCase):
	def released(self) -> tuple[str, str, str]:
		"""Return a released wave of two orders, and the orders."""
		one, two = (self.ordered(qty)[1] for qty in (4, 2))
		wave = self.call("wave.create", warehouse=self.place, names=[one, two])["data"]["name"]
		self.call("wave.release", name=wave)
		return wave, one, two

	def test_a_wave_and_its_orders_are_linked_both_ways(self) -> None:
		wave, one, _ = self.released()
		self.assertEqual(self.connected("Outbound Wave", wave)[ORDER], 2)
		self.assertEqual(self.connected(ORDER, one)["Outbound Wave"], 1)

	def test_the_timeline_of_a_wave_shows_its_steps_in_the_users_language(self) -> None:
		wave, *_ = self.released()
		frappe.local.lang = "zh"
		try:
			shown = self.timeline(wave, "Outbound Wave")
		finally:
			frappe.local.lang = "en"
		self.assertIn("待释放", shown)
		self.assertIn("待拣货", shown)

	def test_a_package_in_the_timeline_names_no_item(self) -> None:
		_, name = self.ordered(4)
		line = self.picked(name)
		self.call("outbound.finish_picking", name=name)
		self.call("outbound.check", name=name, counted=[{"line": line, "qty": 4}])
		package = self.call("pack.pack", name=name, tracking_no="SF1")["data"]["packages"][0]["name"]
		(packed,) = (entry for entry in self.timeline(name).split("\n") if package in entry)
		self.assertNotIn("None", packed)
		self.assertNotIn("×", packed)
		self.assertEqual(self.connected(ORDER, name)["Outbound Package"], 1)

	def test_its_pick_list_is_its_walk_and_its_orders(self) -> None:
		one, two = (self.ordered(qty)[1] for qty in (4, 2))
		wave = self.call("wave.create", warehouse=self.place, names=[one, two])["data"]["name"]
		self.assertIn("when the wave is released", self.printed("Outbound Wave", wave, "Wave Pick List"))
		data = self.call("wave.release", name=wave)["data"]
		html = self.printed("Outbound Wave", wave, "Wave Pick List")
		for text in (self.item, one, two, "Unplaced"):
			self.assertIn(text, html)
		self.assertEqual(html.count("<svg"), 2, "the wave and its one bin")
		(pick,) = data["picks"]
		self.call("wave.pick", name=wave, item_code=pick["item_code"], bin=pick["bin"], qty=str(pick["qty"]))
		self.assertIn("Nothing is left to pick", self.printed("Outbound Wave", wave, "Wave Pick List"))

	def test_the_desk_knows_the_colours_of_states_and_the_names_of_storekeepers(self) -> None:
		boot = frappe._dict()
		extend_bootinfo(boot)
		self.assertEqual(boot.inventory_state_colours["Outbound Wave"]["To Pack"], "purple")
		self.assertEqual(boot.inventory_state_colours[ORDER]["Shipped"], "green")
		full_name = frappe.db.get_value("User", self.storekeeper, "full_name")
		self.assertEqual(boot.user_info[self.storekeeper]["fullname"], full_name)


class TestPrintFormats(OutboundDeskCase):
	def test_a_pick_list_names_bins_and_a_packing_slip_what_is_picked(self) -> None:
		_, name = self.ordered(4)
		self.assertIn("when the order is accepted", self.printed(ORDER, name, "Outbound Pick List"))
		self.call("outbound.accept", name=name)
		html = self.printed(ORDER, name, "Outbound Pick List")
		self.assertIn(self.item, html)
		self.assertIn("Unplaced", html)
		self.picked_rest(name)
		self.assertIn("Nothing is left to pick", self.printed(ORDER, name, "Outbound Pick List"))
		self.assertIn(self.item, self.printed(ORDER, name, "Outbound Packing Slip"))

	def picked_rest(self, name: str) -> None:
		for pick in self.call("outbound.get", name=name)["picks"]:
			self.call("outbound.pick", name=name, line=pick["line"], bin=pick["bin"], qty=str(pick["qty"]))

	def test_a_packing_slip_says_no_quantity_while_the_count_is_blind(self) -> None:
		_, name = self.ordered(4)
		self.picked(name)
		self.call("outbound.finish_picking", name=name)
		self.assertNotIn(self.item, self.printed(ORDER, name, "Outbound Packing Slip"))

	def test_labels_have_the_size_of_their_paper_and_no_markup_of_names(self) -> None:
		bin = erp.insert("Warehouse Bin", bin_code="A1", warehouse=self.place).name
		frappe.db.set_value("Item", self.item, "item_name", "<b>A1")
		for print_format, doctype, name, size in (
			("Bin Label 100 x 50 mm", "Warehouse Bin", bin, "100mm 50mm"),
			("Bin Label 60 x 40 mm", "Warehouse Bin", bin, "60mm 40mm"),
			("Item Label 60 x 40 mm", "Item", self.item, "60mm 40mm"),
			("Item Label 40 x 30 mm", "Item", self.item, "40mm 30mm"),
		):
			with self.subTest(print_format):
				html = self.printed(doctype, name, print_format)
				self.assertIn(f"size: {size}; margin: 0", html)
				self.assertNotIn("<b>A1", html)
