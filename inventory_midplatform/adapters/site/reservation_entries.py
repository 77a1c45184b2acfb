"""ERPNext's Stock Reservation Entries become reservations of ours, with no moment in which nobody keeps the stock.

Their switch cannot be put off while entries are open, and ours refuses while theirs is on. So it goes in this order,
every step in chunks that are committed, and after a stop it may all be run again:

1. What each open entry keeps, a reservation of ours keeps too. Ours are still off and give nothing to anybody.
2. Ours are switched on, beside theirs: what theirs keep is kept by ours already, so neither gives it away.
3. The entries are cancelled, each only in a transaction that has seen its stock kept by ours, or waiting.
4. Theirs is switched off.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import frappe

from inventory_midplatform.adapters.site.context import SETTINGS, SiteUnitOfWork
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import demand_documents, ledger, take_in
from inventory_midplatform.services.book_quantities import book_quantities
from inventory_midplatform.services.takeover import Claim, take_over

ENTRY = "Stock Reservation Entry"
OPEN = "docstatus = 1 AND voucher_type = 'Sales Order' AND status <> 'Delivered'"
"""What keeps ERPNext's switch from being put off."""

OF_OTHERS = "docstatus = 1 AND voucher_type <> 'Sales Order' AND status <> 'Delivered'"
"""So do these: ERPNext 16 reserves for Work Orders and Production Plans too."""

ORDER_ROWS = f"""
SELECT voucher_detail_no AS demand_line, MIN(creation) AS since FROM `tabStock Reservation Entry`
WHERE {OPEN}
GROUP BY voucher_detail_no
HAVING MIN(creation) > %(since)s OR (MIN(creation) = %(since)s AND voucher_detail_no > %(demand_line)s)
ORDER BY MIN(creation), voucher_detail_no
LIMIT %(limit)s
"""
"""Who asked first is served first, where ERPNext has promised more than is there."""

NAMES = f"SELECT name FROM `tabStock Reservation Entry` WHERE {OPEN} AND voucher_detail_no IN %(rows)s"

ENTRIES = f"""
SELECT name, creation, voucher_no, voucher_detail_no, item_code, warehouse, reserved_qty, delivered_qty,
	reservation_based_on
FROM `tabStock Reservation Entry` FORCE INDEX (PRIMARY)
WHERE name IN %(names)s AND {OPEN}
ORDER BY creation, name
"""

START: tuple[str, str] = ("1000-01-01", "")


@dataclass(frozen=True)
class Conversion:
	"""What became, or would become, of the entries of one order row in one warehouse. Quantities in stock UOM."""

	entries: tuple[str, ...]
	order: str
	demand_line: str
	item_code: str
	warehouse: str
	open: Decimal
	kept: Decimal = ZERO
	waiting: Decimal = ZERO
	cancelled: bool = False
	notes: tuple[str, ...] = ()

	@property
	def claim(self) -> Claim:
		demand = Demand(demand_documents.SALES_ORDER, self.order, self.demand_line)
		return Claim(
			demand, self.item_code, self.warehouse, self.open, f"From {', '.join(self.entries)}"[:500]
		)

	def sentence(self) -> str:
		"""A line of the report."""
		what = f"{self.order} {self.item_code} in {self.warehouse}: {to_text(self.open)} of {', '.join(self.entries)}"
		return f"{what}. {' '.join(self.notes)}".rstrip()

	def noting(self, note: str) -> "Conversion":
		return replace(self, notes=(*self.notes, note))


