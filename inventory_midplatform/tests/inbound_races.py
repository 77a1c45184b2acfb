"""Two receivers at once, over HTTP: nothing is received, posted, inspected or put away twice."""

from collections.abc import Sequence, Set
from decimal import Decimal
from typing import ClassVar

from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.races_over_http import Call, Races


class InboundRaces(Races):
	"""Each test prepares an Inbound Order."""

	settings: ClassVar = {"inbound": True}

	def arrived(self, item: str, warehouse: str) -> Row:
		"""An Inbound Order of ten that has arrived."""
		data: Row = self.platform.call("inbound.arrive", name=self.expected(item, warehouse))["data"]
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

		self.assertEqual(self.raced(prepare).keys(), {("ok", "over_receipt 409")})
		for name in names:
			line = self.platform.call("inbound.get", name=name)["lines"][0]
			self.assertIn(line["received_qty"], (6, 7))

	def expected(self, item: str, warehouse: str) -> str:
		lines = [PostingLine(item, warehouse, Decimal(10), Decimal(1))]
		order = self.platform.books.purchase(self.platform.make_supplier(), lines)
		return str(self.platform.call("inbound.list_tasks", search=order)["tasks"][0]["name"])

	def test_two_trucks_book_one_dock(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			slot = {"dock": item, "slot_start": "2099-01-01 10:00:00", "slot_end": "2099-01-01 11:00:00"}
			names = [self.expected(item, warehouse) for _ in range(2)]
			return [("inbound.book_slot", {"name": name, **slot, "truck": name}) for name in names]

		self.assertEqual(self.raced(prepare).keys(), {("dock_taken 409", "ok")})

	def test_two_say_that_one_truck_is_here(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			for _ in range(2):
				self.platform.call("inbound.book_slot", name=self.expected(item, warehouse), truck="A1")
			call = {"warehouse": warehouse, "truck": "A1"}
			return [("inbound.arrive_truck", call), ("inbound.arrive_truck", call)]

		self.assertEqual(self.raced(prepare).keys(), {("nothing_on_truck 409", "ok")})

	def test_two_expect_one_return(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			lines = [PostingLine(item, warehouse, Decimal(10), Decimal(1))]
			self.platform.books.receive(lines)
			note = self.platform.books.deliver(
				self.platform.books.order(self.platform.make_customer(), lines)
			)
			call = {"delivery_note": note.voucher_no}
			return [
				("inbound.expect_return", {**call, "items": [{"item_code": item, "qty": qty}]})
				for qty in (6, 7)
			]

		self.assertEqual(self.raced(prepare).keys(), {("not_to_return 409", "ok")})

	def test_two_finish_receiving(self) -> None:
		items: list[tuple[str, str]] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			items.append((item, warehouse))
			call = {"name": self.received(item, warehouse)["name"]}
			return [("inbound.finish_receiving", call), ("inbound.finish_receiving", call)]

		self.assertEqual(self.raced(prepare).keys(), {("ok", "wrong_state 409")})
		for item, warehouse in items:
			position = self.platform.call("stock.get_position", item_code=item, warehouse=warehouse)
			self.assertEqual(position["on_hand"], 10)

	def test_one_receives_while_another_cancels(self) -> None:
		ended = self.raced_with_cancel("receive")
		self.assertLessEqual(ended, {("ok", "wrong_state 409"), ("ok", "ok")})

	def test_one_finishes_receiving_while_another_cancels(self) -> None:
		self.assertLessEqual(self.raced_with_cancel("finish_receiving"), {("ok", "wrong_state 409")})

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

		self.assertEqual(self.raced(prepare).keys(), {("more_than_left 409", "ok")})

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

			self.assertEqual(self.raced(prepare).keys(), {("more_than_left 409", "ok")})

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

		self.assertEqual(self.raced(prepare).keys(), {("more_than_left 409", "ok")})
