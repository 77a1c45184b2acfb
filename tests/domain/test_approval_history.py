"""What happened with an approval request: in its order, in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from inventory_midplatform.domain.approval_history import happened, in_order

PACKAGE = Path(__file__).parents[2] / "inventory_midplatform"
DOCTYPE = PACKAGE / "inventory_midplatform" / "doctype" / "approval_decision" / "approval_decision.json"


def row(decision: str, user: str = "anna", minute: int = 0, **more: Any) -> dict[str, Any]:
	"""One row of a request's first round and step, asked and decided at a minute."""
	time = f"2026-11-26 10:{minute:02}:00"
	about = {"round": 1, "step": 1, "other_user": None, "place": None, "to_step": 0}
	decided = None if decision == "Waiting" else time
	return {**about, "decision": decision, "user": user, "asked_at": time, "decided_at": decided, **more}


def test_who_decided_late_comes_late_and_who_is_asked_now_last_of_the_round() -> None:
	asked = row("Waiting", minute=1)
	late = row("Approved", "bert", minute=2, decided_at="2026-11-26 18:00:00")
	again = row("Requested", minute=0, round=2)
	early = row("Approved", "carl", minute=3)
	assert in_order([again, asked, late, early]) == [early, late, asked, again]


def test_who_is_not_needed_any_more_comes_after_what_made_it_so() -> None:
	rows = [row("Not Needed", "anna"), row("Rejected", "bert"), row("Copied", "carl")]
	assert in_order(rows) == [*rows[1:], rows[0]]


@pytest.mark.parametrize(
	("about", "said"),
	[
		({"decision": "Requested"}, ["asked for approval"]),
		({"decision": "Requested", "round": 2}, ["asked again after a change"]),
		({"decision": "Returned"}, ["returned it to the applicant"]),
		({"decision": "Returned", "to_step": 1}, ["returned it to an earlier step"]),
		({"decision": "Delegated", "other_user": "dora"}, ["handed it to dora"]),
		({"decision": "Added", "other_user": "dora", "place": "After"}, ["added dora, after them"]),
		({"decision": "Added", "other_user": "dora", "place": "Before"}, ["added dora, before them"]),
		({"decision": "Approved"}, ["approved"]),
		({"decision": "Approved", "other_user": "dora"}, ["approved", "instead of dora, who is away"]),
		({"decision": "Timed Out", "user": None}, ["approved, for the time is over"]),
	],
)
def test_words(about: dict[str, Any], said: list[str]) -> None:
	one = {**row(""), **about}
	assert [part.sentence() for part in happened(one, [one])] == said


def test_nobody_reads_that_who_returned_or_decided_is_not_asked_any_more() -> None:
	not_needed = row("Not Needed", "bert")
	for other in (row("Returned", "carl"), row("Approved", "bert"), row("Delegated", "bert", other_user="x")):
		assert happened(not_needed, [not_needed, other]) == []
	others = (
		row("Approved", "carl"),
		row("Approved", "bert", step=2),
		row("Returned", "carl", round=2),
		row("Commented", "bert"),
	)
	for other in others:
		assert [part.sentence() for part in happened(not_needed, [not_needed, other])] == [
			"not needed any more"
		]


def test_every_decision_has_words() -> None:
	fields = json.loads(DOCTYPE.read_text(encoding="utf-8"))["fields"]
	(decisions,) = (field["options"].split("\n") for field in fields if field["fieldname"] == "decision")
	assert len(decisions) > 10
	for decision in decisions:
		assert happened(row(decision, other_user="dora"), []), decision
