"""The ledger's tables: movements appended, bin stock and positions kept beside them in the same transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal

from inventory_midplatform.domain.identifiers import NAME_LIMIT, digest, new_id
from inventory_midplatform.domain.position import AVAILABLE, Key, Position
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in

UNPLACED = "UNPLACED"
"""The code of the bin in every warehouse where stock lies that nobody has put away yet."""

RECEIPTS = ("oldest_receipt", "newest_receipt")
BIN_STOCK_KEY = ("item_code", "bin", "batch_no", "stock_status", "stock_owner")
LAYER_KEY = ("item_code", "warehouse", "batch_no", "received_on")
POSITION_KEY = ("item_code", "warehouse")
MOVEMENTS_OF_ITEM = ("item_code", "warehouse", "posting_datetime")
NUMBERS = ("on_hand", "on_hold", "reserved", "waiting")
POSITIONS = "SELECT item_code, warehouse, on_hand, on_hold, reserved, waiting, last_change FROM"
BIN_STOCK = "SELECT item_code, warehouse, bin, batch_no, stock_status, qty, allocated_qty, oldest_receipt, newest_receipt FROM"


@dataclass(frozen=True)
class Movement:
	"""One signed change of what lies in one bin. ``qty`` in stock UOM."""

	item_code: str
	warehouse: str
	bin: str
	qty: Decimal
	kind: str
	posting_datetime: datetime
	batch_no: str = ""
	serial_no: str = ""
	stock_status: str = AVAILABLE
	stock_owner: str = ""
	received_at: datetime | None = None
	"""When what it brings was first received by us; the posting's own time where nothing is said."""
	voucher_type: str = ""
	voucher_no: str = ""
	voucher_detail_no: str = ""
	revision: int = 0
	reason: str = ""

	@property
	def posting_key(self) -> str:
		"""What makes this posting the one it is, whoever tells of it: settled twice, it collides with itself."""
		values = dict(vars(self))
		sign = "+" if self.qty > 0 else "-"
		for free in ("qty", "posting_datetime", "received_at", "reason"):
			del values[free]
		return digest(sign, *values.values())


def record(ctx: Context, movements: Sequence[Movement]) -> None:
	"""Append movements and carry them into bin stock. Positions are the caller's, who holds their locks."""
	if not movements:
		return
	ctx.store.insert(
		"Stock Movement",
		[{"name": new_id(), "posting_key": m.posting_key, **vars(m)} for m in movements],
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
	"""Each serial number lies where the last of its movements brought it, or nowhere where that one took it."""
	last = {m.serial_no: m for m in sorted(movements, key=lambda m: m.qty > 0)}
	gone = sorted(s for s, m in last.items() if m.qty < 0)
	for start in range(0, len(gone), 500):
		ctx.store.execute(
			"DELETE FROM `tabSerial Location` WHERE serial_no IN %(gone)s",
			{"gone": gone[start : start + 500]},
		)
	places = ("item_code", "warehouse", "bin", "batch_no", "stock_status", "stock_owner")
	rows = [
		{"serial_no": s, **{p: getattr(m, p) for p in places}} for s, m in sorted(last.items()) if m.qty > 0
	]
	ctx.store.add("Serial Location", ("serial_no",), rows, add=(), put=places)


def lock_positions(ctx: Context, keys: Iterable[Key]) -> dict[Key, Position]:
	"""Lock the positions in key order and read them as they are now; one that is missing is made."""
	return lock_and_compare(ctx, keys)[0]


def lock_and_compare(ctx: Context, keys: Iterable[Key]) -> tuple[dict[Key, Position], dict[Key, Position]]:
	"""The same, and how this transaction saw them before: where that differs, what a plain read answers of them on
	MariaDB is older than the lock.

	A missing row is found by a plain read and made by an upsert: locking the gap where it would be makes two
	first postings of an item wait for each other.
	"""
	wanted = sorted(set(keys))
	if not wanted:
		return {}, {}
	seen = read_positions(ctx, wanted)
	missing = set(wanted) - set(seen)
	if missing:
		zeros = dict.fromkeys(NUMBERS, ZERO)
		rows = [{"item_code": item, "warehouse": warehouse, **zeros} for item, warehouse in sorted(missing)]
		ctx.store.add("Stock Position", POSITION_KEY, rows, add=tuple(zeros))
	return read_positions(ctx, wanted, locked=True), seen


def lock_item(ctx: Context, item_code: str) -> list[Key]:
	"""Lock all positions of an item, and that no further one is made; answers their keys."""
	source = ctx.store.through("Stock Position", POSITION_KEY)
	sql = f"SELECT warehouse FROM {source} WHERE item_code = %(item_code)s ORDER BY warehouse"
	rows = ctx.store.rows(sql + ctx.store.for_update, {"item_code": item_code})
	return [(item_code, row["warehouse"]) for row in rows]


def read_positions(ctx: Context, keys: Iterable[Key], locked: bool = False) -> dict[Key, Position]:
	"""The positions that exist among ``keys``."""
	found: dict[Key, Position] = {}
	for some in in_parts(sorted(set(keys))):
		condition, params = key_in(some, "item_code", "warehouse")
		source = ctx.store.through("Stock Position", POSITION_KEY)
		sql = f"{POSITIONS} {source} WHERE {condition} ORDER BY item_code, warehouse"
		for row in ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params):
			position = Position(
				row["item_code"],
				row["warehouse"],
				from_store(row["on_hand"]),
				from_store(row["on_hold"]),
				from_store(row["reserved"]),
				from_store(row["waiting"]),
				row["last_change"],
			)
			found[position.key] = position
	return found


