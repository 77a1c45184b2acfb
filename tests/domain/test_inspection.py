from decimal import Decimal as D

import pytest

from inventory_midplatform.domain.inspection import ALL, BAD, GOOD, NUMBER, PERCENT, SKIPPED, Plan

G, B, S = GOOD, BAD, SKIPPED


@pytest.mark.parametrize(
	("method", "value", "received", "whole", "sample"),
	[
		(ALL, 0, 100, True, 100),
		(ALL, 5, "2.5", False, "2.5"),
		(NUMBER, 5, 100, True, 5),
		(NUMBER, 5, 5, True, 5),
		(NUMBER, 5, 3, True, 3),
		(NUMBER, "2.5", 100, True, 3),
		(NUMBER, "2.5", 100, False, "2.5"),
		(PERCENT, 10, 100, True, 10),
		(PERCENT, 10, 95, True, 10),
		(PERCENT, 10, 95, False, "9.5"),
		(PERCENT, 1, 3, True, 1),
		(PERCENT, 100, 7, True, 7),
		(PERCENT, "0.1", 10, False, "0.01"),
	],
)
def test_sample_of_a_receipt(method: str, value: str, received: str, whole: bool, sample: str) -> None:
	assert Plan(method, D(value)).sample_qty(D(received), whole) == D(sample)


@pytest.mark.parametrize(
	("receipts", "skips"),
	[
		([], False),
		([G], False),
		([G, G], False),
		([G, G, G], True),
		([G, G, G, G], True),
		([G, G, B, G, G, G], False),
		([B, G, G, G], False),
		([S, G, G, G], True),
		([S, S, G, G, G], False),
		([G, S, S, G, G, G], False),
		([G, G, S, S, G, G, G], False),
		([G, G, G, S, S, G, G, G], True),
		([B, S, G, G, G], False),
	],
)
def test_after_three_good_receipts_the_next_two_are_skipped(receipts: list[str], skips: bool) -> None:
	assert Plan(skip_after=3, skip_next=2).skips(receipts) is skips


@pytest.mark.parametrize("plan", [Plan(), Plan(skip_after=1), Plan(skip_next=1)])
def test_without_both_numbers_nothing_is_skipped(plan: Plan) -> None:
	assert not plan.skips([G] * 9)


def test_never_more_receipts_count_than_it_says_are_needed() -> None:
	for plan in (Plan(skip_after=3, skip_next=2), Plan(skip_after=1, skip_next=4)):
		for receipts in ([G] * 9, [S] * 9, [G] * 3 + [S] * 6, [S] * 2 + [G] * 7):
			assert plan.skips(receipts) == plan.skips(receipts[: plan.receipts_needed])
