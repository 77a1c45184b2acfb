"""Reassign a reservation to another demand: the stock is never free in between, and both reservations say so."""

from datetime import timedelta
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour, D
from inventory_midplatform.tests.platform import unique


class ReassignmentBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(100)

	def reserved(self, qty: object, **more: Any) -> Row:
		more = {"demand_type": "Project", "demand_name": "PROJ-1", **more}
		return self.reserve(self.item, self.warehouse, qty, **more)

	def reassign(self, name: str, demand_name: str = "SHOP-7", **more: Any) -> Row:
		more = {"demand_type": "Shop Order", "demand_name": demand_name, **more}
		result: Row = self.platform.call("reservation.reassign", name=name, **more)
		return result

	def get(self, name: str) -> Row:
		result: Row = self.platform.call("reservation.get", name=name)
		return result

	def assert_now(self, **numbers: object) -> None:
		self.assert_position(self.item, self.warehouse, **numbers)

	def test_all_of_it_goes_to_another_demand(self) -> None:
		first = self.reserved(60)
		second = self.reassign(first["name"], demand_line="3", reason="the shop is first")
		self.assert_reservation(
			second,
			status="Reserved",
			qty=60,
			reserved_qty=60,
			demand_type="Shop Order",
			demand_name="SHOP-7",
			demand_line="3",
			item_code=self.item,
			warehouse=self.warehouse,
			reason="the shop is first",
		)
		self.assert_reservation(
			self.get(first["name"]), status="Released", reserved_qty=0, released_qty=60, demand_name="PROJ-1"
		)
		self.assert_now(reserved=60, available=40)

	def test_a_part_goes_and_the_rest_stays(self) -> None:
		first = self.reserved(60)
		self.assert_reservation(self.reassign(first["name"], qty=25), qty=25, reserved_qty=25)
		self.assert_reservation(self.get(first["name"]), status="Reserved", reserved_qty=35, released_qty=25)
		self.assert_now(reserved=60)

	def test_those_who_wait_do_not_come_between(self) -> None:
		first = self.reserved(100)
		waiting = self.reserved(30, demand_name="PROJ-2", shortage_policy="Wait", priority=900)
		second = self.reassign(first["name"], qty=40)
		self.assert_reservation(second, reserved_qty=40)
		self.assert_reservation(self.get(waiting["name"]), status="Waiting")
		self.assert_now(reserved=100, available=0)

	def test_what_is_reserved_is_reassigned_before_what_waits(self) -> None:
		first = self.reserved(130, shortage_policy="Partial", priority=3)
		second = self.reassign(first["name"], qty=110)
		self.assert_reservation(
			second, reserved_qty=100, waiting_qty=10, priority=3, shortage_policy="Partial"
		)
		self.assert_reservation(self.get(first["name"]), reserved_qty=0, waiting_qty=20, released_qty=110)
		self.receive(self.item, self.warehouse, 30)
		self.assert_reservation(self.get(second["name"]), reserved_qty=110)
		self.assert_reservation(self.get(first["name"]), reserved_qty=20)

	def test_the_place_in_the_queue_goes_with_what_waits(self) -> None:
		"""No reservation behind it waits longer, and none before it is passed by."""
		self.reserved(100)
		front, giver, behind = (
			self.reserved(10, demand_name=f"PROJ-{n}", shortage_policy="Partial", name=unique(prefix))
			for n, prefix in ((2, "zz"), (3, "mm"), (4, "00"))
		)
		moved = self.reassign(giver["name"], qty=6, new_name=unique("zzz"))
		served = []
		for _ in range(3):
			self.receive(self.item, self.warehouse, 10)
			served.append([self.get(r["name"])["reserved_qty"] for r in (front, giver, moved, behind)])
		self.assertEqual([row[0] for row in served], [10, 10, 10])
		self.assertEqual([row[1] + row[2] for row in served], [0, 10, 10])
		self.assertEqual([row[3] for row in served], [0, 0, 10])

	def test_one_that_waits_itself_stands_in_the_better_place_of_both(self) -> None:
		giver, shop = {"demand_name": "PROJ-2"}, {"demand_type": "Shop Order", "demand_name": "SHOP-7"}
		self.reserved(100)
		self.assert_served_before_what_is_between(shop, giver)
		self.assert_served_before_what_is_between(giver, shop)
		self.assert_served_before_what_is_between(shop, {**giver, "priority": 5})
		self.assert_served_before_what_is_between(giver, {**shop, "priority": 5})

	def assert_served_before_what_is_between(self, first: Row, last: Row) -> None:
		"""Reassign a waiting reservation to the shop, which waits too; check that one between them is filled after the shop."""
		waiting = {"qty": 10, "shortage_policy": "Partial", "name": unique("job")}
		one = self.reserved(**waiting, **first)
		between = self.reserved(**{**waiting, "name": unique("aaa"), "demand_name": "PROJ-3"})
		other = self.reserved(**{**waiting, "name": unique("000")}, **last)
		moved = self.reassign(one["name"] if one["demand_name"] == "PROJ-2" else other["name"])
		for served in (moved, between):
			self.assert_reservation(self.get(served["name"]), reserved_qty=0)
			self.receive(self.item, self.warehouse, 10)
			self.assert_reservation(self.get(served["name"]), reserved_qty=10)

	def test_one_whose_demand_became_small_enough_waits_no_more(self) -> None:
		waiting = self.reserved(120, shortage_policy="Wait")
		self.assert_reservation(waiting, reserved_qty=0, waiting_qty=120)
		second = self.reassign(waiting["name"], qty=50)
		self.assert_reservation(self.get(waiting["name"]), status="Reserved", reserved_qty=70)
		self.assert_reservation(second, status="Waiting", waiting_qty=50)
		third = self.reassign(second["name"], qty=20, demand_name="SHOP-8")
		self.assert_reservation(self.get(second["name"]), status="Reserved", reserved_qty=30)
		self.assert_reservation(third, waiting_qty=20)
		self.assert_now(reserved=100, available=0)

	def test_it_cannot_give_what_it_has_not(self) -> None:
		first = self.reserved(60)
		with self.refused("more_than_open", open="60", qty="61"):
			self.reassign(first["name"], qty=61)
		self.platform.call("reservation.release", name=first["name"])
		with self.refused("already_closed") as caught:
			self.reassign(first["name"])
		self.assertEqual(caught[0].details["status"], "Released")
		with self.refused("unknown_reservation", 404):
			self.reassign(unique("none"))
		self.assert_now(reserved=0)

	def test_one_whose_time_is_over_has_nothing_to_give(self) -> None:
		with self.platform.context() as ctx:
			until = str(ctx.clock.now() + timedelta(seconds=1))
		first = self.reserved(60, expires_at=until)
		self.later(seconds=2)
		with self.refused("already_closed") as caught:
			self.reassign(first["name"])
		self.assertEqual(caught[0].details["status"], "Expired")

	def test_a_reassigned_reservation_does_not_expire(self) -> None:
		with self.platform.context() as ctx:
			until = str(ctx.clock.now() + timedelta(hours=1))
		second = self.reassign(self.reserved(60, expires_at=until)["name"])
		self.assert_reservation(second, expires_at=None)

	def test_a_demand_has_a_type_and_a_name_and_is_another_one(self) -> None:
		first = self.reserved(60)
		with self.refused("missing_argument", 400, argument="demand_name"):
			self.reassign(first["name"], demand_name=" ")
		with self.refused("missing_argument", 400, argument="demand_type"):
			self.reassign(first["name"], demand_type="")
		with self.refused("same_demand", 400):
			self.reassign(first["name"], demand_type="Project", demand_name="PROJ-1")
		self.assert_now(reserved=60)

	def test_the_same_new_name_gets_the_first_result(self) -> None:
		first, new_name = self.reserved(60), unique("handed")
		second = self.reassign(first["name"], new_name=new_name, qty=20)
		self.assertEqual(second["name"], new_name)
		self.assertEqual(self.reassign(first["name"], new_name=new_name, qty=20), second)
		self.assert_reservation(self.get(first["name"]), reserved_qty=40)
		with self.refused("key_reused", 422, differs="qty"):
			self.reassign(first["name"], new_name=new_name, qty=21)
		with self.refused("key_reused", 422, differs="demand"):
			self.reassign(first["name"], "SHOP-8", new_name=new_name, qty=20)
		self.assert_now(reserved=60)

	def test_the_same_new_name_gets_its_result_when_nothing_is_left(self) -> None:
		first, new_name = self.reserved(60), unique("handed")
		second = self.reassign(first["name"], new_name=new_name)
		self.assertEqual(self.reassign(first["name"], new_name=new_name), second)

	def test_a_new_name_that_something_else_has_is_refused(self) -> None:
		first = self.reserved(60)
		other = self.reserved(10, name=unique("job"), demand_type="Shop Order", demand_name="SHOP-7")
		with self.refused("key_reused", 422, differs="operation"):
			self.reassign(first["name"], new_name=other["name"], qty=10)
		self.assert_now(reserved=70)

	def test_switched_off_nothing_is_reassigned(self) -> None:
		first = self.reserved(60)
		self.platform.settings(reservation=False)
		with self.refused("module_off"):
			self.reassign(first["name"])

	def test_who_may_not_use_the_warehouse_hands_nothing_over(self) -> None:
		first = self.reserved(60)
		elsewhere = self.platform.make_user(["Warehouse Operator"], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.reassign(first["name"], user=elsewhere)

	def test_both_sides_are_logged(self) -> None:
		user = self.platform.make_user(["Warehouse Operator"])
		first = self.reserved(60)
		second = self.reassign(first["name"], qty=25, user=user, reason="urgent")
		for name in (first["name"], second["name"]):
			logged = self.platform.rows(
				"SELECT operation, qty, user, from_value, to_value, reason FROM `tabStock Operation Log`"
				" WHERE reference_name = %(name)s ORDER BY name DESC LIMIT 1",
				name=name,
			)
			self.assertEqual(
				[
					(r["operation"], D(str(r["qty"])), r["user"], r["from_value"], r["to_value"], r["reason"])
					for r in logged
				],
				[("Reassign", D(25), user, "Project PROJ-1", "Shop Order SHOP-7", "urgent")],
			)

	# to orders and from them

	def of_order(self, order: str) -> list[Row]:
		"""Return all reservations of an order, the oldest first."""
		found = self.platform.call("reservation.list", demand_type="Sales Order", demand_name=order)
		return list(reversed(found["reservations"]))

	def sums(self, order: str) -> tuple[float, float, float]:
		found = self.of_order(order)
		columns = ("reserved_qty", "waiting_qty", "consumed_qty")
		reserved, waiting, consumed = (sum(r[column] for r in found) for column in columns)
		return reserved, waiting, consumed

	def test_an_order_that_waits_gets_it_for_the_row_that_waits(self) -> None:
		first = self.reserved(90)
		order = self.order(self.item, self.warehouse, 10, 30)
		self.assertEqual(self.sums(order), (10, 30, 0))
		second = self.reassign(first["name"], order, demand_type="Sales Order", qty=20)
		self.assert_reservation(second, reserved_qty=20, demand_line=self.row_names(order)[1])
		self.assertEqual(self.sums(order), (30, 10, 0))
		self.receive(self.item, self.warehouse, 50)
		self.assertEqual(self.sums(order), (40, 0, 0))
		self.assert_now(on_hand=150, reserved=110, available=40)

	def test_an_order_delivers_what_was_handed_to_it(self) -> None:
		first = self.reserved(100)
		order = self.order(self.item, self.warehouse, 30)
		with self.refused("more_than_outstanding", left="30", qty="100"):
			self.reassign(first["name"], order, demand_type="Sales Order")
		self.reassign(first["name"], order, demand_type="sales order", qty=30)
		self.assertEqual(self.sums(order), (30, 0, 0))
		with self.refused("more_than_outstanding", left="0"):
			self.reassign(first["name"], order, demand_type="Sales Order", qty=1)
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(40)})
		self.assertEqual(self.sums(order), (30, 10, 0))
		self.platform.call("reservation.release", name=first["name"], qty=10)
		self.platform.books.deliver(order)
		self.assertEqual(self.sums(order), (0, 0, 40))
		self.assert_now(on_hand=60, reserved=60)

	def test_a_partial_delivery_is_consumed_once_among_several_reservations(self) -> None:
		first = self.reserved(90)
		order = self.order(self.item, self.warehouse, 30)
		row = self.row_names(order)[0]
		self.reassign(first["name"], order, demand_type="Sales Order", qty=20)
		self.assertEqual(self.sums(order), (30, 0, 0))
		delivery = self.platform.books.deliver(order, {row: D(15)})
		self.assertEqual(self.sums(order), (15, 0, 15))
		self.platform.books.cancel(delivery)
		self.assertEqual(self.sums(order), (30, 0, 0))

	def test_what_one_released_and_another_reassigned_back_is_demanded(self) -> None:
		order = self.order(self.item, self.warehouse, 30)
		row = self.row_names(order)[0]
		self.platform.call("reservation.release", name=self.of_order(order)[0]["name"])
		first = self.reserved(100)
		self.reassign(first["name"], order, demand_type="Sales Order", demand_line=row, qty=30)
		self.platform.books.update_order(order, {row: D(31)})
		self.assertEqual(self.sums(order), (30, 1, 0))

	def test_a_closed_order_releases_what_was_reassigned_to_it_and_demands_it_again(self) -> None:
		first = self.reserved(100)
		order = self.order(self.item, self.warehouse, 30)
		self.reassign(first["name"], order, demand_type="Sales Order", qty=30)
		self.platform.books.close_order(order)
		self.assertEqual(self.sums(order), (0, 0, 0))
		self.assert_now(reserved=70, available=30)
		self.platform.books.reopen_order(order)
		self.assertEqual(self.sums(order), (30, 0, 0))

	def test_what_an_order_reassigned_it_does_not_demand_again(self) -> None:
		order = self.order(self.item, self.warehouse, 30)
		row = self.row_names(order)[0]
		self.reassign(self.of_order(order)[0]["name"], qty=20)
		self.assertEqual(self.sums(order), (10, 0, 0))
		self.platform.books.update_order(order, {row: D(31)})
		self.assertEqual(self.sums(order), (11, 0, 0))
		self.assert_now(reserved=31)
