"""An approved Inventory Request for an issue or a sample is reserved, picked and shipped by an Outbound Order."""

from typing import Any

from inventory_midplatform.domain.roles import BUYER, SUPERVISOR
from inventory_midplatform.ports import Row, Voucher
from inventory_midplatform.tests.approval_records import approved_request
from inventory_midplatform.tests.behaviour.outbound_case import WAY, OutboundCase


class OutboundRequestBehaviour(OutboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)
		self.buyer, self.supervisor = self.platform.make_user([BUYER]), self.platform.make_user([SUPERVISOR])

	def approved(self, *quantities: int, request_type: str = "Issue") -> Row:
		lines = [{"item_code": self.item, "qty": qty, "rate": 1} for qty in quantities]
		about: dict[str, Any] = {
			"request_type": request_type,
			"warehouse": self.warehouse,
			"items": lines,
		}
		name = self.platform.call("request.create", user=self.buyer, **about)["name"]
		return approved_request(self.platform, name, self.buyer, self.supervisor)

	def test_an_issue_and_a_sample_are_picked_and_leave_by_a_stock_entry(self) -> None:
		for request_type in ("Issue", "Sample"):
			with self.subTest(request_type=request_type):
				request = self.approved(2, request_type=request_type)
				self.assertEqual(request["created_doctype"], "Outbound Order")
				data = self.task(request["name"])
				self.assertEqual(data["name"], request["created_document"])
				self.assertEqual(
					(data["source_type"], data["state"], [line["qty"] for line in data["lines"]]),
					("Inventory Request", "To Accept", [2]),
				)
				self.assert_position(self.item, self.warehouse, reserved=2)
				before = self.position(self.item, self.warehouse)["on_hand"]
				for step in (*WAY, "ship"):
					data = self.after_step(step, data)
				self.assertEqual((data["state"], data["delivery_doctype"]), ("Shipped", "Stock Entry"))
				self.assert_position(self.item, self.warehouse, on_hand=before - 2, reserved=0)
				self.assertNotIn("STAGING", self.in_bins(self.item, self.warehouse))
				entry = self.platform.rows(
					"SELECT docstatus, purpose, inventory_request FROM `tabStock Entry` WHERE name = %(name)s",
					name=data["delivery_document"],
				)[0]
				self.assertEqual(
					(entry["docstatus"], entry["purpose"], entry["inventory_request"]),
					(1, "Material Issue", request["name"]),
				)
				self.assertEqual(
					self.platform.call("outbound.list_tasks", search=request["name"])["tasks"], []
				)

	def test_two_rows_of_one_item_are_one_line(self) -> None:
		data = self.task(self.approved(2, 3)["name"])
		self.assertEqual([line["qty"] for line in data["lines"]], [5])

	def test_what_was_short_is_a_further_order_and_a_cancelled_entry_brings_it_back(self) -> None:
		request = self.approved(6)
		data = self.after_step("accept", self.task(request["name"]))
		p = data["picks"][0]
		self.step("pick", data["name"], line=p["line"], bin=p["bin"], qty=4)
		self.step("finish_picking", data["name"])
		self.step("check", data["name"], counted=[{"line": p["line"], "qty": 4}])
		data = self.step("ship", data["name"])["data"]
		rest = self.task(request["name"])
		self.assertEqual([line["qty"] for line in rest["lines"]], [2])
		self.assert_position(self.item, self.warehouse, on_hand=6, reserved=2)
		self.platform.books.cancel(Voucher("Stock Entry", data["delivery_document"]))
		self.assert_position(self.item, self.warehouse, on_hand=10, reserved=6)
		self.assertEqual(self.platform.call("outbound.get", name=data["name"])["state"], "To Pick")

	def test_a_cancelled_request_has_its_goods_put_back(self) -> None:
		request = self.approved(2)
		data = self.pick_all(self.accepted(request["name"]))
		self.platform.call("request.cancel", name=request["name"])
		self.assertEqual(self.platform.call("outbound.get", name=data["name"])["state"], "To Put Back")
		self.assert_position(self.item, self.warehouse, reserved=0)
		done = self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=2)
		self.assertEqual(done["state"], "Cancelled")
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 10})
