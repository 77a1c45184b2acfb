"""Lots: batches and serial numbers, as the books count them and where each serial number lies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in

COUNTED = """
SELECT sle.item_code, sle.warehouse, COALESCE(NULLIF(sbe.batch_no, ''), NULLIF(sle.batch_no, ''), '') AS batch_no,
	SUM(COALESCE(sbe.qty, sle.actual_qty)) AS qty
FROM `tabStock Ledger Entry` sle
LEFT JOIN `tabSerial and Batch Entry` sbe ON sbe.parent = sle.serial_and_batch_bundle
WHERE sle.is_cancelled = 0 AND {condition}
GROUP BY sle.item_code, sle.warehouse, COALESCE(NULLIF(sbe.batch_no, ''), NULLIF(sle.batch_no, ''), '')
"""
"""Quantity of each batch: from the bundles, or from entries of ERPNext 14 and before, which name their batch. Walks the
history of the items it is asked about, so it is asked only where a voucher's rows do not tell."""

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
"""Where each serial number is by its last entry in the stock ledger; by its master where no bundle has it (entries of
ERPNext 14 and before). The master alone does not do: a repost of a count sets it back to where it was counted, though
it has left since, and ERPNext's own Bin and bundles stay right. ``and_of`` narrows the items."""


@dataclass(frozen=True)
class Lot:
	"""A quantity of one batch, or one serial number (of one batch or none)."""

	qty: Decimal
	batch_no: str = ""
	serial_no: str = ""


def tracked_items(ctx: Context, items: Iterable[str]) -> dict[str, bool]:
	"""Items with batches or serial numbers; the value says whether they have serial numbers."""
	names = sorted(set(items))
	if not names:
		return {}
	rows = ctx.store.rows(
		"SELECT name, has_serial_no FROM `tabItem` WHERE name IN %(names)s AND (has_batch_no = 1 OR has_serial_no = 1)",
		{"names": names},
	)
	return {row["name"]: bool(row["has_serial_no"]) for row in rows}


def in_books(ctx: Context, keys: Sequence[Key]) -> dict[Key, list[Lot]]:
	"""What the books have of each batch and serial number of tracked items. Lots of quantity zero are left out."""
	found: dict[Key, list[Lot]] = {key: [] for key in keys}
	with_serials = tracked_items(ctx, {item for item, _ in keys})
	serial_keys = [key for key in keys if with_serials.get(key[0])]
	batch_keys = [key for key in keys if with_serials.get(key[0]) is False]
	for row in _asked(ctx, COUNTED, batch_keys, "sle."):
		qty = from_store(row["qty"])
		if qty:
			found[(row["item_code"], row["warehouse"])].append(Lot(qty, row["batch_no"]))
	for row in _serials_of(ctx, sorted({item for item, _ in serial_keys})):
		if (key := (row["item_code"], row["warehouse"])) in found:
			found[key].append(Lot(Decimal(1), row["batch_no"] or "", row["serial_no"]))
	return found


def _serials_of(ctx: Context, items: Sequence[str]) -> Iterable[Row]:
	sql = SERIALS.format(and_of=" AND item.name IN %(items)s")
	for start in range(0, len(items), 200):
		yield from ctx.store.rows(sql, {"items": items[start : start + 200]})


def to_send(ctx: Context, key: Key, qty: Decimal, sent: Sequence[Lot] = ()) -> list[Lot]:
	"""What of an item is sent where nobody says: its batches and serial numbers by name, as many as it takes.

	``sent`` leaves already, by another row of the voucher: signed, so negative. Raises Conflict (``negative_stock``)
	where all there is does not make ``qty``.
	"""
	if not tracked_items(ctx, [key[0]]):
		return [Lot(qty)]
	gone: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
	for lot in sent:
		gone[(lot.batch_no, lot.serial_no)] -= lot.qty
	chosen: list[Lot] = []
	rest = qty
	for lot in sorted(in_books(ctx, [key])[key], key=lambda lot: (lot.batch_no, lot.serial_no)):
		part = min(lot.qty - gone[(lot.batch_no, lot.serial_no)], rest)
		if part > 0:
			chosen.append(replace(lot, qty=part))
			rest -= part
	if rest:
		raise Conflict(
			"Only {on_hand} of item {item_code} lies in {warehouse}; {qty} cannot leave.",
			code="negative_stock",
			item_code=key[0],
			warehouse=key[1],
			on_hand=to_text(qty - rest),
			qty=to_text(qty),
		)
	return chosen


