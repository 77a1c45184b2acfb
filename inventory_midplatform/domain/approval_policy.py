"""Approval policies: which documents need an approval, in which steps, who is asked, and how their decisions count.

All of it is decided from a policy, the values of a document and the decisions made so far; who has a role or is in charge of a
warehouse comes from the caller.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory_midplatform.domain.approval_conditions import (
	ALL,
	COMPARISONS,
	ONE_OF,
	WITHOUT_VALUE,
	Condition,
	Values,
	are_met,
	contradicting,
)
from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.roles import MANAGER

USER, ROLE, STOREKEEPER, SUPERVISORS, IN_FIELD = (
	"User",
	"Role",
	"Storekeeper",
	"Supervisor",
	"User in Field",
)
NAMED_IN = {USER: "user", ROLE: "role", IN_FIELD: "user_field"}
"""Kind of approver → the field of its row that names it. The others come from the document's warehouse."""

ONE, IN_ORDER = "Any", "In Order"
"""How approvers of a step count, beside All."""

OPEN, APPROVED, REJECTED, WITHDRAWN = "Open", "Approved", "Rejected", "Withdrawn"


@dataclass(frozen=True)
class Approver:
	kind: str
	name: str = ""


@dataclass(frozen=True)
class Step:
	number: int
	title: str
	approvers: tuple[Approver, ...]
	counting: str = ONE
	"""Any: one of all its people. All: one for each approver. In Order: one for each approver, one after the other."""
	conditions: tuple[Condition, ...] = ()
	match: str = ALL

	def applies(self, values: Values) -> bool:
		return are_met(self.conditions, self.match, values)


@dataclass(frozen=True)
class Policy:
	name: str
	document_type: str
	steps: tuple[Step, ...]
	conditions: tuple[Condition, ...] = ()
	match: str = ALL
	ask_once: bool = True
	"""Whether what somebody approved in one step counts in later steps too."""
	allow_own: bool = False
	"""Whether people approve what they requested or created themselves."""
	if_nobody: str = MANAGER
	"""The role that decides for an approver who is nobody."""

	def applies(self, values: Values) -> bool:
		return are_met(self.conditions, self.match, values)

	@property
	def fields(self) -> list[str]:
		"""The fields it reads: a document whose values of these change needs another approval."""
		steps = [c.field for step in self.steps for c in step.conditions]
		people = [a.name for step in self.steps for a in step.approvers if a.kind == IN_FIELD]
		return list(dict.fromkeys((*(c.field for c in self.conditions), *steps, *people)))


@dataclass(frozen=True)
class Turn:
	"""An approver of a step, by the place among its approvers from 1, and the users any of whom decides for it."""

	approver: int
	users: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
	step: int
	approver: int
	user: str
	is_approval: bool = True


@dataclass(frozen=True)
class Progress:
	state: str
	step: int = 0
	"""The number of the step that waits; 0 where the request is closed."""
	waits_for: tuple[tuple[int, str], ...] = ()
	"""(approver, user) of those who are asked now."""
	counted: tuple[Decision, ...] = ()
	"""Decisions of earlier steps that count for approvers of later ones."""
	skipped: tuple[int, ...] = field(default=())
	"""Numbers of steps whose conditions do not hold."""


def progress(
	policy: Policy,
	values: Values,
	decisions: Sequence[Decision],
	*,
	who: Callable[[Step], Sequence[Turn]],
	if_nobody: Callable[[], Sequence[str]],
	own: Collection[str] = (),
	from_step: int = 0,
) -> Progress:
	"""Return how far a request is. Steps before ``from_step`` are done, whoever has which role by now.

	``who`` returns the people of a step, ``if_nobody`` those who decide where an approver is nobody; ``own`` requested or
	created the document. A rejection ends the request. Raises Conflict (``nobody_to_approve``).
	"""
	if any(not decision.is_approval for decision in decisions):
		return Progress(REJECTED)
	known = list(decisions)
	counted: list[Decision] = []
	skipped: list[int] = []
	for step in policy.steps:
		if step.number < from_step:
			continue
		if not step.applies(values):
			skipped.append(step.number)
			continue
		turns = people(policy, step, who(step), if_nobody, own)
		if policy.ask_once:
			repeated = approved_before(step, turns, known)
			counted += repeated
			known += repeated
		asked = _waiting(step, turns, known)
		if asked:
			return Progress(OPEN, step.number, asked, tuple(counted), tuple(skipped))
	return Progress(APPROVED, 0, (), tuple(counted), tuple(skipped))


def people(
	policy: Policy,
	step: Step,
	turns: Sequence[Turn],
	if_nobody: Callable[[], Sequence[str]],
	own: Collection[str],
) -> list[Turn]:
	"""Return who decides in a step: nobody their own document, unless the policy allows it, and never nobody at all.

	Raises Conflict (``nobody_to_approve``).
	"""

	def allowed(users: Sequence[str]) -> tuple[str, ...]:
		return tuple(dict.fromkeys(u for u in users if policy.allow_own or u not in own))

	found = [Turn(turn.approver, allowed(turn.users)) for turn in turns]
	if step.counting == ONE and any(turn.users for turn in found):
		return [turn for turn in found if turn.users]
	if all(turn.users for turn in found):
		return found
	others = allowed(if_nobody())
	if not others:
		raise Conflict(
			"Step {step} of {policy} has nobody who could approve this document.",
			code="nobody_to_approve",
			step=step.number,
			policy=policy.name,
		)
	return [turn if turn.users else Turn(turn.approver, others) for turn in found]


