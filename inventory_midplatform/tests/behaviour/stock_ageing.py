"""The report Inventory Ageing: ages by open receipts, their value, dead stock, and who sees what of it."""

from datetime import timedelta
from typing import Any

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting.stock_ageing import (
	BATCHES,
	LAYERS,
	CompanyAgeing,
	StockAgeing,
	stock_ageing,
)
from inventory_midplatform.tests.behaviour.report_case import ReportCase


class StockAgeingBehaviour(ReportCase):
	def found(self, user: str = "", **filters: Any) -> StockAgeing:
		with self.platform.context(user) as ctx:
			return stock_ageing(ctx, **filters)

	def of(self, item: str, **filters: Any) -> dict[str, Row]:
		"""Rows by warehouse, which are all there are."""
		found = self.found(item_code=item, **filters)
		self.assertFalse(found.has_more)
		return {row["warehouse"]: row for row in found.rows}

	def totals(self, item: str, **filters: Any) -> CompanyAgeing:
		(total,) = self.found(item_code=item, **filters).companies
		return total

	def bands(self, row: Row) -> list[float]:
		return [float(row[f"band_{i}"]) for i in range(5)]

	def test_ages_survive_a_transfer_and_add_up_to_the_books(self) -> None:
		item, source = self.stocked(0)
		target = self.platform.make_warehouse()
		self.receive_ago(item, source, 10, 180)
		self.receive_ago(item, source, 10, 121)
		self.platform.books.transfer([self.line(item, source, 12)], target, at=self.ago(30))
		self.platform.books.issue([self.line(item, target, 4)], at=self.ago(20))
		self.platform.books.issue([self.line(item, source, 1)], at=self.ago(5))
		self.rebuild_layers(item)
		rows = self.of(item, by_quantity=True)
		# 2 of 121 days came along: 6 × 180 and 2 × 121 in the target, 7 × 121 in the source
		self.assertEqual(rows[source]["mean_age"], 121)
		self.assertEqual(rows[target]["mean_age"], (6 * 180 + 2 * 121) / 8)
		self.assertEqual(self.bands(rows[target]), [0, 0, 0, 8, 0])
		self.assertEqual([rows[w]["unexplained"] for w in (source, target)], [0, 0])
		total = self.totals(item)
		self.assertEqual((total.positions, total.items, total.qty, total.uom), (2, 1, 15, "Kg"))
		self.assertAlmostEqual(total.mean_age or 0, (6 * 180 + 9 * 121) / 15)
		self.assertEqual(sum(total.bands_qty or ()), total.qty)
		self.assert_worth_as_in_the_books(item)

	def assert_worth_as_in_the_books(self, item: str) -> None:
		"""Rows, bands and totals add up to the stock value of the books."""
		booked = {
			row["warehouse"]: from_store(row["stock_value"])
			for row in self.platform.rows(
				"SELECT warehouse, stock_value FROM `tabBin` WHERE item_code = %(item)s AND actual_qty <> 0",
				item=item,
			)
		}
		rows = self.of(item)
		self.assertEqual({warehouse: row["value"] for warehouse, row in rows.items()}, booked)
		for row in rows.values():
			self.assertAlmostEqual(sum(self.bands(row)), float(row["value"]), 6)
		total = self.totals(item)
		self.assertEqual(total.value, sum(booked.values()))
		self.assertAlmostEqual(float(sum(total.bands_value or ())), float(sum(booked.values())), 6)

	def test_a_layer_is_in_one_band_and_bands_are_a_choice(self) -> None:
		item, warehouse = self.stocked(0)
		for days, qty in ((0, 1), (30, 2), (31, 4), (60, 8), (91, 16), (181, 32)):
			self.receive_ago(item, warehouse, qty, days)
		self.rebuild_layers(item)
		row = self.of(item, by_quantity=True)[warehouse]
		self.assertEqual(self.bands(row), [3, 12, 0, 16, 32])
		self.assertEqual((row["oldest_age"], row["qty"]), (181, 63))
		found = self.found(item_code=item, by_quantity=True, bands="30")
		self.assertEqual(found.bands, ("0–30", "> 30"))
		self.assertEqual([found.rows[0][f"band_{i}"] for i in range(2)], [3, 60])
		self.platform.settings(ageing_bands="60")
		self.addCleanup(self.platform.settings, ageing_bands="30, 60, 90, 180")
		self.assertEqual(self.found(item_code=item).bands, ("0–60", "> 60"))

	def test_dead_stock_is_what_nobody_takes(self) -> None:
		self.platform.settings(dead_stock_days=91)
		self.addCleanup(self.platform.settings, dead_stock_days=180)
		item, place = self.stocked(0)
		other = self.platform.make_warehouse()
		self.receive_ago(item, place, 10, 180)
		self.platform.books.issue([self.line(item, place, 2)], at=self.ago(140))
		# neither a transfer nor a count revives it
		self.platform.books.transfer([self.line(item, place, 3)], other, at=self.ago(29))
		self.platform.books.count([self.line(item, place, 4)], at=self.ago(15))
		rows = self.of(item)
		self.assertEqual([rows[w]["dead"] for w in (place, other)], [True, True])
		total = self.totals(item)
		self.assertEqual((total.dead_positions, total.dead_share), (2, 1))
		found = self.found(item_code=item, show=LAYERS)
		self.assertEqual(found.last_issue, self.ago(140).date())
		# an issue does, until it is cancelled
		voucher = self.issue(item, place, 1)
		self.assertEqual(self.totals(item).dead_positions, 0)
		self.assertFalse(self.of(item)[other]["dead"], "it is issued in the same company")
		self.platform.books.cancel(voucher)
		self.assertEqual(self.totals(item).dead_positions, 2)

	def test_only_what_is_of_a_band_or_dead_is_listed(self) -> None:
		group = self.platform.make_warehouse(is_group=1)
		place = self.platform.make_warehouse(parent_warehouse=group)
		old, young, mixed = (self.platform.make_item() for _ in range(3))
		for item, ages in ((old, (200,)), (young, (3,)), (mixed, (200, 3))):
			for age in ages:
				self.receive_ago(item, place, 5, age)
		self.platform.books.issue([self.line(mixed, place, 1)], at=self.ago(5))
		for item in (old, young, mixed):
			self.rebuild_layers(item)

		def listed(**filters: Any) -> tuple[set[str], int]:
			found = self.found(warehouse=group, **filters)
			(total,) = found.companies
			self.assertEqual((total.positions, total.qty), (3, 19), "totals are of all")
			return {row["item_code"] for row in found.rows}, found.total_rows

		self.assertEqual(listed(), ({old, young, mixed}, 3))
		self.assertEqual(listed(only="> 180"), ({old, mixed}, 2))
		self.assertEqual(listed(only="0–30"), ({young, mixed}, 2))
		self.assertEqual(listed(only="31–60"), (set(), 0))
		self.assertEqual(listed(only="dead"), ({old}, 1))
		self.assertEqual(listed(only="> 7", bands="7"), ({old, mixed}, 2))
		found = self.found(warehouse=group, only="> 180", limit=1)
		self.assertEqual((len(found.rows), found.has_more, found.total_rows), (1, True, 2))
		operator = self.platform.make_user(["Warehouse Operator"])
		self.assertEqual(
			{r["item_code"] for r in self.found(operator, warehouse=group, only="dead").rows}, {old}
		)

	def test_what_is_new_is_not_dead_for_never_having_been_issued(self) -> None:
		item, warehouse = self.stocked(5)
		self.assertFalse(self.of(item)[warehouse]["dead"])
		self.assertEqual(self.totals(item).dead_share, 0)
		self.later(days=180)
		self.assertTrue(self.of(item)[warehouse]["dead"])

	def test_layers_lead_to_their_receipts(self) -> None:
		item, source = self.stocked(0)
		target = self.platform.make_warehouse()
		receipt = self.receive_ago(item, source, 10, 50)
		self.platform.books.cancel(self.receive_ago(item, source, 10, 40))
		moved = self.platform.books.transfer([self.line(item, source, 4)], target, at=self.ago(7))
		rows = self.of(item, show=LAYERS)
		of_source, of_target = rows[source], rows[target]
		self.assertEqual((of_source["voucher_no"], of_source["days_here"]), (receipt.voucher_no, 50))
		self.assertEqual((of_source["receipts"], of_source["qty"]), (1, 6))
		self.assertEqual((of_target["voucher_no"], of_target["days_here"]), (moved.voucher_no, 7))
		self.assertEqual((of_target["oldest_age"], of_target["qty"]), (50, 4))

	def test_batches_are_shown_apart_if_asked(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		first, second = (self.platform.make_batch(item) for _ in range(2))
		for batch, days in ((first, 40), (second, 3)):
			self.platform.books.receive([self.line(item, warehouse, 5, batch_no=batch)], at=self.ago(days))
		self.assertEqual(len(self.of(item)), 1)
		found = self.found(item_code=item, show=BATCHES, by_quantity=True)
		self.assertEqual(
			[(row["batch_no"], row["mean_age"], row["qty"]) for row in found.rows],
			[(first, 40, 5), (second, 3, 5)],
		)
		self.assertEqual(sum(row["value"] for row in found.rows), self.totals(item).value)

	def test_what_no_layer_explains_is_shown_apart(self) -> None:
		item, warehouse = self.stocked(5)
		with self.platform.context() as ctx:
			about = {"item": item, "warehouse": warehouse}
			ctx.store.execute(
				"UPDATE `tabReceipt Layer` SET remaining_qty = 3 WHERE item_code = %(item)s", about
			)
		row = self.of(item, by_quantity=True)[warehouse]
		self.assertEqual((row["qty"], row["unexplained"], row["mean_age"]), (5, 2, 0))
		self.assertEqual(sum(self.bands(row)), 3)
		total = self.totals(item)
		self.assertEqual((total.unexplained_positions, total.unexplained), (1, 2))
		self.assertEqual(sum(r["qty"] for r in self.found(item_code=item, show=LAYERS).rows), 5)
		self.rebuild_layers(item)
		self.assertEqual(self.of(item)[warehouse]["unexplained"], 0)

	def test_nobody_sees_another_warehouse_or_a_cost_they_may_not_see(self) -> None:
		item, mine = self.stocked(3)
		other = self.platform.make_warehouse()
		self.receive(item, other, 40)
		user = self.platform.make_user(["Warehouse Operator"], [mine])
		found = self.found(user, item_code=item)
		self.assertEqual([(r["warehouse"], r["qty"]) for r in found.rows], [(mine, 3)])
		(total,) = found.companies
		self.assertEqual((total.positions, total.qty, total.bands_qty), (1, 3, (3, 0, 0, 0, 0)))
		self.assertEqual((total.value, total.dead_value, total.bands_value), (None, None, None))
		self.assertNotIn("value", found.rows[0])
		self.assertEqual(self.bands(found.rows[0]), [3, 0, 0, 0, 0], "quantities, not values")
		with self.refused("warehouse_not_permitted", 403):
			self.found(user, warehouse=other)
		seen = self.found(self.platform.make_user(["Inventory Director"], [mine]), item_code=item)
		self.assertEqual((seen.rows[0]["value"], seen.companies[0].value), (30, 30))

	def test_a_group_includes_all_below_it_and_a_page_says_how_much_more_there_is(self) -> None:
		group = self.platform.make_warehouse(is_group=1)
		item = self.platform.make_item()
		places = [self.platform.make_warehouse(parent_warehouse=group) for _ in range(3)]
		for n, place in enumerate(places):
			self.receive_ago(item, place, 1, n * 10)
		found = self.found(warehouse=group, limit=2)
		self.assertEqual((found.total_rows, found.has_more, len(found.rows)), (3, True, 2))
		self.assertEqual([row["oldest_age"] for row in found.rows], [20, 10], "the oldest first")
		self.assertEqual(found.companies[0].qty, 3)
		self.assertEqual(self.found(warehouse=self.platform.make_warehouse()).companies, [])

	def test_units_are_not_added(self) -> None:
		group = self.platform.make_warehouse(is_group=1)
		place = self.platform.make_warehouse(parent_warehouse=group)
		for uom in ("Kg", "Nos"):
			self.receive(self.platform.make_item(stock_uom=uom), place, 4)
		(total,) = self.found(warehouse=group).companies
		self.assertEqual((total.items, total.qty, total.uom, total.bands_qty), (2, None, "", None))
		self.assertEqual((total.value, total.mean_age), (80, 0))
		(blind,) = self.found(self.platform.make_user(["Warehouse Operator"]), warehouse=group).companies
		self.assertEqual((blind.items, blind.value, blind.mean_age), (2, None, None))

	def test_bad_input_is_refused(self) -> None:
		for code, status, filters in (
			("unknown_warehouse", 404, {"warehouse": "no ' such \" place"}),
			("unknown_company", 404, {"company": "no such'; DROP TABLE `tabItem`"}),
			("unknown_item", 404, {"item_code": "%(x)s"}),
			("unknown_item_group", 404, {"item_group": "'"}),
			("wrong_bands", 400, {"bands": "90, 30"}),
			("invalid_argument", 400, {"show": "all"}),
			("invalid_argument", 400, {"only": "7–9"}),
			("missing_argument", 400, {"show": LAYERS}),
		):
			with self.subTest(code=code), self.refused(code, status):
				self.found(**filters)

	def test_statements_do_not_grow_with_rows(self) -> None:
		group = self.platform.make_warehouse(is_group=1)
		counts = []
		for more in (1, 4):
			for _ in range(more):
				self.receive_ago(
					self.platform.make_item(), self.platform.make_warehouse(parent_warehouse=group), 1, 9
				)
			counts.append(self.statements(lambda ctx: stock_ageing(ctx, warehouse=group)))
		self.assertEqual(counts[0], counts[1])
		self.assertLessEqual(counts[0], 8)

	def test_a_receipt_of_tomorrow_is_of_today(self) -> None:
		item, warehouse = self.stocked(2)
		self.platform.put_clock(timedelta(days=-1))
		self.addCleanup(self.platform.put_clock, timedelta())
		self.assertEqual(self.of(item)[warehouse]["mean_age"], 0)
