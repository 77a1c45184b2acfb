"""What happened with an approval request: in its order, in words."""

from collections.abc import Sequence
from typing import Any

from inventory_midplatform.domain.approval_flow import (
	ADDED,
	AFTER,
	APPROVED,
	COMMENTED,
	COPIED,
	COUNTED,
	DELEGATED,
	ESCALATED,
	NOT_NEEDED,
	REJECTED,
	REMINDED,
	REQUESTED,
	RETURNED,
	TIMED_OUT,
	WAITING,
	WITHDRAWN,
)
from inventory_midplatform.domain.reason import Reason

Row = dict[str, Any]

_WORDS = {
	WAITING: Reason("is asked now"),
	APPROVED: Reason("approved"),
	REJECTED: Reason("rejected"),
	COUNTED: Reason("approved before, not asked again"),
	ESCALATED: Reason("asked those above too, for the time is over"),
	NOT_NEEDED: Reason("not needed any more"),
	COPIED: Reason("got a copy"),
	REMINDED: Reason("reminded the approvers"),
	TIMED_OUT: Reason("approved, for the time is over"),
	COMMENTED: Reason("wrote"),
	WITHDRAWN: Reason("withdrew it"),
}


def in_order(rows: Sequence[Row]) -> list[Row]:
	"""Return the rows in the order in which it happened: one is written when somebody is asked, and they may decide much
	later. Who is asked now comes last of a round, and who is not needed any more after what made it so."""
	return sorted(
		rows,
		key=lambda row: (
			int(row["round"] or 1),
			row["decision"] == WAITING,
			str(when(row)),
			row["decision"] == NOT_NEEDED,
		),
	)


def when(row: Row) -> Any:
	"""Return the moment of a row: when it happened, or since when somebody is asked."""
	return row["asked_at"] if row["decision"] == WAITING else row["decided_at"] or row["asked_at"]


def happened(row: Row, rows: Sequence[Row]) -> list[Reason]:
	"""Return what a row says, as parts of a sentence that begins with its user's name.

	Nothing where another row says it: after a return nobody is asked any more, nor is who decided, delegated or added
	somebody.
	"""
	decision, other = row["decision"], row["other_user"]
	if decision == NOT_NEEDED and _is_understood(row, rows):
		return []
	if decision == REQUESTED:
		again = int(row["round"] or 1) > 1
		return [Reason("asked again after a change") if again else Reason("asked for approval")]
	if decision == RETURNED:
		earlier = int(row["to_step"] or 0)
		return [
			Reason("returned it to an earlier step") if earlier else Reason("returned it to the applicant")
		]
	if decision == DELEGATED:
		return [Reason("handed it to {user}", user=other)]
	if decision == ADDED:
		after = row["place"] == AFTER
		return [
			Reason("added {user}, after them", user=other)
			if after
			else Reason("added {user}, before them", user=other)
		]
	said = [_WORDS[decision]]
	if other and decision in (WAITING, APPROVED, REJECTED):
		said.append(Reason("instead of {user}, who is away", user=other))
	return said


def _is_understood(row: Row, rows: Sequence[Row]) -> bool:
	return any(
		other["round"] == row["round"]
		and (
			other["decision"] == RETURNED
			or (
				other["decision"] not in (NOT_NEEDED, COMMENTED)
				and (other["user"], other["step"]) == (row["user"], row["step"])
			)
		)
		for other in rows
	)
