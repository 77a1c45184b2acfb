"""Who may do what with an Outbound Order by REST, on any platform: its flow's table, and nothing beside it."""

from collections.abc import Mapping

from inventory_midplatform.domain.outbound import ON_HOLD, OUTBOUND, TO_ACCEPT
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.by_rest import API as API_V1
from inventory_midplatform.tests.by_rest import RESOURCE, ByRest

API = f"{API_V1}outbound."

WAY = ("accept", "pick", "finish_picking", "check", "ship")
"""The steps that lead from To Accept to Shipped."""

BEFORE: Mapping[str, tuple[str, ...]] = {
	TO_ACCEPT: (),
	"To Pick": WAY[:2],
	"To Check": WAY[:3],
	"To Ship": WAY[:4],
	"On Hold": WAY[:2],
	"Shipped": WAY,
	"To Put Back": (*WAY[:2], "cancel"),
	"Cancelled": ("cancel",),
}
"""The steps after which an order is in a state."""


class OutboundByRest(ByRest):
	def orders_in(self, state: str, *warehouses: str) -> dict[str, str]:
		"""Return warehouse → a new Outbound Order that is in this state; what is picked of it is 2 of 4."""
		names = self.order_of(*warehouses)
		for name in names.values():
			for step in BEFORE[state]:
				self.platform.call(f"outbound.{step}", **self.arguments(step, name))
		if state == ON_HOLD:
			self.platform.books.put_order_on_hold(self.source)
		for name in names.values():
			self.assertEqual(self.stored("Outbound Order", name)[0][0]["state"], state)
		return names

	def in_state(self, state: str) -> Mapping[str, str]:
		found: Mapping[str, str] = self.shared(
			"order", state, make=lambda: self.orders_in(state, self.mine, self.other)
		)
		return found

	def new_in_state(self, state: str) -> str:
		return self.orders_in(state, self.mine)[self.mine]

	def order_in(self, state: str, warehouse: str) -> Row:
		"""Return an Outbound Order in this state that is not to be changed."""
		found: Row = self.platform.call("outbound.get", name=self.in_state(state)[warehouse])
		return found

	def arguments(self, step: str, name: str) -> Row:
		"""Return what a step needs of an order."""
		line, warehouse = self.shared("line", name, make=lambda: self.line_of(name))
		bin = self.shared("unplaced", warehouse, make=lambda: self.unplaced(warehouse))
		which = {"line": line, "bin": bin, "qty": 2}
		more: Row = {
			"pick": which,
			"report_short": {**which, "reason": "Not There"},
			"unpick": {"line": line, "qty": 1},
			"check": {"counted": [{"line": line, "qty": 2}]},
			"cancel": {"reason": "not needed"},
		}.get(step, {})
		return {"name": name, **more}

	def line_of(self, name: str) -> tuple[str, str]:
		order, lines = self.stored("Outbound Order", name)
		return (lines[0]["name"], order[0]["warehouse"])

	def test_each_role_takes_the_steps_of_the_table_in_its_own_warehouse(self) -> None:
		self.check_flow("outbound", OUTBOUND, self.in_state, self.new_in_state, self.arguments)

	def test_no_step_is_taken_from_a_state_that_the_table_does_not_name(self) -> None:
		self.check_other_states("outbound", OUTBOUND, self.in_state, self.arguments)

	def test_an_order_of_another_warehouse_is_not_shown(self) -> None:
		name = self.order_in(TO_ACCEPT, self.other)["name"]
		for role in ROLES:
			with self.subTest(role=role):
				key = self.keys[role]
				self.assertEqual(self.send("GET", f"{API}get?name={name}", key).status_code, 403)
				tasks = self.send("GET", f"{API}list_tasks?limit=500", key).json()["message"]["tasks"]
				self.assertEqual({t["warehouse"] for t in tasks} - {self.mine}, set())
				record = self.send("GET", f"{RESOURCE}Outbound Order/{name}", key)
				self.assertIn(record.status_code, (403, 404), record.text[:300])
				listed = self.send("GET", f"{RESOURCE}Outbound Order?limit_page_length=0", key)
				self.assertNotIn(name, listed.text)

	def test_nobody_goes_round_a_step_by_the_records_own_address(self) -> None:
		data = self.order_in("To Ship", self.mine)
		name, line = data["name"], data["lines"][0]["line"]
		record, of_line = f"{RESOURCE}Outbound Order/{name}", f"{RESOURCE}Outbound Order Line/{line}"
		before = self.stored("Outbound Order", name)
		content = before[1][0]
		row = {k: content[k] for k in ("name", "item_code", "qty", "picked_qty", "source_row")}
		attempts: list[tuple[str, str, Row]] = [
			("PUT", record, {"state": "Shipped"}),
			("PUT", record, {"state": "To Accept", "delivery_document": None}),
			("PUT", record, {"docstatus": 1}),
			("PUT", record, {"docstatus": 2}),
			("PUT", record, {"delivery_document": None}),
			("PUT", record, {"delivery_document": "ANOTHER", "delivery_doctype": "Delivery Note"}),
			("PUT", record, {"is_posted": 1}),
			("PUT", record, {"warehouse": self.other}),
			("PUT", record, {"source_name": "ANOTHER"}),
			("PUT", record, {"staging_bin": None}),
			("PUT", record, {"carrier": "Somebody", "tracking_no": "1"}),
			("PUT", record, {"lines": []}),
			("PUT", record, {"lines": [{**row, "qty": 400}]}),
			("PUT", record, {"lines": [{**row, "picked_qty": 4}]}),
			("PUT", record, {"lines": [{**row, "checked_qty": 4}]}),
			("PUT", record, {"lines": [row, {"item_code": self.item, "qty": 5}]}),
			("PUT", of_line, {"qty": 400}),
			("PUT", of_line, {"picked_qty": 4}),
			("DELETE", of_line, {}),
			("DELETE", record, {}),
		]
		made = self.count()
		new: Row = {
			"state": "To Ship",
			"warehouse": self.mine,
			"source_type": "Sales Order",
			"source_name": data["source_name"],
			"lines": [{"item_code": self.item, "qty": 5}],
		}
		of_order = {"parent": name, "parenttype": "Outbound Order", "parentfield": "lines"}
		attempts += [
			("POST", f"{RESOURCE}Outbound Order", new),
			("POST", f"{RESOURCE}Outbound Order Line", {**of_order, "item_code": self.item, "qty": 5}),
			(
				"POST",
				f"{RESOURCE}Outbound Pick",
				{"outbound_order": name, "line": line, "item_code": self.item, "qty": 2},
			),
		]
		for method, path, payload in attempts:
			for role in ROLES:
				with self.subTest(method=method, path=path, payload=payload, role=role):
					response = self.send(method, path, self.keys[role], **payload)
					self.assertGreaterEqual(response.status_code, 400, response.text[:300])
					self.assertLess(response.status_code, 500, response.text[:300])
			self.assertEqual(self.stored("Outbound Order", name), before, (method, path, payload))
		self.assertEqual(self.count(), made)

	def count(self) -> list[Row]:
		tables = ("Outbound Order", "Outbound Order Line", "Outbound Pick")
		return [
			row for table in tables for row in self.platform.rows(f"SELECT COUNT(*) AS n FROM `tab{table}`")
		]
