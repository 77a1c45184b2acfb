"""No path of actions leaves a request with nobody to act, approved without what its policy asks, or decided twice."""

from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal
from typing import Any

from approval_runs import FALLBACK, HEAD, Crowd, Run
from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.approval_conditions import Condition
from inventory_midplatform.domain.approval_flow import (
	ADDED,
	AFTER,
	APPROVED,
	BEFORE,
	COUNTED,
	DELEGATED,
	ESCALATED,
	HIGHER,
	OPEN,
	REJECTED,
	TIMED_OUT,
)
from inventory_midplatform.domain.approval_policy import (
	APPROVAL,
	CONDITION,
	COUNTINGS,
	END,
	IN_ORDER,
	ONE,
	ROLE,
	SHARE,
	Approver,
	Branch,
	Policy,
	Step,
)

USERS = "abcdef"
LONGEST = 25
"""The most actions before all who are asked only approve."""

NAMES = st.lists(st.sampled_from(USERS), min_size=1, max_size=3, unique=True).map("".join)


@st.composite
def policies(draw: Any) -> Policy:
	"""Up to four steps; sometimes a condition leads over one of them."""
	count = draw(st.integers(1, 4))
	steps = [
		Step(
			number,
			approvers=tuple(Approver(ROLE, name) for name in draw(st.lists(NAMES, min_size=1, max_size=3))),
			counting=draw(st.sampled_from(COUNTINGS)),
			share=Decimal(draw(st.integers(1, 100))),
			escalate_to=HEAD,
			next_step=number + 1 if number < count else END,
		)
		for number in range(1, count + 1)
	]
	if count > 2 and draw(st.booleans()):
		over = Branch(1, conditions=(Condition("amount", ">", "10000"),), next_step=3)
		steps[1] = Step(
			2, CONDITION, branches=(over, Branch(2, is_otherwise=True, next_step=4 if count > 3 else END))
		)
	return Policy("P", "D", tuple(steps), ask_once=draw(st.booleans()), allow_own=draw(st.booleans()))


class Watched(Run):
	"""A run that checks after each action what must hold, by rules that say it in another way than the engine."""

	somebody_left = False

	def check(self) -> None:
		if self.now.state == OPEN:
			self._somebody_can_act()
			self._nobody_decides_twice()
		elif self.now.state == APPROVED:
			self._has_what_its_policy_asks()
		assert self.now.state in (OPEN, APPROVED, REJECTED)

	def _somebody_can_act(self) -> None:
		assert self.now.waits_for, "nobody is asked"
		for _, user in self.now.waits_for:
			assert user not in self.people.gone, f"{user} is gone"
			assert self.policy.allow_own or user not in self.people.own, f"{user} decides their own"

	def _nobody_decides_twice(self) -> None:
		decided = {
			(e.turn, e.user) for e in self.events if e.step == self.step and e.kind in (APPROVED, REJECTED)
		}
		assert not decided & set(self.now.waits_for), "who has decided is asked again"

	def _has_what_its_policy_asks(self) -> None:
		path = [one for one, _ in self.policy.path(self.values) if one.kind == APPROVAL]
		for step in path:
			self._has_what_a_step_asks(step)

	def _has_what_a_step_asks(self, step: Step) -> None:
		own = [e for e in self.events if e.step == step.number]
		yes = [e for e in own if e.kind in (APPROVED, COUNTED)]
		if any(e.kind == TIMED_OUT for e in own) or any(e.turn == HIGHER for e in yes):
			return
		no = [e for e in own if e.kind == REJECTED]
		met = {e.turn for e in yes}
		assert {e.turn for e in own if e.kind == ADDED} <= met, "an approver who was added did not approve"
		if step.counting == SHARE:
			ayes = {e.user for e in yes if e.turn < HIGHER}
			assert not any(e.turn >= HIGHER for e in no)
			voters = len(ayes | {e.user for e in no})
			if not self.somebody_left and not any(e.kind == DELEGATED for e in own):
				own_document = set() if self.policy.allow_own else self.people.own
				voters = len({user for a in step.approvers for user in a.name} - own_document) or 1
			assert len(ayes) >= max(1, int((step.share * voters / 100).to_integral_value(ROUND_CEILING)))
		elif step.counting == ONE:
			assert not no
			assert any(turn < HIGHER for turn in met)
		else:
			assert not no
			assert set(range(1, len(step.approvers) + 1)) <= met, "an approver is passed over"
			if step.counting == IN_ORDER:
				last = [
					max(i for i, e in enumerate(own) if e in yes and e.turn == t)
					for t in range(1, len(step.approvers) + 1)
				]
				assert last == sorted(last) or self.policy.ask_once, "not in order"


