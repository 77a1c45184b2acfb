"""Inventory Requests: one user creates them, others decide; an approved one is drafted in ERPNext."""

from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import asking
from inventory_midplatform.tests.approval_records import switch_shipped
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique


class RequestBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(0)
		self.buyer = self.platform.make_user(["Inventory Buyer"])
		self.supervisor = self.platform.make_user(["Warehouse Supervisor"])
		self.director = self.platform.make_user(["Inventory Director"])

	def create(self, qty: Any = 2, rate: Any = 10, request_type: str = "Purchase", **more: Any) -> Row:
		values = {
			"request_type": request_type,
			"warehouse": self.warehouse,
			"items": [{"item_code": self.item, "qty": qty, "rate": rate}],
			"user": self.buyer,
			**more,
		}
		result: Row = self.platform.call("request.create", **values)
		return result

	def ask(self, request: Row, user: str = "") -> Row:
		"""Request the approval of a request; returns the Approval Request."""
		about = {"doctype": "Inventory Request", "name": request["name"]}
		result: Row = self.platform.call("approval.request", **about, user=user or self.buyer)
		return result

	def approve(self, approval: Row, user: str) -> Row:
		result: Row = self.platform.call("approval.approve", name=approval["name"], user=user)
		return result

	def reject(self, approval: Row, user: str, reason: str = "Too many.") -> Row:
		result: Row = self.platform.call("approval.reject", name=approval["name"], user=user, reason=reason)
		return result

	def now(self, request: Row) -> Row:
		result: Row = self.platform.call("request.get", name=request["name"])
		return result

	def assert_status(self, request: Row, status: str, docstatus: int = 0) -> None:
		now = self.now(request)
		self.assertEqual((now["status"], now["docstatus"]), (status, docstatus))

	def todos(self, approval: Row) -> list[str]:
		rows = self.platform.rows(
			"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Approval Request'"
			" AND reference_name = %(name)s AND status = 'Open'",
			name=approval["name"],
		)
		return [row["allocated_to"] for row in rows]

	def test_a_request_has_its_amount_and_its_requester(self) -> None:
		request = self.create(qty="2.5", rate="4.2", purpose="for the new line")
		self.assertEqual(
			{k: request[k] for k in ("amount", "requested_by", "purpose", "warehouse")},
			{
				"amount": 10.5,
				"requested_by": self.buyer,
				"purpose": "for the new line",
				"warehouse": self.warehouse,
			},
		)
		self.assertEqual(request["company"], self.platform.company_of(self.warehouse))
		self.assert_status(request, "Draft")

	def test_up_to_the_amount_one_approval_is_enough(self) -> None:
		request = self.create(qty=100, rate=100)
		approval = self.ask(request)
		self.assert_status(request, "Pending")
		self.assertIn(self.supervisor, self.todos(approval))
		self.assertNotIn(self.director, self.todos(approval))
		self.assertEqual(self.approve(approval, self.supervisor)["state"], "Approved")
		self.assert_status(request, "Approved", 1)
		self.assertEqual(self.todos(approval), [])

	def test_above_the_amount_the_director_decides_too(self) -> None:
		request = self.create(qty=101, rate=100)
		approval = self.approve(self.ask(request), self.supervisor)
		self.assert_status(request, "Pending")
		self.assertIn(self.director, self.todos(approval))
		self.assertNotIn(self.supervisor, self.todos(approval))
		self.assertFalse(self.now(request)["created_document"])
		with self.refused("already_decided"):
			self.approve(approval, self.supervisor)
		self.approve(approval, self.director)
		self.assert_status(request, "Approved", 1)

	def test_nobody_approves_their_own_request(self) -> None:
		request = self.create(user=self.supervisor)
		approval = self.ask(request, self.supervisor)
		with self.refused("not_asked", 403):
			self.approve(approval, self.supervisor)
		self.assert_status(request, "Pending")
		other = self.platform.make_user(["Warehouse Supervisor"])
		with self.platform.context() as ctx:
			asking.ask_again(ctx, approval["name"])
		self.approve(approval, other)
		self.assert_status(request, "Approved", 1)

	def test_who_changed_a_request_or_requested_its_approval_does_not_approve_it(self) -> None:
		changed, sent = self.create(), self.create()
		lines = [{"item_code": self.item, "qty": 3, "rate": 10}]
		self.platform.update("Inventory Request", changed["name"], {"items": lines}, user=self.supervisor)
		for approval in (self.ask(changed), self.ask(sent, self.supervisor)):
			with self.refused("not_asked", 403):
				self.approve(approval, self.supervisor)

	def test_a_cancelled_request_deletes_its_draft(self) -> None:
		manager = self.platform.make_user(["Inventory Manager"])
		request = self.approved()
		with self.refused("not_permitted", 403):
			self.platform.call("request.cancel", name=request["name"], user=self.buyer)
		self.platform.call("request.cancel", name=request["name"], user=manager)
		self.assert_status(request, "Cancelled", 2)
		left = self.platform.rows(
			"SELECT name FROM `tabMaterial Request` WHERE name = %(name)s", name=request["created_document"]
		)
		self.assertEqual(left, [])
		with self.refused("wrong_state"):
			self.platform.call("request.cancel", name=request["name"], user=manager)

	def test_a_request_is_not_submitted_without_its_approval(self) -> None:
		request = self.create()
		with self.refused("approval_needed"):
			self.platform.call("request.submit", name=request["name"], user=self.supervisor)
		approval = self.ask(request)
		with self.refused("approval_waits"):
			self.platform.call("request.submit", name=request["name"], user=self.director)
		self.approve(approval, self.supervisor)
		with self.refused("wrong_state"):
			self.platform.call("request.submit", name=request["name"], user=self.supervisor)

	def test_with_its_policy_off_a_request_is_submitted_by_who_may(self) -> None:
		switch_shipped(self.platform, False)
		self.addCleanup(switch_shipped, self.platform, True)
		request = self.create()
		with self.refused("no_approval_needed"):
			self.ask(request)
		with self.refused("not_permitted", 403):
			self.platform.call("request.submit", name=request["name"], user=self.buyer)
		after = self.platform.call("request.submit", name=request["name"], user=self.supervisor)
		self.assertEqual((after["status"], after["created_doctype"]), ("Approved", "Material Request"))

	def test_a_wrong_role_cannot_decide(self) -> None:
		request = self.create()
		approval = self.ask(request)
		for user in (self.buyer, self.director, self.platform.make_user(["Warehouse Operator"])):
			with self.refused("not_asked", 403):
				self.approve(approval, user)
		self.assert_status(request, "Pending")

	def test_a_rejected_request_is_changed_and_sent_again(self) -> None:
		request = self.create()
		approval = self.ask(request)
		self.reject(approval, self.supervisor)
		self.assert_status(request, "Rejected")
		with self.refused("request_closed"):
			self.approve(approval, self.supervisor)
		lines = [{"item_code": self.item, "qty": 1, "rate": 10}]
		self.platform.update("Inventory Request", request["name"], {"items": lines}, user=self.buyer)
		self.assert_status(request, "Rejected")
		again = self.ask(request)
		self.assert_status(request, "Pending")
		self.approve(again, self.supervisor)
		self.assert_status(request, "Approved", 1)

	def test_a_returned_or_withdrawn_request_is_a_draft_again(self) -> None:
		request = self.create()
		approval = self.ask(request)
		self.platform.call(
			"approval.return", name=approval["name"], user=self.supervisor, reason="Which colour?"
		)
		self.assert_status(request, "Draft")
		lines = [{"item_code": self.item, "qty": 1, "rate": 10}]
		self.platform.update("Inventory Request", request["name"], {"items": lines}, user=self.buyer)
		self.assertEqual(self.ask(request)["name"], approval["name"])
		self.assert_status(request, "Pending")
		self.platform.call("approval.withdraw", name=approval["name"], user=self.buyer)
		self.assert_status(request, "Draft")

	def test_a_rejection_has_a_reason_that_is_logged_and_shown(self) -> None:
		request = self.create()
		approval = self.ask(request)
		for reason in ("", "  "):
			with self.refused("missing_argument", 400, argument="reason"):
				self.reject(approval, self.supervisor, reason)
		with self.refused("markup", 400, argument="reason"):
			self.reject(approval, self.supervisor, "<b>No</b>")
		self.assert_status(request, "Pending")
		self.reject(approval, self.supervisor, "Two are enough.")
		self.assertEqual(self.now(request)["rejection_reason"], "Two are enough.")
		again = self.ask(request)
		self.assertFalse(self.now(request)["rejection_reason"])
		self.approve(again, self.supervisor)
		self.assertFalse(self.now(request)["rejection_reason"])
		logged = self.platform.rows(
			"SELECT to_value, reason FROM `tabStock Operation Log`"
			" WHERE reference_name = %(name)s AND operation = 'Approval' ORDER BY happened_at, name",
			name=request["name"],
		)
		self.assertEqual(
			[(row["to_value"], row["reason"] or "") for row in logged],
			[("Pending", ""), ("Rejected", "Two are enough."), ("Pending", ""), ("Approved", "")],
		)

	def test_every_role_that_creates_a_request_may_request_its_approval(self) -> None:
		for role in ROLES:
			user = self.platform.make_user([role])
			request = self.create(user=user)
			self.reject(self.ask(request, user), self.supervisor, "Not now.")
			self.ask(request, user)
			self.assert_status(request, "Pending")

	def test_an_approval_that_the_books_refuse_is_not_given(self) -> None:
		"""The approver reads why, and may return it."""
		request = self.create()
		approval = self.ask(request)
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabItem` SET end_of_life = '2020-01-01' WHERE name = %(item)s", {"item": self.item}
			)
		with self.assertRaises(InventoryError):
			self.approve(approval, self.supervisor)
		self.assert_status(request, "Pending")
		self.assertEqual(self.platform.call("approval.get", name=approval["name"])["state"], "Open")
		self.reject(approval, self.supervisor)
		self.assert_status(request, "Rejected")

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
			notified = self.platform.rows(
				"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Stock Entry'"
				" AND reference_name = %(name)s AND status = 'Open'",
				name=request["created_document"],
			)
			self.assertIn(self.supervisor, [t["allocated_to"] for t in notified])
		self.assert_position(self.item, self.warehouse, on_hand=10)

	def approved(self, **values: Any) -> Row:
		request = self.create(**values)
		self.approve(self.ask(request), self.supervisor)
		return self.now(request)

	def test_units_are_converted(self) -> None:
		item = self.platform.make_item(uoms=[{"uom": "Box", "conversion_factor": 12}])
		request = self.create(items=[{"item_code": item, "qty": 2, "uom": "Box", "rate": 6}])
		line = request["items"][0]
		self.assertEqual((line["qty"], line["uom"], line["stock_qty"], line["amount"]), (2, "Box", 24, 12))
		with self.refused("unknown_uom", 400):
			self.create(items=[{"item_code": item, "qty": 2, "uom": "Litre"}])

	def test_units_of_the_site_are_converted_as_erpnext_does(self) -> None:
		"""A UOM Conversion Factor of the site counts either way round and over a third unit; the item's own goes first."""
		kilo, gram, milligram, tonne, own, other = (self.unit() for _ in range(6))
		for from_uom, to_uom, value in (
			(kilo, gram, 1000),
			(gram, milligram, 1000),
			(tonne, kilo, 1000),
			(tonne, gram, 1000000),
		):
			self.conversion(from_uom, to_uom, value)
		item = self.platform.make_item(stock_uom=kilo, uoms=[{"uom": own, "conversion_factor": 5}])
		# after the item, for ERPNext copies a factor that the site has into an item that is saved
		self.conversion(own, kilo, 7)
		for uom, stock_qty in ((kilo, 2), (tonne, 2000), (gram, 0.002), (own, 10)):
			self.assertEqual(self.stock_qty(item, uom), stock_qty, uom)
		third = self.platform.make_item(stock_uom=milligram)
		self.conversion(tonne, milligram, 10**9)
		self.assertEqual(self.stock_qty(third, kilo), 2000000)
		with self.refused("unknown_uom", 400, uom=other):
			self.stock_qty(item, other)
		self.receive(item, self.warehouse, 2)
		reserved = self.reserve(item, self.warehouse, 1500, uom=gram)
		self.assertEqual(reserved["reserved_qty"], 1.5)

	def test_a_variant_has_the_units_of_its_template(self) -> None:
		template = self.platform.make_item(uoms=[{"uom": "Box", "conversion_factor": 12}])
		variant, other = (
			self.platform.make_item(),
			self.platform.make_item(uoms=[{"uom": "Box", "conversion_factor": 6}]),
		)
		with self.refused("unknown_uom", 400):
			self.stock_qty(variant, "Box")
		with self.platform.context() as ctx:
			for item in (variant, other):
				sql = "UPDATE `tabItem` SET variant_of = %(template)s WHERE name = %(item)s"
				ctx.store.execute(sql, {"template": template, "item": item})
		self.assertEqual((self.stock_qty(variant, "Box"), self.stock_qty(other, "Box")), (24, 12))

	def unit(self) -> str:
		name = unique("Unit")
		return self.platform.create("UOM", {"name": name, "uom_name": name})

	def conversion(self, from_uom: str, to_uom: str, value: int) -> None:
		"""Create a UOM Conversion Factor: one ``from_uom`` is ``value`` of ``to_uom``."""
		row = {"name": unique("UCF"), "from_uom": from_uom, "to_uom": to_uom, "value": value}
		with self.platform.context() as ctx:
			ctx.store.insert("UOM Conversion Factor", [row])

	def stock_qty(self, item_code: str, uom: str) -> Any:
		"""Return how much two of the unit are in stock UOM on a request."""
		return self.create(items=[{"item_code": item_code, "qty": 2, "uom": uom, "rate": 1}])["items"][0][
			"stock_qty"
		]

	def test_a_purpose_is_plain_text_for_every_writer(self) -> None:
		request = self.create(purpose="urgent: < 3 left")
		with self.refused("markup", 400, argument="purpose"):
			lines = [{"item_code": self.item, "qty": 2, "rate": 10}]
			values = {"purpose": "<b>urgent</b>", "items": lines}
			self.platform.update("Inventory Request", request["name"], values)
		with self.refused("markup", 400, argument="purpose"):
			self.create(purpose="<b>urgent</b>")
		self.assertEqual(
			self.platform.call("request.get", name=request["name"])["purpose"], "urgent: < 3 left"
		)

	def test_a_part_of_a_whole_unit_cannot_be_requested(self) -> None:
		"""ERPNext could not draft it, so the last approval would fail."""
		item = self.platform.make_item(stock_uom="Nos", uoms=[{"uom": "Box", "conversion_factor": 12}])
		for request_type in ("Purchase", "Issue"):
			with self.refused("not_whole", 400, item_code=item, uom="Nos", qty="1.5"):
				self.create(request_type=request_type, items=[{"item_code": item, "qty": "1.5"}])
		with self.refused("not_whole", 400, uom="Box", qty="0.5"):
			self.create(
				items=[{"item_code": item, "qty": 2}, {"item_code": item, "qty": "0.5", "uom": "Box"}]
			)
		self.assertEqual(
			self.create(items=[{"item_code": item, "qty": 2, "uom": "Box"}])["items"][0]["stock_qty"], 24
		)

	def test_a_request_under_approval_is_not_changed(self) -> None:
		request = self.create()
		approval = self.ask(request)
		with self.refused("under_approval"):
			self.platform.update(
				"Inventory Request",
				request["name"],
				{"items": [{"item_code": self.item, "qty": 500, "rate": 10}]},
			)
		self.assertEqual(self.now(request)["amount"], 20)
		self.platform.call("approval.withdraw", name=approval["name"], user=self.buyer)
		lines = [{"item_code": self.item, "qty": 5, "rate": 10}]
		self.platform.update("Inventory Request", request["name"], {"items": lines})
		self.assertEqual(self.now(request)["amount"], 50)

	def test_requested_lines_are_checked(self) -> None:
		with self.refused("missing_argument", 400):
			self.create(items=[])
		with self.refused("invalid_argument", 400, argument="items"):
			self.create(items=[{"item_code": "any", "qty": 1}] * 501)
		with self.refused("unknown_item", 404):
			self.create(items=[{"item_code": "no such item", "qty": 1}])
		with self.refused("invalid_quantity", 400):
			self.create(qty=0)
		with self.refused("unknown_warehouse", 404):
			self.create(warehouse="no such warehouse")
		with self.refused("unknown_request", 404):
			self.platform.call("request.get", name="no such request")

	def test_switched_off_nothing_is_requested(self) -> None:
		self.platform.settings(approval=False)
		with self.refused("module_off"):
			self.create()

	def test_a_request_for_a_warehouse_the_user_may_not_see(self) -> None:
		request = self.create()
		stranger = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("request.get", name=request["name"], user=stranger)
		with self.refused("warehouse_not_permitted", 403):
			self.ask(request, stranger)

	def test_users_who_may_not_see_costs_see_none(self) -> None:
		request = self.create()
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

	def test_a_rate_of_a_user_who_may_not_see_it_is_ignored(self) -> None:
		"""The rate decides whether the director approves: an operator's request gets the last purchase rate."""
		operator = self.platform.make_user(["Warehouse Operator"])
		item = self.platform.make_item(last_purchase_rate=600)
		for rate in (None, "0.01"):
			request = self.create(items=[{"item_code": item, "qty": 2, "rate": rate}], user=operator)
			self.assertEqual((request["amount"], request["items"][0]["rate"]), (None, None))
			seen = self.platform.call("request.get", name=request["name"], user=self.supervisor)
			self.assertEqual((seen["amount"], seen["items"][0]["rate"]), (1200, 600))

	def test_a_buyers_rate_stays_when_an_operator_changes_the_request(self) -> None:
		operator = self.platform.make_user(["Warehouse Operator"])
		dear = self.platform.make_item(last_purchase_rate=5000)
		request = self.create(rate=30)
		lines = [{"item_code": self.item, "qty": 3, "rate": 1}, {"item_code": dear, "qty": 1, "rate": 1}]
		self.platform.update("Inventory Request", request["name"], {"items": lines}, user=operator)
		now = self.platform.call("request.get", name=request["name"])
		self.assertEqual([line["rate"] for line in now["items"]], [30, 5000])
		self.assertEqual(now["amount"], 5090)

	def test_only_users_who_may_see_the_warehouse_are_notified_of_a_request(self) -> None:
		elsewhere = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		here = self.platform.make_user(["Warehouse Supervisor"], [self.warehouse])
		notified = self.todos(self.ask(self.create()))
		self.assertIn(here, notified)
		self.assertNotIn(elsewhere, notified)
