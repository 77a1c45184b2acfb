"""Two people decide about one request at once, over HTTP: one decision counts, the other gets 409, nothing is asked twice."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.races_over_http import Call, Races

DOCTYPE = "Inventory Request"
AS = "as"
"""The argument of a call that says whose it is; it is not sent."""


class ApprovalRaceCase(Races):
	settings: ClassVar = {"approval": True}

	def user_with_key(self, roles: list[str]) -> tuple[str, str]:
		"""Make a user; return the name and the key with which they call."""
		raise NotImplementedError

	def setUp(self) -> None:
		super().setUp()
		self.keys: dict[str, str] = {}
		self.buyer, self.first, self.second = (
			self.user(role) for role in ("Inventory Buyer", "Warehouse Supervisor", "Warehouse Supervisor")
		)
		self.director = self.user("Inventory Director")
		self.policies: dict[str, str] = {}
		self.requests: list[str] = []

	def user(self, role: str) -> str:
		name, key = self.user_with_key([role])
		self.keys[name] = key
		return name

	def document(self, item: str, warehouse: str, counting: str = "Any", **more: Any) -> str:
		if warehouse not in self.policies:
			row = {"approver": "User", "counting": counting, "step": 1, **more}
			rows = [{**row, "user": self.first}, {**row, "user": self.second}]
			last = {"step": 2, "approver": "User", "user": self.director}
			of_warehouse = {"step": 0, "field": "warehouse", "comparison": "=", "value": warehouse}
			name = self.platform.create("Approval Policy", drawn([*rows, last], [of_warehouse]))
			self.policies[warehouse] = name
			self.addCleanup(self.platform.update, "Approval Policy", name, {"enabled": 0})
		made = self.platform.call(
			"request.create",
			request_type="Purchase",
			warehouse=warehouse,
			items=[{"item_code": item, "qty": 1, "rate": 1}],
			user=self.buyer,
		)
		return str(made["name"])

	def requested(self, item: str, warehouse: str, counting: str = "Any", **more: Any) -> str:
		document = self.document(item, warehouse, counting, **more)
		made = self.platform.call("approval.request", doctype=DOCTYPE, name=document, user=self.buyer)
		self.requests.append(made["name"])
		return str(made["name"])

	def decided(self) -> Counter[tuple[Any, ...]]:
		"""Return how the requests stand: state, step, and how many approvals and rejections they have."""
		found: Counter[tuple[Any, ...]] = Counter()
		for name in self.requests:
			request = self.platform.call("approval.get", name=name)
			decisions = Counter(d["decision"] for d in request["decisions"])
			found[request["state"], request["step"], decisions["Approved"], decisions["Rejected"]] += 1
		return found


class ApprovalRaces(ApprovalRaceCase):
	def test_two_approve_where_one_is_enough(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse)
			return [("approval.approve", {"name": name, AS: user}) for user in (self.first, self.second)]

		self.assertEqual(self.raced(prepare).keys(), {("already_decided 409", "ok")})
		self.assertEqual(self.decided().keys(), {("Open", 2, 1, 0)})

	def test_two_approve_where_both_are_needed(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse, "All")
			return [("approval.approve", {"name": name, AS: user}) for user in (self.first, self.second)]

		self.assertEqual(self.raced(prepare).keys(), {("ok", "ok")})
		self.assertEqual(self.decided().keys(), {("Open", 2, 2, 0)})

	def test_one_approves_twice(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse)
			return [("approval.approve", {"name": name, AS: self.first})] * 2

		self.assertEqual(self.raced(prepare).keys(), {("already_decided 409", "ok")})
		self.assertEqual(self.decided().keys(), {("Open", 2, 1, 0)})

	def test_one_approves_and_one_rejects(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse)
			return [
				("approval.approve", {"name": name, AS: self.first}),
				("approval.reject", {"name": name, "reason": "No", AS: self.second}),
			]

		ended = self.raced(prepare)
		self.assertLessEqual(ended.keys(), {("already_decided 409", "ok"), ("ok", "request_closed 409")})
		self.assertLessEqual(self.decided().keys(), {("Open", 2, 1, 0), ("Rejected", 0, 0, 1)})

	def test_one_approves_and_the_applicant_withdraws(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse)
			return [
				("approval.approve", {"name": name, AS: self.first}),
				("approval.withdraw", {"name": name, AS: self.buyer}),
			]

		self.assertLessEqual(self.raced(prepare).keys(), {("ok", "ok"), ("ok", "request_closed 409")})
		self.assertEqual({state for state, *_ in self.decided()}, {"Withdrawn"})

	def test_two_request_one_approval(self) -> None:
		documents: list[str] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			documents.append(self.document(item, warehouse))
			arguments = {"doctype": DOCTYPE, "name": documents[-1], AS: self.buyer}
			return [("approval.request", arguments)] * 2

		self.assertEqual(self.raced(prepare).keys(), {("already_requested 409", "ok")})
		for document in documents:
			about = {"only": "of_document", "doctype": DOCTYPE, "document": document}
			self.assertEqual(len(self.platform.call("approval.list", **about)["requests"]), 1)
