"""Convert ERPNext's Stock Reservation Entries to reservations here. The stock stays reserved by one or both throughout.

ERPNext's switch cannot be turned off while entries are open, and ours cannot be turned on while ERPNext's is on. So the
steps have this order, each in chunks that are committed. After a stop all of it can be run again:

1. Reserve here what each open entry has reserved. Reservations are still off, so documents reserve nothing yet.
2. Switch reservations on here, beside ERPNext's. Both have the same stock reserved.
3. Cancel the entries, each in a transaction that has read its stock as reserved or waiting here.
4. Switch ERPNext's off.
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
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.ledger.book_quantities import book_quantities
from inventory_midplatform.services.ledger.positions import read_positions
from inventory_midplatform.services.reconciliation import opening_stock
from inventory_midplatform.services.reservation.migration import ForeignReservation, migrate

ENTRY = "Stock Reservation Entry"
OPEN = "docstatus = 1 AND voucher_type = 'Sales Order' AND status <> 'Delivered'"
"""Entries that stop ERPNext's switch from being turned off."""

OF_OTHERS = "docstatus = 1 AND voucher_type <> 'Sales Order' AND status <> 'Delivered'"
"""ERPNext 16 reserves for Work Orders and Production Plans too; these stop the switch as well."""

ORDER_ROWS = f"""
SELECT voucher_detail_no AS demand_line, MIN(creation) AS since FROM `tabStock Reservation Entry`
WHERE {OPEN}
GROUP BY voucher_detail_no
HAVING MIN(creation) > %(since)s OR (MIN(creation) = %(since)s AND voucher_detail_no > %(demand_line)s)
ORDER BY MIN(creation), voucher_detail_no
LIMIT %(limit)s
"""
"""The oldest entries come first, for ERPNext may have reserved more than is on hand."""

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
	"""The entries of one order row in one warehouse, and what they became or would become. Quantities in stock UOM."""

	entries: tuple[str, ...]
	order: str
	demand_line: str
	item_code: str
	warehouse: str
	open: Decimal
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	cancelled: bool = False
	notes: tuple[str, ...] = ()

	@property
	def foreign(self) -> ForeignReservation:
		demand = Demand(sources.SALES_ORDER, self.order, self.demand_line)
		return ForeignReservation(
			demand, self.item_code, self.warehouse, self.open, f"From {', '.join(self.entries)}"[:500]
		)

	def sentence(self) -> str:
		"""Return a line of the report."""
		what = f"{self.order} {self.item_code} in {self.warehouse}: {to_text(self.open)} of {', '.join(self.entries)}"
		return f"{what}. {' '.join(self.notes)}".rstrip()

	def noting(self, note: str) -> "Conversion":
		return replace(self, notes=(*self.notes, note))


def check_ready(ctx: Context) -> None:
	"""Raise Conflict: ``needs_ledger``, ``opening_stock_missing`` where the ledger does not have the stock reserved, or
	``reserved_for_others`` where the entries are not all of Sales Orders."""
	if not ctx.settings.ledger:
		raise Conflict("Switch on Enable the Ledger and record the opening stock first.", code="needs_ledger")
	items = [
		row["item_code"]
		for row in ctx.store.rows(f"SELECT DISTINCT item_code FROM `tabStock Reservation Entry` WHERE {OPEN}")
	]
	if opening_stock.differing(ctx, items):
		raise Conflict(
			"Stock that ERPNext reserves is not recorded yet: run inventory-opening-stock first.",
			code="opening_stock_missing",
		)
	others = ctx.store.rows(
		f"SELECT DISTINCT voucher_type FROM `tabStock Reservation Entry` WHERE {OF_OTHERS} ORDER BY voucher_type"
	)
	if others:
		raise Conflict(
			"ERPNext reserves stock for documents that this does not migrate ({doctypes}): cancel their Stock"
			" Reservation Entries first.",
			code="reserved_for_others",
			doctypes=", ".join(row["voucher_type"] for row in others),
		)


def count(ctx: Context) -> int:
	"""Return the number of order rows with open entries."""
	sql = f"SELECT COUNT(DISTINCT voucher_detail_no) AS n FROM `tabStock Reservation Entry` WHERE {OPEN}"
	return int(ctx.store.rows(sql)[0]["n"])


def planned(ctx: Context) -> list[Conversion]:
	"""Return the conversions that would be done now. Locks and changes nothing."""
	rows, _ = _next_rows(ctx, START, 10**9)
	found = _conversions(ctx, _entries(ctx, rows, lock=""))
	positions = read_positions(ctx, [c.foreign.key for c in found])
	free = {key: max(position.available, ZERO) for key, position in positions.items()}
	reserved_here = _reserved_here(ctx, found)
	conversions = []
	for c in found:
		key = c.foreign.key
		already = min(reserved_here.get((c.demand_line, *key), ZERO), c.open)
		more = min(free.get(key, ZERO), c.open - already)
		free[key] = free.get(key, ZERO) - more
		conversions.append(
			_noting_shortage(replace(c, reserved=already + more, waiting=c.open - already - more))
		)
	return conversions


