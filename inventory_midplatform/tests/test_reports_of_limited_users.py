"""Reports of users who may see one warehouse, or none where something is: rows, totals and charts."""

from typing import Any

import frappe
from frappe.desk import query_report

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_platform import SitePlatform
from inventory_midplatform.tests.test_user_permissions import MODULE, Limited

NAMES_NO_WAREHOUSE = {"Supplier Performance", "In and Out Trend", "Turnover and Days of Stock"}


class TestReportsOfLimitedUsers(Limited):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.make_for_reports(SitePlatform())

	@classmethod
	def make_for_reports(cls, platform: SitePlatform) -> None:
		"""In both warehouses: a batch that expires soon, and demand that waits for an item with a threshold of which nothing is
		there.
		"""
		cls.batched = erp.item(**erp.BATCHES, has_expiry_date=1, shelf_life_in_days=20)
		level = {
			"warehouse_reorder_level": 5,
			"warehouse_reorder_qty": 5,
			"material_request_type": "Purchase",
		}
		cls.short = erp.item(
			reorder_levels=[{**level, "warehouse": place} for place in (cls.mine, cls.other)]
		)
		for place in (cls.mine, cls.other):
			erp.receipt(cls.batched, place, 4)
			frappe.db.commit()
			waits = {"shortage_policy": "Partial", "demand_type": "Shop Order", "demand_name": f"of {place}"}
			platform.call("reservation.reserve", item_code=cls.short, warehouse=place, qty=9, **waits)

	def test_reports(self) -> None:
		reports = frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name")
		self.assertTrue(reports)
		of = {
			"Expiring Stock": self.batched,
			"Stock-outs and Waiting Demand": self.short,
			"Low Stock": self.short,
		}
		shown = {
			"Inventory Ageing": ({}, {"show": "batches"}, {"show": "layers"}),
			"Stock Overview": ({}, {"group_by": "zone"}),
			"Movement Journal": ({}, {"inside": 1}),
			"In and Out Trend": ({}, {"by_flow": 1}),
			"Service Level": ({"by": "warehouse"}, {"show": "stock_outs"}, {"show": "picks"}),
		}
		for report in reports:
			for more in shown.get(report, ({},)):
				with self.subTest(report=report, more=more):
					for user, mine in ((self.storekeeper, True), (self.foreigner, False)):
						result = self.run_report(user, report, item_code=of.get(report, self.item), **more)
						if report in NAMES_NO_WAREHOUSE:
							self.assertEqual(bool(result["result"]), mine)
							self.assert_nothing_of_the_other(result)
							continue
						if report == "Process Diagnosis":  # nor does it
							own = self.run_report("Administrator", report, warehouse=self.mine)["result"]
							self.assertTrue(own)
							self.assertEqual(_steps(result["result"]), _steps(own) if mine else [])
							continue
						self.assert_nothing_of_the_other(result, mine)

	def run_report(self, user: str, report: str, **filters: Any) -> Any:
		frappe.set_user(user)
		try:
			return query_report.run(report, filters, ignore_prepared_report=True)
		finally:
			frappe.set_user("Administrator")

	def test_the_total_of_a_company_is_for_who_sees_all_of_it(self) -> None:
		self.addCleanup(frappe.set_user, "Administrator")
		for doctype in ("Inventory KPI Baseline", "Inventory KPI Value"):
			total = frappe.get_doc(doctype, {"warehouse": ""})
			for user, places in ((self.storekeeper, {self.mine}), (self.foreigner, set())):
				frappe.set_user(user)
				seen = frappe.get_list(doctype, pluck="warehouse", limit=0, order_by="name")
				self.assertEqual({*seen}, places)
				with self.assertRaises(frappe.PermissionError):
					total.check_permission("read")
			frappe.set_user("Administrator")

	def test_totals_and_charts_count_only_what_is_seen(self) -> None:
		"""Figures that name no warehouse: of items, of groups, sums and bars."""
		shown = {
			"Inventory Ageing": {"item_code": self.item},
			"Stock Overview": {"item_code": self.item, "group_by": "item"},
			"Expiring Stock": {"item_code": self.batched},
			"Movement Journal": {"item_code": self.item},
			"Stock-outs and Waiting Demand": {"item_code": self.short},
			"In and Out Trend": {"item_code": self.item},
			"Turnover and Days of Stock": {"item_code": self.item},
			"Service Level": {"item_code": self.item, "by": "item_group"},
		}
		for report, filters in shown.items():
			with self.subTest(report=report):
				found = self.run_report(self.storekeeper, report, **filters)
				own = self.run_report("Administrator", report, **filters, warehouse=self.mine)
				for part in ("report_summary", "chart"):
					self.assertEqual(found[part], own[part])
				self.assertTrue(found["report_summary"])
				nothing = self.run_report(self.foreigner, report, **filters)
				self.assertEqual([nothing["result"], nothing["chart"]], [[], None])
				self.assertFalse(
					[card for card in nothing["report_summary"] or () if card["value"]], "sums of nothing"
				)


def _steps(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
	return sorted((row["kind"], row["step"], row["number"]) for row in rows)
