"""Put-away strategies: no bin over its capacity, nothing mixed that must not be, and everything accounted for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.put_away import (
	QUANTITY,
	STRATEGIES,
	VOLUME,
	WEIGHT,
	Bin,
	Candidate,
	PutAwayStrategy,
	Rules,
	choose_bins,
	objections,
	one_after_another,
	why_nowhere,
)
from inventory_midplatform.domain.reason import Reason

D = Decimal
ZERO = D(0)

quantities = st.integers(0, 500).map(lambda tenths: D(tenths) / 10)
NAMES = tuple("ABCDEF")


@st.composite
def a_bin(draw: st.DrawFn) -> Bin:
	filled = draw(st.just(ZERO) | quantities)
	other_items = bool(filled) and draw(st.booleans())
	of_item = draw(st.integers(0, int(filled)).map(Decimal)) if other_items else filled
	return Bin(
		name=draw(st.sampled_from(NAMES)),
		zone=draw(st.sampled_from(["", "Z1", "Z2"])),
		sequence=draw(st.integers(0, 3)),
		capacity=draw(st.just(ZERO) | quantities),
		filled=filled,
		of_item=of_item,
		has_other_items=other_items,
		has_other_batches=bool(of_item) and draw(st.booleans()),
		disabled=draw(st.booleans()),
		is_unplaced=draw(st.booleans()),
	)


some_bins = st.lists(a_bin(), max_size=6, unique_by=lambda bin: bin.name)
rules = st.builds(
	Rules,
	zone=st.sampled_from(["", "Z1", "Z2"]),
	fixed_bin=st.sampled_from(["", *NAMES]),
	allow_mixed_items=st.booleans(),
	allow_mixed_batches=st.booleans(),
)


def anywhere(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""As careless as another app's strategy may be."""
	return [(bin, Reason("Because.")) for bin in (*bins, *bins, Bin("nowhere"))]


each_strategy = pytest.mark.parametrize(
	"strategy", [*STRATEGIES.values(), one_after_another, anywhere], ids=lambda f: f.__name__
)


@each_strategy
@given(bins=some_bins, qty=quantities, rules=rules, whole=st.booleans())
def test_capacity_and_mixing_rules_are_never_violated(
	strategy: PutAwayStrategy, bins: list[Bin], qty: Decimal, rules: Rules, whole: bool
) -> None:
	placed, rest = choose_bins(bins, qty, rules, strategy, whole)
	assert sum((p.qty for p in placed), rest) == qty
	assert rest >= 0
	assert max(Counter(p.bin.name for p in placed).values(), default=1) == 1
	for p in placed:
		assert p.qty > 0
		assert p.bin in bins
		assert not p.bin.disabled
		assert not p.bin.is_unplaced
		assert not p.bin.capacity or p.bin.filled + p.qty <= p.bin.capacity
		assert rules.allow_mixed_items or not p.bin.has_other_items
		assert rules.allow_mixed_batches or not p.bin.has_other_batches
		assert p.reason.sentence().endswith(".")


@each_strategy
@given(bins=some_bins, qty=quantities, rules=rules)
def test_nothing_is_left_over_that_would_fit(
	strategy: PutAwayStrategy, bins: list[Bin], qty: Decimal, rules: Rules
) -> None:
	placed, rest = choose_bins(bins, qty, rules, strategy)
	if rest <= 0:
		return
	filled = {p.bin.name: p.qty for p in placed}
	for bin, _ in strategy(bins, rules):
		if bin in bins and not bin.disabled and not bin.is_unplaced and rules.allow(bin):
			assert bin.room(qty) == filled.get(bin.name, ZERO)
	assert why_nowhere(bins, rest, rules, strategy).sentence().endswith(".")


@given(bins=some_bins, qty=quantities, rules=rules)
def test_each_strategy_does_as_its_name_says(bins: list[Bin], qty: Decimal, rules: Rules) -> None:
	def names(name: str) -> list[Bin]:
		return [p.bin for p in choose_bins(bins, qty, rules, STRATEGIES[name])[0]]

	assert all(bin.name == rules.fixed_bin for bin in names("Fixed Bin"))
	assert all(bin.of_item > 0 for bin in names("Same Item"))
	assert all(bin.filled == 0 for bin in names("Empty Bin"))
	assert all(bin.zone == rules.zone for bin in names("Zone"))
	for name in ("Same Item", "Empty Bin", "Zone"):
		found = names(name)
		assert found == sorted(found, key=lambda bin: (bin.sequence, bin.name))
		assert all(rules.zone in ("", bin.zone) for bin in found)


@given(bins=some_bins, qty=st.integers(0, 40).map(Decimal), rules=rules)
def test_whole_units_are_not_split(bins: list[Bin], qty: Decimal, rules: Rules) -> None:
	assert all(p.qty % 1 == 0 for p in choose_bins(bins, qty, rules, one_after_another, whole_units=True)[0])


def test_without_a_strategy_the_fixed_bin_then_bins_with_the_item_then_empty_ones() -> None:
	bins = [
		Bin("empty", sequence=1, capacity=D(10)),
		Bin("own", sequence=2, capacity=D(10), filled=D(8), of_item=D(8)),
		Bin("fixed", sequence=3, capacity=D(5)),
		Bin("other", sequence=0, filled=D(1), has_other_items=True),
	]
	placed, rest = choose_bins(bins, D(20), Rules(fixed_bin="fixed"))
	assert [(p.bin.name, p.qty) for p in placed] == [("fixed", 5), ("own", 2), ("empty", 10)]
	assert rest == 3


