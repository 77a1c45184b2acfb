"""Who is away, and who decides for them: read once for all approvers of a document."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property

from inventory_midplatform.domain import approval_delegations
from inventory_midplatform.ports import Context

DOCTYPE = "Approval Delegation"

_AWAY = """
SELECT user, delegate FROM `tabApproval Delegation`
WHERE enabled = 1 AND from_date <= %(today)s AND to_date >= %(today)s
ORDER BY from_date, name
"""


class Away:
	"""The delegations of a day, read with the first question, in one statement."""

	def __init__(self, ctx: Context):
		self._ctx = ctx

	@cached_property
	def _delegates(self) -> dict[str, str]:
		return on(self._ctx, self._ctx.clock.now().date())

	def stand_ins(self, users: Iterable[str]) -> list[str]:
		"""Return who would decide for those of these users who are away, in the order of the users."""
		found = (approval_delegations.stand_in(user, self._delegates) for user in users)
		return list(dict.fromkeys(user for user in found if user))

	def deciding(
		self, users: Iterable[str], able: Collection[str], barred: Collection[str]
	) -> dict[str, str]:
		"""Return who decides for each, as :func:`approval_delegations.deciding` says."""
		return approval_delegations.deciding(users, self._delegates, able, barred)


def on(ctx: Context, day: date) -> dict[str, str]:
	"""Return who is away on a day → to whom they delegated."""
	return {row["user"]: row["delegate"] for row in ctx.store.rows(_AWAY, {"today": day})}
