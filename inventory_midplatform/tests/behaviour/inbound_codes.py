"""What is scanned at the dock: purchase order numbers, suppliers' part numbers, product codes of any length, a bin."""

from random import randrange
from typing import Any

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_case import D, InboundCase
from inventory_midplatform.tests.platform import unique


def product_code(digits: int) -> str:
	"""A product code of so many digits that no test used before."""
	body = "".join(str(randrange(1, 10)) for _ in range(digits - 1))
	weighed = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(body)))
	return f"{body}{-weighed % 10}"


class InboundCodeBehaviour(InboundCase):
	def look_up(self, code: str, user: str = "", **more: Any) -> Row:
		found: Row = self.platform.call("scan.look_up", user=user, code=code, **more)
		return found

	def test_an_order_is_found_by_its_purchase_order_what_is_in_the_house_first(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		data = self.task(order)
		expected = {
			"doctype": "Inbound Order",
			"name": data["name"],
			"state": "Expected",
			"next_step": "arrive",
		}
		for code in (order, data["name"]):
			found = self.look_up(code)
			self.assertEqual((found["kind"], found["order"]), ("order", expected))
		self.step("arrive", data["name"])
		self.step("receive", data["name"], line=data["lines"][0]["line"], qty=4)
		self.step("finish_receiving", data["name"])
		self.assertEqual(self.look_up(order)["order"]["state"], "To Put Away", "and not the rest, to come")
		elsewhere = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.look_up(order, elsewhere)

	def test_the_suppliers_own_part_number_is_a_code(self) -> None:
		one, other = self.platform.make_supplier(), self.platform.make_supplier()
		part, shared = unique("PART"), unique("PART")
		item = self.platform.make_item(
			supplier_items=[
				{"supplier": one, "supplier_part_no": part},
				{"supplier": other, "supplier_part_no": shared},
			]
		)
		of_one = self.platform.make_item(supplier_items=[{"supplier": one, "supplier_part_no": shared}])
		self.assertEqual(self.look_up(part)["item"]["item_code"], item)
		self.assertEqual(self.look_up(part, supplier=other)["item"]["item_code"], item, "another supplier's")
		self.assertEqual(self.look_up(shared, supplier=one)["item"]["item_code"], of_one)
		self.assertEqual(self.look_up(shared, supplier=other)["item"]["item_code"], item)
		self.assertEqual(self.look_up(shared)["kind"], "unknown", "two items have it")
		warehouse = self.platform.make_warehouse()
		order = self.platform.books.purchase(
			one, [self.line(item, warehouse, 3), self.line(of_one, warehouse, 3)]
		)
		lines = self.task(order)["lines"]
		self.assertEqual([line["supplier_part_nos"] for line in lines], [[part], [shared]])

	def test_a_product_code_is_the_same_with_8_12_13_and_14_digits(self) -> None:
		short, long = product_code(8), product_code(13)
		items = {
			code: self.platform.make_item(barcodes=[{"barcode": code, "uom": ""}]) for code in (short, long)
		}
		for stored, codes in ((short, [short.zfill(n) for n in (8, 12, 13, 14)]), (long, [long, "0" + long])):
			for code in codes:
				with self.subTest(stored=stored, code=code):
					self.assertEqual(self.look_up(code)["item"]["item_code"], items[stored])
		wrong = str((int(short[0]) + 1) % 10) + short[1:]
		self.assertEqual(self.look_up(wrong.zfill(13))["kind"], "unknown", "the check digit is wrong")

	def test_a_line_has_every_unit_of_its_item(self) -> None:
		item = self.platform.make_item(uoms=[{"uom": "Box", "conversion_factor": 12}])
		warehouse = self.platform.make_warehouse()
		line = self.task(self.purchase(warehouse, (item, 24)))["lines"][0]
		self.assertEqual(line["uoms"], [{"uom": "Kg", "factor": 1}, {"uom": "Box", "factor": 12}])

	def test_what_speaks_against_a_bin_is_said_before_anything_is_put_there(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		small = self.platform.make_bin(warehouse, capacity_qty=3)
		large = self.platform.make_bin(warehouse)

		def objections(bin: str, qty: int) -> list[Row]:
			about = {"item_code": item, "warehouse": warehouse, "qty": D(qty), "bin": bin}
			found: list[Row] = self.platform.call("stock.suggest_put_away", **about)["objections"]
			return found

		self.assertEqual([len(objections(small, qty)) for qty in (3, 4)], [0, 1])
		self.assertEqual(objections(large, 40), [])
		with self.refused("unknown_bin", 404):
			objections("no such bin", 1)

	def test_a_bin_that_somebody_saw_full_is_not_suggested(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		near = self.platform.make_bin(warehouse, bin_code="A1", sequence=1)
		self.platform.make_bin(warehouse, bin_code="B1", sequence=2)
		about = {"item_code": item, "warehouse": warehouse, "qty": 5}
		for full, code in (("", "A1"), (near, "B1")):
			bins = self.platform.call("stock.suggest_put_away", **about, full_bin=full)["bins"]
			self.assertEqual([row["bin_code"] for row in bins], [code])