def change_positions(ctx: Context, before: Mapping[Key, Position], after: Mapping[Key, Position]) -> None:
	"""Write the difference between two readings of locked positions."""
	rows: list[Row] = []
	moved: list[Row] = []
	for key in sorted(after):
		old, new = before[key], after[key]
		row = {
			"item_code": key[0],
			"warehouse": key[1],
			"on_hand": new.on_hand - old.on_hand,
			"on_hold": new.on_hold - old.on_hold,
			"reserved": new.reserved - old.reserved,
			"waiting": new.waiting - old.waiting,
		}
		if row["on_hand"] or row["on_hold"]:
			moved.append({**row, "last_change": ctx.clock.now()})
		elif row["reserved"] or row["waiting"]:
			rows.append(row)
	ctx.store.add("Stock Position", POSITION_KEY, rows, add=NUMBERS)
	ctx.store.add("Stock Position", POSITION_KEY, moved, add=NUMBERS, put=("last_change",))


def newest_postings(ctx: Context, keys: Iterable[Key]) -> dict[Key, datetime]:
	"""When the latest of all that was posted was posted, which is not when it was written."""
	found: dict[Key, datetime] = {}
	for some in in_parts(sorted(keys)):
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


def bin_contents(ctx: Context, keys: Iterable[Key], locked: bool = True) -> dict[Key, list[BinContent]]:
	"""What of our own stock lies in the bins; of locked positions it is read with a lock."""
	contents: dict[Key, list[BinContent]] = {key: [] for key in keys}
	rows: list[Row] = []
	for some in in_parts(sorted(contents)):
		condition, params = key_in(some, "item_code", "warehouse")
		source = ctx.store.through("Bin Stock", ("item_code", "warehouse"))
		sql = f"{BIN_STOCK} {source} WHERE stock_owner = '' AND qty <> 0 AND {condition}"
		rows += ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params)
	rows.sort(key=lambda row: (row["bin"], row["batch_no"] or "", row["stock_status"]))
	_keep_within_layers(ctx, rows)
	bins = bin_facts(ctx, {row["bin"] for row in rows})
	expiry = expiry_dates(ctx, {row["batch_no"] for row in rows if row["batch_no"]})
	for row in rows:
		fact = bins.get(row["bin"], {"sequence": 0, "is_unplaced": 0})
		contents[(row["item_code"], row["warehouse"])].append(
			BinContent(
				bin=row["bin"],
				qty=from_store(row["qty"]),
				allocated=from_store(row["allocated_qty"]),
				batch_no=row["batch_no"] or "",
				stock_status=row["stock_status"],
				sequence=fact["sequence"] or 0,
				is_unplaced=bool(fact["is_unplaced"]),
				oldest_receipt=row["oldest_receipt"],
				newest_receipt=row["newest_receipt"],
				expiry_date=expiry.get(row["batch_no"] or ""),
			)
		)
	return contents


