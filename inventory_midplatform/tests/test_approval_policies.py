"""Approval Policies on a site: saved by the desk and by REST they go through one check; ERPNext's amounts."""

from typing import Any

import frappe
from frappe.client import save, set_value

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval.shipped_policies import SHIPPED
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

DOCTYPE = "Approval Policy"


class TestPoliciesAsRecords(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		cls.buying = ["Purchase User", "Warehouse Supervisor"]
		cls.supervisor = cls.platform.make_user(cls.buying)
		cls.director = cls.platform.make_user([*cls.buying, "Inventory Director"])
		cls.manager = cls.platform.make_user(["Inventory Manager", "Purchase User"])

	supervisor: str
	director: str
	manager: str
	buying: list[str]

	def policy(self, **values: Any) -> str:
		steps = [{"step": 1, "approver": "User", "user": self.supervisor}]
		never = [{"step": 0, "field": "title", "comparison": "=", "value": erp.unique("None")}]
		whole = drawn(steps, never, document_type="Purchase Order")
		name = self.platform.create(DOCTYPE, {**whole, **values})
		self.addCleanup(self.platform.update, DOCTYPE, name, {"enabled": 0})
		return name

	def read(self, name: str) -> Row:
		found: Row = self.platform.call("approval.get_policy", name=name)
		return found

	def standing(self, name: str) -> tuple[Any, ...]:
		policy = self.read(name)
		return tuple(policy[field] for field in ("enabled", "version", "is_draft"))

	def as_manager(self) -> None:
		frappe.set_user(self.manager)

	def changed(self, name: str) -> dict[str, Any]:
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		document["approvers"][0]["user"] = self.director
		return frappe.parse_json(frappe.as_json(document))  # type: ignore[no-any-return]

	def test_the_form_and_rest_make_a_draft_of_an_enabled_policy(self) -> None:
		name = self.policy()
		self.as_manager()
		save(self.changed(name))
		frappe.db.commit()
		self.assertEqual(self.standing(name), (True, 1, True))
		self.assertEqual(self.read(name)["in_force"]["approvers"][0]["user"], self.supervisor)

	def test_what_is_in_force_is_not_written_by_rest(self) -> None:
		name = self.policy()
		forged = self.read(name)["in_force"]
		forged["approvers"][0]["user"] = self.director
		self.as_manager()
		for field, value in (("in_force", frappe.as_json(forged)), ("version", 9), ("in_force", "")):
			set_value(DOCTYPE, name, field, value)
			frappe.db.commit()
			policy = self.read(name)
			self.assertEqual(policy["version"], 1)
			self.assertEqual(policy["in_force"]["approvers"][0]["user"], self.supervisor)

	def test_a_saved_policy_with_problems_is_not_enabled_by_the_form(self) -> None:
		name = self.policy(enabled=0)
		document = self.changed(name)
		document["approvers"][0]["user"] = self.platform.make_user(["Employee"])
		self.as_manager()
		save(document)
		frappe.db.commit()
		document = {
			**frappe.parse_json(frappe.as_json(frappe.get_doc(DOCTYPE, name).as_dict())),
			"enabled": 1,
		}
		with self.assertRaisesRegex(frappe.ValidationError, "may not read"):
			save(document)
		frappe.db.rollback()
		self.assertEqual(self.standing(name), (False, 0, True))

	def test_a_copy_is_not_in_force(self) -> None:
		copied = frappe.copy_doc(frappe.get_doc(DOCTYPE, self.policy()), ignore_no_copy=False)
		copied.title = erp.unique("Copy")
		copied.insert()
		frappe.db.commit()
		self.assertEqual(self.standing(copied.name), (False, 0, True))

	def test_amounts_of_erpnext_are_compared_in_company_currency(self) -> None:
		over = {"step": 0, "comparison": ">", "value": "10000"}
		steps = [{"step": 1, "approver": "User", "user": self.supervisor}]
		for field, other in (("grand_total", "base_grand_total"), ("items.amount", "items.base_amount")):
			content = drawn(steps, [{**over, "field": field}], document_type="Purchase Order", title="x")
			content = {k: v for k, v in content.items() if k != "enabled"}
			content["approvers"] = [{k: v for k, v in row.items() if v} for row in content["approvers"]]
			checked = self.platform.call("approval.check_policy", content=content)
			self.assertEqual([p["code"] for p in checked["problems"]], ["other_currency"])
			label = frappe.get_meta("Purchase Order").get_label(other) if "." not in other else "Items: "
			self.assertIn(label, checked["problems"][0]["reason"]["sentence"])
			content["conditions"][0]["field"] = other
			self.assertEqual(self.platform.call("approval.check_policy", content=content)["problems"], [])
		names = [
			field["field"]
			for field in self.platform.call("approval.policy_fields", doctype="Purchase Order")["fields"]
		]
		self.assertIn("base_grand_total", names)
		self.assertNotIn("grand_total", names)

	def test_the_fields_of_every_shipped_policy_are_there(self) -> None:
		for shipped in SHIPPED:
			content = {k: v for k, v in shipped.items() if k not in ("title",)}
			found = self.platform.call("approval.check_policy", content=content)["problems"]
			of_people = {"nobody_has_role", "no_access", "some_without_access"}
			self.assertLessEqual({p["code"] for p in found}, of_people, shipped["title"])

	def test_a_purchase_order_is_tried_and_those_of_the_last_days_replayed(self) -> None:
		content = next(policy for policy in SHIPPED if policy["document_type"] == "Purchase Order")
		title = erp.unique("Tried")
		name = self.platform.call("approval.save_policy", content={**content, "title": title})["name"]
		item, warehouse = erp.item(), erp.warehouse()
		line = {"item_code": item, "warehouse": warehouse, "qty": 60, "rate": 310}
		order = erp.insert(
			"Purchase Order",
			supplier=erp.supplier(),
			company=self.company,
			schedule_date=frappe.utils.nowdate(),
			items=[line],
		).name
		frappe.db.commit()
		tried = self.platform.call("approval.try_policy", policy=name, name=order)
		self.assertEqual([row["step"] for row in tried["steps"] if row["applies"]], [1, 2, 3, 4])
		self.assertIn("8,600 over 10,000", tried["steps"][1]["reasons"][0]["sentence"])
		small = self.platform.call(
			"approval.try_policy", policy=name, name=order, values={"base_grand_total": "9000"}
		)
		self.assertEqual([row["step"] for row in small["steps"] if row["applies"]], [1, 2, 4])
		before = self.platform.call("approval.replay", policy=name)
		self.assertGreaterEqual(before["steps"]["3"], 1)
		self.assertGreaterEqual(before["documents"], before["steps"]["3"])
		found = self.platform.call("approval.documents", doctype="Purchase Order", text=order)["documents"]
		self.assertEqual([(d["name"], d["amount"]) for d in found], [(order, "18600")])

	def test_people_without_a_right_to_the_documents_try_nothing(self) -> None:
		director = self.platform.make_user(["Inventory Director"])
		for operation, arguments in (
			("documents", {"doctype": "Email Account"}),
			("replay", {"policy": self.policy(enabled=0, document_type="Email Account", conditions=[])}),
		):
			with self.assertRaises(InventoryError) as refused:
				self.platform.call(f"approval.{operation}", user=director, **arguments)
			self.assertEqual(refused.exception.code, "document_not_permitted")
