"""Who approves: the users that an approver of a step stands for, as far as they can approve this document."""

from collections.abc import Sequence

from inventory_midplatform.domain.approval_flow import Turn
from inventory_midplatform.domain.approval_policy import (
	APPLICANT,
	IN_FIELD,
	MANAGER_OF_APPLICANT,
	ROLE,
	STOREKEEPER,
	USER,
	Approver,
	Policy,
	Step,
)
from inventory_midplatform.domain.roles import SUPERVISOR
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval.away import Away
from inventory_midplatform.services.approval.facts import Facts
from inventory_midplatform.services.recipients import storekeepers

SYSTEM_MANAGER = "System Manager"
ADMINISTRATOR = "Administrator"

_ENABLED = "SELECT name FROM `tabUser` WHERE name IN %(users)s AND enabled = 1"

_MANAGER = """
SELECT manager.user_id AS user FROM `tabEmployee` employee
JOIN `tabEmployee` manager ON manager.name = employee.reports_to
WHERE employee.user_id = %(user)s AND employee.status = 'Active'
"""

_ANY_MANAGER = """
SELECT manager.user_id FROM `tabEmployee` employee JOIN `tabEmployee` manager ON manager.name = employee.reports_to
WHERE employee.status = 'Active' AND manager.user_id <> '' LIMIT 1
"""


def with_role(ctx: Context, role: str, warehouses: Sequence[str] = ()) -> list[str]:
	"""Return the users with a role who may see all these warehouses."""
	found = [ctx.identity.users_with_role(role, warehouse) for warehouse in warehouses or (None,)]
	return [user for user in found[0] if all(user in users for users in found)]


def able(ctx: Context, users: Sequence[str], doctype: str, name: str = "") -> list[str]:
	"""Return those who are enabled and may read the document, or any of its DocType."""
	if not users:
		return []
	found = {row["name"] for row in ctx.store.rows(_ENABLED, {"users": list(users)})}
	return [user for user in users if user in found and ctx.documents.permits("read", doctype, name, user)]


def manager_of(ctx: Context, user: str) -> list[str]:
	"""Return the user of the employee to whom this user's employee reports; nobody where the books do not say."""
	rows = ctx.store.rows(_MANAGER, {"user": user})
	return [row["user"] for row in rows if row["user"]]


def has_managers(ctx: Context) -> bool:
	"""Return whether any employee reports to one who has a user."""
	return bool(ctx.store.rows(_ANY_MANAGER))


class ApproversNow:
	"""The people of one document's approval, as they are now (``approval_flow.People``)."""

	def __init__(self, ctx: Context, policy: Policy, facts: Facts):
		self._ctx, self._policy, self._facts = ctx, policy, facts
		self._turns: dict[int, list[Turn]] = {}
		self._away = Away(ctx)
		self._instead: dict[str, str] = {}
		self.own = facts.own

	def of_step(self, step: Step) -> list[Turn]:
		if step.number not in self._turns:
			found = [self._deciding(self._users(approver)) for approver in step.approvers]
			self._turns[step.number] = [
				Turn(place, tuple(dict.fromkeys(users.values()))) for place, users in enumerate(found, 1)
			]
		return self._turns[step.number]

	def with_role(self, role: str) -> list[str]:
		return self.able(with_role(self._ctx, role, self._facts.warehouses))

	def able(self, users: Sequence[str]) -> list[str]:
		"""Return those who can decide, and for those who are away who decides instead, if they can."""
		return list(dict.fromkeys(self._deciding(users).values()))

	def _deciding(self, users: Sequence[str]) -> dict[str, str]:
		asked = [*users, *self._away.stand_ins(users)]
		found = able(self._ctx, list(dict.fromkeys(asked)), self._facts.doctype, self._facts.name)
		barred = frozenset[str]() if self._policy.allow_own else self.own
		deciding = self._away.deciding(users, found, barred)
		self._instead.update({other: user for user, other in deciding.items() if other not in users})
		return deciding

	def instead_of(self, user: str) -> str | None:
		"""Return who is away and for whom this user was found, if there is somebody."""
		return self._instead.get(user)

	def if_nobody(self) -> list[str]:
		"""Return who decides for nobody: the policy's role, else System Managers, else the Administrator."""
		barred = frozenset[str]() if self._policy.allow_own else self.own
		for role in (self._policy.if_nobody, SYSTEM_MANAGER):
			others = [user for user in self.with_role(role) if user not in barred]
			if others:
				return others
		return [ADMINISTRATOR]

	def _users(self, approver: Approver) -> list[str]:
		if approver.kind == USER:
			return [approver.name]
		if approver.kind == IN_FIELD:
			return [self._facts.values.get(approver.name, "")]
		if approver.kind == APPLICANT:
			return [self._facts.applicant]
		if approver.kind == MANAGER_OF_APPLICANT:
			return manager_of(self._ctx, self._facts.applicant)
		if approver.kind == ROLE:
			return with_role(self._ctx, approver.name, self._facts.warehouses)
		found = [
			storekeepers(self._ctx, warehouse)
			if approver.kind == STOREKEEPER
			else self._ctx.identity.users_with_role(SUPERVISOR, warehouse)
			for warehouse in self._facts.warehouses
		]
		return list(dict.fromkeys(user for users in found for user in users))
