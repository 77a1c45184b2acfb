"""What is approved is what is submitted: documents of ERPNext, saved again and changed after their approval."""

from collections.abc import Callable
from typing import Any

import frappe

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

STOCK_ROLES = ("Stock User", "Stock Manager", "Purchase User")


class TestApprovedDocuments(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		cls.item, cls.place, cls.other = erp.item(), erp.warehouse(), erp.warehouse()
		erp.receipt(cls.item, cls.place, 50, basic_rate=10)
		cls.approver = erp.user(["Warehouse Supervisor", *STOCK_ROLES])
		cls.platform.settings(approval=True)
		frappe.db.commit()

	def draft(self, doctype: str, **values: Any) -> Any:
		document = frappe.get_doc({"doctype": doctype, "company": self.company, **values}).insert()
		frappe.db.commit()
		return document

	def purchase_order(self) -> Any:
		row = {"item_code": self.item, "warehouse": self.place, "qty": 3, "rate": 7}
		today = frappe.utils.nowdate()
		return self.draft("Purchase Order", supplier=erp.supplier(), schedule_date=today, items=[row])

	def material_request(self) -> Any:
		row = {
			"item_code": self.item,
			"warehouse": self.place,
			"qty": 3,
			"schedule_date": frappe.utils.nowdate(),
		}
		return self.draft("Material Request", material_request_type="Purchase", items=[row])

	def stock_entry(self) -> Any:
		row = {"item_code": self.item, "s_warehouse": self.place, "t_warehouse": self.other, "qty": 3}
		kind = {"purpose": "Material Transfer", "stock_entry_type": "Material Transfer"}
		return self.draft("Stock Entry", **kind, items=[row])

	def reconciliation(self) -> Any:
		row = {"item_code": self.item, "warehouse": self.place, "qty": 40, "valuation_rate": 12}
		account = frappe.db.get_value("Company", self.company, "stock_adjustment_account")
		return self.draft(
			"Stock Reconciliation", purpose="Stock Reconciliation", expense_account=account, items=[row]
		)

	def approved(self, make: Callable[[], Any]) -> Any:
		document = make()
		row = {"step": 1, "approver": "User", "user": self.approver}
		of_kind = {"step": 0, "field": "purpose", "comparison": "=", "value": document.get("purpose")}
		conditions = [of_kind] if document.doctype == "Stock Entry" else []
		values = drawn([row], conditions, document_type=document.doctype)
		policy = self.platform.create("Approval Policy", values)
		self.addCleanup(self.platform.update, "Approval Policy", policy, {"enabled": 0})
		about = {"doctype": document.doctype, "name": document.name}
		request = self.platform.call("approval.request", **about)
		made = self.platform.call("approval.approve", name=request["name"], user=self.approver)
		self.assertEqual(made["state"], "Approved")
		return document

	def test_saved_again_it_is_still_what_was_approved(self) -> None:
		"""The books value a Stock Entry anew at each save, and set the time of posting."""
		for make in (self.purchase_order, self.material_request, self.stock_entry, self.reconciliation):
			with self.subTest(make=make.__name__):
				document = self.approved(make)
				if make == self.stock_entry:
					erp.receipt(self.item, self.place, 10, basic_rate=90)
				document = frappe.get_doc(document.doctype, document.name)
				document.save()
				frappe.db.commit()
				document = frappe.get_doc(document.doctype, document.name)
				document.submit()
				frappe.db.commit()
				self.assertEqual(document.docstatus, 1)

	def test_changed_it_is_not(self) -> None:
		for make, changes in (
			(self.purchase_order, {"supplier": erp.supplier()}),
			(self.material_request, {"material_request_type": "Material Transfer"}),
			(self.stock_entry, {"remarks": "Take it all"}),
			(self.stock_entry, {"to": erp.warehouse()}),
			(self.reconciliation, {"rate": 13}),
		):
			with self.subTest(make=make.__name__, changes=changes):
				document = self.approved(make)
				document = frappe.get_doc(document.doctype, document.name)
				row = document.items[0]
				if "to" in changes:
					row.t_warehouse = changes["to"]
				elif "rate" in changes:
					row.valuation_rate = changes["rate"]
				else:
					document.update(changes)
				with self.assertRaises(frappe.ValidationError) as raised:
					document.submit()
				frappe.db.rollback()
				self.assertIn("was changed", str(raised.exception))
