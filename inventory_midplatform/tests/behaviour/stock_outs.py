"""The report Stock-outs and Waiting Demand: who waits, since when, for how much, who is first."""

from typing import Any

from inventory_midplatform.reporting.stock_outs import ANY, NOT_ON_HAND, StockOuts, stock_outs
from inventory_midplatform.tests.behaviour.report_case import ReportCase


class StockOutBehaviour(ReportCase):
	def found(self, item: str, user: str = "", **filters: Any) -> StockOuts:
		with self.platform.context(user) as ctx:
			return stock_outs(ctx, item_code=item, **filters)

	def wait(self, item: str, warehouse: str, qty: int, **more: Any) -> str:
		return str(self.reserve(item, warehouse, qty, shortage_policy="Partial", **more)["name"])

	def test_who_waits_for_what(self) -> None:
		item, warehouse = self.stocked(5)
		self.wait(item, warehouse, 8, demand_type="Shop Order", demand_name="first")
		self.later(days=3)
		self.wait(item, warehouse, 4, demand_type="Shop Order", demand_name="urgent", priority=9)
		found = self.found(item)
		(row,) = found.rows
		self.assertEqual((row["waiting"], row["demands"], row["days_waiting"]), (7, 2, 3))
		self.assertEqual((row["on_hand"], row["available"]), (5, 0))
		self.assertEqual(
			(row["first_type"], row["first_name"], row["first_qty"]), ("Shop Order", "urgent", 4)
		)
		self.assertEqual((found.items, found.demands, found.longest), (1, 2, 3))
		self.assertEqual((found.waiting, found.uom), (7, "Kg"))

	def test_both_definitions(self) -> None:
		"""Nothing available while some is reserved, and nothing on hand, are different stock-outs."""
		item, warehouse = self.stocked(5)
		self.wait(item, warehouse, 8)
		self.assertEqual(len(self.found(item).rows), 1)
		self.assertEqual(self.found(item, out_of_stock=NOT_ON_HAND).rows, [])
		empty = self.platform.make_warehouse()
		self.wait(item, empty, 2)
		self.assertEqual([r["warehouse"] for r in self.found(item, out_of_stock=NOT_ON_HAND).rows], [empty])
		self.assertEqual(len(self.found(item).rows), 2)

	def test_who_waits_though_something_is_available(self) -> None:
		item, warehouse = self.stocked(5)
		self.reserve(item, warehouse, 8, shortage_policy="Wait")
		self.assertEqual(self.found(item).rows, [])
		(row,) = self.found(item, out_of_stock=ANY).rows
		self.assertEqual((row["available"], row["waiting"]), (5, 8))

	def test_a_demand_that_is_met_or_released_waits_no_more(self) -> None:
		item, warehouse = self.stocked(0)
		name = self.wait(item, warehouse, 3)
		self.wait(item, warehouse, 4)
		self.platform.call("reservation.release", name=name)
		self.assertEqual(self.found(item).rows[0]["waiting"], 4)
		self.receive(item, warehouse, 4)
		self.assertEqual(self.found(item).rows, [])

	def test_a_user_sees_only_their_warehouses(self) -> None:
		item, mine = self.stocked(0)
		other = self.platform.make_warehouse()
		self.wait(item, mine, 3)
		self.wait(item, other, 40)
		user = self.platform.make_user(["Warehouse Operator"], [mine])
		found = self.found(item, user)
		self.assertEqual([(r["warehouse"], r["waiting"]) for r in found.rows], [(mine, 3)])
		self.assertEqual((found.demands, found.waiting), (1, 3))
		with self.refused("warehouse_not_permitted", 403):
			self.found(item, user, warehouse=other)

	def test_bad_input_pages_and_statements(self) -> None:
		item, warehouse = self.stocked(0)
		with self.refused("invalid_argument", 400):
			self.found(item, out_of_stock="1=1")
		with self.refused("unknown_item", 404):
			self.found("'")
		group = self.platform.make_warehouse(is_group=1)
		counts = []
		for _ in range(2):
			self.wait(item, self.platform.make_warehouse(parent_warehouse=group), 1)
			counts.append(self.statements(lambda ctx: stock_outs(ctx, warehouse=group)))
		self.assertEqual(counts[0], counts[1])
		self.assertLessEqual(counts[0], 4)
		self.wait(item, warehouse, 1)
		found = self.found(item, limit=1)
		self.assertEqual((len(found.rows), found.total_rows, found.has_more, found.demands), (1, 3, True, 3))
