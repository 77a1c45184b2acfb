"""Low stock beside ERPNext's own documents, and its job: what only a site has."""

import threading
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import nowdate

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.domain.errors import Busy
from inventory_midplatform.services import replenishment
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase
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

	def test_a_buyer_saves_a_request_while_low_stock_is_asked_for(self) -> None:
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
		asked = replenishment.create_material_requests(unit.begin(), item_code=item)
		self.assertEqual(asked, {"created": [], "failed": []})
		thread = threading.Thread(target=save)
		thread.start()
		thread.join(30)
		unit.rollback()
		self.assertEqual(len(saved), 1)

	def test_what_contention_stops_is_asked_for_by_another_job(self) -> None:
		with (
			patch.object(replenishment, "low_warehouses", side_effect=Busy("Others are at it.")),
			patch.object(frappe, "enqueue") as queued,
		):
			jobs.ask_for_low_stock_of(self.company)
		((work,), options) = queued.call_args
		self.assertEqual((work, options["company"]), (jobs.ask_for_low_stock_of, self.company))

	def test_the_job_asks_once_for_all_that_is_low(self) -> None:
		item = self.reordered(10)
		answer = jobs.ask_for_low_stock_of(self.company)
		asked = [line for c in answer["created"] for line in c["items"] if line["item_code"] == item]
		self.assertEqual(asked, [{"item_code": item, "qty": 10}])
		self.assertEqual(jobs.ask_for_low_stock_of(self.company)["created"], [])
