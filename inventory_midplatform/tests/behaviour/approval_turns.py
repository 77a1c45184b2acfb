"""Approval Requests that are returned, delegated, added to, copied, commented on, and approved many at once."""

import base64
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.approvals import (
	DOCTYPE,
	OVER,
	SUPERVISOR,
	ApprovalCase,
	by,
	user_row,
)


class ApprovalTurnsBehaviour(ApprovalCase):
	def call(self, operation: str, request: Row, user: str, **arguments: Any) -> Row:
		found: Row = self.platform.call(f"approval.{operation}", name=request["name"], user=user, **arguments)
		return found

	def change(self, document: str, qty: int) -> None:
		lines = [{"item_code": self.item, "qty": qty, "rate": 10}]
		self.platform.update(DOCTYPE, document, {"items": lines})

	# return

	def test_returned_to_the_applicant_who_changes_it_and_requests_again(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.director, 2), conditions=[OVER])
		document = self.document(qty=1001)
		request = self.approve(self.requested(document), self.supervisor)
		with self.refused("missing_argument", 400, argument="reason"):
			self.call("return", request, self.director, reason=" ")
		with self.refused("not_asked", 403):
			self.call("return", request, self.buyer, reason="Too dear")
		request = self.call("return", request, self.director, reason="Too dear")
		self.assertEqual((request["state"], request["step"], request["waits_for"]), ("Returned", 0, []))
		self.assertEqual(self.todos(request), {self.buyer})
		with self.refused("request_closed"):
			self.approve(request, self.director)
		self.change(document, 2000)
		again = self.requested(document)
		self.assertEqual((again["name"], again["state"], again["round"]), (request["name"], "Open", 2))
		self.assertEqual(
			again["waits_for"], [self.supervisor], "what was approved of the other amount is void"
		)
		self.approve(again, self.supervisor)
		self.assertEqual(self.approve(again, self.director)["state"], "Approved")
		history = [
			(d["decision"], d["user"], d["round"], d["is_void"])
			for d in self.call("get", again, self.director)["decisions"]
		]
		self.assertEqual(
			history,
			[
				("Requested", self.buyer, 1, 0),
				("Approved", self.supervisor, 1, 1),
				("Returned", self.director, 1, 0),
				("Not Needed", self.director, 1, 0),
				("Requested", self.buyer, 2, 0),
				("Approved", self.supervisor, 2, 0),
				("Approved", self.director, 2, 0),
			],
		)

	def test_a_returned_document_that_another_policy_is_for_by_now(self) -> None:
		self.policy(user_row(self.supervisor), priority=2)
		large = self.policy(user_row(self.director), conditions=[{**OVER, "step": 0}], priority=1)
		document = self.document(qty=10)
		first = self.call("return", self.requested(document), self.supervisor, reason="More")
		self.change(document, 2000)
		request = self.requested(document)
		self.assertEqual((request["policy"], request["waits_for"]), (large, [self.director]))
		self.assertEqual(self.call("get", first, self.buyer)["state"], "Withdrawn")

	def test_returned_to_an_earlier_step(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.inspector, 2), user_row(self.director, 3))
		request = self.approve(self.approve(self.requested(), self.supervisor), self.inspector)
		steps = [step["step"] for step in self.call("get", request, self.director)["return_to"]]
		self.assertEqual(steps, [1, 2])
		for step in (3, 7):
			with self.refused("unknown_step", 400, step=step):
				self.call("return", request, self.director, reason="Look again", to_step=step)
		request = self.call("return", request, self.director, reason="Look again", to_step=2)
		self.assertEqual(
			(request["state"], request["step"], request["waits_for"]), ("Open", 2, [self.inspector])
		)
		self.assertEqual(self.todos(request), {self.inspector})
		request = self.approve(request, self.inspector)
		self.assertEqual(request["waits_for"], [self.director], "the first step still counts")
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")

	# delegate and add

	def test_delegated(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.director, 2))
		substitute = self.platform.make_user([SUPERVISOR], [self.warehouse])
		request = self.call("delegate", self.requested(), self.supervisor, to=substitute, reason="On leave")
		self.assertEqual(request["waits_for"], [substitute])
		self.assertEqual(self.todos(request), {substitute})
		with self.refused("already_decided", 409):
			self.approve(request, self.supervisor)
		found = self.call("get", request, substitute)
		self.assertEqual(found["reasons"][-1]["values"], {"user": self.supervisor, "reason": "On leave"})
		self.assertEqual(self.approve(request, substitute)["waits_for"], [self.director])

	def test_who_cannot_be_delegated_to(self) -> None:
		self.policy(user_row(self.supervisor))
		request = self.requested()
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		disabled = self.platform.make_user([SUPERVISOR], [self.warehouse])
		with self.platform.context() as ctx:
			ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": disabled})
		for user in (self.buyer, self.supervisor, elsewhere, disabled, "nobody@example.com"):
			with self.refused("cannot_approve", 400, user=user):
				self.call("delegate", request, self.supervisor, to=user)
			with self.refused("cannot_approve", 400, user=user):
				self.call("add_approver", request, self.supervisor, approver=user, place="Before")
		self.assertEqual(self.call("get", request, self.buyer)["waits_for"], [self.supervisor])

	def test_a_delegate_who_is_disabled_afterwards_does_not_decide(self) -> None:
		self.policy(user_row(self.supervisor))
		substitute = self.platform.make_user([SUPERVISOR], [self.warehouse])
		request = self.call("delegate", self.requested(), self.supervisor, to=substitute)
		with self.platform.context() as ctx:
			ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": substitute})
		with self.refused("already_decided", 409):
			self.approve(request, substitute)
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")

	def test_an_approver_added_before_and_one_after(self) -> None:
		self.policy(user_row(self.supervisor))
		first, last = (self.platform.make_user([SUPERVISOR], [self.warehouse]) for _ in range(2))
		request = self.requested()
		self.call("add_approver", request, self.supervisor, approver=last, place="After")
		request = self.call(
			"add_approver", request, self.supervisor, approver=first, place="Before", reason="Cold chain"
		)
		self.assertEqual(request["waits_for"], [first])
		request = self.approve(request, first)
		self.assertEqual(request["waits_for"], [self.supervisor])
		request = self.approve(request, self.supervisor)
		self.assertEqual(request["waits_for"], [last])
		self.assertEqual(self.approve(request, last)["state"], "Approved")

	def test_who_is_asked_is_not_added(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.inspector))
		with self.refused("asked_already", 400):
			self.call(
				"add_approver", self.requested(), self.supervisor, approver=self.inspector, place="After"
			)

	def test_a_policy_that_allows_neither(self) -> None:
		self.policy(user_row(self.supervisor), allow_redirecting=0)
		request = self.requested()
		self.assertEqual(self.call("get", request, self.supervisor)["may"], ["approve", "reject", "comment"])
		for operation, arguments in (
			("return", {"reason": "No"}),
			("delegate", {"to": self.inspector}),
			("add_approver", {"approver": self.inspector, "place": "After"}),
		):
			with self.refused("not_allowed", 409):
				self.call(operation, request, self.supervisor, **arguments)

	# counting

	def test_a_share_of_the_people(self) -> None:
		others = [self.platform.make_user([SUPERVISOR], [self.warehouse]) for _ in range(2)]
		people = [self.supervisor, *others]
		self.policy(*(user_row(user, counting="Share", share=60) for user in people))
		request = self.approve(self.requested(), people[0])
		self.assertEqual(request["waits_for"], people[1:])
		request = self.reject(request, people[1])
		self.assertEqual((request["state"], request["waits_for"]), ("Open", people[2:]))
		self.assertEqual(self.approve(request, people[2])["state"], "Approved")
		request = self.reject(self.reject(self.requested(), people[0]), people[1])
		self.assertEqual((request["state"], request["reason"]), ("Rejected", "Too many."))

	# copies, comments, reminders

	def test_copied_to_when_it_comes_there(self) -> None:
		values = self.with_copy(self.policy(user_row(self.supervisor)), self.director)
		self.assertEqual(values, ["Approval", "Copy To"])
		request = self.requested()
		self.assertNotIn((2, self.director, "Copied"), self.history(request))
		request = self.approve(request, self.supervisor)
		self.assertEqual(request["state"], "Approved")
		self.assertIn((2, self.director, "Copied"), self.history(request))
		self.assertEqual(self.todos(request), {self.buyer}, "who only reads has nothing to do")
		self.assertEqual(self.call("get", request, self.director)["name"], request["name"])

	def with_copy(self, policy: str, user: str) -> list[str]:
		steps = [{"step": 1, "next_step": "2"}, {"step": 2, "kind": "Copy To", "next_step": "End"}]
		approvers = [user_row(self.supervisor), user_row(user, 2)]
		self.platform.update("Approval Policy", policy, {"steps": steps, "approvers": approvers})
		self.switch_on(policy)
		return [str(step.get("kind", "Approval")) for step in steps]

	def test_a_comment_with_a_file(self) -> None:
		self.policy(user_row(self.supervisor))
		request = self.requested()
		content = base64.b64encode(b"21 degrees").decode()
		file = self.call("attach", request, self.buyer, file_name="log.txt", content=content)["file_url"]
		for user, text in ((self.buyer, "See the log"), (self.supervisor, "Good")):
			self.call("comment", request, user, text=text, attachment=file if user == self.buyer else "")
		rows = [
			d for d in self.call("get", request, self.supervisor)["decisions"] if d["decision"] == "Commented"
		]
		self.assertEqual(
			[(d["user"], d["reason"], d["attachment"]) for d in rows],
			[
				(self.buyer, "See the log", file),
				(self.supervisor, "Good", ""),
			],
		)
		with self.refused("unknown_file", 400):
			self.call("comment", request, self.buyer, text="x", attachment="/files/other.txt")
		with self.refused("invalid_input", 400, argument="content"):
			self.call("attach", request, self.buyer, file_name="log.txt", content="no base64!")
		with self.refused("missing_argument", 400):
			self.call("comment", request, self.buyer, text=" ")
		self.approve(request, self.supervisor)
		self.call("comment", request, self.buyer, text="Thanks")

	def test_reminded_once_an_hour(self) -> None:
		self.policy(user_row(self.supervisor))
		request = self.requested()
		with self.refused("not_applicant", 403):
			self.call("remind", request, self.supervisor)
		self.call("remind", request, self.buyer)
		with self.refused("reminded_already", 409):
			self.call("remind", request, self.buyer)
		self.assertEqual(self.call("get", request, self.buyer)["waits_for"], [self.supervisor])

	# many at once, and who may read

	def test_many_are_approved_at_once_and_one_that_is_refused_stops_none(self) -> None:
		self.policy(user_row(self.supervisor))
		requests = [self.requested() for _ in range(3)]
		self.assertEqual(self.count(self.supervisor), 3)
		self.reject(requests[1], self.supervisor)
		names = [request["name"] for request in requests]
		results = self.platform.call("approval.approve_many", names=names, user=self.supervisor)["results"]
		self.assertEqual(
			[(r["name"], r["is_approved"]) for r in results], [*zip(names, (True, False, True), strict=True)]
		)
		self.assertEqual(results[1]["error"]["code"], "request_closed")
		self.assertEqual(
			[self.call("get", r, self.buyer)["state"] for r in requests], ["Approved", "Rejected", "Approved"]
		)
		self.assertEqual(self.count(self.supervisor), 0)

	def count(self, user: str) -> int:
		return int(self.platform.call("approval.count", user=user)["to_decide"])

	def test_who_may_not_read_the_document_reads_no_request(self) -> None:
		self.policy(user_row(self.supervisor))
		request = self.requested()
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		for operation, arguments in (("get", {}), ("comment", {"text": "Hm"}), ("approve", {})):
			with self.refused("warehouse_not_permitted", 403):
				self.call(operation, request, elsewhere, **arguments)

	def test_the_whole_document_is_watched(self) -> None:
		"""Not only what the policy reads: what people approved is what is submitted."""
		self.policy(by(SUPERVISOR))
		same = [{"item_code": self.item, "qty": 2, "rate": 10}]
		for changes in (
			{"purpose": "Another", "items": same},
			{"required_by": "2027-01-31", "items": same},
			{"items": [{"item_code": self.item, "qty": 2, "rate": 11}]},
			{"items": [{"item_code": self.item, "qty": 2, "rate": 10}] * 2},
		):
			with self.subTest(changes=changes):
				document = self.document()
				request = self.approve(self.requested(document), self.supervisor)
				self.assertEqual(request["state"], "Approved")
				with self.refused("already_approved"):
					self.requested(document)
				self.platform.update(DOCTYPE, document, changes)
				self.assertNotEqual(self.requested(document)["name"], request["name"])
