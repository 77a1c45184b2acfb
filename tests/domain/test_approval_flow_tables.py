"""What an approval step asks next, as tables: each way of counting × how it ends × what approvers do before."""

import pytest
from approval_runs import Crowd, Refused, Run, step

from inventory_midplatform.domain.approval_policy import Policy

ANY, ALL, IN_ORDER, SHARE = "Any", "All", "In Order", "Share"

STRAIGHT = "nothing before"
DELEGATED, BEFORE, AFTER, RETURNED, ONCE = (
	"a delegates to d",
	"a adds x before",
	"a adds x after",
	"returned",
	"a approved an earlier step",
)

APPROVED, REJECTED, TIME_APPROVES, TIME_REJECTS, ESCALATED = (
	"approved",
	"rejected",
	"time approves",
	"time rejects",
	"escalated",
)

# Step 2 asks a, b and c; of a share, two of three are needed. Where it was returned, r of step 1 approves first, and a then
# returns it; where a approved before, a is the approver of step 1. After each action stands who is asked now.
TABLE: dict[tuple[str, str], dict[str, str]] = {
	(ANY, STRAIGHT): {
		APPROVED: "b approves: Approved",
		REJECTED: "b rejects: Rejected",
		TIME_APPROVES: "time approves: Approved",
		TIME_REJECTS: "time rejects: Rejected",
		ESCALATED: "time escalates: a b c h; h approves: Approved",
	},
	(ANY, DELEGATED): {
		APPROVED: "a delegates d: b c d; d approves: Approved",
		REJECTED: "a delegates d: b c d; d rejects: Rejected",
		TIME_APPROVES: "a delegates d: b c d; time approves: Approved",
		TIME_REJECTS: "a delegates d: b c d; time rejects: Rejected",
		ESCALATED: "a delegates d: b c d; time escalates: b c d h; h rejects: Rejected",
	},
	(ANY, BEFORE): {
		APPROVED: "a adds x before: b c x; b approves: x; x approves: Approved",
		REJECTED: "a adds x before: b c x; x rejects: Rejected",
		TIME_APPROVES: "a adds x before: b c x; time approves: Approved",
		TIME_REJECTS: "a adds x before: b c x; x approves: a b c; time rejects: Rejected",
		ESCALATED: "a adds x before: b c x; time escalates: b c h x; h approves: Approved",
	},
	(ANY, AFTER): {
		APPROVED: "a adds x after: a b c; a approves: x; x approves: Approved",
		REJECTED: "a adds x after: a b c; b approves: x; x rejects: Rejected",
		TIME_APPROVES: "a adds x after: a b c; a approves: x; time approves: Approved",
		TIME_REJECTS: "a adds x after: a b c; time rejects: Rejected",
		ESCALATED: "a adds x after: a b c; a approves: x; time escalates: h x; x approves: Approved",
	},
	(ANY, RETURNED): {
		APPROVED: "a returns to 1: r; r approves: a b c; c approves: Approved",
		REJECTED: "a returns to 1: r; r rejects: Rejected",
		TIME_APPROVES: "a returns to 1: r; time approves: a b c; a approves: Approved",
		TIME_REJECTS: "a returns to 1: r; time rejects: Rejected",
		ESCALATED: "a returns to 1: r; time escalates: h r; h approves: a b c; a approves: Approved",
	},
	(ANY, ONCE): {APPROVED: "a approves: Approved"},
	(ALL, STRAIGHT): {
		APPROVED: "b approves: a c; a approves: c; c approves: Approved",
		REJECTED: "b approves: a c; a rejects: Rejected",
		TIME_APPROVES: "b approves: a c; time approves: Approved",
		TIME_REJECTS: "b approves: a c; time rejects: Rejected",
		ESCALATED: "b approves: a c; time escalates: a c h; h approves: Approved",
	},
	(ALL, DELEGATED): {
		APPROVED: "a delegates d: b c d; d approves: b c; b approves: c; c approves: Approved",
		REJECTED: "a delegates d: b c d; b approves: c d; d rejects: Rejected",
		TIME_APPROVES: "a delegates d: b c d; time approves: Approved",
		TIME_REJECTS: "a delegates d: b c d; time rejects: Rejected",
		ESCALATED: "a delegates d: b c d; time escalates: b c d h; h rejects: Rejected",
	},
	(ALL, BEFORE): {
		APPROVED: "a adds x before: b c x; x approves: a b c; a approves: b c; b approves: c; c approves: Approved",
		REJECTED: "a adds x before: b c x; b approves: c x; x rejects: Rejected",
		TIME_APPROVES: "a adds x before: b c x; b approves: c x; time approves: Approved",
		TIME_REJECTS: "a adds x before: b c x; time rejects: Rejected",
		ESCALATED: "a adds x before: b c x; time escalates: b c h x; x approves: a b c h; h approves: Approved",
	},
	(ALL, AFTER): {
		APPROVED: "a adds x after: a b c; b approves: a c; a approves: c x; c approves: x; x approves: Approved",
		REJECTED: "a adds x after: a b c; a approves: b c x; x rejects: Rejected",
		TIME_APPROVES: "a adds x after: a b c; a approves: b c x; time approves: Approved",
		TIME_REJECTS: "a adds x after: a b c; time rejects: Rejected",
		ESCALATED: "a adds x after: a b c; a approves: b c x; time escalates: b c h x; h approves: Approved",
	},
	(ALL, RETURNED): {
		APPROVED: "b approves: a c; a returns to 1: r; r approves: a b c; a approves: b c; b approves: c; c approves: Approved",
		REJECTED: "b approves: a c; a returns to 1: r; r approves: a b c; b rejects: Rejected",
		TIME_APPROVES: "b approves: a c; a returns to 1: r; time approves: a b c; time approves: Approved",
		TIME_REJECTS: "b approves: a c; a returns to 1: r; time rejects: Rejected",
		ESCALATED: "time escalates: a b c h; a returns to 1: r; r approves: a b c",
	},
	(ALL, ONCE): {
		APPROVED: "a approves: b c; b approves: c; c approves: Approved",
		REJECTED: "a approves: b c; b rejects: Rejected",
		TIME_APPROVES: "a approves: b c; time approves: Approved",
		TIME_REJECTS: "a approves: b c; time rejects: Rejected",
		ESCALATED: "a approves: b c; time escalates: b c h; h approves: Approved",
	},
	(IN_ORDER, STRAIGHT): {
		APPROVED: "a approves: b; b approves: c; c approves: Approved",
		REJECTED: "a approves: b; b rejects: Rejected",
		TIME_APPROVES: "a approves: b; time approves: Approved",
		TIME_REJECTS: "time rejects: Rejected",
		ESCALATED: "a approves: b; time escalates: b h; b approves: c h; h approves: Approved",
	},
	(IN_ORDER, DELEGATED): {
		APPROVED: "a delegates d: d; d approves: b; b approves: c; c approves: Approved",
		REJECTED: "a delegates d: d; d rejects: Rejected",
		TIME_APPROVES: "a delegates d: d; time approves: Approved",
		TIME_REJECTS: "a delegates d: d; time rejects: Rejected",
		ESCALATED: "a delegates d: d; time escalates: d h; d approves: b h; h rejects: Rejected",
	},
	(IN_ORDER, BEFORE): {
		APPROVED: "a adds x before: x; x approves: a; a approves: b; b approves: c; c approves: Approved",
		REJECTED: "a adds x before: x; x rejects: Rejected",
		TIME_APPROVES: "a adds x before: x; time approves: Approved",
		TIME_REJECTS: "a adds x before: x; x approves: a; time rejects: Rejected",
		ESCALATED: "a adds x before: x; time escalates: h x; x approves: a h; h approves: Approved",
	},
	(IN_ORDER, AFTER): {
		APPROVED: "a adds x after: a; a approves: x; x approves: b; b approves: c; c approves: Approved",
		REJECTED: "a adds x after: a; a approves: x; x rejects: Rejected",
		TIME_APPROVES: "a adds x after: a; a approves: x; time approves: Approved",
		TIME_REJECTS: "a adds x after: a; time rejects: Rejected",
		ESCALATED: "a adds x after: a; a approves: x; time escalates: h x; h approves: Approved",
	},
	(IN_ORDER, RETURNED): {
		APPROVED: "a approves: b; b returns to 1: r; r approves: a; a approves: b; b approves: c; c approves: Approved",
		REJECTED: "a approves: b; b returns to 1: r; r rejects: Rejected",
		TIME_APPROVES: "a returns to 1: r; time approves: a; time approves: Approved",
		TIME_REJECTS: "a returns to 1: r; r approves: a; time rejects: Rejected",
		ESCALATED: "a returns to 1: r; time escalates: h r; r approves: a",
	},
	(IN_ORDER, ONCE): {
		APPROVED: "a approves: b; b approves: c; c approves: Approved",
		REJECTED: "a approves: b; b rejects: Rejected",
		TIME_APPROVES: "a approves: b; time approves: Approved",
		TIME_REJECTS: "a approves: b; time rejects: Rejected",
		ESCALATED: "a approves: b; time escalates: b h; h approves: Approved",
	},
	(SHARE, STRAIGHT): {
		APPROVED: "b approves: a c; c approves: Approved",
		REJECTED: "b rejects: a c; a approves: c; c rejects: Rejected",
		TIME_APPROVES: "b approves: a c; time approves: Approved",
		TIME_REJECTS: "b approves: a c; time rejects: Rejected",
		ESCALATED: "b approves: a c; time escalates: a c h; h approves: Approved",
	},
	(SHARE, DELEGATED): {
		APPROVED: "a delegates d: b c d; d approves: b c; b approves: Approved",
		REJECTED: "a delegates d: b c d; d rejects: b c; c rejects: Rejected",
		TIME_APPROVES: "a delegates d: b c d; d rejects: b c; time approves: Approved",
		TIME_REJECTS: "a delegates d: b c d; time rejects: Rejected",
		ESCALATED: "a delegates d: b c d; time escalates: b c d h; h rejects: Rejected",
	},
	(SHARE, BEFORE): {
		APPROVED: "a adds x before: b c x; b approves: c x; c approves: x; x approves: Approved",
		REJECTED: "a adds x before: b c x; x rejects: Rejected",
		TIME_APPROVES: "a adds x before: b c x; time approves: Approved",
		TIME_REJECTS: "a adds x before: b c x; x approves: a b c; time rejects: Rejected",
		ESCALATED: "a adds x before: b c x; time escalates: b c h x; h approves: Approved",
	},
	(SHARE, AFTER): {
		APPROVED: "a adds x after: a b c; a approves: b c x; b approves: x; x approves: Approved",
		REJECTED: "a adds x after: a b c; a approves: b c x; x rejects: Rejected",
		TIME_APPROVES: "a adds x after: a b c; a approves: b c x; time approves: Approved",
		TIME_REJECTS: "a adds x after: a b c; time rejects: Rejected",
		ESCALATED: "a adds x after: a b c; b approves: a c; c approves: x; time escalates: h x; x approves: Approved",
	},
	(SHARE, RETURNED): {
		APPROVED: "b approves: a c; a returns to 1: r; r approves: a b c; b approves: a c; a approves: Approved",
		REJECTED: "b rejects: a c; a returns to 1: r; r approves: a b c; a rejects: b c; c rejects: Rejected",
		TIME_APPROVES: "b rejects: a c; a returns to 1: r; time approves: a b c; time approves: Approved",
		TIME_REJECTS: "b approves: a c; a returns to 1: r; time rejects: Rejected",
		ESCALATED: "a returns to 1: r; time escalates: h r; h approves: a b c",
	},
	(SHARE, ONCE): {
		APPROVED: "a approves: b c; c approves: Approved",
		REJECTED: "a approves: b c; b rejects: c; c rejects: Rejected",
		TIME_APPROVES: "a approves: b c; time approves: Approved",
		TIME_REJECTS: "a approves: b c; time rejects: Rejected",
		ESCALATED: "a approves: b c; time escalates: b c h; h approves: Approved",
	},
}


