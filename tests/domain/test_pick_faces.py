"""When a pick face is refilled, and with how much."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.pick_faces import PickFace
from inventory_midplatform.domain.put_away import Bin

D = Decimal
OF_BIN = ("capacity", "filled", "max_weight", "weight", "unit_weight", "max_volume", "volume", "unit_volume")
quantities = st.integers(0, 500).map(lambda tenths: D(tenths) / 10)


@pytest.mark.parametrize(
	("face", "refill"),
	[
		({}, 20),
		({"on_hand": 4}, 0),
		({"on_hand": 3}, 17),
		({"on_hand": 20, "allocated": 16}, 0),
		({"on_hand": 20, "allocated": 17}, 17),
		({"on_hand": 10, "to_allocate": 10}, 0),
		({"on_hand": 10, "to_allocate": 11}, 10),
		({"on_hand": 20, "to_allocate": 90}, 0),
		({"on_hand": 2, "capacity": 12, "filled": 9}, 3),
		({"on_hand": 2, "capacity": 12, "filled": 12}, 0),
		({"on_hand": 2, "max_weight": 30, "weight": 10, "unit_weight": 3}, 6),
		({"on_hand": 2, "max_volume": 4, "volume": 4, "unit_volume": 1}, 0),
		({"on_hand": D("0.5")}, 19),
	],
)
def test_refills_of_whole_units(face: dict[str, int], refill: int) -> None:
	values = {name: D(value) for name, value in face.items()}
	of_bin = {name: values.pop(name) for name in face if name in OF_BIN}
	assert PickFace(D(4), D(20), **values, bin=Bin("A", **of_bin)).refill_qty(whole_units=True) == refill


@given(quantities, quantities, quantities, quantities, quantities)
def test_a_refill_ends_the_need_for_it(minimum: D, more: D, on_hand: D, allocated: D, to_allocate: D) -> None:
	maximum = minimum + more
	face = PickFace(minimum, maximum, on_hand, min(allocated, on_hand), to_allocate)
	refill = face.refill_qty(whole_units=False)
	assert (refill > 0) == face.is_due
	assert not PickFace(minimum, maximum, on_hand + refill, face.allocated, to_allocate).is_due
