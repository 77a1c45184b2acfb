"""What a settlement decides, step by step: which bin, which status, who gets it, when it is refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from settlements import NOW, SHOP, STORES, UNPLACED, Stock, day, demand, moved, posting, row, situation

from inventory_midplatform.domain.movement import Movement, MovementKind
from inventory_midplatform.domain.removal import STRATEGIES
from inventory_midplatform.domain.reservation import ShortagePolicy
from inventory_midplatform.domain.settlement.decide import decide
from inventory_midplatform.domain.settlement.places import SerialPlace
from inventory_midplatform.domain.settlement.plan import Plan
from inventory_midplatform.domain.settlement.postings import Posting
from inventory_midplatform.domain.settlement.situation import Rules
from inventory_midplatform.domain.settlement.unexplained import Unexplained
from inventory_midplatform.domain.tracked_quantity import TrackedQuantity

D = Decimal
KEY = ("A", STORES)


def planned(stock: Stock, *postings: Posting, **facts: Any) -> Plan:
	return decide(situation(stock, *postings, **facts))


def three_bins() -> Stock:
	"""2 in Unplaced, 5 in bin 1, 9 in bin 2."""
	stock = Stock().put("A", STORES, UNPLACED[STORES], 2)
	return stock.put("A", STORES, "1", 5, sequence=1).put("A", STORES, "2", 9, sequence=2)


@pytest.mark.parametrize(
	("qty", "named", "expected"),
	[
		(1, "", {UNPLACED[STORES]: -1}),
		(4, "", {UNPLACED[STORES]: -2, "1": -2}),
		(4, "2", {"2": -4}),
		(10, "2", {"2": -9, UNPLACED[STORES]: -1}),
		(4, "nowhere", {UNPLACED[STORES]: -2, "1": -2}),
		# what no bin has leaves Unplaced below zero: it has left in the books
		(20, "", {"1": -5, "2": -9, UNPLACED[STORES]: -6}),
	],
)
def test_which_bin_it_leaves_from(qty: int, named: str, expected: dict[str, int]) -> None:
	plan = planned(three_bins(), posting(row("A", STORES, -qty, bin=named)))
	assert {bin: qty for _, bin, qty, _ in moved(plan)} == expected


def test_its_own_allocation_leaves_first_and_staging_before_other_bins() -> None:
	stock = three_bins().put("A", STORES, "Staging", 2, is_staging=True)
	stock.reserve("mine", "A", STORES, 5).allocate("mine", "2", 3).allocate("mine", "Staging", 2)
	stock.reserve("other", "A", STORES, 4).allocate("other", "1", 4)
	plan = planned(stock, posting(row("A", STORES, -4, demand=demand("mine"))))
	assert moved(plan) == [("A", "Staging", -2, "Available"), ("A", "2", -2, "Available")]
	assert {(c.now.bin, c.now.qty) for c in plan.allocations} == {("Staging", D(0)), ("2", D(1))}
	assert not plan.deallocated


def test_a_serial_number_leaves_from_where_it_is() -> None:
	stock = three_bins()
	stock.serials = {"S": SerialPlace(STORES, "2"), "elsewhere": SerialPlace(SHOP, "9")}
	assert moved(planned(stock, posting(row("A", STORES, -1, serial_no="S"))))[0][1] == "2"
	assert moved(planned(stock, posting(row("A", STORES, -1, serial_no="elsewhere"))))[0][1] != "9"


@pytest.mark.parametrize(
	("named", "expected"), [("", UNPLACED[STORES]), ("1", "1"), ("nowhere", UNPLACED[STORES])]
)
def test_which_bin_it_goes_to(named: str, expected: str) -> None:
	plan = planned(three_bins(), posting(row("A", STORES, 3, bin=named), voucher_type="Purchase Receipt"))
	assert moved(plan) == [("A", expected, 3, "Available")]


@pytest.mark.parametrize(
	("voucher_type", "into", "expected"),
	[
		# the same row: a transfer
		("Stock Entry", row("A", SHOP, 3), ["Damaged"]),
		# another row of the item: repacked
		("Stock Entry", row("A", SHOP, 3, "2"), ["Damaged"]),
		# another item is not the same goods
		("Stock Entry", row("B", SHOP, 3, "2"), ["Available"]),
		("Stock Entry", row("A", SHOP, 4), ["Damaged", "Available"]),
	],
)
def test_in_which_status_it_arrives(voucher_type: str, into: Any, expected: list[str]) -> None:
	stock = Stock().put("A", STORES, "1", 3, stock_status="Damaged")
	rules = Rules(may_unblock=True)
	plan = planned(stock, posting(row("A", STORES, -3), into, voucher_type=voucher_type), rules=rules)
	assert [status for _, _, qty, status in moved(plan) if qty > 0] == expected


def test_stock_on_hold_leaves_only_by_who_may_unblock_it() -> None:
	stock = Stock().put("A", STORES, "1", 3, stock_status="Damaged").put("A", STORES, "2", 1)
	leaves = posting(row("A", STORES, -3))
	refused = planned(stock, leaves)
	assert refused.refusal is not None
	assert refused.refusal.code == "takes_stock_on_hold"
	assert refused.refusal.details["qty"] == "2"
	assert not refused.movements
	allowed = planned(stock, leaves, rules=Rules(may_unblock=True))
	assert [(m.bin, m.qty) for m in allowed.taken_on_hold] == [("1", -2)]
	assert not allowed.alerts
	happened = planned(stock, replace(leaves, may_be_refused=False))
	assert [a.kind for a in happened.alerts] == ["Stock on Hold Taken"]
	assert not planned(stock, posting(row("A", STORES, -1))).taken_on_hold


def test_a_delivery_consumes_what_is_reserved_for_its_demand() -> None:
	stock = three_bins().reserve("mine", "A", STORES, 5, 2).reserve("other", "A", STORES, 10)
	plan = planned(stock, posting(row("A", STORES, -6, demand=demand("mine"))))
	(mine,) = [c.now for c in plan.reservations]
	assert (mine.name, mine.reserved, mine.waiting, mine.consumed) == ("mine", 0, 1, 6)
	(position,) = plan.positions
	assert (position.now.on_hand, position.now.reserved) == (10, 10)


def test_rows_of_one_demand_consume_its_reservations_in_any_order() -> None:
	stock = three_bins().reserve("r1", "A", STORES, 5, demand=demand("SO"))
	stock.reserve("r2", "A", STORES, 4, demand=demand("SO"))
	rows = [row("A", STORES, -3, "1", demand=demand("SO")), row("A", STORES, -5, "2", demand=demand("SO"))]
	found = []
	for of_posting in (rows, rows[::-1]):
		plan = planned(stock, posting(*of_posting))
		found.append({c.now.name: c.now.consumed for c in plan.reservations})
	assert found[0] == found[1] == {"r1": 5, "r2": 3}


@pytest.mark.parametrize(
	("arrives", "expected"),
	[
		(2, {"first": 2}),
		# Wait takes all or nothing, and the next in the queue is served
		(4, {"first": 3, "last": 1}),
		(8, {"first": 3, "whole": 5}),
		(20, {"first": 3, "whole": 5, "last": 4}),
	],
)
def test_who_gets_what_arrives(arrives: int, expected: dict[str, int]) -> None:
	stock = Stock().put("A", STORES, "1", 0)
	partial = ShortagePolicy.PARTIAL
	stock.reserve("last", "A", STORES, 0, 4, shortage_policy=partial)
	stock.reserve("whole", "A", STORES, 0, 5, shortage_policy=ShortagePolicy.WAIT)
	stock.reserve("first", "A", STORES, 0, 3, shortage_policy=partial, priority=9)
	stock.reserve("late", "A", STORES, 0, 2, shortage_policy=partial, expires_at=NOW, priority=99)
	plan = planned(stock, posting(row("A", STORES, arrives), voucher_type="Purchase Receipt"))
	assert {c.now.name: int(c.now.reserved) for c in plan.reservations} == expected


def test_when_it_is_refused() -> None:
	stock = Stock().put("A", STORES, "1", 10).reserve("other", "A", STORES, 8)
	assert planned(stock, posting(row("A", STORES, -2))).refusal is None
	takes = posting(row("A", STORES, -3))
	refused = planned(stock, takes)
	assert refused.refusal is not None
	assert (refused.refusal.code, refused.refusal.details["missing"]) == ("takes_reserved_stock", "1")
	assert refused.refusal.details["reservations"][0]["reservation"] == "other"
	for allowed in (
		planned(stock, replace(takes, may_be_refused=False)),
		planned(stock, takes, rules=Rules(refuses_reserved=False)),
	):
		assert [a.kind for a in allowed.alerts] == ["Books Below Reserved"]
	expired = Stock().put("A", STORES, "1", 10)
	expired.reserve("old", "A", STORES, 8, expires_at=NOW - timedelta(minutes=1))
	plan = planned(expired, takes)
	assert [(c.now.name, c.now.status) for c in plan.reservations] == [("old", "Expired")]


def test_what_expired_reservations_leave_over_goes_to_who_waits() -> None:
	stock = Stock().put("A", STORES, "1", 10)
	stock.reserve("old", "A", STORES, 8, expires_at=NOW - timedelta(minutes=1))
	stock.reserve("new", "A", STORES, 2, 9, shortage_policy=ShortagePolicy.PARTIAL)
	plan = planned(stock, posting(row("A", STORES, -3)))
	assert {c.now.name: int(c.now.reserved) for c in plan.reservations} == {"old": 0, "new": 7}


@pytest.mark.parametrize("arriving", ["Available", "Damaged"])
def test_only_available_stock_fills_and_covers(arriving: str) -> None:
	"""In one voucher other stock comes in than leaves: only what is available goes to who waits, or covers what is reserved."""
	comes = row("A", STORES, 3, "2", batch_no="B2", stock_status=arriving)
	stock = Stock().put("A", STORES, "2", 5, batch_no="B1", stock_status="Damaged")
	stock.reserve("waits", "A", STORES, 0, 7, shortage_policy=ShortagePolicy.PARTIAL)
	leaves = row("A", STORES, -5, "1", batch_no="B1", stock_status="Damaged")
	plan = planned(stock, posting(leaves, comes), rules=Rules(may_unblock=True))
	assert [int(c.now.reserved) for c in plan.reservations] == ([3] if arriving == "Available" else [])
	stock = Stock().put("A", STORES, "1", 4).reserve("other", "A", STORES, 4)
	plan = planned(stock, posting(row("A", STORES, -3, "1"), comes))
	assert (plan.refusal is None) == (arriving == "Available")
	if plan.refusal:
		assert [r["reservation"] for r in plan.refusal.details["reservations"]] == ["other"]


def test_an_allocation_of_another_batch_stays() -> None:
	stock = Stock().put("A", STORES, "1", 4, batch_no="B1").put("A", STORES, "2", 4, batch_no="B2")
	stock.reserve("mine", "A", STORES, 6).allocate("mine", "1", 2, "B1")
	plan = planned(stock, posting(row("A", STORES, -3, batch_no="B2", demand=demand("mine"))))
	assert moved(plan) == [("A", "2", -3, "Available")]
	assert not plan.allocations


def test_a_removal_strategy_matters_where_stock_is_in_several_bins_or_more_comes() -> None:
	strategies = {KEY: STRATEGIES["LIFO"]}
	one = Stock().put("A", STORES, "1", 5, oldest_receipt=NOW, newest_receipt=NOW, sequence=1)
	comes = posting(row("A", STORES, 2), voucher_type="Purchase Receipt")
	goes = posting(row("A", STORES, -3), no="V-2")
	assert not situation(one, goes, strategies=strategies).strategies
	assert situation(three_bins(), goes, strategies=strategies).strategies == strategies
	assert situation(one, comes, goes, strategies=strategies).strategies == strategies
	assert moved(planned(one, comes, goes, strategies=strategies))[-1] == ("A", "1", -3, "Available")


def test_a_posting_key_is_the_same_in_every_version() -> None:
	"""A site has stored it: of another key a posting would be settled a second time."""
	about = {"batch_no": "L", "serial_no": "S", "stock_status": "Damaged", "voucher_detail_no": "r1"}
	voucher = {"voucher_type": "Delivery Note", "voucher_no": "DN-1", "revision": 3}
	m = Movement("A", "Stores", "B1", D(-2), MovementKind.OUTGOING, NOW, **about, **voucher)
	assert m.posting_key == "e588b8e82398352f2b69c245cf445b95"
	for same in (
		replace(m, qty=D(-3)),
		replace(m, reason="x", received_at=NOW, posting_datetime=NOW - timedelta(1)),
	):
		assert same.posting_key == m.posting_key
	for other in (replace(m, qty=D(2)), replace(m, revision=4), replace(m, bin="B2")):
		assert other.posting_key != m.posting_key


def test_others_reservations_are_read_only_where_their_stock_may_leave() -> None:
	stock = three_bins().reserve("mine", "A", STORES, 5).reserve("other", "A", STORES, 5)
	stock.allocate("mine", "1", 5).allocate("other", "2", 5)
	own = demand("mine")
	for leaving, expected in (
		(row("A", STORES, -5, demand=own), ["mine"]),
		(row("A", STORES, -5, demand=own, bin="2"), ["mine", "other"]),
		# 5 of its own, 6 that nobody has, 1 of the other's
		(row("A", STORES, -11, demand=own), ["mine"]),
		(row("A", STORES, -12, demand=own), ["mine", "other"]),
	):
		read = situation(stock, posting(leaving), rules=Rules(refuses_reserved=False)).reservations
		assert [r.name for r in read] == expected, leaving


def test_who_was_short_before_is_not_refused_for_it() -> None:
	stock = Stock().put("A", STORES, "1", 5).reserve("other", "A", STORES, 8)
	arrives = planned(stock, posting(row("A", STORES, 1), voucher_type="Purchase Receipt"))
	assert arrives.refusal is None
	assert [a.kind for a in arrives.alerts] == ["Books Below Reserved"]
	covered = planned(stock, posting(row("A", STORES, 3), voucher_type="Purchase Receipt"))
	assert [c.covers_again for c in covered.positions] == [True]


def test_rounding_of_the_books_is_taken_off_the_last_reservation() -> None:
	stock = Stock().put("A", STORES, "1", 8).reserve("first", "A", STORES, 3).reserve("last", "A", STORES, 5)
	rules = Rules(half_unit=D("0.0005"))
	at = posting(voucher_type="", no="", may_be_refused=False)
	unexplained = Unexplained({KEY: D("-0.0003")}, {KEY: D("-0.0003")})
	plan = planned(stock, at, books={KEY: D("7.9997")}, rules=rules, unexplained=unexplained)
	assert [(m.bin, m.qty) for m in plan.movements] == [("1", D("-0.0003"))]
	assert [(c.now.name, c.now.reserved) for c in plan.reservations] == [("first", D("2.9997"))]
	assert not plan.adjusted


def test_the_youngest_of_the_lowest_priority_is_deallocated() -> None:
	stock = Stock().put("A", STORES, "1", 10).put("A", STORES, "2", 10)
	stock.reserve("young", "A", STORES, 4).reserve("old", "A", STORES, 4)
	stock.allocate("young", "1", 4).allocate("old", "1", 4)
	plan = planned(stock, posting(row("A", STORES, -5, bin="1")))
	assert [(d.reservation.name, d.qty) for d in plan.deallocated] == [("young", 3)]
	assert {c.now.name: (c.now.allocated, c.now.reserved) for c in plan.reservations} == {"young": (1, 4)}


def test_what_no_row_explains_is_adjusted_or_opening_stock() -> None:
	at = posting(voucher_type="", no="", may_be_refused=False)
	stock = Stock().put("A", STORES, "1", 5)
	plan = planned(stock, at, books={KEY: D(7)})
	assert (plan.unexplained, plan.adjusted) == ({KEY: MovementKind.ADJUSTMENT}, [KEY])
	assert moved(plan) == [("A", UNPLACED[STORES], 2, "Available")]
	plan = planned(Stock(last_change=None), at, books={KEY: D(7)})
	assert (plan.unexplained, plan.began, plan.adjusted) == ({KEY: MovementKind.OPENING_STOCK}, [KEY], [])
	assert not plan.flows, "it was there before"


def test_a_tracked_item_is_brought_to_the_books_by_batch_and_serial_number() -> None:
	at = posting(voucher_type="", no="", may_be_refused=False)
	stock = Stock().put("A", STORES, "1", 5, batch_no="B1").put("A", STORES, "2", 1, batch_no="B2")
	booked = {KEY: [TrackedQuantity(D(3), "B1"), TrackedQuantity(D(4), "B2")]}
	plan = planned(stock, at, books={KEY: D(7)}, unexplained=Unexplained({KEY: D(1)}, {}, booked))
	assert {(m.batch_no, int(m.qty)) for m in plan.movements} == {("B1", -2), ("B2", 3)}
	stock = Stock().put("A", STORES, "1", 1)
	stock.serials = {"gone": SerialPlace(STORES, "1")}
	booked = {KEY: [TrackedQuantity(D(1), "", "new")]}
	rest = Unexplained({KEY: D(0)}, {}, booked, {KEY: dict(stock.serials)})
	plan = planned(stock, at, books={KEY: D(1)}, unexplained=rest)
	assert [(m.serial_no, m.bin, int(m.qty)) for m in plan.movements] == [
		("gone", "1", -1),
		("new", UNPLACED[STORES], 1),
	]


def test_a_serial_number_that_the_books_moved_leaves_the_bin_it_was_in() -> None:
	"""Shop, where it comes in, is settled before Stores, where it leaves."""
	at = posting(voucher_type="", no="", may_be_refused=False)
	stock = Stock().put("A", STORES, "1", 1).put("A", STORES, "2", 1)
	places = {"other": SerialPlace(STORES, "1"), "moved": SerialPlace(STORES, "2")}
	booked = {KEY: [TrackedQuantity(D(1), "", "other")], ("A", SHOP): [TrackedQuantity(D(1), "", "moved")]}
	rest = Unexplained({KEY: D(-1), ("A", SHOP): D(1)}, {}, booked, {KEY: places})
	plan = planned(stock, at, books={KEY: D(1), ("A", SHOP): D(1)}, unexplained=rest)
	assert {(m.serial_no, m.bin, int(m.qty)) for m in plan.movements} == {
		("moved", "2", -1),
		("moved", UNPLACED[SHOP], 1),
	}


def test_a_cancelled_receipt_takes_of_what_is_on_hold_only_its_own() -> None:
	"""Of 10 that came in Quality 6 were inspected and put away; another receipt's 5 wait for inspection too."""
	stock = Stock().put("A", STORES, UNPLACED[STORES], 4, stock_status="Quality").put("A", STORES, "1", 6)
	stock.put("A", STORES, "2", 5, stock_status="Quality")
	own = [row("A", STORES, 10, bin=UNPLACED[STORES], stock_status="Quality")]
	cancelled = posting(
		row("A", STORES, -10),
		voucher_type="Purchase Receipt",
		cancelled=True,
		uninspected={("A", STORES, ""): D(4)},
	)
	plan = planned(stock, cancelled, own=own, rules=Rules(may_unblock=True))
	assert moved(plan) == [("A", UNPLACED[STORES], -4, "Quality"), ("A", "1", -6, "Available")]
	assert [int(m.qty) for m in plan.taken_on_hold] == [-4]


