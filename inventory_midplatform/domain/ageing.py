"""How old stock is, whether it is dead, what expires unused, and which items matter: pure functions of the reports.

Quantities are in stock UOM, values in company currency, ages in whole days.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.quantity import ZERO

K = TypeVar("K")

DEFAULT_BANDS = "30, 60, 90, 180"
"""The last day of each age band; what is older is in one more."""

MOST_BANDS = 8

USAGE_DAYS = 90
"""The days over which usage is measured, where nothing else is said."""

A_SHARE, B_SHARE = Decimal("0.80"), Decimal("0.95")
"""An item is of class A while less than this share of all usage value comes before it, then B, then C."""


@dataclass(frozen=True)
class Bands:
	"""Age bands: the first from 0 days, each to its last day inclusive, one more for all that is older."""

	last_days: tuple[int, ...]

	@classmethod
	def parsed(cls, text: str) -> "Bands":
		"""Read the last days of the bands from a text such as ``30, 60, 90, 180``.

		Raises InvalidInput (``wrong_bands``) for what is no growing list of one to eight whole numbers of days.
		"""
		parts = [part for part in re.split(r"[,，、;\s]+", (text or DEFAULT_BANDS).strip()) if part]
		days = [int(part) if re.fullmatch(r"[0-9]{1,5}", part) else 0 for part in parts]
		if (
			not 1 <= len(days) <= MOST_BANDS
			or days[0] < 1
			or any(b <= a for a, b in itertools.pairwise(days))
		):
			raise InvalidInput(
				"Age bands are the last days of each band, growing, such as {example}; not {bands}.",
				code="wrong_bands",
				example=DEFAULT_BANDS,
				bands=(text or "")[:60],
			)
		return cls(tuple(days))

	@property
	def names(self) -> tuple[str, ...]:
		"""Return the names of the bands, the youngest first: ``0–30``, …, ``> 180``."""
		firsts = (0, *(day + 1 for day in self.last_days))
		within = (f"{first}–{last}" for first, last in zip(firsts, self.last_days, strict=False))
		return (*within, f"> {self.last_days[-1]}")

	def index(self, age: int) -> int:
		return sum(age > day for day in self.last_days)


def age_in_days(received_on: date, today: date) -> int:
	"""Return the age of stock; never negative, also for what is dated ahead."""
	return max((today - received_on).days, 0)


@dataclass(frozen=True)
class Aged:
	"""A part of stock of one age. ``value`` is what the books say it is worth."""

	age: int
	qty: Decimal
	value: Decimal = ZERO


def spread(parts: Iterable[Aged], bands: Bands) -> list[Aged]:
	"""Return one part a band, the youngest first: quantity and value in it, and its mean age."""
	found: list[list[Aged]] = [[] for _ in bands.names]
	for part in parts:
		found[bands.index(part.age)].append(part)
	return [
		Aged(
			round(mean_age(of_band) or 0),
			sum((p.qty for p in of_band), ZERO),
			sum((p.value for p in of_band), ZERO),
		)
		for of_band in found
	]


def mean_age(parts: Iterable[Aged], by_value: bool = False) -> float | None:
	"""Return the mean age, each part weighed by its quantity (or value); None where there is none.

	Source: Σ age × quantity ÷ Σ quantity over open receipt layers. What no layer explains has no age and is left out.
	"""
	weighed = [(part.age, part.value if by_value else part.qty) for part in parts]
	total = sum((weight for _, weight in weighed), ZERO)
	return float(sum((age * weight for age, weight in weighed), ZERO) / total) if total > 0 else None


def share(part: Decimal, whole: Decimal) -> float | None:
	"""Return ``part`` ÷ ``whole``; None where there is no positive whole."""
	return float(part / whole) if whole > 0 else None


def days_since_issue(last_issue: date | None, first_received: date | None, today: date) -> int | None:
	"""Return the days since the last issue, of what was never issued since its first receipt; None where neither is known.

	An issue is what left for use or sale: no transfer, no count, no return to a supplier, nothing cancelled.
	"""
	since = last_issue or first_received
	return age_in_days(since, today) if since else None


def is_dead(days: int, issued_since: bool, oldest: date | None, today: date) -> bool:
	"""Return whether stock is dead: nothing issued in the last ``days``, and some of it that old.

	So what has just been received is not dead for never having been issued.
	"""
	return not issued_since and oldest is not None and age_in_days(oldest, today) >= days


def days_left(expiry_date: date, today: date) -> int:
	"""Return the days until stock expires; it is usable on that day, and negative days say how long it has been expired."""
	return (expiry_date - today).days


def at_risk(batches: Sequence[tuple[date, Decimal]], daily_usage: Decimal, today: date) -> list[Decimal]:
	"""Return of each batch (expiry date, quantity) what will not be used before it expires, if all are used first expired,
	first out. Batches come in the order of their dates; what has expired is at risk whole.

	Ten that expire in 3 days and thirty in 10, at 2 a day: 4 and 16.
	"""
	risks, used = [], ZERO
	for expiry_date, qty in batches:
		left = days_left(expiry_date, today)
		part = min(qty, max(daily_usage * max(left, 0) - used, ZERO)) if left >= 0 else ZERO
		used += part
		risks.append(qty - part)
	return risks


def abc_classes(usage: Iterable[tuple[K, Decimal]]) -> dict[K, str]:
	"""Return the class of each item by its usage value: A, B or C by the share of all that comes before it.

	Usage value is quantity used × what a unit is worth now. Without any usage no item has a class, and an item without
	usage is C. 700, 200, 60 and 40 are A, A, B and C.
	"""
	ranked = sorted(usage, key=lambda pair: (-pair[1], str(pair[0])))
	total = sum((max(value, ZERO) for _, value in ranked), ZERO)
	if total <= 0:
		return {}
	classes, before = {}, ZERO
	for key, value in ranked:
		part = before / total
		classes[key] = "A" if part < A_SHARE and value > 0 else "B" if part < B_SHARE and value > 0 else "C"
		before += max(value, ZERO)
	return classes
