"""Quantities reserved, waiting and released for one demand."""

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.reservation import CANCELLED
from inventory_midplatform.ports import Context, Row

OF_DEMAND_QUANTITIES = ("qty", "consumed_qty", "released_qty")

OF_DEMAND = (
	f"SELECT name, item_code, warehouse, {', '.join(OF_DEMAND_QUANTITIES)} FROM `tabInventory Reservation`"
	" WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s"
)


def has_any(ctx: Context, demand_type: str, demand_name: str) -> bool:
	"""Return whether the demand has any reservation, open or ended."""
	return bool(
		ctx.store.rows(f"{OF_DEMAND} LIMIT 1", {"demand_type": demand_type, "demand_name": demand_name})
	)


def demand_quantities(ctx: Context, demand_type: str, demand_name: str) -> dict[tuple[str, str, str], Row]:
	"""Return (row, item, warehouse) → ``reserved``, ``waiting`` and ``released`` quantity of a demand, in stock UOM.

	Reservations of a document that was cancelled, or deleted before this one got its name, do not count.
	"""
	rows = ctx.store.rows(
		"SELECT demand_line, item_code, warehouse, SUM(reserved_qty) AS reserved, SUM(waiting_qty) AS waiting,"
		" SUM(released_qty) AS released FROM `tabInventory Reservation`"
		" WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s AND status <> %(cancelled)s"
		" GROUP BY demand_line, item_code, warehouse",
		{"demand_type": demand_type, "demand_name": demand_name, "cancelled": CANCELLED},
	)
	return {
		(row["demand_line"] or "", row["item_code"], row["warehouse"]): {
			"reserved": from_store(row["reserved"]),
			"waiting": from_store(row["waiting"]),
			"released": from_store(row["released"]),
		}
		for row in rows
	}
