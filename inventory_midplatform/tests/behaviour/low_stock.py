"""Low stock: suggestions with their reasons; draft requests and to-dos, each once."""

from datetime import date
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.services.recipients import storekeeper_and_buyers, storekeepers
from inventory_midplatform.tests.behaviour.base import Behaviour, D


class LowStockBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.warehouse = self.platform.make_warehouse()

	def reordered(self, level: Any, qty: Any = 0.001, **item: Any) -> str:
		"""Create an item with an Item Reorder row for the test's warehouse; return it."""
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
		result = self.platform.call(
			"replenishment.suggest", **{"warehouse": self.warehouse, "limit": 500, **filters}
		)
		return {s["item_code"]: s for s in result["suggestions"]}

	def create(self, **filters: Any) -> Row:
		result: Row = self.platform.call(
			"replenishment.create_material_requests", **{"warehouse": self.warehouse, **filters}
		)
		return result

	def requested(self, request: str) -> dict[str, float]:
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

	def test_demand_of_an_order_counts_once_reserved_or_not(self) -> None:
		item = self.reordered(5)
		self.receive(item, self.warehouse, 20)
		self.platform.settings(sales_order_policy="Off")
		order = self.order(item, self.warehouse, 18)
		self.demanded_in_the_books(item, 18)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["unreserved"], why["level"]), (20, 18, 2))
		self.reserve(item, self.warehouse, 10, demand_type="Sales Order", demand_name=order)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["unreserved"], why["level"]), (10, 8, 2))
		self.reserve(item, self.warehouse, 8, demand_type="Sales Order", demand_name=order)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["unreserved"], why["level"]), (2, 0, 2))

	def demanded_in_the_books(self, item: str, qty: int) -> None:
		"""Set the Bin's quantity for orders, which ERPNext counts; the small books count nothing there."""
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabBin` SET reserved_qty = %(qty)s WHERE item_code = %(item)s",
				{"item": item, "qty": qty},
			)

	def test_each_type_of_reorder_row_becomes_a_request_that_erpnext_knows(self) -> None:
		"""Item Reorder calls it Transfer, a Material Request calls the same Material Transfer."""
		types = {"Purchase": "Purchase", "Transfer": "Material Transfer", "Manufacture": "Manufacture"}
		items = {
			self.platform.make_item(reorder_levels=[self.level(20, 1, type_)]): requested
			for type_, requested in types.items()
		}
		self.assertEqual({i: s["request_type"] for i, s in self.suggestions().items()}, items)
		result = self.create()
		self.assertEqual(result["failed"], [])
		rows = self.platform.rows(
			"SELECT r.item_code, d.material_request_type FROM `tabMaterial Request Item` r"
			" JOIN `tabMaterial Request` d ON d.name = r.parent WHERE r.warehouse = %(warehouse)s",
			warehouse=self.warehouse,
		)
		self.assertEqual({row["item_code"]: row["material_request_type"] for row in rows}, items)

	def test_at_its_reorder_level_an_item_is_low(self) -> None:
		"""ERPNext's reorder decides the same."""
		item = self.reordered(10, 30)
		self.receive(item, self.warehouse, 11)
		self.assertEqual(self.suggestions(), {})
		self.issue(item, self.warehouse, 1)
		self.assertEqual(self.suggestions()[item]["suggested_qty"], 30)

	def test_at_its_safety_stock_an_item_is_not_low(self) -> None:
		default = {"company": self.platform.company_of(self.warehouse), "default_warehouse": self.warehouse}
		item = self.platform.make_item(safety_stock=7, item_defaults=[default])
		self.receive(item, self.warehouse, 7)
		self.assertEqual(self.suggestions(), {})
		self.issue(item, self.warehouse, "0.5")
		self.assertEqual(self.suggestions()[item]["suggested_qty"], 0.5)

	def test_a_draft_that_brings_an_item_to_its_level_is_enough(self) -> None:
		item = self.reordered(20, 5)
		self.receive(item, self.warehouse, 8)
		self.assertEqual(self.create()["created"][0]["items"][0]["qty"], 12)
		self.assertEqual(self.create()["created"], [])

	def test_a_purchase_is_requested_in_the_purchase_unit(self) -> None:
		"""It is rounded up to whole boxes, as ERPNext does."""
		boxes = [{"uom": "Box", "conversion_factor": 12}]
		item = self.reordered(20, 30, stock_uom="Nos", purchase_uom="Box", uoms=boxes)
		self.receive(item, self.warehouse, 5)
		suggestion = self.suggestions()[item]
		self.assertEqual(
			{k: suggestion[k] for k in ("suggested_qty", "uom", "request_qty", "request_uom")},
			{"suggested_qty": 36, "uom": "Nos", "request_qty": 3, "request_uom": "Box"},
		)
		[draft] = self.create()["created"]
		self.assertEqual(draft["items"], [{"item_code": item, "qty": 3, "uom": "Box"}])
		[row] = self.platform.rows(
			"SELECT qty, uom, stock_qty, stock_uom, conversion_factor FROM `tabMaterial Request Item`"
			" WHERE parent = %(name)s",
			name=draft["material_request"],
		)
		self.assertEqual(
			(
				row["uom"],
				row["stock_uom"],
				*(float(row[k]) for k in ("qty", "stock_qty", "conversion_factor")),
			),
			("Box", "Nos", 3, 36, 12),
		)
		self.assertEqual(self.suggestions(), {})

	def test_other_types_and_units_without_a_conversion_are_requested_in_stock_uom(self) -> None:
		boxes = [{"uom": "Box", "conversion_factor": 12}]
		made = self.platform.make_item(
			purchase_uom="Box", uoms=boxes, reorder_levels=[self.level(20, 30, "Manufacture")]
		)
		unknown = self.reordered(20, 30, purchase_uom="Litre")
		found = self.suggestions()
		for item in (made, unknown):
			self.assertEqual((found[item]["request_qty"], found[item]["request_uom"]), (30, "Kg"))

	def test_a_variant_without_levels_has_those_of_its_template(self) -> None:
		template, variant = self.reordered(20, 30), self.platform.make_item()
		own = self.reordered(10, 15)
		with self.platform.context() as ctx:
			for sql in (
				"UPDATE `tabItem` SET has_variants = 1 WHERE name = %(template)s",
				"UPDATE `tabItem` SET variant_of = %(template)s WHERE name IN %(variants)s",
			):
				ctx.store.execute(sql, {"template": template, "variants": [variant, own]})
		found = self.suggestions()
		self.assertEqual({item: s["suggested_qty"] for item, s in found.items()}, {variant: 30, own: 15})

	def test_at_least_the_reorder_and_the_minimum_order_quantity_are_suggested(self) -> None:
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

	def test_stock_on_order_counts(self) -> None:
		item = self.reordered(20)
		self.platform.order_from_supplier(item, self.warehouse, D(15))
		suggestion = self.suggestions()[item]
		self.assertEqual((suggestion["suggested_qty"], suggestion["why"]["on_order"]), (5, 15))
		self.platform.order_from_supplier(item, self.warehouse, D(6))
		self.assertEqual(self.suggestions(), {})

	def test_waiting_demand_counts(self) -> None:
		item = self.reordered(20)
		self.receive(item, self.warehouse, 30)
		self.order(item, self.warehouse, 35)
		suggestion = self.suggestions()[item]
		self.assertEqual(
			(suggestion["suggested_qty"], suggestion["why"]["available"], suggestion["why"]["waiting"]),
			(25, 0, 5),
		)

	def test_run_twice_it_requests_once(self) -> None:
		item = self.reordered(20)
		created = self.create()["created"]
		self.assertEqual([c["items"] for c in created], [[{"item_code": item, "qty": 20, "uom": "Kg"}]])
		self.assertEqual(self.requested(created[0]["material_request"]), {item: 20.0})
		self.assertEqual(self.create(), {"created": [], "failed": []})
		self.assertEqual(self.suggestions(), {})

	def test_a_draft_is_topped_up_by_another_when_more_is_missing(self) -> None:
		item = self.reordered(20)
		self.receive(item, self.warehouse, 10)
		self.create()
		self.issue(item, self.warehouse, 4)
		self.assertEqual(self.suggestions()[item]["why"]["drafted"], 10)
		self.assertEqual(
			[c["items"] for c in self.create()["created"]], [[{"item_code": item, "qty": 4, "uom": "Kg"}]]
		)

	def test_the_draft_has_its_origin_and_dates(self) -> None:
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
		self.assertEqual(self.requested(name), {item: 20.0})

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
			{supplier: sorted(self.requested(c["material_request"])) for supplier, c in created.items()},
			{default: [of_company], second: [of_item], "": sorted([of_nobody, also_of_nobody])},
		)
		self.assertEqual({c["warehouse"] for c in created.values()}, {self.warehouse})

	def test_storekeeper_and_buyers_are_notified_once(self) -> None:
		storekeeper = self.platform.make_user(["Warehouse Operator"])
		buyer = self.platform.make_user(["Inventory Buyer"])
		bystander = self.platform.make_user(["Warehouse Operator"])
		self.warehouse = self.platform.make_warehouse(inventory_storekeeper=storekeeper)
		item = self.reordered(20)
		name = self.create()["created"][0]["material_request"]
		self.create()
		rows = self.platform.rows(
			"SELECT allocated_to, description FROM `tabToDo` WHERE reference_type = 'Material Request'"
			" AND reference_name = %(name)s AND status = 'Open'",
			name=name,
		)
		notified = [row["allocated_to"] for row in rows]
		self.assertEqual(tuple(notified.count(user) for user in (storekeeper, buyer, bystander)), (1, 1, 0))
		self.assertIn(item, rows[0]["description"])

	def test_a_disabled_storekeeper_is_not_notified(self) -> None:
		storekeeper = self.platform.make_user(["Warehouse Operator"])
		buyer = self.platform.make_user(["Inventory Buyer"])
		supervisor = self.platform.make_user(["Warehouse Supervisor"])
		self.warehouse = self.platform.make_warehouse(inventory_storekeeper=storekeeper)
		self.reordered(20)
		with self.platform.context() as ctx:
			self.assertEqual(storekeepers(ctx, self.warehouse), [storekeeper])
			ctx.store.execute(
				"UPDATE `tabUser` SET enabled = 0 WHERE name = %(storekeeper)s", {"storekeeper": storekeeper}
			)
		with self.platform.context() as ctx:
			notified = storekeepers(ctx, self.warehouse)
			self.assertEqual((supervisor in notified, storekeeper in notified), (True, False))
			notified = storekeeper_and_buyers(ctx, self.warehouse)
			self.assertEqual((buyer in notified, storekeeper in notified), (True, False))
		name = self.create()["created"][0]["material_request"]
		rows = self.platform.rows(
			"SELECT allocated_to FROM `tabToDo` WHERE reference_type = 'Material Request' AND reference_name = %(name)s",
			name=name,
		)
		self.assertNotIn(storekeeper, {row["allocated_to"] for row in rows})

	def test_a_storekeeper_who_may_not_see_the_warehouse_is_not_notified(self) -> None:
		elsewhere = self.platform.make_warehouse()
		storekeeper = self.platform.make_user(["Warehouse Operator"], [elsewhere])
		supervisor = self.platform.make_user(["Warehouse Supervisor"])
		self.warehouse = self.platform.make_warehouse(inventory_storekeeper=storekeeper)
		with self.platform.context() as ctx:
			notified = storekeepers(ctx, self.warehouse)
		self.assertEqual((supervisor in notified, storekeeper in notified), (True, False))

	def test_one_refused_item_does_not_stop_the_others(self) -> None:
		good = [self.reordered(20) for _ in range(3)]
		bad = self.reordered(20)
		with self.platform.context() as ctx:
			named = {"name": bad}
			ctx.store.execute("UPDATE `tabItem` SET stock_uom = 'No Such Unit' WHERE name = %(name)s", named)
		result = self.create()
		self.assertEqual([f["item_code"] for f in result["failed"]], [bad])
		self.assertTrue(result["failed"][0]["reason"])
		self.assertEqual(
			sorted(line["item_code"] for c in result["created"] for line in c["items"]), sorted(good)
		)

	def test_disabled_items_are_not_requested(self) -> None:
		self.reordered(20, disabled=1)
		self.assertEqual(self.suggestions(), {})

	def test_items_past_their_end_of_life_are_not_requested(self) -> None:
		self.reordered(20, end_of_life="2020-01-01")
		self.assertEqual(self.suggestions(), {})
		self.assertEqual(self.create(), {"created": [], "failed": []})

	def test_two_reorder_rows_of_one_warehouse_request_once(self) -> None:
		"""ERPNext allows a row for each type; the highest level is requested, and the others count that."""
		same = self.platform.make_item(reorder_levels=[self.level(10, 1), self.level(10, 1, "Manufacture")])
		more = self.platform.make_item(
			reorder_levels=[self.level(5, 1), self.level(30, 1, "Manufacture"), self.level(7, 1, "Transfer")]
		)
		requested = [
			(line["item_code"], c["request_type"], line["qty"])
			for c in self.create()["created"]
			for line in c["items"]
		]
		self.assertEqual(sorted(requested), sorted([(same, "Purchase", 10), (more, "Manufacture", 30)]))
		self.assertEqual(self.create()["created"], [])

	def test_reorder_rows_to_issue_request_nothing(self) -> None:
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

	def test_a_draft_turned_into_an_issue_does_not_count(self) -> None:
		item = self.reordered(20)
		name = self.create()["created"][0]["material_request"]
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabMaterial Request` SET material_request_type = 'Material Issue' WHERE name = %(name)s",
				{"name": name},
			)
		self.assertEqual(self.suggestions()[item]["why"]["drafted"], 0)

	def test_a_level_of_zero_with_a_quantity_is_a_level(self) -> None:
		item = self.reordered(0, 50)
		self.assertEqual(self.suggestions()[item]["suggested_qty"], 50)
		self.receive(item, self.warehouse, 1)
		self.assertEqual(self.suggestions(), {})
		self.order(item, self.warehouse, 6)
		suggestion = self.suggestions()[item]
		self.assertEqual((suggestion["suggested_qty"], suggestion["why"]["level"]), (50, -5))

	def test_stock_in_transit_is_counted_by_the_rows_that_received_it(self) -> None:
		"""48 sent as 4 Box, received as 1 Box and 12 Nos: ERPNext adds up 13 and calls it all received."""
		item, transit = self.reordered(100), self.platform.make_warehouse()
		sent = self.sent(item, self.platform.make_warehouse(), transit, 48, asked_by=self.warehouse)
		self.received(sent, item, 1, factor=12)
		self.received(sent, item, 12)
		self.assertEqual(self.suggestions()[item]["why"]["in_transit"], 24)
		promise = self.platform.call(
			"stock.available_to_promise", item_code=item, warehouse=self.warehouse, by_date="2026-01-01"
		)
		coming = [event["qty"] for event in (*promise["projection"], *promise["undated"])]
		self.assertEqual(coming, [24])

	def test_stock_in_transit_counts(self) -> None:
		item, transit = self.reordered(20), self.platform.make_warehouse()
		elsewhere = self.platform.make_warehouse()
		self.receive(item, elsewhere, 50)
		self.sent(item, elsewhere, transit, 15, asked_by=self.warehouse)
		suggestion = self.suggestions()[item]
		self.assertEqual(
			(suggestion["suggested_qty"], suggestion["why"]["in_transit"], suggestion["why"]["level"]),
			(5, 15, 15),
		)
		self.sent(item, elsewhere, transit, 6, asked_by=self.warehouse)
		self.assertEqual(self.suggestions(), {})

	def in_a_group(self) -> tuple[str, str]:
		"""Create a group with the test's warehouse and another one in it; return the group and the other one."""
		group = self.platform.make_warehouse(is_group=1)
		inner = self.platform.make_warehouse(is_group=1, parent_warehouse=group)
		self.warehouse = self.platform.make_warehouse(parent_warehouse=inner)
		return group, self.platform.make_warehouse(parent_warehouse=group)

	def test_a_level_may_be_checked_in_a_group_of_warehouses(self) -> None:
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
		self.assertEqual(
			[c["items"] for c in self.create()["created"]], [[{"item_code": item, "qty": 11, "uom": "Kg"}]]
		)
		self.assertEqual(self.suggestions(), {})

	def test_a_suggestion_for_one_warehouse_of_a_group_counts_for_the_next(self) -> None:
		group, other = self.in_a_group()
		item = self.platform.make_item(
			reorder_levels=[
				self.level(20, 1, warehouse_group=group),
				{**self.level(20, 1, warehouse_group=group), "warehouse": other},
			]
		)
		result = self.create(warehouse="", item_code=item)
		self.assertEqual(
			[c["items"] for c in result["created"]], [[{"item_code": item, "qty": 20, "uom": "Kg"}]]
		)

	def test_stock_in_transit_within_a_group_counts_once(self) -> None:
		group, other = self.in_a_group()
		transit = self.platform.make_warehouse(parent_warehouse=group)
		item = self.platform.make_item(reorder_levels=[self.level(20, 1, warehouse_group=group)])
		self.receive(item, transit, 5)
		self.sent(item, other, transit, 5, asked_by=self.warehouse)
		self.sent(item, other, self.platform.make_warehouse(), 3, asked_by=self.warehouse)
		why = self.suggestions()[item]["why"]
		self.assertEqual((why["available"], why["in_transit"], why["level"]), (5, 3, 8))

	def test_filters_by_item_and_company(self) -> None:
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
