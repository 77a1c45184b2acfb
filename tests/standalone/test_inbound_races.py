"""Two receivers at once, over HTTP: nothing is received, posted, inspected or put away twice."""

import unittest
from collections.abc import Sequence, Set
from typing import ClassVar

from served_races import ServedRaces

from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.races_over_http import Call


class InboundRaces(ServedRaces):
	settings: ClassVar = {"inbound": True}

	def arrived(self, item: str, warehouse: str) -> Row:
		"""An Inbound Order of ten that has arrived."""
		lines = [PostingLine(item, warehouse, D(10), D(1))]
		order = self.platform.books.purchase(self.platform.make_supplier(), lines)
		name = self.platform.call("inbound.list_tasks", search=order)["tasks"][0]["name"]
		data: Row = self.platform.call("inbound.arrive", name=name)["data"]
		return data

	def received(self, item: str, warehouse: str) -> Row:
		"""An Inbound Order of which all ten are counted and nothing is posted."""
		data = self.arrived(item, warehouse)
		call = {"name": data["name"], "line": data["lines"][0]["line"], "qty": 10}
		found: Row = self.platform.call("inbound.receive", **call)["data"]
		return found

	def test_two_receive_one_line(self) -> None:
		names: list[str] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.arrived(item, warehouse)
			names.append(data["name"])
			call = {"name": data["name"], "line": data["lines"][0]["line"]}
			return [("inbound.receive", {**call, "qty": qty}) for qty in (6, 7)]

		assert self.raced(prepare).keys() == {("ok", "over_receipt 409")}
		for name in names:
			assert self.platform.call("inbound.get", name=name)["lines"][0]["received_qty"] in (6, 7)

	def test_two_expect_one_return(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			lines = [PostingLine(item, warehouse, D(10), D(1))]
			self.platform.books.receive(lines)
			note = self.platform.books.deliver(
				self.platform.books.order(self.platform.make_customer(), lines)
			)
			call = {"delivery_note": note.voucher_no}
			return [
				("inbound.expect_return", {**call, "items": [{"item_code": item, "qty": qty}]})
				for qty in (6, 7)
			]

		assert self.raced(prepare).keys() == {("not_to_return 409", "ok")}

	def test_two_finish_receiving(self) -> None:
		items: list[tuple[str, str]] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			items.append((item, warehouse))
			call = {"name": self.received(item, warehouse)["name"]}
			return [("inbound.finish_receiving", call), ("inbound.finish_receiving", call)]

		assert self.raced(prepare).keys() == {("ok", "wrong_state 409")}
		for item, warehouse in items:
			position = self.platform.call("stock.get_position", item_code=item, warehouse=warehouse)
			assert position["on_hand"] == 10

	def test_one_receives_while_another_cancels(self) -> None:
		ended = self.raced_with_cancel("receive")
		assert ended <= {("ok", "wrong_state 409"), ("ok", "ok")}

	def test_one_finishes_receiving_while_another_cancels(self) -> None:
		assert self.raced_with_cancel("finish_receiving") <= {("ok", "wrong_state 409")}

	def raced_with_cancel(self, step: str) -> Set[tuple[str, ...]]:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = (self.arrived if step == "receive" else self.received)(item, warehouse)
			call: Row = {"name": data["name"]}
			scan = {"line": data["lines"][0]["line"], "qty": 10} if step == "receive" else {}
			return [(f"inbound.{step}", {**call, **scan}), ("inbound.cancel", call)]

		return self.raced(prepare).keys()

	def test_two_put_away_the_same(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.received(item, warehouse)
			self.platform.call("inbound.finish_receiving", name=data["name"])
			call = {
				"name": data["name"],
				"line": data["lines"][0]["line"],
				"bin": self.platform.make_bin(warehouse),
			}
			return [("inbound.put_away", {**call, "qty": qty}) for qty in (6, 7)]

		assert self.raced(prepare).keys() == {("more_than_left 409", "ok")}

	def test_a_walk_over_two_orders_beside_another_step(self) -> None:
		for other in ("inbound.put_away_walk", "inbound.put_away"):

			def prepare(item: str, warehouse: str, other: str = other) -> Sequence[Call]:
				both = [self.received(item, warehouse) for _ in range(2)]
				for data in both:
					self.platform.call("inbound.finish_receiving", name=data["name"])
				bin = self.platform.make_bin(warehouse)
				walk = {"warehouse": warehouse, "item_code": item, "bin": bin, "qty": 15}
				one = {"name": both[1]["name"], "line": both[1]["lines"][0]["line"], "bin": bin, "qty": 6}
				return [("inbound.put_away_walk", walk), (other, walk if "walk" in other else one)]

			assert self.raced(prepare).keys() == {("more_than_left 409", "ok")}

	def test_one_accepts_what_another_rejects(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			self.platform.update("Item", item, {"inspection_required_before_purchase": 1})
			data = self.received(item, warehouse)
			self.platform.call("inbound.finish_receiving", name=data["name"])
			call = {"name": data["name"], "line": data["lines"][0]["line"]}
			return [
				("inbound.inspect", {**call, "accepted": 6}),
				("inbound.inspect", {**call, "rejected": 7, "reason": "Wet"}),
			]

		assert self.raced(prepare).keys() == {("more_than_left 409", "ok")}


class TestInboundRacesOnSqlite(InboundRaces, unittest.TestCase):
	engine = "sqlite"


class TestInboundRacesOnMariaDB(InboundRaces, unittest.TestCase):
	engine = "mariadb"
