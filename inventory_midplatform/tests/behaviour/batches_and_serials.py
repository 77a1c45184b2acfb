"""Batches and serial numbers: bins have the same ones as the books."""

from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.behaviour.base import Behaviour, D
from inventory_midplatform.tests.platform import unique


class BatchBehaviour(Behaviour):
	def batched(self) -> tuple[str, str, str, str]:
		"""Create an item with batches, a warehouse, and two batches; return them."""
		item, warehouse = self.stocked(0, has_batch_no=1)
		first, second = sorted(self.platform.make_batch(item) for _ in range(2))
		return item, warehouse, first, second

	def test_receipt_issue_and_their_cancellations(self) -> None:
		item, warehouse, first, second = self.batched()
		self.receive(item, warehouse, 10, batch_no=first)
		received = self.receive(item, warehouse, 5, batch_no=second)
		issued = self.issue(item, warehouse, 4, batch_no=first)
		in_bins = {("UNPLACED", first): 6, ("UNPLACED", second): 5}
		self.assertEqual(self.batches_in_bins(item, warehouse), in_bins)
		self.assert_position(item, warehouse, on_hand=11)
		self.platform.books.cancel(issued)
		self.platform.books.cancel(received)
		self.assertEqual(self.batches_in_bins(item, warehouse), {("UNPLACED", first): 10})

	def test_two_batches_in_one_voucher(self) -> None:
		item, warehouse, first, second = self.batched()
		lines = [
			self.line(item, warehouse, 3, batch_no=first),
			self.line(item, warehouse, 4, batch_no=second),
		]
		voucher = self.platform.books.receive(lines)
		self.assertEqual(
			self.batches_in_bins(item, warehouse), {("UNPLACED", first): 3, ("UNPLACED", second): 4}
		)
		self.platform.books.cancel(voucher)
		self.assertEqual(self.batches_in_bins(item, warehouse), {})

	def test_a_transfer_preserves_the_batch(self) -> None:
		item, source, first, _ = self.batched()
		self.receive(item, source, 10, batch_no=first)
		target = self.platform.make_warehouse()
		voucher = self.platform.books.transfer([self.line(item, source, 4, batch_no=first)], target)
		self.assertEqual(self.batches_in_bins(item, target), {("UNPLACED", first): 4})
		self.platform.books.cancel(voucher)
		self.assertEqual(self.batches_in_bins(item, target), {})
		self.assertEqual(self.batches_in_bins(item, source), {("UNPLACED", first): 10})

	def test_a_batch_is_counted_and_the_other_stays(self) -> None:
		item, warehouse, first, second = self.batched()
		self.receive(item, warehouse, 10, batch_no=first)
		self.receive(item, warehouse, 5, batch_no=second)
		for counted in (7, 12, 0):
			with self.subTest(counted=counted):
				voucher = self.platform.books.count([self.line(item, warehouse, counted, batch_no=first)])
				in_bins = self.batches_in_bins(item, warehouse)
				self.assertEqual(in_bins.get(("UNPLACED", first), 0), counted)
				self.assertEqual(in_bins[("UNPLACED", second)], 5)
				self.platform.books.cancel(voucher)
				self.assertEqual(self.batches_in_bins(item, warehouse)[("UNPLACED", first)], 10)

	def test_what_leaves_comes_from_the_bins_of_its_batch(self) -> None:
		item, warehouse, first, second = self.batched()
		near, far = (self.platform.make_bin(warehouse, sequence=n) for n in (1, 2))
		self.receive(item, warehouse, 5, near, batch_no=first)
		self.receive(item, warehouse, 5, far, batch_no=second)
		voucher = self.issue(item, warehouse, 2, batch_no=second)
		self.assertEqual(sorted(self.batches_in_bins(item, warehouse).values()), [3, 5])
		self.platform.books.cancel(voucher)
		self.assertEqual(sorted(self.batches_in_bins(item, warehouse).values()), [5, 5])

	def test_an_order_of_a_batched_item_reserves_and_is_delivered(self) -> None:
		item, warehouse, first, second = self.batched()
		self.receive(item, warehouse, 5, batch_no=first)
		self.receive(item, warehouse, 5, batch_no=second)
		order = self.order(item, warehouse, 8)
		self.assert_position(item, warehouse, reserved=8)
		voucher = self.platform.books.deliver(order)
		self.assert_position(item, warehouse, on_hand=2, reserved=0)
		self.platform.books.cancel(voucher)
		self.assertEqual(
			self.batches_in_bins(item, warehouse), {("UNPLACED", first): 5, ("UNPLACED", second): 5}
		)
		self.assert_position(item, warehouse, on_hand=10, reserved=8)

	def test_an_order_is_delivered_whole_or_not_at_all(self) -> None:
		item, warehouse, first, _ = self.batched()
		order = self.order(item, warehouse, 8)
		for there in (0, 5):
			with self.subTest(there=there):
				if there:
					self.receive(item, warehouse, there, batch_no=first)
				with self.assertRaises(InventoryError):
					self.platform.books.deliver(order)
				self.assert_position(item, warehouse, on_hand=there, reserved=there)

	def test_two_rows_of_an_order_are_sent_what_is_there_once(self) -> None:
		item, warehouse, first, second = self.batched()
		self.receive(item, warehouse, 5, batch_no=first)
		self.receive(item, warehouse, 5, batch_no=second)
		self.platform.books.deliver(self.order(item, warehouse, 4, 4))
		self.assert_position(item, warehouse, on_hand=2, reserved=0)

	def test_more_of_a_batch_than_there_is_is_refused(self) -> None:
		item, warehouse, first, second = self.batched()
		self.receive(item, warehouse, 5, batch_no=first)
		self.receive(item, warehouse, 5, batch_no=second)
		with self.refused("negative_stock"):
			self.issue(item, warehouse, 6, batch_no=first)
		self.assert_position(item, warehouse, on_hand=10)

	def test_opening_stock_finds_each_batch(self) -> None:
		from inventory_midplatform.services.settlement import settlement

		item, warehouse, first, second = self.batched()
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		self.receive(item, warehouse, 6, batch_no=first)
		self.receive(item, warehouse, 3, batch_no=second)
		self.issue(item, warehouse, 1, batch_no=second)
		self.setUp()
		with self.platform.context() as ctx:
			settlement.reconcile(ctx, [(item, warehouse)], "taken in")
		self.assertEqual(
			self.batches_in_bins(item, warehouse), {("UNPLACED", first): 6, ("UNPLACED", second): 2}
		)

	def test_a_voucher_from_before_the_ledger_is_cancelled(self) -> None:
		item, warehouse, first, second = self.batched()
		self.receive(item, warehouse, 6, batch_no=first)
		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		before = self.receive(item, warehouse, 3, batch_no=second)
		self.setUp()
		self.receive(item, warehouse, 1, batch_no=first)
		self.assertEqual(
			self.batches_in_bins(item, warehouse), {("UNPLACED", first): 7, ("UNPLACED", second): 3}
		)
		self.platform.books.cancel(before)
		self.assertEqual(self.batches_in_bins(item, warehouse), {("UNPLACED", first): 7})

	def test_a_bin_move_names_the_batch_where_there_are_several(self) -> None:
		item, warehouse, first, second = self.batched()
		target = self.platform.make_bin(warehouse)
		self.receive(item, warehouse, 5, batch_no=first)
		move = {"item_code": item, "warehouse": warehouse, "to_bin": target, "qty": 2}
		move["from_bin"] = f"UNPLACED - {warehouse}"
		self.platform.call("stock.move", **move)
		self.receive(item, warehouse, 5, batch_no=second)
		with self.refused("batch_needed", 400):
			self.platform.call("stock.move", **move)
		self.platform.call("stock.move", **move, batch_no=second)
		codes = {code: batch for code, batch in self.batches_in_bins(item, warehouse) if batch == second}
		self.assertEqual(len(codes), 2)