def run_of(counting: str, before: str) -> Run:
	first = "a" if before == ONCE else "r"
	steps = (step(1, ANY, first, next_step=2), step(2, counting, "a", "b", "c", share=60))
	run = Run(Policy("Purchase", "Inventory Request", steps))
	if before != ONCE:
		run.do("r approves")
		assert run.waits_for == ("a" if counting == IN_ORDER else "a b c")
	return run


@pytest.mark.parametrize(
	("counting", "before", "ending", "story"),
	[(*key, ending, story) for key, endings in TABLE.items() for ending, story in endings.items()],
)
def test_every_way_of_counting(counting: str, before: str, ending: str, story: str) -> None:
	run = run_of(counting, before)
	for sentence in story.split("; "):
		action, _, waiting = sentence.partition(": ")
		run.do(action)
		assert run.waits_for == waiting, sentence
	if ending in (TIME_REJECTS, REJECTED):
		assert run.now.state == "Rejected"


def test_the_table_has_every_way() -> None:
	ways = {
		(c, b)
		for c in (ANY, ALL, IN_ORDER, SHARE)
		for b in (STRAIGHT, DELEGATED, BEFORE, AFTER, RETURNED, ONCE)
	}
	assert set(TABLE) == ways
	endings = {APPROVED, REJECTED, TIME_APPROVES, TIME_REJECTS, ESCALATED}
	assert all(set(rows) == endings for key, rows in TABLE.items() if key != (ANY, ONCE))


