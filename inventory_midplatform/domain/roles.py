"""Who may do what: roles, and the operations each may call. Data, used by the API and the desk alike."""

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

OPERATION_ROLES: dict[str, frozenset[str]] = {
	"stock.get_position": EVERYBODY | SELLERS,
	"stock.list_positions": EVERYBODY | SELLERS,
	"stock.explain": EVERYBODY | SELLERS,
	"stock.move": KEEPERS,
	"stock.available_to_promise": EVERYBODY | SELLERS,
	"ledger.verify": EVERYBODY,
	"reservation.reserve": KEEPERS,
	"reservation.release": KEEPERS,
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
