"""Nobody bypasses the approval of a request: not by REST, not by the desk's own calls, not with the right role."""

from typing import Any

import frappe
import requests
from frappe.model.workflow import apply_workflow

from inventory_midplatform.adapters.site import permissions
from inventory_midplatform.domain import approval
from inventory_midplatform.patches.v0_3_0.requesters_and_duplicate_policies import REQUESTERS_BEFORE, execute
from inventory_midplatform.setup import approval_workflow
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.site_case import SiteTestCase

DOCTYPE = "Inventory Request"


class TestApprovalBypass(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item, cls.place = erp.item(), erp.warehouse()
		cls.requester, cls.requester_key = racing.user_with_key(["Inventory Buyer"])
		cls.supervisor, cls.supervisor_key = racing.user_with_key(["Warehouse Supervisor"])
		cls.director, cls.director_key = racing.user_with_key(["Inventory Director"])
		cls.server = racing.serving(workers=1)
		cls.url = cls.server.__enter__()
		cls.addClassCleanup(cls.server.__exit__, None, None, None)

	def values(self, rate: float = 10) -> dict[str, Any]:
		return {
			"doctype": DOCTYPE,
			"request_type": "Purchase",
			"company": self.company,
			"warehouse": self.place,
			"required_by": frappe.utils.nowdate(),
			"items": [{"item_code": self.item, "qty": 5, "uom": "Nos", "rate": rate}],
		}

	def send(self, method: str, path: str, key: str, **payload: Any) -> Any:
		headers = {**racing.host(), "Authorization": f"token {key}"}
		response = requests.request(method, f"{self.url}{path}", headers=headers, json=payload, timeout=60)
		frappe.db.rollback()
		return response

	def make(self, rate: float = 10) -> str:
		made = self.send("POST", f"/api/resource/{DOCTYPE}", self.requester_key, **self.values(rate))
		self.assertEqual(made.status_code, 200, made.text)
		return str(made.json()["data"]["name"])

	def act(self, name: str, action: str, key: str) -> Any:
		document = frappe.get_doc(DOCTYPE, name).as_json()
		path = "/api/method/frappe.model.workflow.apply_workflow"
		return self.send("POST", path, key, doc=document, action=action)

	def pending(self, rate: float = 10) -> str:
		name = self.make(rate)
		self.assertEqual(self.act(name, "Request Approval", self.requester_key).status_code, 200)
		return name

	def state(self, name: str) -> tuple[str, int, str]:
		frappe.db.rollback()
		return tuple(frappe.db.get_value(DOCTYPE, name, ["workflow_state", "docstatus", "status"]))

	def test_approval_by_rest(self) -> None:
		name = self.pending()
		self.assertEqual(self.act(name, "Approve", self.supervisor_key).status_code, 200)
		self.assertEqual(self.state(name), ("Approved", 1, "Approved"))
		made = frappe.get_doc("Material Request", frappe.db.get_value(DOCTYPE, name, "created_document"))
		self.assertEqual((made.docstatus, made.inventory_request, made.items[0].qty), (0, name, 5))

	def test_parts_of_whole_units_that_were_requested_before_can_be_rejected(self) -> None:
		"""They are refused when a request is made; one that is older stands in nobody's way."""
		name = self.pending()
		frappe.db.set_value("Inventory Request Item", {"parent": name}, "qty", 1.5)
		frappe.db.commit()
		refused = self.act(name, "Approve", self.supervisor_key)
		self.assertEqual(refused.status_code, 400, refused.text)
		self.assertIn("is a part of one", refused.text)
		self.assertEqual(self.reject(name, "Whole ones only.").status_code, 200)
		self.assertEqual(self.state(name), ("Rejected", 0, "Rejected"))

	def reject(self, name: str, reason: str) -> Any:
		path = "/api/method/inventory_midplatform.api.v1.request.act"
		return self.send("POST", path, self.supervisor_key, name=name, action="Reject", reason=reason)

	def test_no_rejection_without_a_reason(self) -> None:
		name = self.pending()
		refused = self.act(name, "Reject", self.supervisor_key)
		self.assertEqual(refused.status_code, 400, refused.text)
		self.assertIn("Say why the request is rejected", refused.text)
		# a reason that another user wrote before does not count
		path = f"/api/resource/{DOCTYPE}/{name}"
		self.send("PUT", path, self.requester_key, rejection_reason="Because I say so.")
		self.assertEqual(self.act(name, "Reject", self.supervisor_key).status_code, 400)
		self.assertEqual(self.state(name)[0], "Pending Supervisor")
		self.assertEqual(self.reject(name, "Two are enough.").status_code, 200)
		self.assertEqual(frappe.db.get_value(DOCTYPE, name, "rejection_reason"), "Two are enough.")

	def test_the_desk_counts_only_what_its_user_may_approve(self) -> None:
		pending, high, own = self.pending(), self.pending(rate=5000), self.make()
		self.assertEqual(self.act(own, "Request Approval", self.supervisor_key).status_code, 200)
		self.assertEqual(self.act(high, "Approve", self.supervisor_key).status_code, 200)
		for user, expected in (
			(self.supervisor, {pending}),
			(self.director, {high}),
			(self.requester, set()),
		):
			frappe.set_user(user)
			bootinfo = frappe._dict()
			permissions.extend_bootinfo(bootinfo)
			card = frappe.get_doc("Number Card", "Requests to Approve")
			values = {
				"frappe.boot.inventory_states_to_approve": bootinfo.inventory_states_to_approve,
				"frappe.session.user": user,
			}
			filters = [
				[*condition, values[expression]]
				for *condition, expression in frappe.parse_json(card.dynamic_filters_json)
			]
			self.assertEqual(frappe.parse_json(card.filters_json), [])
			found = set(frappe.get_list(DOCTYPE, filters, pluck="name", order_by="name", limit=0))
			self.assertEqual(found & {pending, high, own}, expected, user)
			frappe.set_user("Administrator")

	def test_no_put_changes_the_state(self) -> None:
		"""Neither the state, nor the docstatus, nor both, from any state, for any user."""
		draft, pending, high = self.make(), self.pending(), self.pending(rate=5000)
		cases = [
			(draft, {"docstatus": 1}),
			(draft, {"workflow_state": "Approved"}),
			(draft, {"workflow_state": "Approved", "docstatus": 1}),
			(pending, {"docstatus": 1}),
			(pending, {"workflow_state": "Approved"}),
			(pending, {"workflow_state": "Pending Director", "docstatus": 1}),
			(high, {"workflow_state": "Approved", "docstatus": 1}),
			(high, {"workflow_state": "Approved", "docstatus": 1, "needs_director": 0}),
			(high, {"workflow_state": "Approved", "docstatus": 1, "amount": 1, "needs_director": 0}),
			(pending, {"docstatus": 2}),
		]
		for name, change in cases:
			before = self.state(name)
			for key in (self.requester_key, self.supervisor_key, self.director_key):
				with self.subTest(change=change, state=before[0]):
					response = self.send("PUT", f"/api/resource/{DOCTYPE}/{name}", key, **change)
					self.assertGreaterEqual(response.status_code, 400, response.text[:300])
					self.assertEqual(self.state(name), before)

	def test_no_new_document_is_approved(self) -> None:
		for born in (
			{"docstatus": 1},
			{"workflow_state": "Approved"},
			{"workflow_state": "Approved", "docstatus": 1},
		):
			with self.subTest(born=born):
				response = self.send(
					"POST", f"/api/resource/{DOCTYPE}", self.supervisor_key, **self.values(), **born
				)
				if response.status_code < 400:
					name = response.json()["data"]["name"]
					self.assertEqual(self.state(name)[1], 0)
					self.assertNotEqual(self.state(name)[0], "Approved")

	def test_computed_fields_are_not_read_from_the_client(self) -> None:
		values = {
			**self.values(rate=5000),
			"needs_director": 0,
			"amount": 1,
			"status": "Approved",
			"created_doctype": "Item",
			"created_document": self.item,
		}
		made = self.send("POST", f"/api/resource/{DOCTYPE}", self.requester_key, **values).json()["data"]
		self.assertEqual(
			(made["needs_director"], made["amount"], made["status"], made.get("created_document")),
			(1, 25000, "Draft", None),
		)

	def test_other_entry_points_of_the_desk(self) -> None:
		name = self.pending()
		before = self.state(name)
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		entry_points = [
			("frappe.client.submit", {"doc": {**document, "docstatus": 1}}),
			(
				"frappe.client.set_value",
				{"doctype": DOCTYPE, "name": name, "fieldname": "workflow_state", "value": "Approved"},
			),
			("frappe.client.set_value", {"doctype": DOCTYPE, "name": name, "fieldname": {"docstatus": 1}}),
			("frappe.client.save", {"doc": {**document, "workflow_state": "Approved", "docstatus": 1}}),
			("frappe.desk.form.save.savedocs", {"doc": frappe.as_json(document), "action": "Submit"}),
		]
		for entry_point, arguments in entry_points:
			for key in (self.requester_key, self.director_key):
				with self.subTest(entry_point=entry_point):
					self.send(
						"POST",
						f"/api/method/{entry_point}",
						key,
						**frappe.parse_json(frappe.as_json(arguments)),
					)
					self.assertEqual(self.state(name), before)

	def test_a_wrong_role_or_the_requester_cannot_approve(self) -> None:
		name = self.pending()
		for key in (self.requester_key, self.director_key):
			self.assertGreaterEqual(self.act(name, "Approve", key).status_code, 400)
		own = self.send("POST", f"/api/resource/{DOCTYPE}", self.supervisor_key, **self.values()).json()[
			"data"
		]["name"]
		self.assertEqual(self.act(own, "Request Approval", self.supervisor_key).status_code, 200)
		self.assertGreaterEqual(self.act(own, "Approve", self.supervisor_key).status_code, 400)
		put = {"workflow_state": "Approved", "docstatus": 1}
		self.assertGreaterEqual(
			self.send("PUT", f"/api/resource/{DOCTYPE}/{own}", self.supervisor_key, **put).status_code, 400
		)
		self.assertEqual(self.state(own)[:2], ("Pending Supervisor", 0))

	def test_nobody_approves_a_request_they_changed(self) -> None:
		name = self.make()
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		document["items"][0]["qty"] = 900
		items = frappe.parse_json(frappe.as_json(document["items"]))
		changed = self.send("PUT", f"/api/resource/{DOCTYPE}/{name}", self.supervisor_key, items=items)
		self.assertEqual(changed.status_code, 200, changed.text[:300])
		self.assertEqual(self.act(name, "Request Approval", self.requester_key).status_code, 200)
		name_of_other = self.make()
		self.assertEqual(self.act(name_of_other, "Request Approval", self.supervisor_key).status_code, 200)
		self.assertGreaterEqual(self.act(name_of_other, "Approve", self.supervisor_key).status_code, 400)
		forged = {"prepared_by": self.requester, "workflow_state": "Approved", "docstatus": 1}
		self.assertGreaterEqual(
			self.send(
				"PUT", f"/api/resource/{DOCTYPE}/{name_of_other}", self.supervisor_key, **forged
			).status_code,
			400,
		)
		self.assertEqual(self.state(name_of_other)[:2], ("Pending Supervisor", 0))

	def test_above_the_amount_two_people_decide(self) -> None:
		name = self.pending(rate=5000)
		self.assertEqual(self.act(name, "Approve", self.supervisor_key).status_code, 200)
		self.assertEqual(self.state(name)[:2], ("Pending Director", 0))
		self.assertGreaterEqual(self.act(name, "Approve", self.supervisor_key).status_code, 400)
		self.assertEqual(self.act(name, "Approve", self.director_key).status_code, 200)
		self.assertEqual(self.state(name)[:2], ("Approved", 1))

	def test_a_pending_request_cannot_be_changed(self) -> None:
		name = self.pending()
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		document["items"][0]["qty"] = 900
		items = frappe.parse_json(frappe.as_json(document["items"]))
		response = self.send("PUT", f"/api/resource/{DOCTYPE}/{name}", self.requester_key, items=items)
		self.assertEqual(response.status_code, 409, response.text[:300])
		self.assertEqual(frappe.db.get_value("Inventory Request Item", {"parent": name}, "qty"), 5)

	def test_an_edited_workflow_survives_migrate_and_is_used(self) -> None:
		from inventory_midplatform.install import after_migrate

		workflow = frappe.get_doc("Workflow", approval_workflow.NAME)
		step = next(t for t in workflow.transitions if t.action == "Approve" and t.state == approval.PENDING)
		self.addCleanup(self._restore_condition, step.condition)
		for transition in workflow.transitions:
			if transition.action == "Approve" and transition.next_state == approval.APPROVED:
				transition.condition = "doc.amount < 30 and not doc.needs_director"
				break
		workflow.save()
		frappe.db.commit()
		after_migrate()
		frappe.db.commit()
		edited = frappe.get_doc("Workflow", approval_workflow.NAME)
		self.assertIn("doc.amount < 30 and not doc.needs_director", [t.condition for t in edited.transitions])
		name = self.pending(rate=10)
		self.assertGreaterEqual(self.act(name, "Approve", self.supervisor_key).status_code, 400)
		self.assertEqual(self.state(name)[:2], ("Pending Supervisor", 0))

	def test_a_workflow_of_an_earlier_release_lets_every_requester_request_approval(self) -> None:
		workflow = frappe.get_doc("Workflow", approval_workflow.NAME)
		before = sorted((t.state, t.action, t.next_state, t.allowed) for t in workflow.transitions)
		added = set(approval.REQUESTERS) - set(REQUESTERS_BEFORE)
		self.assertIn("Quality Inspector", added)
		workflow.transitions = [
			t
			for t in workflow.transitions
			if t.state not in (approval.DRAFT, approval.REJECTED) or t.allowed in REQUESTERS_BEFORE
		]
		workflow.save()
		for _ in range(2):
			execute()
			frappe.db.commit()
			workflow.reload()
			roles = [(t.state, t.action, t.next_state, t.allowed) for t in workflow.transitions]
			self.assertEqual(sorted(roles), before)

	def _restore_condition(self, condition: str) -> None:
		workflow = frappe.get_doc("Workflow", approval_workflow.NAME)
		for transition in workflow.transitions:
			if transition.condition and "amount < 30" in transition.condition:
				transition.condition = condition
		workflow.save()
		frappe.db.commit()

	def test_approval_in_the_desk(self) -> None:
		"""As the form's button does it."""
		frappe.set_user(self.requester)
		document = frappe.get_doc(self.values()).insert()
		apply_workflow(document, "Request Approval")
		frappe.set_user(self.supervisor)
		document = apply_workflow(frappe.get_doc(DOCTYPE, document.name), "Approve")
		self.assertEqual((document.workflow_state, document.status), ("Approved", "Approved"))
		todo = {"reference_type": DOCTYPE, "reference_name": document.name, "allocated_to": self.supervisor}
		self.assertTrue(frappe.db.exists("ToDo", todo))
		frappe.db.commit()
