"""Approval policies: which documents need an approval, through which steps, who is asked, and how their decisions count.

A policy is a graph: approval steps, conditions with branches, and steps that copy the document to somebody. What is wrong
with a drawing says ``approval_problems``; who is asked next says ``approval_flow``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import cached_property
from typing import Any

from inventory_midplatform.domain.approval_conditions import (
	ALL,
	ANY,
	COMPARISONS,
	Condition,
	Values,
	are_met,
)
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.quantity import ZERO, from_store, number_of
from inventory_midplatform.domain.roles import MANAGER

APPROVAL, CONDITION, COPY_TO = "Approval", "Condition", "Copy To"
KINDS = (APPROVAL, CONDITION, COPY_TO)

USER, ROLE, STOREKEEPER, SUPERVISORS, MANAGER_OF_APPLICANT, APPLICANT, IN_FIELD = (
	"User",
	"Role",
	"Storekeeper",
	"Supervisor",
	"Manager of Applicant",
	"Applicant",
	"User in Field",
)
APPROVERS = (USER, ROLE, STOREKEEPER, SUPERVISORS, MANAGER_OF_APPLICANT, APPLICANT, IN_FIELD)
NAMED_IN = {USER: "user", ROLE: "role", IN_FIELD: "user_field"}
"""Kind of approver → the field of its row that names it. The others come from the document."""

ONE, IN_ORDER, SHARE = "Any", "In Order", "Share"
"""How approvers of a step count, beside All."""
COUNTINGS = (ONE, ALL, IN_ORDER, SHARE)

REMIND_ONLY, ESCALATE, APPROVE, REJECT = "Remind Only", "Escalate", "Approve", "Reject"
ON_TIME_OUT = (REMIND_ONLY, ESCALATE, APPROVE, REJECT)
"""What happens when the time limit of a step is over."""

NOTHING, SUBMIT, WORKFLOW_ACTION = "Nothing", "Submit", "Workflow Action"
WHEN_APPROVED = (NOTHING, SUBMIT, WORKFLOW_ACTION)

END = 0
"""The number of the end, which is no step."""
END_TEXT = "End"

DAY_BEGINS, DAY_ENDS = "09:00", "18:00"

STEP_LIMIT = 100


@dataclass(frozen=True)
class Approver:
	kind: str
	name: str = ""


@dataclass(frozen=True)
class Branch:
	number: int
	title: str = ""
	is_otherwise: bool = False
	conditions: tuple[Condition, ...] = ()
	match: str = ALL
	next_step: int | None = None
	"""None: not drawn yet."""

	def applies(self, values: Values) -> bool:
		return self.is_otherwise or (bool(self.conditions) and are_met(self.conditions, self.match, values))


@dataclass(frozen=True)
class Step:
	number: int
	kind: str = APPROVAL
	title: str = ""
	approvers: tuple[Approver, ...] = ()
	counting: str = ONE
	"""Any: one of all its people. All: one for each approver. In Order: one for each approver, one after the other. Share: a
	part of all its people.
	"""
	share: Decimal = ZERO
	"""In percent of the people of the step."""
	time_limit: Decimal = ZERO
	"""In working hours; 0 for none."""
	remind_before: Decimal = ZERO
	"""In working hours before the time limit; 0 for none."""
	on_time_out: str = REMIND_ONLY
	escalate_to: str = ""
	"""The role whose people decide too when the time is over."""
	next_step: int = END
	branches: tuple[Branch, ...] = ()
	"""Of a condition, in the order in which they are tried; the one for otherwise is the last."""

	@property
	def next_steps(self) -> list[int | None]:
		"""The numbers that its edges lead to; None for an edge that is not drawn yet."""
		return [b.next_step for b in self.branches] if self.kind == CONDITION else [self.next_step]

	def branch(self, values: Values) -> Branch | None:
		"""Return the branch that a document takes, or None."""
		return next((branch for branch in self.branches if branch.applies(values)), None)


@dataclass(frozen=True)
class Policy:
	name: str
	document_type: str
	steps: tuple[Step, ...]
	conditions: tuple[Condition, ...] = ()
	match: str = ALL
	starter_role: str = ""
	"""Who may request an approval by it; empty for whoever may write the document."""
	ask_once: bool = True
	"""Whether what somebody approved in one step counts in later steps too."""
	allow_own: bool = False
	"""Whether people approve what they requested or created themselves."""
	allow_redirecting: bool = True
	"""Whether approvers may add another, delegate, and return the document."""
	if_nobody: str = MANAGER
	"""The role that decides for an approver who is nobody."""
	when_approved: str = NOTHING
	workflow_action: str = ""
	holiday_list: str = ""
	day_begins: str = DAY_BEGINS
	day_ends: str = DAY_ENDS
	"""Working hours of a day, as HH:MM."""

	def applies(self, values: Values) -> bool:
		return are_met(self.conditions, self.match, values)

	@cached_property
	def by_number(self) -> Mapping[int, Step]:
		return {step.number: step for step in self.steps}

	@property
	def first(self) -> int:
		"""The number of the first step: the lowest."""
		return min(self.by_number, default=END)

	def path(self, values: Values) -> Iterator[tuple[Step, Branch | None]]:
		"""Yield the steps that a document takes, a condition with its branch. It ends where nothing more is drawn, and where a
		drawing leads back.
		"""
		number: int | None = self.first
		seen: set[int] = set()
		while number and number in self.by_number and number not in seen:
			seen.add(number)
			step = self.by_number[number]
			branch = step.branch(values) if step.kind == CONDITION else None
			yield step, branch
			number = (branch.next_step if branch else None) if step.kind == CONDITION else step.next_step

	@property
	def all_conditions(self) -> list[Condition]:
		return [*self.conditions, *(c for s in self.steps for b in s.branches for c in b.conditions)]

	@property
	def fields(self) -> list[str]:
		"""The fields it reads."""
		people = [a.name for step in self.steps for a in step.approvers if a.kind == IN_FIELD]
		return list(dict.fromkeys((*(c.field for c in self.all_conditions), *people)))


# What of a record is the policy itself, as a request stores it and the canvas reads it: field → how it is read.


def _text(value: Any) -> str:
	return str(value or "").strip()


def _flag(value: Any) -> int:
	return int(bool(_whole(value)))


def _whole(value: Any) -> int:
	number = _number(value)
	if number != int(number):
		raise InvalidInput("{value} is no whole number.", code="invalid_input", value=str(value)[:60])
	return int(number)


def _number(value: Any) -> int | float:
	if value is None or value == "":
		return 0
	number = number_of(value)
	if number is None or not number.is_finite():
		raise InvalidInput("{value} is no number.", code="invalid_input", value=str(value)[:60])
	exact = from_store(number)
	return int(exact) if exact == exact.to_integral_value() else float(exact)


def _clock(value: Any) -> str:
	"""Return a time of the day as HH:MM."""
	text = _text(value)
	if not text:
		return ""
	try:
		hours, minutes = (int(part) for part in text.split(":")[:2])
		return f"{time(hours, minutes):%H:%M}"
	except ValueError:
		raise InvalidInput("{value} is no time of the day.", code="invalid_input", value=text[:60]) from None


FIELDS: Mapping[str, Any] = {
	"name": _text,
	"document_type": _text,
	"starter_role": _text,
	"match": _text,
	"ask_once": _flag,
	"allow_own": _flag,
	"allow_redirecting": _flag,
	"if_nobody": _text,
	"when_approved": _text,
	"workflow_action": _text,
	"holiday_list": _text,
	"day_begins": _clock,
	"day_ends": _clock,
}
TABLES: Mapping[str, Mapping[str, Any]] = {
	"steps": {
		"step": _whole,
		"kind": _text,
		"title": _text,
		"counting": _text,
		"share": _number,
		"time_limit": _number,
		"remind_before": _number,
		"on_time_out": _text,
		"escalate_to": _text,
		"next_step": _text,
		"x": _whole,
		"y": _whole,
	},
	"approvers": {"step": _whole, "approver": _text, "user": _text, "role": _text, "user_field": _text},
	"branches": {
		"step": _whole,
		"branch": _whole,
		"title": _text,
		"is_otherwise": _flag,
		"match": _text,
		"next_step": _text,
	},
	"conditions": {"step": _whole, "branch": _whole, "field": _text, "comparison": _text, "value": _text},
}
DEFAULTS: Mapping[str, Any] = {
	"match": ALL,
	"ask_once": 1,
	"allow_redirecting": 1,
	"if_nobody": MANAGER,
	"when_approved": NOTHING,
	"day_begins": DAY_BEGINS,
	"day_ends": DAY_ENDS,
	"kind": APPROVAL,
	"approver": ROLE,
	"counting": ONE,
	"on_time_out": REMIND_ONLY,
	"comparison": COMPARISONS[0],
}
"""For what a record does not say."""
CHOICES: Mapping[str, Sequence[str]] = {
	"match": (ALL, ANY),
	"when_approved": WHEN_APPROVED,
	"kind": KINDS,
	"approver": APPROVERS,
	"counting": COUNTINGS,
	"on_time_out": ON_TIME_OUT,
	"comparison": COMPARISONS,
}


def content(record: Mapping[str, Any]) -> dict[str, Any]:
	"""Return what of a policy's record is the policy itself: texts, numbers and 0 or 1, rows in their order.

	Raises InvalidInput (``invalid_input``) for what cannot be read, and ``too_many_steps``.
	"""

	def picked(values: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
		if not isinstance(values, Mapping):
			raise InvalidInput("A row is an object with fields.", code="invalid_input")
		found = {}
		for field, read in fields.items():
			value = values.get(field)
			value = read(DEFAULTS.get(field) if value is None or value == "" else value)
			if field in CHOICES and value not in CHOICES[field]:
				raise InvalidInput(
					"{value} is no {field}.", code="invalid_input", value=value[:60], field=field
				)
			found[field] = value
		return found

	whole = picked(record, FIELDS)
	for table, fields in TABLES.items():
		rows = record.get(table) or ()
		if not isinstance(rows, list | tuple):
			raise InvalidInput("{field} is a list of rows.", code="invalid_input", field=table)
		if len(rows) > 10 * STEP_LIMIT or (table == "steps" and len(rows) > STEP_LIMIT):
			raise InvalidInput("A policy has at most {limit} steps.", code="too_many_steps", limit=STEP_LIMIT)
		whole[table] = [picked(row, fields) for row in rows]
	return whole


def parse(record: Mapping[str, Any]) -> Policy:
	"""Return the policy of a record, or of its content. It may have problems, as a drawing has while it is made.

	Raises InvalidInput (``invalid_input``, ``too_many_steps``, ``same_step``, ``unknown_step``,
	``too_many_approvers``) for what cannot be read.
	"""
	whole = content(record)
	numbers = [row["step"] for row in whole["steps"]]
	for number in numbers:
		if number < 1:
			raise InvalidInput("Steps are numbered from 1.", code="invalid_input", step=number)
		if numbers.count(number) > 1:
			raise InvalidInput("Two steps have the number {step}.", code="same_step", step=number)
	for table in ("approvers", "branches", "conditions"):
		for row in whole[table]:
			if row["step"] not in numbers and (row["step"] or table != "conditions"):
				raise InvalidInput(
					"There is no step {step}, but a row of {field} is for it.",
					code="unknown_step",
					step=row["step"],
					field=table,
				)
	for number in numbers:
		if sum(row["step"] == number for row in whole["approvers"]) >= STEP_LIMIT:
			raise InvalidInput(
				"Step {step} has too many approvers. Name a role.", code="too_many_approvers", step=number
			)
	return Policy(
		name=whole["name"],
		document_type=whole["document_type"],
		steps=tuple(_step(row, whole) for row in sorted(whole["steps"], key=lambda row: row["step"])),
		conditions=_conditions(whole, 0, None),
		match=whole["match"],
		starter_role=whole["starter_role"],
		ask_once=bool(whole["ask_once"]),
		allow_own=bool(whole["allow_own"]),
		allow_redirecting=bool(whole["allow_redirecting"]),
		if_nobody=whole["if_nobody"],
		when_approved=whole["when_approved"],
		workflow_action=whole["workflow_action"],
		holiday_list=whole["holiday_list"],
		day_begins=whole["day_begins"],
		day_ends=whole["day_ends"],
	)


def _step(row: Mapping[str, Any], whole: Mapping[str, Any]) -> Step:
	number = row["step"]
	following = min((r["step"] for r in whole["steps"] if r["step"] > number), default=END)
	branches = [
		Branch(
			branch["branch"],
			branch["title"],
			bool(branch["is_otherwise"]),
			_conditions(whole, number, branch["branch"]),
			branch["match"],
			_next(branch["next_step"]),
		)
		for branch in whole["branches"]
		if branch["step"] == number
	]
	next_step = _next(row["next_step"])
	return Step(
		number,
		row["kind"],
		row["title"],
		tuple(_approver(approver) for approver in whole["approvers"] if approver["step"] == number),
		row["counting"],
		Decimal(str(row["share"])),
		Decimal(str(row["time_limit"])),
		Decimal(str(row["remind_before"])),
		row["on_time_out"],
		row["escalate_to"],
		following if next_step is None else next_step,
		tuple(sorted(branches, key=lambda branch: (branch.is_otherwise, branch.number))),
	)


def _next(text: str) -> int | None:
	if not text:
		return None
	if text == END_TEXT:
		return END
	number = _whole(text)
	if number < 1:
		raise InvalidInput("The next step is a number or End, not {value}.", code="invalid_input", value=text)
	return number


def _approver(row: Mapping[str, Any]) -> Approver:
	kind = row["approver"]
	return Approver(kind, row[NAMED_IN[kind]] if kind in NAMED_IN else "")


def _conditions(whole: Mapping[str, Any], step: int, branch: int | None) -> tuple[Condition, ...]:
	return tuple(
		Condition(row["field"], row["comparison"], row["value"])
		for row in whole["conditions"]
		if row["step"] == step and (branch is None or row["branch"] == branch)
	)
