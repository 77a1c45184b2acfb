"""Reading positions: one, a page of them, the explanation of one; each user sees only permitted warehouses."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour


class ReadingBehaviour(Behaviour):
	def pages(self, operation: str, what: str, size: int, **filters: Any) -> list[Row]:
		"""Fetch a list page by page and return its rows. A page with ``has_more`` is full, and the last one has none."""
		found: list[Row] = []
		while True:
			page = self.platform.call(operation, limit=size, offset=len(found), **filters)
			# no page is empty but the first of an empty list
			self.assertTrue(page[what] or not found)
			found += page[what]
			if not page["has_more"]:
				return found
			self.assertEqual(len(page[what]), size)

	def test_a_position_that_never_was_is_all_zeros(self) -> None:
		item, warehouse = self.stocked(0)
		zeros = {"on_hand": 0, "on_hold": 0, "reserved": 0, "available": 0, "in_transit": 0, "on_order": 0}
		self.assert_position(item, warehouse, item_code=item, warehouse=warehouse, last_change=None, **zeros)

	def test_a_position_names_its_item_and_unit(self) -> None:
		item, warehouse = self.stocked(3, item_name='螺栓 M8 "zinc"')
		self.assert_position(item, warehouse, item_name='螺栓 M8 "zinc"', stock_uom="Kg")
		self.assertTrue(self.position(item, warehouse)["last_change"])

	def test_what_is_on_order_is_shown(self) -> None:
		from decimal import Decimal

		item, warehouse = self.stocked(3)
		self.platform.order_from_supplier(item, warehouse, Decimal(12))
		self.assert_position(item, warehouse, on_order=12, available=3)
		never, _ = self.stocked(0)
		self.platform.order_from_supplier(never, warehouse, Decimal(5))
		self.assert_position(never, warehouse, on_order=5, available=0)

	def test_in_transit_counts_for_the_requesting_warehouse(self) -> None:
		item, here = self.stocked(50)
		transit, there = self.platform.make_warehouse(), self.platform.make_warehouse()
		self.platform.update("Warehouse", here, {"default_in_transit_warehouse": transit})
		self.sent(item, here, transit, 7)
		for warehouse in (here, transit, there):
			self.assert_position(item, warehouse, in_transit=0)
		self.sent(item, here, transit, 5, asked_by=there)
		self.sent(self.platform.make_item(), here, transit, 9, asked_by=there)
		self.assert_position(item, there, in_transit=5)
		for warehouse in (here, transit):
			self.assert_position(item, warehouse, in_transit=0)
		self.receive(item, there, 1)
		rows = self.pages("stock.list_positions", "positions", 50, item_code=item)
		self.assertEqual({r["warehouse"]: r["in_transit"] for r in rows}, {here: 0, there: 5})

	def test_what_was_checked_counts_permitted_warehouses_only(self) -> None:
		item, seen = self.stocked(5)
		hidden = self.platform.make_warehouse()
		self.receive(item, hidden, 7)
		self.reserve(item, hidden, 2)
		self.reserve(item, seen, 1)
		user = self.platform.make_user(["Inventory Manager"], [seen])
		self.assertEqual(
			self.platform.call("ledger.verify", user=user)["checked"],
			{"Stock Movement": 1, "Bin Stock": 1, "Stock Position": 1, "Inventory Reservation": 1},
		)
		everything = self.platform.call("ledger.verify")["checked"]
		self.assertGreater(everything["Stock Position"], 1)

	def test_a_page_beyond_any_list_is_refused(self) -> None:
		for operation in ("stock.list_positions", "reservation.list", "replenishment.suggest"):
			with self.subTest(operation):
				self.platform.call(operation, offset=10**9)
				for offset in (10**9 + 1, 10**30):
					with self.refused("invalid_argument", 400, argument="offset"):
						self.platform.call(operation, offset=offset)

	def test_why_this_much_is_available(self) -> None:
		item, warehouse = self.stocked(20)
		shelf = self.platform.make_bin(warehouse, bin_code="A-01", zone=self.platform.make_zone(warehouse))
		self.platform.call(
			"stock.move",
			item_code=item,
			warehouse=warehouse,
			from_bin=f"UNPLACED - {warehouse}",
			to_bin=shelf,
			qty=15,
		)
		order = self.order(item, warehouse, 8)
		other = self.reserve(
			item,
			warehouse,
			30,
			shortage_policy="Partial",
			demand_type="Project",
			demand_name="P1",
			priority=1,
		)
		result = self.platform.call("stock.explain", item_code=item, warehouse=warehouse)
		self.assertEqual(
			{
				k: result[k]
				for k in (
					"on_hand",
					"on_hold",
					"reserved",
					"available",
					"waiting",
					"more_bins",
					"more_reservations",
				)
			},
			{
				"on_hand": 20,
				"on_hold": 0,
				"reserved": 20,
				"available": 0,
				"waiting": 18,
				"more_bins": 0,
				"more_reservations": 0,
			},
		)
		self.assertEqual({b["bin_code"]: b["qty"] for b in result["bins"]}, {"A-01": 15, "UNPLACED": 5})
		self.assertEqual(
			[
				(r["demand_type"], r["demand_name"], r["reserved_qty"], r["waiting_qty"])
				for r in result["reservations"]
			],
			[("Project", "P1", 12, 18), ("Sales Order", order, 8, 0)],
		)
		self.assertEqual(result["reservations"][0]["name"], other["name"])
		self.assertEqual(sum(b["qty"] for b in result["bins"]), result["on_hand"])
		few = self.platform.call("stock.explain", item_code=item, warehouse=warehouse, limit=1)
		self.assertEqual((len(few["reservations"]), few["more_reservations"]), (1, 1))
		self.assertEqual((len(few["bins"]), few["more_bins"]), (1, 1))

	def test_a_list_is_read_page_by_page(self) -> None:
		warehouse = self.platform.make_warehouse()
		items = sorted(self.platform.make_item() for _ in range(5))
		self.platform.books.receive([self.line(item, warehouse, n + 1) for n, item in enumerate(items)])
		for size in (1, 2, 5, 500):
			rows = self.pages("stock.list_positions", "positions", size, warehouse=warehouse)
			self.assertEqual(
				[(r["item_code"], r["on_hand"]) for r in rows], list(zip(items, range(1, 6), strict=True))
			)

	def test_a_list_is_narrowed(self) -> None:
		item, warehouse = self.stocked(5)
		other = self.platform.make_item()
		self.receive(other, warehouse, 5)
		self.reserve(other, warehouse, 5)

		def listed(**filters: Any) -> list[str]:
			rows = self.pages("stock.list_positions", "positions", 100, warehouse=warehouse, **filters)
			return sorted(r["item_code"] for r in rows)

		self.assertEqual(listed(), sorted([item, other]))
		self.assertEqual(listed(item_code=item), [item])
		self.assertEqual(listed(only="available"), [item])
		self.assertEqual(listed(only="reserved"), [other])
		self.assertEqual(listed(company=self.platform.company_of(warehouse)), sorted([item, other]))
		self.assertEqual(listed(company="nobody"), [])
		self.assertEqual(listed(item_group="nothing"), [])

	def test_a_list_is_searched_by_part_of_code_or_name(self) -> None:
		item, warehouse = self.stocked(5, item_name="100% Oak Board_冷")
		other = self.platform.make_item(item_name="Beech Board")
		self.receive(other, warehouse, 1)
		for part, found in (
			("oak", [item]),
			("BOARD", [item, other]),
			("%", [item]),
			("d_冷", [item]),
			("_", [item]),
			(item.lower()[2:], [item]),
			("'", []),
		):
			with self.subTest(part=part):
				rows = self.pages("stock.list_positions", "positions", 100, warehouse=warehouse, search=part)
				self.assertEqual(sorted(r["item_code"] for r in rows), sorted(found))

	def test_reservations_are_listed_newest_first(self) -> None:
		item, warehouse = self.stocked(10)
		names = [self.reserve(item, warehouse, 1, demand_name=f"D{n}")["name"] for n in range(4)]
		rows = self.pages("reservation.list", "reservations", 3, item_code=item, warehouse=warehouse)
		self.assertEqual([r["name"] for r in rows], names[::-1])
		self.platform.call("reservation.release", name=names[1])
		rows = self.pages("reservation.list", "reservations", 3, item_code=item, status="Released")
		self.assertEqual([r["name"] for r in rows], [names[1]])
		rows = self.pages("reservation.list", "reservations", 3, item_code=item, demand_name="D2")
		self.assertEqual([r["name"] for r in rows], [names[2]])

	def test_a_user_sees_permitted_warehouses_only(self) -> None:
		item, seen = self.stocked(5)
		hidden = self.platform.make_warehouse()
		self.receive(item, hidden, 7)
		reservation = self.reserve(item, hidden, 2)
		user = self.platform.make_user(["Warehouse Operator"], [seen])
		rows = self.pages("stock.list_positions", "positions", 50, item_code=item, user=user)
		self.assertEqual([r["warehouse"] for r in rows], [seen])
		rows = self.pages("reservation.list", "reservations", 50, item_code=item, user=user)
		self.assertEqual(rows, [])
		for operation, arguments in (
			("stock.get_position", {"item_code": item, "warehouse": hidden}),
			("stock.explain", {"item_code": item, "warehouse": hidden}),
			("reservation.reserve", {"item_code": item, "warehouse": hidden, "qty": 1}),
			("reservation.get", {"name": reservation["name"]}),
			("reservation.release", {"name": reservation["name"]}),
			("replenishment.suggest", {"warehouse": hidden}),
			(
				"request.create",
				{"request_type": "Issue", "warehouse": hidden, "items": [{"item_code": item, "qty": 1}]},
			),
			(
				"stock.move",
				{
					"item_code": item,
					"warehouse": hidden,
					"from_bin": f"UNPLACED - {hidden}",
					"to_bin": f"UNPLACED - {seen}",
					"qty": 1,
				},
			),
		):
			with self.subTest(operation), self.refused("warehouse_not_permitted", 403):
				self.platform.call(operation, user=user, **arguments)
		self.assert_position(item, hidden, on_hand=7, reserved=2)

	def test_the_api_describes_itself(self) -> None:
		document = self.platform.call("meta.openapi")
		self.assertEqual(document["openapi"], "3.1.0")
		reserve = document["paths"]["/api/method/inventory_midplatform.api.v1.reservation.reserve"]["post"]
		schema = reserve["requestBody"]["content"]["application/json"]["schema"]
		self.assertEqual(set(schema["required"]), {"item_code", "warehouse", "qty"})
