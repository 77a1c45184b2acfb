"""Allocations: a reservation is allocated to bins, its stock leaves from there, and postings can deallocate it."""

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
		"""Allocate, and return bin → allocated quantity."""
		result = self.platform.call("reservation.allocate", name=name, **more)
		return {row["bin"]: row["qty"] for row in result["allocations"]}

	def allocated(self) -> dict[str, float]:
		rows = self.platform.rows(
			"SELECT bin, allocated_qty FROM `tabBin Stock` WHERE item_code = %(item)s AND allocated_qty <> 0",
			item=self.item,
		)
		return {row["bin"]: float(row["allocated_qty"]) for row in rows}

	def get(self, name: str) -> Row:
		result: Row = self.platform.call("reservation.get", name=name)
		return result

	def test_a_name_spelled_otherwise_allocates_under_the_stored_name(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50, name=unique("WEB"))
		try:
			self.allocate(made["name"].lower())
		except InventoryError as error:  # a database that distinguishes case
			self.assertEqual(error.code, "unknown_reservation")
			return
		self.assertEqual(self.allocated(), {self.near: 50})
		self.platform.call("reservation.deallocate", name=made["name"].lower(), qty=10)
		self.platform.call("reservation.release", name=made["name"])
		self.assertEqual(self.allocated(), {})

	def test_by_walking_order_or_by_the_named_strategy(self) -> None:
		walk = self.reserve(self.item, self.warehouse, 50)
		self.assertEqual(self.allocate(walk["name"]), {self.near: 50})
		fifo = self.reserve(self.item, self.warehouse, 45)
		self.assertEqual(self.allocate(fifo["name"], strategy="FIFO"), {self.far: 40, self.near: 5})
		self.assertEqual(self.allocated(), {self.near: 55, self.far: 40})
		self.assert_reservation(self.get(fifo["name"]), reserved_qty=45, allocated_qty=45)
		self.assert_position(self.item, self.warehouse, reserved=95, available=5)

	def test_allocate_and_deallocate_in_parts(self) -> None:
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
		self.assertEqual(self.allocated(), {self.near: 30})
		self.platform.call("reservation.deallocate", name=made["name"])
		self.assertEqual(self.allocated(), {})
		self.assert_reservation(self.get(made["name"]), reserved_qty=50, allocated_qty=0)

	def test_what_waits_is_not_allocated(self) -> None:
		made = self.reserve(self.item, self.warehouse, 120, shortage_policy="Partial")
		self.allocate(made["name"])
		self.assert_reservation(self.get(made["name"]), reserved_qty=100, waiting_qty=20, allocated_qty=100)

	def test_a_delivery_uses_its_orders_allocation(self) -> None:
		order = self.order(self.item, self.warehouse, 30)
		self.allocate(self.reservation_of(order)["name"], strategy="FIFO")
		self.assertEqual(self.allocated(), {self.far: 30})
		row = self.row_names(order)[0]
		self.platform.books.deliver(order, {row: self.qty(20)})
		self.assertEqual(self.bins(), {self.far: 20, self.near: 60})
		self.assertEqual(self.allocated(), {self.far: 10})
		voucher = self.platform.books.deliver(order)
		self.assertEqual(self.bins(), {self.far: 10, self.near: 60})
		self.assertEqual(self.allocated(), {})
		self.platform.books.cancel(voucher)
		self.assertEqual(self.bins(), {self.far: 20, self.near: 60})
		self.assert_reservation(self.reservation_of(order), reserved_qty=10, allocated_qty=0)

	def test_a_released_or_reassigned_reservation_is_no_longer_allocated(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50, demand_type="Project", demand_name="P")
		self.allocate(made["name"])
		self.platform.call("reservation.release", name=made["name"], qty=10)
		self.assertEqual(self.allocated(), {self.near: 40})
		self.platform.call(
			"reservation.reassign", name=made["name"], demand_type="Shop Order", demand_name="1", qty=15
		)
		self.assertEqual(self.allocated(), {self.near: 25})
		self.assert_reservation(self.get(made["name"]), reserved_qty=25, allocated_qty=25)
		self.platform.call("reservation.release", name=made["name"])
		self.assertEqual(self.allocated(), {})

	def test_allocated_stock_is_neither_moved_nor_blocked(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50)
		self.allocate(made["name"])
		where = {"item_code": self.item, "warehouse": self.warehouse, "qty": 11}
		with self.refused("insufficient_in_bin", free="10"):
			self.platform.call("stock.move", **where, from_bin=self.near, to_bin=self.far)
		with self.refused("insufficient_in_bin", free="10"):
			self.platform.call("stock.block", **where, bin=self.near, stock_status="Blocked")

	def test_the_books_take_unallocated_stock_first(self) -> None:
		made = self.reserve(self.item, self.warehouse, 50)
		self.allocate(made["name"])
		self.issue(self.item, self.warehouse, 45)
		self.assertEqual(self.bins(), {self.near: 50, self.far: 5})
		self.assertEqual(self.allocated(), {self.near: 50})

	def test_the_youngest_of_the_lowest_priority_is_deallocated_and_its_owner_notified(self) -> None:
		storekeeper = self.platform.make_user(["Warehouse Operator"])
		stock = {"item_code": self.item, "warehouse": self.warehouse, "qty": 20}
		# the youngest has a name that sorts before the others
		names = [
			self.platform.call(
				"reservation.reserve", user=storekeeper, **stock, priority=priority, name=unique(prefix)
			)["name"]
			for priority, prefix in ((5, "mm"), (0, "zz"), (0, "00"))
		]
		for name in names:
			self.allocate(name)
		# 30 leave the bin that they are allocated to; the other bin holds enough
		self.platform.books.issue([self.line(self.item, self.warehouse, 30, self.near)])
		self.assertEqual(self.bins(), {self.near: 30, self.far: 40})
		self.assertEqual(
			[(r["reserved_qty"], r["allocated_qty"]) for r in map(self.get, names)],
			[(20, 20), (20, 10), (20, 0)],
		)
		notified = self.platform.rows(
			"SELECT reference_name FROM `tabToDo` WHERE allocated_to = %(user)s AND status = 'Open'",
			user=storekeeper,
		)
		self.assertEqual(sorted(row["reference_name"] for row in notified), sorted(names[1:]))
		self.allocate(names[2])
		notified = self.platform.rows(
			"SELECT reference_name FROM `tabToDo` WHERE allocated_to = %(user)s AND status = 'Open'",
			user=storekeeper,
		)
		self.assertEqual([row["reference_name"] for row in notified], [names[1]])

	def test_one_batch(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		late, soon = (self.platform.make_batch(item, date(2090, month, 1)) for month in (9, 3))
		for batch in (late, soon):
			self.receive(item, warehouse, 10, batch_no=batch)
		made = self.reserve(item, warehouse, 12)
		with self.refused("insufficient_in_bins", found="10"):
			self.platform.call("reservation.allocate", name=made["name"], batch_no=late)
		result = self.platform.call("reservation.allocate", name=made["name"], strategy="FEFO")
		self.assertEqual({a["batch_no"]: a["qty"] for a in result["allocations"]}, {soon: 10, late: 2})
		self.issue(item, warehouse, 8, batch_no=late)

	def test_expired_stock_is_not_allocated_unless_its_batch_is_named(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		gone, good = (self.platform.make_batch(item, date(2090, 1, day)) for day in (1, 2))
		for batch, qty in ((gone, 10), (good, 6)):
			self.receive(item, warehouse, qty, batch_no=batch)
		self.expire(gone)
		made = self.reserve(item, warehouse, 12)
		with self.refused("insufficient_in_bins", found="6", qty="12", unusable="10") as caught:
			self.platform.call("reservation.allocate", name=made["name"], strategy="FEFO")
		self.assertIn("10 more is there but has expired or is disabled", str(caught[0]))
		result = self.platform.call("reservation.allocate", name=made["name"], qty=6)
		self.assertEqual({a["batch_no"]: a["qty"] for a in result["allocations"]}, {good: 6})
		result = self.platform.call("reservation.allocate", name=made["name"], qty=2, batch_no=gone)
		self.assertEqual({a["batch_no"]: a["qty"] for a in result["allocations"]}, {good: 6, gone: 2})

	def test_a_disabled_batch_is_never_allocated(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		recalled, good = (self.platform.make_batch(item, date(2090, 1, day)) for day in (1, 2))
		for batch, qty in ((recalled, 6), (good, 4)):
			self.receive(item, warehouse, qty, batch_no=batch)
		made = self.reserve(item, warehouse, 5)
		self.platform.update("Batch", recalled, {"disabled": 1})
		with self.refused("insufficient_in_bins", found="4", qty="5", unusable="6"):
			self.platform.call("reservation.allocate", name=made["name"])
		with self.refused("disabled_batch", 400, batch_no=recalled):
			self.platform.call("reservation.allocate", name=made["name"], batch_no=recalled)
		result = self.platform.call("reservation.allocate", name=made["name"], qty=4)
		self.assertEqual({a["batch_no"]: a["qty"] for a in result["allocations"]}, {good: 4})

	def bins(self) -> dict[str, float]:
		result = self.platform.call("stock.explain", item_code=self.item, warehouse=self.warehouse)
		return {row["bin"]: row["qty"] for row in result["bins"]}

	def qty(self, number: int) -> Any:
		return self.line(self.item, self.warehouse, number).qty
