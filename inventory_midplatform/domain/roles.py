"""Who may do what: roles, and the operations each may call. Data, used by the API and the desk alike."""

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
KEEPERS = frozenset((MANAGER, SUPERVISOR, OPERATOR, INTEGRATION, "System Manager"))
SELLERS = KEEPERS | {"Sales User", "Sales Manager"}
BUYERS = frozenset((MANAGER, SUPERVISOR, BUYER, INTEGRATION, "System Manager"))

COST_READERS = frozenset((MANAGER, SUPERVISOR, BUYER, DIRECTOR, "System Manager"))
"""Who sees what something costs, and who says so: what others ask for is priced by what the books know."""

OPERATION_ROLES: dict[str, frozenset[str]] = {
	"stock.get_position": EVERYBODY | SELLERS,
	"stock.list_positions": EVERYBODY | SELLERS,
	"stock.explain": EVERYBODY | SELLERS,
	"stock.list_strategies": EVERYBODY,
	"stock.move": KEEPERS,
	"stock.hold": KEEPERS | {INSPECTOR},
	"stock.release_hold": KEEPERS - {OPERATOR} | {INSPECTOR},
	"stock.suggest_put_away": KEEPERS,
	"stock.suggest_removal": KEEPERS,
	"stock.available_to_promise": EVERYBODY | SELLERS,
	"ledger.verify": EVERYBODY,
	"reservation.reserve": KEEPERS,
	"reservation.release": KEEPERS,
	"reservation.allocate": KEEPERS,
	"reservation.deallocate": KEEPERS,
	"reservation.transfer": KEEPERS,
	"reservation.get": EVERYBODY | SELLERS,
	"reservation.list": EVERYBODY | SELLERS,
	"replenishment.suggest": EVERYBODY,
	"replenishment.create_material_requests": BUYERS,
	"request.create": EVERYBODY,
	"request.act": EVERYBODY,
	"request.get": EVERYBODY,
	"meta.openapi": EVERYBODY | SELLERS,
}

JOB_ROLES: dict[str, frozenset[str]] = {
	"rebuild": frozenset((MANAGER, "System Manager")),
	"take_in": frozenset((MANAGER, "System Manager")),
}
"""What a button starts in the background on a site; no operation, for nobody waits for an answer."""


def allowed(roles: Iterable[str]) -> list[str]:
	"""What somebody with these roles may call or start, for the desk to show no button that would be refused."""
	mine = set(roles)
	return sorted(name for name, may in {**OPERATION_ROLES, **JOB_ROLES}.items() if mine & may)


def reads_costs(roles: Iterable[str]) -> bool:
	return bool(COST_READERS & set(roles))
