"""Stock Snapshots: what came in and went out of each day, kept by every posting, and brought to the books again."""

from datetime import date, datetime, timedelta
from typing import Any

from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.reconciliation import rebuild
from inventory_midplatform.tests.behaviour.base import Behaviour


class SnapshotsBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		with self.platform.context() as ctx:
			self.today = ctx.clock.now().replace(microsecond=0)

	def ago(self, days: int) -> datetime:
		return self.today - timedelta(days=days)

	def history_from(self, day: date) -> None:
		"""Let the history begin on a day until the end of this test: of days before it nothing is checked."""
		with self.platform.context() as ctx:
			began = ctx.settings.history_from or date(2000, 1, 1)
		self.addCleanup(self.platform.settings, history_from=began)
		self.platform.settings(history_from=day)

	def history(self, item: str, warehouse: str) -> dict[tuple[int, str], tuple[float, ...]]:
		"""Return (days ago, flow) → (in, out, value in, value out), without those that are nothing."""
		rows = self.platform.rows(
			"SELECT snapshot_date, flow, qty_in, qty_out, value_in, value_out FROM `tabStock Snapshot`"
			" WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
			item=item,
			warehouse=warehouse,
		)
		amounts = ("qty_in", "qty_out", "value_in", "value_out")
		return {
			((self.today.date() - row["snapshot_date"]).days, row["flow"]): tuple(
				float(row[name]) for name in amounts
			)
			for row in rows
			if any(row[name] for name in amounts)
		}

	def refreshed(self, item: str, warehouse: str, **more: Any) -> int:
		with self.platform.context() as ctx:
			return snapshots.refresh(ctx, [(item, warehouse)], **more)

	def test_every_posting_is_in_its_day_and_flow_and_a_cancelled_one_in_none(self) -> None:
		item, source = self.stocked(0)
		target, books = self.platform.make_warehouse(), self.platform.books
		books.receive([self.line(item, source, 20)], supplier=self.platform.make_supplier(), at=self.ago(5))
		books.transfer([self.line(item, source, 4)], target, at=self.ago(3))
		early = books.issue([self.line(item, source, 3)], at=self.ago(4))
		books.deliver(self.order(item, source, 2))
		books.count([self.line(item, target, 5)])
		self.assertEqual(
			self.history(item, source),
			{
				(5, "Purchase"): (20, 0, 200, 0),
				(4, "Other"): (0, 3, 0, 30),
				(3, "Transfer"): (0, 4, 0, 40),
				(0, "Sale"): (0, 2, 0, 20),
			},
		)
		self.assertEqual(
			self.history(item, target), {(3, "Transfer"): (4, 0, 40, 0), (0, "Count"): (1, 0, 10, 0)}
		)
		self.assertEqual((self.refreshed(item, source), self.refreshed(item, target)), (0, 0))
		books.cancel(early)
		self.assertNotIn((4, "Other"), self.history(item, source))
		self.assertEqual(self.refreshed(item, source), 0)

	def test_stock_that_moves_inside_its_warehouse_is_no_change(self) -> None:
		item, warehouse = self.stocked(10)
		before = self.history(item, warehouse)
		bin = self.platform.make_bin(warehouse)
		where = {"item_code": item, "warehouse": warehouse, "qty": 4}
		self.platform.call("stock.move", from_bin=f"UNPLACED - {warehouse}", to_bin=bin, **where)
		self.platform.call("stock.block", bin=bin, stock_status="Damaged", reason="dropped", **where)
		self.assertEqual(self.history(item, warehouse), before)

	def test_a_rebuild_puts_them_right(self) -> None:
		self.history_from(self.ago(30).date())
		item, warehouse = self.stocked(0)
		self.platform.books.receive([self.line(item, warehouse, 8)], at=self.ago(6))
		self.issue(item, warehouse, 3)
		right = self.history(item, warehouse)
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabStock Snapshot` SET qty_out = 1, value_in = 7 WHERE item_code = %(item)s",
				{"item": item},
			)
		found = self.platform.call("ledger.verify")["findings"]
		self.assertEqual(
			[f["invariant"] for f in found if f["item_code"] == item and f["warehouse"] == warehouse],
			["history"],
		)
		self.assertEqual(self.refreshed(item, warehouse, since=self.ago(1).date()), 1)
		with self.platform.context() as ctx:
			self.assertEqual(rebuild.rebuild_item(ctx, item), 1)
		self.assertEqual(self.history(item, warehouse), right)
