"""In and Out Trend and Turnover equal what is computed from raw movements, day by day, on random histories: backdated,
cancelled, transferred, counted. Nothing of the reports' own rules is used for what is expected."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from histories import DAYS, History, new_history, steps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.reporting.in_and_out_trend import in_and_out_trend
from inventory_midplatform.reporting.scope import scope
from inventory_midplatform.reporting.stock_history import averages, movement_totals
from inventory_midplatform.reporting.turnover import GROSS, turnover

ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('history')}/h.sqlite", Clock()))
	yield made
	made.standalone.close()


class Raw:
	"""What movements of a history say of a warehouse, or of both."""

	def __init__(self, history: History, places: list[str]):
		self.rows = [
			(r["posting_datetime"].date(), r) for r in history.movements() if r["warehouse"] in places
		]
		both = [r for r in history.movements() if r["kind"] in ("Incoming", "Outgoing")]
		sides: dict[str, set[str]] = {}
		for row in both:
			sides.setdefault(row["voucher_no"], set()).add(row["warehouse"])
		self.transfers = {voucher for voucher, of in sides.items() if len(of) > 1}

	def at_end_of(self, day: date) -> int:
		return sum(int(r["qty"]) for on, r in self.rows if on <= day)

	def moved(self, first: date, last: date, sign: int, transfers: bool = False) -> int:
		return sum(
			abs(int(r["qty"]))
			for on, r in self.rows
			if first <= on <= last
			and r["qty"] * sign > 0
			and r["kind"] != "Reconciliation"
			and (r["voucher_no"] in self.transfers) == transfers
		)

	def counted(self, first: date, last: date) -> int:
		return sum(
			int(r["qty"]) for on, r in self.rows if first <= on <= last and r["kind"] == "Reconciliation"
		)

	def used(self, first: date, last: date) -> int:
		return sum(
			-int(r["qty"])
			for on, r in self.rows
			if first <= on <= last and r["kind"] == "Outgoing" and r["voucher_no"] not in self.transfers
		)

	def days(self, first: date, last: date) -> list[int]:
		return [self.at_end_of(first + n * ONE_DAY) for n in range((last - first).days + 1)]

	def moved_on(self) -> set[date]:
		"""Days on which it came or went; counts that undo each other are none."""
		return {on for on, r in self.rows if r["kind"] != "Reconciliation" or self.counted(on, on)}

	def out_of(self, first: date, last: date) -> tuple[int, int]:
		"""Days out of stock, and those since the item was first there or moved in the year before."""
		year = first - timedelta(days=365)
		begin = first
		if not self.at_end_of(first - ONE_DAY) and not any(year <= on < first for on in self.moved_on()):
			begin = min((on for on in self.moved_on() if first <= on <= last), default=last + ONE_DAY)
		stocked = self.days(begin, last) if begin <= last else []
		return sum(qty <= 0 for qty in stocked), len(stocked)


def period_of(history: History, first: int, length: int) -> tuple[date, date]:
	today = history.now.date()
	begin = today - timedelta(days=first)
	return begin, min(begin + timedelta(days=length), today)


drawn_periods = {"first": st.integers(0, DAYS), "length": st.integers(0, DAYS)}
quiet = [HealthCheck.function_scoped_fixture]


@settings(max_examples=40, deadline=None, suppress_health_check=quiet)
@given(drawn=steps, of_one=st.booleans(), grain=st.sampled_from(["day", "week", "month"]), **drawn_periods)
def test_the_trend_is_the_sum_of_movements(
	platform: StandalonePlatform, drawn: Any, of_one: bool, grain: str, first: int, length: int
) -> None:
	history = new_history(platform)
	history.play(drawn)
	begin, end = period_of(history, first, length)
	places = list(history.places[:1] if of_one else history.places)
	with platform.context() as ctx:
		about = {"item_code": history.item, "warehouse": places[0] if of_one else ""}
		found = in_and_out_trend(ctx, **about, grain=grain, from_date=begin, to_date=end)
	raw = Raw(history, places)
	if not found.rows:
		assert not any(raw.days(begin - ONE_DAY, end))
		assert not raw.moved(begin, end, 1) + raw.moved(begin, end, -1)
		return
	assert (found.rows[0]["period_from"], found.rows[-1]["period_to"]) == (begin, end)
	closing = None
	for row in found.rows:
		start, stop = row["period_from"], row["period_to"]
		assert closing in (None, row["opening_qty"])
		closing = row["closing_qty"]
		assert row["opening_qty"] == raw.at_end_of(start - ONE_DAY)
		assert row["closing_qty"] == raw.at_end_of(stop)
		counted = row["flows"].get("Count", {"qty_in": 0, "qty_out": 0})
		assert counted["qty_in"] - counted["qty_out"] == raw.counted(start, stop)
		assert row["qty_in"] - counted["qty_in"] == raw.moved(start, stop, 1)
		assert row["qty_out"] - counted["qty_out"] == raw.moved(start, stop, -1)
		moved = raw.moved(start, stop, 1, transfers=True) - raw.moved(start, stop, -1, transfers=True)
		assert row["transferred_qty"] == moved
		assert row["net_change"] == row["closing_qty"] - row["opening_qty"]
		worth = row["opening_value"] + row["value_in"] - row["value_out"] + row["transferred_value"]
		assert worth == pytest.approx(row["closing_value"])
	(total,) = found.totals
	assert (total["opening_qty"], total["closing_qty"]) == (raw.at_end_of(begin - ONE_DAY), closing)
	assert total["qty_in"] == sum(row["qty_in"] for row in found.rows)
	if end == history.now.date():
		sql = "SELECT SUM(stock_value) AS v FROM `tabBin` WHERE item_code = %(i)s AND warehouse IN %(w)s"
		booked = platform.rows(sql, i=history.item, w=places)
		assert float(total["closing_value"]) == pytest.approx(float(booked[0]["v"] or 0))


@settings(max_examples=40, deadline=None, suppress_health_check=quiet)
@given(drawn=steps, of_one=st.booleans(), **drawn_periods)
def test_turnover_averages_every_day(
	platform: StandalonePlatform, drawn: Any, of_one: bool, first: int, length: int
) -> None:
	history = new_history(platform)
	history.play(drawn)
	begin, end = period_of(history, first, length)
	places = list(history.places[:1] if of_one else history.places)
	with platform.context() as ctx:
		about = scope(ctx, item_code=history.item, warehouse=places[0] if of_one else "")
		found = turnover(ctx, about, begin, end, GROSS)
		by_place = averages(ctx, about, begin, end)
		totals = movement_totals(ctx, about, begin, end)
	raw = Raw(history, places)
	days = raw.days(begin, end)
	if not found.items:
		assert (set(days), raw.used(begin, end)) == ({0}, 0)
		return
	(item,) = found.items
	assert float(item.average_qty) == pytest.approx(sum(days) / len(days))
	assert item.closing_qty == days[-1]
	assert item.usage == raw.used(begin, end)
	assert (item.item_days.out, item.item_days.stocked) == raw.out_of(begin, end)
	for (_, place), of in by_place.items():
		own = Raw(history, [place])
		balances = own.days(begin, end)
		assert float(of.qty.average) == pytest.approx(sum(balances) / len(balances))
		assert (of.qty.opening, of.qty.closing) == (own.at_end_of(begin - ONE_DAY), balances[-1])
		assert (of.item_days.out, of.item_days.stocked) == own.out_of(begin, end)
	outside = [row for row in totals if row["flow"] != "Count"]
	for name, sign in (("qty_in", 1), ("qty_out", -1)):
		both = raw.moved(begin, end, sign) + raw.moved(begin, end, sign, transfers=True)
		assert sum(row[name] for row in outside) == both