def actions(run: Watched, draw: Callable[[Any], Any]) -> None:
	user = draw(st.sampled_from(sorted({user for _, user in run.now.waits_for})))
	kind = draw(st.sampled_from(KINDS))
	other = draw(st.sampled_from(USERS))
	if kind == "approve":
		run.approve(user)
	elif kind == "reject":
		run.reject(user)
	elif kind == "delegate":
		run.delegate(user, other)
	elif kind in (BEFORE, AFTER):
		run.add(user, other, kind)
	elif kind == "return":
		behind = [one.number for one, _ in run.policy.path(run.values) if one.kind == APPROVAL]
		run.send_back(user, draw(st.sampled_from(behind[: behind.index(run.step) + 1])))
	elif kind == "leave":
		run.people.gone.add(other)
		run.somebody_left = True
		run.advanced()
	elif kind == "come back":
		run.people.gone.discard(other)
		run.advanced()
	else:
		run.time_out(kind)


KINDS = (
	*("approve",) * 6,
	"reject",
	"delegate",
	"delegate",
	BEFORE,
	AFTER,
	"return",
	"leave",
	"come back",
	ESCALATED,
	TIMED_OUT,
)


@given(st.data(), policies(), st.sampled_from(("1", "20000")), st.sets(st.sampled_from(USERS), max_size=2))
def test_no_path_of_actions_breaks_a_request(data: Any, policy: Policy, amount: str, own: set[str]) -> None:
	run = Watched(policy, {"amount": amount}, Crowd(own=own))
	run.check()
	for _ in range(data.draw(st.integers(0, LONGEST))):
		if run.now.state != OPEN:
			break
		actions(run, data.draw)
		run.check()
	# whatever happened, it ends when all who are asked approve
	for _ in range(LONGEST * len(policy.steps) * len(USERS)):
		if run.now.state != OPEN:
			break
		run.approve(run.now.waits_for[0][1])
		run.check()
	assert run.now.state in (APPROVED, REJECTED)


@given(st.data(), policies(), st.sampled_from(("1", "20000")))
def test_one_who_rejects_ends_what_is_no_share(data: Any, policy: Policy, amount: str) -> None:
	run = Watched(policy, {"amount": amount})
	while run.now.state == OPEN and data.draw(st.booleans()):
		run.approve(data.draw(st.sampled_from(run.now.waits_for))[1])
		run.check()
	if run.now.state == OPEN and policy.by_number[run.step].counting != SHARE:
		run.reject(run.now.waits_for[0][1])
		assert run.now.state == REJECTED


@given(st.data(), policies(), st.sampled_from(("1", "20000")))
def test_who_is_asked_does_not_depend_on_how_often_one_looks(data: Any, policy: Policy, amount: str) -> None:
	run = Watched(policy, {"amount": amount})
	for _ in range(data.draw(st.integers(0, LONGEST))):
		if run.now.state != OPEN:
			break
		actions(run, data.draw)
	if run.now.state != OPEN:
		return
	before, events = run.now, list(run.events)
	again = run.advanced()
	assert (again.state, again.step, again.waits_for) == (before.state, before.step, before.waits_for)
	assert run.events == events


def test_the_fallback_is_nobody_of_the_policies() -> None:
	assert FALLBACK not in USERS
	assert HEAD not in USERS
