"""The report Stock Overview: value, items and shares by group, and ABC classes."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.reporting.stock_overview import (
	ABC,
	ABC_XYZ,
	ITEM,
	ITEM_GROUP,
	WAREHOUSE,
	ZONE,
	StockOverview,
	stock_overview,
)
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.report_case import ReportCase


class StockOverviewBehaviour(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.group = self.platform.make_warehouse(is_group=1)

	def found(self, user: str = "", **filters: Any) -> StockOverview:
		with self.platform.context(user) as ctx:
			return stock_overview(ctx, **{"warehouse": self.group, **filters})

	def place(self) -> str:
		return self.platform.make_warehouse(parent_warehouse=self.group)

	def bring(self, item: str, place: str, qty: int, rate: int = 10, days: int = 0, bin: str = "") -> None:
		at = self.ago(days) if days else None
		self.platform.books.receive([PostingLine(item, place, D(qty), D(rate), bin)], at=at)

	def by(self, group_by: str, key: str, **filters: Any) -> dict[str, Row]:
		return {row[key] or "": row for row in self.found(group_by=group_by, **filters).rows}

	def test_shares_of_warehouses_add_up_to_the_books(self) -> None:
		first, second, item, other = (
			self.place(),
			self.place(),
			self.platform.make_item(),
			self.platform.make_item(),
		)
		self.bring(item, first, 6)
		self.bring(other, first, 1, 20)
		self.bring(item, second, 2)
		rows = self.by(WAREHOUSE, "warehouse")
		shown = {name: (r["items"], r["value"], r["value_share"]) for name, r in rows.items()}
		self.assertEqual(shown, {first: (2, 80, 0.8), second: (1, 20, 0.2)})
		(total,) = self.found().companies
		self.assertEqual((total.items, total.positions, total.value), (2, 3, 100))
		booked = self.platform.rows(
			"SELECT SUM(stock_value) AS value FROM `tabBin` WHERE warehouse IN %(places)s",
			places=[first, second],
		)
		self.assertEqual(float(booked[0]["value"]), 100)
		self.assertEqual([r["warehouse"] for r in self.found().rows], [first, second], "worth most first")

	def test_zones_and_what_is_in_none(self) -> None:
		place, item = self.place(), self.platform.make_item()
		zone = self.platform.make_zone(place)
		self.bring(item, place, 3, bin=self.platform.make_bin(place, zone=zone))
		self.bring(item, place, 1)
		rows = self.by(ZONE, "zone")
		self.assertEqual(
			{name: (r["value"], r["items"]) for name, r in rows.items()}, {zone: (30, 1), "": (10, 1)}
		)
		self.assertEqual(rows[""]["warehouse"], place)

	def test_item_groups(self) -> None:
		place = self.place()
		item = self.platform.make_item()
		self.bring(item, place, 3)
		(row,) = self.found(group_by=ITEM_GROUP).rows
		self.assertEqual((row["items"], row["value"], row["value_share"]), (1, 30, 1))
		self.assertEqual(self.found(item_group=row["item_group"], group_by=ITEM).rows[0]["item_code"], item)

	def test_abc_by_usage_value_of_ninety_days(self) -> None:
		"""700, 200, 60 and 40 are A, A, B, C: issues less returns, without transfers, cancelled or older ones."""
		place, elsewhere = self.place(), self.place()
		items = [self.platform.make_item() for _ in range(4)]
		last = items[-1]
		for item in items:
			self.bring(item, place, 1000, days=100)
		self.platform.books.issue([self.line(last, place, 500)], at=self.ago(91))
		for item, used in zip(items, (70, 20, 6, 4), strict=True):
			self.platform.books.issue([self.line(item, place, used)], at=self.ago(89))
		self.platform.books.transfer([self.line(last, place, 100)], elsewhere)
		self.platform.books.cancel(self.issue(last, place, 90))
		rows = self.by(ITEM, "item_code")
		self.assertEqual([rows[i]["usage_value"] for i in items], [700, 200, 60, 40])
		self.assertEqual([rows[i]["abc_class"] for i in items], ["A", "A", "B", "C"])
		by_place = self.by(WAREHOUSE, "warehouse")
		self.assertEqual([by_place[place][f"{c}_items"] for c in "abc"], [2, 1, 1])
		self.assertEqual([by_place[elsewhere][f"{c}_items"] for c in "abc"], [0, 0, 1])
		(total,) = self.found().companies
		self.assertEqual(dict(total.classes), {"A": 2, "B": 1, "C": 1})

	def test_by_class_and_by_cell_of_abc_and_xyz(self) -> None:
		"""In the four months that are known one item was used alike, one in the last only, and a third never."""
		place = self.place()
		even, once, never = items = [self.platform.make_item() for _ in range(3)]
		with self.platform.context() as ctx:
			began = ctx.settings.history_from or date(2000, 1, 1)
		self.addCleanup(self.platform.settings, history_from=began)
		first = self.today.date().replace(day=1)
		months = []
		for _ in range(4):
			first = (first - timedelta(days=1)).replace(day=1)
			months.append((self.today.date() - first).days - 14)
		self.platform.settings(history_from=first)
		for item in items:
			self.bring(item, place, 1000, days=190)
		for days in months:
			self.platform.books.issue([self.line(even, place, 50)], at=self.ago(days))
		self.platform.books.issue([self.line(once, place, 5)], at=self.ago(months[0]))
		rows = self.by(ABC, "abc_class")
		self.assertEqual({name: row["items"] for name, row in rows.items()}, {"A": 1, "C": 2})
		self.assertEqual(sum(row["value_share"] for row in rows.values()), 1)
		cells = self.by(ABC_XYZ, "abc_xyz")
		self.assertEqual([*cells], ["AX", "C", "CZ"])
		self.assertEqual(cells["AX"]["value"], rows["A"]["value"])
		of_cell = self.found(group_by=ITEM, of_class="AX")
		self.assertEqual([row["item_code"] for row in of_cell.rows], [even])
		self.assertEqual(
			{r["item_code"] for r in self.found(group_by=ITEM, of_class="C").rows}, {once, never}
		)
		self.assertEqual(of_cell.companies, self.found().companies)
		with self.refused("invalid_argument", 400):
			self.found(of_class="D")

	def test_without_usage_nothing_has_a_class(self) -> None:
		self.bring(self.platform.make_item(), self.place(), 5)
		self.assertEqual([r["abc_class"] for r in self.found(group_by=ITEM).rows], [""])
		self.assertEqual(dict(self.found().companies[0].classes), {})

	def test_a_sale_that_came_back_is_no_usage(self) -> None:
		self.platform.settings(inbound=True)
		place, item = self.place(), self.platform.make_item()
		self.bring(item, place, 50)
		note = self.platform.books.deliver(self.order(item, place, 30))
		self.assertEqual(self.by(ITEM, "item_code")[item]["usage_value"], 300)
		lines = [{"item_code": item, "qty": 10}]
		self.platform.call("inbound.expect_return", delivery_note=note.voucher_no, items=lines)
		name = self.platform.call("inbound.list_tasks", search=note.voucher_no)["tasks"][0]["name"]
		for line in self.platform.call("inbound.arrive", name=name)["data"]["lines"]:
			self.platform.call("inbound.receive", name=name, line=line["line"], qty=10)
		self.platform.call("inbound.finish_receiving", name=name)
		self.assertEqual(self.by(ITEM, "item_code")[item]["usage_value"], 200)

	def test_companies_are_not_added(self) -> None:
		"""Each total is of one company, in its currency, and its shares are of it alone."""
		place, item = self.place(), self.platform.make_item()
		self.bring(item, place, 4)
		other = self.other_company()
		if not other:
			return
		self.bring(item, other, 4)
		for filters in (
			{"warehouse": "", "item_code": item},
			{"warehouse": "", "item_code": item, "group_by": ITEM},
		):
			found = self.found(**filters)
			self.assertEqual(sorted(r["value_share"] for r in found.rows), [1, 1])
			self.assertEqual([total.value for total in found.companies], [40, 40])
			self.assertEqual(len({total.company for total in found.companies}), 2)

	def other_company(self) -> str:
		"""Return a warehouse of another company, where a test can make one in a moment."""
		names = [row["name"] for row in self.platform.rows("SELECT name FROM `tabCompany` ORDER BY name")]
		if len(names) == 1 and self.engine_is_small():
			names.append(
				self.platform.create("Company", {"name": "Other Company", "company_name": "Other Company"})
			)
		own = self.platform.company_of(self.group)
		others = [name for name in names if name != own]
		return self.platform.make_warehouse(company=others[0]) if others and self.engine_is_small() else ""

	def engine_is_small(self) -> bool:
		return hasattr(self.platform, "standalone")

	def test_who_sees_what(self) -> None:
		mine, other, item = self.place(), self.place(), self.platform.make_item()
		self.bring(item, mine, 3)
		self.bring(item, other, 40)
		operator = self.platform.make_user(["Warehouse Operator"], [mine])
		found = self.found(operator)
		self.assertEqual([r["warehouse"] for r in found.rows], [mine])
		self.assertFalse({"value", "value_share", "usage_value"} & set(found.rows[0]))
		self.assertEqual((found.companies[0].positions, found.companies[0].value), (1, None))
		for group_by, key in ((ITEM, "item_code"), (ZONE, "zone"), (ITEM_GROUP, "item_group")):
			rows = self.found(operator, group_by=group_by).rows
			self.assertEqual(len(rows), 1, key)
			self.assertFalse({"value", "value_share", "usage_value", "rate"} & set(rows[0]))
		with self.refused("warehouse_not_permitted", 403):
			self.found(operator, warehouse=other)
		director = self.platform.make_user(["Inventory Director"], [mine])
		self.assertEqual(
			(self.found(director).rows[0]["value"], self.found(director).companies[0].value), (30, 30)
		)

	def test_rows_are_limited_and_statements_counted(self) -> None:
		item = self.platform.make_item()
		for _ in range(3):
			self.bring(item, self.place(), 1)
		found = self.found(limit=2)
		self.assertEqual((len(found.rows), found.total_rows, found.has_more), (2, 3, True))
		self.assertEqual(found.companies[0].value, 30)
		before = self.statements(lambda ctx: stock_overview(ctx, warehouse=self.group))
		self.bring(self.platform.make_item(), self.place(), 1)
		self.assertEqual(self.statements(lambda ctx: stock_overview(ctx, warehouse=self.group)), before)
		self.assertLessEqual(before, 7)

	def test_bad_input_is_refused(self) -> None:
		with self.refused("invalid_argument", 400):
			self.found(group_by="company'; --")
		with self.refused("unknown_warehouse", 404):
			self.found(warehouse="'")

	def test_what_has_left_is_not_counted(self) -> None:
		place, item = self.place(), self.platform.make_item()
		self.bring(item, place, 4)
		self.issue(item, place, 4)
		self.assertEqual((self.found().rows, self.found().companies), ([], []))
		self.platform.put_clock(timedelta())
