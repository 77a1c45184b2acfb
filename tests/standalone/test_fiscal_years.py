"""Views by fiscal year where companies go by different years, and where a day is in none."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.reporting.saved_views import seen

OTHER = "Other Company"
TODAY = date.today()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	"""Of the first company a year began sixty days ago, of the other thirty; both received goods twenty days ago."""
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('years')}/y.sqlite", Clock()))
	with made.context() as ctx:
		ctx.documents.create(
			"Company", {"name": OTHER, "company_name": OTHER, "abbr": "OC", "default_currency": "EUR"}
		)
	item = made.make_item()
	for n, place in enumerate((made.make_warehouse(), made.make_warehouse(company=OTHER))):
		line = PostingLine(item, place, Decimal(10), Decimal(n + 3))
		with made.context() as ctx:
			now = ctx.clock.now()
		made.books.receive([line], at=now - timedelta(days=20))
		first = TODAY - timedelta(days=60 - 30 * n)
		made.create(
			"Fiscal Year",
			{
				"name": f"Year of {n}",
				"year": f"Year of {n}",
				"year_start_date": first,
				"year_end_date": first + timedelta(days=364),
				"companies": [{"company": made.company_of(place)}],
			},
		)
	yield made
	made.standalone.close()


def by_year(platform: StandalonePlatform, back: int = 25, **about: Any) -> Row:
	since = {"field": "day", "op": ">=", "value": (TODAY - timedelta(days=back)).isoformat()}
	found: Row = platform.call(
		"view.query",
		dataset="changes",
		group=[{"field": "company"}, {"field": "day", "grain": "fiscal_year"}],
		measures=["value_in"],
		where=[since],
		**about,
	)
	return found


def test_each_company_goes_by_its_own_years(platform: StandalonePlatform) -> None:
	with pytest.raises(InvalidInput) as refused:
		by_year(platform)
	assert refused.value.code == "several_fiscal_years"
	found = by_year(platform, params={"company": OTHER})
	begins = (TODAY - timedelta(days=30)).isoformat()
	assert [(row["day"], row["value_in"]) for row in found["rows"]] == [(begins, 40)]
	assert found["columns"][1]["labels"] == {begins: "Year of 1"}
	with platform.context() as ctx:
		chosen = {
			"dataset": "changes",
			"group": "day",
			"grain": "fiscal_year",
			"measures": "value_in",
			"period": "30 days",
		}
		chart = seen(ctx, {**chosen, "company": OTHER})
	assert [chart.labels[key.isoformat()] for key in chart.keys] == ["Year of 1"]


def test_a_day_in_no_year_is_named(platform: StandalonePlatform) -> None:
	with pytest.raises(InvalidInput) as refused:
		by_year(platform, back=45, params={"company": OTHER})
	day = TODAY - timedelta(days=45)
	assert refused.value.message() == f"No Fiscal Year of {OTHER} has the day {day}."


def test_a_disabled_year_does_not_count(platform: StandalonePlatform) -> None:
	platform.update("Fiscal Year", "Year of 1", {"disabled": 1})
	with pytest.raises(InvalidInput) as refused:
		by_year(platform, params={"company": OTHER})
	assert refused.value.code == "no_fiscal_year"
	platform.update("Fiscal Year", "Year of 1", {"disabled": 0})
