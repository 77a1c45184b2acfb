"""What holds of every plan: random stock, reservations, allocations and postings."""

import random
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from settlements import NOW, SHOP, STORES, UNPLACED, Stock, after, demand, posting, row, situation

from inventory_midplatform.domain.movement import INSIDE_WAREHOUSE, Movement
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import STRATEGIES
from inventory_midplatform.domain.reservation import ShortagePolicy
from inventory_midplatform.domain.settlement.decide import decide
from inventory_midplatform.domain.settlement.needs import may_take_on_hold
from inventory_midplatform.domain.settlement.plan import Plan
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.domain.settlement.situation import Rules
from inventory_midplatform.tests.rounds import SOAK

ITEMS, BATCHES, STATUSES = ("A", "B"), ("", "B1", "B2"), (AVAILABLE, AVAILABLE, "Damaged")
BINS = {STORES: (UNPLACED[STORES], "1", "2", "S"), SHOP: (UNPLACED[SHOP], "9")}
DEMANDS = ("SO-1", "SO-2", "SO-3")
EXAMPLES = 3000 if SOAK else 120
small = st.integers(0, 6)


@st.composite
def stocks(draw: st.DrawFn) -> Stock:
	"""Stock whose invariants hold: reserved is there, allocations are in their bins."""
	stock = Stock()
	for item in ITEMS:
		batches = draw(st.sampled_from([("",), BATCHES[1:]]))
		for warehouse, bins in BINS.items():
			for bin in bins:
				for batch in batches:
					for status in dict.fromkeys(STATUSES):
						qty = draw(small)
						if qty and (status == AVAILABLE or bin != "S"):
							stock.put(
								item,
								warehouse,
								bin,
								qty,
								batch_no=batch,
								stock_status=status,
								is_staging=bin == "S",
								sequence=bins.index(bin),
							)
	for n in range(draw(st.integers(0, 5))):
		_reserve(draw, stock, f"r{n}")
	return stock


def _reserve(draw: st.DrawFn, stock: Stock, name: str) -> None:
	item, warehouse = draw(st.sampled_from(ITEMS)), draw(st.sampled_from((STORES, SHOP)))
	position = stock.positions([(item, warehouse)])[(item, warehouse)]
	reserved = min(draw(small), int(position.available))
	waiting = draw(small) if draw(st.booleans()) else 0
	if reserved + waiting == 0:
		return
	policy = (
		ShortagePolicy.WAIT if waiting and not reserved and draw(st.booleans()) else ShortagePolicy.PARTIAL
	)
	about = demand(draw(st.sampled_from(DEMANDS)))
	expires = NOW if draw(st.integers(0, 5)) == 0 else None
	stock.reserve(
		name,
		item,
		warehouse,
		reserved,
		waiting,
		demand=about,
		shortage_policy=policy,
		priority=draw(st.integers(0, 2)),
		expires_at=expires,
	)
	left = draw(st.integers(0, reserved))
	for c in list(stock.contents.get((item, warehouse), ())):
		part = min(left, int(c.free)) if c.stock_status == AVAILABLE else 0
		if part > 0:
			stock.allocate(name, c.bin, part, c.batch_no)
			left -= part


def _batches(stock: Stock, item: str) -> list[str]:
	found = {c.batch_no for (of, _), there in stock.contents.items() if of == item for c in there}
	return sorted(found) or [""]


