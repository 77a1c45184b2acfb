"""Find whom to notify about a warehouse: its storekeeper, its supervisors, the buyers."""

from inventory_midplatform.domain.roles import BUYER, SUPERVISOR
from inventory_midplatform.ports import Context

STOREKEEPER = """
SELECT storekeeper.name, has.role
FROM `tabWarehouse` wh
JOIN `tabUser` storekeeper ON storekeeper.name = wh.inventory_storekeeper AND storekeeper.enabled = 1
LEFT JOIN `tabHas Role` has ON has.parent = storekeeper.name AND has.parenttype = 'User' AND storekeeper.name <> 'Administrator'
WHERE wh.name = %(name)s
ORDER BY has.role LIMIT 1
"""
"""Reads the storekeeper, if enabled, and one of their roles; Administrator sees everything and needs none."""


def storekeepers(ctx: Context, warehouse: str) -> list[str]:
	"""Return the warehouse's storekeeper, or its supervisors if there is none who is enabled and may see it."""
	return _storekeeper(ctx, warehouse) or ctx.identity.users_with_role(SUPERVISOR, warehouse)


def storekeeper_and_buyers(ctx: Context, warehouse: str) -> list[str]:
	"""Return the warehouse's storekeeper and all buyers."""
	return list(dict.fromkeys(_storekeeper(ctx, warehouse) + ctx.identity.users_with_role(BUYER, warehouse)))


def _storekeeper(ctx: Context, warehouse: str) -> list[str]:
	"""Return the storekeeper, or nobody where none is set, enabled and permitted to see the warehouse."""
	rows = ctx.store.rows(STOREKEEPER, {"name": warehouse})
	if not rows:
		return []
	storekeeper, role = str(rows[0]["name"]), rows[0]["role"]
	# Identity lists the users of a role who may see a warehouse: look up one of the storekeeper's roles
	seen = role is None or storekeeper in ctx.identity.users_with_role(role, warehouse)
	return [storekeeper] if seen else []
