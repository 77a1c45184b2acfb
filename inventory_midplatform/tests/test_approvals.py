"""Approval policies on a site: a real Purchase Order, and every way round them."""

import json
from typing import Any, ClassVar

import frappe
import requests
from frappe import client

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.ports import Row
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.hot_statements import Recorder
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

PATH = "/api/method/inventory_midplatform.api.v1."
ORDER = "Purchase Order"
ORDER_POLICY = "Approval Policy"
BUYING = "Purchase User"


class TestPurchaseOrders(SiteTestCase):
	"""Supervisor and inspector together, and over 10,000 the director too."""

	keys: ClassVar[dict[str, str]] = {}

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		cls.item, cls.place, cls.supplier = erp.item(), erp.warehouse(), erp.supplier()
		for name, role in (
			("buyer", "Inventory Buyer"),
			("supervisor", "Warehouse Supervisor"),
			("inspector", "Quality Inspector"),
			("director", "Inventory Director"),
		):
			user, cls.keys[name] = racing.user_with_key([role, BUYING])
			setattr(cls, name, user)
		cls.platform.settings(approval=True)
		cls.policy = cls.platform.create(
			ORDER_POLICY, cls.values(cls.supervisor, cls.inspector, cls.director)
		)
		cls.addClassCleanup(cls.platform.update, ORDER_POLICY, cls.policy, {"enabled": 0})
		server = racing.serving(workers=1)
		cls.url = server.__enter__()
		cls.addClassCleanup(server.__exit__, None, None, None)

	supervisor: str
	inspector: str
	director: str
	buyer: str

	@classmethod
	def values(cls, supervisor: str, inspector: str, director: str) -> Row:
		row = {"approver": "User", "step": 1}
		return drawn(
			[
				{**row, "title": "Warehouse and quality", "user": supervisor, "counting": "All"},
				{**row, "user": inspector},
				{**row, "step": 2, "title": "Director", "user": director},
			],
			[
				{"step": 0, "field": "supplier", "comparison": "=", "value": cls.supplier},
				{"step": 2, "field": "base_grand_total", "comparison": ">", "value": "10000"},
			],
			title=erp.unique("Purchases"),
			document_type=ORDER,
		)

	def order(self, rate: float = 100) -> str:
		"""A draft of a hundred units."""
		row = {"item_code": self.item, "warehouse": self.place, "qty": 100, "rate": rate}
		order = frappe.get_doc(
			{
				"doctype": ORDER,
				"supplier": self.supplier,
				"company": self.company,
				"schedule_date": frappe.utils.nowdate(),
				"items": [row],
			}
		)
		order.insert(ignore_permissions=True)
		frappe.db.commit()
		return str(order.name)

	def request(self, order: str) -> Row:
		made: Row = self.platform.call("approval.request", doctype=ORDER, name=order, user=self.buyer)
		return made

	def approve(self, request: Row, *users: str) -> Row:
		for user in users:
			request = self.platform.call("approval.approve", name=request["name"], user=user)
		return request

	def send(self, method: str, path: str, who: str = "buyer", **payload: Any) -> requests.Response:
		headers = {**racing.host(), "Authorization": f"token {self.keys[who]}"}
		response = requests.request(method, f"{self.url}{path}", headers=headers, json=payload, timeout=60)
		frappe.db.rollback()
		return response

	def docstatus(self, order: str) -> int:
		frappe.db.rollback()
		return int(frappe.db.get_value(ORDER, order, "docstatus"))

	def submit(self, order: str) -> None:
		frappe.get_doc(ORDER, order).submit()
		frappe.db.commit()

	def assert_refused(self, order: str, said: str) -> None:
		with self.assertRaises(frappe.ValidationError) as raised:
			self.submit(order)
		frappe.db.rollback()
		self.assertIn(said, str(raised.exception))
		self.assertEqual(self.docstatus(order), 0)

	def test_up_to_10_000_supervisor_and_inspector(self) -> None:
		order = self.order()
		self.assert_refused(order, "needs an approval")
		request = self.request(order)
		self.assertEqual(request["waits_for"], [self.supervisor, self.inspector])
		self.assert_refused(order, self.supervisor)
		request = self.approve(request, self.inspector)
		self.assert_refused(order, self.supervisor)
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")
		self.submit(order)
		self.assertEqual(self.docstatus(order), 1)

	def test_decisions_are_read_by_who_may_read_their_request(self) -> None:
		request = self.request(self.order())
		decisions = [row.name for row in frappe.get_doc("Approval Request", request["name"]).decisions]
		for user, may_read in ((erp.user([BUYING]), False), (self.inspector, True)):
			frappe.set_user(user)
			self.addCleanup(frappe.set_user, "Administrator")
			of_request = {"parent": request["name"]}
			found = client.get_list("Approval Decision", filters=of_request, parent="Approval Request")
			self.assertEqual(bool(found), may_read)
			for name in decisions:
				readable = frappe.get_doc("Approval Decision", name).has_permission("read")
				self.assertEqual(readable, may_read)

	def test_over_10_000_the_director_too(self) -> None:
		order = self.order(rate=100.01)
		request = self.approve(self.request(order), self.supervisor, self.inspector)
		self.assertEqual((request["state"], request["waits_for"]), ("Open", [self.director]))
		self.assert_refused(order, self.director)
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")
		self.submit(order)
		self.assertEqual(self.docstatus(order), 1)

	def test_an_order_that_grew_after_its_approval(self) -> None:
		order = self.order()
		self.approve(self.request(order), self.supervisor, self.inspector)
		document = frappe.get_doc(ORDER, order)
		document.items[0].rate = 101
		document.save()
		frappe.db.commit()
		self.assert_refused(order, "was changed")
		request = self.approve(self.request(order), self.supervisor, self.inspector)
		self.assertEqual(request["waits_for"], [self.director])

	def test_every_way_round_is_refused(self) -> None:
		order = self.order()
		document = json.loads(frappe.get_doc(ORDER, order).as_json())
		for method, path, payload in (
			("POST", "/api/method/frappe.client.submit", {"doc": document}),
			("PUT", f"/api/resource/{ORDER}/{order}", {"docstatus": 1}),
			("POST", "/api/method/frappe.client.save", {"doc": {**document, "docstatus": 1}}),
			(
				"POST",
				"/api/method/frappe.desk.form.save.savedocs",
				{"doc": json.dumps({**document, "docstatus": 1}), "action": "Submit"},
			),
			(
				"POST",
				"/api/method/frappe.client.insert",
				{"doc": {**document, "name": None, "docstatus": 1, "__islocal": 1}},
			),
		):
			with self.subTest(path=path, method=method):
				response = self.send(method, path, "supervisor", **payload)
				self.assertGreaterEqual(response.status_code, 400, response.text[:300])
				self.assertLess(response.status_code, 500, response.text[:300])
		self.assertEqual(self.docstatus(order), 0)
		self.assertFalse(
			frappe.get_all(
				ORDER, {"supplier": self.supplier, "docstatus": 1, "name": [">", order]}, order_by="name"
			)
		)

	def test_an_amended_copy_needs_an_approval_of_its_own(self) -> None:
		order = self.order()
		self.approve(self.request(order), self.supervisor, self.inspector)
		self.submit(order)
		cancelled = frappe.get_doc(ORDER, order)
		cancelled.cancel()
		copy = frappe.copy_doc(cancelled)
		copy.amended_from = order
		copy.docstatus = 0
		copy.insert()
		frappe.db.commit()
		self.assert_refused(copy.name, "needs an approval")

	def test_a_policy_that_compares_an_amount_in_the_orders_own_currency_is_refused(self) -> None:
		for field, other in (
			("grand_total", "Grand Total (Company Currency)"),
			("items.amount", "Items: Amount (Company Currency)"),
		):
			values = self.values(self.supervisor, self.inspector, self.director)
			values["conditions"][1]["field"] = field
			with self.assertRaises(InvalidInput) as raised:
				self.platform.create(ORDER_POLICY, values)
			self.assertEqual(
				(raised.exception.code, raised.exception.details["other"]), ("other_currency", other)
			)

	def test_an_approver_who_may_not_read_orders_is_refused(self) -> None:
		blind = erp.user(["Quality Inspector"])
		frappe.db.commit()
		with self.assertRaises(InvalidInput) as raised:
			self.platform.create(ORDER_POLICY, self.values(self.supervisor, blind, self.director))
		self.assertEqual(raised.exception.code, "no_access")

	def test_switched_off_an_order_is_submitted_as_ever(self) -> None:
		order = self.order()
		self.platform.settings(approval=False)
		try:
			self.submit(order)
		finally:
			self.platform.settings(approval=True)
		self.assertEqual(self.docstatus(order), 1)

	def test_the_desk_learns_which_documents_may_need_an_approval(self) -> None:
		def known() -> list[str]:
			boot = frappe._dict()
			for hook in frappe.get_hooks("extend_bootinfo"):
				if hook.startswith("inventory_midplatform"):
					frappe.get_attr(hook)(boot)
			return list(boot.inventory_doctypes_to_approve)

		self.assertIn(ORDER, known())
		self.platform.settings(approval=False)
		self.assertEqual(known(), [])
		self.platform.settings(approval=True)

	def test_of_another_doctype_a_submission_reads_no_policy(self) -> None:
		entry = erp.receipt(self.item, self.place, 1)
		frappe.db.commit()
		recorder = Recorder()
		with recorder.recording(type(frappe.local.db), ("sql",), "submission"):
			erp.receipt(self.item, self.place, 1)
		statements = list(recorder.statements)
		self.assertTrue(statements)
		self.assertEqual([s for s in statements if "tabApproval" in s], [])
		self.assertEqual(entry.docstatus, 1)

	def test_a_manager_draws_a_policy_without_being_an_administrator(self) -> None:
		_, self.keys["manager"] = racing.user_with_key(["Inventory Manager", BUYING])
		values = {**self.values(self.supervisor, self.inspector, self.director), "enabled": 0}
		values["approvers"][0].update(approver="Role", role="Warehouse Supervisor", user=None)
		made = self.send("POST", f"/api/resource/{ORDER_POLICY}", "manager", **values)
		self.assertEqual(made.status_code, 200, made.text[:300])
		for doctype, name in (("DocType", ORDER), ("Role", "Quality Inspector"), ("User", self.director)):
			with self.subTest(doctype=doctype):
				search = {"doctype": doctype, "txt": name[:10]}
				found = self.send("POST", "/api/method/frappe.desk.search.search_link", "manager", **search)
				self.assertEqual(found.status_code, 200, found.text[:300])
				self.assertIn(name, found.text)
				path = "/api/method/frappe.client.validate_link"
				valid = self.send("POST", path, "manager", doctype=doctype, docname=name, fields='["name"]')
				self.assertEqual(valid.status_code, 200, valid.text[:300])
		refused = self.send("POST", f"/api/resource/{ORDER_POLICY}", "buyer", **values)
		self.assertEqual(refused.status_code, 403, refused.text[:300])

	def test_a_draft_whose_approval_was_requested_can_be_deleted(self) -> None:
		order = self.order()
		request = self.request(order)
		frappe.delete_doc(ORDER, order)
		frappe.db.commit()
		made = self.platform.call("approval.withdraw", name=request["name"], user=self.buyer)
		self.assertEqual(made["state"], "Withdrawn")
