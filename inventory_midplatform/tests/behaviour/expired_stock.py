"""Expired batches are blocked automatically."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.services.locations import expired_stock
from inventory_midplatform.tests.behaviour.base import Behaviour, D
from inventory_midplatform.tests.platform import unique


class ExpiredStockBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(block_expired_batches=True)
		self.item, self.warehouse = self.stocked(0, has_batch_no=1)
		self.gone, self.good = (self.platform.make_batch(self.item, date(2090, 1, day)) for day in (1, 2))

	def tearDown(self) -> None:
		self.platform.settings(block_expired_batches=False)
		super().tearDown()

	def night(self, item: str = "") -> Any:
		"""Run the nightly job for one item and return how much it blocked."""
		with self.platform.context() as ctx:
			keys = expired_stock.due(ctx)
		blocked = D(0)
		for key in keys:
			if key[0] == (item or self.item):
				with self.platform.context() as ctx:
					blocked += expired_stock.block(ctx, key)
		return blocked

	def alerts(self) -> list[str]:
		sql = (
			"SELECT status FROM `tabInventory Alert` WHERE item_code = %(item)s AND alert_type = %(kind)s"
			" ORDER BY opened_at"
		)
		return [
			row["status"] for row in self.platform.rows(sql, item=self.item, kind="Expired Stock Reserved")
		]

	def stock(self, gone: int, good: int) -> None:
		for batch, qty in ((self.gone, gone), (self.good, good)):
			if qty:
				self.receive(self.item, self.warehouse, qty, batch_no=batch)
		self.expire(self.gone)

	def test_expired_stock_is_blocked_in_every_bin_and_cannot_be_promised(self) -> None:
		shelf = self.platform.make_bin(self.warehouse)
		self.receive(self.item, self.warehouse, 2, batch_no=self.gone, bin=shelf)
		self.stock(3, 4)
		self.assertEqual(self.night(), 5)
		self.assert_position(self.item, self.warehouse, on_hand=9, on_hold=5, available=4)
		with self.refused("insufficient_stock", available="4"):
			self.reserve(self.item, self.warehouse, 5)
		self.assertEqual(self.night(), 0)
		self.assertEqual(self.alerts(), [])

	def test_a_batch_is_usable_on_its_last_day(self) -> None:
		self.receive(self.item, self.warehouse, 3, batch_no=self.gone)
		with self.platform.context() as ctx:
			today = ctx.clock.now().date()
		self.expire(self.gone, today)
		self.assertEqual(self.night(), 0)
		self.expire(self.gone, today - timedelta(1))
		self.assertEqual(self.night(), 3)

	def test_what_reservations_need_stays_with_an_alert_until_other_stock_comes(self) -> None:
		self.stock(6, 4)
		self.reserve(self.item, self.warehouse, 7)
		self.assertEqual(self.night(), 3)
		self.assert_position(self.item, self.warehouse, on_hold=3, reserved=7, available=0)
		self.assertEqual(self.night(), 0)
		self.assertEqual(self.alerts(), ["Open"])
		self.receive(self.item, self.warehouse, 3, batch_no=self.good)
		self.assertEqual(self.night(), 3)
		self.assert_position(self.item, self.warehouse, on_hold=6, reserved=7, available=0)
		self.assertEqual(self.alerts(), ["Closed"])

	def test_the_alert_is_closed_when_the_stock_is_gone(self) -> None:
		self.stock(2, 0)
		reserved = self.reserve(self.item, self.warehouse, 2)
		self.assertEqual(self.night(), 0)
		self.assertEqual(self.alerts(), ["Open"])
		self.platform.call("reservation.release", name=reserved["name"])
		self.issue(self.item, self.warehouse, 2, batch_no=self.gone)
		self.assertEqual(self.night(), 0)
		self.assertEqual(self.alerts(), ["Closed"])

	def test_blocked_stock_is_written_off_by_its_batch(self) -> None:
		self.stock(5, 4)
		self.night()
		self.issue(self.item, self.warehouse, 5, batch_no=self.gone)
		self.assert_position(self.item, self.warehouse, on_hand=4, on_hold=0, available=4)

	def test_allocated_stock_stays_available(self) -> None:
		self.stock(5, 0)
		made = self.reserve(self.item, self.warehouse, 2)
		self.platform.call("reservation.allocate", name=made["name"], batch_no=self.gone)
		self.assertEqual(self.night(), 3)
		self.assert_position(self.item, self.warehouse, on_hold=3, reserved=2, available=0)
		self.assertEqual(self.alerts(), [])

	def test_serial_numbers_of_an_expired_batch_are_blocked(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1, has_serial_no=1, stock_uom="Nos")
		batch = self.platform.make_batch(item, date(2090, 1, 1))
		serials = tuple(sorted(unique("SN") for _ in range(3)))
		self.receive(item, warehouse, 3, batch_no=batch, serial_nos=serials)
		self.expire(batch)
		self.reserve(item, warehouse, 1)
		self.assertEqual(self.night(item), 2)
		sql = "SELECT serial_no FROM `tabSerial Location` WHERE item_code = %(item)s AND stock_status = 'Blocked'"
		blocked = sorted(row["serial_no"] for row in self.platform.rows(sql, item=item))
		self.assertEqual(blocked, list(serials[:2]))

	def test_nothing_is_blocked_if_the_setting_is_off(self) -> None:
		self.stock(5, 0)
		self.platform.settings(block_expired_batches=False)
		self.assertEqual(self.night(), 0)
		self.assert_position(self.item, self.warehouse, on_hold=0, available=5)
