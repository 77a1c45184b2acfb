"""Propose picks: allocate the reserved stock of many reservations to bins, in a few statements."""

from collections.abc import Sequence
from dataclasses import replace

from inventory_midplatform.domain import removal
from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.reservation import Reservation, in_queue_order
from inventory_midplatform.ports import Context
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations import storage_policies


def allocate(
	ctx: Context,
	stock: LockedStock,
	allocations: Allocations,
	reservations: Sequence[Reservation],
	last: str = "",
) -> None:
	"""Allocate these reservations' unallocated rest to bins, as far as unallocated stock is in them.

	In the order of the queue, by the Storage Policy's removal strategy, else in walking order. Expired and disabled batches
	and staging bins are left out; the bin ``last`` is used only for what no other bin has. The caller has locked the
	positions, and writes ``allocations`` and ``stock`` after it.
	"""
	open_ = [r for r in in_queue_order(reservations) if r.reserved > r.allocated]
	keys = sorted({(r.item_code, r.warehouse) for r in open_})
	if not keys:
		return
	today = ctx.clock.now().date()
	free = {
		key: removal.pickable(contents, today) for key, contents in bin_stock.bin_contents(ctx, keys).items()
	}
	strategies = storage_policies.removal_strategies(ctx, keys)
	for r in open_:
		key: Key = (r.item_code, r.warehouse)
		strategy = strategies.get(key, removal.NEAREST_BIN)
		rest, total = r.reserved - r.allocated, r.allocated
		for bins in ([c for c in free[key] if c.bin != last], [c for c in free[key] if c.bin == last]):
			taken, rest = removal.choose(bins, rest, strategy)
			for t in taken:
				allocations.add(Allocation(r.name, *key, t.content.bin, t.content.batch_no, t.qty))
				free[key] = [replace(c, qty=c.qty - t.qty) if c is t.content else c for c in free[key]]
				total += t.qty
		stock.put(replace(stock.current(r.name), allocated=total))
