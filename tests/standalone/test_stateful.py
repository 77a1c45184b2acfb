"""All services through their doors in any order, beside the model of stateful_model.py that must agree after every step.

Hypothesis chooses the steps and shortens what fails. The same steps every time, unless
INVENTORY_MIDPLATFORM_EXAMPLES says how many random sequences to try.

A new operation is a new rule, and a method of the model that says what comes of it or refuses it.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from inspect import isfunction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
	Bundle,
	consumes,
	initialize,
	multiple,
	precondition,
	rule,
	run_state_machine_as_test,
)
from platforms import Clock, StandalonePlatform
from stateful_bins import ON_HOLD, STATUSES, Place
from stateful_machine import Drawn, Machine, drawn, handled, items, nths, parts, picks
from stateful_reservations import SALES_ORDER

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reservation import ShortagePolicy
from inventory_midplatform.ports import Context, PostingLine
from inventory_midplatform.services.locations import expired_stock
from inventory_midplatform.services.reconciliation import rebuild
from inventory_midplatform.services.reservation import reservations
from inventory_midplatform.tests.rounds import rounds

EXAMPLES = os.environ.get("INVENTORY_MIDPLATFORM_EXAMPLES")
STEPS = 30
COVERING = 150
"""So many sequences do everything, and have everything refused, that can be. Fewer miss what is rare."""

DRAFTS_ONLY = {"replenishment.create_material_requests", "request.cancel", "request.create", "request.submit"}
"""Operations that write, but change neither stock nor reservations."""

FLOWS = ("approval.", "inbound.", "outbound.", "pack.", "wave.")
"""Operations of flows move and deliver stock by what is tried here; the behaviour tests of each try their steps."""
MODELLED = {
	*(f"reservation.{name}" for name in ("allocate", "deallocate", "reassign", "release", "reserve")),
	*(f"stock.{name}" for name in ("block", "move", "unblock")),
}
MADE_OF_THESE = {"stock.bin_counted", "stock.refill"}
"""Operations that move stock by ``stock.move``, or note what was seen."""

NEVER_REFUSED = {"amend", "close", "deallocated", "expire", "order", "rebuild", "reopen", "release_expired"}

named = st.sampled_from([True, True, False])
"""Whether the batch is."""
lines = st.lists(drawn, min_size=1, max_size=3)


def hold_expired(ctx: Context) -> None:
	for key in expired_stock.due(ctx):
		expired_stock.block(ctx, key)


class Services(Machine):
	orders = Bundle("orders")
	vouchers = Bundle("vouchers")

	@initialize(target=orders)
	def start(self) -> Any:
		return multiple(*self.begin())

	# stock enters and leaves

	@rule(target=vouchers, what=lines)
	def receive(self, what: list[Drawn]) -> Any:
		chosen = [self.line(x, arrives=True) for x in what]
		return self.post("receive", lambda: self.platform.books.receive(chosen), chosen)

	@rule(target=vouchers, what=lines)
	def issue(self, what: list[Drawn]) -> Any:
		chosen = [self.line(x) for x in what]
		return self.post("issue", lambda: self.platform.books.issue(chosen), chosen, -1)

	@rule(target=vouchers, what=drawn)
	def transfer(self, what: Drawn) -> Any:
		line, target = self.line(what), self.warehouses[1 - what.warehouse]
		return self.post("transfer", lambda: self.platform.books.transfer([line], target), [line], -1, target)

	@rule(target=vouchers, what=drawn, nothing=st.booleans())
	def count(self, what: Drawn, nothing: bool) -> Any:
		item, warehouse = key = self.key(what)
		batch, qty = self.batch(what), ZERO if nothing else what.qty
		assume(qty != self.model.there(key, batch or None))
		line = PostingLine(item, warehouse, qty, Decimal(10), batch_no=batch)
		return self.step(
			"count",
			lambda: self.platform.books.count([line]),
			lambda model, voucher: model.count(voucher, key, batch, qty),
		)

	@rule(voucher=vouchers)
	def cancel(self, voucher: Any) -> None:
		self.step(
			"cancel",
			lambda: self.platform.books.cancel(voucher),
			lambda model, _: model.cancel(voucher),
		)

	# orders

	@rule(target=orders, what=lines)
	def order(self, what: list[Drawn]) -> Any:
		wanted = [PostingLine(*self.key(x), self.whole(x)) for x in what]
		return self.ordered("order", lambda: self.platform.books.order(self.customer, wanted))

	@rule(target=vouchers, order=orders, part=st.sampled_from([1, 2, 4]))
	def deliver(self, order: str, part: int) -> Any:
		wanted = {}
		for name, row in self.model.orders[order].rows.items():
			qty = round(row.outstanding / part, 0 if self.model.has[row.key[0]][1] else 3)
			if 0 < qty <= row.outstanding:
				wanted[name] = Decimal(qty)
		return self.step(
			"deliver",
			lambda: self.platform.books.deliver(order, wanted),
			lambda model, voucher: model.deliver(voucher, order, wanted),
		)

	@rule(order=orders, what=drawn, less=st.booleans())
	def update(self, order: str, what: Drawn, less: bool) -> None:
		rows = self.model.orders[order].rows
		name = sorted(rows)[what.pick % len(rows)]
		row = rows[name]
		qty = self.whole(what._replace(item=self.items.index(row.key[0])))
		if less and row.delivered:
			qty = row.delivered - 1
		self.step(
			"update",
			lambda: self.platform.books.update_order(order, {name: qty}),
			lambda model, _: model.update_order(order, name, qty),
		)

	@rule(order=orders)
	def close(self, order: str) -> None:
		self.step(
			"close",
			lambda: self.platform.books.close_order(order),
			lambda model, _: model.close_order(order),
		)

	@rule(order=orders)
	def reopen(self, order: str) -> None:
		self.step(
			"reopen",
			lambda: self.platform.books.reopen_order(order),
			lambda model, _: model.close_order(order, False),
		)

	@rule(target=orders, order=consumes(orders), amended=st.booleans())
	def cancel_order(self, order: str, amended: bool) -> Any:
		cancelled = self.step(
			"cancel_order",
			lambda: self.platform.books.cancel_order(order) or order,
			lambda model, _: model.cancel_order(order),
		)
		if cancelled != order or not amended:
			return multiple()
		return self.ordered("amend", lambda: self.platform.books.amend_order(order))

	# reservations

	@rule(
		what=drawn,
		more=st.booleans(),
		shortage_policy=st.sampled_from([x.value for x in ShortagePolicy]),
		priority=st.integers(0, 2),
		hours=st.sampled_from([None, None, 1, 5]),
		pin=st.booleans(),
	)
	def reserve(
		self, what: Drawn, more: bool, shortage_policy: str, priority: int, hours: int | None, pin: bool
	) -> None:
		"""A quantity, or so much more than is available."""
		key = self.key(what)
		qty = what.qty + self.model.available(key) if more else what.qty
		over = (self.clock.now() + timedelta(hours=hours)).replace(microsecond=0) if hours else None
		made = self.keep(key, qty, shortage_policy, priority, over)
		if pin and isinstance(made, dict):
			self.pin(made["name"])

	@precondition(lambda self: self.model.claims)
	@rule(nth=st.integers(0, 7), part=parts)
	def release(self, nth: int, part: int | None) -> None:
		claim = self.some_claim(nth)
		qty = self.part_if_said(claim.open, part)
		self.call(
			"reservation.release",
			lambda model, _: model.release(claim.name, qty),
			name=claim.name,
			qty=qty and to_text(qty),
		)

	@precondition(lambda self: self.model.claims)
	@rule(nth=st.integers(0, 7), part=parts, to=st.integers(0, 7))
	def reassign(self, nth: int, part: int | None, to: int) -> None:
		"""To an order's row that wants the same item from the same place, or to some project."""
		claim = self.some_claim(nth)
		qty = self.part_if_said(claim.open, part)
		rows = [
			(SALES_ORDER, order, name)
			for order, made in self.model.orders.items()
			for name, row in made.rows.items()
			if row.key == claim.key
		]
		demand = rows[to % len(rows)] if rows and to % 2 else ("Project", f"P{to}", "")
		self.call(
			"reservation.reassign",
			lambda model, answer: model.reassign(claim.name, answer and answer["name"], demand, qty),
			**dict(zip(("demand_type", "demand_name", "demand_line"), demand, strict=True)),
			what="reassign",
			name=claim.name,
			qty=qty and to_text(qty),
		)

	@rule(hours=st.sampled_from([0, 1, 3]))
	def release_expired(self, hours: int) -> None:
		self.clock.ahead += timedelta(hours=hours)
		self.step(
			"release_expired",
			lambda: self.in_context(reservations.release_expired),
			lambda model, _: model.release_expired(),
		)

	# allocated to bins

	@precondition(lambda self: self.model.claims)
	@rule(
		nth=st.integers(0, 3),
		part=parts,
		strategy=st.sampled_from(["", "", "FIFO", "LIFO", "Fewest Bins"]),
		batch=st.sampled_from([None, None, 0, 1]),
	)
	def allocate(self, nth: int, part: int | None, strategy: str, batch: int | None) -> None:
		claim = self.some_claim(nth, lambda claim: claim.reserved - claim.allocated)
		qty = self.part_if_said(claim.reserved - claim.allocated, part)
		batches = self.batches[claim.key[0]]
		of = "" if batch is None else batches[batch % len(batches)]
		self.pin(claim.name, qty, strategy, of)

	@precondition(lambda self: any(claim.allocated for claim in self.model.claims.values()))
	@rule(nth=st.integers(0, 3), part=parts)
	def deallocate(self, nth: int, part: int | None) -> None:
		claim = self.some_claim(nth, lambda claim: claim.allocated)
		qty = self.part_if_said(claim.allocated, part)
		self.call(
			"reservation.deallocate",
			lambda model, _: model.deallocate(claim.name, qty),
			name=claim.name,
			qty=qty and to_text(qty),
		)

	@precondition(lambda self: any(claim.allocated for claim in self.model.claims.values()))
	@rule(target=vouchers, nth=st.integers(0, 3), part=st.integers(0, 3))
	def take_pinned(self, nth: int, part: int) -> Any:
		"""Somebody issues from a bin all that is allocated for nobody, and a part of what is; or more than there is."""
		claim = self.some_claim(nth, lambda claim: claim.allocated)
		assume(claim.pins)
		bin, batch = min(claim.pins)
		place = Place(*claim.key, bin, batch)
		allocated = claim.pins[bin, batch]
		qty = self.model.free(place) + (
			self.model.there(claim.key) if part == 0 else round(allocated / part, 3)
		)
		serials = sorted(s for s, p in self.model.serials.items() if p == place)[: int(qty) + 1]
		if serials:
			qty = Decimal(len(serials))
		line = PostingLine(*claim.key, qty, None, bin, batch, tuple(serials))
		return self.post("take_pinned", lambda: self.platform.books.issue([line]), [line], -1)

	# inside a warehouse

	@rule(
		nth=nths,
		qty=handled,
		step=st.sampled_from([1, 2, 1, 2, 0]),
		on_hold=st.booleans(),
		pick=picks,
		named=named,
	)
	def move(self, nth: int, qty: Decimal | int, step: int, on_hold: bool, pick: int, named: bool) -> None:
		place = self.place(nth, STATUSES if on_hold else (AVAILABLE,))
		there = self.bins[place.warehouse]
		to = place._replace(bin=there[(there.index(place.bin) + step) % len(there)])
		where = {"from_bin": place.bin, "to_bin": to.bin, "stock_status": place.status}
		self.handle("stock.move", place, to, qty, pick, named, **where)

	@rule(nth=nths, qty=handled, status=st.sampled_from(ON_HOLD), pick=picks, named=named)
	def block(self, nth: int, qty: Decimal | int, status: str, pick: int, named: bool) -> None:
		place = self.place(nth, (AVAILABLE,))
		to = place._replace(status=status)
		self.handle("stock.block", place, to, qty, pick, named, bin=place.bin, stock_status=status)

	@precondition(lambda self: any(place.status != AVAILABLE for place in self.model.lies))
	@rule(nth=nths, qty=handled, pick=picks, named=named)
	def unblock(self, nth: int, qty: Decimal | int, pick: int, named: bool) -> None:
		place = self.place(nth, ON_HOLD)
		to = place._replace(status=AVAILABLE)
		self.handle("stock.unblock", place, to, qty, pick, named, bin=place.bin, stock_status=place.status)

	@rule(pick=picks)
	def expire(self, pick: int) -> None:
		"""For one night a batch has expired."""
		batches = sorted(b for some in self.batches.values() for b in some if b)
		batch = batches[pick % len(batches)]
		self.platform.update("Batch", batch, {"expiry_date": date(2020, 2, 29)})
		self.step("expire", lambda: self.in_context(hold_expired), lambda model, _: model.expire(batch))
		self.platform.update("Batch", batch, {"expiry_date": None})

	# the ledger

	@rule(item=items)
	def rebuild(self, item: int) -> None:
		"""At any moment there is nothing to mend, and nothing changes."""
		before = self.layers()
		wrong = self.in_context(lambda ctx: rebuild.rebuild_item(ctx, self.items[item]))
		self.seen["rebuild", ""] += 1
		assert (wrong, self.layers()) == (0, before)


