"""Approvals as people see them: what waits for them, what they requested, one request with its history, and a trial."""

from collections.abc import Sequence

from inventory_midplatform.domain import approval_policy
from inventory_midplatform.domain.approval_conditions import Condition, Values
from inventory_midplatform.domain.approval_policy import OPEN, Decision, Policy, Step, Turn
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Order, Query, any_of, compiled, table, value
from inventory_midplatform.services.approval import approval_requests, policies
from inventory_midplatform.services.approval.approval_requests import DOCTYPE, ROWS, WAITING
from inventory_midplatform.services.approval.approvers import Facts, People, facts_of

TO_DECIDE, REQUESTED, OF_DOCUMENT = "to_decide", "requested", "of_document"


def list_requests(
	ctx: Context,
	*,
	only: str = TO_DECIDE,
	state: str = "",
	doctype: str = "",
	document: str = "",
	limit: int = 50,
	offset: int = 0,
) -> Row:
	"""Return a page of approval requests, the latest first: that wait for this user, that they requested, or about a
	document that they may read. Changes nothing.

	Raises what ``approval_requests.readable`` raises.
	"""
	t, d = table(DOCTYPE), table(ROWS)
	query = Query.from_(t).select(
		t.name,
		t.document_type,
		t.document_name,
		t.policy,
		t.policy_version,
		t.applicant,
		t.requested_at,
		t.state,
		t.current_step,
		t.reason,
		t.closed_at,
	)
	if only == OF_DOCUMENT:
		name = approval_requests.readable(ctx, doctype, document)["name"]
		query = query.where((t.document_type == value(doctype)) & (t.document_name == value(name)))
	elif only == REQUESTED:
		query = query.where(t.applicant == value(ctx.identity.user))
	else:
		waiting = Query.from_(d).select(d.parent)
		waiting = waiting.where((d.user == value(ctx.identity.user)) & (d.decision == value(WAITING)))
		query = query.where(t.name.isin(waiting))
	if state:
		query = query.where(t.state == value(state))
	if ctx.identity.warehouses is not None:
		seen = any_of(t.warehouse, sorted(ctx.identity.warehouses))
		query = query.where(seen | t.warehouse.isnull() | (t.warehouse == value("")))
	query = query.orderby(t.creation, order=Order.desc).orderby(t.name, order=Order.desc)
	rows = ctx.store.rows(*compiled(query.limit(limit + 1).offset(offset)))
	page = rows[:limit]
	asked = _waiting(ctx, [row["name"] for row in page])
	return {
		"requests": [_request(ctx, row, asked.get(row["name"], [])) for row in page],
		"has_more": len(rows) > limit,
	}


def get(ctx: Context, name: str) -> Row:
	"""Return a request with all that was decided. Raises NotFound or NotPermitted."""
	row = approval_requests.named(ctx, name)
	decisions = approval_requests.rows_of(ctx, [row["name"]])
	asked = [d["user"] for d in decisions if d["decision"] == WAITING]
	history = [
		{
			"step": int(d["step"]),
			"title": d["title"] or "",
			"user": d["user"],
			"decision": d["decision"],
			"reason": d["reason"] or "",
			"asked_at": d["asked_at"],
			"decided_at": d["decided_at"],
		}
		for d in decisions
	]
	return {**_request(ctx, row, asked), "decisions": history}


