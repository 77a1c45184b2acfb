"""``view.query`` as its callers see it: rows, totals, the way down, who sees what, what is refused."""

from datetime import date, datetime, timedelta
from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import Row
from inventory_midplatform.services import alerts
from inventory_midplatform.tests.behaviour.bad_input import HOSTILE
from inventory_midplatform.tests.behaviour.report_case import ReportCase

NOBODY = "Nobody's"


class ViewBehaviour(ReportCase):
	"""Ten of an item in one warehouse (four of them forty days old), three of another in a second, both below a group."""

	group: str
	mine: str
	other: str
	items: tuple[str, str]
	now: datetime
	operator: str

	def setUp(self) -> None:
		super().setUp()
		# once for the class: a mixin's setUpClass is not called where an adapter has one
		if "group" not in vars(type(self)):
			self.bring_in(type(self))

	def bring_in(self, cls: type["ViewBehaviour"]) -> None:
		platform = self.platform
		cls.group = platform.make_warehouse(is_group=1)
		cls.mine, cls.other = (platform.make_warehouse(parent_warehouse=cls.group) for _ in range(2))
		cls.items = (platform.make_item(), platform.make_item(stock_uom="Nos"))
		with platform.context() as ctx:
			cls.now = ctx.clock.now().replace(microsecond=0)
		first, second = cls.items
		platform.books.receive([self.line(first, cls.mine, 4)], at=cls.now - timedelta(days=40))
		platform.books.receive([self.line(first, cls.mine, 6)])
		platform.books.receive([self.line(second, cls.other, 3)])
		waiting = {"item_code": first, "warehouse": cls.mine, "qty": 12, "shortage_policy": "Partial"}
		platform.call("reservation.reserve", **waiting, demand_type="Shop Order", demand_name=NOBODY)
		with platform.context() as ctx:
			alerts.open_alert(ctx, alerts.BELOW_RESERVED, first, cls.mine, "a test's")
			alerts.open_alert(ctx, alerts.BELOW_RESERVED, second, cls.other, "a test's")
		cls.operator = platform.make_user(["Warehouse Operator"], [cls.mine])

	def ask(self, dataset: str, *measures: str, by: Any = (), user: str = "", **more: Any) -> Row:
		groups = [field if isinstance(field, dict) else {"field": field} for field in by]
		about = {"params": {"warehouse": self.group}, "group": groups, "measures": list(measures), **more}
		found: Row = self.platform.call("view.query", user=user, dataset=dataset, **about)
		return found

	def shown(self, found: Row, *names: str) -> list[tuple[Any, ...]]:
		return [tuple(row[name] for name in names) for row in found["rows"]]

	def test_rows_totals_and_the_way_down(self) -> None:
		found = self.ask(
			"stock",
			"value",
			"on_hand",
			"reserved",
			"waiting",
			"items",
			by=["warehouse"],
			order=[{"field": "value", "direction": "desc"}],
		)
		names = ("warehouse", "value", "on_hand", "reserved", "waiting", "items", "uom")
		self.assertEqual(
			self.shown(found, *names),
			[(self.mine, 100, 10, 10, 2, 1, "Kg"), (self.other, 30, 3, 0, 0, 1, "Nos")],
		)
		(total,) = found["totals"][0]["rows"]
		self.assertEqual((total["value"], total["items"]), (130, 2))
		self.assertEqual((total["on_hand"], total["uom"]), (None, None), "kilograms and pieces are not added")
		drill = found["rows"][0]["drill"]
		below = self.ask("stock", "value", by=["item_code"], where=drill)
		self.assertEqual(self.shown(below, "item_code", "value"), [(self.items[0], 100)])
		self.assertEqual((found["opens"]["kind"], found["opens"]["name"]), ("report", "Realtime Stock"))
		self.assertFalse(found["truncated"])

	def test_ages_by_band_and_day(self) -> None:
		found = self.ask("ages", "value", "mean_age", by=["band"])
		self.assertEqual(self.shown(found, "band", "value"), [("0–30", 90), ("31–60", 40)])
		self.assertEqual(found["columns"][0]["domain"][-1], "> 180")
		old = self.ask(
			"ages", "mean_age", "oldest_age", where=[{"field": "item_code", "value": self.items[0]}]
		)
		self.assertEqual(self.shown(old, "mean_age", "oldest_age"), [(16, 40)])
		bands = self.ask("ages", "value", by=["band"], params={"warehouse": self.group, "bands": "40, 60"})
		self.assertEqual(self.shown(bands, "band", "value"), [("0–40", 130)])
		day = (self.now - timedelta(days=40)).date()
		for op, value, qty in (
			("=", day, 4),
			("<=", day, 4),
			("<", day, None),
			(">", day, 6),
			("between", [day - timedelta(days=9), day], 4),
			("between", [day, day + timedelta(days=39)], 4),
			("between", [day, self.now.date()], 10),
		):
			at = [v.isoformat() for v in value] if isinstance(value, list) else value.isoformat()
			where = [{"field": "received_on", "op": op, "value": at}]
			with self.subTest(op=op, value=at):
				found = self.ask("ages", "qty", where=[*where, {"field": "stock_uom", "value": "Kg"}])
				self.assertEqual(self.shown(found, "qty"), [(qty,)])

	def test_weeks_and_months_of_what_came_in(self) -> None:
		day = (self.now - timedelta(days=40)).date()
		where = [{"field": "day", "op": "between", "value": [day.isoformat(), self.now.date().isoformat()]}]
		for grain, first in (("week", day - timedelta(days=day.weekday())), ("month", day.replace(day=1))):
			by = [{"field": "day", "grain": grain}]
			found = self.ask("changes", "value_in", by=by, where=where)
			if not found["history_from"] or date.fromisoformat(found["history_from"]) > day:
				continue  # a site whose history began today
			self.assertEqual(found["rows"][0]["value_in"], 40, grain)
			self.assertEqual(found["rows"][0]["day"], first.isoformat())
			self.assertEqual(found["columns"][0]["domain"][0], first.isoformat())
			self.assertEqual(sum(row["value_in"] for row in found["rows"]), 130)

	def test_every_field_and_every_measure_of_every_dataset(self) -> None:
		"""Each runs on this engine, by itself and with the others, and what a field's values are, too."""
		for days in (0, 40):
			self.fiscal_year_of(self.ago(days).date())
		ran = 0
		for dataset in self.platform.call("view.datasets")["datasets"]:
			measures = [measure["name"] for measure in dataset["measures"]]
			for field in dataset["fields"]:
				for grain in field["grains"] or [""]:
					by = [{"field": field["name"], "grain": grain}]
					params = {"warehouse": self.group}
					asked = {"group": by, "measures": measures[:5], "totals": [[]], "params": params}
					if "value" in measures and field["name"] not in ("company", "warehouse"):
						asked["params"] = {**params, "company": self.platform.company_of(self.group)}
					found = self.platform.call("view.query", dataset=dataset["name"], **asked)
					for row in found["rows"][:2]:
						more = {**asked, "where": row["drill"]}
						self.assertEqual(
							self.platform.call("view.query", dataset=dataset["name"], **more)["rows"], [row]
						)
					ran += 1
				if not field["grains"]:
					about = {"dataset": dataset["name"], "field": field["name"], "text": "a", "limit": 2}
					self.assertLessEqual(len(self.platform.call("view.values", **about)["values"]), 2)
			self.ask(dataset["name"], *measures[-9:], by=["warehouse"])
		self.assertGreater(ran, 50)

	def test_who_sees_what(self) -> None:
		for dataset, measure in (
			("stock", "items"),
			("ages", "items"),
			("changes", "qty_in"),
			("waiting", "demands"),
			("alerts", "alerts"),
		):
			with self.subTest(dataset=dataset):
				every = self.ask(dataset, measure, by=["warehouse"])
				found = self.ask(dataset, measure, by=["warehouse"], user=self.operator)
				self.assertEqual(
					found["rows"], [row for row in every["rows"] if row["warehouse"] == self.mine]
				)
				(total,) = found["totals"][0]["rows"]
				self.assertEqual(total[measure], sum(row[measure] for row in found["rows"]))
				where = [{"field": "warehouse", "value": self.other}]
				self.assertEqual(
					self.ask(dataset, measure, by=["warehouse"], where=where, user=self.operator)["rows"], []
				)
				about = {"dataset": dataset, "field": "warehouse", "limit": 500}
				values = self.platform.call("view.values", user=self.operator, **about)["values"]
				self.assertLessEqual(set(values), {self.mine})
		with self.refused("warehouse_not_permitted", 403):
			self.ask("stock", "items", params={"warehouse": self.other}, user=self.operator)
		with self.refused("costs_not_permitted", 403):
			self.ask("stock", "value", user=self.operator)
		seen = self.platform.call("view.datasets", user=self.operator)["datasets"]
		self.assertFalse({m["name"] for d in seen for m in d["measures"]} & {"value", "value_in"})
		mixed = self.ask("ages", "mean_age", params={}, user=self.platform.make_user(["Quality Inspector"]))
		self.assertIsNone(mixed["rows"][0]["mean_age"], "by value it would tell what things cost")

	def test_what_cannot_be_asked(self) -> None:
		by = [{"field": "warehouse"}]
		day = {"field": "received_on", "op": "between"}
		for dataset, arguments, code, status in (
			("nothing", {}, "unknown_dataset", 404),
			("stock", {"measures": []}, "missing_argument", 400),
			("stock", {"measures": ["cost"]}, "unknown_measure", 400),
			("stock", {"measures": ["items", "items"]}, "named_twice", 400),
			("stock", {"measures": ["items"] * 11}, "too_many", 400),
			("stock", {"group": [{"field": "bin"}]}, "unknown_field", 400),
			("stock", {"group": by * 2}, "named_twice", 400),
			("stock", {"group": by * 5}, "too_many", 400),
			("stock", {"group": [{"field": "warehouse", "grain": "day"}]}, "unknown_grain", 400),
			("ages", {"group": [{"field": "received_on", "grain": "hour"}]}, "invalid_argument", 400),
			("stock", {"where": [{"field": "bin", "value": "A"}]}, "unknown_field", 400),
			(
				"stock",
				{"where": [{"field": "item_code", "op": "like", "value": "A"}]},
				"unknown_operator",
				400,
			),
			("stock", {"where": [{"field": "item_code", "op": "=", "value": "x" * 141}]}, "too_long", 400),
			("stock", {"where": [{"field": "warehouse", "op": "below", "value": "x"}]}, "unknown_value", 404),
			("stock", {"where": [{"field": "item_code", "value": "x"}] * 21}, "too_many", 400),
			("ages", {"where": [{"field": "band", "value": "old"}]}, "invalid_value", 400),
			("ages", {"where": [{"field": "received_on", "value": "31.12.2026"}]}, "invalid_date", 400),
			("ages", {"where": [{"field": "received_on", "value": "1026-12-31"}]}, "invalid_date", 400),
			("ages", {"where": [{**day, "value": ["2026-12-31", "2026-01-01"]}]}, "impossible_range", 400),
			("ages", {"where": [{**day, "value": ["2026-12-31"]}]}, "invalid_value", 400),
			("stock", {"order": [{"field": "warehouse"}]}, "unknown_field", 400),
			("stock", {"group": by, "totals": [[1]]}, "unknown_level", 400),
			("stock", {"group": by, "totals": [[0, 0]]}, "unknown_level", 400),
			("stock", {"limit": 5001}, "invalid_argument", 400),
			("stock", {"limit": 0}, "invalid_argument", 400),
			("stock", {"params": {"supplier": "x"}}, "unknown_parameter", 400),
			("outbound", {"measures": ["orders"], "params": {"item_code": "x"}}, "unknown_parameter", 400),
			("ages", {"params": {"bands": "9, 1"}}, "wrong_bands", 400),
			("stock", {"params": {"warehouse": "x"}}, "unknown_warehouse", 404),
		):
			with self.subTest(dataset=dataset, arguments=arguments), self.refused(code, status):
				about = {"measures": ["items"], **arguments}
				self.platform.call("view.query", dataset=dataset, **about)

	def test_a_value_is_never_sql(self) -> None:
		for text in HOSTILE:
			for op in ("=", "!=", "in", "contains", "below"):
				where = [{"field": "warehouse", "op": op, "value": [text] if op == "in" else text}]
				with self.subTest(text=text, op=op):
					try:
						found = self.ask("stock", "items", by=["warehouse"], where=where)
						self.assertIn(len(found["rows"]), (0, 2))
					except InventoryError as error:
						self.assertIn(error.http_status_code, (400, 404))
			with self.subTest(text=text):
				try:
					about = {"dataset": "stock", "field": "item_code", "text": text}
					self.assertNotIn(self.items[0], self.platform.call("view.values", **about)["values"])
				except InventoryError as error:
					self.assertEqual(error.http_status_code, 400)

	def test_pages(self) -> None:
		pages = [
			self.ask("stock", "items", by=["warehouse", "item_code"], start=n, limit=1) for n in range(3)
		]
		self.assertEqual([page["truncated"] for page in pages], [True, False, False])
		whole = self.ask("stock", "items", by=["warehouse", "item_code"])
		self.assertEqual([row for page in pages for row in page["rows"]], whole["rows"])
		self.assertEqual({page["totals"][0]["rows"][0]["items"] for page in pages}, {2})
