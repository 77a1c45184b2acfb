"""Migrate the reservations of another system: the same quantity, for the same row, in the same warehouse."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import (
	Demand,
	Reservation,
	ShortagePolicy,
	in_queue_order,
)
from inventory_midplatform.ports import Context
from inventory_midplatform.services.ledger.locked_stock import LockedStock


@dataclass(frozen=True)
class ForeignReservation:
	"""What another system has reserved for one row of a demand and not delivered, in stock UOM."""

	demand: Demand
	item_code: str
	warehouse: str
	open: Decimal
	origin: str = ""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)


@dataclass(frozen=True)
class Migrated:
	"""The reservation that a foreign one became: how much of it is ``reserved``, and how much waits."""

	foreign: ForeignReservation
	reservation: str
	reserved: Decimal
	waiting: Decimal


def migrate(ctx: Context, foreign: Sequence[ForeignReservation]) -> list[Migrated]:
	"""Make or grow reservations until each foreign one is covered; what is not available waits.

	Stock is reserved in the order of ``foreign``. Called again it changes nothing, but for what has grown meanwhile. Works
	while reservations are switched off, for they must be there when they are switched on. Locks the positions.
	"""
	keys = {f.key for f in foreign}
	stock = LockedStock(ctx, keys)
	if stock.release_expired(sorted(keys)):
		stock.fill_waiting(sorted(keys))
	demands = {(f.demand.demand_type, f.demand.demand_name) for f in foreign}
	names: dict[tuple[Demand, Key], list[str]] = defaultdict(list)
	for r in in_queue_order(stock.of_demands(demands)):
		if not r.is_past:
			names[(r.demand, (r.item_code, r.warehouse))].append(r.name)
	whole = ctx.settings.sales_order_policy == "All or Wait"
	migrated = []
	for f in foreign:
		of_row = names[(f.demand, f.key)]
		existing = [stock.current(name) for name in of_row]
		reserved = sum((r.reserved for r in existing), ZERO)
		if existing:
			r = existing[-1].grow(max(f.open - sum((r.open for r in existing), ZERO), ZERO))
		else:
			r = Reservation(
				name=new_id(),
				item_code=f.item_code,
				warehouse=f.warehouse,
				demand=f.demand,
				qty=f.open,
				made_at=ctx.clock.now(),
				waiting=f.open,
				shortage_policy=ShortagePolicy.WAIT if whole else ShortagePolicy.PARTIAL,
				reason=f.origin,
			)
			of_row.append(r.name)
		free = max(stock.positions[f.key].available, ZERO)
		filled = min(free, r.waiting, max(f.open - reserved, ZERO))
		r = stock.put(r.fill(filled))
		migrated.append(Migrated(f, r.name, reserved + filled, r.waiting))
	stock.write()
	return [
		replace(m, reserved=min(m.reserved, m.foreign.open), waiting=max(m.foreign.open - m.reserved, ZERO))
		for m in migrated
	]
