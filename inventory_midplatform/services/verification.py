"""``ledger.verify``: the laws of the ledger, checked set by set. Nothing is changed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pypika import functions as fn

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, any_of, compiled, table
from inventory_midplatform.services import alerts, book_quantities, lots

HALF_STEP = 5e-10

SUM_OF_MOVEMENTS = """
SELECT item_code, MAX(warehouse) AS warehouse, bin, batch_no, stock_status, stock_owner,
	SUM(moved) AS expected, SUM(lies) AS found
FROM (
	SELECT item_code, warehouse, bin, batch_no, stock_status, stock_owner, qty AS moved, 0 AS lies
	FROM `tabStock Movement`
	UNION ALL
	SELECT item_code, warehouse, bin, batch_no, stock_status, stock_owner, 0, qty FROM `tabBin Stock`
) both_sides
GROUP BY item_code, bin, batch_no, stock_status, stock_owner
HAVING ABS(SUM(moved) - SUM(lies)) > %(half_step)s
"""

SUM_OF_BINS = """
SELECT item_code, warehouse, SUM(lies) AS expected, SUM(on_hand) AS found
FROM (
	SELECT item_code, warehouse, qty AS lies, 0 AS on_hand FROM `tabBin Stock` WHERE stock_owner = ''
	UNION ALL
	SELECT item_code, warehouse, 0, on_hand FROM `tabStock Position`
) both_sides
GROUP BY item_code, warehouse
HAVING ABS(SUM(lies) - SUM(on_hand)) > %(half_step)s
"""

SUM_ON_HOLD = """
SELECT item_code, warehouse, SUM(lies) AS expected, SUM(on_hold) AS found
FROM (
	SELECT item_code, warehouse, qty AS lies, 0 AS on_hold FROM `tabBin Stock`
	WHERE stock_owner = '' AND stock_status <> 'Available'
	UNION ALL
	SELECT item_code, warehouse, 0, on_hold FROM `tabStock Position`
) both_sides
GROUP BY item_code, warehouse
HAVING ABS(SUM(lies) - SUM(on_hold)) > %(half_step)s
"""

THE_BOOKS = """
SELECT item_code, warehouse, SUM(booked) AS expected, SUM(on_hand) AS found
FROM (
	SELECT item_code, warehouse, actual_qty AS booked, 0 AS on_hand FROM `tabBin`
	UNION ALL
	SELECT item_code, warehouse, 0, on_hand FROM `tabStock Position`
) both_sides
GROUP BY item_code, warehouse
HAVING ABS(SUM(booked) - SUM(on_hand)) > %(half_step)s
"""

SUM_OF_RESERVATIONS = """
SELECT item_code, warehouse, SUM(kept) AS expected, SUM(reserved) AS found
FROM (
	SELECT item_code, warehouse, reserved_qty AS kept, 0 AS reserved FROM `tabInventory Reservation`
	UNION ALL
	SELECT item_code, warehouse, 0, reserved FROM `tabStock Position`
) both_sides
GROUP BY item_code, warehouse
HAVING ABS(SUM(kept) - SUM(reserved)) > %(half_step)s
"""

SUM_OF_WAITING = SUM_OF_RESERVATIONS.replace("reserved_qty", "waiting_qty").replace("reserved", "waiting")

RESERVED_IS_THERE = """
SELECT sp.item_code, sp.warehouse, sp.on_hand - sp.on_hold AS expected, sp.reserved AS found
FROM `tabStock Position` sp
WHERE (sp.reserved < -%(half_step)s OR (sp.reserved > %(half_step)s
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
WHERE ABS(qty - reserved_qty - waiting_qty - consumed_qty - released_qty) > %(half_step)s
	OR reserved_qty < -%(half_step)s OR waiting_qty < -%(half_step)s
	OR consumed_qty < -%(half_step)s OR released_qty < -%(half_step)s
"""

ALLOCATED_LIES_THERE = """
SELECT item_code, warehouse, bin, qty AS expected, allocated_qty AS found
FROM `tabBin Stock`
WHERE allocated_qty < -%(half_step)s OR (allocated_qty > %(half_step)s AND allocated_qty > qty + %(half_step)s)
"""

SETTLED_TWICE = """
SELECT MAX(item_code) AS item_code, MAX(warehouse) AS warehouse, posting_key, 1 AS expected, COUNT(*) AS found
FROM `tabStock Movement`
GROUP BY posting_key
HAVING COUNT(*) > 1 OR posting_key IS NULL
"""

BATCHES_IN_BOOKS = """
SELECT item_code, warehouse, batch_no, SUM(booked) AS expected, SUM(lies) AS found
FROM (
	SELECT sle.item_code, sle.warehouse, COALESCE(NULLIF(sbe.batch_no, ''), NULLIF(sle.batch_no, ''), '') AS batch_no,
		COALESCE(sbe.qty, sle.actual_qty) AS booked, 0 AS lies
	FROM `tabItem` item
	JOIN `tabStock Ledger Entry` sle ON sle.item_code = item.name AND sle.is_cancelled = 0
	LEFT JOIN `tabSerial and Batch Entry` sbe ON sbe.parent = sle.serial_and_batch_bundle
	WHERE item.has_batch_no = 1
	UNION ALL
	SELECT bs.item_code, bs.warehouse, bs.batch_no, 0, bs.qty
	FROM `tabItem` item
	JOIN `tabBin Stock` bs ON bs.item_code = item.name AND bs.stock_owner = ''
	WHERE item.has_batch_no = 1
) both_sides
GROUP BY item_code, warehouse, batch_no
HAVING ABS(SUM(booked) - SUM(lies)) > %(half_step)s
"""

SERIALS_IN_BOOKS = f"""
SELECT MAX(item_code) AS item_code, MAX(warehouse) AS warehouse, serial_no, SUM(booked) AS expected, SUM(lies) AS found
FROM (
	SELECT serial_no, item_code, warehouse, 1 AS booked, 0 AS lies
	FROM ({lots.SERIALS.format(and_of="")}) of_books WHERE warehouse <> ''
	UNION ALL
	SELECT serial_no, item_code, warehouse, 0, 1 FROM `tabSerial Location`
) both_sides
GROUP BY serial_no, item_code, warehouse
HAVING SUM(booked) <> SUM(lies)
"""

SERIALS_IN_BINS = """
SELECT item_code, MAX(warehouse) AS warehouse, bin, SUM(lies) AS expected, SUM(counted) AS found
FROM (
	SELECT bs.item_code, bs.warehouse, bs.bin, bs.batch_no, bs.stock_status, bs.qty AS lies, 0 AS counted
	FROM `tabItem` item JOIN `tabBin Stock` bs ON bs.item_code = item.name
	WHERE item.has_serial_no = 1
	UNION ALL
	SELECT item_code, warehouse, bin, batch_no, stock_status, 0, 1 FROM `tabSerial Location`
) both_sides
GROUP BY item_code, bin, batch_no, stock_status
HAVING ABS(SUM(lies) - SUM(counted)) > %(half_step)s
"""

SUM_OF_LAYERS = """
SELECT item_code, warehouse, SUM(lies) AS expected, SUM(layered) AS found
FROM (
	SELECT item_code, warehouse, CASE WHEN on_hand > 0 THEN on_hand ELSE 0 END AS lies, 0 AS layered
	FROM `tabStock Position`
	UNION ALL
	SELECT item_code, warehouse, 0, remaining_qty FROM `tabReceipt Layer`
) both_sides
GROUP BY item_code, warehouse
HAVING ABS(SUM(lies) - SUM(layered)) > %(half_step)s
"""

ALLOCATIONS_IN_BINS = """
SELECT item_code, MAX(warehouse) AS warehouse, bin, SUM(pinned) AS expected, SUM(allocated) AS found
FROM (
	SELECT item_code, warehouse, bin, batch_no, qty AS pinned, 0 AS allocated FROM `tabBin Allocation`
	UNION ALL
	SELECT item_code, warehouse, bin, batch_no, 0, allocated_qty FROM `tabBin Stock`
) both_sides
GROUP BY item_code, bin, batch_no
HAVING ABS(SUM(pinned) - SUM(allocated)) > %(half_step)s
"""

ALLOCATIONS_OF_RESERVATIONS = """
SELECT r.item_code, r.warehouse, r.name, r.allocated_qty AS expected, COALESCE(SUM(a.qty), 0) AS found
FROM `tabInventory Reservation` r
LEFT JOIN `tabBin Allocation` a ON a.reservation = r.name
WHERE r.allocated_qty <> 0 OR a.name IS NOT NULL
GROUP BY r.name, r.item_code, r.warehouse, r.allocated_qty, r.reserved_qty
HAVING ABS(r.allocated_qty - COALESCE(SUM(a.qty), 0)) > %(half_step)s
	OR r.allocated_qty > r.reserved_qty + %(half_step)s
"""

LOT_LAWS = frozenset(("batches", "serials", "serial_bins"))

LAWS: tuple[tuple[str, str, str], ...] = (
	("movements", "The movements of a bin add up to what lies in it.", SUM_OF_MOVEMENTS),
	("bins", "What lies in the bins adds up to the position on hand.", SUM_OF_BINS),
	("on_hold", "What lies on hold in the bins adds up to the position on hold.", SUM_ON_HOLD),
	("books", "The position on hand is what the books say.", THE_BOOKS),
	("batches", "What lies of a batch is what the books say.", BATCHES_IN_BOOKS),
	("serials", "A serial number lies where the books have it.", SERIALS_IN_BOOKS),
	("serial_bins", "The serial numbers in a bin add up to what lies in it.", SERIALS_IN_BINS),
	("reservations", "The open reservations add up to the position reserved.", SUM_OF_RESERVATIONS),
	("waiting", "The waiting reservations add up to the position waiting.", SUM_OF_WAITING),
	("reserved", "No more is reserved than is there, unless an open alert says so.", RESERVED_IS_THERE),
	("reservation", "A reservation's parts add up to its quantity.", RESERVATION_ADDS_UP),
	("allocated", "No bin has more allocated than lies in it.", ALLOCATED_LIES_THERE),
	("allocations", "The allocations in a bin add up to what is allocated in it.", ALLOCATIONS_IN_BINS),
	(
		"allocated_reservations",
		"What is allocated for a reservation is kept for it, and lies in its bins.",
		ALLOCATIONS_OF_RESERVATIONS,
	),
	("layers", "The open receipt layers add up to what is on hand.", SUM_OF_LAYERS),
	("postings", "No posting was settled twice.", SETTLED_TWICE),
)


def verify(ctx: Context, limit: int = 100) -> dict[str, Any]:
	"""Check every law on every item and warehouse the user may see.

	Answers ``ok``, how many rows were ``checked`` and up to ``limit`` ``findings`` of each law, each with what the law
	expects and what was found; ``more`` says how many were left out. Where the books contradict themselves no law of
	ours can hold on both sides: that is among ``contradictions``, and none of the findings. Batches and serial numbers
	of an item that ERPNext is still reposting are looked at when it is done.
	"""
	findings: list[Row] = []
	contradictions: list[Row] = []
	more = 0
	unfinished = lots.being_reposted(ctx)
	for law, sentence, statement in LAWS:
		broken = list(_visible(ctx, ctx.store.rows(statement, {"half_step": HALF_STEP})))
		if law in LOT_LAWS:
			broken = [row for row in broken if row["item_code"] not in unfinished]
		for row in broken:
			row["expected"], row["found"] = from_store(row["expected"]), from_store(row["found"])
		for name, of_books, contradicted_law, among in CONTRADICTIONS:
			if contradicted_law == law:
				found = among(ctx, broken)
				broken = [row for row in broken if _key(row) not in {_key(told) for told in found}]
				contradictions += ({"law": name, "sentence": of_books, **row} for row in found)
		more += max(len(broken) - limit, 0)
		findings += ({"law": law, "sentence": sentence, **row} for row in broken[:limit])
	more += max(len(contradictions) - limit, 0)
	return {
		"ok": not findings,
		"checked": _counts(ctx),
		"findings": findings,
		"contradictions": contradictions[:limit],
		"more": more,
	}


def _key(row: Row) -> Key:
	return (row["item_code"], row["warehouse"])


def _bins_against_their_ledger(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	found = book_quantities.bins_against_their_ledger(ctx, {_key(row): row["found"] for row in broken})
	return [_books_are_wrong(row) for row in broken if _key(row) in found]


def _balances_against_their_entries(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	found = book_quantities.balances_against_their_entries(ctx, {_key(row): row["found"] for row in broken})
	return [_books_are_wrong(row) for row in broken if _key(row) in found]


def _books_are_wrong(row: Row) -> Row:
	return {**row, "expected": row["found"], "found": row["expected"]}


def _serials_against_their_bin(ctx: Context, broken: Sequence[Row]) -> list[Row]:
	rows = {_key(row): row for row in broken}
	return [rows[key] for key in sorted(book_quantities.serials_against_their_bin(ctx, sorted(rows)))]


CONTRADICTIONS: tuple[tuple[str, str, str, Callable[[Context, Sequence[Row]], list[Row]]], ...] = (
	(
		"bin_against_ledger",
		"ERPNext's Bin is not what its stock ledger says, and the position is. Open the Bin and recalculate its quantity.",
		"books",
		_bins_against_their_ledger,
	),
	(
		"balance_against_entries",
		"ERPNext's stock ledger left an entry out of its running balance, and the position did not. Post a Repost Item"
		" Valuation of the item and warehouse, as of the first row that Stock Ledger Invariant Check finds wrong.",
		"books",
		_balances_against_their_entries,
	),
	(
		"serials_against_bin",
		"ERPNext has other serial numbers in the warehouse than its Bin counts. Count the item with a Stock Reconciliation.",
		"serial_bins",
		_serials_against_their_bin,
	),
)
"""Where the books contradict themselves: a name, what to do, the law that cannot hold there, and what tells such a case
from a broken law."""


def check(ctx: Context) -> None:
	"""Verify, and open an alert about the first finding and about each contradiction of the books; close the open ones
	about what is right again.
	"""
	answer = verify(ctx)
	wrong = answer["findings"][:1]
	for kind, rows, all_of in (
		(alerts.LEDGER_CHECK, wrong, answer["findings"]),
		(alerts.CONTRADICTION, answer["contradictions"], answer["contradictions"]),
	):
		if not answer["more"]:
			alerts.close_mended(ctx, kind, {_key(row) for row in all_of})
		for row in rows:
			# the sentence alone: whoever shows an alert translates its message whole
			alerts.open_alert(ctx, kind, row["item_code"], row["warehouse"], row["sentence"])


def _visible(ctx: Context, rows: Iterable[Row]) -> Iterable[Row]:
	visible = ctx.identity.warehouses
	return (row for row in rows if visible is None or row["warehouse"] in visible)


def _counts(ctx: Context) -> dict[str, int]:
	found: dict[str, int] = {}
	for doctype in ("Stock Movement", "Bin Stock", "Stock Position", "Inventory Reservation"):
		t = table(doctype)
		query = Query.from_(t).select(fn.Count("*").as_("n"))
		if ctx.identity.warehouses is not None:
			query = query.where(any_of(t.warehouse, sorted(ctx.identity.warehouses)))
		found[doctype] = ctx.store.rows(*compiled(query))[0]["n"]
	return found
