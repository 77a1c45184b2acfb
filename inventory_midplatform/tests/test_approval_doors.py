"""Nobody goes round the approval of a request: not by REST, not by the desk's own calls, not with the right role."""

from typing import Any

import frappe
import requests
from frappe.model.workflow import apply_workflow

from inventory_midplatform.domain import approval
from inventory_midplatform.setup import approval_workflow
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.site_case import SiteTestCase

DOCTYPE = "Inventory Request"


class TestApprovalDoors(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item, cls.place = erp.item(), erp.warehouse()
		cls.asker, cls.asker_key = racing.user_with_key(["Inventory Buyer"])
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
		answer = requests.request(method, f"{self.url}{path}", headers=headers, json=payload, timeout=60)
		frappe.db.rollback()
		return answer

	def make(self, rate: float = 10) -> str:
		made = self.send("POST", f"/api/resource/{DOCTYPE}", self.asker_key, **self.values(rate))
		self.assertEqual(made.status_code, 200, made.text)
		return str(made.json()["data"]["name"])

	def act(self, name: str, action: str, key: str) -> Any:
		document = frappe.get_doc(DOCTYPE, name).as_json()
		path = "/api/method/frappe.model.workflow.apply_workflow"
		return self.send("POST", path, key, doc=document, action=action)

	def pending(self, rate: float = 10) -> str:
		name = self.make(rate)
		self.assertEqual(self.act(name, "Ask for Approval", self.asker_key).status_code, 200)
		return name

	def state(self, name: str) -> tuple[str, int, str]:
		frappe.db.rollback()
		return tuple(frappe.db.get_value(DOCTYPE, name, ["workflow_state", "docstatus", "status"]))

	def test_the_right_way_by_rest(self) -> None:
		name = self.pending()
		self.assertEqual(self.act(name, "Approve", self.supervisor_key).status_code, 200)
		self.assertEqual(self.state(name), ("Approved", 1, "Approved"))
		made = frappe.get_doc("Material Request", frappe.db.get_value(DOCTYPE, name, "created_document"))
		self.assertEqual((made.docstatus, made.inventory_request, made.items[0].qty), (0, name, 5))

	def test_parts_of_whole_units_that_were_asked_for_before_can_be_rejected(self) -> None:
		"""They are refused when a request is made; one that is older stands in nobody's way."""
		name = self.pending()
		frappe.db.set_value("Inventory Request Item", {"parent": name}, "qty", 1.5)
		frappe.db.commit()
		refused = self.act(name, "Approve", self.supervisor_key)
		self.assertEqual(refused.status_code, 400, refused.text)
		self.assertIn("is a part of one", refused.text)
		self.assertEqual(self.act(name, "Reject", self.supervisor_key).status_code, 200)
		self.assertEqual(self.state(name), ("Rejected", 0, "Rejected"))

	def test_no_put_moves_it(self) -> None:
		"""Neither the state, nor the docstatus, nor both, from any state, whoever asks."""
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
			for key in (self.asker_key, self.supervisor_key, self.director_key):
				with self.subTest(change=change, state=before[0]):
					answer = self.send("PUT", f"/api/resource/{DOCTYPE}/{name}", key, **change)
					self.assertGreaterEqual(answer.status_code, 400, answer.text[:300])
					self.assertEqual(self.state(name), before)

	def test_no_new_document_is_born_approved(self) -> None:
		for born in (
			{"docstatus": 1},
			{"workflow_state": "Approved"},
			{"workflow_state": "Approved", "docstatus": 1},
		):
			with self.subTest(born=born):
				answer = self.send(
					"POST", f"/api/resource/{DOCTYPE}", self.supervisor_key, **self.values(), **born
				)
				if answer.status_code < 400:
					name = answer.json()["data"]["name"]
					self.assertEqual(self.state(name)[1], 0)
					self.assertNotEqual(self.state(name)[0], "Approved")

	def test_what_the_server_works_out_is_not_taken_from_the_client(self) -> None:
		values = {
			**self.values(rate=5000),
			"needs_director": 0,
			"amount": 1,
			"status": "Approved",
			"created_doctype": "Item",
			"created_document": self.item,
		}
		made = self.send("POST", f"/api/resource/{DOCTYPE}", self.asker_key, **values).json()["data"]
		self.assertEqual(
			(made["needs_director"], made["amount"], made["status"], made.get("created_document")),
			(1, 25000, "Draft", None),
		)

	def test_other_doors_of_the_desk(self) -> None:
		name = self.pending()
		before = self.state(name)
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		doors = [
			("frappe.client.submit", {"doc": {**document, "docstatus": 1}}),
			(
				"frappe.client.set_value",
				{"doctype": DOCTYPE, "name": name, "fieldname": "workflow_state", "value": "Approved"},
			),
			("frappe.client.set_value", {"doctype": DOCTYPE, "name": name, "fieldname": {"docstatus": 1}}),
			("frappe.client.save", {"doc": {**document, "workflow_state": "Approved", "docstatus": 1}}),
			("frappe.desk.form.save.savedocs", {"doc": frappe.as_json(document), "action": "Submit"}),
		]
		for door, arguments in doors:
			for key in (self.asker_key, self.director_key):
				with self.subTest(door=door):
					self.send(
						"POST", f"/api/method/{door}", key, **frappe.parse_json(frappe.as_json(arguments))
					)
					self.assertEqual(self.state(name), before)

	def test_a_wrong_role_and_oneself_cannot_approve(self) -> None:
		name = self.pending()
		for key in (self.asker_key, self.director_key):
			self.assertGreaterEqual(self.act(name, "Approve", key).status_code, 400)
		own = self.send("POST", f"/api/resource/{DOCTYPE}", self.supervisor_key, **self.values()).json()[
			"data"
		]["name"]
		self.assertEqual(self.act(own, "Ask for Approval", self.supervisor_key).status_code, 200)
		self.assertGreaterEqual(self.act(own, "Approve", self.supervisor_key).status_code, 400)
		put = {"workflow_state": "Approved", "docstatus": 1}
		self.assertGreaterEqual(
			self.send("PUT", f"/api/resource/{DOCTYPE}/{own}", self.supervisor_key, **put).status_code, 400
		)
		self.assertEqual(self.state(own)[:2], ("Pending Supervisor", 0))

	def test_nobody_approves_what_they_changed_in_anothers_request(self) -> None:
		name = self.make()
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		document["items"][0]["qty"] = 900
		items = frappe.parse_json(frappe.as_json(document["items"]))
		changed = self.send("PUT", f"/api/resource/{DOCTYPE}/{name}", self.supervisor_key, items=items)
		self.assertEqual(changed.status_code, 200, changed.text[:300])
		self.assertEqual(self.act(name, "Ask for Approval", self.asker_key).status_code, 200)
		name_of_other = self.make()
		self.assertEqual(self.act(name_of_other, "Ask for Approval", self.supervisor_key).status_code, 200)
		self.assertGreaterEqual(self.act(name_of_other, "Approve", self.supervisor_key).status_code, 400)
		forged = {"prepared_by": self.asker, "workflow_state": "Approved", "docstatus": 1}
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

	def test_a_pending_request_is_not_changed_under_the_approvers_eyes(self) -> None:
		name = self.pending()
		document = frappe.get_doc(DOCTYPE, name).as_dict()
		document["items"][0]["qty"] = 900
		items = frappe.parse_json(frappe.as_json(document["items"]))
		answer = self.send("PUT", f"/api/resource/{DOCTYPE}/{name}", self.asker_key, items=items)
		self.assertEqual(answer.status_code, 409, answer.text[:300])
		self.assertEqual(frappe.db.get_value("Inventory Request Item", {"parent": name}, "qty"), 5)

	def test_an_edited_workflow_survives_migrate_and_is_followed(self) -> None:
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

	def _restore_condition(self, condition: str) -> None:
		workflow = frappe.get_doc("Workflow", approval_workflow.NAME)
		for transition in workflow.transitions:
			if transition.condition and "amount < 30" in transition.condition:
				transition.condition = condition
		workflow.save()
		frappe.db.commit()

	def test_the_desks_own_way(self) -> None:
		"""As the form's button does it."""
		frappe.set_user(self.asker)
		document = frappe.get_doc(self.values()).insert()
		apply_workflow(document, "Ask for Approval")
		frappe.set_user(self.supervisor)
		document = apply_workflow(frappe.get_doc(DOCTYPE, document.name), "Reject")
		self.assertEqual((document.workflow_state, document.status), ("Rejected", "Rejected"))
		todo = {"reference_type": DOCTYPE, "reference_name": document.name, "allocated_to": self.supervisor}
		self.assertTrue(frappe.db.exists("ToDo", todo))
		frappe.db.commit()
