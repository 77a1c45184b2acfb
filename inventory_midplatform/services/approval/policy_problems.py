"""What is wrong with an approval policy on this site: fields that are gone, amounts in another currency, people who cannot
approve. It is said while it is drawn and before it is switched on, not when a document needs it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from inventory_midplatform.domain import approval_problems
from inventory_midplatform.domain.approval_conditions import ORDERINGS, Condition
from inventory_midplatform.domain.approval_policy import (
	APPLICANT,
	APPROVAL,
	ESCALATE,
	IN_FIELD,
	MANAGER_OF_APPLICANT,
	ONE,
	ROLE,
	SHARE,
	STOREKEEPER,
	SUPERVISORS,
	USER,
	Approver,
	Policy,
	Step,
	parse,
)
from inventory_midplatform.domain.approval_problems import Problem
from inventory_midplatform.domain.approval_problems import named as step_named
from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.quantity import number_of
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.roles import SUPERVISOR
from inventory_midplatform.domain.working_time import NO_WORKING_TIME
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval import approvers, time_limits
from inventory_midplatform.services.approval.document_fields import (
	DATES,
	NUMBERS,
	Fields,
	company_currency,
	fields_of,
)
from inventory_midplatform.services.approval.facts import WAREHOUSE_FIELDS

OWNER = "owner"
SHOWN_USERS = 3
"""How many users a sentence names."""


def of_content(ctx: Context, whole: Mapping[str, Any]) -> list[Problem]:
	"""Return what is wrong with the content of a policy, the drawing first. Reads only.

	Raises what :func:`approval_policy.parse` raises.
	"""
	policy = parse(whole)
	drawn = [*approval_problems.problems(policy), *approval_problems.of_rows(whole)]
	found = [*drawn, *of_site(ctx, policy)]
	fields = _fields(ctx, policy.document_type)
	return [_with_label(problem, fields) for problem in found] if fields else found


def _with_label(problem: Problem, fields: Fields) -> Problem:
	"""Return a problem whose sentence calls a field by its label."""
	said = problem.reason.values
	labelled = {k: fields.label(v) if k in ("name", "other") else v for k, v in said.items()}
	reason = Reason(problem.reason.template, **labelled)
	return Problem(problem.code, problem.step, problem.branch, reason, problem.is_warning)


def _fields(ctx: Context, doctype: str) -> Fields | None:
	try:
		return fields_of(ctx, doctype) if doctype else None
	except NotFound:
		return None


def of_site(ctx: Context, policy: Policy) -> list[Problem]:
	"""Return what is wrong with a policy's fields and people."""
	if not policy.document_type:
		reason = Reason("Choose the documents that the policy is for.")
		return [Problem("unknown_doctype", 0, 0, reason)]
	fields = _fields(ctx, policy.document_type)
	if fields is None:
		reason = Reason("There is no DocType {doctype}.", doctype=policy.document_type)
		return [Problem("unknown_doctype", 0, 0, reason)]
	found = [*_of_conditions(policy.conditions, 0, 0, fields)]
	for step in policy.steps:
		for branch in step.branches:
			found += _of_conditions(branch.conditions, step.number, branch.number, fields)
	return [*found, *_Checked(ctx, policy, fields).problems(), *_of_calendar(ctx, policy)]


def _of_calendar(ctx: Context, policy: Policy) -> Iterator[Problem]:
	"""Find a holiday list that leaves no time for a time limit. Hours of a day that end first are a problem of the drawing."""
	try:
		time_limits.check_calendar(ctx, policy)
	except InvalidInput as error:
		if error.code == NO_WORKING_TIME:
			yield Problem(error.code, 0, 0, Reason(error.template, **error.details))


def _of_conditions(
	conditions: Sequence[Condition], step: int, branch: int, fields: Fields
) -> Iterator[Problem]:
	for condition in conditions:
		if condition.field:
			found = _of_condition(condition, fields)
			if found:
				yield Problem(found[0], step, branch, found[1])


def _of_condition(condition: Condition, fields: Fields) -> tuple[str, Reason] | None:
	name = condition.field
	kind = fields.kind(name)
	if kind is None:
		return "unknown_field", Reason("{doctype} has no field {name}.", doctype=fields.doctype, name=name)
	if other := company_currency(fields, name):
		return "other_currency", Reason(
			"{name} is in the currency of the document. Compare {other}, which is in company currency.",
			name=name,
			other=other,
		)
	is_number = kind.type in NUMBERS
	if (fields.is_sum(name) and not is_number) or (
		condition.comparison in ORDERINGS and not is_number and kind.type not in DATES
	):
		return "not_a_number", Reason(
			"{name} is neither a number nor a date, so it cannot be compared or added up.", name=name
		)
	if condition.comparison in ORDERINGS and is_number and number_of(condition.value) is None:
		return "not_a_number", Reason("{name} is a number; {value} is not.", name=name, value=condition.value)
	return None


