"""What an Approval Policy does to its documents; lists of requests."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.approval_records import change_from_outside
from inventory_midplatform.tests.behaviour.approvals import (
	DOCTYPE,
	OVER,
	SUPERVISOR,
	ApprovalCase,
	user_row,
)


class ApprovalOfDocumentsBehaviour(ApprovalCase):
	def submit(self, document: str) -> Row:
		"""Submit an Inventory Request as the supervisor."""
		result: Row = self.platform.call("request.submit", name=document, user=self.supervisor)
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
		self.platform.settings(approval=False)
		for operation, arguments in (
			("approval.request", {"doctype": DOCTYPE, "name": document}),
			("approval.approve", {"name": request["name"]}),
			("approval.reject", {"name": request["name"], "reason": "No"}),
			("approval.withdraw", {"name": request["name"]}),
		):
			with self.refused("module_off", field="approval_enabled"):
				self.platform.call(operation, **arguments)
		with self.refused("module_off", field="approval_enabled"):
			self.submit(document)

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
		change_from_outside(self.platform, document, 2000)
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
