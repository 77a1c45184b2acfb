"""Allocations: what a reservation keeps is pinned to bins, leaves from there, and gives way to the books."""

from datetime import date
from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique


class AllocationBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(0)
		self.near, self.far = (self.platform.make_bin(self.warehouse, sequence=n) for n in (1, 2))
		self.receive(self.item, self.warehouse, 40, self.far)
		self.receive(self.item, self.warehouse, 60, self.near)

	def allocate(self, name: str, **more: Any) -> dict[str, float]:
		"""Bin → what is pinned there afterwards."""
		answer = self.platform.call("reservation.allocate", name=name, **more)
		return {row["bin"]: row["qty"] for row in answer["allocations"]}

	def pinned(self) -> dict[str, float]:
		rows = self.platform.rows(
			"SELECT bin, allocated_qty FROM `tabBin Stock` WHERE item_code = %(item)s AND allocated_qty <> 0",
			item=self.item,
		)
		return {row["bin"]: float(row["allocated_qty"]) for row in rows}

	def get(self, name: str) -> Row:
		answer: Row = self.platform.call("reservation.get", name=name)
		return answer

	def test_a_name_spelled_otherwise_pins_nothing_nobody_can_take_off(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50, name=unique("WEB"))
		try:
			self.allocate(made["name"].lower())
		except InventoryError as error:  # an engine that tells the two apart
			self.assertEqual(error.code, "unknown_reservation")
			return
		self.assertEqual(self.pinned(), {self.near: 50})
		self.platform.call("reservation.deallocate", name=made["name"].lower(), qty=10)
		self.platform.call("reservation.release", name=made["name"])
		self.assertEqual(self.pinned(), {})

	def test_by_the_walk_or_by_the_named_strategy(self) -> None:
		walk = self.reserve(self.item, self.warehouse, 50)
		self.assertEqual(self.allocate(walk["name"]), {self.near: 50})
		fifo = self.reserve(self.item, self.warehouse, 45)
		self.assertEqual(self.allocate(fifo["name"], strategy="FIFO"), {self.far: 40, self.near: 5})
		self.assertEqual(self.pinned(), {self.near: 55, self.far: 40})
		self.assert_reservation(self.get(fifo["name"]), reserved_qty=45, allocated_qty=45)
		self.assert_position(self.item, self.warehouse, reserved=95, available=5)

	def test_in_parts_and_back(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50)
		self.allocate(made["name"], qty=20)
		with self.refused("more_than_reserved", left="30"):
			self.allocate(made["name"], qty=31)
		self.assertEqual(self.allocate(made["name"]), {self.near: 50})
		with self.refused("nothing_to_allocate"):
			self.allocate(made["name"])
		with self.refused("more_than_allocated", allocated="50"):
			self.platform.call("reservation.deallocate", name=made["name"], qty=51)
		self.platform.call("reservation.deallocate", name=made["name"], qty=20)
		self.assertEqual(self.pinned(), {self.near: 30})
		self.platform.call("reservation.deallocate", name=made["name"])
		self.assertEqual(self.pinned(), {})
		self.assert_reservation(self.get(made["name"]), reserved_qty=50, allocated_qty=0)

	def test_what_waits_is_not_pinned(self) -> None:
		made = self.reserve(self.item, self.warehouse, 120, if_short="Partial")
		self.allocate(made["name"])
		self.assert_reservation(self.get(made["name"]), reserved_qty=100, waiting_qty=20, allocated_qty=100)

	def test_a_delivery_takes_what_is_pinned_for_its_order(self) -> None:
		order = self.order(self.item, self.warehouse, 30)
		self.allocate(self.reservation_of(order)["name"], strategy="FIFO")
		self.assertEqual(self.pinned(), {self.far: 30})
		row = self.row_names(order)[0]
		self.platform.books.deliver(order, {row: self.qty(20)})
		self.assertEqual(self.bins(), {self.far: 20, self.near: 60})
		self.assertEqual(self.pinned(), {self.far: 10})
		voucher = self.platform.books.deliver(order)
		self.assertEqual(self.bins(), {self.far: 10, self.near: 60})
		self.assertEqual(self.pinned(), {})
		self.platform.books.cancel(voucher)
		self.assertEqual(self.bins(), {self.far: 20, self.near: 60})
		self.assert_reservation(self.reservation_of(order), reserved_qty=10, allocated_qty=0)

	def test_a_released_or_transferred_reservation_is_pinned_no_more(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50, demand_type="Project", demand_name="P")
		self.allocate(made["name"])
		self.platform.call("reservation.release", name=made["name"], qty=10)
		self.assertEqual(self.pinned(), {self.near: 40})
		self.platform.call(
			"reservation.transfer", name=made["name"], demand_type="Shop Order", demand_name="1", qty=15
		)
		self.assertEqual(self.pinned(), {self.near: 25})
		self.assert_reservation(self.get(made["name"]), reserved_qty=25, allocated_qty=25)
		self.platform.call("reservation.release", name=made["name"])
		self.assertEqual(self.pinned(), {})

	def test_what_is_pinned_is_not_moved_nor_held(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50)
		self.allocate(made["name"])
		where = {"item_code": self.item, "warehouse": self.warehouse, "qty": 11}
		with self.refused("insufficient_in_bin", free="10"):
			self.platform.call("stock.move", **where, from_bin=self.near, to_bin=self.far)
		with self.refused("insufficient_in_bin", free="10"):
			self.platform.call("stock.hold", **where, bin=self.near, stock_status="Blocked")

	def test_the_books_take_what_nobody_has_pinned_first(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50)
		self.allocate(made["name"])
		self.issue(self.item, self.warehouse, 45)
		self.assertEqual(self.bins(), {self.near: 50, self.far: 5})
		self.assertEqual(self.pinned(), {self.near: 50})

	def test_the_youngest_of_the_lowest_priority_gives_way_and_its_owner_is_told(self) -> None:
		keeper = self.platform.make_user(["Warehouse Operator"])
		kept = {"item_code": self.item, "warehouse": self.warehouse, "qty": 20}
		# the one that came last has a name that sorts before the others'
		names = [
			self.platform.call(
				"reservation.reserve", user=keeper, **kept, priority=priority, name=unique(prefix)
			)["name"]
			for priority, prefix in ((5, "mm"), (0, "zz"), (0, "00"))
		]
		for name in names:
			self.allocate(name)
		# the count finds thirty less in the bin they are pinned to, and as much more in the other
		self.platform.books.issue([self.line(self.item, self.warehouse, 30, self.near)])
		self.assertEqual(self.bins(), {self.near: 30, self.far: 40})
		self.assertEqual(
			[(r["reserved_qty"], r["allocated_qty"]) for r in map(self.get, names)],
			[(20, 20), (20, 10), (20, 0)],
		)
		told = self.platform.rows(
			"SELECT reference_name FROM `tabToDo` WHERE allocated_to = %(user)s AND status = 'Open'",
			user=keeper,
		)
		self.assertEqual(sorted(row["reference_name"] for row in told), sorted(names[1:]))
		self.allocate(names[2])
		told = self.platform.rows(
			"SELECT reference_name FROM `tabToDo` WHERE allocated_to = %(user)s AND status = 'Open'",
			user=keeper,
		)
		self.assertEqual([row["reference_name"] for row in told], [names[1]])

	def test_one_batch(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		late, soon = (self.platform.make_batch(item, date(2090, month, 1)) for month in (9, 3))
		for batch in (late, soon):
			self.receive(item, warehouse, 10, batch_no=batch)
		made = self.reserve(item, warehouse, 12)
		with self.refused("insufficient_in_bins", found="10"):
			self.platform.call("reservation.allocate", name=made["name"], batch_no=late)
		answer = self.platform.call("reservation.allocate", name=made["name"], strategy="FEFO")
		self.assertEqual({a["batch_no"]: a["qty"] for a in answer["allocations"]}, {soon: 10, late: 2})
		self.issue(item, warehouse, 8, batch_no=late)

	def test_what_has_expired_is_not_pinned_unless_its_batch_is_asked_for(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		gone, good = (self.platform.make_batch(item, date(2090, 1, day)) for day in (1, 2))
		for batch, qty in ((gone, 10), (good, 6)):
			self.receive(item, warehouse, qty, batch_no=batch)
		self.expire(gone)
		made = self.reserve(item, warehouse, 12)
		with self.refused("insufficient_in_bins", found="6", qty="12", expired="10") as caught:
			self.platform.call("reservation.allocate", name=made["name"], strategy="FEFO")
		self.assertIn("10 more lies there and has expired", str(caught[0]))
		answer = self.platform.call("reservation.allocate", name=made["name"], qty=6)
		self.assertEqual({a["batch_no"]: a["qty"] for a in answer["allocations"]}, {good: 6})
		answer = self.platform.call("reservation.allocate", name=made["name"], qty=2, batch_no=gone)
		self.assertEqual({a["batch_no"]: a["qty"] for a in answer["allocations"]}, {good: 6, gone: 2})

	def bins(self) -> dict[str, float]:
		answer = self.platform.call("stock.explain", item_code=self.item, warehouse=self.warehouse)
		return {row["bin"]: row["qty"] for row in answer["bins"]}

	def qty(self, number: int) -> Any:
		return self.line(self.item, self.warehouse, number).qty
