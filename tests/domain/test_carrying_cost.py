"""What holding stock costs: the worked values, and what is known apart from what is assumed."""

from decimal import Decimal as D

import pytest

from inventory_midplatform.domain.carrying_cost import (
	CAPITAL,
	HANDLING,
	LOSS,
	SPACE,
	CarryingCost,
	Origin,
	Rates,
	carrying_cost,
	of_value,
)


@pytest.mark.parametrize(("rate", "cost"), [(25, 17.47), (20, 13.97), (40, 27.95)])
def test_the_worked_example(rate: int, cost: float) -> None:
	assert float(of_value(D(850), D(rate), 30)) == pytest.approx(cost, abs=0.005)


def found(**rates: int) -> CarryingCost:
	cost = carrying_cost(D(850), 365, Rates(**{name: D(rate) for name, rate in rates.items()}))
	assert cost is not None
	return cost


def test_all_parts_entered_have_no_range() -> None:
	cost = found(capital=10, space_per_month=5, handling=4, loss=6)
	assert cost.known == cost.low == cost.high == D(850) * D("0.20") + 60
	assert {part.origin for part in cost.parts} == {Origin.ENTERED}


def test_what_nobody_set_is_assumed_and_not_known() -> None:
	cost = found(capital=10)
	assert {part.name: part.origin for part in cost.parts} == {
		CAPITAL: Origin.ENTERED,
		SPACE: Origin.ASSUMED,
		HANDLING: Origin.ASSUMED,
		LOSS: Origin.ASSUMED,
	}
	assert cost.known == 85
	assert (cost.low, cost.high) == (D(850) * D("0.22"), D(850) * D("0.25"))


def test_losses_are_measured_where_no_rate_is_entered() -> None:
	rates = Rates(capital=D(10))
	cost = carrying_cost(D(850), 365, rates, written_off=D(12))
	assert cost is not None
	assert cost.known == 97
	assert {part.name for part in cost.parts if part.origin is Origin.MEASURED} == {LOSS}
	entered = carrying_cost(D(850), 365, Rates(loss=D(2)), written_off=D(12))
	assert entered is not None
	assert entered.known == 17


def test_without_a_rate_or_without_an_average_there_is_no_cost() -> None:
	assert carrying_cost(D(850), 30, Rates()) is None
	assert carrying_cost(D(850), 30, Rates(), written_off=D(5)) is None
	assert carrying_cost(None, 30, Rates(capital=D(10))) is None


def test_nothing_on_stock_costs_nothing_and_negative_stock_earns_nothing() -> None:
	for average in (D(0), D(-100)):
		cost = carrying_cost(average, 30, Rates(capital=D(10), handling=D(1), loss=D(1)))
		assert cost is not None
		assert (cost.known, cost.low, cost.high) == (0, 0, 0)
