"""Approval Policies: who is asked for a document, in which order, and what it may not do before it is approved."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import approval_requests, asking
from inventory_midplatform.tests.approval_records import drawn, switch_shipped
from inventory_midplatform.tests.behaviour.base import Behaviour

DOCTYPE = "Inventory Request"
SUPERVISOR, INSPECTOR, DIRECTOR = "Warehouse Supervisor", "Quality Inspector", "Inventory Director"
OVER = {"step": 2, "field": "amount", "comparison": ">", "value": "10000"}


def by(role: str, step: int = 1, **more: Any) -> Row:
	return {"step": step, "approver": "Role", "role": role, **more}


def user_row(user: str, step: int = 1, **more: Any) -> Row:
	return {"step": step, "approver": "User", "user": user, **more}


class ApprovalCase(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		switch_shipped(self.platform, False)
		self.addCleanup(switch_shipped, self.platform, True)
		self.item, self.warehouse = self.stocked(0)
		self.buyer = self.platform.make_user(["Inventory Buyer"])
		self.supervisor = self.platform.make_user([SUPERVISOR], [self.warehouse])
		self.inspector = self.platform.make_user([INSPECTOR], [self.warehouse])
		self.director = self.platform.make_user([DIRECTOR])

	def policy(self, *steps: Row, conditions: Any = (), **values: Any) -> str:
		"""Make a policy that is for the requests of this test alone, and switch it off at the end."""
		of_this_test = {"step": 0, "field": "warehouse", "comparison": "=", "value": self.warehouse}
		values = drawn(steps, [of_this_test, *conditions], **values)
		name = self.platform.create("Approval Policy", values)
		self.addCleanup(self.platform.update, "Approval Policy", name, {"enabled": 0})
		return name

	def switch_on(self, policy: str) -> None:
		"""Put a policy in force as it is by now."""
		self.platform.call("approval.switch_on", name=policy)

	def change_policy(self, name: str, *steps: Row, **values: Any) -> None:
		"""Change who approves; what else it says stays."""
		tables = ("steps", "approvers", "branches")
		self.platform.update("Approval Policy", name, {**{t: drawn(steps)[t] for t in tables}, **values})

	def document(self, qty: Any = 2, rate: Any = 10, user: str = "", **more: Any) -> str:
		lines = [{"item_code": self.item, "qty": qty, "rate": rate}]
		made = self.platform.call(
			"request.create",
			request_type="Purchase",
			warehouse=self.warehouse,
			items=lines,
			user=user or self.buyer,
			**more,
		)
		return str(made["name"])

	def requested(self, document: str = "", user: str = "") -> Row:
		result: Row = self.platform.call(
			"approval.request",
			doctype=DOCTYPE,
			name=document or self.document(),
			user=user or self.buyer,
		)
		return result

	def approve(self, request: Row, user: str, **more: Any) -> Row:
		result: Row = self.platform.call("approval.approve", name=request["name"], user=user, **more)
		return result

	def reject(self, request: Row, user: str, reason: str = "Too many.") -> Row:
		result: Row = self.platform.call("approval.reject", name=request["name"], reason=reason, user=user)
		return result

	def todos(self, request: Row) -> set[str]:
		rows = self.platform.rows(
			"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Approval Request'"
			" AND reference_name = %(name)s AND status = 'Open'",
			name=request["name"],
		)
		return {row["allocated_to"] for row in rows}

	def history(self, request: Row) -> list[tuple[int, str, str]]:
		decisions = self.platform.call("approval.get", name=request["name"])["decisions"]
		return [(d["step"], d["user"], d["decision"]) for d in decisions if d["step"]]


class ApprovalBehaviour(ApprovalCase):
	def test_supervisor_and_inspector_together_then_the_director_over_the_amount(self) -> None:
		self.policy(
			user_row(self.supervisor, counting="All"),
			user_row(self.inspector, counting="All"),
			user_row(self.director, 2),
			conditions=[OVER],
		)
		request = self.requested(self.document(qty=1001))
		self.assertEqual((request["state"], request["step"]), ("Open", 1))
		self.assertEqual(self.todos(request), {self.supervisor, self.inspector})
		request = self.approve(request, self.inspector)
		self.assertEqual(request["waits_for"], [self.supervisor])
		self.assertEqual(self.todos(request), {self.supervisor})
		request = self.approve(request, self.supervisor, reason="In stock by Friday")
		self.assertEqual((request["step"], request["waits_for"]), (2, [self.director]))
		request = self.approve(request, self.director)
		self.assertEqual((request["state"], request["step"], request["waits_for"]), ("Approved", 0, []))
		self.assertEqual(
			self.history(request),
			[
				(1, self.inspector, "Approved"),
				(1, self.supervisor, "Approved"),
				(2, self.director, "Approved"),
			],
		)
		reasons = {d["user"]: d["reason"] for d in request["decisions"] if d["decision"] == "Approved"}
		self.assertEqual(reasons[self.supervisor], "In stock by Friday")
		self.assertEqual(self.todos(request), {self.buyer})

	def test_up_to_the_amount_the_director_is_not_asked(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.director, 2), conditions=[OVER])
		request = self.approve(self.requested(self.document(qty=1000)), self.supervisor)
		self.assertEqual(
			(request["state"], self.history(request)), ("Approved", [(1, self.supervisor, "Approved")])
		)

	def test_a_sum_over_rows_decides_too(self) -> None:
		over = {**OVER, "field": "items.qty", "value": "5"}
		self.policy(user_row(self.supervisor), user_row(self.director, 2), conditions=[over])
		for qty, state in ((5, "Approved"), (5.5, "Open")):
			request = self.approve(self.requested(self.document(qty=qty)), self.supervisor)
			self.assertEqual(request["state"], state)

	def test_any_user_with_the_role_who_may_see_the_warehouse(self) -> None:
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		second = self.platform.make_user([SUPERVISOR], [self.warehouse])
		self.policy(by(SUPERVISOR))
		request = self.requested()
		self.assertLessEqual({self.supervisor, second}, set(request["waits_for"]))
		self.assertNotIn(elsewhere, request["waits_for"])
		with self.refused("warehouse_not_permitted", 403):
			self.approve(request, elsewhere)
		request = self.approve(request, second)
		self.assertEqual(request["state"], "Approved")
		self.assertIn((1, self.supervisor, "Not Needed"), self.history(request))

	def test_the_storekeeper_and_the_supervisors_of_its_warehouse(self) -> None:
		storekeeper = self.platform.make_user(["Warehouse Operator"], [self.warehouse])
		self.platform.update("Warehouse", self.warehouse, {"inventory_storekeeper": storekeeper})
		self.policy(
			{"step": 1, "approver": "Storekeeper"},
			{"step": 2, "approver": "Supervisor"},
		)
		request = self.requested()
		self.assertEqual(request["waits_for"], [storekeeper])
		self.assertIn(self.supervisor, self.approve(request, storekeeper)["waits_for"])

	def test_the_user_in_a_field(self) -> None:
		self.policy(
			{
				"step": 1,
				"approver": "User in Field",
				"user_field": "requested_by",
			}
		)
		document = self.document()
		request = self.requested(document, user=self.supervisor)
		self.assertNotIn(self.buyer, request["waits_for"], "they made it themselves")
		self.platform.call("approval.withdraw", name=request["name"], user=self.supervisor)
		self.policy(
			{
				"step": 1,
				"approver": "User in Field",
				"user_field": "requested_by",
			},
			allow_own=1,
			priority=-1,
		)
		self.assertEqual(self.requested(document)["waits_for"], [self.buyer])

	def test_in_order(self) -> None:
		self.policy(
			user_row(self.inspector, counting="In Order"), user_row(self.supervisor, counting="In Order")
		)
		request = self.requested()
		self.assertEqual(request["waits_for"], [self.inspector])
		with self.refused("not_asked", 403):
			self.approve(request, self.supervisor)
		self.assertEqual(self.approve(request, self.inspector)["waits_for"], [self.supervisor])
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")

	def test_nobody_is_asked_twice_unless_the_policy_says_so(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.supervisor, 2))
		request = self.approve(self.requested(), self.supervisor)
		self.assertEqual(request["state"], "Approved")
		self.assertEqual(
			self.history(request), [(1, self.supervisor, "Approved"), (2, self.supervisor, "Approved Before")]
		)
		self.policy(user_row(self.supervisor), user_row(self.supervisor, 2), ask_once=0, priority=-1)
		request = self.approve(self.requested(), self.supervisor)
		self.assertEqual((request["state"], request["waits_for"]), ("Open", [self.supervisor]))
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")

	def test_nobody_approves_their_own_and_nobody_hangs(self) -> None:
		manager = self.platform.make_user(["Inventory Manager"], [self.warehouse])
		self.policy(user_row(self.supervisor))
		request = self.requested(self.document(user=self.supervisor), user=self.supervisor)
		self.assertIn(manager, request["waits_for"])
		self.assertNotIn(self.supervisor, request["waits_for"])
		with self.refused("not_asked", 403):
			self.approve(request, self.supervisor)
		self.assertEqual(self.approve(request, manager)["state"], "Approved")

	def test_who_requested_it_for_another_does_not_approve_it(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.inspector))
		self.assertEqual(self.requested(user=self.supervisor)["waits_for"], [self.inspector])

	def test_a_rejection_needs_a_reason_and_ends_it(self) -> None:
		self.policy(user_row(self.supervisor, counting="All"), user_row(self.inspector, counting="All"))
		request = self.requested()
		with self.refused("missing_argument", 400, argument="reason"):
			self.reject(request, self.supervisor, " ")
		with self.refused("markup", 400, argument="reason"):
			self.reject(request, self.supervisor, "<b>no</b>")
		request = self.reject(request, self.supervisor)
		self.assertEqual(
			(request["state"], request["reason"], request["waits_for"]), ("Rejected", "Too many.", [])
		)
		self.assertEqual(
			self.history(request), [(1, self.supervisor, "Rejected"), (1, self.inspector, "Not Needed")]
		)
		self.assertEqual(self.todos(request), {self.buyer})
		with self.refused("request_closed"):
			self.approve(request, self.inspector)

	def test_a_decision_that_comes_too_late_is_a_conflict(self) -> None:
		self.policy(user_row(self.supervisor), user_row(self.inspector), user_row(self.director, 2))
		request = self.requested()
		self.approve(request, self.supervisor)
		for user in (self.supervisor, self.inspector):
			with self.refused("already_decided", by=self.supervisor):
				self.approve(request, user)
			with self.refused("already_decided"):
				self.reject(request, user)
		with self.refused("not_asked", 403):
			self.approve(request, self.buyer)
		self.approve(request, self.director)
		with self.refused("request_closed"):
			self.approve(request, self.director)

	def test_withdrawn_by_the_applicant_or_a_manager(self) -> None:
		self.policy(user_row(self.supervisor))
		document = self.document()
		request = self.requested(document)
		with self.refused("not_applicant", 403, applicant=self.buyer):
			self.platform.call("approval.withdraw", name=request["name"], user=self.supervisor)
		request = self.platform.call(
			"approval.withdraw", name=request["name"], user=self.buyer, reason="Typo"
		)
		self.assertEqual((request["state"], request["reason"]), ("Withdrawn", "Typo"))
		self.assertEqual(self.todos(request), set())
		with self.refused("request_closed"):
			self.platform.call("approval.withdraw", name=request["name"], user=self.buyer)
		again = self.requested(document)
		manager = self.platform.make_user(["Inventory Manager"])
		withdrawn = self.platform.call("approval.withdraw", name=again["name"], user=manager)
		self.assertEqual(withdrawn["state"], "Withdrawn")

	def test_a_policy_that_is_changed_leaves_open_requests_as_they_began(self) -> None:
		policy = self.policy(user_row(self.supervisor), user_row(self.director, 2))
		request = self.requested()
		self.assertEqual(request["policy_version"], 1)
		self.change_policy(policy, user_row(self.inspector))
		self.switch_on(policy)
		request = self.approve(request, self.supervisor)
		self.assertEqual(request["waits_for"], [self.director])
		later = self.requested()
		self.assertEqual((later["waits_for"], later["policy_version"]), ([self.inspector], 2))
		self.platform.update("Approval Policy", policy, {"enabled": 0})
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")
		versions = self.platform.rows(
			"SELECT version FROM `tabApproval Policy` WHERE name = %(name)s", name=policy
		)
		self.assertEqual(versions[0]["version"], 2, "switching off changes nothing of it")

	def test_who_lost_the_role_does_not_approve_and_who_got_it_does(self) -> None:
		self.policy(by(SUPERVISOR), user_row(self.director, 2))
		request = self.requested()
		newcomer = self.platform.make_user([SUPERVISOR], [self.warehouse])
		with self.platform.context() as ctx:
			ctx.store.execute(
				"DELETE FROM `tabHas Role` WHERE parent = %(user)s AND role = %(role)s",
				{"user": self.supervisor, "role": SUPERVISOR},
			)
			ctx.store.execute(
				"UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": self.supervisor}
			)
		request = self.approve(request, newcomer)
		self.assertEqual(request["waits_for"], [self.director])
		self.assertIn((1, newcomer, "Approved"), self.history(request))

	def test_people_who_go_are_replaced(self) -> None:
		"""As the daily job does: a disabled approver is not asked any more, and somebody else is."""
		manager = self.platform.make_user(["Inventory Manager"], [self.warehouse])
		self.policy(user_row(self.supervisor))
		document = self.document()
		request = self.requested(document)
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": self.supervisor}
			)
		self.assertIn(request["name"], self.ask_again(request["name"]))
		now = self.platform.call("approval.get", name=request["name"])
		self.assertIn(manager, now["waits_for"])
		self.assertNotIn(self.supervisor, now["waits_for"])
		self.assertEqual(self.todos(request), set(now["waits_for"]))
		with self.platform.context() as ctx:
			ctx.documents.discard(DOCTYPE, document)
		self.ask_again(request["name"])
		self.assertEqual(self.platform.call("approval.get", name=request["name"])["state"], "Withdrawn")
		self.assertEqual(self.todos(request), set())

	def ask_again(self, name: str) -> list[str]:
		with self.platform.context() as ctx:
			names = approval_requests.open_requests(ctx)
			asking.ask_again(ctx, name)
		return names
