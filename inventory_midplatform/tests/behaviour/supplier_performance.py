"""Supplier performance: on time, in full, accepted, days from arrival to shelf."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase


class SupplierBehaviour(InboundCase):
	def bought(self, supplier: str, warehouse: str, item: str, qty: int, due: date | None = None) -> Row:
		lines = [self.line(item, warehouse, qty)]
		return self.arrived(self.platform.books.purchase(supplier, lines, due=due))

	def figures(self, supplier: str, **more: Any) -> Row:
		found = self.platform.call("inbound.supplier_performance", supplier=supplier, **more)
		self.assertFalse(found["has_more"])
		row: Row = found["rows"][0] if found["rows"] else {}
		return row

	def today(self) -> date:
		with self.platform.context() as ctx:
			return ctx.clock.now().date()

	def test_the_figures_of_a_supplier(self) -> None:
		supplier, warehouse = self.platform.make_supplier(), self.platform.make_warehouse()
		item = self.platform.make_item(inspection_required_before_purchase=1)
		shelf, today = self.platform.make_bin(warehouse), self.today()
		self.assertEqual(self.figures(supplier), {})
		data = self.bought(supplier, warehouse, item, 10, today)
		name, line = data["name"], data["lines"][0]["line"]
		self.assertEqual(self.figures(supplier), {}, "not received yet")
		self.step("receive", name, line=line, qty=10)
		self.step("finish_receiving", name)
		figures = self.figures(supplier)
		shares = (
			"receipts",
			"on_time_share",
			"in_full_share",
			"accepted_share",
			"put_away",
			"mean_days_to_shelf",
		)
		self.assertEqual([figures[f] for f in shares], [1, 1, 1, None, 0, None])
		self.step("inspect", name, line=line, accepted=8, rejected=2, reason="Wet")
		self.later(days=2)
		self.step("put_away", name, line=line, bin=shelf, qty=8)
		figures = self.figures(supplier)
		self.assertEqual([figures[f] for f in shares], [1, 1, 1, 0.8, 1, 2])
		# a second one: late, and not all of it
		data = self.bought(supplier, warehouse, item, 10, today)
		self.step("receive", data["name"], line=data["lines"][0]["line"], qty=4)
		self.step("finish_receiving", data["name"])
		figures = self.figures(supplier)
		self.assertEqual([figures[f] for f in shares], [2, 0.5, 0.5, 0.8, 1, 2])
		self.assertEqual(figures["p90_days_to_shelf"], 2)
		self.assertEqual(self.figures(supplier, to_date=str(today))["receipts"], 1)
		before = str(today - timedelta(days=1))
		self.assertEqual(self.figures(supplier, from_date="2020-01-01", to_date=before), {})

	def test_a_receipt_that_was_typed_has_arrived_and_one_that_was_cancelled_has_not(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		supplier = self.platform.make_supplier()
		order = self.platform.books.purchase(supplier, [self.line(item, warehouse, 10)])
		receipt = self.typed_receipt(order, warehouse, 6)
		figures = self.figures(supplier)
		self.assertEqual((figures["receipts"], figures["in_full_share"]), (1, None))
		self.platform.books.cancel(receipt)
		self.assertEqual(self.figures(supplier), {})

	def test_nobody_sees_receipts_of_other_warehouses(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		supplier, mine = self.platform.make_supplier(), self.platform.make_warehouse()
		data = self.bought(supplier, warehouse, item, 3)
		self.step("receive", data["name"], line=data["lines"][0]["line"], qty=3)
		self.step("finish_receiving", data["name"])
		user = self.platform.make_user(["Warehouse Supervisor"], [mine])
		self.assertEqual(self.figures(supplier, user=user), {})
		with self.refused("warehouse_not_permitted", 403):
			self.figures(supplier, user=user, warehouse=warehouse)
		self.assertEqual(self.figures(supplier, warehouse=mine), {})
		with self.refused("wrong_period", 400):
			self.figures(supplier, from_date="2026-02-01", to_date="2026-01-01")

	def test_suppliers_are_paged(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		names = sorted(self.platform.make_supplier() for _ in range(3))
		for supplier in names:
			data = self.bought(supplier, warehouse, item, 1)
			self.step("receive", data["name"], line=data["lines"][0]["line"], qty=1)
			self.step("finish_receiving", data["name"])
		pages = [
			self.platform.call("inbound.supplier_performance", warehouse=warehouse, limit=2, offset=offset)
			for offset in (0, 2)
		]
		self.assertEqual([row["supplier"] for page in pages for row in page["rows"]], names)
		self.assertEqual([page["has_more"] for page in pages], [True, False])
