"""Service Level and Process Diagnosis of what only ERPNext has: Update Items, counts whose matched rows it drops, receipts of
Purchase Orders in parts; and who sees the value of a difference."""

import json
from typing import Any

import frappe
from erpnext.buying.doctype.purchase_order.purchase_order import make_purchase_receipt
from erpnext.controllers.accounts_controller import update_child_qty_rate
from frappe.desk import query_report
from frappe.utils import add_days, getdate, nowdate

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase

RATE = 1234.5


class TestServiceReports(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item, cls.other, cls.place = erp.item(), erp.item(), erp.warehouse()
		for item in (cls.item, cls.other):
			erp.receipt(item, cls.place, 10, days_ago=20, basic_rate=RATE)
		cls.supervisor, cls.operator = erp.user(["Warehouse Supervisor"]), erp.user(["Warehouse Operator"])
		frappe.db.commit()

	def run_report(self, report: str, user: str = "Administrator", **filters: Any) -> Any:
		frappe.set_user(user)
		try:
			filters = {"warehouse": self.place, **filters}
			found = query_report.run(report, filters, ignore_prepared_report=True)
			json.dumps(found, default=str)
			return found
		finally:
			frappe.set_user("Administrator")

	def test_a_later_date_does_not_change_what_was_promised(self) -> None:
		due = add_days(nowdate(), -3)
		order = frappe.get_doc(
			{
				"doctype": "Sales Order",
				"customer": erp.customer(),
				"company": self.company,
				"transaction_date": due,
				"delivery_date": due,
				"items": [{"item_code": self.item, "qty": 2, "rate": 9, "warehouse": self.place}],
			}
		)
		order.insert()
		order.submit()
		row = order.items[0]
		changed = {
			"docname": row.name,
			"item_code": self.item,
			"qty": 2,
			"rate": 9,
			"delivery_date": nowdate(),
		}
		added = {"item_code": self.other, "qty": 1, "rate": 9, "delivery_date": nowdate()}
		changed |= {"conversion_factor": 1, "uom": row.uom}
		added |= {"conversion_factor": 1, "uom": row.uom, "warehouse": self.place}
		update_child_qty_rate("Sales Order", json.dumps([changed, added]), order.name)
		rows = frappe.get_all(
			"Sales Order Item",
			{"parent": order.name},
			["delivery_date", "inventory_promised_on"],
			order_by="idx",
		)
		self.assertEqual([r.delivery_date for r in rows], [getdate(nowdate())] * 2)
		self.assertEqual([r.inventory_promised_on for r in rows], [getdate(due), getdate(nowdate())])
		self.assertIsNone(frappe.copy_doc(order).items[0].inventory_promised_on)
		(found,) = self.run_report("Service Level", by="")["result"]
		self.assertEqual((found["otif_lines"], found["otif_lines_of"]), (0, 1))
		shown = self.run_report("Service Level", show="promises")["result"]
		self.assertEqual([(r["document"], str(r["day"])) for r in shown], [(order.name, due)])

	def test_rows_of_a_count_that_erpnext_drops_are_counted(self) -> None:
		"""Saved twice as a draft, then submitted; the value of a difference is for who may see costs."""
		rows = [(self.item, 10), (self.other, 9)]
		count = frappe.get_doc(
			{
				"doctype": "Stock Reconciliation",
				"purpose": "Stock Reconciliation",
				"company": self.company,
				"items": [{"item_code": i, "warehouse": self.place, "qty": qty} for i, qty in rows],
			}
		)
		count.insert()
		count.save()
		count.submit()
		self.assertEqual([row.item_code for row in count.items], [self.other])
		(found,) = self.run_report("Service Level", by="")["result"]
		self.assertEqual((found["count_accuracy_lines"], found["count_accuracy_lines_of"]), (50, 2))
		self.assertEqual((found["count_accuracy_qty"], found["count_accuracy_value"]), (95, 95))
		by_user = {}
		for user in (self.supervisor, self.operator):
			counts = self.run_report("Service Level", user, show="counts")
			self.assertEqual(sorted(float(row["difference"]) for row in counts["result"]), [-1, 0])
			figures = self.run_report("Service Level", user, by="item_group")
			by_user[user] = json.dumps([counts, figures], default=str)
		self.assertIn(f"{-RATE:g}", by_user[self.supervisor])
		for hidden in (f"{RATE:g}", "difference_value", "count_accuracy_value"):
			self.assertNotIn(hidden, by_user[self.operator])
		count.cancel()

	def test_lead_times_of_a_purchase_order_received_in_parts(self) -> None:
		item = erp.item()
		order = frappe.get_doc(
			{
				"doctype": "Purchase Order",
				"supplier": erp.supplier(),
				"company": self.company,
				"transaction_date": add_days(nowdate(), -20),
				"schedule_date": add_days(nowdate(), -10),
				"items": [{"item_code": item, "qty": 10, "rate": 5, "warehouse": self.place}],
			}
		)
		order.insert()
		order.submit()
		for qty, days in ((6, 12), (4, 6)):
			receipt = make_purchase_receipt(order.name)
			receipt.items[0].qty = receipt.items[0].received_qty = qty
			erp.submit(receipt, days)
		(found,) = self.run_report("Service Level", by="supplier")["result"]
		times = (found["lead_time_first"], found["lead_time_complete"], found["lead_time_weighted"])
		self.assertEqual((*times, found["lead_time_spread"]), (8, 14, 10.4, None))
		(row,) = self.run_report("Service Level", show="receipts", item_code=item)["result"]
		self.assertEqual((row["document"], row["received"]), (order.name, 10))
		rows = self.run_report("Process Diagnosis")["result"]
		(late,) = (r for r in rows if (r["kind"], r["step"]) == ("record_lag", "Purchase Receipt"))
		self.assertEqual((late["number"], late["ahead"]), (2, 0))
		self.assertGreater(late["median_hours"], 100)
		self.assertGreater(late["median_hours"], late["working_hours"])
		(typed,) = (r for r in rows if (r["kind"], r["step"]) == ("typed", "Purchase Receipt"))
		self.assertEqual(typed["hand_typed_share"], 0)
