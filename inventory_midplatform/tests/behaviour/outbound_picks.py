"""From which bin a line is picked, and what of it is counted again after it was put back."""

from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase


class OutboundPickBehaviour(OutboundCase):
	def pick(self, data: Row, bin: str, qty: Any, **more: Any) -> Row:
		found: Row = self.step("pick", data["name"], line=data["lines"][0]["line"], bin=bin, qty=qty, **more)[
			"data"
		]
		return found

	def released(self, warehouse: str) -> Row:
		made = self.platform.call("wave.create", warehouse=warehouse)["data"]
		data: Row = self.platform.call("wave.release", name=made["name"])["data"]
		return data

	# bins

	def test_what_is_in_staging_is_not_picked_again(self) -> None:
		item, warehouse = self.stocked(10)
		data = self.accepted(self.order(item, warehouse, 10))
		data = self.pick(data, data["picks"][0]["bin"], 5)
		with self.refused("not_pickable"):
			self.pick(data, data["staging_bin"], 5)
		short = {"line": data["lines"][0]["line"], "bin": data["staging_bin"], "qty": 5, "reason": "Damaged"}
		with self.refused("not_pickable"):
			self.step("report_short", data["name"], **short)
		with self.refused("staging_bin", 400):
			self.step(
				"unpick", data["name"], line=data["lines"][0]["line"], qty=5, to_bin=data["staging_bin"]
			)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 5, "STAGING": 5})
		data = self.platform.call("outbound.get", name=data["name"])
		self.assertEqual(data["lines"][0]["picked_qty"], 5)

	def test_what_is_in_staging_is_not_picked_again_for_a_wave(self) -> None:
		item, warehouse = self.stocked(10)
		self.order(item, warehouse, 10)
		data = self.released(warehouse)
		pick = {"name": data["name"], "item_code": item}
		data = self.platform.call("wave.pick", **pick, bin=data["picks"][0]["bin"], qty=5)["data"]
		with self.refused("not_pickable"):
			self.platform.call("wave.pick", **pick, bin=data["staging_bin"], qty=5)
		with self.refused("not_pickable"):
			self.platform.call("wave.report_short", **pick, bin=data["staging_bin"], qty=5, reason="Damaged")
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 5, "STAGING": 5})

	def test_after_a_part_the_rest_is_picked_from_another_bin_for_a_wave(self) -> None:
		item, warehouse, (near, _, far) = self.in_bins_of_one_walk(4, 6, 10)
		self.order(item, warehouse, 10)
		data = self.released(warehouse)
		self.platform.call("wave.pick", name=data["name"], item_code=item, bin=near, qty=4)
		data = self.platform.call("wave.pick", name=data["name"], item_code=item, bin=far, qty=6)["data"]
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 4), ("C1", 6)])
		self.assertEqual(self.in_bins(item, warehouse), {"B1": 6, "C1": 4, "STAGING": 10})

	def test_a_refusal_says_how_much_can_be_picked_of_which_item(self) -> None:
		item, warehouse, (near, _) = self.in_bins_of_one_walk(3, 7)
		other_first = self.accepted(self.order(item, warehouse, 2))
		self.assertEqual([(p["bin_code"], p["qty"]) for p in other_first["picks"]], [("A1", 2)])
		data = self.accepted(self.order(item, warehouse, 8))
		self.assertEqual([(p["bin_code"], p["qty"]) for p in data["picks"]], [("A1", 1), ("B1", 7)])
		with self.refused("insufficient_in_bin", item_code=item, bin=near, free="1", qty="3"):
			self.pick(data, near, 3)

	# fractions

	def test_a_fraction_of_a_whole_unit_is_neither_short_nor_put_back(self) -> None:
		item, warehouse = self.stocked(10, stock_uom="Nos")
		data = self.accepted(self.order(item, warehouse, 4))
		line, bin = data["lines"][0]["line"], data["picks"][0]["bin"]
		with self.refused("not_whole", 400):
			self.step("report_short", data["name"], line=line, bin=bin, qty=0.5, reason="Not There")
		self.pick(data, bin, 4)
		with self.refused("not_whole", 400):
			self.step("unpick", data["name"], line=line, qty=0.5)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 6, "STAGING": 4})

	# again

	def test_what_was_short_is_not_short_once_it_is_picked(self) -> None:
		item, warehouse = self.stocked(10)
		data = self.accepted(self.order(item, warehouse, 10))
		line, bin = data["lines"][0]["line"], data["picks"][0]["bin"]
		self.pick(data, bin, 8)
		data = self.step("finish_picking", data["name"])["data"]
		self.assertEqual(data["lines"][0]["short_qty"], 2)
		data = self.step("unpick", data["name"], line=line, qty=1)["data"]
		self.pick(data, bin, 3)
		data = self.step("finish_picking", data["name"])["data"]
		self.assertEqual(data["lines"][0]["short_qty"], 0)

	def test_what_was_checked_by_a_count_is_not_counted_again_at_the_pack_station(self) -> None:
		one, warehouse = self.stocked(5)
		other = self.platform.make_item()
		self.receive(other, warehouse, 5)
		lines = [self.line(one, warehouse, 2), self.line(other, warehouse, 3)]
		order = self.platform.books.order(self.platform.make_customer(), lines)
		data = self.pick_all(self.accepted(order))
		name, again = data["name"], data["lines"][0]
		self.step("finish_picking", name)
		self.check_all(name, data)
		data = self.step("unpick", name, line=again["line"], qty=again["picked_qty"])["data"]
		self.pick_all(data)
		self.step("finish_picking", name)
		with self.refused("not_to_pack"):
			self.platform.call("pack.scan", code=data["lines"][1]["item_code"], name=name)
		scanned = self.platform.call("pack.scan", code=again["item_code"], name=name, qty=again["picked_qty"])
		self.assertTrue(scanned["data"]["complete"])

	def test_nothing_is_packed_before_it_is_checked(self) -> None:
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 4)))
		self.step("finish_picking", data["name"])
		self.assertEqual(self.platform.call("pack.get", name=data["name"])["lines"][0]["unpacked_qty"], 0)
		with self.refused("nothing_to_pack"):
			self.platform.call("pack.pack", name=data["name"])

	def test_what_is_picked_beyond_a_smaller_demand_is_put_back_before_it_is_checked_or_shipped(self) -> None:
		item, warehouse = self.stocked(20)
		order = self.order(item, warehouse, 10)
		row = self.row_names(order)[0]
		data = self.pick_all(self.accepted(order))
		name, line = data["name"], data["lines"][0]["line"]
		self.step("finish_picking", name)
		self.platform.books.update_order(order, {row: Decimal(8)})
		with self.refused("more_than_ordered", picked="10", qty="8"):
			self.step("check", name, counted=[{"line": line, "qty": 10}])
		for qty, less in ((8, 7), (7, 7)):
			self.step("unpick", name, line=line, qty=2 if qty == 8 else 1)
			self.step("finish_picking", name)
			self.step("check", name, counted=[{"line": line, "qty": qty}])
			self.platform.books.update_order(order, {row: Decimal(less)})
			if qty > less:
				with self.refused("more_than_ordered", picked="8", qty="7"):
					self.step("ship", name)
		self.assertEqual(self.step("ship", name)["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=13, reserved=0)

	def test_as_many_serial_numbers_are_put_back_as_are_named(self) -> None:
		item = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		serials = [f"{item}-{n}" for n in range(3)]
		self.receive(item, warehouse, 3, serial_nos=tuple(serials))
		data = self.accepted(self.order(item, warehouse, 3))
		data = self.pick(data, data["picks"][0]["bin"], 3, serial_nos=serials)
		put_back = {"line": data["lines"][0]["line"], "serial_nos": serials[:2]}
		with self.refused("serials_needed", 400, qty="1"):
			self.step("unpick", data["name"], **put_back, qty=1)
		self.step("unpick", data["name"], **put_back, qty=2)
		bins = self.serials_in_bins(item)
		self.assertEqual({s for s, bin in bins.items() if bin == data["staging_bin"]}, set(serials[2:]))

	# what left staging by another way

	def test_what_was_moved_out_of_staging_is_not_put_back_from_what_is_others(self) -> None:
		item, warehouse = self.stocked(10)
		cancelled = self.order(item, warehouse, 4)
		data = self.pick_all(self.accepted(cancelled))
		other = self.pick_all(self.accepted(self.order(item, warehouse, 5)))
		self.platform.books.cancel_order(cancelled)
		to = self.platform.make_bin(warehouse, bin_code="A1")
		where = {"item_code": item, "warehouse": warehouse}
		self.platform.call("stock.move", **where, from_bin=data["staging_bin"], to_bin=to, qty=3)
		put_back = {"line": data["lines"][0]["line"]}
		with self.refused("insufficient_in_bin", free="1"):
			self.step("unpick", data["name"], **put_back, qty=4)
		self.step("unpick", data["name"], **put_back, qty=1)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 2, "A1": 3, "STAGING": 5})
		self.step("finish_picking", other["name"])
		self.check_all(other["name"], other)
		with self.refused("insufficient_in_bin", free="0"):
			self.step("unpick", data["name"], **put_back, qty=3)
		self.step("ship", other["name"])
		with self.refused("insufficient_in_bin", free="0"):
			self.step("unpick", data["name"], **put_back, qty=3)

	# orders of one document

	def test_a_shipped_order_shows_no_picks_of_a_further_one(self) -> None:
		self.platform.settings(outbound_check="Off")
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		data = self.accepted(order)
		self.pick(data, data["picks"][0]["bin"], 4)
		self.step("finish_picking", data["name"])
		self.step("ship", data["name"])
		further = self.accepted(order)
		self.assertEqual([(p["qty"], p["done"]) for p in further["picks"]], [(6, False)])
		shipped = self.platform.call("outbound.get", name=data["name"])
		self.assertEqual([(p["qty"], p["done"]) for p in shipped["picks"]], [(4, True)])

	def test_two_orders_of_one_row_are_picked_each_by_itself(self) -> None:
		item, warehouse, (near, _) = self.in_bins_of_one_walk(12, 8)
		order = self.order(item, warehouse, 10)
		name = self.accepted(order)["name"]
		self.platform.books.update_order(order, {self.row_names(order)[0]: Decimal(15)})
		tasks = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		(further,) = [task["name"] for task in tasks if task["name"] != name]

		def proposed(order: str) -> list[tuple[str, int]]:
			picks = self.platform.call("outbound.get", name=order)["picks"]
			return [(p["bin_code"], p["qty"]) for p in picks if not p["done"]]

		self.step("accept", further)
		self.assertEqual(proposed(name), [("A1", 10)])
		self.assertEqual(proposed(further), [("A1", 2), ("B1", 3)])
		data = self.platform.call("outbound.get", name=name)
		self.pick(data, near, 7)
		self.assertEqual((proposed(name), proposed(further)), ([("A1", 3)], [("A1", 2), ("B1", 3)]))
		self.step("finish_picking", name)
		self.assertEqual(sum(qty for _, qty in proposed(further)), 5)
		self.check_all(name, self.counted(name, 7))
		self.step("ship", name)
		data = self.pick_all(self.platform.call("outbound.get", name=further))
		self.step("finish_picking", further)
		self.check_all(further, data)
		self.step("ship", further)
		self.assert_position(item, warehouse, on_hand=8, reserved=3)

	def test_the_tote_of_a_document_is_its_order_to_check(self) -> None:
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 10)
		data = self.accepted(order)
		self.pick(data, data["picks"][0]["bin"], 4)
		self.step("finish_picking", data["name"])
		self.check_all(data["name"], self.counted(data["name"], 4))
		self.step("ship", data["name"])
		further = self.pick_all(self.accepted(order))
		self.step("finish_picking", further["name"])
		found = self.platform.call("pack.scan", code=order, warehouse=warehouse)["data"]
		self.assertEqual(found["name"], further["name"])

	def counted(self, name: str, qty: int) -> Row:
		lines = self.platform.call("outbound.get", name=name)["lines"]
		return {"lines": [{**line, "picked_qty": qty} for line in lines]}

	def test_a_cancelled_order_leaves_its_bins_to_others(self) -> None:
		item, warehouse, _ = self.in_bins_of_one_walk(5, 5)
		order = self.order(item, warehouse, 5)
		data = self.accepted(order)
		self.step("cancel", data["name"], reason="The customer collects it")
		self.assertEqual(self.reservation_of(order)["reserved_qty"], 5)
		self.assertEqual(self.reservation_of(order)["allocated_qty"], 0)
		other = self.accepted(self.order(item, warehouse, 5))
		self.assertEqual([(p["bin_code"], p["qty"]) for p in other["picks"]], [("A1", 5)])

	def test_a_storekeeper_ships_from_one_of_the_warehouses_of_an_order(self) -> None:
		item, one = self.stocked(10)
		other = self.platform.make_warehouse()
		self.receive(item, other, 10)
		lines = [self.line(item, one, 4), self.line(item, other, 6)]
		order = self.platform.books.order(self.platform.make_customer(), lines)
		user = self.platform.make_user([OPERATOR], [one])
		(task,) = self.platform.call("outbound.list_tasks", user=user, search=order)["tasks"]
		data = self.step("accept", task["name"], user=user)["data"]
		p = data["picks"][0]
		self.step("pick", data["name"], user=user, line=p["line"], bin=p["bin"], qty=4)
		self.step("finish_picking", data["name"], user=user)
		self.step("check", data["name"], user=user, counted=[{"line": p["line"], "qty": 4}])
		self.assertEqual(self.step("ship", data["name"], user=user)["state"], "Shipped")
		self.assert_position(item, one, on_hand=6, reserved=0)
		self.assert_position(item, other, on_hand=10, reserved=6)
