"""Handing a reservation over to another demand: nobody can come between, and both sides know of it."""

import time
from datetime import timedelta
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour, D
from inventory_midplatform.tests.platform import unique


class TransferBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(100)

	def kept(self, qty: object, **more: Any) -> Row:
		more = {"demand_type": "Project", "demand_name": "PROJ-1", **more}
		return self.reserve(self.item, self.warehouse, qty, **more)

	def transfer(self, name: str, demand_name: str = "SHOP-7", **more: Any) -> Row:
		more = {"demand_type": "Shop Order", "demand_name": demand_name, **more}
		answer: Row = self.platform.call("reservation.transfer", name=name, **more)
		return answer

	def get(self, name: str) -> Row:
		answer: Row = self.platform.call("reservation.get", name=name)
		return answer

	def assert_now(self, **numbers: object) -> None:
		self.assert_position(self.item, self.warehouse, **numbers)

	def test_all_of_it_goes_to_another_demand(self) -> None:
		first = self.kept(60)
		second = self.transfer(first["name"], demand_line="3", reason="the shop is first")
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
		first = self.kept(60)
		self.assert_reservation(self.transfer(first["name"], qty=25), qty=25, reserved_qty=25)
		self.assert_reservation(self.get(first["name"]), status="Reserved", reserved_qty=35, released_qty=25)
		self.assert_now(reserved=60)

	def test_those_who_wait_do_not_come_between(self) -> None:
		first = self.kept(100)
		waiting = self.kept(30, demand_name="PROJ-2", if_short="Wait", priority=900)
		second = self.transfer(first["name"], qty=40)
		self.assert_reservation(second, reserved_qty=40)
		self.assert_reservation(self.get(waiting["name"]), status="Waiting")
		self.assert_now(reserved=100, available=0)

	def test_what_is_kept_goes_before_what_waits(self) -> None:
		first = self.kept(130, if_short="Partial", priority=3)
		second = self.transfer(first["name"], qty=110)
		self.assert_reservation(second, reserved_qty=100, waiting_qty=10, priority=3, if_short="Partial")
		self.assert_reservation(self.get(first["name"]), reserved_qty=0, waiting_qty=20, released_qty=110)
		self.receive(self.item, self.warehouse, 30)
		self.assert_reservation(self.get(second["name"]), reserved_qty=110)
		self.assert_reservation(self.get(first["name"]), reserved_qty=20)

	def test_the_place_in_the_queue_goes_with_what_waits(self) -> None:
		"""Nobody behind waits longer for it, and nobody in front is passed by."""
		self.kept(100)
		front, giver, behind = (
			self.kept(10, demand_name=f"PROJ-{n}", if_short="Partial", name=unique(prefix))
			for n, prefix in ((2, "zz"), (3, "mm"), (4, "00"))
		)
		taken = self.transfer(giver["name"], qty=6, new_name=unique("zzz"))
		served = []
		for _ in range(3):
			self.receive(self.item, self.warehouse, 10)
			served.append([self.get(r["name"])["reserved_qty"] for r in (front, giver, taken, behind)])
		self.assertEqual([row[0] for row in served], [10, 10, 10])
		self.assertEqual([row[1] + row[2] for row in served], [0, 10, 10])
		self.assertEqual([row[3] for row in served], [0, 0, 10])

	def test_one_that_waits_itself_stands_in_the_better_place_of_both(self) -> None:
		giver, shop = {"demand_name": "PROJ-2"}, {"demand_type": "Shop Order", "demand_name": "SHOP-7"}
		self.kept(100)
		self.assert_served_before_what_is_between(shop, giver)
		self.assert_served_before_what_is_between(giver, shop)
		self.assert_served_before_what_is_between(shop, {**giver, "priority": 5})
		self.assert_served_before_what_is_between(giver, {**shop, "priority": 5})

	def assert_served_before_what_is_between(self, first: Row, last: Row) -> None:
		"""Of two that wait the giver hands over to the shop, and a third that waits between them is served after it."""
		waiting = {"qty": 10, "if_short": "Partial", "name": unique("job")}
		one = self.kept(**waiting, **first)
		between = self.kept(**{**waiting, "name": unique("aaa"), "demand_name": "PROJ-3"})
		other = self.kept(**{**waiting, "name": unique("000")}, **last)
		taken = self.transfer(one["name"] if one["demand_name"] == "PROJ-2" else other["name"])
		for served in (taken, between):
			self.assert_reservation(self.get(served["name"]), reserved_qty=0)
			self.receive(self.item, self.warehouse, 10)
			self.assert_reservation(self.get(served["name"]), reserved_qty=10)

	def test_whose_want_is_small_enough_now_waits_no_more(self) -> None:
		waiting = self.kept(120, if_short="Wait")
		self.assert_reservation(waiting, reserved_qty=0, waiting_qty=120)
		second = self.transfer(waiting["name"], qty=50)
		self.assert_reservation(self.get(waiting["name"]), status="Reserved", reserved_qty=70)
		self.assert_reservation(second, status="Waiting", waiting_qty=50)
		third = self.transfer(second["name"], qty=20, demand_name="SHOP-8")
		self.assert_reservation(self.get(second["name"]), status="Reserved", reserved_qty=30)
		self.assert_reservation(third, waiting_qty=20)
		self.assert_now(reserved=100, available=0)

	def test_it_cannot_give_what_it_has_not(self) -> None:
		first = self.kept(60)
		with self.refused("more_than_open", open="60", qty="61"):
			self.transfer(first["name"], qty=61)
		self.platform.call("reservation.release", name=first["name"])
		with self.refused("already_closed") as caught:
			self.transfer(first["name"])
		self.assertEqual(caught[0].details["status"], "Released")
		with self.refused("unknown_reservation", 404):
			self.transfer(unique("none"))
		self.assert_now(reserved=0)

	def test_one_whose_time_is_over_has_nothing_to_give(self) -> None:
		with self.platform.context() as ctx:
			until = str(ctx.clock.now() + timedelta(seconds=1))
		first = self.kept(60, expires_at=until)
		time.sleep(1.1)
		with self.refused("already_closed") as caught:
			self.transfer(first["name"])
		self.assertEqual(caught[0].details["status"], "Expired")

	def test_what_it_is_handed_over_for_does_not_expire(self) -> None:
		with self.platform.context() as ctx:
			until = str(ctx.clock.now() + timedelta(hours=1))
		second = self.transfer(self.kept(60, expires_at=until)["name"])
		self.assert_reservation(second, expires_at=None)

	def test_a_demand_has_a_type_and_a_name_and_is_another_one(self) -> None:
		first = self.kept(60)
		with self.refused("missing_argument", 400, argument="demand_name"):
			self.transfer(first["name"], demand_name=" ")
		with self.refused("missing_argument", 400, argument="demand_type"):
			self.transfer(first["name"], demand_type="")
		with self.refused("same_demand", 400):
			self.transfer(first["name"], demand_type="Project", demand_name="PROJ-1")
		self.assert_now(reserved=60)

	def test_the_same_new_name_gets_the_first_answer(self) -> None:
		first, new_name = self.kept(60), unique("handed")
		second = self.transfer(first["name"], new_name=new_name, qty=20)
		self.assertEqual(second["name"], new_name)
		self.assertEqual(self.transfer(first["name"], new_name=new_name, qty=20), second)
		self.assert_reservation(self.get(first["name"]), reserved_qty=40)
		with self.refused("key_reused", 422, differs="qty"):
			self.transfer(first["name"], new_name=new_name, qty=21)
		with self.refused("key_reused", 422, differs="demand"):
			self.transfer(first["name"], "SHOP-8", new_name=new_name, qty=20)
		self.assert_now(reserved=60)

	def test_the_same_new_name_gets_its_answer_when_nothing_is_left_to_give(self) -> None:
		first, new_name = self.kept(60), unique("handed")
		second = self.transfer(first["name"], new_name=new_name)
		self.assertEqual(self.transfer(first["name"], new_name=new_name), second)

	def test_a_new_name_that_something_else_has_is_refused(self) -> None:
		first = self.kept(60)
		other = self.kept(10, name=unique("job"), demand_type="Shop Order", demand_name="SHOP-7")
		with self.refused("key_reused", 422, differs="operation"):
			self.transfer(first["name"], new_name=other["name"], qty=10)
		self.assert_now(reserved=70)

	def test_switched_off_nothing_is_handed_over(self) -> None:
		first = self.kept(60)
		self.platform.settings(reservation=False)
		with self.refused("module_off"):
			self.transfer(first["name"])

	def test_who_may_not_use_the_warehouse_hands_nothing_over(self) -> None:
		first = self.kept(60)
		elsewhere = self.platform.make_user(["Warehouse Operator"], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.transfer(first["name"], user=elsewhere)

	def test_both_sides_are_logged(self) -> None:
		user = self.platform.make_user(["Warehouse Operator"])
		first = self.kept(60)
		second = self.transfer(first["name"], qty=25, user=user, reason="urgent")
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
				[("Transfer", D(25), user, "Project PROJ-1", "Shop Order SHOP-7", "urgent")],
			)

	# to orders and from them

	def of_order(self, order: str) -> list[Row]:
		"""All reservations of an order, the oldest first."""
		found = self.platform.call("reservation.list", demand_type="Sales Order", demand_name=order)
		return list(reversed(found["reservations"]))

	def sums(self, order: str) -> tuple[float, float, float]:
		found = self.of_order(order)
		columns = ("reserved_qty", "waiting_qty", "consumed_qty")
		reserved, waiting, consumed = (sum(r[column] for r in found) for column in columns)
		return reserved, waiting, consumed

	def test_an_order_that_waits_gets_it_for_the_row_that_waits(self) -> None:
		first = self.kept(90)
		order = self.order(self.item, self.warehouse, 10, 30)
		self.assertEqual(self.sums(order), (10, 30, 0))
		second = self.transfer(first["name"], order, demand_type="Sales Order", qty=20)
		self.assert_reservation(second, reserved_qty=20, demand_line=self.row_names(order)[1])
		self.assertEqual(self.sums(order), (30, 10, 0))
		self.receive(self.item, self.warehouse, 50)
		self.assertEqual(self.sums(order), (40, 0, 0))
		self.assert_now(on_hand=150, reserved=110, available=40)

	def test_an_order_delivers_what_was_handed_to_it(self) -> None:
		first = self.kept(100)
		order = self.order(self.item, self.warehouse, 30)
		with self.refused("more_than_wanted", left="30", qty="100"):
			self.transfer(first["name"], order, demand_type="Sales Order")
		self.transfer(first["name"], order, demand_type="sales order", qty=30)
		self.assertEqual(self.sums(order), (30, 0, 0))
		with self.refused("more_than_wanted", left="0"):
			self.transfer(first["name"], order, demand_type="Sales Order", qty=1)
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(40)})
		self.assertEqual(self.sums(order), (30, 10, 0))
		self.platform.call("reservation.release", name=first["name"], qty=10)
		self.platform.books.deliver(order)
		self.assertEqual(self.sums(order), (0, 0, 40))
		self.assert_now(on_hand=60, reserved=60)

	def test_a_part_that_is_delivered_is_consumed_once_of_all_that_is_kept(self) -> None:
		first = self.kept(90)
		order = self.order(self.item, self.warehouse, 30)
		row = self.row_names(order)[0]
		self.transfer(first["name"], order, demand_type="Sales Order", qty=20)
		self.assertEqual(self.sums(order), (30, 0, 0))
		delivery = self.platform.books.deliver(order, {row: D(15)})
		self.assertEqual(self.sums(order), (15, 0, 15))
		self.platform.books.cancel(delivery)
		self.assertEqual(self.sums(order), (30, 0, 0))

	def test_what_a_person_released_and_another_handed_back_is_wanted(self) -> None:
		order = self.order(self.item, self.warehouse, 30)
		row = self.row_names(order)[0]
		self.platform.call("reservation.release", name=self.of_order(order)[0]["name"])
		first = self.kept(100)
		self.transfer(first["name"], order, demand_type="Sales Order", demand_line=row, qty=30)
		self.platform.books.update_order(order, {row: D(31)})
		self.assertEqual(self.sums(order), (30, 1, 0))

	def test_a_closed_order_gives_back_what_was_handed_to_it_and_wants_it_again(self) -> None:
		first = self.kept(100)
		order = self.order(self.item, self.warehouse, 30)
		self.transfer(first["name"], order, demand_type="Sales Order", qty=30)
		self.platform.books.close_order(order)
		self.assertEqual(self.sums(order), (0, 0, 0))
		self.assert_now(reserved=70, available=30)
		self.platform.books.reopen_order(order)
		self.assertEqual(self.sums(order), (30, 0, 0))

	def test_what_an_order_gave_away_it_does_not_ask_for_again(self) -> None:
		order = self.order(self.item, self.warehouse, 30)
		row = self.row_names(order)[0]
		self.transfer(self.of_order(order)[0]["name"], qty=20)
		self.assertEqual(self.sums(order), (10, 0, 0))
		self.platform.books.update_order(order, {row: D(31)})
		self.assertEqual(self.sums(order), (11, 0, 0))
		self.assert_now(reserved=31)
