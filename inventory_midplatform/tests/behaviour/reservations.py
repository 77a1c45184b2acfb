"""Reservation: reserve, release, wait, fill, expire; and what makes a call safe to repeat."""

from datetime import timedelta
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour, D
from inventory_midplatform.tests.platform import unique


class ReservationBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(100)

	def requested(self, qty: object, **more: Any) -> Row:
		return self.reserve(self.item, self.warehouse, qty, **more)

	def assert_now(self, **numbers: object) -> None:
		self.assert_position(self.item, self.warehouse, **numbers)

	def get(self, name: str) -> Row:
		result: Row = self.platform.call("reservation.get", name=name)
		return result

	def release(self, name: str, qty: object = None, **more: Any) -> Row:
		result: Row = self.platform.call("reservation.release", name=name, qty=qty, **more)
		return result

	def test_reserved_stock_is_not_available_to_others(self) -> None:
		made = self.requested(
			60, demand_type="Project", demand_name="PROJ-1", demand_line="7", reason="for the fair"
		)
		self.assert_reservation(
			made,
			status="Reserved",
			qty=60,
			reserved_qty=60,
			waiting_qty=0,
			demand_type="Project",
			demand_name="PROJ-1",
			demand_line="7",
			reason="for the fair",
		)
		self.assert_now(on_hand=100, reserved=60, available=40)
		with self.refused("insufficient_stock", available="40", qty="41"):
			self.requested(41)
		self.assert_now(reserved=60, available=40)
		self.requested(40)
		self.assert_now(reserved=100, available=0)

	def test_all_of_it_is_released(self) -> None:
		made = self.requested(60)
		released = self.release(made["name"], reason="the fair was called off")
		self.assert_reservation(
			released, status="Released", reserved_qty=0, released_qty=60, reason="the fair was called off"
		)
		self.assert_now(reserved=0, available=100)
		with self.refused("already_closed"):
			self.release(made["name"])

	def test_a_part_is_released(self) -> None:
		made = self.requested(60)
		self.assert_reservation(
			self.release(made["name"], 25), status="Reserved", reserved_qty=35, released_qty=25
		)
		with self.refused("more_than_open", open="35"):
			self.release(made["name"], 36)
		self.assert_now(reserved=35)
		self.assert_reservation(self.release(made["name"], "35"), status="Released", released_qty=60)
		self.assert_now(reserved=0)

	def test_partial_reserves_what_is_available_and_the_rest_is_filled_as_stock_comes(self) -> None:
		made = self.requested(130, shortage_policy="Partial")
		self.assert_reservation(made, status="Partially Reserved", reserved_qty=100, waiting_qty=30)
		self.receive(self.item, self.warehouse, 10)
		self.assert_reservation(self.get(made["name"]), reserved_qty=110, waiting_qty=20)
		self.receive(self.item, self.warehouse, 50)
		self.assert_reservation(self.get(made["name"]), status="Reserved", reserved_qty=130, waiting_qty=0)
		self.assert_now(on_hand=160, reserved=130, available=30)

	def test_wait_reserves_nothing_until_all_of_it_is_there(self) -> None:
		made = self.requested(130, shortage_policy="Wait")
		self.assert_reservation(made, status="Waiting", reserved_qty=0, waiting_qty=130)
		self.assert_now(reserved=0, available=100)
		self.receive(self.item, self.warehouse, 29)
		self.assert_reservation(self.get(made["name"]), status="Waiting")
		self.receive(self.item, self.warehouse, 1)
		self.assert_reservation(self.get(made["name"]), status="Reserved", reserved_qty=130)

	def test_those_who_wait_are_served_by_priority_then_age(self) -> None:
		self.requested(100)
		first = self.requested(10, shortage_policy="Partial")
		urgent = self.requested(10, shortage_policy="Partial", priority=5)
		second = self.requested(10, shortage_policy="Partial")
		self.receive(self.item, self.warehouse, 15)
		self.assertEqual([self.get(r["name"])["reserved_qty"] for r in (first, urgent, second)], [5, 10, 0])

	def test_a_name_that_its_caller_chose_changes_nobodys_turn(self) -> None:
		self.requested(100)
		names = [unique(prefix) for prefix in ("zz", "00", "~", "aa")]
		for name in names:
			self.requested(10, name=name, shortage_policy="Partial")
		explained = self.platform.call("stock.explain", item_code=self.item, warehouse=self.warehouse)
		self.assertEqual([r["name"] for r in explained["reservations"]][1:], names)
		self.receive(self.item, self.warehouse, 25)
		self.assertEqual([self.get(name)["reserved_qty"] for name in names], [10, 10, 5, 0])
		self.receive(self.item, self.warehouse, 10)
		self.assertEqual([self.get(name)["reserved_qty"] for name in names], [10, 10, 10, 5])

	def test_what_one_releases_goes_to_the_next_in_the_queue(self) -> None:
		holder = self.requested(100)
		waiting = self.requested(30, shortage_policy="Wait")
		self.release(holder["name"], 20)
		self.assert_reservation(self.get(waiting["name"]), status="Waiting")
		self.release(holder["name"], 10)
		self.assert_reservation(self.get(waiting["name"]), status="Reserved")
		self.assert_now(reserved=100, available=0)

	def test_one_that_waits_for_all_does_not_block_those_behind_it(self) -> None:
		self.requested(100)
		big = self.requested(50, shortage_policy="Wait", priority=9)
		small = self.requested(5, shortage_policy="Wait")
		self.receive(self.item, self.warehouse, 5)
		self.assert_reservation(self.get(big["name"]), status="Waiting")
		self.assert_reservation(self.get(small["name"]), status="Reserved")

	def test_releasing_starts_with_what_waits(self) -> None:
		made = self.requested(130, shortage_policy="Partial")
		self.assert_reservation(
			self.release(made["name"], 40), reserved_qty=90, waiting_qty=0, released_qty=40
		)
		self.assert_now(reserved=90, available=10)

	def in_a_moment(self) -> str:
		with self.platform.context() as ctx:
			return str(ctx.clock.now() + timedelta(seconds=1))

	def test_an_expired_reservation_is_released_when_stock_is_needed(self) -> None:
		made = self.requested(100, expires_at=self.in_a_moment())
		with self.refused("insufficient_stock"):
			self.requested(1)
		self.later(seconds=2)
		self.requested(70)
		self.assert_reservation(self.get(made["name"]), status="Expired", reserved_qty=0, released_qty=100)
		self.assert_now(reserved=70, available=30)

	def test_a_repeated_call_gets_its_result_even_after_its_expiry(self) -> None:
		name, until = unique("job"), self.in_a_moment()
		self.requested(10, name=name, expires_at=until)
		self.later(seconds=2)
		self.assertEqual(self.requested(10, name=name, expires_at=until)["name"], name)

	def test_releasing_expired_reservations_fills_waiting_ones(self) -> None:
		from inventory_midplatform.services.reservation import reservations

		made = self.requested(100, expires_at=self.in_a_moment())
		waiting = self.requested(30, shortage_policy="Wait")
		self.later(seconds=2)
		with self.platform.context() as ctx:
			self.assertGreaterEqual(reservations.release_expired(ctx), 1)
		self.assert_reservation(self.get(made["name"]), status="Expired")
		self.assert_reservation(self.get(waiting["name"]), status="Reserved")

	def test_a_time_that_is_past_is_refused(self) -> None:
		with self.refused("expires_in_past", 400):
			self.requested(1, expires_at="2020-01-01 00:00:00")

	def test_the_same_name_gets_the_first_result(self) -> None:
		name = unique("job")
		first = self.requested(60, name=name)
		self.assertEqual(self.requested(60, name=name), first)
		self.assert_now(reserved=60)
		with self.refused("key_reused", 422, differs="qty"):
			self.requested(61, name=name)
		with self.refused("key_reused", 422, differs="demand"):
			self.requested(60, name=name, demand_name="another")
		self.assert_now(reserved=60)

	def test_the_same_name_gets_its_result_when_its_quantity_has_changed_since(self) -> None:
		item, warehouse = self.stocked(3)
		arguments = {
			"name": unique(),
			"shortage_policy": "Partial",
			"demand_type": "Web",
			"demand_name": unique(),
		}
		self.reserve(item, warehouse, 10, **arguments)
		self.receive(item, warehouse, 2)
		other = self.reserve(item, warehouse, 4, shortage_policy="Wait")
		of_web = {k: arguments[k] for k in ("demand_type", "demand_name")}
		self.platform.call("reservation.reassign", name=other["name"], **of_web)
		now = self.platform.call("reservation.get", name=arguments["name"])
		self.assertEqual(now["qty"], 6)
		self.assertEqual(self.reserve(item, warehouse, 10, **arguments), now)
		with self.refused("key_reused", 422):
			self.reserve(item, warehouse, 6, **arguments)

	def test_the_same_idempotency_key_gets_the_first_result(self) -> None:
		key = unique("key")
		first = self.requested(60, key=key)
		self.assertEqual(self.requested(60, key=key), first)
		self.assert_now(reserved=60)
		released = self.release(first["name"], 10, key=f"{key}-release")
		self.assertEqual(self.release(first["name"], 10, key=f"{key}-release"), released)
		self.assert_now(reserved=50)

	def test_an_idempotency_key_with_another_payload_or_operation_is_refused(self) -> None:
		key = unique("key")
		made = self.requested(60, key=key)
		with self.refused("key_reused", 422):
			self.requested(61, key=key)
		with self.refused("key_reused", 422):
			self.release(made["name"], key=key)
		self.assert_now(reserved=60)

	def test_a_refused_call_may_be_repeated_under_its_key(self) -> None:
		key = unique("key")
		with self.refused("insufficient_stock"):
			self.requested(101, key=key)
		self.receive(self.item, self.warehouse, 1)
		self.requested(101, key=key)
		self.assert_now(reserved=101, available=0)

	def test_two_users_may_use_the_same_key(self) -> None:
		key = unique("key")
		one = self.platform.make_user(["Warehouse Operator"])
		two = self.platform.make_user(["Warehouse Operator"])
		self.assertNotEqual(
			self.requested(10, key=key, user=one)["name"], self.requested(20, key=key, user=two)["name"]
		)
		self.assert_now(reserved=30)

	def test_switched_off_nothing_can_be_reserved(self) -> None:
		self.platform.settings(reservation=False)
		with self.refused("module_off"):
			self.requested(1)
		self.assert_now(reserved=0)

	def test_a_reservation_is_logged_with_who_and_how_much(self) -> None:
		user = self.platform.make_user(["Warehouse Operator"])
		made = self.requested(10, user=user)
		self.release(made["name"], 4, user=user, reason="too much")
		logged = self.platform.rows(
			"SELECT operation, qty, user, to_value, reason FROM `tabStock Operation Log`"
			" WHERE reference_name = %(name)s ORDER BY name",
			name=made["name"],
		)
		self.assertEqual(
			[(r["operation"], D(str(r["qty"])), r["user"], r["to_value"], r["reason"] or "") for r in logged],
			[("Reserve", D(10), user, "Reserved", ""), ("Release", D(4), user, "Reserved", "too much")],
		)

	def test_what_comes_is_not_given_to_one_whose_time_is_over(self) -> None:
		self.requested(100)
		over = self.requested(10, shortage_policy="Partial", priority=9, expires_at=self.in_a_moment())
		waiting = self.requested(10, shortage_policy="Partial")
		self.later(seconds=2)
		self.receive(self.item, self.warehouse, 10)
		self.assert_reservation(self.get(waiting["name"]), status="Reserved")
		self.assert_reservation(self.get(over["name"]), reserved_qty=0)
