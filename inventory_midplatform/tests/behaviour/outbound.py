"""Outbound: an order becomes a task, is picked, checked and shipped."""

from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row, Voucher
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase

D = Decimal


class OutboundBehaviour(OutboundCase):
	# the way through

	def test_an_order_is_accepted_picked_checked_and_shipped(self) -> None:
		item, warehouse = self.stocked(100)
		shelf = self.platform.make_bin(warehouse, bin_code="A0101")
		order = self.order(item, warehouse, 30)
		task = self.task(order)
		self.assertEqual((task["state"], task["warehouse"]), ("To Accept", warehouse))
		self.assertEqual([s["step"] for s in task["next_steps"]], ["accept", "cancel"])
		data = self.accepted(order)
		self.assertEqual(
			[(p["bin_code"], p["qty"], p["done"]) for p in data["picks"]], [("UNPLACED", 30, False)]
		)
		data = self.pick_all(data)
		self.assertEqual(
			[(p["bin_code"], p["qty"], p["done"]) for p in data["picks"]], [("UNPLACED", 30, True)]
		)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 70, "STAGING": 30})
		self.assert_position(item, warehouse, on_hand=100, reserved=30, available=70)
		done = self.step("finish_picking", data["name"])
		self.assertEqual(done["state"], "To Check")
		self.assertEqual(done["data"]["lines"][0]["picked_qty"], None)
		checked = self.check_all(data["name"], data)
		self.assertEqual(
			(checked["state"], checked["data"]["delivery_doctype"]), ("To Ship", "Delivery Note")
		)
		self.assert_position(item, warehouse, on_hand=100, reserved=30)
		shipped = self.step("ship", data["name"], carrier="SF", tracking_no="SF1234")
		self.assertEqual((shipped["state"], shipped["next_steps"]), ("Shipped", []))
		self.assert_position(item, warehouse, on_hand=70, reserved=0, available=70)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 70})
		self.assertEqual(self.platform.call("outbound.list_tasks", search=order)["tasks"], [])
		self.assertTrue(shelf)

	def test_without_a_check_it_is_ready_to_ship_when_picked(self) -> None:
		self.platform.settings(outbound_check="Off")
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 10)))
		self.assertEqual(self.step("finish_picking", data["name"])["state"], "To Ship")
		self.assertEqual(self.step("ship", data["name"])["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=0, reserved=0)

	def test_switched_off_nothing_is_created(self) -> None:
		self.platform.settings(outbound=False)
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		self.platform.settings(outbound=True)
		self.assertEqual(self.platform.call("outbound.list_tasks", search=order)["tasks"], [])

	def test_each_warehouse_has_its_own_order(self) -> None:
		item, one = self.stocked(10)
		other = self.platform.make_warehouse()
		self.receive(item, other, 10)
		lines = [self.line(item, one, 4), self.line(item, other, 6)]
		order = self.platform.books.order(self.platform.make_customer(), lines)
		tasks = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		self.assertEqual(
			self.platform.call("outbound.list_tasks", search=f"{order[0]}%{order[-1]}")["tasks"], []
		)
		self.assertEqual({(t["warehouse"], t["qty"]) for t in tasks}, {(one, 4), (other, 6)})

	# bins and batches

	def test_it_is_picked_in_walking_order(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		far = self.platform.make_bin(warehouse, bin_code="Z9", sequence=9)
		near = self.platform.make_bin(warehouse, bin_code="A1", sequence=1)
		self.receive(item, warehouse, 5, far)
		self.receive(item, warehouse, 5, near)
		data = self.accepted(self.order(item, warehouse, 8))
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 5), ("Z9", 3)])

	def test_what_is_allocated_to_one_order_is_not_proposed_to_another(self) -> None:
		item, warehouse, _ = self.in_bins_of_one_walk(5, 5)
		first, second = self.order(item, warehouse, 5), self.order(item, warehouse, 5)
		self.assertEqual([p["bin_code"] for p in self.accepted(first)["picks"]], ["A1"])
		self.assertEqual([p["bin_code"] for p in self.accepted(second)["picks"]], ["B1"])

	def test_another_batch_is_picked_with_a_reason(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		warehouse = self.platform.make_warehouse()
		one, other = self.platform.make_batch(item), self.platform.make_batch(item)
		self.receive(item, warehouse, 5, batch_no=one)
		self.receive(item, warehouse, 5, batch_no=other)
		data = self.accepted(self.order(item, warehouse, 5))
		p = data["picks"][0]
		instead = other if p["batch_no"] == one else one
		taken = {"line": p["line"], "bin": p["bin"], "qty": 5, "batch_no": instead}
		with self.refused("other_batch", proposed=p["batch_no"]):
			self.step("pick", data["name"], **taken)
		data = self.step("pick", data["name"], **taken, reason="The box in front")["data"]
		self.assertEqual([(p["batch_no"], p["qty"], p["done"]) for p in data["picks"]], [(instead, 5, True)])
		self.step("finish_picking", data["name"])
		self.check_all(data["name"], data)
		self.step("ship", data["name"])
		self.assertEqual(self.batches_in_bins(item, warehouse), {("UNPLACED", p["batch_no"]): 5})

	def test_serial_numbers_are_picked_and_shipped_by_number(self) -> None:
		item = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		serials = tuple(f"{item}-{n}" for n in range(3))
		self.receive(item, warehouse, 3, serial_nos=serials)
		data = self.accepted(self.order(item, warehouse, 2))
		p = data["picks"][0]
		taken = {"line": p["line"], "bin": p["bin"], "qty": 2}
		with self.refused("serials_needed", 400):
			self.step("pick", data["name"], **taken)
		data = self.step("pick", data["name"], **taken, serial_nos=list(serials[1:]))["data"]
		self.step("finish_picking", data["name"])
		self.check_all(data["name"], data)
		self.step("ship", data["name"])
		self.assertEqual(set(self.serials_in_bins(item)), {serials[0]})

	# less than expected

	def test_what_is_not_there_is_blocked_and_picked_elsewhere(self) -> None:
		item, warehouse, (near, _) = self.in_bins_of_one_walk(5, 5)
		data = self.accepted(self.order(item, warehouse, 5))
		short = {"line": data["picks"][0]["line"], "bin": near, "qty": 2, "reason": "Not There"}
		data = self.step("report_short", data["name"], **short)["data"]
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 3), ("B1", 2)])
		self.assert_position(item, warehouse, on_hand=10, on_hold=2, reserved=5, available=3)

	def test_a_bin_that_cannot_be_reached_is_picked_last(self) -> None:
		item, warehouse, (near, _) = self.in_bins_of_one_walk(5, 3)
		data = self.accepted(self.order(item, warehouse, 5))
		short = {"line": data["picks"][0]["line"], "bin": near, "qty": 5, "reason": "Cannot Reach"}
		data = self.step("report_short", data["name"], **short)["data"]
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 2), ("B1", 3)])
		self.assert_position(item, warehouse, on_hand=8, on_hold=0, reserved=5)

	def test_partly_shipped_the_rest_is_a_further_order(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		data = self.accepted(order)
		p = data["picks"][0]
		data = self.step("pick", data["name"], line=p["line"], bin=p["bin"], qty=4)["data"]
		self.step("finish_picking", data["name"])
		self.check_all(data["name"], data)
		self.step("ship", data["name"])
		self.assert_position(item, warehouse, on_hand=6, reserved=6)
		rest = self.task(order)
		self.assertEqual((rest["state"], rest["lines"][0]["qty"]), ("To Accept", 6))
		self.assertNotEqual(rest["name"], data["name"])

	# back

	def test_what_is_picked_can_be_put_back(self) -> None:
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 10)))
		line = data["lines"][0]["line"]
		data = self.step("unpick", data["name"], line=line, qty=4)["data"]
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 4, "STAGING": 6})
		self.assertEqual(
			[(p["bin_code"], p["qty"], p["done"]) for p in data["picks"]],
			[("UNPLACED", 4, False), ("UNPLACED", 6, True)],
		)
		with self.refused("more_than_picked"):
			self.step("unpick", data["name"], line=line, qty=7)

	def test_a_cancelled_order_is_put_back_and_then_cancelled(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		data = self.pick_all(self.accepted(order))
		self.platform.books.cancel_order(order)
		data = self.platform.call("outbound.get", name=data["name"])
		self.assertEqual(data["state"], "To Put Back")
		self.assertEqual([s["step"] for s in data["next_steps"]], ["unpick"])
		done = self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=10)
		self.assertEqual(done["state"], "Cancelled")
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 10})
		self.assert_position(item, warehouse, on_hand=10, reserved=0, available=10)

	def test_an_order_cancelled_before_anything_is_picked_is_cancelled(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		name = self.task(order)["name"]
		self.platform.books.close_order(order)
		self.assertEqual(self.platform.call("outbound.get", name=name)["state"], "Cancelled")

	def test_fewer_ordered_fewer_to_pick(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(6)})
		self.assertEqual(self.task(order)["lines"][0]["qty"], 6)
		data = self.accepted(order)
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(5)})
		data = self.platform.call("outbound.get", name=data["name"])
		self.assertEqual((data["lines"][0]["qty"], data["picks"][0]["qty"]), (5, 5))

	# deliveries posted by hand

	def test_a_delivery_posted_by_hand_is_still_picked_and_moves_nothing_again(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse, bin_code="A1", sequence=1)
		self.receive(item, warehouse, 10, shelf)
		order = self.order(item, warehouse, 8)
		name = self.accepted(order)["name"]
		self.platform.books.deliver(order)
		data = self.platform.call("outbound.get", name=name)
		self.assertEqual((data["state"], data["is_posted"]), ("To Pick", True))
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 8)])
		with self.refused("insufficient_in_bin"):
			unplaced = self.platform.make_bin(warehouse)
			self.step("pick", name, line=data["lines"][0]["line"], bin=unplaced, qty=1)
		data = self.pick_all(data)
		self.assertEqual(self.in_bins(item, warehouse), {"A1": 2})
		self.step("finish_picking", name)
		self.check_all(name, data)
		self.assertEqual(self.step("ship", name, tracking_no="SF1")["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=2, reserved=0)

	def test_a_part_delivered_by_hand_leaves_the_rest_to_a_further_order(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		name = self.accepted(order)["name"]
		self.platform.books.deliver(order, {self.row_names(order)[0]: D(4)})
		tasks = {
			t["name"]: t["qty"] for t in self.platform.call("outbound.list_tasks", search=order)["tasks"]
		}
		self.assertEqual(sorted(tasks.values()), [4, 6])
		self.assertEqual(tasks[name], 4)

	def test_the_draft_submitted_in_the_books_ships_the_order(self) -> None:
		self.platform.settings(outbound_check="Off")
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 10)))
		data = self.step("finish_picking", data["name"])["data"]
		self.platform.books.submit(Voucher(data["delivery_doctype"], data["delivery_document"]))
		self.assertEqual(self.platform.call("outbound.get", name=data["name"])["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=0, reserved=0)

	def test_a_cancelled_delivery_brings_its_order_back_with_what_is_in_staging(self) -> None:
		self.platform.settings(outbound_check="Off")
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		data = self.pick_all(self.accepted(order))
		data = self.step("finish_picking", data["name"])["data"]
		self.step("ship", data["name"])
		self.platform.books.cancel(Voucher(data["delivery_doctype"], data["delivery_document"]))
		again = self.task(order)
		self.assertEqual((again["name"], again["state"]), (data["name"], "To Pick"))
		self.assertEqual([(p["qty"], p["done"]) for p in again["picks"]], [(10, True)])
		self.assertEqual(self.in_bins(item, warehouse), {"STAGING": 10})
		self.step("finish_picking", data["name"])
		self.assertEqual(self.step("ship", data["name"])["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=0, reserved=0)

	def test_a_cancelled_delivery_that_was_posted_by_hand_is_picked_again(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		data = self.accepted(order)
		voucher = self.platform.books.deliver(order)
		data = self.pick_all(self.platform.call("outbound.get", name=data["name"]))
		self.platform.books.cancel(voucher)
		data = self.platform.call("outbound.get", name=data["name"])
		self.assertEqual(
			(data["state"], data["is_posted"], data["lines"][0]["picked_qty"]), ("To Pick", False, 0)
		)
		self.assertEqual([(p["qty"], p["done"]) for p in data["picks"]], [(10, False)])

	def test_more_ordered_while_it_is_picked_is_a_further_order(self) -> None:
		item, warehouse = self.stocked(20)
		order = self.order(item, warehouse, 10)
		name = self.accepted(order)["name"]
		self.platform.books.update_order(order, {self.row_names(order)[0]: D(15)})
		tasks = {
			t["name"]: t["qty"] for t in self.platform.call("outbound.list_tasks", search=order)["tasks"]
		}
		self.assertEqual(tasks.pop(name), 10)
		self.assertEqual(list(tasks.values()), [5])

	# looking up

	def test_any_code_says_what_it_is_and_where_it_is(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		warehouse = self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse)
		batch = self.platform.make_batch(item)
		self.receive(item, warehouse, 5, shelf, batch_no=batch)
		order = self.order(item, warehouse, 2)
		name = self.task(order)["name"]

		def look_up(code: str, **more: Any) -> Row:
			found: Row = self.platform.call("scan.look_up", code=code, **more)
			return found

		of_item = look_up(f" {item} ")
		self.assertEqual((of_item["kind"], of_item["totals"]["available"]), ("item", 3))
		self.assertEqual([(w["bin"], w["qty"]) for w in of_item["where"]], [(shelf, 5)])
		self.assertEqual([(r["demand_name"], r["qty"]) for r in of_item["for_whom"]], [(order, 2)])
		self.assertEqual((look_up(batch)["kind"], look_up(batch)["item"]["item_code"]), ("batch", item))
		in_bin = look_up(shelf, warehouse=warehouse)
		self.assertEqual((in_bin["kind"], [w["item_code"] for w in in_bin["where"]]), ("bin", [item]))
		self.assertEqual(
			look_up(order)["order"],
			{"doctype": "Outbound Order", "name": name, "state": "To Accept", "next_step": "accept"},
		)
		self.assertEqual(look_up(name)["kind"], "order")
		self.assertEqual(look_up("Ｎｏｔｈｉｎｇ１")["code"], "Nothing1")
		self.assertEqual(look_up("nothing")["kind"], "unknown")
		elsewhere = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		self.assertEqual(self.platform.call("scan.look_up", user=elsewhere, code=item)["where"], [])

	def test_an_order_of_two_warehouses_is_found_by_the_storekeepers_of_each(self) -> None:
		item, one = self.stocked(10)
		other = self.platform.make_warehouse()
		self.receive(item, other, 10)
		lines = [self.line(item, one, 4), self.line(item, other, 6)]
		order = self.platform.books.order(self.platform.make_customer(), lines)
		tasks = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		names = {t["warehouse"]: t["name"] for t in tasks}
		for warehouse in (one, other):
			user = self.platform.make_user([OPERATOR], [warehouse])
			found = self.platform.call("scan.look_up", user=user, code=order)
			self.assertEqual(found["order"]["name"], names[warehouse])

	# refused

	def test_steps_out_of_order_are_refused_and_change_nothing(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		name = self.task(order)["name"]
		with self.refused("wrong_state", state="To Accept"):
			self.step("ship", name)
		with self.refused("wrong_state"):
			self.step("finish_picking", name)
		data = self.accepted(order)
		with self.refused("wrong_state", state="To Pick"):
			self.step("accept", name)
		with self.refused("nothing_picked"):
			self.step("finish_picking", name)
		p = data["picks"][0]
		with self.refused("more_than_to_pick"):
			self.step("pick", name, line=p["line"], bin=p["bin"], qty=11)
		with self.refused("unknown_line", 404):
			self.step("pick", name, line="nothing", bin=p["bin"], qty=1)
		with self.refused("unknown_bin", 404):
			self.step("pick", name, line=p["line"], bin="nowhere", qty=1)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 10})

	def test_a_count_that_differs_is_refused_and_says_only_where(self) -> None:
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 10)))
		name, line = data["name"], data["lines"][0]["line"]
		self.step("finish_picking", name)
		with self.refused("count_differs", differences=[{"line": line, "item_code": item}]):
			self.step("check", name, counted=[{"line": line, "qty": 9}])
		with self.refused("count_differs"):
			self.step("check", name, counted=[])
		self.assertEqual(self.step("check", name, counted=[{"line": line, "qty": 10}])["state"], "To Ship")

	def test_nothing_reserved_nothing_to_accept(self) -> None:
		item, warehouse = self.stocked(0)
		order = self.order(item, warehouse, 10)
		task = self.platform.call("outbound.list_tasks", search=order)["tasks"][0]
		self.assertFalse(task["ready"])
		with self.refused("nothing_reserved"):
			self.step("accept", task["name"])
		self.receive(item, warehouse, 10)
		self.assertEqual(self.accepted(order)["state"], "To Pick")

	def test_who_may_take_which_step(self) -> None:
		item, warehouse = self.stocked(10)
		name = self.task(self.order(item, warehouse, 10))["name"]
		elsewhere = self.platform.make_warehouse()
		buyer = self.platform.make_user([BUYER])
		operator = self.platform.make_user([OPERATOR], [warehouse])
		stranger = self.platform.make_user([OPERATOR, SUPERVISOR], [elsewhere])
		with self.refused("not_permitted", 403):
			self.step("accept", name, user=buyer)
		with self.refused("warehouse_not_permitted", 403):
			self.step("accept", name, user=stranger)
		with self.refused("not_permitted", 403):
			self.step("cancel", name, user=operator)
		data = self.step("accept", name, user=operator)["data"]
		self.assertEqual(data["assignee"], operator)
		self.assertNotIn("cancel", [s["step"] for s in data["next_steps"]])

	def test_a_repeated_pick_is_done_once(self) -> None:
		item, warehouse = self.stocked(10)
		data = self.accepted(self.order(item, warehouse, 10))
		p = data["picks"][0]
		taken = {"name": data["name"], "line": p["line"], "bin": p["bin"], "qty": 3}
		first = self.platform.call("outbound.pick", key="scan-1" + data["name"], **taken)
		again = self.platform.call("outbound.pick", key="scan-1" + data["name"], **taken)
		self.assertEqual(first, again)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 7, "STAGING": 3})
