"""How far an approval is: who is asked, and how decisions count."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.approval_conditions import ALL, Condition
from inventory_midplatform.domain.approval_flow import (
	ADDED,
	AFTER,
	APPROVED,
	BEFORE,
	COUNTED,
	DELEGATED,
	ESCALATED,
	OPEN,
	REJECTED,
	TIMED_OUT,
	Event,
	Progress,
	Turn,
	progress,
)
from inventory_midplatform.domain.approval_policy import (
	CONDITION,
	END,
	IN_ORDER,
	ONE,
	SHARE,
	Approver,
	Branch,
	Policy,
	Step,
)
from inventory_midplatform.domain.errors import Conflict

GROUPS = {
	"supervisors": ("s1", "s2"),
	"inspectors": ("i1",),
	"directors": ("d1",),
	"both": ("s1", "i1"),
	"five": ("p1", "p2", "p3", "p4", "p5"),
	"nobody": (),
}
LARGE = (Condition("amount", ">", "10000"),)


class Somebody:
	def __init__(self, own: Sequence[str] = (), others: Sequence[str] = ("m1",), gone: Sequence[str] = ()):
		self.own, self._others, self._gone = own, others, gone

	def of_step(self, step: Step) -> list[Turn]:
		return [Turn(n, tuple(self.able(GROUPS[a.name]))) for n, a in enumerate(step.approvers, 1)]

	def with_role(self, role: str) -> list[str]:
		return self.able(GROUPS[role])

	def able(self, users: Sequence[str]) -> list[str]:
		return [user for user in users if user not in self._gone]

	def if_nobody(self) -> Sequence[str]:
		return self._others


def step(number: int, *roles: str, counting: str = ONE, **more: Any) -> Step:
	return Step(number, approvers=tuple(Approver("Role", role) for role in roles), counting=counting, **more)


def policy(*steps: Step, **more: Any) -> Policy:
	"""A policy that asks these steps one after the other; one with the title "large" only for a large amount."""
	entry = [s.number + 50 if s.title == "large" else s.number for s in steps]
	following = dict(zip((s.number for s in steps), [*entry[1:], END], strict=True))
	drawn = []
	for s in steps:
		drawn.append(Step(**{**s.__dict__, "next_step": following[s.number]}))
		if s.title == "large":
			branches = (
				Branch(1, conditions=LARGE, next_step=s.number),
				Branch(2, is_otherwise=True, next_step=following[s.number]),
			)
			drawn.append(Step(s.number + 50, CONDITION, branches=branches))
	return Policy("Purchases", "Purchase Order", tuple(drawn), **more)


def after(
	rules: Policy, *events: tuple[Any, ...] | Event, amount: int = 0, at: int = 0, **people: Any
) -> Progress:
	"""Return how far it is after events; a tuple is an approval."""
	made = [e if isinstance(e, Event) else Event(APPROVED, *e) for e in events]
	return progress(rules, {"amount": str(amount)}, made, Somebody(**people), at)


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


def test_a_share_counts_people() -> None:
	rules = policy(step(1, "five", counting=SHARE, share=Decimal(60)))
	assert len(people_of(after(rules))) == 5
	assert people_of(after(rules, (1, 1, "p1"), (1, 1, "p2"))) == ["p3", "p4", "p5"]
	assert after(rules, (1, 1, "p1"), (1, 1, "p2"), (1, 1, "p5")).state == APPROVED


def test_the_vote_of_a_stand_in_is_that_of_who_was_away() -> None:
	"""s1 was away and x voted for them; back, they are not asked again, and the two are one person."""
	rules = policy(step(1, "both", counting=SHARE, share=Decimal(100)))
	voted = Event(APPROVED, 1, 1, "x", "s1")
	assert people_of(after(rules, voted)) == ["i1"]
	assert after(rules, voted, (1, 1, "i1")).state == APPROVED
	half = policy(step(1, "supervisors", counting=SHARE, share=Decimal(100)))
	assert people_of(after(half, voted, Event(APPROVED, 1, 1, "s1"))) == ["s2"]


def test_a_share_is_rejected_once_the_rest_cannot_be_enough() -> None:
	rules = policy(step(1, "five", counting=SHARE, share=Decimal(60)))
	noes = [Event(REJECTED, 1, 1, user) for user in ("p1", "p2", "p3")]
	assert people_of(after(rules, *noes[:2])) == ["p3", "p4", "p5"]
	assert after(rules, *noes).state == REJECTED


def test_a_branch_that_is_not_taken_asks_nobody() -> None:
	rules = policy(step(1, "supervisors"), step(2, "directors", title="large"))
	assert after(rules, (1, 1, "s1"), amount=10000).state == APPROVED
	assert people_of(after(rules, (1, 1, "s1"), amount=10001)) == ["d1"]


def test_what_is_not_drawn_is_never_approved() -> None:
	rules = Policy("P", "X", (Step(1, CONDITION, branches=(Branch(1, conditions=LARGE, next_step=END),)),))
	with pytest.raises(Conflict) as raised:
		after(rules)
	assert raised.value.code == "no_next_step"


def test_one_rejection_ends_it() -> None:
	rules = policy(step(1, "supervisors", "inspectors", counting=ALL), step(2, "directors"))
	assert after(rules, (1, 2, "i1"), Event(REJECTED, 1, 1, "s2")).state == REJECTED


def test_nobody_is_asked_twice() -> None:
	rules = policy(step(1, "supervisors"), step(2, "both"), step(3, "directors"))
	found = after(rules, (1, 1, "s1"))
	assert (found.step, people_of(found)) == (3, ["d1"])
	assert found.counted == (Event(COUNTED, 2, 1, "s1"),)
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
	assert people_of(after(rules, at=2)) == ["d1"]


def test_a_decision_counts_when_its_user_is_gone() -> None:
	rules = policy(step(1, "inspectors", "supervisors", counting=ALL))
	assert people_of(after(rules, (1, 1, "i1"), gone=("i1",), others=())) == ["s1", "s2"]
	assert after(policy(step(1, "inspectors", "supervisors")), (1, 1, "i1"), gone=("i1",)).state == APPROVED


def test_delegated() -> None:
	rules = policy(step(1, "directors"))
	to_x = Event(DELEGATED, 1, 1, "d1", "x")
	assert people_of(after(rules, to_x)) == ["x"]
	assert people_of(after(rules, to_x, Event(DELEGATED, 1, 1, "x", "y"))) == ["y"]
	assert people_of(after(rules, to_x, Event(DELEGATED, 1, 1, "x", "d1"))) == ["d1"]
	assert after(rules, to_x, (1, 1, "x")).state == APPROVED


def test_a_delegate_who_cannot_decide_does_not_count() -> None:
	rules, to_x = policy(step(1, "directors")), Event(DELEGATED, 1, 1, "d1", "x")
	assert people_of(after(rules, to_x, gone=("x",))) == ["d1"]
	assert people_of(after(rules, to_x, own=("x",))) == ["d1"]


@pytest.mark.parametrize("counting", [ONE, ALL, IN_ORDER, SHARE])
def test_added_before(counting: str) -> None:
	rules = policy(step(1, "directors", counting=counting, share=Decimal(100)))
	before = Event(ADDED, 1, 101, "d1", "x", BEFORE, 1)
	assert people_of(after(rules, before)) == ["x"]
	assert people_of(after(rules, before, (1, 101, "x"))) == ["d1"]
	assert after(rules, before, (1, 101, "x"), (1, 1, "d1")).state == APPROVED
	assert after(rules, before, Event(REJECTED, 1, 101, "x")).state == REJECTED


@pytest.mark.parametrize("counting", [ONE, ALL, IN_ORDER, SHARE])
def test_added_after(counting: str) -> None:
	rules = policy(step(1, "directors", counting=counting, share=Decimal(100)))
	later = Event(ADDED, 1, 101, "d1", "x", AFTER, 1)
	assert people_of(after(rules, later)) == ["d1"]
	assert people_of(after(rules, later, (1, 1, "d1"))) == ["x"]
	assert after(rules, later, (1, 1, "d1"), (1, 101, "x")).state == APPROVED


def test_added_before_somebody_in_the_order() -> None:
	rules = policy(step(1, "inspectors", "directors", counting=IN_ORDER))
	later = Event(ADDED, 1, 101, "i1", "x", AFTER, 1)
	assert people_of(after(rules, later, (1, 1, "i1"))) == ["x"]
	assert people_of(after(rules, later, (1, 1, "i1"), (1, 101, "x"))) == ["d1"]


@pytest.mark.parametrize("counting", [ONE, ALL, IN_ORDER, SHARE])
def test_when_the_time_is_over(counting: str) -> None:
	rules = policy(
		step(1, "inspectors", "five", counting=counting, share=Decimal(100), escalate_to="directors"),
		step(2, "supervisors"),
	)
	assert after(rules, Event(TIMED_OUT, 1, 0, "")).step == 2
	escalated = Event(ESCALATED, 1, 0, "")
	assert people_of(after(rules, escalated))[-1] == "d1"
	assert after(rules, escalated, (1, 100, "d1")).step == 2
	assert after(rules, escalated, Event(REJECTED, 1, 100, "d1")).state == REJECTED


def test_escalated_to_nobody_goes_to_whom_the_policy_names() -> None:
	rules = policy(step(1, "inspectors", escalate_to="nobody"))
	assert people_of(after(rules, Event(ESCALATED, 1, 0, ""))) == ["i1", "m1"]


STEPS = st.lists(
	st.tuples(
		st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=3),
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
		step(n, *roles, counting=counting, title="large" if large else "")
		for n, (roles, counting, large) in enumerate(drawn, 2)  # a drawing begins with an approval here
	]
	rules = policy(step(1, "directors"), *steps, ask_once=ask_once, allow_own=allow_own)
	events: list[tuple[int, int, str]] = []
	at = 0
	for _ in range(30):
		found = after(rules, *events, amount=amount, own=("s1",), at=at)
		events += [(e.step, e.turn, e.user) for e in found.counted]
		if found.state == APPROVED:
			break
		at = found.step
		user = data.draw(st.sampled_from(people_of(found)))
		assert allow_own or user != "s1"
		events += [(found.step, turn, u) for turn, u in found.waits_for if u == user]
	assert found.state == APPROVED
	assert len({(s, turn) for s, turn, _ in events}) == len(events)
	for one in steps:
		approved = {turn for s, turn, _ in events if s == one.number}
		if one.title == "large" and not amount:
			assert not approved
		elif one.counting == ONE:
			assert approved
		else:
			assert approved == set(range(1, len(one.approvers) + 1))
