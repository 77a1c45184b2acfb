"""What another system kept for orders is kept by us: the same quantity, or it waits."""

from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.services import orders
from inventory_midplatform.services.takeover import Claim, Taken, take_over
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class TakingOverBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)

	def claim(self, order: str, qty: int, warehouse: str = "") -> Claim:
		demand = Demand("Sales Order", order, self.row_names(order)[0])
		return Claim(demand, self.item, warehouse or self.warehouse, D(qty), "From elsewhere")

	def take(self, *claims: Claim) -> list[tuple[D, D]]:
		with self.platform.context() as ctx:
			taken: list[Taken] = take_over(ctx, claims)
		return [(t.kept, t.waiting) for t in taken]

	def orders_reserving_nothing(self, *quantities: int) -> list[str]:
		self.platform.settings(reservation=False)
		return [self.order(self.item, self.warehouse, qty) for qty in quantities]

	def test_what_is_there_is_kept_in_turn_and_the_rest_waits(self) -> None:
		first, second = self.orders_reserving_nothing(8, 8)
		self.assertEqual(self.take(self.claim(first, 6), self.claim(second, 6)), [(6, 0), (4, 2)])
		self.assert_position(self.item, self.warehouse, reserved=10)
		self.assert_reservation(
			self.reservation_of(second), reserved_qty=4, waiting_qty=2, reason="From elsewhere"
		)

	def test_again_it_changes_nothing_and_grows_what_has_grown(self) -> None:
		(order,) = self.orders_reserving_nothing(8)
		self.take(self.claim(order, 3))
		self.assertEqual(self.take(self.claim(order, 3)), [(3, 0)])
		self.assertEqual(self.take(self.claim(order, 5)), [(5, 0)])
		self.assert_position(self.item, self.warehouse, reserved=5)

	def test_what_an_order_keeps_already_counts(self) -> None:
		order = self.order(self.item, self.warehouse, 8)
		self.assertEqual(self.take(self.claim(order, 5)), [(5, 0)])
		self.assert_position(self.item, self.warehouse, reserved=8)

	def test_a_row_that_two_reservations_are_for_keeps_no_more(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.order(self.item, self.warehouse, 10)
		for qty in (3, 3):
			self.reserve(self.item, self.warehouse, qty, demand_type="Sales Order", demand_name=order)
		self.assertEqual(self.take(self.claim(order, 6)), [(6, 0)])
		self.assert_position(self.item, self.warehouse, reserved=6)
		self.assertEqual(self.take(self.claim(order, 8)), [(8, 0)])
		self.assert_position(self.item, self.warehouse, reserved=8)

	def test_all_or_wait_keeps_what_was_kept(self) -> None:
		self.platform.settings(sales_order_policy="All or Wait")
		(order,) = self.orders_reserving_nothing(12)
		self.assertEqual(self.take(self.claim(order, 7)), [(7, 0)])
		self.platform.settings(reservation=True)
		with self.platform.context() as ctx:
			orders.follow_sales_order(ctx, order)
		self.assert_reservation(self.reservation_of(order), reserved_qty=7, waiting_qty=5)
		self.receive(self.item, self.warehouse, 2)
		self.assert_reservation(self.reservation_of(order), reserved_qty=12, waiting_qty=0)

	def test_what_is_kept_in_another_warehouse_than_the_row_names_stays_there(self) -> None:
		other = self.platform.make_warehouse()
		self.receive(self.item, other, 5)
		(order,) = self.orders_reserving_nothing(8)
		self.take(self.claim(order, 3, other))
		self.platform.settings(reservation=True)
		with self.platform.context() as ctx:
			orders.follow_sales_order(ctx, order)
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
