"""The approval of an Inventory Request: states and transitions as data.

A site makes a Workflow of them if it has none, which its users may edit. The standalone adapter reads them directly.
"""

from dataclasses import dataclass

from inventory_midplatform.domain.roles import DIRECTOR, EVERYBODY, MANAGER, SUPERVISOR

DRAFT, PENDING, PENDING_DIRECTOR, APPROVED, REJECTED, CANCELLED = (
	"Draft",
	"Pending Supervisor",
	"Pending Director",
	"Approved",
	"Rejected",
	"Cancelled",
)


@dataclass(frozen=True)
class State:
	name: str
	status: str
	"""The document's status while it is in this state."""
	docstatus: int
	editable_by: str
	style: str


@dataclass(frozen=True)
class Transition:
	state: str
	action: str
	next_state: str
	roles: tuple[str, ...]
	needs_director: bool | None = None
	"""None: for any amount."""
	allow_self_approval: bool = True


STATUS_PENDING = "Pending"

REQUESTERS = tuple(sorted(EVERYBODY))
"""Who may create a request, and so request its approval."""

STATES = (
	State(DRAFT, "Draft", 0, "All", ""),
	State(PENDING, STATUS_PENDING, 0, SUPERVISOR, "Warning"),
	State(PENDING_DIRECTOR, STATUS_PENDING, 0, DIRECTOR, "Warning"),
	State(APPROVED, "Approved", 1, MANAGER, "Success"),
	State(REJECTED, "Rejected", 0, "All", "Danger"),
	State(CANCELLED, "Cancelled", 2, MANAGER, ""),
)

TRANSITIONS = (
	Transition(DRAFT, "Request Approval", PENDING, REQUESTERS),
	Transition(PENDING, "Approve", APPROVED, (SUPERVISOR,), False, allow_self_approval=False),
	Transition(PENDING, "Approve", PENDING_DIRECTOR, (SUPERVISOR,), True, allow_self_approval=False),
	Transition(PENDING, "Reject", REJECTED, (SUPERVISOR,)),
	Transition(PENDING_DIRECTOR, "Approve", APPROVED, (DIRECTOR,), allow_self_approval=False),
	Transition(PENDING_DIRECTOR, "Reject", REJECTED, (DIRECTOR,)),
	Transition(REJECTED, "Revise", DRAFT, REQUESTERS),
	Transition(APPROVED, "Cancel", CANCELLED, (MANAGER,)),
)

ACTIONS = tuple(dict.fromkeys(t.action for t in TRANSITIONS))


def status_of(state: str) -> str | None:
	"""Return the document's status in a state, or None for a state that a user added to the Workflow."""
	return next((s.status for s in STATES if s.name == state), None)
