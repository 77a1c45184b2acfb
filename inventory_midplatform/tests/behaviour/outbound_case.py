"""Shared by the tests of the outbound flow."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour

WAY = ("accept", "pick", "finish_picking", "check")
"""The steps before an order can be shipped, where a check is asked for."""


class OutboundCase(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(outbound=True, outbound_check="On")

	def task(self, order: str) -> Row:
		"""Return the open Outbound Order of a Sales Order."""
		found = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		self.assertEqual([t["source_name"] for t in found], [order])
		result: Row = self.platform.call("outbound.get", name=found[0]["name"])
		return result

	def step(self, step: str, name: str, user: str = "", **arguments: Any) -> Row:
		result: Row = self.platform.call(f"outbound.{step}", name=name, user=user, **arguments)
		self.assertEqual(result["state"], result["data"]["state"])
		return result

	def accepted(self, order: str) -> Row:
		data: Row = self.step("accept", self.task(order)["name"])["data"]
		return data

	def pick_all(self, data: Row) -> Row:
		"""Pick everything proposed, in the order of the walk."""
		for p in [p for p in data["picks"] if not p["done"]]:
			data = self.step(
				"pick",
				data["name"],
				line=p["line"],
				bin=p["bin"],
				qty=p["qty"],
				batch_no=p["batch_no"],
			)["data"]
		return data

	def check_all(self, name: str, data: Row) -> Row:
		counted = [{"line": line["line"], "qty": line["picked_qty"]} for line in data["lines"]]
		return self.step("check", name, counted=counted)

	def after_step(self, step: str, data: Row) -> Row:
		"""Take a step of the way and return the order after it."""
		if step == "pick":
			return self.pick_all(data)
		counted = [{"line": line["line"], "qty": 2} for line in data["lines"]]
		result: Row = self.step(step, data["name"], **({"counted": counted} if step == "check" else {}))[
			"data"
		]
		return result
