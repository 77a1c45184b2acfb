"""``ledger.verify``: check the invariants of the ledger, one statement each. Changes nothing."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from pypika import functions as fn

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, any_of, compiled, table
from inventory_midplatform.services import alerts
from inventory_midplatform.services.ledger import batches_and_serials, book_quantities, snapshots

HALF_STEP = 5e-10

ALL_ITEMS = {"items": "1 = 1", "of_item": "", "of_reservation": ""}
THESE_ITEMS = {
	"items": "item_code IN %(items)s",
	"of_item": " AND item.name IN %(items)s",
	"of_reservation": " AND r.item_code IN %(items)s",
}
"""The conditions that limit a statement below to items, by the name of their place in it."""

SUM_OF_MOVEMENTS = """
SELECT item_code, MAX(warehouse) AS warehouse, bin, batch_no, stock_status, stock_owner,
	SUM(moved) AS expected, SUM(in_bins) AS found
FROM (
	SELECT item_code, warehouse, bin, batch_no, stock_status, stock_owner, qty AS moved, 0 AS in_bins
	FROM `tabStock Movement` WHERE {items}
	UNION ALL
	SELECT item_code, warehouse, bin, batch_no, stock_status, stock_owner, 0, qty FROM `tabBin Stock` WHERE {items}
) both_sides
GROUP BY item_code, bin, batch_no, stock_status, stock_owner
HAVING ABS(SUM(moved) - SUM(in_bins)) > %(half_step)s
"""


def _two_sums(expected: str, expected_rows: str, found: str, found_rows: str) -> str:
	"""Return the statement that finds items and warehouses where the sums of two tables differ.

	``expected`` and ``found`` are the quantities to sum, each over its table and condition.
	"""
	return f"""
SELECT item_code, warehouse, SUM(expected_qty) AS expected, SUM(found_qty) AS found
FROM (
	SELECT item_code, warehouse, {expected} AS expected_qty, 0 AS found_qty FROM {expected_rows}
	UNION ALL
	SELECT item_code, warehouse, 0, {found} FROM {found_rows}
) both_sides
GROUP BY item_code, warehouse
HAVING ABS(SUM(expected_qty) - SUM(found_qty)) > %(half_step)s
"""


OUR_BIN_STOCK = "`tabBin Stock` WHERE {items} AND stock_owner = ''"
POSITIONS = "`tabStock Position` WHERE {items}"
RESERVATIONS = "`tabInventory Reservation` WHERE {items}"

SUM_OF_BINS = _two_sums("qty", OUR_BIN_STOCK, "on_hand", POSITIONS)
SUM_ON_HOLD = _two_sums("qty", f"{OUR_BIN_STOCK} AND stock_status <> 'Available'", "on_hold", POSITIONS)
THE_BOOKS = _two_sums("actual_qty", "`tabBin` WHERE {items}", "on_hand", POSITIONS)
SUM_OF_RESERVATIONS = _two_sums("reserved_qty", RESERVATIONS, "reserved", POSITIONS)
SUM_OF_WAITING = _two_sums("waiting_qty", RESERVATIONS, "waiting", POSITIONS)
SUM_OF_LAYERS = _two_sums(
	"CASE WHEN on_hand > 0 THEN on_hand ELSE 0 END",
	POSITIONS,
	"remaining_qty",
	"`tabReceipt Layer` WHERE {items}",
)

RESERVED_IS_THERE = """
SELECT sp.item_code, sp.warehouse, sp.on_hand - sp.on_hold AS expected, sp.reserved AS found
FROM `tabStock Position` sp
WHERE {items} AND (sp.reserved < -%(half_step)s OR (sp.reserved > %(half_step)s
	AND sp.reserved > sp.on_hand - sp.on_hold + %(half_step)s))
	AND NOT EXISTS (
		SELECT 1 FROM `tabInventory Alert` alert
		WHERE alert.item_code = sp.item_code AND alert.warehouse = sp.warehouse
			AND alert.alert_type = 'Books Below Reserved' AND alert.status = 'Open'
	)
"""

RESERVATION_ADDS_UP = """
SELECT item_code, warehouse, name, qty AS expected, reserved_qty + waiting_qty + consumed_qty + released_qty AS found
FROM `tabInventory Reservation`
WHERE {items} AND (ABS(qty - reserved_qty - waiting_qty - consumed_qty - released_qty) > %(half_step)s
	OR reserved_qty < -%(half_step)s OR waiting_qty < -%(half_step)s
	OR consumed_qty < -%(half_step)s OR released_qty < -%(half_step)s)
"""

ALLOCATED_IS_THERE = """
SELECT item_code, warehouse, bin, qty AS expected, allocated_qty AS found
FROM `tabBin Stock`
WHERE {items} AND (allocated_qty < -%(half_step)s
	OR (allocated_qty > %(half_step)s AND allocated_qty > qty + %(half_step)s))