def approved_before(step: Step, turns: Sequence[Turn], decisions: Sequence[Decision]) -> list[Decision]:
	"""Return a decision for each approver of the step for whom somebody approved an earlier step."""
	earlier = [d.user for d in decisions if d.step < step.number]
	met = {d.approver for d in decisions if d.step == step.number}
	repeated = []
	for turn in turns:
		user = next((user for user in earlier if user in turn.users), None)
		if user and turn.approver not in met:
			repeated.append(Decision(step.number, turn.approver, user))
	return repeated


def _waiting(step: Step, turns: Sequence[Turn], decisions: Sequence[Decision]) -> tuple[tuple[int, str], ...]:
	"""Return (approver, user) of those whom the step waits for; nothing where it is done."""
	met = {d.approver for d in decisions if d.step == step.number}
	waiting = [turn for turn in turns if turn.approver not in met]
	if step.counting == ONE and met:
		return ()
	if step.counting == IN_ORDER:
		waiting = waiting[:1]
	return tuple((turn.approver, user) for turn in waiting for user in turn.users)


STEP_FIELDS = ("step", "title", "approver", *NAMED_IN.values(), "counting", "match")
CONDITION_FIELDS = ("step", "field", "comparison", "value")
POLICY_FIELDS = ("name", "document_type", "match", "ask_once", "allow_own", "if_nobody")


def content(record: Mapping[str, Any]) -> dict[str, Any]:
	"""Return what of a policy's record a request stores, so that it ends as it began."""

	def picked(values: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
		return {name: values.get(name) or "" for name in fields}

	return {
		**picked(record, POLICY_FIELDS),
		"steps": [picked(row, STEP_FIELDS) for row in record.get("steps") or ()],
		"conditions": [picked(row, CONDITION_FIELDS) for row in record.get("conditions") or ()],
	}


def parse(record: Mapping[str, Any]) -> Policy:
	"""Return the policy of a record: rows with the same step number are the approvers of one step.

	Raises InvalidInput (``no_step``, ``no_approver``, ``unlike_rows``, ``unknown_step``, ``missing_argument``,
	``invalid_input``, ``unreachable_step``).
	"""
	of_steps: dict[int, list[Mapping[str, Any]]] = {}
	for row in record.get("steps") or ():
		of_steps.setdefault(_step_number(row), []).append(row)
	if not of_steps:
		raise InvalidInput("An approval policy has at least one step with an approver.", code="no_step")
	of_conditions: dict[int, list[Condition]] = {}
	for row in record.get("conditions") or ():
		number = int(row.get("step") or 0)
		if number and number not in of_steps:
			raise InvalidInput(
				"A condition is for step {step}, which has no approver.", code="unknown_step", step=number
			)
		of_conditions.setdefault(number, []).append(_condition(row))
	policy = Policy(
		name=str(record.get("name") or ""),
		document_type=str(record.get("document_type") or ""),
		steps=tuple(_step(n, of_steps[n], of_conditions.get(n, ())) for n in sorted(of_steps)),
		conditions=tuple(of_conditions.get(0, ())),
		match=record.get("match") or ALL,
		ask_once=bool(int(record.get("ask_once") or 0)),
		allow_own=bool(int(record.get("allow_own") or 0)),
		if_nobody=record.get("if_nobody") or MANAGER,
	)
	_require_reachable(policy)
	return policy


def _step_number(row: Mapping[str, Any]) -> int:
	number = int(row.get("step") or 0)
	if number < 1:
		raise InvalidInput("Steps are numbered from 1.", code="invalid_input", step=number)
	return number


def _step(number: int, rows: Sequence[Mapping[str, Any]], conditions: Sequence[Condition]) -> Step:
	for name, default in (("counting", ONE), ("match", ALL)):
		if len({row.get(name) or default for row in rows}) > 1:
			raise InvalidInput(
				"The rows of step {step} differ in {field}; it is one step.",
				code="unlike_rows",
				step=number,
				field=name,
			)
	return Step(
		number,
		next((str(row["title"]) for row in rows if row.get("title")), ""),
		tuple(_approver(number, row) for row in rows),
		rows[0].get("counting") or ONE,
		tuple(conditions),
		rows[0].get("match") or ALL,
	)


def _approver(number: int, row: Mapping[str, Any]) -> Approver:
	kind = row.get("approver") or ROLE
	if kind not in NAMED_IN:
		return Approver(kind)
	name = row.get(NAMED_IN[kind])
	if not name:
		raise InvalidInput(
			"Step {step} has an approver who is not named.", code="no_approver", step=number, approver=kind
		)
	return Approver(kind, str(name))


def _condition(row: Mapping[str, Any]) -> Condition:
	comparison = row.get("comparison") or COMPARISONS[0]
	if not row.get("field"):
		raise InvalidInput("A condition names no field.", code="missing_argument", argument="field")
	condition = Condition(str(row["field"]).strip(), comparison, str(row.get("value") or ""))
	needs_value = comparison not in WITHOUT_VALUE
	if needs_value and (not condition.value.strip() or (comparison == ONE_OF and not condition.options)):
		raise InvalidInput(
			"The condition on {name} has no value.",
			code="missing_argument",
			argument="value",
			name=condition.field,
		)
	return condition


def _require_reachable(policy: Policy) -> None:
	"""Refuse conditions that no document meets: of the policy, and of a step together with the policy's."""
	always = policy.conditions if policy.match == ALL or len(policy.conditions) == 1 else ()
	for number, conditions, match in (
		(0, always, ALL),
		*((s.number, s.conditions, s.match) for s in policy.steps),
	):
		groups = [conditions] if match == ALL else [(condition,) for condition in conditions]
		fields = [contradicting((*always, *group)) for group in groups]
		if fields and all(fields):
			raise InvalidInput(
				"No document reaches step {step}: the conditions on {name} contradict each other.",
				code="unreachable_step",
				step=number or policy.steps[0].number,
				name=fields[0],
			)
