"""Key figures: values, targets, colours, trends, and the change of a figure taken apart."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain import kpi
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.kpi import KPIS, CostParts, Ratio

D = Decimal
DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
	("name", "numerator", "denominator", "days", "value"),
	[
		# kpis.md, example T: cost of net usage 300 ÷ average value 850, of 30 days
		(kpi.TURNOVER, 300, 850, 30, "4.29"),
		(kpi.STOCK_OUT_RATE, 3, 20, 10, "15.00"),
		(kpi.STOCK_OUT_LINES, 2, 4, 10, "50.00"),
		(kpi.ON_TIME, 1, 3, 30, "33.33"),
		(kpi.COUNT_ACCURACY, 2, 5, 30, "40.00"),
		(kpi.ON_TIME, 0, 3, 30, "0.00"),
		(kpi.ON_TIME, 0, 0, 30, None),
		# nothing in stock on average, or less: no turnover, and no endless one
		(kpi.TURNOVER, 300, 0, 30, None),
		(kpi.TURNOVER, 300, -5, 30, None),
	],
)
def test_value(name, numerator, denominator, days, value):
	found = kpi.value_of(KPIS[name], Ratio(D(numerator), D(denominator)), days)
	assert found is None if value is None else round(found, 2) == D(value)


@pytest.mark.parametrize(
	("rates", "cost"), [((15, 5, 5), "17.47"), ((20, 0, 0), "13.97"), ((40, 0, 0), "27.95")]
)
def test_cost_of_thirty_days(rates, cost):
	parts = CostParts(*map(D, rates))
	found = kpi.value_of(KPIS[kpi.STOCK_COST], Ratio(D(850), D(1)), 90, parts)
	assert round(found, 2) == D(cost)


def test_cost_has_no_value_before_its_parts_are_entered():
	assert kpi.value_of(KPIS[kpi.STOCK_COST], Ratio(D(850), D(1)), 30, CostParts()) is None


def test_space_is_of_the_company_that_pays_it_and_of_no_single_warehouse():
	parts = CostParts(space_cost_per_month=D(365), space_cost_company="A")
	assert parts.space("A") == 360
	assert parts.space("B") == 0
	assert parts.space("A", "Stores") == 0


@pytest.mark.parametrize(
	("kind", "target", "baseline", "value"),
	[
		(kpi.SHARE_TARGET, "99.5", None, "99.5"),
		(kpi.CHANGE_TARGET, "15", "4", "4.6"),
		(kpi.CHANGE_TARGET, "-50", "8", "4"),
		(kpi.CHANGE_TARGET, "-50", None, None),
		(kpi.CHANGE_TARGET, "-50", "0", "0"),
		(kpi.CHANGE_TARGET, "15", "0", None),
	],
)
def test_target(kind, target, baseline, value):
	found = kpi.target_value(kind, D(target), None if baseline is None else D(baseline))
	assert found == (None if value is None else D(value))


@pytest.mark.parametrize(
	("better", "value", "target", "margin", "colour"),
	[
		(kpi.UP, "99.5", "99.5", "0.5", kpi.GREEN),
		(kpi.UP, "99.1", "99.5", "0.5", kpi.AMBER),
		(kpi.UP, "99.0", "99.5", "0.5", kpi.RED),
		(kpi.DOWN, "4", "4", "10", kpi.GREEN),
		(kpi.DOWN, "4.4", "4", "10", kpi.AMBER),
		(kpi.DOWN, "4.41", "4", "10", kpi.RED),
		(kpi.DOWN, "0", "0", "10", kpi.GREEN),
		(kpi.UP, None, "4", "10", kpi.NONE),
		(kpi.UP, "4", None, "10", kpi.NONE),
	],
)
def test_status(better, value, target, margin, colour):
	number = [None if text is None else D(text) for text in (value, target)]
	assert kpi.status(better, *number, D(margin)) == colour


@pytest.mark.parametrize(
	("better", "values", "word"),
	[
		(kpi.UP, {0: 1, 30: 2}, kpi.IMPROVING),
		(kpi.DOWN, {0: 1, 30: 2}, kpi.WORSENING),
		(kpi.UP, {0: 100, 30: 101}, kpi.STEADY),
		# what is longer ago than thirty days does not count, and a gap is no zero
		(kpi.UP, {0: 9, 31: 2, 61: 3}, kpi.IMPROVING),
		(kpi.UP, {0: 1}, kpi.NONE),
		(kpi.DOWN, {0: 0, 5: 0}, kpi.STEADY),
	],
)
def test_trend(better, values, word):
	points = [(DAY + timedelta(days=day), D(value)) for day, value in values.items()]
	assert kpi.trend(better, points) == word


def test_why_names_who_moved_it_most_first():
	before = {"A": Ratio(D(9), D(10)), "B": Ratio(D(10), D(10))}
	after = {"A": Ratio(D(5), D(10)), "B": Ratio(D(10), D(10)), "C": Ratio(D(0), D(2))}
	found = kpi.why(before, after, (D(100), D(100)))
	assert [name for name, _ in found] == ["A", "C", "B"]
	assert dict(found)["B"].contribution == 0
	assert dict(found)["A"].contribution < 0


def test_why_of_a_sum_and_of_periods_of_different_lengths():
	before, after = {"A": Ratio(D(850))}, {"A": Ratio(D(900)), "B": Ratio(D(10))}
	found = kpi.why(before, after, (D("0.25"), D("0.25")), is_sum=True)
	assert {name: moved.contribution for name, moved in found} == {"A": D("12.5"), "B": D("2.5")}
	# turned once in 90 days, and once in 30: 4.06 and 12.17 a year
	scales = (D(365) / 90, D(365) / 30)
	((_, moved),) = kpi.why({"A": Ratio(D(10), D(10))}, {"A": Ratio(D(10), D(10))}, scales)
	assert moved.contribution == scales[1] - scales[0]


def test_why_is_empty_where_a_period_has_no_data():
	assert kpi.why({}, {"A": Ratio(D(1), D(1))}, (D(1), D(1))) == []


parts = st.dictionaries(
	st.sampled_from("ABCDEF"),
	st.builds(Ratio, st.integers(0, 1000).map(D), st.integers(1, 1000).map(D)),
	min_size=1,
)


@given(parts, parts)
def test_contributions_add_up_to_the_change(before, after):
	found = kpi.why(before, after, (D(100), D(100)))
	change = (sum(after.values(), Ratio()).value - sum(before.values(), Ratio()).value) * 100
	assert abs(sum(moved.contribution for _, moved in found) - change) < D("1e-15")
	backwards = dict(kpi.why(after, before, (D(100), D(100))))
	assert all(abs(backwards[key].contribution + moved.contribution) < D("1e-15") for key, moved in found)
	same = before.keys() & after.keys()
	assert all(moved.contribution == 0 for key, moved in found if key in same and before[key] == after[key])


def test_baseline():
	assert kpi.offered_baseline(DAY) == (date(2026, 4, 2), date(2026, 6, 30))
	kpi.check_baseline(None, None, DAY)
	kpi.check_baseline(date(2026, 4, 2), date(2026, 6, 30), DAY)
	for first, last in [
		(None, date(2026, 6, 30)),
		(date(2026, 6, 30), date(2026, 6, 29)),
		(date(2026, 6, 1), DAY),
		(date(2025, 6, 1), date(2026, 6, 30)),
	]:
		with pytest.raises(InvalidInput) as refused:
			kpi.check_baseline(first, last, DAY)
		assert refused.value.code == "wrong_baseline"
