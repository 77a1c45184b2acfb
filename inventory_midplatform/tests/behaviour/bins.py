"""Bins and zones, and moves between bins."""

from typing import Any

from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique


class BinBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)
		self.unplaced = f"UNPLACED - {self.warehouse}"
		self.shelf = self.platform.make_bin(self.warehouse, bin_code="A-01", sequence=0)

	def move(self, from_bin: str, to_bin: str, qty: object, **more: Any) -> Any:
		return self.platform.call(
			"stock.move",
			**{
				"item_code": self.item,
				"warehouse": self.warehouse,
				"from_bin": from_bin,
				"to_bin": to_bin,
				"qty": qty,
				**more,
			},
		)

	def assert_bins(self, **bins: object) -> None:
		self.assertEqual(
			self.in_bins(self.item, self.warehouse), {k.replace("_", "-"): v for k, v in bins.items()}
		)

	def test_received_stock_is_unplaced_until_it_is_put_away(self) -> None:
		self.assert_bins(UNPLACED=10)
		self.move(self.unplaced, self.shelf, 4, reason="put away")
		self.assert_bins(UNPLACED=6, A_01=4)
		self.assert_position(self.item, self.warehouse, on_hand=10, available=10)

	def test_a_move_is_logged_and_does_not_change_the_books(self) -> None:
		self.move(self.unplaced, self.shelf, 4, reason="put away")
		logged = self.platform.rows(
			"SELECT from_value, to_value, qty, reason FROM `tabStock Operation Log`"
			" WHERE item_code = %(item)s AND operation = 'Move'",
			item=self.item,
		)
		self.assertEqual(
			[(r["from_value"], r["to_value"], float(r["qty"]), r["reason"]) for r in logged],
			[(self.unplaced, self.shelf, 4.0, "put away")],
		)
		self.assertEqual(self.platform.booked(self.item, self.warehouse), 10)

	def test_more_than_a_bin_has_cannot_be_moved(self) -> None:
		self.move(self.unplaced, self.shelf, 4)
		with self.refused("insufficient_in_bin", free="4"):
			self.move(self.shelf, self.unplaced, 5)
		self.assert_bins(UNPLACED=6, A_01=4)

	def test_a_bin_beyond_its_capacity_or_mixed_warns_and_is_not_refused(self) -> None:
		small = self.platform.make_bin(self.warehouse, capacity_qty=5)
		self.assertEqual(self.move(self.unplaced, small, 5)["warnings"], [])
		self.platform.create("Storage Policy", {"warehouse": self.warehouse, "allow_mixed_items": 0})
		other = self.platform.make_item()
		self.receive(other, self.warehouse, 3)
		warnings = self.move(self.unplaced, small, 2, item_code=other)["warnings"]
		self.assertEqual(
			[w["sentence"] for w in warnings],
			[
				"The bin holds 5 at most; 7 is there now.",
				"Other items are in the bin, and the Storage Policy does not mix them.",
			],
		)
		self.assertEqual(self.move(small, self.unplaced, 5)["warnings"], [])
		self.assertEqual(self.in_bins(other, self.warehouse), {"UNPLACED": 1, small.split(" - ")[0]: 2})

	def test_a_bin_of_another_warehouse_is_refused(self) -> None:
		other = self.platform.make_bin(self.platform.make_warehouse())
		with self.refused("wrong_warehouse", 400):
			self.move(self.unplaced, other, 1)
		with self.refused("wrong_warehouse", 400):
			self.move(other, self.unplaced, 1)

	def test_unknown_disabled_and_same_bin_are_refused(self) -> None:
		closed = self.platform.make_bin(self.warehouse, disabled=1)
		with self.refused("unknown_bin", 404):
			self.move(self.unplaced, unique(), 1)
		with self.refused("disabled_bin", 400):
			self.move(self.unplaced, closed, 1)
		with self.refused("same_bin", 400):
			self.move(self.shelf, self.shelf, 1)
		self.assert_bins(UNPLACED=10)

	def test_incoming_stock_goes_to_the_named_bin(self) -> None:
		voucher = self.receive(self.item, self.warehouse, 5, bin=self.shelf)
		self.assert_bins(UNPLACED=10, A_01=5)
		self.platform.books.cancel(voucher)
		self.assert_bins(UNPLACED=10)

	def test_outgoing_stock_leaves_the_unplaced_bin_first_then_by_walking_order(self) -> None:
		"""The shelf is first in walking order, yet the Unplaced bin is emptied before it."""
		far = self.platform.make_bin(self.warehouse, bin_code="A-02", sequence=2)
		self.move(self.unplaced, far, 3)
		self.move(self.unplaced, self.shelf, 3)
		self.issue(self.item, self.warehouse, 5)
		self.assert_bins(A_01=2, A_02=3)
		self.issue(self.item, self.warehouse, 3)
		self.assert_bins(A_02=2)

	def test_outgoing_stock_leaves_the_named_bin(self) -> None:
		self.move(self.unplaced, self.shelf, 4)
		voucher = self.issue(self.item, self.warehouse, 3, bin=self.shelf)
		self.assert_bins(UNPLACED=6, A_01=1)
		self.platform.books.cancel(voucher)
		self.assert_bins(UNPLACED=6, A_01=4)

	def test_a_cancelled_receipt_leaves_from_where_its_stock_is_now(self) -> None:
		voucher = self.receive(self.item, self.warehouse, 5)
		self.move(self.unplaced, self.shelf, 12)
		self.platform.books.cancel(voucher)
		self.assertEqual(sum(self.in_bins(self.item, self.warehouse).values()), 10)
		self.assert_position(self.item, self.warehouse, on_hand=10)

	def test_a_move_and_its_reversal_may_be_repeated(self) -> None:
		for _ in range(3):
			self.move(self.unplaced, self.shelf, 10)
			self.move(self.shelf, self.unplaced, 10)
		self.assert_bins(UNPLACED=10)

	def test_a_bins_zone_is_in_the_bins_warehouse(self) -> None:
		zone = self.platform.make_zone(self.warehouse)
		placed = self.platform.make_bin(self.warehouse, zone=zone)
		self.assertTrue(placed.endswith(f" - {self.warehouse}"))
		foreign = self.platform.make_zone(self.platform.make_warehouse())
		with self.refused("wrong_warehouse", 400):
			self.platform.make_bin(self.warehouse, zone=foreign)

	def test_a_warehouse_has_one_unplaced_bin_and_it_is_not_disabled(self) -> None:
		with self.refused("duplicate_unplaced_bin"):
			self.platform.make_bin(self.warehouse, is_unplaced=1)
		with self.refused("unplaced_needed"):
			self.platform.update("Warehouse Bin", self.unplaced, {"disabled": 1})

	def test_texts_of_zones_and_bins_are_plain(self) -> None:
		for field, text in (("zone_name", "<i>cold</i>"), ("description", "<script>")):
			with self.refused("markup", 400, argument=field):
				self.platform.make_zone(self.warehouse, **{field: text})
		with self.refused("markup", 400, argument="barcode"):
			self.platform.make_bin(self.warehouse, barcode="<img src=x>")
		zone = self.platform.make_zone(self.warehouse, zone_name="cold: < 4 °C & dry")
		with self.refused("markup", 400, argument="zone_name"):
			self.platform.update("Warehouse Zone", zone, {"zone_name": "<i>cold</i>"})

	def test_a_code_leaves_room_for_its_warehouse_in_the_name(self) -> None:
		room = 140 - len(f" - {self.warehouse}")
		for make, field in ((self.platform.make_zone, "zone_code"), (self.platform.make_bin, "bin_code")):
			with self.refused("too_long", 400, argument=field, limit=room):
				make(self.warehouse, **{field: "Z" * (room + 1)})
			make(self.warehouse, **{field: "Z" * room})

	def test_the_unplaced_bins_code_belongs_to_it(self) -> None:
		for code in ("UNPLACED", "unplaced", " Unplaced "):
			with self.refused("reserved_code"):
				self.platform.make_bin(self.platform.make_warehouse(), bin_code=code)

	def test_whether_a_bin_is_the_unplaced_bin_cannot_be_changed(self) -> None:
		for bin, value in ((self.unplaced, 0), (self.shelf, 1)):
			with self.refused("unplaced_stays"):
				self.platform.update("Warehouse Bin", bin, {"is_unplaced": value})
		self.platform.update("Warehouse Bin", self.unplaced, {"sequence": 3, "is_unplaced": 1})
		self.receive(self.item, self.warehouse, 1)
		self.assert_bins(UNPLACED=11)

	def test_a_bin_with_stock_cannot_be_disabled(self) -> None:
		self.move(self.unplaced, self.shelf, 1)
		with self.refused("bin_not_empty"):
			self.platform.update("Warehouse Bin", self.shelf, {"disabled": 1})
		self.move(self.shelf, self.unplaced, 1)
		self.platform.update("Warehouse Bin", self.shelf, {"disabled": 1})
		with self.refused("disabled_bin", 400):
			self.move(self.unplaced, self.shelf, 1)
