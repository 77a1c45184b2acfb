"""ERPNext's stock ledger, read for the Books port: balances, totals, entries and their values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.receipt_layers import Change
from inventory_midplatform.ports import LedgerEntry, Voucher
from inventory_midplatform.query import key_in

_LAST_ENTRIES = """
SELECT bin.item_code, bin.warehouse, (
	SELECT sle.qty_after_transaction FROM `tabStock Ledger Entry` sle
	WHERE sle.item_code = bin.item_code AND sle.warehouse = bin.warehouse AND sle.is_cancelled = 0
	ORDER BY sle.posting_datetime DESC, sle.creation DESC LIMIT 1
) AS qty
FROM `tabBin` bin WHERE {condition}
"""
"""The balance in the last entry, as ERPNext reads it (``stock_balance.get_balance_qty_from_sle``)."""

_ENTRIES = """
SELECT sle.item_code, sle.warehouse, sle.actual_qty, sle.qty_after_transaction,
	sle.voucher_type = 'Stock Reconciliation' AS counted,
	COALESCE(sle.batch_no, '') <> '' OR COALESCE(sle.serial_and_batch_bundle, '') <> '' AS by_lot
FROM `tabBin` bin
JOIN `tabStock Ledger Entry` sle ON sle.item_code = bin.item_code AND sle.warehouse = bin.warehouse
WHERE {condition} AND sle.is_cancelled = 0
ORDER BY sle.posting_datetime, sle.creation
"""
"""The entries in the order in which ERPNext's Stock Ledger Invariant Check adds them up. A count by batch or serial number
takes out the old quantity and brings in the counted one; an entry dated before it changes the old quantity, and only a
repost corrects that."""


_FINER_ENTRIES = """
SELECT sle.item_code, sle.warehouse, COUNT(*) AS number
FROM `tabStock Ledger Entry` sle
WHERE {condition} AND (
	ABS(sle.actual_qty - ROUND(sle.actual_qty, %(precision)s)) > 1e-9 OR sle.voucher_type = 'Stock Reconciliation'
)
GROUP BY sle.item_code, sle.warehouse
"""
"""Entries after which ERPNext rounds the balance. A count stores the rounded balance, and the exact quantity in the Bin."""


_POSTED = """
SELECT voucher_type, voucher_no, voucher_detail_no, item_code, warehouse, posting_date, actual_qty,
	stock_value_difference, is_cancelled, creation, modified
FROM `tabStock Ledger Entry` WHERE {condition}
"""
"""A cancelled voucher has its entries and one that reverses each. ``stock_ledger.set_as_cancel`` gives the former, all in
one statement, the moment of the cancellation as ``modified``."""

_SETS_BALANCE = """
	voucher_type = 'Stock Reconciliation' AND (COALESCE(batch_no, '') = '' OR COALESCE(serial_no, '') <> '') AS sets_balance
"""
_IN_ORDER = f"""
SELECT voucher_type, voucher_no, voucher_detail_no, item_code, warehouse, posting_date, actual_qty,
	qty_after_transaction, stock_value_difference, {_SETS_BALANCE}
FROM `tabStock Ledger Entry` WHERE {{condition}} AND is_cancelled = 0
ORDER BY item_code, warehouse, posting_datetime, creation
"""
"""The entries in the order, and with the counts, as ERPNext's Stock Balance adds them up."""

_OF_ITEMS = f"""
SELECT sle.*, lot.batch_no AS lot, lot.qty AS lot_qty
FROM (
	SELECT voucher_type, voucher_no, voucher_detail_no, item_code, warehouse, posting_datetime, creation, actual_qty,
		qty_after_transaction, batch_no, serial_and_batch_bundle, {_SETS_BALANCE}
	FROM `tabStock Ledger Entry` WHERE item_code IN %(items)s AND is_cancelled = 0
) sle
LEFT JOIN `tabSerial and Batch Entry` lot
	ON lot.parent = sle.serial_and_batch_bundle AND COALESCE(lot.batch_no, '') <> ''
ORDER BY sle.item_code, sle.warehouse, sle.posting_datetime, sle.creation, lot.idx
"""
"""Of what has batches, a row for each batch of an entry's Serial and Batch Bundle."""

