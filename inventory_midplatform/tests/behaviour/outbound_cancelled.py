"""An Outbound Order that a person cancelled stays cancelled until its document demands more, or it is opened again."""

from inventory_midplatform.domain.roles import OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row
from inventory_midplatform.services.outbound.sync import sync
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase


class OutboundCancelledBehaviour(OutboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(20)
		self.order_name = self.order(self.item, self.warehouse, 10)
		self.name = self.task(self.order_name)["name"]

	def tasks(self) -> list[Row]:
		found: list[Row] = self.platform.call("outbound.list_tasks", search=self.order_name)["tasks"]
		return found

	def synced(self) -> list[Row]:
		"""Sync as every night, and return the document's open orders."""
		with self.platform.context() as ctx:
			sync(ctx, "Sales Order", self.order_name)
		return self.tasks()

	def demand(self, qty: int) -> None:
		self.platform.books.update_order(self.order_name, {self.row_names(self.order_name)[0]: D(qty)})

	def test_the_nightly_sync_makes_no_new_one(self) -> None:
		self.step("cancel", self.name, reason="Wrong customer")
		self.assertEqual(self.synced(), [])
		self.assert_position(self.item, self.warehouse, reserved=10)

	def test_nor_after_what_was_picked_is_put_back(self) -> None:
		data = self.pick_all(self.accepted(self.order_name))
		self.step("cancel", self.name)
		self.assertEqual([t["name"] for t in self.synced()], [self.name])
		self.step("unpick", self.name, line=data["lines"][0]["line"], qty=10)
		self.assertEqual(self.synced(), [])

	def test_what_is_demanded_beyond_it_gets_an_order(self) -> None:
		self.step("cancel", self.name)
		self.demand(8)
		self.assertEqual(self.synced(), [])
		self.demand(11)
		self.assertEqual([(t["qty"], t["name"] == self.name) for t in self.synced()], [(3, False)])

	def test_a_delivery_by_hand_makes_it_no_smaller_demand(self) -> None:
		self.step("cancel", self.name)
		self.platform.books.deliver(self.order_name, {self.row_names(self.order_name)[0]: D(4)})
		self.assertEqual(self.synced(), [])
		self.demand(15)
		self.assertEqual([t["qty"] for t in self.synced()], [5])

	def test_who_is_in_charge_opens_it_again(self) -> None:
		self.step("cancel", self.name)
		operator, supervisor = self.platform.make_user([OPERATOR]), self.platform.make_user([SUPERVISOR])
		with self.refused("not_permitted", 403):
			self.step("reopen", self.name, user=operator)
		self.demand(12)
		self.assertEqual([t["qty"] for t in self.tasks()], [2])
		again = self.step("reopen", self.name, user=supervisor)["data"]
		self.assertEqual((again["state"], again["assignee"], again["lines"][0]["qty"]), ("To Accept", "", 12))
		self.assertEqual({t["name"]: t["qty"] for t in self.synced()}, {self.name: 12})  # with the extra
		data = self.pick_all(self.step("accept", self.name)["data"])
		self.step("finish_picking", self.name)
		self.check_all(self.name, data)
		self.assertEqual(self.step("ship", self.name)["state"], "Shipped")

	def test_one_that_was_picked_and_put_back_is_opened_again_too(self) -> None:
		data = self.pick_all(self.accepted(self.order_name))
		self.step("cancel", self.name)
		self.step("unpick", self.name, line=data["lines"][0]["line"], qty=10)
		again = self.step("reopen", self.name)["data"]
		self.assertEqual((again["state"], again["lines"][0]["picked_qty"]), ("To Accept", 0))
		data = self.pick_all(self.accepted(self.order_name))
		self.assertEqual(data["lines"][0]["picked_qty"], 10)

	def test_where_nothing_is_demanded_it_stays_cancelled(self) -> None:
		self.platform.books.close_order(self.order_name)
		with self.refused("nothing_demanded"):
			self.step("reopen", self.name)
		self.assertEqual(self.platform.call("outbound.get", name=self.name)["state"], "Cancelled")

	def test_one_that_its_document_cancelled_is_not_in_the_way(self) -> None:
		self.platform.books.close_order(self.order_name)
		self.platform.books.reopen_order(self.order_name)
		self.assertEqual([t["qty"] for t in self.synced()], [10])
