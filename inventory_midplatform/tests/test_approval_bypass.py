"""Nobody goes round an approval: not by REST, not by the desk's own calls, not by a data import or an amended copy, not with
the right roles; with and without a Workflow of the site.
"""

from typing import ClassVar

import frappe

from inventory_midplatform.domain.errors import NotPermitted
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import drawn, switch_shipped
from inventory_midplatform.tests.bypass_case import (
	APPROVALS,
	DOCTYPES,
	ENTRY,
	ORDER,
	REQUEST,
	BypassCase,
)


class TestApprovalBypass(BypassCase):
	"""Without a Workflow: what is approved is submitted."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.policies = [cls.add_policy(doctype, when_approved="Submit") for doctype in DOCTYPES]

	policies: ClassVar[list[str]]

	def test_no_way_round_before_it_is_requested_and_while_it_waits(self) -> None:
		for doctype in DOCTYPES:
			name = self.make(doctype)
			self.assert_no_way_round(doctype, name)
			self.assert_not_imported(doctype)
			self.requested(doctype, name)
			self.assert_no_way_round(doctype, name, "strong", "approver")

	def test_the_same_calls_submit_a_document_that_needs_no_approval(self) -> None:
		"""Else the others would show nothing."""
		for policy in self.policies:
			self.platform.update("Approval Policy", policy, {"enabled": 0})
		try:
			submitted = set()
			for place, (what, *_) in enumerate(list(self.ways_round(ENTRY, self.make(ENTRY)))):
				name = self.make(ENTRY)
				_, method, path, arguments = list(self.ways_round(ENTRY, name))[place]
				self.send(method, path, "strong", **arguments)
				if self.state(ENTRY, name)[0] == 1:
					submitted.add(what.split(" {")[0])
			self.assertEqual([self.imported(doctype) for doctype in (ENTRY, ORDER)], [[1], [1]])
		finally:
			for policy in self.policies:
				self.platform.update("Approval Policy", policy, {"enabled": 1})
		self.assertLessEqual(
			{"PUT", "run_method", "client.submit", "client.save", "savedocs", "bulk edit"}, submitted
		)

	def test_no_new_document_is_submitted(self) -> None:
		for doctype in DOCTYPES:
			for born in ({"docstatus": 1}, {"docstatus": 1, "workflow_state": "Approved"}):
				with self.subTest(doctype=doctype, born=born):
					values = {**self.values(doctype), **born}
					for path, payload in (
						(f"/api/resource/{doctype}", values),
						("/api/method/frappe.client.insert", {"doc": values}),
						("/api/method/frappe.client.submit", {"doc": values}),
					):
						before = frappe.db.count(doctype, {"docstatus": 1})
						self.send("POST", path, "strong", **payload)
						self.assertEqual(frappe.db.count(doctype, {"docstatus": 1}), before)

	def test_what_is_approved_is_submitted_in_the_name_of_an_approver_who_may_not_submit(self) -> None:
		for doctype in DOCTYPES:
			with self.subTest(doctype=doctype):
				name = self.make(doctype)
				if doctype != REQUEST:  # directors submit requests anyway
					self.assertFalse(frappe.has_permission(doctype, "submit", user=self.approver))
				self.assertEqual(self.approved(doctype, name)["state"], "Approved")
				self.assertEqual(self.state(doctype, name)[0], 1)
				self.assertEqual(frappe.db.get_value(doctype, name, "modified_by"), self.approver)

	def test_a_rejected_or_returned_document_is_not_submitted(self) -> None:
		for doctype in DOCTYPES:
			for operation in ("approval.reject", "approval.return"):
				name = self.make(doctype)
				asked = self.requested(doctype, name)
				self.call(operation, "approver", name=asked["name"], reason="No.")
				self.assert_no_way_round(doctype, name)

	def test_an_amended_copy_needs_an_approval_of_its_own(self) -> None:
		for doctype in (ORDER, ENTRY):
			with self.subTest(doctype=doctype):
				name = self.make(doctype)
				self.approved(doctype, name)
				document = frappe.get_doc(doctype, name)
				document.cancel()
				frappe.db.commit()
				for more in ({}, {"docstatus": 1}):
					values = {**self.values(doctype), "amended_from": name, **more}
					made = self.send("POST", f"/api/resource/{doctype}", "strong", **values)
					if made.status_code == 200:
						amended = made.json()["data"]["name"]
						self.assert_no_way_round(doctype, amended)
				self.assertFalse(frappe.db.exists(doctype, {"amended_from": name, "docstatus": 1}))

	def test_a_line_that_no_policy_reads_is_watched_too(self) -> None:
		for doctype, field, value in ((ORDER, "schedule_date", "2099-01-01"), (ENTRY, "qty", 500)):
			with self.subTest(doctype=doctype):
				name = self.make(doctype)
				asked = self.requested(doctype, name)
				items = frappe.get_doc(doctype, name).as_dict()["items"]
				items[0][field] = value
				changed = self.send("PUT", f"/api/resource/{doctype}/{name}", "strong", items=items)
				self.assertEqual(changed.status_code, 200, changed.text[:300])
				refused = self.send("POST", f"{APPROVALS}approval.approve", "approver", name=asked["name"])
				self.assertEqual(refused.status_code, 409, refused.text[:300])
				self.assertEqual(refused.json()["error"]["code"], "changed_meanwhile")
				self.assert_no_way_round(doctype, name)

	def test_approval_requests_are_written_by_operations_alone(self) -> None:
		name = self.make(ORDER)
		asked = self.requested(ORDER, name)["name"]
		for change in (
			{"state": "Approved"},
			{"decisions": []},
			{"facts": "{}"},
			{"policy_content": "{}"},
			{"applicant": self.strong},
		):
			response = self.send("PUT", f"/api/resource/Approval Request/{asked}", "strong", **change)
			self.assertGreaterEqual(response.status_code, 400, response.text[:300])
		for path in (f"/api/resource/Approval Request/{asked}",):
			self.assertGreaterEqual(self.send("DELETE", path, "strong").status_code, 400)
		made = {"document_type": ORDER, "document_name": name, "state": "Approved"}
		self.assertGreaterEqual(
			self.send("POST", "/api/resource/Approval Request", "strong", **made).status_code, 400
		)
		self.assert_no_way_round(ORDER, name)

	def test_nobody_switches_on_a_policy_that_submits_what_they_may_not_submit(self) -> None:
		manager = erp.user(["Inventory Manager"])
		frappe.db.commit()
		row = {"step": 1, "approver": "User", "user": self.approver}
		for doctype, is_refused in ((ORDER, True), (ENTRY, False)):
			values = drawn([row], document_type=doctype, when_approved="Submit", enabled=0)
			name = self.platform.create("Approval Policy", values)
			with self.subTest(doctype=doctype):
				if is_refused:
					with self.assertRaises(NotPermitted) as raised:
						self.platform.call("approval.switch_on", name=name, user=manager)
					self.assertEqual(raised.exception.code, "may_not_submit")
				else:
					self.platform.call("approval.switch_on", name=name, user=manager)
					self.platform.call("approval.switch_off", name=name, user=manager)


STATES = (("Draft", "0"), ("Approved", "1"), ("Rejected", "0"), ("Cancelled", "2"))


class TestBesideAWorkflow(BypassCase):
	"""A site with Workflows of its own: completion of a request applies the transition, whose roles the approver lacks."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		switch_shipped(cls.platform, False)
		cls.addClassCleanup(switch_shipped, cls.platform, True)
		for doctype in DOCTYPES:
			cls.add_workflow(doctype)
			cls.add_policy(doctype, when_approved="Workflow Action", workflow_action="Approve")

	@classmethod
	def add_workflow(cls, doctype: str) -> None:
		for state, _ in STATES:
			cls.add_missing("Workflow State", state, workflow_state_name=state)
		for action in ("Approve", "Reject", "Cancel"):
			cls.add_missing("Workflow Action Master", action, workflow_action_name=action)
		steps = (
			("Draft", "Approve", "Approved"),
			("Draft", "Reject", "Rejected"),
			("Approved", "Cancel", "Cancelled"),
		)
		workflow = erp.insert(
			"Workflow",
			workflow_name=erp.unique("Workflow"),
			document_type=doctype,
			is_active=1,
			override_status=1,
			workflow_state_field="workflow_state",
			states=[{"state": s, "doc_status": d, "allow_edit": "All"} for s, d in STATES],
			transitions=[
				{
					"state": a,
					"action": b,
					"next_state": c,
					"allowed": "System Manager",
					"allow_self_approval": 1,
				}
				for a, b, c in steps
			],
		)
		cls.addClassCleanup(cls.take_away, workflow.name, doctype)
		frappe.clear_cache(doctype=doctype)
		frappe.db.commit()

	@classmethod
	def add_missing(cls, doctype: str, name: str, **values: str) -> None:
		if not frappe.db.exists(doctype, name):
			erp.insert(doctype, **values)
			cls.addClassCleanup(cls.remove, doctype, name)

	@classmethod
	def remove(cls, doctype: str, name: str) -> None:
		frappe.delete_doc(doctype, name, force=True)
		frappe.db.commit()

	@classmethod
	def take_away(cls, name: str, doctype: str) -> None:
		"""Take the Workflow away with the field that it made: what is on the site after the app is gone is compared."""
		cls.remove("Workflow", name)
		field = f"{doctype}-workflow_state"
		if frappe.db.exists("Custom Field", field):
			cls.remove("Custom Field", field)
			frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN workflow_state")
		frappe.cache.hdel("workflow", doctype)
		frappe.clear_cache(doctype=doctype)

	def test_no_way_round(self) -> None:
		for doctype in DOCTYPES:
			name = self.make(doctype)
			self.assertEqual(self.state(doctype, name), (0, "Draft"))
			self.assert_no_way_round(doctype, name)
			self.assert_not_imported(doctype)
			self.requested(doctype, name)
			self.assert_no_way_round(doctype, name, "strong", "approver")

	def test_an_approved_request_applies_the_transition_without_the_approver_having_its_role(self) -> None:
		for doctype in DOCTYPES:
			with self.subTest(doctype=doctype):
				name = self.make(doctype)
				self.assertEqual(self.approved(doctype, name)["state"], "Approved")
				self.assertEqual(self.state(doctype, name), (1, "Approved"))
				self.assertEqual(frappe.db.get_value(doctype, name, "modified_by"), self.approver)

	def test_other_steps_of_the_workflow_are_free(self) -> None:
		for doctype in (ORDER, ENTRY):
			name = self.make(doctype)
			document = frappe.get_doc(doctype, name).as_json()
			path = "/api/method/frappe.model.workflow.apply_workflow"
			answer = self.send("POST", path, "strong", doc=document, action="Reject")
			self.assertEqual(answer.status_code, 200, answer.text[:300])
			self.assertEqual(self.state(doctype, name), (0, "Rejected"))

	def test_a_step_that_the_workflow_does_not_have(self) -> None:
		name = self.make(ORDER)
		asked = self.requested(ORDER, name)
		frappe.db.set_value(ORDER, name, "workflow_state", "Rejected")
		frappe.db.commit()
		refused = self.send("POST", f"{APPROVALS}approval.approve", "approver", name=asked["name"])
		self.assertEqual((refused.status_code, refused.json()["error"]["code"]), (409, "no_transition"))
		self.assertEqual(self.state(ORDER, name), (0, "Rejected"))
