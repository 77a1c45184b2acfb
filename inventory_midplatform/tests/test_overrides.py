"""Methods of Frappe that this app overrides: an override of another app runs too."""

from typing import Any
from unittest import mock

import frappe
from frappe import client

from inventory_midplatform.adapters.site import permissions
from inventory_midplatform.tests.site_case import SiteTestCase


def counted_by_another_app(doctype: str, **arguments: Any) -> int:
	"""Stand for another app's override of ``frappe.client.get_count``."""
	return -7


def found_by_another_app(doctype: str, txt: str = "", ignore_user_permissions: bool = False) -> list[Any]:
	return [doctype, ignore_user_permissions]


class TestOverridesOfOtherApps(SiteTestCase):
	"""Frappe runs one override of a method. One that an app installed before ours made runs all the same."""

	def others(self) -> Any:
		overrides = dict(frappe.get_hooks("override_whitelisted_methods"))
		for path, function in (
			("frappe.client.get_count", counted_by_another_app),
			("frappe.desk.search.search_link", found_by_another_app),
		):
			overrides[path] = [f"{function.__module__}.{function.__name__}", *overrides[path]]
		return mock.patch.object(
			frappe,
			"get_hooks",
			lambda hook=None, *args, _real=frappe.get_hooks, **kwargs: (
				overrides if hook == "override_whitelisted_methods" else _real(hook, *args, **kwargs)
			),
		)

	def test_another_apps_override_runs_for_doctypes_of_others(self) -> None:
		with self.others():
			self.assertEqual(permissions.get_count("Item"), -7)
			self.assertEqual(permissions.search_link("Item", txt=""), ["Item", False])

	def test_of_our_doctypes_user_permissions_count(self) -> None:
		with self.others():
			self.assertGreaterEqual(permissions.get_count("Stock Position"), 0)
			found = permissions.search_link("Stock Position", txt="", ignore_user_permissions=True)
			self.assertEqual(found, ["Stock Position", False])

	def test_alone_frappes_own_runs(self) -> None:
		self.assertEqual(permissions.get_count("Item"), client.get_count("Item"))
