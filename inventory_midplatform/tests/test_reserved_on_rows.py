"""The form of a document that reserves shows per row what is reserved and what waits; nothing of it is written."""

from typing import Any

import frappe
from frappe.desk.form.load import getdoc
from frappe.desk.form.save import savedocs

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.reserved_on_rows import ROWS
from inventory_midplatform.services.reservation import document_sync
from inventory_midplatform.setup.custom_fields import FIELDS
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import EveryDemandReserves, switch
from inventory_midplatform.tests.site_platform import SitePlatform


class TestReservedOnRows(EveryDemandReserves):
	def loaded(self, document: Any) -> dict:
		frappe.db.commit()
		frappe.response.docs = []
		getdoc(document.doctype, document.name)
		return frappe.parse_json(frappe.as_json(frappe.response.docs[0]))

	def shown(self, document: Any) -> list[tuple[float, float]]:
		"""Reserved and waiting of each row, as the form's script writes them on the rows of the loaded document."""
		return [
			(row["inventory_reserved_qty"], row["inventory_waiting_qty"])
			for row in self.as_in_the_form(document)[ROWS[document.doctype]]
		]

	def as_in_the_form(self, document: Any) -> dict:
		loaded = self.loaded(document)
		by_row = loaded["__onload"].get("inventory_reservations", {})
		for row in loaded[ROWS[document.doctype]]:
			of_row = by_row.get(row["name"], {})
			row["inventory_reserved_qty"] = of_row.get("reserved", 0)
			row["inventory_waiting_qty"] = of_row.get("waiting", 0)
		return loaded

	def for_script(self, document: Any) -> list[dict | None]:
		"""What the form's script gets of each row."""
		loaded = self.loaded(document)
		by_row = loaded["__onload"].get("inventory_reservations", {})
		return [by_row.get(row["name"]) for row in loaded[ROWS[document.doctype]]]

	def stocked(self, qty: float) -> tuple[str, str]:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, qty)
		return item, place

	def draft(self, item: str, place: str) -> Any:
		return frappe.get_doc(
			{
				"doctype": "Sales Order",
				"customer": erp.customer(),
				"company": self.company,
				"transaction_date": frappe.utils.nowdate(),
				"delivery_date": frappe.utils.nowdate(),
				"items": [{"item_code": item, "warehouse": place, "qty": 5, "rate": 1}],
			}
		).insert()

	def work_order(self, *rows: tuple[str, float]) -> Any:
		"""One that takes of a part so much from each warehouse, after a row that takes nothing from anywhere."""
		product, of_bom = erp.item(), erp.item()
		nothing = {"item_code": of_bom, "required_qty": 2, "include_item_in_manufacturing": 0}
		parts = [
			{
				"item_code": self.part,
				"source_warehouse": place,
				"required_qty": qty,
				"include_item_in_manufacturing": 1,
			}
			for place, qty in rows
		]
		order = erp.insert(
			"Work Order",
			production_item=product,
			bom_no=erp.bom(product, of_bom),
			qty=1,
			company=self.company,
			wip_warehouse=erp.warehouse(),
			fg_warehouse=erp.warehouse(),
			planned_start_date=frappe.utils.now(),
			required_items=[nothing, *parts],
		)
		order.submit()
		return order

	def test_rows_of_a_sales_order(self) -> None:
		item, place = self.stocked(30)
		order = erp.sales_order(item, place, 50)
		self.assertEqual(self.shown(order), [(30, 20)])
		expected = {"reserved": 30, "waiting": 20, "item_code": item, "warehouse": place, "with_row": 0}
		self.assertEqual(self.for_script(order), [expected])

	def test_rows_of_a_request_show_the_warehouse_they_leave(self) -> None:
		item, place = self.stocked(30)
		to = erp.warehouse()
		request = erp.material_request(
			"Material Transfer",
			[{"item_code": item, "warehouse": to, "from_warehouse": place, "qty": qty} for qty in (20, 15)],
		)
		self.assertEqual(self.shown(request), [(20, 0), (10, 5)])
		self.assertEqual([row and row["warehouse"] for row in self.for_script(request)], [place, place])

	def test_a_purchase_request_shows_nothing_reserved(self) -> None:
		item, place = self.stocked(30)
		request = erp.material_request("Purchase", [{"item_code": item, "warehouse": place, "qty": 5}])
		self.assertNotIn("inventory_reservations", self.loaded(request)["__onload"])

	def test_rows_of_a_work_order_that_are_one_demand_show_its_sum_once(self) -> None:
		self.part, first = self.stocked(8)
		second = erp.warehouse()
		erp.receipt(self.part, second, 20)
		order = self.work_order((first, 6), (second, 3), (first, 4))
		self.assertEqual(self.shown(order), [(0, 0), (8, 2), (3, 0), (0, 0)])
		of_bom, *of_part = self.for_script(order)
		self.assertIsNone(of_bom)
		self.assertEqual(
			[(row["warehouse"], row["reserved"], row["with_row"]) for row in of_part],
			[(first, 8, 0), (second, 3, 0), (first, 0, 2)],
		)

	def test_what_is_reserved_elsewhere_is_shown_on_the_first_row_of_its_item(self) -> None:
		self.part, first = self.stocked(10)
		other = erp.warehouse()
		erp.receipt(self.part, other, 10)
		order = self.work_order((first, 6))
		frappe.db.commit()
		platform = SitePlatform()
		(its,) = platform.call("reservation.list", demand_name=order.name)["reservations"]
		platform.call("reservation.release", name=its["name"], qty=2)
		reservation = platform.call("reservation.reserve", item_code=self.part, warehouse=other, qty=2)
		platform.call(
			"reservation.reassign", name=reservation["name"], demand_type="Work Order", demand_name=order.name
		)
		self.assertEqual(self.shown(order), [(0, 0), (6, 0)])
		document_sync.sync(site_context(), "Work Order", order.name)
		frappe.db.commit()
		self.assertEqual(self.shown(order), [(0, 0), (6, 0)])

	def test_a_document_that_does_not_reserve_by_itself_shows_what_is_reserved_for_it(self) -> None:
		item, place = self.stocked(30)
		switch(reserve_for_material_requests=0)
		rows = [{"item_code": item, "warehouse": place, "qty": 5}]
		request = erp.material_request("Material Issue", rows)
		self.assertNotIn("inventory_reservations", self.loaded(request)["__onload"])
		switch(reserve_for_material_requests=1)
		reserves = erp.material_request("Material Issue", rows)
		switch(reserve_for_material_requests=0)
		self.assertEqual(self.shown(reserves), [(5, 0)])

	def test_what_is_shown_can_be_saved_and_leaves_no_trace_in_the_history(self) -> None:
		item, place = self.stocked(30)
		self.part = item
		order = self.draft(item, place)
		savedocs(frappe.as_json(self.loaded(order)), "Submit")
		request = erp.material_request("Material Issue", [{"item_code": item, "warehouse": place, "qty": 5}])
		for document, change in (
			(order, {"po_no": "4711"}),
			(request, {"title": "changed"}),
			(self.work_order((place, 4)), {"expected_delivery_date": "2090-01-01"}),
		):
			shown = self.as_in_the_form(document)
			shown.update(change)
			self.assertGreater(shown[ROWS[document.doctype]][-1]["inventory_reserved_qty"], 0)
			savedocs(frappe.as_json(shown), "Update")
			frappe.db.commit()
			history = frappe.get_all("Version", {"docname": document.name}, pluck="data", order_by="creation")
			self.assertEqual([h for h in history if "inventory_" in h], [])

	def test_nothing_of_it_is_a_column(self) -> None:
		for doctype, fields in FIELDS.items():
			if virtual := {field["fieldname"] for field in fields if field.get("is_virtual")}:
				self.assertFalse(virtual & set(frappe.db.get_table_columns(doctype)), doctype)
				self.assertLessEqual(virtual, {f.fieldname for f in frappe.get_meta(doctype).fields}, doctype)