class SerialBehaviour(Behaviour):
	def serialised(self, count: int = 4, **item: Any) -> tuple[str, str, list[str]]:
		"""Create an item with serial numbers and a warehouse, and receive some; return item, warehouse and serial numbers."""
		item_code, warehouse = self.stocked(0, has_serial_no=1, stock_uom="Nos", **item)
		serials = sorted(unique("SN") for _ in range(count))
		self.receive(item_code, warehouse, count, serial_nos=tuple(serials))
		return item_code, warehouse, serials

	def line_of(self, item: str, warehouse: str, serials: list[str]) -> PostingLine:
		return self.line(item, warehouse, len(serials), serial_nos=tuple(serials))

	def test_receipt_issue_and_their_cancellations(self) -> None:
		item, warehouse, serials = self.serialised()
		unplaced = f"UNPLACED - {warehouse}"
		self.assertEqual(self.serials_in_bins(item), dict.fromkeys(serials, unplaced))
		issued = self.platform.books.issue([self.line_of(item, warehouse, serials[1:3])])
		self.assertEqual(sorted(self.serials_in_bins(item)), [serials[0], serials[3]])
		self.assert_position(item, warehouse, on_hand=2)
		self.platform.books.cancel(issued)
		self.assertEqual(sorted(self.serials_in_bins(item)), serials)

	def test_a_serial_number_leaves_from_its_own_bin(self) -> None:
		item, warehouse, serials = self.serialised()
		target = self.platform.make_bin(warehouse)
		move = {
			"item_code": item,
			"warehouse": warehouse,
			"from_bin": f"UNPLACED - {warehouse}",
			"to_bin": target,
		}
		with self.refused("serials_needed", 400):
			self.platform.call("stock.move", **move, qty=2)
		self.platform.call("stock.move", **move, qty=2, serial_nos=serials[:2])
		with self.refused("serial_elsewhere"):
			self.platform.call("stock.move", **move, qty=1, serial_nos=serials[:1])
		issued = self.platform.books.issue([self.line_of(item, warehouse, [serials[0], serials[3]])])
		self.assertEqual(
			self.serials_in_bins(item), {serials[1]: target, serials[2]: f"UNPLACED - {warehouse}"}
		)
		self.platform.books.cancel(issued)
		self.assertEqual(self.serials_in_bins(item)[serials[0]], target)

	def test_a_transfer_takes_the_serial_numbers_along(self) -> None:
		item, source, serials = self.serialised()
		target = self.platform.make_warehouse()
		voucher = self.platform.books.transfer([self.line_of(item, source, serials[:3])], target)
		bins = self.serials_in_bins(item)
		self.assertEqual([bins[s] for s in serials[:3]], [f"UNPLACED - {target}"] * 3)
		self.platform.books.cancel(voucher)
		self.assertEqual(self.serials_in_bins(item), dict.fromkeys(serials, f"UNPLACED - {source}"))

	def test_a_serial_number_in_stock_does_not_come_once_more(self) -> None:
		item, warehouse, serials = self.serialised(2)
		line = self.line_of(item, warehouse, serials[:1])
		elsewhere = self.line_of(item, self.platform.make_warehouse(), serials[:1])
		for again in (line, elsewhere):
			with self.subTest(warehouse=again.warehouse), self.assertRaises(InventoryError):
				self.platform.books.receive([again])
		self.assert_position(item, warehouse, on_hand=2)
		self.platform.books.issue([line])
		self.platform.books.receive([elsewhere])
		self.assertEqual(self.serials_in_bins(item)[serials[0]], f"UNPLACED - {elsewhere.warehouse}")

	def test_a_serial_number_is_moved_as_of_its_own_batch(self) -> None:
		item, warehouse = self.stocked(0, has_serial_no=1, has_batch_no=1, stock_uom="Nos")
		target, serials = self.platform.make_bin(warehouse), [unique("SN") for _ in range(2)]
		batches = [self.platform.make_batch(item) for _ in range(2)]
		for serial, batch in zip(serials, batches, strict=True):
			self.receive(item, warehouse, 1, batch_no=batch, serial_nos=(serial,))
		where = {"item_code": item, "warehouse": warehouse, "qty": 1}
		where |= {"batch_no": batches[0], "serial_nos": serials[1:]}
		unplaced = f"UNPLACED - {warehouse}"
		with self.refused("serial_of_other_batch", batch_no=batches[1]):
			self.platform.call("stock.move", **where, from_bin=unplaced, to_bin=target)
		with self.refused("serial_of_other_batch", batch_no=batches[1]):
			self.platform.call("stock.block", **where, bin=unplaced, stock_status="Damaged")
		self.assertEqual(self.serials_in_bins(item), dict.fromkeys(serials, unplaced))

	def test_opening_stock_finds_each_serial_number(self) -> None:
		from inventory_midplatform.services.settlement import settlement

		self.platform.settings(ledger=False, reservation=False, replenishment=False)
		item, warehouse, serials = self.serialised()
		self.platform.books.issue([self.line_of(item, warehouse, serials[:1])])
		self.setUp()
		with self.platform.context() as ctx:
			settlement.reconcile(ctx, [(item, warehouse)], "taken in")
		self.assertEqual(self.serials_in_bins(item), dict.fromkeys(serials[1:], f"UNPLACED - {warehouse}"))

	def test_serial_numbers_on_hold(self) -> None:
		item, warehouse, serials = self.serialised()
		where = {"item_code": item, "warehouse": warehouse, "bin": f"UNPLACED - {warehouse}"}
		self.platform.call("stock.block", **where, qty=1, stock_status="Damaged", serial_nos=serials[:1])
		self.assert_position(item, warehouse, on_hand=4, on_hold=1, available=3)
		self.platform.books.issue([self.line_of(item, warehouse, serials[:1])])
		self.assert_position(item, warehouse, on_hand=3, on_hold=0, available=3)


class BlockBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(100)
		self.where = {
			"item_code": self.item,
			"warehouse": self.warehouse,
			"bin": f"UNPLACED - {self.warehouse}",
		}

	def test_what_is_on_hold_cannot_be_reserved_and_comes_back(self) -> None:
		self.platform.call(
			"stock.block", **self.where, qty=30, stock_status="Quality", reason="to be looked at"
		)
		self.assert_position(self.item, self.warehouse, on_hand=100, on_hold=30, available=70)
		with self.refused("insufficient_stock", available="70"):
			self.reserve(self.item, self.warehouse, 71)
		self.platform.call("stock.unblock", **self.where, qty=10, stock_status="Quality")
		self.assert_position(self.item, self.warehouse, on_hold=20, available=80)
		with self.refused("insufficient_in_bin"):
			self.platform.call("stock.unblock", **self.where, qty=21, stock_status="Quality")
		with self.refused("insufficient_in_bin"):
			self.platform.call("stock.unblock", **self.where, qty=1, stock_status="Damaged")

	def test_what_is_reserved_cannot_go_on_hold(self) -> None:
		self.reserve(self.item, self.warehouse, 80)
		with self.refused("takes_reserved_stock", available="20"):
			self.platform.call("stock.block", **self.where, qty=21, stock_status="Blocked")
		self.platform.call("stock.block", **self.where, qty=20, stock_status="Blocked")
		self.assert_position(self.item, self.warehouse, on_hold=20, available=0)

	def test_unblocked_stock_goes_to_waiting_reservations(self) -> None:
		self.platform.call("stock.block", **self.where, qty=60, stock_status="Quality")
		waiting = self.reserve(self.item, self.warehouse, 50, shortage_policy="Partial")
		self.assert_reservation(waiting, reserved_qty=40, waiting_qty=10)
		self.platform.call("stock.unblock", **self.where, qty=15, stock_status="Quality")
		self.assert_position(self.item, self.warehouse, on_hold=45, reserved=50, available=5)

	def test_books_take_what_is_available_before_what_is_on_hold(self) -> None:
		self.platform.call("stock.block", **self.where, qty=30, stock_status="Damaged")
		self.issue(self.item, self.warehouse, 60)
		self.assert_position(self.item, self.warehouse, on_hand=40, on_hold=30)
		voucher = self.issue(self.item, self.warehouse, 25)
		self.assert_position(self.item, self.warehouse, on_hand=15, on_hold=15)
		self.platform.books.cancel(voucher)
		self.assert_position(self.item, self.warehouse, on_hand=40, on_hold=30)

	def test_a_transfer_does_not_unblock(self) -> None:
		there = self.platform.make_warehouse()
		self.platform.call("stock.block", **self.where, qty=30, stock_status="Damaged")
		self.platform.call("stock.block", **self.where, qty=5, stock_status="Blocked")
		self.platform.books.transfer([self.line(self.item, self.warehouse, 90)], there)
		self.assert_position(self.item, self.warehouse, on_hand=10, on_hold=10)
		self.assert_position(self.item, there, on_hand=90, on_hold=25, available=65)
		back = self.platform.books.transfer([self.line(self.item, there, 90)], self.warehouse)
		self.assert_position(self.item, self.warehouse, on_hand=100, on_hold=35, available=65)
		self.platform.books.cancel(back)
		self.assert_position(self.item, there, on_hand=90, on_hold=25, available=65)

	def test_a_serial_number_on_hold_stays_so_in_another_warehouse(self) -> None:
		item, here = self.platform.make_item(has_serial_no=1), self.platform.make_warehouse()
		serials = tuple(sorted(unique("SN") for _ in range(2)))
		self.receive(item, here, 2, serial_nos=serials)
		unplaced, there = f"UNPLACED - {here}", self.platform.make_warehouse()
		about = {"item_code": item, "warehouse": here, "bin": unplaced}
		self.platform.call("stock.block", **about, qty=1, stock_status="Blocked", serial_nos=serials[:1])
		self.platform.books.transfer([self.line(item, here, 2, serial_nos=serials)], there)
		self.assert_position(item, there, on_hand=2, on_hold=1, available=1)
		rows = self.platform.rows(
			"SELECT serial_no, stock_status FROM `tabSerial Location` WHERE item_code = %(item)s ORDER BY serial_no",
			item=item,
		)
		self.assertEqual([r["stock_status"] for r in rows], ["Blocked", "Available"])

	def test_stock_on_hold_is_moved_as_it_is(self) -> None:
		target = self.platform.make_bin(self.warehouse)
		self.platform.call("stock.block", **self.where, qty=30, stock_status="Damaged")
		self.platform.call(
			"stock.move",
			item_code=self.item,
			warehouse=self.warehouse,
			from_bin=self.where["bin"],
			to_bin=target,
			qty=30,
			stock_status="Damaged",
		)
		self.assert_position(self.item, self.warehouse, on_hand=100, on_hold=30, available=70)

	def test_the_log_says_who_blocked_what_and_why(self) -> None:
		self.platform.call("stock.block", **self.where, qty=3, stock_status="Quality", reason="wet")
		rows = self.platform.rows(
			"SELECT operation, from_value, to_value, qty, reason FROM `tabStock Operation Log`"
			" WHERE item_code = %(item)s",
			item=self.item,
		)
		self.assertEqual(
			[(r["operation"], r["from_value"], r["to_value"], float(r["qty"]), r["reason"]) for r in rows],
			[("Block", "Available", "Quality", 3.0, "wet")],
		)

	def test_a_bigger_unit_is_converted(self) -> None:
		item, warehouse = self.stocked(100, uoms=[{"uom": "Box", "conversion_factor": 12}])
		reservation = self.reserve(item, warehouse, 2, uom="Box")
		self.assertEqual(reservation["qty"], 24)
		where = {"item_code": item, "warehouse": warehouse, "bin": f"UNPLACED - {warehouse}"}
		self.platform.call("stock.block", **where, qty="0.5", uom="Box", stock_status="Quality")
		self.assert_position(item, warehouse, on_hold=6, reserved=24)
		with self.refused("unknown_uom", 400):
			self.reserve(item, warehouse, 2, uom="Litre")

	def test_only_permitted_users_block_and_unblock(self) -> None:
		operator = self.platform.make_user(["Warehouse Operator"])
		inspector = self.platform.make_user(["Quality Inspector"])
		self.platform.call("stock.block", user=operator, **self.where, qty=2, stock_status="Quality")
		with self.refused("not_permitted", 403):
			self.platform.call("stock.unblock", user=operator, **self.where, qty=2, stock_status="Quality")
		self.platform.call("stock.unblock", user=inspector, **self.where, qty=D(2), stock_status="Quality")
