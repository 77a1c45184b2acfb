"""Key figures of the inventory: what each means, its target, how it stands, where it goes, and what moved it.

A figure is a numerator over a denominator, both sums over parts (an item in a warehouse, an order), so that it can be
added up for a warehouse or a company and taken apart again. Without a denominator there is no value: None, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from inventory_midplatform.domain.carrying_cost import MONTHS_A_YEAR, of_value
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.quantity import ZERO

K = TypeVar("K")

UP, DOWN = "Up", "Down"
"""Which way a figure is better."""

SHARE_TARGET, CHANGE_TARGET = "Percentage", "Change of the Baseline"
"""A target is a share in percent, or a change of the baseline in percent."""

PERCENT, TURNS, MONEY = "percent", "turns a year", "company currency"

GREEN, AMBER, RED, NONE = "Green", "Amber", "Red", ""
"""How a figure stands; empty where it has no value or no target."""

IMPROVING, WORSENING, STEADY = "Improving", "Worsening", "Steady"

YEAR, COST_DAYS = Decimal(365), 30
"""Carrying cost is that of thirty days."""

BASELINE_DAYS, LONGEST_BASELINE = 90, 366
TREND_DAYS = 30
STEADY_WITHIN = Decimal("0.01")
"""A figure is steady that moved by no more than this share of itself."""

TURNOVER = "Turnover"
COUNT_ACCURACY = "Count Accuracy"
STOCK_OUT_RATE = "Stock-out Rate"
STOCK_OUT_LINES = "Stock-out Rate (Order Lines)"
ON_TIME = "On-time Delivery"
STOCK_COST = "Carrying Cost"


@dataclass(frozen=True)
class Kpi:
	"""What a figure means. Target, kind of target and margin are what a new site begins with; a manager changes them."""

	name: str
	unit: str
	better: str
	window: int
	"""The days that a day's value looks back over, the day included."""
	target_kind: str
	target: Decimal
	margin: Decimal
	"""How far from the target, in percent of it, is still amber."""
	formula: str
	source: str
	needs_history: bool = False
	"""Whether it is made of balances of the past, which are known from the first day of the Stock Snapshots."""
	is_cost: bool = False
	"""Whether only cost readers see it."""
	parts_are_costs: bool = False
	"""Whether only cost readers see numerator and denominator."""


_ALL = (
	Kpi(
		TURNOVER,
		TURNS,
		UP,
		90,
		CHANGE_TARGET,
		Decimal(15),
		Decimal(5),
		"Cost of what was used (sold, used in production, issued; less what customers returned) ÷ average of the daily"
		" stock values, × 365 ÷ days. Transfers are no usage.",
		"Stock Snapshot, Bin.stock_value",
		needs_history=True,
		parts_are_costs=True,
	),
	Kpi(
		COUNT_ACCURACY,
		PERCENT,
		UP,
		30,
		SHARE_TARGET,
		Decimal("99.5"),
		Decimal("0.5"),
		"Counted rows without any difference ÷ counted rows. A surplus never makes up for a shortage.",
		"Stock Reconciliation",
	),
	Kpi(
		STOCK_OUT_RATE,
		PERCENT,
		DOWN,
		30,
		CHANGE_TARGET,
		Decimal(-50),
		Decimal(10),
		"By item-days: days on which nothing of an item was on hand at the end ÷ days, over items and warehouses.",
		"Stock Snapshot, Stock Position",
		needs_history=True,
	),
	Kpi(
		STOCK_OUT_LINES,
		PERCENT,
		DOWN,
		30,
		CHANGE_TARGET,
		Decimal(-50),
		Decimal(10),
		"By order lines: lines of Sales Orders of which not all was available when they were demanded ÷ lines demanded.",
		"Inventory Reservation",
	),
	Kpi(
		ON_TIME,
		PERCENT,
		UP,
		30,
		SHARE_TARGET,
		Decimal(98),
		Decimal(2),
		"Orders delivered in full by the day promised ÷ orders that were due (SCOR RL.1.1). What is not delivered counts; what"
		" is not due yet does not.",
		"Sales Order, Delivery Note",
	),
	Kpi(
		STOCK_COST,
		MONEY,
		DOWN,
		30,
		CHANGE_TARGET,
		Decimal(-10),
		Decimal(3),
		"Average stock value × yearly rate in force (capital, handling, loss) × 30 ÷ 365, and for a whole company the cost of"
		" space for 30 days. Every day is judged by the rate in force now.",
		"Stock Snapshot, Bin.stock_value, Inventory Midplatform Settings",
		needs_history=True,
		is_cost=True,
		parts_are_costs=True,
	),
)

