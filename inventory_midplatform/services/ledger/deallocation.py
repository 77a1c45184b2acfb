"""Deallocate where a bin holds less than is allocated in it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reservation import in_queue_order
from inventory_midplatform.ports import Context
from inventory_midplatform.services import operation_log
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock

DOCTYPE = "Inventory Reservation"


def deallocate_excess(
	ctx: Context, stock: LockedStock, allocations: Allocations, over: dict[Any, Decimal]
) -> None:
	"""Deallocate stock that bins no longer contain, from the last reservation in the queue first. It stays reserved in the
	warehouse, and the reservation's owner is notified. ``over`` is (item, bin, batch) → how much too much (stock UOM).
	"""
	deallocated: dict[str, Decimal] = {}
	for where, too_much in sorted(over.items()):
		allocated = allocations.in_bin(*where)
		turn = [r.name for r in in_queue_order(stock.named({a.reservation for a in allocated}))]
		for a in sorted(allocated, key=lambda a: turn.index(a.reservation), reverse=True):
			part = min(a.qty, too_much)
			if part:
				allocations.take(a, part)
				too_much -= part
				deallocated[a.reservation] = deallocated.get(a.reservation, ZERO) + part
	for name, qty in sorted(deallocated.items()):
		r = stock.current(name)
		stock.put(replace(r, allocated=r.allocated - qty))
		operation_log.log(
			ctx, "Deallocate", DOCTYPE, name, item_code=r.item_code, warehouse=r.warehouse, qty=qty
		)
	_notify_owners(ctx, deallocated)


def _notify_owners(ctx: Context, deallocated: dict[str, Decimal]) -> None:
	if not deallocated:
		return
	owners = ctx.store.rows(
		"SELECT name, owner FROM `tabInventory Reservation` WHERE name IN %(names)s",
		{"names": sorted(deallocated)},
	)
	for row in owners:
		ctx.notifier.todo(
			[row["owner"]],
			"{qty} of reservation {name} was taken from the bin it was allocated in. It is still reserved for you: allocate it again.",
			DOCTYPE,
			row["name"],
			name=row["name"],
			qty=to_text(deallocated[row["name"]]),
		)