"""

SETTLED_TWICE = """
SELECT MAX(item_code) AS item_code, MAX(warehouse) AS warehouse, posting_key, 1 AS expected, COUNT(*) AS found
FROM `tabStock Movement` WHERE {items}
GROUP BY posting_key
HAVING COUNT(*) > 1 OR posting_key IS NULL
"""

BATCHES_IN_BOOKS = """
SELECT item_code, warehouse, batch_no, SUM(booked) AS expected, SUM(in_bins) AS found
FROM (
	SELECT sle.item_code, sle.warehouse, COALESCE(NULLIF(sbe.batch_no, ''), NULLIF(sle.batch_no, ''), '') AS batch_no,
		COALESCE(sbe.qty, sle.actual_qty) AS booked, 0 AS in_bins
	FROM `tabItem` item
	JOIN `tabStock Ledger Entry` sle ON sle.item_code = item.name AND sle.is_cancelled = 0
	LEFT JOIN `tabSerial and Batch Entry` sbe ON sbe.parent = sle.serial_and_batch_bundle
	WHERE item.has_batch_no = 1{of_item}
	UNION ALL
	SELECT bs.item_code, bs.warehouse, bs.batch_no, 0, bs.qty
	FROM `tabItem` item
	JOIN `tabBin Stock` bs ON bs.item_code = item.name AND bs.stock_owner = ''
	WHERE item.has_batch_no = 1{of_item}
) both_sides
GROUP BY item_code, warehouse, batch_no
HAVING ABS(SUM(booked) - SUM(in_bins)) > %(half_step)s
"""

SERIALS_IN_BOOKS = f"""
SELECT MAX(item_code) AS item_code, MAX(warehouse) AS warehouse, serial_no, SUM(booked) AS expected, SUM(in_bins) AS found
FROM (
	SELECT serial_no, item_code, warehouse, 1 AS booked, 0 AS in_bins
	FROM ({batches_and_serials.SERIALS.format(and_of="{of_item}")}) of_books WHERE warehouse <> ''
	UNION ALL
	SELECT serial_no, item_code, warehouse, 0, 1 FROM `tabSerial Location` WHERE {{items}}
) both_sides
GROUP BY serial_no, item_code, warehouse
HAVING SUM(booked) <> SUM(in_bins)
"""

SERIALS_IN_BINS = """
SELECT item_code, MAX(warehouse) AS warehouse, bin, SUM(in_bins) AS expected, SUM(counted) AS found
FROM (
	SELECT bs.item_code, bs.warehouse, bs.bin, bs.batch_no, bs.stock_status, bs.qty AS in_bins, 0 AS counted
	FROM `tabItem` item JOIN `tabBin Stock` bs ON bs.item_code = item.name
	WHERE item.has_serial_no = 1{of_item}
	UNION ALL
	SELECT item_code, warehouse, bin, batch_no, stock_status, 0, 1 FROM `tabSerial Location` WHERE {items}
) both_sides
GROUP BY item_code, bin, batch_no, stock_status
HAVING ABS(SUM(in_bins) - SUM(counted)) > %(half_step)s
"""

ALLOCATIONS_IN_BINS = """
SELECT item_code, MAX(warehouse) AS warehouse, bin, SUM(single) AS expected, SUM(in_bin) AS found
FROM (
	SELECT item_code, warehouse, bin, batch_no, qty AS single, 0 AS in_bin FROM `tabBin Allocation` WHERE {items}
	UNION ALL
	SELECT item_code, warehouse, bin, batch_no, 0, allocated_qty FROM `tabBin Stock` WHERE {items}
) both_sides
GROUP BY item_code, bin, batch_no
HAVING ABS(SUM(single) - SUM(in_bin)) > %(half_step)s
"""

ALLOCATIONS_OF_RESERVATIONS = """
SELECT r.item_code, r.warehouse, r.name, r.allocated_qty AS expected, COALESCE(SUM(a.qty), 0) AS found
FROM `tabInventory Reservation` r
LEFT JOIN `tabBin Allocation` a ON a.reservation = r.name
WHERE (r.allocated_qty <> 0 OR a.name IS NOT NULL){of_reservation}
GROUP BY r.name, r.item_code, r.warehouse, r.allocated_qty, r.reserved_qty
HAVING ABS(r.allocated_qty - COALESCE(SUM(a.qty), 0)) > %(half_step)s
	OR r.allocated_qty > r.reserved_qty + %(half_step)s
