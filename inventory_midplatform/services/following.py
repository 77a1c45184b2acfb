"""The reservations of a document follow what its rows still want."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import (
	EXPIRED,
	Demand,
	IfShort,
	Reservation,
	in_turn,
	wanted_again_among,
)
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services.locked_stock import LockedStock

_OF_DEMAND_QUANTITIES = ("qty", "consumed_qty", "released_qty")
OF_DEMAND = (
	f"SELECT name, item_code, warehouse, {', '.join(_OF_DEMAND_QUANTITIES)} FROM `tabInventory Reservation`"
	" WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s"
)


@dataclass(frozen=True)
class DemandLine:
	"""A row of an order and what of it is still to be delivered, in stock UOM."""

	demand_line: str
	item_code: str
	warehouse: str
	wanted: Decimal
	delivered: Decimal = ZERO
	priority: int = 0
	elsewhere: Decimal = ZERO
	"""What is kept for it in other warehouses than it names."""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)


def follow(
	ctx: Context,
	demand_type: str,
	demand_name: str,
	lines: Sequence[DemandLine],
	*,
	closed: bool = False,
	may_grow: bool = True,
	if_short: IfShort = IfShort.PARTIAL,
) -> None:
	"""Let an order's reservations follow its rows: what it wants more of is reserved or waits, the rest is given back.

	``lines`` are what the order still wants; ``closed`` gives up everything until it is re-opened; with
	``may_grow`` false nothing new is asked for. What a person released by hand stays released; what is kept for a row
	in another warehouse than it names stays kept there, as far as the row still wants it. One whose time is over is the
	past: what its row wants is asked for anew.

	Raises SnapshotConflict where it may grow and somebody has delivered or changed the order since ``lines`` were read.
	"""
	reserved = ctx.store.rows(OF_DEMAND, {"demand_type": demand_type, "demand_name": demand_name})
	keys = {(row["item_code"], row["warehouse"]) for row in reserved}
	wanted = [] if closed else [line for line in lines if line.wanted > 0]
	if may_grow:
		keys |= {line.key for line in wanted}
	if not keys:
		return
	stock = LockedStock(ctx, keys)
	kept = stock.of_demands([(demand_type, demand_name)], [row["name"] for row in reserved])
	seen = {row["name"]: tuple(from_store(row[q]) for q in _OF_DEMAND_QUANTITIES) for row in reserved}
	if may_grow and any(
		(r.qty, r.consumed, r.released) != seen.get(r.name, (r.qty, ZERO, ZERO)) for r in kept
	):
		raise SnapshotConflict(
			f"{demand_type} {demand_name} was delivered or changed since its rows were read"
		)
	by_line: dict[tuple[str, str, str], list[Reservation]] = defaultdict(list)
	for r in in_turn(r for r in kept if r.ended_as != EXPIRED):
		by_line[(r.demand.demand_line, r.item_code, r.warehouse)].append(r)
	elsewhere = defaultdict(list)
	for where in set(by_line) - {(line.demand_line, *line.key) for line in lines}:
		elsewhere[where[:2]].append(where)
	for line in wanted:
		others = sorted(elsewhere.pop((line.demand_line, line.item_code), ()))
		line = _besides(stock, line, [r for where in others for r in by_line.pop(where)])
		of_line = by_line.pop((line.demand_line, *line.key), None)
		if of_line is None:
			if may_grow and line.wanted:
				demand = Demand(demand_type, demand_name, line.demand_line)
				stock.put(_asked(ctx, demand, line, line.wanted, if_short))
			continue
		_fit(stock, of_line, line, may_grow)
	for r in chain.from_iterable(by_line.values()):
		if r.open:
			stock.put(r.close())
	stock.fill_waiting(sorted(keys))
	stock.write()


def _asked(ctx: Context, demand: Demand, line: DemandLine, qty: Decimal, if_short: IfShort) -> Reservation:
	return Reservation(
		name=new_id(),
		item_code=line.item_code,
		warehouse=line.warehouse,
		demand=demand,
		qty=qty,
		made_at=ctx.clock.now(),
		waiting=qty,
		if_short=if_short,
		priority=line.priority,
	)


def _besides(stock: LockedStock, line: DemandLine, others: Sequence[Reservation]) -> DemandLine:
	"""What a row still wants in its own warehouse, besides what is kept for it in others."""
	wanted, delivered = line.wanted, line.delivered
	for r in others:
		if r.open > wanted:
			r = stock.put(r.shrink(r.open - wanted))
		wanted, delivered = wanted - r.open, max(delivered - r.consumed, ZERO)
	return replace(line, wanted=wanted, delivered=delivered, elsewhere=line.wanted - wanted)


def _fit(stock: LockedStock, of_line: Sequence[Reservation], line: DemandLine, may_grow: bool) -> None:
	"""Bring a row's reservations, mostly one, to what it still wants; a transfer made it a further one.

	What it wants more of waits behind what it wanted before, and where others wait behind them too. What came back
	from the customer is wanted again. What a person released stays released, as far as it was not delivered from free
	stock since, nor is kept elsewhere instead.
	"""
	fitted = {r.name: r for r in of_line}
	consumed = sum((r.consumed for r in of_line), ZERO)
	if may_grow and consumed > line.delivered:
		for r in wanted_again_among(of_line, consumed - line.delivered):
			fitted[r.name] = r
		consumed = line.delivered
	delivered_besides = max(line.delivered - consumed, ZERO)
	released = sum((r.released for r in of_line), ZERO)
	target = max(line.wanted - max(released - delivered_besides - line.elsewhere, ZERO), ZERO)
	missing = target - sum((r.open for r in fitted.values()), ZERO)
	if missing > 0 and may_grow:
		last = fitted[of_line[-1].name]
		document = (last.demand.demand_type, last.demand.demand_name)
		waiting = stock.waiting_on([line.key])
		if any((r.demand.demand_type, r.demand.demand_name) != document for r in waiting):
			stock.put(_asked(stock.ctx, last.demand, line, missing, last.if_short))
		else:
			fitted[last.name] = last.grow(missing)
	for r in sorted(fitted.values(), key=lambda r: (r.reserved, r.name)):
		too_much = min(max(-missing, ZERO), r.open)
		if too_much:
			fitted[r.name] = r.shrink(too_much)
			missing += too_much
	for r in fitted.values():
		stock.put(r)


def has_any(ctx: Context, demand_type: str, demand_name: str) -> bool:
	"""Something was ever reserved for the demand."""
	return bool(
		ctx.store.rows(f"{OF_DEMAND} LIMIT 1", {"demand_type": demand_type, "demand_name": demand_name})
	)


def demand_quantities(ctx: Context, demand_type: str, demand_name: str) -> dict[tuple[str, str, str], Row]:
	"""(row, item, warehouse) of an order → what is reserved, what waits and what was released for it, in stock UOM."""
	rows = ctx.store.rows(
		"SELECT demand_line, item_code, warehouse, SUM(reserved_qty) AS reserved, SUM(waiting_qty) AS waiting,"
		" SUM(released_qty) AS released FROM `tabInventory Reservation` WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s"
		" GROUP BY demand_line, item_code, warehouse",
		{"demand_type": demand_type, "demand_name": demand_name},
	)
	return {
		(row["demand_line"] or "", row["item_code"], row["warehouse"]): {
			"reserved": from_store(row["reserved"]),
			"waiting": from_store(row["waiting"]),
			"released": from_store(row["released"]),
		}
		for row in rows
	}