@pytest.fixture(params=["sqlite", "mariadb"])
def url_of_its_own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
	"""A database nobody else fills: every step checks all of it."""
	if request.param == "sqlite":
		yield f"sqlite:///{tmp_path}/stateful.sqlite"
		return
	url = request.getfixturevalue("mariadb_url")
	with Standalone(url).context() as ctx:
		ctx.store.execute(
			"CREATE DATABASE IF NOT EXISTS stateful CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
		)
	yield f"{url.rpartition('/')[0]}/stateful"
	with Standalone(url).context() as ctx:
		ctx.store.execute("DROP DATABASE stateful")


def test_a_delivery_of_a_closed_order_is_not_cancelled(sqlite: StandalonePlatform) -> None:
	"""As in ERPNext: the order would be half open, with less kept for it than it wants."""
	item, warehouse, books = sqlite.make_item(), sqlite.make_warehouse(), sqlite.books
	books.receive([PostingLine(item, warehouse, Decimal(8), Decimal(10))])
	order = books.order(sqlite.make_customer(), [PostingLine(item, warehouse, Decimal(6))])
	note = books.deliver(order, {books.order_rows(order)[0]["name"]: Decimal(2)})
	books.close_order(order)
	with pytest.raises(InventoryError) as refused:
		books.cancel(note)
	assert refused.value.code == "order_closed"
	books.reopen_order(order)
	books.cancel(note)
	position = sqlite.call("stock.get_position", item_code=item, warehouse=warehouse)
	assert (position["on_hand"], position["reserved"]) == (8, 6)


