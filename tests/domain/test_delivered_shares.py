"""What was delivered is shared out over the rows that want it, and nothing of it is counted twice."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.delivered_shares import Demanded, share_delivered

D = Decimal

quantities = st.integers(0, 50).map(D)
places = st.sampled_from(["A", "B", "C"])
rows = st.lists(st.tuples(places, quantities), min_size=1, max_size=6)
departures = st.dictionaries(places, quantities)


@given(rows, quantities, departures)
def test_all_of_it_is_shared_out_and_nothing_else(
	demanded: list[Demanded], delivered: Decimal, left: dict[str, Decimal]
) -> None:
	shares = share_delivered(demanded, delivered, left)
	assert sum(shares) == delivered
	assert all(part >= 0 for part in shares)
	if delivered <= sum(wanted for _, wanted in demanded):
		assert all(part <= wanted for part, (_, wanted) in zip(shares, demanded, strict=True))


@given(rows, departures)
def test_a_row_has_what_left_its_own_warehouse(demanded: list[Demanded], left: dict[str, Decimal]) -> None:
	delivered = sum(left.values(), D(0))
	shares = share_delivered(demanded, delivered, left)
	for place in {warehouse for warehouse, _ in demanded}:
		wanted = sum(qty for warehouse, qty in demanded if warehouse == place)
		here = sum(part for part, (warehouse, _) in zip(shares, demanded, strict=True) if warehouse == place)
		assert here >= min(wanted, left.get(place, D(0)))


def test_the_first_row_comes_first_where_nobody_knows_the_warehouse() -> None:
	assert share_delivered([("A", D(6)), ("B", D(4))], D(7), {}) == [6, 1]
	assert share_delivered([("A", D(6)), ("B", D(4))], D(12), {}) == [6, 6]


def test_what_left_another_warehouse_than_any_row_names_is_not_outstanding_either() -> None:
	assert share_delivered([("A", D(6)), ("B", D(4))], D(5), {"C": D(3), "B": D(2)}) == [3, 2]
