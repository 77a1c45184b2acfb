"""Batches and serial numbers: how much of them the books have, and in which bin each serial number is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.tracked_quantity import TrackedQuantity
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches

COUNTED = """
SELECT sle.item_code, sle.warehouse, COALESCE(NULLIF(sbe.batch_no, ''), NULLIF(sle.batch_no, ''), '') AS batch_no,
	SUM(COALESCE(sbe.qty, sle.actual_qty)) AS qty
FROM `tabStock Ledger Entry` sle
LEFT JOIN `tabSerial and Batch Entry` sbe ON sbe.parent = sle.serial_and_batch_bundle
WHERE sle.is_cancelled = 0 AND {condition}
GROUP BY sle.item_code, sle.warehouse, COALESCE(NULLIF(sbe.batch_no, ''), NULLIF(sle.batch_no, ''), '')
"""
"""Quantity of each batch: from the bundles, or from entries of ERPNext 14 and before, which name their batch. It reads the
whole history of the items, so it runs only where a voucher's rows do not name the batches."""

SERIALS = """
SELECT known.name AS serial_no, known.item_code, known.batch_no,
	CASE WHEN last.serial_no IS NULL THEN known.warehouse WHEN last.actual_qty > 0 THEN last.warehouse ELSE '' END
		AS warehouse
FROM `tabItem` item
JOIN `tabSerial No` known ON known.item_code = item.name
LEFT JOIN (
	SELECT sbe.serial_no, sle.item_code, sle.warehouse, sle.actual_qty, ROW_NUMBER() OVER (
		PARTITION BY sle.item_code, sbe.serial_no ORDER BY sle.posting_datetime DESC, sle.creation DESC
	) AS nth
	FROM `tabItem` item
	JOIN `tabStock Ledger Entry` sle ON sle.item_code = item.name AND sle.is_cancelled = 0
	JOIN `tabSerial and Batch Entry` sbe ON sbe.parent = sle.serial_and_batch_bundle AND sbe.serial_no <> ''
	WHERE item.has_serial_no = 1{and_of}
) last ON last.serial_no = known.name AND last.item_code = known.item_code AND last.nth = 1
WHERE item.has_serial_no = 1{and_of}
"""
"""The warehouse of each serial number: by its last entry in the stock ledger, or by its master where no bundle names it
(entries of ERPNext 14 and before). The master alone can be wrong: a repost of a count sets it back to the counted
warehouse, even if the serial number has left since; ERPNext's Bin and bundles stay right. ``and_of`` narrows the items."""


def tracked_items(ctx: Context, items: Iterable[str]) -> dict[str, bool]:
	"""Return the items that have batches or serial numbers → whether they have serial numbers."""
	names = sorted(set(items))
	if not names:
		return {}
	rows = ctx.store.rows(
		"SELECT name, has_serial_no FROM `tabItem` WHERE name IN %(names)s AND (has_batch_no = 1 OR has_serial_no = 1)",
		{"names": names},
	)
	return {row["name"]: bool(row["has_serial_no"]) for row in rows}


def booked_quantities(ctx: Context, keys: Sequence[Key]) -> dict[Key, list[TrackedQuantity]]:
	"""Return the books' quantity (stock UOM) of each batch and serial number of tracked items, without those at zero."""
	found: dict[Key, list[TrackedQuantity]] = {key: [] for key in keys}
	with_serials = tracked_items(ctx, {item for item, _ in keys})
	serial_keys = [key for key in keys if with_serials.get(key[0])]
	batch_keys = [key for key in keys if with_serials.get(key[0]) is False]
	for row in _rows_of_keys(ctx, COUNTED, batch_keys, "sle."):
		qty = from_store(row["qty"])
		if qty:
			found[(row["item_code"], row["warehouse"])].append(TrackedQuantity(qty, row["batch_no"]))
	for row in _serials_of(ctx, sorted({item for item, _ in serial_keys})):
		if (key := (row["item_code"], row["warehouse"])) in found:
			found[key].append(TrackedQuantity(Decimal(1), row["batch_no"] or "", row["serial_no"]))
	return found


def _serials_of(ctx: Context, items: Sequence[str]) -> Iterable[Row]:
	sql = SERIALS.format(and_of=" AND item.name IN %(items)s")
	for some in batches(items):
		yield from ctx.store.rows(sql, {"items": some})


def to_send(
	ctx: Context, key: Key, qty: Decimal, sent: Sequence[TrackedQuantity] = ()
) -> list[TrackedQuantity]:
	"""Choose the batches and serial numbers for ``qty`` (stock UOM) where a row names none: by name, until it is reached.

	``sent`` is what other rows of the voucher take, as negative quantities. Raises Conflict (``negative_stock``) where
	less than ``qty`` is left.
	"""
	if not tracked_items(ctx, [key[0]]):
		return [TrackedQuantity(qty)]
	gone: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
	for entry in sent:
		gone[(entry.batch_no, entry.serial_no)] -= entry.qty
	chosen: list[TrackedQuantity] = []
	rest = qty
	for entry in sorted(
		booked_quantities(ctx, [key])[key], key=lambda entry: (entry.batch_no, entry.serial_no)
	):
		part = min(entry.qty - gone[(entry.batch_no, entry.serial_no)], rest)
		if part > 0:
			chosen.append(replace(entry, qty=part))
			rest -= part
	if rest:
		raise Conflict(
			"Only {on_hand} of item {item_code} is in {warehouse}; {qty} cannot leave.",
			code="negative_stock",
			item_code=key[0],
			warehouse=key[1],
			on_hand=to_text(qty - rest),
			qty=to_text(qty),
		)
	return chosen


