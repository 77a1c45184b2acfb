"""Stock Snapshots beside ERPNext's own reports: every day's balance and value, after everything that changes the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from inventory_midplatform.adapters.site import history
from inventory_midplatform.adapters.site.context import SiteUnitOfWork, site_context
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain import roles
from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.settlement import settlement
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import (
	SWITCHES,
	SiteTestCase,
	begin_history,
	complete_history,
	switch,
)

DAYS = 12


class Snapshots(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		complete_history()

	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = erp.item(), erp.warehouse()

	@contextmanager
	def jobs_run(self) -> Iterator[None]:
		"""Run what the block queued for the history, as a worker would after its commit."""
		queued: list[Any] = []
		with patch.object(history, "queue_refresh", lambda keys, since: queued.append((list(keys), since))):
			yield
		frappe.db.commit()
		for keys, since in queued:
			history.refresh(keys, str(since))

	def flows(self, place: str = "", item: str = "") -> dict[tuple[int, str], tuple[float, float]]:
		"""Return (days ago, flow) → (in, out), without those that are nothing."""
		rows = frappe.db.sql(
			"SELECT snapshot_date, flow, qty_in, qty_out FROM `tabStock Snapshot`"
			" WHERE item_code = %(item)s AND warehouse = %(place)s AND (qty_in <> 0 OR qty_out <> 0)",
			{"item": item or self.item, "place": place or self.place},
		)
		today = getdate(nowdate())
		return {((today - day).days, flow): (into, out) for day, flow, into, out in rows}

	def assert_as_stock_balance(self, *keys: tuple[str, str], values: bool = True) -> None:
		"""Check the balance at the end of each day, and its value, against ERPNext's Stock Balance of that day."""
		frappe.db.commit()
		for item, place in keys or ((self.item, self.place),):
			ours = _closings(item, place)
			for day, (qty, value) in ours.items():
				theirs = _stock_balance(item, place, day)
				what = f"{item} in {place} on {day}"
				self.assertAlmostEqual(qty, theirs[0], 6, what)
				if values:
					self.assertAlmostEqual(value, theirs[1], 6, f"value of {what}")

	def assert_as_recomputed(self, *keys: tuple[str, str]) -> None:
		"""Check that the books' ledger says the same as what settlements recorded."""
		frappe.db.commit()
		self.assertEqual(snapshots.refresh(site_context(), keys or [(self.item, self.place)]), 0)


def _closings(item: str, place: str) -> dict[date, tuple[float, float]]:
	where = {"item_code": item, "warehouse": place}
	qty = frappe.db.get_value("Stock Position", where, "on_hand") or 0
	value = frappe.db.get_value("Bin", where, "stock_value") or 0
	found = {}
	for ago in range(DAYS):
		day = getdate(add_days(nowdate(), -ago))
		found[day] = (qty, value)
		for into, out, value_in, value_out in frappe.db.sql(
			"SELECT qty_in, qty_out, value_in, value_out FROM `tabStock Snapshot`"
			" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s AND snapshot_date = %(day)s",
			{**where, "day": day},
		):
			qty, value = qty - into + out, value - value_in + value_out
	return found


def _stock_balance(item: str, place: str, day: date) -> tuple[float, float]:
	from erpnext.stock.report.stock_balance.stock_balance import execute

	filters = {
		"company": erp.company(),
		"from_date": day,
		"to_date": day,
		"item_code": item,
		"warehouse": place,
		"include_zero_stock_items": 1,
	}
	rows = execute(frappe._dict(filters))[1]
	return (rows[0]["bal_qty"], rows[0]["bal_val"]) if rows else (0, 0)


