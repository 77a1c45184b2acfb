"""Labels of what was received, as a site prints them, and what of a truck nobody writes into the form."""

import unittest
from typing import Any

import frappe
from frappe.www.printview import get_html_and_style

from inventory_midplatform.adapters.site.printing import inbound_labels
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase
from inventory_midplatform.tests.platform import unique
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform


class TestInboundLabels(InboundCase, unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		SiteTestCase.setUpClass.__func__(cls)  # type: ignore[attr-defined]
		cls.platform = SitePlatform()

	def printed(self, name: str, **form: Any) -> str:
		with SitePlatform().context():
			# as a request begins: what templates see of the form is as it was when the first was drawn
			frappe.local.form_dict, frappe.local.jenv = frappe._dict(form), None
			try:
				html: str = get_html_and_style("Inbound Order", name=name, print_format="Inbound Labels")[
					"html"
				]
			finally:
				frappe.local.form_dict = frappe._dict()
		self.assertNotIn("{{", html)
		return html

	def test_a_page_for_each_scan_and_serial_number(self) -> None:
		batched = self.platform.make_item(has_batch_no=1, has_expiry_date=1, item_name="<b>Scallops")
		numbered = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		data = self.arrived(self.purchase(warehouse, (batched, 6), (numbered, 2)))
		name, batch, serials = data["name"], unique("B"), [unique("S"), unique("S")]
		self.assertIn("Nothing is received yet", self.printed(name))
		line = self.line_of(data, batched)
		expiry = self.in_a_year()
		self.step("receive", name, line=line, qty=6, batch_no=batch, expiry_date=expiry)
		self.step("receive", name, line=self.line_of(data, numbered), qty=2, serial_nos=serials)
		html = self.printed(name)
		self.assertIn("size: 60mm 40mm; margin: 0", html)
		self.assertEqual((html.count('<div class="label-sheet">'), html.count("<svg")), (3, 3))
		self.assertNotIn("<b>Scallops", html)
		for text in (batched, batch, name, *serials, frappe.utils.formatdate(expiry)):
			self.assertIn(text, html)
		of_line = self.printed(name, line=line)
		self.assertEqual(of_line.count("<svg"), 1)
		self.assertNotIn(serials[0], of_line)
		codes = [label["code"] for label in inbound_labels(name)]
		self.assertEqual(len({*codes}), 3)

	def test_in_chinese(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		data = self.arrived(self.purchase(self.platform.make_warehouse(), (item, 6)))
		self.step("receive", data["name"], line=data["lines"][0]["line"], qty=6, batch_no=unique("B"))
		frappe.local.lang = "zh"
		try:
			self.assertIn("批次", self.printed(data["name"]))
		finally:
			frappe.local.lang = "en"

	def test_a_slot_is_booked_by_its_step_alone(self) -> None:
		item = self.platform.make_item()
		name = self.task(self.purchase(self.platform.make_warehouse(), (item, 6)))["name"]
		for field, value in (("truck", "A1"), ("dock", "D1"), ("slot_end", "2099-01-01 10:00:00")):
			order = frappe.get_doc("Inbound Order", name)
			order.set(field, value)
			with self.subTest(field), self.assertRaises(frappe.ValidationError):
				order.save()
			frappe.db.rollback()
