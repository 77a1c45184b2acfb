"""The reports In and Out Trend and Turnover and Days of Stock: the worked examples, as they are posted in the books."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.carrying_cost import Rates
from inventory_midplatform.reporting.carrying_cost import carrying_costs
from inventory_midplatform.reporting.in_and_out_trend import InAndOutTrend, in_and_out_trend
from inventory_midplatform.reporting.scope import scope
from inventory_midplatform.reporting.turnover import (
	GROSS,
	OPEN_CLOSE,
	TurnoverReport,
	turnover_and_days_of_stock,
)
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.report_case import ReportCase

BEGIN = 29
"""How many days ago the month of the examples began."""


class StockHistoryBehaviour(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.group = self.platform.make_warehouse(is_group=1)
		with self.platform.context() as ctx:
			began = ctx.settings.history_from or date(2000, 1, 1)
		self.addCleanup(self.platform.settings, history_from=began)
		self.history_from(400)

	def history_from(self, days: int) -> None:
		self.platform.settings(history_from=self.day(days))

	def day(self, ago: int) -> date:
		return self.ago(ago).date()

	def place(self) -> str:
		return self.platform.make_warehouse(parent_warehouse=self.group)

	def trend(self, user: str = "", **filters: Any) -> InAndOutTrend:
		with self.platform.context(user) as ctx:
			return in_and_out_trend(ctx, **{"warehouse": self.group, **filters})

	def turned(self, user: str = "", **filters: Any) -> TurnoverReport:
		with self.platform.context(user) as ctx:
			return turnover_and_days_of_stock(
				ctx, **{"warehouse": self.group, "from_date": self.day(BEGIN), **filters}
			)

	def issue_ago(self, item: str, place: str, qty: int, days: int) -> Any:
		return self.platform.books.issue([self.line(item, place, qty)], at=self.ago(days))

	def worked_month(self) -> tuple[str, str, str]:
		"""100 of an item are there; 40 leave on the 11th day, 30 are transferred on the 16th, 10 and 50 come on the 21st and
		26th. What is cancelled was never there."""
		item, place = self.platform.make_item(), self.place()
		other = self.place()
		self.receive_ago(item, place, 100, BEGIN + 5)
		self.issue_ago(item, place, 40, BEGIN - 10)
		self.platform.books.transfer([self.line(item, place, 30)], other, at=self.ago(BEGIN - 15))
		self.receive_ago(item, place, 10, BEGIN - 20)
		self.receive_ago(item, other, 50, BEGIN - 25)
		self.platform.books.cancel(self.issue_ago(item, place, 7, BEGIN - 27))
		return item, place, other

	def test_a_month_in_days_and_in_whole(self) -> None:
		item, _place, other = self.worked_month()
		month = {"item_code": item, "from_date": self.day(BEGIN)}
		found = self.trend(**month, grain="day")
		(total,) = found.totals
		names = ("opening_qty", "qty_in", "qty_out", "transferred_qty", "net_change", "closing_qty")
		self.assertEqual([total[name] for name in names], [100, 60, 40, 0, 20, 120])
		values = ("opening_value", "value_in", "value_out", "transferred_value", "closing_value")
		self.assertEqual([float(total[name]) for name in values], [1000, 600, 400, 0, 1200])
		closings = [int(row["closing_qty"]) for row in found.rows]
		self.assertEqual(
			closings, [100] * 10 + [60] * 10 + [70] * 5 + [120] * 5, "quiet days carry the balance"
		)
		(of_one,) = self.trend(**month, warehouse=other).totals
		self.assertEqual([of_one[name] for name in names], [0, 50, 0, 30, 80, 80])
		flows = {flow for row in found.rows for flow in row["flows"]}
		self.assertEqual(flows, {"Other", "Transfer"})
		# the opening is the same whatever day the period ends on, and no later day is shown
		for last in (BEGIN, 15, 0, -30):
			rows = self.trend(**month, to_date=self.day(last), grain="week").rows
			self.assertEqual(rows[0]["opening_qty"], 100)
			self.assertEqual(rows[-1]["period_to"], self.day(max(last, 0)))

		(row,) = self.turned(item_code=item, usage=GROSS).rows
		self.assertEqual((row["average_qty"], row["average_value"], row["closing_qty"]), (85, 850, 120))
		self.assertAlmostEqual(row["turnover"], 40 / 85 * 365 / 30)
		self.assertAlmostEqual(row["days_of_stock"], 30 / (40 / 85))
		self.assertEqual((row["forward_cover"], row["stock_out_share"]), (90, 0))
		(row,) = self.turned(item_code=item, usage=GROSS, average=OPEN_CLOSE).rows
		self.assertEqual((row["average_qty"], row["average_value"]), (110, 1100))
		with self.platform.context() as ctx:
			about = scope(ctx, item_code=item)
			costs = carrying_costs(ctx, about, self.day(BEGIN), self.day(0), Rates(capital=D(25)))
			none = carrying_costs(ctx, about, self.day(BEGIN), self.day(0), Rates())
		(cost,) = costs.values()
		self.assertEqual((round(float(cost.known), 2), none), (17.47, {}))
		self.assertLess(cost.low, cost.high)

	def test_days_out_of_stock(self) -> None:
		"""3 of the 20 days of two items; what is received later is not out before, what is delisted never."""
		first, second, new, gone = (self.platform.make_item() for _ in range(4))
		place = self.place()
		for item, qty in ((first, 5), (second, 20), (gone, 5)):
			self.receive_ago(item, place, qty, 15)
		self.issue_ago(first, place, 5, 5)
		self.receive_ago(first, place, 15, 2)
		self.issue_ago(second, place, 4, 7)
		self.issue_ago(gone, place, 5, 12)
		self.platform.update("Item", gone, {"disabled": 1})
		month = {"from_date": self.day(9)}
		shares = {row["item_code"]: row["stock_out_share"] for row in self.turned(**month).rows}
		self.assertEqual((shares[first], shares[second], shares[gone]), (0.3, 0, None))
		(total,) = self.turned(**month).companies
		self.assertEqual(total["stock_out_share"], 0.15)
		self.receive_ago(new, place, 1, 3)
		(row,) = self.turned(**month, item_code=new).rows
		self.assertEqual((row["stock_out_share"], row["days_out"]), (0, 0))
		self.issue_ago(new, place, 1, 1)
		self.assertEqual(self.turned(**month, item_code=new).rows[0]["stock_out_share"], 0.5)

	def test_what_came_back_is_no_net_usage(self) -> None:
		self.platform.settings(inbound=True)
		place, item = self.place(), self.platform.make_item()
		self.receive_ago(item, place, 50, 40)
		note = self.platform.books.deliver(self.order(item, place, 30))
		lines = [{"item_code": item, "qty": 10}]
		self.platform.call("inbound.expect_return", delivery_note=note.voucher_no, items=lines)
		name = self.platform.call("inbound.list_tasks", search=note.voucher_no)["tasks"][0]["name"]
		for line in self.platform.call("inbound.arrive", name=name)["data"]["lines"]:
			self.platform.call("inbound.receive", name=name, line=line["line"], qty=10)
		self.platform.call("inbound.finish_receiving", name=name)
		(net,) = self.turned(item_code=item).rows
		(gross,) = self.turned(item_code=item, usage=GROSS).rows
		self.assertEqual((net["net_usage"], net["cost_of_usage"]), (20, 200))
		self.assertEqual((gross["gross_usage"], gross["cost_of_usage"]), (30, 300))

	def test_without_usage_nothing_turns_and_nothing_lasts(self) -> None:
		item, place = self.platform.make_item(), self.place()
		self.receive_ago(item, place, 5, 40)
		(row,) = self.turned().rows
		shown = [
			row[name] for name in ("turnover", "days_of_stock", "forward_cover", "abc_class", "xyz_class")
		]
		self.assertEqual(shown, [0, None, None, "", ""])
		self.assertEqual(self.turned(warehouse=self.place()).rows, [])

	def test_abc_and_xyz(self) -> None:
		place, steady, rare = self.place(), self.platform.make_item(), self.platform.make_item()
		fifteenths = [self.ago(0).replace(day=15)]
		for _ in range(3):
			fifteenths.append((fifteenths[-1].replace(day=1) - timedelta(days=1)).replace(day=15))
		for item in (steady, rare):
			self.receive_ago(item, place, 100, 150)
		for n, at in enumerate(fifteenths[1:]):
			self.platform.books.issue([self.line(steady, place, 10 + n)], at=at)
		self.platform.books.issue([self.line(rare, place, 1)], at=fifteenths[2])
		# this month is whole on its last day, so the period ends before it
		period = {
			"from_date": self.day(120),
			"to_date": fifteenths[0].date().replace(day=1) - timedelta(days=1),
		}
		found = self.turned(**period)
		shown = {row["item_code"]: (row["abc_class"], row["xyz_class"]) for row in found.rows}
		self.assertEqual(shown, {steady: ("A", "Z"), rare: ("C", "Z")}, "months without usage are zeros")
		self.platform.settings(history_from=fifteenths[3].date().replace(day=1))
		found = self.turned(**period)
		self.assertEqual(found.months, 3)
		shown = {row["item_code"]: row["xyz_class"] for row in found.rows}
		self.assertEqual(shown, {steady: "X", rare: "Z"})
		self.platform.settings(history_from=fifteenths[2].date().replace(day=1))
		self.assertEqual(
			{row["xyz_class"] for row in self.turned(**period).rows}, {""}, "two months are too few"
		)

	def test_nothing_is_said_of_days_before_the_history(self) -> None:
		item, _place, _other = self.worked_month()
		self.history_from(7)
		found = self.trend(item_code=item, from_date=self.day(BEGIN), grain="day")
		self.assertEqual((found.period.first, len(found.rows)), (self.day(7), 8))
		self.assertEqual(found.rows[0]["opening_qty"], 70)
		self.assertEqual(self.turned(item_code=item).period.first, self.day(7))
		before = {"from_date": self.day(BEGIN), "to_date": self.day(10)}
		for nothing in (self.trend(item_code=item, **before), self.turned(item_code=item, **before)):
			self.assertEqual((nothing.rows, nothing.total_rows, nothing.period.is_known), ([], 0, False))

	def test_fiscal_years_are_those_of_the_company(self) -> None:
		"""Of a part of this one, by quarters and in whole; of ten years ago there is none."""
		_item, place, _other = self.worked_month()
		name, begins, _ends = self.fiscal_year_of(self.day(0))
		first = max(begins, self.day(BEGIN))
		since = {"from_date": first, "warehouse": place}
		(whole,) = self.trend(**since).totals
		for grain in ("fiscal_year", "fiscal_quarter"):
			with self.subTest(grain=grain):
				rows = self.trend(**since, grain=grain).rows
				labels = [row["period"] for row in rows]
				if grain == "fiscal_year":
					self.assertEqual(labels, [name])
				else:
					self.assertLessEqual(set(labels), {f"{name} Q{n}" for n in range(1, 5)})
				self.assertEqual((rows[0]["period_from"], rows[-1]["period_to"]), (first, self.day(0)))
				self.assertEqual(rows[0]["opening_value"], whole["opening_value"])
				self.assertEqual(rows[-1]["closing_value"], whole["closing_value"])
				self.assertEqual(sum(row["value_in"] for row in rows), whole["value_in"])
				found = self.platform.call(
					"view.query",
					dataset="changes",
					params={"warehouse": place},
					measures=["value_in"],
					group=[{"field": "day", "grain": grain}],
					where=[{"field": "day", "op": ">=", "value": first.isoformat()}],
				)
				shown = {found["columns"][0]["labels"][row["day"]]: row["value_in"] for row in found["rows"]}
				came = {row["period"]: row["value_in"] for row in rows if row["flows"]}
				self.assertEqual(shown, came)
		self.history_from(4000)
		with self.refused("no_fiscal_year", 400):
			self.trend(from_date=self.day(3990), grain="fiscal_year")

	def test_quantities_of_different_units_are_not_added(self) -> None:
		place = self.place()
		for unit, qty in (("Kg", 3), ("Nos", 4)):
			self.receive_ago(self.platform.make_item(stock_uom=unit), place, qty, 3)
		(total,) = self.trend().totals
		self.assertEqual((total["closing_qty"], total["qty_in"], total["closing_value"]), (None, None, 70))
		by_unit = {total["stock_uom"]: total["closing_qty"] for total in self.trend(by_unit=True).totals}
		self.assertEqual(by_unit, {"Kg": 3, "Nos": 4})

	def test_who_sees_what(self) -> None:
		item, place, other = self.worked_month()
		operator = self.platform.make_user(["Warehouse Operator"], [other])
		month = {"item_code": item, "from_date": self.day(BEGIN)}
		found = self.trend(operator, **month)
		self.assertEqual([total["closing_qty"] for total in found.totals], [80])
		for row in (*found.rows, *found.totals, *(flow for r in found.rows for flow in r["flows"].values())):
			self.assertFalse([name for name in row if "value" in name])
		turned = self.turned(operator, **month)
		self.assertEqual([row["closing_qty"] for row in turned.rows], [80])
		for row in (*turned.rows, *turned.companies):
			self.assertFalse([name for name in row if "value" in name or "cost" in name])
		self.assertFalse(any(value for of in turned.lasting.values() for _, value in of))
		for report in (self.trend, self.turned):
			with self.refused("warehouse_not_permitted", 403):
				report(operator, warehouse=place)

	def test_bad_input_is_refused(self) -> None:
		for report in (self.trend, self.turned):
			with self.refused("wrong_period", 400):
				report(from_date=self.day(1), to_date=self.day(2))
			with self.refused("period_in_future", 400):
				report(from_date=self.day(-1), to_date=self.day(-2))
			with self.refused("unknown_item", 404):
				report(item_code="' OR 1=1 --")
		with self.refused("invalid_argument", 400):
			self.trend(grain="hour")
		with self.refused("invalid_argument", 400):
			self.turned(usage="'")
		with self.refused("invalid_argument", 400):
			self.turned(average="median")

	def test_rows_are_limited_and_statements_do_not_grow(self) -> None:
		place = self.place()
		for n in range(3):
			self.receive_ago(self.platform.make_item(), place, 1 + n, 3)
		found = self.turned(limit=2)
		self.assertEqual((len(found.rows), found.total_rows, found.companies[0]["items"]), (2, 3, 3))
		self.assertEqual(found.companies[0]["closing_value"], 60)
		trend = self.trend(limit=2)
		self.assertEqual((len(trend.rows), trend.has_more, trend.totals[0]["closing_value"]), (2, True, 60))
		params = {"warehouse": self.group}
		self.assertLessEqual(self.statements(lambda ctx: in_and_out_trend(ctx, **params)), 6)
		self.assertLessEqual(self.statements(lambda ctx: turnover_and_days_of_stock(ctx, **params)), 10)
