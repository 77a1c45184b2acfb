"""An approved write-off leaves by an Outbound Order: of available stock, or of stock on hold that it names."""

from collections.abc import Mapping
from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row, Voucher
from inventory_midplatform.tests.approval_records import approved_request
from inventory_midplatform.tests.behaviour.outbound_case import WAY, OutboundCase

BEFORE_SHIPPING = ("accept", "pick", "finish_picking", "check")


class WriteOffBehaviour(OutboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(refuse_stock_on_hold=True)
		self.item, self.warehouse = self.platform.make_item(), self.platform.make_warehouse()
		self.bin = self.platform.make_bin(self.warehouse, bin_code="A1")
		self.receive(self.item, self.warehouse, 10, self.bin)
		self.buyer, self.supervisor = self.platform.make_user([BUYER]), self.platform.make_user([SUPERVISOR])

	def damaged(self, qty: int) -> None:
		where = {"item_code": self.item, "warehouse": self.warehouse, "bin": self.bin}
		self.platform.call("stock.block", **where, qty=qty, stock_status="Damaged")

	def requested(self, qty: int, **more: Any) -> Row:
		about = {"request_type": "Write-off", "warehouse": self.warehouse, **more}
		lines = [{"item_code": self.item, "qty": qty, "rate": 1}]
		name = self.platform.call("request.create", user=self.buyer, items=lines, **about)["name"]
		return approved_request(self.platform, name, self.buyer, self.supervisor)

	def contents(self) -> Mapping[tuple[str, str], Any]:
		"""Return (bin code, status) → quantity."""
		answer = self.platform.call("stock.explain", item_code=self.item, warehouse=self.warehouse)
		return {(row["bin_code"], row["stock_status"]): row["qty"] for row in answer["bins"]}

	def ready_to_ship(self, qty: int) -> Row:
		data = self.task(self.requested(qty, stock_status="Damaged")["name"])
		for step in BEFORE_SHIPPING:
			data = self.after_step(step, data)
		self.assertEqual(data["state"], "To Ship")
		return data

	def test_available_stock_is_reserved_picked_and_leaves_by_a_material_issue(self) -> None:
		data = self.task(self.requested(2)["name"])
		self.assert_position(self.item, self.warehouse, reserved=2)
		for step in (*WAY, "ship"):
			data = self.after_step(step, data)
		self.assert_position(self.item, self.warehouse, on_hand=8, reserved=0)
		entry = self.platform.rows(
			"SELECT docstatus, purpose FROM `tabStock Entry` WHERE name = %(name)s",
			name=data["delivery_document"],
		)[0]
		self.assertEqual((entry["docstatus"], entry["purpose"]), (1, "Material Issue"))

	def test_damaged_stock_that_is_named_leaves_and_nothing_else(self) -> None:
		self.damaged(3)
		data = self.task(self.requested(2, stock_status="Damaged")["name"])
		self.assertEqual(data["stock_status"], "Damaged")
		self.assert_position(self.item, self.warehouse, on_hold=3, reserved=0, available=7)
		data = self.step("accept", data["name"])["data"]
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 2)])
		data = self.pick_all(data)
		self.assertEqual(
			self.contents(), {("A1", "Available"): 7, ("A1", "Damaged"): 1, ("STAGING", "Damaged"): 2}
		)
		self.assert_position(self.item, self.warehouse, on_hold=3, available=7)
		self.step("finish_picking", data["name"])
		self.check_all(data["name"], data)
		self.step("ship", data["name"], user=self.supervisor)
		self.assertEqual(self.contents(), {("A1", "Available"): 7, ("A1", "Damaged"): 1})
		self.assert_position(self.item, self.warehouse, on_hand=8, on_hold=1, available=7)

	def test_only_who_may_unblock_ships_what_is_on_hold(self) -> None:
		self.damaged(3)
		data = self.ready_to_ship(2)
		operator = self.platform.make_user([OPERATOR])
		with self.refused("takes_stock_on_hold"):
			self.step("ship", data["name"], user=operator)
		self.assert_position(self.item, self.warehouse, on_hand=10, on_hold=3)
		self.assertEqual(self.step("ship", data["name"], user=self.supervisor)["state"], "Shipped")

	def test_what_is_put_back_or_comes_back_is_damaged_still(self) -> None:
		self.damaged(3)
		data = self.ready_to_ship(2)
		line = data["lines"][0]["line"]
		self.step("unpick", data["name"], line=line, qty=1)
		self.assertEqual(
			self.contents(), {("A1", "Available"): 7, ("A1", "Damaged"): 2, ("STAGING", "Damaged"): 1}
		)
		self.step("finish_picking", data["name"])
		self.step("check", data["name"], counted=[{"line": line, "qty": 1}])
		data = self.step("ship", data["name"])["data"]
		self.assert_position(self.item, self.warehouse, on_hand=9, on_hold=2, available=7)
		self.platform.books.cancel(Voucher("Stock Entry", data["delivery_document"]))
		self.assert_position(self.item, self.warehouse, on_hand=10, on_hold=3, available=7)
		self.assertEqual(self.contents()[("STAGING", "Damaged")], 1)

	def test_a_cancelled_write_off_leaves_damaged_stock_damaged(self) -> None:
		self.damaged(3)
		request = self.requested(2, stock_status="Damaged")
		data = self.pick_all(self.accepted(request["name"]))
		self.platform.call("request.cancel", name=request["name"])
		done = self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=2)
		self.assertEqual(done["state"], "Cancelled")
		self.assertEqual(self.contents(), {("A1", "Available"): 7, ("A1", "Damaged"): 3})

	def test_what_was_unblocked_in_staging_is_not_put_back(self) -> None:
		self.damaged(3)
		data = self.ready_to_ship(2)
		staged = {"item_code": self.item, "warehouse": self.warehouse, "bin": data["staging_bin"]}
		self.platform.call("stock.unblock", **staged, qty=2, stock_status="Damaged")
		with self.refused("insufficient_in_bin", free="0"):
			self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=2)
		self.platform.call("stock.block", **staged, qty=2, stock_status="Damaged")
		self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=2)

	def test_more_than_is_damaged_cannot_be_picked(self) -> None:
		with self.refused("nothing_reserved"):
			self.step("accept", self.task(self.requested(2, stock_status="Damaged")["name"])["name"])
		self.damaged(1)
		data = self.accepted(self.requested(2, stock_status="Damaged")["name"])
		self.assertEqual([p["qty"] for p in data["picks"]], [1])
		taken = {"line": data["picks"][0]["line"], "bin": self.bin, "qty": 2}
		with self.refused("insufficient_in_bin"):
			self.step("pick", data["name"], **taken)
		self.assertEqual(self.contents(), {("A1", "Available"): 9, ("A1", "Damaged"): 1})

	def test_only_a_write_off_names_stock_on_hold(self) -> None:
		for request_type in ("Purchase", "Issue", "Sample"):
			with self.refused("invalid_input", 400):
				self.requested(1, request_type=request_type, stock_status="Damaged")

	def test_without_outbound_orders_its_stock_entry_takes_the_status_it_names(self) -> None:
		self.platform.settings(outbound=False)
		self.damaged(3)
		request = self.requested(2, stock_status="Damaged")
		self.assertEqual(request["created_doctype"], "Stock Entry")
		self.platform.books.submit(Voucher("Stock Entry", request["created_document"]))
		self.assertEqual(self.contents(), {("A1", "Available"): 7, ("A1", "Damaged"): 1})
