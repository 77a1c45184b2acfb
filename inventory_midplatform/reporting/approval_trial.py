"""A trial of an approval policy: which way a document would go, whom it would ask, and why. The engine itself runs; nobody is
asked and nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain import approval_flow
from inventory_midplatform.domain.approval_conditions import ORDERINGS, Condition, Values
from inventory_midplatform.domain.approval_flow import APPROVED, Event, Standing, Turn
from inventory_midplatform.domain.approval_policy import (
	APPLICANT,
	CONDITION,
	COPY_TO,
	END,
	IN_FIELD,
	MANAGER_OF_APPLICANT,
	ONE,
	ROLE,
	STOREKEEPER,
	SUPERVISORS,
	USER,
	Approver,
	Branch,
	Policy,
	Step,
	parse,
)
from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.quantity import from_store, number_of, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.roles import SUPERVISOR
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.approval import approval_requests, policies, time_limits
from inventory_midplatform.services.approval.approvers import ApproversNow
from inventory_midplatform.services.approval.document_fields import Fields, fields_of
from inventory_midplatform.services.approval.facts import Facts, facts_of

WAREHOUSE, APPLIES_FOR = "warehouse", "applicant"
"""What can be tried with another value beside the fields that the policy reads."""

SHOWN_USERS = 3

_HAS_ROLE = """
SELECT parent FROM `tabHas Role` WHERE parent = %(user)s AND parenttype = 'User' AND role = %(role)s LIMIT 1
"""

_AWAY_UNTIL = """
SELECT user, MAX(to_date) AS to_date FROM `tabApproval Delegation`
WHERE user IN %(users)s AND enabled = 1 AND from_date <= %(today)s AND to_date >= %(today)s GROUP BY user
"""


def try_policy(ctx: Context, name: str, document: str, values: Mapping[str, str] | None = None) -> Row:
	"""Return what the working copy of a policy would do with a document, as if its owner requested the approval now, and with
	other ``values`` of its fields, its warehouse or its applicant.

	Raises NotFound, NotPermitted, or InvalidInput (``unknown_field``).
	"""
	policy = parse(policies.named(ctx, name))
	facts = _facts(ctx, policy, document, values or {})
	trial = _Trial(ctx, policy, facts)
	applies = policy.applies(facts.values)
	way = [trial.tried(step, branch) for step, branch in policy.path(facts.values)] if applies else []
	taken = {row["step"] for row in way}
	others = [trial.shown(step) for step in policy.steps if step.number not in taken]
	limits = [row["time_limit"] for row in way if row["waits_for"] and row["time_limit"]]
	return {
		"document_type": policy.document_type,
		"document_name": facts.name,
		"applies": applies,
		"reasons": [reason.as_dict() for reason in trial.of_whole(applies)],
		"hours": sum(limits) if limits else None,
		"values": dict(facts.values),
		"steps": [*way, *others],
		"names": _names(ctx, way, facts.applicant),
	}


OF_USERS = ("user", "users", "to", "applicant")
"""Values of sentences that name users."""


def _names(ctx: Context, way: Sequence[Row], applicant: str) -> Row:
	"""Return the full names of all users who are named on the way."""
	users = {applicant, *(user for row in way for user in row["waits_for"])}
	for row in way:
		for reason in row["reasons"]:
			said = (reason["values"].get(key, "") for key in OF_USERS)
			users.update(user for text in said for user in text.removesuffix(" …").split(", ") if user)
	sql = "SELECT name, full_name FROM `tabUser` WHERE name IN %(users)s ORDER BY name"
	return {r["name"]: r["full_name"] or r["name"] for r in ctx.store.rows(sql, {"users": sorted(users)})}


def _facts(ctx: Context, policy: Policy, document: str, values: Mapping[str, str]) -> Facts:
	record = approval_requests.readable(ctx, policy.document_type, document)
	facts = facts_of(policy, record, str(record.get("owner") or ctx.identity.user))
	for field in values:
		if field not in facts.values and field not in (WAREHOUSE, APPLIES_FOR):
			raise InvalidInput("The policy does not read {name}.", code="unknown_field", name=field)
	if warehouse := values.get(WAREHOUSE):
		masters.require_warehouse(ctx, warehouse)
		facts = replace(facts, warehouses=(warehouse,))
	if applicant := values.get(APPLIES_FOR):
		facts = replace(facts, applicant=applicant, owner=applicant)
	return replace(facts, values={**facts.values, **{f: v for f, v in values.items() if f in facts.values}})


class _Trial:
	"""One document on its way. What is certain to be approved counts in later steps."""

	def __init__(self, ctx: Context, policy: Policy, facts: Facts):
		self._ctx, self._policy, self._facts = ctx, policy, facts
		self._people = ApproversNow(ctx, policy, facts)
		self._fields = fields_of(ctx, policy.document_type)
		self._events: list[Event] = []

	def of_whole(self, applies: bool) -> list[Reason]:
		"""Return why the policy is for the document, who may start it, and whether its way ends."""
		reasons = why(self._policy.conditions, self._facts.values, self._fields)
		if not reasons:
			reasons = [Reason("It is for every document.")]
		if not applies:
			return reasons
		role = self._policy.starter_role
		about = {"user": self._facts.applicant, "role": role}
		if role and self._ctx.store.rows(_HAS_ROLE, about):
			reasons.append(Reason("{user} has the role {role} and may start it.", **about))
		elif role:
			reasons.append(Reason("{user} does not have the role {role} and may not start it.", **about))
		if ends_nowhere(self._policy, self._facts.values):
			reasons.append(Reason("The document has no next step at the end of this way."))
		return reasons

	def shown(self, step: Step) -> Row:
		"""Return a step that the document does not take."""
		return {
			"step": step.number,
			"kind": step.kind,
			"title": step.title,
			"applies": False,
			"branch": 0,
			"counting": step.counting,
			"approvers": [{"kind": approver.kind, "name": approver.name} for approver in step.approvers],
			"waits_for": [],
			"delegated": [],
			"time_limit": float(step.time_limit),
			"reasons": [],
		}

	def tried(self, step: Step, branch: Branch | None) -> Row:
		"""Return a step on the way, after those before it."""
		shown = {**self.shown(step), "applies": True}
		if step.kind == CONDITION:
			reasons = self._of_branch(step, branch)
			shown["branch"] = branch.number if branch else 0
		elif step.kind == COPY_TO:
			found = self._people.of_step(step)
			shown["waits_for"] = _users(found)
			reasons = [*self._from_where(step, found), *self._not_seeing(step, found)]
		else:
			reasons = self._of_approval(step, shown)
		return {**shown, "reasons": [reason.as_dict() for reason in reasons]}

	def _of_branch(self, step: Step, branch: Branch | None) -> list[Reason]:
		reasons: list[Reason] = []
		for other in step.branches:
			reasons += why(other.conditions, self._facts.values, self._fields)
			if other is branch:
				break
		if branch is None:
			return [*reasons, Reason("It meets no branch, and there is none for otherwise.")]
		if branch.is_otherwise:
			return [*reasons, Reason("It meets no other branch, so it takes the one for otherwise.")]
		return [*reasons, Reason("It takes branch {branch}.", branch=branch.title or branch.number)]

	def _delegated(self, users: Sequence[str], shown: Row) -> list[Reason]:
		"""Return who is away and whom they delegated to."""
		pairs = {user: away for user in users if (away := self._people.instead_of(user))}
		shown["delegated"] = [{"user": away, "to": user} for user, away in pairs.items()]
		if not pairs:
			return []
		about = {"users": sorted(pairs.values()), "today": self._ctx.clock.now().date()}
		until = {row["user"]: row["to_date"] for row in self._ctx.store.rows(_AWAY_UNTIL, about)}
		return [
			Reason(
				"{user} is away until {until} and delegated to {to}.", user=away, to=user, until=until[away]
			)
			for user, away in pairs.items()
			if away in until
		]

	def _of_approval(self, step: Step, shown: Row) -> list[Reason]:
		found = self._people.of_step(step)
		reasons = [*self._from_where(step, found), *self._not_seeing(step, found)]
		try:
			now = approval_flow.standing(self._policy, step, self._events, self._people)
		except Conflict as error:
			return [*reasons, Reason(error.template, **error.details)]
		met = {event.turn for event in now.counted}
		waiting = [turn for turn in now.turns if turn.number not in met] if not now.is_done else []
		shown["waits_for"] = _users(waiting)
		reasons += self._delegated(shown["waits_for"], shown)
		reasons += self._left_out(found, now)
		reasons += [
			Reason("{user} approved an earlier step and is not asked again.", user=event.user)
			for event in now.counted
		]
		reasons += self._of_time(step) if waiting else []
		self._events += [*now.counted, *_certain(step, waiting)]
		return reasons

	def _from_where(self, step: Step, found: Sequence[Turn]) -> list[Reason]:
		"""Return for each approver who that is; of those who name a user nothing."""
		reasons = []
		for approver, turn in zip(step.approvers, found, strict=True):
			users = ", ".join(turn.users[:SHOWN_USERS]) + (" …" if len(turn.users) > SHOWN_USERS else "")
			about = {"users": users, "name": approver.name}
			where = ", ".join(self._facts.warehouses)
			if not turn.users:
				reasons.append(self._nobody(approver, step))
			elif approver.kind == ROLE:
				reasons.append(Reason("{users}: with the role {role}.", users=users, role=approver.name))
			elif approver.kind == SUPERVISORS:
				reasons.append(Reason("{users}: in charge of {warehouse}.", warehouse=where, **about))
			elif approver.kind == STOREKEEPER:
				reasons.append(Reason("{users}: storekeeper of {warehouse}.", warehouse=where, **about))
			elif approver.kind == MANAGER_OF_APPLICANT:
				reasons.append(
					Reason("{users}: manager of {applicant}.", applicant=self._facts.applicant, **about)
				)
			elif approver.kind == APPLICANT:
				reasons.append(Reason("{users}: applicant.", **about))
			elif approver.kind == IN_FIELD:
				label = self._fields.label(approver.name)
				reasons.append(Reason("{users}: in the field {name}.", **{**about, "name": label}))
		return reasons

	def _nobody(self, approver: Approver, step: Step) -> Reason:
		return _NOBODY[approver.kind](
			name=self._fields.label(approver.name) if approver.kind == IN_FIELD else approver.name,
			role=approver.name,
			user=approver.name or self._facts.applicant,
			warehouse=", ".join(self._facts.warehouses) or "–",
			applicant=self._facts.applicant,
		)

	def _not_seeing(self, step: Step, found: Sequence[Turn]) -> list[Reason]:
		"""Return who has a role that is asked and is skipped, because they may not read the document."""
		reasons = []
		for approver, turn in zip(step.approvers, found, strict=True):
			role = {ROLE: approver.name, SUPERVISORS: SUPERVISOR}.get(approver.kind)
			users = self._ctx.identity.users_with_role(role, None) if role and turn.users else []
			decided_for = {self._people.instead_of(user) for user in turn.users}
			skipped = [user for user in users if user not in turn.users and user not in decided_for]
			if skipped:
				names = ", ".join(skipped[:SHOWN_USERS]) + (" …" if len(skipped) > SHOWN_USERS else "")
				reasons.append(
					Reason(
						"{users}: may not see this document, skipped ({count}).",
						users=names,
						count=len(skipped),
					)
				)
		return reasons

	def _left_out(self, found: Sequence[Turn], now: Standing) -> list[Reason]:
		people, asked = {*_users(found)}, {*_users(now.turns)}
		reasons = [
			Reason("{user} does not approve their own document.", user=user)
			for user in sorted((people & {*self._people.own}) - asked)
		]
		if asked - people:
			role = self._policy.if_nobody
			reasons.append(
				Reason("There is nobody else to approve it, so it goes to the role {role}.", role=role)
			)
		return reasons

	def _of_time(self, step: Step) -> list[Reason]:
		if not step.time_limit:
			return []
		hours = to_text(step.time_limit)
		due, _ = time_limits.times(self._ctx, self._policy, step, self._ctx.clock.now())
		if due is None:
			return [Reason("It has {hours} working hours.", hours=hours)]
		return [Reason("It has {hours} working hours: asked now, it is due on {due}.", hours=hours, due=due)]


_NOBODY = {
	ROLE: lambda **v: Reason("Nobody with the role {role} may see this document.", **v),
	SUPERVISORS: lambda **v: Reason("{warehouse} has no supervisor who may see this document.", **v),
	STOREKEEPER: lambda **v: Reason("{warehouse} has no storekeeper who may see this document.", **v),
	MANAGER_OF_APPLICANT: lambda **v: Reason("{applicant} reports to no manager who has a user.", **v),
	APPLICANT: lambda **v: Reason("{user} is disabled or may not see this document.", **v),
	IN_FIELD: lambda **v: Reason("The field {name} names no user who may see this document.", **v),
	USER: lambda **v: Reason("{user} is disabled or may not see this document.", **v),
}


def ends_nowhere(policy: Policy, values: Values) -> bool:
	"""Return whether a document runs out of the drawing before an end."""
	following: int | None = None
	for step, branch in policy.path(values):
		following = (branch.next_step if branch else None) if step.kind == CONDITION else step.next_step
	return following != END


def _users(turns: Sequence[Turn]) -> list[str]:
	return list(dict.fromkeys(user for turn in turns for user in turn.users))


def _certain(step: Step, waiting: Sequence[Turn]) -> list[Event]:
	"""Return the approvals that the step cannot do without: of turns that are one person."""
	if step.counting == ONE and len(_users(waiting)) > 1:
		return []
	return [
		Event(APPROVED, step.number, turn.number, turn.users[0]) for turn in waiting if len(turn.users) == 1
	]


def why(conditions: Sequence[Condition], values: Values, fields: Fields) -> list[Reason]:
	"""Return a reason for each condition: what it found in the document, and by how much it is met or not."""
	return [_compared(condition, values.get(condition.field, ""), fields) for condition in conditions]


def _compared(condition: Condition, found: str, fields: Fields) -> Reason:
	name = fields.label(condition.field)
	number = number_of(found or 0)
	limit = number_of(condition.value)
	if condition.comparison in ORDERINGS and number is not None and limit is not None:
		about = {"name": name, "found": _amount(number), "value": _amount(limit)}
		if number == limit:
			return Reason("{name} is {found}, exactly the limit.", **about)
		difference = _amount(abs(number - limit))
		if number > limit:
			return Reason("{name} is {found}, {difference} over {value}.", difference=difference, **about)
		return Reason("{name} is {found}, {difference} below {value}.", difference=difference, **about)
	about = {
		"name": name,
		"found": found or "–",
		"comparison": condition.comparison,
		"value": condition.value,
	}
	if condition.is_met({condition.field: found}):
		return Reason("{name} is {found}, which meets: {comparison} {value}", **about)
	return Reason("{name} is {found}, which does not meet: {comparison} {value}", **about)


def _amount(number: Decimal) -> str:
	return f"{from_store(number).normalize():,f}"
