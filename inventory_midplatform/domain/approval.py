"""The approval of an Inventory Request: states and transitions as data.

On a site they become a Workflow, created where missing and the user's to edit from then on. Standalone they
decide by themselves.
"""

from dataclasses import dataclass

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
	"""The document's own status while it is in this state."""
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
	"""None: whatever the amount."""
	allow_self_approval: bool = True


ASKERS = (
	"Inventory Manager",
	"Warehouse Supervisor",
	"Warehouse Operator",
	"Inventory Buyer",
	"Inventory Integration",
)

STATES = (
	State(DRAFT, "Draft", 0, "All", ""),
	State(PENDING, "Pending", 0, "Warehouse Supervisor", "Warning"),
	State(PENDING_DIRECTOR, "Pending", 0, "Inventory Director", "Warning"),
	State(APPROVED, "Approved", 1, "Inventory Manager", "Success"),
	State(REJECTED, "Rejected", 0, "All", "Danger"),
	State(CANCELLED, "Cancelled", 2, "Inventory Manager", ""),
)

TRANSITIONS = (
	Transition(DRAFT, "Ask for Approval", PENDING, ASKERS),
	Transition(PENDING, "Approve", APPROVED, ("Warehouse Supervisor",), False, allow_self_approval=False),
	Transition(
		PENDING, "Approve", PENDING_DIRECTOR, ("Warehouse Supervisor",), True, allow_self_approval=False
	),
	Transition(PENDING, "Reject", REJECTED, ("Warehouse Supervisor",)),
	Transition(PENDING_DIRECTOR, "Approve", APPROVED, ("Inventory Director",), allow_self_approval=False),
	Transition(PENDING_DIRECTOR, "Reject", REJECTED, ("Inventory Director",)),
	Transition(REJECTED, "Revise", DRAFT, ASKERS),
	Transition(APPROVED, "Cancel", CANCELLED, ("Inventory Manager",)),
)

ACTIONS = tuple(dict.fromkeys(t.action for t in TRANSITIONS))


def status_of(state: str) -> str | None:
	"""The document status a state stands for, or None for a state a user added."""
	return next((s.status for s in STATES if s.name == state), None)
