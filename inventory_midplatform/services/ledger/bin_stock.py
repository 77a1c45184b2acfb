"""What each bin holds, and the Unplaced bin of every warehouse."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from inventory_midplatform.domain.identifiers import NAME_LIMIT, digest, new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches

UNPLACED = "UNPLACED"
"""The code of every warehouse's bin for stock that is received and not put away yet."""


RECEIPTS = ("oldest_receipt", "newest_receipt")


BIN_STOCK_KEY = ("item_code", "bin", "batch_no", "stock_status", "stock_owner")


LAYER_KEY = ("item_code", "warehouse", "batch_no", "received_on")


BIN_STOCK = "SELECT item_code, warehouse, bin, batch_no, stock_status, qty, allocated_qty, oldest_receipt, newest_receipt FROM"


def bin_contents(ctx: Context, keys: Iterable[Key], locked: bool = True) -> dict[Key, list[BinContent]]:
	"""Return what the bins hold of our own stock, in stock UOM.

	Read with a lock, on positions that the caller has locked; without one where ``locked`` is False.
	"""
	return contents_and_bins(ctx, keys, (), locked=locked)[0]


def contents_and_bins(
	ctx: Context,
	keys: Iterable[Key],
	named: Iterable[str],
	unplaced_of: Iterable[str] = (),
	locked: bool = True,
) -> tuple[dict[Key, list[BinContent]], dict[str, Row]]:
	"""Return what the bins hold as :func:`bin_contents` does, and the facts of these bins, of the ``named``, and of the
	Unplaced bins of warehouses."""
	contents: dict[Key, list[BinContent]] = {key: [] for key in keys}
	rows: list[Row] = []
	for some in batches(sorted(contents)):
		condition, params = key_in(some, "item_code", "warehouse")
		source = ctx.store.through("Bin Stock", ("item_code", "warehouse"))
		sql = f"{BIN_STOCK} {source} WHERE stock_owner = '' AND qty <> 0 AND {condition}"
		rows += ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params)
	rows.sort(key=lambda row: (row["bin"], row["batch_no"] or "", row["stock_status"]))
	_limit_to_layers(ctx, rows)
	bins = bin_facts(ctx, {*named, *(row["bin"] for row in rows)}, unplaced_of)
	batch_facts_of = batch_facts(ctx, {row["batch_no"] for row in rows if row["batch_no"]})
	for row in rows:
		fact = bins.get(row["bin"], NO_BIN)
		batch = batch_facts_of.get(row["batch_no"] or "", NO_BATCH)
		contents[(row["item_code"], row["warehouse"])].append(
			BinContent(
				bin=row["bin"],
				qty=from_store(row["qty"]),
				allocated=from_store(row["allocated_qty"]),
				batch_no=row["batch_no"] or "",
				stock_status=row["stock_status"],
				sequence=fact["sequence"] or 0,
				is_unplaced=bool(fact["is_unplaced"]),
				is_staging=bool(fact["is_staging"]),
				oldest_receipt=row["oldest_receipt"],
				newest_receipt=row["newest_receipt"],
				expiry_date=batch["expiry_date"],
				batch_disabled=bool(batch["disabled"]),
				closed=bool(fact["disabled"] or fact["zone_disabled"]),
			)
		)
	return contents, bins


def _limit_to_layers(ctx: Context, rows: Sequence[Row]) -> None:
	"""Limit the receipt dates of rows to the dates of the remaining layers.

	A bin stores its first and last receipt even after that stock has left. Where an item is in several bins, none of them
	holds stock older or newer than what is left of all receipts.
	"""
	several = [key for key, n in Counter((r["item_code"], r["warehouse"]) for r in rows).items() if n > 1]
	left: dict[tuple[str, str, str], tuple[date, date]] = {}
	source = ctx.store.through("Receipt Layer", LAYER_KEY)
	for some in batches(sorted(several)):
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
		batch = (row["item_code"], row["warehouse"], row["batch_no"] or "")
		if batch not in left or not row["oldest_receipt"] or not row["newest_receipt"]:
			continue
		first, last = left[batch]
		# only the day is known: such stock sorts after what has a time on that day, and before the next day
		if row["oldest_receipt"].date() < first:
			row["oldest_receipt"] = datetime.combine(first, time(23, 59))
		if row["newest_receipt"].date() > last:
			row["newest_receipt"] = datetime.combine(last, time(0, 0))


NO_BATCH: Row = {"expiry_date": None, "disabled": 0}


def batch_facts(ctx: Context, batches: Iterable[str]) -> dict[str, Row]:
	"""Return expiry_date and disabled of each batch that exists."""
	names = sorted(set(batches))
	if not names:
		return {}
	sql = "SELECT name, expiry_date, disabled FROM `tabBatch` WHERE name IN %(names)s"
	return {row["name"]: row for row in ctx.store.rows(sql, {"names": names})}


NO_BIN: Row = {
	"sequence": 0,
	"is_unplaced": 0,
	"is_staging": 0,
	"is_reject": 0,
	"disabled": 0,
	"zone_disabled": 0,
}


FACTS = (
	"SELECT bin.name, bin.warehouse, bin.sequence, bin.is_unplaced, bin.is_staging, bin.is_reject,"
	" bin.disabled, zone.disabled AS zone_disabled"
	" FROM `tabWarehouse Bin` bin LEFT JOIN `tabWarehouse Zone` zone ON zone.name = bin.zone WHERE"
)


def bin_facts(ctx: Context, bins: Iterable[str], unplaced_of: Iterable[str] = ()) -> dict[str, Row]:
	"""Return warehouse, sequence, is_unplaced, is_staging, is_reject, disabled and zone_disabled of each bin that exists, and
	of the Unplaced bins of warehouses."""
	names, warehouses = sorted(set(bins)), sorted(set(unplaced_of))
	parts = [
		*([f"{FACTS} bin.name IN %(names)s"] if names else []),
		*([f"{FACTS} bin.warehouse IN %(warehouses)s AND bin.is_unplaced = 1"] if warehouses else []),
	]
	rows = ctx.store.rows(" UNION ".join(parts), {"names": names, "warehouses": warehouses}) if parts else ()
	return {row["name"]: row for row in rows}


def bin_codes(ctx: Context, bins: Iterable[str]) -> dict[str, Row]:
	"""Return bin_code and zone of each bin that exists."""
	names = sorted(set(bins))
	sql = "SELECT name, bin_code, zone FROM `tabWarehouse Bin` WHERE name IN %(names)s"
	return {row["name"]: row for row in ctx.store.rows(sql, {"names": names})} if names else {}


def unplaced_bins(
	ctx: Context, warehouses: Iterable[str], facts: Mapping[str, Row] | None = None
) -> dict[str, str]:
	"""Return the Unplaced bin of each warehouse; a missing one is created. ``facts`` are theirs, where they were read."""
	places = sorted(set(warehouses))
	facts = bin_facts(ctx, (), places) if facts is None else facts
	found = {fact["warehouse"]: name for name, fact in facts.items() if fact["is_unplaced"]}
	missing = [warehouse for warehouse in places if warehouse not in found]
	if missing:
		found.update(_make_unplaced_bins(ctx, missing))
	return found


def _make_unplaced_bins(ctx: Context, warehouses: Sequence[str]) -> dict[str, str]:
	"""Create the Unplaced bins by an upsert, so that two may do it at once; a bin that has the code already becomes it."""
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
	# A renamed warehouse's bin has its old name still, and a new warehouse may have that name now.
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
