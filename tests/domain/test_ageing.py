"""Ages, dead stock, expiry and ABC classes: the worked values of the definitions."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from inventory_midplatform.domain.ageing import (
	Aged,
	Bands,
	abc_classes,
	age_in_days,
	at_risk,
	days_left,
	days_since_issue,
	is_dead,
	mean_age,
	share,
	spread,
)
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.receipt_layers import Change, replayed

TODAY = date(2025, 6, 30)
BANDS = Bands.parsed("")


def at(month: int, day: int, hour: int = 9) -> "date":
	from datetime import datetime

	return datetime(2025, month, day, hour)


@pytest.mark.parametrize(
	("age", "band"),
	[
		(0, "0–30"),
		(30, "0–30"),
		(31, "31–60"),
		(60, "31–60"),
		(61, "61–90"),
		(90, "61–90"),
		(91, "91–180"),
		(180, "91–180"),
		(181, "> 180"),
		(4000, "> 180"),
	],
)
def test_an_age_is_in_one_band(age: int, band: str) -> None:
	assert BANDS.names[BANDS.index(age)] == band


@pytest.mark.parametrize("text", ["7,14", "7 14", "7、14", "7;14", "7，14"])
def test_bands_are_written_as_people_write(text: str) -> None:
	assert Bands.parsed(text).names == ("0–7", "8–14", "> 14")


@pytest.mark.parametrize(
	"text", ["30, 30", "60, 30", "0, 30", "-1", "a", "30.5", "1,2,3,4,5,6,7,8,9", "' OR 1=1", "1e3"]
)
def test_wrong_bands_are_refused(text: str) -> None:
	with pytest.raises(InvalidInput) as raised:
		Bands.parsed(text)
	assert raised.value.code == "wrong_bands"


def test_the_mean_age_of_the_worked_example() -> None:
	"""Received 1 January and 1 March, transferred, sold and returned: 121, 168.2 and 148.76 days with the age kept."""

	def change(qty: int, moment: object, place: str, no: str, **more: object) -> Change:
		return Change(("I", place), D(qty), moment, voucher_type="V", voucher_no=no, detail_no=no, **more)  # type: ignore[arg-type]

	layers = replayed(
		[
			change(10, at(1, 1), "A", "1"),
			change(10, at(3, 1), "A", "2"),
			change(-12, at(5, 31), "A", "3"),
			change(12, at(5, 31), "B", "3"),
			change(-4, at(6, 10), "B", "4"),
			change(2, at(6, 20), "B", "5", received_at=at(1, 1)),
			change(-1, at(6, 25), "A", "6"),
		]
	)
	aged = {
		place: [Aged(age_in_days(on, TODAY), qty) for (_, on), qty in layers.of["I", place].items() if qty]
		for place in "AB"
	}
	assert mean_age(aged["A"]) == 121
	assert mean_age(aged["B"]) == pytest.approx(168.2)
	assert mean_age(aged["A"] + aged["B"]) == pytest.approx(148.76, abs=0.005)
	both = spread(aged["A"] + aged["B"], BANDS)
	assert [part.qty for part in both] == [0, 0, 0, 17, 0]


def test_negative_stock_has_no_age() -> None:
	"""−5 aged 20 days and +10 aged 100 days are 100 days old, not 180: what is negative has no layer."""
	assert mean_age([Aged(100, D(10))]) == 100
	assert mean_age([]) is None


def test_what_is_worth_more_weighs_more_by_value() -> None:
	parts = [Aged(10, D(1), D(900)), Aged(110, D(9), D(100))]
	assert mean_age(parts) == 100
	assert mean_age(parts, by_value=True) == 20
	assert [part.value for part in spread(parts, BANDS)] == [900, 0, 0, 100, 0]


def test_what_is_dated_ahead_is_of_today() -> None:
	assert age_in_days(TODAY + timedelta(days=3), TODAY) == 0


def test_a_share_of_nothing_is_none() -> None:
	assert share(D(1), D(4)) == 0.25
	assert share(D(0), D(0)) is None
	assert share(D(1), D(-4)) is None


def test_days_since_issue() -> None:
	"""Received 1 January, sold 10 February; the transfer of 1 June and the count of 15 June are no issues: 140 days."""
	assert days_since_issue(date(2025, 2, 10), date(2025, 1, 1), TODAY) == 140
	assert days_since_issue(None, date(2025, 1, 1), TODAY) == 180
	assert days_since_issue(None, None, TODAY) is None


@pytest.mark.parametrize(
	("days", "issued_since", "oldest", "dead"),
	[
		(91, False, date(2025, 1, 1), True),
		(180, True, date(2025, 1, 1), False),
		(180, False, date(2025, 1, 1), True),
		(181, False, date(2025, 1, 1), False),
		(91, False, date(2025, 6, 29), False),  # new, so never issued
		(91, False, None, False),
	],
)
def test_dead_stock(days: int, issued_since: bool, oldest: date | None, dead: bool) -> None:
	assert is_dead(days, issued_since, oldest, TODAY) is dead


def in_days(*batches: tuple[int, int]) -> list[tuple[date, D]]:
	return [(TODAY + timedelta(days=days), D(qty)) for days, qty in batches]


@pytest.mark.parametrize(
	("batches", "usage", "risk"),
	[
		([(3, 10), (10, 30)], 2, [4, 16]),
		([(3, 10), (10, 30)], 0, [10, 30]),
		([(3, 10), (10, 30)], 100, [0, 0]),
		([(-1, 5), (0, 5), (10, 10)], 1, [5, 5, 0]),
		([(3, 2), (10, 18)], 2, [0, 0]),
		([], 2, []),
	],
)
def test_at_risk_first_expired_first_out(batches: list[tuple[int, int]], usage: int, risk: list[int]) -> None:
	assert at_risk(in_days(*batches), D(usage), TODAY) == risk


def test_stock_is_usable_on_its_expiry_day() -> None:
	assert days_left(TODAY, TODAY) == 0
	assert days_left(TODAY - timedelta(days=2), TODAY) == -2


@pytest.mark.parametrize(
	("usage", "classes"),
	[
		([700, 200, 60, 40], "AABC"),
		([40, 60, 200, 700], "CBAA"),
		([1], "A"),
		([100, 0], "AC"),
		([0, 0], ""),
		([], ""),
		([100, -20], "AC"),  # more came back than left
	],
)
def test_abc(usage: list[int], classes: str) -> None:
	found = abc_classes((i, D(value)) for i, value in enumerate(usage))
	assert "".join(found[i] for i in sorted(found)) == classes
