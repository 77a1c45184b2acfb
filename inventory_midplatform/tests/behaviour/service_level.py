"""Service Level and Process Diagnosis, from documents that people make: orders, deliveries, counts, picks."""

from datetime import date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

from inventory_midplatform.domain.service_level import Share
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting.process_diagnosis import process_diagnosis
from inventory_midplatform.reporting.scope import scope
from inventory_midplatform.reporting.service_level import Service, service
from inventory_midplatform.reporting.service_report import service_documents, service_levels
from inventory_midplatform.services import alerts
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase
from inventory_midplatform.tests.platform import unique


def parts(share: Share | None) -> tuple[int, int] | None:
	return None if share is None else (int(share.part), int(share.of))


class ServiceBehaviour(OutboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(outbound=False)

	def now(self) -> datetime:
		with self.platform.context() as ctx:
			return ctx.clock.now()

	def ago(self, days: int) -> date:
		return self.now().date() - timedelta(days=days)

	def figures(self, warehouse: str, days: int = 30, user: str = "") -> Service:
		first, last = self.ago(days), self.ago(0)
		with self.platform.context(user) as ctx:
			(found,) = service(ctx, scope(ctx, warehouse=warehouse), first, last, "")
		return next(iter(found.values()), Service())

	def promised(self, days: int, *lines: tuple[str, str, int]) -> str:
		"""Submit an order whose rows were due so many days ago."""
		return self.platform.books.order(
			self.platform.make_customer(), [self.line(*line) for line in lines], order_date=self.ago(days)
		)

	def delivered(self, order: str, days: int, *quantities: int) -> Any:
		rows = dict(zip(self.row_names(order), map(D, quantities), strict=False))
		at = datetime.combine(self.ago(days), datetime.max.time()).replace(microsecond=0)
		return self.platform.books.deliver(order, rows, at=at)

	def test_promises_are_judged_by_what_was_promised_when_the_order_was_submitted(self) -> None:
		"""The worked example: one order of three, three lines of five, 26 of 35 units; the fourth is not yet due."""
		a, warehouse = self.stocked(0)
		b = self.platform.make_item()
		long_ago = datetime.combine(self.ago(20), datetime.min.time())
		self.platform.books.receive([self.line(i, warehouse, 99) for i in (a, b)], at=long_ago)
		first = self.promised(5, (a, warehouse, 10), (b, warehouse, 5))
		self.delivered(first, 6, 10)
		self.delivered(first, 5, 0, 5)
		second = self.promised(5, (a, warehouse, 10))
		self.delivered(second, 5, 6)
		late = self.delivered(second, 3, 4)
		third = self.promised(5, (a, warehouse, 5), (b, warehouse, 5))
		self.delivered(third, 5, 5)
		self.promised(0, (a, warehouse, 7))
		found = self.figures(warehouse).on_time
		assert found is not None
		expected = ((1, 3), (3, 5), (26, 35))
		self.assertEqual((parts(found.orders), parts(found.lines), parts(found.qty)), expected)
		changed = {"day": self.ago(1), "order": second}
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabSales Order Item` SET delivery_date = %(day)s WHERE parent = %(order)s", changed
			)
		found = self.figures(warehouse).on_time
		assert found is not None
		self.assertEqual(parts(found.lines), (3, 5), "a later date does not make it on time")
		with self.platform.context() as ctx:
			documents = service_documents(ctx, "promises", warehouse=warehouse)
		outcomes = sorted((row["document"], row["outcome"]) for row in documents.rows)
		self.assertEqual(
			outcomes,
			sorted(
				[
					(first, "On Time and in Full"),
					(first, "On Time and in Full"),
					(second, "Late"),
					(third, "On Time and in Full"),
					(third, "Nothing Delivered"),
				]
			),
		)
		self.platform.books.cancel(late)
		found = self.figures(warehouse).on_time
		assert found is not None
		self.assertEqual(parts(found.qty), (26, 35))
		other = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.figures(warehouse, user=other)
		self.assertIsNone(self.figures("", user=other).on_time)

	def test_order_lines_short_of_stock_when_they_were_ordered(self) -> None:
		one, warehouse = self.stocked(5)
		other = self.platform.make_item()
		self.receive(other, warehouse, 20)
		orders = [self.order(one, warehouse, 8), self.order(one, warehouse, 2)]
		orders += [self.order(other, warehouse, 4), self.order(other, warehouse, 6)]
		self.receive(one, warehouse, 20)
		found = self.figures(warehouse).stock_outs
		assert found is not None
		self.assertEqual((parts(found.lines), parts(found.fill)), ((2, 4), (15, 20)))
		self.platform.books.close_order(orders[0])
		self.platform.books.reopen_order(orders[0])
		found = self.figures(warehouse).stock_outs
		assert found is not None
		self.assertEqual((parts(found.lines), parts(found.fill)), ((2, 4), (15, 20)), "not demanded again")

	def test_counts_have_the_rows_in_which_nothing_differed(self) -> None:
		warehouse = self.platform.make_warehouse()
		items = [self.platform.make_item() for _ in range(3)]
		for item, qty in zip(items, (100, 10, 50), strict=True):
			self.receive(item, warehouse, qty)
		found = [self.line(item, warehouse, qty) for item, qty in zip(items, (100, 9, 52), strict=True)]
		count = self.platform.books.count(found)
		counts = self.figures(warehouse).counts
		assert counts is not None
		self.assertEqual((parts(counts.lines), parts(counts.tolerance)), ((1, 3), (2, 3)))
		self.assertEqual((parts(counts.qty), parts(counts.value)), ((157, 160), (1570, 1600)))
		self.assertEqual(parts(counts.bins), (0, 1))
		self.platform.books.cancel(count)
		self.assertIsNone(self.figures(warehouse).counts)

	def test_picks_that_were_short_or_put_back_and_how_long_orders_waited(self) -> None:
		self.platform.settings(outbound=True, outbound_check="On")
		item, warehouse = self.stocked(20)
		right, short, again = (self.accepted(self.order(item, warehouse, 2)) for _ in range(3))
		self.later(hours=3)
		self.pick_all(right)
		line, bin = short["lines"][0]["line"], short["picks"][0]["bin"]
		self.step("report_short", short["name"], line=line, bin=bin, qty=1, reason="Cannot Reach")
		self.pick_all(again)
		self.step("unpick", again["name"], line=again["lines"][0]["line"], qty=1)
		self.assertEqual(parts(self.figures(warehouse).picks), (1, 3))
		self.after_step("check", self.step("finish_picking", right["name"])["data"])
		self.step("ship", right["name"])
		rows = self.diagnosed(warehouse)
		accept, pick = rows["waiting", "To Accept"], rows["waiting", "To Pick"]
		self.assertEqual((accept["number"], pick["number"]), (3, 1))
		self.assertAlmostEqual(pick["median_hours"], 3, 1)
		self.assertLess(accept["total_hours"], 1)
		self.assertEqual(next(iter(rows)), ("waiting", "To Pick"), "the most expensive first")
		self.assertEqual(rows["steps", "Steps of an Outbound Order"]["steps"], 4)
		self.assertEqual(rows["steps", "Approvals of an Outbound Order"]["steps"], 0)

	def test_how_long_the_books_disagreed(self) -> None:
		item, warehouse = self.stocked(1)
		with self.platform.context() as ctx:
			alerts.open_alert(ctx, alerts.LEDGER_CHECK, item, warehouse, "a test's")
		self.later(hours=5)
		row = self.diagnosed(warehouse)["disagreement", alerts.LEDGER_CHECK]
		self.assertEqual((row["number"], row["open"]), (1, 1))
		self.assertAlmostEqual(row["total_hours"], 5, 0)
		with self.platform.context() as ctx:
			alerts.close_alert(ctx, alerts.LEDGER_CHECK, item, warehouse)
		self.later(hours=9)
		row = self.diagnosed(warehouse)["disagreement", alerts.LEDGER_CHECK]
		self.assertEqual(row["open"], 0)
		self.assertAlmostEqual(row["total_hours"], 5, 0)

	def test_what_was_recorded_late_and_what_was_typed(self) -> None:
		item, warehouse = self.stocked(10)
		before = datetime.combine(self.ago(4), datetime.min.time())
		self.platform.books.receive([self.line(item, warehouse, 10)], at=before)
		order = self.promised(2, (item, warehouse, 3))
		at = self.now() - timedelta(hours=30)
		self.platform.books.deliver(order, at=at.replace(microsecond=0))
		rows = self.diagnosed(warehouse)
		late = rows["record_lag", "Delivery Note"]
		self.assertEqual((late["number"], late["ahead"]), (1, 0))
		self.assertAlmostEqual(late["median_hours"], 30, 1)
		self.assertEqual(rows["record_lag", "Stock Entry"]["number"], 1, "the other's time was the server's")
		typed = rows["typed", "Stock Entry"]
		self.assertEqual((typed["number"], typed["hand_typed_share"]), (2, 1))
		of_order = rows["typed", "Delivery Note"]
		self.assertEqual((of_order["number"], of_order["hand_typed_share"]), (0, 0))

	def test_what_was_imported_is_not_typed(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		imported = self.receive(item, warehouse, 1)
		self.receive(item, warehouse, 1)
		source = unique("Import")
		line = {"data_import": source, "docname": imported.voucher_no, "success": 1}
		with self.platform.context() as ctx:
			ctx.store.insert("Data Import", [{"name": source, "reference_doctype": imported.voucher_type}])
			ctx.store.insert("Data Import Log", [{"name": unique("Line"), **line}])
		row = self.diagnosed(warehouse)["typed", "Stock Entry"]
		self.assertEqual((row["number"], row["hand_typed_share"]), (1, 0.5))

	def diagnosed(self, warehouse: str) -> dict[tuple[str, str], Row]:
		with self.platform.context() as ctx:
			rows = process_diagnosis(ctx, warehouse=warehouse).rows
		return {(row["kind"], row["step"]): row for row in rows}

	def test_nothing_is_none_and_impossible_periods_are_refused(self) -> None:
		warehouse = self.platform.make_warehouse()
		self.assertEqual(self.figures(warehouse), Service())
		self.assertEqual(self.diagnosed(warehouse), {})
		ends_first = {"from_date": self.ago(1), "to_date": self.ago(2)}
		with self.platform.context() as ctx:
			self.assertEqual(service_levels(ctx, warehouse=warehouse, by="month").rows, [])
			for wrong, code in (
				({"by": "name"}, "invalid_argument"),
				(ends_first, "wrong_period"),
				({"warehouse": unique("x' OR 1=1 --")}, "unknown_warehouse"),
			):
				with self.refused(code, 404 if "warehouse" in wrong else 400):
					service_levels(ctx, **wrong)
			with self.refused("wrong_period", 400):
				process_diagnosis(ctx, **ends_first)
			with self.refused("invalid_argument", 400):
				service_documents(ctx, "costs")
