"""When the ages of an item's stock are made anew on a site, and when that would be for nothing."""

import frappe
from frappe.utils.background_jobs import get_queue

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase


class TestReceiptLayers(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = erp.item(), erp.warehouse()

	def queued_by(self, post) -> list[list[str]]:
		"""The items whose ages a posting queued to be made anew."""
		queue = get_queue("long")
		before = set(queue.job_ids)
		post()
		frappe.db.commit()
		jobs = [queue.fetch_job(name) for name in queue.job_ids if name not in before]
		asked = [job.kwargs for job in jobs if "rebuild_layers" in str(job.kwargs["method"])]
		return [kwargs["kwargs"]["items"] for kwargs in asked]

	def receive(self, days_ago: int) -> None:
		erp.receipt(self.item, self.place, 5, days_ago=days_ago)

	def test_what_is_typed_in_later_in_its_order_queues_nothing(self) -> None:
		for days in (9, 8, 8, 3, 0):
			self.assertEqual(self.queued_by(lambda days=days: self.receive(days)), [], days)

	def test_what_belongs_before_something_or_is_cancelled_queues_its_item(self) -> None:
		self.receive(3)
		self.assertEqual(self.queued_by(lambda: self.receive(5)), [[self.item]])
		issue = erp.issue(self.item, self.place, 1)
		self.assertEqual(self.queued_by(issue.cancel), [[self.item]])
