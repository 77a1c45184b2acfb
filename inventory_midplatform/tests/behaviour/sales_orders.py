"""Sales Orders reserve what is available; their reservations are synced with every change of an order."""

from datetime import timedelta

from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.services.demand import demand_lines
from inventory_midplatform.services.reservation import document_sync, reservations
from inventory_midplatform.tests.behaviour.base import Behaviour, D
from inventory_midplatform.tests.platform import unique


class SalesOrderBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)

	def assert_row(self, order: str, row: int = 0, **expected: object) -> None:
		self.assert_reservation(self.reservation_of(order, row), **expected)

	def assert_now(self, **numbers: object) -> None:
		self.assert_position(self.item, self.warehouse, **numbers)

	def test_a_submitted_order_reserves_what_is_free_and_the_rest_waits(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		self.assert_row(
			order, status="Reserved", reserved_qty=4, demand_type="Sales Order", demand_name=order
		)
		larger = self.order(self.item, self.warehouse, 9)
		self.assert_row(larger, status="Partially Reserved", reserved_qty=6, waiting_qty=3)
		self.assert_now(reserved=10, available=0)
		self.receive(self.item, self.warehouse, 5)
		self.assert_row(larger, status="Reserved", reserved_qty=9)
		self.assert_now(on_hand=15, reserved=13, available=2)

	def test_all_or_wait(self) -> None:
		self.platform.settings(sales_order_policy="All or Wait")
		order = self.order(self.item, self.warehouse, 11)
		self.assert_row(order, status="Waiting", reserved_qty=0, waiting_qty=11)
		self.assert_now(reserved=0, available=10)
		self.receive(self.item, self.warehouse, 1)
		self.assert_row(order, status="Reserved", reserved_qty=11)

	def test_reserved_by_hand_the_order_is_reserved_row_by_row(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 10)
		(row,) = self.row_names(order)
		of_order = {"demand_type": "Sales Order", "demand_name": order}
		made = self.reserve(self.item, self.warehouse, 6, name=unique(), **of_order)
		self.assert_reservation(made, demand_line=row, reserved_qty=6)
		self.assertEqual(self.reserve(self.item, self.warehouse, 6, name=made["name"], **of_order), made)
		other = self.reserve(self.item, self.warehouse, 4)
		given = self.platform.call("reservation.reassign", name=other["name"], **of_order)
		self.assert_reservation(given, demand_line=row, reserved_qty=4)
		self.sync(order)
		self.assert_now(reserved=10)
		self.platform.books.deliver(order)
		self.assert_now(on_hand=0, reserved=0)

	def test_what_no_row_of_an_order_demands_is_not_reserved_for_it(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 4)
		other = self.platform.make_item()
		self.receive(other, self.warehouse, 5)
		of_order = {"demand_type": "Sales Order", "demand_name": order}
		with self.refused("not_demanded", 400, item_code=other):
			self.reserve(other, self.warehouse, 1, **of_order)
		with self.refused("not_demanded", 400):
			self.reserve(self.item, self.warehouse, 1, **of_order, demand_line="no such row")
		with self.refused("unknown_demand", 404):
			self.reserve(self.item, self.warehouse, 1, demand_type="Sales Order", demand_name="no such order")
		made = self.reserve(self.item, self.warehouse, 1)
		with self.refused("unknown_demand", 404):
			self.platform.call(
				"reservation.reassign", name=made["name"], demand_type="Sales Order", demand_name="none"
			)
		self.platform.books.deliver(order)
		with self.refused("not_demanded", 400):
			self.reserve(self.item, self.warehouse, 1, **of_order)

	def test_no_more_is_reserved_for_an_order_than_is_outstanding(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		self.assert_now(reserved=4)
		of_order = {"demand_type": "Sales Order", "demand_name": order}
		with self.refused("more_than_outstanding", left="0", qty="1"):
			self.reserve(self.item, self.warehouse, 1, **of_order)
		reservation = self.reservation_of(order, 0)
		self.platform.call("reservation.release", name=reservation["name"], qty=3)
		with self.refused("more_than_outstanding", left="3", qty="4"):
			self.reserve(self.item, self.warehouse, 4, **of_order)
		self.reserve(self.item, self.warehouse, 3, **of_order)
		self.sync(order)
		self.assert_now(reserved=4)

	def test_a_row_that_is_named_reserves_as_one_that_is_found(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		elsewhere = self.platform.make_warehouse()
		self.receive(self.item, elsewhere, 20)
		other = self.platform.make_item()
		stranger = self.platform.make_user(["Inventory Manager"], [elsewhere])
		for named in (False, True):
			order = self.order(self.item, self.warehouse, 10)
			(row,) = self.row_names(order)
			of_order = {"demand_type": "Sales Order", "demand_name": order}
			if named:
				of_order["demand_line"] = row
				with self.platform.context() as ctx:
					demand = Demand("Sales Order", order, row)
					found = demand_lines.named_row(ctx, demand, self.item, self.warehouse)
					self.assertIsNotNone(found, "one statement finds it")
			with self.subTest(named=named):
				with self.refused("warehouse_not_permitted", 403):
					self.reserve(self.item, self.warehouse, 1, **of_order, user=stranger)
				self.assert_reservation(
					self.reserve(self.item, elsewhere, 3, **of_order), demand_line=row, reserved_qty=3
				)
				with self.refused("more_than_outstanding", left="7", qty="8"):
					self.reserve(self.item, self.warehouse, 8, **of_order)
				made = self.reserve(self.item, self.warehouse, 4, **of_order)
				self.assert_reservation(made, demand_line=row, reserved_qty=4)
				self.platform.call("reservation.release", name=made["name"], qty=3)
				self.reserve(self.item, self.warehouse, 2, **of_order)
				made = self.platform.call("reservation.get", name=made["name"])
				self.assert_reservation(made, qty=2, reserved_qty=1, released_qty=1)
				with self.refused("more_than_outstanding", left="4", qty="5"):
					self.reserve(self.item, self.warehouse, 5, **of_order)
				self.platform.update("Item", self.item, {"disabled": 1})
				with self.refused("disabled_item", 400):
					self.reserve(self.item, self.warehouse, 1, **of_order)
				self.platform.update("Item", self.item, {"disabled": 0})
				self.platform.update("Warehouse", self.warehouse, {"disabled": 1})
				with self.refused("disabled_warehouse", 400):
					self.reserve(self.item, self.warehouse, 1, **of_order)
				self.platform.update("Warehouse", self.warehouse, {"disabled": 0})
				with self.refused("not_demanded", 400, item_code=other):
					self.reserve(other, self.warehouse, 1, **of_order)
				self.platform.books.close_order(order)
				with self.refused("not_demanded", 400):
					self.reserve(self.item, self.warehouse, 1, **of_order)

	def test_what_takes_a_waiting_place_is_logged_when_it_happens(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		item, warehouse = self.stocked(0)
		order = self.order(item, warehouse, 5)
		(row,) = self.row_names(order)
		of_row = {"demand_type": "Sales Order", "demand_name": order, "demand_line": row}
		waits = {**of_row, "shortage_policy": "Wait"}
		first = self.reserve(item, warehouse, 5, **waits)
		self.later(days=1)
		second = self.reserve(item, warehouse, 2, **waits)
		self.assertEqual(self.platform.call("reservation.get", name=first["name"])["waiting_qty"], 3)
		made, logged = (
			self.platform.rows(sql, name=second["name"])[0]
			for sql in (
				"SELECT creation, modified FROM `tabInventory Reservation` WHERE name = %(name)s",
				"SELECT happened_at, creation FROM `tabStock Operation Log` WHERE reference_name = %(name)s",
			)
		)
		self.assertGreater(
			made["modified"], made["creation"] + timedelta(hours=23), "it has the first's place"
		)
		for moment in logged.values():
			self.assertGreaterEqual(moment, made["modified"])

	def test_more_demand_of_an_order_waits_behind_those_waiting_already(self) -> None:
		item, warehouse = self.stocked(0)
		first, second = self.order(item, warehouse, 1), self.order(item, warehouse, 10)
		self.platform.books.update_order(first, {self.row_names(first)[0]: D(11)})
		self.receive(item, warehouse, 11)
		self.assert_reservation(self.reservation_of(second, 0), reserved_qty=10, waiting_qty=0)
		self.receive(item, warehouse, 10)
		self.assert_position(item, warehouse, reserved=21, available=0)
		self.platform.books.deliver(first)
		self.assert_position(item, warehouse, on_hand=10, reserved=10)

	def test_an_order_in_another_spelling_is_the_same_order(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 10)
		made = self.reserve(self.item, self.warehouse, 10, demand_type="sales order", demand_name=order)
		self.assert_reservation(made, demand_type="Sales Order", demand_name=order)
		named = {"demand_type": "sales order", "demand_name": order, "name": unique("r")}
		self.platform.call("reservation.release", name=made["name"])
		made = self.reserve(self.item, self.warehouse, 10, **named)
		self.assertEqual(self.reserve(self.item, self.warehouse, 10, **named), made)
		if self.platform.rows("SELECT 'a' = 'A' AS same")[0]["same"]:
			self.platform.call("reservation.release", name=made["name"])
			made = self.reserve(
				self.item, self.warehouse, 10, demand_type="SALES ORDER", demand_name=order.lower()
			)
			self.assert_reservation(made, demand_type="Sales Order", demand_name=order)
		self.platform.books.deliver(order)
		self.assert_now(on_hand=0, reserved=0)

	def test_a_pos_invoice_demands_what_waits_for_it_and_no_more(self) -> None:
		with self.refused("not_demanded", 400):
			self.reserve(
				self.item, self.warehouse, 1, demand_type="POS Invoice", demand_name="No such invoice"
			)

	def test_an_expired_reservation_of_a_row_is_demanded_again(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 10)
		with self.platform.context() as ctx:
			soon = str(ctx.clock.now() + timedelta(seconds=1))
		of_order = {"demand_type": "Sales Order", "demand_name": order, "expires_at": soon}
		made = self.reserve(self.item, self.warehouse, 10, **of_order)
		self.platform.books.deliver(order, {self.row_names(order)[0]: D(3)})
		self.platform.settings(sales_order_policy="Partial")
		self.later(seconds=2)
		with self.platform.context() as ctx:
			reservations.release_expired(ctx)
		self.assert_reservation(
			self.platform.call("reservation.get", name=made["name"]), status="Expired", released_qty=7
		)
		for _ in range(2):
			self.sync(order)
			self.assert_now(on_hand=7, reserved=7)
		self.platform.books.deliver(order)
		self.assert_now(on_hand=0, reserved=0)

	def sync(self, order: str) -> None:
		with self.platform.context() as ctx:
			document_sync.sync(ctx, "Sales Order", order)

	def test_policy_off_reserves_nothing(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 4)
		self.assertEqual(
			self.platform.call("reservation.list", demand_type="Sales Order", demand_name=order)[
				"reservations"
			],
			[],
		)
		self.platform.books.deliver(order)
		self.assert_now(on_hand=6, reserved=0)

	def test_rows_of_one_item_are_reserved_in_turn(self) -> None:
		order = self.order(self.item, self.warehouse, 6, 6)
		self.assertEqual(
			[self.reservation_of(order, row)["reserved_qty"] for row in (0, 1)],
			[6, 4],
		)

	def test_delivery_consumes_its_own_reservation(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		self.platform.books.deliver(order)
		self.assert_row(order, status="Consumed", reserved_qty=0, consumed_qty=4)
		self.assert_now(on_hand=6, reserved=0, available=6)

	def test_delivery_in_parts(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		row = self.row_names(order)[0]
		self.platform.books.deliver(order, {row: D(1)})
		self.assert_row(order, status="Reserved", reserved_qty=3, consumed_qty=1)
		self.assert_now(on_hand=9, reserved=3, available=6)
		self.platform.books.deliver(order, {row: D(3)})
		self.assert_row(order, status="Consumed", consumed_qty=4)

	def test_a_delivery_of_what_still_waits_consumes_it(self) -> None:
		"""A delivery may take stock that was not reserved for the order; the order's demand is met all the same."""
		order = self.order(self.item, self.warehouse, 12)
		self.assert_row(order, reserved_qty=10, waiting_qty=2)
		self.receive(self.item, self.warehouse, 2)
		self.platform.books.deliver(order)
		self.assert_row(order, status="Consumed", consumed_qty=12, waiting_qty=0)
		self.assert_now(on_hand=0, reserved=0)

	def test_a_cancelled_delivery_is_reserved_again(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		delivery = self.platform.books.deliver(order, {self.row_names(order)[0]: D(3)})
		self.platform.books.cancel(delivery)
		self.assert_row(order, status="Reserved", reserved_qty=4, consumed_qty=0)
		self.assert_now(on_hand=10, reserved=4, available=6)
		self.platform.books.deliver(order)
		self.assert_row(order, status="Consumed", consumed_qty=4)

	def test_a_closed_order_releases_and_a_re_opened_one_demands_again(self) -> None:
		order = self.order(self.item, self.warehouse, 12)
		self.platform.books.deliver(order, {self.row_names(order)[0]: D(2)})
		self.platform.books.close_order(order)
		self.assert_row(order, status="Closed", reserved_qty=0, waiting_qty=0, consumed_qty=2)
		self.assert_now(on_hand=8, reserved=0, available=8)
		self.platform.books.reopen_order(order)
		self.assert_row(order, reserved_qty=8, waiting_qty=2, consumed_qty=2)
		self.assert_now(reserved=8, available=0)

	def test_what_a_closed_order_releases_goes_to_the_next(self) -> None:
		first = self.order(self.item, self.warehouse, 10)
		second = self.order(self.item, self.warehouse, 5)
		self.assert_row(second, status="Waiting", waiting_qty=5)
		self.platform.books.close_order(first)
		self.assert_row(second, status="Reserved", reserved_qty=5)
		self.platform.books.reopen_order(first)
		self.assert_row(first, reserved_qty=5, waiting_qty=5)

	def test_update_items_up_and_down(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		row = self.row_names(order)[0]
		self.platform.books.update_order(order, {row: D(7)})
		self.assert_row(order, qty=7, reserved_qty=7)
		self.platform.books.update_order(order, {row: D(13)})
		self.assert_row(order, qty=13, reserved_qty=10, waiting_qty=3)
		self.platform.books.update_order(order, {row: D(2)})
		self.assert_row(order, qty=2, reserved_qty=2, waiting_qty=0)
		self.assert_now(reserved=2, available=8)

	def test_a_cancelled_order_releases_and_its_amendment_reserves(self) -> None:
		order = self.order(self.item, self.warehouse, 4)
		self.platform.books.cancel_order(order)
		self.assert_row(order, status="Cancelled", reserved_qty=0)
		self.assert_now(reserved=0, available=10)
		amended = self.platform.books.amend_order(order)
		self.assertNotEqual(amended, order)
		self.assert_row(amended, status="Reserved", reserved_qty=4)
		self.assert_now(reserved=4)

	def test_what_a_person_released_stays_released(self) -> None:
		order = self.order(self.item, self.warehouse, 6)
		row = self.row_names(order)[0]
		self.platform.call("reservation.release", name=self.reservation_of(order)["name"], qty=4)
		self.assert_row(order, reserved_qty=2, released_qty=4)
		self.receive(self.item, self.warehouse, 10)
		self.assert_row(order, reserved_qty=2, released_qty=4)
		self.platform.books.update_order(order, {row: D(7)})
		self.assert_row(order, reserved_qty=3, released_qty=4)
		self.platform.books.deliver(order, {row: D(1)})
		self.assert_row(order, reserved_qty=2, consumed_qty=1)

	def test_what_a_person_released_stays_released_through_closing_and_re_opening(self) -> None:
		order = self.order(self.item, self.warehouse, 6)
		self.platform.call("reservation.release", name=self.reservation_of(order)["name"], qty=4)
		self.platform.books.close_order(order)
		self.assert_row(order, status="Closed", reserved_qty=0, released_qty=4)
		self.platform.books.reopen_order(order)
		self.assert_row(order, status="Reserved", reserved_qty=2, released_qty=4)

	def test_an_order_may_deliver_what_was_released_if_nobody_else_reserves_it(self) -> None:
		order = self.order(self.item, self.warehouse, 6)
		self.platform.call("reservation.release", name=self.reservation_of(order)["name"])
		self.platform.books.deliver(order)
		self.assert_row(order, status="Released", released_qty=6, consumed_qty=0)
		self.assert_now(on_hand=4, reserved=0)

	def test_switched_off_an_order_reserves_nothing(self) -> None:
		self.platform.settings(reservation=False)
		order = self.order(self.item, self.warehouse, 4)
		found = self.platform.call("reservation.list", demand_type="Sales Order", demand_name=order)
		self.assertEqual(found["reservations"], [])
		self.assert_now(reserved=0)

	def test_what_was_released_and_then_delivered_from_free_stock_is_not_missing_twice(self) -> None:
		item, warehouse = self.stocked(20)
		order = self.order(item, warehouse, 10)
		self.platform.call("reservation.release", name=self.reservation_of(order)["name"], qty=4)
		self.platform.books.deliver(order)
		row = self.row_names(order)[0]
		self.platform.books.update_order(order, {row: D(12)})
		self.assert_reservation(self.reservation_of(order), reserved_qty=2, waiting_qty=0, consumed_qty=6)

	def test_changes_while_reservations_are_off_are_synced(self) -> None:
		item, warehouse = self.stocked(10)
		delivered, closed = self.order(item, warehouse, 4), self.order(item, warehouse, 3)
		self.platform.settings(reservation=False)
		self.platform.books.deliver(delivered)
		self.platform.books.close_order(closed)
		self.assert_position(item, warehouse, on_hand=6, reserved=0)
		self.platform.settings(reservation=True)
		self.issue(item, warehouse, 6)

	def test_with_reservations_off_nothing_is_refused_but_an_alert_opens(self) -> None:
		item, warehouse = self.stocked(10)
		self.order(item, warehouse, 8)
		self.platform.settings(reservation=False)
		self.issue(item, warehouse, 5)
		self.assert_position(item, warehouse, on_hand=5, reserved=8)
		open_alerts = self.platform.rows(
			"SELECT name FROM `tabInventory Alert` WHERE item_code = %(item)s AND status = 'Open'"
			" AND alert_type = 'Books Below Reserved'",
			item=item,
		)
		self.assertEqual(len(open_alerts), 1)
