"""The history of a site by SQL: twenty entries of each item and warehouse, and the state that is left of them."""

from collections.abc import Sequence

import frappe

from benchmarks import bulk

EACH = 20
"""Entries of each item and warehouse: five times a receipt of 40 and then three issues of 10, all at a rate of 10."""

LEFT = ((17, 40), (13, 10))
"""Of which entries something is left, first in first out, and how much: fifty of an item in a warehouse."""

ON_HAND = sum(qty for _, qty in LEFT)

RATE = 10

PREFIX = "REPORT"

_DAY = (
	f"CURDATE() - INTERVAL (({EACH} - %(k)s) * (4 + i.seq MOD 20) + (7 * i.seq + 3 * %(w)s) MOD 20"
	" + IF(i.seq MOD 10 = 0, 200, 0)) DAY"
)
"""The day of the ``k``-th entry: items move every 4 to 23 days, and one in ten has not moved for 200."""

_STANDARD = "owner, creation, modified, modified_by"
_OF_STANDARD = "'Administrator', NOW(6), NOW(6), 'Administrator'"


def state(items: int, warehouses: Sequence[str]) -> None:
	"""Make items, Bins, positions, what bins hold, and open layers; and demand that waits for one position in ten."""
	bulk.forget_stock()
	bulk.items(PREFIX, items)
	bulk.bins(PREFIX, items, warehouses, ON_HAND)
	_copy_of_bins("Stock Position", on_hand="actual_qty", on_hold="0", reserved="0", last_change="modified")
	_copy_of_bins(
		"Inventory Reservation",
		"WHERE RIGHT(item_code, 1) = '7'",
		demand_type="'Transfer'",
		demand_name="name",
		status="'Waiting'",
		reserved_qty="0",
		waiting_qty="5",
	)
	for w, warehouse in enumerate(warehouses):
		unplaced = frappe.db.get_value("Warehouse Bin", {"warehouse": warehouse, "is_unplaced": 1})
		_copy_of_bins(
			"Bin Stock",
			"WHERE warehouse = %(warehouse)s",
			{"warehouse": warehouse, "bin": unplaced},
			bin="%(bin)s",
			qty="actual_qty",
			allocated_qty="0",
			batch_no="''",
			stock_status="'Available'",
			stock_owner="''",
		)
		for k, qty in LEFT:
			_insert(
				"Receipt Layer",
				items,
				{"w": w, "k": k, "warehouse": warehouse, "qty": qty},
				warehouse="%(warehouse)s",
				batch_no="''",
				received_on=_DAY,
				remaining_qty="%(qty)s",
			)
	frappe.db.commit()
	bulk.analyze("Item", *bulk.LEDGER_TABLES, "Bin")


def _copy_of_bins(
	doctype: str, where: str = "", params: dict[str, object] | None = None, **columns: str
) -> None:
	frappe.db.sql(
		f"INSERT INTO `tab{doctype}` (name, {_STANDARD}, item_code, warehouse, {', '.join(columns)})"
		f" SELECT name, {_OF_STANDARD}, item_code, warehouse, {', '.join(columns.values())} FROM `tabBin` {where}",
		params or {},
	)


def entries(items: int, warehouses: Sequence[str], numbers: Sequence[int]) -> None:
	"""Add the entries of these numbers (1 to :data:`EACH`) to ERPNext's ledger, to ours, and to the snapshots."""
	company = frappe.db.get_value("Warehouse", warehouses[0], "company")
	for w, warehouse in enumerate(warehouses):
		unplaced = frappe.db.get_value("Warehouse Bin", {"warehouse": warehouse, "is_unplaced": 1})
		for k in numbers:
			values = {
				"w": w,
				"k": k,
				"warehouse": warehouse,
				"company": company,
				"bin": unplaced,
				"rate": RATE,
			}
			_entry(items, values)
		frappe.db.commit()
	bulk.analyze("Stock Ledger Entry", "Stock Movement", "Stock Snapshot")


def _entry(items: int, values: dict[str, object]) -> None:
	cycle, step = divmod(int(str(values["k"])) - 1, 4)
	qty = -10 if step else 40
	values |= {"qty": qty, "after": 10 * cycle + 40 - 10 * step}
	voucher_type = ("Purchase Receipt", "Delivery Note", "Stock Entry", "Delivery Note")[step]
	values |= {"type": voucher_type, "kind": "Outgoing" if step else "Incoming"}
	voucher = "CONCAT('REPORT-', %(w)s, '-', %(k)s, '-', i.seq DIV 10)"
	detail = "CONCAT('REPORT-', %(w)s, '-', %(k)s, '-', i.seq)"
	of_voucher = {"voucher_type": "%(type)s", "voucher_no": voucher, "voucher_detail_no": detail}
	at = f"TIMESTAMP({_DAY}, '12:00:00')"
	_insert(
		"Stock Ledger Entry",
		items,
		values,
		docstatus="1",
		warehouse="%(warehouse)s",
		posting_date=_DAY,
		posting_time="'12:00:00'",
		posting_datetime=at,
		actual_qty="%(qty)s",
		qty_after_transaction="%(after)s",
		incoming_rate="%(rate)s",
		valuation_rate="%(rate)s",
		stock_value="%(rate)s * %(after)s",
		stock_value_difference="%(rate)s * %(qty)s",
		stock_uom="'Nos'",
		company="%(company)s",
		**of_voucher,
	)
	_insert(
		"Stock Movement",
		items,
		values,
		warehouse="%(warehouse)s",
		bin="%(bin)s",
		qty="%(qty)s",
		kind="%(kind)s",
		posting_datetime=at,
		batch_no="''",
		stock_status="'Available'",
		stock_owner="''",
		revision="0",
		posting_key=f"MD5({detail})",
		**of_voucher,
	)
	_insert(
		"Stock Snapshot",
		items,
		values | {"flow": ("Purchase", "Sale", "Other", "Sale")[step]},
		warehouse="%(warehouse)s",
		snapshot_date=_DAY,
		flow="%(flow)s",
		qty_in="GREATEST(%(qty)s, 0)",
		qty_out="GREATEST(-%(qty)s, 0)",
		value_in="%(rate)s * GREATEST(%(qty)s, 0)",
		value_out="%(rate)s * GREATEST(-%(qty)s, 0)",
	)


def _insert(doctype: str, items: int, values: dict[str, object], **columns: str) -> None:
	name = "CONCAT('R', %(w)s, '-', LPAD(%(k)s, 3, '0'), '-', LPAD(i.seq, 6, '0'))"
	frappe.db.sql(
		f"INSERT INTO `tab{doctype}` (name, {_STANDARD}, item_code, {', '.join(columns)})"
		f" SELECT {name}, {_OF_STANDARD}, {bulk.item_code(PREFIX, 'i.seq')}, {', '.join(columns.values())}"
		f" FROM seq_1_to_{items} i",
		values,
	)