def check_moving(ctx: Context, moves: Sequence[tuple[Key, TrackedQuantity]]) -> None:
	"""Check that moves of tracked items name their batches or serial numbers, take none that is not in stock, and bring no
	serial number in twice.

	Raises InvalidInput (``batch_or_serial_needed``) or Conflict (``negative_stock``, ``serial_in_stock``).
	"""
	with_serials = tracked_items(ctx, {item for (item, _), _ in moves})
	tracked = [(key, entry) for key, entry in moves if key[0] in with_serials]
	for (item, _), entry in tracked:
		if not (entry.serial_no if with_serials[item] else entry.batch_no):
			raise InvalidInput(
				"Name the batch or the serial numbers of item {item_code}.",
				code="batch_or_serial_needed",
				item_code=item,
			)
	there = booked_quantities(ctx, sorted({key for key, _ in tracked}))
	left = {
		(key, entry.batch_no, entry.serial_no): entry.qty
		for key, entries in there.items()
		for entry in entries
	}
	for key, entry in sorted(tracked, key=lambda move: -move[1].qty):
		which = (key, entry.batch_no, entry.serial_no)
		left[which] = left.get(which, ZERO) + entry.qty
		if left[which] < 0:
			raise Conflict(
				"Less of {batch_or_serial} is in {warehouse} than would leave.",
				code="negative_stock",
				batch_or_serial=entry.serial_no or entry.batch_no,
				warehouse=key[1],
			)
	_check_arriving(ctx, tracked)


def _check_arriving(ctx: Context, moves: Sequence[tuple[Key, TrackedQuantity]]) -> None:
	numbered = [(item, entry) for (item, _), entry in moves if entry.serial_no]
	times: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in _serials_of(ctx, sorted({item for item, _ in numbered})):
		times[row["serial_no"]] += bool(row["warehouse"])
	for _, entry in numbered:
		times[entry.serial_no] += entry.qty
	for serial, number in times.items():
		if number > 1:
			raise Conflict(
				"Serial number {serial_no} would be in stock twice.", code="serial_in_stock", serial_no=serial
			)


def _rows_of_keys(ctx: Context, sql: str, keys: Sequence[Key], alias: str) -> Iterable[Row]:
	for some in batches(keys):
		condition, params = key_in(some, f"{alias}item_code", f"{alias}warehouse")
		yield from ctx.store.rows(sql.format(condition=condition), params)


BEING_REPOSTED = """
SELECT DISTINCT COALESCE(sle.item_code, repost.item_code) AS item_code
FROM `tabRepost Item Valuation` repost
LEFT JOIN `tabStock Ledger Entry` sle
	ON repost.based_on = 'Transaction' AND sle.voucher_type = repost.voucher_type AND sle.voucher_no = repost.voucher_no
WHERE repost.docstatus = 1 AND repost.status IN ('Queued', 'In Progress')
"""


def being_reposted(ctx: Context) -> set[str]:
	"""Return the items that ERPNext is still reposting. Until that is done its batches and serial numbers may be wrong:
	after a backdated posting a serial number can be in stock that a later count left out."""
	return {row["item_code"] for row in ctx.store.rows(BEING_REPOSTED)}


def locations(ctx: Context, serial_nos: Iterable[str]) -> dict[str, Row]:
	"""Lock and return the locations of serial numbers that are in stock. The caller has locked their positions."""
	names, found = sorted(set(serial_nos)), {}
	for some in batches(names):
		source = ctx.store.through("Serial Location", ("serial_no",))
		sql = f"SELECT serial_no, item_code, warehouse, bin, batch_no, stock_status FROM {source} WHERE serial_no IN %(names)s"
		for row in ctx.store.rows(sql + ctx.store.for_update, {"names": some}):
			found[row["serial_no"]] = row
	return found


def serials_in(ctx: Context, keys: Iterable[Key]) -> dict[Key, dict[str, Row]]:
	"""Return the serial numbers in stock at each position, with their locations. Takes no lock."""
	found: dict[Key, dict[str, Row]] = defaultdict(dict)
	sql = "SELECT serial_no, item_code, warehouse, bin, batch_no, stock_status FROM `tabSerial Location` WHERE {condition}"
	for row in _rows_of_keys(ctx, sql, sorted(set(keys)), ""):
		found[(row["item_code"], row["warehouse"])][row["serial_no"]] = row
	return found
