"""Roles, and the operations that each may call: data for the API and the desk."""

from collections.abc import Iterable

MANAGER = "Inventory Manager"
SUPERVISOR = "Warehouse Supervisor"
OPERATOR = "Warehouse Operator"
BUYER = "Inventory Buyer"
INSPECTOR = "Quality Inspector"
DIRECTOR = "Inventory Director"
INTEGRATION = "Inventory Integration"

ROLES = (MANAGER, SUPERVISOR, OPERATOR, BUYER, INSPECTOR, DIRECTOR, INTEGRATION)

EVERYBODY = frozenset((*ROLES, "System Manager"))
STOREKEEPERS = frozenset((MANAGER, SUPERVISOR, OPERATOR, INTEGRATION, "System Manager"))
SELLERS = STOREKEEPERS | {"Sales User", "Sales Manager"}
BUYERS = frozenset((MANAGER, SUPERVISOR, BUYER, INTEGRATION, "System Manager"))

WORKERS = frozenset((MANAGER, SUPERVISOR, OPERATOR))
"""Who works in a warehouse and takes the steps of its flows."""

IN_CHARGE = frozenset((MANAGER, SUPERVISOR))

INSPECTORS = IN_CHARGE | {INSPECTOR}
"""Who says whether what was received is accepted."""

CANCEL_INBOUND = IN_CHARGE | {BUYER}
"""Who may say that what was ordered is not expected any more."""

COST_READERS = frozenset((MANAGER, SUPERVISOR, BUYER, DIRECTOR, "System Manager"))
"""Roles that see costs and set rates. Requests of other users get their rates from the books."""

DESK_USER = "Desk User"
"""Frappe gives it to everybody who works in the desk."""

APPROVERS = EVERYBODY | {DESK_USER}
"""Who may be asked to approve a document, and request an approval: whoever may read it."""

DRAWERS = frozenset((MANAGER, "System Manager"))
"""Who draws approval policies and switches them on."""