def check_ready(ctx: Context) -> None:
	"""Raises Conflict: ``needs_ledger``, ``not_taken_in`` where our ledger does not know the stock that is kept, or
	``kept_for_others`` where the entries are not all of Sales Orders."""
	if not ctx.settings.ledger:
		raise Conflict("Switch on Keep the Ledger and take in the stock you have first.", code="needs_ledger")
	items = [
		row["item_code"]
		for row in ctx.store.rows(f"SELECT DISTINCT item_code FROM `tabStock Reservation Entry` WHERE {OPEN}")
	]
	if take_in.differing(ctx, items):
		raise Conflict(
			"Stock that ERPNext keeps is not taken in yet: run inventory-take-in first.", code="not_taken_in"
		)
	others = ctx.store.rows(
		f"SELECT DISTINCT voucher_type FROM `tabStock Reservation Entry` WHERE {OF_OTHERS} ORDER BY voucher_type"
	)
	if others:
		raise Conflict(
			"ERPNext keeps stock for documents that this does not take over ({doctypes}): cancel their Stock"
			" Reservation Entries first.",
			code="kept_for_others",
			doctypes=", ".join(row["voucher_type"] for row in others),
		)


def count(ctx: Context) -> int:
	"""Order rows with open entries."""
	sql = f"SELECT COUNT(DISTINCT voucher_detail_no) AS n FROM `tabStock Reservation Entry` WHERE {OPEN}"
	return int(ctx.store.rows(sql)[0]["n"])


def planned(ctx: Context) -> list[Conversion]:
	"""What a conversion would do now; nothing is locked or changed."""
	rows, _ = _next_rows(ctx, START, 10**9)
	found = _conversions(ctx, _entries(ctx, rows, lock=""))
	positions = ledger.read_positions(ctx, [c.claim.key for c in found])
	free = {key: max(position.available, ZERO) for key, position in positions.items()}
	ours = _held_by_us(ctx, found)
	answer = []
	for c in found:
		key = c.claim.key
		held = min(ours.get((c.demand_line, *key), ZERO), c.open)
		more = min(free.get(key, ZERO), c.open - held)
		free[key] = free.get(key, ZERO) - more
		answer.append(_told(replace(c, kept=held + more, waiting=c.open - held - more)))
	return answer


def copying(chunk: int) -> Iterator[list[Conversion]]:
	"""Step 1. Yields what was done after each commit."""
	yield from _in_chunks(chunk, cancel=False)


def cancelling(chunk: int) -> Iterator[list[Conversion]]:
	"""Step 3, for all entries there are now."""
	yield from _in_chunks(chunk, cancel=True)


def switch_ours_on() -> None:
	"""Step 2."""

	def switch(ctx: Context) -> None:
		settings = frappe.get_doc(SETTINGS)
		settings.reservation_enabled = 1
		settings.flags.taking_over_reservations = True
		settings.save(ignore_permissions=True)

	in_transaction(SiteUnitOfWork(), switch)


def switch_theirs_off() -> None:
	"""Step 4. Raises what ERPNext raises, should entries be open still."""

	def switch(ctx: Context) -> None:
		settings = frappe.get_doc("Stock Settings")
		if settings.enable_stock_reservation:
			settings.enable_stock_reservation = 0
			settings.save(ignore_permissions=True)

	in_transaction(SiteUnitOfWork(), switch)


def _in_chunks(chunk: int, cancel: bool) -> Iterator[list[Conversion]]:
	after: tuple[str, str] | None = START
	while after is not None:
		done, after = _convert(after, chunk, cancel)
		if done:
			yield done


def _convert(
	after: tuple[str, str], chunk: int, cancel: bool
) -> tuple[list[Conversion], tuple[str, str] | None]:
	def work(ctx: Context) -> tuple[list[Conversion], tuple[str, str] | None]:
		rows, last = _next_rows(ctx, after, chunk)
		return convert(ctx, rows, cancel), last

	return in_transaction(SiteUnitOfWork(), work)


def convert(ctx: Context, order_rows: Sequence[str], cancel: bool) -> list[Conversion]:
	"""See that what ERPNext keeps for these order rows is kept by us, and if ``cancel`` cancel its entries.

	An entry that ERPNext does not let go stays, and says why. Locks ERPNext's entries and Bins before positions.
	"""
	if not order_rows:
		return []
	found = _conversions(ctx, _entries(ctx, order_rows, lock=ctx.store.for_update))
	claims = [c.claim for c in found if c.open]
	book_quantities(ctx, {claim.key for claim in claims}, locked=True)
	if cancel:
		found = [_cancelled(ctx, c) for c in found]
	taken = {(t.claim.demand.demand_line, *t.claim.key): t for t in take_over(ctx, claims)} if claims else {}
	answer = []
	for c in found:
		t = taken.get((c.demand_line, *c.claim.key))
		answer.append(_told(replace(c, kept=t.kept, waiting=t.waiting)) if t else c)
	return answer