def check_moving(ctx: Context, moves: Sequence[tuple[Key, Lot]]) -> None:
	"""Of an item with batches or serial numbers it is said which ones move; those that leave are there, and no serial
	number is in stock twice.

	Raises InvalidInput (``lot_needed``) and Conflict (``negative_stock``, ``serial_in_stock``).
	"""
	with_serials = tracked_items(ctx, {item for (item, _), _ in moves})
	tracked = [(key, lot) for key, lot in moves if key[0] in with_serials]
	for (item, _), lot in tracked:
		if not (lot.serial_no if with_serials[item] else lot.batch_no):
			raise InvalidInput(
				"Name the batch or the serial numbers of item {item_code}.", code="lot_needed", item_code=item
			)
	there = in_books(ctx, sorted({key for key, _ in tracked}))
	left = {(key, lot.batch_no, lot.serial_no): lot.qty for key, lots in there.items() for lot in lots}
	for key, lot in sorted(tracked, key=lambda move: -move[1].qty):
		which = (key, lot.batch_no, lot.serial_no)
		left[which] = left.get(which, ZERO) + lot.qty
		if left[which] < 0:
			raise Conflict(
				"Less of {lot} lies in {warehouse} than would leave.",
				code="negative_stock",
				lot=lot.serial_no or lot.batch_no,
				warehouse=key[1],
			)
	_check_arriving(ctx, tracked)


def _check_arriving(ctx: Context, moves: Sequence[tuple[Key, Lot]]) -> None:
	numbered = [(item, lot) for (item, _), lot in moves if lot.serial_no]
	times: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in _serials_of(ctx, sorted({item for item, _ in numbered})):
		times[row["serial_no"]] += bool(row["warehouse"])
	for _, lot in numbered:
		times[lot.serial_no] += lot.qty
	for serial, number in times.items():
		if number > 1:
			raise Conflict(
				"Serial number {serial_no} would be in stock twice.", code="serial_in_stock", serial_no=serial
			)


def _asked(ctx: Context, sql: str, keys: Sequence[Key], alias: str) -> Iterable[Row]:
	for start in range(0, len(keys), 200):
		condition, params = key_in(keys[start : start + 200], f"{alias}item_code", f"{alias}warehouse")
		yield from ctx.store.rows(sql.format(condition=condition), params)


BEING_REPOSTED = """
SELECT DISTINCT COALESCE(sle.item_code, repost.item_code) AS item_code
FROM `tabRepost Item Valuation` repost
LEFT JOIN `tabStock Ledger Entry` sle
	ON repost.based_on = 'Transaction' AND sle.voucher_type = repost.voucher_type AND sle.voucher_no = repost.voucher_no
WHERE repost.docstatus = 1 AND repost.status IN ('Queued', 'In Progress')
"""


def being_reposted(ctx: Context) -> set[str]:
	"""Items whose lots the books have not finished: after a backdated posting ERPNext has a serial number in stock that
	its count left out, until its repost is done."""
	return {row["item_code"] for row in ctx.store.rows(BEING_REPOSTED)}


def locations(ctx: Context, serial_nos: Iterable[str]) -> dict[str, Row]:
	"""Where serial numbers lie that are in stock, read with a lock. Their positions are locked by the caller."""
	names, found = sorted(set(serial_nos)), {}
	for start in range(0, len(names), 500):
		source = ctx.store.through("Serial Location", ("serial_no",))
		sql = f"SELECT serial_no, item_code, warehouse, bin, batch_no, stock_status FROM {source} WHERE serial_no IN %(names)s"
		for row in ctx.store.rows(sql + ctx.store.for_update, {"names": names[start : start + 500]}):
			found[row["serial_no"]] = row
	return found


def lying(ctx: Context, keys: Iterable[Key]) -> dict[Key, dict[str, Row]]:
	"""Every serial number that lies somewhere in these positions."""
	found: dict[Key, dict[str, Row]] = defaultdict(dict)
	sql = "SELECT serial_no, item_code, warehouse, bin, batch_no, stock_status FROM `tabSerial Location` WHERE {condition}"
	for row in _asked(ctx, sql, sorted(set(keys)), ""):
		found[(row["item_code"], row["warehouse"])][row["serial_no"]] = row
	return found


def differences(
	books: Sequence[Lot], contents: Iterable[BinContent], serials: Iterable[tuple[str, str]]
) -> list[Lot]:
	"""What has to move so that bins and serial numbers are what the books have: signed, out before in.

	``serials`` are (serial number, batch) as they lie now. What the books have in no batch at all is left out.
	"""
	lots: list[Lot] = []
	booked = {lot.serial_no: lot for lot in books if lot.serial_no}
	there = dict(serials)
	lots += [Lot(Decimal(-1), batch, s) for s, batch in sorted(there.items()) if s not in booked]
	lots += [lot for s, lot in sorted(booked.items()) if s not in there]
	wanted: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for lot in books:
		wanted[lot.batch_no] += lot.qty
	for content in contents:
		wanted[content.batch_no] -= content.qty
	for lot in lots:
		wanted[lot.batch_no] -= lot.qty
	rest = [Lot(qty, batch) for batch, qty in sorted(wanted.items()) if qty and batch]
	return sorted(lots + rest, key=lambda lot: lot.qty > 0)
