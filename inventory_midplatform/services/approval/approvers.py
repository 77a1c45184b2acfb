"""Who approves: the users that an approver of a step stands for, as far as they can approve this document."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inventory_midplatform.domain.approval_conditions import read
from inventory_midplatform.domain.approval_policy import (
	IN_FIELD,
	ROLE,
	STOREKEEPER,
	USER,
	Approver,
	Policy,
	Step,
	Turn,
)
from inventory_midplatform.domain.roles import APPROVERS, SUPERVISOR
from inventory_midplatform.ports import Context
from inventory_midplatform.services.recipients import storekeepers

SYSTEM_MANAGER = "System Manager"
ADMINISTRATOR = "Administrator"

WAREHOUSE_FIELDS = (
	"warehouse",
	"set_warehouse",
	"from_warehouse",
	"to_warehouse",
	"s_warehouse",
	"t_warehouse",
)

_ABLE = """
SELECT DISTINCT person.name FROM `tabUser` person
LEFT JOIN `tabHas Role` has ON has.parent = person.name AND has.parenttype = 'User'
WHERE person.name IN %(users)s AND person.enabled = 1 AND (has.role IN %(roles)s OR person.name = %(administrator)s)
"""


def warehouses_of(document: Mapping[str, Any]) -> list[str]:
	"""Return the warehouses that a document and its rows name, in the order of their names."""
	rows = [row for table in document.values() if isinstance(table, list) for row in table]
	found = {
		row.get(name) for row in (document, *rows) if isinstance(row, Mapping) for name in WAREHOUSE_FIELDS
	}
	return sorted(str(name) for name in found if name)


def with_role(ctx: Context, role: str, warehouses: Sequence[str] = ()) -> list[str]:
	"""Return the users with a role who may see all these warehouses."""
	found = [ctx.identity.users_with_role(role, warehouse) for warehouse in warehouses or (None,)]
	return [user for user in found[0] if all(user in users for users in found)]


def able(ctx: Context, users: Sequence[str], doctype: str, name: str = "") -> list[str]:
	"""Return those who are enabled, may call ``approval.approve`` and may read the document, or any of its DocType."""
	if not users:
		return []
	about = {"users": list(users), "roles": sorted(APPROVERS), "administrator": ADMINISTRATOR}
	found = {row["name"] for row in ctx.store.rows(_ABLE, about)}
	return [user for user in users if user in found and ctx.documents.permits("read", doctype, name, user)]


@dataclass(frozen=True)
class Facts:
	"""What an approval looks at of its document, as it was when it was requested."""

	doctype: str
	name: str
	owner: str
	applicant: str
	warehouses: tuple[str, ...]
	values: Mapping[str, str]

	@property
	def own(self) -> frozenset[str]:
		"""Who created the document or requested its approval."""
		return frozenset((self.owner, self.applicant))

	def as_text(self) -> str:
		return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

	@classmethod
	def from_text(cls, text: str) -> "Facts":
		stored = json.loads(text)
		return cls(**{**stored, "warehouses": tuple(stored["warehouses"])})


def facts_of(policy: Policy, document: Mapping[str, Any], applicant: str) -> Facts:
	return Facts(
		policy.document_type,
		str(document.get("name") or ""),
		str(document.get("owner") or ""),
		applicant,
		tuple(warehouses_of(document)),
		{field: read(document, field) for field in policy.fields},
	)


class People:
	"""The people of one document's approval, as they are now."""

	def __init__(self, ctx: Context, policy: Policy, facts: Facts):
		self._ctx, self._policy, self._facts = ctx, policy, facts

	def of_step(self, step: Step) -> list[Turn]:
		return [
			Turn(place, tuple(self._able(self._users(approver))))
			for place, approver in enumerate(step.approvers, 1)
		]

	def if_nobody(self) -> list[str]:
		"""Return who decides for nobody: the policy's role, else System Managers, else the Administrator."""
		barred = frozenset[str]() if self._policy.allow_own else self._facts.own
		for role in (self._policy.if_nobody, SYSTEM_MANAGER):
			others = [user for user in self._with_role(role) if user not in barred]
			if others:
				return others
		return [ADMINISTRATOR]

	def _with_role(self, role: str) -> list[str]:
		return self._able(with_role(self._ctx, role, self._facts.warehouses))

	def _users(self, approver: Approver) -> list[str]:
		if approver.kind == USER:
			return [approver.name]
		if approver.kind == IN_FIELD:
			return [self._facts.values.get(approver.name, "")]
		if approver.kind == ROLE:
			return with_role(self._ctx, approver.name, self._facts.warehouses)
		found = [
			storekeepers(self._ctx, warehouse)
			if approver.kind == STOREKEEPER
			else self._ctx.identity.users_with_role(SUPERVISOR, warehouse)
			for warehouse in self._facts.warehouses
		]
		return list(dict.fromkeys(user for users in found for user in users))

	def _able(self, users: Sequence[str]) -> list[str]:
		return able(self._ctx, users, self._facts.doctype, self._facts.name)
