"""The reports about stock as the desk runs them: columns, costs by role, bad filters, prints of many rows."""

import json
import re
import threading
from typing import Any

import frappe
from frappe.desk import query_report

from inventory_midplatform.adapters.site.report_layout import laid_out, width_of
from inventory_midplatform.domain import roles
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, complete_history

REPORTS: dict[str, tuple[dict[str, Any], ...]] = {
	"Realtime Stock": ({}, {"only": "short"}),
	"Inventory Ageing": ({}, {"show": "batches"}, {"show": "layers"}, {"by_quantity": 1}, {"bands": "7, 14"}),
	"Stock Overview": (
		{},
		*({"group_by": group} for group in ("zone", "item_group", "abc_class", "abc_xyz", "item")),
		{"group_by": "item", "of_class": "AX"},
	),
	"Low Stock": ({},),
	"Expiring Stock": ({}, {"within_days": 0}, {"within_days": 3650}),
	"Movement Journal": ({}, {"kind": "Incoming"}, {"inside": 1}, {"page": 2}),
	"Stock-outs and Waiting Demand": ({}, {"out_of_stock": "on_hand"}, {"out_of_stock": "any"}),
	"Inventory KPIs": ({}, {"by_warehouse": 1}, {"kpi": "Turnover", "days": 7}),
	"In and Out Trend": ({}, {"grain": "day", "by_flow": 1}, {"by_unit": 1}, {"grain": "fiscal_year"}),
	"Turnover and Days of Stock": ({}, {"usage": "gross", "average": "open_close"}),
	"Service Level": (
		*({"by": by} for by in ("", "warehouse", "item_group", "customer", "supplier", "month")),
		*({"show": show} for show in ("promises", "stock_outs", "picks", "counts", "receipts")),
	),
	"Process Diagnosis": ({},),
}
COSTS = {name for name, measure in MEASURES.items() if measure.is_cost}
RATE = 1234.5
QTY = 7