@pytest.mark.parametrize(
	("share", "people", "needed"),
	[(1, 1, 1), (50, 3, 2), (50, 4, 2), (67, 3, 3), (66, 3, 2), (100, 4, 4), (1, 4, 1)],
)
def test_a_share_is_rounded_up(share: int, people: int, needed: int) -> None:
	who = "abcd"[:people]
	for approvers in ((who,), tuple(who)):
		run = Run(Policy("Purchase", "Inventory Request", (step(1, SHARE, *approvers, share=share),)))
		for count, user in enumerate(who[:needed], 1):
			run.approve(user)
			assert run.now.state == ("Approved" if count == needed else "Open")


# More of what people do, one after the other: steps, as counting and approvers; story.
STORIES = {
	"delegated and delegated back": (
		[(ALL, "a", "b")],
		"a delegates d: b d; d delegates a: a b; a approves: b",
	),
	"delegated to somebody who is asked too": ([(ALL, "a", "b")], "a delegates b: b; b approves: Approved"),
	"delegated on": ([(IN_ORDER, "a", "b")], "a delegates d: d; d delegates e: e; e approves: b"),
	"one of a role delegates": ([(ANY, "ab")], "a delegates d: b d; b approves: Approved"),
	"added before the one who was added": (
		[(ALL, "a", "b")],
		"a adds x before: b x; x adds y before: b y; y approves: b x; x approves: a b",
	),
	"added after the one who was added": (
		[(IN_ORDER, "a", "b")],
		"a adds x after: a; a approves: x; x adds y after: x; x approves: y; y approves: b",
	),
	"two are added before": (
		[(IN_ORDER, "a", "b")],
		"a adds x before: x; x adds y before: y; y approves: x; x approves: a; a approves: b",
	),
	"the added one delegates": (
		[(ANY, "a")],
		"a adds x before: x; x delegates d: d; d approves: a; a approves: Approved",
	),
	"the added one is gone": (
		[(ANY, "a")],
		"a adds x before: x; x leaves: k; k approves: a; a approves: Approved",
	),
	"the delegate is gone": ([(ANY, "a")], "a delegates d: d; d leaves: a; a approves: Approved"),
	"one of all is gone": ([(ALL, "a", "b")], "a leaves: b k; k approves: b; b approves: Approved"),
	"one of any is gone": ([(ANY, "a", "b")], "a leaves: b; b approves: Approved"),
	"all of any are gone": ([(ANY, "a", "b")], "a leaves: b; b leaves: k; k rejects: Rejected"),
	"one of a share is gone": (
		[(SHARE, "a", "b", "c")],
		"a approves: b c; b leaves: c; c approves: Approved",
	),
	"who approved is gone": ([(ALL, "a", "b")], "a approves: b; a leaves: b; b approves: Approved"),
	"those above are gone": ([(ANY, "a")], "time escalates: a h; h leaves: a k; k approves: Approved"),
	"asked once, in the third step too": (
		[(ANY, "ab"), (ALL, "a", "c"), (ANY, "ac")],
		"a approves: c; c approves: Approved",
	),
	"approved by the delegate, asked once": (
		[(ANY, "a"), (ANY, "d")],
		"a delegates d: d; d approves: Approved",
	),
	"who was added is not asked again": (
		[(ANY, "a"), (ANY, "x")],
		"a adds x before: x; x approves: a; a approves: Approved",
	),
	"a return undoes what counted": (
		[(ANY, "a"), (ALL, "a", "b"), (ANY, "c")],
		"a approves: b; b approves: c; c returns to 1: a; a approves: b; b approves: c",
	),
	"a return to the second step leaves the first": (
		[(ANY, "a"), (ALL, "b"), (ANY, "c")],
		"a approves: b; b approves: c; c returns to 2: b; b approves: c; c approves: Approved",
	),
	"a return undoes who was added and to whom it was delegated": (
		[(ANY, "a"), (ANY, "b")],
		"a delegates d: d; d approves: b; b adds x before: x; x approves: b; b returns to 1: a; a approves: b; b approves: Approved",
	),
}


