"""Movements: append them, and change bin stock and serial locations with them in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.identifiers import digest, new_id
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger.bin_stock import BIN_STOCK_KEY, RECEIPTS

MOVEMENTS_OF_ITEM = ("item_code", "warehouse", "posting_datetime")


@dataclass(frozen=True)
class Movement:
	"""One signed change of a bin's stock. ``qty`` in stock UOM."""

	item_code: str
	warehouse: str
	bin: str
	qty: Decimal
	kind: MovementKind
	posting_datetime: datetime
	batch_no: str = ""
	serial_no: str = ""
	stock_status: str = AVAILABLE
	stock_owner: str = ""
	received_at: datetime | None = None
	"""When its stock was first received; None for the posting's own time."""
	voucher_type: str = ""
	voucher_no: str = ""
	voucher_detail_no: str = ""
	revision: int = 0
	reason: str = ""

	@property
	def posting_key(self) -> str:
		"""Return the unique key of this change: settled a second time, it collides with the first."""
		values = dict(vars(self))
		sign = "+" if self.qty > 0 else "-"
		for free in ("qty", "posting_datetime", "received_at", "reason"):
			del values[free]
		return digest(sign, *values.values())


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
