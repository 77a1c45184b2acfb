"""Stock Snapshots equal what is computed from the books' ledger, entry by entry, on random histories."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from histories import DAYS, History, new_history, steps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.reconciliation import history as past


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	path = tmp_path_factory.mktemp("snapshots") / "s.sqlite"
	made = StandalonePlatform(Standalone(f"sqlite:///{path}", Clock()))
	yield made
	made.standalone.close()


def entries(history: History) -> list[Any]:
	"""Return the entries of the books that stand: what was cancelled is left out."""
	return history.platform.rows(
		"SELECT warehouse, actual_qty, incoming_rate, voucher_type, voucher_no, posting_datetime"
		" FROM `tabStock Ledger Entry` WHERE item_code = %(item)s AND is_cancelled = 0",
		item=history.item,
	)


def expected(history: History) -> dict[tuple[str, date, str], list[float]]:
	"""Return [in, out, value in, value out] by warehouse, day and flow: of these vouchers, a row of two warehouses is a
	transfer, one of a count a count, and every other an issue or receipt.
	"""
	rows = entries(history)
	sides: dict[str, set[str]] = defaultdict(set)
	for row in rows:
		sides[row["voucher_no"]].add(row["warehouse"])
	found: dict[tuple[str, date, str], list[float]] = defaultdict(lambda: [0.0] * 4)
	for row in rows:
		flow = "Transfer" if len(sides[row["voucher_no"]]) > 1 else "Other"
		if row["voucher_type"] == "Stock Reconciliation":
			flow = "Count"
		amounts = found[(row["warehouse"], row["posting_datetime"].date(), flow)]
		side = 0 if row["actual_qty"] > 0 else 1
		amounts[side] += abs(row["actual_qty"])
		amounts[2 + side] += abs(row["actual_qty"] * row["incoming_rate"])
	return {key: amounts for key, amounts in found.items() if any(amounts)}


def recorded(history: History) -> dict[tuple[str, date, str], list[float]]:
	rows = history.platform.rows(
		"SELECT warehouse, snapshot_date, flow, qty_in, qty_out, value_in, value_out FROM `tabStock Snapshot`"
		" WHERE item_code = %(item)s",
		item=history.item,
	)
	amounts = ("qty_in", "qty_out", "value_in", "value_out")
	return {
		(row["warehouse"], row["snapshot_date"], row["flow"]): [row[name] for name in amounts]
		for row in rows
		if any(row[name] for name in amounts)
	}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps)
def test_snapshots_are_the_entries_of_each_day(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int]]
) -> None:
	history = new_history(platform)
	history.play(drawn)
	right, found = expected(history), recorded(history)
	assert found.keys() == right.keys()
	for key, amounts in right.items():
		assert found[key] == pytest.approx(amounts, abs=1e-6), key
	with platform.context() as ctx:
		keys = [(history.item, place) for place in history.places]
		assert snapshots.refresh(ctx, keys) == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps, ago=st.integers(0, DAYS + 1))
def test_the_balance_of_a_day_is_that_of_a_replay(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int]], ago: int
) -> None:
	history = new_history(platform)
	history.play(drawn)
	day = history.now.date() - timedelta(days=ago)
	for place in history.places:
		position = platform.rows(
			"SELECT on_hand FROM `tabStock Position` WHERE item_code = %(i)s AND warehouse = %(w)s",
			i=history.item,
			w=place,
		)
		on_hand = position[0]["on_hand"] if position else 0
		later = sum(
			into - out
			for (at, when, _), (into, out, *_) in recorded(history).items()
			if at == place and when > day
		)
		replayed = sum(
			row["actual_qty"]
			for row in entries(history)
			if row["warehouse"] == place and row["posting_datetime"].date() <= day
		)
		assert on_hand - later == pytest.approx(replayed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps, limit=st.integers(1, 3))
def test_a_back_fill_finds_what_was_recorded(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int]], limit: int
) -> None:
	history = new_history(platform)
	history.play(drawn)
	before = recorded(history)
	booked = sorted({row["warehouse"] for row in entries(history)})
	wrong = {"snapshot_date": history.now.date(), "flow": "Sale", "qty_in": 3}
	with platform.context() as ctx:
		ctx.store.execute(
			"DELETE FROM `tabStock Snapshot` WHERE item_code = %(item)s", {"item": history.item}
		)
		# what is there already is put right, and what is right stays
		ctx.store.insert(
			snapshots.DOCTYPE,
			[{"item_code": history.item, "warehouse": place, **wrong} for place in booked],
		)
	for place in booked:
		after: tuple[str, str] | None = ("", place)
		while after and after[1] == place:
			with platform.context() as ctx:
				after = past.back_fill(ctx, after, limit)
	found = recorded(history)
	assert found.keys() == before.keys()
	assert all(found[key] == pytest.approx(amounts) for key, amounts in before.items())
