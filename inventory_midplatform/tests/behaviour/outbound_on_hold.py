"""Outbound Orders of a Sales Order on hold wait as they are, and go on when it is resumed."""

from inventory_midplatform.tests.behaviour.outbound_case import WAY, OutboundCase


class OutboundOnHoldBehaviour(OutboundCase):
	def test_an_order_on_hold_waits_and_goes_on_when_it_is_resumed(self) -> None:
		item, warehouse = self.stocked(10)
		for steps, state in (
			((), "To Accept"),
			(WAY[:2], "To Pick"),
			(WAY[:3], "To Check"),
			(WAY, "To Ship"),
		):
			with self.subTest(state=state):
				order = self.order(item, warehouse, 2)
				data = self.task(order)
				for step in steps:
					data = self.after_step(step, data)
				name, picked = data["name"], self.in_bins(item, warehouse)
				self.platform.books.put_order_on_hold(order)
				held = self.platform.call("outbound.get", name=name)
				self.assertEqual((held["state"], held["on_hold_reason"]), ("On Hold", f"{order}: On Hold"))
				self.assertEqual([s["step"] for s in held["next_steps"]], ["unpick", "cancel"])
				for step in ("accept", "finish_picking", "ship"):
					with self.refused("wrong_state", state="On Hold"):
						self.step(step, name)
				self.assertEqual(self.in_bins(item, warehouse), picked)
				self.assert_position(item, warehouse, reserved=0)
				task = self.platform.call("outbound.list_tasks", search=order)["tasks"][0]
				self.assertEqual((task["name"], task["on_hold_reason"]), (name, f"{order}: On Hold"))
				self.platform.books.reopen_order(order)
				data = self.task(order)
				self.assertEqual((data["name"], data["state"], data["on_hold_reason"]), (name, state, ""))
				self.assertEqual(self.in_bins(item, warehouse), picked)
				self.assert_position(item, warehouse, reserved=2)
				for step in (*WAY, "ship")[len(steps) :]:
					data = self.after_step(step, data)
				self.assertEqual(data["state"], "Shipped")
				self.assert_position(item, warehouse, reserved=0)

	def test_what_is_picked_for_an_order_on_hold_can_be_put_back(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 2)
		data = self.task(order)
		for step in WAY:
			data = self.after_step(step, data)
		draft = data["delivery_document"]
		self.platform.books.put_order_on_hold(order)
		done = self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=2)
		self.assertEqual((done["state"], done["data"]["delivery_document"]), ("On Hold", ""))
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 10})
		self.assertEqual(
			self.platform.rows("SELECT name FROM `tabDelivery Note` WHERE name = %(name)s", name=draft), []
		)
		self.platform.books.reopen_order(order)
		data = self.task(order)
		self.assertEqual((data["name"], data["state"]), (done["data"]["name"], "To Pick"))
		self.assertEqual([(p["qty"], p["done"]) for p in data["picks"]], [(2, False)])

	def test_an_order_on_hold_that_is_closed_or_cancelled_is_put_back(self) -> None:
		item, warehouse = self.stocked(10)
		for end in ("close_order", "cancel_order"):
			with self.subTest(end=end):
				order = self.order(item, warehouse, 2)
				data = self.pick_all(self.accepted(order))
				self.platform.books.put_order_on_hold(order)
				getattr(self.platform.books, end)(order)
				after = self.platform.call("outbound.get", name=data["name"])
				self.assertEqual((after["state"], after["on_hold_reason"]), ("To Put Back", ""))
				done = self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=2)
				self.assertEqual(done["state"], "Cancelled")

	def test_what_others_reserved_while_an_order_was_on_hold_is_not_taken_from_them(self) -> None:
		item, warehouse = self.stocked(4)
		order = self.order(item, warehouse, 4)
		data = self.accepted(order)
		p = data["picks"][0]
		data = self.step("pick", data["name"], line=p["line"], bin=p["bin"], qty=3)["data"]
		self.platform.books.put_order_on_hold(order)
		other = self.order(item, warehouse, 2)
		self.platform.books.reopen_order(order)
		self.assert_reservation(self.reservation_of(other), reserved_qty=2)
		self.assert_reservation(self.reservation_of(order), reserved_qty=2, waiting_qty=2)
		self.step("finish_picking", data["name"])
		self.step("check", data["name"], counted=[{"line": p["line"], "qty": 3}])
		with self.refused("takes_reserved_stock"):
			self.step("ship", data["name"])
		self.receive(item, warehouse, 2)
		self.assertEqual(self.step("ship", data["name"])["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=3, reserved=3)

	def test_an_order_made_while_its_document_is_on_hold_is_not_there(self) -> None:
		self.platform.settings(outbound=False)
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 2)
		self.platform.books.put_order_on_hold(order)
		self.platform.settings(outbound=True)
		self.assertEqual(self.platform.call("outbound.list_tasks", search=order)["tasks"], [])
		self.platform.books.reopen_order(order)
		self.assertEqual(self.task(order)["state"], "To Accept")