def _waiting(ctx: Context, names: Sequence[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	for row in approval_requests.rows_of(ctx, names):
		if row["decision"] == WAITING:
			found.setdefault(row["parent"], []).append(row["user"])
	return found


def _request(ctx: Context, row: Row, waits_for: Sequence[str]) -> Row:
	may = ["approve", "reject"] if ctx.identity.user in waits_for else []
	if row["state"] == OPEN and approval_requests.may_withdraw(ctx, row["applicant"]):
		may.append("withdraw")
	return {
		**{k: row[k] for k in ("name", "document_type", "document_name", "policy", "applicant", "state")},
		"policy_version": int(row["policy_version"] or 0),
		"requested_at": row["requested_at"],
		"closed_at": row["closed_at"],
		"step": int(row["current_step"] or 0),
		"reason": row["reason"] or "",
		"waits_for": list(dict.fromkeys(waits_for)),
		"may": may,
	}


def try_policy(ctx: Context, policy: str, name: str) -> Row:
	"""Return what a policy, switched on or not, would do with a document: which steps it takes, whom they ask, and why.

	It is the engine itself, and nobody is asked. Raises NotFound, NotPermitted, InvalidInput or Conflict
	(``nobody_to_approve``).
	"""
	rules = approval_policy.parse(policies.named(ctx, policy))
	document = approval_requests.readable(ctx, rules.document_type, name)
	facts = facts_of(rules, document, ctx.identity.user)
	applies = rules.applies(facts.values)
	steps: list[Row] = []
	decisions: list[Decision] = []
	for step in rules.steps if applies else ():
		shown, certain = _tried(People(ctx, rules, facts), rules, step, facts, decisions)
		steps.append(shown)
		decisions += certain
	return {
		"document_type": rules.document_type,
		"document_name": facts.name,
		"applies": applies,
		"reasons": [reason.as_dict() for reason in _why(rules.conditions, facts.values)],
		"steps": steps,
	}


def _tried(
	people: People, policy: Policy, step: Step, facts: Facts, decisions: Sequence[Decision]
) -> tuple[Row, list[Decision]]:
	"""Return a step as it would go after these decisions, and the decisions that are certain to come of it: of approvers
	who are one person, and of those who approved before.
	"""
	shown = {
		"step": step.number,
		"title": step.title,
		"counting": step.counting,
		"applies": step.applies(facts.values),
		"approvers": [{"kind": approver.kind, "name": approver.name} for approver in step.approvers],
		"waits_for": [],
	}
	reasons = _why(step.conditions, facts.values)
	if not shown["applies"]:
		return {**shown, "reasons": [reason.as_dict() for reason in reasons]}, []
	found = people.of_step(step)
	turns = approval_policy.people(policy, step, found, people.if_nobody, facts.own)
	repeated = approval_policy.approved_before(step, turns, decisions) if policy.ask_once else []
	met = {decision.approver for decision in repeated}
	waiting = [turn for turn in turns if turn.approver not in met]
	if step.counting == approval_policy.ONE and met:
		waiting = []
	reasons += _who_is_left_out(policy, found, turns, facts.own)
	reasons += [
		Reason("{user} approved an earlier step and is not asked again.", user=decision.user)
		for decision in repeated
	]
	asked = list(dict.fromkeys(user for turn in waiting for user in turn.users))
	certain = [*repeated]
	if step.counting != approval_policy.ONE or len(asked) == 1:
		certain += [
			Decision(step.number, turn.approver, turn.users[0]) for turn in waiting if len(turn.users) == 1
		]
	return {**shown, "waits_for": asked, "reasons": [reason.as_dict() for reason in reasons]}, certain


def _who_is_left_out(
	policy: Policy, found: Sequence[Turn], turns: Sequence[Turn], own: frozenset[str]
) -> list[Reason]:
	people = {user for turn in found for user in turn.users}
	asked = {user for turn in turns for user in turn.users}
	reasons = [
		Reason("{user} does not approve their own document.", user=user)
		for user in sorted((people & own) - asked)
	]
	if asked - people:
		reasons.append(
			Reason(
				"There is nobody else to approve it, so it goes to the role {role}.", role=policy.if_nobody
			)
		)
	return reasons


def _why(conditions: Sequence[Condition], values: Values) -> list[Reason]:
	"""Return a reason for each condition: what it found in the document, and whether that is what it takes."""
	if not conditions:
		return [Reason("It is for every document.")]
	return [_condition(condition, values) for condition in conditions]


def _condition(condition: Condition, values: Values) -> Reason:
	about = {
		"name": condition.field,
		"found": values.get(condition.field, "") or "–",
		"comparison": condition.comparison,
		"value": condition.value,
	}
	if condition.is_met(values):
		return Reason("{name} is {found}, which meets: {comparison} {value}", **about)
	return Reason("{name} is {found}, which does not meet: {comparison} {value}", **about)
