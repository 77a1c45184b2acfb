"""Waves: many orders picked in one walk, sorted and checked at the pack station, shipped in packages."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique


class WaveBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(outbound=True, outbound_check="Off")

	# doing

	def task(self, order: str) -> str:
		"""Return the name of the open Outbound Order of a Sales Order."""
		found = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		self.assertEqual([t["source_name"] for t in found], [order])
		return str(found[0]["name"])

	def orders_of(self, item: str, warehouse: str, *quantities: int) -> list[str]:
		"""Return the Outbound Orders of a Sales Order for each quantity."""
		return [self.task(self.order(item, warehouse, qty)) for qty in quantities]

	def wave(self, step: str, name: str, user: str = "", **arguments: Any) -> Row:
		result: Row = self.platform.call(f"wave.{step}", name=name, user=user, **arguments)
		self.assertEqual(result["state"], result["data"]["state"])
		data: Row = result["data"]
		return data

	def released(self, warehouse: str, **selection: Any) -> Row:
		made: Row = self.platform.call("wave.create", warehouse=warehouse, **selection)["data"]
		return self.wave("release", made["name"])

	def pick_all(self, data: Row) -> Row:
		for p in [p for p in data["picks"] if not p["done"]]:
			pick = {k: p[k] for k in ("item_code", "bin", "qty", "batch_no")}
			data = self.wave("pick", data["name"], **pick)
		return data

	def scan(self, code: str, **where: Any) -> Row:
		result: Row = self.platform.call("pack.scan", code=code, **where)["data"]
		return result

	def state(self, name: str) -> str:
		return str(self.platform.call("outbound.get", name=name)["state"])

	def picks(self, data: Row) -> list[tuple[str, Any, int, bool]]:
		return [(p["bin_code"], p["qty"], p["orders"], p["done"]) for p in data["picks"]]

	# the way through

	def test_three_orders_go_through_a_wave_and_the_pack_station(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		other = self.platform.make_item()
		near = self.platform.make_bin(warehouse, bin_code="A1", sequence=1)
		far = self.platform.make_bin(warehouse, bin_code="B1", sequence=2)
		self.receive(item, warehouse, 50, near)
		self.receive(other, warehouse, 50, far)
		lines = [self.line(item, warehouse, 2), self.line(other, warehouse, 1)]
		both = self.task(self.platform.books.order(self.platform.make_customer(), lines))
		first, last = self.orders_of(item, warehouse, 3, 4)
		made = self.platform.call("wave.create", warehouse=warehouse)
		self.assertEqual(
			(made["state"], [s["step"] for s in made["next_steps"]]), ("To Release", ["release", "cancel"])
		)
		self.assertEqual([o["cell"] for o in made["data"]["orders"]], [1, 2, 3])
		data = self.wave("release", made["data"]["name"])
		self.assertEqual(self.picks(data), [("A1", 9, 3, False), ("B1", 1, 1, False)])
		self.assertEqual({self.state(n) for n in (both, first, last)}, {"To Pick"})
		data = self.pick_all(data)
		self.assertEqual(self.picks(data), [("A1", 9, 3, True), ("B1", 1, 1, True)])
		self.assertEqual(self.in_bins(item, warehouse), {"A1": 41, "STAGING": 9})
		data = self.wave("finish_picking", data["name"])
		self.assertEqual((data["state"], data["orders_to_pack"]), ("To Pack", 3))
		name = data["name"]
		cells = {o["name"]: o["cell"] for o in data["orders"]}
		found = self.scan(other, wave=name)
		self.assertEqual((found["name"], found["cell"], found["complete"]), (both, cells[both], False))
		self.assertEqual(self.scan(both, wave=name)["qty"], 0)
		self.assertFalse(self.scan(item, wave=name)["complete"])
		found = self.scan(item, wave=name)
		self.assertEqual((found["name"], found["complete"], found["orders_to_pack"]), (both, True, 2))
		scanned = [self.scan(item, wave=name) for _ in range(7)]
		self.assertEqual([s["complete"] for s in scanned].count(True), 2)
		self.assertEqual({s["name"] for s in scanned if s["complete"]}, {first, last})
		with self.refused("not_to_pack"):
			self.scan(item, wave=name)
		self.assertEqual({self.state(n) for n in (both, first, last)}, {"To Ship"})
		self.assertEqual(self.wave("close", name)["state"], "Done")
		for order in (both, first, last):
			self.assertEqual(self.platform.call("outbound.ship", name=order)["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=41, reserved=0)
		self.assert_position(other, warehouse, on_hand=49, reserved=0)

	def test_a_piece_that_was_scanned_twice_is_taken_back(self) -> None:
		item, warehouse = self.stocked(20)
		(order,) = self.orders_of(item, warehouse, 3)
		name = self.pick_all(self.released(warehouse))["name"]
		self.wave("finish_picking", name)
		self.scan(item, wave=name, qty=2)

		def unscan(**arguments: Any) -> Row:
			data: Row = self.platform.call("pack.unscan", name=order, **arguments)["data"]
			return data

		self.assertEqual([line["checked_qty"] for line in unscan(code=item)["lines"]], [1])
		with self.refused("more_than_counted", counted="1"):
			unscan(code=item, qty=2)
		with self.refused("unknown_code", 404):
			unscan(code="NEVER-SEEN")
		self.platform.call("pack.pack", name=order)
		with self.refused("more_than_counted", counted="0"):
			unscan(code=item)
		self.assertTrue(self.scan(item, wave=name, qty=2)["complete"])
		with self.refused("wrong_state"):
			unscan(code=item)
		self.assertEqual(self.platform.call("outbound.ship", name=order)["state"], "Shipped")

	def test_orders_of_an_open_wave_are_not_tasks_of_their_own(self) -> None:
		item, warehouse = self.stocked(20)
		first, second = self.orders_of(item, warehouse, 3, 4)
		(urgent,) = self.orders_of(item, warehouse, 5)

		def listed() -> set[str]:
			page = self.platform.call("outbound.list_tasks", warehouse=warehouse, outside_waves=True)
			return {task["name"] for task in page["tasks"]}

		self.assertEqual(listed(), {first, second, urgent})
		name = self.platform.call("wave.create", warehouse=warehouse, names=[first, second])["data"]["name"]
		self.assertEqual(listed(), {urgent})
		(task,) = self.platform.call("wave.list", warehouse=warehouse)["waves"]
		self.assertEqual(
			(task["orders"], task["lines"], task["lines_picked"], task["orders_packed"]), (2, 2, 0, 0)
		)
		self.assertIsNotNone(task["due"])
		self.pick_all(self.wave("release", name))
		self.wave("finish_picking", name)
		self.scan(item, name=first, qty=3)
		(task,) = self.platform.call("wave.list", warehouse=warehouse)["waves"]
		self.assertEqual((task["lines_picked"], task["orders_packed"]), (2, 1))
		self.assertEqual(listed(), {urgent}, "what is packed is shipped at the pack station")
		self.wave("close", name)
		self.assertEqual(listed(), {first, second, urgent}, "who left the wave goes on alone")
		all_tasks = self.platform.call("outbound.list_tasks", warehouse=warehouse)["tasks"]
		self.assertEqual({task["name"] for task in all_tasks}, {first, second, urgent})

	def test_an_order_ships_with_the_tracking_number_of_its_packages(self) -> None:
		item, warehouse = self.stocked(10)
		(order,) = self.orders_of(item, warehouse, 5)
		data = self.pick_all(self.released(warehouse))
		self.wave("finish_picking", data["name"])
		line = self.scan(item, name=order, qty=5)["lines"][0]
		self.assertEqual((line["checked_qty"], line["unpacked_qty"]), (5, 5))
		one = self.platform.call(
			"pack.pack",
			name=order,
			lines=[{"line": line["line"], "qty": 2}],
			weight=1.5,
			carrier="SF",
			tracking_no="SF1",
		)["data"]
		self.assertEqual(
			[(p["package_no"], p["weight"], p["lines"][0]["qty"]) for p in one["packages"]], [(1, 1.5, 2)]
		)
		with self.refused("more_than_checked", left="3"):
			self.platform.call("pack.pack", name=order, lines=[{"line": line["line"], "qty": 4}])
		both = self.platform.call("pack.pack", name=order, tracking_no="SF2")["data"]
		self.assertEqual([p["tracking_no"] for p in both["packages"]], ["SF1", "SF2"])
		with self.refused("nothing_to_pack"):
			self.platform.call("pack.pack", name=order)
		undone = self.platform.call("pack.unpack", package=both["packages"][0]["name"])["data"]
		self.assertEqual([p["tracking_no"] for p in undone["packages"]], ["SF2"])
		shipped = self.platform.call("outbound.ship", name=order)["data"]
		self.assertEqual((shipped["carrier"], shipped["tracking_no"]), ("SF", "SF1"))
		with self.refused("wrong_state"):
			self.platform.call("pack.pack", name=order)

	def test_only_what_is_counted_goes_into_a_package(self) -> None:
		item, warehouse = self.stocked(10)
		(order,) = self.orders_of(item, warehouse, 5)
		data = self.pick_all(self.released(warehouse))
		self.wave("finish_picking", data["name"])

		def steps() -> list[str]:
			packing = self.platform.call("pack.get", name=order)
			return [step["step"] for step in packing["package_steps"]]

		self.assertEqual(steps(), [], "nothing is counted")
		with self.refused("nothing_to_pack"):
			self.platform.call("pack.pack", name=order)
		self.scan(item, name=order, qty=2)
		self.assertEqual(steps(), ["pack"])
		packed = self.platform.call("pack.pack", name=order)["data"]
		self.assertEqual([line["qty"] for line in packed["packages"][0]["lines"]], [2])
		self.assertEqual(steps(), ["unpack"])
		self.scan(item, name=order, qty=3)
		self.assertEqual(steps(), ["pack", "unpack"])
		stranger = self.platform.make_user([BUYER])
		self.assertEqual(self.platform.call("pack.get", name=order, user=stranger)["package_steps"], [])

	def test_a_wave_is_made_of_what_is_chosen(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		zone = self.platform.make_zone(warehouse)
		shelf = self.platform.make_bin(warehouse, bin_code="Z1", zone=zone)
		elsewhere = self.platform.make_item()
		self.receive(item, warehouse, 50, shelf)
		self.receive(elsewhere, warehouse, 50)
		(in_zone,) = self.orders_of(item, warehouse, 1)
		(out_of_zone,) = self.orders_of(elsewhere, warehouse, 1)
		two_lines = self.task(self.order(item, warehouse, 1, 1))
		waiting = self.orders_of(self.platform.make_item(), warehouse, 1)

		def chosen(**selection: Any) -> set[str]:
			ready = self.platform.call("wave.count_ready", warehouse=warehouse, **selection)["orders"]
			data = self.platform.call("wave.create", warehouse=warehouse, **selection)["data"]
			names = {o["name"] for o in data["orders"]}
			self.assertEqual(ready, len(names), "as many as were announced")
			self.wave("cancel", data["name"])
			return names

		self.assertEqual(chosen(), {in_zone, out_of_zone, two_lines})
		self.assertEqual(chosen(zone=zone), {in_zone, two_lines})
		self.assertEqual(chosen(single_line_only=True), {in_zone, out_of_zone})
		self.assertEqual(len(chosen(max_orders=2)), 2)
		named = self.platform.call("wave.create", warehouse=warehouse, names=[out_of_zone])["data"]
		self.assertEqual([o["name"] for o in named["orders"]], [out_of_zone])
		self.assertEqual(chosen(), {in_zone, two_lines}, "what is in a wave is in no other")
		none = {"warehouse": warehouse, "due_until": date(2020, 1, 1)}
		self.assertEqual(self.platform.call("wave.count_ready", **none), {"orders": 0})
		with self.refused("no_orders"):
			self.platform.call("wave.create", **none)
		with self.platform.context() as ctx:
			now = ctx.clock.now()
		with self.refused("no_orders"):
			chosen(ordered_until=(now - timedelta(minutes=10)).isoformat())
		self.assertEqual(
			len(chosen(ordered_until=(now + timedelta(minutes=10)).isoformat(), max_orders=1)), 1
		)
		self.assertTrue(waiting)

	# less than expected

	def test_a_short_pick_in_a_wave_is_lost_by_the_least_urgent_order(self) -> None:
		item, warehouse, (near, _) = self.in_bins_of_one_walk(6, 1)
		first, last = self.orders_of(item, warehouse, 3, 3)
		data = self.released(warehouse)
		self.assertEqual(self.picks(data), [("A1", 6, 2, False)])
		short = {"item_code": item, "bin": near, "reason": "Not There"}
		data = self.wave("report_short", data["name"], qty=2, **short)
		self.assertEqual(self.picks(data), [("A1", 4, 2, False), ("B1", 1, 1, False)])
		with self.refused("more_than_allocated"):
			self.wave("report_short", data["name"], qty=5, **short)
		data = self.pick_all(data)
		self.wave("finish_picking", data["name"])
		lines = {n: self.platform.call("pack.get", name=n)["lines"] for n in (first, last)}
		self.assertEqual({n: found[0]["picked_qty"] for n, found in lines.items()}, {first: 3, last: 2})
		self.scan(item, name=last, qty=2)
		self.assertEqual(self.platform.call("outbound.ship", name=last)["state"], "Shipped")
		self.assert_position(item, warehouse, on_hand=5, on_hold=2, reserved=3)

	def test_from_another_bin_than_proposed(self) -> None:
		item, warehouse, (_, far) = self.in_bins_of_one_walk(6, 6)
		self.orders_of(item, warehouse, 2, 2)
		data = self.released(warehouse)
		data = self.wave("pick", data["name"], item_code=item, bin=far, qty=3)
		self.assertEqual(self.picks(data), [("A1", 1, 1, False), ("B1", 3, 2, True)])
		with self.refused("more_than_to_pick", left="1"):
			self.wave("pick", data["name"], item_code=item, bin=far, qty=2)

	def test_brief_result_of_a_pick(self) -> None:
		item, warehouse = self.stocked(20)
		other = self.platform.make_item()
		self.receive(other, warehouse, 20)
		self.orders_of(item, warehouse, 2, 3)
		self.orders_of(other, warehouse, 4)
		data = self.released(warehouse)
		first = next(p for p in data["picks"] if p["item_code"] == item)
		pick = {"name": data["name"], "item_code": item, "bin": first["bin"], "qty": 2}
		brief = self.platform.call("wave.pick", brief=True, **pick)
		self.assertEqual((brief["state"], brief["data"]["orders"]), ("To Pick", []))
		whole = self.platform.call("wave.get", name=data["name"])
		of_item = [p for p in whole["picks"] if p["item_code"] == item]
		self.assertEqual([(p["qty"], p["done"]) for p in of_item], [(3, False), (2, True)])
		self.assertEqual(brief["data"], {**whole, "orders": [], "picks": of_item})

	def test_serial_numbers_are_divided_and_scanned_one_by_one(self) -> None:
		item = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		serials = [f"{item}-{n}" for n in range(3)]
		self.receive(item, warehouse, 3, serial_nos=tuple(serials))
		one, two = self.orders_of(item, warehouse, 1, 2)
		data = self.released(warehouse)
		p = data["picks"][0]
		pick = {"item_code": item, "bin": p["bin"], "qty": 3}
		with self.refused("serials_needed", 400):
			self.wave("pick", data["name"], **pick)
		self.wave("pick", data["name"], serial_nos=serials, **pick)
		name = self.wave("finish_picking", data["name"])["name"]
		with self.refused("serials_needed", 400):
			self.scan(item, wave=name)
		scanned = [self.scan(serial, wave=name) for serial in serials]
		self.assertEqual([s["complete"] for s in scanned].count(True), 2)
		with self.refused("not_to_pack"):
			self.scan(serials[0], wave=name)
		for order in (one, two):
			self.platform.call("outbound.ship", name=order)
		self.assertEqual(self.serials_in_bins(item), {})

	def test_a_box_and_a_batch_are_scanned_by_their_own_codes(self) -> None:
		code = unique("BOX1")
		item = self.platform.make_item(
			has_batch_no=1,
			uoms=[{"uom": "Box", "conversion_factor": 6}],
			barcodes=[{"barcode": code, "uom": "Box"}],
		)
		warehouse = self.platform.make_warehouse()
		one, other = self.platform.make_batch(item), self.platform.make_batch(item)
		self.receive(item, warehouse, 6, batch_no=one)
		self.receive(item, warehouse, 4, batch_no=other)
		self.orders_of(item, warehouse, 10)
		data = self.pick_all(self.released(warehouse))
		name = self.wave("finish_picking", data["name"])["name"]
		self.assertEqual(self.scan(code.replace("1", "１"), wave=name)["qty"], 6)
		with self.refused("more_than_to_pack", left="4"):
			self.scan(code, wave=name)
		with self.refused("not_to_pack"):
			self.scan(one, wave=name)
		self.assertTrue(self.scan(other, wave=name, qty=4)["complete"])

	# changes meanwhile

	def test_an_order_cancelled_in_a_released_wave_is_picked_no_more(self) -> None:
		item, warehouse = self.stocked(20)
		other = self.task(self.order(item, warehouse, 3))
		order = self.order(item, warehouse, 4)
		cancelled = self.task(order)
		data = self.released(warehouse)
		self.platform.books.cancel_order(order)
		self.assertEqual(self.state(cancelled), "Cancelled")
		data = self.platform.call("wave.get", name=data["name"])
		self.assertEqual(self.picks(data), [("UNPLACED", 3, 1, False)])
		self.pick_all(data)
		data = self.wave("finish_picking", data["name"])
		self.assertEqual(data["orders_to_pack"], 1)
		self.assertEqual(self.scan(item, wave=data["name"], qty=3)["name"], other)

	def test_an_order_cancelled_after_its_pick_is_put_back(self) -> None:
		item, warehouse = self.stocked(20)
		order = self.order(item, warehouse, 4)
		cancelled = self.task(order)
		data = self.pick_all(self.released(warehouse))
		self.platform.books.cancel_order(order)
		self.assertEqual(self.state(cancelled), "To Put Back")
		self.assertEqual(self.wave("finish_picking", data["name"])["state"], "Done")
		line = self.platform.call("outbound.get", name=cancelled)["lines"][0]["line"]
		self.platform.call("outbound.unpick", name=cancelled, line=line, qty=4)
		self.assertEqual(
			(self.state(cancelled), self.in_bins(item, warehouse)), ("Cancelled", {"UNPLACED": 20})
		)

	def test_an_order_on_hold_leaves_the_wave_at_its_next_step(self) -> None:
		item, warehouse = self.stocked(20)
		made = [self.order(item, warehouse, qty) for qty in (1, 2, 3)]
		first, second, third = map(self.task, made)
		name = self.platform.call("wave.create", warehouse=warehouse)["data"]["name"]
		self.platform.books.put_order_on_hold(made[0])
		data = self.wave("release", name)
		self.assertEqual([o["name"] for o in data["orders"]], [second, third])
		self.platform.books.put_order_on_hold(made[1])
		data = self.platform.call("wave.get", name=name)
		self.assertEqual(self.picks(data), [("UNPLACED", 3, 1, False)])
		self.pick_all(data)
		data = self.wave("finish_picking", name)
		self.assertEqual([o["name"] for o in data["orders"]], [third])
		for order in made[:2]:
			self.platform.books.reopen_order(order)
		self.assertEqual([self.state(n) for n in (first, second)], ["To Accept", "To Pick"])
		again = self.platform.call("wave.create", warehouse=warehouse)["data"]
		self.assertEqual([o["name"] for o in again["orders"]], [first])

	def test_an_order_accepted_by_itself_leaves_the_wave(self) -> None:
		item, warehouse = self.stocked(20)
		alone, other = self.orders_of(item, warehouse, 3, 4)
		name = self.platform.call("wave.create", warehouse=warehouse)["data"]["name"]
		with self.refused("in_wave", wave=name):
			self.platform.call("wave.create", warehouse=warehouse, names=[alone])
		self.platform.call("outbound.accept", name=alone)
		data = self.wave("release", name)
		self.assertEqual([o["name"] for o in data["orders"]], [other])
		self.assertEqual(self.picks(data), [("UNPLACED", 4, 1, False)])

	def test_partly_packed_it_is_put_back_and_counted_again(self) -> None:
		item, warehouse = self.stocked(20)
		(order,) = self.orders_of(item, warehouse, 4)
		data = self.pick_all(self.released(warehouse))
		name = self.wave("finish_picking", data["name"])["name"]
		line = self.scan(item, wave=name, qty=3)["lines"][0]
		self.platform.call("pack.pack", name=order)
		self.platform.call("outbound.unpick", name=order, line=line["line"], qty=1)
		found = self.platform.call("pack.get", name=order)
		self.assertEqual((found["state"], found["packages"]), ("To Pick", []))
		self.assertEqual(found["lines"][0]["checked_qty"], 0)
		self.platform.settings(outbound_check="On")
		self.platform.call("outbound.finish_picking", name=order)
		with self.refused("more_than_to_pack", left="3"):
			self.scan(item, wave=name, qty=4)
		self.assertTrue(self.scan(item, wave=name, qty=3)["complete"])

	def test_what_is_not_packed_when_a_wave_is_closed_goes_on_by_itself(self) -> None:
		item, warehouse = self.stocked(20)
		first, last = self.orders_of(item, warehouse, 1, 2)
		data = self.pick_all(self.released(warehouse))
		name = self.wave("finish_picking", data["name"])["name"]
		self.scan(item, name=first)
		self.assertEqual([o["name"] for o in self.wave("close", name)["orders"]], [first])
		self.assertEqual((self.state(first), self.state(last)), ("To Ship", "To Check"))
		with self.refused("not_to_pack"):
			self.scan(item, wave=name)
		self.assertTrue(self.scan(item, warehouse=warehouse, qty=2)["complete"])

	# refused

	def test_steps_out_of_order_and_unknown_codes_are_refused(self) -> None:
		item, warehouse = self.stocked(20)
		(order,) = self.orders_of(item, warehouse, 4)
		name = self.platform.call("wave.create", warehouse=warehouse)["data"]["name"]
		bin = self.platform.make_bin(warehouse)
		with self.refused("wrong_state", state="To Release"):
			self.wave("pick", name, item_code=item, bin=bin, qty=1)
		self.wave("release", name)
		with self.refused("wrong_state", state="To Pick"):
			self.wave("release", name)
		with self.refused("insufficient_in_bin"):
			self.wave("pick", name, item_code=item, bin=bin, qty=1)
		with self.refused("unknown_item", 404):
			self.wave("pick", name, item_code="nothing", bin=bin, qty=1)
		with self.refused("not_to_pack"):
			self.scan(item, wave=name)
		with self.refused("unknown_code", 404):
			self.scan("nothing", wave=name)
		with self.refused("missing_argument", 400):
			self.scan(item)
		with self.refused("unknown_document", 404):
			self.scan(item, wave="nothing")
		with self.refused("wrong_state"):
			self.platform.call("pack.pack", name=order)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 20})

	def test_who_may_take_which_step(self) -> None:
		item, warehouse = self.stocked(20)
		self.orders_of(item, warehouse, 4)
		buyer = self.platform.make_user([BUYER])
		operator = self.platform.make_user([OPERATOR], [warehouse])
		stranger = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		with self.refused("not_permitted", 403):
			self.platform.call("wave.create", user=buyer, warehouse=warehouse)
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("wave.create", user=stranger, warehouse=warehouse)
		name = self.platform.call("wave.create", user=operator, warehouse=warehouse)["data"]["name"]
		for step in ("get", "release", "finish_picking"):
			with self.refused("warehouse_not_permitted", 403):
				self.platform.call(f"wave.{step}", user=stranger, name=name)
		with self.refused("not_permitted", 403):
			self.platform.call("wave.cancel", user=operator, name=name)
		self.assertEqual(self.wave("release", name, user=operator)["assignee"], operator)
		self.assertEqual(self.platform.call("wave.list", user=stranger)["waves"], [])
		mine = self.platform.call("wave.list", user=operator)["waves"]
		self.assertEqual([(w["name"], w["orders"]) for w in mine], [(name, 1)])
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("pack.scan", user=stranger, wave=name, code=item)

	def test_a_repeated_pick_is_done_once(self) -> None:
		item, warehouse = self.stocked(20)
		self.orders_of(item, warehouse, 4, 4)
		data = self.released(warehouse)
		pick = {"name": data["name"], "item_code": item, "bin": data["picks"][0]["bin"], "qty": 5}
		first = self.platform.call("wave.pick", key="scan-" + data["name"], **pick)
		self.assertEqual(self.platform.call("wave.pick", key="scan-" + data["name"], **pick), first)
		self.assertEqual(self.in_bins(item, warehouse), {"UNPLACED": 15, "STAGING": 5})
