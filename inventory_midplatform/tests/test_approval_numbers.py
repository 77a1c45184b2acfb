"""What an approver looks at on a site: a real Purchase Order, its last rates, and ERPNext's Budget that it charges; the
printed history; what the mail of a notification links to.
"""

from typing import Any

import frappe
from frappe.www.printview import get_html_and_style

from inventory_midplatform.adapters.site import notifications
from inventory_midplatform.ports import Row
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.hot_statements import Recorder
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

ORDER = "Purchase Order"


class TestApprovalNumbers(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		cls.item, cls.place, cls.supplier = erp.item(), erp.warehouse(), erp.supplier()
		cls.buyer = erp.user(["Inventory Buyer", "Purchase User"])
		cls.supervisor = erp.user(["Warehouse Supervisor", "Purchase User"])
		cls.platform.settings(approval=True)
		cls.addClassCleanup(cls.platform.settings, approval=False)
		frappe.db.commit()
		of_supplier = {"step": 0, "field": "supplier", "comparison": "=", "value": cls.supplier}
		steps = [{"step": 1, "approver": "User", "user": cls.supervisor}]
		cls.policy = cls.platform.create("Approval Policy", drawn(steps, [of_supplier], document_type=ORDER))
		cls.addClassCleanup(cls.platform.update, "Approval Policy", cls.policy, {"enabled": 0})
		company = frappe.get_doc("Company", cls.company)
		cls.centre = str(company.cost_center)
		cls.account = str(
			erp.insert(
				"Account",
				account_name=erp.unique("Packaging"),
				company=cls.company,
				parent_account=frappe.db.get_value(
					"Account", company.default_expense_account, "parent_account"
				),
			).name
		)
		frappe.db.commit()

	def order(self, rate: float, rows: int = 1, supplier: str = "") -> Any:
		"""A draft for 10 units a row; the policy is for no other supplier."""
		row: dict[str, Any] = {"item_code": self.item, "warehouse": self.place, "qty": 10, "rate": rate}
		row |= {"expense_account": self.account, "cost_center": self.centre}
		order = frappe.get_doc(
			{
				"doctype": ORDER,
				"supplier": supplier or self.supplier,
				"company": self.company,
				"schedule_date": frappe.utils.nowdate(),
				"items": [dict(row) for _ in range(rows)],
			}
		)
		order.insert(ignore_permissions=True)
		frappe.db.commit()
		return order

	def numbers(self, order: Any, user: str = "") -> Row:
		made = self.platform.call("approval.request", doctype=ORDER, name=order.name, user=self.buyer)
		self.request = made["name"]
		found: Row = self.platform.call("approval.numbers", name=self.request, user=user or self.supervisor)
		return found

	def test_a_purchase_order_its_rates_and_its_budget(self) -> None:
		self.order(300, supplier=erp.supplier()).submit()
		budget = frappe.get_doc(
			{
				"doctype": "Budget",
				"budget_against": "Cost Center",
				"company": self.company,
				"cost_center": self.centre,
				"fiscal_year": frappe.db.get_value(
					"Fiscal Year",
					{
						"year_start_date": ("<=", frappe.utils.nowdate()),
						"year_end_date": (">=", frappe.utils.nowdate()),
					},
				),
				"accounts": [{"account": self.account, "budget_amount": 12000}],
				"action_if_annual_budget_exceeded": "Warn",
				"action_if_accumulated_monthly_budget_exceeded": "Ignore",
			}
		)
		budget.insert(ignore_permissions=True)
		budget.submit()
		frappe.db.commit()
		numbers = self.numbers(self.order(310))
		line = numbers["lines"][0]
		self.assertEqual((numbers["amount"], numbers["lines_count"], line["rate"]), (3100, 1, 310))
		self.assertEqual([one["rate"] for one in line["last_rates"]], [300])
		self.assertEqual((float(line["rate_change_percent"]), line["on_order"]), (3.3, 10))
		self.assertEqual(numbers["supplier"]["name"], self.supplier)
		found = numbers["budget"]
		self.assertEqual((found["account"], found["cost_center"]), (self.account, self.centre))
		self.assertEqual([found[n] for n in ("budget", "used", "left", "this")], [12000, 3000, 9000, 3100])
		self.assertEqual((found["used_percent"], float(found["used_percent_after"])), (25, 50.8))
		distribution = erp.insert(
			"Monthly Distribution",
			distribution_id=erp.unique("Half a Year"),
			percentages=[
				{"month": month, "percentage_allocation": 50 if month == self.month else 50 / 11}
				for month in self.months
			],
		)
		frappe.db.set_value("Budget", budget.name, "monthly_distribution", distribution.name)
		frappe.db.commit()
		found = self.platform.call("approval.numbers", name=self.request, user=self.supervisor)["budget"]
		self.assertEqual((found["budget"], found["used"], len(found["period"])), (6000, 3000, 7))

	months = [
		"January",
		"February",
		"March",
		"April",
		"May",
		"June",
		"July",
		"August",
		"September",
		"October",
		"November",
		"December",
	]

	@property
	def month(self) -> str:
		return self.months[frappe.utils.getdate().month - 1]

	def test_many_rows_take_no_more_statements(self) -> None:
		counted = []
		for rows in (1, 14):
			order = self.order(10, rows=rows)
			self.numbers(order)
			recorder = Recorder()
			with recorder.recording(type(frappe.local.db), ("sql",), "numbers"):
				found = self.platform.call("approval.numbers", name=self.request, user=self.supervisor)
			self.assertEqual((found["lines_count"], len(found["lines"])), (rows, min(rows, 10)))
			counted.append(len(recorder.statements))
		self.assertLessEqual(counted[1], counted[0] + 2, "fields of the rows are in the cache by then")

	def test_the_history_is_printed_in_both_languages(self) -> None:
		self.numbers(self.order(20))
		self.platform.call(
			"approval.reject", name=self.request, reason="Too dear & late", user=self.supervisor
		)
		for language, said in (
			("en", ("Approval History", "rejected")),
			("zh", ("审批记录", "驳回", "采购")),
		):
			with self.subTest(language):
				frappe.local.lang = language
				html = get_html_and_style(
					"Approval Request", name=self.request, print_format="Approval History"
				)["html"]
				for text in (*said, "Too dear &amp; late", self.request):
					self.assertIn(text, html)
		frappe.local.lang = "en"

	def test_the_mail_says_where_to_decide(self) -> None:
		self.numbers(self.order(30))
		text = {self.supervisor: "It waits"}
		notifications.send(text, "Approval Request", self.request, self.buyer)
		about = {"document_name": self.request, "for_user": self.supervisor}
		logs = frappe.get_all("Notification Log", about, ["subject", "email_content"], order_by="creation")
		self.assertTrue(logs)
		self.assertIn(f"/inventory/work#/approval/{self.request}", logs[0].email_content)
		todo = frappe.get_all(
			"ToDo",
			{"reference_name": self.request, "status": "Open"},
			["allocated_to", "description"],
			order_by="name",
		)
		self.assertEqual([one.allocated_to for one in todo], [self.supervisor])
		self.assertIn("waits for your approval", todo[0].description)
		self.platform.call("approval.approve", name=self.request, user=self.supervisor)
		still = frappe.get_all(
			"ToDo",
			{"reference_name": self.request, "status": "Open", "allocated_to": self.supervisor},
			order_by="name",
		)
		self.assertEqual(still, [])
