"""Submit a Delivery Note of fifty rows, with ledger and reservations on, and with everything off."""

import gc
import time
from typing import Any

import frappe

from benchmarks import bulk
from benchmarks.at_site import Queries, begin, scale, scaled, switch
from benchmarks.figures import Figure, Part, middle, profile, span
from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.services.reservation import document_sync

PAIRS = 12
AIM = 1.05


def drafts(prefix: str, order: str, note: Any, times: int, item: str) -> list[str]:
	"""Make orders, and for each a draft Delivery Note."""
	bulk.orders_like(order, prefix, times, item)
	name, of_order = f"CONCAT('DN-{prefix}-', seq)", f"CONCAT('{prefix}-', seq)"
	bulk.copy("Delivery Note", f"t.name = '{note.name}'", times, name=name)
	bulk.copy(
		"Delivery Note Item",
		f"t.parent = '{note.name}'",
		times,
		name=f"CONCAT('DN-{prefix}-', t.idx, '-', seq)",
		parent=name,
		item_code=item,
		against_sales_order=of_order,
		so_detail=f"CONCAT('{prefix}-', t.idx, '-', seq)",
	)
	frappe.db.commit()
	return [f"DN-{prefix}-{n}" for n in range(1, times + 1)]


def submit(name: str) -> tuple[float, int]:
	document = frappe.get_doc("Delivery Note", name)
	gc.collect()
	with Queries() as queries:
		started = time.perf_counter()
		document.submit()
		frappe.db.commit()
		used = time.perf_counter() - started
	return used, queries.count


def main() -> None:
	from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

	begin()
	part = Part("delivering")
	pairs, rows = max(scaled(PAIRS), 2), 50 if scale() == 1 else 5
	warehouse = bulk.warehouses(1)[0]
	codes = bulk.items("DELIVER", 2 * rows)
	bulk.receive(codes, warehouse, 10_000)
	switch(on=False)
	order = bulk.order(codes[:rows], warehouse)
	note = make_delivery_note(order, kwargs={})
	note.insert(ignore_permissions=True)
	frappe.db.commit()
	# Each side has its own items: what is posted with the ledger off is not in the ledger.
	plain = drafts("OFF", order, note, pairs + 2, bulk.item_code("DELIVER", "t.idx"))
	reserved = drafts("ON", order, note, pairs + 2, bulk.item_code("DELIVER", f"t.idx + {rows}"))
	switch(on=True)
	unit = SiteUnitOfWork()
	for n in range(1, pairs + 3):
		document_sync.sync(unit.begin(), "Sales Order", f"ON-{n}")
		unit.commit()
	times: dict[bool, list[float]] = {False: [], True: []}
	counts: dict[bool, int] = {}
	for n in range(pairs + 1):
		for on in (False, True) if n % 2 else (True, False):
			switch(on=on)
			used, counts[on] = submit((reserved if on else plain)[n])
			if n:  # the first warms the caches
				times[on].append(used)
	_check(pairs + 1, rows)
	ratio = middle([on / off for on, off in zip(times[True], times[False], strict=True)])
	part.add(
		Figure(
			f"Delivery Note of {rows} rows for an order, submit: ledger and reservations on",
			f"{pairs} pairs",
			span(times[True]),
			f"switched off {span(times[False])}",
			ratio,
			f"≤ {AIM}×",
			ratio <= AIM,
			{"here s": times[True], "beside s": times[False]},
		)
	)
	part.add(
		Figure(
			"The same, SQL statements",
			f"{rows} rows",
			str(counts[True]),
			f"switched off {counts[False]}",
			counts[True] / counts[False],
		)
	)
	switch(on=True)
	last = frappe.get_doc("Delivery Note", reserved[-1])
	part.profiles["submit with everything on"] = profile(last.submit)
	frappe.db.rollback()
	part.profiles["settlement of it"] = _settlement(reserved[-1])
	part.report()


def _settlement(name: str) -> str:
	"""Profile the settlement of a submit alone."""
	from inventory_midplatform.adapters.site import vouchers

	document, profiles = frappe.get_doc("Delivery Note", name), []
	settle = vouchers.settlement.settle

	def profiled(*arguments: Any) -> None:
		profiles.append(profile(lambda: settle(*arguments)))

	vouchers.settlement.settle = profiled
	document.submit()
	vouchers.settlement.settle = settle
	frappe.db.rollback()
	return str(profiles[0])


def _check(notes: int, rows: int) -> None:
	consumed = frappe.db.count(
		"Inventory Reservation", {"status": "Consumed", "demand_name": ("like", "ON-%")}
	)
	if consumed != notes * rows:
		raise RuntimeError(f"{consumed} of {notes * rows} reservations were consumed")


if __name__ == "__main__":
	main()