KPIS: Mapping[str, Kpi] = {kpi.name: kpi for kpi in _ALL}


@dataclass(frozen=True)
class Ratio:
	"""A numerator over a denominator; of parts the sum is that of both."""

	numerator: Decimal = ZERO
	denominator: Decimal = ZERO

	def __add__(self, other: "Ratio") -> "Ratio":
		return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)

	@property
	def value(self) -> Decimal | None:
		return self.numerator / self.denominator if self.denominator > 0 else None


@dataclass(frozen=True)
class Part:
	"""What an item in a warehouse, or an order there, adds to a figure. ``step`` says how it came about, where that is known."""

	company: str
	warehouse: str
	item_code: str
	ratio: Ratio
	step: str = ""


@dataclass(frozen=True)
class Measured:
	"""A figure in a period, taken apart. The parts of companies and of warehouses are the same but for orders: one that two
	warehouses deliver is one of its company and one of each warehouse.
	"""

	of_companies: Sequence[Part]
	of_warehouses: Sequence[Part]

	@property
	def totals(self) -> dict[tuple[str, str], Ratio]:
		"""Return the sums by company and warehouse; an empty warehouse is the whole company. Companies are never added."""
		return {
			**added_up(((part.company, ""), part.ratio) for part in self.of_companies),
			**added_up(((part.company, part.warehouse), part.ratio) for part in self.of_warehouses),
		}

	def parts(self, company: str, warehouse: str) -> list[Part]:
		"""Return the parts of a company, or of one warehouse."""
		if not warehouse:
			return [part for part in self.of_companies if part.company == company]
		return [part for part in self.of_warehouses if part.warehouse == warehouse]


def additive(parts: Sequence[Part]) -> Measured:
	"""Return a figure whose company is the sum of its warehouses."""
	return Measured(parts, parts)


@dataclass(frozen=True)
class CostParts:
	"""The parts of carrying cost that a person entered: yearly rates in percent, and space in a company's currency a month."""

	capital_rate: Decimal = ZERO
	handling_rate: Decimal = ZERO
	loss_rate: Decimal = ZERO
	space_cost_per_month: Decimal = ZERO
	space_cost_company: str = ""

	@property
	def rate(self) -> Decimal:
		"""Return how many percent of the stock value a year costs."""
		return self.capital_rate + self.handling_rate + self.loss_rate

	@property
	def is_entered(self) -> bool:
		return bool(self.rate or self.space_cost_per_month)

	def space(self, company: str, warehouse: str = "") -> Decimal:
		"""Return what the space of a whole company costs in thirty days; a single warehouse's share of it is not known."""
		if warehouse or (self.space_cost_company and self.space_cost_company != company):
			return ZERO
		return self.space_cost_per_month * MONTHS_A_YEAR * COST_DAYS / YEAR


def value_of(
	kpi: Kpi,
	ratio: Ratio,
	days: int,
	parts: CostParts | None = None,
	company: str = "",
	warehouse: str = "",
) -> Decimal | None:
	"""Return a figure over a period of so many days, in its unit; None where there is no data.

	Of carrying cost the numerator is the average stock value, and ``parts`` are the rates by which it is judged.
	"""
	if kpi.unit == MONEY:
		if parts is None or not parts.is_entered:
			return None
		return ratio.numerator * scale(kpi, days, parts) + parts.space(company, warehouse)
	return None if ratio.value is None else ratio.value * scale(kpi, days)


def scale(kpi: Kpi, days: int, parts: CostParts | None = None) -> Decimal:
	"""Return by what the ratio is multiplied to be the figure in its unit."""
	if kpi.unit == TURNS:
		return YEAR / days
	if kpi.unit == MONEY:
		return of_value(Decimal(1), (parts or CostParts()).rate, COST_DAYS)
	return Decimal(100)


def target_value(kind: str, target: Decimal, baseline: Decimal | None) -> Decimal | None:
	"""Return the value to reach; None where it is a change of a baseline that is not known, or more than nothing."""
	if kind == SHARE_TARGET:
		return target
	if baseline is None or (target > 0 and not baseline):
		return None
	return baseline * (100 + target) / 100