_BALANCES_BEFORE = """
SELECT bin.item_code, bin.warehouse, (
	SELECT sle.qty_after_transaction FROM `tabStock Ledger Entry` sle
	WHERE sle.item_code = bin.item_code AND sle.warehouse = bin.warehouse AND sle.is_cancelled = 0
		AND sle.posting_datetime < %(end)s
	ORDER BY sle.posting_datetime DESC, sle.creation DESC LIMIT 1
) AS qty
FROM `tabBin` bin WHERE {condition}
"""

_NEXT_COUNT = """
SELECT posting_date, COALESCE(batch_no, '') <> '' OR COALESCE(serial_and_batch_bundle, '') <> '' AS by_lot
FROM `tabStock Ledger Entry`
WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s AND voucher_type = 'Stock Reconciliation'
	AND is_cancelled = 0 AND posting_datetime >= %(at)s
ORDER BY posting_datetime, creation LIMIT 1
"""
"""As ``stock_ledger.get_next_stock_reco`` finds it."""


class SiteLedger:
	def ledger_balances(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		condition, params = key_in(keys, "bin.item_code", "bin.warehouse")
		rows = frappe.db.sql(_LAST_ENTRIES.format(condition=condition), params)
		return {(item, warehouse): from_store(qty) for item, warehouse, qty in rows if qty is not None}

	def ledger_totals(self, keys: Sequence[Key], locked: bool) -> dict[Key, Decimal]:
		condition, params = key_in(keys, "bin.item_code", "bin.warehouse")
		lock = " LOCK IN SHARE MODE" if locked else ""
		totals: dict[Key, Decimal] = {}
		unsure: set[Key] = set()
		for entry in frappe.db.sql(_ENTRIES.format(condition=condition) + lock, params, as_dict=True):
			key = (entry.item_code, entry.warehouse)
			if entry.counted and entry.by_lot:
				unsure.add(key)
			elif entry.counted:
				totals[key] = from_store(entry.qty_after_transaction)
			else:
				totals[key] = totals.get(key, ZERO) + from_store(entry.actual_qty)
		return {key: qty for key, qty in totals.items() if key not in unsure}

	def posted_entries(self, vouchers: Sequence[Voucher]) -> list[LedgerEntry]:
		condition, params = key_in(
			[(v.voucher_type, v.voucher_no) for v in vouchers], "voucher_type", "voucher_no"
		)
		rows = frappe.db.sql(_POSTED.format(condition=condition), params, as_dict=True)
		cancelled: dict[Voucher, Any] = {}
		for row in rows:
			if row.is_cancelled and row.modified > row.creation:
				voucher = Voucher(row.voucher_type, row.voucher_no)
				cancelled[voucher] = max(row.modified, cancelled.get(voucher, row.modified))
		submitted = {Voucher(row.voucher_type, row.voucher_no) for row in rows if not row.is_cancelled}
		found = []
		for row in rows:
			voucher = Voucher(row.voucher_type, row.voucher_no)
			if row.is_cancelled == 0 or (voucher not in submitted and row.modified == cancelled.get(voucher)):
				found.append(_ledger_entry(row, voucher))
		return found

	def ledger_entries(self, keys: Sequence[Key], since: date | None) -> list[LedgerEntry]:
		condition, params = key_in(keys, "item_code", "warehouse")
		balances: dict[Key, Decimal] = {}
		if since:
			params["since"] = datetime.combine(since, time())
			balances = self._balances_before(keys, params["since"])
			condition += " AND posting_datetime >= %(since)s"
		found = []
		for row in frappe.db.sql(_IN_ORDER.format(condition=condition), params, as_dict=True):
			entry, key = (
				_ledger_entry(row, Voucher(row.voucher_type, row.voucher_no)),
				(row.item_code, row.warehouse),
			)
			before = balances.get(key, ZERO)
			if row.sets_balance:
				entry = replace(entry, qty=from_store(row.qty_after_transaction) - before)
			balances[key] = before + entry.qty
			found.append(entry)
		return found

	def changes_of_items(self, items: Sequence[str]) -> list[Change]:
		balances: dict[Key, Decimal] = defaultdict(lambda: ZERO)
		found = []
		for row in frappe.db.sql(_OF_ITEMS, {"items": tuple(items)}, as_dict=True):
			key = (row.item_code, row.warehouse)
			qty = from_store(row.actual_qty if row.lot is None else row.lot_qty)
			if row.sets_balance and row.lot is None:
				qty = from_store(row.qty_after_transaction) - balances[key]
			balances[key] += qty
			batch_no = row.lot or row.batch_no or ""
			voucher = (row.voucher_type, row.voucher_no, row.voucher_detail_no or "")
			found.append(Change(key, qty, row.posting_datetime, batch_no, *voucher))
		return found

	def entries_of_rows(self, detail_nos: Sequence[str]) -> list[LedgerEntry]:
		condition = "voucher_detail_no IN %(details)s AND is_cancelled = 0"
		rows = frappe.db.sql(
			_POSTED.format(condition=condition), {"details": tuple(detail_nos)}, as_dict=True
		)
		return [_ledger_entry(row, Voucher(row.voucher_type, row.voucher_no)) for row in rows]

	def balances_after(self, day: date, items: Collection[str] | None) -> dict[Key, Decimal]:
		condition = "1 = 1" if items is None else "bin.item_code IN %(items)s"
		params = {
			"items": tuple(sorted(items or ("",))),
			"end": datetime.combine(day, time()) + timedelta(days=1),
		}
		rows = frappe.db.sql(_BALANCES_BEFORE.format(condition=condition), params)
		return {(item, warehouse): from_store(qty) for item, warehouse, qty in rows if qty}

	def _balances_before(self, keys: Sequence[Key], moment: datetime) -> dict[Key, Decimal]:
		condition, params = key_in(keys, "bin.item_code", "bin.warehouse")
		rows = frappe.db.sql(_BALANCES_BEFORE.format(condition=condition), {**params, "end": moment})
		return {(item, warehouse): from_store(qty) for item, warehouse, qty in rows if qty}

	def next_counts(self, since: Mapping[Key, datetime]) -> dict[Key, date]:
		found: dict[Key, date] = {}
		for key, at in since.items():
			rows = frappe.db.sql(
				_NEXT_COUNT, {"item_code": key[0], "warehouse": key[1], "at": at}, as_dict=True
			)
			if rows and not rows[0].by_lot:
				found[key] = rows[0].posting_date
		return found

	@property
	def half_unit(self) -> Decimal:
		"""ERPNext rounds ``qty_after_transaction`` to the site's float precision (``stock_ledger.update_entries_after``)."""
		return Decimal(5).scaleb(-1 - _float_precision())

	def rounding(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		condition, params = key_in(keys, "sle.item_code", "sle.warehouse")
		params["precision"] = _float_precision()
		rows = frappe.db.sql(_FINER_ENTRIES.format(condition=condition), params)
		return {(item, warehouse): number * self.half_unit for item, warehouse, number in rows}


def _ledger_entry(row: Any, voucher: Voucher) -> LedgerEntry:
	return LedgerEntry(
		voucher,
		row.voucher_detail_no or "",
		row.item_code,
		row.warehouse,
		row.posting_date,
		from_store(row.actual_qty),
		from_store(row.stock_value_difference),
	)


def _float_precision() -> int:
	return int(frappe.utils.cint(frappe.db.get_default("float_precision"))) or 2
