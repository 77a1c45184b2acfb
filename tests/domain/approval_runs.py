"""An approval without a database, for tests of its rules: actions as people take them, and who is asked after each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory_midplatform.domain.approval_flow import (
	ADDED,
	AFTER,
	APPROVED,
	BEFORE,
	DELEGATED,
	ESCALATED,
	FIRST_ADDED,
	HIGHER,
	OPEN,
	REJECTED,
	TIMED_OUT,
	Event,
	Progress,
	Turn,
	progress,
)
from inventory_midplatform.domain.approval_policy import ROLE, USER, Approver, Policy, Step

HEAD = "h"
"""Who has the role that steps escalate to."""
FALLBACK = "k"
"""Who decides where there is nobody."""


@dataclass
class Crowd:
	"""People of one letter each. An approver named ``ab`` is a role that a and b have."""

	own: set[str] = field(default_factory=set)
	gone: set[str] = field(default_factory=set)

	def of_step(self, step: Step) -> list[Turn]:
		return [Turn(place, self.able(a.name)) for place, a in enumerate(step.approvers, 1)]

	def with_role(self, role: str) -> tuple[str, ...]:
		return self.able(role)

	def able(self, users: Sequence[str]) -> tuple[str, ...]:
		return tuple(user for user in users if user not in self.gone)

	def if_nobody(self) -> tuple[str, ...]:
		return (FALLBACK,)


def step(number: int, counting: str, *approvers: str, share: int = 0, next_step: int = 0) -> Step:
	kinds = tuple(Approver(USER if len(name) == 1 else ROLE, name) for name in approvers)
	return Step(
		number,
		approvers=kinds,
		counting=counting,
		share=Decimal(share),
		escalate_to=HEAD,
		next_step=next_step,
	)


class Refused(Exception):
	"""Somebody does what they are not asked for."""


@dataclass
class Run:
	"""A request: what happened in it, as the services write it down."""

	policy: Policy
	values: dict[str, str] = field(default_factory=dict)
	people: Crowd = field(default_factory=Crowd)
	events: list[Event] = field(default_factory=list)
	past: list[Event] = field(default_factory=list)
	"""What a return undid."""
	step: int = 0
	ended: str = ""
	"""By a time limit that rejects."""
	added: int = 0

	def __post_init__(self) -> None:
		self.now = self.advanced()

	def advanced(self) -> Progress:
		found = progress(self.policy, self.values, self.events, self.people, self.step)
		self.events += found.counted
		self.step = found.step or self.step
		self.now = Progress(self.ended) if self.ended else found
		return self.now

	@property
	def waits_for(self) -> str:
		return " ".join(sorted({user for _, user in self.now.waits_for})) or self.now.state

	def turns(self, user: str) -> list[int]:
		turns = [turn for turn, waiting in self.now.waits_for if waiting == user]
		if not turns or self.now.state != OPEN:
			raise Refused(f"{user} is not asked, but {self.waits_for}")
		return turns

	def _happened(self, *events: Event) -> None:
		self.events += events
		self.advanced()

	def approve(self, user: str) -> None:
		self._happened(*(Event(APPROVED, self.step, turn, user) for turn in self.turns(user)))

	def reject(self, user: str) -> None:
		self._happened(*(Event(REJECTED, self.step, turn, user) for turn in self.turns(user)))

	def delegate(self, user: str, to: str) -> None:
		self._happened(*(Event(DELEGATED, self.step, turn, user, to) for turn in self.turns(user)))

	def add(self, user: str, other: str, place: str) -> None:
		anchor, turn = self.turns(user)[0], FIRST_ADDED + self.added
		self.added += 1
		self._happened(Event(ADDED, self.step, turn, user, other, place, anchor))

	def send_back(self, user: str, to: int) -> None:
		"""Undo what happened from a step on."""
		self.turns(user)
		path = [one.number for one, _ in self.policy.path(self.values)]
		undone = path[path.index(to) :]
		self.past += [event for event in self.events if event.step in undone]
		self.events = [event for event in self.events if event.step not in undone]
		self.step = to
		self.advanced()

	def time_out(self, ends: str) -> None:
		if self.now.state != OPEN:
			raise Refused("It is closed")
		if ends == REJECTED:
			self.ended = REJECTED
			self.advanced()
		elif ends == ESCALATED:
			self._happened(Event(ESCALATED, self.step, HIGHER, ""))
		else:
			self._happened(Event(TIMED_OUT, self.step, 0, ""))

	def do(self, action: str) -> None:
		"""Take an action that is written as a sentence: ``a approves``, ``a adds x before``, ``time approves``."""
		user, verb, *more = action.split()
		if user == "time":
			self.time_out({"approves": APPROVED, "rejects": REJECTED, "escalates": ESCALATED}[verb])
		elif verb == "approves":
			self.approve(user)
		elif verb == "rejects":
			self.reject(user)
		elif verb == "delegates":
			self.delegate(user, more[-1])
		elif verb == "adds":
			self.add(user, more[0], {"before": BEFORE, "after": AFTER}[more[1]])
		elif verb == "returns":
			self.send_back(user, int(more[-1]))
		elif verb == "leaves":
			self.people.gone.add(user)
			self.advanced()
		else:
			raise ValueError(action)
