"""How a record of an approval policy is read, and what of it a request stores."""

from typing import Any

import pytest

from inventory_midplatform.domain.approval_conditions import Condition
from inventory_midplatform.domain.approval_policy import END, content, parse
from inventory_midplatform.domain.errors import InvalidInput

OVER = {"step": 2, "branch": 1, "field": "amount", "comparison": ">", "value": "10000"}
STEPS = [
	{"step": 1, "title": "Together", "counting": "All"},
	{"step": 2, "kind": "Condition"},
	{"step": 3, "title": "Director", "next_step": "End"},
]
APPROVERS = [
	{"step": 3, "approver": "User", "user": "d1"},
	{"step": 1, "role": "Warehouse Supervisor"},
	{"step": 1, "approver": "Storekeeper"},
]
BRANCHES = [
	{"step": 2, "branch": 2, "is_otherwise": 1, "next_step": "End"},
	{"step": 2, "branch": 1, "next_step": 3},
]


def record(**more: Any) -> dict[str, Any]:
	return {
		"name": "P",
		"document_type": "Inventory Request",
		"steps": STEPS,
		"approvers": APPROVERS,
		"branches": BRANCHES,
		"conditions": [OVER, {"step": 0, "field": "request_type", "comparison": "=", "value": "Purchase"}],
		**more,
	}


def test_a_record_is_a_graph() -> None:
	rules = parse(record())
	assert [(s.number, len(s.approvers), s.counting) for s in rules.steps] == [
		(1, 2, "All"),
		(2, 0, "Any"),
		(3, 1, "Any"),
	]
	assert [s.next_steps for s in rules.steps] == [[2], [3, END], [END]]
	assert rules.steps[1].branches[0].conditions == (Condition("amount", ">", "10000"),)
	assert rules.fields == ["request_type", "amount"]
	assert (rules.ask_once, rules.allow_own, rules.if_nobody) == (True, False, "Inventory Manager")
	ways = {amount: [s.number for s, _ in rules.path({"amount": amount})] for amount in ("10000", "10001")}
	assert ways == {"10000": [1, 2], "10001": [1, 2, 3]}


def test_a_step_without_a_next_one_leads_to_the_next_number() -> None:
	rules = parse(record(steps=[{"step": 4}, {"step": 9}], approvers=[], branches=[], conditions=[]))
	assert [s.next_step for s in rules.steps] == [9, END]


def test_a_drawing_that_leads_back_ends_nevertheless() -> None:
	rules = parse(
		record(steps=[{"step": 1}, {"step": 2, "next_step": "1"}], approvers=[], branches=[], conditions=[])
	)
	assert [s.number for s, _ in rules.path({})] == [1, 2]


def test_what_a_request_stores_is_the_same_policy() -> None:
	original = record(day_begins="8:30", day_ends="17:00:00")
	stored = content({**original, "modified": "now"})
	assert (stored["day_begins"], stored["day_ends"]) == ("08:30", "17:00")
	assert "modified" not in stored
	assert content(stored) == stored
	assert parse(stored) == parse(original)


@pytest.mark.parametrize(
	("changes", "code"),
	[
		({"steps": [{"step": 0}], "approvers": [], "branches": [], "conditions": []}, "invalid_input"),
		({"steps": [*STEPS, {"step": 2}]}, "same_step"),
		({"approvers": [{"step": 7}]}, "unknown_step"),
		({"branches": [{"step": 7, "branch": 1}]}, "unknown_step"),
		({"conditions": [{**OVER, "step": 7}]}, "unknown_step"),
		({"conditions": [{**OVER, "comparison": "like"}]}, "invalid_input"),
		({"steps": [{"step": 1, "kind": "Party"}]}, "invalid_input"),
		(
			{"steps": [{"step": 1, "next_step": "soon"}], "approvers": [], "branches": [], "conditions": []},
			"invalid_input",
		),
		({"steps": [{"step": 1, "time_limit": "8h"}]}, "invalid_input"),
		({"steps": [{"step": 1, "time_limit": float("inf")}]}, "invalid_input"),
		({"steps": "many"}, "invalid_input"),
		({"steps": ["one"]}, "invalid_input"),
		({"steps": [{"step": n} for n in range(1, 102)]}, "too_many_steps"),
		({"approvers": [{"step": 1, "approver": "Storekeeper"}] * 100}, "too_many_approvers"),
		({"day_begins": "25:00"}, "invalid_input"),
	],
)
def test_records_that_cannot_be_read(changes: dict[str, Any], code: str) -> None:
	with pytest.raises(InvalidInput) as raised:
		parse(record(**changes))
	assert raised.value.code == code