OPERATION_ROLES: dict[str, frozenset[str]] = {
	"approval.request": APPROVERS,
	"approval.approve": APPROVERS,
	"approval.approve_many": APPROVERS,
	"approval.reject": APPROVERS,
	"approval.return": APPROVERS,
	"approval.delegate": APPROVERS,
	"approval.add_approver": APPROVERS,
	"approval.withdraw": APPROVERS,
	"approval.comment": APPROVERS,
	"approval.attach": APPROVERS,
	"approval.remind": APPROVERS,
	"approval.set_away": APPROVERS,
	"approval.end_away": APPROVERS,
	"approval.get_away": APPROVERS,
	"approval.get": APPROVERS,
	"approval.count": APPROVERS,
	"approval.list": APPROVERS,
	"approval.numbers": APPROVERS,
	"approval.people": APPROVERS,
	"approval.list_policies": COST_READERS,
	"approval.get_policy": COST_READERS,
	"approval.check_policy": DRAWERS,
	"approval.save_policy": DRAWERS,
	"approval.switch_on": DRAWERS,
	"approval.switch_off": DRAWERS,
	"approval.try_policy": COST_READERS,
	"approval.replay": COST_READERS,
	"approval.policy_fields": DRAWERS,
	"approval.policy_people": DRAWERS,
	"approval.templates": DRAWERS,
	"approval.documents": COST_READERS,
	"stock.get_position": EVERYBODY | SELLERS,
	"stock.list_positions": EVERYBODY | SELLERS,
	"stock.explain": EVERYBODY | SELLERS,
	"stock.list_strategies": EVERYBODY,
	"stock.move": STOREKEEPERS,
	"stock.block": STOREKEEPERS | {INSPECTOR},
	"stock.unblock": STOREKEEPERS - {OPERATOR} | {INSPECTOR},
	"stock.bin_counted": STOREKEEPERS,
	"stock.list_refills": EVERYBODY,
	"stock.refill": STOREKEEPERS,
	"stock.suggest_put_away": STOREKEEPERS,
	"stock.suggest_removal": STOREKEEPERS,
	"stock.available_to_promise": EVERYBODY | SELLERS,
	"ledger.verify": EVERYBODY,
	"reservation.reserve": STOREKEEPERS,
	"reservation.release": STOREKEEPERS,
	"reservation.allocate": STOREKEEPERS,
	"reservation.deallocate": STOREKEEPERS,
	"reservation.reassign": STOREKEEPERS,
	"reservation.get": EVERYBODY | SELLERS,
	"reservation.list": EVERYBODY | SELLERS,
	"outbound.list_tasks": EVERYBODY,
	"outbound.list_staging": EVERYBODY,
	"outbound.get": EVERYBODY,
	"outbound.accept": WORKERS,
	"outbound.pick": WORKERS,
	"outbound.report_short": WORKERS,
	"outbound.unpick": WORKERS,
	"outbound.finish_picking": WORKERS,
	"outbound.check": WORKERS,
	"outbound.ship": WORKERS,
	"outbound.cancel": IN_CHARGE,
	"outbound.reopen": IN_CHARGE,
	"inbound.list_tasks": EVERYBODY,
	"inbound.get": EVERYBODY,
	"inbound.supplier_performance": EVERYBODY,
	"inbound.expect": IN_CHARGE,
	"inbound.expect_return": WORKERS,
	"inbound.book_slot": WORKERS,
	"inbound.arrive": WORKERS,
	"inbound.arrive_truck": WORKERS,
	"inbound.receive": WORKERS,
	"inbound.undo_receive": WORKERS,
	"inbound.finish_receiving": WORKERS,
	"inbound.inspect": INSPECTORS,
	"inbound.put_away": WORKERS,
	"inbound.list_to_put_away": WORKERS,
	"inbound.put_away_walk": WORKERS,
	"inbound.cross_dock": WORKERS,
	"inbound.finish_putting_away": WORKERS,
	"inbound.cancel": CANCEL_INBOUND,
	"wave.list": EVERYBODY,
	"wave.get": EVERYBODY,
	"wave.count_ready": EVERYBODY,
	"wave.create": WORKERS,
	"wave.release": WORKERS,
	"wave.pick": WORKERS,
	"wave.report_short": WORKERS,
	"wave.finish_picking": WORKERS,
	"wave.close": WORKERS,
	"wave.cancel": IN_CHARGE,
	"pack.get": EVERYBODY,
	"pack.scan": WORKERS,
	"pack.unscan": WORKERS,
	"pack.pack": WORKERS,
	"pack.unpack": WORKERS,
	"replenishment.suggest": EVERYBODY,
	"replenishment.create_material_requests": BUYERS,
	"request.create": EVERYBODY,
	"request.submit": IN_CHARGE | {DIRECTOR, "System Manager"},
	"request.cancel": IN_CHARGE | {DIRECTOR, "System Manager"},
	"request.get": EVERYBODY,
	"kpi.list": EVERYBODY,
	"kpi.why": EVERYBODY,
	"scan.look_up": EVERYBODY,
	"view.query": EVERYBODY,
	"view.datasets": EVERYBODY,
	"view.values": EVERYBODY,
	"meta.me": APPROVERS | SELLERS,
	"meta.openapi": EVERYBODY | SELLERS,
}

JOB_ROLES: dict[str, frozenset[str]] = {
	"rebuild": frozenset((MANAGER, "System Manager")),
	"opening_stock": frozenset((MANAGER, "System Manager")),
	"back_fill": frozenset((MANAGER, "System Manager")),
	"kpis": frozenset((MANAGER, "System Manager")),
}
"""Background jobs that a button starts on a site. They are not operations: they return nothing."""


def allowed(roles: Iterable[str]) -> list[str]:
	"""Return the operations and jobs that a user with these roles may call; the desk shows buttons for no others."""
	user_roles = set(roles)
	return sorted(name for name, allowed in {**OPERATION_ROLES, **JOB_ROLES}.items() if user_roles & allowed)


def reads_costs(roles: Iterable[str]) -> bool:
	"""Return whether a user with these roles may see costs and set rates."""
	return bool(COST_READERS & set(roles))
