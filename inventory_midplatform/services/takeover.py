"""Taking over what another system keeps for orders: the same quantity, for the same row, in the same warehouse."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import EXPIRED, Demand, IfShort, Reservation, in_turn
from inventory_midplatform.ports import Context
from inventory_midplatform.services.locked_stock import LockedStock


@dataclass(frozen=True)
class Claim:
	"""What the other system still keeps for one row of a demand, in stock UOM."""

	demand: Demand
	item_code: str
	warehouse: str
	open: Decimal
	origin: str = ""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)


@dataclass(frozen=True)
class Taken:
	"""What became of a claim: ``kept`` and ``waiting`` of the reservation that stands for it now."""

	claim: Claim
	reservation: str
	kept: Decimal
	waiting: Decimal


def take_over(ctx: Context, claims: Sequence[Claim]) -> list[Taken]:
	"""See that each claim is covered by a reservation of ours; what is not free waits, and nothing is lost.

	Served in the order of ``claims``. Called again it changes nothing, and grows what has grown meanwhile. Works while
	reservations are switched off, for they are to be there when they are switched on.
	"""
	keys = {claim.key for claim in claims}
	stock = LockedStock(ctx, keys)
	if stock.sweep_expired(sorted(keys)):
		stock.fill_waiting(sorted(keys))
	demands = {(claim.demand.demand_type, claim.demand.demand_name) for claim in claims}
	names: dict[tuple[Demand, Key], list[str]] = defaultdict(list)
	for r in in_turn(stock.of_demands(demands)):
		if r.ended_as != EXPIRED:
			names[(r.demand, (r.item_code, r.warehouse))].append(r.name)
	whole = ctx.settings.sales_order_policy == "All or Wait"
	taken = []
	for claim in claims:
		where = (claim.demand, claim.key)
		theirs = [stock.current(name) for name in names[where]]
		kept = sum((r.reserved for r in theirs), ZERO)
		if theirs:
			r = theirs[-1].grow(max(claim.open - sum((r.open for r in theirs), ZERO), ZERO))
		else:
			r = Reservation(
				name=new_id(),
				item_code=claim.item_code,
				warehouse=claim.warehouse,
				demand=claim.demand,
				qty=claim.open,
				made_at=ctx.clock.now(),
				waiting=claim.open,
				if_short=IfShort.WAIT if whole else IfShort.PARTIAL,
				reason=claim.origin,
			)
		free = max(stock.positions[claim.key].available, ZERO)
		held = min(free, r.waiting, max(claim.open - kept, ZERO))
		r = stock.put(r.hold(held))
		names[where] = [*names[where][:-1], r.name]
		taken.append(Taken(claim, r.name, kept + held, r.waiting))
	stock.write()
	return [
		replace(t, kept=min(t.kept, t.claim.open), waiting=max(t.claim.open - t.kept, ZERO)) for t in taken
	]
