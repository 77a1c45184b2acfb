"""Low stock beside ERPNext's own documents, and its job: what only a site has."""

import threading
from typing import Any
from unittest.mock import patch

import frappe
from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry
from frappe.utils import nowdate

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.domain.errors import Busy
from inventory_midplatform.services.replenishment import material_requests, suggest
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform


def level(warehouse: str, threshold: float, qty: float = 1, type_: str = "Purchase", **more: Any) -> Any:
	return {
		"warehouse": warehouse,
		"warehouse_reorder_level": threshold,
		"warehouse_reorder_qty": qty,
		"material_request_type": type_,
		**more,
	}


class TestLowStockBesideERPNext(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()

	def setUp(self) -> None:
		super().setUp()
		self.place = erp.warehouse()

	def reordered(self, threshold: float, qty: float = 1, type_: str = "Purchase", **more: Any) -> str:
		item = erp.item(reorder_levels=[level(self.place, threshold, qty, type_, **more)])
		frappe.db.commit()
		return item

	def low(self, item: str) -> list[Any]:
		found: list[Any] = self.platform.call("replenishment.suggest", item_code=item)["suggestions"]
		return found

	def create(self, item: str) -> Any:
		return self.platform.call("replenishment.create_material_requests", item_code=item)

	def test_a_buyer_saves_a_request_during_a_run(self) -> None:
		item, saved = self.reordered(10), []
		self.assertTrue(self.create(item)["created"])
		site = frappe.local.site

		def save() -> None:
			frappe.init(site=site)
			frappe.connect()
			frappe.set_user("Administrator")
			frappe.db.sql("SET SESSION innodb_lock_wait_timeout = 3")
			line = {"item_code": item, "qty": 1, "warehouse": self.place, "schedule_date": nowdate()}
			values = {"material_request_type": "Purchase", "company": self.company, "items": [line]}
			saved.append(frappe.get_doc({"doctype": "Material Request", **values}).insert().name)
			frappe.db.commit()
			frappe.destroy()

		unit = SiteUnitOfWork()
		asked = material_requests.create_material_requests(unit.begin(), item_code=item)
		self.assertEqual(asked, {"created": [], "failed": []})
		thread = threading.Thread(target=save)
		thread.start()
		thread.join(30)
		unit.rollback()
		self.assertEqual(len(saved), 1)

	def test_a_run_stopped_by_contention_is_queued_again(self) -> None:
		with (
			patch.object(suggest, "low_warehouses", side_effect=Busy("Others are at it.")),
			patch.object(frappe, "enqueue") as queued,
		):
			jobs.replenish_low_stock_of(self.company)
		((work,), options) = queued.call_args
		self.assertEqual((work, options["company"]), (jobs.replenish_low_stock_of, self.company))

	def test_the_job_requests_everything_low_once(self) -> None:
		item = self.reordered(10)
		drafted = jobs.replenish_low_stock_of(self.company)
		asked = [line for c in drafted["created"] for line in c["items"] if line["item_code"] == item]
		self.assertEqual(asked, [{"item_code": item, "qty": 10, "uom": "Nos"}])
		self.assertEqual(jobs.replenish_low_stock_of(self.company)["created"], [])

	def numbers(self, item: str) -> list[tuple[str, float, float, float]]:
		"""Return for each suggestion of an item: warehouse, suggested quantity, unreserved demand, level."""
		frappe.db.commit()
		return [
			(s["warehouse"], s["suggested_qty"], s["why"]["unreserved"], s["why"]["level"])
			for s in self.low(item)
		]

	def promised(self, item: str, place: str) -> float:
		found = self.platform.call("stock.available_to_promise", item_code=item, warehouse=place)
		return float(found["promised"])

	def reserved_for(self, order: Any, item: str, place: str, qty: float) -> None:
		frappe.db.commit()
		about = {"demand_type": "Sales Order", "demand_name": order.name}
		self.platform.call("reservation.reserve", item_code=item, warehouse=place, qty=qty, **about)

	def orders_do_not_reserve(self) -> None:
		switch(sales_order_policy="Off")
		self.addCleanup(switch, sales_order_policy="Partial")

	def test_stock_in_transit_is_not_requested_again(self) -> None:
		item, source, transit = self.reordered(5), erp.warehouse(), erp.warehouse()
		erp.receipt(item, source, 10)
		row = {"item_code": item, "qty": 6, "from_warehouse": source, "warehouse": self.place}
		request = erp.material_request("Material Transfer", [row])
		self.assertEqual(self.numbers(item), [])
		entry = erp.entry_for_request(request.name, s_warehouse=source, t_warehouse=transit)
		entry.add_to_transit = 1
		erp.submit(entry)
		self.assertEqual(self.numbers(item), [])
		self.assertEqual(self.create(item)["created"], [])

	def test_demand_reserved_in_another_warehouse_is_no_demand_here(self) -> None:
		item, elsewhere = self.reordered(1), erp.warehouse()
		erp.receipt(item, elsewhere, 20)
		erp.receipt(item, self.place, 3)
		self.orders_do_not_reserve()
		self.reserved_for(erp.sales_order(item, self.place, 10), item, elsewhere, 10)
		self.assertEqual(self.numbers(item), [])
		self.assertEqual(self.promised(item, self.place), 3)

	def test_a_reservation_for_another_row_hides_no_demand(self) -> None:
		item, elsewhere = self.reordered(5), erp.warehouse()
		erp.receipt(item, self.place, 10)
		self.orders_do_not_reserve()
		other = erp.sales_order(item, elsewhere, 5)
		erp.sales_order(item, self.place, 5)
		self.reserved_for(other, item, self.place, 5)
		self.assertEqual(self.numbers(item), [(self.place, 5, 5, 0)])
		self.assertEqual(self.promised(item, self.place), 0)

	def test_a_reservation_for_an_order_on_hold_hides_no_demand(self) -> None:
		"""It is released: ERPNext reserves nothing for an order on hold."""
		item = self.reordered(10)
		erp.receipt(item, self.place, 10)
		order = erp.sales_order(item, self.place, 5)
		order.reload()
		order.update_status("On Hold")
		self.orders_do_not_reserve()
		erp.sales_order(item, self.place, 5)
		self.assertEqual(self.numbers(item), [(self.place, 5, 5, 5)])

	def test_an_order_on_hold_has_no_unreserved_demand(self) -> None:
		item = self.reordered(9)
		erp.receipt(item, self.place, 10)
		self.orders_do_not_reserve()
		order = erp.sales_order(item, self.place, 5)
		self.assertEqual(self.numbers(item), [(self.place, 4, 5, 5)])
		order.reload()
		order.update_status("On Hold")
		self.assertEqual(self.numbers(item), [])
		self.assertEqual(self.promised(item, self.place), 10)

	def test_a_work_order_demands_from_its_work_in_progress_warehouse(self) -> None:
		"""ERPNext counts the demand at the source warehouse all the same."""
		in_progress, product = erp.warehouse(), erp.item()
		part = erp.item(reorder_levels=[level(self.place, 1), level(in_progress, 15)])
		erp.receipt(part, self.place, 5)
		erp.receipt(part, in_progress, 20)
		made_from = {"skip_transfer": 1, "from_wip_warehouse": 1}
		erp.work_order(product, erp.bom(product, part, 1), self.place, in_progress, 10, **made_from)
		self.assertEqual(self.numbers(part), [(in_progress, 5, 10, 10)])

	def test_a_work_order_counts_what_it_got_in_boxes(self) -> None:
		"""A box of 12 fetched of 24: ERPNext writes 1 on the Work Order's row."""
		boxes = [{"uom": "Box", "conversion_factor": 12}]
		part = erp.item(reorder_levels=[level(self.place, 30)], uoms=boxes)
		in_progress, product = erp.warehouse(), erp.item()
		erp.receipt(part, self.place, 40)
		order = erp.work_order(product, erp.bom(product, part, 1), self.place, in_progress, 24)
		entry = frappe.get_doc(make_stock_entry(order.name, "Material Transfer for Manufacture", 24))
		for row in entry.items:
			row.update({"qty": 1, "uom": "Box", "conversion_factor": 12, "transfer_qty": 12})
		erp.submit(entry)
		self.assertEqual(self.numbers(part), [(self.place, 14, 12, 16)])

	def test_a_request_to_transfer_is_demand_at_its_source(self) -> None:
		item, to = self.reordered(5), erp.warehouse()
		erp.receipt(item, self.place, 10)
		row = {"item_code": item, "qty": 8, "from_warehouse": self.place, "warehouse": to}
		erp.material_request("Material Transfer", [row])
		self.assertEqual(self.numbers(item), [(self.place, 3, 8, 2)])
		self.assertEqual(self.promised(item, self.place), 2)

	def test_a_group_of_warehouses_is_counted_as_erpnext_does(self) -> None:
		root = frappe.db.get_value(
			"Warehouse",
			{"company": self.company, "is_group": 1, "parent_warehouse": ("is", "not set")},
			order_by="lft",
		)
		group = erp.warehouse(is_group=1, parent_warehouse=root)
		self.place, other = (erp.warehouse(parent_warehouse=group) for _ in range(2))
		item = self.reordered(10, 10, warehouse_group=group)
		erp.receipt(item, other, 50)
		self.assertEqual(self.numbers(item), [])
		erp.issue(item, other, 44)
		self.assertEqual(self.numbers(item), [(self.place, 10, 0, 6)])
		self.assertEqual(self.low(item)[0]["why"]["counted_in"], group)
		draft = self.create(item)["created"][0]["material_request"]
		self.assertEqual(self.numbers(item), [])
		frappe.get_doc("Material Request", draft).submit()
		self.assertEqual(self.numbers(item), [])

	def test_requests_for_transfers_and_issues_that_are_submitted_count_once(self) -> None:
		"""Each as ERPNext then has it in its Bin: what is drafted and submitted is not requested again."""
		for type_ in ("Purchase", "Transfer", "Manufacture"):
			item = self.reordered(10, 15, type_)
			(asked,) = self.create(item)["created"]
			frappe.get_doc("Material Request", asked["material_request"]).submit()
			self.assertEqual((self.numbers(item), self.create(item)["created"]), ([], []), type_)
		self.assertEqual(self.numbers(self.reordered(10, 10, "Material Issue")), [])
