"""Reports equal what is computed from raw movements, unit by unit, on random histories: backdated, cancelled, transferred,
counted. Nothing of the report's own rules is used for what is expected."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from histories import DAYS, new_history, steps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.reporting.movement_journal import movement_journal
from inventory_midplatform.reporting.stock_ageing import stock_ageing
from inventory_midplatform.reporting.stock_overview import ITEM, stock_overview

BANDS = ((0, 30), (31, 60), (61, 90), (91, 180), (181, 10**6))


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('reports')}/r.sqlite", Clock()))
	yield made
	made.standalone.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps)
def test_ageing_is_that_of_every_single_unit(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int]]
) -> None:
	history = new_history(platform)
	history.play(drawn)
	with platform.context() as ctx:
		found = stock_ageing(ctx, item_code=history.item, by_quantity=True)
		valued = stock_ageing(ctx, item_code=history.item)
	rows = {row["warehouse"]: row for row in found.rows}
	units = {place: ages for place, ages in history.units().items() if ages}
	assert {
		place: int(row["qty"] - row["unexplained"])
		for place, row in rows.items()
		if row["mean_age"] is not None
	} == {place: len(ages) for place, ages in units.items()}
	for place, ages in units.items():
		row = rows[place]
		assert row["mean_age"] == pytest.approx(sum(ages) / len(ages))
		assert row["oldest_age"] == ages[-1]
		in_bands = [sum(first <= age <= last for age in ages) for first, last in BANDS]
		assert [int(row[f"band_{i}"]) for i in range(5)] == in_bands
	together = [age for ages in units.values() for age in ages]
	booked = platform.rows(
		"SELECT SUM(stock_value) AS v FROM `tabBin` WHERE item_code = %(i)s", i=history.item
	)
	if together:
		(total,) = found.companies
		assert total.mean_age == pytest.approx(sum(together) / len(together))
		assert float(valued.companies[0].value or 0) == pytest.approx(float(booked[0]["v"] or 0))
		assert [int(qty) for qty in total.bands_qty or ()] == [
			sum(first <= age <= last for age in together) for first, last in BANDS
		]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps, first=st.integers(0, DAYS), length=st.integers(0, DAYS))
def test_the_journal_opens_and_closes_as_the_sum_of_all_before(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int]], first: int, length: int
) -> None:
	history = new_history(platform)
	history.play(drawn)
	begin = history.now.date() - timedelta(days=first)
	end = min(begin + timedelta(days=length), history.now.date())
	with platform.context() as ctx:
		found = movement_journal(ctx, item_code=history.item, from_date=begin, to_date=end)
	raw = platform.rows(
		"SELECT warehouse, qty, posting_datetime FROM `tabStock Movement` WHERE item_code = %(i)s",
		i=history.item,
	)
	for balance in found.balances:
		own = [row for row in raw if row["warehouse"] == balance.warehouse]
		assert balance.opening == sum(int(r["qty"]) for r in own if r["posting_datetime"].date() < begin)
		assert balance.closing == sum(int(r["qty"]) for r in own if r["posting_datetime"].date() <= end)
		assert balance.opening + balance.incoming - balance.outgoing == balance.closing
	last = {row["warehouse"]: row["balance"] for row in found.rows}
	closing = {balance.warehouse: balance.closing for balance in found.balances}
	assert all(closing[place] == balance for place, balance in last.items())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps)
def test_usage_is_what_left_and_reached_no_other_warehouse(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int]]
) -> None:
	history = new_history(platform)
	history.play([*drawn, ("receive", 0, 1, 0)])
	with platform.context() as ctx:
		rows = stock_overview(ctx, item_code=history.item, group_by=ITEM).rows
	for row in rows:
		unit = row["value"] / row["qty"]
		assert float(row["usage_value"]) == pytest.approx(float(history.issued(90) * unit), abs=1e-6)
