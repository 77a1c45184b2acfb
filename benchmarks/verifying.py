"""`ledger.verify` at growing sizes of the ledger."""

import time
from typing import Any

import frappe

from benchmarks import bulk
from benchmarks.at_site import begin, scaled
from benchmarks.figures import Figure, Part, repeated, short, span
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.tests.site_case import begin_history

SIZES = (10_000, 100_000, 1_000_000)
EACH = 20
"""Movements of each item and warehouse."""

WAREHOUSES = 5


def fill(movements: int, warehouses: list[str]) -> None:
	"""Movements of one each, and bins, positions and books that agree with them."""
	bulk.forget_stock()
	per_warehouse = movements // WAREHOUSES
	items = per_warehouse // EACH
	for number, warehouse in enumerate(warehouses):
		unplaced = frappe.db.get_value("Warehouse Bin", {"warehouse": warehouse, "is_unplaced": 1})
		values = {"warehouse": warehouse, "bin": unplaced, "each": EACH}
		first = number * per_warehouse
		item = bulk.item_code("VERIFY", f"1 + (seq - 1) MOD {items}")
		frappe.db.sql(
			"INSERT INTO `tabStock Movement` (name, owner, creation, modified, modified_by, item_code, warehouse, bin,"
			" qty, kind, posting_datetime, batch_no, stock_status, stock_owner, voucher_type, voucher_no,"
			" voucher_detail_no, revision, posting_key)"
			f" SELECT LPAD({first} + seq, 26, '0'), 'Administrator', NOW(6), NOW(6), 'Administrator', {item},"
			" %(warehouse)s, %(bin)s, 1, 'Incoming', NOW(6), '', 'Available', '', 'Stock Entry',"
			f" CONCAT('VERIFY-', LPAD({first} + seq, 9, '0')), '', 0, MD5({first} + seq)"
			f" FROM seq_1_to_{per_warehouse}",
			values,
		)
		frappe.db.sql(
			"INSERT INTO `tabBin Stock` (name, owner, creation, modified, modified_by, item_code, warehouse, bin,"
			" qty, allocated_qty, batch_no, stock_status, stock_owner)"
			f" SELECT LPAD({first} + seq, 26, '0'), 'Administrator', NOW(6), NOW(6), 'Administrator', {item},"
			" %(warehouse)s, %(bin)s, %(each)s, 0, '', 'Available', ''"
			f" FROM seq_1_to_{items}",
			values,
		)
		frappe.db.sql(
			"INSERT INTO `tabStock Position` (name, owner, creation, modified, modified_by, item_code, warehouse,"
			" on_hand, on_hold, reserved, last_change)"
			f" SELECT LPAD({first} + seq, 26, '0'), 'Administrator', NOW(6), NOW(6), 'Administrator', {item},"
			" %(warehouse)s, %(each)s, 0, 0, NOW(6)"
			f" FROM seq_1_to_{items}",
			values,
		)
		frappe.db.sql(
			"INSERT INTO `tabReceipt Layer` (name, owner, creation, modified, modified_by, item_code, warehouse,"
			" batch_no, received_on, remaining_qty)"
			f" SELECT LPAD({first} + seq, 26, '0'), 'Administrator', NOW(6), NOW(6), 'Administrator', {item},"
			" %(warehouse)s, '', CURDATE(), %(each)s"
			f" FROM seq_1_to_{items}",
			values,
		)
		frappe.db.sql(
			"INSERT INTO `tabStock Snapshot` (name, owner, creation, modified, modified_by, item_code, warehouse,"
			" snapshot_date, flow, qty_in)"
			f" SELECT LPAD({first} + seq, 26, '0'), 'Administrator', NOW(6), NOW(6), 'Administrator', {item},"
			" %(warehouse)s, CURDATE(), 'Other', %(each)s"
			f" FROM seq_1_to_{items}",
			values,
		)
		frappe.db.commit()
	begin_history()
	bulk.bins("VERIFY", items, warehouses, EACH)
	bulk.analyze("Stock Movement", "Bin Stock", "Stock Position", "Receipt Layer", "Stock Snapshot", "Bin")


def main() -> None:
	begin()
	part = Part("verifying")
	warehouses = bulk.warehouses(WAREHOUSES)
	results: list[dict[str, Any]] = []

	def verify() -> None:
		results.append(verification.verify(site_context()))

	for size in SIZES:
		movements = max(scaled(size), WAREHOUSES * EACH)
		fill(movements, warehouses)
		times = repeated(3 if size < SIZES[-1] else 2, verify)
		assert results[-1]["ok"], results[-1]["findings"][:3]
		assert results[-1]["checked"]["Stock Movement"] == movements
		part.add(
			Figure(
				"`ledger.verify`",
				f"{movements:,} movements, {movements // EACH:,} positions",
				span(times),
				samples={"here s": times},
			)
		)
	part.profiles["seconds of each invariant, at the largest size"] = _by_invariant()
	part.report()


def _by_invariant() -> str:
	lines = []
	for invariant, _, statement in verification.INVARIANTS:
		started = time.perf_counter()
		if isinstance(statement, str):
			frappe.db.sql(statement.format(**verification.ALL_ITEMS), {"half_step": verification.HALF_STEP})
		else:
			statement(site_context(), None)
		lines.append(f"{invariant:<14}{short(time.perf_counter() - started):>8}")
	return "\n".join(lines)


if __name__ == "__main__":
	main()
