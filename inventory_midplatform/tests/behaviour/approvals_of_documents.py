"""What an Approval Policy does to its documents; lists, trials, and policies that are refused."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.approvals import (
	DIRECTOR,
	DOCTYPE,
	OVER,
	SUPERVISOR,
	ApprovalCase,
	by,
	user_row,
)


class ApprovalOfDocumentsBehaviour(ApprovalCase):
	def submit(self, document: str) -> Row:
		"""Submit an Inventory Request by its own approval: the supervisor's."""
		state = self.platform.call("request.get", name=document)["workflow_state"]
		if state == "Draft":
			self.platform.call("request.act", name=document, action="Request Approval", user=self.buyer)
		result: Row = self.platform.call("request.act", name=document, action="Approve", user=self.supervisor)
		return result

	def test_a_document_is_not_submitted_before_it_is_approved(self) -> None:
		self.policy(user_row(self.director))
		document = self.document()
		with self.refused("approval_needed", name=document):
			self.submit(document)
		request = self.requested(document)
		with self.refused("approval_waits", users=self.director):
			self.submit(document)
		self.approve(request, self.director)
		self.assertEqual(self.submit(document)["docstatus"], 1)
		self.assertEqual(self.todos(request), set())
		with self.refused("not_a_draft"):
			self.requested(document)

	def test_a_rejected_document_is_not_submitted(self) -> None:
		self.policy(user_row(self.director))
		document = self.document()
		request = self.requested(document)
		self.reject(request, self.director)
		with self.refused("approval_rejected", reason="Too many."):
			self.submit(document)
		self.approve(self.requested(document), self.director)
		self.assertEqual(self.submit(document)["docstatus"], 1)

	def test_a_document_that_meets_no_policy_needs_none(self) -> None:
		self.policy(user_row(self.director), conditions=[{**OVER, "step": 0}])
		document = self.document(qty=1000)
		with self.refused("no_approval_needed"):
			self.requested(document)
		self.assertEqual(self.submit(document)["docstatus"], 1)

	def test_switched_off_nothing_is_looked_at(self) -> None:
		self.policy(user_row(self.director))
		document = self.document()
		request = self.requested(document)
		self.platform.settings(approval_policies=False)
		for operation, arguments in (
			("approval.request", {"doctype": DOCTYPE, "name": document}),
			("approval.approve", {"name": request["name"]}),
			("approval.reject", {"name": request["name"], "reason": "No"}),
			("approval.withdraw", {"name": request["name"]}),
		):
			with self.refused("module_off", field="approval_policies_enabled"):
				self.platform.call(operation, **arguments)
		self.assertEqual(self.submit(document)["docstatus"], 1)

	def test_a_document_that_was_changed_needs_approval_again(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.director, 2), conditions=[OVER])
		document = self.document(qty=10)
		request = self.approve(self.requested(document), self.supervisor)
		self.assertEqual(request["state"], "Approved")
		self.change(document, 2000)
		with self.refused("changed_since_approval"):
			self.submit(document)
		again = self.requested(document)
		self.assertNotEqual(again["name"], request["name"])
		self.assertEqual(self.approve(again, self.supervisor)["waits_for"], [self.director])

	def test_a_document_that_is_changed_while_it_waits(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.director, 2), conditions=[OVER])
		document = self.document(qty=10)
		request = self.requested(document)
		with self.refused("already_requested", request=request["name"]):
			self.requested(document)
		self.change(document, 2000)
		with self.refused("changed_meanwhile"):
			self.approve(request, self.supervisor)
		again = self.requested(document)
		self.assertEqual(self.platform.call("approval.get", name=request["name"])["state"], "Withdrawn")
		self.assertEqual(self.approve(again, self.supervisor)["waits_for"], [self.director])

	def test_a_change_that_leads_to_another_policy_needs_its_approval(self) -> None:
		"""The first policy does not read the amount, the second, which comes before it, does."""
		self.policy(user_row(self.supervisor), priority=2)
		large = self.policy(user_row(self.director), conditions=[{**OVER, "step": 0}], priority=1)
		document = self.document(qty=10)
		self.approve(self.requested(document), self.supervisor)
		self.change(document, 2000)
		with self.refused("changed_since_approval"):
			self.submit(document)
		request = self.requested(document)
		self.assertEqual((request["policy"], request["waits_for"]), (large, [self.director]))
		self.approve(request, self.director)
		self.assertEqual(self.submit(document)["docstatus"], 1)

	def test_what_is_approved_is_not_requested_again(self) -> None:
		self.policy(user_row(self.supervisor))
		document = self.document()
		self.approve(self.requested(document), self.supervisor)
		with self.refused("already_approved"):
			self.requested(document)

	def change(self, document: str, qty: int) -> None:
		lines = [{"item_code": self.item, "qty": qty, "rate": 10}]
		self.platform.update(DOCTYPE, document, {"items": lines})

	def test_what_does_not_exist(self) -> None:
		with self.refused("unknown_doctype", 404):
			self.requested_of("No Such DocType", "x")
		with self.refused("unknown_doctype", 404):
			self.requested_of("Inventory Request Item", "x")
		with self.refused("unknown_document", 404):
			self.requested_of(DOCTYPE, "x")
		for operation in ("approval.get", "approval.approve", "approval.withdraw"):
			with self.refused("unknown_document", 404):
				self.platform.call(operation, name="x")
		with self.refused("unknown_policy", 404):
			self.platform.call("approval.try_policy", policy="x", name="x")

	def requested_of(self, doctype: str, name: str) -> Any:
		return self.platform.call("approval.request", doctype=doctype, name=name)

	# lists

	def names(self, user: str, **arguments: Any) -> list[str]:
		found = self.platform.call("approval.list", user=user, limit=500, **arguments)
		return [request["name"] for request in found["requests"]]

	def test_what_waits_for_whom(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.director, 2))
		document = self.document()
		first, second = self.requested(document), self.requested()
		self.assertEqual(self.names(self.supervisor), [second["name"], first["name"]])
		self.assertEqual(self.names(self.director), [])
		self.assertEqual(self.names(self.buyer), [])
		self.assertEqual(self.names(self.buyer, only="requested"), [second["name"], first["name"]])
		self.approve(first, self.supervisor)
		self.assertEqual(self.names(self.supervisor), [second["name"]])
		self.assertEqual(self.names(self.director), [first["name"]])
		self.approve(first, self.director)
		self.assertEqual(self.names(self.buyer, only="requested", state="Open"), [second["name"]])
		of_document = {"only": "of_document", "doctype": DOCTYPE, "document": document}
		self.assertEqual(self.names(self.inspector, **of_document), [first["name"]])
		with self.refused("warehouse_not_permitted", 403):
			self.names(self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()]), **of_document)

	def test_a_page_of_them(self) -> None:
		self.policy(user_row(self.supervisor))
		made = [self.requested()["name"] for _ in range(3)]
		page = self.platform.call("approval.list", user=self.supervisor, limit=2)
		self.assertEqual(([r["name"] for r in page["requests"]], page["has_more"]), (made[:0:-1], True))
		page = self.platform.call("approval.list", user=self.supervisor, limit=2, offset=2)
		self.assertEqual(([r["name"] for r in page["requests"]], page["has_more"]), (made[:1], False))
		self.assertEqual(page["requests"][0]["may"], ["approve", "reject"])

	# a trial

	def test_a_trial_says_whom_it_would_ask_and_why(self) -> None:
		policy = self.policy(
			user_row(self.supervisor), user_row(self.director, 2), conditions=[OVER], enabled=0
		)
		before = self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Request`")
		for qty, applies, asked in ((1000, False, []), (1001, True, [self.director])):
			found = self.platform.call("approval.try_policy", policy=policy, name=self.document(qty=qty))
			self.assertTrue(found["applies"])
			self.assertEqual([s["applies"] for s in found["steps"]], [True, applies])
			self.assertEqual([s["waits_for"] for s in found["steps"]], [[self.supervisor], asked])
			why = found["steps"][1]["reasons"][0]
			self.assertEqual(why["values"]["found"], str(qty * 10))
			self.assertIn("meets" if applies else "does not meet", why["template"])
		self.assertEqual(self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Request`"), before)

	def test_a_trial_says_who_is_not_asked(self) -> None:
		policy = self.policy(
			user_row(self.supervisor), user_row(self.inspector), user_row(self.supervisor, 2)
		)
		document = self.document(user=self.inspector)
		steps = self.platform.call("approval.try_policy", policy=policy, name=document)["steps"]
		self.assertEqual([s["waits_for"] for s in steps], [[self.supervisor], []])
		said = [[r["sentence"] for r in s["reasons"]] for s in steps]
		self.assertIn(f"{self.inspector} does not approve their own document.", said[0])
		self.assertIn(f"{self.supervisor} approved an earlier step and is not asked again.", said[1])

	def test_a_trial_of_a_document_it_is_not_for(self) -> None:
		policy = self.policy(user_row(self.supervisor), conditions=[{**OVER, "step": 0}])
		found = self.platform.call("approval.try_policy", policy=policy, name=self.document())
		self.assertEqual((found["applies"], found["steps"]), (False, []))
		self.assertEqual(len(found["reasons"]), 2)

	# policies

	def refused_policy(self, code: str, *steps: Row, conditions: Any = (), **values: Any) -> None:
		with self.refused_record(code):
			self.policy(*steps, conditions=conditions, **values)

	def refused_record(self, code: str) -> Any:
		return self.refused(code, 400)

	def test_policies_that_are_refused(self) -> None:
		good = user_row(self.supervisor)
		stranger = self.platform.make_user(["Employee"])
		disabled = self.platform.make_user([SUPERVISOR])
		with self.platform.context() as ctx:
			ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": disabled})
		own = {"step": 1, "approver": "User in Field", "counting": "Any", "match": "All"}
		for code, steps, conditions in (
			("no_step", [], []),
			("no_approver", [{**good, "user": None}], []),
			("unlike_rows", [good, user_row(self.inspector, counting="All")], []),
			("unknown_step", [good], [OVER]),
			("unknown_field", [good], [{**OVER, "step": 0, "field": "grand_total"}]),
			("unknown_field", [good], [{**OVER, "step": 0, "field": "items.gone"}]),
			("unknown_field", [good], [{**OVER, "step": 0, "field": "warehouse.qty"}]),
			("unknown_field", [good], [{**OVER, "step": 0, "field": "items"}]),
			("not_a_number", [good], [{**OVER, "step": 0, "field": "request_type"}]),
			("not_a_number", [good], [{**OVER, "step": 0, "field": "items.uom"}]),
			("not_a_number", [good], [{**OVER, "step": 0, "value": "much"}]),
			(
				"unreachable_step",
				[good],
				[{**OVER, "step": 0}, {**OVER, "step": 0, "comparison": "<=", "value": "9"}],
			),
			("no_access", [user_row(stranger)], []),
			("no_access", [user_row(disabled)], []),
			("not_a_user", [{**own, "user_field": "purpose"}], []),
			("not_a_user", [{**own, "user_field": "gone"}], []),
		):
			with self.subTest(code=code, conditions=conditions):
				self.refused_policy(code, *steps, conditions=conditions)

	def test_a_draft_of_a_policy_is_saved_and_not_switched_on(self) -> None:
		stranger = self.platform.make_user(["Employee"])
		name = self.policy(user_row(stranger), enabled=0)
		with self.refused("no_access", 400, user=stranger):
			self.platform.update("Approval Policy", name, {"enabled": 1})
		self.platform.update("Approval Policy", name, {"steps": [user_row(self.director)], "enabled": 1})
		self.assertEqual(self.requested()["waits_for"], [self.director])

	def test_a_policy_for_what_is_no_doctype_with_records(self) -> None:
		for doctype in ("Inventory Midplatform Settings", "Inventory Request Item"):
			with self.refused("unknown_doctype", 404):
				self.policy(by(DIRECTOR), document_type=doctype)
