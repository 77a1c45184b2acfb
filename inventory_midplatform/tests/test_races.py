"""Sixteen callers at once reserve ten each of a hundred: exactly ten succeed, in every round, direct and over HTTP."""

from collections import Counter

import frappe

from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.api.operation import OPERATIONS, perform
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.rounds import rounds
from inventory_midplatform.tests.site_case import SiteTestCase


class TestRaces(SiteTestCase):
	soak = True

	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = erp.item(), erp.warehouse()
		erp.receipt(self.item, self.place, 100)
		frappe.db.commit()
		self.payload = {"item_code": self.item, "warehouse": self.place, "qty": racing.EACH}

	def release_all(self) -> None:
		open_ones = frappe.get_all(
			"Inventory Reservation",
			{"item_code": self.item, "status": "Reserved"},
			pluck="name",
			order_by="name",
		)
		for name in open_ones:
			perform(SiteUnitOfWork(), OPERATIONS["reservation.release"], {"name": name})

	def test_direct(self) -> None:
		for results in racing.race_direct(self.payload, rounds("races on a site", 8, 50)):
			self.assertEqual(Counter(results), {"Reserved": 10, "insufficient_stock 0": 6})
			self.assertEqual(self.position(self.item, self.place)["reserved"], 100)
			self.release_all()
			frappe.db.commit()

	def test_over_http(self) -> None:
		races = rounds("races over HTTP on a site", 8, 50)
		_, token = racing.user_with_key(["Inventory Integration"])
		statuses: Counter[int] = Counter()
		with racing.serving() as url:
			for responses in racing.race_over_http(url, token, self.payload, races):
				statuses.update(status for status, _ in responses)
				lost = [body["error"] for status, body in responses if status != 200]
				self.assertEqual([e["code"] for e in lost], ["insufficient_stock"] * 6)
				self.assertEqual([e["details"]["available"] for e in lost], ["0"] * 6)
				frappe.db.rollback()
				self.release_all()
		self.assertEqual(statuses, {200: 10 * races, 409: 6 * races})