"""

AFTER_REPOSTS = frozenset(("batches", "serials", "serial_bins", "history"))
"""Invariants that hold of an item once ERPNext is done with reposting it."""

_SINCE = """
SELECT item_code, warehouse, SUM(qty_in - qty_out) AS qty FROM `tabStock Snapshot`
WHERE {items} AND snapshot_date > %(day)s GROUP BY item_code, warehouse
"""
_ON_HAND = "SELECT item_code, warehouse, on_hand FROM `tabStock Position` WHERE {items}"


def _history(ctx: Context, items: Collection[str] | None) -> list[Row]:
	"""Return the items and warehouses where the balance of the books at the end of the history's first day and the snapshots
	since then do not add up to what is on hand. That day itself is not checked: the ledger may have been switched on at noon.
	"""
	begins = snapshots.history_begins(ctx)
	if begins is None:
		return []
	checked = ALL_ITEMS if items is None else THESE_ITEMS
	params = {"day": begins, "items": sorted(items or ("",))}
	since = {_key(r): from_store(r["qty"]) for r in ctx.store.rows(_SINCE.format(**checked), params)}
	before = ctx.books.balances_after(begins, items)
	broken = []
	for row in ctx.store.rows(_ON_HAND.format(**checked), params):
		key, on_hand = _key(row), from_store(row["on_hand"])
		found = before.get(key, ZERO) + since.get(key, ZERO)
		if found != on_hand:
			broken.append({"item_code": key[0], "warehouse": key[1], "expected": on_hand, "found": found})
	return _not_rounded(ctx, broken)


INVARIANTS: tuple[tuple[str, str, str | Callable[[Context, Collection[str] | None], list[Row]]], ...] = (
	("movements", "The movements of a bin add up to its quantity.", SUM_OF_MOVEMENTS),
	("bins", "The quantities in bins add up to the position on hand.", SUM_OF_BINS),
	("on_hold", "The quantities on hold in bins add up to the position on hold.", SUM_ON_HOLD),
	("books", "The position on hand equals the books.", THE_BOOKS),
	("batches", "The quantity of a batch equals the books.", BATCHES_IN_BOOKS),
	("serials", "A serial number is where the books have it.", SERIALS_IN_BOOKS),
	("serial_bins", "The serial numbers in a bin add up to its quantity.", SERIALS_IN_BINS),
	("reservations", "The open reservations add up to the position reserved.", SUM_OF_RESERVATIONS),
	("waiting", "The waiting reservations add up to the position waiting.", SUM_OF_WAITING),
	("reserved", "No more is reserved than is there, unless an open alert says so.", RESERVED_IS_THERE),
	("reservation", "A reservation's parts add up to its quantity.", RESERVATION_ADDS_UP),
	("allocated", "No bin has more allocated than it holds.", ALLOCATED_IS_THERE),
	("allocations", "The allocations in a bin add up to what is allocated in it.", ALLOCATIONS_IN_BINS),
	(
		"allocated_reservations",
		"What is allocated for a reservation is reserved for it, and is in its bins.",
		ALLOCATIONS_OF_RESERVATIONS,
	),
	("layers", "The open receipt layers add up to what is on hand.", SUM_OF_LAYERS),
	("history", "What changed since the history began adds up to what is on hand.", _history),
	("postings", "No posting was settled twice.", SETTLED_TWICE),
)


def verify(ctx: Context, limit: int = 100, items: Collection[str] | None = None) -> dict[str, Any]:
	"""Check every invariant on every item, or on these ``items`` only, in every warehouse the user may see.

	Return ``ok``, how many rows were ``checked``, and up to ``limit`` ``findings`` of each invariant, each with the expected
	and the found quantity (stock UOM); ``more`` is how many were left out. Where the books disagree with each other no
	invariant can hold: that is listed in ``book_discrepancies`` instead. Batches, serial numbers and history of an item that
	ERPNext is still reposting are not checked until it is done.
	"""
	findings: list[Row] = []
	book_discrepancies: list[Row] = []
	more = 0
	unfinished = batches_and_serials.being_reposted(ctx)
	checked = ALL_ITEMS if items is None else THESE_ITEMS
	params = {"half_step": HALF_STEP, "items": sorted(items or ("",))}
	for invariant, sentence, finds in INVARIANTS:
		rows = (
			ctx.store.rows(finds.format(**checked), params) if isinstance(finds, str) else finds(ctx, items)
		)
		broken = list(_visible(ctx, rows))
		if invariant in AFTER_REPOSTS:
			broken = [row for row in broken if row["item_code"] not in unfinished]
		for row in broken:
			row["expected"], row["found"] = from_store(row["expected"]), from_store(row["found"])
		if invariant == "books":
			broken = _not_rounded(ctx, broken)
		for name, of_books, affected_invariant, among in BOOK_DISCREPANCIES:
			if affected_invariant == invariant:
				found = among(ctx, broken)
				broken = [row for row in broken if _key(row) not in {_key(other) for other in found}]
				book_discrepancies += ({"invariant": name, "sentence": of_books, **row} for row in found)
		more += max(len(broken) - limit, 0)
		findings += ({"invariant": invariant, "sentence": sentence, **row} for row in broken[:limit])
	more += max(len(book_discrepancies) - limit, 0)
	return {
		"ok": not findings,
		"checked": _counts(ctx, items),
		"findings": findings,
		"book_discrepancies": book_discrepancies[:limit],
		"more": more,
	}


def _key(row: Row) -> Key:
	return (row["item_code"], row["warehouse"])


def _not_rounded(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	"""Return the rows that differ by more than the books' rounding."""
	found = book_quantities.explained_by_rounding(
		ctx, {_key(row): row["expected"] - row["found"] for row in broken}
	)
	return [row for row in broken if _key(row) not in found]


