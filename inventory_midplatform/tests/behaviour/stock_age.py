"""Receipt layers: how much of each receipt is left, and how old it is."""

from datetime import datetime, timedelta
from typing import Any

from inventory_midplatform.services.ledger import receipt_layers
from inventory_midplatform.services.reconciliation import opening_stock, rebuild
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class AgeBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		with self.platform.context() as ctx:
			self.today = ctx.clock.now().replace(microsecond=0)

	def ago(self, days: int) -> datetime:
		return self.today - timedelta(days=days)

	def receive_ago(self, item: str, warehouse: str, qty: Any, days: int) -> Any:
		return self.platform.books.receive([self.line(item, warehouse, qty)], at=self.ago(days))

	def layers(self, item: str, warehouse: str) -> list[tuple[int, float]]:
		"""Return (age in days, quantity left), the oldest first."""
		rows = self.platform.rows(
			"SELECT received_on, remaining_qty FROM `tabReceipt Layer` WHERE item_code = %(item)s"
			" AND warehouse = %(warehouse)s ORDER BY received_on, name",
			item=item,
			warehouse=warehouse,
		)
		return [((self.today.date() - r["received_on"]).days, float(r["remaining_qty"])) for r in rows]

	def rebuild_layers(self, item: str) -> None:
		with self.platform.context() as ctx:
			receipt_layers.rebuild(ctx, [item])

	def test_first_in_is_first_out(self) -> None:
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 10, 30)
		self.receive_ago(item, warehouse, 5, 10)
		self.issue(item, warehouse, 12)
		self.assertEqual(self.layers(item, warehouse), [(10, 3)])
		self.issue(item, warehouse, 3)
		self.assertEqual(self.layers(item, warehouse), [])

	def test_a_transfer_preserves_the_age_and_brings_it_back(self) -> None:
		item, source = self.stocked(0)
		target = self.platform.make_warehouse()
		self.receive_ago(item, source, 10, 30)
		self.receive_ago(item, source, 5, 10)
		voucher = self.platform.books.transfer([self.line(item, source, 12)], target)
		self.assertEqual(self.layers(item, target), [(30, 10), (10, 2)])
		self.assertEqual(self.layers(item, source), [(10, 3)])
		self.platform.books.cancel(voucher)
		self.assertEqual(self.layers(item, target), [])
		self.assertEqual(sum(qty for _, qty in self.layers(item, source)), 15)
		self.rebuild_layers(item)
		self.assertEqual(self.layers(item, source), [(30, 10), (10, 5)])

	def test_a_cancelled_receipt_takes_its_own_layer(self) -> None:
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 10, 30)
		late = self.receive_ago(item, warehouse, 10, 10)
		self.receive(item, warehouse, 10)
		self.platform.books.cancel(late)
		self.assertEqual(self.layers(item, warehouse), [(30, 10), (0, 10)])

	def test_a_cancelled_issue_is_as_old_again_once_rebuilt(self) -> None:
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 10, 30)
		self.receive_ago(item, warehouse, 5, 10)
		voucher = self.issue(item, warehouse, 12)
		self.platform.books.cancel(voucher)
		self.assertEqual(sum(qty for _, qty in self.layers(item, warehouse)), 15)
		self.rebuild_layers(item)
		self.assertEqual(self.layers(item, warehouse), [(30, 10), (10, 5)])

	def test_what_belongs_before_something_is_sorted_in_by_the_rebuild(self) -> None:
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 10, 10)
		self.issue(item, warehouse, 4)
		self.receive_ago(item, warehouse, 5, 30)
		self.rebuild_layers(item)
		self.assertEqual(self.layers(item, warehouse), [(30, 1), (10, 10)])

	def test_a_count_adds_what_was_found_and_takes_what_was_not(self) -> None:
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 10, 30)
		self.platform.books.count([self.line(item, warehouse, 13)])
		self.assertEqual(self.layers(item, warehouse), [(30, 10), (0, 3)])
		self.platform.books.count([self.line(item, warehouse, 2)])
		self.assertEqual(self.layers(item, warehouse), [(0, 2)])

	def record_opening_stock(self, item: str) -> None:
		after: Any = ("", "")
		with self.platform.context() as ctx:
			while after is not None:
				_, after = opening_stock.opening_stock(ctx, after)
		self.rebuild_layers(item)

	def test_what_was_there_before_the_ledger_is_as_old_as_the_books_say(self) -> None:
		item, source = self.stocked(0)
		target = self.platform.make_warehouse()
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		self.receive_ago(item, source, 10, 30)
		self.receive_ago(item, source, 5, 10)
		line = [self.line(item, source, 12)]
		self.platform.books.transfer(line, target, at=self.ago(5))
		self.platform.books.issue([self.line(item, target, 1)], at=self.ago(4))
		gone = self.receive_ago(item, source, 2, 8)
		self.setUp()
		self.record_opening_stock(item)
		self.assertEqual(self.layers(item, target), [(30, 9), (10, 2)])
		self.assertEqual(self.layers(item, source), [(10, 3), (8, 2)])
		self.platform.books.cancel(gone)
		self.issue(item, target, 10)
		self.receive(item, target, 4)
		self.rebuild_layers(item)
		self.assertEqual(self.layers(item, target), [(10, 1), (0, 4)])
		self.assertEqual(self.layers(item, source), [(10, 3)])

	def test_batches_from_before_the_ledger_have_ages_of_their_own(self) -> None:
		item, warehouse = self.platform.make_item(has_batch_no=1), self.platform.make_warehouse()
		early, late = self.platform.make_batch(item), self.platform.make_batch(item)
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		for batch, days in ((early, 30), (late, 20)):
			line = self.line(item, warehouse, 10, batch_no=batch)
			self.platform.books.receive([line], at=self.ago(days))
		self.platform.books.issue([self.line(item, warehouse, 4, batch_no=late)], at=self.ago(10))
		counted = self.line(item, warehouse, 12, batch_no=early)
		self.platform.books.count([counted], at=self.ago(5))
		self.setUp()
		self.record_opening_stock(item)
		found = self.platform.rows(
			"SELECT batch_no, received_on, remaining_qty FROM `tabReceipt Layer` WHERE item_code = %(item)s",
			item=item,
		)
		ages = {
			(r["batch_no"], (self.today.date() - r["received_on"]).days): r["remaining_qty"] for r in found
		}
		self.assertEqual(sum(qty for (batch, _), qty in ages.items() if batch == early), 12)
		self.assertEqual(ages.get((early, 30), 0), 10)
		self.assertEqual(ages[late, 20], 6)

	def test_stock_that_came_while_the_ledger_was_off_is_as_old_as_the_books_say(self) -> None:
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 10, 30)
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		self.receive_ago(item, warehouse, 5, 20)
		self.platform.books.issue([self.line(item, warehouse, 3)], at=self.ago(10))
		self.setUp()
		self.record_opening_stock(item)
		self.assertEqual(self.layers(item, warehouse), [(30, 7), (20, 5)])

	def test_a_bin_knows_its_oldest_and_newest_receipt(self) -> None:
		item, warehouse = self.stocked(0)
		target = self.platform.make_bin(warehouse)
		for days in (30, 10):
			self.receive_ago(item, warehouse, 5, days)
		self.platform.call(
			"stock.move",
			item_code=item,
			warehouse=warehouse,
			from_bin=f"UNPLACED - {warehouse}",
			to_bin=target,
			qty=2,
		)
		rows = self.platform.rows(
			"SELECT bin, oldest_receipt, newest_receipt FROM `tabBin Stock` WHERE item_code = %(item)s",
			item=item,
		)
		found = {row["bin"]: (row["oldest_receipt"], row["newest_receipt"]) for row in rows}
		self.assertEqual(found[f"UNPLACED - {warehouse}"], (self.ago(30), self.ago(10)))
		self.assertEqual(found[target][0], self.ago(30))

	def rebuilt(self, item: str, damage: str = "") -> int:
		"""Run the statement ``damage``, rebuild, and return how many rows were wrong."""
		with self.platform.context() as ctx:
			if damage:
				ctx.store.execute(damage, {"item": item})
			return rebuild.rebuild_item(ctx, item)

	def test_the_rebuild_includes_allocations(self) -> None:
		item, warehouse = self.stocked(0)
		bins = [self.platform.make_bin(warehouse) for _ in range(2)]
		for bin in bins:
			self.receive(item, warehouse, 5, bin)
		reservation = self.reserve(item, warehouse, 8)["name"]
		self.platform.call("reservation.allocate", name=reservation)
		for damage in (
			"UPDATE `tabBin Stock` SET allocated_qty = 1 WHERE item_code = %(item)s",
			"UPDATE `tabInventory Reservation` SET allocated_qty = 2 WHERE item_code = %(item)s",
		):
			self.assertGreater(self.rebuilt(item, damage), 0)
			self.assertEqual(self.platform.verify(), [])
			self.assert_reservation(self.platform.call("reservation.get", name=reservation), allocated_qty=8)
			self.assertEqual(self.rebuilt(item), 0)
		# a bin holds less than is allocated to it: the excess is deallocated
		damage = "UPDATE `tabBin Allocation` SET qty = 9 WHERE item_code = %(item)s AND qty = 5"
		self.assertGreater(self.rebuilt(item, damage), 0)
		self.assertEqual(self.platform.verify(), [])
		found = self.platform.call("reservation.get", name=reservation)
		self.assertEqual((found["reserved_qty"], found["allocated_qty"]), (8, 8))

	def test_the_rebuild_mends_what_was_broken_and_changes_nothing_else(self) -> None:
		item, warehouse = self.stocked(100)
		serialised = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		serials = tuple(f"{serialised}-{n}" for n in range(3))
		self.platform.books.receive([self.line(serialised, warehouse, 3, serial_nos=serials)])
		self.reserve(item, warehouse, 30)
		self.platform.call(
			"stock.block",
			item_code=item,
			warehouse=warehouse,
			bin=f"UNPLACED - {warehouse}",
			qty=5,
			stock_status="Quality",
		)
		with self.platform.context() as ctx:
			self.assertEqual([rebuild.rebuild_item(ctx, i) for i in (item, serialised)], [0, 0])
		for broken in (
			"UPDATE `tabStock Position` SET on_hand = on_hand + 7, reserved = 1 WHERE item_code = %(item)s",
			"UPDATE `tabBin Stock` SET qty = qty - 3 WHERE item_code = %(item)s",
			"DELETE FROM `tabReceipt Layer` WHERE item_code = %(item)s",
			"DELETE FROM `tabSerial Location` WHERE item_code = %(serialised)s",
		):
			with self.platform.context() as ctx:
				ctx.store.execute(broken, {"item": item, "serialised": serialised})
			self.assertNotEqual(self.platform.verify(), [], broken)
			with self.platform.context() as ctx:
				self.assertEqual(rebuild.items(ctx, after="", limit=1_000_000).count(item), 1)
				for code in (item, serialised):
					rebuild.rebuild_item(ctx, code)
			self.assertEqual(self.platform.verify(), [], broken)
		self.assert_position(item, warehouse, on_hand=100, on_hold=5, reserved=30, available=D(65))
		self.assertEqual(sorted(self.serials_in_bins(serialised)), sorted(serials))
