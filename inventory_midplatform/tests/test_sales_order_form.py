"""What the order's form is told: per row what is kept and what waits, and nothing of it is ever written."""

import frappe
from frappe.desk.form.load import getdoc
from frappe.desk.form.save import savedocs

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase


class TestSalesOrderForm(SiteTestCase):
	def loaded(self, name: str) -> dict:
		frappe.response.docs = []
		getdoc("Sales Order", name)
		return frappe.parse_json(frappe.as_json(frappe.response.docs[0]))

	def test_rows_show_reserved_and_waiting(self) -> None:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 30)
		order = erp.sales_order(item, place, 50)
		shown = self.loaded(order.name)
		row = shown["items"][0]
		self.assertEqual((row["inventory_reserved_qty"], row["inventory_waiting_qty"]), (30, 20))
		self.assertEqual(
			shown["__onload"]["inventory_reservations"], {row["name"]: {"reserved": 30, "waiting": 20}}
		)
		frappe.db.commit()

	def test_what_is_shown_leaves_no_trace_in_the_orders_history(self) -> None:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 30)
		draft = frappe.get_doc(
			{
				"doctype": "Sales Order",
				"customer": erp.customer(),
				"company": self.company,
				"transaction_date": frappe.utils.nowdate(),
				"delivery_date": frappe.utils.nowdate(),
				"items": [{"item_code": item, "warehouse": place, "qty": 5, "rate": 1}],
			}
		).insert()
		savedocs(frappe.as_json(self.loaded(draft.name)), "Submit")
		shown = self.loaded(draft.name)
		shown["po_no"] = "4711"
		savedocs(frappe.as_json(shown), "Update")
		frappe.db.commit()
		history = frappe.get_all("Version", {"docname": draft.name}, pluck="data", order_by="creation")
		self.assertEqual([h for h in history if "inventory_" in h], [])
		columns = frappe.db.get_table_columns("Sales Order Item")
		self.assertEqual([c for c in columns if c.startswith("inventory_")], [])
