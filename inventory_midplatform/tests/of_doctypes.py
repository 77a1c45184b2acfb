"""What ``bench run-tests --doctype …`` finds: the behaviour tests that a DocType is about.

A run of the whole app has the same classes in ``test_behaviour`` already, so there these modules are empty.
"""

import sys
import unittest
from collections.abc import Callable

import frappe

from inventory_midplatform.tests import test_behaviour

LINKED = [
	"Batch",
	"Company",
	"Currency",
	"DocType",
	"Inventory Reservation",
	"Inventory Request",
	"Inventory Request Item",
	"Item",
	"Item Group",
	"Serial No",
	"UOM",
	"User",
	"Warehouse",
	"Warehouse Bin",
	"Warehouse Zone",
	"Workflow State",
]
"""Frappe makes no test records of these: the tests make what they need."""


def tests_of(*behaviours: str) -> Callable[..., unittest.TestSuite]:
	"""Return the module's ``load_tests`` for the named classes of ``test_behaviour``."""

	def load_tests(loader: unittest.TestLoader, *_: object) -> unittest.TestSuite:
		classes = [getattr(test_behaviour, name) for name in behaviours] if "--doctype" in sys.argv else []
		return unittest.TestSuite(loader.loadTestsFromTestCase(cls) for cls in classes)

	if "--doctype" in sys.argv:
		frappe.db.commit()  # Frappe begins a transaction next, and refuses to while another has writes
	return load_tests
