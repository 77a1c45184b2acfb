"""Each posting of the books becomes movements in bins, and its cancellation reverses them."""

from typing import Any

from inventory_midplatform.ports import Voucher
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class SettlementBehaviour(Behaviour):
	def kinds_and_quantities(self, voucher: Voucher) -> list[tuple[str, float]]:
		rows = self.platform.rows(
			"SELECT kind, qty FROM `tabStock Movement` WHERE voucher_type = %(type)s AND voucher_no = %(no)s",
			type=voucher.voucher_type,
			no=voucher.voucher_no,
		)
		return sorted((row["kind"], float(row["qty"])) for row in rows)

	def assert_on_hand_everywhere(self, item: str, warehouse: str, qty: Any) -> None:
		"""Check that the books, the position and the Unplaced bin all have ``qty``."""
		self.assertEqual(self.platform.booked(item, warehouse), D(str(qty)))
		self.assert_position(item, warehouse, on_hand=qty, on_hold=0)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": qty} if qty else {})

	def test_receipt_and_its_cancellation(self) -> None:
		item, warehouse = self.stocked(0)
		voucher = self.receive(item, warehouse, "12.345")
		self.assert_on_hand_everywhere(item, warehouse, 12.345)
		self.assertEqual(self.kinds_and_quantities(voucher), [("Incoming", 12.345)])
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, warehouse, 0)
		self.assertEqual(
			self.kinds_and_quantities(voucher), [("Cancellation", -12.345), ("Incoming", 12.345)]
		)

	def test_purchase_receipt_and_its_cancellation(self) -> None:
		item, warehouse = self.stocked(5)
		supplier = self.platform.make_supplier()
		voucher = self.platform.books.receive([self.line(item, warehouse, 7)], supplier=supplier)
		self.assertEqual(voucher.voucher_type, "Purchase Receipt")
		self.assert_on_hand_everywhere(item, warehouse, 12)
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, warehouse, 5)

	def test_issue_and_its_cancellation(self) -> None:
		item, warehouse = self.stocked(10)
		voucher = self.issue(item, warehouse, 4)
		self.assert_on_hand_everywhere(item, warehouse, 6)
		self.assertEqual(self.kinds_and_quantities(voucher), [("Outgoing", -4.0)])
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, warehouse, 10)

	def test_transfer_and_its_cancellation(self) -> None:
		item, source = self.stocked(10)
		target = self.platform.make_warehouse()
		voucher = self.platform.books.transfer([self.line(item, source, 3)], target)
		self.assert_on_hand_everywhere(item, source, 7)
		self.assert_on_hand_everywhere(item, target, 3)
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, source, 10)
		self.assert_on_hand_everywhere(item, target, 0)

	def test_what_came_from_two_bins_that_are_disabled_since_comes_back(self) -> None:
		item, warehouse = self.stocked(0)
		bins = [self.platform.make_bin(warehouse) for _ in range(2)]
		for bin in bins:
			self.receive(item, warehouse, 5, bin)
		voucher = self.issue(item, warehouse, 10)
		for bin in bins:
			self.platform.update("Warehouse Bin", bin, {"disabled": 1})
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, warehouse, 10)

	def test_a_cancellation_takes_back_its_own_rows_only(self) -> None:
		"""Stock from before the ledger was enabled becomes opening stock with the first voucher, and is not that voucher's."""
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		item, warehouse = self.stocked(100)
		self.setUp()
		voucher = self.receive(item, warehouse, 10)
		bin = self.platform.make_bin(warehouse)
		move = {
			"item_code": item,
			"warehouse": warehouse,
			"from_bin": f"UNPLACED - {warehouse}",
			"to_bin": bin,
		}
		self.platform.call("stock.move", **move, qty=110)
		reservation = self.reserve(item, warehouse, 100)["name"]
		self.platform.call("reservation.allocate", name=reservation)
		self.platform.books.cancel(voucher)
		self.assertEqual(list(self.in_bins(item, warehouse).values()), [100])
		self.assert_reservation(self.platform.call("reservation.get", name=reservation), allocated_qty=100)

	def test_count_up_and_its_cancellation(self) -> None:
		self.count_and_cancel(10, 25)

	def test_count_down_and_its_cancellation(self) -> None:
		self.count_and_cancel(10, 4)

	def test_count_to_zero_and_its_cancellation(self) -> None:
		self.count_and_cancel(10, 0)

	def test_count_of_what_never_was_there_and_its_cancellation(self) -> None:
		self.count_and_cancel(0, 8)

	def count_and_cancel(self, before: int, counted: int) -> None:
		item, warehouse = self.stocked(before)
		voucher = self.platform.books.count([self.line(item, warehouse, counted)])
		self.assert_on_hand_everywhere(item, warehouse, counted)
		self.assertEqual(self.kinds_and_quantities(voucher), [("Reconciliation", float(counted - before))])
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, warehouse, before)

	def test_delivery_and_its_cancellation(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 4)
		voucher = self.platform.books.deliver(order)
		self.assert_on_hand_everywhere(item, warehouse, 6)
		self.platform.books.cancel(voucher)
		self.assert_on_hand_everywhere(item, warehouse, 10)

	def test_a_voucher_of_many_lines_and_warehouses(self) -> None:
		items = [self.platform.make_item() for _ in range(3)]
		warehouses = [self.platform.make_warehouse() for _ in range(2)]
		lines = [self.line(i, w, n + 1) for n, (i, w) in enumerate((i, w) for i in items for w in warehouses)]
		voucher = self.platform.books.receive([*lines, lines[0]])
		for line in lines[1:]:
			self.assert_on_hand_everywhere(line.item_code, line.warehouse, line.qty)
		self.assert_on_hand_everywhere(items[0], warehouses[0], 2)
		self.platform.books.cancel(voucher)
		for line in lines:
			self.assert_on_hand_everywhere(line.item_code, line.warehouse, 0)

	def test_what_the_books_refuse_leaves_nothing_behind(self) -> None:
		item, warehouse = self.stocked(3)
		with self.refused("negative_stock"):
			self.issue(item, warehouse, 4)
		self.assert_on_hand_everywhere(item, warehouse, 3)

	def test_fractions_add_up_without_dust(self) -> None:
		item, warehouse = self.stocked(0)
		for _ in range(3):
			self.receive(item, warehouse, "0.1")
		self.assert_position(item, warehouse, on_hand=0.3, available=0.3)
		for _ in range(3):
			self.reserve(item, warehouse, "0.1")
		self.assert_position(item, warehouse, available=0)
		with self.refused("insufficient_stock", available="0"):
			self.reserve(item, warehouse, "0.000000001")

	def test_with_the_ledger_off_nothing_changes_and_opening_stock_reconciles(self) -> None:
		from inventory_midplatform.services.reconciliation import opening_stock

		item, warehouse = self.stocked(5)
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		self.receive(item, warehouse, 4)
		self.issue(item, warehouse, 1)
		self.assert_position(item, warehouse, on_hand=5)
		self.setUp()
		with self.platform.context() as ctx:
			after: Any = ("", "")
			while after is not None:
				_, after = opening_stock.opening_stock(ctx, after)
		self.assert_on_hand_everywhere(item, warehouse, 8)
