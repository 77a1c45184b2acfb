"""What a site's administrator made of it counts for what we write: mandatory fields, notifications, server scripts."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_field

from inventory_midplatform.domain import roles
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, flag_in_test
from inventory_midplatform.tests.site_platform import SitePlatform


class TestCustomisedSite(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform = SitePlatform()
		self.place = erp.warehouse()
		self.item = erp.item(
			reorder_levels=[
				{
					"warehouse": self.place,
					"warehouse_reorder_level": 20,
					"warehouse_reorder_qty": 5,
					"material_request_type": "Purchase",
				}
			]
		)
		frappe.db.commit()

	def ask(self) -> dict:
		return self.platform.call("replenishment.create_material_requests", warehouse=self.place)

	def field(self, **values: object) -> None:
		create_custom_field("Material Request", {"fieldtype": "Data", **values})
		frappe.db.commit()
		self.addCleanup(self.remove_field, values["fieldname"])

	def remove_field(self, fieldname: str) -> None:
		frappe.delete_doc("Custom Field", f"Material Request-{fieldname}", force=True)
		frappe.db.sql_ddl(f"ALTER TABLE `tabMaterial Request` DROP COLUMN `{fieldname}`")
		frappe.clear_cache(doctype="Material Request")

	def test_a_mandatory_custom_field_is_required_of_our_drafts_too(self) -> None:
		self.field(fieldname="cost_reason", label="Cost Reason", reqd=1)
		answer = self.ask()
		self.assertEqual(answer["created"], [])
		self.assertEqual([f["item_code"] for f in answer["failed"]], [self.item])
		self.assertIn("cost_reason", answer["failed"][0]["reason"])

	def test_a_default_of_another_app_fills_it(self) -> None:
		self.field(fieldname="cost_reason", label="Cost Reason", reqd=1, default="Restock")
		made = self.ask()["created"][0]["material_request"]
		self.assertEqual(frappe.db.get_value("Material Request", made, "cost_reason"), "Restock")

	def test_a_notification_made_by_a_user_is_sent(self) -> None:
		buyer, word = erp.user([roles.BUYER]), erp.unique("RequestedItem")
		notification = erp.insert(
			"Notification",
			name=erp.unique("Tell"),
			subject=word + " {{ doc.name }}",
			message="{{ doc.name }}",
			document_type="Material Request",
			event="New",
			channel="System Notification",
			enabled=1,
			recipients=[{"receiver_by_role": roles.BUYER}],
		)
		frappe.db.commit()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Notification", notification.name, force=True)
		flag_in_test(True)  # what is queued runs at once: there are no workers here
		try:
			made = self.ask()["created"][0]["material_request"]
		finally:
			flag_in_test(False)
		told = frappe.get_all(
			"Notification Log",
			{"document_name": made, "for_user": buyer, "subject": ("like", f"{word}%")},
			pluck="subject",
			order_by="creation",
		)
		self.assertEqual(told, [f"{word} {made}"])
