"""What the charts and numbers of the dashboards show: a day's figures, quiet days, one company's money, and who may see it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from platforms import Clock, StandalonePlatform

import inventory_midplatform
from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain.errors import InvalidInput, NotFound, NotPermitted
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.reporting import first_screen
from inventory_midplatform.reporting.saved_views import seen
from inventory_midplatform.reporting.seen_views import SeenView, first_day

SHIPPED = Path(inventory_midplatform.__file__).parent / "inventory_midplatform" / "dashboard_chart"
IN_AND_OUT = {"dataset": "changes", "group": "day", "grain": "day", "measures": "value_in, value_out"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('saved')}/v.sqlite", Clock()))
	yield made
	made.standalone.close()


@pytest.fixture(scope="module")
def places(platform: StandalonePlatform) -> tuple[str, str]:
	"""Two warehouses: ten received three days ago at 5, four issued yesterday, from the first; two at 7 in the second."""
	item, one, two = platform.make_item(), platform.make_warehouse(), platform.make_warehouse()
	with platform.context() as ctx:
		now = ctx.clock.now()

	def line(place: str, qty: int, rate: int) -> list[PostingLine]:
		return [PostingLine(item, place, Decimal(qty), Decimal(rate))]

	platform.books.receive(line(one, 10, 5), at=now - timedelta(days=3))
	platform.books.issue(line(one, 4, 5), at=now - timedelta(days=1))
	platform.books.receive(line(two, 2, 7), at=now)
	return one, two


def shown(platform: StandalonePlatform, user: str = "", **chosen: Any) -> SeenView:
	with platform.context(user) as ctx:
		return seen(ctx, chosen)


def test_quiet_days_are_zero_and_today_is_the_last(
	platform: StandalonePlatform, places: tuple[str, str]
) -> None:
	found = shown(platform, **IN_AND_OUT, period="7 days", warehouse=places[0])
	received, issued = (dict(zip(found.keys, one.values, strict=True)) for one in found.series)
	today = found.keys[-1]
	assert [received[today - timedelta(days=n)] for n in (0, 1, 2, 3)] == [0, 0, 0, 50]
	assert [issued[today - timedelta(days=n)] for n in (0, 1, 2, 3)] == [0, 20, 0, 0]
	assert len(found.drills) == len(found.keys)


def test_the_most_come_first_and_only_so_many(platform: StandalonePlatform, places: tuple[str, str]) -> None:
	chosen = {"dataset": "stock", "group": "warehouse", "measures": ["value"]}
	found = shown(platform, **chosen)
	assert (found.keys, found.series[0].values) == ([places[0], places[1]], [30, 14])
	assert shown(platform, **chosen, limit=1).keys == [places[0]]
	with pytest.raises(InvalidInput, match="number"):
		shown(platform, **chosen, limit="many")


def test_a_second_field_makes_the_colours(platform: StandalonePlatform, places: tuple[str, str]) -> None:
	found = shown(
		platform, dataset="changes", group="day", split="warehouse", measures="value_in", period="7 days"
	)
	assert {one.name: sum(one.values) for one in found.series} == {places[0]: 50, places[1]: 14}


def test_a_past_balance_reaches_today(platform: StandalonePlatform, places: tuple[str, str]) -> None:
	found = shown(platform, dataset="worth", grain="day", period="7 days")
	worth = dict(zip(found.keys, found.series[0].values, strict=True))
	today = found.keys[-1]
	assert [worth[today - timedelta(days=n)] for n in (0, 1, 2, 3)] == [44, 30, 50, 50]


def test_every_shipped_chart_is_understood(platform: StandalonePlatform, places: tuple[str, str]) -> None:
	paths = sorted(SHIPPED.glob("*/*.json"))
	assert len(paths) >= 15
	for path in paths:
		record = json.loads(path.read_text(encoding="utf-8"))
		assert len(record["name"]) <= 40, "a narrow screen would cut it before it is translated"
		found = shown(platform, **json.loads(record["filters_json"]))
		assert all(len(one.values) == len(found.keys) == len(found.drills) for one in found.series)


def test_numbers_of_the_first_screen(platform: StandalonePlatform, places: tuple[str, str]) -> None:
	limited = platform.make_user(["Inventory Manager"], [places[1]])
	blind = platform.make_user(["Warehouse Operator"])
	with platform.context() as ctx:
		found = {name: first_screen.card(ctx, name).value for name in first_screen.CARDS}
		with pytest.raises(NotFound):
			first_screen.card(ctx, "no such card")
	assert (found["stock_value"], found["items"], found["dead_stock"]) == (44, 1, 0)
	with platform.context(limited) as ctx:
		assert first_screen.card(ctx, "stock_value").value == 14
	with platform.context(blind) as ctx, pytest.raises(NotPermitted):
		first_screen.card(ctx, "stock_value")


def test_money_is_that_of_the_usual_company(platform: StandalonePlatform, places: tuple[str, str]) -> None:
	of = platform.company_of(places[0])
	with platform.context() as ctx:
		assert first_screen.company_of(ctx, usual="No Such Company")[0] == of
		assert first_screen.company_of(ctx, company=of)[0] == of


@pytest.mark.parametrize(
	("period", "first"),
	[("7 days", date(2026, 2, 23)), ("30 days", date(2026, 1, 31)), ("12 months", date(2025, 4, 1))],
)
def test_how_far_back_a_period_looks(period: str, first: date) -> None:
	assert first_day(period, date(2026, 3, 1)) == first
	with pytest.raises(InvalidInput):
		first_day("for ever", date(2026, 3, 1))
