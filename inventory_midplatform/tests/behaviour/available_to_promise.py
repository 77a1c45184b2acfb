"""Available to promise: how much by which day, and why."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class PromiseBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)
		with self.platform.context() as ctx:
			self.today = ctx.clock.now().date()

	def day(self, n: int) -> date:
		return self.today + timedelta(days=n)

	def promise(self, by: int = 0, **more: Any) -> Row:
		result: Row = self.platform.call(
			"stock.available_to_promise",
			item_code=self.item,
			warehouse=self.warehouse,
			by_date=str(self.day(by)),
			**more,
		)
		return result

	def promised(self, *days: int) -> list[float]:
		return [self.promise(n)["promised"] for n in days]

	def buy(self, qty: int, due: int) -> None:
		self.platform.order_from_supplier(self.item, self.warehouse, D(qty), self.day(due))

	def sell(self, qty: int, due: int) -> str:
		customer = self.platform.make_customer()
		line = self.line(self.item, self.warehouse, qty)
		return self.platform.books.order(customer, [line], order_date=self.day(due))

	def test_what_is_available_can_be_promised_today(self) -> None:
		self.reserve(self.item, self.warehouse, 4)
		result = self.platform.call(
			"stock.available_to_promise", item_code=self.item, warehouse=self.warehouse
		)
		self.assertEqual(
			{k: result[k] for k in ("by_date", "promised", "available", "waiting", "projection", "undated")},
			{
				"by_date": str(self.today),
				"promised": 6,
				"available": 6,
				"waiting": 0,
				"projection": [],
				"undated": [],
			},
		)

	def test_what_is_bought_can_be_promised_from_its_day(self) -> None:
		self.buy(5, due=7)
		self.assertEqual(self.promised(0, 6, 7, 30), [10, 10, 15, 15])
		(step,) = self.promise()["projection"]
		self.assertEqual(
			{k: step[k] for k in ("document_type", "qty", "date", "balance", "waits")},
			{
				"document_type": "Purchase Order",
				"qty": 5,
				"date": str(self.day(7)),
				"balance": 15,
				"waits": False,
			},
		)
		self.assertTrue(step["document"])

	def test_what_a_later_order_needs_is_not_promised(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.sell(8, due=5)
		self.buy(20, due=9)
		self.assertEqual(self.promised(0, 4, 5, 8, 9), [2, 2, 2, 2, 22])
		steps = [(s["document_type"], s["qty"], s["balance"]) for s in self.promise()["projection"]]
		self.assertEqual(steps, [("Sales Order", -8, 2), ("Purchase Order", 20, 22)])
		self.assertEqual(self.promise()["projection"][0]["document"], order)

	def test_supply_before_that_order_frees_the_stock_for_now(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		self.sell(8, due=5)
		self.buy(20, due=4)
		self.assertEqual(self.promised(0, 3, 4, 5), [10, 10, 22, 22])

	def test_what_is_reserved_for_an_order_is_not_counted_twice(self) -> None:
		self.sell(4, due=5)
		self.assertEqual(self.promised(0, 30), [6, 6])
		self.assertEqual(self.promise()["projection"], [])

	def test_what_is_reserved_for_an_order_elsewhere_is_not_demanded_here(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order, elsewhere = self.sell(8, due=5), self.platform.make_warehouse()
		self.assertEqual(self.promised(0), [2])
		self.receive(self.item, elsewhere, 20)
		self.reserve(self.item, elsewhere, 5, demand_type="Sales Order", demand_name=order)
		self.assertEqual(self.promised(0), [7])
		self.assertEqual([s["qty"] for s in self.promise()["projection"]], [-3])

	def test_what_subcontracting_and_production_plans_demand_is_not_promised(self) -> None:
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabBin` SET reserved_qty_for_sub_contract = 3, reserved_qty_for_production_plan = 1"
				" WHERE item_code = %(item)s",
				{"item": self.item},
			)
		self.assertEqual(self.promised(0, 30), [6, 6])
		(step,) = self.promise()["projection"]
		self.assertEqual((step["document_type"], step["qty"]), ("Bin", -4))

	def test_what_was_delivered_is_not_demanded(self) -> None:
		self.platform.settings(sales_order_policy="Off")
		order = self.sell(8, due=0)
		self.platform.books.deliver(order, {self.row_names(order)[0]: D(5)})
		self.assertEqual(self.promised(0), [2])
		self.assertEqual([s["qty"] for s in self.promise()["projection"]], [-3])
		self.platform.books.close_order(order)
		self.assertEqual(self.promised(0), [5])

	def test_who_waits_is_served_by_what_comes_first(self) -> None:
		order = self.sell(16, due=20)
		self.assertEqual(self.reservation_of(order)["waiting_qty"], 6)
		self.buy(5, due=3)
		self.buy(5, due=6)
		self.assertEqual(self.promised(0, 3, 6), [0, 0, 4])
		first = self.promise()["projection"][0]
		self.assertEqual((first["document"], first["qty"], first["waits"]), (order, -6, True))
		self.assertEqual(self.promise()["waiting"], 6)

	def test_the_first_day_for_a_quantity(self) -> None:
		self.buy(5, due=3)
		self.buy(5, due=6)
		dates = [self.promise(qty=q)["earliest_date"] for q in (10, "10.5", 20, 21)]
		self.assertEqual(dates, [str(self.today), str(self.day(3)), str(self.day(6)), None])
		self.assertIsNone(self.promise()["earliest_date"])

	def test_the_projection_that_is_shown_can_be_short(self) -> None:
		for n in range(3):
			self.buy(5, due=n + 1)
		result = self.promise(30, limit=2)
		self.assertEqual((len(result["projection"]), result["more"], result["promised"]), (2, 1, 25))

	def test_who_may_not_see_the_warehouse_gets_no_promise(self) -> None:
		elsewhere = self.platform.make_user(["Warehouse Operator"], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.promise(user=elsewhere)
		with self.refused("unknown_item", 404):
			self.platform.call(
				"stock.available_to_promise", item_code="no such item", warehouse=self.warehouse
			)
		with self.refused("invalid_argument", 400):
			self.platform.call(
				"stock.available_to_promise",
				item_code=self.item,
				warehouse=self.warehouse,
				by_date="yesterday",
			)