def _bins_differing_from_ledger(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	found = book_quantities.bins_differing_from_ledger(ctx, {_key(row): row["found"] for row in broken})
	return [_books_are_wrong(row) for row in broken if _key(row) in found]


def _balances_differing_from_entries(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	found = book_quantities.balances_differing_from_entries(ctx, {_key(row): row["found"] for row in broken})
	return [_books_are_wrong(row) for row in broken if _key(row) in found]


def _entries_differing_from_position(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	found = book_quantities.entries_differing_from(ctx, {_key(row): row["expected"] for row in broken})
	return [row for row in broken if _key(row) in found]


def _books_are_wrong(row: Row) -> Row:
	return {**row, "expected": row["found"], "found": row["expected"]}


def _serials_differing_from_bin(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	rows = {_key(row): row for row in broken}
	return [rows[key] for key in sorted(book_quantities.serials_differing_from_bin(ctx, sorted(rows)))]


BOOK_DISCREPANCIES: tuple[tuple[str, str, str, Callable[[Context, Sequence[Row]], list[Row]]], ...] = (
	(
		"bin_against_ledger",
		"ERPNext's Bin is not what its stock ledger says, and the position is. Open the Bin and recalculate its quantity.",
		"books",
		_bins_differing_from_ledger,
	),
	(
		"balance_against_entries",
		"ERPNext's stock ledger left an entry out of its running balance, and the position did not. Post a Repost Item"
		" Valuation of the item and warehouse, as of the first row that Stock Ledger Invariant Check finds wrong.",
		"books",
		_balances_differing_from_entries,
	),
	(
		"entries_against_balance",
		"ERPNext's stock ledger left an entry out of its running balance, and the position follows the balance. Post a Repost"
		" Item Valuation of the item and warehouse, as of the first row that Stock Ledger Invariant Check finds wrong.",
		"history",
		_entries_differing_from_position,
	),
	(
		"serials_against_bin",
		"ERPNext has other serial numbers in the warehouse than its Bin counts. Count the item with a Stock Reconciliation.",
		"serial_bins",
		_serials_differing_from_bin,
	),
)
"""Where the books disagree with each other: (name, what to do, the invariant that cannot hold there, the function that finds
these rows among the broken ones)."""


def check(ctx: Context) -> None:
	"""Verify; open an alert for the first finding and for each discrepancy of the books, and close the alerts that are
	resolved.
	"""
	result = verify(ctx)
	wrong = result["findings"][:1]
	for kind, rows, all_of in (
		(alerts.LEDGER_CHECK, wrong, result["findings"]),
		(alerts.BOOKS_DISCREPANCY, result["book_discrepancies"], result["book_discrepancies"]),
	):
		if not result["more"]:
			alerts.close_resolved(ctx, kind, {_key(row) for row in all_of})
		for row in rows:
			# the sentence alone, for an alert's message is translated as a whole where it is shown
			alerts.open_alert(ctx, kind, row["item_code"], row["warehouse"], row["sentence"])


def _visible(ctx: Context, rows: Iterable[Row]) -> Iterable[Row]:
	visible = ctx.identity.warehouses
	return (row for row in rows if visible is None or row["warehouse"] in visible)


def _counts(ctx: Context, items: Collection[str] | None) -> dict[str, int]:
	found: dict[str, int] = {}
	for doctype in ("Stock Movement", "Bin Stock", "Stock Position", "Inventory Reservation"):
		t = table(doctype)
		query = Query.from_(t).select(fn.Count("*").as_("n"))
		if ctx.identity.warehouses is not None:
			query = query.where(any_of(t.warehouse, sorted(ctx.identity.warehouses)))
		if items is not None:
			query = query.where(any_of(t.item_code, sorted(items)))
		found[doctype] = ctx.store.rows(*compiled(query))[0]["n"]
	return found
