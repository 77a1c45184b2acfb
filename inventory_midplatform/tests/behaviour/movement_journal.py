"""The report Movement Journal: what came and went of an item, with the balance of each warehouse after it."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.reporting.movement_journal import MovementJournal, movement_journal
from inventory_midplatform.tests.behaviour.report_case import ReportCase


class MovementJournalBehaviour(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = self.platform.make_item(), self.platform.make_warehouse()

	def found(self, user: str = "", **filters: Any) -> MovementJournal:
		with self.platform.context(user) as ctx:
			return movement_journal(ctx, **{"item_code": self.item, **filters})

	def day(self, days: int) -> date:
		return self.ago(days).date()

	def issue_ago(self, qty: int, days: int) -> Any:
		return self.platform.books.issue([self.line(self.item, self.place, qty)], at=self.ago(days))

	def lines(self, **filters: Any) -> list[tuple[Any, ...]]:
		return [(r["warehouse"], r["qty"], r["balance"]) for r in self.found(**filters).rows]

	def balance(self, **filters: Any) -> tuple[Any, ...]:
		(only,) = self.found(**filters).balances
		return (only.opening, only.incoming, only.outgoing, only.closing)

	def test_the_balance_runs_from_the_opening_one(self) -> None:
		self.receive_ago(self.item, self.place, 100, 30)
		self.issue_ago(40, 20)
		self.receive_ago(self.item, self.place, 50, 5)
		place = self.place
		self.assertEqual(self.lines(), [(place, 100, 100), (place, -40, 60), (place, 50, 110)])
		self.assertEqual(self.balance(), (0, 150, 40, 110))
		period = {"from_date": self.day(25), "to_date": self.day(10)}
		self.assertEqual(self.lines(**period), [(place, -40, 60)])
		self.assertEqual(self.balance(**period), (100, 0, 40, 60))
		# the opening balance does not depend on where the period ends
		for end in (25, 20, 5, 0):
			self.assertEqual(self.balance(from_date=self.day(25), to_date=self.day(end))[0], 100)
		# a quiet period has its balance, not nothing
		self.assertEqual(self.balance(from_date=self.day(15), to_date=self.day(10)), (60, 0, 0, 60))
		# before the first receipt there was nothing
		self.assertEqual(self.balance(from_date=self.day(90), to_date=self.day(40)), (0, 0, 0, 0))

	def test_what_is_posted_late_changes_the_balances_after_it(self) -> None:
		self.receive_ago(self.item, self.place, 10, 10)
		self.issue_ago(3, 5)
		self.receive_ago(self.item, self.place, 7, 20)
		self.assertEqual([row[1:] for row in self.lines()], [(7, 7), (10, 17), (-3, 14)])
		self.assertEqual(self.balance(from_date=self.day(12))[0], 7)

	def test_a_cancelled_voucher_shows_both_ways_and_leaves_the_balance(self) -> None:
		self.receive_ago(self.item, self.place, 10, 10)
		self.platform.books.cancel(self.issue_ago(4, 5))
		rows = self.found().rows
		self.assertEqual([r["qty"] for r in rows], [10, -4, 4])
		self.assertEqual([r["kind"] for r in rows], ["Incoming", "Outgoing", "Cancellation"])
		self.assertEqual(rows[-1]["balance"], 10)
		self.assertEqual(rows[1]["voucher_no"], rows[2]["voucher_no"])

	def test_each_warehouse_has_its_own_balance(self) -> None:
		other = self.platform.make_warehouse()
		self.receive_ago(self.item, self.place, 10, 10)
		self.platform.books.transfer([self.line(self.item, self.place, 4)], other, at=self.ago(3))
		lines = self.lines()
		self.assertEqual(lines[0], (self.place, 10, 10))
		self.assertEqual(sorted(lines[1:]), sorted([(self.place, -4, 6), (other, 4, 4)]))
		closing = {b.warehouse: b.closing for b in self.found().balances}
		self.assertEqual(closing, {self.place: 6, other: 4})
		self.assertEqual(self.lines(warehouse=other), [(other, 4, 4)])

	def test_moves_inside_change_no_balance(self) -> None:
		self.receive(self.item, self.place, 10)
		target = self.platform.make_bin(self.place)
		where = {"item_code": self.item, "warehouse": self.place, "from_bin": f"UNPLACED - {self.place}"}
		self.platform.call("stock.move", **where, to_bin=target, qty=4)
		self.assertEqual(len(self.found().rows), 1)
		rows = self.found(inside=True).rows
		self.assertEqual(sorted(r["qty"] for r in rows), [-4, 4, 10])
		self.assertEqual({r["balance"] for r in rows}, {10})
		self.assertEqual({r["bin"] for r in rows if r["qty"] == 4}, {target})

	def test_pages_run_on(self) -> None:
		for days in (9, 8, 7, 6, 5):
			self.receive_ago(self.item, self.place, 1, days)
		pages = [self.found(page=page, size=2) for page in (1, 2, 3, 4)]
		self.assertEqual([[r["balance"] for r in p.rows] for p in pages], [[1, 2], [3, 4], [5], []])
		self.assertEqual({p.total_rows for p in pages}, {5})
		self.assertEqual(pages[0].pages, 1)

	def test_one_kind_has_no_running_balance(self) -> None:
		self.receive_ago(self.item, self.place, 10, 3)
		self.issue_ago(2, 1)
		self.assertEqual(self.lines(kind="Outgoing"), [(self.place, -2, None)])
		self.assertEqual(self.balance(kind="Outgoing"), (0, 10, 2, 8))

	def test_it_says_who_and_by_which_document(self) -> None:
		receipt = self.receive(self.item, self.place, 1)
		(row,) = self.found().rows
		self.assertEqual((row["voucher_type"], row["voucher_no"]), (receipt.voucher_type, receipt.voucher_no))
		self.assertEqual(row["recorded_by"], "Administrator")

	def test_a_user_sees_only_their_warehouses(self) -> None:
		other = self.platform.make_warehouse()
		self.receive(self.item, self.place, 10)
		self.receive(self.item, other, 40)
		user = self.platform.make_user(["Warehouse Operator"], [self.place])
		found = self.found(user)
		self.assertEqual({r["warehouse"] for r in found.rows}, {self.place})
		self.assertEqual(([b.closing for b in found.balances], found.total_rows), ([10], 1))
		with self.refused("warehouse_not_permitted", 403):
			self.found(user, warehouse=other)

	def test_bad_input_is_refused(self) -> None:
		for code, status, filters in (
			("missing_argument", 400, {"item_code": ""}),
			("unknown_item", 404, {"item_code": "it's not there"}),
			("wrong_period", 400, {"from_date": self.day(1), "to_date": self.day(2)}),
			("wrong_page", 400, {"page": 0}),
			("wrong_page", 400, {"page": 10**9}),
			("invalid_argument", 400, {"kind": "In'coming"}),
			("unknown_warehouse", 404, {"warehouse": '"'}),
		):
			with self.subTest(filters=filters), self.refused(code, status):
				self.found(**filters)

	def test_statements_are_counted(self) -> None:
		self.receive(self.item, self.place, 1)
		before = self.statements(lambda ctx: movement_journal(ctx, item_code=self.item))
		self.receive(self.item, self.place, 1)
		self.assertEqual(self.statements(lambda ctx: movement_journal(ctx, item_code=self.item)), before)
		self.assertLessEqual(before, 7)

	def test_an_item_that_never_moved(self) -> None:
		found = self.found()
		self.assertEqual((found.rows, found.balances, found.pages), ([], [], 1))
		self.assertEqual(found.since, self.today.date() - timedelta(days=90))
