"""Whose stock is deallocated where a bin holds less than is allocated in it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.allocations import AllocatedStock
from inventory_midplatform.domain.promises import Promises
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import in_queue_order
from inventory_midplatform.domain.settlement.plan import Deallocation


def deallocate_excess(
	stock: Promises, allocated: AllocatedStock, over: Mapping[tuple[str, str, str], Decimal]
) -> list[Deallocation]:
	"""Deallocate stock that bins no longer contain, from the last reservation in the queue first; return what it was.

	It stays reserved in the warehouse. ``over`` is (item, bin, batch) → how much too much (stock UOM).
	"""
	found: dict[str, Decimal] = {}
	for where, too_much in sorted(over.items()):
		there = allocated.in_bin(*where)
		turn = [r.name for r in in_queue_order(stock.current(a.reservation) for a in there)]
		for a in sorted(there, key=lambda a: turn.index(a.reservation), reverse=True):
			part = min(a.qty, too_much)
			if part:
				allocated.take(a, part)
				too_much -= part
				found[a.reservation] = found.get(a.reservation, ZERO) + part
	deallocated = []
	for name, qty in sorted(found.items()):
		r = stock.current(name)
		deallocated.append(Deallocation(stock.put(replace(r, allocated=r.allocated - qty)), qty))
	return deallocated
