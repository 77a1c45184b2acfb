"""Removal strategies: for any contents, nothing is removed twice, nothing is lost, and the order is respected."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory_midplatform.domain.removal import (
	NEAREST_BIN,
	STRATEGIES,
	BinContent,
	Removal,
	RemovalStrategy,
	choose,
	fifo,
	of_batch,
	strategy_of_app,
	why_unusable,
)

D = Decimal
ZERO = D(0)

quantities = st.integers(0, 500).map(lambda tenths: D(tenths) / 10)
days = st.integers(1, 5).map(lambda day: date(2026, 1, day))
moments = st.integers(1, 5).map(lambda day: datetime(2026, 1, day))
bins = st.lists(
	st.builds(
		BinContent,
		bin=st.sampled_from(["A", "B", "C", "D", "E"]),
		qty=quantities,
		allocated=quantities,
		batch_no=st.sampled_from(["", "B1", "B2"]),
		stock_status=st.sampled_from(["Available", "Available", "Quality"]),
		sequence=st.integers(0, 3),
		is_unplaced=st.booleans(),
		oldest_receipt=st.none() | moments,
		newest_receipt=st.none() | moments,
		expiry_date=st.none() | days,
	),
	max_size=8,
	unique_by=lambda c: (c.bin, c.batch_no, c.stock_status),
)
each_strategy = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda s: s.name)


def sums_of(removals: list[Removal]) -> dict[int, Decimal]:
	sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
	for t in removals:
		sums[id(t.content)] += t.qty
	return sums


def free_and_available(contents: list[BinContent]) -> list[BinContent]:
	"""As a picker sees them: nothing on hold and nothing allocated."""
	return [
		BinContent(**{**vars(c), "allocated": ZERO})
		for c in contents
		if c.stock_status == "Available" and c.qty > 0
	]


@each_strategy
@given(contents=bins, qty=quantities)
def test_what_is_chosen_and_what_is_missing_add_up_to_the_quantity(
	strategy: RemovalStrategy, contents: list[BinContent], qty: Decimal
) -> None:
	removals, rest = choose(contents, qty, strategy)
	assert sum((t.qty for t in removals), rest) == qty
	assert all(t.qty > 0 for t in removals)
	stock = {id(c): c.qty for c in contents}
	sums = sums_of(removals)
	assert all(part <= stock[content] for content, part in sums.items())
	assert rest == max(qty - sum(stock.values()), ZERO)


@each_strategy
@given(contents=bins, qty=quantities)
def test_allocated_stock_leaves_only_after_all_unallocated_available_stock(
	strategy: RemovalStrategy, contents: list[BinContent], qty: Decimal
) -> None:
	sums = sums_of(choose(contents, qty, strategy)[0])
	available = [c for c in contents if c.stock_status == "Available"]
	if any(sums[id(c)] > max(c.free, ZERO) for c in available):
		assert all(sums[id(c)] >= c.free for c in available)


@each_strategy
@given(contents=bins, qty=quantities)
def test_stock_on_hold_leaves_only_after_all_available_stock(
	strategy: RemovalStrategy, contents: list[BinContent], qty: Decimal
) -> None:
	sums = sums_of(choose(contents, qty, strategy)[0])
	if any(sums[id(c)] and c.stock_status != "Available" for c in contents):
		assert all(sums[id(c)] == max(c.qty, ZERO) for c in contents if c.stock_status == "Available")


@given(contents=bins, qty=quantities)
def test_fifo_never_leaves_older_stock_behind(contents: list[BinContent], qty: Decimal) -> None:
	stock = free_and_available(contents)
	sums = sums_of(choose(stock, qty, STRATEGIES["FIFO"])[0])
	for left in stock:
		for gone in stock:
			if sums[id(left)] < left.qty and sums[id(gone)]:
				assert (gone.oldest_receipt or datetime.min) <= (left.oldest_receipt or datetime.min)


@given(contents=bins, qty=quantities)
def test_lifo_never_leaves_newer_stock_behind(contents: list[BinContent], qty: Decimal) -> None:
	stock = free_and_available(contents)
	sums = sums_of(choose(stock, qty, STRATEGIES["LIFO"])[0])
	for left in stock:
		for gone in stock:
			if sums[id(left)] < left.qty and sums[id(gone)]:
				assert (gone.newest_receipt or datetime.min) >= (left.newest_receipt or datetime.min)


@given(contents=bins, qty=quantities)
def test_fefo_removes_what_expires_first_and_then_the_oldest(
	contents: list[BinContent], qty: Decimal
) -> None:
	def due(c: BinContent) -> tuple[date, datetime]:
		return (c.expiry_date or date.max, c.oldest_receipt or datetime.min)

	stock = free_and_available(contents)
	sums = sums_of(choose(stock, qty, STRATEGIES["FEFO"])[0])
	for left in stock:
		for gone in stock:
			if sums[id(left)] < left.qty and sums[id(gone)]:
				assert due(gone) <= due(left)


@given(amounts=st.lists(st.integers(1, 20), min_size=1, max_size=6), share=st.integers(1, 100))
@example(amounts=[1, 2, 10], share=90)
def test_no_fewer_bins_would_do(amounts: list[int], share: int) -> None:
	contents = [BinContent(str(index), D(amount)) for index, amount in enumerate(amounts)]
	qty = D(sum(amounts)) * share / 100
	removals, rest = choose(contents, qty, STRATEGIES["Fewest Bins"])
	visited = {t.content.bin for t in removals}
	assert rest == 0
	assert not any(sum(fewer) >= qty for fewer in combinations(amounts, len(visited) - 1))


def test_batches_in_one_bin_are_one_visit() -> None:
	contents = [
		BinContent("A", D(6), batch_no="B1"),
		BinContent("A", D(6), batch_no="B2"),
		BinContent("C", D(9)),
	]
	assert choose(contents, D(11), STRATEGIES["Fewest Bins"])[0] == [
		Removal(contents[0], D(6)),
		Removal(contents[1], D(5)),
	]


def test_of_bins_that_suffice_alone_the_one_with_the_least_is_visited() -> None:
	contents = [BinContent("big", D(100)), BinContent("fits", D(12)), BinContent("small", D(9))]
	assert choose(contents, D(10), STRATEGIES["Fewest Bins"])[0] == [Removal(contents[1], D(10))]


@each_strategy
@given(contents=bins, qty=quantities)
def test_only_the_named_batch_is_removed(
	strategy: RemovalStrategy, contents: list[BinContent], qty: Decimal
) -> None:
	removals, rest = choose(contents, qty, of_batch("B1", strategy, date(2026, 1, 3)))
	assert all(t.content.batch_no == "B1" for t in removals)
	assert rest == max(qty - sum(c.qty for c in contents if c.batch_no == "B1"), ZERO)


def test_an_expired_batch_is_usable_only_where_it_is_named() -> None:
	today = date(2026, 1, 3)

	def unusable(day: int, named: str = "") -> bool:
		return (
			why_unusable(BinContent("A", D(1), batch_no="B1", expiry_date=date(2026, 1, day)), today, named)
			is not None
		)

	assert [unusable(day) for day in (2, 3, 4)] == [True, False, False]
	assert not unusable(2, named="B1")
	assert unusable(2, named="B2")


@pytest.mark.parametrize("state", ["batch_disabled", "closed"])
@pytest.mark.parametrize("named", ["", "B1"])
def test_disabled_stock_is_never_usable(state: str, named: str) -> None:
	content = BinContent("A", D(1), batch_no="B1", **{state: True})  # type: ignore[arg-type]
	reason = why_unusable(content, date(2026, 1, 3), named)
	assert reason
	assert reason.sentence().endswith("is disabled.")


@each_strategy
@given(contents=bins)
def test_every_choice_has_a_reason(strategy: RemovalStrategy, contents: list[BinContent]) -> None:
	for content in contents:
		sentence = strategy.reason(content).sentence()
		assert sentence.endswith(".")
		assert "{" not in sentence


@given(contents=bins, qty=quantities)
def test_a_complete_strategy_puts_what_it_leaves_out_last(contents: list[BinContent], qty: Decimal) -> None:
	picky = strategy_of_app("Even Bins", lambda contents, qty: [c for c in contents if c.sequence % 2 == 0])
	order = picky.complete.order(contents, qty)
	assert sorted(map(id, order)) == sorted(map(id, contents))
	assert order[: len(picky.order(contents, qty))] == picky.order(contents, qty)


def test_a_strategy_cannot_remove_more_than_is_there() -> None:
	contents = [BinContent("A", D(1))]
	greedy = strategy_of_app("Greedy", lambda contents, qty: [*contents, *contents, BinContent("B", D(99))])
	assert choose(contents, D(5), greedy) == ([Removal(contents[0], D(1))], D(4))


def test_without_receipts_fifo_goes_by_walking_order() -> None:
	contents = [
		BinContent("B", D(1), sequence=2),
		BinContent("A", D(1), sequence=1),
		BinContent("UNPLACED", D(1), sequence=9, is_unplaced=True),
	]
	walked = [c.bin for c in NEAREST_BIN.order(contents, D(1))]
	assert walked == ["UNPLACED", "A", "B"]
	assert [c.bin for c in fifo(contents, D(1))] == walked