def test_why_nothing_fits_counts_the_suitable_bins() -> None:
	bins = [
		Bin("full", zone="Z", capacity=D(5), filled=D(5), of_item=D(5)),
		Bin("mixed", zone="Z", filled=D(1), has_other_items=True),
		Bin("elsewhere"),
	]
	rules = Rules(zone="Z", allow_mixed_items=False)
	assert choose_bins(bins, D(3), rules, STRATEGIES["Zone"]) == ([], D(3))
	why = why_nowhere(bins, D(3), rules, STRATEGIES["Zone"])
	assert why.values == {"qty": "3", "found": "2", "mixed": "1", "full": "1"}
	assert why_nowhere(bins, D(3), Rules(), STRATEGIES["Fixed Bin"]).values == {"qty": "3"}


@given(
	bins=some_bins,
	qty=quantities,
	rules=rules,
	whole=st.booleans(),
	sizes=st.tuples(*[st.just(ZERO) | st.integers(1, 40).map(lambda n: D(n) / 16)] * 2),
	limits=st.lists(st.tuples(*[st.just(ZERO) | quantities] * 4), min_size=6, max_size=6),
)
def test_neither_weight_nor_volume_is_passed(
	bins: list[Bin],
	qty: Decimal,
	rules: Rules,
	whole: bool,
	sizes: tuple[Decimal, Decimal],
	limits: list[tuple[Decimal, Decimal, Decimal, Decimal]],
) -> None:
	sized = [
		replace(
			bin,
			max_weight=max_weight,
			weight=weight,
			unit_weight=sizes[0],
			max_volume=max_volume,
			volume=volume,
			unit_volume=sizes[1],
		)
		for bin, (max_weight, weight, max_volume, volume) in zip(bins, limits, strict=False)
	]
	placed, rest = choose_bins(sized, qty, rules, one_after_another, whole)
	assert sum((p.qty for p in placed), rest) == qty
	for p in placed:
		assert not p.bin.passed(p.qty)
		for limit in p.bin.limits:
			assert not limit.most or not limit.per_unit or limit.with_more(p.qty) <= limit.most
		assert not objections(replace(p.bin, has_other_items=False, has_other_batches=False), p.qty, rules)
	if rest and not whole:
		for bin in sized:
			found = sum((p.qty for p in placed if p.bin == bin), ZERO)
			if found:
				assert bin.room(qty) == found


@pytest.mark.parametrize(
	("limits", "room", "first"),
	[
		({}, 20, QUANTITY),
		({"max_weight": 10}, 5, WEIGHT),
		({"max_weight": 10, "weight": 3}, "3.5", WEIGHT),
		({"max_weight": 10, "weight": 11}, 0, WEIGHT),
		({"max_weight": 10, "unit_weight": 0}, 20, QUANTITY),
		({"max_weight": 1, "unit_weight": 3}, "0.333333333", WEIGHT),
		({"max_volume": 1}, 4, VOLUME),
		({"max_volume": 1, "max_weight": 4, "capacity": 9}, 2, WEIGHT),
		({"max_volume": 1, "max_weight": 40, "capacity": 3}, 3, QUANTITY),
		({"max_volume": 1, "volume": 5, "unit_volume": 0}, 20, QUANTITY),
	],
)
def test_the_least_of_quantity_weight_and_volume_counts(
	limits: dict[str, int], room: str, first: str
) -> None:
	values = {"unit_weight": D(2), "unit_volume": D("0.25"), **{k: D(v) for k, v in limits.items()}}
	bin = Bin("A", **values)
	assert bin.room(D(20)) == D(room)
	assert bin.met_first == first
	assert [reason.values for reason in objections(bin, D(room) or D(1), Rules())] == (
		[] if D(room) else [{"max_weight": "10", "weight": "13"}]
	)


def test_every_limit_that_is_passed_is_named() -> None:
	bin = Bin("A", capacity=D(1), max_weight=D(1), max_volume=D(1), unit_weight=D(2), unit_volume=D("1.5"))
	assert [reason.sentence() for reason in objections(bin, D(2), Rules())] == [
		"The bin holds 1 at most; 2 is there now.",
		"The bin carries 1 kg at most; 4 kg is there now.",
		"The bin has 1 m³ at most; 3 m³ is there now.",
	]
	assert [limit.measure for limit in bin.passed(D(1))] == [WEIGHT, VOLUME]


def test_why_nothing_fits_says_how_many_are_full_by_weight_and_volume() -> None:
	bins = [
		Bin("heavy", capacity=D(9), max_weight=D(4), unit_weight=D(2)),
		Bin("large", max_volume=D(3), unit_volume=D(1)),
		Bin("many", capacity=D(1), max_weight=D(90), unit_weight=D(2)),
	]
	placed, rest = choose_bins(bins, D(10), Rules())
	assert ([(p.bin.name, p.qty) for p in placed], rest) == ([("heavy", 2), ("large", 3), ("many", 1)], D(4))
	why = why_nowhere(bins, rest, Rules())
	assert (why.values["full"], why.values["weight"], why.values["volume"]) == ("3", "1", "1")
