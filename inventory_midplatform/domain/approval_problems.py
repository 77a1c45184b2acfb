"""What is wrong with an approval policy as it is drawn: who would get stuck, and where. Pure; what needs the site's fields and
people is in ``services/approval/policy_problems.py``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.approval_conditions import (
	ALL,
	EQUAL,
	IS_SET,
	NOT_SET,
	ONE_OF,
	UNEQUAL,
	WITHOUT_VALUE,
	Condition,
	contradicting,
)
from inventory_midplatform.domain.approval_policy import (
	APPROVAL,
	CONDITION,
	END,
	ESCALATE,
	NAMED_IN,
	SHARE,
	WORKFLOW_ACTION,
	Branch,
	Policy,
	Step,
)
from inventory_midplatform.domain.quantity import number_of
from inventory_midplatform.domain.reason import Reason

MIDNIGHT = "00:00"


@dataclass(frozen=True)
class Problem:
	code: str
	step: int
	"""0 for the policy as a whole."""
	branch: int
	"""The number of a branch of the step; 0 for the step itself."""
	reason: Reason
	is_warning: bool = False
	"""A policy with warnings can be switched on."""

	def as_dict(self) -> dict[str, Any]:
		return {
			"code": self.code,
			"step": self.step,
			"branch": self.branch,
			"is_warning": self.is_warning,
			"reason": self.reason.as_dict(),
		}


def problems(policy: Policy) -> list[Problem]:
	"""Return what is wrong with the drawing of a policy, step by step. Without an error among them every document that the
	policy is for reaches an end, whichever branches it takes, and no step is drawn in vain.
	"""
	found = [*_of_whole(policy)]
	reached, back = _walk(policy)
	for step in policy.steps:
		if step.number not in reached:
			found.append(
				_problem("unreachable", step, Reason("No document reaches step {step}.", step=named(step)))
			)
		found += _of_edges(policy, step, back)
		found += _of_condition(policy, step) if step.kind == CONDITION else _of_people(step)
	return found


def of_rows(content: Mapping[str, Any]) -> list[Problem]:
	"""Return conditions and approvers in the rows of a policy that nothing reads, because they are of a branch or step that has
	none: whoever typed them thinks that they count.
	"""
	branches = {(row["step"], row["branch"]) for row in content["branches"]}
	kinds = {row["step"]: row["kind"] for row in content["steps"]}
	found = [
		Problem(
			"unknown_branch",
			row["step"],
			row["branch"],
			Reason(
				"A condition is for branch {branch} of step {step}, which has no such branch.",
				step=row["step"],
				branch=row["branch"],
			),
		)
		for row in content["conditions"]
		if row["step"] and (row["step"], row["branch"]) not in branches
	]
	found += [
		Problem(
			"unread_branch",
			row["step"],
			row["branch"],
			Reason("Step {step} has a branch, but is no condition.", step=row["step"]),
		)
		for row in content["branches"]
		if kinds[row["step"]] != CONDITION
	]
	return [problem for place, problem in enumerate(found) if problem not in found[:place]]


def named(step: Step) -> str:
	"""Return how sentences call a step: its number, and its title."""
	return f"{step.number} ({step.title})" if step.title else str(step.number)


def branch_named(branch: Branch) -> str:
	return f"{branch.number} ({branch.title})" if branch.title else str(branch.number)


def _problem(
	code: str, step: Step, reason: Reason, branch: Branch | None = None, is_warning: bool = False
) -> Problem:
	return Problem(code, step.number, branch.number if branch else 0, reason, is_warning)


def _of_whole(policy: Policy) -> Iterator[Problem]:
	if not any(step.kind == APPROVAL for step in policy.steps):
		yield Problem("no_step", 0, 0, Reason("The policy has no step in which somebody approves."))
	yield from _of_values(policy.conditions, 0, 0)
	groups = [policy.conditions] if policy.match == ALL else [(c,) for c in policy.conditions]
	excluded = [contradicting(group) for group in groups]
	if excluded and all(excluded):
		reason = Reason(
			"The policy is for no document: its conditions on {name} exclude each other.", name=excluded[0]
		)
		yield Problem("never_met", 0, 0, reason)
	if policy.when_approved == WORKFLOW_ACTION and not policy.workflow_action:
		reason = Reason("Name the action of the Workflow that is applied when it is approved.")
		yield Problem("no_workflow_action", 0, 0, reason)
	if policy.day_begins >= policy.day_ends != MIDNIGHT:  # which is the end of the day
		yield Problem("no_working_time", 0, 0, Reason("The working day ends before it begins."))


def _walk(policy: Policy) -> tuple[set[int], set[tuple[int, int]]]:
	"""Return the steps that are reached from the first one, and the edges (from, to) that lead back to where they came from."""
	reached: set[int] = set()
	back: set[tuple[int, int]] = set()
	steps = policy.by_number
	for start in (policy.first, *steps):
		if start not in steps or start in reached:
			continue
		if start != policy.first:
			# loops among steps that nothing leads to are loops too; they are not reached for that
			_visit(steps, start, set(reached), back)
		else:
			_visit(steps, start, reached, back)
	return reached, back


def _visit(steps: Mapping[int, Step], start: int, reached: set[int], back: set[tuple[int, int]]) -> None:
	"""Walk on from a step, depth first, without recursion: a policy may have a hundred steps one after the other."""
	reached.add(start)
	path = {start}
	open_edges = [(start, iter(steps[start].next_steps))]
	while open_edges:
		number, edges = open_edges[-1]
		following = next(edges, END - 1)
		if following == END - 1:
			open_edges.pop()
			path.discard(number)
		elif following in path:
			back.add((number, following or END))
		elif following and following in steps and following not in reached:
			reached.add(following)
			path.add(following)
			open_edges.append((following, iter(steps[following].next_steps)))


def _of_edges(policy: Policy, step: Step, back: set[tuple[int, int]]) -> Iterator[Problem]:
	edges: Sequence[tuple[Branch | None, int | None]] = (
		[(branch, branch.next_step) for branch in step.branches]
		if step.kind == CONDITION
		else [(None, step.next_step)]
	)
	for branch, following in edges:
		if following is None and branch:
			yield _problem("no_next", step, _stuck(step, branch), branch)
		elif following and following not in policy.by_number:
			reason = Reason(
				"Step {step} leads to step {next}, which does not exist.", step=named(step), next=following
			)
			yield _problem("unknown_next", step, reason, branch)
		elif following and (step.number, following) in back:
			reason = Reason(
				"Step {step} leads back to step {next}: a document would go round without an end.",
				step=named(step),
				next=named(policy.by_number[following]),
			)
			yield _problem("loop", step, reason, branch)


def _of_people(step: Step) -> Iterator[Problem]:
	about = {"step": named(step)}
	if not step.approvers:
		reason = (
			Reason("Step {step} has nobody who approves.", **about)
			if step.kind == APPROVAL
			else Reason("Step {step} copies the document to nobody.", **about)
		)
		yield _problem("no_approver", step, reason)
	elif any(approver.kind in NAMED_IN and not approver.name for approver in step.approvers):
		yield _problem("no_approver", step, Reason("Step {step} has an approver who is not named.", **about))
	if step.kind != APPROVAL:
		return
	if step.counting == SHARE and not 0 < step.share <= 100:
		reason = Reason("Step {step} needs a share of its approvers between 1 and 100 percent.", **about)
		yield _problem("no_share", step, reason)
	if step.time_limit and step.on_time_out == ESCALATE and not step.escalate_to:
		reason = Reason("Step {step} escalates to nobody when its time is over. Name a role.", **about)
		yield _problem("no_escalation", step, reason)
	if step.remind_before and step.remind_before >= step.time_limit:
		reason = Reason("The reminder of step {step} comes before its time limit begins.", **about)
		yield _problem("early_reminder", step, reason, is_warning=True)


def _of_condition(policy: Policy, step: Step) -> Iterator[Problem]:
	numbers = [branch.number for branch in step.branches]
	otherwise = [branch for branch in step.branches if branch.is_otherwise]
	if not otherwise:
		yield _problem("no_otherwise", step, _without_otherwise(step))
	for branch in otherwise[1:]:
		reason = Reason('Step {step} has two branches for "otherwise".', step=named(step))
		yield _problem("two_otherwise", step, reason, branch)
	for number in sorted({number for number in numbers if numbers.count(number) > 1}):
		reason = Reason(
			"Two branches of step {step} have the number {branch}.", step=named(step), branch=number
		)
		yield Problem("same_branch", step.number, number, reason)
	earlier: list[Branch] = []
	for branch in step.branches:
		if branch.is_otherwise:
			continue
		about = {"step": named(step), "branch": branch_named(branch)}
		if not branch.conditions:
			reason = Reason("Branch {branch} of step {step} has no condition: no document takes it.", **about)
			yield _problem("no_condition", step, reason, branch)
		values = [*_of_values(branch.conditions, step.number, branch.number)]
		yield from values
		if branch.conditions and not values:
			yield from _of_never_met(policy, step, branch, earlier)
			earlier.append(branch)


def _of_values(conditions: Iterable[Condition], step: int, branch: int) -> Iterator[Problem]:
	for condition in conditions:
		needs_value = condition.comparison not in WITHOUT_VALUE
		if not condition.field:
			yield Problem("no_field", step, branch, Reason("A condition names no field."))
		elif needs_value and not any(option for option in condition.options):
			reason = Reason("The condition on {name} has no value.", name=condition.field)
			yield Problem("no_value", step, branch, reason)


def _of_never_met(policy: Policy, step: Step, branch: Branch, earlier: Sequence[Branch]) -> Iterator[Problem]:
	"""Find a branch that no document takes: its conditions exclude each other or the policy's, or earlier branches take all."""
	always = policy.conditions if policy.match == ALL or len(policy.conditions) == 1 else ()
	groups = [branch.conditions] if branch.match == ALL else [(c,) for c in branch.conditions]
	about = {"step": named(step), "branch": branch_named(branch)}
	excluded = [contradicting((*always, *group)) for group in groups]
	if all(excluded):
		reason = Reason(
			"No document takes branch {branch} of step {step}: the conditions on {name} exclude each other.",
			name=excluded[0],
			**about,
		)
		yield _problem("never_met", step, reason, branch)
		return
	left = [condition for other in earlier for condition in _not_taking(other)]
	if left and all(contradicting((*always, *left, *group)) for group in groups):
		reason = Reason(
			"No document takes branch {branch} of step {step}: earlier branches take them all.", **about
		)
		yield _problem("never_met", step, reason, branch)


