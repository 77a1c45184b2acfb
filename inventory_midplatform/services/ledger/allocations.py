"""Allocations in the store: read with a lock, written together with the bins' own sums."""

from collections.abc import Iterable, Sequence

from inventory_midplatform.domain.allocations import AllocatedStock, Allocation, AllocationChange
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import bin_stock

ALLOCATION_KEY = ("reservation", "bin", "batch_no")


class Allocations(AllocatedStock):
	"""The allocations on positions that the caller has locked; they are read with a lock. Change them, then :meth:`write`."""

	def __init__(self, ctx: Context, keys: Iterable[Key]):
		super().__init__(allocations_on(ctx, keys))
		self.ctx = ctx

	def write(self) -> None:
		"""Write what changed."""
		write_allocations(self.ctx, self.changes())
		self._before = dict(self._now)


def allocations_on(ctx: Context, keys: Iterable[Key]) -> list[Allocation]:
	"""Lock and return the allocations on positions that the caller has locked."""
	found = []
	source = ctx.store.through("Bin Allocation", ("item_code", "warehouse"))
	for some in batches(sorted(set(keys))):
		condition, params = key_in(some, "item_code", "warehouse")
		sql = f"SELECT reservation, item_code, warehouse, bin, batch_no, qty FROM {source} WHERE {condition}"
		found += [
			Allocation(**{**row, "batch_no": row["batch_no"] or "", "qty": from_store(row["qty"])})
			for row in ctx.store.rows(sql + ctx.store.for_update, params)
		]
	return found


def write_allocations(ctx: Context, changes: Sequence[AllocationChange]) -> None:
	"""Write allocations and the bins' allocated quantities, each in one statement; delete the emptied allocations."""
	if not changes:
		return
	in_bins: dict[tuple[str, str, str], Row] = {}
	for changed in changes:
		a = changed.now
		row = in_bins.setdefault(
			(a.item_code, a.bin, a.batch_no),
			{
				"item_code": a.item_code,
				"warehouse": a.warehouse,
				"bin": a.bin,
				"batch_no": a.batch_no,
				"stock_status": AVAILABLE,
				"stock_owner": "",
				"allocated_qty": ZERO,
			},
		)
		row["allocated_qty"] += changed.change
	rows = [row for _, row in sorted(in_bins.items()) if row["allocated_qty"]]
	ctx.store.add("Bin Stock", bin_stock.BIN_STOCK_KEY, rows, add=("allocated_qty",))
	ctx.store.add("Bin Allocation", ALLOCATION_KEY, [vars(c.now) for c in changes], add=(), put=("qty",))
	emptied = sorted({(c.now.item_code, c.now.warehouse) for c in changes if not c.now.qty})
	for some in batches(emptied):
		condition, params = key_in(some, "item_code", "warehouse")
		ctx.store.execute(f"DELETE FROM `tabBin Allocation` WHERE qty = 0 AND {condition}", params)