class TestEveryDay(Snapshots):
	def test_each_flow_and_a_cancelled_voucher_is_as_if_it_had_not_been(self) -> None:
		other, product = erp.warehouse(), erp.item()
		erp.purchase_receipt(self.item, self.place, 20, days_ago=9, rate=7)
		erp.receipt(self.item, self.place, 5, days_ago=8)
		note = erp.delivery_note(self.item, self.place, 6, days_ago=6)
		gone = erp.delivery_note(self.item, self.place, 2, days_ago=6)
		erp.delivery_return(note.name, 1)
		row = {"item_code": self.item, "s_warehouse": self.place, "t_warehouse": other, "qty": 3}
		erp.stock_entry("Material Transfer", [row], days_ago=5)
		erp.repack(self.item, product, self.place, 2)
		erp.issue(self.item, self.place, 1, days_ago=4)
		erp.cancel(gone)
		frappe.db.commit()
		self.assertEqual(
			self.flows(),
			{
				(9, "Purchase"): (20, 0),
				(8, "Other"): (5, 0),
				(6, "Sale"): (0, 6),
				(5, "Transfer"): (0, 3),
				(4, "Other"): (0, 1),
				(0, "Sale"): (1, 0),
				(0, "Production"): (0, 2),
			},
		)
		self.assertEqual(self.flows(other), {(5, "Transfer"): (3, 0)})
		keys = ((self.item, self.place), (self.item, other), (product, self.place))
		self.assert_as_recomputed(*keys)
		with self.jobs_run():
			erp.run_queued_reposts()
		self.assert_as_stock_balance(*keys)

	def test_a_backdated_posting_changes_one_day_and_a_repost_its_values(self) -> None:
		other = erp.warehouse()
		erp.purchase_receipt(self.item, self.place, 10, days_ago=8, rate=10)
		row = {"item_code": self.item, "s_warehouse": self.place, "t_warehouse": other, "qty": 4}
		erp.stock_entry("Material Transfer", [row], days_ago=5)
		erp.delivery_note(self.item, other, 3, days_ago=3)
		frappe.db.commit()
		before = self.flows()
		early = erp.purchase_receipt(self.item, self.place, 10, days_ago=9, rate=20)
		self.assertEqual(self.flows(), {**before, (9, "Purchase"): (10, 0)})
		keys = ((self.item, self.place), (self.item, other))
		self.assert_as_stock_balance(*keys, values=False)
		with self.jobs_run():
			erp.run_queued_reposts()
		self.assert_as_stock_balance(*keys)
		value = frappe.db.get_value("Bin", {"item_code": self.item, "warehouse": other}, "stock_value")
		self.assertEqual(value, 20)
		with self.jobs_run():
			erp.cancel(early)
			erp.run_queued_reposts()
		self.assertEqual(self.flows(), before)
		self.assert_as_stock_balance(*keys)
		self.assert_as_recomputed(*keys)

	def test_a_count_absorbs_what_is_posted_before_it(self) -> None:
		erp.purchase_receipt(self.item, self.place, 10, days_ago=9, rate=10)
		erp.reconciliation(self.item, self.place, 7, days_ago=5)
		erp.issue(self.item, self.place, 1, days_ago=3)
		self.assert_as_stock_balance()
		late = erp.purchase_receipt(self.item, self.place, 4, days_ago=8, rate=10)
		self.assertEqual(self.flows()[(8, "Purchase")], (4, 0))
		self.assertEqual(self.flows()[(5, "Count")], (0, 7))
		self.assert_as_stock_balance(values=False)
		with self.jobs_run():
			erp.run_queued_reposts()
		self.assert_as_stock_balance()
		self.assert_as_recomputed()
		with self.jobs_run():
			erp.cancel(late)
			self.assert_as_stock_balance(values=False)
			erp.run_queued_reposts()
		self.assert_as_stock_balance()
		count = erp.reconciliation(self.item, self.place, 9, days_ago=7)
		again = erp.reconciliation(self.item, self.place, 5, days_ago=1)
		with self.jobs_run():
			erp.run_queued_reposts()
		self.assert_as_stock_balance()
		for document in (count, again):
			with self.jobs_run():
				erp.cancel(document)
				erp.run_queued_reposts()
			self.assert_as_stock_balance()
		self.assert_as_recomputed()

	def test_batches_and_serial_numbers_and_their_counts(self) -> None:
		for facts in (erp.BATCHES, erp.SERIALS):
			item = erp.item(**facts)
			erp.receipt(item, self.place, 6, days_ago=6)
			erp.issue(item, self.place, 2, days_ago=4)
			erp.reconciliation(item, self.place, 5, days_ago=2)
			gone = erp.issue(item, self.place, 1)
			erp.cancel(gone)
			with self.jobs_run():
				erp.run_queued_reposts()
			self.assert_as_stock_balance((item, self.place))
			self.assert_as_recomputed((item, self.place))

	def test_landed_cost_and_a_count_that_changes_only_the_rate(self) -> None:
		bought = erp.purchase_receipt(self.item, self.place, 10, days_ago=3, rate=10)
		with self.jobs_run():
			erp.landed_cost(bought, 50)
			erp.run_queued_reposts()
		self.assert_as_stock_balance()
		self.assertEqual(self.flows(), {(3, "Purchase"): (10, 0)})
		count = erp.reconciliation(self.item, self.place, 10)
		self.assert_as_stock_balance()
		erp.cancel(count)
		self.assert_as_stock_balance()
		erp.cancel(erp.delivery_note(self.item, self.place, 1))
		with self.jobs_run():
			erp.cancel(frappe.get_last_doc("Landed Cost Voucher"))
			erp.cancel(bought)
			erp.run_queued_reposts()
		self.assert_as_stock_balance()
		self.assertEqual(self.flows(), {})


