"""Two storekeepers at once, over HTTP: one picks, ships or cancels; the other gets 409; nothing happens twice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.races_over_http import Call, Races


class OutboundRaces(Races):
	"""Each test prepares an order or a wave."""

	settings: ClassVar = {"outbound": True, "outbound_check": "Off"}

	# what is raced for

	def task(self, item: str, warehouse: str, qty: int) -> str:
		"""An Outbound Order of a Sales Order, with its stock."""
		self.platform.books.receive([PostingLine(item, warehouse, Decimal(qty), Decimal(1))])
		line = PostingLine(item, warehouse, Decimal(qty), Decimal(10))
		order = self.platform.books.order(self.platform.make_customer(), [line])
		return str(self.platform.call("outbound.list_tasks", search=order)["tasks"][0]["name"])

	def accepted(self, item: str, warehouse: str, qty: int) -> Row:
		data: Row = self.platform.call("outbound.accept", name=self.task(item, warehouse, qty))["data"]
		return data

	def pick_of(self, data: Row, qty: int) -> Call:
		p = data["picks"][0]
		return ("outbound.pick", {"name": data["name"], "line": p["line"], "bin": p["bin"], "qty": qty})

	def to_ship(self, item: str, warehouse: str) -> str:
		"""An order of ten that is picked and waits to be shipped."""
		data = self.accepted(item, warehouse, 10)
		operation, arguments = self.pick_of(data, 10)
		self.platform.call(operation, **arguments)
		self.platform.call("outbound.finish_picking", name=data["name"])
		return str(data["name"])

	def released(self, item: str, warehouse: str, *quantities: int) -> Row:
		"""A released wave of an order for each quantity."""
		names = [self.task(item, warehouse, qty) for qty in quantities]
		made = self.platform.call("wave.create", warehouse=warehouse, names=names)["data"]
		data: Row = self.platform.call("wave.release", name=made["name"])["data"]
		return data

	def picked_wave(self, item: str, warehouse: str, *quantities: int) -> Row:
		"""A wave that waits at the pack station."""
		data = self.released(item, warehouse, *quantities)
		pick = {"item_code": item, "bin": data["picks"][0]["bin"], "qty": sum(quantities)}
		self.platform.call("wave.pick", name=data["name"], **pick)
		done: Row = self.platform.call("wave.finish_picking", name=data["name"])["data"]
		return done

	# one order

	def test_two_pick_one_line(self) -> None:
		picked: list[str] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.accepted(item, warehouse, 10)
			picked.append(data["name"])
			return [self.pick_of(data, 10)] * 2

		self.assertEqual(self.raced(prepare).keys(), {("more_than_to_pick 409", "ok")})
		for name in picked:
			lines = self.platform.call("outbound.get", name=name)["lines"]
			self.assertEqual([line["picked_qty"] for line in lines], [10])

	def test_two_pick_what_is_not_enough_for_both(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.accepted(item, warehouse, 10)
			return [self.pick_of(data, qty) for qty in (6, 7)]

		self.assertEqual(self.raced(prepare).keys(), {("more_than_to_pick 409", "ok")})

	def test_two_ship_one_order(self) -> None:
		shipped: list[tuple[str, str]] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			shipped.append((item, warehouse))
			return [("outbound.ship", {"name": self.to_ship(item, warehouse)})] * 2

		self.assertEqual(self.raced(prepare).keys(), {("ok", "wrong_state 409")})
		for item, warehouse in shipped:
			position = self.platform.call("stock.get_position", item_code=item, warehouse=warehouse)
			self.assertEqual((position["on_hand"], position["reserved"]), (0, 0))

	def test_one_ships_while_another_cancels(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			about = {"name": self.to_ship(item, warehouse)}
			return [("outbound.ship", about), ("outbound.cancel", about)]

		self.assertEqual(self.raced(prepare).keys(), {("ok", "wrong_state 409")})

	# waves

	def test_two_pick_the_same_for_one_wave(self) -> None:
		waves: list[str] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.released(item, warehouse, 4, 6)
			waves.append(data["name"])
			pick = {"name": data["name"], "item_code": item, "bin": data["picks"][0]["bin"], "qty": 10}
			return [("wave.pick", pick)] * 2

		self.assertEqual(self.raced(prepare).keys(), {("more_than_to_pick 409", "ok")})
		for name in waves:
			found = self.platform.call("wave.get", name=name)
			self.assertEqual([(p["qty"], p["done"]) for p in found["picks"]], [(10, True)])

	def test_two_waves_are_made_of_the_same_orders(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.released(item, warehouse, 4, 6)
			self.platform.call("wave.cancel", name=data["name"])
			names = [self.task(item, warehouse, 5)]
			return [("wave.create", {"warehouse": warehouse, "names": names})] * 2

		self.assertEqual(self.raced(prepare).keys(), {("in_wave 409", "ok")})

	def test_one_releases_a_wave_while_another_accepts_its_order(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.task(item, warehouse, 5)
			wave = self.platform.call("wave.create", warehouse=warehouse, names=[name])["data"]["name"]
			return [("wave.release", {"name": wave}), ("outbound.accept", {"name": name})]

		ended = self.raced(prepare).keys()
		self.assertLessEqual(ended, {("nothing_reserved 409", "ok"), ("ok", "wrong_state 409")})

	def test_two_pack_one_order(self) -> None:
		packed: list[str] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			order = self.picked_wave(item, warehouse, 5)["orders"][0]["name"]
			packed.append(order)
			return [("pack.scan", {"code": item, "name": order, "qty": 5})] * 2

		ended = self.raced(prepare).keys()
		self.assertLessEqual(ended, {("not_to_pack 409", "ok"), ("ok", "wrong_state 409")})
		for name in packed:
			line = self.platform.call("pack.get", name=name)["lines"][0]
			self.assertEqual((line["picked_qty"], line["checked_qty"]), (5, 5))
