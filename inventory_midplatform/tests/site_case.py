"""The base of the site suite's tests."""

import inspect
import unittest
from collections.abc import Collection
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import now_datetime

from inventory_midplatform.adapters.site.context import SETTINGS, site_context
from inventory_midplatform.api import v1
from inventory_midplatform.services.ledger import snapshots
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
		prepare_site()
		begins = not frappe.db.exists("Stock Ledger Entry", {})
		switch(**dict.fromkeys(SWITCHES, 1))
		if begins:
			begin_history()
		cls.company = erp.company()
		cls.class_started = now_datetime()
		frappe.db.commit()

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		self.test_started = now_datetime()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		self.assert_invariants(items_touched(self.test_started))
		super().tearDown()

	@classmethod
	def tearDownClass(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		disable_users(cls.class_started)
		if found := verification.verify(site_context())["findings"]:
			raise AssertionError(f"the invariants of the ledger do not hold: {found}")
		super().tearDownClass()

	def assert_invariants(self, items: Collection[str] | None = None) -> None:
		"""Check the invariants of all items, or of these."""
		result = verification.verify(site_context(), items=items)
		self.assertEqual(result["findings"], [])

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


def items_touched(since: datetime) -> list[str]:
	"""Return the items that were made, or whose quantities changed, since then."""
	return [
		row[0]
		for row in frappe.db.sql(
			"SELECT name FROM `tabItem` WHERE creation >= %(since)s"
			" UNION SELECT item_code FROM `tabStock Position` WHERE last_change >= %(since)s",
			{"since": since},
		)
	]


def disable_users(since: datetime) -> None:
	"""Disable who was made since then: every step of the tests that come would notify them too."""
	frappe.db.set_value("User", {"creation": [">=", since], "name": ["like", "%@example.com"]}, "enabled", 0)
	frappe.cache.delete_key("enabled_users")
	frappe.db.commit()


def switch(**values: Any) -> None:
	settings = frappe.get_doc(SETTINGS)
	settings.update(values)
	settings.save()
	frappe.db.commit()


def begin_history(day: str | None = "2000-01-01") -> None:
	"""Let the history of the site begin on ``day``: there is nothing in the books before the tests."""
	frappe.db.set_single_value(SETTINGS, "history_from", day)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.db.commit()


def complete_history() -> None:
	"""Let the history begin before everything in the books, with what earlier tests posted while the ledger was off."""
	begin_history()
	# of what ERPNext is still reposting nothing is found
	erp.run_queued_reposts()
	frappe.db.commit()
	findings = verification.verify(site_context(), limit=100_000)["findings"]
	keys = [(f["item_code"], f["warehouse"]) for f in findings if f["invariant"] == "history"]
	if keys:
		snapshots.refresh(site_context(), keys)
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