def test_a_transfer_takes_its_age_along_and_a_receipt_begins_a_layer() -> None:
	stock = Stock().put("A", STORES, "1", 5)
	plan = planned(stock, posting(row("A", STORES, -2), row("A", SHOP, 2), voucher_type="Stock Entry"))
	assert {(c.key[1], c.layer[1], int(c.change)) for c in plan.layers} == {
		(STORES, day(9), -2),
		(SHOP, day(9), 2),
	}
	plan = planned(stock, posting(row("A", STORES, 2), voucher_type="Purchase Receipt"))
	assert [(c.layer[1], int(c.change)) for c in plan.layers] == [(day(0), 2)]


def test_what_a_later_count_took_into_account_belongs_to_its_day() -> None:
	late = posting(row("A", STORES, 4), voucher_type="Purchase Receipt", at=NOW - timedelta(days=8))
	stock = Stock().put("A", STORES, "1", 7)
	plan = planned(stock, late, books={KEY: D(7)}, counted_on={KEY: day(5)})
	assert {(f.day, f.flow.value, int(f.qty)) for f in plan.flows} == {
		(day(8), "Purchase", 4),
		(day(5), "Count", -4),
	}


@pytest.mark.parametrize(
	("at", "newest", "expected"),
	[(NOW, NOW - timedelta(days=1), set()), (NOW - timedelta(days=3), NOW - timedelta(days=2), {"A"})],
)
def test_a_backdated_posting_has_its_layers_rebuilt(at: Any, newest: Any, expected: set[str]) -> None:
	stock = Stock().put("A", STORES, "1", 7)
	plan = planned(stock, posting(row("A", STORES, -1), at=at), newest={KEY: newest})
	assert plan.out_of_order == expected


def test_bins_with_the_same_posting_key_become_one_movement() -> None:
	own = [row("A", STORES, -2, bin="closed 1"), row("A", STORES, -3, bin="closed 2")]
	stock = Stock().put("A", STORES, "1", 1)
	cancelled = posting(row("A", STORES, 5), cancelled=True)
	plan = planned(stock, cancelled, own=own)
	assert moved(plan) == [("A", UNPLACED[STORES], 5, "Available")]
	assert plan.out_of_order == {"A"}
