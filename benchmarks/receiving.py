"""A receipt of two hundred lines, received by an Inbound Order or typed by hand, beside ERPNext's own; and where a thousand
lines are put away, beside ERPNext's Putaway Rules.
"""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import nowdate

from benchmarks import bulk
from benchmarks.at_site import Queries, begin, scale, scaled, switch
from benchmarks.figures import Figure, Part, middle, profile, repeated, short, span
from inventory_midplatform.adapters.site.context import SiteUnitOfWork, site_context
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import operation_named, perform
from inventory_midplatform.services.inbound import arriving, receiving, sync
from inventory_midplatform.services.inbound.scans import Scan
from inventory_midplatform.services.locations import suggestions
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import erpnext_reports

assert v1, "importing it registers the operations"

SETTINGS = "Inventory Midplatform Settings"
ORDER = "Purchase Order"
PAIRS = 5
LINES = 200
PLACES = 1_000
QTY = 10
FLOW_AIM, TYPED_AIM, PROPOSED_AIM = 1.3, 1.1, 1.0
REPORTED = 20
"""Items of each side that ERPNext's reports look at: they read one item at a time."""


@dataclass
class Side:
	"""One way to receive, and how long it took: all of it, and from the submit on."""

	orders: list[str]
	on: bool
	receive: Callable[[str], Iterator[None]]
	"""Receives an order; yields before what the other sides do as well, the submit."""
	whole: list[float] = field(default_factory=list)
	submit: list[float] = field(default_factory=list)
	statements: int = 0
	of_submit: int = 0

	def run(self, n: int) -> None:
		switch_inbound(self.on)
		gc.collect()
		steps = self.receive(self.orders[n])
		with Queries() as queries:
			started = time.perf_counter()
			next(steps, None)
			drafted, counted = time.perf_counter(), queries.count
			next(steps, None)
			frappe.db.commit()
			ended = time.perf_counter()
		self.statements, self.of_submit = queries.count, queries.count - counted
		if n:  # the first warms the caches
			self.whole.append(ended - started)
			self.submit.append(ended - drafted)


def switch_inbound(on: bool) -> None:
	switch(on=on)
	frappe.db.set_single_value(SETTINGS, "inbound_enabled", int(on))
	frappe.db.commit()
	frappe.clear_document_cache(SETTINGS, SETTINGS)


def call(operation: str, /, **arguments: Any) -> Any:
	return perform(SiteUnitOfWork(), operation_named(operation), arguments, "")


# what is received


def purchase_orders(prefix: str, codes: list[str], place: str, times: int) -> list[str]:
	"""Make a Purchase Order of these items in ERPNext, and as many copies of it by SQL."""
	rows = [{"item_code": c, "warehouse": place, "qty": QTY, "rate": erp.PRICE} for c in codes]
	source = erp.submit(
		frappe.get_doc(
			{
				"doctype": ORDER,
				"supplier": erp.supplier(),
				"company": erp.company(),
				"schedule_date": nowdate(),
				"items": rows,
			}
		)
	).name
	name = f"CONCAT('{prefix}-', seq)"
	bulk.copy(ORDER, f"t.name = '{source}'", times, name=name)
	row = f"CONCAT('{prefix}-', t.idx, '-', seq)"
	bulk.copy("Purchase Order Item", f"t.parent = '{source}'", times, name=row, parent=name)
	frappe.db.commit()
	bulk.analyze(ORDER, "Purchase Order Item")
	return [f"{prefix}-{n}" for n in range(1, times + 1)]


def inbound_order(order: str) -> str:
	return str(frappe.db.get_value("Inbound Order", {"source_name": order}))


def expect(orders: list[str]) -> None:
	unit = SiteUnitOfWork()
	for order in orders:
		sync.sync(unit.begin(), ORDER, order)
		unit.commit()


