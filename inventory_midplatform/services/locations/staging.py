"""The staging bin of a warehouse: what was picked waits there to be shipped."""

from inventory_midplatform.domain.identifiers import NAME_LIMIT, digest
from inventory_midplatform.ports import Context

STAGING = "STAGING"
"""The code of a warehouse's staging bin."""


def staging_bin(ctx: Context, warehouse: str) -> str:
	"""Return the warehouse's staging bin; the first of them by name where there are several, made where there is none."""
	rows = ctx.store.rows(
		"SELECT name FROM `tabWarehouse Bin` WHERE warehouse = %(warehouse)s AND is_staging = 1 AND disabled = 0"
		" ORDER BY name LIMIT 1",
		{"warehouse": warehouse},
	)
	return str(rows[0]["name"]) if rows else _make(ctx, warehouse)


def _make(ctx: Context, warehouse: str) -> str:
	"""An upsert, so that two may make it at once."""
	company = ctx.store.rows("SELECT company FROM `tabWarehouse` WHERE name = %(name)s", {"name": warehouse})
	name = f"{STAGING} - {warehouse}"
	if len(name) > NAME_LIMIT:
		name = f"{name[: NAME_LIMIT - 13]}-{digest(warehouse)[:12]}"
	row = {
		"name": name,
		"bin_code": STAGING,
		"warehouse": warehouse,
		"company": company[0]["company"] if company else None,
		"is_staging": 1,
		"disabled": 0,
	}
	ctx.store.add("Warehouse Bin", ("name",), [row], add=(), put=("is_staging", "disabled"))
	return name