def _next_rows(ctx: Context, after: tuple[str, str], limit: int) -> tuple[list[str], tuple[str, str] | None]:
	rows = ctx.store.rows(ORDER_ROWS, {"since": after[0], "demand_line": after[1], "limit": limit})
	last = (str(rows[-1]["since"]), rows[-1]["demand_line"]) if len(rows) == limit else None
	return [row["demand_line"] for row in rows], last


def _entries(ctx: Context, order_rows: Sequence[str], lock: str) -> list[Row]:
	if not order_rows:
		return []
	names = [row["name"] for row in ctx.store.rows(NAMES, {"rows": tuple(order_rows)})]
	return ctx.store.rows(ENTRIES + lock, {"names": tuple(sorted(names))}) if names else []


def _conversions(ctx: Context, entries: Sequence[Row]) -> list[Conversion]:
	"""One for each order row and warehouse, in the order in which they were asked for."""
	of_claim: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
	for entry in entries:
		of_claim[
			(entry["voucher_no"], entry["voucher_detail_no"], entry["item_code"], entry["warehouse"])
		].append(entry)
	wanting = _orders_that_want(ctx, {order for order, *_ in of_claim})
	found = []
	for where, of in of_claim.items():
		kept = sum((from_store(e["reserved_qty"]) - from_store(e["delivered_qty"]) for e in of), ZERO)
		c = Conversion(tuple(e["name"] for e in of), *where, open=max(kept, ZERO))
		if any(e["reservation_based_on"] == "Serial and Batch" for e in of):
			c = c.noting("It names batches or serial numbers; its quantity is kept, of whichever.")
		if where[0] not in wanting:
			c = replace(c, open=ZERO).noting(
				"The order is closed or cancelled: nothing is kept for it any more."
			)
		found.append(c)
	return found


def _orders_that_want(ctx: Context, names: set[str]) -> set[str]:
	if not names:
		return set()
	sql = "SELECT name FROM `tabSales Order` WHERE name IN %(names)s AND docstatus = 1 AND status <> 'Closed'"
	return {row["name"] for row in ctx.store.rows(sql, {"names": tuple(sorted(names))})}


def _held_by_us(ctx: Context, found: Sequence[Conversion]) -> dict[tuple[str, str, str], Decimal]:
	if not found:
		return {}
	rows = ctx.store.rows(
		"SELECT demand_line, item_code, warehouse, reserved_qty FROM `tabInventory Reservation`"
		" WHERE demand_type = 'Sales Order' AND demand_name IN %(names)s",
		{"names": tuple(sorted({c.order for c in found}))},
	)
	return {(r["demand_line"], r["item_code"], r["warehouse"]): from_store(r["reserved_qty"]) for r in rows}


def _cancelled(ctx: Context, c: Conversion) -> Conversion:
	"""Through ERPNext's own document, so that its order, its Bin and a site's own hooks follow."""
	for name in c.entries:
		try:
			with ctx.store.savepoint():
				entry = frappe.get_doc(ENTRY, name)
				entry.flags.ignore_permissions = True
				entry.cancel()
		except Exception as error:  # a site's own hooks raise what they like
			if ctx.store.is_transient(error):
				raise
			return c.noting(f"{name} is kept by ERPNext still: {frappe.utils.strip_html(str(error))}")
	return replace(c, cancelled=True)


def _told(c: Conversion) -> Conversion:
	if not c.waiting:
		return c
	return c.noting(
		f"Only {to_text(c.kept)} of {to_text(c.open)} is free in our ledger; {to_text(c.waiting)} waits."
	)