@pytest.mark.soak
def test_services_agree_with_a_model(url_of_its_own: str) -> None:
	engine = url_of_its_own.partition(":")[0]
	few = {"sqlite": 60, "mysql": 25}[engine]
	examples = int(EXAMPLES or rounds(f"random sequences of {STEPS} operations on {engine}", few, COVERING))
	clock, seen, called = Clock(), Counter[tuple[str, str]](), set[str]()
	platform = StandalonePlatform(Standalone(url_of_its_own, clock))
	here = {"platform": platform, "clock": clock, "seen": seen, "called": called}
	run_state_machine_as_test(
		type("ServicesHere", (Services,), here),
		settings=settings(
			max_examples=examples,
			stateful_step_count=STEPS,
			derandomize=EXAMPLES is None,
			database=None,
			deadline=None,
			report_multiple_bugs=False,
			suppress_health_check=list(HealthCheck),
			print_blob=False,
		),
	)
	allowed = {what: n for (what, code), n in sorted(seen.items()) if not code}
	refused = {
		what: {code: n for (w, code), n in sorted(seen.items()) if w == what and code} for what in allowed
	}
	print(f"\nallowed: {allowed}\nrefused: {refused}")
	if examples < COVERING:
		return
	rules = {name for name, rule in vars(Services).items() if isfunction(rule)} - {"start"}
	assert set(allowed) == rules | {"amend", "deallocated"}
	assert min(allowed.values()) >= 1, "a rule never did anything"
	assert {what for what, codes in refused.items() if not codes} <= NEVER_REFUSED, "a rule was never refused"
	assert called == MODELLED


def test_every_operation_that_changes_stock_is_in_the_model() -> None:
	writing = {o.name for o in OPERATIONS.values() if o.writes and not o.name.startswith(FLOWS)}
	assert writing == MODELLED | MADE_OF_THESE | DRAFTS_ONLY