class TestReports(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item = erp.item(**erp.BATCHES, has_expiry_date=1, shelf_life_in_days=30)
		cls.place = erp.warehouse()
		erp.receipt(cls.item, cls.place, QTY, basic_rate=RATE)
		erp.issue(cls.item, cls.place, 2)
		cls.users = {role: erp.user([role]) for role in roles.ROLES}
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		super().tearDown()

	def run_report(self, user: str, report: str, **filters: Any) -> Any:
		frappe.set_user(user)
		try:
			filters = {"item_code": self.item, **filters}
			return query_report.run(report, filters, ignore_prepared_report=True)
		finally:
			frappe.set_user("Administrator")

	def test_costs_are_for_cost_readers_in_every_report_and_role(self) -> None:
		"""The rate, the value of what is there, of what was used, and every column that is made from them."""
		amounts = {f"{RATE * qty:g}" for qty in (1, 2, 5, 7)}
		seen: set[str] = set()
		for report, ways in REPORTS.items():
			for role, user in self.users.items():
				for way in ways:
					with self.subTest(report=report, role=role, way=way):
						found = self.run_report(user, report, **way)
						# Frappe says how long the report took, which has any digits
						text = json.dumps({**found, "execution_time": 0}, default=str)
						shown = {
							amount
							for amount in amounts
							if re.search(rf"(?<![\w.]){re.escape(amount)}(?!\w)", text)
						}
						columns = {column["fieldname"] for column in found["columns"]}
						costs = columns & COSTS
						if role not in roles.COST_READERS:
							self.assertEqual((shown, costs), (set(), set()))
							self.assertNotIn("Currency", {column["fieldtype"] for column in found["columns"]})
						elif shown:
							seen.add(report)
		self.assertEqual(
			seen,
			{
				"Inventory Ageing",
				"Stock Overview",
				"Expiring Stock",
				"In and Out Trend",
				"Turnover and Days of Stock",
			},
		)

	def test_rows_have_the_fields_of_their_columns_and_cells_are_what_frappe_shows(self) -> None:
		for report, ways in REPORTS.items():
			for way in ways:
				with self.subTest(report=report, way=way):
					found = self.run_report("Administrator", report, **way)
					fields = {column["fieldname"] for column in found["columns"]}
					for row in found["result"]:
						self.assertFalse({f for f in fields - set(row) if "balance" not in row})
					for column in found["columns"]:
						self.assertTrue(column["label"])
						self.assertGreaterEqual(column["width"], width_of(column["label"]), column)
					json.dumps(found, default=str)

	def test_one_currency_and_one_company_are_said_once(self) -> None:
		found = self.run_report("Administrator", "Stock Overview", company=erp.company())
		columns = {column["fieldname"]: column for column in found["columns"]}
		currency = found["result"][0]["currency"]
		self.assertTrue(columns["value"]["label"].endswith(f" ({currency})"))
		self.assertEqual((columns["company"]["hidden"], columns["warehouse"]["suffix"][:3]), (1, " - "))
		both = [{"company": "A", "currency": "USD"}, {"company": "B", "currency": "EUR"}]
		value = {"fieldname": "value", "fieldtype": "Currency", "label": "Value"}
		self.assertEqual(laid_out([value], both)[0]["label"], "Value")

	def test_bad_filters_are_refused_with_a_sentence(self) -> None:
		for report in REPORTS:
			if report in ("Process Diagnosis", "Inventory KPIs"):  # they have no item
				continue
			for filters, part in (
				({"warehouse": "there's none \" here"}, "does not exist"),
				({"company": "x' OR '1'='1"}, "does not exist"),
				({"item_code": "%s;--"}, "does not exist"),
			):
				with self.subTest(report=report, filters=filters):
					self.assert_refused(report, filters, part)
		for report, filters, part in (
			("Realtime Stock", {"only": "some"}, "some"),
			("Supplier Performance", {"warehouse": "none"}, "does not exist"),
			("Supplier Performance", {"from_date": "no date"}, "not a date"),
			("Stock in Staging", {"warehouse": "none"}, "does not exist"),
			("Pick Faces to Refill", {"warehouse": "none"}, "does not exist"),
			("Inventory Ageing", {"bands": "60, 30"}, "60, 30"),
			("Expiring Stock", {"within_days": -5}, "0"),
			("Movement Journal", {"from_date": "2026-02-01", "to_date": "2026-01-01"}, "ends before"),
			("Movement Journal", {"from_date": "no date"}, "not a date"),
			("Movement Journal", {"page": -1}, "page"),
			("Stock Overview", {"group_by": "name"}, "name"),
			("Stock Overview", {"group_by": "item", "of_class": "AA"}, "AA"),
			("Low Stock", {"warehouse": "none"}, "does not exist"),
			("In and Out Trend", {"grain": "decade"}, "decade"),
			("In and Out Trend", {"from_date": "2026-02-01", "to_date": "2026-01-01"}, "ends before"),
			("Inventory KPIs", {"kpi": "Luck"}, "Luck"),
			("Inventory KPIs", {"warehouse": "there's none \" here"}, "does not exist"),
			("Inventory KPIs", {"company": "x' OR '1'='1"}, "does not exist"),
			("Inventory KPIs", {"days": 4000}, "366"),
			("Turnover and Days of Stock", {"usage": "all"}, "all"),
			("Turnover and Days of Stock", {"from_date": "no date"}, "not a date"),
			("Turnover and Days of Stock", {"from_date": "2999-01-01", "to_date": "2999-02-01"}, "not begun"),
			("Stock-outs and Waiting Demand", {"out_of_stock": "maybe"}, "maybe"),
			("Service Level", {"by": "name"}, "name"),
			("Service Level", {"show": "costs"}, "costs"),
			("Service Level", {"from_date": "2026-02-01", "to_date": "2026-01-01"}, "ends before"),
			("Service Level", {"from_date": "no date"}, "not a date"),
			("Process Diagnosis", {"warehouse": "there's none \" here"}, "does not exist"),
			("Process Diagnosis", {"company": "x' OR '1'='1"}, "does not exist"),
			("Process Diagnosis", {"from_date": "2026-02-01", "to_date": "2026-01-01"}, "ends before"),
		):
			with self.subTest(report=report, filters=filters):
				self.assert_refused(report, filters, part)

	def assert_refused(self, report: str, filters: dict[str, Any], part: str) -> None:
		"""Above it stands why; and it does not become a report of the background, as one that raised does."""
		found = self.run_report("Administrator", report, **filters)
		self.assertIn(part, found["message"])
		self.assertEqual((found["result"], found["chart"], found["report_summary"]), ([], None, []))
		timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
		self.assertFalse([timer for timer in timers if not timer.finished.is_set()])

	def test_what_is_of_one_item_needs_its_name(self) -> None:
		for report, filters in (("Movement Journal", {}), ("Inventory Ageing", {"show": "layers"})):
			with self.subTest(report=report):
				found = self.run_report("Administrator", report, item_code="", **filters)
				self.assertEqual(found["result"], [])
				self.assertIn("Name an item", found["message"])

	def test_ageing_agrees_with_erpnexts_where_both_mean_the_same(self) -> None:
		"""Of stock that no transfer has moved: quantity, mean age and oldest age. A transfer resets ERPNext's ages."""
		from erpnext.stock.report.stock_ageing.stock_ageing import execute as of_erpnext

		item, place = erp.item(), erp.warehouse()
		for qty, days in ((10, 90), (6, 40), (4, 5)):
			erp.receipt(item, place, qty, days_ago=days)
		erp.issue(item, place, 7, days_ago=2)
		frappe.db.commit()
		filters = {"company": self.company, "to_date": frappe.utils.nowdate(), "range": "30, 60, 90"}
		filters |= {"item_code": item, "show_warehouse_wise_stock": 1, "ranges": ["30", "60", "90"]}
		columns, rows, *_ = of_erpnext(frappe._dict(filters))
		names = [column["fieldname"] for column in columns]
		row = dict(zip(names, rows[0], strict=False)) if isinstance(rows[0], list | tuple) else rows[0]
		(ours,) = self.run_report("Administrator", "Inventory Ageing", item_code=item)["result"]
		self.assertEqual(float(ours["qty"]), float(row["qty"]))
		self.assertEqual(ours["mean_age"], round(float(row["average_age"])))
		self.assertEqual(ours["oldest_age"], row["earliest"])

	def test_the_trend_agrees_with_erpnexts_stock_balance_and_stock_ledger(self) -> None:
		"""Opening, in, out and closing of a month with a transfer and what was cancelled, in quantity and value."""
		from erpnext.stock.report.stock_balance.stock_balance import execute as stock_balance
		from erpnext.stock.report.stock_ledger.stock_ledger import execute as stock_ledger

		item, place, other = erp.item(), erp.warehouse(), erp.warehouse()
		erp.receipt(item, place, 10, basic_rate=3, days_ago=40)
		erp.receipt(item, place, 6, basic_rate=5, days_ago=20)
		erp.issue(item, place, 7, days_ago=12)
		row = {"item_code": item, "s_warehouse": place, "t_warehouse": other, "qty": 4}
		erp.stock_entry("Material Transfer", [row], 9)
		erp.receipt(item, other, 2, basic_rate=8, days_ago=4).cancel()
		frappe.db.commit()
		complete_history()
		days = {
			"from_date": frappe.utils.add_days(frappe.utils.nowdate(), -29),
			"to_date": frappe.utils.nowdate(),
		}
		filters = {"company": self.company, **days}
		for warehouse in (place, other):
			with self.subTest(warehouse=warehouse):
				row = stock_balance(frappe._dict(filters, item_code=item, warehouse=warehouse))[1][0]
				found = self.run_report(
					"Administrator",
					"In and Out Trend",
					item_code=item,
					warehouse=warehouse,
					grain="day",
					**days,
				)["result"]
				ours = [
					float(sum(r[name] or 0 for r in found))
					for name in ("qty_in", "qty_out", "value_in", "value_out")
				]
				moved = [
					float(sum(r[f"transferred_{what}"] or 0 for r in found)) for what in ("qty", "value")
				]
				self.assertEqual(float(found[0]["opening_qty"]), row["opening_qty"])
				self.assertEqual(float(found[-1]["closing_qty"]), row["bal_qty"])
				self.assertEqual(float(found[0]["opening_value"]), row["opening_val"])
				self.assertEqual(float(found[-1]["closing_value"]), row["bal_val"])
				# ERPNext counts what a transfer moves as in and out
				self.assertEqual(ours[0] + max(moved[0], 0), row["in_qty"])
				self.assertEqual(ours[1] + max(-moved[0], 0), row["out_qty"])
				self.assertEqual(ours[2] + max(moved[1], 0), row["in_val"])
				self.assertEqual(ours[3] + max(-moved[1], 0), row["out_val"])
				balances = {
					str(entry["date"])[:10]: entry["qty_after_transaction"]
					for entry in stock_ledger(frappe._dict(filters, item_code=item, warehouse=warehouse))[1]
					if entry.get("voucher_no")
				}
				by_day = {str(r["period_to"]): float(r["closing_qty"]) for r in found}
				self.assertEqual({day: by_day[day] for day in balances}, balances)

	def test_settings_refuse_wrong_bands(self) -> None:
		settings = frappe.get_doc("Inventory Midplatform Settings")
		settings.ageing_bands = "90, 30"
		with self.assertRaises(frappe.ValidationError):
			settings.save()
