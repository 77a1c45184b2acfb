"""Conditions of approval policies."""

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