class TestThePast(Snapshots):
	def test_a_back_fill_is_what_settlements_recorded_and_goes_on_after_a_stop(self) -> None:
		erp.purchase_receipt(self.item, self.place, 10, days_ago=9)
		erp.delivery_note(self.item, self.place, 4, days_ago=7)
		erp.reconciliation(self.item, self.place, 5, days_ago=5)
		frappe.db.commit()
		columns = "item_code, warehouse, snapshot_date, flow, qty_in, qty_out, value_in, value_out"
		statement = f"SELECT {columns} FROM `tabStock Snapshot` WHERE item_code = %(item)s ORDER BY snapshot_date, flow"
		recorded = frappe.db.sql(statement, {"item": self.item})
		self.assertEqual(len(recorded), 3)
		frappe.db.sql("DELETE FROM `tabStock Snapshot`")
		begin_history(nowdate())
		filling = history.back_filling(chunk=3)
		done, total, begins = next(filling)
		self.assertLess(done, total)
		self.assertIsNone(begins)
		filling.close()
		*_, (done, total, begins) = history.back_filling(chunk=50)
		self.assertEqual(done, total)
		self.assertEqual(frappe.db.sql(statement, {"item": self.item}), recorded)
		first = frappe.db.sql("SELECT MIN(posting_date) FROM `tabStock Ledger Entry` WHERE is_cancelled = 0")
		self.assertEqual(begins, first[0][0])
		self.assertEqual(snapshots.history_begins(site_context()), begins)
		self.assert_as_stock_balance()

	def test_a_back_fill_gives_the_opening_stock_of_an_earlier_release_its_age(self) -> None:
		switch(**dict.fromkeys(SWITCHES, 0))
		self.addCleanup(begin_history)
		erp.receipt(self.item, self.place, 10, days_ago=9)
		erp.issue(self.item, self.place, 4, days_ago=2)
		frappe.db.commit()
		switch(**dict.fromkeys(SWITCHES, 1))
		key = (self.item, self.place)
		in_transaction(
			SiteUnitOfWork(), lambda ctx: settlement.reconcile(ctx, [key], "switched on", alert=False)
		)
		self.assertEqual(self.ages(), {0: 6})
		list(history.back_filling())
		self.assertEqual(self.ages(), {9: 6})

	def ages(self) -> dict[int, float]:
		rows = frappe.get_all(
			"Receipt Layer",
			{"item_code": self.item},
			["received_on", "remaining_qty"],
			order_by="received_on",
		)
		return {(getdate(nowdate()) - row.received_on).days: row.remaining_qty for row in rows}

	def test_renamed_and_merged_masters_take_their_history_along(self) -> None:
		other = erp.item()
		erp.receipt(self.item, self.place, 10, days_ago=9)
		erp.receipt(other, self.place, 5, days_ago=9)
		erp.issue(other, self.place, 2, days_ago=4)
		frappe.db.commit()
		frappe.rename_doc("Item", other, self.item, merge=True)
		self.assertEqual(self.flows(), {(9, "Other"): (15, 0), (4, "Other"): (0, 2)})
		with self.jobs_run():
			erp.run_queued_reposts()
		self.assert_as_stock_balance()

	def test_values_are_for_who_may_see_costs(self) -> None:
		erp.receipt(self.item, self.place, 10)
		frappe.db.commit()
		for role, sees in ((roles.OPERATOR, False), (roles.MANAGER, True)):
			frappe.set_user(erp.user([role]))
			(row,) = frappe.get_list(
				"Stock Snapshot", {"item_code": self.item}, ["*"], order_by="snapshot_date"
			)
			self.assertEqual(row.qty_in, 10)
			self.assertEqual("value_in" in row, sees, role)
			frappe.set_user("Administrator")