@pytest.mark.parametrize("name", STORIES)
def test_stories(name: str) -> None:
	rows, story = STORIES[name]
	numbered = enumerate(rows, 1)
	steps = tuple(
		step(number, row[0], *row[1:], share=60, next_step=number + 1 if number < len(rows) else 0)
		for number, row in numbered
	)
	run = Run(Policy("Purchase", "Inventory Request", steps))
	for sentence in story.split("; "):
		action, _, waiting = sentence.partition(": ")
		run.do(action)
		assert run.waits_for == waiting, sentence


@pytest.mark.parametrize(
	("own", "allow_own", "waiting"),
	[("", False, "a b"), ("a", False, "b"), ("a", True, "a b"), ("ab", False, "k"), ("ab", True, "a b")],
)
def test_nobody_approves_their_own(own: str, allow_own: bool, waiting: str) -> None:
	policy = Policy("Purchase", "Inventory Request", (step(1, ANY, "a", "b"),), allow_own=allow_own)
	run = Run(policy, people=Crowd(own=set(own)))
	assert run.waits_for == waiting


def test_nobody_gets_their_own_by_a_delegation_or_as_an_added_approver() -> None:
	run = Run(Policy("Purchase", "Inventory Request", (step(1, ANY, "a"),)), people=Crowd(own={"o"}))
	run.delegate("a", "o")
	assert run.waits_for == "a"
	run.add("a", "o", "Before")
	assert run.waits_for == "k"


def test_asked_in_each_step_where_the_policy_says_so() -> None:
	steps = (step(1, ANY, "a", next_step=2), step(2, ALL, "a", "b"))
	run = Run(Policy("Purchase", "Inventory Request", steps, ask_once=False))
	run.do("a approves")
	assert run.waits_for == "a b"


def test_who_is_not_asked_cannot_act_in_a_story() -> None:
	"""Else a wrong row of the tables would pass."""
	run = run_of(IN_ORDER, STRAIGHT)
	for action in ("b approves", "r approves", "z delegates d", "b adds x before", "c returns to 1"):
		with pytest.raises(Refused):
			run.do(action)
