"""Reservations of another system are migrated: the same quantity is reserved, or it waits."""

from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.services.reservation import document_sync
from inventory_midplatform.services.reservation.migration import ForeignReservation, Migrated, migrate
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class MigrationBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)

	def foreign(self, order: str, qty: int, warehouse: str = "") -> ForeignReservation:
		demand = Demand("Sales Order", order, self.row_names(order)[0])
		return ForeignReservation(demand, self.item, warehouse or self.warehouse, D(qty), "From elsewhere")

	def migrate(self, *foreign: ForeignReservation) -> list[tuple[D, D]]:
		with self.platform.context() as ctx:
			migrated: list[Migrated] = migrate(ctx, foreign)
		return [(t.reserved, t.waiting) for t in migrated]

	def orders_reserving_nothing(self, *quantities: int) -> list[str]:
		self.platform.settings(reservation=False)
		return [self.order(self.item, self.warehouse, qty) for qty in quantities]

	def test_what_is_there_is_reserved_in_order_and_the_rest_waits(self) -> None:
		first, second = self.orders_reserving_nothing(8, 8)
		self.assertEqual(self.migrate(self.foreign(first, 6), self.foreign(second, 6)), [(6, 0), (4, 2)])
		self.assert_position(self.item, self.warehouse, reserved=10)
		self.assert_reservation(
			self.reservation_of(second), reserved_qty=4, waiting_qty=2, reason="From elsewhere"
		)

	def test_again_it_changes_nothing_and_grows_what_has_grown(self) -> None:
		(order,) = self.orders_reserving_nothing(8)
		self.migrate(self.foreign(order, 3))
		self.assertEqual(self.migrate(self.foreign(order, 3)), [(3, 0)])
		self.assertEqual(self.migrate(self.foreign(order, 5)), [(5, 0)])
		self.assert_position(self.item, self.warehouse, reserved=5)

	def test_what_is_reserved_for_an_order_already_counts(self) -> None:
		order = self.order(self.item, self.warehouse, 8)
		self.assertEqual(self.migrate(self.foreign(order, 5)), [(5, 0)])
		self.assert_position(self.item, self.warehouse, reserved=8)

	def test_a_row_with_two_reservations_reserves_no_more(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 10)
		for qty in (3, 3):
			self.reserve(self.item, self.warehouse, qty, demand_type="Sales Order", demand_name=order)
		self.assertEqual(self.migrate(self.foreign(order, 6)), [(6, 0)])
		self.assert_position(self.item, self.warehouse, reserved=6)
		self.assertEqual(self.migrate(self.foreign(order, 8)), [(8, 0)])
		self.assert_position(self.item, self.warehouse, reserved=8)

	def test_all_or_wait_leaves_what_was_reserved(self) -> None:
		self.platform.settings(sales_order_policy="All or Wait")
		(order,) = self.orders_reserving_nothing(12)
		self.assertEqual(self.migrate(self.foreign(order, 7)), [(7, 0)])
		self.platform.settings(reservation=True)
		with self.platform.context() as ctx:
			document_sync.sync(ctx, "Sales Order", order)
		self.assert_reservation(self.reservation_of(order), reserved_qty=7, waiting_qty=5)
		self.receive(self.item, self.warehouse, 2)
		self.assert_reservation(self.reservation_of(order), reserved_qty=12, waiting_qty=0)

	def test_what_is_reserved_in_another_warehouse_than_the_row_names_stays_there(self) -> None:
		other = self.platform.make_warehouse()
		self.receive(self.item, other, 5)
		(order,) = self.orders_reserving_nothing(8)
		self.migrate(self.foreign(order, 3, other))
		self.platform.settings(reservation=True)
		with self.platform.context() as ctx:
			document_sync.sync(ctx, "Sales Order", order)
		self.assert_position(self.item, other, reserved=3)
		self.assert_position(self.item, self.warehouse, reserved=5)
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(4)})
		self.assert_position(self.item, other, reserved=3)
		self.assert_position(self.item, self.warehouse, reserved=1)
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(2)})
		self.assert_position(self.item, other, reserved=2)
		self.assert_position(self.item, self.warehouse, reserved=0)
		self.platform.books.close_order(order)
		self.assert_position(self.item, other, reserved=0)
