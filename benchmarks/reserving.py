"""Reserve for submitted Sales Orders, compared with ERPNext's own Stock Reservation Entry."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import frappe

from benchmarks import bulk
from benchmarks.at_site import at_once, begin, scaled, switch
from benchmarks.figures import Figure, Part, middle, profile, short
from inventory_midplatform.adapters.site.context import SiteUnitOfWork, site_context
from inventory_midplatform.api import v1  # noqa: F401 (registers the operations)
from inventory_midplatform.api.operation import operation_named, perform
from inventory_midplatform.services.reservation import document_sync

REPETITIONS = 5
LONGER = 5
"""The midplatform's sides get so many times the orders of ERPNext's: they would be measured for half a second otherwise."""
ITEMS = 50
AIM = 10
WARM = 2
"""Orders that each process does before the clock starts, so that no side pays for loading code."""

RETRIES = "benchmarks:retries"
"""Where all processes count their retries after a deadlock: the operation itself retries, a submit would fail."""


def by_erpnext(names: Sequence[str], wait: Callable[[], None]) -> None:
	"""Reserve by ERPNext. The orders are loaded before the clock starts; the midplatform's time includes reading them."""
	documents = [frappe.get_doc("Sales Order", name) for name in names]
	for number, document in enumerate(documents):
		if number == WARM:
			wait()
		_until_through(lambda: _reserve_by_erpnext(document))  # noqa: B023 (called at once)


def by_erpnexts_call(names: Sequence[str], wait: Callable[[], None]) -> None:
	"""Reserve by ERPNext as a call does that names the order, as ``reservation.reserve`` does: it is loaded first."""
	for number, name in enumerate(names):
		if number == WARM:
			wait()
		_until_through(lambda: _reserve_by_erpnext(frappe.get_doc("Sales Order", name)))  # noqa: B023 (called at once)


def _reserve_by_erpnext(order: Any) -> None:
	from erpnext.stock.doctype.stock_reservation_entry.stock_reservation_entry import (
		create_stock_reservation_entries_for_so_items as create,
	)

	create(order, notify=False)


def by_sync(names: Sequence[str], wait: Callable[[], None]) -> None:
	"""Do what submitting an order does."""
	for number, name in enumerate(names):
		if number == WARM:
			wait()
		_until_through(lambda: document_sync.sync(site_context(), "Sales Order", name))  # noqa: B023 (called at once)


def _until_through(work: Callable[[], Any]) -> None:
	"""Repeat after a deadlock with another process; retries are counted in redis."""
	while True:
		try:
			work()
			frappe.db.commit()
			return
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			frappe.db.rollback()
			frappe.cache.incrby(RETRIES, 1)


def by_operation(names: Sequence[str], wait: Callable[[], None]) -> None:
	"""Call the API's operation, one row a call, without HTTP."""
	reserve = operation_named("reservation.reserve")
	rows = frappe.get_all(
		"Sales Order Item",
		{"parent": ("in", list(names))},
		["item_code", "warehouse", "qty", "parent as demand_name", "name as demand_line"],
		order_by="parent, idx",
	)
	lines = len(rows) // len(names)
	for number, row in enumerate(rows):
		if number == WARM * lines:
			wait()
		perform(SiteUnitOfWork(), reserve, {**row, "demand_type": "Sales Order"})


SIDES: dict[str, Callable[..., None]] = {
	"erpnext": by_erpnext,
	"called": by_erpnexts_call,
	"sync": by_sync,
	"operation": by_operation,
}


ERPNEXTS = ("erpnext", "called")


def measure(
	part: Part, make: Callable[[str, int], list[str]], count: int, lines: int, processes: int
) -> None:
	"""Measure the sides in turn, so that other load of the machine affects all of them."""
	rates: dict[str, list[float]] = {side: [] for side in SIDES}
	retries = dict.fromkeys(SIDES, 0)
	for repetition in range(REPETITIONS):
		for side, work in SIDES.items():
			orders = count if side in ERPNEXTS else count * LONGER
			names = make(f"{side[0].upper()}{lines}-{processes}-{repetition}", orders + WARM * processes)
			switch(on=side not in ERPNEXTS, erpnexts_reservation=side in ERPNEXTS)
			frappe.cache.set(RETRIES, 0)
			used = at_once(work, [names[i::processes] for i in range(processes)])
			_check(side, names, len(names) * lines)
			retries[side] += int(frappe.cache.get(RETRIES) or 0)
			rates[side].append(orders * lines / used)
	where = (
		f"{processes} process{'es' if processes > 1 else ''}, orders of {lines} row{'s' if lines > 1 else ''}"
	)
	for side, beside, what in (
		("sync", "erpnext", f"Reserving for a Sales Order, {where}"),
		("operation", "erpnext", f"`reservation.reserve`, a call a row, {where}"),
		("operation", "called", "The same, beside a call that loads its order"),
	):
		here, erpnext = middle(rates[side]), middle(rates[beside])
		part.add(
			Figure(
				what,
				f"{count * LONGER} orders beside {count}, {REPETITIONS} times",
				f"{short(here)} rows/s{_again(retries[side])}",
				f"Stock Reservation Entry {short(erpnext)} rows/s{_again(retries[beside])}",
				here / erpnext,
				f"≥ {AIM}×",
				here / erpnext >= AIM,
				{"here rows/s": rates[side], "beside rows/s": rates[beside]},
			)
		)


def _again(retries: int) -> str:
	return f", {retries} deadlocks tried again" if retries else ""


def _check(side: str, names: Sequence[str], rows: int) -> None:
	"""Check that everything was reserved: no side was fast by refusing."""
	doctype, order, condition = (
		("Stock Reservation Entry", "voucher_no", "docstatus = 1 AND reserved_qty = 1")
		if side in ERPNEXTS
		else ("Inventory Reservation", "demand_name", "reserved_qty = 1")
	)
	frappe.db.rollback()
	done = frappe.db.sql(
		f"SELECT COUNT(*) FROM `tab{doctype}` WHERE {condition} AND `{order}` IN %(names)s", {"names": names}
	)[0][0]
	if done != rows:
		raise RuntimeError(f"{side}: {done} of {rows} rows were reserved")


def main() -> None:
	begin()
	part = Part("reserving")
	warehouse = bulk.warehouses(1)[0]
	codes = bulk.items("RESERVE", ITEMS)
	bulk.receive(codes, warehouse, 1_000_000)
	single, many = bulk.order(codes[:1], warehouse), bulk.order(codes[:10], warehouse)
	switch(on=False)  # the copies' originals reserve nothing

	def make(source: str, prefix: str, count: int) -> list[str]:
		item = bulk.item_code("RESERVE", f"1 + (seq * 10 + t.idx) MOD {ITEMS}") if source == many else None
		item = item or bulk.item_code("RESERVE", f"1 + seq MOD {ITEMS}")
		return bulk.orders_like(source, prefix, count, item)

	rows = scaled(200, least=8)
	measure(part, partial(make, single), rows, 1, 1)
	measure(part, partial(make, single), rows, 1, 4)
	measure(part, partial(make, many), max(rows // 10, 4), 10, 1)
	for side, work in SIDES.items():
		switch(on=side not in ERPNEXTS, erpnexts_reservation=side in ERPNEXTS)
		names = make(single, f"P{side}", scaled(100, least=4))
		part.profiles[side] = profile(partial(work, names, _at_once))
	part.report()


def _at_once() -> None:
	"""One process waits for nobody."""


if __name__ == "__main__":
	main()
