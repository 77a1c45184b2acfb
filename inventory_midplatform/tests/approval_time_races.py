"""A time limit, a return, a delegation and a decision about one request at once: one of them decides, and nobody gets a 500."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.tests.approval_races import AS, ApprovalRaceCase
from inventory_midplatform.tests.races_over_http import Call

JOB = "job"
"""Stands for the job that acts on time limits, where a call has an operation."""

EVENTS = ("Approved", "Timed Out", "Rejected", "Delegated", "Returned", "Escalated")


class ApprovalTimeRaces(ApprovalRaceCase):
	def act(self, name: str) -> str:
		"""Act on a request's time limit as the job does, in a transaction of its own. Raises InventoryError."""
		raise NotImplementedError

	def post(self, operation: str, payload: Any, key: str) -> tuple[int, str]:
		if operation != JOB:
			return super().post(operation, payload, key)
		try:
			return 200, self.act(payload["name"])
		except InventoryError as error:
			return error.http_status_code, json.dumps({"error": {"code": error.code}})

	def overdue(self, item: str, warehouse: str, on_time_out: str, **more: Any) -> str:
		"""Request an approval whose time is over."""
		limit = {"time_limit": 1, "on_time_out": on_time_out, **more}
		name = self.requested(item, warehouse, **limit)
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabApproval Request` SET due_at = %(at)s WHERE name = %(name)s",
				{"at": ctx.clock.now() - timedelta(hours=1), "name": name},
			)
		return name

	def happened(self) -> Counter[tuple[Any, ...]]:
		"""Return how the requests stand: state, step, and what happened in their first step."""
		found: Counter[tuple[Any, ...]] = Counter()
		for name in self.requests:
			request = self.platform.call("approval.get", name=name)
			events = sorted(d["decision"] for d in request["decisions"] if d["decision"] in EVENTS)
			found[(request["state"], request["step"], *events)] += 1
		return found

	def test_an_approver_and_the_time_limit_that_approves(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.overdue(item, warehouse, "Approve")
			return [("approval.approve", {"name": name, AS: self.first}), (JOB, {"name": name})]

		self.assertLessEqual(self.raced(prepare).keys(), {("already_decided 409", "ok"), ("ok", "ok")})
		self.assertLessEqual(self.happened().keys(), {("Open", 2, "Approved"), ("Open", 2, "Timed Out")})

	def test_an_approver_and_the_time_limit_that_rejects(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.overdue(item, warehouse, "Reject")
			return [("approval.approve", {"name": name, AS: self.first}), (JOB, {"name": name})]

		self.assertLessEqual(self.raced(prepare).keys(), {("ok", "request_closed 409"), ("ok", "ok")})
		self.assertLessEqual(self.happened().keys(), {("Open", 2, "Approved"), ("Rejected", 0, "Rejected")})

	def test_an_approver_and_the_time_limit_that_escalates(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.overdue(item, warehouse, "Escalate", escalate_to="Inventory Director")
			return [("approval.approve", {"name": name, AS: self.first}), (JOB, {"name": name})]

		self.assertEqual(self.raced(prepare).keys(), {("ok", "ok")})
		self.assertLessEqual(
			self.happened().keys(), {("Open", 2, "Approved"), ("Open", 2, "Approved", "Escalated")}
		)

	def test_the_time_limit_twice(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.overdue(item, warehouse, "Approve")
			return [(JOB, {"name": name})] * 2

		self.assertEqual(self.raced(prepare).keys(), {("ok", "ok")})
		self.assertEqual(self.happened().keys(), {("Open", 2, "Timed Out")})

	def test_the_applicant_withdraws_and_the_time_limit_rejects(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.overdue(item, warehouse, "Reject")
			return [("approval.withdraw", {"name": name, AS: self.buyer}), (JOB, {"name": name})]

		self.assertEqual(self.raced(prepare).keys(), {("ok", "request_closed 409")})
		self.assertLessEqual(self.happened().keys(), {("Withdrawn", 0), ("Rejected", 0, "Rejected")})

	def test_one_delegates_and_the_other_approves(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse)
			return [
				("approval.delegate", {"name": name, "to": self.director, AS: self.first}),
				("approval.approve", {"name": name, AS: self.second}),
			]

		self.assertLessEqual(self.raced(prepare).keys(), {("already_decided 409", "ok"), ("ok", "ok")})
		self.assertLessEqual(
			self.happened().keys(), {("Open", 2, "Approved"), ("Open", 2, "Approved", "Delegated")}
		)

	def test_one_delegates_and_approves(self) -> None:
		"""On two devices."""

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse, "All")
			return [
				("approval.delegate", {"name": name, "to": self.director, AS: self.first}),
				("approval.approve", {"name": name, AS: self.first}),
			]

		self.assertEqual(self.raced(prepare).keys(), {("already_decided 409", "ok")})
		self.assertLessEqual(self.happened().keys(), {("Open", 1, "Approved"), ("Open", 1, "Delegated")})

	def test_one_returns_and_the_other_approves(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.requested(item, warehouse)
			return [
				("approval.return", {"name": name, "reason": "Too dear", AS: self.first}),
				("approval.approve", {"name": name, AS: self.second}),
			]

		self.assertLessEqual(
			self.raced(prepare).keys(), {("already_decided 409", "ok"), ("ok", "request_closed 409")}
		)
		self.assertLessEqual(self.happened().keys(), {("Open", 2, "Approved"), ("Returned", 0, "Returned")})

	def test_one_goes_away_and_approves(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			with self.platform.context() as ctx:
				today = ctx.clock.now().date().isoformat()
				ctx.store.execute(
					"DELETE FROM `tabApproval Delegation` WHERE user = %(user)s", {"user": self.first}
				)
			name = self.requested(item, warehouse, "All")
			away = {"delegate": self.director, "from_date": today, "to_date": today, AS: self.first}
			return [("approval.set_away", away), ("approval.approve", {"name": name, AS: self.first})]

		ended = self.raced(prepare)
		self.assertLessEqual(ended.keys(), {("already_decided 409", "ok"), ("ok", "ok")})
		self.assertLessEqual(self.happened().keys(), {("Open", 1), ("Open", 1, "Approved")})