@st.composite
def postings(draw: st.DrawFn, stock: Stock) -> Posting:
	"""A delivery, a receipt, an issue, a transfer or a mixture."""
	kind = draw(st.sampled_from(("deliver", "receive", "issue", "transfer", "mixed")))
	rows: list[PostingRow] = []
	for n in range(draw(st.integers(1, 4))):
		item = draw(st.sampled_from(ITEMS))
		batch = draw(st.sampled_from(_batches(stock, item)))
		warehouse = draw(st.sampled_from((STORES, SHOP)))
		qty, bin = draw(st.integers(1, 8)), draw(st.sampled_from(("", "", *BINS[warehouse])))
		about = demand(draw(st.sampled_from(DEMANDS))) if draw(st.booleans()) else None
		facts: dict[str, Any] = {"batch_no": batch, "bin": bin}
		of_row = draw(st.sampled_from(("issue", "receive", "transfer"))) if kind == "mixed" else kind
		if of_row == "receive":
			status = draw(st.sampled_from(STATUSES))
			rows.append(row(item, warehouse, qty, str(n), stock_status=status, **facts))
			continue
		rows.append(row(item, warehouse, -qty, str(n), demand=about, **facts))
		if of_row == "transfer":
			rows.append(row(item, SHOP if warehouse == STORES else STORES, qty, str(n), batch_no=batch))
	voucher_type = {"deliver": "Delivery Note", "receive": "Purchase Receipt"}.get(kind, "Stock Entry")
	return posting(*rows, voucher_type=voucher_type, may_be_refused=draw(st.integers(0, 3)) > 0)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Stock, Posting, dict[str, Any]]:
	"""Stock, a posting, and with which rules and quantities of the books it is settled."""
	stock = draw(stocks())
	of = draw(postings(stock))
	facts: dict[str, Any] = {"rules": Rules(may_unblock=draw(st.booleans()))}
	strategy = draw(st.sampled_from([*STRATEGIES.values()])).complete
	facts["strategies"] = dict.fromkeys(sorted(keys_of(of)), strategy)
	if draw(st.integers(0, 3)) == 0:
		# the books changed by another quantity than the rows say; batches would be compared with the books'
		key = draw(st.sampled_from(sorted(keys_of(of))))
		by_rows = sum((r.qty for r in of.rows if r.key == key), ZERO)
		before = stock.positions([key])[key].on_hand
		facts["books"] = {key: before + by_rows + draw(st.integers(-4, 4))}
	return stock, of, facts


def keys_of(of: Posting) -> set[Key]:
	return {r.key for r in of.rows}


def assert_invariants(stock: Stock, plan: Plan, keys: set[Key]) -> None:
	"""Check what ``ledger.verify`` checks, of the positions that a plan leaves behind."""
	positions = {c.now.key: c.now for c in plan.positions}
	written = after(stock, plan)
	for key, right in written.positions(keys).items():
		found = positions.get(key)
		if found:
			shown = (found.on_hand, found.on_hold, found.reserved, found.waiting)
			assert shown == (right.on_hand, right.on_hold, right.reserved, right.waiting), key
		of_layers = sum(written.layers.get(key, {}).values(), ZERO)
		assert of_layers == max(right.on_hand, ZERO), f"layers of {key}"
	in_bins: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
	of_reservations: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for a in written.allocations:
		assert a.qty > 0
		in_bins[(a.item_code, a.bin, a.batch_no)] += a.qty
		of_reservations[a.reservation] += a.qty
	for (item, _), found_bins in written.contents.items():
		for c in found_bins:
			expected = in_bins[(item, c.bin, c.batch_no)] if c.stock_status == AVAILABLE else ZERO
			assert c.allocated == expected, f"allocated in {c.bin}"
			assert c.allocated <= max(c.qty, ZERO), f"more is allocated in {c.bin} than is there"
	for r in written.reservations:
		assert r.qty == r.reserved + r.waiting + r.consumed + r.released
		assert min(r.reserved, r.waiting, r.consumed, r.released, r.allocated) >= 0
		assert r.allocated == of_reservations[r.name], r.name
		assert r.allocated <= r.reserved, r.name


@given(cases())
@settings(max_examples=EXAMPLES)
def test_after_a_plan_every_invariant_is_true(case: tuple[Stock, Posting, dict[str, Any]]) -> None:
	stock, of, facts = case
	plan = decide(situation(stock, of, **facts))
	event("refused" if plan.refusal else "deallocated" if plan.deallocated else "planned")
	if plan.refusal:
		assert of.may_be_refused
		assert plan == Plan(refusal=plan.refusal)
		return
	assert_invariants(stock, plan, keys_of(of))
	moved: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	by_batch: dict[tuple[Key, str], Decimal] = defaultdict(lambda: ZERO)
	for m in plan.movements:
		moved[m.key] += m.qty
		by_batch[(m.key, m.batch_no)] += m.qty
	for r in of.rows:
		by_batch[(r.key, r.batch_no)] -= r.qty
	for key, books in facts.get("books", {}).items():
		by_rows = sum((r.qty for r in of.rows if r.key == key), ZERO)
		by_batch[(key, "")] -= books - stock.positions([key])[key].on_hand - by_rows
	assert not {about: qty for about, qty in by_batch.items() if qty}
	by_flows: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	for f in plan.flows:
		by_flows[(f.item_code, f.warehouse)] += f.qty
	assert {k: q for k, q in by_flows.items() if q} == {k: q for k, q in moved.items() if q}
	assert not any(m.kind in INSIDE_WAREHOUSE for m in plan.movements)


