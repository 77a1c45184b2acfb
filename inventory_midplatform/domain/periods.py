"""Days, weeks, months, fiscal quarters and years of a period: its parts, none left out, none after its last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from inventory_midplatform.domain.errors import InvalidInput

DAY, WEEK, MONTH = "day", "week", "month"
FISCAL_QUARTER, FISCAL_YEAR = "fiscal_quarter", "fiscal_year"
FISCAL = (FISCAL_QUARTER, FISCAL_YEAR)
GRAINS = (DAY, WEEK, MONTH, *FISCAL)

QUARTER_MONTHS = 3

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Between these lies every day that can be named."""


def check_days(*days: date | None) -> None:
	"""Refuse days at which a calendar ends. Raises InvalidInput (``invalid_date``)."""
	for day in days:
		if day is not None and not FIRST_DAY <= day <= LAST_DAY:
			raise InvalidInput(
				"{value} is not a date.", code="invalid_date", argument="value", value=day.isoformat()
			)


@dataclass(frozen=True)
class Part:
	"""A day, a week from Monday, a month, or a fiscal quarter or year, cut off where the whole period begins or ends."""

	label: str
	first: date
	last: date


@dataclass(frozen=True)
class FiscalYears:
	"""The fiscal years of a company, the earliest first, no day in two of them."""

	company: str = ""
	years: tuple[Part, ...] = ()

	def part(self, day: date, grain: str) -> Part:
		"""Return the whole fiscal year or quarter that a day is in. A quarter is three months from the year's first day; the
		last ends with the year. Raises InvalidInput (``no_fiscal_year``).
		"""
		year = next((year for year in self.years if year.first <= day <= year.last), None)
		if year is None:
			raise InvalidInput(
				"No Fiscal Year of {company} has the day {day}.",
				code="no_fiscal_year",
				company=self.company,
				day=day.isoformat(),
			)
		return next(part for part in self._parts(year, grain) if day <= part.last)

	def every(self, grain: str) -> list[Part]:
		"""Return all fiscal years or quarters, none of another grain."""
		if grain not in FISCAL:
			return []
		return [part for year in self.years for part in self._parts(year, grain)]

	def _parts(self, year: Part, grain: str) -> list[Part]:
		if grain == FISCAL_YEAR:
			return [year]
		begins = [year.first]
		while len(begins) < 4 and (following := _quarters_later(begins[0], len(begins))) <= year.last:
			begins.append(following)
		ends = [*(begin - timedelta(days=1) for begin in begins[1:]), year.last]
		return [
			Part(f"{year.label} Q{n}", *of) for n, of in enumerate(zip(begins, ends, strict=True), start=1)
		]


def fiscal_years(company: str, years: Sequence[Part]) -> FiscalYears:
	"""Return the years of a company; a day of two of them is in the one that begins last, as in ERPNext."""
	ordered = sorted(years, key=lambda year: year.first)
	ends = [following.first - timedelta(days=1) for following in ordered[1:]]
	cut = [
		Part(year.label, year.first, min(year.last, end))
		for year, end in zip(ordered, [*ends, date.max], strict=False)
	]
	return FiscalYears(company, tuple(year for year in cut if year.first <= year.last))


NO_YEARS = FiscalYears()


def label(day: date, grain: str, years: FiscalYears = NO_YEARS) -> str:
	"""Return the name of the part that a day is in: ``2026-11-29``, ``2026-W48`` (ISO), ``2026-11``, ``2026-2027 Q3``.

	Raises InvalidInput (``no_fiscal_year``).
	"""
	if grain in FISCAL:
		return years.part(day, grain).label
	if grain == MONTH:
		return f"{day:%Y-%m}"
	if grain == WEEK:
		year, week, _ = day.isocalendar()
		return f"{year}-W{week:02}"
	return day.isoformat()


def parts(first: date, last: date, grain: str, years: FiscalYears = NO_YEARS) -> list[Part]:
	"""Return all parts of a period from ``first`` to ``last``, also those in which nothing happened.

	Raises InvalidInput (``no_fiscal_year``).
	"""
	found = []
	begin = first
	while begin <= last:
		following = _begin_of_next(begin, grain, years)
		found.append(Part(label(begin, grain, years), begin, min(following - timedelta(days=1), last)))
		begin = following
	return found


def first_day(day: date, grain: str, years: FiscalYears = NO_YEARS) -> date:
	"""Return the first day of the part that a day is in. Raises InvalidInput (``no_fiscal_year``)."""
	if grain in FISCAL:
		return years.part(day, grain).first
	if grain == MONTH:
		return day.replace(day=1)
	return day - timedelta(days=day.weekday()) if grain == WEEK else day


def whole_months(first: date, last: date) -> list[Part]:
	"""Return the months of which every day is in the period."""
	return [
		month
		for month in parts(first, last, MONTH)
		if month.first.day == 1 and (month.last + timedelta(days=1)).day == 1
	]


def _begin_of_next(day: date, grain: str, years: FiscalYears) -> date:
	if grain in FISCAL:
		return years.part(day, grain).last + timedelta(days=1)
	if grain == MONTH:
		return date(day.year + day.month // 12, day.month % 12 + 1, 1)
	if grain == WEEK:
		return day + timedelta(days=7 - day.weekday())
	return day + timedelta(days=1)


def _quarters_later(day: date, quarters: int) -> date:
	"""Return the day so many quarters later; where its month is shorter, the first of the next."""
	month = day.month - 1 + quarters * QUARTER_MONTHS
	year, month = day.year + month // 12, month % 12 + 1
	try:
		return date(year, month, day.day)
	except ValueError:
		return date(year + month // 12, month % 12 + 1, 1)
