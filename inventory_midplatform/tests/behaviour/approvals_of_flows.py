"""Orders of flows that need an approval: work on them does not begin before, and goes on after."""

from typing import Any

from inventory_midplatform.domain.roles import BUYER, DIRECTOR, OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase

INBOUND, OUTBOUND = "Inbound Order", "Outbound Order"


class FlowCase(InboundCase):
	"""A supervisor of the warehouse requests, the director approves."""

	doctype: str

	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(20)
		self.supervisor = self.platform.make_user([SUPERVISOR], [self.warehouse])
		self.storekeeper = self.platform.make_user([OPERATOR], [self.warehouse])
		self.director = self.platform.make_user([DIRECTOR])

	def policy(self, doctype: str, *conditions: Row, **values: Any) -> str:
		of_this_test = {"step": 0, "field": "warehouse", "comparison": "=", "value": self.warehouse}
		row = {"step": 1, "approver": "User", "user": self.director}
		name = self.platform.create(
			"Approval Policy", drawn([row], [of_this_test, *conditions], document_type=doctype, **values)
		)
		self.addCleanup(self.platform.update, "Approval Policy", name, {"enabled": 0})
		return name

	def request(self, doctype: str, name: str, user: str = "") -> Row:
		found: Row = self.platform.call(
			"approval.request", doctype=doctype, name=name, user=user or self.supervisor
		)
		return found

	def approve(self, doctype: str, name: str) -> Row:
		request = self.request(doctype, name)
		found: Row = self.platform.call("approval.approve", name=request["name"], user=self.director)
		return found


class ApprovalOfInboundBehaviour(FlowCase):
	def expected(self, qty: int = 5) -> tuple[str, str]:
		order = self.purchase(self.warehouse, (self.item, qty))
		return order, str(self.task(order)["name"])

	def test_goods_do_not_arrive_before_their_order_is_approved(self) -> None:
		self.policy(INBOUND)
		_, name = self.expected()
		with self.refused("approval_needed", name=name):
			self.step("arrive", name, self.storekeeper)
		request = self.request(INBOUND, name)
		with self.refused("approval_waits", users=self.director):
			self.step("arrive", name, self.storekeeper)
		self.platform.call("approval.approve", name=request["name"], user=self.director)
		self.step("arrive", name, self.storekeeper)
		with self.refused("has_begun", name=name):
			self.request(INBOUND, name)

	def test_a_slot_is_booked_and_an_order_cancelled_before(self) -> None:
		self.policy(INBOUND)
		_, name = self.expected()
		self.platform.call("inbound.book_slot", name=name, truck="AB 12", user=self.storekeeper)
		self.step("cancel", name, self.supervisor, reason="Not needed")

	def test_an_order_whose_quantities_changed_needs_an_approval_again(self) -> None:
		self.policy(INBOUND)
		order, name = self.expected()
		self.approve(INBOUND, name)
		(row,) = self.platform.books.purchase_rows(order)
		self.platform.books.update_purchase(order, {row["name"]: 500})
		with self.refused("changed_since_approval"):
			self.step("arrive", name, self.storekeeper)
		self.approve(INBOUND, name)
		self.step("arrive", name, self.storekeeper)

	def test_work_on_an_approved_order_is_no_change_of_it(self) -> None:
		self.policy(INBOUND)
		_, name = self.expected()
		self.approve(INBOUND, name)
		self.platform.update(INBOUND, name, {"assignee": self.storekeeper})
		data = self.step("arrive", name, self.storekeeper)["data"]
		line = data["lines"][0]["line"]
		self.step("receive", name, self.storekeeper, line=line, qty=5)
		self.step("finish_receiving", name, self.storekeeper)

	def test_only_orders_that_a_policy_is_for_need_one(self) -> None:
		self.policy(INBOUND, {"step": 0, "field": "lines.expected_qty", "comparison": ">", "value": "10"})
		_, small = self.expected(10)
		_, large = self.expected(11)
		self.step("arrive", small, self.storekeeper)
		with self.refused("approval_needed"):
			self.step("arrive", large, self.storekeeper)
		self.platform.settings(approval=False)
		self.step("arrive", large, self.storekeeper)

	def test_a_buyer_who_may_not_change_an_order_requests_where_the_policy_says_so(self) -> None:
		policy = self.policy(INBOUND)
		_, name = self.expected()
		buyer = self.platform.make_user([BUYER])
		self.platform.update("Approval Policy", policy, {"starter_role": BUYER})
		self.platform.call("approval.switch_on", name=policy)
		with self.refused("not_a_starter", 403):
			self.request(INBOUND, name)
		request = self.request(INBOUND, name, buyer)
		self.platform.call("approval.approve", name=request["name"], user=self.director)
		self.step("arrive", name, self.storekeeper)

	def test_of_a_truck_nothing_arrives_while_one_order_waits(self) -> None:
		self.policy(INBOUND, {"step": 0, "field": "lines.expected_qty", "comparison": ">", "value": "10"})
		names = [self.expected(qty)[1] for qty in (5, 50)]
		for name in names:
			self.platform.call("inbound.book_slot", name=name, truck="AB 12")
		about = {"warehouse": self.warehouse, "truck": "AB 12", "user": self.storekeeper}
		with self.refused("approval_needed", name=names[1]):
			self.platform.call("inbound.arrive_truck", **about)
		self.assertEqual([self.get(name)["state"] for name in names], ["Expected", "Expected"])
		self.approve(INBOUND, names[1])
		self.platform.call("inbound.arrive_truck", **about)
		self.assertEqual([self.get(name)["state"] for name in names], ["To Receive", "To Receive"])