def scan(order: str) -> None:
	"""Let an order arrive, and count all its lines."""
	unit, name = SiteUnitOfWork(), inbound_order(order)
	ctx = unit.begin()
	arriving.arrive(ctx, name)
	for line in frappe.get_all("Inbound Order Line", {"parent": name}, pluck="name", order_by="idx"):
		receiving.receive(ctx, name, Scan(line, Decimal(QTY)))
	unit.commit()


# the sides


def by_erpnext(order: str) -> Iterator[None]:
	"""Make the receipt that ERPNext maps from the order, and submit it."""
	from erpnext.buying.doctype.purchase_order.purchase_order import make_purchase_receipt

	receipt = make_purchase_receipt(order)
	receipt.insert(ignore_permissions=True)
	yield
	receipt.submit()


def by_steps(order: str) -> Iterator[None]:
	"""Finish receiving, with the answer that the storekeeper's page shows."""
	call("inbound.finish_receiving", name=inbound_order(order))
	yield


def bins_with_policies(prefix: str, place: str, count: int) -> None:
	"""Give a warehouse ``count`` bins, each the fixed bin of an item by its Storage Policy."""
	bin = erp.insert("Warehouse Bin", bin_code="0", warehouse=place).name
	number = "LPAD(seq, 6, '0')"
	name = f"CONCAT({number}, ' - ', t.warehouse)"
	about = {"name": name, "bin_code": number, "sequence": "seq", "capacity_qty": "100000"}
	bulk.copy("Warehouse Bin", f"t.name = '{bin}'", count, **about)
	code = f"{prefix}-{1:06}"
	policy = erp.insert(
		"Storage Policy", warehouse=place, item_code=code, put_away_strategy="Fixed Bin", fixed_bin=bin
	).name
	bulk.copy(
		"Storage Policy",
		f"t.name = '{policy}'",
		count,
		name=f"CONCAT('{prefix}-POLICY-', seq)",
		item_code=bulk.item_code(prefix, "seq"),
		fixed_bin=f"CONCAT({number}, ' - ', t.warehouse)",
	)
	frappe.delete_doc("Storage Policy", policy)
	frappe.delete_doc("Warehouse Bin", bin)
	frappe.db.commit()
	bulk.analyze("Warehouse Bin", "Storage Policy", "Bin Stock")


def putaway_rules(prefix: str, count: int) -> None:
	"""Make as many Putaway Rules of ERPNext, each an item's, with a warehouse of its own: its bins are warehouses."""
	source = bulk.warehouses(1)[0]
	bulk.copy("Warehouse", f"t.name = '{source}'", count, name="CONCAT('PUT-', seq)")
	code = f"{prefix}-{1:06}"
	rule = erp.insert(
		"Putaway Rule",
		item_code=code,
		warehouse=source,
		company=erp.company(),
		capacity=100_000,
		uom="Nos",
		stock_uom="Nos",
		conversion_factor=1,
		priority=1,
	).name
	bulk.copy(
		"Putaway Rule",
		f"t.name = '{rule}'",
		count,
		name=f"CONCAT('{prefix}-RULE-', seq)",
		item_code=bulk.item_code(prefix, "seq"),
		warehouse="CONCAT('PUT-', seq)",
	)
	frappe.delete_doc("Putaway Rule", rule)
	frappe.db.commit()
	bulk.analyze("Putaway Rule", "Warehouse")


# the figures


