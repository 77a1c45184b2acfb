"""Inbound Orders from other documents than Purchase Orders: transfers, sales returns, and what is expected by hand."""

from typing import Any

from inventory_midplatform.domain.roles import BUYER, INSPECTOR, MANAGER, OPERATOR, SUPERVISOR
from inventory_midplatform.ports import ReceiptLine, Row, Voucher
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.tests.behaviour.inbound_case import D, InboundCase
from inventory_midplatform.tests.platform import unique


class InboundSourceBehaviour(InboundCase):
	# transfers

	def sent_to(
		self, warehouse: str, item: str, qty: int, stocked: int = 20, **tracked: Any
	) -> tuple[Voucher, str]:
		"""Send an item into transit for a warehouse; return the Stock Entry and the transit warehouse."""
		source, transit = self.platform.make_warehouse(), self.platform.make_warehouse()
		self.receive(item, source, stocked, **tracked)
		lines = [self.line(item, source, qty, **tracked)]
		return self.platform.books.send(lines, transit, warehouse), transit

	def test_what_is_in_transit_is_received_where_it_was_sent_to(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		entry, transit = self.sent_to(warehouse, item, 8)
		task = self.task(entry.voucher_no)
		self.assertEqual((task["source_type"], task["warehouse"]), ("Stock Entry", warehouse))
		self.assertEqual(self.quantities(task, "expected", "received"), [(8, 0)])
		data = self.arrived(entry.voucher_no)
		name, line = data["name"], data["lines"][0]["line"]
		with self.refused("over_receipt", left="8"):
			self.step("receive", name, line=line, qty=9)
		self.step("receive", name, line=line, qty=5)
		done = self.step("finish_receiving", name)
		self.assertEqual((done["state"], done["data"]["receipt_doctype"]), ("To Put Away", "Stock Entry"))
		self.assert_position(item, warehouse, on_hand=5, on_hold=0, available=5)
		self.assert_position(item, transit, on_hand=3)
		states = sorted((t["state"], t["expected_qty"]) for t in self.tasks(entry.voucher_no))
		self.assertEqual(states, [("Expected", 3), ("To Put Away", 8)])
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=5)["state"], "Done")
		self.received(entry.voucher_no)
		self.assert_position(item, warehouse, on_hand=8)
		self.assert_position(item, transit, on_hand=0)

	def test_only_the_batches_and_serial_numbers_that_were_sent_arrive(self) -> None:
		item = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		batched = self.platform.make_item(has_batch_no=1)
		warehouse = self.platform.make_warehouse()
		serials, other = (unique("S"), unique("S")), unique("S")
		self.receive(item, self.platform.make_warehouse(), 1, serial_nos=(other,))
		entry, _ = self.sent_to(warehouse, item, 2, 2, serial_nos=serials)
		data = self.arrived(entry.voucher_no)
		name, line = data["name"], data["lines"][0]["line"]
		with self.refused("serial_in_stock", serial_no=other):
			self.step("receive", name, line=line, qty=1, serial_nos=[other])
		with self.refused("not_sent"):
			self.step("receive", name, line=line, qty=1, serial_nos=[unique("S")])
		rest = list(serials)
		for each in data["lines"]:  # these books may have a row for each number
			qty = int(each["expected_qty"])
			self.step("receive", name, line=each["line"], qty=qty, serial_nos=rest[:qty])
			rest = rest[qty:]
		self.step("finish_receiving", name)
		self.assertEqual(
			self.serials_in_bins(item),
			{other: self.serials_in_bins(item)[other]} | dict.fromkeys(serials, f"UNPLACED - {warehouse}"),
		)
		batch, strange = self.platform.make_batch(batched), self.platform.make_batch(batched)
		entry, _ = self.sent_to(warehouse, batched, 6, batch_no=batch)
		data = self.arrived(entry.voucher_no)
		name, line = data["name"], data["lines"][0]["line"]
		with self.refused("not_sent", batch_no=strange):
			self.step("receive", name, line=line, qty=1, batch_no=strange)
		self.step("receive", name, line=line, qty=6, batch_no=batch)
		self.step("finish_receiving", name)
		self.assertEqual(self.batches_in_bins(batched, warehouse), {("UNPLACED", batch): 6})

	def test_a_transfer_that_is_cancelled_is_not_expected_any_more(self) -> None:
		for step in ("", "arrive", "receive"):
			with self.subTest(after=step):
				item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
				entry, transit = self.sent_to(warehouse, item, 8)
				name = self.task(entry.voucher_no)["name"]
				if step:
					data = self.arrived(entry.voucher_no)
				if step == "receive":
					self.step("receive", name, line=data["lines"][0]["line"], qty=4)
				self.platform.books.cancel(entry)
				data = self.get(name)
				self.assertEqual((data["state"], data["received"]), ("Cancelled", []))
				self.assertEqual(self.tasks(entry.voucher_no), [])
				self.assert_position(item, transit, on_hand=0)

	def test_a_receipt_from_transit_that_is_cancelled_is_received_again(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		entry, transit = self.sent_to(warehouse, item, 8)
		for step in ("finish_receiving", "put_away"):
			with self.subTest(after=step):
				if step == "finish_receiving":
					data = self.received(entry.voucher_no)
				else:
					data = self.step("finish_receiving", data["name"])["data"]
					line = data["lines"][0]["line"]
					self.step("put_away", data["name"], line=line, bin=shelf, qty=3)
				self.platform.books.cancel(self.receipt_of(data))
				data = self.get(data["name"])
				self.assertEqual((data["state"], data["receipt_document"]), ("To Receive", ""))
				self.assertEqual(self.quantities(data, "received", "put_away"), [(8, 0)])
				self.assertEqual(sum(t["expected_qty"] for t in self.tasks(entry.voucher_no)), 8)
				self.assert_position(item, warehouse, on_hand=0)
				self.assert_position(item, transit, on_hand=8)

	def test_a_typed_end_of_a_transfer_is_to_be_put_away(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		entry, _ = self.sent_to(warehouse, item, 8)
		name, row = self.task(entry.voucher_no)["name"], self.row_of(entry)
		receipt = self.typed("Stock Entry", entry.voucher_no, warehouse, [ReceiptLine(row, item, D(5))])
		data = self.get(name)
		self.assertEqual((data["state"], data["is_typed"]), ("To Put Away", True))
		states = sorted((t["state"], t["expected_qty"]) for t in self.tasks(entry.voucher_no))
		self.assertEqual(states, [("Expected", 3), ("To Put Away", 5)])
		self.platform.books.cancel(receipt)
		self.assertEqual(sum(t["expected_qty"] for t in self.tasks(entry.voucher_no)), 8)
		self.assertEqual({t["state"] for t in self.tasks(entry.voucher_no)}, {"Expected"})

	def test_transfers_from_before_the_module_was_on_are_synced_at_night(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		self.platform.settings(inbound=False)
		before, _ = self.sent_to(warehouse, item, 8)
		self.platform.settings(inbound=True)
		self.assertEqual(self.tasks(before.voucher_no), [])
		with self.platform.context() as ctx:
			found, after = [], ""
			while names := inbound_sync.open_documents(ctx, "Stock Entry", after):
				found, after = [*found, *names], names[-1]
			self.assertIn(before.voucher_no, found)
			inbound_sync.sync(ctx, "Stock Entry", before.voucher_no)
		self.assertEqual(self.task(before.voucher_no)["state"], "Expected")

	def row_of(self, voucher: Voucher) -> str:
		table = {"Stock Entry": "Stock Entry Detail", "Delivery Note": "Delivery Note Item"}
		rows = self.platform.rows(
			f"SELECT name FROM `tab{table[voucher.voucher_type]}` WHERE parent = %(name)s ORDER BY idx",
			name=voucher.voucher_no,
		)
		return str(rows[0]["name"])

	def typed(self, source_type: str, source: str, warehouse: str, lines: list[ReceiptLine]) -> Voucher:
		with self.platform.context() as ctx:
			voucher = ctx.books.draft_receipt(source_type, source, warehouse, lines)
			ctx.books.submit(voucher)
		return voucher

	# sales returns

	def delivered(self, item: str, warehouse: str, qty: int, stocked: int = 20, **tracked: Any) -> Voucher:
		"""Deliver an item to a customer; return the Delivery Note."""
		self.receive(item, warehouse, stocked, **tracked)
		note: Voucher = self.platform.books.deliver(self.order(item, warehouse, qty))
		return note

	def expect_return(self, note: Voucher, item: str, qty: int, user: str = "", **more: Any) -> Row:
		data: Row = self.platform.call(
			"inbound.expect_return",
			user=user,
			delivery_note=note.voucher_no,
			items=[{"item_code": item, "qty": qty}],
			**more,
		)["data"]
		return data

	def test_what_a_customer_sends_back_is_inspected_and_put_away(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		note = self.delivered(item, warehouse, 10)
		data = self.expect_return(note, item, 6, reason="Too big")
		name, line = data["name"], data["lines"][0]["line"]
		self.assertEqual((data["state"], data["source_name"]), ("Expected", note.voucher_no))
		self.assertEqual((data["reason"], data["lines"][0]["to_inspect"]), ("Too big", True))
		self.step("arrive", name)
		with self.refused("over_receipt", left="6"):
			self.step("receive", name, line=line, qty=7)
		self.step("receive", name, line=line, qty=5)
		done = self.step("finish_receiving", name)
		self.assertEqual((done["state"], done["data"]["receipt_doctype"]), ("To Inspect", "Delivery Note"))
		self.assert_position(item, warehouse, on_hand=15, on_hold=5)
		inspected = self.step("inspect", name, line=line, accepted=4, rejected=1, reason="Scratched")
		self.assertEqual(inspected["state"], "To Put Away")
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=4)["state"], "Done")
		self.assert_position(item, warehouse, on_hand=15, on_hold=1)
		self.assertEqual(self.tasks(note.voucher_no), [], "what did not arrive is not expected any more")
		self.assertEqual(self.expect_return(note, item, 5)["lines"][0]["expected_qty"], 5)

	def test_a_setting_lets_what_comes_back_be_available_at_once(self) -> None:
		self.platform.settings(inspect_sales_returns=False)
		self.addCleanup(self.platform.settings, inspect_sales_returns=True)
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		elsewhere = self.platform.make_warehouse()
		note = self.delivered(item, warehouse, 10)
		data = self.expect_return(note, item, 3, warehouse=elsewhere)
		self.assertEqual((data["warehouse"], data["lines"][0]["to_inspect"]), (elsewhere, False))
		self.assertEqual(self.received(note.voucher_no)["state"], "To Put Away")
		self.assert_position(item, elsewhere, on_hand=3, on_hold=0)

	def test_serial_numbers_come_back_that_were_delivered(self) -> None:
		item = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		serials = (unique("S"), unique("S"))
		note = self.delivered(item, warehouse, 2, 2, serial_nos=serials)
		self.expect_return(note, item, 2)
		data = self.arrived(note.voucher_no)
		name, line = data["name"], data["lines"][0]["line"]
		with self.refused("not_sent"):
			self.step("receive", name, line=line, qty=1, serial_nos=[unique("S")])
		self.step("receive", name, line=line, qty=1, serial_nos=[serials[0]])
		self.assertEqual(self.step("finish_receiving", name)["state"], "To Inspect")
		self.assertEqual(self.serials_in_bins(item), {serials[0]: f"UNPLACED - {warehouse}"})
		self.expect_return(note, item, 1)
		data = self.get(next(t["name"] for t in self.tasks(note.voucher_no) if t["state"] == "Expected"))
		self.step("arrive", data["name"])
		with self.refused("serial_in_stock", serial_no=serials[0]):
			self.step("receive", data["name"], line=data["lines"][0]["line"], qty=1, serial_nos=[serials[0]])

	def test_no_more_comes_back_than_was_delivered(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		other = self.platform.make_item()
		note = self.delivered(item, warehouse, 10)
		self.expect_return(note, item, 6)
		with self.refused("not_to_return", left="4"):
			self.expect_return(note, item, 5)
		with self.refused("not_to_return", left="0"):
			self.expect_return(note, other, 1)
		with self.refused("unknown_document", 404):
			self.expect_return(Voucher("Delivery Note", "no such note"), item, 1)
		with self.refused("missing_argument", 400):
			self.platform.call("inbound.expect_return", delivery_note=note.voucher_no, items=[])
		self.assertEqual([t["expected_qty"] for t in self.tasks(note.voucher_no)], [6])
		# somebody returns the rest, and more, in the books
		row = self.row_of(note)
		self.typed(
			"Delivery Note", note.voucher_no, self.platform.make_warehouse(), [ReceiptLine(row, item, D(7))]
		)
		expected = [t["expected_qty"] for t in self.tasks(note.voucher_no) if t["state"] == "Expected"]
		self.assertEqual(expected, [3])

	def test_a_return_that_was_typed_is_to_be_inspected(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		note = self.delivered(item, warehouse, 10)
		lines = [ReceiptLine(self.row_of(note), item, D(4))]
		receipt = self.typed("Delivery Note", note.voucher_no, warehouse, lines)
		task = self.task(note.voucher_no)
		self.assertEqual((task["state"], task["is_typed"]), ("To Inspect", True))
		self.assert_position(item, warehouse, on_hand=14, on_hold=4)
		self.platform.books.cancel(receipt)
		self.assertEqual(self.task(note.voucher_no)["state"], "Expected")
		self.assert_position(item, warehouse, on_hand=10, on_hold=0)

	def test_a_return_is_cancelled_at_every_step(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		for steps in range(3):
			with self.subTest(steps=steps):
				note = self.delivered(item, warehouse, 10, 10)
				before = self.position(item, warehouse)
				self.expect_return(note, item, 8)
				data = self.received(note.voucher_no)
				name, line = data["name"], data["lines"][0]["line"]
				way = (
					("inspect", {"line": line, "accepted": 8}),
					("put_away", {"line": line, "bin": shelf, "qty": 2}),
				)
				for step, arguments in way[:steps]:
					self.step(step, name, **arguments)
				self.platform.books.cancel(self.receipt_of(data))
				data = self.get(name)
				self.assertEqual((data["state"], data["receipt_document"]), ("To Receive", ""))
				self.assertEqual(self.quantities(data, "received", "accepted"), [(8, 0)])
				after = self.position(item, warehouse)
				for number in ("on_hand", "on_hold", "reserved"):
					self.assertEqual(after[number], before[number], number)
				self.platform.books.cancel(note)
				self.assertEqual(self.get(name)["state"], "Cancelled")

	def test_a_delivery_note_that_is_cancelled_has_nothing_to_come_back(self) -> None:
		for step in ("", "arrive", "receive"):
			with self.subTest(after=step):
				item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
				note = self.delivered(item, warehouse, 10)
				data = self.expect_return(note, item, 6)
				if step:
					self.step("arrive", data["name"])
				if step == "receive":
					self.step("receive", data["name"], line=data["lines"][0]["line"], qty=4)
				self.platform.books.cancel(note)
				data = self.get(data["name"])
				self.assertEqual((data["state"], data["received"]), ("Cancelled", []))
				self.assert_position(item, warehouse, on_hand=20)

	def test_what_comes_back_to_another_warehouse_is_named(self) -> None:
		item, other = self.platform.make_item(), self.platform.make_item()
		one, two = self.platform.make_warehouse(), self.platform.make_warehouse()
		self.receive(item, one, 5)
		self.receive(other, two, 5)
		order = self.platform.books.order(
			self.platform.make_customer(), [self.line(item, one, 5), self.line(other, two, 5)]
		)
		note = self.platform.books.deliver(order)
		items = [{"item_code": code, "qty": 2} for code in (item, other)]
		with self.refused("several_warehouses", 400):
			self.platform.call("inbound.expect_return", delivery_note=note.voucher_no, items=items)
		self.platform.call("inbound.expect_return", delivery_note=note.voucher_no, items=items, warehouse=one)
		self.received(note.voucher_no)
		for code in (item, other):
			self.assert_position(code, one, on_hand=2, on_hold=2)

	# by hand

	def expect(self, warehouse: str, *items: tuple[str, int], user: str = "", **more: Any) -> Row:
		lines = [{"item_code": item, "qty": qty} for item, qty in items]
		values = {"reason": "Sample from a fair", **more}
		data: Row = self.platform.call(
			"inbound.expect", user=user, warehouse=warehouse, items=lines, **values
		)["data"]
		return data

	def test_an_item_that_nobody_has_valued_comes_in_without_a_document(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		data = self.expect(warehouse, (item, 4))
		self.step("arrive", data["name"])
		self.step("receive", data["name"], line=self.line_of(data, item), qty=4)
		self.step("finish_receiving", data["name"])
		self.assert_position(item, warehouse, on_hand=4, available=4)

	def test_what_comes_without_a_document_is_received_and_put_away(self) -> None:
		plain, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		strict = self.platform.make_item(inspection_required_before_purchase=1)
		shelf = self.platform.make_bin(warehouse)
		for item in (plain, strict):
			self.receive(item, warehouse, 1)
		data = self.expect(warehouse, (plain, 4), (strict, 3))
		name = data["name"]
		self.assertEqual(
			(data["state"], data["source_name"], data["reason"]), ("Expected", "", "Sample from a fair")
		)
		self.assertIn(
			name, [t["name"] for t in self.platform.call("inbound.list_tasks", search=name)["tasks"]]
		)
		self.step("arrive", name)
		with self.refused("over_receipt", left="4"):
			self.step("receive", name, line=self.line_of(data, plain), qty=5)
		self.step("receive", name, line=self.line_of(data, plain), qty=4)
		self.step("receive", name, line=self.line_of(data, strict), qty=2)
		done = self.step("finish_receiving", name)
		self.assertEqual((done["state"], done["data"]["receipt_doctype"]), ("To Inspect", "Stock Entry"))
		self.assert_position(plain, warehouse, on_hand=5, on_hold=0)
		self.assert_position(strict, warehouse, on_hand=3, on_hold=2)
		self.step("inspect", name, line=self.line_of(data, strict), accepted=2)
		self.step("put_away", name, line=self.line_of(data, strict), bin=shelf, qty=2)
		self.platform.books.cancel(self.receipt_of(done["data"]))
		self.assertEqual(self.get(name)["state"], "To Receive")
		self.assert_position(strict, warehouse, on_hand=1, on_hold=0)
		self.assertEqual(self.step("cancel", name, reason="Sent elsewhere")["state"], "Cancelled")
		self.assert_position(plain, warehouse, on_hand=1)

	def test_bad_input_makes_no_order(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		before = self.platform.rows("SELECT COUNT(*) AS n FROM `tabInbound Order`")
		for arguments, code, status in (
			({"reason": ""}, "missing_argument", 400),
			({"supplier": "no such supplier"}, "unknown_supplier", 404),
			({"warehouse": "no such warehouse"}, "unknown_warehouse", 404),
			({"items": [{"item_code": "no such item", "qty": 1}]}, "unknown_item", 404),
			({"items": [{"item_code": item, "qty": 0}]}, "invalid_quantity", 400),
			({"items": []}, "missing_argument", 400),
		):
			values: Row = {
				"warehouse": warehouse,
				"items": [{"item_code": item, "qty": 1}],
				"reason": "Found",
			}
			with self.subTest(code=code), self.refused(code, status) as caught:
				self.platform.call("inbound.expect", **{**values, **arguments})
			self.assertGreater(len(caught[0].message()), 10)
		self.assertEqual(self.platform.rows("SELECT COUNT(*) AS n FROM `tabInbound Order`"), before)

	def test_who_may_say_what_is_expected(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		note = self.delivered(item, warehouse, 10)
		for role in (MANAGER, SUPERVISOR):
			self.expect(warehouse, (item, 1), user=self.platform.make_user([role], [warehouse]))
		for role in (OPERATOR, BUYER, INSPECTOR):
			with self.subTest(role=role), self.refused("not_permitted", 403):
				self.expect(warehouse, (item, 1), user=self.platform.make_user([role], [warehouse]))
		operator = self.platform.make_user([OPERATOR], [warehouse])
		self.expect_return(note, item, 1, user=operator)
		stranger = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.expect(warehouse, (item, 1), user=stranger)
		with self.refused("warehouse_not_permitted", 403):
			self.expect_return(note, item, 1, user=stranger)
