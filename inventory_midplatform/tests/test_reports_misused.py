"""Every report by every way out of it: who may open it, what an export has, and filters that make no sense."""

import csv
import json
from pathlib import Path
from typing import Any

import frappe
from frappe.core.doctype.report.report import get_report_module_dotted_path
from frappe.desk import query_report

from inventory_midplatform.domain import roles
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.scope import ROW_LIMIT
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.behaviour.bad_input import HOSTILE
from inventory_midplatform.tests.test_user_permissions import MODULE, Limited

TEXTS = (
	"company",
	"warehouse",
	"item_group",
	"item_code",
	"supplier",
	"customer",
	"kind",
	"group_by",
	"of_class",
	"grain",
	"usage",
	"average",
	"show",
	"by",
	"only",
	"bands",
	"kpi",
	"out_of_stock",
)
"""Filters of the reports that are texts or choices."""

NO_TEXTS: tuple[Any, ...] = (["a", "b"], {"in": "a"}, 10**30, True, "x" * 5000)

NUMBERS = ("within_days", "days", "page", "limit", "idle_days")

HUGE: tuple[Any, ...] = (10**6, 10**12, -1, "1e9", "many", "1; DROP TABLE tabItem")

PERIODS = (
	("0001-01-01", "9999-12-31"),
	("2999-01-01", "2999-02-01"),
	("2026-02-01", "2026-01-01"),
	("1899-12-31", "1900-01-01"),
	("2026-02-30", "2026-03-01"),
	("' OR 1=1 --", '"'),
)


COSTS = {measure.label for measure in MEASURES.values() if measure.is_cost and measure.name != "dead_value"}
"""Heads of columns. Whether an item is dead stock is no cost, and is called as its value is."""


class TestReportsMisused(Limited):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.reports = frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name")
		cls.blind = erp.user(["Warehouse Operator"])
		erp.insert("User Permission", user=cls.blind, allow="Warehouse", for_value=cls.mine)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		super().tearDown()

	def run_report(self, report: str, **filters: Any) -> Any:
		asked = {"item_code": self.item, "from_date": "2020-01-01", **filters}
		return query_report.run(report, asked, ignore_prepared_report=True, are_default_filters=False)

	def assert_shown_or_refused(self, report: str, **filters: Any) -> None:
		"""A page of rows, or a sentence above none. Whatever is raised fails the test."""
		found = self.run_report(report, **filters)
		self.assertLessEqual(len(found["result"]), ROW_LIMIT + 1, "a row of totals")
		json.dumps(found, default=str)
		if "text-danger" in (found["message"] or ""):
			self.assertEqual((found["result"], found["chart"]), ([], None))

	def filters(self, report: str, names: tuple[str, ...]) -> list[str]:
		"""Return those of the names that the report reads."""
		folder = (
			get_report_module_dotted_path(MODULE, report)
			.replace(".", "/")
			.removeprefix("inventory_midplatform/")
		)
		code = Path(frappe.get_app_path("inventory_midplatform", f"{folder}.py")).read_text(encoding="utf-8")
		return [name for name in names if f'"{name}"' in code]

	def test_texts_that_name_nothing(self) -> None:
		for report in self.reports:
			for name in self.filters(report, TEXTS):
				for text in (*HOSTILE, *NO_TEXTS):
					with self.subTest(report=report, name=name, text=str(text)[:40]):
						self.assert_shown_or_refused(report, **{name: text})
		self.assertTrue(frappe.db.exists("Item", self.item))

	def test_numbers_and_periods_that_cannot_be(self) -> None:
		for report in self.reports:
			for name in self.filters(report, NUMBERS):
				for number in HUGE:
					with self.subTest(report=report, name=name, number=number):
						self.assert_shown_or_refused(report, **{name: number})
			for first, last in PERIODS:
				for grain in ("day", "fiscal_year"):
					with self.subTest(report=report, first=first, last=last, grain=grain):
						self.assert_shown_or_refused(report, from_date=first, to_date=last, grain=grain)

	def test_users_without_our_roles_open_none(self) -> None:
		frappe.set_user(erp.user(["Accounts User", "Sales User"]))
		for report in self.reports:
			with self.subTest(report=report), self.assertRaises(frappe.PermissionError):
				self.run_report(report)

	def test_each_role_opens_a_report_or_is_refused_as_its_record_says(self) -> None:
		users = {role: erp.user([role]) for role in roles.ROLES}
		frappe.db.commit()
		for report in self.reports:
			may = {row.role for row in frappe.get_doc("Report", report).roles}
			for role, user in users.items():
				with self.subTest(report=report, role=role):
					frappe.set_user(user)
					if role in may:
						self.assertTrue(self.run_report(report)["columns"])
					else:
						with self.assertRaises(frappe.PermissionError):
							self.run_report(report)
					frappe.set_user("Administrator")

	def test_an_export_has_what_its_reader_may_see(self) -> None:
		exported = 0
		for user in (self.storekeeper, self.blind, self.foreigner):
			frappe.set_user(user)
			for report in self.reports:
				with self.subTest(report=report, user=user):
					try:
						text = self.exported(report)
					except frappe.PermissionError:
						self.assertNotEqual(user, self.storekeeper)
						continue
					self.assertNotIn(self.other, text)
					exported += self.mine in text
					if user == self.foreigner:
						self.assertNotIn(self.mine, text)
					if user == self.blind:
						heads = set(next(csv.reader(text.splitlines())))
						self.assertEqual(heads & COSTS, set())
			frappe.set_user("Administrator")
		self.assertGreater(exported, 8)

	def exported(self, report: str) -> str:
		frappe.local.response = frappe._dict()
		frappe.local.form_dict = frappe._dict(
			report_name=report,
			file_format_type="CSV",
			filters=json.dumps({"item_code": self.item, "by": "warehouse"}),
			visible_idx=json.dumps(list(range(ROW_LIMIT))),
		)
		query_report.export_query()
		content = frappe.local.response.get("filecontent") or b""
		return content.decode("utf-8") if isinstance(content, bytes) else content
