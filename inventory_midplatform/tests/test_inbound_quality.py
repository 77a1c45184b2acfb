"""What an inspection makes in ERPNext: its Quality Inspection, a private File, a return that a person submits."""

import unittest
from base64 import b64decode
from typing import Any

import frappe

from inventory_midplatform.domain.roles import INSPECTOR, OPERATOR
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.behaviour.inbound_inspection import PHOTO, InspectionCase, data_url
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

NOT_A_JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08\x04\xb0\x06\x40\x03" + bytes(60)
"""It starts as a JPEG does, and says how large it is."""


class TestInboundInErpnext(InspectionCase, unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		SiteTestCase.setUpClass.__func__(cls)  # type: ignore[attr-defined]
		cls.platform = SitePlatform()

	def template(self) -> str:
		length, colour = erp.unique("Length"), erp.unique("Colour")
		for parameter in (length, colour):
			erp.insert("Quality Inspection Parameter", parameter=parameter)
		self.length, self.colour = length, colour
		rows: list[dict[str, Any]] = [
			{"specification": length, "numeric": 1, "min_value": 9, "max_value": 11},
			{"specification": colour, "numeric": 0, "value": "Red"},
		]
		name = erp.insert(
			"Quality Inspection Template",
			quality_inspection_template_name=erp.unique("QIT"),
			item_quality_inspection_parameter=rows,
		).name
		frappe.db.commit()
		return str(name)

	def inspection_of(self, said: dict[str, Any]) -> Any:
		frappe.db.rollback()
		return frappe.get_doc("Quality Inspection", said["quality_inspection"])

	def test_the_inspection_of_an_item_with_a_template_is_erpnexts_too(self) -> None:
		item, _, name, line = self.to_inspect(quality_inspection_template=self.template())
		parameters = self.get(name)["lines"][0]["parameters"]
		self.assertEqual(
			[(p["name"], p["numeric"], p["min_value"], p["max_value"], p["value"]) for p in parameters],
			[(self.length, True, 9, 11, ""), (self.colour, False, 0, 0, "Red")],
		)
		readings = [
			{"parameter": self.length, "values": ["10", "10.5"]},
			{"parameter": self.colour, "values": ["Red"]},
		]
		inspector = self.platform.make_user([INSPECTOR])
		data = self.inspect(name, line, user=inspector, accepted=6, readings=readings)["data"]
		made = self.inspection_of(data["inspections"][0])
		self.assertEqual(
			(made.docstatus, made.status, made.inspection_type, made.reference_type, made.reference_name),
			(1, "Accepted", "Incoming", "Purchase Receipt", data["receipt_document"]),
		)
		self.assertEqual((made.item_code, made.sample_size, made.inspected_by), (item, 6, inspector))
		self.assertEqual(
			[(r.specification, r.reading_1, r.reading_2, r.reading_value, r.status) for r in made.readings],
			[(self.length, "10", "10.5", None, "Accepted"), (self.colour, None, None, "Red", "Accepted")],
		)
		row = frappe.get_doc("Purchase Receipt", data["receipt_document"]).items[0]
		self.assertEqual(row.quality_inspection, made.name)

		data = self.inspect(
			name, line, rejected=2, reason="Long", readings=[{"parameter": self.length, "values": ["12"]}]
		)["data"]
		made = self.inspection_of(data["inspections"][1])
		self.assertEqual((made.status, made.remarks), ("Rejected", "Long"))
		self.assertEqual([r.status for r in made.readings], ["Rejected", "Rejected"])
		self.assertEqual(self.get(name)["lines"][0]["parameters"], [])

	def test_a_cancelled_receipt_cancels_its_inspections(self) -> None:
		_, _, name, line = self.to_inspect(quality_inspection_template=self.template())
		data = self.inspect(name, line, accepted=8)["data"]
		self.platform.books.cancel(self.receipt_of(data))
		self.assertEqual(self.inspection_of(data["inspections"][0]).docstatus, 2)
		self.assertEqual(self.get(name)["state"], "To Receive")
		self.step("finish_receiving", name)
		self.assertEqual(self.inspect(name, line, accepted=8)["state"], "To Put Away")

	def test_a_person_submits_the_return_without_a_quality_inspection(self) -> None:
		item, warehouse, name, line = self.to_inspect(quality_inspection_template=self.template())
		data = self.inspect(name, line, accepted=6, rejected=2, reason="Wet")["data"]
		frappe.db.rollback()
		back = frappe.get_doc("Purchase Receipt", data["purchase_return"])
		self.assertEqual([(row.qty, row.stock_qty, row.rejected_qty) for row in back.items], [(-2, -2, 0)])
		back.submit()
		frappe.db.commit()
		self.assert_position(item, warehouse, on_hand=6, on_hold=0, available=6)

	def in_boxes(self, **said: Any) -> Any:
		"""Receive two boxes of twelve and inspect them."""
		item = self.platform.make_item(
			inspection_required_before_purchase=1, uoms=[{"uom": "Box", "conversion_factor": 12}]
		)
		warehouse = self.platform.make_warehouse()
		row = {"item_code": item, "qty": 2, "uom": "Box", "conversion_factor": 12, "rate": 120}
		order = erp.insert(
			"Purchase Order",
			supplier=erp.supplier(),
			company=erp.company(),
			schedule_date=frappe.utils.nowdate(),
			items=[{**row, "warehouse": warehouse}],
		)
		order.submit()
		frappe.db.commit()
		data = self.received(order.name)
		result = self.inspect(data["name"], data["lines"][0]["line"], reason="Wet", **said)
		frappe.db.rollback()
		return result

	def test_a_return_is_in_the_orders_own_unit(self) -> None:
		data = self.in_boxes(accepted=12, rejected=12)["data"]
		back = frappe.get_doc("Purchase Receipt", data["purchase_return"])
		self.assertEqual([(row.uom, row.qty, row.stock_qty) for row in back.items], [("Box", -1, -12)])

	def test_a_return_that_erpnext_refuses_is_made_by_hand_and_the_inspection_stays(self) -> None:
		"""A box is whole."""
		result = self.in_boxes(accepted=18, rejected=6)
		self.assertEqual((result["state"], result["data"]["purchase_return"]), ("To Put Away", ""))
		self.assertIn("made by hand", result["message"]["sentence"])

	def test_a_photo_is_a_private_file_of_those_who_may_read_the_order(self) -> None:
		_, warehouse, name, line = self.to_inspect()
		data = self.inspect(name, line, accepted=8, photo=PHOTO)["data"]
		frappe.db.rollback()
		file = frappe.get_doc("File", {"file_url": data["inspections"][0]["photo"]})
		self.assertEqual(file.get_content(), b64decode(PHOTO.partition(",")[2]))
		self.assertEqual((file.is_private, file.attached_to_name), (1, name))
		for warehouses, may in ((warehouse, True), (self.platform.make_warehouse(), False)):
			user = self.platform.make_user([OPERATOR], [warehouses])
			self.assertEqual(bool(frappe.has_permission("File", "read", file, user=user)), may)

	def test_a_file_that_is_no_picture_after_all_is_refused(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		with self.refused("not_a_photo", 400):
			self.inspect(name, line, accepted=8, photo=data_url("jpeg", NOT_A_JPEG))
		self.assertEqual(self.get(name)["inspections"], [])
		self.assert_position(item, warehouse, on_hand=8, on_hold=8)
