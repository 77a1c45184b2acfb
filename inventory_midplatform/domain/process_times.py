"""How long work waits, and how late it is recorded: hours by the wall clock and working hours. By step, never by person."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.service_level import Share, percentile
from inventory_midplatform.domain.working_time import Calendar

WEEKEND = frozenset((5, 6))
"""Saturday and Sunday: the days off of a company that names no holiday list."""

MICROSECONDS_OF_AN_HOUR = Decimal(3_600_000_000)


@dataclass(frozen=True)
class Times:
	"""Durations of one kind, in hours: how many, the median, the ninetieth percentile and the sum."""

	count: int = 0
	median: Decimal | None = None
	p90: Decimal | None = None
	total: Decimal = ZERO


def times(hours: Sequence[Decimal]) -> Times:
	return Times(len(hours), _median(hours), percentile(hours, 0.9), sum(hours, ZERO))


def hours_between(start: datetime, end: datetime) -> Decimal:
	"""Return the hours by the wall clock; below zero where ``end`` is before ``start``."""
	return Decimal((end - start) // timedelta(microseconds=1)) / MICROSECONDS_OF_AN_HOUR


@dataclass(frozen=True)
class Recorded:
	"""A document whose posting time somebody set: when it says that it happened, and when it was recorded."""

	posted: datetime
	created: datetime
	calendar: Calendar
	"""That of its company."""


@dataclass(frozen=True)
class RecordLag:
	"""How long after it happened work was recorded; ``ahead`` counts what was recorded before it happened, and is apart."""

	wall: Times = Times()
	working: Times = Times()
	ahead: int = 0


def record_lag(documents: Iterable[Recorded]) -> RecordLag:
	"""Return the lag of documents whose posting time was edited; that of others is the server's own, and says nothing.

	Friday 17:30 to Monday 09:30 is 64 hours, and one working hour.
	"""
	found = list(documents)
	late = [x for x in found if x.created >= x.posted]
	return RecordLag(
		wall=times([hours_between(x.posted, x.created) for x in late]),
		working=times([x.calendar.between(x.posted, x.created) for x in late]),
		ahead=len(found) - len(late),
	)


Stay = tuple[Hashable, str, datetime, datetime]
"""A thing, a state, when it came into it, and when it left."""


def stays(steps: Iterable[tuple[Hashable, str, datetime]]) -> list[Stay]:
	"""Return how long each thing stayed in each state, from its steps (thing, the state it came to, when), oldest first.

	The state that it came to last has no end yet, and is left out.
	"""
	last: dict[Hashable, tuple[str, datetime]] = {}
	found: list[Stay] = []
	for thing, state, at in steps:
		if thing in last:
			came_to, since = last[thing]
			found.append((thing, came_to, since, at))
		last[thing] = (state, at)
	return found


def hand_typed(documents: Iterable[tuple[bool, bool, int]]) -> Share:
	"""Return the share of documents (have one upstream, were imported, how many) that somebody typed: neither of the two."""
	found = list(documents)
	typed = sum(number for upstream, imported, number in found if not upstream and not imported)
	return Share(Decimal(typed), Decimal(sum(number for *_, number in found)))


def _median(values: Sequence[Decimal]) -> Decimal | None:
	ranked = sorted(values)
	if not ranked:
		return None
	middle = len(ranked) // 2
	return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2