def _keep_within_layers(ctx: Context, rows: Sequence[Row]) -> None:
	"""A bin remembers its first and its last receipt, also when that stock has left. Where something lies in several, no bin
	holds what is older or newer than what is left of the receipts of all.
	"""
	several = [key for key, n in Counter((r["item_code"], r["warehouse"]) for r in rows).items() if n > 1]
	left: dict[tuple[str, str, str], tuple[date, date]] = {}
	source = ctx.store.through("Receipt Layer", LAYER_KEY)
	for some in in_parts(sorted(several)):
		condition, params = key_in(some, "item_code", "warehouse")
		sql = (
			"SELECT item_code, warehouse, batch_no, MIN(received_on) AS oldest, MAX(received_on) AS newest"
			f" FROM {source} WHERE remaining_qty > 0 AND {condition} GROUP BY item_code, warehouse, batch_no"
		)
		for row in ctx.store.rows(sql, params):
			# SQLite has only text where a column is computed
			days = [date.fromisoformat(str(row[column])[:10]) for column in ("oldest", "newest")]
			left[(row["item_code"], row["warehouse"], row["batch_no"] or "")] = (days[0], days[1])
	for row in rows:
		lot = (row["item_code"], row["warehouse"], row["batch_no"] or "")
		if lot not in left or not row["oldest_receipt"] or not row["newest_receipt"]:
			continue
		first, last = left[lot]
		# what is only known to be of that day comes behind what surely is, and before the next
		if row["oldest_receipt"].date() < first:
			row["oldest_receipt"] = datetime.combine(first, time(23, 59))
		if row["newest_receipt"].date() > last:
			row["newest_receipt"] = datetime.combine(last, time(0, 0))


def expiry_dates(ctx: Context, batches: Iterable[str]) -> dict[str, date | None]:
	names = sorted(set(batches))
	if not names:
		return {}
	sql = "SELECT name, expiry_date FROM `tabBatch` WHERE name IN %(names)s"
	return {row["name"]: row["expiry_date"] for row in ctx.store.rows(sql, {"names": names})}


def bin_facts(ctx: Context, bins: Iterable[str]) -> dict[str, Row]:
	names = sorted(set(bins))
	if not names:
		return {}
	sql = "SELECT name, warehouse, sequence, is_unplaced, disabled FROM `tabWarehouse Bin` WHERE name IN %(names)s"
	return {row["name"]: row for row in ctx.store.rows(sql, {"names": names})}


def unplaced_bins(ctx: Context, warehouses: Iterable[str]) -> dict[str, str]:
	"""The Unplaced bin of each warehouse; made where it is missing."""
	wanted = sorted(set(warehouses))
	if not wanted:
		return {}
	sql = (
		"SELECT name, warehouse FROM `tabWarehouse Bin` WHERE warehouse IN %(warehouses)s AND is_unplaced = 1"
	)
	found = {row["warehouse"]: row["name"] for row in ctx.store.rows(sql, {"warehouses": wanted})}
	missing = [warehouse for warehouse in wanted if warehouse not in found]
	if missing:
		found.update(_make_unplaced_bins(ctx, missing))
	return found