OPPOSITE = {
	EQUAL: UNEQUAL,
	UNEQUAL: EQUAL,
	IS_SET: NOT_SET,
	NOT_SET: IS_SET,
	">": "<=",
	"<=": ">",
	"<": ">=",
	">=": "<",
}


def _not_taking(branch: Branch) -> Iterator[Condition]:
	"""Yield what is true of every document that does not take a branch, as far as conditions can say it."""
	if branch.match == ALL and len(branch.conditions) > 1:
		return
	for condition in branch.conditions:
		is_ordering = condition.comparison in (">", ">=", "<", "<=")
		if condition.comparison == ONE_OF:
			yield from (Condition(condition.field, UNEQUAL, option) for option in condition.options)
		elif not is_ordering or number_of(condition.value) is not None:
			# an empty date is neither before nor after another
			yield Condition(condition.field, OPPOSITE[condition.comparison], condition.value)


def _left_by(step: Step) -> Condition | None:
	"""Return the one condition whose opposite says who takes no branch: of limits of one field the last that is passed, of
	values of one field all of them.
	"""
	branches = [branch for branch in step.branches if not branch.is_otherwise]
	if not branches or any(len(branch.conditions) != 1 for branch in branches):
		return None
	conditions = [branch.conditions[0] for branch in branches]
	if len(conditions) == 1:
		return conditions[0]
	comparisons = {condition.comparison for condition in conditions}
	if len({condition.field for condition in conditions}) > 1:
		return None
	if comparisons <= {EQUAL, ONE_OF}:
		values = dict.fromkeys(option for condition in conditions for option in condition.options)
		return Condition(conditions[0].field, ONE_OF, ", ".join(values))
	limits = [(number_of(condition.value), condition) for condition in conditions]
	numbers = [number for number, _ in limits if number is not None]
	if len(numbers) < len(limits) or not (comparisons <= {">", ">="} or comparisons <= {"<", "<="}):
		return None
	last = min(numbers) if comparisons <= {">", ">="} else max(numbers)
	passed = [condition for number, condition in limits if number == last]
	return next((condition for condition in passed if "=" in condition.comparison), passed[0])


