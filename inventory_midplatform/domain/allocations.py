"""Allocations: what of a reservation is allocated to which bin, changed in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO


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


@dataclass(frozen=True)
class AllocationChange:
	"""An allocation as it is now, and by how much that is more or less than before."""

	now: Allocation
	change: Decimal


class AllocatedStock:
	"""The allocations on locked positions. :meth:`changes` are what must be written."""

	def __init__(self, allocations: Iterable[Allocation]):
		self._now = {a.key: a for a in allocations}
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

	def changes(self) -> Sequence[AllocationChange]:
		"""Return what differs from what was there before, in the order of reservations and bins."""
		found = []
		for key, a in sorted(self._now.items()):
			old = self._before.get(key)
			if a != old:
				found.append(AllocationChange(a, a.qty - (old.qty if old else ZERO)))
		return found
