"""Inbound Orders change with their Purchase Order, and with receipts that were typed or cancelled in the books."""

from inventory_midplatform.domain.roles import BUYER
from inventory_midplatform.ports import ReceiptLine
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.tests.behaviour.inbound_case import D, InboundCase
from inventory_midplatform.tests.platform import unique


class InboundChangeBehaviour(InboundCase):
	# the document changes

	def test_an_expected_order_changes_with_its_document(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		name = self.task(order)["name"]
		row = self.platform.books.purchase_rows(order)[0]["name"]
		for qty in (6, 12):
			self.platform.books.update_purchase(order, {row: D(qty)})
			task = self.task(order)
			self.assertEqual((task["name"], task["lines"][0]["expected_qty"]), (name, qty))

	def test_one_that_is_being_received_expects_less_and_more_becomes_a_further_order(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		data = self.arrived(order)
		row = self.platform.books.purchase_rows(order)[0]["name"]
		self.platform.books.update_purchase(order, {row: D(6)})
		self.assertEqual(self.get(data["name"])["lines"][0]["expected_qty"], 6)
		self.platform.books.update_purchase(order, {row: D(9)})
		self.assertEqual([(t["state"], t["expected_qty"]) for t in self.by_state(order)], self.states(3, 6))

	def by_state(self, order: str) -> list[dict[str, object]]:
		return sorted(self.tasks(order), key=lambda t: str(t["state"]))

	def states(self, expected: int, to_receive: int) -> list[tuple[str, int]]:
		return [("Expected", expected), ("To Receive", to_receive)]

	def test_cancelled_and_closed_before_it_is_posted_it_is_cancelled(self) -> None:
		for end in ("cancel_purchase", "close_purchase"):
			for step in ("", "arrive", "receive"):
				with self.subTest(end=end, after=step):
					item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
					order = self.purchase(warehouse, (item, 10))
					name = self.task(order)["name"]
					if step:
						data = self.arrived(order)
					if step == "receive":
						self.step("receive", name, line=data["lines"][0]["line"], qty=4)
					getattr(self.platform.books, end)(order)
					data = self.get(name)
					self.assertEqual((data["state"], data["received"]), ("Cancelled", []))
					self.assertEqual(self.tasks(order), [])
					self.assert_position(item, warehouse, on_hand=0)

	def test_closed_after_a_part_was_posted_the_rest_is_not_expected_any_more(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		order = self.purchase(warehouse, (item, 10))
		data = self.arrived(order)
		name, line = data["name"], data["lines"][0]["line"]
		self.step("receive", name, line=line, qty=4)
		self.step("finish_receiving", name)
		self.platform.books.close_purchase(order)
		self.assertEqual([t["state"] for t in self.tasks(order)], ["To Put Away"])
		self.platform.books.reopen_purchase(order)
		self.assertEqual(sorted(t["state"] for t in self.tasks(order)), ["Expected", "To Put Away"])
		self.platform.books.close_purchase(order)
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=4)["state"], "Done")
		self.assertEqual(self.tasks(order), [])

	def test_a_buyer_cancels_what_is_not_expected_any_more(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		buyer = self.platform.make_user([BUYER])
		name = self.task(order)["name"]
		self.assertEqual(self.step("cancel", name, user=buyer, reason="Sent elsewhere")["state"], "Cancelled")
		self.assertEqual(self.tasks(order), [])

	def test_orders_from_before_the_module_was_on_are_synced_at_night(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		self.platform.settings(inbound=False)
		before = self.purchase(warehouse, (item, 10))
		self.platform.settings(inbound=True)
		cancelled = self.purchase(warehouse, (item, 5))
		self.step("cancel", self.task(cancelled)["name"])
		self.assertEqual(self.tasks(before), [])
		with self.platform.context() as ctx:
			found, after = [], ""
			while names := inbound_sync.open_documents(ctx, "Purchase Order", after):
				found, after = [*found, *names], names[-1]
			self.assertIn(before, found)
			self.assertNotIn(cancelled, found)
			inbound_sync.sync(ctx, "Purchase Order", before)
		self.assertEqual(self.task(before)["state"], "Expected")

	# receipts in the books

	def test_a_receipt_typed_by_hand_is_to_be_put_away(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		order = self.purchase(warehouse, (item, 10))
		name = self.task(order)["name"]
		self.typed_receipt(order, warehouse, 6)
		data = self.get(name)
		self.assertEqual((data["state"], data["is_typed"]), ("To Put Away", True))
		self.assertEqual(self.quantities(data, "expected", "received", "accepted"), [(6, 6, 6)])
		self.assertEqual([(p["item_code"], p["qty"]) for p in data["to_put_away"]], [(item, 6)])
		rest = [t for t in self.tasks(order) if t["name"] != name]
		self.assertEqual([(t["state"], t["expected_qty"]) for t in rest], [("Expected", 4)])
		line = data["lines"][0]["line"]
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=6)["state"], "Done")

	def test_a_typed_receipt_of_what_nobody_has_inspected_is_on_hold(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		receipt = self.typed_receipt(order, warehouse, 10)
		task = self.task(order)
		self.assertEqual((task["state"], task["is_typed"]), ("To Inspect", True))
		self.assert_position(item, warehouse, on_hand=10, on_hold=10)
		line = task["lines"][0]["line"]
		done = self.step("inspect", task["name"], line=line, accepted=9, rejected=1, reason="Wet")
		self.assertEqual(done["state"], "To Put Away")
		self.assert_position(item, warehouse, on_hand=10, on_hold=1, available=9)
		self.platform.books.cancel(receipt)
		self.assertEqual(self.task(order)["state"], "Expected")
		self.assert_position(item, warehouse, on_hand=0, on_hold=0)

	def test_a_typed_receipt_beside_one_that_is_being_received_is_a_task_of_its_own(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		warehouse = self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		data = self.arrived(order)
		name, line = data["name"], data["lines"][0]["line"]
		self.step("receive", name, line=line, qty=3, batch_no=unique("B"))
		batch = self.platform.make_batch(item)
		row = self.platform.books.purchase_rows(order)[0]["name"]
		self.posted_by_hand(order, warehouse, [ReceiptLine(row, item, D(6), batch)])
		tasks = {t["state"]: t for t in self.tasks(order)}
		self.assertEqual(
			{s: (t["expected_qty"], t["received_qty"]) for s, t in tasks.items()},
			{"To Receive": (4, 3), "To Put Away": (6, 6)},
		)
		typed = self.get(tasks["To Put Away"]["name"])
		self.assertEqual([(r["batch_no"], r["qty"]) for r in typed["received"]], [(batch, 6)])
		self.step("finish_receiving", name)
		self.assert_position(item, warehouse, on_hand=9)

	def test_a_cancelled_receipt_is_received_again_at_every_step(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		for steps in range(4):
			with self.subTest(steps=steps):
				order = self.purchase(warehouse, (item, 10))
				data = self.arrived(order)
				name, line = data["name"], data["lines"][0]["line"]
				self.step("receive", name, line=line, qty=8)
				data = self.step("finish_receiving", name)["data"]
				rejected = {"rejected": 1, "reason": "Wet"}
				way = (
					("inspect", {"line": line, "accepted": 4}),
					("put_away", {"line": line, "bin": shelf, "qty": 2}),
					("inspect", {"line": line, "accepted": 3, **rejected}),
				)
				for step, arguments in way[:steps]:
					self.step(step, name, **arguments)
				self.platform.books.cancel(self.receipt_of(data))
				data = self.get(name)
				self.assertEqual((data["state"], data["receipt_document"]), ("To Receive", ""))
				nothing = self.quantities(data, "received", "accepted", "rejected", "put_away")
				self.assertEqual(nothing, [(8, 0, 0, 0)])
				self.assertEqual(sum(t["expected_qty"] for t in self.tasks(order)), 10)
				self.assert_position(item, warehouse, on_hand=0, on_hold=0)
				data = self.step("finish_receiving", name)["data"]
				self.assertEqual(data["state"], "To Inspect")
				self.assert_position(item, warehouse, on_hand=8, on_hold=8)
				self.platform.books.cancel(self.receipt_of(data))

	def test_a_cancelled_receipt_takes_what_it_brought_and_not_what_was_there(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		self.receive(item, warehouse, 10)
		for accepted in (0, 3):
			with self.subTest(accepted=accepted):
				data = self.received(self.purchase(warehouse, (item, 8)))
				if accepted:
					line = data["lines"][0]["line"]
					self.step("inspect", data["name"], line=line, accepted=accepted)
				self.assert_position(item, warehouse, on_hand=18, on_hold=8 - accepted)
				self.platform.books.cancel(self.receipt_of(data))
				self.assert_position(item, warehouse, on_hand=10, on_hold=0)

	def test_a_cancelled_receipt_that_was_typed_is_expected_again(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		receipt = self.typed_receipt(order, warehouse, 10)
		self.assertEqual([t["state"] for t in self.tasks(order)], ["To Put Away"])
		self.platform.books.cancel(receipt)
		task = self.task(order)
		self.assertEqual((task["state"], task["received"]), ("Expected", []))
		self.assertEqual(self.quantities(task, "expected", "received"), [(10, 0)])
		self.received(order)
		self.assert_position(item, warehouse, on_hand=10)
