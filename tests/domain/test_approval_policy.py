"""Approval policies: conditions, who is asked next, and how decisions count."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.approval_conditions import (
	ALL,
	ANY,
	COMPARISONS,
	Condition,
	are_met,
	contradicting,
	read,
)
from inventory_midplatform.domain.approval_policy import (
	APPROVED,
	IN_ORDER,
	ONE,
	OPEN,
	REJECTED,
	Approver,
	Decision,
	Policy,
	Progress,
	Step,
	Turn,
	content,
	parse,
	progress,
)
from inventory_midplatform.domain.errors import Conflict, InvalidInput


@pytest.mark.parametrize(
	("found", "comparison", "value", "met"),
	[
		("10000", ">", "10000", False),
		("10000.01", ">", "10000", True),
		("10000", ">=", "10000.00", True),
		("9999", "<", "10000", True),
		("", "<", "1", True),
		("", ">", "0", False),
		("-1", "<", "0", True),
		("many", ">", "1", False),
		("2026-12-01", ">", "2026-11-30", True),
		("", ">", "2026-11-30", False),
		("Purchase", "=", "Purchase", True),
		("Purchase", "=", "Issue", False),
		("Purchase", "!=", "Issue", True),
		("10", "=", "10.0", True),
		("", "=", "0", True),
		("0", "=", "", False),
		("", "=", "", True),
		("Issue", "One Of", "Sample, Issue", True),
		("Issue", "One Of", "Sample，Issue", True),
		("Issue", "One Of", "Sample, Issues", False),
		("x", "Set", "", True),
		("0", "Set", "", False),
		("", "Not Set", "", True),
		("0", "Not Set", "", True),
		("x", "Not Set", "", False),
	],
)
def test_a_condition(found: str, comparison: str, value: str, met: bool) -> None:
	assert Condition("f", comparison, value).is_met({"f": found}) is met


def test_a_field_that_is_missing_is_empty() -> None:
	assert Condition("f", "Not Set").is_met({})


@pytest.mark.parametrize(
	("match", "values", "met"),
	[
		(ALL, {"a": "1", "b": "1"}, True),
		(ALL, {"a": "1", "b": "0"}, False),
		(ANY, {"a": "1", "b": "0"}, True),
		(ANY, {"a": "0", "b": "0"}, False),
	],
)
def test_a_group_of_conditions(match: str, values: dict[str, str], met: bool) -> None:
	assert are_met((Condition("a", "=", "1"), Condition("b", "=", "1")), match, values) is met


def test_without_conditions_it_is_met() -> None:
	assert are_met((), ANY, {})
	assert are_met((), ALL, {})


def test_values_of_a_document() -> None:
	document: dict[str, Any] = {
		"items": [{"amount": 10.1, "name": "a"}, {"amount": Decimal("20.2"), "name": "b"}, {"amount": None}],
		"due": date(2026, 11, 29),
		"total": 100.0,
		"urgent": True,
		"note": None,
	}
	found = {f: read(document, f) for f in ("items.amount", "due", "total", "urgent", "note", "gone.amount")}
	assert found == {
		"items.amount": "30.3",
		"due": "2026-11-29",
		"total": "100",
		"urgent": "1",
		"note": "",
		"gone.amount": "0",
	}


@pytest.mark.parametrize(
	("conditions", "field"),
	[
		([("a", ">", "5"), ("a", "<", "5")], "a"),
		([("a", ">", "5"), ("a", "<=", "5")], "a"),
		([("a", ">=", "5"), ("a", "<=", "5")], ""),
		([("a", ">", "10"), ("b", "<", "5")], ""),
		([("a", "=", "1"), ("a", "=", "2")], "a"),
		([("a", "=", "1"), ("a", "!=", "1")], "a"),
		([("a", "One Of", "1,2"), ("a", ">", "1")], ""),
		([("a", "One Of", "1,2"), ("a", ">", "2")], "a"),
		([("a", "Set", ""), ("a", "Not Set", "")], "a"),
		([("a", "Not Set", ""), ("a", ">", "0")], "a"),
		([("a", ">", "2026-12-01"), ("a", "<", "2026-11-01")], "a"),
	],
)
def test_conditions_that_no_value_meets(conditions: list[tuple[str, str, str]], field: str) -> None:
	assert contradicting(Condition(*c) for c in conditions) == field


@given(
	st.lists(
		st.tuples(st.sampled_from([c for c in COMPARISONS if c != "One Of"]), st.integers(0, 3).map(str)),
		min_size=1,
		max_size=3,
	),
	st.integers(0, 4).map(str),
)
def test_no_value_meets_them_indeed(pairs: list[tuple[str, str]], value: str) -> None:
	conditions = [Condition("a", comparison, limit) for comparison, limit in pairs]
	if contradicting(conditions):
		assert not are_met(conditions, ALL, {"a": value})


# progress

PEOPLE = {
	"supervisors": ("s1", "s2"),
	"inspectors": ("i1",),
	"directors": ("d1",),
	"both": ("s1", "i1"),
	"nobody": (),
}
LARGE = (Condition("amount", ">", "10000"),)


def step(number: int, *roles: str, counting: str = ONE, **more: Any) -> Step:
	return Step(number, f"step {number}", tuple(Approver("Role", role) for role in roles), counting, **more)


def policy(*steps: Step, **more: Any) -> Policy:
	return Policy("Purchases", "Purchase Order", steps, **more)


def after(
	rules: Policy,
	*decisions: tuple[int, int, str],
	amount: int = 0,
	own: tuple[str, ...] = (),
	others: tuple[str, ...] = ("m1",),
	from_step: int = 0,
	rejected: bool = False,
) -> Progress:
	made = [Decision(*decision) for decision in decisions]
	if rejected:
		made.append(Decision(1, 1, "s2", False))
	return progress(
		rules,
		{"amount": str(amount)},
		made,
		who=lambda s: [Turn(n, PEOPLE[a.name]) for n, a in enumerate(s.approvers, 1)],
		if_nobody=lambda: others,
		own=own,
		from_step=from_step,
	)


def people_of(found: Progress) -> list[str]:
	assert (found.state == OPEN) == bool(found.waits_for) == bool(found.step)
	return [user for _, user in found.waits_for]


def test_any_of_its_people_is_enough() -> None:
	rules = policy(step(1, "supervisors", "inspectors"))
	assert people_of(after(rules)) == ["s1", "s2", "i1"]
	assert after(rules, (1, 1, "s2")).state == APPROVED
	assert after(rules, (1, 2, "i1")).state == APPROVED


def test_all_is_one_for_each_approver() -> None:
	rules = policy(step(1, "supervisors", "inspectors", counting=ALL))
	assert people_of(after(rules)) == ["s1", "s2", "i1"]
	assert people_of(after(rules, (1, 1, "s2"))) == ["i1"]
	assert people_of(after(rules, (1, 2, "i1"))) == ["s1", "s2"]
	assert after(rules, (1, 2, "i1"), (1, 1, "s1")).state == APPROVED


def test_in_order_is_one_after_the_other() -> None:
	rules = policy(step(1, "inspectors", "supervisors", counting=IN_ORDER))
	assert people_of(after(rules)) == ["i1"]
	assert people_of(after(rules, (1, 1, "i1"))) == ["s1", "s2"]
	assert after(rules, (1, 1, "i1"), (1, 2, "s1")).state == APPROVED


def test_a_step_whose_conditions_are_not_met_is_skipped() -> None:
	rules = policy(step(1, "supervisors"), step(2, "directors", conditions=LARGE))
	small = after(rules, (1, 1, "s1"), amount=10000)
	assert (small.state, small.skipped) == (APPROVED, (2,))
	assert people_of(after(rules, (1, 1, "s1"), amount=10001)) == ["d1"]


def test_one_rejection_ends_it() -> None:
	rules = policy(step(1, "supervisors", "inspectors", counting=ALL), step(2, "directors"))
	assert after(rules, (1, 2, "i1"), rejected=True).state == REJECTED


def test_nobody_is_asked_twice() -> None:
	rules = policy(step(1, "supervisors"), step(2, "both"), step(3, "directors"))
	found = after(rules, (1, 1, "s1"))
	assert (found.step, people_of(found)) == (3, ["d1"])
	assert found.counted == (Decision(2, 1, "s1"),)
	assert people_of(after(rules, (1, 1, "s2"))) == ["s1", "i1"]


def test_somebody_is_asked_twice_where_the_policy_says_so() -> None:
	rules = policy(step(1, "supervisors"), step(2, "both"), ask_once=False)
	assert people_of(after(rules, (1, 1, "s1"))) == ["s1", "i1"]


def test_an_earlier_approval_counts_for_one_approver_of_a_countersigned_step() -> None:
	rules = policy(step(1, "supervisors"), step(2, "supervisors", "inspectors", counting=ALL))
	found = after(rules, (1, 1, "s1"))
	assert (found.step, people_of(found)) == (2, ["i1"])


def test_nobody_approves_their_own() -> None:
	rules = policy(step(1, "supervisors"))
	assert people_of(after(rules, own=("s1",))) == ["s2"]
	assert people_of(after(rules, own=("s1", "s2"))) == ["m1"]
	assert people_of(after(policy(step(1, "supervisors"), allow_own=True), own=("s1",))) == ["s1", "s2"]


def test_somebody_decides_for_nobody() -> None:
	assert people_of(after(policy(step(1, "nobody")))) == ["m1"]
	assert people_of(after(policy(step(1, "nobody", "inspectors")))) == ["i1"]
	assert people_of(after(policy(step(1, "nobody", "inspectors", counting=ALL)))) == ["m1", "i1"]
	assert people_of(after(policy(step(1, "nobody", "inspectors", counting=IN_ORDER)))) == ["m1"]


@pytest.mark.parametrize("others", [(), ("s1",)])
def test_a_step_that_nobody_at_all_could_approve_is_refused(others: tuple[str, ...]) -> None:
	with pytest.raises(Conflict) as raised:
		after(policy(step(1, "nobody")), own=("s1",), others=others)
	assert raised.value.code == "nobody_to_approve"


def test_steps_that_are_done_stay_done() -> None:
	rules = policy(step(1, "nobody"), step(2, "directors"))
	assert people_of(after(rules, from_step=2)) == ["d1"]


STEPS = st.lists(
	st.builds(
		lambda roles, counting, large: (roles, counting, large),
		st.lists(st.sampled_from(sorted(PEOPLE)), min_size=1, max_size=3),
		st.sampled_from([ONE, ALL, IN_ORDER]),
		st.booleans(),
	),
	min_size=1,
	max_size=4,
)


@given(STEPS, st.booleans(), st.booleans(), st.sampled_from([0, 20000]), st.data())
def test_every_way_ends_with_a_decision_of_every_step(
	drawn: list[Any], ask_once: bool, allow_own: bool, amount: int, data: st.DataObject
) -> None:
	"""Whoever approves first, somebody is asked until all is approved, nobody decides twice for one approver, and each step
	that applies was approved as its counting says.
	"""
	steps = [
		step(n, *roles, counting=counting, conditions=LARGE if large else ())
		for n, (roles, counting, large) in enumerate(drawn, 1)
	]
	rules = policy(*steps, ask_once=ask_once, allow_own=allow_own)
	decisions: list[tuple[int, int, str]] = []
	at = 0
	for _ in range(20):
		found = after(rules, *decisions, amount=amount, own=("s1",), from_step=at)
		decisions += [(d.step, d.approver, d.user) for d in found.counted]
		if found.state == APPROVED:
			break
		at = found.step
		user = data.draw(st.sampled_from(people_of(found)))
		assert allow_own or user != "s1"
		decisions += [(found.step, approver, u) for approver, u in found.waits_for if u == user]
	assert found.state == APPROVED
	assert len({(s, approver) for s, approver, _ in decisions}) == len(decisions)
	for one in steps:
		approved = {approver for s, approver, _ in decisions if s == one.number}
		if not one.applies({"amount": str(amount)}):
			assert not approved
		elif one.counting == ONE:
			assert approved
		else:
			assert approved == set(range(1, len(one.approvers) + 1))


# records

ROW = {
	"step": 1,
	"title": "Supervisor",
	"approver": "Role",
	"role": "Warehouse Supervisor",
	"counting": "Any",
}
OVER = {"step": 2, "field": "amount", "comparison": ">", "value": "10000"}


def record(
	steps: list[dict[str, Any]], conditions: tuple[dict[str, Any], ...] = (), **more: Any
) -> dict[str, Any]:
	return {
		"name": "P",
		"document_type": "Inventory Request",
		"steps": steps,
		"conditions": conditions,
		**more,
	}


def test_rows_with_one_number_are_one_step() -> None:
	rules = parse(
		record(
			[
				{**ROW, "step": 2, "approver": "User", "user": "d1"},
				{**ROW, "counting": "All"},
				{"step": 1, "approver": "Storekeeper", "counting": "All", "match": None},
			],
			(OVER, {"step": 0, "field": "request_type", "comparison": "=", "value": "Purchase"}),
			ask_once=1,
		)
	)
	assert [(s.number, len(s.approvers), s.counting) for s in rules.steps] == [(1, 2, "All"), (2, 1, "Any")]
	assert rules.steps[0].title == "Supervisor"
	assert rules.steps[1].conditions == LARGE
	assert rules.fields == ["request_type", "amount"]
	assert (rules.ask_once, rules.allow_own, rules.if_nobody) == (True, False, "Inventory Manager")


def test_what_a_request_stores_is_the_same_policy() -> None:
	original = record([ROW, {**ROW, "step": 2, "approver": "User in Field", "user_field": "owner"}], (OVER,))
	assert parse(content({**original, "modified": "now", "steps": original["steps"]})) == parse(original)


@pytest.mark.parametrize(
	("steps", "conditions", "code"),
	[
		([], (), "no_step"),
		([{**ROW, "role": None}], (), "no_approver"),
		([{**ROW, "approver": "User"}], (), "no_approver"),
		([{**ROW, "approver": "User in Field"}], (), "no_approver"),
		([{**ROW, "step": 0}], (), "invalid_input"),
		([ROW, {**ROW, "counting": "All"}], (), "unlike_rows"),
		([ROW, {**ROW, "match": "Any"}], (), "unlike_rows"),
		([ROW], (OVER,), "unknown_step"),
		([ROW], ({**OVER, "step": 0, "field": ""},), "missing_argument"),
		([ROW], ({**OVER, "step": 0, "value": " "},), "missing_argument"),
		([ROW], ({**OVER, "step": 0, "comparison": "One Of", "value": ", "},), "missing_argument"),
		(
			[ROW],
			({**OVER, "step": 0}, {**OVER, "step": 0, "comparison": "<", "value": "5"}),
			"unreachable_step",
		),
		(
			[ROW, {**ROW, "step": 2}],
			({**OVER, "step": 0, "comparison": "<", "value": "5"}, OVER),
			"unreachable_step",
		),
	],
)
def test_records_that_are_refused(
	steps: list[dict[str, Any]], conditions: tuple[dict[str, Any], ...], code: str
) -> None:
	with pytest.raises(InvalidInput) as raised:
		parse(record(steps, conditions))
	assert raised.value.code == code


def test_of_any_conditions_one_that_can_be_met_is_enough() -> None:
	small = {**OVER, "step": 0, "comparison": "<", "value": "5"}
	steps = [ROW, {**ROW, "step": 2, "match": "Any"}]
	assert parse(record(steps, (small, OVER, {**OVER, "comparison": "=", "value": "3"})))
	with pytest.raises(InvalidInput):
		parse(record(steps, (small, OVER, {**OVER, "comparison": "=", "value": "7"})))
