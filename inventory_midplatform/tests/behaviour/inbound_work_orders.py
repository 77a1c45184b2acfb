"""What Work Orders make is received, inspected and put away; its material is consumed by the receipt."""

from datetime import date
from typing import Any

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import ReceiptLine, Row, Voucher
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.tests.behaviour.inbound_case import D, InboundCase
from inventory_midplatform.tests.platform import unique


class WorkOrderReceiptBehaviour(InboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(inbound_work_orders=True)
		self.addCleanup(self.platform.settings, inbound_work_orders=False)

	def ordered(self, qty: int = 10, *, stocked: int = 100, loss: int = 0, **product: Any) -> str:
		"""Submit a Work Order of so many, each of two pieces of a material; sets what tests need of it."""
		self.product, self.material = self.platform.make_item(**product), self.platform.make_item()
		self.place, self.store = self.platform.make_warehouse(), self.platform.make_warehouse()
		self.receive(self.material, self.store, stocked)
		self.bom = self.platform.make_bom(self.product, self.material, process_loss_percentage=loss)
		return self.again(qty)

	def again(self, qty: int, **values: Any) -> str:
		return self.platform.make_work_order(self.bom, self.place, self.store, qty, **values)

	def counted(self, order: str, qty: Any) -> tuple[str, str]:
		"""Say that an order is here, and count so much of its line; returns the Inbound Order and its line."""
		data = self.arrived(order)
		name, line = data["name"], data["lines"][0]["line"]
		self.step("receive", name, line=line, qty=qty)
		return name, line

	def typed(self, order: str, qty: Any) -> Voucher:
		"""Post a Stock Entry of purpose Manufacture in the books, as somebody does who types it there."""
		with self.platform.context() as ctx:
			lines = [ReceiptLine(order, self.product, D(qty))]
			voucher = ctx.books.draft_receipt("Work Order", order, self.place, lines)
			ctx.books.submit(voucher)
		return voucher

	def assert_made(self, made: Any, consumed: Any, **of_product: Any) -> None:
		self.assert_position(self.product, self.place, on_hand=made, **of_product)
		self.assert_position(self.material, self.store, on_hand=100 - consumed)

	def states(self, order: str) -> list[tuple[str, Any]]:
		return sorted((t["state"], t["expected_qty"]) for t in self.tasks(order))

	# received

	def test_what_a_work_order_makes_is_received_and_put_away(self) -> None:
		self.ordered(1)
		order = self.again(10, expected_delivery_date=date(2031, 5, 6))
		shelf = self.platform.make_bin(self.place)
		task = self.task(order)
		self.assertEqual((task["source_type"], task["warehouse"]), ("Work Order", self.place))
		self.assertEqual((task["supplier"], task["due"]), ("", "2031-05-06"))
		self.assertEqual(self.quantities(task, "expected"), [(10,)])
		done = self.received(order)
		self.assertEqual((done["state"], done["receipt_doctype"]), ("To Put Away", "Stock Entry"))
		self.assert_made(10, 20, on_hold=0, available=10)
		line = done["lines"][0]["line"]
		self.assertEqual(self.step("put_away", done["name"], line=line, bin=shelf, qty=10)["state"], "Done")
		self.assertEqual(self.tasks(order), [])
		(made,) = self.platform.rows(
			"SELECT status, produced_qty FROM `tabWork Order` WHERE name = %(name)s", name=order
		)
		self.assertEqual((made["status"], made["produced_qty"]), ("Completed", 10))

	def test_a_storekeeper_who_may_not_see_where_the_material_is_receives_it(self) -> None:
		order = self.ordered(10)
		user = self.platform.make_user([OPERATOR], [self.place])
		task = self.task(order)
		name, line = task["name"], task["lines"][0]["line"]
		self.step("arrive", name, user)
		self.step("receive", name, user, line=line, qty=10)
		self.step("finish_receiving", name, user)
		self.assert_made(10, 20)

	def test_received_in_parts(self) -> None:
		order = self.ordered(10)
		data = self.arrived(order)
		name, line = data["name"], data["lines"][0]["line"]
		with self.refused("over_receipt", left="10"):
			self.step("receive", name, line=line, qty=11)
		self.step("receive", name, line=line, qty=6)
		self.step("finish_receiving", name)
		self.assert_made(6, 12)
		self.assertEqual(self.states(order), [("Expected", 4), ("To Put Away", 10)])
		rest = next(t["name"] for t in self.tasks(order) if t["state"] == "Expected")
		line = self.step("arrive", rest)["data"]["lines"][0]["line"]
		with self.refused("over_receipt", left="4"):
			self.step("receive", rest, line=line, qty=5)
		self.step("receive", rest, line=line, qty=4)
		self.step("finish_receiving", rest)
		self.assert_made(10, 20)
		self.assertEqual([state for state, _ in self.states(order)], ["To Put Away", "To Put Away"])

	def test_what_is_made_is_inspected_and_partly_rejected(self) -> None:
		order = self.ordered(10, inspection_required_before_purchase=1)
		shelf = self.platform.make_bin(self.place)
		self.assertTrue(self.task(order)["lines"][0]["to_inspect"])
		done = self.received(order)
		name, line = done["name"], done["lines"][0]["line"]
		self.assertEqual(done["state"], "To Inspect")
		self.assert_made(10, 20, on_hold=10, available=0)
		done = self.step("inspect", name, line=line, accepted=7, rejected=3, reason="Scratched")
		self.assertEqual(done["state"], "To Put Away")
		self.assert_made(10, 20, on_hold=3, available=7)
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=7)["state"], "Done")
		self.assertEqual(self.tasks(order), [], "what was rejected is made, and not expected again")

	def test_batches_of_one_receipt(self) -> None:
		order = self.ordered(10, has_batch_no=1)
		data = self.arrived(order)
		name, line = data["name"], data["lines"][0]["line"]
		one, two = unique("B"), unique("B")
		for batch, qty in ((one, 4), (two, 5), (one, 1)):
			self.step("receive", name, line=line, qty=qty, batch_no=batch)
		self.step("finish_receiving", name)
		self.assertEqual(
			self.batches_in_bins(self.product, self.place), {("UNPLACED", one): 5, ("UNPLACED", two): 5}
		)
		self.assert_made(10, 20)
		self.platform.books.cancel(self.receipt_of(self.get(name)))
		self.assert_made(0, 0)

	def test_serial_numbers_of_batches(self) -> None:
		order = self.ordered(3, has_batch_no=1, has_serial_no=1, stock_uom="Nos")
		data = self.arrived(order)
		name, line = data["name"], data["lines"][0]["line"]
		serials, batches = [unique("S") for _ in range(3)], (unique("B"), unique("B"))
		self.step("receive", name, line=line, qty=1, batch_no=batches[0], serial_nos=serials[:1])
		self.step("receive", name, line=line, qty=2, batch_no=batches[1], serial_nos=serials[1:])
		with self.refused("over_receipt"):
			self.step("receive", name, line=line, qty=1, batch_no=batches[1], serial_nos=[unique("S")])
		self.step("finish_receiving", name)
		self.assertEqual(
			self.serials_in_bins(self.product), dict.fromkeys(serials, f"UNPLACED - {self.place}")
		)
		self.assertEqual(
			self.batches_in_bins(self.product, self.place),
			{("UNPLACED", batches[0]): 1, ("UNPLACED", batches[1]): 2},
		)

	# material

	def test_material_that_is_short_refuses_the_receipt_and_changes_nothing(self) -> None:
		order = self.ordered(10, stocked=19)
		name, _ = self.counted(order, 10)
		with self.refused("negative_stock"):
			self.step("finish_receiving", name)
		data = self.get(name)
		self.assertEqual((data["state"], data["receipt_document"]), ("To Receive", ""))
		self.assertEqual(self.quantities(data, "received"), [(10,)])
		self.assert_position(self.material, self.store, on_hand=19)
		self.receive(self.material, self.store, 1)
		self.step("finish_receiving", name)
		self.assert_position(self.material, self.store, on_hand=0)

	def test_material_reserved_for_others_is_not_consumed(self) -> None:
		order = self.ordered(10, stocked=20)
		sold = self.order(self.material, self.store, 5)
		name, _ = self.counted(order, 10)
		with self.refused("takes_reserved_stock"):
			self.step("finish_receiving", name)
		self.assertEqual(self.get(name)["state"], "To Receive")
		self.assert_position(self.product, self.place, on_hand=0)
		self.assert_reservation(self.reservation_of(sold), reserved_qty=5)

	def test_material_reserved_for_the_order_is_consumed(self) -> None:
		self.platform.settings(reserve_for_work_orders=True)
		self.addCleanup(self.platform.settings, reserve_for_work_orders=False)
		order = self.ordered(10, stocked=20)
		self.assert_position(self.material, self.store, reserved=20)
		data = self.received(order)
		self.assert_position(self.material, self.store, on_hand=0, reserved=0)
		self.platform.books.cancel(self.receipt_of(data))
		self.assert_position(self.material, self.store, on_hand=20, reserved=20)

	# process loss

	def test_what_is_lost_in_the_process_is_not_expected(self) -> None:
		order = self.ordered(10, loss=10)
		self.assertEqual(self.quantities(self.task(order), "expected"), [(9,)])
		name, line = self.counted(order, "4.5")
		with self.refused("over_receipt", left="4.5"):
			self.step("receive", name, line=line, qty=5)
		self.step("finish_receiving", name)
		self.assert_made(4.5, 10)
		self.assertEqual(self.states(order), [("Expected", 4.5), ("To Put Away", 9)])
		rest = next(t["name"] for t in self.tasks(order) if t["state"] == "Expected")
		line = self.step("arrive", rest)["data"]["lines"][0]["line"]
		self.step("receive", rest, line=line, qty="4.5")
		data = self.step("finish_receiving", rest)["data"]
		self.assert_made(9, 20)
		self.assertEqual([state for state, _ in self.states(order)], ["To Put Away", "To Put Away"])
		self.platform.books.cancel(self.receipt_of(data))
		self.assert_made(4.5, 10)
		self.assertEqual(sum(qty for state, qty in self.states(order) if state == "To Receive"), 4.5)

	def test_no_part_of_a_piece_is_expected(self) -> None:
		order = self.ordered(3, loss=10, stock_uom="Nos")
		self.assertEqual(self.quantities(self.task(order), "expected"), [(2,)])
		self.received(order)
		self.assert_made(2, 6)
		self.assertEqual([state for state, _ in self.states(order)], ["To Put Away"])

	# stopped, closed, cancelled, changed

	def test_an_order_that_ends_is_not_expected_any_more(self) -> None:
		for end in ("Stopped", "Closed", "Cancelled"):
			for step in ("", "arrive", "receive"):
				with self.subTest(end=end, after=step):
					order = self.ordered(10)
					name = self.task(order)["name"]
					if step == "receive":
						self.counted(order, 4)
					elif step:
						self.arrived(order)
					self.platform.set_work_order(order, end)
					data = self.get(name)
					self.assertEqual((data["state"], data["received"]), ("Cancelled", []))
					self.assertEqual(self.tasks(order), [])
					self.assert_made(0, 0)
					if end == "Stopped":
						self.platform.set_work_order(order, "Resumed")
						self.assertEqual(self.states(order), [("Expected", 10)])

	def test_an_order_that_is_stopped_in_between_is_not_made(self) -> None:
		order = self.ordered(10)
		name, line = self.counted(order, 6)
		self.step("finish_receiving", name)
		self.platform.set_work_order(order, "Stopped")
		self.assertEqual(self.states(order), [("To Put Away", 10)])
		with self.refused("order_closed"):
			self.typed(order, 4)
		shelf = self.platform.make_bin(self.place)
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=6)["state"], "Done")
		self.platform.set_work_order(order, "Resumed")
		self.assertEqual(self.states(order), [("Expected", 4)])

	def test_a_quantity_that_changes_changes_what_is_expected(self) -> None:
		for step in ("", "arrive", "receive"):
			for qty, states in (
				(7, [("", 7)]),
				(12, [("", 12)] if not step else [("", 10), ("Expected", 2)]),
			):
				with self.subTest(after=step, qty=qty):
					order = self.ordered(10)
					if step == "receive":
						self.counted(order, 4)
					elif step:
						self.arrived(order)
					state = "To Receive" if step else "Expected"
					self.set_qty(order, qty)
					self.assertEqual(self.states(order), sorted((s or state, n) for s, n in states))

	def set_qty(self, order: str, qty: int) -> None:
		"""Write another quantity into a submitted order, which ERPNext lets nobody do, and sync it."""
		with self.platform.context() as ctx:
			sql = "UPDATE `tabWork Order` SET qty = %(qty)s WHERE name = %(order)s"
			ctx.store.execute(sql, {"qty": qty, "order": order})
			inbound_sync.sync(ctx, "Work Order", order)

	def test_a_receipt_is_cancelled_at_every_step(self) -> None:
		order = self.ordered(10, inspection_required_before_purchase=1)
		shelf = self.platform.make_bin(self.place)
		name, line = self.counted(order, 8)
		way: tuple[tuple[str, Row], ...] = (
			("finish_receiving", {}),
			("inspect", {"line": line, "accepted": 8}),
			("put_away", {"line": line, "bin": shelf, "qty": 3}),
		)
		for steps in (1, 2, 3):
			with self.subTest(steps=steps):
				for step, arguments in way[:steps]:
					self.step(step, name, **arguments)
				self.assert_made(8, 16)
				self.platform.books.cancel(self.receipt_of(self.get(name)))
				data = self.get(name)
				self.assertEqual((data["state"], data["receipt_document"]), ("To Receive", ""))
				self.assertEqual(self.quantities(data, "received", "accepted", "put_away"), [(8, 0, 0)])
				self.assert_made(0, 0, on_hold=0)
				self.assertEqual(sum(t["expected_qty"] for t in self.tasks(order)), 10)

	# typed by hand

	def test_a_typed_entry_is_to_be_put_away(self) -> None:
		order = self.ordered(10)
		name = self.task(order)["name"]
		entry = self.typed(order, 6)
		data = self.get(name)
		self.assertEqual((data["state"], data["is_typed"]), ("To Put Away", True))
		self.assertEqual(data["receipt_document"], entry.voucher_no)
		self.assertEqual(self.states(order), [("Expected", 4), ("To Put Away", 6)])
		self.platform.books.cancel(entry)
		self.assertEqual({state for state, _ in self.states(order)}, {"Expected"})
		self.assertEqual(sum(qty for _, qty in self.states(order)), 10)
		self.assert_made(0, 0)

	def test_a_typed_entry_of_all_becomes_the_order_that_waits(self) -> None:
		"""It completes the Work Order while it is posted; what waits for it is not cancelled by that."""
		for step in ("", "arrive"):
			with self.subTest(after=step):
				order = self.ordered(10)
				name = self.arrived(order)["name"] if step else self.task(order)["name"]
				self.typed(order, 10)
				self.assertEqual(self.get(name)["state"], "To Put Away")
				self.assertEqual(self.states(order), [("To Put Away", 10)])

	def test_a_typed_entry_beside_what_is_counted_is_a_task_of_its_own(self) -> None:
		order = self.ordered(10)
		name, _ = self.counted(order, 4)
		self.typed(order, 7)
		self.assertEqual(self.states(order), [("To Put Away", 7), ("To Receive", 3)])
		self.assertEqual(self.get(name)["state"], "To Receive")

	def test_a_typed_entry_of_an_inspected_item_is_on_hold(self) -> None:
		order = self.ordered(10, inspection_required_before_purchase=1)
		entry = self.typed(order, 10)
		self.assertEqual(self.states(order), [("To Inspect", 10)])
		self.assert_made(10, 20, on_hold=10)
		self.platform.books.cancel(entry)
		self.assert_made(0, 0, on_hold=0)

	# the setting

	def test_nothing_happens_while_it_is_off(self) -> None:
		self.platform.settings(inbound_work_orders=False)
		order = self.ordered(10, inspection_required_before_purchase=1)
		self.assertEqual(self.tasks(order), [])
		self.assertNotIn(order, self.open_documents())
		entry = self.typed(order, 4)
		self.assertEqual(self.tasks(order), [])
		self.assert_made(4, 8, on_hold=0, available=4)
		self.platform.books.cancel(entry)
		self.assert_made(0, 0)
		self.platform.settings(inbound_work_orders=True)
		self.assertIn(order, self.open_documents(), "the nightly sync finds what was ordered before")
		with self.platform.context() as ctx:
			inbound_sync.sync(ctx, "Work Order", order)
		self.assertEqual(self.states(order), [("Expected", 10)])

	def test_orders_that_were_made_before_it_was_switched_off_end_with_their_document(self) -> None:
		first = self.ordered(10)
		second = self.again(10)
		name, line = self.counted(first, 4)
		self.platform.settings(inbound_work_orders=False)
		self.step("receive", name, line=line, qty=1)
		self.step("finish_receiving", name)
		self.assertEqual(self.states(first), [("To Put Away", 10)], "no order is made for the rest")
		self.assertIn(second, self.open_documents())
		self.typed(second, 4)
		self.assertEqual(self.states(second), [("Expected", 6)])
		self.platform.set_work_order(second, "Closed")
		self.assertEqual(self.tasks(second), [])

	def open_documents(self) -> list[str]:
		with self.platform.context() as ctx:
			found, after = [], ""
			while names := inbound_sync.open_documents(ctx, "Work Order", after):
				found, after = [*found, *names], names[-1]
		return found
