"""Real input on a site: part of the AdventureWorks extract, then ERPNext's own checks of its stock ledger; a month of its
Purchase Orders through the inbound flow.

The extract: ``ADVENTUREWORKS_DATA``, else ``../shared/data/adventureworks`` beside the repository; without it the test
is skipped. A soak loads three whole months, a quarter of an hour or more; else the first orders of one.
"""

import os
import unittest
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import frappe
from erpnext.stock.report.incorrect_balance_qty_after_transaction import (
	incorrect_balance_qty_after_transaction as incorrect_balance,
)
from erpnext.stock.report.stock_ledger_invariant_check import stock_ledger_invariant_check as invariants

import inventory_midplatform
from inventory_midplatform.adapters.site.importing import prepared
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.importing import adventureworks, plan
from inventory_midplatform.importing.adventureworks import Extract
from inventory_midplatform.importing.report import KINDS
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import erpnext_reports
from inventory_midplatform.tests.ordered_of_extract import Month, OfFile, compare
from inventory_midplatform.tests.rounds import rounds
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

ORDERS = 60
PURCHASES = 30
MONTHS = {15: "2011-04", 109: "2012-03"}
"""Lines of a month of Purchase Orders → the month: the first one, and in a soak a larger one."""


def folder() -> Path:
	beside = Path(inventory_midplatform.__file__).parents[2] / "shared" / "data" / "adventureworks"
	return Path(os.environ.get("ADVENTUREWORKS_DATA") or beside)


def first_orders(extract: Extract) -> Extract:
	"""So much of one month as takes a minute or two: the days before its last Monday, and what belongs to them.

	Of the opening stock little is left, so that orders wait and production, on that Monday, has something to do.
	"""
	period = plan.period_of(extract, 1)
	monday = period.last - timedelta(days=period.last.weekday())
	sales = [s for s in extract.sales if period.first <= s.order_date <= monday]
	orders = list(dict.fromkeys(s.sales_order for s in sales))[-ORDERS:]
	sales = [s for s in sales if s.sales_order in orders]
	first = min(s.order_date for s in sales)
	purchases = [p for p in extract.purchases if period.has(p.received_on)][-PURCHASES:]
	used = {s.item_code for s in sales} | {p.item_code for p in purchases}
	opening = {o.item_code: replace(o, qty=o.qty // 100 + 1) for o in extract.opening if o.item_code in used}
	return replace(
		extract,
		items={code: item for code, item in extract.items.items() if code in used},
		opening=list(opening.values()),
		purchases=[replace(p, received_on=max(p.received_on, first)) for p in purchases],
		sales=sales,
		returns=[r for r in extract.returns if r.item_code in used and first <= r.returned_on <= period.last][
			:5
		],
	)


class RealInput(SiteTestCase):
	soak = True

	def setUp(self) -> None:
		super().setUp()
		if not (folder() / "sales_lines.csv").is_file():
			raise unittest.SkipTest(
				f"no AdventureWorks extract: set ADVENTUREWORKS_DATA or lay it at {folder()}"
			)


class TestOrderedInput(RealInput):
	"""A month of Purchase Orders is ordered, received, inspected and put away as the file says."""

	def test_a_month_of_purchase_orders(self) -> None:
		few, many = MONTHS
		lines = rounds("lines of a month of AdventureWorks' Purchase Orders on a site", few, many)
		platform = SitePlatform()
		platform.settings(inbound=True)
		self.addCleanup(platform.settings, inbound=False)
		of_file = OfFile(folder(), MONTHS[lines])
		self.assertEqual(len(of_file.rows), lines)
		self.assertTrue(of_file.pieces("rejected_qty") and of_file.pieces("missing_qty"))
		month = Month(platform, adventureworks.read(folder()), MONTHS[lines])
		month.run()
		self.assertEqual(compare(month, of_file), [])
		erpnext_reports.assert_sound(month.items.values())


class TestRealInput(RealInput):
	def test_the_extract_and_erpnexts_own_checks(self) -> None:
		months = rounds("whole months of AdventureWorks on a site", 0, 3) or None
		extract = adventureworks.read(folder())
		if months is None:
			extract = first_orders(extract)
		warehouse = erp.unique("AdventureWorks")
		loading = prepared(extract, self.company, months, warehouse=warehouse)
		for progress in loading.run():
			print(f"\r{progress.phase}: {progress.done} of {progress.total}   ", end="", flush=True)
		report = loading.report
		assert report is not None
		print("\n" + report.as_text())

		self.assertTrue(report.ok, report.verify["findings"])
		self.assertEqual(report.tally.refused, [])
		if months is None:
			self.assertTrue(all(report.tally.documents[kind] for kind in KINDS), report.tally.documents)
		self.assertEqual(sum(report.state.order_lines.values()), report.tally.lines["ordered"])
		self.assert_items_add_up(report.as_dict()["items"])
		self.assert_erpnext_agrees(report.warehouse)
		with self.assertRaises(Conflict) as again:
			list(prepared(extract, self.company, months, warehouse=warehouse).run())
		self.assertEqual(again.exception.code, "already_loaded")

	def assert_items_add_up(self, items: dict[str, dict[str, float]]) -> None:
		for code, row in items.items():
			came = row["opening"] + row["purchased"] + row["returned"] + row["produced"]
			self.assertEqual(came - row["delivered"], row["on_hand"], code)
			self.assertEqual(row["ordered"], row["delivered"] + row["reserved"] + row["waiting"], code)

	def assert_erpnext_agrees(self, warehouse: str) -> None:
		"""Incorrect Balance Qty After Transaction is empty, and Stock Ledger Invariant Check finds no difference."""
		filters = {"company": self.company, "warehouse": warehouse}
		self.assertEqual(incorrect_balance.execute(frappe._dict(filters))[1], [])
		entries = frappe.get_all(
			"Stock Ledger Entry", {"warehouse": warehouse}, ["item_code"], order_by="name"
		)
		wrong: Counter[str] = Counter()
		for item_code in {entry.item_code for entry in entries}:
			only = frappe._dict(item_code=item_code, warehouse=warehouse)
			for row in invariants.execute(only)[1]:
				for difference in ("difference_in_qty", "fifo_qty_diff", "diff_value_diff"):
					if abs(row.get(difference) or 0) > 0.01:
						wrong[f"{item_code} {difference}"] += 1
		self.assertGreater(len(entries), 0)
		self.assertEqual(wrong, {})
