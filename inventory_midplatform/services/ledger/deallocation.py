"""Say whose stock was deallocated because a bin has less than was allocated in it."""

from collections.abc import Sequence

from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.domain.settlement.plan import Deallocation
from inventory_midplatform.ports import Context
from inventory_midplatform.services import operation_log

DOCTYPE = "Inventory Reservation"


def report(ctx: Context, deallocated: Sequence[Deallocation]) -> None:
	"""Log each deallocation, and notify the reservation's owner."""
	if not deallocated:
		return
	operation_log.write(
		ctx,
		[
			operation_log.entry(
				ctx,
				"Deallocate",
				DOCTYPE,
				d.reservation.name,
				item_code=d.reservation.item_code,
				warehouse=d.reservation.warehouse,
				qty=d.qty,
			)
			for d in deallocated
		],
	)
	quantities = {d.reservation.name: d.qty for d in deallocated}
	owners = ctx.store.rows(
		"SELECT name, owner FROM `tabInventory Reservation` WHERE name IN %(names)s",
		{"names": sorted(quantities)},
	)
	for row in owners:
		ctx.notifier.todo(
			[row["owner"]],
			"{qty} of reservation {name} was taken from the bin it was allocated in. It is still reserved for you: allocate it again.",
			DOCTYPE,
			row["name"],
			name=row["name"],
			qty=to_text(quantities[row["name"]]),
		)
