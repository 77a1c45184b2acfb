"""Movements: append them, and change bin stock and serial locations with them in the same transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.movement import NOT_IN_VOUCHER, Movement
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, compiled, key_in, table, value
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger.bin_stock import BIN_STOCK_KEY, RECEIPTS

MOVEMENTS_OF_ITEM = ("item_code", "warehouse", "posting_datetime")


def record(ctx: Context, movements: Sequence[Movement]) -> None:
	"""Append movements and apply them to bin stock and serial locations. The caller has locked the positions, and changes
	them."""
	if not movements:
		return
	ctx.store.insert(
		"Stock Movement",
		[
			{"name": new_id(), "posting_key": m.posting_key, **vars(m), "kind": m.kind.value}
			for m in movements
		],
	)
	changes: dict[tuple[str, ...], Row] = {}
	for m in movements:
		key = (m.item_code, m.bin, m.batch_no, m.stock_status, m.stock_owner)
		nothing = {"warehouse": m.warehouse, "qty": ZERO, **dict.fromkeys(RECEIPTS)}
		row = changes.setdefault(key, {**dict(zip(BIN_STOCK_KEY, key, strict=True)), **nothing})
		row["qty"] += m.qty
		if m.qty > 0:
			received = m.received_at or m.posting_datetime
			row["oldest_receipt"] = min(row["oldest_receipt"] or received, received)
			row["newest_receipt"] = max(row["newest_receipt"] or received, received)
	rows = [changes[key] for key in sorted(changes) if changes[key]["qty"]]
	ctx.store.add("Bin Stock", BIN_STOCK_KEY, rows, add=("qty",), span=RECEIPTS, while_positive="qty")
	_place_serials(ctx, [m for m in movements if m.serial_no])


def _place_serials(ctx: Context, movements: Sequence[Movement]) -> None:
	"""Write each serial number's location: where its last movement brought it, or none where that took it out."""
	last = {m.serial_no: m for m in sorted(movements, key=lambda m: m.qty > 0)}
	gone = sorted(s for s, m in last.items() if m.qty < 0)
	for some in batches(gone):
		ctx.store.execute(
			"DELETE FROM `tabSerial Location` WHERE serial_no IN %(gone)s",
			{"gone": some},
		)
	places = ("item_code", "warehouse", "bin", "batch_no", "stock_status", "stock_owner")
	rows = [
		{"serial_no": s, **{p: getattr(m, p) for p in places}} for s, m in sorted(last.items()) if m.qty > 0
	]
	ctx.store.add("Serial Location", ("serial_no",), rows, add=(), put=places)


def of_voucher(ctx: Context, posting: Posting) -> list[PostingRow]:
	"""Return a voucher's own movements, signed as they are, without adjustments and opening stock."""
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
	return [
		PostingRow(
			r["item_code"],
			r["warehouse"],
			from_store(r["qty"]),
			r["voucher_detail_no"] or "",
			bin=r["bin"],
			batch_no=r["batch_no"] or "",
			serial_no=r["serial_no"] or "",
			stock_status=r["stock_status"],
			received_at=r["received_at"],
		)
		for r in ctx.store.rows(sql, params)
	]


def revisions(ctx: Context, vouchers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
	"""Return how often each voucher (type, name) was settled before, which makes the posting keys of two settlements differ;
	of a settlement without a voucher, the moment in milliseconds.
	"""
	found = dict.fromkeys(vouchers, 0)
	if ("", "") in found:
		found[("", "")] = int(ctx.clock.now().timestamp() * 1000) % 2**31
	for some in batches(sorted(voucher for voucher in found if voucher[1])):
		condition, params = key_in(some, "voucher_type", "voucher_no")
		sql = (
			"SELECT voucher_type, voucher_no, MAX(revision) AS last FROM `tabStock Movement`"
			f" WHERE {condition} GROUP BY voucher_type, voucher_no"
		)
		for row in ctx.store.rows(sql, params):
			found[(row["voucher_type"], row["voucher_no"])] = int(row["last"]) + 1
	return found


def newest_postings(ctx: Context, keys: Iterable[Key]) -> dict[Key, datetime]:
	"""Return each key's latest posting time, which is not the time when a movement was written."""
	found: dict[Key, datetime] = {}
	for some in batches(sorted(keys)):
		condition, params = key_in(some, "item_code", "warehouse")
		sql = (
			"SELECT item_code, warehouse, MAX(posting_datetime) AS newest FROM `tabStock Movement`"
			f" WHERE {condition} GROUP BY item_code, warehouse"
		)
		for row in ctx.store.rows(sql, params):
			newest = row["newest"]
			# SQLite has only text where a column is computed
			newest = datetime.fromisoformat(newest) if isinstance(newest, str) else newest
			found[(row["item_code"], row["warehouse"])] = newest
	return found
