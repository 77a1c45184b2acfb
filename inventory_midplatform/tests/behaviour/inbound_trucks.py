"""Trucks: the slot of a dock that an order comes in, and several orders that come with one truck."""

from datetime import datetime, timedelta
from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase
from inventory_midplatform.tests.platform import unique


class InboundTruckBehaviour(InboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.platform.make_item(), self.platform.make_warehouse()
		with self.platform.context() as ctx:
			self.noon = (ctx.clock.now() + timedelta(days=1)).replace(
				hour=12, minute=0, second=0, microsecond=0
			)

	def expected(self, item: str = "", warehouse: str = "") -> str:
		order = self.purchase(warehouse or self.warehouse, (item or self.item, 10))
		return str(self.task(order)["name"])

	def hour(self, hours: float) -> datetime:
		return self.noon + timedelta(hours=hours)

	def book(self, name: str, start: float = 0, end: float = 1, dock: str = "D1", **more: Any) -> Row:
		slot = {"slot_start": str(self.hour(start)), "slot_end": str(self.hour(end)), "dock": dock}
		return self.step("book_slot", name, **{**slot, **more})

	def test_a_slot_is_shown_and_cleared(self) -> None:
		name = self.expected()
		truck = unique("沪a ")
		booked = self.book(name, truck=truck, dock=" D 1  east ", user=self.platform.make_user([OPERATOR]))
		number = truck.replace(" ", "").upper()
		shown = ("dock", "slot_start", "slot_end", "truck", "state")
		expected = ("D 1 east", str(self.hour(0)), str(self.hour(1)), number, "Expected")
		self.assertEqual(tuple(booked["data"][k] for k in shown), expected)
		(task,) = self.platform.call("inbound.list_tasks", search=truck)["tasks"]
		self.assertEqual(tuple(task[k] for k in shown), expected)
		cleared = self.step("book_slot", name)["data"]
		self.assertEqual(tuple(cleared[k] for k in shown), ("", None, None, "", "Expected"))
		self.assertEqual(self.platform.call("inbound.list_tasks", search=truck)["tasks"], [])
		self.assertEqual(
			[(row["from_value"][:8], row["to_value"][:8]) for row in self.logged(name)],
			[("", "D 1 east"), ("D 1 east", "")],
		)

	def logged(self, name: str) -> list[Row]:
		with self.platform.context() as ctx:
			return ctx.store.rows(
				"SELECT from_value, to_value FROM `tabStock Operation Log`"
				" WHERE reference_name = %(name)s AND operation = 'Book Slot' ORDER BY happened_at, name",
				{"name": name},
			)

	def test_a_dock_is_given_to_one_truck_at_a_time(self) -> None:
		first, second = self.expected(), self.expected()
		self.book(first, 0, 2, truck="A1")
		for start, end, dock in (
			(0, 2, "D1"),
			(1, 3, "d1"),
			(-1, 0.5, " D1"),
			(0.5, 1, "Ｄ１"),
			(-5, 5, "D1"),
		):
			with self.subTest(start=start, end=end, dock=dock), self.refused("dock_taken", name=first):
				self.book(second, start, end, dock=dock, truck="B2")
		with self.refused("dock_taken"):
			self.book(second, 0, 2)
		self.assertEqual(self.get(second)["dock"], "")
		self.book(second, 2, 3, truck="B2")
		self.book(second, -1, 0, truck="B2")
		self.book(second, 0, 2, dock="D2", truck="B2")
		self.book(second, 0, 2, truck="a 1")
		elsewhere = self.platform.make_warehouse()
		self.book(self.expected(warehouse=elsewhere), 0, 2, truck="C3")

	def test_a_slot_is_moved_and_free_again_when_its_order_is_received_or_cancelled(self) -> None:
		first, second, third = self.expected(), self.expected(), self.expected()
		self.book(first, 0, 2)
		self.book(first, 1, 3)
		self.book(second, 0, 1)
		line = self.step("arrive", first)["data"]["lines"][0]["line"]
		with self.refused("dock_taken", name=first):
			self.book(third, 1, 3)
		self.step("receive", first, line=line, qty=10)
		self.step("finish_receiving", first)
		self.step("cancel", second, reason="Not coming")
		self.book(third, 0, 3)

	def test_arriving_at_another_dock_gives_the_slot_up(self) -> None:
		first, second, third = self.expected(), self.expected(), self.expected()
		self.book(first)
		data = self.step("arrive", first, dock="D2")["data"]
		self.assertEqual((data["dock"], data["slot_start"], data["slot_end"]), ("D2", None, None))
		self.book(second)
		data = self.step("arrive", second, dock="d1")["data"]
		self.assertEqual(data["slot_start"], str(self.hour(0)))
		with self.refused("dock_taken", name=second):
			self.book(third)

	def test_what_is_no_slot(self) -> None:
		name = self.expected()
		start, end = str(self.hour(0)), str(self.hour(1))
		for slot in (
			{"dock": "D1"},
			{"dock": "D1", "slot_start": start},
			{"slot_start": start, "slot_end": end},
		):
			with self.subTest(slot=slot), self.refused("slot_incomplete", 400):
				self.step("book_slot", name, **slot)
		for until in (0, -1):
			with self.refused("slot_ends_first", 400):
				self.book(name, 0, until)
		with self.refused("slot_is_over"):
			self.book(name, -48, -47)
		with self.refused("unknown_document", 404):
			self.book("IN-NONE")
		with self.refused("not_permitted", 403):
			self.book(name, user=self.platform.make_user([BUYER]))
		self.assertEqual((self.get(name)["dock"], self.get(name)["slot_end"]), ("", None))
		self.step("book_slot", name, truck="A1")
		self.assertEqual(self.get(name)["truck"], "A1", "a truck without a slot")
		data = self.step("arrive", name)["data"]
		self.book(name)
		self.step("receive", name, line=data["lines"][0]["line"], qty=10)
		self.step("finish_receiving", name)
		with self.refused("wrong_state", state="To Put Away"):
			self.book(name)

	def test_all_orders_of_a_truck_arrive_in_one_step(self) -> None:
		truck = unique("T").upper()
		one, other, not_on_it = self.expected(), self.expected(), self.expected()
		elsewhere = self.expected(warehouse=self.platform.make_warehouse())
		for name in (one, other, elsewhere):
			self.step("book_slot", name, truck=truck)
		user = self.platform.make_user([OPERATOR], [self.warehouse])
		about = {"warehouse": self.warehouse, "truck": truck.lower(), "dock": "D1"}
		with self.refused("not_permitted", 403):
			self.platform.call("inbound.arrive_truck", user=self.platform.make_user([BUYER]), **about)
		with self.refused("warehouse_not_permitted", 403):
			stranger = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
			self.platform.call("inbound.arrive_truck", user=stranger, **about)
		arrived = self.platform.call("inbound.arrive_truck", user=user, **about)["arrived"]
		self.assertEqual([step["data"]["name"] for step in arrived], sorted((one, other)))
		for step in arrived:
			self.assertEqual(
				(step["state"], step["data"]["dock"], step["data"]["assignee"]), ("To Receive", "D1", user)
			)
			self.assertEqual(step["next_steps"][0]["step"], "receive")
		self.assertEqual([self.get(name)["state"] for name in (not_on_it, elsewhere)], ["Expected"] * 2)
		for number in (truck, "", unique("NONE")):
			with self.refused("nothing_on_truck"):
				self.platform.call("inbound.arrive_truck", **{**about, "truck": number})

	def test_what_is_of_another_order_of_the_truck_is_not_counted_and_says_of_which(self) -> None:
		theirs, truck = self.platform.make_item(), unique("T").upper()
		name, other, late = self.expected(), self.expected(theirs), self.expected(theirs)
		for one in (name, other, late):
			self.step("book_slot", one, truck=truck)
		data = self.step("arrive", name)["data"]
		self.assertEqual(data["same_truck"], [], "nothing else has arrived")
		line = self.step("arrive", other)["data"]["lines"][0]["line"]
		(beside,) = self.get(name)["same_truck"]
		order = self.get(other)
		self.assertEqual(
			beside,
			{
				"name": other,
				"source_name": order["source_name"],
				"supplier": order["supplier"],
				"item_codes": [theirs],
			},
		)
		with self.refused("of_other_order", item_code=theirs, other=other):
			self.step("receive", name, line=line, qty=1)
		self.assertEqual(
			[self.quantities(self.get(one), "received") for one in (name, other)], [[(0,)], [(0,)]]
		)
		with self.refused("unknown_line", 404):
			self.step("receive", name, line=self.get(late)["lines"][0]["line"], qty=1)
		self.step("book_slot", other)
		self.assertEqual(self.get(name)["same_truck"], [])