def _shown(value: str) -> str:
	"""Return a limit as people write it: 10,000."""
	number = number_of(value)
	if number is None or not number.is_finite():
		return value.strip()
	return f"{Decimal(number).normalize():,f}"


def _stuck(step: Step, branch: Branch) -> Reason:
	"""Say who has no next step, because a branch leads nowhere."""
	left = (
		_left_by(step)
		if branch.is_otherwise
		else branch.conditions[0]
		if len(branch.conditions) == 1
		else None
	)
	if left is None:
		return Reason(
			"Branch {branch} of step {step} leads nowhere: documents that take it have no next step.",
			step=named(step),
			branch=branch_named(branch),
		)
	comparison = OPPOSITE.get(left.comparison, UNEQUAL) if branch.is_otherwise else left.comparison
	return _STUCK[comparison](step=named(step), name=left.field, value=_shown(left.value))


def _without_otherwise(step: Step) -> Reason:
	left = _left_by(step)
	if left is None:
		return Reason(
			'Step {step} has no "otherwise": documents that meet none of its conditions have no next step there.',
			step=named(step),
		)
	comparison = OPPOSITE.get(left.comparison, UNEQUAL)
	return _WITHOUT_OTHERWISE[comparison](step=named(step), name=left.field, value=_shown(left.value))