class ApprovalOfOutboundBehaviour(FlowCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(outbound=True, outbound_check="Off")

	def to_accept(self, qty: int = 2) -> str:
		found = self.platform.call("outbound.list_tasks", search=self.order(self.item, self.warehouse, qty))[
			"tasks"
		]
		return str(found[0]["name"])

	def state(self, name: str) -> str:
		return str(self.platform.call("outbound.get", name=name)["state"])

	def test_an_order_is_not_accepted_before_it_is_approved(self) -> None:
		self.policy(OUTBOUND)
		name = self.to_accept()
		with self.refused("approval_needed", name=name):
			self.platform.call("outbound.accept", name=name, user=self.storekeeper)
		self.approve(OUTBOUND, name)
		self.platform.update(OUTBOUND, name, {"priority": 5})
		self.platform.call("outbound.accept", name=name, user=self.storekeeper)
		data = OutboundCase.pick_all(_Outbound(self), self.platform.call("outbound.get", name=name))
		self.assertEqual([line["picked_qty"] for line in data["lines"]], [2])

	def test_a_wave_is_made_of_what_is_approved(self) -> None:
		self.policy(OUTBOUND)
		waits, approved = self.to_accept(), self.to_accept()
		self.approve(OUTBOUND, approved)
		about = {"warehouse": self.warehouse, "user": self.storekeeper}
		with self.refused("approval_needed", name=waits):
			self.platform.call("wave.create", names=[waits, approved], **about)
		made = self.platform.call("wave.create", **about)["data"]
		self.assertEqual([order["name"] for order in made["orders"]], [approved])
		self.platform.call("wave.release", name=made["name"], user=self.storekeeper)
		self.assertEqual([self.state(name) for name in (waits, approved)], ["To Accept", "To Pick"])

	def test_an_order_that_needs_an_approval_by_now_leaves_its_wave(self) -> None:
		orders = [self.to_accept(), self.to_accept()]
		made = self.platform.call("wave.create", warehouse=self.warehouse, names=orders)["data"]
		self.policy(OUTBOUND)
		self.approve(OUTBOUND, orders[0])
		self.platform.call("wave.release", name=made["name"], user=self.storekeeper)
		self.assertEqual([self.state(name) for name in orders], ["To Pick", "To Accept"])


class _Outbound:
	"""Takes steps of outbound for a test of another case."""

	def __init__(self, test: FlowCase):
		self.test = test

	def step(self, step: str, name: str, **arguments: Any) -> Row:
		found: Row = self.test.platform.call(f"outbound.{step}", name=name, **arguments)
		return found
