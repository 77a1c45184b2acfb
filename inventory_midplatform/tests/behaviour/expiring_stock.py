"""The report Expiring Stock: batches by expiry date, at risk first expired, first out."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.reporting.expiring_stock import ExpiringStock, expiring_stock
from inventory_midplatform.tests.behaviour.report_case import ReportCase


class ExpiringStockBehaviour(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = (
			self.platform.make_item(has_batch_no=1, has_expiry_date=1),
			self.platform.make_warehouse(),
		)
		self.received = 0

	def found(self, user: str = "", **filters: Any) -> ExpiringStock:
		with self.platform.context(user) as ctx:
			return expiring_stock(ctx, **{"item_code": self.item, **filters})

	def in_days(self, days: int) -> date:
		return self.today.date() + timedelta(days=days)

	def batch(self, days: int, qty: int, place: str = "", received: int = 100) -> str:
		"""Receive a batch that expires in so many days."""
		name = self.platform.make_batch(self.item, self.in_days(400))
		line = self.line(self.item, place or self.place, qty, batch_no=name)
		self.received += 1  # one after the other: what is posted in one second waits for a repost in ERPNext
		self.platform.books.receive([line], at=self.ago(received) + timedelta(seconds=self.received))
		self.expire(name, self.in_days(days))
		return name

	def use(self, qty: int, days: int = 5) -> None:
		"""Use so much of a batch of its own, which is gone then."""
		name = self.platform.make_batch(self.item, self.in_days(400))
		line = self.line(self.item, self.place, qty, batch_no=name)
		self.platform.books.receive([line], at=self.ago(days + 1))
		self.platform.books.issue([line], at=self.ago(days))

	def test_what_is_at_risk(self) -> None:
		"""Ten expire in 3 days and thirty in 10, at 2 a day: 4 and 16 will not be used."""
		first, second = self.batch(3, 10), self.batch(10, 30)
		self.use(180)
		found = self.found()
		self.assertEqual(
			[(r["batch_no"], r["days_left"], r["daily_usage"], r["at_risk"]) for r in found.rows],
			[(first, 3, 2, 4), (second, 10, 2, 16)],
		)
		(total,) = found.companies
		self.assertEqual((total.at_risk, total.risk_value, total.items), (20, 200, 1))
		self.assertEqual((total.qty, total.batches), ((0, 40, 0, 0, 0), (0, 2, 0, 0, 0)))

	def test_bands_and_the_last_day(self) -> None:
		"""Expired stock that is there is listed with how long; on its expiry day stock is usable."""
		for days in (-40, -1, 0, 30, 31, 60, 61, 90, 91):
			self.batch(days, 1)
		found = self.found()
		self.assertEqual([r["days_left"] for r in found.rows], [-40, -1, 0, 30, 31, 60, 61, 90])
		self.assertEqual([r["band"] for r in found.rows], [0, 0, 1, 1, 2, 2, 3, 3])
		self.assertEqual(found.companies[0].value, (20, 20, 20, 20, 0))
		self.assertEqual([r["days_left"] for r in self.found(within_days=0).rows], [-40, -1, 0])
		self.assertEqual(self.found(within_days=91).companies[0].batches, (2, 2, 2, 2, 1))

	def test_what_has_left_or_never_expires_is_not_listed(self) -> None:
		batch = self.batch(10, 5)
		never = self.platform.make_batch(self.item, self.in_days(400))
		self.platform.books.receive([self.line(self.item, self.place, 5, batch_no=never)])
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabBatch` SET expiry_date = NULL WHERE name = %(name)s", {"name": never}
			)
		self.assertEqual([r["batch_no"] for r in self.found(within_days=3650).rows], [batch])
		self.issue(self.item, self.place, 5, batch_no=batch)
		self.assertEqual((self.found().rows, self.found().companies), ([], []))

	def test_a_batch_in_two_warehouses_is_used_once(self) -> None:
		other = self.platform.make_warehouse()
		batch = self.batch(10, 10)
		self.platform.books.transfer([self.line(self.item, self.place, 4, batch_no=batch)], other)
		self.use(45)  # half a day
		rows = {r["warehouse"]: r for r in self.found().rows}
		self.assertEqual(sum(r["qty"] for r in rows.values()), 10)
		self.assertEqual(sum(r["at_risk"] for r in rows.values()), 5)
		self.assertEqual(self.found().companies[0].batches, (0, 1, 0, 0, 0))

	def test_a_user_sees_only_their_warehouse_and_no_costs(self) -> None:
		other = self.platform.make_warehouse()
		self.batch(10, 10)
		self.batch(10, 7, other)
		user = self.platform.make_user(["Warehouse Operator"], [self.place])
		found = self.found(user)
		self.assertEqual([(r["warehouse"], r["qty"]) for r in found.rows], [(self.place, 10)])
		self.assertFalse({"value", "risk_value", "unit_value"} & set(found.rows[0]))
		(total,) = found.companies
		self.assertEqual((total.qty, total.value, total.risk_value), ((0, 10, 0, 0, 0), None, None))
		with self.refused("warehouse_not_permitted", 403):
			self.found(user, warehouse=other)

	def test_bad_input_pages_and_statements(self) -> None:
		for days in (-1, 100_000):
			with self.refused("wrong_days", 400):
				self.found(within_days=days)
		with self.refused("unknown_warehouse", 404):
			self.found(warehouse="x' OR '1'='1")
		self.batch(1, 1)
		before = self.statements(lambda ctx: expiring_stock(ctx, item_code=self.item))
		self.batch(2, 1)
		self.assertEqual(self.statements(lambda ctx: expiring_stock(ctx, item_code=self.item)), before)
		self.assertLessEqual(before, 6)
		found = self.found(limit=1)
		self.assertEqual((len(found.rows), found.total_rows, found.has_more), (1, 2, True))
		self.assertEqual(found.companies[0].batches, (0, 2, 0, 0, 0))