_STUCK: Mapping[str, Callable[..., Reason]] = {
	">": lambda **v: Reason("Documents with {name} over {value} have no next step at step {step}.", **v),
	">=": lambda **v: Reason("Documents with {name} from {value} have no next step at step {step}.", **v),
	"<": lambda **v: Reason("Documents with {name} below {value} have no next step at step {step}.", **v),
	"<=": lambda **v: Reason("Documents with {name} up to {value} have no next step at step {step}.", **v),
	EQUAL: lambda **v: Reason("Documents whose {name} is {value} have no next step at step {step}.", **v),
	ONE_OF: lambda **v: Reason("Documents whose {name} is {value} have no next step at step {step}.", **v),
	UNEQUAL: lambda **v: Reason(
		"Documents whose {name} is not {value} have no next step at step {step}.", **v
	),
	IS_SET: lambda **v: Reason("Documents with {name} have no next step at step {step}.", **v),
	NOT_SET: lambda **v: Reason("Documents without {name} have no next step at step {step}.", **v),
}
"""Which documents a branch that leads nowhere is for."""

_WITHOUT_OTHERWISE: Mapping[str, Callable[..., Reason]] = {
	">": lambda **v: Reason(
		'Step {step} has no "otherwise": documents with {name} over {value} have no next step there.', **v
	),
	">=": lambda **v: Reason(
		'Step {step} has no "otherwise": documents with {name} from {value} have no next step there.', **v
	),
	"<": lambda **v: Reason(
		'Step {step} has no "otherwise": documents with {name} below {value} have no next step there.', **v
	),
	"<=": lambda **v: Reason(
		'Step {step} has no "otherwise": documents with {name} up to {value} have no next step there.', **v
	),
	EQUAL: lambda **v: Reason(
		'Step {step} has no "otherwise": documents whose {name} is {value} have no next step there.', **v
	),
	UNEQUAL: lambda **v: Reason(
		'Step {step} has no "otherwise": documents whose {name} is not {value} have no next step there.', **v
	),
	IS_SET: lambda **v: Reason(
		'Step {step} has no "otherwise": documents with {name} have no next step there.', **v
	),
	NOT_SET: lambda **v: Reason(
		'Step {step} has no "otherwise": documents without {name} have no next step there.', **v
	),
}