def copying(chunk: int) -> Iterator[list[Conversion]]:
	"""Do step 1. Yield the conversions after each commit."""
	yield from _in_chunks(chunk, cancel=False)


def cancelling(chunk: int) -> Iterator[list[Conversion]]:
	"""Do step 3, for all open entries. Yield as :func:`copying` does."""
	yield from _in_chunks(chunk, cancel=True)


def switch_reservations_on() -> None:
	"""Do step 2."""

	def switch(ctx: Context) -> None:
		settings = frappe.get_doc(SETTINGS)
		settings.reservation_enabled = 1
		settings.flags.migrating_reservations = True
		settings.save(ignore_permissions=True)

	in_transaction(SiteUnitOfWork(), switch)


def switch_entries_off() -> None:
	"""Do step 4. Raises what ERPNext raises while entries are open."""

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
	"""Reserve here what ERPNext has reserved for these order rows; with ``cancel``, cancel its entries.

	An entry that ERPNext refuses to cancel stays, and its note says why. Locks ERPNext's entries and Bins before positions.
	"""
	if not order_rows:
		return []
	found = _conversions(ctx, _entries(ctx, order_rows, lock=ctx.store.for_update))
	foreign = [c.foreign for c in found if c.open]
	book_quantities(ctx, {f.key for f in foreign}, locked=True)
	if cancel:
		found = [_cancelled(ctx, c) for c in found]
	migrated = (
		{(m.foreign.demand.demand_line, *m.foreign.key): m for m in migrate(ctx, foreign)} if foreign else {}
	)
	conversions = []
	for c in found:
		m = migrated.get((c.demand_line, *c.foreign.key))
		conversions.append(_noting_shortage(replace(c, reserved=m.reserved, waiting=m.waiting)) if m else c)
	return conversions


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
	"""Return one for each order row and warehouse, in the order in which they were reserved."""
	of_claim: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
	for entry in entries:
		of_claim[
			(entry["voucher_no"], entry["voucher_detail_no"], entry["item_code"], entry["warehouse"])
		].append(entry)
	demanding = _orders_that_demand(ctx, {order for order, *_ in of_claim})
	found = []
	for where, of in of_claim.items():
		reserved = sum((from_store(e["reserved_qty"]) - from_store(e["delivered_qty"]) for e in of), ZERO)
		c = Conversion(tuple(e["name"] for e in of), *where, open=max(reserved, ZERO))
		if any(e["reservation_based_on"] == "Serial and Batch" for e in of):
			c = c.noting("It names batches or serial numbers; its quantity is reserved, of any of them.")
		if where[0] not in demanding:
			c = replace(c, open=ZERO).noting(
				"The order is closed, on hold, completed or cancelled: nothing is reserved for it any more."
			)
		found.append(c)
	return found


def _orders_that_demand(ctx: Context, names: set[str]) -> set[str]:
	if not names:
		return set()
	sql = "SELECT name, docstatus, status FROM `tabSales Order` WHERE name IN %(names)s"
	rows = ctx.store.rows(sql, {"names": tuple(sorted(names))})
	return {row["name"] for row in rows if not sources.SALES_ORDERS.demands_nothing(row)}


def _reserved_here(ctx: Context, found: Sequence[Conversion]) -> dict[tuple[str, str, str], Decimal]:
	if not found:
		return {}
	rows = ctx.store.rows(
		"SELECT demand_line, item_code, warehouse, reserved_qty FROM `tabInventory Reservation`"
		" WHERE demand_type = 'Sales Order' AND demand_name IN %(names)s",
		{"names": tuple(sorted({c.order for c in found}))},
	)
	return {(r["demand_line"], r["item_code"], r["warehouse"]): from_store(r["reserved_qty"]) for r in rows}


def _cancelled(ctx: Context, c: Conversion) -> Conversion:
	"""Cancel the entries through ERPNext's own document, so that it updates its order and Bin and runs a site's own hooks."""
	for name in c.entries:
		try:
			with ctx.store.savepoint():
				entry = frappe.get_doc(ENTRY, name)
				entry.flags.ignore_permissions = True
				entry.cancel()
		except Exception as error:  # a site's own hooks may raise any exception
			if ctx.store.is_transient(error):
				raise
			return c.noting(f"{name} is still reserved by ERPNext: {frappe.utils.strip_html(str(error))}")
	return replace(c, cancelled=True)


def _noting_shortage(c: Conversion) -> Conversion:
	if not c.waiting:
		return c
	return c.noting(
		f"Only {to_text(c.reserved)} of {to_text(c.open)} is available here; {to_text(c.waiting)} waits."
	)
