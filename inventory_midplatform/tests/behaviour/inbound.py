"""Inbound: a Purchase Order becomes a task, is received, inspected and put away."""

from inventory_midplatform.domain.roles import BUYER, INSPECTOR, OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_case import D, InboundCase
from inventory_midplatform.tests.platform import unique


class InboundBehaviour(InboundCase):
	# the way through

	def test_batch_plain_and_serial_items_are_received_inspected_and_put_away(self) -> None:
		plain = self.platform.make_item()
		batched = self.platform.make_item(
			has_batch_no=1, has_expiry_date=1, inspection_required_before_purchase=1
		)
		numbered = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		near = self.platform.make_bin(warehouse, bin_code="A1", sequence=1)
		far = self.platform.make_bin(warehouse, bin_code="B1", sequence=2)
		order = self.purchase(warehouse, (plain, 10), (batched, 6), (numbered, 2))
		task = self.task(order)
		self.assertEqual((task["state"], task["warehouse"]), ("Expected", warehouse))
		self.assertEqual([s["step"] for s in task["next_steps"]], ["arrive", "book_slot", "cancel"])
		self.assertEqual([line["to_inspect"] for line in task["lines"]], [False, True, False])
		name = task["name"]
		self.assertEqual(self.step("arrive", name, dock="Dock 2")["data"]["dock"], "Dock 2")
		batch, serials = unique("B"), [unique("S"), unique("S")]
		self.step("receive", name, line=self.line_of(task, plain), qty=4)
		self.step("receive", name, line=self.line_of(task, plain), qty=6)
		self.step(
			"receive",
			name,
			line=self.line_of(task, batched),
			qty=6,
			batch_no=batch,
			expiry_date=self.in_a_year(),
		)
		data = self.step("receive", name, line=self.line_of(task, numbered), qty=2, serial_nos=serials)[
			"data"
		]
		self.assertEqual(self.quantities(data, "expected", "received"), [(10, 10), (6, 6), (2, 2)])
		for item in (plain, batched, numbered):
			self.assert_position(item, warehouse, on_hand=0)
		done = self.step("finish_receiving", name)
		self.assertEqual((done["state"], done["data"]["receipt_doctype"]), ("To Inspect", "Purchase Receipt"))
		self.assert_position(plain, warehouse, on_hand=10, on_hold=0, available=10)
		self.assert_position(batched, warehouse, on_hand=6, on_hold=6, available=0)
		self.assert_position(numbered, warehouse, on_hand=2, available=2)
		self.assertEqual(self.tasks(order)[0]["name"], name)

		inspected = self.step(
			"inspect", name, line=self.line_of(task, batched), accepted=4, rejected=2, reason="Broken"
		)
		self.assertEqual(inspected["state"], "To Put Away")
		self.assert_position(batched, warehouse, on_hand=6, on_hold=2, available=4)
		proposals = {p["item_code"]: p for p in inspected["data"]["to_put_away"]}
		self.assertEqual(
			{item: p["qty"] for item, p in proposals.items()}, {plain: 10, batched: 4, numbered: 2}
		)
		self.assertEqual([b["bin_code"] for b in proposals[plain]["bins"]], ["A1"])

		self.step("put_away", name, line=self.line_of(task, plain), bin=near, qty=7)
		self.step("put_away", name, line=self.line_of(task, plain), bin=far, qty=3)
		self.step("put_away", name, line=self.line_of(task, batched), bin=far, qty=4)
		last = self.step(
			"put_away", name, line=self.line_of(task, numbered), bin=near, qty=2, serial_nos=serials
		)
		self.assertEqual((last["state"], last["next_steps"]), ("Done", []))
		self.assertEqual(self.in_bins(plain, warehouse), {"A1": 7, "B1": 3})
		self.assertEqual(self.batches_in_bins(batched, warehouse), {("B1", batch): 4, ("UNPLACED", batch): 2})
		self.assertEqual(self.serials_in_bins(numbered), dict.fromkeys(serials, near))
		self.assertEqual(self.tasks(order), [])
		self.assertEqual([p["qty"] for p in last["data"]["to_put_away"]], [])

	def test_switched_off_nothing_is_created(self) -> None:
		self.platform.settings(inbound=False)
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		self.typed_receipt(order, warehouse, 10)
		self.platform.settings(inbound=True)
		self.assertEqual(self.tasks(order), [])

	def test_each_warehouse_has_its_own_order(self) -> None:
		item = self.platform.make_item()
		one, other = self.platform.make_warehouse(), self.platform.make_warehouse()
		lines = [self.line(item, one, 4), self.line(item, other, 6)]
		order = self.platform.books.purchase(self.platform.make_supplier(), lines)
		found = {(t["warehouse"], t["expected_qty"]) for t in self.tasks(order)}
		self.assertEqual(found, {(one, 4), (other, 6)})

	def test_what_is_missing_becomes_a_further_order(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		data = self.arrived(order)
		self.step("receive", data["name"], line=data["lines"][0]["line"], qty=4)
		self.step("finish_receiving", data["name"])
		open_ = {t["state"]: (t["expected_qty"], t["received_qty"]) for t in self.tasks(order)}
		self.assertEqual(open_, {"To Put Away": (10, 4), "Expected": (6, 0)})

	# what waits

	def test_a_waiting_order_is_filled_when_its_stock_is_accepted_and_not_before(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		sale = self.order(item, warehouse, 5)
		data = self.received(self.purchase(warehouse, (item, 8)))
		self.assert_reservation(self.reservation_of(sale), reserved_qty=0, waiting_qty=5)
		line = data["lines"][0]["line"]
		data = self.step("inspect", data["name"], line=line, accepted=3)["data"]
		self.assertEqual(data["state"], "To Inspect")
		self.assert_reservation(self.reservation_of(sale), reserved_qty=3, waiting_qty=2)
		self.step(
			"inspect", data["name"], line=line, accepted=4, rejected=1, reason="Wet", rejected_as="Damaged"
		)
		self.assert_reservation(self.reservation_of(sale), reserved_qty=5, waiting_qty=0)
		self.assert_position(item, warehouse, on_hand=8, on_hold=1, reserved=5, available=2)

	def test_what_needs_no_inspection_fills_who_waits_at_once(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		sale = self.order(item, warehouse, 5)
		self.received(self.purchase(warehouse, (item, 8)))
		self.assert_reservation(self.reservation_of(sale), reserved_qty=5, waiting_qty=0)

	def test_all_rejected_nothing_is_left_to_put_away(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		data = self.received(self.purchase(warehouse, (item, 8)))
		line = data["lines"][0]["line"]
		done = self.step("inspect", data["name"], line=line, rejected=8, reason="Wrong goods")
		self.assertEqual(done["state"], "Done")
		self.assert_position(item, warehouse, on_hand=8, on_hold=8, available=0)

	def test_serial_numbers_are_accepted_and_rejected_by_number(self) -> None:
		item = self.platform.make_item(
			has_serial_no=1, stock_uom="Nos", inspection_required_before_purchase=1
		)
		warehouse = self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		good, bad = unique("S"), unique("S")
		data = self.arrived(self.purchase(warehouse, (item, 2)))
		name, line = data["name"], data["lines"][0]["line"]
		self.step("receive", name, line=line, qty=2, serial_nos=[good, bad])
		self.step("finish_receiving", name)
		with self.refused("serials_needed", 400):
			self.step("inspect", name, line=line, accepted=1, rejected=1, reason="Scratched")
		self.step(
			"inspect",
			name,
			line=line,
			accepted=1,
			accepted_serial_nos=[good],
			rejected=1,
			rejected_serial_nos=[bad],
			reason="Scratched",
		)
		with self.refused("more_than_left"):
			self.step("put_away", name, line=line, bin=shelf, qty=1, serial_nos=[bad])
		done = self.step("put_away", name, line=line, bin=shelf, qty=1, serial_nos=[good])
		self.assertEqual(done["state"], "Done")
		self.assertEqual(self.serials_in_bins(item), {good: shelf, bad: f"UNPLACED - {warehouse}"})

	# how much may be received

	def test_more_than_ordered_is_refused_beyond_the_allowance(self) -> None:
		for allowance, most in ((0, 10), (10, 11)):
			item = self.platform.make_item(over_delivery_receipt_allowance=allowance)
			warehouse = self.platform.make_warehouse()
			data = self.arrived(self.purchase(warehouse, (item, 10)))
			name, line = data["name"], data["lines"][0]["line"]
			with self.subTest(allowance=allowance):
				with self.refused("over_receipt", left=str(most)):
					self.step("receive", name, line=line, qty=most + 1)
				self.step("receive", name, line=line, qty=most)
				with self.refused("over_receipt", left="0"):
					self.step("receive", name, line=line, qty=1)
				self.step("finish_receiving", name)
				self.assert_position(item, warehouse, on_hand=most)

	def test_what_was_received_can_be_undone_before_it_is_posted(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		warehouse = self.platform.make_warehouse()
		data = self.arrived(self.purchase(warehouse, (item, 10)))
		name, line = data["name"], data["lines"][0]["line"]
		one, other = unique("B"), unique("B")
		self.step("receive", name, line=line, qty=4, batch_no=one)
		self.step("receive", name, line=line, qty=5, batch_no=other)
		with self.refused("batch_needed", 400):
			self.step("undo_receive", name, line=line, qty=5)
		self.step("undo_receive", name, line=line, qty=5, batch_no=other)
		data = self.step("undo_receive", name, line=line, qty=1, batch_no=one)["data"]
		self.assertEqual([(r["batch_no"], r["qty"]) for r in data["received"]], [(one, 3)])
		with self.refused("more_than_left"):
			self.step("undo_receive", name, line=line, qty=4)
		self.step("finish_receiving", name)
		self.assertEqual(self.batches_in_bins(item, warehouse), {("UNPLACED", one): 3})
		made = self.platform.rows("SELECT name FROM `tabBatch` WHERE item = %(item)s", item=item)
		self.assertEqual([row["name"] for row in made], [one], "only what was received is made")

	# where it is put

	def test_part_picked_from_unplaced_is_finished_without_being_put_away(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		data = self.received(self.purchase(warehouse, (item, 10)))
		name, line = data["name"], data["lines"][0]["line"]
		self.step("put_away", name, line=line, bin=shelf, qty=6)
		with self.refused("left_to_put_away", left="4"):
			self.step("finish_putting_away", name)
		self.issue(item, warehouse, 4, f"UNPLACED - {warehouse}")
		with self.refused("insufficient_in_bin"):
			self.step("put_away", name, line=line, bin=shelf, qty=4)
		self.assertEqual(self.step("finish_putting_away", name)["state"], "Done")

	def test_a_bin_that_is_too_small_is_warned_of_and_one_of_no_use_refused(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		small = self.platform.make_bin(warehouse, capacity_qty=3)
		disabled = self.platform.make_bin(warehouse, disabled=1)
		data = self.received(self.purchase(warehouse, (item, 10)))
		name, line = data["name"], data["lines"][0]["line"]
		for bin, code, status in (
			(disabled, "disabled_bin", 400),
			(f"UNPLACED - {warehouse}", "not_for_storage", 400),
			("no such bin", "unknown_bin", 404),
			(self.platform.make_bin(self.platform.make_warehouse()), "wrong_warehouse", 400),
		):
			with self.refused(code, status):
				self.step("put_away", name, line=line, bin=bin, qty=1)
		with self.refused("more_than_left", left="10"):
			self.step("put_away", name, line=line, bin=small, qty=11)
		put = self.step("put_away", name, line=line, bin=small, qty=5)
		self.assertEqual(len(put["warnings"]), 1)
		self.assertEqual(self.in_bins(item, warehouse)["UNPLACED"], 5)

	# refused

	def test_wrong_batches_and_serial_numbers_are_refused_and_change_nothing(self) -> None:
		batched = self.platform.make_item(has_batch_no=1, has_expiry_date=1)
		numbered = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		plain = self.platform.make_item()
		warehouse = self.platform.make_warehouse()
		known = self.platform.make_batch(batched, expiry_date=self.day_after(400))
		of_other = self.platform.make_batch(self.platform.make_item(has_batch_no=1))
		there, other_item = unique("S"), self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		self.receive(numbered, warehouse, 1, serial_nos=(there,))
		other_serial = unique("S")
		self.receive(other_item, warehouse, 1, serial_nos=(other_serial,))
		data = self.arrived(self.purchase(warehouse, (batched, 10), (numbered, 3), (plain, 1)))
		name = data["name"]
		of_batch, of_serial, of_plain = (self.line_of(data, item) for item in (batched, numbered, plain))
		twice = unique("S")
		for arguments, code, status in (
			({"line": of_batch, "qty": 1}, "batch_or_serial_needed", 400),
			({"line": of_batch, "qty": 1, "batch_no": unique("B")}, "expiry_needed", 400),
			(
				{"line": of_batch, "qty": 1, "batch_no": unique("B"), "expiry_date": "2020-02-29"},
				"expired_batch",
				409,
			),
			(
				{"line": of_batch, "qty": 1, "batch_no": known, "expiry_date": "2099-01-01"},
				"other_expiry",
				409,
			),
			({"line": of_batch, "qty": 1, "batch_no": of_other}, "batch_of_other_item", 400),
			({"line": of_batch, "qty": 1, "batch_no": known, "serial_nos": ["x"]}, "no_serial_numbers", 400),
			({"line": of_plain, "qty": 1, "batch_no": known}, "no_batches", 400),
			({"line": of_serial, "qty": 2, "serial_nos": [unique("S")]}, "serials_needed", 400),
			({"line": of_serial, "qty": 2, "serial_nos": [twice, twice]}, "serials_needed", 400),
			({"line": of_serial, "qty": 1, "serial_nos": [there]}, "serial_in_stock", 409),
			({"line": of_serial, "qty": 1, "serial_nos": [other_serial]}, "serial_of_other_item", 400),
			({"line": "no such line", "qty": 1}, "unknown_line", 404),
		):
			with self.subTest(code=code):
				with self.refused(code, status) as caught:
					self.step("receive", name, **arguments)
				self.assertGreater(len(caught[0].message()), 10)
		self.assertEqual(self.get(name), data)
		self.step("receive", name, line=of_serial, qty=1, serial_nos=[twice])
		with self.refused("serial_scanned", serial_no=twice):
			self.step("receive", name, line=of_serial, qty=1, serial_nos=[twice])

	def day_after(self, days: int) -> object:
		from datetime import date, timedelta

		return date.today() + timedelta(days=days)

	def test_steps_out_of_order_are_refused_and_change_nothing(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		other = self.platform.make_item()
		warehouse = self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		task = self.task(self.purchase(warehouse, (item, 4), (other, 4)))
		name, line, plain = task["name"], self.line_of(task, item), self.line_of(task, other)
		for step, arguments in self.all_steps(line, shelf):
			if step not in ("arrive", "cancel"):
				with self.subTest(step=step), self.refused("wrong_state", state="Expected"):
					self.step(step, name, **arguments)
		self.step("arrive", name)
		with self.refused("nothing_received"):
			self.step("finish_receiving", name)
		for step, arguments in self.all_steps(line, shelf):
			if step in ("arrive", "inspect", "put_away", "finish_putting_away"):
				with self.subTest(step=step), self.refused("wrong_state", state="To Receive"):
					self.step(step, name, **arguments)
		self.step("receive", name, line=line, qty=4)
		self.step("receive", name, line=plain, qty=4)
		self.step("finish_receiving", name)
		for step in ("arrive", "finish_receiving", "finish_putting_away", "cancel"):
			with self.subTest(step=step), self.refused("wrong_state", state="To Inspect"):
				self.step(step, name)
		with self.refused("not_to_inspect"):
			self.step("inspect", name, line=plain, accepted=1)
		with self.refused("missing_argument", 400):
			self.step("inspect", name, line=line, rejected=1)
		with self.refused("nothing_inspected", 400):
			self.step("inspect", name, line=line)
		with self.refused("more_than_left", left="4"):
			self.step("inspect", name, line=line, accepted=5)
		with self.refused("more_than_left", left="0"):
			self.step("put_away", name, line=line, bin=shelf, qty=1)
		self.step("put_away", name, line=plain, bin=shelf, qty=4)
		self.assertEqual(self.get(name)["state"], "To Inspect")
		self.assert_position(item, warehouse, on_hand=4, on_hold=4)

	def all_steps(self, line: str, shelf: str) -> list[tuple[str, Row]]:
		of_line: Row = {"line": line, "qty": 1}
		return [
			("arrive", {}),
			("receive", of_line),
			("undo_receive", of_line),
			("finish_receiving", {}),
			("inspect", {"line": line, "accepted": 1}),
			("put_away", {**of_line, "bin": shelf}),
			("finish_putting_away", {}),
			("cancel", {}),
		]

	def test_who_may_take_which_step(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		elsewhere, shelf = self.platform.make_warehouse(), self.platform.make_bin(warehouse)
		task = self.task(self.purchase(warehouse, (item, 4)))
		name, line = task["name"], task["lines"][0]["line"]
		operator = self.platform.make_user([OPERATOR], [warehouse])
		inspector = self.platform.make_user([INSPECTOR], [warehouse])
		buyer = self.platform.make_user([BUYER])
		stranger = self.platform.make_user([OPERATOR, SUPERVISOR, INSPECTOR], [elsewhere])
		for step, arguments in self.all_steps(line, shelf):
			with self.subTest(step=step), self.refused("warehouse_not_permitted", 403):
				self.step(step, name, user=stranger, **arguments)
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("inbound.get", name=name, user=stranger)
		self.assertEqual(self.platform.call("inbound.list_tasks", user=stranger)["tasks"], [])
		for user, steps in (
			(operator, ("inspect", "cancel")),
			(inspector, ("arrive", "receive", "finish_receiving", "put_away", "cancel")),
			(buyer, ("arrive", "receive", "finish_receiving", "inspect", "put_away")),
		):
			for step, arguments in self.all_steps(line, shelf):
				if step in steps:
					with self.subTest(user=user, step=step), self.refused("not_permitted", 403):
						self.step(step, name, user=user, **arguments)
		data = self.step("arrive", name, user=operator)["data"]
		self.assertEqual(data["assignee"], operator)
		self.step("receive", name, user=operator, line=line, qty=4)
		self.step("finish_receiving", name, user=operator)
		result = self.step("inspect", name, user=inspector, line=line, accepted=4)
		self.assertEqual(result["next_steps"], [])
		self.assertEqual(
			self.step("put_away", name, user=operator, line=line, bin=shelf, qty=4)["state"], "Done"
		)

	def test_a_repeated_scan_is_counted_once(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		data = self.arrived(self.purchase(warehouse, (item, 10)))
		scan = {"name": data["name"], "line": data["lines"][0]["line"], "qty": D(3)}
		first = self.platform.call("inbound.receive", key="scan-1" + data["name"], **scan)
		again = self.platform.call("inbound.receive", key="scan-1" + data["name"], **scan)
		self.assertEqual(first, again)
		self.assertEqual(self.get(data["name"])["lines"][0]["received_qty"], 3)
