"""The reject bin of a warehouse, where it has one: what inspection rejects waits there to go back or to be written off."""

from inventory_midplatform.ports import Context


def reject_bin(ctx: Context, warehouse: str) -> str:
	"""Return the warehouse's reject bin, '' where it has none."""
	rows = ctx.store.rows(
		"SELECT name FROM `tabWarehouse Bin` WHERE warehouse = %(warehouse)s AND is_reject = 1 AND disabled = 0"
		" ORDER BY name LIMIT 1",
		{"warehouse": warehouse},
	)
	return str(rows[0]["name"]) if rows else ""
