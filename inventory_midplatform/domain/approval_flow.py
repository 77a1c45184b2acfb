"""How far an approval is: who is asked now, from the policy, the values of the document and what happened so far.

Who has a role or is in charge of a warehouse comes from the caller, as it is now.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING
from typing import Protocol

from inventory_midplatform.domain.approval_conditions import Values
from inventory_midplatform.domain.approval_policy import (
	APPROVAL,
	CONDITION,
	END,
	IN_ORDER,
	ONE,
	SHARE,
	Branch,
	Policy,
	Step,
)
from inventory_midplatform.domain.errors import Conflict

OPEN, RETURNED, APPROVED, REJECTED, WITHDRAWN = "Open", "Returned", "Approved", "Rejected", "Withdrawn"
"""States of a request."""

COUNTED, DELEGATED, ADDED, ESCALATED, TIMED_OUT = (
	"Approved Before",
	"Delegated",
	"Added",
	"Escalated",
	"Timed Out",
)
"""What happens in a step beside Approved and Rejected. Timed Out: the time limit approved it."""

EVENTS = (APPROVED, REJECTED, COUNTED, DELEGATED, ADDED, ESCALATED, TIMED_OUT)

WAITING, NOT_NEEDED, REQUESTED, COPIED, COMMENTED, REMINDED = (
	"Waiting",
	"Not Needed",
	"Requested",
	"Copied",
	"Commented",
	"Reminded",
)
"""What a row says beside the events that count."""

BEFORE, AFTER = "Before", "After"

HIGHER = 100
"""The turn of the people to whom a step was escalated. Approvers of the policy count from 1."""
FIRST_ADDED = 101
"""The turn of the first approver who was added to a step."""


@dataclass(frozen=True)
class Turn:
	"""A turn of a step, by the place of its approver from 1, and the users any of whom decides for it."""

	number: int
	users: tuple[str, ...]


@dataclass(frozen=True)
class Event:
	"""What happened in a step and counts: a return undoes the events of the steps that it leads back over."""

	kind: str
	step: int
	turn: int
	user: str
	other: str = ""
	"""To whom it was delegated, who was added, or for whom, who is away, it was decided."""
	place: str = ""
	"""Of an added approver: before or after ``anchor``."""
	anchor: int = 0
	"""The turn of whoever added an approver."""


class People(Protocol):
	"""Who can decide, as things are now."""

	@property
	def own(self) -> Collection[str]:
		"""Who created the document or requested its approval."""

	def of_step(self, step: Step) -> Sequence[Turn]:
		"""Return the people of each approver of a step, who may be nobody."""

	def with_role(self, role: str) -> Sequence[str]: ...

	def able(self, users: Sequence[str]) -> Sequence[str]:
		"""Return those of these users who can still decide about the document."""

	def if_nobody(self) -> Sequence[str]:
		"""Return who decides where an approver is nobody."""


@dataclass(frozen=True)
class Progress:
	state: str
	step: int = 0
	"""The number of the step that waits; 0 where the request is closed."""
	waits_for: tuple[tuple[int, str], ...] = ()
	"""(turn, user) of those who are asked now."""
	counted: tuple[Event, ...] = ()
	"""Approvals of earlier steps that count in later ones."""
	passed: tuple[Step, ...] = field(default=())
	"""The steps that are behind, conditions and copies among them, from ``from_step`` on."""


def progress(
	policy: Policy, values: Values, events: Sequence[Event], people: People, from_step: int = 0
) -> Progress:
	"""Return how far a request is. Steps before ``from_step`` are done, whoever has which role by now.

	Raises Conflict (``nobody_to_approve``).
	"""
	path = list(policy.path(values))
	known = list(events)
	counted: list[Event] = []
	passed: list[Step] = []
	numbers = [step.number for step, _ in path]
	start = numbers.index(from_step) if from_step in numbers else 0
	for step, _ in path[start:]:
		if step.kind == APPROVAL:
			now = standing(policy, step, known, people)
			known += now.counted
			counted += now.counted
			if now.is_rejected:
				return Progress(REJECTED, 0, (), tuple(counted), tuple(passed))
			if not now.is_done:
				return Progress(OPEN, step.number, now.waits_for, tuple(counted), tuple(passed))
		passed.append(step)
	_require_end(policy, path)
	return Progress(APPROVED, 0, (), tuple(counted), tuple(passed))


def _require_end(policy: Policy, path: Sequence[tuple[Step, Branch | None]]) -> None:
	"""Refuse to call approved what ran out of a drawing with problems, which is never in force."""
	last, branch = path[-1] if path else (None, None)
	leads_to = last.next_step if last and last.kind != CONDITION else branch and branch.next_step
	if leads_to != END:
		raise Conflict(
			"{policy} has no next step for this document.", code="no_next_step", policy=policy.name
		)


@dataclass(frozen=True)
class Standing:
	"""How a step stands."""

	is_done: bool
	is_rejected: bool
	waits_for: tuple[tuple[int, str], ...]
	counted: tuple[Event, ...]
	turns: tuple[Turn, ...]
	"""All who decide in the step, whether they are asked by now or not."""


def standing(policy: Policy, step: Step, events: Sequence[Event], people: People) -> Standing:
	"""Return how a step stands after these events. Raises Conflict (``nobody_to_approve``)."""
	turns = turns_of(policy, step, events, people)
	counted = _approved_before(step, turns, events) if policy.ask_once else []
	own = [event for event in (*events, *counted) if event.step == step.number]
	votes = _Votes(step, turns, own)
	waits_for = () if votes.is_done or votes.is_rejected else votes.waits_for()
	return Standing(votes.is_done, votes.is_rejected, waits_for, tuple(counted), tuple(turns))


def turns_of(policy: Policy, step: Step, events: Sequence[Event], people: People) -> list[Turn]:
	"""Return who decides in a step, with those who were added, to whom it was delegated or escalated: nobody their own
	document, unless the policy allows it, and never nobody at all.

	Raises Conflict (``nobody_to_approve``).
	"""
	own = [event for event in events if event.step == step.number]

	def allowed(users: Iterable[str]) -> tuple[str, ...]:
		return tuple(dict.fromkeys(u for u in users if policy.allow_own or u not in people.own))

	found = {turn.number: allowed(turn.users) for turn in people.of_step(step)}
	base = set(found)
	for event in own:
		if event.kind == ADDED:
			found[event.turn] = allowed(people.able((event.other,)))
		if event.kind == DELEGATED:
			instead = allowed(people.able((event.other,)))
			for number, users in found.items():
				if instead and (number == event.turn or (step.counting == SHARE and event.user in users)):
					found[number] = tuple(dict.fromkeys((*(u for u in users if u != event.user), *instead)))
	if any(event.kind == ESCALATED for event in own):
		found[HIGHER] = allowed(people.with_role(step.escalate_to))
	if step.counting in (ONE, SHARE) and any(found[number] for number in base):
		found = {number: users for number, users in found.items() if users or number not in base}
	met = {event.turn for event in own if event.kind in (APPROVED, COUNTED)}
	if not all(users or number in met for number, users in found.items()):
		others = allowed(people.if_nobody())
		if not others:
			raise Conflict(
				"Step {step} of {policy} has nobody who could approve this document.",
				code="nobody_to_approve",
				step=step.number,
				policy=policy.name,
			)
		found = {number: users or others for number, users in found.items()}
	return [Turn(number, users) for number, users in sorted(found.items())]


def _approved_before(step: Step, turns: Sequence[Turn], events: Sequence[Event]) -> list[Event]:
	"""Return an event for each approver of the step for whom somebody approved an earlier step: of a share for each such
	person.
	"""
	earlier = [e.user for e in events if e.kind in (APPROVED, COUNTED) and e.step != step.number]
	met = {(e.turn, e.user) for e in events if e.step == step.number and e.kind in (APPROVED, COUNTED)}
	turns_met = {turn for turn, _ in met}
	counted: dict[tuple[int, str], Event] = {}
	for turn in turns:
		if turn.number >= HIGHER:
			continue  # they are asked for what they say now
		for user in dict.fromkeys(user for user in earlier if user in turn.users):
			if step.counting == SHARE:
				if user not in {u for _, u in (*met, *counted)}:
					counted[turn.number, user] = Event(COUNTED, step.number, turn.number, user)
			elif turn.number not in turns_met:
				turns_met.add(turn.number)
				counted[turn.number, user] = Event(COUNTED, step.number, turn.number, user)
	return list(counted.values())


class _Votes:
	"""The decisions of a step, counted as it says."""

	def __init__(self, step: Step, turns: Sequence[Turn], events: Sequence[Event]):
		self._step = step
		self._users: Mapping[int, tuple[str, ...]] = {turn.number: turn.users for turn in turns}
		self._base = [turn.number for turn in turns if turn.number < HIGHER]
		self._added = {e.turn: e for e in events if e.kind == ADDED}
		self._yes = [e for e in events if e.kind in (APPROVED, COUNTED)]
		self._no = [e for e in events if e.kind == REJECTED]
		self._met = {e.turn for e in self._yes}
		self._is_settled = HIGHER in self._met or any(e.kind == TIMED_OUT for e in events)
		"""Whether the time limit or the people it escalated to decided for everybody."""
		self._is_base_done = self._is_settled or self._base_done()
		self._pending = [number for number in self._added if number not in self._met]

	@property
	def is_rejected(self) -> bool:
		if self._step.counting != SHARE:
			return bool(self._no)
		if any(e.turn >= HIGHER for e in self._no):
			return True
		return not self._is_base_done and len(self._persons - self._noes) < self._needed

	@property
	def is_done(self) -> bool:
		return not self.is_rejected and (self._is_settled or (self._is_base_done and not self._pending))

	@property
	def _noes(self) -> set[str]:
		return {e.other or e.user for e in self._no if e.turn < HIGHER}

	@property
	def _ayes(self) -> set[str]:
		return {e.other or e.user for e in self._yes if e.turn < HIGHER}

	@property
	def _stand_ins(self) -> set[str]:
		"""Who voted for somebody who was away: it is that person's vote, and still theirs when they are back."""
		return {e.user for e in (*self._yes, *self._no) if e.other and e.turn < HIGHER}

	@property
	def _persons(self) -> set[str]:
		"""Whose votes make up the whole of a share."""
		present = {user for number in self._base for user in self._users[number]}
		return (present - self._stand_ins) | self._ayes | self._noes

	@property
	def _needed(self) -> int:
		share = self._step.share * len(self._persons) / 100
		return max(1, int(share.to_integral_value(ROUND_CEILING)))

	def _base_done(self) -> bool:
		if self._step.counting == SHARE:
			return len(self._ayes) >= self._needed
		if self._step.counting == ONE:
			return any(number < HIGHER for number in self._met)
		return all(number in self._met for number in self._base)

	def waits_for(self) -> tuple[tuple[int, str], ...]:
		if self._step.counting == IN_ORDER:
			families = (self._family(number) for number in self._base)
			numbers = next((f for f in families if not set(f) <= self._met), self._pending)
		else:
			numbers = [*(() if self._is_base_done else self._base), *self._pending]
		numbers = [*numbers, *(number for number in self._users if number == HIGHER)]
		waiting = [number for number in numbers if number not in self._met or self._has_votes_left(number)]
		return tuple(
			(number, user)
			for number in dict.fromkeys(waiting)
			for user in self._users[number]
			if self._is_turn_of(number, user)
		)

	def _has_votes_left(self, number: int) -> bool:
		return self._step.counting == SHARE and number < HIGHER

	def _family(self, number: int) -> list[int]:
		"""Return a turn, and those that were added to it or to one of these."""
		family = [number]
		for added, event in self._added.items():
			if event.anchor in family:
				family.append(added)
		return family

	def _is_turn_of(self, number: int, user: str) -> bool:
		"""Return whether a user of a turn is asked by now: not before those who were added before it, nor before the turn that
		it was added after.
		"""
		is_person = self._has_votes_left(number)
		if is_person and user in self._ayes | self._noes | self._stand_ins:
			return False
		for added, event in self._added.items():
			is_anchor = event.anchor == number and (not is_person or event.user == user)
			if is_anchor and event.place == BEFORE and added in self._pending:
				return False
		own = self._added.get(number)
		if own is None or own.place == BEFORE or self._is_base_done:
			return True
		if self._has_votes_left(own.anchor):
			return own.user in self._ayes | self._noes
		return own.anchor in self._met
