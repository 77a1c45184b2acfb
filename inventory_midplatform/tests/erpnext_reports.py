"""What ERPNext's own ledger reports find wrong with stock that tests moved: nothing, where all is well."""

from collections.abc import Iterable
from typing import Any

import frappe
from erpnext.stock.report.fifo_queue_vs_qty_after_transaction_comparison import (
	fifo_queue_vs_qty_after_transaction_comparison as fifo_queue,
)
from erpnext.stock.report.incorrect_balance_qty_after_transaction import (
	incorrect_balance_qty_after_transaction as incorrect_balance,
)
from erpnext.stock.report.stock_ledger_invariant_check import stock_ledger_invariant_check as invariant_check
from erpnext.stock.report.stock_ledger_variance import stock_ledger_variance as variance
from frappe.utils import flt

from inventory_midplatform.tests import erpnext_documents as erp

INVARIANTS = {
	"difference_in_qty": "quantity after the transaction and the sum before it",
	"fifo_qty_diff": "quantity and FIFO queue",
	"fifo_value_diff": "value and FIFO queue",
	"diff_value_diff": "value and the sum of its changes",
}
"""Columns of the Invariant Check that are zero on a sound row."""


VARIANCES = (*INVARIANTS, "fifo_difference_diff", "valuation_diff", "fifo_valuation_diff")
"""Columns by which Stock Ledger Variance chooses its rows."""

ROUNDING = 0.01
"""ERPNext itself leaves a third of a cent where a rate has six digits, and Stock Ledger Variance shows it."""


def differences(items: Iterable[str]) -> list[str]:
	"""A sentence for each item and warehouse that a report of ERPNext's finds fault with; the first row of each.

	Incorrect Balance Qty, Stock Ledger Variance, FIFO Queue vs Qty After Transaction, Stock Ledger Invariant Check.
	"""
	return [sentence for item in items for sentence in _of_item(item)]


def of_quantities(found: list[str]) -> list[str]:
	"""Those that say that a quantity is wrong, not a value or a FIFO queue."""
	of_quantities = ("difference_in_qty", INVARIANTS["difference_in_qty"])
	return [s for s in found if s.startswith("incorrect_balance") or any(what in s for what in of_quantities)]


def assert_sound(items: Iterable[str]) -> None:
	"""No report finds fault."""
	found = differences(items)
	assert not found, found


def _of_item(item: str) -> Iterable[str]:
	filters = frappe._dict(item_code=item, company=erp.company())
	for row in variance.execute(filters)[1]:
		if wrong := {column: row[column] for column in VARIANCES if abs(flt(row.get(column))) > ROUNDING}:
			yield f"stock_ledger_variance: {_about(row, item)}: {wrong}"
	for report in (incorrect_balance, fifo_queue):
		name = report.__name__.rsplit(".", 1)[1]
		for row in report.execute(filters)[1]:
			if row and not (report is fifo_queue and _is_sound(row)):
				yield f"{name}: {_about(row, item)}"
	places = frappe.get_all("Bin", {"item_code": item}, pluck="warehouse", order_by="warehouse")
	for place in places:
		rows = invariant_check.execute(frappe._dict(item_code=item, warehouse=place))[1]
		for row in rows:
			wrong = [what for column, what in INVARIANTS.items() if abs(flt(row.get(column), 2)) > ROUNDING]
			if wrong:
				yield f"stock_ledger_invariant_check: {_about(row, item)} in {place}: {', '.join(wrong)}"
				break


def _is_sound(row: Any) -> bool:
	"""The FIFO report shows the row before a bad one too."""
	return abs(row.fifo_qty_diff) <= 0.001 and abs(row.fifo_value_diff) <= 0.1


def _about(row: Any, item: str) -> str:
	return f"{row.get('voucher_type')} {row.get('voucher_no')} of {item}"
