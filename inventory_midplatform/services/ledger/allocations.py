"""Allocations: what of a reservation is allocated to which bin, changed together with the bins' own sums."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import bin_stock

ALLOCATION_KEY = ("reservation", "bin", "batch_no")


@dataclass(frozen=True)
class Allocation:
	"""``qty`` in stock UOM, of stock that is available."""

	reservation: str
	item_code: str
	warehouse: str
	bin: str
	batch_no: str
	qty: Decimal

	@property
	def key(self) -> tuple[str, str, str]:
		return (self.reservation, self.bin, self.batch_no)


class Allocations:
	"""The allocations on positions that the caller has locked; they are read with a lock. Change them, then :meth:`write`."""

	def __init__(self, ctx: Context, keys: Iterable[Key]):
		self.ctx = ctx
		self._now: dict[tuple[str, str, str], Allocation] = {}
		for some in batches(sorted(set(keys))):
			condition, params = key_in(some, "item_code", "warehouse")
			source = ctx.store.through("Bin Allocation", ("item_code", "warehouse"))
			sql = f"SELECT reservation, item_code, warehouse, bin, batch_no, qty FROM {source} WHERE {condition}"
			for row in ctx.store.rows(sql + ctx.store.for_update, params):
				found = Allocation(
					**{**row, "batch_no": row["batch_no"] or "", "qty": from_store(row["qty"])}
				)
				self._now[found.key] = found
		self._before = dict(self._now)

	def of(self, reservations: Iterable[str]) -> list[Allocation]:
		"""Return the allocations of these reservations, in the order of their bins."""
		names = set(reservations)
		return sorted(
			(a for a in self._now.values() if a.reservation in names and a.qty),
			key=lambda a: (a.bin, a.batch_no, a.reservation),
		)

	def in_bin(self, item_code: str, bin: str, batch_no: str) -> list[Allocation]:
		where = (item_code, bin, batch_no)
		return [a for a in self._now.values() if (a.item_code, a.bin, a.batch_no) == where and a.qty]

	def add(self, allocation: Allocation) -> None:
		old = self._now.get(allocation.key)
		self._now[allocation.key] = replace(allocation, qty=allocation.qty + (old.qty if old else ZERO))

	def take(self, allocation: Allocation, qty: Decimal) -> None:
		"""Take ``qty`` off an allocation."""
		now = self._now[allocation.key]
		self._now[allocation.key] = replace(now, qty=now.qty - qty)

	def shrink(self, reservation: str, qty: Decimal) -> None:
		"""Take ``qty`` off a reservation's allocations, from its last bin backwards."""
		for allocation in reversed(self.of([reservation])):
			part = min(qty, allocation.qty)
			self.take(allocation, part)
			qty -= part

	def write(self) -> None:
		"""Write the allocations and the bins' allocated quantities, each in one statement; delete the emptied allocations."""
		changed = [a for key, a in sorted(self._now.items()) if a != self._before.get(key)]
		if not changed:
			return
		in_bins: dict[tuple[str, str, str], Row] = {}
		for a in changed:
			old = self._before.get(a.key)
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
			row["allocated_qty"] += a.qty - (old.qty if old else ZERO)
		rows = [row for _, row in sorted(in_bins.items()) if row["allocated_qty"]]
		self.ctx.store.add("Bin Stock", bin_stock.BIN_STOCK_KEY, rows, add=("allocated_qty",))
		self.ctx.store.add("Bin Allocation", ALLOCATION_KEY, [vars(a) for a in changed], add=(), put=("qty",))
		self._delete({(a.item_code, a.warehouse) for a in changed if not a.qty})
		self._before = dict(self._now)

	def _delete(self, emptied: Iterable[Key]) -> None:
		for some in batches(sorted(emptied)):
			condition, params = key_in(some, "item_code", "warehouse")
			self.ctx.store.execute(f"DELETE FROM `tabBin Allocation` WHERE qty = 0 AND {condition}", params)
