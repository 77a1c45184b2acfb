"""Reserved stock leaves only for its own demand, by any document."""

from collections.abc import Callable

from inventory_midplatform.tests.behaviour.base import Behaviour, D


class ReservedStockBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)
		self.order_reserved = self.order(self.item, self.warehouse, 7)
		self.reserved = self.reservation_of(self.order_reserved)["name"]

	def assert_refused(self, post: Callable[[], object], missing: str) -> None:
		"""Check that ``post`` is refused, that the refusal names the reservations, and that nothing changed."""
		before = self.position(self.item, self.warehouse), self.in_bins(self.item, self.warehouse)
		with self.refused("takes_reserved_stock", item_code=self.item, missing=missing) as caught:
			post()
		self.assertEqual(
			caught[0].details["reservations"],
			[{"reservation": self.reserved, "demand": f"Sales Order {self.order_reserved}", "reserved": "7"}],
		)
		self.assertIn(self.order_reserved, str(caught[0]))
		self.assertEqual(
			(self.position(self.item, self.warehouse), self.in_bins(self.item, self.warehouse)), before
		)
		self.assertEqual(self.platform.booked(self.item, self.warehouse), 10)

	def test_an_issue_takes_what_is_free_and_no_more(self) -> None:
		self.assert_refused(lambda: self.issue(self.item, self.warehouse, 4), missing="1")
		self.issue(self.item, self.warehouse, 3)
		self.assert_position(self.item, self.warehouse, on_hand=7, reserved=7, available=0)

	def test_a_transfer(self) -> None:
		target = self.platform.make_warehouse()
		self.assert_refused(
			lambda: self.platform.books.transfer([self.line(self.item, self.warehouse, 5)], target),
			missing="2",
		)
		self.platform.books.transfer([self.line(self.item, self.warehouse, 3)], target)
		self.assert_position(self.item, target, on_hand=3)

	def test_a_count(self) -> None:
		self.assert_refused(
			lambda: self.platform.books.count([self.line(self.item, self.warehouse, 6)]), missing="1"
		)
		self.assert_refused(
			lambda: self.platform.books.count([self.line(self.item, self.warehouse, 0)]), missing="7"
		)
		self.platform.books.count([self.line(self.item, self.warehouse, 7)])
		self.assert_position(self.item, self.warehouse, on_hand=7, available=0)

	def test_the_cancellation_of_a_receipt(self) -> None:
		item, warehouse = self.stocked(0)
		receipt = self.receive(item, warehouse, 5)
		made = self.reserve(item, warehouse, 2)
		with self.refused("takes_reserved_stock"):
			self.platform.books.cancel(receipt)
		self.assert_position(item, warehouse, on_hand=5, reserved=2)
		self.platform.call("reservation.release", name=made["name"])
		self.platform.books.cancel(receipt)
		self.assert_position(item, warehouse, on_hand=0, reserved=0)

	def test_a_delivery_for_another_order(self) -> None:
		other = self.order(self.item, self.warehouse, 5)
		self.assert_reservation(self.reservation_of(other), reserved_qty=3, waiting_qty=2)
		with self.refused("takes_reserved_stock") as caught:
			self.platform.books.deliver(other)
		self.assertIn(self.reserved, [r["reservation"] for r in caught[0].details["reservations"]])
		self.assert_position(self.item, self.warehouse, on_hand=10, reserved=10)
		self.platform.books.deliver(other, {self.row_names(other)[0]: D(3)})
		self.assert_position(self.item, self.warehouse, on_hand=7, reserved=7)

	def test_its_own_delivery_goes_through_with_nothing_else_free(self) -> None:
		self.reserve(self.item, self.warehouse, 3)
		self.platform.books.deliver(self.order_reserved)
		self.assert_position(self.item, self.warehouse, on_hand=3, reserved=3, available=0)

	def test_an_expired_reservation_stands_in_nobodys_way(self) -> None:
		from datetime import timedelta

		item, warehouse = self.stocked(5)
		with self.platform.context() as ctx:
			soon = str(ctx.clock.now() + timedelta(seconds=1))
		self.reserve(item, warehouse, 5, expires_at=soon)
		with self.refused("takes_reserved_stock"):
			self.issue(item, warehouse, 1)
		self.later(seconds=2)
		self.issue(item, warehouse, 5)
		self.assert_position(item, warehouse, on_hand=0, reserved=0)

	def test_with_less_than_is_reserved_only_the_owners_delivery_goes_through(self) -> None:
		self.platform.settings(reservation=False)
		self.issue(self.item, self.warehouse, 5)
		self.platform.settings(reservation=True)
		self.assert_position(self.item, self.warehouse, on_hand=5, reserved=7, available=-2)
		with self.refused("takes_reserved_stock"):
			self.issue(self.item, self.warehouse, 1)
		self.platform.books.deliver(self.order_reserved, {self.row_names(self.order_reserved)[0]: D(4)})
		self.assert_position(self.item, self.warehouse, on_hand=1, reserved=3, available=-2)

	def test_switched_off_everything_may_leave(self) -> None:
		item, warehouse = self.stocked(5)
		made = self.reserve(item, warehouse, 5)
		self.platform.settings(reservation=False)
		self.issue(item, warehouse, 1)
		self.platform.settings(reservation=True)
		self.platform.call("reservation.release", name=made["name"])
		self.assert_position(item, warehouse, on_hand=4, reserved=0)

	def test_what_the_books_force_is_an_alert_until_it_is_made_good(self) -> None:
		from inventory_midplatform.services.settlement import settlement

		item, warehouse = self.stocked(10)
		made = self.reserve(item, warehouse, 8)
		self.platform.change_books(item, warehouse, 5)
		with self.platform.context() as ctx:
			settlement.reconcile(ctx, [(item, warehouse)], "the books changed behind our back")
		self.assert_position(item, warehouse, on_hand=5, reserved=8, available=-3)
		self.assertEqual(self.open_alerts(item), ["Adjustment", "Books Below Reserved"])
		self.assertEqual(self.platform.verify(), [])
		with self.refused("insufficient_stock", available="0"):
			self.reserve(item, warehouse, 1)
		self.platform.call("reservation.release", name=made["name"], qty=2)
		self.assertIn("Books Below Reserved", self.open_alerts(item))
		self.platform.call("reservation.release", name=made["name"], qty=1)
		self.assertEqual(self.open_alerts(item), ["Adjustment"])

	def open_alerts(self, item: str) -> list[str]:
		rows = self.platform.rows(
			"SELECT alert_type FROM `tabInventory Alert` WHERE item_code = %(item)s AND status = 'Open'",
			item=item,
		)
		return sorted(row["alert_type"] for row in rows)
