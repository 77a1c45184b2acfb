"""What is wrong with a drawn approval policy: a table of drawings and their problems, and that one without problems ends."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.approval_conditions import Condition, are_met
from inventory_midplatform.domain.approval_policy import (
	APPROVAL,
	CONDITION,
	COPY_TO,
	END,
	KINDS,
	Policy,
	content,
	parse,
)
from inventory_midplatform.domain.approval_problems import OPPOSITE, Problem, of_rows, problems

SUPERVISOR = {"step": 1, "approver": "Role", "role": "Warehouse Supervisor"}
DIRECTOR = {"step": 3, "approver": "Role", "role": "Inventory Director"}
APPLICANT = {"step": 4, "approver": "Applicant"}
OVER = {"step": 2, "branch": 1, "field": "amount", "comparison": ">", "value": "10000"}

PURCHASE: Mapping[str, Any] = {
	"name": "Purchases",
	"document_type": "Purchase Order",
	"steps": [
		{"step": 1, "title": "Together", "counting": "All"},
		{"step": 2, "kind": CONDITION, "title": "By Amount"},
		{"step": 3, "title": "Director"},
		{"step": 4, "kind": COPY_TO, "next_step": "End"},
	],
	"approvers": [SUPERVISOR, {**SUPERVISOR, "role": "Quality Inspector"}, DIRECTOR, APPLICANT],
	"branches": [
		{"step": 2, "branch": 1, "title": "Yes", "next_step": "3"},
		{"step": 2, "branch": 2, "is_otherwise": 1, "next_step": "4"},
	],
	"conditions": [OVER],
}
"""Supervisor and inspector together, over 10,000 the director too, then a copy to the applicant."""


def found(**changes: Any) -> list[Problem]:
	return problems(parse({**PURCHASE, **changes}))


def codes(**changes: Any) -> list[tuple[str, int, int]]:
	return [(p.code, p.step, p.branch) for p in found(**changes)]


def steps(*changes: Mapping[str, Any]) -> list[Any]:
	by_step = {change["step"]: change for change in changes}
	return [{**row, **by_step.get(row["step"], {})} for row in PURCHASE["steps"]]


def branches(first: Mapping[str, Any] | None, otherwise: Mapping[str, Any] | None, *more: Any) -> list[Any]:
	rows = zip(PURCHASE["branches"], (first, otherwise), strict=True)
	return [{**row, **change} for row, change in rows if change is not None] + [*more]


def test_a_policy_that_is_drawn_well_has_no_problems() -> None:
	assert codes() == []
	assert of_rows(content(PURCHASE)) == []


THIRD = {"step": 2, "branch": 3, "title": "More", "next_step": "End"}
ALWAYS = {"step": 0, "field": "amount", "comparison": "<=", "value": "9"}


@pytest.mark.parametrize(
	("changes", "expected"),
	[
		({"steps": [], "approvers": [], "branches": [], "conditions": []}, [("no_step", 0, 0)]),
		(
			{
				"steps": [{"step": 1, "kind": COPY_TO}],
				"approvers": [{**APPLICANT, "step": 1}],
				"branches": [],
				"conditions": [],
			},
			[("no_step", 0, 0)],
		),
		({"approvers": [SUPERVISOR, APPLICANT]}, [("no_approver", 3, 0)]),
		({"approvers": [SUPERVISOR, DIRECTOR]}, [("no_approver", 4, 0)]),
		({"approvers": [SUPERVISOR, {**DIRECTOR, "role": ""}, APPLICANT]}, [("no_approver", 3, 0)]),
		({"branches": branches({}, None)}, [("no_otherwise", 2, 0)]),
		({"branches": branches({}, {"next_step": ""})}, [("no_next", 2, 2)]),
		({"branches": branches({"next_step": ""}, {})}, [("no_next", 2, 1), ("unreachable", 3, 0)]),
		({"conditions": []}, [("no_condition", 2, 1)]),
		({"branches": branches({"next_step": "4"}, {})}, [("unreachable", 3, 0)]),
		({"branches": branches({"next_step": "9"}, {})}, [("unknown_next", 2, 1), ("unreachable", 3, 0)]),
		({"steps": steps({"step": 3, "next_step": "9"})}, [("unknown_next", 3, 0)]),
		({"steps": steps({"step": 3, "next_step": "1"})}, [("loop", 3, 0)]),
		({"steps": steps({"step": 3, "next_step": "3"})}, [("loop", 3, 0)]),
		({"steps": steps({"step": 4, "next_step": "2"})}, [("loop", 4, 0)]),
		({"branches": branches({}, {"next_step": "1"})}, [("loop", 2, 2)]),
		({"branches": branches({}, {}, {**THIRD, "is_otherwise": 1})}, [("two_otherwise", 2, 3)]),
		({"branches": branches({}, {"branch": 1})}, [("same_branch", 2, 1)]),
		({"steps": steps({"step": 1, "counting": "Share"})}, [("no_share", 1, 0)]),
		({"steps": steps({"step": 1, "counting": "Share", "share": 101})}, [("no_share", 1, 0)]),
		({"steps": steps({"step": 1, "counting": "Share", "share": 50})}, []),
		(
			{"steps": steps({"step": 1, "time_limit": 8, "on_time_out": "Escalate"})},
			[("no_escalation", 1, 0)],
		),
		({"steps": steps({"step": 1, "on_time_out": "Escalate"})}, []),
		({"steps": steps({"step": 1, "time_limit": 2, "remind_before": 2})}, [("early_reminder", 1, 0)]),
		({"conditions": [OVER, ALWAYS]}, [("never_met", 2, 1)]),
		({"conditions": [OVER, ALWAYS, {**ALWAYS, "field": "qty"}], "match": "Any"}, []),
		(
			{"conditions": [OVER, ALWAYS, {**ALWAYS, "comparison": ">"}]},
			[("never_met", 0, 0), ("never_met", 2, 1)],
		),
		(
			{
				"conditions": [OVER, {**OVER, "branch": 3, "value": "50000"}],
				"branches": branches({}, {}, THIRD),
			},
			[("never_met", 2, 3)],
		),
		(
			{
				"conditions": [OVER, {**OVER, "branch": 3, "value": "5000"}],
				"branches": branches({}, {}, THIRD),
			},
			[],
		),
		({"conditions": [{**OVER, "field": ""}]}, [("no_field", 2, 1)]),
		({"conditions": [{**OVER, "value": " "}]}, [("no_value", 2, 1)]),
		({"conditions": [{**OVER, "comparison": "One Of", "value": " , "}]}, [("no_value", 2, 1)]),
		({"conditions": [{**OVER, "comparison": "Set", "value": ""}]}, []),
		({"when_approved": "Workflow Action"}, [("no_workflow_action", 0, 0)]),
		({"day_begins": "18:00", "day_ends": "09:00"}, [("no_working_time", 0, 0)]),
	],
)
def test_what_is_wrong_with_a_drawing(changes: dict[str, Any], expected: list[tuple[str, int, int]]) -> None:
	assert codes(**changes) == expected


def test_only_a_reminder_that_comes_too_early_is_a_warning() -> None:
	[problem] = found(steps=steps({"step": 1, "time_limit": 2, "remind_before": 3}))
	assert problem.is_warning
	assert not found(branches=branches({}, None))[0].is_warning


@pytest.mark.parametrize(
	("code", "step", "branch", "changes"),
	[
		("unknown_branch", 2, 7, {"conditions": [OVER, {**OVER, "branch": 7}]}),
		("unknown_branch", 1, 0, {"conditions": [OVER, {**OVER, "step": 1, "branch": 0}]}),
		("unread_branch", 1, 1, {"branches": branches({}, {}, {"step": 1, "branch": 1})}),
	],
)
def test_rows_that_nothing_reads(code: str, step: int, branch: int, changes: Any) -> None:
	assert [(p.code, p.step, p.branch) for p in of_rows(content({**PURCHASE, **changes}))] == [
		(code, step, branch)
	]


@pytest.mark.parametrize(
	("comparison", "value", "who"),
	[
		(">", "10000", "amount up to 10,000"),
		(">=", "10000.5", "amount below 10,000.5"),
		("<", "10000", "amount from 10,000"),
		("<=", "0", "amount over 0"),
		("=", "Issue", "amount is not Issue"),
		("!=", "Issue", "amount is Issue"),
		("One Of", "Issue,Sample", "amount is not Issue,Sample"),
		("Set", "", "without amount"),
		("Not Set", "", "with amount have"),
	],
)
def test_it_says_who_gets_stuck(comparison: str, value: str, who: str) -> None:
	conditions = [{**OVER, "comparison": comparison, "value": value}]
	for change in (None, {"next_step": ""}):
		[problem] = found(branches=branches({}, change), conditions=conditions)
		sentence = problem.reason.sentence()
		assert who in sentence
		assert "have no next step" in sentence
		assert "2 (By Amount)" in sentence
		assert ('no "otherwise"' in sentence) == (change is None)


@pytest.mark.parametrize(
	("of_both", "who"),
	[
		(((">", "10000"), (">", "5000")), "amount up to 5,000"),
		(((">", "10000"), (">=", "5000")), "amount below 5,000"),
		((("<", "10"), ("<", "20")), "amount from 20"),
		((("=", "Issue"), ("One Of", "Sample, Scrap")), "amount is not Issue, Sample, Scrap"),
		((("=", "Issue"), ("=", "Issue")), "amount is not Issue"),
		(((">", "10000"), ("<", "5")), "meet none of its conditions"),
	],
)
def test_of_several_branches_it_says_who_takes_none(of_both: Any, who: str) -> None:
	rows = [
		{**OVER, "branch": branch, "comparison": comparison, "value": value}
		for branch, (comparison, value) in zip((1, 3), of_both, strict=True)
	]
	problems_found = found(branches=branches({}, None, THIRD), conditions=rows)
	[problem] = [p for p in problems_found if p.code == "no_otherwise"]
	assert who in problem.reason.sentence()


def test_a_branch_that_leads_nowhere_says_who_takes_it() -> None:
	first = found(branches=branches({"next_step": ""}, {}))[0]
	assert "amount over 10,000 have no next step" in first.reason.sentence()


def test_a_hundred_steps_one_after_the_other() -> None:
	rows = [{"step": number} for number in range(1, 101)]
	approvers = [{**SUPERVISOR, "step": number} for number in range(1, 101)]
	assert codes(steps=rows, approvers=approvers, branches=[], conditions=[]) == []
	rows[-1]["next_step"] = "1"  # type: ignore[assignment]
	assert codes(steps=rows, approvers=approvers, branches=[], conditions=[]) == [("loop", 100, 0)]


def paths(policy: Policy) -> list[list[int]]:
	"""Return every path of choices until it ends, or comes to a step a second time; 0 is the end and -1 nowhere."""
	ended: list[list[int]] = []
	begun: list[list[int]] = [[policy.first]]
	while begun:
		path = begun.pop()
		if path[-1] not in policy.by_number or path[-1] in path[:-1]:
			ended.append(path)
			continue
		begun += [
			[*path, -1 if following is None else following]
			for following in policy.by_number[path[-1]].next_steps
		]
	return ended


@st.composite
def drawings(draw: st.DrawFn) -> dict[str, Any]:
	"""Draw any graph of a few steps, most of them with problems."""
	count = draw(st.integers(1, 5))
	anywhere = st.sampled_from(["", "End", *(str(n) for n in range(1, count + 2))])
	forward = st.integers(0, count).map(lambda n: "End" if n == 0 else str(n))
	rows, of_branches, conditions, approvers = [], [], [], []
	for number in range(1, count + 1):
		kind = draw(st.sampled_from(KINDS))
		onward = anywhere if draw(st.integers(0, 5)) == 0 else forward
		rows.append({"step": number, "kind": kind, "next_step": draw(onward)})
		if kind == CONDITION:
			for branch in range(1, draw(st.integers(1, 3)) + 1):
				is_otherwise = branch == 1 and draw(st.integers(0, 5)) > 0
				of_branches.append(
					{
						"step": number,
						"branch": branch,
						"is_otherwise": int(is_otherwise),
						"next_step": draw(onward),
					}
				)
				if not is_otherwise:
					conditions.append(
						{
							"step": number,
							"branch": branch,
							"field": draw(st.sampled_from(["amount", "qty"])),
							"comparison": draw(st.sampled_from([">", "<=", "=", "!=", "Set"])),
							"value": draw(st.sampled_from(["1", "5", "10"])),
						}
					)
		elif draw(st.integers(0, 9)):
			approvers.append({**SUPERVISOR, "step": number})
	return {"steps": rows, "branches": of_branches, "conditions": conditions, "approvers": approvers}


@given(drawings())
def test_without_problems_every_path_ends_and_no_step_is_in_vain(drawing: dict[str, Any]) -> None:
	policy = parse(drawing)
	codes_of = {p.code for p in problems(policy)}
	every = paths(policy)
	reached = {number for path in every for number in path}
	goes_round = any(path[-1] in path[:-1] for path in every)
	if not codes_of:
		assert {path[-1] for path in every} == {END}
		assert reached >= {step.number for step in policy.steps}
		assert any(step.kind == APPROVAL and step.approvers for step in policy.steps)
	numbers = {step.number for step in policy.steps}
	assert ("loop" in codes_of) >= goes_round
	assert ("unreachable" in codes_of) == bool(numbers - reached)
	assert ("no_next" in codes_of) >= (-1 in reached)
	assert ("unknown_next" in codes_of) >= bool(reached - numbers - {-1, END})


NUMBERS = ("-1", "0", "1", "2", "5", "7", "10", "11")


@given(drawings())
def test_a_branch_that_is_never_taken_is_taken_by_nothing(drawing: dict[str, Any]) -> None:
	policy = parse(drawing)
	for problem in problems(policy):
		if problem.code != "never_met" or not problem.step:
			continue
		step = policy.by_number[problem.step]
		for amount in NUMBERS:
			for qty in NUMBERS:
				branch = step.branch({"amount": amount, "qty": qty})
				assert branch is None or branch.number != problem.branch


@given(drawings())
def test_who_gets_stuck_takes_no_branch(drawing: dict[str, Any]) -> None:
	"""The value that a sentence about one field names is on the side that it says."""
	policy = parse(drawing)
	for problem in problems(policy):
		said = problem.reason.values
		if (
			problem.code != "no_otherwise"
			or "{value}" not in problem.reason.template
			or "from" in problem.reason.template
		):
			continue
		step = policy.by_number[problem.step]
		inside = Decimal(-99)
		if " below " not in problem.reason.template and "is not" not in problem.reason.template:
			limit = Decimal(said["value"].replace(",", ""))
			inside = limit + 1 if " over " in problem.reason.template else limit
		assert step.branch({said["name"]: str(inside)}) is None


def test_conditions_are_met_as_the_engine_meets_them() -> None:
	"""The table of opposites agrees with the conditions themselves."""
	for comparison, opposite in OPPOSITE.items():
		for value in NUMBERS:
			one = Condition("amount", comparison, "5")
			other = Condition("amount", opposite, "5")
			values = {"amount": value}
			assert are_met([one], "All", values) != are_met([other], "All", values)
