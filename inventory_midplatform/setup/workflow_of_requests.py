"""The Workflow of Inventory Requests as earlier releases made it: sites that edited it have its states and actions still."""

from inventory_midplatform.domain.roles import DIRECTOR, EVERYBODY, MANAGER, SUPERVISOR

DRAFT, PENDING, PENDING_DIRECTOR, APPROVED, REJECTED, CANCELLED = (
	"Draft",
	"Pending Supervisor",
	"Pending Director",
	"Approved",
	"Rejected",
	"Cancelled",
)

STATES = (
	(DRAFT, "0", "All"),
	(PENDING, "0", SUPERVISOR),
	(PENDING_DIRECTOR, "0", DIRECTOR),
	(APPROVED, "1", MANAGER),
	(REJECTED, "0", "All"),
	(CANCELLED, "2", MANAGER),
)
"""(state, docstatus, who may edit)."""

REQUESTERS = tuple(sorted(EVERYBODY))
BY_REQUESTERS = ((DRAFT, "Request Approval", PENDING), (REJECTED, "Revise", DRAFT))
"""Steps of everybody who may create a request: (state, action, next state)."""

TRANSITIONS = frozenset(
	(
		*((*step, role, 1, "") for step in BY_REQUESTERS for role in REQUESTERS),
		(PENDING, "Approve", APPROVED, SUPERVISOR, 0, "not doc.needs_director"),
		(PENDING, "Approve", PENDING_DIRECTOR, SUPERVISOR, 0, "doc.needs_director"),
		(PENDING, "Reject", REJECTED, SUPERVISOR, 1, ""),
		(PENDING_DIRECTOR, "Approve", APPROVED, DIRECTOR, 0, ""),
		(PENDING_DIRECTOR, "Reject", REJECTED, DIRECTOR, 1, ""),
		(APPROVED, "Cancel", CANCELLED, MANAGER, 1, ""),
	)
)
"""(state, action, next state, role, may approve one's own, condition)."""

ACTIONS = ("Request Approval", "Approve", "Reject", "Revise", "Cancel")
