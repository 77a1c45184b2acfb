"""Stock Snapshots: what came in and went out of each warehouse on each day, by item and flow.

They are changes, never balances: a backdated posting changes one row, and the balance of an earlier day is what is on hand
less all that changed since. The history begins on the day that :func:`history_begins` returns.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.stock_flow import COUNT, FlowChange, Place, VoucherFlows
from inventory_midplatform.ports import Context, LedgerEntry, Row, SnapshotConflict, Voucher
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches

DOCTYPE = "Stock Snapshot"
SNAPSHOT_KEY = ("item_code", "warehouse", "snapshot_date", "flow")
AMOUNTS = ("qty_in", "qty_out", "value_in", "value_out")
NOTHING = (ZERO,) * len(AMOUNTS)
STOCK_ENTRY = "Stock Entry"
ROWS_AT_ONCE = 1000

SnapshotKey = tuple[str, str, date, str]
"""The columns :data:`SNAPSHOT_KEY`."""


def record(ctx: Context, changes: Iterable[FlowChange]) -> None:
	"""Add changes to the snapshots of their days, in one statement. The caller has locked the positions."""
	_add(ctx, _summed(changes))


def refresh(ctx: Context, keys: Iterable[Key], since: date | None = None) -> int:
	"""Bring the snapshots of ``keys``, from the day ``since`` or from the first, to what the books' stock ledger says; return
	how many were wrong.

	Locks the snapshots, and the gaps between them, so that a settlement of the same stock waits. Raises SnapshotConflict
	where one has ended since this transaction first read: its entries may be missing in what is read of the ledger.
	"""
	wrong = 0
	for some in batches(sorted(set(keys))):
		seen = _read(ctx, some, since, locked=False)
		stored = _read(ctx, some, since, locked=True)
		if stored != seen:
			raise SnapshotConflict("Stock has moved since this transaction first read")
		right = _summed(_of_ledger(ctx, some, since))
		differing: dict[SnapshotKey, list[Decimal]] = {}
		for key in {*stored, *right}:
			old, new = stored.get(key, NOTHING), right.get(key, NOTHING)
			if any(from_store(a - b) for a, b in zip(new, old, strict=True)):
				differing[key] = [a - b for a, b in zip(new, old, strict=True)]
		_add(ctx, differing)
		wrong += len(differing)
	return wrong


def merge(ctx: Context, field: str, old: str, new: str) -> None:
	"""Add the snapshots of an item or a warehouse (``field``) to those of another, for both would have the same keys."""
	columns = ", ".join((*SNAPSHOT_KEY, *AMOUNTS))
	rows = ctx.store.rows(
		f"SELECT {columns} FROM `tab{DOCTYPE}` WHERE {field} = %(old)s ORDER BY {', '.join(SNAPSHOT_KEY)}"
		f"{ctx.store.for_update}",
		{"old": old},
	)
	for some in batches(rows):
		ctx.store.add(DOCTYPE, SNAPSHOT_KEY, [{**row, field: new} for row in some], add=AMOUNTS)
	delete(ctx, field, old)


def delete(ctx: Context, field: str, name: str) -> None:
	"""Delete the snapshots of an item or a warehouse (``field``)."""
	ctx.store.execute(f"DELETE FROM `tab{DOCTYPE}` WHERE {field} = %(name)s", {"name": name})


def history_begins(ctx: Context) -> date | None:
	"""Return the first day of which the snapshots are complete; None where there is none yet."""
	return ctx.settings.history_from


def _summed(changes: Iterable[FlowChange]) -> dict[SnapshotKey, list[Decimal]]:
	"""Return the amounts by snapshot. In or out, each by its own sign: what stock is worth may fall while it comes in."""
	sums: dict[SnapshotKey, list[Decimal]] = {}
	for change in changes:
		key = (change.item_code, change.warehouse, change.day, change.flow.value)
		amounts = sums.setdefault(key, list(NOTHING))
		sign = -1 if change.is_undone else 1
		amounts[0 if change.qty > 0 else 1] += sign * abs(change.qty)
		amounts[2 if change.value > 0 else 3] += sign * abs(change.value)
	return sums


def _add(ctx: Context, sums: Mapping[SnapshotKey, Sequence[Decimal]]) -> None:
	rows = [
		{
			**dict(zip(SNAPSHOT_KEY, key, strict=True)),
			**{name: from_store(amount) for name, amount in zip(AMOUNTS, amounts, strict=True)},
		}
		for key, amounts in sorted(sums.items())
		if any(amounts)
	]
	for some in batches(rows, ROWS_AT_ONCE):
		ctx.store.add(DOCTYPE, SNAPSHOT_KEY, some, add=AMOUNTS)


def _read(
	ctx: Context, keys: Sequence[Key], since: date | None, locked: bool
) -> dict[SnapshotKey, tuple[Decimal, ...]]:
	condition, params = key_in(keys, "item_code", "warehouse")
	if since:
		condition, params["since"] = f"{condition} AND snapshot_date >= %(since)s", since
	sql = (
		f"SELECT {', '.join((*SNAPSHOT_KEY, *AMOUNTS))} FROM {ctx.store.through(DOCTYPE, SNAPSHOT_KEY)}"
		f" WHERE {condition} ORDER BY {', '.join(SNAPSHOT_KEY)}"
	)
	rows = ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params)
	return {_key(row): tuple(from_store(row[name]) for name in AMOUNTS) for row in rows}


def _key(row: Row) -> SnapshotKey:
	day = row["snapshot_date"]
	day = day.date() if isinstance(day, datetime) else day
	return (row["item_code"], row["warehouse"], day, row["flow"])


def _of_ledger(ctx: Context, keys: Sequence[Key], since: date | None) -> Iterable[FlowChange]:
	entries = ctx.books.ledger_entries(keys, since)
	sums: dict[tuple[Voucher, Place, date], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
	for entry in entries:
		amounts = sums[(entry.voucher, entry.place, entry.day)]
		amounts[0] += entry.qty
		amounts[1] += entry.value
	flows = _flows(ctx, entries)
	for (voucher, place, day), (qty, value) in sums.items():
		detail_no, item_code, warehouse = place
		yield FlowChange(item_code, warehouse, day, flows[voucher].of(detail_no, item_code), qty, value)


def _flows(ctx: Context, entries: Sequence[LedgerEntry]) -> dict[Voucher, VoucherFlows]:
	"""Return the flows of the entries' vouchers. Of a Stock Entry all rows decide, of other vouchers only the other side of
	each row: a delivery with many rows is not read once for each of its items.
	"""
	moved: dict[Voucher, dict[Place, Decimal]] = {entry.voucher: {} for entry in entries}
	others = [entry for entry in entries if entry.voucher.voucher_type not in (COUNT, STOCK_ENTRY)]
	vouchers = sorted(
		{entry.voucher.voucher_no for entry in entries if entry.voucher.voucher_type == STOCK_ENTRY}
	)
	for part in batches(vouchers):
		_note(moved, ctx.books.posted_entries([Voucher(STOCK_ENTRY, no) for no in part]))
	for details in batches(sorted({entry.detail_no for entry in others if entry.detail_no})):
		_note(moved, ctx.books.entries_of_rows(details))
	return {voucher: VoucherFlows(voucher.voucher_type, rows) for voucher, rows in moved.items()}


def _note(moved: Mapping[Voucher, dict[Place, Decimal]], entries: Iterable[LedgerEntry]) -> None:
	for entry in entries:
		if entry.voucher in moved:
			rows = moved[entry.voucher]
			rows[entry.place] = rows.get(entry.place, ZERO) + entry.qty
