"""Inventory Requests on a site, by the policy that the app brings: over HTTP, on the desk, and as a site edits the policy."""

import frappe

from inventory_midplatform import install
from inventory_midplatform.setup import approval_policies
from inventory_midplatform.tests.approval_records import SHIPPED
from inventory_midplatform.tests.bypass_case import APPROVALS, REQUEST, BypassCase


class TestRequestsByTheirPolicy(BypassCase):
	"""Inventory Requests, by the policy that the app brings."""

	def make_request(self, rate: float = 10, who: str = "buyer") -> str:
		made = self.send("POST", f"/api/resource/{REQUEST}", who, **self.values(REQUEST, rate))
		self.assertEqual(made.status_code, 200, made.text)
		return str(made.json()["data"]["name"])

	def test_approval_by_rest(self) -> None:
		name = self.make_request()
		asked = self.requested(REQUEST, name, "buyer")
		self.assertEqual(frappe.db.get_value(REQUEST, name, "status"), "Pending")
		self.call("approval.approve", "supervisor", name=asked["name"])
		self.assertEqual(frappe.db.get_value(REQUEST, name, ["docstatus", "status"]), (1, "Approved"))
		made = frappe.get_doc("Material Request", frappe.db.get_value(REQUEST, name, "created_document"))
		self.assertEqual((made.docstatus, made.inventory_request, made.items[0].qty), (0, name, 5))

	def test_above_the_amount_two_people_decide(self) -> None:
		name = self.make_request(rate=5000)
		asked = self.requested(REQUEST, name, "buyer")
		self.call("approval.approve", "supervisor", name=asked["name"])
		self.assert_no_way_round(REQUEST, name, "supervisor", "approver", "strong")
		self.call("approval.approve", "approver", name=asked["name"])
		self.assertEqual(self.state(REQUEST, name)[0], 1)

	def test_computed_fields_are_not_read_from_the_client(self) -> None:
		forged = {
			"amount": 1,
			"status": "Approved",
			"rejection_reason": "Because I say so.",
			"created_doctype": "Item",
			"created_document": self.item,
		}
		name = self.make(REQUEST, "buyer", items=self.values(REQUEST, 5000)["items"], **forged)
		for _ in range(2):
			made = frappe.get_doc(REQUEST, name)
			self.assertEqual(
				(made.amount, made.status, made.rejection_reason, made.created_document),
				(25000, "Draft", None, None),
			)
			self.send("PUT", f"/api/resource/{REQUEST}/{name}", "buyer", **forged)

	def test_a_request_that_waits_cannot_be_changed(self) -> None:
		name = self.make_request()
		self.requested(REQUEST, name, "buyer")
		items = frappe.get_doc(REQUEST, name).as_dict()["items"]
		items[0]["qty"] = 900
		response = self.send("PUT", f"/api/resource/{REQUEST}/{name}", "buyer", items=items)
		self.assertEqual(response.status_code, 409, response.text[:300])
		self.assertEqual(frappe.db.get_value("Inventory Request Item", {"parent": name}, "qty"), 5)

	def test_parts_of_whole_units_that_were_requested_before_can_be_rejected(self) -> None:
		"""They are refused when a request is made; one that is older stands in nobody's way."""
		name = self.make_request()
		frappe.db.set_value("Inventory Request Item", {"parent": name}, "qty", 1.5)
		frappe.db.commit()
		asked = self.requested(REQUEST, name, "buyer")
		refused = self.send("POST", f"{APPROVALS}approval.approve", "supervisor", name=asked["name"])
		self.assertEqual(refused.status_code, 400, refused.text)
		self.assertIn("is a part of one", refused.text)
		self.call("approval.reject", "supervisor", name=asked["name"], reason="Whole ones only.")
		self.assertEqual(
			frappe.db.get_value(REQUEST, name, ["docstatus", "status", "rejection_reason"]),
			(0, "Rejected", "Whole ones only."),
		)

	def test_the_desk_counts_what_waits_for_its_user(self) -> None:
		name = self.make_request()
		asked = self.requested(REQUEST, name, "buyer")["name"]
		card = frappe.get_doc("Number Card", "My Approvals")
		for user, is_counted in ((self.supervisor, True), (self.buyer, False), (self.approver, False)):
			frappe.set_user(user)
			filters = frappe.parse_json(card.filters_json) + [
				[*condition, {"frappe.session.user": user}[expression]]
				for *condition, expression in frappe.parse_json(card.dynamic_filters_json)
			]
			found = frappe.get_list("Approval Request", filters, pluck="name", order_by="name", limit=0)
			self.assertEqual(asked in found, is_counted, user)
			assigned = {"state": "Open", "_assign": ["like", f'%"{user}"%']}
			found = frappe.get_list("Approval Request", assigned, pluck="name", order_by="name", limit=0)
			self.assertEqual(asked in found, is_counted, user)
			frappe.set_user("Administrator")

	def test_a_policy_that_a_site_edited_stays_as_it_is(self) -> None:
		self.put_limit("30")
		self.addCleanup(self.put_limit, "10000")
		install.after_migrate()
		approval_policies.create()
		frappe.db.commit()
		asked = self.requested(REQUEST, self.make_request(rate=10), "buyer")
		after = self.call("approval.approve", "supervisor", name=asked["name"])
		self.assertEqual(after["state"], "Open")
		self.assertIn(self.approver, after["waits_for"])

	def put_limit(self, amount: str) -> None:
		rows = [row.as_dict() for row in frappe.get_doc("Approval Policy", SHIPPED).conditions]
		limits = [{**row, "value": amount} for row in rows]
		self.platform.update("Approval Policy", SHIPPED, {"conditions": limits})
		self.platform.call("approval.switch_on", name=SHIPPED)
