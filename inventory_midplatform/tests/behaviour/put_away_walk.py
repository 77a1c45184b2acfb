"""One walk puts away what several Inbound Orders of a warehouse brought."""

from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase
from inventory_midplatform.tests.platform import unique


class PutAwayWalkBehaviour(InboundCase):
	"""A warehouse with bins A1, B1 and C1 in this walking order."""

	def setUp(self) -> None:
		super().setUp()
		self.item, self.other = self.platform.make_item(), self.platform.make_item()
		self.warehouse = self.platform.make_warehouse()
		self.bins = {
			code: self.platform.make_bin(self.warehouse, bin_code=code, sequence=n + 1)
			for n, code in enumerate(("A1", "B1", "C1"))
		}

	def to_put_away(self, *lines: tuple[str, Any]) -> str:
		"""Receive a Purchase Order of plain items; return its Inbound Order."""
		return str(self.received(self.purchase(self.warehouse, *lines))["name"])

	def listed(self, **more: Any) -> Row:
		result: Row = self.platform.call("inbound.list_to_put_away", warehouse=self.warehouse, **more)
		return result

	def walk(self, qty: Any, item_code: str = "", bin: str = "A1", **more: Any) -> Row:
		about = {"warehouse": self.warehouse, "item_code": item_code or self.item, "qty": qty}
		result: Row = self.platform.call(
			"inbound.put_away_walk", **{**about, "bin": self.bins.get(bin, bin), **more}
		)
		return result

	def states(self, *names: str) -> list[str]:
		return [self.get(name)["state"] for name in names]

	def left(self, name: str) -> list[tuple[str, Any]]:
		return [(part["item_code"], part["qty"]) for part in self.get(name)["to_put_away"]]

	# the list

	def test_lines_of_all_orders_are_listed_in_walking_order_of_their_bins(self) -> None:
		self.receive(self.item, self.warehouse, 1, self.bins["C1"])
		self.receive(self.other, self.warehouse, 1, self.bins["A1"])
		first = self.to_put_away((self.item, 10))
		second = self.to_put_away((self.item, 8), (self.other, 4))
		self.to_put_away((self.item, 1))
		page = self.listed(limit=3)
		self.assertEqual((page["warehouse"], page["has_more"]), (self.warehouse, True))
		self.assertEqual(
			[
				(line["inbound_order"], line["item_code"], line["qty"], [b["bin_code"] for b in line["bins"]])
				for line in page["lines"]
			],
			[
				(second, self.other, 4, ["A1"]),
				(first, self.item, 10, ["C1"]),
				(second, self.item, 8, ["C1"]),
			],
		)
		self.assertEqual(
			[line["source_name"] for line in page["lines"]],
			[self.get(name)["source_name"] for name in (second, first, second)],
		)
		rest = self.listed(limit=3, offset=3)
		self.assertEqual(([line["qty"] for line in rest["lines"]], rest["has_more"]), ([1], False))

	def test_only_orders_to_put_away_of_the_warehouse_are_listed(self) -> None:
		inspected = self.platform.make_item(inspection_required_before_purchase=1)
		data = self.received(self.purchase(self.warehouse, (inspected, 5)))
		elsewhere = self.platform.make_warehouse()
		self.received(self.purchase(elsewhere, (self.item, 5)))
		done = self.to_put_away((self.item, 5))
		self.step("put_away", done, line=self.get(done)["lines"][0]["line"], bin=self.bins["A1"], qty=5)
		self.assertEqual(self.listed()["lines"], [])
		self.step("inspect", data["name"], line=data["lines"][0]["line"], accepted=5)
		self.assertEqual([line["inbound_order"] for line in self.listed()["lines"]], [data["name"]])

	def test_a_bin_that_was_proposed_for_one_line_is_not_empty_for_the_next(self) -> None:
		self.platform.update("Warehouse Bin", self.bins["A1"], {"capacity_qty": 12})
		self.to_put_away((self.item, 10))
		self.to_put_away((self.other, 3))
		self.to_put_away((self.item, 6))
		self.assertEqual(
			[
				(line["item_code"], [(b["bin_code"], b["qty"]) for b in line["bins"]])
				for line in self.listed()["lines"]
			],
			[
				(self.item, [("A1", 10)]),
				(self.item, [("A1", 2), ("C1", 4)]),
				(self.other, [("B1", 3)]),
			],
		)

	def test_what_fits_nowhere_and_what_is_refused_is_listed_with_the_reason(self) -> None:
		for bin in self.bins.values():
			self.platform.update("Warehouse Bin", bin, {"capacity_qty": 1})
		self.to_put_away((self.item, 5))
		self.to_put_away((self.other, 2))
		self.platform.update("Item", self.other, {"disabled": 1})
		self.addCleanup(self.platform.update, "Item", self.other, {"disabled": 0})
		fits, refused = self.listed()["lines"]
		self.assertEqual((len(fits["bins"]), fits["rest"]), (3, 2))
		self.assertEqual(fits["why_rest"]["values"]["full"], "3")
		self.assertEqual((refused["bins"], refused["rest"]), ([], 2))
		self.assertEqual(refused["why_rest"]["sentence"], f"Item {self.other} is disabled.")

	# the step

	def test_more_than_one_line_is_divided_the_oldest_first(self) -> None:
		first = self.to_put_away((self.item, 10))
		second = self.to_put_away((self.other, 4), (self.item, 8))
		third = self.to_put_away((self.item, 2))
		done = self.walk(15, user=self.platform.make_user([OPERATOR], [self.warehouse]))
		self.assertEqual(
			[(part["inbound_order"], part["qty"]) for part in done["placed"]], [(first, 10), (second, 5)]
		)
		self.assertEqual(done["placed"][0]["line"], self.get(first)["lines"][0]["line"])
		self.assertEqual(self.states(first, second, third), ["Done", "To Put Away", "To Put Away"])
		self.assertEqual(self.left(second), [(self.other, 4), (self.item, 3)])
		self.assertEqual(self.left(third), [(self.item, 2)])
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"A1": 15, "UNPLACED": 5})
		self.assertEqual(
			[(line["inbound_order"], line["qty"]) for line in done["data"]["lines"]],
			[(second, 3), (third, 2), (second, 4)],
		)
		self.assertEqual((done["message"]["values"]["qty"], done["warnings"]), ("15", []))
		logged = self.platform.rows(
			"SELECT reference_name, qty FROM `tabStock Operation Log`"
			" WHERE operation = 'Put Away' AND item_code = %(item)s ORDER BY qty",
			item=self.item,
		)
		self.assertEqual(
			[(row["reference_name"], int(row["qty"])) for row in logged], [(second, 5), (first, 10)]
		)

	def test_what_a_bin_is_too_small_for_is_warned_of_with_all_of_it(self) -> None:
		self.platform.update("Warehouse Bin", self.bins["A1"], {"capacity_qty": 12})
		for qty in (10, 8):
			self.to_put_away((self.item, qty))
		(warning,) = self.walk(14)["warnings"]
		self.assertEqual(warning["values"], {"capacity": "12", "filled": "14"})

	def test_batches_and_serial_numbers_go_to_their_orders(self) -> None:
		batched = self.platform.make_item(has_batch_no=1)
		numbered = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		first_batch, second_batch = unique("B"), unique("B")
		serials = [unique("S") for _ in range(4)]
		names = []
		for batch, pieces in ((first_batch, serials[:2]), (second_batch, serials[2:])):
			data = self.arrived(self.purchase(self.warehouse, (batched, 5), (numbered, 2)))
			names.append(data["name"])
			of_batch, of_serial = self.line_of(data, batched), self.line_of(data, numbered)
			self.step("receive", data["name"], line=of_batch, qty=5, batch_no=batch)
			self.step("receive", data["name"], line=of_serial, qty=2, serial_nos=pieces)
			self.step("finish_receiving", data["name"])
		listed = {(line["item_code"], line["batch_no"]): line for line in self.listed()["lines"]}
		self.assertEqual(listed[(batched, second_batch)]["inbound_order"], names[1])
		lines = [line for line in self.listed()["lines"] if line["item_code"] == numbered]
		self.assertEqual([line["serial_nos"] for line in lines], [serials[:2], serials[2:]])
		with self.refused("batch_needed", 400):
			self.walk(7, batched)
		placed = self.walk(3, batched, batch_no=second_batch)["placed"]
		self.assertEqual([(part["inbound_order"], part["qty"]) for part in placed], [(names[1], 3)])
		placed = self.walk(2, numbered, bin="B1", serial_nos=[serials[3], serials[0]])["placed"]
		self.assertEqual([part["inbound_order"] for part in placed], names)
		self.assertEqual(
			{serial for serial, bin in self.serials_in_bins(numbered).items() if bin == self.bins["B1"]},
			{serials[0], serials[3]},
		)
		with self.refused("serials_needed", 400):
			self.walk(1, numbered)

	def test_what_cannot_be_put_away_is_refused_and_changes_nothing(self) -> None:
		first, second = self.to_put_away((self.item, 4)), self.to_put_away((self.item, 3))
		before = [self.get(name) for name in (first, second)]
		unplaced = f"UNPLACED - {self.warehouse}"
		for arguments, code, status in (
			({"qty": 8}, "more_than_left", 409),
			({"qty": 1, "item_code": self.other}, "more_than_left", 409),
			({"qty": 1, "batch_no": unique("B")}, "more_than_left", 409),
			({"qty": 5, "bin": unplaced}, "not_for_storage", 400),
			({"qty": 5, "bin": unique("B")}, "unknown_bin", 404),
			({"qty": 1, "item_code": unique("I")}, "unknown_item", 404),
			({"qty": 1, "warehouse": unique("W")}, "unknown_warehouse", 404),
			({"qty": 1, "user": self.platform.make_user([BUYER])}, "not_permitted", 403),
			(
				{"qty": 1, "user": self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])},
				"warehouse_not_permitted",
				403,
			),
		):
			with self.subTest(code=code), self.refused(code, status):
				self.walk(**arguments)
		# the first order's part could be moved, the second's is gone from Unplaced
		self.issue(self.item, self.warehouse, 2, unplaced)
		with self.refused("insufficient_in_bin"):
			self.walk(6)
		self.assertEqual([self.get(name) for name in (first, second)], before)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 5})

	def test_who_may_not_put_away_sees_no_list(self) -> None:
		stranger = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.listed(user=stranger)
		with self.refused("not_permitted", 403):
			self.listed(user=self.platform.make_user([BUYER]))