def main() -> None:
	begin()
	part = Part("receiving")
	lines, places = max(scaled(LINES), 5), max(scaled(PLACES), 20)
	pairs = PAIRS if scale() == 1 else 2
	place, plain_place = bulk.warehouses(2)
	codes, plain = bulk.items("RECEIVE", places), bulk.items("PLAIN", lines)
	bulk.receive(codes, place, QTY)
	bulk.receive(plain, plain_place, QTY)
	bins_with_policies("RECEIVE", place, places)
	putaway_rules("RECEIVE", places)
	_proposals(part, codes, place)
	switch_inbound(on=False)
	flow = purchase_orders("FLOW", codes[:lines], place, pairs + 2)
	# each side's items have been received as often as the others'
	typed = purchase_orders("TYPED", codes[lines : 2 * lines], place, pairs + 2)
	own = purchase_orders("OWN", plain, plain_place, pairs + 2)
	switch_inbound(on=True)
	expect([*flow, *typed])
	for order in flow:
		scan(order)
	sides = [
		Side(own, False, by_erpnext),
		Side(flow, True, by_steps),
		Side(typed, True, by_erpnext),
	]
	for n in range(pairs + 1):
		for side in sides if n % 2 else reversed(sides):
			side.run(n)
	_receipts(part, sides, lines)
	_putting_away(part, flow[pairs], codes[:lines], place)
	_check(part, sides, pairs + 1, codes, plain, place)
	switch_inbound(on=True)
	part.profiles["finish_receiving"] = profile(lambda: list(by_steps(flow[-1])))
	frappe.db.set_single_value(SETTINGS, "inbound_enabled", 0)
	frappe.db.commit()
	part.report()