class _Checked:
	"""The people of a policy, as they are now. Who has a role is looked up once."""

	def __init__(self, ctx: Context, policy: Policy, fields: Fields):
		self._ctx, self._policy, self._fields = ctx, policy, fields
		self._with_role = cache(lambda role: tuple(approvers.with_role(ctx, role)))
		self._able = cache(lambda users: tuple(approvers.able(ctx, users, policy.document_type)))

	def problems(self) -> Iterator[Problem]:
		for step in self._policy.steps:
			yield from self._of_step(step)
			escalates = step.kind == APPROVAL and step.time_limit and step.on_time_out == ESCALATE
			problem = self._of_role(step, step.escalate_to) if escalates and step.escalate_to else None
			if problem:
				yield problem
		starter = self._policy.starter_role
		if starter and not self._with_role(starter):
			yield Problem(
				"nobody_has_role", 0, 0, Reason("No enabled user has the role {role}.", role=starter), True
			)
		if not self._able(self._with_role(self._policy.if_nobody)):
			reason = Reason(
				"Nobody with the role {role} can decide where an approver is nobody; System Managers will.",
				role=self._policy.if_nobody,
			)
			yield Problem("nobody_has_role", 0, 0, reason, True)

	def _of_step(self, step: Step) -> Iterator[Problem]:
		"""Find approvers who cannot decide. It is a warning where others of the step can, and for a copy."""
		found = [self._of_approver(step, approver) for approver in step.approvers]
		together = step.counting in (ONE, SHARE)
		others = together and any(problem is None or problem.is_warning for problem in found)
		for problem in found:
			if problem is None:
				continue
			is_warning = problem.is_warning or step.kind != APPROVAL or others
			yield Problem(problem.code, step.number, 0, problem.reason, is_warning)

	def _of_approver(self, step: Step, approver: Approver) -> Problem | None:
		if approver.kind == USER and approver.name and not self._able((approver.name,)):
			return self._problem(
				"no_access",
				step,
				Reason(
					"{user}, who approves step {step}, is disabled or may not read {doctype}.",
					user=approver.name,
					step=step_named(step),
					doctype=self._policy.document_type,
				),
			)
		if approver.kind == ROLE and approver.name:
			return self._of_role(step, approver.name)
		if approver.kind in (STOREKEEPER, SUPERVISORS):
			return self._of_warehouse(step, approver)
		if approver.kind == IN_FIELD and approver.name and not self._names_user(approver.name):
			return self._problem(
				"not_a_user",
				step,
				Reason(
					"{name} of {doctype} is no field that holds a user.",
					name=approver.name,
					doctype=self._policy.document_type,
				),
			)
		is_own = approver.kind == APPLICANT or (approver.kind == IN_FIELD and approver.name == OWNER)
		if is_own and step.kind == APPROVAL and not self._policy.allow_own:
			reason = Reason(
				"The applicant is asked in step {step}, and the policy lets nobody approve their own.",
				step=step_named(step),
			)
			return self._problem("own_not_allowed", step, reason)
		if approver.kind == MANAGER_OF_APPLICANT and not self._has_managers():
			reason = Reason(
				"No employee reports to a manager who has a user, so step {step} finds nobody.",
				step=step_named(step),
			)
			return self._problem("no_manager", step, reason, is_warning=True)
		return None

	def _of_role(self, step: Step, role: str) -> Problem | None:
		users = self._with_role(role)
		able = self._able(users)
		if not users:
			reason = Reason("No enabled user has the role {role}.", role=role)
			return self._problem("nobody_has_role", step, reason)
		about = {"role": role, "doctype": self._policy.document_type}
		if not able:
			reason = Reason("Nobody with the role {role} may read {doctype}.", **about)
			return self._problem("no_access", step, reason)
		if barred := [user for user in users if user not in able]:
			reason = Reason(
				"{users} ({count}) with the role {role} may not read {doctype} and are not asked.",
				users=", ".join(barred[:SHOWN_USERS]),
				count=len(barred),
				**about,
			)
			return self._problem("some_without_access", step, reason, is_warning=True)
		return None

	def _of_warehouse(self, step: Step, approver: Approver) -> Problem | None:
		if not any(self._fields.has(name) for name in WAREHOUSE_FIELDS):
			reason = Reason(
				"{doctype} names no warehouse, so step {step} finds neither storekeeper nor supervisor.",
				doctype=self._policy.document_type,
				step=step_named(step),
			)
			return self._problem("no_warehouse", step, reason)
		return self._of_role(step, SUPERVISOR) if approver.kind == SUPERVISORS else None

	def _names_user(self, name: str) -> bool:
		kind = self._fields.kind(name)
		return name == OWNER or bool(kind and kind.type == "Link" and kind.options == "User")

	def _has_managers(self) -> bool:
		return approvers.has_managers(self._ctx)

	@staticmethod
	def _problem(code: str, step: Step, reason: Reason, is_warning: bool = False) -> Problem:
		return Problem(code, step.number, 0, reason, is_warning)
