"""The dataset of KPIs: of random values of days, what plain Python makes of them, for everybody and for who sees a part."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain import kpi as kpis
from inventory_midplatform.domain.errors import InvalidInput, NotPermitted
from inventory_midplatform.domain.kpi import KPIS, PERCENT
from inventory_midplatform.domain.roles import MANAGER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting.measures_of_kpis import NAMES
from inventory_midplatform.reporting.saved_views import seen

OTHER = "Other Company"
SHOWN = (kpis.TURNOVER, kpis.ON_TIME, kpis.STOCK_OUT_RATE)
MONTH = {"field": "day", "grain": "month"}
ON_TIME_BY_MONTH = {
	"dataset": "kpis",
	"group": "day",
	"grain": "month",
	"measures": "kpi_on_time",
	"period": "12 months",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('kpis')}/k.sqlite", Clock()))
	with made.context() as ctx:
		ctx.documents.create(
			"Company", {"name": OTHER, "company_name": OTHER, "abbr": "OC", "default_currency": "EUR"}
		)
	yield made
	made.standalone.close()


@pytest.fixture(scope="module")
def places(platform: StandalonePlatform) -> list[tuple[str, str]]:
	"""Two companies, each with two warehouses: (company, warehouse), an empty warehouse is the company."""
	found = []
	for company in (platform.company_of(platform.make_warehouse()), OTHER):
		found.append((company, ""))
		found += [(company, platform.make_warehouse(company=company)) for _ in range(2)]
	return found


values_of_days = st.lists(
	st.tuples(
		st.sampled_from(SHOWN), st.integers(0, 5), st.integers(0, 70), st.integers(0, 10_000).map(Decimal)
	),
	max_size=30,
	unique_by=lambda row: row[:3],
)


def written(platform: StandalonePlatform, rows: Sequence[Row]) -> None:
	with platform.context() as ctx:
		ctx.store.execute("DELETE FROM `tabInventory KPI Value`")
		ctx.store.insert("Inventory KPI Value", rows)


def expected(rows: Sequence[Row], kpi: str) -> float | None:
	"""The value of the last day, where one company or one warehouse is spoken of."""
	of_kpi = [row for row in rows if row["kpi"] == kpi]
	whole = [row for row in of_kpi if not row["warehouse"]]
	spoken_of = whole or of_kpi
	if len({(row["company"], row["warehouse"]) for row in spoken_of}) != 1:
		return None
	value = float(max(spoken_of, key=lambda row: row["day"])["value"])
	return value / 100 if KPIS[kpi].unit == PERCENT else value


@settings(
	max_examples=60,
	deadline=None,
	phases=[Phase.reuse, Phase.generate],
	suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
	drawn=values_of_days,
	grain=st.sampled_from(["day", "week", "month"]),
	more=st.sampled_from([[], ["warehouse"], ["company"], ["company", "warehouse"]]),
	one_company=st.booleans(),
)
def test_a_view_is_what_python_makes_of_the_values(
	platform: StandalonePlatform,
	places: list[tuple[str, str]],
	drawn: Sequence[tuple[str, int, int, Decimal]],
	grain: str,
	more: list[str],
	one_company: bool,
) -> None:
	first = date(2026, 1, 28)
	rows = [
		{
			"kpi": kpi,
			"company": places[n][0],
			"warehouse": places[n][1],
			"day": first + timedelta(days=day),
			"value": value,
			"numerator": value,
			"denominator": Decimal(1),
		}
		for kpi, n, day, value in drawn
	]
	written(platform, rows)
	asked = [row for row in rows if not one_company or row["company"] == places[0][0]]
	groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
	for row in asked:
		day = row["day"]
		key = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[grain]
		groups[(key.isoformat(), *(row[name] for name in more))].append(row)
	measures = [NAMES[kpi] for kpi in SHOWN]
	found = platform.call(
		"view.query",
		dataset="kpis",
		group=[{"field": "day", "grain": grain}, *({"field": name} for name in more)],
		measures=measures,
		params={"company": places[0][0]} if one_company else {},
	)
	shown = {
		tuple(row[name] for name in ("day", *more)): [row[measure] for measure in measures]
		for row in found["rows"]
	}
	assert shown == {
		key: [
			value if value is None else pytest.approx(value) for value in (expected(of, kpi) for kpi in SHOWN)
		]
		for key, of in groups.items()
	}


@pytest.fixture
def of_two_months(platform: StandalonePlatform, places: list[tuple[str, str]]) -> date:
	"""On time in all places: 80 at the end of the month before last, 90 at that of the last; return its first day."""
	this_month = date.today().replace(day=1)
	last = this_month - timedelta(days=1)
	before = last.replace(day=1) - timedelta(days=1)
	written(
		platform,
		[
			{
				"kpi": kpi,
				"company": company,
				"warehouse": warehouse,
				"day": day,
				"value": value + n,
				"numerator": value + n,
			}
			for n, (company, warehouse) in enumerate(places)
			for day, value in ((before, 80), (last - timedelta(days=1), 10), (last, 90))
			for kpi in (kpis.ON_TIME, kpis.STOCK_COST)
		],
	)
	return last.replace(day=1)


def test_a_chart_by_month_leaves_out_months_without_a_value(
	platform: StandalonePlatform, places: list[tuple[str, str]], of_two_months: date
) -> None:
	with platform.context() as ctx:
		found = seen(ctx, ON_TIME_BY_MONTH, usual=OTHER)
	before = (of_two_months - timedelta(days=1)).replace(day=1)
	assert (found.keys, found.company, found.is_share) == ([before, of_two_months], OTHER, True)
	assert found.series[0].values == pytest.approx([Decimal("0.83"), Decimal("0.93")])
	with platform.context() as ctx:
		by_place = seen(ctx, {**ON_TIME_BY_MONTH, "group": "warehouse", "company": OTHER})
	assert set(by_place.keys) == {place for company, place in places if company == OTHER and place}


def test_a_company_is_for_who_sees_all_of_it(
	platform: StandalonePlatform, places: list[tuple[str, str]], of_two_months: date
) -> None:
	(first, one), (_, two) = places[1], places[2]
	of_first = {place for company, place in places if company == first and place}
	with platform.context() as ctx:
		others = {
			row["name"]
			for row in ctx.store.rows(
				"SELECT name FROM `tabWarehouse` WHERE company = %(company)s AND is_group = 0",
				{"company": first},
			)
		}
	whole = platform.make_user([MANAGER], sorted(others))
	limited = platform.make_user([OPERATOR], [one])
	by = {"dataset": "kpis", "measures": ["kpi_on_time"], "group": [{"field": "warehouse"}]}
	rows = platform.call("view.query", **by, user=whole)["rows"]
	assert {row["warehouse"] for row in rows} == {"", *of_first}
	rows = platform.call("view.query", **by, user=limited)["rows"]
	assert [(row["warehouse"], round(row["kpi_on_time"], 4)) for row in rows] == [(one, 0.91)]
	values = platform.call("view.values", dataset="kpis", field="warehouse", user=limited)["values"]
	assert values == [one]
	with pytest.raises(NotPermitted):
		platform.call("view.query", dataset="kpis", measures=["kpi_carrying_cost"], user=limited)
	with pytest.raises(InvalidInput) as refused:
		platform.call("view.query", dataset="kpis", measures=["kpi_carrying_cost"], group=[MONTH])
	assert refused.value.code == "several_companies"
	with platform.context(platform.make_user([OPERATOR], [one, two, places[4][1]])) as ctx:
		found = seen(ctx, ON_TIME_BY_MONTH, usual=OTHER)
		assert found.company == OTHER
		assert found.series[0].values == pytest.approx([Decimal("0.84"), Decimal("0.94")])
		if others - {one, two}:
			with pytest.raises(InvalidInput) as refused:
				seen(ctx, {**ON_TIME_BY_MONTH, "company": first})
			assert refused.value.code == "choose_warehouse"


def test_a_disabled_kpi_is_not_shown(
	platform: StandalonePlatform, places: list[tuple[str, str]], of_two_months: date
) -> None:
	about = {"dataset": "kpis", "measures": ["kpi_on_time"], "params": {"company": OTHER}, "group": [MONTH]}
	assert [round(row["kpi_on_time"], 4) for row in platform.call("view.query", **about)["rows"]] == [
		0.83,
		0.93,
	]
	record = {"name": kpis.ON_TIME}
	with platform.context() as ctx:
		ctx.store.execute("UPDATE `tabInventory KPI` SET enabled = 0 WHERE name = %(name)s", record)
	assert [row["kpi_on_time"] for row in platform.call("view.query", **about)["rows"]] == [None, None]
	with platform.context() as ctx:
		ctx.store.execute("UPDATE `tabInventory KPI` SET enabled = 1 WHERE name = %(name)s", record)


def test_stock_cost_is_by_the_rates_entered(
	platform: StandalonePlatform, places: list[tuple[str, str]], of_two_months: date
) -> None:
	"""20 % a year of 93, or of a warehouse 94, is its thirty days' part; a company has the cost of its space as well."""
	about = {"dataset": "kpis", "measures": ["kpi_carrying_cost"], "params": {"company": OTHER}}
	by_place = {**about, "group": [{"field": "warehouse"}]}
	assert {row["kpi_carrying_cost"] for row in platform.call("view.query", **by_place)["rows"]} == {None}
	entered = {"capital_rate": Decimal(20), "space_cost_per_month": Decimal(365), "space_cost_company": OTHER}
	platform.settings(**entered)
	rows = platform.call("view.query", **by_place)["rows"]
	shown = {row["warehouse"]: round(row["kpi_carrying_cost"], 4) for row in rows}
	costs = [round(value * 0.2 * 30 / 365, 4) for value in (93, 94, 95)]
	assert shown == {"": costs[0] + 360, places[4][1]: costs[1], places[5][1]: costs[2]}
	platform.settings(capital_rate=Decimal(0), space_cost_per_month=Decimal(0), space_cost_company="")