def _proposals(part: Part, codes: list[str], place: str) -> None:
	"""Ask where a thousand received lines go, all at once as a put-away task does; beside what a receipt of ERPNext's asks."""
	from erpnext.stock.doctype.putaway_rule.putaway_rule import apply_putaway_rule

	switch_inbound(on=True)
	parts = [suggestions.ToPlace(code, "", Decimal(QTY)) for code in codes]
	found: list[Any] = []
	rows: list[Any] = []

	def proposed() -> None:
		found[:] = suggestions.propose(site_context(), place, parts)

	def erpnexts() -> None:
		rows[:] = [
			frappe._dict(
				doctype="Purchase Receipt Item",
				idx=n,
				item_code=code,
				warehouse=place,
				qty=QTY,
				stock_qty=QTY,
				uom="Nos",
				conversion_factor=1,
			)
			for n, code in enumerate(codes, 1)
		]
		apply_putaway_rule("Purchase Receipt", rows, erp.company())

	times: tuple[list[float], list[float]] = ([], [])
	for _ in range(5):
		times[0].extend(repeated(1, proposed))
		times[1].extend(repeated(1, erpnexts))
	with Queries() as counted:
		proposed()
	with Queries() as counted_beside:
		erpnexts()
	for n, suggested in enumerate(found, 1):
		assert [(b["bin"], b["qty"]) for b in suggested["bins"]] == [(f"{n:06} - {place}", QTY)], suggested
	assert sum(b["qty"] for s in found for b in s["bins"]) == sum(row.qty for row in rows) == QTY * len(codes)
	assert [row.warehouse for row in rows] == [f"PUT-{n}" for n in range(1, len(codes) + 1)]
	ratio = middle(times[1]) / middle(times[0])
	part.add(
		Figure(
			f"Where {len(codes):,} received lines are put away, {len(codes):,} bins and Storage Policies",
			f"{len(codes):,} lines, 5 times",
			span(times[0]),
			f"Putaway Rules, as many {span(times[1])}",
			ratio,
			f"≥ {PROPOSED_AIM:.0f}×",
			ratio >= PROPOSED_AIM,
			{"here s": times[0], "beside s": times[1]},
		)
	)
	_statements(part, f"{len(codes):,} lines", counted.count, "Putaway Rules", counted_beside.count)
	some = codes[:: max(len(codes) // 50, 1)]

	def one_by_one() -> None:
		for code in some:
			call("stock.suggest_put_away", item_code=code, warehouse=place, qty=QTY)

	single = [used / len(some) for used in repeated(3, one_by_one)]
	part.add(
		Figure(
			"`stock.suggest_put_away`, one line alone",
			f"{len(codes):,} bins",
			span([1000 * used for used in single], "ms"),
			f"Putaway Rule of one line {short(1000 * middle(times[1]) / len(codes))} ms",
			samples={"here s": single},
		)
	)
	part.profiles["proposals at once"] = profile(proposed)
	part.profiles["suggest_put_away"] = profile(one_by_one)


def _receipts(part: Part, sides: list[Side], lines: int) -> None:
	own, flow, typed = sides
	for what, here, beside, aim, counted in (
		(
			f"Purchase Receipt of {lines} lines: `inbound.finish_receiving`, beside made, inserted and submitted",
			flow.whole,
			own.whole,
			FLOW_AIM,
			(flow.statements, own.statements),
		),
		(
			f"Purchase Receipt of {lines} lines, typed by hand, submit: ledger and Inbound Orders on",
			typed.submit,
			own.submit,
			TYPED_AIM,
			(typed.of_submit, own.of_submit),
		),
	):
		ratio = middle([on / off for on, off in zip(here, beside, strict=True)])
		part.add(
			Figure(
				what,
				f"{len(here)} pairs",
				span(here),
				f"switched off {span(beside)}",
				ratio,
				f"≤ {aim}×",
				ratio <= aim,
				{"here s": here, "beside s": beside},
			)
		)
		_statements(part, f"{lines} lines", counted[0], "switched off", counted[1], more=True)


def _statements(part: Part, size: str, here: int, beside: str, count: int, more: bool = False) -> None:
	"""Add the statements of both; the ratio is of what is here where the aim is on more, else of the others'."""
	ratio = here / count if more else count / here
	part.add(Figure("The same, SQL statements", size, f"{here:,}", f"{beside} {count:,}", ratio))


def _putting_away(part: Part, order: str, codes: list[str], place: str) -> None:
	"""Put lines of a received order into the proposed bins, step by step."""
	switch_inbound(on=True)
	name = inbound_order(order)
	task = call("inbound.get", name=name)
	proposals = task["to_put_away"]
	assert [p["qty"] for p in proposals] == [QTY] * len(codes), proposals[:3]
	assert all(sum(b["qty"] for b in p["bins"]) == QTY and not p["rest"] for p in proposals)
	times, counted = [], 0
	for proposal in proposals[:20]:
		gc.collect()
		with Queries() as queries:
			started = time.perf_counter()
			put = {"line": proposal["line"], "bin": proposal["bins"][0]["bin"], "qty": QTY}
			call("inbound.put_away", name=name, **put)
			times.append(time.perf_counter() - started)
		counted = queries.count
	part.add(
		Figure(
			f"`inbound.put_away` of a line, with all that is left of {len(codes)} in the answer",
			f"{len(times)} steps, {counted} SQL statements each",
			span([1000 * used for used in times], "ms"),
			samples={"here s": times},
		)
	)


def _check(
	part: Part, sides: list[Side], received: int, codes: list[str], plain: list[str], place: str
) -> None:
	"""Raise where a receipt is missing, an invariant does not hold, or a report of ERPNext's finds fault."""
	for side in sides:
		done = frappe.db.count(ORDER, {"name": ("in", side.orders), "per_received": 100})
		if done != received:
			raise RuntimeError(f"{done} of {received} orders were received: {side.orders[0]}")
	lines = len(plain)
	expected = QTY + received * QTY
	wrong = [
		row
		for row in frappe.get_all(
			"Stock Position",
			{"warehouse": place, "item_code": ("in", codes[: 2 * lines])},
			["item_code", "on_hand"],
		)
		if row.on_hand != expected
	]
	if wrong:
		raise RuntimeError(f"{len(wrong)} positions are not {expected}: {wrong[:3]}")
	result = verification.verify(site_context(), items=codes)
	if not result["ok"]:
		raise RuntimeError(f"the invariants of the ledger do not hold: {result['findings'][:3]}")
	found = erpnext_reports.differences([*codes[:lines][:REPORTED], *plain[:REPORTED]])
	if found:
		raise RuntimeError(f"ERPNext's reports find fault: {found[:3]}")
	part.notes.append(f"{sum(result['checked'].values()):,} rows of the ledger verified")


if __name__ == "__main__":
	main()
