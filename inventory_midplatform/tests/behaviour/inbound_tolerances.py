"""Receiving Tolerances: how much more than ordered may be received, and how much less closes a line."""

from typing import Any

from inventory_midplatform.tests.behaviour.inbound_case import D, InboundCase


class ToleranceBehaviour(InboundCase):
	def tolerance(self, **values: Any) -> str:
		return self.platform.create("Receiving Tolerance", values)

	def purchase_from(self, supplier: str, warehouse: str, item: str, qty: int) -> str:
		return self.platform.books.purchase(supplier, [self.line(item, warehouse, qty)])

	def most(self, supplier: str, item: str, qty: int, more: int, **details: Any) -> None:
		"""Check that ``more`` than the ordered ``qty`` can be received, and no part beyond that."""
		warehouse = self.platform.make_warehouse()
		data = self.arrived(self.purchase_from(supplier, warehouse, item, qty))
		name, line = data["name"], data["lines"][0]["line"]
		self.step("receive", name, line=line, qty=qty)
		with self.refused("over_receipt", left=str(more), **details):
			self.step("receive", name, line=line, qty=more + 1)
		if more:
			self.step("receive", name, line=line, qty=more)
		self.step("finish_receiving", name)
		self.assert_position(item, warehouse, on_hand=qty + more)

	def test_the_most_specific_one_counts(self) -> None:
		supplier, other = self.platform.make_supplier(), self.platform.make_supplier()
		item = self.platform.make_item(over_delivery_receipt_allowance=50)
		plain = self.platform.make_item(over_delivery_receipt_allowance=50)
		self.most(supplier, item, 10, 5)
		self.tolerance(supplier=supplier, over_percent=10)
		self.most(supplier, item, 10, 1, percent="10")
		self.tolerance(item_code=item, over_percent=20)
		self.most(supplier, item, 10, 2, percent="20")
		self.most(other, item, 10, 2, percent="20")
		self.most(supplier, plain, 10, 1, percent="10")
		both = self.tolerance(item_code=item, supplier=supplier, over_percent=30)
		self.most(supplier, item, 10, 3, percent="30", tolerance=both)
		self.most(other, plain, 10, 5)

	def test_the_books_own_allowance_is_never_exceeded(self) -> None:
		supplier = self.platform.make_supplier()
		item = self.platform.make_item(over_delivery_receipt_allowance=10)
		self.tolerance(supplier=supplier, item_code=item, over_percent=40)
		self.most(supplier, item, 10, 1, percent="10", tolerance=None)

	def test_what_comes_by_hand_has_a_tolerance_too(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		self.receive(item, warehouse, 1)
		self.tolerance(item_code=item, over_percent=20)
		items = [{"item_code": item, "qty": 10}]
		data = self.platform.call("inbound.expect", warehouse=warehouse, items=items, reason="Found")["data"]
		name, line = data["name"], data["lines"][0]["line"]
		self.step("arrive", name)
		with self.refused("over_receipt", left="12", percent="20"):
			self.step("receive", name, line=line, qty=13)
		self.step("receive", name, line=line, qty=12)
		self.step("finish_receiving", name)
		self.assert_position(item, warehouse, on_hand=13)

	def test_a_little_less_closes_the_line_and_more_than_that_does_not(self) -> None:
		supplier, item = self.platform.make_supplier(), self.platform.make_item()
		self.tolerance(supplier=supplier, under_percent=5)
		for arrives, missing in ((95, 0), (94, 6)):
			with self.subTest(arrives=arrives):
				warehouse = self.platform.make_warehouse()
				order = self.purchase_from(supplier, warehouse, item, 100)
				data = self.arrived(order)
				name, line = data["name"], data["lines"][0]["line"]
				self.step("receive", name, line=line, qty=arrives)
				data = self.step("finish_receiving", name)["data"]
				self.assertEqual(self.expected_of(order), [missing] if missing else [])
				log = self.platform.rows(
					"SELECT qty FROM `tabStock Operation Log` WHERE reference_name = %(name)s AND operation = 'Short'",
					name=name,
				)
				self.assertEqual([int(row["qty"]) for row in log], [] if missing else [5])
				row = self.platform.books.purchase_rows(order)[0]["name"]
				self.platform.books.update_purchase(order, {row: D(110)})
				self.assertEqual(
					self.expected_of(order), [10 + missing], "what is ordered beyond it is expected"
				)
				self.platform.books.update_purchase(order, {row: D(100)})
				self.platform.books.cancel(self.receipt_of(data))
				self.assertEqual(sum(t["expected_qty"] for t in self.tasks(order)), 100)

	def expected_of(self, order: str) -> list[Any]:
		return [t["expected_qty"] for t in self.tasks(order) if t["state"] == "Expected"]

	def test_bad_tolerances_are_refused(self) -> None:
		item = self.platform.make_item()
		supplier = self.platform.make_supplier()
		first = self.tolerance(item_code=item, over_percent=1)
		with self.refused("duplicate_tolerance", name=first):
			self.tolerance(item_code=item, over_percent=2)
		self.tolerance(item_code=item, supplier=supplier, over_percent=2)
		with self.refused("invalid_percent", 400):
			self.tolerance(supplier=supplier, under_percent=100)
