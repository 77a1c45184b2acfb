"""The rows that a voucher moved; of a cancelled one, its own movements with the opposite sign."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.movement import NOT_IN_VOUCHER
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store, take
from inventory_midplatform.ports import Context
from inventory_midplatform.query import Query, compiled, table, value
from inventory_midplatform.services.settlement.postings import Posting, PostingRow


def moved_rows(ctx: Context, posting: Posting, change: Mapping[Key, Decimal]) -> list[PostingRow]:
	"""Return one row per voucher row, bin, batch and serial number, outgoing first, without rows that undo each other.

	``change`` is the change of each position in the settlement, in stock UOM: a count without batches and serial numbers
	moves all of it.
	"""
	if posting.cancelled:
		return _reversed(ctx, posting, change)
	# ERPNext takes out what it counts by batch or serial number, and brings in what was counted
	counted = {
		row.key: row for row in posting.rows if posting.counted and not (row.batch_no or row.serial_no)
	}
	sums: dict[tuple[Key, str, str, str, str], PostingRow] = {}
	for row in posting.rows:
		if row.key in counted:
			continue
		where = (row.key, row.detail_no, row.bin, row.batch_no, row.serial_no)
		old = sums.get(where)
		sums[where] = replace(old, qty=old.qty + row.qty) if old else row
	changed = [replace(row, qty=change[key]) for key, row in sorted(counted.items()) if change[key]]
	moved = [row for _, row in sorted(sums.items(), key=lambda pair: pair[0]) if row.qty]
	return changed + sorted(moved, key=lambda row: row.qty > 0)


def _reversed(ctx: Context, posting: Posting, change: Mapping[Key, Decimal]) -> list[PostingRow]:
	"""Return our movements of a cancelled voucher with the opposite sign, in the bins and statuses that they touched."""
	t = table("Stock Movement")
	sql, params = compiled(
		Query.from_(t)
		.select(
			t.item_code,
			t.warehouse,
			t.bin,
			t.voucher_detail_no,
			t.batch_no,
			t.serial_no,
			t.stock_status,
			t.received_at,
			t.qty,
		)
		.where(t.voucher_type == value(posting.voucher_type))
		.where(t.voucher_no == value(posting.voucher_no))
		.where(t.kind.notin([value(kind.value) for kind in NOT_IN_VOUCHER]))
	)
	sums: dict[PostingRow, Decimal] = defaultdict(lambda: ZERO)
	received: dict[PostingRow, datetime | None] = {}
	for r in ctx.store.rows(sql, params):
		row = PostingRow(
			r["item_code"],
			r["warehouse"],
			ZERO,
			r["voucher_detail_no"] or "",
			bin=r["bin"],
			batch_no=r["batch_no"] or "",
			serial_no=r["serial_no"] or "",
			stock_status=r["stock_status"],
		)
		sums[row] -= from_store(r["qty"])
		received[row] = r["received_at"]
	rows = [
		replace(row, qty=qty, received_at=received[row])
		for row, qty in sums.items()
		if qty and row.key in change
	]
	left = dict(posting.uninspected)
	rows = [part for row in rows for part in (_leaving(row, left) if row.qty < 0 else (row,))]
	return sorted(rows, key=lambda row: (row.qty > 0, row.key, row.detail_no, row.bin))


def _leaving(row: PostingRow, left: dict[tuple[str, str, str], Decimal]) -> Iterator[PostingRow]:
	"""Yield what leaves again in the statuses in which it is now: what nobody has inspected yet on hold, the rest available,
	whatever status it came in.
	"""
	key = (row.item_code, row.warehouse, row.batch_no)
	part = take(left, key, -row.qty) if row.stock_status != AVAILABLE and not row.serial_no else ZERO
	if part:
		yield replace(row, qty=-part)
	if part < -row.qty:
		yield replace(row, qty=row.qty + part, stock_status=AVAILABLE)


class Revisions:
	"""The number of earlier settlements of each voucher, which makes the posting keys of two settlements differ."""

	def __init__(self, ctx: Context):
		self.ctx = ctx
		self._found: dict[tuple[str, str], int] = {}

	def of(self, posting: Posting) -> int:
		"""Return the voucher's revision; of a settlement without a voucher, the moment in milliseconds."""
		voucher = (posting.voucher_type, posting.voucher_no)
		if voucher not in self._found:
			self._found[voucher] = (
				self._next(voucher)
				if posting.voucher_no
				else int(self.ctx.clock.now().timestamp() * 1000) % 2**31
			)
		return self._found[voucher]

	def _next(self, voucher: tuple[str, str]) -> int:
		last = self.ctx.store.rows(
			"SELECT MAX(revision) AS last FROM `tabStock Movement`"
			" WHERE voucher_type = %(type)s AND voucher_no = %(no)s",
			{"type": voucher[0], "no": voucher[1]},
		)[0]["last"]
		return 0 if last is None else int(last) + 1
