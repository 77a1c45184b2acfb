"""The base of the site suite's tests."""

import inspect
import unittest
from collections.abc import Collection
from typing import Any

import frappe
from frappe.utils import now_datetime

from inventory_midplatform.adapters.site.context import SETTINGS, site_context
from inventory_midplatform.api import v1
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.tests import erpnext_documents as erp

assert v1, "importing it registers the operations"

SWITCHES = ("ledger_enabled", "reservation_enabled", "replenishment_enabled", "approval_enabled")


class SiteTestCase(unittest.TestCase):
	"""Works on the real site, commits what it makes (with random names), and leaves a ledger whose invariants hold."""

	soak = False
	"""Whether this is a long proof, which runs in full in ``make soak``."""

	@classmethod
	def setUpClass(cls) -> None:
		# Under the flag reposts run at once and jobs never, unlike on a user's site.
		flag_in_test(False)
		frappe.flags.mute_messages = True
		frappe.set_user("Administrator")
		cls.started = now_datetime()
		prepare_site()
		switch(**dict.fromkeys(SWITCHES, 1))
		cls.company = erp.company()
		frappe.db.commit()

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		self.assert_invariants(self.items_touched())
		super().tearDown()

	@classmethod
	def tearDownClass(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		if found := verification.verify(site_context())["findings"]:
			raise AssertionError(f"the invariants of the ledger do not hold: {found}")
		super().tearDownClass()

	def assert_invariants(self, items: Collection[str] | None = None) -> None:
		"""Check the invariants of all items, or of these."""
		result = verification.verify(site_context(), items=items)
		self.assertEqual(result["findings"], [])

	@classmethod
	def items_touched(cls) -> list[str]:
		"""Return the items that were made, or whose quantities changed, since this class began."""
		return [
			row[0]
			for row in frappe.db.sql(
				"SELECT name FROM `tabItem` WHERE creation >= %(started)s"
				" UNION SELECT item_code FROM `tabStock Position` WHERE last_change >= %(started)s",
				{"started": cls.started},
			)
		]

	def position(self, item_code: str, warehouse: str) -> dict[str, float]:
		row = frappe.db.get_value(
			"Stock Position",
			{"item_code": item_code, "warehouse": warehouse},
			["on_hand", "on_hold", "reserved"],
			as_dict=True,
		)
		return dict(row) if row else {"on_hand": 0.0, "on_hold": 0.0, "reserved": 0.0}

	def on_hand(self, item_code: str, warehouse: str) -> float:
		return self.position(item_code, warehouse)["on_hand"]


class EveryDemandReserves(SiteTestCase):
	"""Material Requests and Work Orders reserve too, which they do not at first."""

	SETTINGS = ("reserve_for_material_requests", "reserve_for_work_orders")

	def setUp(self) -> None:
		super().setUp()
		switch(**dict.fromkeys(self.SETTINGS, 1))

	@classmethod
	def tearDownClass(cls) -> None:
		switch(**dict.fromkeys(cls.SETTINGS, 0))
		super().tearDownClass()


def switch(**values: Any) -> None:
	settings = frappe.get_doc(SETTINGS)
	settings.update(values)
	settings.save()
	frappe.db.commit()


def flag_in_test(flag: bool) -> None:
	"""Set the flag that tests are running: Frappe 15 reads it from its flags, 16 from its module."""
	frappe.flags.in_test = flag
	vars(frappe)["in_test"] = flag


def prepare_site() -> None:
	"""Set up what a fresh ERPNext site lacks for posting stock, and switch off what conflicts with our switches."""
	erp.company()
	let_erpnext_word_its_refusals()
	frappe.db.set_single_value("Stock Settings", {"auto_indent": 0, "enable_stock_reservation": 0})
	frappe.db.set_single_value("Selling Settings", {"so_required": "No", "dn_required": "No"})
	frappe.db.commit()


def let_erpnext_word_its_refusals() -> None:
	"""ERPNext 15.6x words its negative-stock error for a later Frappe than 15.55 has: an argument more."""
	known = inspect.signature(frappe.get_desk_link).parameters
	if "show_title_with_name" not in known:
		plain = frappe.get_desk_link
		frappe.get_desk_link = lambda doctype, name, show_title_with_name=False: plain(doctype, name)