@given(cases())
@settings(max_examples=EXAMPLES)
def test_reserved_stock_is_never_taken(case: tuple[Stock, Posting, dict[str, Any]]) -> None:
	stock, of, facts = case
	plan = decide(situation(stock, replace(of, may_be_refused=True), **facts))
	if plan.refusal:
		return
	demands = {r.demand for r in of.rows}
	for changed in plan.positions:
		assert not changed.now.takes_from_reserved or changed.before.takes_from_reserved
	for c in plan.reservations:
		if c.before and c.now.demand not in demands and not c.before.expired(NOW):
			assert c.now.reserved >= c.before.reserved, "another demand's reservation lost stock"


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_the_order_of_rows_says_nothing(
	case: tuple[Stock, Posting, dict[str, Any]], shuffled: random.Random
) -> None:
	stock, of, facts = case
	other = Stock(stock.contents, list(stock.reservations), list(stock.allocations), {}, stock.layers)
	rows = list(of.rows)
	for listed in (rows, other.reservations, other.allocations):
		shuffled.shuffle(listed)
	one = decide(situation(stock, of, **facts))
	two = decide(situation(other, replace(of, rows=tuple(rows)), **facts))
	assert _shown(one) == _shown(two)


def _shown(plan: Plan) -> dict[str, Any]:
	"""Return all of a plan, its lists as sets; of a refusal what it says."""
	refusal = plan.refusal and (plan.refusal.code, plan.refusal.details)
	lists = {
		name: sorted(map(repr, found))
		for name, found in vars(plan).items()
		if isinstance(found, list | tuple)
	}
	return {"refusal": repr(refusal), "unexplained": dict(plan.unexplained), **lists}


@given(cases())
@settings(max_examples=EXAMPLES)
def test_what_is_not_read_would_change_nothing(case: tuple[Stock, Posting, dict[str, Any]]) -> None:
	stock, of, facts = case
	needed = decide(situation(stock, of, **facts))
	everything = decide(situation(stock, of, **facts, only_needed=False))
	assert _shown(needed) == _shown(everything)


@given(cases())
@settings(max_examples=EXAMPLES)
def test_stock_on_hold_leaves_only_where_that_was_foreseen(
	case: tuple[Stock, Posting, dict[str, Any]],
) -> None:
	stock, of, _ = case
	found = situation(stock, of, rules=Rules(refuses_reserved=False, refuses_on_hold=False))
	if decide(found).taken_on_hold:
		assert may_take_on_hold(found.moved, found.contents)


@given(cases())
@settings(max_examples=EXAMPLES)
def test_a_cancellation_undoes_its_posting(case: tuple[Stock, Posting, dict[str, Any]]) -> None:
	stock, of, _ = case
	rules = Rules(refuses_reserved=False, refuses_on_hold=False)
	plan = decide(situation(stock, of, rules=rules))
	assume(plan.movements)
	between = after(stock, plan)
	own = [_as_row(m) for m in plan.movements]
	# nobody has inspected it meanwhile
	uninspected: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
	for r in own:
		if r.qty > 0 and r.stock_status != AVAILABLE:
			uninspected[(r.item_code, r.warehouse, r.batch_no)] += r.qty
	turned = tuple(replace(r, qty=-r.qty) for r in of.rows)
	cancelled = replace(of, rows=turned, cancelled=True, uninspected=uninspected)
	undone = decide(situation(between, cancelled, own=own, rules=rules))
	assert_invariants(between, undone, keys_of(of))
	back = after(between, undone)
	before, now = stock.positions(keys_of(of)), back.positions(keys_of(of))
	for key in keys_of(of):
		assert (now[key].on_hand, now[key].on_hold) == (before[key].on_hand, before[key].on_hold)
	flows: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
	for f in (*plan.flows, *undone.flows):
		flows[(f.item_code, f.warehouse, f.day, f.flow)] += -f.qty if f.is_undone else f.qty
	assert not {about: qty for about, qty in flows.items() if qty}
	first = {r.name: r for r in stock.reservations}
	for r in back.reservations:
		if not first[r.name].expired(NOW):
			assert (r.consumed, r.open) == (first[r.name].consumed, first[r.name].open), r.name


def _as_row(m: Movement) -> PostingRow:
	facts = {
		"bin": m.bin,
		"batch_no": m.batch_no,
		"stock_status": m.stock_status,
		"received_at": m.received_at,
	}
	return PostingRow(m.item_code, m.warehouse, m.qty, m.voucher_detail_no, **facts)
