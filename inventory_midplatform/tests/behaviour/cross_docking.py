"""What was received and an order needs goes to staging at once, instead of into a bin."""

from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase


class CrossDockingBehaviour(InboundCase):
	"""An order waits for 6 of an item; 10 are bought."""

	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(inbound=True, outbound=True, outbound_check="Off")
		self.item, self.warehouse = self.platform.make_item(), self.platform.make_warehouse()
		self.waits = self.order(self.item, self.warehouse, 6)
		self.outbound = self.task_of(self.waits)

	def task_of(self, order: str) -> str:
		(task,) = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		return str(task["name"])

	def bought(self, qty: Any = 10) -> Row:
		return self.received(self.purchase(self.warehouse, (self.item, qty)))

	def needed(self, data: Row) -> list[tuple[str, Any]]:
		found = self.get(data["name"])["cross_docks"]
		return [(row["outbound_order"], row["qty"]) for row in found]

	def cross_dock(self, data: Row, qty: Any, outbound: str = "", **more: Any) -> Row:
		about = {
			"line": self.line_of(data, self.item),
			"outbound_order": outbound or self.outbound,
			"qty": qty,
		}
		return self.step("cross_dock", data["name"], **{**about, **more})

	def test_goods_that_an_order_waits_for_go_to_staging_in_one_step(self) -> None:
		data = self.bought()
		self.assertEqual(self.needed(data), [(self.outbound, 6)])
		done = self.cross_dock(data, 6, user=self.platform.make_user([OPERATOR]))
		self.assertEqual(self.quantities(done["data"], "accepted", "put_away"), [(10, 6)])
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"STAGING": 6, "UNPLACED": 4})
		picked = self.platform.call("outbound.get", name=self.outbound)
		self.assertEqual((picked["state"], picked["lines"][0]["picked_qty"]), ("To Pick", 6))
		self.assertEqual(self.needed(data), [])
		self.platform.call("outbound.finish_picking", name=self.outbound)
		self.assertEqual(self.platform.call("outbound.ship", name=self.outbound)["state"], "Shipped")

	def test_the_rest_is_put_away_and_the_inbound_order_is_done(self) -> None:
		data = self.bought()
		self.cross_dock(data, 6)
		bin, line = self.platform.make_bin(self.warehouse), self.line_of(data, self.item)
		done = self.step("put_away", data["name"], line=line, bin=bin, qty=4)
		self.assertEqual(done["state"], "Done")

	def test_all_that_came_may_be_needed(self) -> None:
		data = self.bought(6)
		self.assertEqual(self.cross_dock(data, 6)["state"], "Done")

	def test_an_order_with_the_item_in_two_rows_gets_both_in_one_step(self) -> None:
		item = self.platform.make_item()
		lines = [PostingLine(item, self.warehouse, D(qty), D(1)) for qty in (2, 3)]
		outbound = self.task_of(self.platform.books.order(self.platform.make_customer(), lines))
		data = self.received(self.purchase(self.warehouse, (item, 10)))
		self.assertEqual([qty for _, qty in self.needed(data)], [2, 3])
		about = {"line": self.line_of(data, item), "outbound_order": outbound}
		with self.refused("not_needed", 409, needed="5"):
			self.step("cross_dock", data["name"], **about, qty=6)
		self.step("cross_dock", data["name"], **about, qty=4)
		picked = self.platform.call("outbound.get", name=outbound)["lines"]
		self.assertEqual([line["picked_qty"] for line in picked], [2, 2])
		self.assertEqual(self.needed(data), [(outbound, 1)])

	def test_older_goods_in_bins_leave_first(self) -> None:
		bin = self.platform.make_bin(self.warehouse)
		self.receive(self.item, self.warehouse, 4, bin)
		data = self.bought()
		self.assertEqual(self.needed(data), [(self.outbound, 2)])
		with self.refused("not_needed", 409, needed="2"):
			self.cross_dock(data, 3)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {self.code_of(bin): 4, "UNPLACED": 10})

	def code_of(self, bin: str) -> str:
		return str(
			self.platform.rows("SELECT bin_code FROM `tabWarehouse Bin` WHERE name = %(b)s", b=bin)[0][
				"bin_code"
			]
		)

	def test_what_is_picked_already_is_not_needed_again(self) -> None:
		data = self.bought(3)
		self.cross_dock(data, 3)
		data = self.bought(10)
		self.assertEqual(self.needed(data), [(self.outbound, 3)])
		self.assertEqual(self.cross_dock(data, 3)["state"], "To Put Away")

	def test_two_orders_share_what_came_the_first_comes_first(self) -> None:
		second = self.task_of(self.order(self.item, self.warehouse, 7))
		data = self.bought(10)
		self.assertEqual(self.needed(data), [(self.outbound, 6), (second, 4)])
		self.cross_dock(data, 4, second)
		self.assertEqual(self.needed(data), [(self.outbound, 6)])

	def test_goods_that_are_to_be_inspected_are_needed_once_accepted(self) -> None:
		self.item = self.platform.make_item(inspection_required_before_purchase=1)
		self.outbound = self.task_of(self.order(self.item, self.warehouse, 6))
		data = self.bought(10)
		self.assertEqual(self.needed(data), [])
		line = self.line_of(data, self.item)
		self.step("inspect", data["name"], line=line, accepted=5)
		self.assertEqual(self.needed(data), [(self.outbound, 5)])
		self.assertEqual(self.cross_dock(data, 5)["state"], "To Inspect")

	def test_serial_numbers_and_batches_are_named(self) -> None:
		self.item = self.platform.make_item(has_serial_no=1)
		self.outbound = self.task_of(self.order(self.item, self.warehouse, 1))
		data = self.arrived(self.purchase(self.warehouse, (self.item, 2)))
		line = self.line_of(data, self.item)
		serials = [f"{self.item}-1", f"{self.item}-2"]
		self.step("receive", data["name"], line=line, qty=2, serial_nos=serials)
		self.step("finish_receiving", data["name"])
		with self.refused("serials_needed", 400):
			self.cross_dock(data, 1)
		self.cross_dock(data, 1, serial_nos=serials[1:])
		staging = self.platform.call("outbound.get", name=self.outbound)["staging_bin"]
		self.assertEqual(self.serials_in_bins(self.item)[serials[1]], staging)

	def test_more_than_came_or_by_the_wrong_person_changes_nothing(self) -> None:
		data = self.bought(3)
		with self.refused("more_than_left"):
			self.cross_dock(data, 4)
		with self.refused("not_permitted", 403):
			self.cross_dock(data, 3, user=self.platform.make_user([BUYER]))
		with self.refused("not_needed"):
			self.cross_dock(data, 1, "OB-NOBODY")
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 3})

	def test_orders_of_a_wave_are_picked_together_and_not_from_the_dock(self) -> None:
		data = self.bought(10)
		self.platform.call("wave.create", warehouse=self.warehouse)
		self.assertEqual(self.needed(data), [])