def _make_unplaced_bins(ctx: Context, warehouses: Sequence[str]) -> dict[str, str]:
	"""A bin that has the code already is the one; else one is made by an upsert, so that two may make it at once."""
	params = {
		"warehouses": warehouses,
		"code": UNPLACED,
		"names": [_unplaced_name(warehouse) for warehouse in warehouses],
	}
	having = ctx.store.rows(
		"SELECT name, warehouse FROM `tabWarehouse Bin` WHERE warehouse IN %(warehouses)s AND bin_code = %(code)s",
		params,
	)
	found = {row["warehouse"]: row["name"] for row in having}
	if found:
		ctx.store.execute(
			"UPDATE `tabWarehouse Bin` SET is_unplaced = 1, disabled = 0 WHERE name IN %(names)s",
			{"names": sorted(found.values())},
		)
	# The bin of a warehouse that was renamed keeps its name, and another warehouse may be called so since.
	taken = {
		row["name"]
		for row in ctx.store.rows(
			"SELECT name FROM `tabWarehouse Bin` WHERE name IN %(names)s AND warehouse NOT IN %(warehouses)s",
			params,
		)
	}
	companies = {
		row["name"]: row["company"]
		for row in ctx.store.rows(
			"SELECT name, company FROM `tabWarehouse` WHERE name IN %(warehouses)s", params
		)
	}
	rows: list[Row] = []
	for warehouse in warehouses:
		if warehouse in found:
			continue
		name = _unplaced_name(warehouse)
		if name in taken:
			name = f"{UNPLACED} - {new_id()}"
		found[warehouse] = name
		rows.append(
			{
				"name": name,
				"bin_code": UNPLACED,
				"warehouse": warehouse,
				"company": companies.get(warehouse),
				"is_unplaced": 1,
			}
		)
	ctx.store.add("Warehouse Bin", ("name",), rows, add=(), put=("is_unplaced",))
	return found


def _unplaced_name(warehouse: str) -> str:
	name = f"{UNPLACED} - {warehouse}"
	return name if len(name) <= NAME_LIMIT else f"{name[: NAME_LIMIT - 13]}-{digest(warehouse)[:12]}"


def merge_items(ctx: Context, old: str, new: str) -> None:
	"""Fold what is known of ``old`` into ``new``: bin stock, layers and positions, whose keys both items would share.

	Movements and reservations are the caller's to re-point. Where nothing of ``old`` is left, nothing happens.
	"""
	items = {"old": old, "new": new}
	warehouses = {
		row["warehouse"]
		for row in ctx.store.rows(
			"SELECT warehouse FROM `tabStock Position` WHERE item_code = %(old)s"
			" UNION SELECT warehouse FROM `tabBin Stock` WHERE item_code = %(old)s",
			items,
		)
	}
	if not warehouses:
		return
	before = lock_positions(ctx, [(item, w) for item in (old, new) for w in warehouses])
	after = dict(before)
	for warehouse in warehouses:
		gone, kept = before[(old, warehouse)], before[(new, warehouse)]
		after[gone.key] = replace(gone, on_hand=ZERO, on_hold=ZERO, reserved=ZERO, waiting=ZERO)
		after[kept.key] = replace(
			kept,
			on_hand=kept.on_hand + gone.on_hand,
			on_hold=kept.on_hold + gone.on_hold,
			reserved=kept.reserved + gone.reserved,
			waiting=kept.waiting + gone.waiting,
		)
	change_positions(ctx, before, after)
	lying = ctx.store.rows(
		"SELECT bin, warehouse, batch_no, stock_status, stock_owner, qty, allocated_qty, oldest_receipt, newest_receipt"
		" FROM `tabBin Stock`"
		f" WHERE item_code = %(old)s ORDER BY bin, batch_no, stock_status, stock_owner{ctx.store.for_update}",
		items,
	)
	ctx.store.add(
		"Bin Stock",
		BIN_STOCK_KEY,
		[{**row, "item_code": new} for row in lying],
		add=("qty", "allocated_qty"),
		span=RECEIPTS,
		while_positive="qty",
	)
	layers = ctx.store.rows(
		"SELECT warehouse, batch_no, received_on, remaining_qty FROM `tabReceipt Layer`"
		f" WHERE item_code = %(old)s ORDER BY warehouse, batch_no, received_on{ctx.store.for_update}",
		items,
	)
	ctx.store.add(
		"Receipt Layer", LAYER_KEY, [{**row, "item_code": new} for row in layers], add=("remaining_qty",)
	)
	ctx.store.execute("DELETE FROM `tabReceipt Layer` WHERE item_code = %(old)s", items)
	ctx.store.execute("DELETE FROM `tabBin Stock` WHERE item_code = %(old)s", items)
	ctx.store.execute("DELETE FROM `tabStock Position` WHERE item_code = %(old)s", items)


def in_parts(keys: Sequence[Key], size: int = 200) -> Iterable[Sequence[Key]]:
	"""Long key lists go in several statements: SQLite bounds parameters and expression depth."""
	return (keys[start : start + size] for start in range(0, len(keys), size))