def status(better: str, value: Decimal | None, target: Decimal | None, margin: Decimal) -> str:
	"""Return green where the target is reached, amber where it is missed by no more than ``margin`` percent of it, else red."""
	if value is None or target is None:
		return NONE
	missed = target - value if better == UP else value - target
	if missed <= 0:
		return GREEN
	return AMBER if missed <= abs(target) * margin / 100 else RED


def trend(better: str, points: Sequence[tuple[date, Decimal]], days: int = TREND_DAYS) -> str:
	"""Return whether a figure gets better or worse: its last value beside the first of so many days before it.

	Empty with fewer than two values.
	"""
	if len(points) < 2:
		return NONE
	last_day, last = points[-1]
	first = next(value for day, value in points if day >= last_day - timedelta(days=days))
	if first is last or abs(last - first) <= abs(first) * STEADY_WITHIN:
		return STEADY
	return IMPROVING if (last > first) == (better == UP) else WORSENING


@dataclass(frozen=True)
class Moved:
	"""What one part added to the change of a figure, in the figure's unit, and what it was before and after."""

	contribution: Decimal
	before: Ratio
	after: Ratio


def why(
	before: Mapping[K, Ratio], after: Mapping[K, Ratio], scales: tuple[Decimal, Decimal], is_sum: bool = False
) -> list[tuple[K, Moved]]:
	"""Take the change of a figure between two periods apart: (part, what it added), the largest first.

	Of a ratio R = N ÷ D a part i adds (Δnᵢ − R̄ · Δdᵢ) ÷ D̄, where R̄ and D̄ are the means of the two periods' ratios and
	denominators. That adds up to ΔR without a rest, because ΔN = R̄ · ΔD + D̄ · ΔR; it is the same backwards in time, and a
	part that did not change adds nothing. The weights are those of T. L. Bennet, The Theory of Measurement of Changes in Cost
	of Living, Journal of the Royal Statistical Society 83 (1920), 455–462. Of a figure that is a sum (``is_sum``) a part adds
	its own change.

	``scales`` are what :func:`scale` returns of each period. Empty where either period has no value.
	"""
	old, new = (
		{key: Ratio(ratio.numerator * by, ratio.denominator) for key, ratio in parts.items()}
		for parts, by in zip((before, after), scales, strict=True)
	)
	whole_old, whole_new = sum(old.values(), Ratio()), sum(new.values(), Ratio())
	if is_sum:
		mean_ratio, mean_whole = ZERO, Decimal(1)
	elif whole_old.value is None or whole_new.value is None:
		return []
	else:
		mean_ratio = (whole_old.value + whole_new.value) / 2
		mean_whole = (whole_old.denominator + whole_new.denominator) / 2
	found = []
	for key in dict.fromkeys([*new, *old]):
		was, is_now = old.get(key, Ratio()), new.get(key, Ratio())
		change = is_now.numerator - was.numerator - mean_ratio * (is_now.denominator - was.denominator)
		moved = Moved(change / mean_whole, before.get(key, Ratio()), after.get(key, Ratio()))
		found.append((key, moved))
	return sorted(found, key=lambda part: -abs(part[1].contribution))


def added_up(parts: Iterable[tuple[K, Ratio]]) -> dict[K, Ratio]:
	"""Return the sums of parts by their key."""
	found: dict[K, Ratio] = {}
	for key, ratio in parts:
		found[key] = found.get(key, Ratio()) + ratio
	return found


def offered_baseline(began: date) -> tuple[date, date]:
	"""Return the ninety days before the ledger was switched on."""
	return began - timedelta(days=BASELINE_DAYS), began - timedelta(days=1)


def check_baseline(first: date | None, last: date | None, today: date) -> None:
	"""Refuse a baseline that is no period of the past. Raises InvalidInput (``wrong_baseline``)."""
	if first is None and last is None:
		return
	if first is None or last is None or last < first or last >= today:
		raise InvalidInput(
			"The baseline is a period of whole days before today, from its first to its last day.",
			code="wrong_baseline",
		)
	if (last - first).days >= LONGEST_BASELINE:
		raise InvalidInput(
			"The baseline is no longer than {days} days.", code="wrong_baseline", days=LONGEST_BASELINE
		)
