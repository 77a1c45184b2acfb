"""Delegations for a time away: who decides for somebody who is away."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Delegation:
	"""``user`` is away from ``from_date`` to ``to_date``, both days included; ``delegate`` decides instead."""

	user: str
	delegate: str
	from_date: date
	to_date: date
	name: str = ""

	def overlaps(self, other: "Delegation") -> bool:
		return self.from_date <= other.to_date and other.from_date <= self.to_date


def stand_in(user: str, away: Mapping[str, str]) -> str | None:
	"""Return who decides for a user in the end, as delegates may be away too: None where the user is here, or where all whom
	their delegation leads to are away.
	"""
	seen = {user}
	found = user
	while found in away:
		found = away[found]
		if found in seen:
			return None
		seen.add(found)
	return found if found != user else None


def deciding(
	users: Iterable[str], away: Mapping[str, str], able: Collection[str], barred: Collection[str] = ()
) -> dict[str, str]:
	"""Return who decides for each of these users, user → themselves or who stands in; those who cannot are left out.

	``able`` can decide about the document. ``barred`` may not, as it is their own: nobody decides for them either. Where the
	one who stands in cannot decide, it stays with the user.
	"""
	found: dict[str, str] = {}
	for user in users:
		other = None if user in barred else stand_in(user, away)
		if other is not None and other in able and other not in barred:
			found[user] = other
		elif user in able:
			found[user] = user
	return found


def leads_back(new: Delegation, others: Iterable[Delegation]) -> bool:
	"""Return whether a delegation leads back to its user on some day, by those of others on that day."""
	known = [other for other in others if other.user != new.user]
	reached: set[tuple[str, date, date]] = set()
	edge = [(new.delegate, new.from_date, new.to_date)]
	while edge:
		user, first, last = edge.pop()
		if user == new.user:
			return True
		if (user, first, last) in reached:
			continue
		reached.add((user, first, last))
		edge += [
			(other.delegate, max(first, other.from_date), min(last, other.to_date))
			for other in known
			if other.user == user and other.from_date <= last and first <= other.to_date
		]
	return False
