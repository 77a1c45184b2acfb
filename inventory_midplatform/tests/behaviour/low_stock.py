"""Low stock: what is suggested and why, and the draft requests and to-dos that follow, once."""

from datetime import date
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.services.replenishment import keeper_and_buyers, keepers
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class LowStockBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.warehouse = self.platform.make_warehouse()

	def reordered(self, level: Any, qty: Any = 0.001, **item: Any) -> str:
		"""A new item with an Item Reorder row for the test's warehouse."""
		return self.platform.make_item(reorder_levels=[self.level(level, qty)], **item)

	def level(self, level: Any, qty: Any = 0.001, type_: str = "Purchase", **more: Any) -> Row:
		return {
			"warehouse": self.warehouse,
			"warehouse_reorder_level": level,
			"warehouse_reorder_qty": qty,
			"material_request_type": type_,
			**more,
		}

	def suggestions(self, **filters: Any) -> dict[str, Row]:
		answer = self.platform.call(
			"replenishment.suggest", **{"warehouse": self.warehouse, "limit": 500, **filters}
		)
		return {s["item_code"]: s for s in answer["suggestions"]}

	def create(self, **filters: Any) -> Row:
		answer: Row = self.platform.call(
			"replenishment.create_material_requests", **{"warehouse": self.warehouse, **filters}
		)
		return answer

	def asked(self, request: str) -> dict[str, float]:
		rows = self.platform.rows(
			"SELECT item_code, stock_qty FROM `tabMaterial Request Item` WHERE parent = %(name)s",
			name=request,
		)
		return {row["item_code"]: float(row["stock_qty"]) for row in rows}

	def test_below_its_reorder_level_an_item_is_suggested_with_the_reason(self) -> None:
		item = self.reordered(20, lead_time_days=9)
		self.receive(item, self.warehouse, 8)
		self.reserve(item, self.warehouse, 3)
		suggestion = self.suggestions()[item]
		self.assertEqual((suggestion["suggested_qty"], suggestion["uom"]), (15, "Kg"))
		why = {
			k: suggestion["why"][k]
			for k in ("threshold", "threshold_source", "available", "level", "on_order")
		}
		self.assertEqual(
			why,
			{"threshold": 20, "threshold_source": "Item Reorder", "available": 5, "level": 5, "on_order": 0},
		)
		self.assertEqual(suggestion["why"]["lead_time_days"], 9)

	def test_what_an_order_wants_counts_once_whether_it_is_kept_or_not(self) -> None:
		item = self.reordered(5)
		self.receive(item, self.warehouse, 20)
		self.platform.settings(sales_order_policy="Off")
		order = self.order(item, self.warehouse, 18)
		self.wanted_by_the_books(item, 18)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["unreserved"], why["level"]), (20, 18, 2))
		self.reserve(item, self.warehouse, 10, demand_type="Sales Order", demand_name=order)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["unreserved"], why["level"]), (10, 8, 2))
		self.reserve(item, self.warehouse, 8, demand_type="Sales Order", demand_name=order)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["unreserved"], why["level"]), (2, 0, 2))

	def wanted_by_the_books(self, item: str, qty: int) -> None:
		"""ERPNext counts in its Bin what orders want; the small books count nothing there."""
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabBin` SET reserved_qty = %(qty)s WHERE item_code = %(item)s",
				{"item": item, "qty": qty},
			)

	def test_each_type_of_reorder_row_becomes_a_request_that_erpnext_knows(self) -> None:
		"""Item Reorder calls it Transfer, a Material Request calls the same Material Transfer."""
		types = {"Purchase": "Purchase", "Transfer": "Material Transfer", "Manufacture": "Manufacture"}
		items = {
			self.platform.make_item(reorder_levels=[self.level(20, 1, type_)]): asked
			for type_, asked in types.items()
		}
		self.assertEqual({i: s["request_type"] for i, s in self.suggestions().items()}, items)
		answer = self.create()
		self.assertEqual(answer["failed"], [])
		rows = self.platform.rows(
			"SELECT r.item_code, d.material_request_type FROM `tabMaterial Request Item` r"
			" JOIN `tabMaterial Request` d ON d.name = r.parent WHERE r.warehouse = %(warehouse)s",
			warehouse=self.warehouse,
		)
		self.assertEqual({row["item_code"]: row["material_request_type"] for row in rows}, items)

	def test_at_its_reorder_level_an_item_is_not_low(self) -> None:
		item = self.reordered(20)
		self.receive(item, self.warehouse, 20)
		self.assertEqual(self.suggestions(), {})
		self.issue(item, self.warehouse, "0.5")
		self.assertEqual(self.suggestions()[item]["suggested_qty"], 0.5)

	def test_reorder_quantity_and_least_order_are_the_least_that_is_asked_for(self) -> None:
		one = self.reordered(20, qty=50)
		two = self.reordered(20, min_order_qty=30)
		found = self.suggestions()
		self.assertEqual((found[one]["suggested_qty"], found[two]["suggested_qty"]), (50, 30))

	def test_safety_stock_counts_where_no_reorder_level_is_typed(self) -> None:
		company = self.platform.company_of(self.warehouse)
		default = {"company": company, "default_warehouse": self.warehouse}
		by_safety_stock = self.platform.make_item(safety_stock=7, item_defaults=[default])
		by_reorder = self.reordered(20, safety_stock=7, item_defaults=[default])
		found = self.suggestions()
		self.assertEqual(found[by_safety_stock]["why"]["threshold_source"], "Safety Stock")
		self.assertEqual(found[by_safety_stock]["suggested_qty"], 7)
		self.assertEqual(found[by_reorder]["why"]["threshold_source"], "Item Reorder")
		self.assertEqual(found[by_reorder]["suggested_qty"], 20)

	def test_what_is_on_order_counts(self) -> None:
		item = self.reordered(20)
		self.platform.order_from_supplier(item, self.warehouse, D(15))
		suggestion = self.suggestions()[item]
		self.assertEqual((suggestion["suggested_qty"], suggestion["why"]["on_order"]), (5, 15))
		self.platform.order_from_supplier(item, self.warehouse, D(5))
		self.assertEqual(self.suggestions(), {})

	def test_what_others_wait_for_counts_as_need(self) -> None:
		item = self.reordered(20)
		self.receive(item, self.warehouse, 30)
		self.order(item, self.warehouse, 35)
		suggestion = self.suggestions()[item]
		self.assertEqual(
			(suggestion["suggested_qty"], suggestion["why"]["available"], suggestion["why"]["waiting"]),
			(25, 0, 5),
		)

	def test_run_twice_it_asks_once(self) -> None:
		item = self.reordered(20)
		created = self.create()["created"]
		self.assertEqual([c["items"] for c in created], [[{"item_code": item, "qty": 20}]])
		self.assertEqual(self.asked(created[0]["material_request"]), {item: 20.0})
		self.assertEqual(self.create(), {"created": [], "failed": []})
		self.assertEqual(self.suggestions(), {})

	def test_a_draft_is_topped_up_by_another_when_more_is_missing(self) -> None:
		item = self.reordered(20)
		self.receive(item, self.warehouse, 10)
		self.create()
		self.issue(item, self.warehouse, 4)
		self.assertEqual(self.suggestions()[item]["why"]["drafted"], 10)
		self.assertEqual([c["items"] for c in self.create()["created"]], [[{"item_code": item, "qty": 4}]])

	def test_the_draft_says_what_it_is_for(self) -> None:
		item = self.reordered(20, lead_time_days=3)
		name = self.create()["created"][0]["material_request"]
		row = self.platform.rows(
			"SELECT docstatus, material_request_type, inventory_origin, set_warehouse, schedule_date, transaction_date"
			" FROM `tabMaterial Request` WHERE name = %(name)s",
			name=name,
		)[0]
		self.assertEqual(
			(row["docstatus"], row["material_request_type"], row["inventory_origin"], row["set_warehouse"]),
			(0, "Purchase", "Low Stock", self.warehouse),
		)
		self.assertIsInstance(row["schedule_date"], date)
		self.assertEqual((row["schedule_date"] - row["transaction_date"]).days, 3)
		self.assertEqual(self.asked(name), {item: 20.0})

	def test_one_draft_for_each_warehouse_and_supplier(self) -> None:
		company = self.platform.company_of(self.warehouse)
		default, second = self.platform.make_supplier(), self.platform.make_supplier()
		of_company = self.reordered(
			5,
			item_defaults=[{"company": company, "default_supplier": default}],
			supplier_items=[{"supplier": second}],
		)
		of_item = self.reordered(5, supplier_items=[{"supplier": second}, {"supplier": default}])
		of_nobody = self.reordered(5)
		also_of_nobody = self.reordered(5)
		created = {c["supplier"]: c for c in self.create()["created"]}
		self.assertEqual(
			{supplier: sorted(self.asked(c["material_request"])) for supplier, c in created.items()},
			{default: [of_company], second: [of_item], "": sorted([of_nobody, also_of_nobody])},
		)
		self.assertEqual({c["warehouse"] for c in created.values()}, {self.warehouse})

	def test_keeper_and_buyers_are_told_once(self) -> None:
		keeper = self.platform.make_user(["Warehouse Operator"])
		buyer = self.platform.make_user(["Inventory Buyer"])
		bystander = self.platform.make_user(["Warehouse Operator"])
		self.warehouse = self.platform.make_warehouse(inventory_keeper=keeper)
		item = self.reordered(20)
		name = self.create()["created"][0]["material_request"]
		self.create()
		rows = self.platform.rows(
			"SELECT allocated_to, description FROM `tabToDo` WHERE reference_type = 'Material Request'"
			" AND reference_name = %(name)s AND status = 'Open'",
			name=name,
		)
		told = [row["allocated_to"] for row in rows]
		self.assertEqual((told.count(keeper), told.count(buyer), told.count(bystander)), (1, 1, 0))
		self.assertIn(item, rows[0]["description"])

	def test_a_keeper_who_has_left_is_told_nothing(self) -> None:
		keeper = self.platform.make_user(["Warehouse Operator"])
		buyer = self.platform.make_user(["Inventory Buyer"])
		supervisor = self.platform.make_user(["Warehouse Supervisor"])
		self.warehouse = self.platform.make_warehouse(inventory_keeper=keeper)
		self.reordered(20)
		with self.platform.context() as ctx:
			self.assertEqual(keepers(ctx, self.warehouse), [keeper])
			ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(keeper)s", {"keeper": keeper})
		with self.platform.context() as ctx:
			told = keepers(ctx, self.warehouse)
			self.assertEqual((supervisor in told, keeper in told), (True, False))
			told = keeper_and_buyers(ctx, self.warehouse)
			self.assertEqual((buyer in told, keeper in told), (True, False))
		name = self.create()["created"][0]["material_request"]
		rows = self.platform.rows(
			"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Material Request' AND reference_name = %(name)s",
			name=name,
		)
		self.assertNotIn(keeper, {row["allocated_to"] for row in rows})

	def test_a_keeper_who_may_not_see_the_warehouse_is_told_nothing(self) -> None:
		elsewhere = self.platform.make_warehouse()
		keeper = self.platform.make_user(["Warehouse Operator"], [elsewhere])
		supervisor = self.platform.make_user(["Warehouse Supervisor"])
		self.warehouse = self.platform.make_warehouse(inventory_keeper=keeper)
		with self.platform.context() as ctx:
			told = keepers(ctx, self.warehouse)
		self.assertEqual((supervisor in told, keeper in told), (True, False))

	def test_one_bad_item_spoils_nothing(self) -> None:
		good = [self.reordered(20) for _ in range(3)]
		bad = self.reordered(20)
		with self.platform.context() as ctx:
			named = {"name": bad}
			ctx.store.execute("UPDATE `tabItem` SET stock_uom = 'No Such Unit' WHERE name = %(name)s", named)
		answer = self.create()
		self.assertEqual([f["item_code"] for f in answer["failed"]], [bad])
		self.assertTrue(answer["failed"][0]["reason"])
		self.assertEqual(
			sorted(line["item_code"] for c in answer["created"] for line in c["items"]), sorted(good)
		)

	def test_disabled_items_and_warehouses_are_not_asked_for(self) -> None:
		self.reordered(20, disabled=1)
		self.assertEqual(self.suggestions(), {})

	def test_items_past_their_end_of_life_are_not_asked_for(self) -> None:
		self.reordered(20, end_of_life="2020-01-01")
		self.assertEqual(self.suggestions(), {})
		self.assertEqual(self.create(), {"created": [], "failed": []})

	def test_two_rows_of_one_warehouse_ask_once(self) -> None:
		"""ERPNext takes a row for each type; the highest level is asked for, and the rest counts it."""
		same = self.platform.make_item(reorder_levels=[self.level(10, 1), self.level(10, 1, "Manufacture")])
		more = self.platform.make_item(
			reorder_levels=[self.level(5, 1), self.level(30, 1, "Manufacture"), self.level(7, 1, "Transfer")]
		)
		asked = [
			(line["item_code"], c["request_type"], line["qty"])
			for c in self.create()["created"]
			for line in c["items"]
		]
		self.assertEqual(sorted(asked), sorted([(same, "Purchase", 10), (more, "Manufacture", 30)]))
		self.assertEqual(self.create()["created"], [])

	def test_what_is_issued_brings_nothing(self) -> None:
		company = self.platform.company_of(self.warehouse)
		default = {"company": company, "default_warehouse": self.warehouse}
		self.platform.make_item(reorder_levels=[self.level(10, 10, "Material Issue")])
		item = self.platform.make_item(
			reorder_levels=[self.level(10, 10, "Material Issue")],
			safety_stock=4,
			default_material_request_type="Material Issue",
			item_defaults=[default],
		)
		found = self.suggestions()
		self.assertEqual(
			{i: (s["suggested_qty"], s["request_type"]) for i, s in found.items()}, {item: (4, "Purchase")}
		)

	def test_a_draft_that_somebody_made_an_issue_of_brings_nothing(self) -> None:
		item = self.reordered(20)
		name = self.create()["created"][0]["material_request"]
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabMaterial Request` SET material_request_type = 'Material Issue' WHERE name = %(name)s",
				{"name": name},
			)
		self.assertEqual(self.suggestions()[item]["why"]["drafted"], 0)

	def test_a_level_of_zero_asks_for_what_others_wait_for(self) -> None:
		item = self.reordered(0, 10)
		self.assertEqual(self.suggestions(), {})
		self.order(item, self.warehouse, 5)
		suggestion = self.suggestions()[item]
		self.assertEqual((suggestion["suggested_qty"], suggestion["why"]["level"]), (10, -5))

	def test_what_is_in_transit_counts(self) -> None:
		item, transit = self.reordered(20), self.platform.make_warehouse()
		elsewhere = self.platform.make_warehouse()
		self.receive(item, elsewhere, 50)
		self.sent(item, elsewhere, transit, 15, asked_by=self.warehouse)
		suggestion = self.suggestions()[item]
		self.assertEqual(
			(suggestion["suggested_qty"], suggestion["why"]["in_transit"], suggestion["why"]["level"]),
			(5, 15, 15),
		)
		self.sent(item, elsewhere, transit, 5, asked_by=self.warehouse)
		self.assertEqual(self.suggestions(), {})

	def in_a_group(self) -> tuple[str, str]:
		"""A group with the test's warehouse and another one below it, and the other one."""
		group = self.platform.make_warehouse(is_group=1)
		inner = self.platform.make_warehouse(is_group=1, parent_warehouse=group)
		self.warehouse = self.platform.make_warehouse(parent_warehouse=inner)
		return group, self.platform.make_warehouse(parent_warehouse=group)

	def test_a_level_may_be_held_against_a_group_of_warehouses(self) -> None:
		group, other = self.in_a_group()
		item = self.platform.make_item(reorder_levels=[self.level(20, 1, warehouse_group=group)])
		self.receive(item, other, 50)
		self.receive(item, self.platform.make_warehouse(), 100)
		self.assertEqual(self.suggestions(), {})
		self.issue(item, other, 40)
		self.receive(item, self.warehouse, 4)
		self.order(item, other, 11)
		suggestion = self.suggestions()[item]
		why = {k: suggestion["why"][k] for k in ("counted_in", "available", "waiting", "level")}
		self.assertEqual(why, {"counted_in": group, "available": 4, "waiting": 1, "level": 3})
		self.assertEqual((suggestion["warehouse"], suggestion["suggested_qty"]), (self.warehouse, 17))
		self.platform.order_from_supplier(item, other, D(6))
		self.assertEqual([c["items"] for c in self.create()["created"]], [[{"item_code": item, "qty": 11}]])
		self.assertEqual(self.suggestions(), {})

	def test_what_one_warehouse_of_a_group_asks_for_counts_for_the_next(self) -> None:
		group, other = self.in_a_group()
		item = self.platform.make_item(
			reorder_levels=[
				self.level(20, 1, warehouse_group=group),
				{**self.level(20, 1, warehouse_group=group), "warehouse": other},
			]
		)
		answer = self.create(warehouse="", item_code=item)
		self.assertEqual([c["items"] for c in answer["created"]], [[{"item_code": item, "qty": 20}]])

	def test_what_moves_within_a_group_counts_once(self) -> None:
		group, other = self.in_a_group()
		transit = self.platform.make_warehouse(parent_warehouse=group)
		item = self.platform.make_item(reorder_levels=[self.level(20, 1, warehouse_group=group)])
		self.receive(item, transit, 5)
		self.sent(item, other, transit, 5, asked_by=self.warehouse)
		self.sent(item, other, self.platform.make_warehouse(), 3, asked_by=self.warehouse)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["in_transit"], why["level"]), (5, 3, 8))

	def test_only_what_was_asked_about_is_looked_at(self) -> None:
		one, two = self.reordered(20), self.reordered(20)
		self.assertEqual(set(self.suggestions(item_code=one)), {one})
		self.assertEqual(set(self.suggestions(company=self.platform.company_of(self.warehouse))), {one, two})
		created = self.create(item_code=two)["created"]
		self.assertEqual([line["item_code"] for c in created for line in c["items"]], [two])

	def test_pages_of_suggestions(self) -> None:
		items = sorted(self.reordered(20) for _ in range(5))
		pages = [
			self.platform.call("replenishment.suggest", warehouse=self.warehouse, limit=2, offset=offset)
			for offset in (0, 2, 4)
		]
		self.assertEqual([page["total"] for page in pages], [5, 5, 5])
		self.assertEqual([s["item_code"] for page in pages for s in page["suggestions"]], items)

	def test_switched_off_nothing_is_drafted_but_suggestions_can_be_seen(self) -> None:
		item = self.reordered(20)
		self.platform.settings(replenishment=False)
		self.assertEqual(set(self.suggestions()), {item})
		with self.refused("module_off"):
			self.create()
