"""The user as clients see themselves."""

from inventory_midplatform.domain.roles import EVERYBODY, SELLERS, allowed
from inventory_midplatform.ports import Context, Row

_USER = "SELECT full_name FROM `tabUser` WHERE name = %(user)s"
_WAREHOUSES = (
	"SELECT name, company FROM `tabWarehouse` WHERE is_group = 0 AND disabled = 0 ORDER BY company, name"
)


def me(ctx: Context) -> Row:
	"""Return the user's name, roles, the operations they may call and the warehouses they may see: none for who may only
	approve.
	"""
	rows = ctx.store.rows(_USER, {"user": ctx.identity.user})
	visible = ctx.identity.warehouses
	if not ctx.identity.roles & (EVERYBODY | SELLERS):
		visible = frozenset()
	return {
		"user": ctx.identity.user,
		"full_name": (rows[0]["full_name"] if rows else None) or ctx.identity.user,
		"roles": sorted(ctx.identity.roles),
		"operations": allowed(ctx.identity.roles),
		"warehouses": [
			{"name": row["name"], "company": row["company"] or ""}
			for row in ctx.store.rows(_WAREHOUSES)
			if visible is None or row["name"] in visible
		],
	}
