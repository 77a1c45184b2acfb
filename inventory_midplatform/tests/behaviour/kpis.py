"""Key figures: written daily, judged by a baseline and a target, seen by who may, and taken apart."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain import kpi as rules
from inventory_midplatform.domain.roles import MANAGER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting.kpi_measures import Measuring
from inventory_midplatform.reporting.measures_of_kpis import NAMES
from inventory_midplatform.services import kpis
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.report_case import ReportCase

NOT_CHOSEN = {
	"kpi_baseline_from": "",
	"kpi_baseline_to": "",
	"capital_rate": D(0),
	"loss_rate": D(0),
	"space_cost_per_month": D(0),
	"space_cost_company": "",
}


class KpiBehaviour(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.yesterday = self.ago(1).date()
		with self.platform.context() as ctx:
			began = ctx.settings.history_from or date(2000, 1, 1)
		self.addCleanup(self.platform.settings, **NOT_CHOSEN, history_from=began)
		self.set_history(self.ago(200).date())

	def set_history(self, day: date) -> None:
		self.platform.settings(history_from=day)

	def write(self, day: date | None = None) -> None:
		with self.platform.context() as ctx:
			kpis.write(ctx, day or self.yesterday, Measuring())
			kpis.write_baselines(ctx, Measuring())

	def figures(self, **about: Any) -> dict[str, Row]:
		return {row["kpi"]: row for row in self.platform.call("kpi.list", **about)["kpis"]}

	def a_month(self) -> tuple[str, str, str]:
		"""Two items of cost 10 in a warehouse: the first 100, 60 after ten days, 110 after 25, counted 109 on the last; the second
		5, none for five days, 20, and counted right.
		"""
		first, second = self.platform.make_item(), self.platform.make_item()
		warehouse, books = self.platform.make_warehouse(), self.platform.books
		self.receive_ago(first, warehouse, 100, 31)
		self.receive_ago(second, warehouse, 5, 31)
		books.issue([self.line(first, warehouse, 40)], at=self.ago(20))
		books.issue([self.line(second, warehouse, 5)], at=self.ago(10))
		self.receive_ago(first, warehouse, 50, 5)
		self.receive_ago(second, warehouse, 20, 5)
		books.count([self.line(first, warehouse, 109), self.line(second, warehouse, 20)], at=self.ago(1))
		return first, second, warehouse

	def test_the_figures_of_a_warehouse(self) -> None:
		first, second, warehouse = self.a_month()
		before, until = self.ago(60).date(), self.ago(31).date()
		self.platform.settings(kpi_baseline_from=str(before), kpi_baseline_to=str(until))
		self.write()
		found = self.figures(warehouse=warehouse)
		self.assertEqual([*found], [*rules.KPIS])
		values = {name: row["value"] and round(row["value"], 4) for name, row in found.items()}
		self.assertEqual(
			values,
			{
				rules.TURNOVER: 5.9641,  # 450 ÷ (27540 ÷ 90) × 365 ÷ 90
				rules.COUNT_ACCURACY: 50,
				rules.STOCK_OUT_RATE: 8.3333,  # 5 of 60 item-days
				rules.STOCK_OUT_LINES: None,
				rules.ON_TIME: None,
				rules.STOCK_COST: None,
			},
		)
		self.assertEqual(found[rules.STOCK_COST]["missing"], "no_parts")
		self.assertEqual(found[rules.ON_TIME]["missing"], "no_data")
		accuracy = found[rules.COUNT_ACCURACY]
		self.assertEqual((accuracy["target"], accuracy["status"]), (99.5, "Red"))
		# in the baseline both items came on its last day, and nothing was used
		turnover = found[rules.TURNOVER]
		self.assertEqual((turnover["baseline"], turnover["target"], turnover["status"]), (0, None, ""))
		# a rate is entered: every day is judged by it, and another one changes all of them
		self.platform.settings(capital_rate=D(20), loss_rate=D(5))
		self.write()
		self.assertEqual(round(self.figures(warehouse=warehouse)[rules.STOCK_COST]["value"], 4), 18.1438)
		self.platform.settings(capital_rate=D(45))
		cost = self.figures(warehouse=warehouse)[rules.STOCK_COST]
		self.assertEqual(round(cost["value"], 4), 36.2877)
		self.assertEqual(round(cost["target"], 4), round(cost["baseline"] * 0.9, 4))
		self.see_views(warehouse)
		self.see_why(first, second, warehouse)
		self.who_sees_what(warehouse)
		self.history_is_too_short(warehouse)

	def test_the_figures_of_an_earlier_day(self) -> None:
		"""On the day before yesterday nothing was counted yet."""
		_, second, warehouse = self.a_month()
		earlier = self.ago(2).date()
		self.write(earlier)
		self.write()
		names = (rules.COUNT_ACCURACY, rules.STOCK_OUT_RATE)
		for as_of, expected in ((None, [50, 8.3333]), (earlier, [None, 8.3333])):
			about = {"warehouse": warehouse, "as_of": as_of}
			found = self.figures(**about)
			values = [found[name]["value"] and round(found[name]["value"], 4) for name in names]
			self.assertEqual(values, expected, as_of)
			last = str(as_of or self.yesterday)
			self.assertEqual(found[rules.STOCK_OUT_RATE]["as_of"], last)
			self.assertEqual(found[rules.STOCK_OUT_RATE]["points"][-1]["day"], last)
			why = self.platform.call("kpi.why", **about, kpi=rules.STOCK_OUT_RATE)
			self.assertEqual((why["last"], round(why["after"], 4)), (last, expected[1]))
			# in the thirty days before the earlier ones nothing was there
			self.assertEqual([row["part"] for row in why["rows"][:1]], [] if as_of else [second])
		tomorrow = self.ago(-1).date()
		self.assertEqual(
			self.figures(warehouse=warehouse, as_of=tomorrow)[rules.STOCK_OUT_RATE]["as_of"],
			str(self.yesterday),
		)
		with self.platform.context() as ctx:
			ctx.store.execute(
				"DELETE FROM `tabInventory KPI Value` WHERE day < %(day)s", {"day": self.ago(2).date()}
			)
		before_all = self.figures(warehouse=warehouse, as_of=self.ago(3).date())[rules.COUNT_ACCURACY]
		self.assertEqual((before_all["value"], before_all["missing"]), (None, "not_written"))
		self.assertIsNone(before_all["as_of"])

	def test_a_day_at_which_the_calendar_ends_is_refused(self) -> None:
		warehouse = self.platform.make_warehouse()
		for as_of in ("0001-01-01", "9999-12-31"):
			about = {"warehouse": warehouse, "as_of": as_of}
			with self.refused("invalid_date", 400):
				self.platform.call("kpi.list", **about)
			with self.refused("invalid_date", 400):
				self.platform.call("kpi.why", kpi=rules.TURNOVER, **about)

	def see_views(self, warehouse: str) -> None:
		"""A view of the KPIs has what the list has, by day as by month."""
		listed = self.figures(warehouse=warehouse)
		shares = {name: kpi.unit == rules.PERCENT for name, kpi in rules.KPIS.items()}
		expected = {
			measure: listed[name]["value"] and round(listed[name]["value"] / (100 if shares[name] else 1), 4)
			for name, measure in NAMES.items()
		}
		for grain in ("day", "week", "month"):
			found = self.platform.call(
				"view.query",
				dataset="kpis",
				params={"warehouse": warehouse},
				group=[{"field": "day", "grain": grain}, {"field": "company"}],
				measures=[*NAMES.values()],
				where=[{"field": "day", "op": "<=", "value": self.yesterday.isoformat()}],
			)
			(row,) = found["rows"]
			self.assertEqual({name: row[name] and round(row[name], 4) for name in NAMES.values()}, expected)
			self.assertEqual(found["opens"]["name"], "Inventory KPIs")
			self.assertEqual(found["opens"]["period"], ["", "as_of"])

	def see_why(self, first: str, second: str, warehouse: str) -> None:
		"""Thirty days before, both were there for one day of the last: what was out since is the second's."""
		about = {"warehouse": warehouse, "kpi": rules.STOCK_OUT_RATE}
		found = self.platform.call("kpi.why", **about)
		self.assertEqual((found["before"], round(found["after"], 4)), (0, 8.3333))
		self.assertEqual([row["part"] for row in found["rows"]], [second, first])
		total = sum(row["contribution"] for row in found["rows"]) + found["other"]
		self.assertAlmostEqual(total, found["change"])
		self.assertEqual(found["rows"][0]["drill"]["filters"]["item_code"], second)
		steps = self.platform.call(
			"kpi.why", **{**about, "kpi": rules.TURNOVER}, by="step", against="baseline"
		)
		self.assertEqual({row["part"] for row in steps["rows"]}, {"Used", "Average Stock"})
		self.assertAlmostEqual(sum(row["contribution"] for row in steps["rows"]), steps["change"])
		with self.refused("unknown_kpi", 404):
			self.platform.call("kpi.why", kpi="Luck", warehouse=warehouse)

	def who_sees_what(self, warehouse: str) -> None:
		operator = self.platform.make_user([OPERATOR], [warehouse])
		found = self.platform.call("kpi.list", user=operator)["kpis"]
		self.assertEqual({row["warehouse"] for row in found}, {warehouse})
		seen = {row["kpi"]: row for row in found}
		self.assertNotIn(rules.STOCK_COST, seen)
		self.assertIsNone(seen[rules.TURNOVER]["numerator"])
		self.assertIsNotNone(seen[rules.TURNOVER]["value"])
		why = {"user": operator, "warehouse": warehouse}
		with self.refused("costs_not_permitted", 403):
			self.platform.call("kpi.why", kpi=rules.STOCK_COST, **why)
		rows = self.platform.call("kpi.why", kpi=rules.TURNOVER, against="baseline", **why)["rows"]
		self.assertEqual({(row["before"], row["after"]) for row in rows}, {(None, None)})
		manager = self.platform.make_user([MANAGER])
		rows = self.platform.call("kpi.list", user=manager, kpi=rules.STOCK_COST)["kpis"]
		cost = next(row for row in rows if row["value"] and not row["warehouse"])
		origins = {part["part"]: part["origin"] for part in cost["cost_parts"]}
		entered = {"Capital": "Entered", "Loss": "Entered"}
		self.assertEqual(origins, {**entered, "Space": "Assumed", "Handling": "Assumed"})
		self.space_is_of_the_company(manager, warehouse, cost)
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("kpi.list", user=operator, warehouse=self.platform.make_warehouse())

	def space_is_of_the_company(self, manager: str, warehouse: str, cost: Row) -> None:
		"""It raises the company's cost by thirty days' part of it; the warehouse's stays, and its space is assumed."""
		about = {"user": manager, "kpi": rules.STOCK_COST}
		(before,) = self.platform.call("kpi.list", **about, warehouse=warehouse)["kpis"]
		entered = {"space_cost_per_month": D(365), "space_cost_company": cost["company"]}
		self.platform.settings(**entered)
		(after,) = self.platform.call("kpi.list", **about, warehouse=warehouse)["kpis"]
		self.assertEqual(after["value"], before["value"])
		parts = {part["part"]: part for part in after["cost_parts"]}
		self.assertEqual([parts[name]["origin"] for name in ("Capital", "Space")], ["Entered", "Assumed"])
		self.assertLess(parts["Space"]["low"], parts["Space"]["high"])
		self.assertEqual(round(parts["Capital"]["low"] + parts["Loss"]["low"], 4), round(after["value"], 4))
		rows = self.platform.call("kpi.list", **about, company=cost["company"])["kpis"]
		(whole,) = (row for row in rows if not row["warehouse"])
		self.assertEqual(round(whole["value"] - cost["value"], 4), 360)
		self.platform.settings(space_cost_per_month=D(0), space_cost_company="")

	def history_is_too_short(self, warehouse: str) -> None:
		self.set_history(self.ago(40).date())
		self.write()
		found = self.figures(warehouse=warehouse)
		self.assertEqual(
			(found[rules.TURNOVER]["value"], found[rules.TURNOVER]["missing"]), (None, "no_history")
		)
		self.assertIsNotNone(found[rules.STOCK_OUT_RATE]["value"])

	def test_days_that_are_due(self) -> None:
		"""The days that nobody wrote are due, then none; after a backdated posting its day and those since."""
		item, warehouse = self.stocked(0)
		self.receive_ago(item, warehouse, 5, 100)
		with self.platform.context() as ctx:
			kpis.write(ctx, self.ago(4).date(), Measuring())
			ctx.store.execute(
				"DELETE FROM `tabInventory KPI Value` WHERE day > %(day)s", {"day": self.ago(4).date()}
			)
		with self.platform.context() as ctx:
			self.assertEqual(kpis.days_to_write(ctx), [self.ago(n).date() for n in (3, 2, 1)])
			for day in kpis.days_to_write(ctx):
				kpis.write(ctx, day, Measuring())
		with self.platform.context() as ctx:
			self.assertEqual(kpis.days_to_write(ctx), [])
			once = self.written(ctx)
			kpis.write(ctx, self.yesterday, Measuring())
			self.assertEqual(self.written(ctx), once)
		self.later(seconds=5)
		self.receive_ago(item, warehouse, 5, 2)
		with self.platform.context() as ctx:
			self.assertEqual(kpis.days_to_write(ctx), [self.ago(n).date() for n in (2, 1)])
			self.assertEqual(len(kpis.days_to_write(ctx, 1)), 1)

	def written(self, ctx: Any) -> list[Row]:
		sql = "SELECT kpi, company, warehouse, day, value FROM `tabInventory KPI Value` WHERE day = %(day)s ORDER BY kpi, company, warehouse"
		return [
			{**row, "value": round(float(row["value"]), 6)}
			for row in ctx.store.rows(sql, {"day": self.yesterday})
		]

	def test_a_new_baseline_is_logged_and_bad_ones_are_refused(self) -> None:
		period = {"kpi_baseline_from": str(self.ago(60).date()), "kpi_baseline_to": str(self.ago(31).date())}
		with self.platform.context() as ctx:
			before, after = ctx.settings, type(ctx.settings)(**period)
			self.assertTrue(kpis.settings_changed(ctx, before, after))
			self.assertFalse(kpis.settings_changed(ctx, after, after))
			rows = ctx.store.rows(
				"SELECT operation, to_value FROM `tabStock Operation Log` ORDER BY name DESC LIMIT 1"
			)
			self.assertEqual(rows[0]["operation"], "Baseline Changed")
			self.assertIn(period["kpi_baseline_to"], rows[0]["to_value"])
			future = str((self.today + timedelta(days=1)).date())
			with self.refused("wrong_baseline", 400):
				kpis.check_settings(ctx, type(ctx.settings)(**{**period, "kpi_baseline_to": future}))

	def test_what_a_manager_changed_survives_a_migration(self) -> None:
		sql = "SELECT name, target FROM `tabInventory KPI` ORDER BY name"
		with self.platform.context() as ctx:
			before = {row["name"]: float(row["target"]) for row in ctx.store.rows(sql)}
			self.assertEqual({*before}, {*rules.KPIS})
			change = "UPDATE `tabInventory KPI` SET target = %(target)s WHERE name = %(name)s"
			about = {"name": rules.TURNOVER, "target": 7}
			ctx.store.execute(change, about)
			kpis.install(ctx)
			self.assertEqual(
				{row["name"]: float(row["target"]) for row in ctx.store.rows(sql)},
				{**before, rules.TURNOVER: 7},
			)
			ctx.store.execute(change, {**about, "target": before[rules.TURNOVER]})
		for kpi, kind, target in (
			(rules.TURNOVER, rules.SHARE_TARGET, 5),
			(rules.ON_TIME, rules.SHARE_TARGET, 101),
			(rules.STOCK_OUT_RATE, rules.CHANGE_TARGET, -100),
		):
			with self.refused("wrong_target", 400):
				kpis.checked({"kpi_name": kpi, "target_kind": kind, "target": target})
