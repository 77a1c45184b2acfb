"""Inventory Requests: asked for by one, decided on by others, drafted in ERPNext when approved."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour


class RequestBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(director_amount=1000)
		self.item, self.warehouse = self.stocked(0)
		self.buyer = self.platform.make_user(["Inventory Buyer"])
		self.supervisor = self.platform.make_user(["Warehouse Supervisor"])
		self.director = self.platform.make_user(["Inventory Director"])

	def ask(self, qty: Any = 2, rate: Any = 10, request_type: str = "Purchase", **more: Any) -> Row:
		values = {
			"request_type": request_type,
			"warehouse": self.warehouse,
			"items": [{"item_code": self.item, "qty": qty, "rate": rate}],
			"user": self.buyer,
			**more,
		}
		answer: Row = self.platform.call("request.create", **values)
		return answer

	def act(self, request: Row, action: str, user: str) -> Row:
		answer: Row = self.platform.call("request.act", name=request["name"], action=action, user=user)
		return answer

	def assert_state(self, request: Row, state: str, status: str, docstatus: int = 0) -> None:
		now = self.platform.call("request.get", name=request["name"])
		self.assertEqual((now["workflow_state"], now["status"], now["docstatus"]), (state, status, docstatus))

	def todos(self, request: Row) -> list[str]:
		rows = self.platform.rows(
			"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Inventory Request'"
			" AND reference_name = %(name)s AND status = 'Open'",
			name=request["name"],
		)
		return [row["allocated_to"] for row in rows]

	def test_a_request_says_what_it_costs_and_who_asks(self) -> None:
		request = self.ask(qty="2.5", rate="4.2", purpose="for the new line")
		self.assertEqual(
			{k: request[k] for k in ("amount", "requested_by", "needs_director", "purpose", "warehouse")},
			{
				"amount": 10.5,
				"requested_by": self.buyer,
				"needs_director": 0,
				"purpose": "for the new line",
				"warehouse": self.warehouse,
			},
		)
		self.assertEqual(request["company"], self.platform.company_of(self.warehouse))
		self.assert_state(request, "Draft", "Draft")

	def test_below_the_amount_one_approval_is_enough(self) -> None:
		request = self.ask()
		self.act(request, "Ask for Approval", self.buyer)
		self.assert_state(request, "Pending Supervisor", "Pending")
		self.assertIn(self.supervisor, self.todos(request))
		self.assertNotIn(self.director, self.todos(request))
		self.act(request, "Approve", self.supervisor)
		self.assert_state(request, "Approved", "Approved", 1)
		self.assertEqual(self.todos(request), [])

	def test_above_the_amount_the_director_decides_too(self) -> None:
		request = self.ask(qty=101)
		self.assertEqual(request["needs_director"], 1)
		self.act(request, "Ask for Approval", self.buyer)
		self.act(request, "Approve", self.supervisor)
		self.assert_state(request, "Pending Director", "Pending")
		self.assertIn(self.director, self.todos(request))
		self.assertNotIn(self.supervisor, self.todos(request))
		self.assertFalse(self.platform.call("request.get", name=request["name"])["created_document"])
		with self.refused("step_not_permitted", 403):
			self.act(request, "Approve", self.supervisor)
		self.act(request, "Approve", self.director)
		self.assert_state(request, "Approved", "Approved", 1)

	def test_exactly_the_amount_needs_no_director(self) -> None:
		self.assertEqual(self.ask(qty=100)["needs_director"], 0)

	def test_nobody_approves_their_own_request(self) -> None:
		request = self.ask(user=self.supervisor)
		self.act(request, "Ask for Approval", self.supervisor)
		with self.refused("self_approval", 403):
			self.act(request, "Approve", self.supervisor)
		self.assert_state(request, "Pending Supervisor", "Pending")
		self.act(request, "Approve", self.platform.make_user(["Warehouse Supervisor"]))
		self.assert_state(request, "Approved", "Approved", 1)

	def test_who_prepares_a_request_of_another_does_not_approve_it(self) -> None:
		request = self.ask()
		self.act(request, "Ask for Approval", self.supervisor)
		with self.refused("self_approval", 403):
			self.act(request, "Approve", self.supervisor)
		self.act(request, "Reject", self.supervisor)
		self.act(request, "Revise", self.supervisor)
		self.act(request, "Ask for Approval", self.buyer)
		self.act(request, "Approve", self.supervisor)
		self.assert_state(request, "Approved", "Approved", 1)

	def test_a_cancelled_request_takes_its_draft_along(self) -> None:
		manager = self.platform.make_user(["Inventory Manager"])
		request = self.approved()
		self.act(request, "Cancel", manager)
		self.assert_state(request, "Cancelled", "Cancelled", 2)
		left = self.platform.rows(
			"SELECT name FROM `tabMaterial Request` WHERE name = %(name)s", name=request["created_document"]
		)
		self.assertEqual(left, [])

	def test_a_wrong_role_decides_nothing(self) -> None:
		request = self.ask()
		with self.refused("step_not_permitted", 403):
			self.act(request, "Approve", self.supervisor)
		self.act(request, "Ask for Approval", self.buyer)
		for user in (self.buyer, self.director, self.platform.make_user(["Warehouse Operator"])):
			with self.refused("step_not_permitted", 403):
				self.act(request, "Approve", user)
		self.assert_state(request, "Pending Supervisor", "Pending")

	def test_rejected_it_is_revised_and_asked_for_again(self) -> None:
		request = self.ask()
		self.act(request, "Ask for Approval", self.buyer)
		self.act(request, "Reject", self.supervisor)
		self.assert_state(request, "Rejected", "Rejected")
		with self.refused("step_not_permitted", 403):
			self.act(request, "Approve", self.supervisor)
		self.act(request, "Revise", self.buyer)
		self.assert_state(request, "Draft", "Draft")
		self.act(request, "Ask for Approval", self.buyer)
		self.act(request, "Approve", self.supervisor)
		self.assert_state(request, "Approved", "Approved", 1)

	def test_no_action_of_this_name(self) -> None:
		with self.assertRaises(Exception) as raised:
			self.act(self.ask(), "Wave Through", self.supervisor)
		self.assertIn(getattr(raised.exception, "http_status_code", 500), (400, 403))

	def test_an_approved_purchase_becomes_a_draft_material_request(self) -> None:
		request = self.approved(qty=3)
		self.assertEqual(request["created_doctype"], "Material Request")
		row = self.platform.rows(
			"SELECT docstatus, material_request_type, inventory_origin, inventory_request, set_warehouse"
			" FROM `tabMaterial Request` WHERE name = %(name)s",
			name=request["created_document"],
		)[0]
		self.assertEqual(
			(row["docstatus"], row["material_request_type"], row["inventory_origin"], row["set_warehouse"]),
			(0, "Purchase", "Inventory Request", self.warehouse),
		)
		self.assertEqual(row["inventory_request"], request["name"])
		lines = self.platform.rows(
			"SELECT item_code, stock_qty FROM `tabMaterial Request Item` WHERE parent = %(name)s",
			name=request["created_document"],
		)
		self.assertEqual(
			[(line["item_code"], float(line["stock_qty"])) for line in lines], [(self.item, 3.0)]
		)

	def test_an_approved_issue_or_sample_becomes_a_draft_stock_entry(self) -> None:
		self.receive(self.item, self.warehouse, 10)
		for request_type in ("Issue", "Sample"):
			request = self.approved(qty=3, request_type=request_type)
			self.assertEqual(request["created_doctype"], "Stock Entry")
			row = self.platform.rows(
				"SELECT se.docstatus, se.purpose, se.inventory_request, sed.item_code, sed.s_warehouse, sed.transfer_qty"
				" FROM `tabStock Entry` se JOIN `tabStock Entry Detail` sed ON sed.parent = se.name"
				" WHERE se.name = %(name)s",
				name=request["created_document"],
			)[0]
			self.assertEqual(
				(
					row["docstatus"],
					row["purpose"],
					row["inventory_request"],
					row["item_code"],
					row["s_warehouse"],
				),
				(0, "Material Issue", request["name"], self.item, self.warehouse),
			)
			self.assertEqual(float(row["transfer_qty"]), 3.0)
			told = self.platform.rows(
				"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Stock Entry'"
				" AND reference_name = %(name)s AND status = 'Open'",
				name=request["created_document"],
			)
			self.assertIn(self.supervisor, [t["allocated_to"] for t in told])
		self.assert_position(self.item, self.warehouse, on_hand=10)

	def approved(self, **values: Any) -> Row:
		request = self.ask(**values)
		self.act(request, "Ask for Approval", self.buyer)
		return self.act(request, "Approve", self.supervisor)

	def test_units_are_converted(self) -> None:
		item = self.platform.make_item(uoms=[{"uom": "Box", "conversion_factor": 12}])
		request = self.ask(items=[{"item_code": item, "qty": 2, "uom": "Box", "rate": 6}])
		line = request["items"][0]
		self.assertEqual((line["qty"], line["uom"], line["stock_qty"], line["amount"]), (2, "Box", 24, 12))
		with self.refused("unknown_uom", 400):
			self.ask(items=[{"item_code": item, "qty": 2, "uom": "Litre"}])

	def test_a_purpose_is_plain_whoever_writes_it(self) -> None:
		request = self.ask(purpose="urgent: < 3 left")
		with self.refused("markup", 400, argument="purpose"):
			lines = [{"item_code": self.item, "qty": 2, "rate": 10}]
			values = {"purpose": "<b>urgent</b>", "items": lines}
			self.platform.update("Inventory Request", request["name"], values)
		with self.refused("markup", 400, argument="purpose"):
			self.ask(purpose="<b>urgent</b>")
		self.assertEqual(
			self.platform.call("request.get", name=request["name"])["purpose"], "urgent: < 3 left"
		)

	def test_a_part_of_what_is_counted_in_whole_units_is_not_asked_for(self) -> None:
		"""No draft could be made of it: the last approval would fail."""
		item = self.platform.make_item(stock_uom="Nos", uoms=[{"uom": "Box", "conversion_factor": 12}])
		for request_type in ("Purchase", "Issue"):
			with self.refused("not_whole", 400, item_code=item, uom="Nos", qty="1.5"):
				self.ask(request_type=request_type, items=[{"item_code": item, "qty": "1.5"}])
		with self.refused("not_whole", 400, uom="Box", qty="0.5"):
			self.ask(items=[{"item_code": item, "qty": 2}, {"item_code": item, "qty": "0.5", "uom": "Box"}])
		self.assertEqual(
			self.ask(items=[{"item_code": item, "qty": 2, "uom": "Box"}])["items"][0]["stock_qty"], 24
		)

	def test_a_request_under_approval_is_not_changed(self) -> None:
		request = self.ask()
		self.act(request, "Ask for Approval", self.buyer)
		with self.refused("under_approval"):
			self.platform.update(
				"Inventory Request",
				request["name"],
				{"items": [{"item_code": self.item, "qty": 500, "rate": 10}]},
			)
		self.assertEqual(self.platform.call("request.get", name=request["name"])["amount"], 20)

	def test_what_is_asked_for_is_checked(self) -> None:
		with self.refused("missing_argument", 400):
			self.ask(items=[])
		with self.refused("invalid_argument", 400, argument="items"):
			self.ask(items=[{"item_code": "any", "qty": 1}] * 501)
		with self.refused("unknown_item", 404):
			self.ask(items=[{"item_code": "no such item", "qty": 1}])
		with self.refused("invalid_quantity", 400):
			self.ask(qty=0)
		with self.refused("unknown_warehouse", 404):
			self.ask(warehouse="no such warehouse")
		with self.refused("unknown_request", 404):
			self.platform.call("request.get", name="no such request")

	def test_switched_off_nothing_is_asked_for(self) -> None:
		self.platform.settings(approval=False)
		with self.refused("module_off"):
			self.ask()

	def test_a_request_of_a_warehouse_one_may_not_see(self) -> None:
		request = self.ask()
		stranger = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("request.get", name=request["name"], user=stranger)
		with self.refused("warehouse_not_permitted", 403):
			self.act(request, "Ask for Approval", stranger)

	def test_whoever_may_not_see_costs_sees_none(self) -> None:
		request = self.ask()
		for role, sees in (
			("Inventory Manager", True),
			("Warehouse Supervisor", True),
			("Inventory Buyer", True),
			("Inventory Director", True),
			("Warehouse Operator", False),
			("Quality Inspector", False),
			("Inventory Integration", False),
		):
			seen = self.platform.call(
				"request.get", name=request["name"], user=self.platform.make_user([role])
			)
			self.assertEqual(
				(seen["amount"], seen["items"][0]["rate"], seen["items"][0]["amount"]),
				(20, 10, 20) if sees else (None, None, None),
				role,
			)
			self.assertEqual((seen["name"], seen["items"][0]["qty"]), (request["name"], 2))

	def test_a_rate_is_not_theirs_to_say_who_may_not_see_it(self) -> None:
		"""It decides whether the director is needed: an operator's request is priced by what was last paid."""
		operator = self.platform.make_user(["Warehouse Operator"])
		item = self.platform.make_item(last_purchase_rate=600)
		for rate in (None, "0.01"):
			request = self.ask(items=[{"item_code": item, "qty": 2, "rate": rate}], user=operator)
			self.assertEqual((request["amount"], request["items"][0]["rate"]), (None, None))
			self.assertEqual(request["needs_director"], 1)
			seen = self.platform.call("request.get", name=request["name"], user=self.supervisor)
			self.assertEqual((seen["amount"], seen["items"][0]["rate"]), (1200, 600))

	def test_what_a_buyer_estimated_stays_when_an_operator_changes_the_request(self) -> None:
		operator = self.platform.make_user(["Warehouse Operator"])
		dear = self.platform.make_item(last_purchase_rate=5000)
		request = self.ask(rate=30)
		lines = [{"item_code": self.item, "qty": 3, "rate": 1}, {"item_code": dear, "qty": 1, "rate": 1}]
		self.platform.update("Inventory Request", request["name"], {"items": lines}, user=operator)
		now = self.platform.call("request.get", name=request["name"])
		self.assertEqual([line["rate"] for line in now["items"]], [30, 5000])
		self.assertEqual((now["amount"], now["needs_director"]), (5090, 1))

	def test_only_who_may_see_the_warehouse_is_told_of_a_request(self) -> None:
		elsewhere = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		here = self.platform.make_user(["Warehouse Supervisor"], [self.warehouse])
		request = self.ask()
		self.act(request, "Ask for Approval", self.buyer)
		told = self.todos(request)
		self.assertIn(here, told)
		self.assertNotIn(elsewhere, told)
