"""What a saved view shows now: keys, a value of each series for each, and the way to the documents behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.periods import DAY, MONTH
from inventory_midplatform.ports import Row

PERIODS: Mapping[str, tuple[int, str]] = {
	"7 days": (7, DAY),
	"30 days": (30, DAY),
	"90 days": (90, DAY),
	"12 months": (12, MONTH),
	"36 months": (36, MONTH),
}
"""How far back a view looks, today or this month included."""


@dataclass(frozen=True)
class Series:
	"""One line or colour of a chart: of a measure, or of a value of the field that splits."""

	name: str
	values: list[Any]


@dataclass(frozen=True)
class SeenView:
	"""``types`` says what the keys and the names of series are, by field; ``opens`` which report or list shows a key's
	documents, ``drills`` by which conditions. ``grain`` is that of a history, whose keys are days.
	"""

	keys: list[Any]
	series: list[Series]
	opens: Row
	drills: list[list[Row]] = field(default_factory=list)
	company: str = ""
	currency: str = ""
	"""Of the money; empty where there is none."""
	is_share: bool = False
	"""Whether all values are shares, between 0 and 1."""
	group: str = ""
	grain: str = ""
	split: str = ""
	types: Mapping[str, str] = field(default_factory=dict)
	labels: Mapping[str, str] = field(default_factory=dict)
	"""Names of fiscal periods by their first day."""


def first_day(period: str, today: date) -> date:
	"""Return the first day of one of :data:`PERIODS`. Raises InvalidInput (``invalid_argument``)."""
	if period not in PERIODS:
		raise InvalidInput(
			"There is no such filter: {only}.",
			code="invalid_argument",
			argument="period",
			only=str(period)[:60],
		)
	count, grain = PERIODS[period]
	if grain == DAY:
		return today - timedelta(days=count - 1)
	month = today.year * 12 + today.month - count
	return date(month // 12, month % 12 + 1, 1)
