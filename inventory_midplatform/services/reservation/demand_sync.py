"""Bring the reservations of one demand to what its rows still demand."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import (
	Demand,
	Reservation,
	ShortagePolicy,
	demanded_again_among,
	in_queue_order,
)
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services.demand.reserved_quantities import OF_DEMAND, OF_DEMAND_QUANTITIES
from inventory_midplatform.services.ledger.locked_stock import LockedStock


@dataclass(frozen=True)
class DemandLine:
	"""A row of a document, what of it is outstanding and what was delivered, in stock UOM."""

	demand_line: str
	item_code: str
	warehouse: str
	outstanding: Decimal
	delivered: Decimal = ZERO
	priority: int = 0
	reserved_elsewhere: Decimal = ZERO
	"""How much is reserved for it in other warehouses than it names."""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)


@dataclass(frozen=True)
class DocumentDemand:
	"""The lines that a document demands now; none where it is closed or completed."""

	demand_type: str
	demand_name: str
	lines: Sequence[DemandLine] = ()
	cancelled: bool = False
	"""It was cancelled or deleted: its reservations end for good."""
	may_grow: bool = True
	"""False where nothing new is reserved, and only what is not demanded any more is released."""
	shortage_policy: ShortagePolicy = ShortagePolicy.PARTIAL


def sync_reservations(ctx: Context, document: DocumentDemand) -> None:
	"""Bring a document's reservations to its lines: reserve more, or let it wait; release what is not demanded any more.

	A quantity that a person released stays released. A reservation for a row in another warehouse than the row names
	stays there, as far as the row still demands it. Expired reservations do not count. Locks the positions of its lines and
	reservations, and fills the waiting reservations on them with what becomes available.

	Raises SnapshotConflict where ``may_grow`` and its reservations were changed since ``lines`` were read.
	"""
	seen = ctx.store.rows(
		OF_DEMAND, {"demand_type": document.demand_type, "demand_name": document.demand_name}
	)
	lines = [line for line in document.lines if line.outstanding > 0]
	keys = {(row["item_code"], row["warehouse"]) for row in seen}
	if document.may_grow:
		keys |= {line.key for line in lines}
	if not keys:
		return
	stock = LockedStock(ctx, keys)
	by_line: dict[tuple[str, str, str], list[Reservation]] = defaultdict(list)
	for r in _locked_reservations(stock, document, seen):
		by_line[(r.demand.demand_line, r.item_code, r.warehouse)].append(r)
	places = {(line.demand_line, *line.key) for line in document.lines}
	elsewhere: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
	for place in sorted(set(by_line) - places):
		elsewhere[place[:2]].append(place)
	for line in lines:
		others = elsewhere.pop((line.demand_line, line.item_code), ())
		line = _without_elsewhere(stock, line, chain.from_iterable(by_line.pop(place) for place in others))
		of_line = by_line.pop((line.demand_line, *line.key), None)
		if of_line is not None:
			_fit(stock, of_line, line, document.may_grow)
		elif document.may_grow and line.outstanding:
			demand = Demand(document.demand_type, document.demand_name, line.demand_line)
			stock.put(_new(ctx, demand, line, line.outstanding, document.shortage_policy))
	for r in chain.from_iterable(by_line.values()):
		if document.cancelled:
			stock.put(r.cancel())
		elif r.open:
			stock.put(r.close())
	stock.fill_waiting(sorted(keys))
	stock.write()


def _locked_reservations(
	stock: LockedStock, document: DocumentDemand, seen: Sequence[Row]
) -> list[Reservation]:
	"""Return the document's reservations that still count, in queue order, as they are under lock."""
	whole = (document.demand_type, document.demand_name)
	locked = stock.of_demands([whole], [row["name"] for row in seen])
	before = {row["name"]: tuple(from_store(row[q]) for q in OF_DEMAND_QUANTITIES) for row in seen}
	if document.may_grow and any(
		(r.qty, r.consumed, r.released) != before.get(r.name, (r.qty, ZERO, ZERO)) for r in locked
	):
		raise SnapshotConflict(f"{' '.join(whole)} was delivered or changed since its rows were read")
	return in_queue_order(r for r in locked if not r.is_past)


def _new(
	ctx: Context, demand: Demand, line: DemandLine, qty: Decimal, shortage_policy: ShortagePolicy
) -> Reservation:
	return Reservation(
		name=new_id(),
		item_code=line.item_code,
		warehouse=line.warehouse,
		demand=demand,
		qty=qty,
		made_at=ctx.clock.now(),
		waiting=qty,
		shortage_policy=shortage_policy,
		priority=line.priority,
	)


def _without_elsewhere(stock: LockedStock, line: DemandLine, others: Iterable[Reservation]) -> DemandLine:
	"""Return what a row demands from its own warehouse, besides what ``others`` have reserved for it elsewhere."""
	outstanding, delivered = line.outstanding, line.delivered
	for r in others:
		if r.open > outstanding:
			r = stock.put(r.shrink(r.open - outstanding))
		outstanding, delivered = outstanding - r.open, max(delivered - r.consumed, ZERO)
	return replace(
		line,
		outstanding=outstanding,
		delivered=delivered,
		reserved_elsewhere=line.outstanding - outstanding,
	)


def _fit(stock: LockedStock, of_line: Sequence[Reservation], line: DemandLine, may_grow: bool) -> None:
	"""Bring a row's reservations to what it still demands. Mostly it is one; a reassignment makes a further one.

	What is demanded besides goes to the end of the queue where another document waits, else to the last reservation. What came back
	from the customer is demanded again. What a person released stays released, as far as it was not delivered from free
	stock since, nor reserved elsewhere instead.
	"""
	fitted = {r.name: r for r in of_line}
	consumed = sum((r.consumed for r in of_line), ZERO)
	if may_grow and consumed > line.delivered:
		for r in demanded_again_among(of_line, consumed - line.delivered):
			fitted[r.name] = r
		consumed = line.delivered
	delivered_besides = max(line.delivered - consumed, ZERO)
	released = sum((r.released for r in of_line), ZERO)
	still_released = max(released - delivered_besides - line.reserved_elsewhere, ZERO)
	target = max(line.outstanding - still_released, ZERO)
	missing = target - sum((r.open for r in fitted.values()), ZERO)
	if missing > stock.ctx.books.half_unit and may_grow:
		last = fitted[of_line[-1].name]
		document = (last.demand.demand_type, last.demand.demand_name)
		waiting = stock.waiting_on([line.key])
		if any((r.demand.demand_type, r.demand.demand_name) != document for r in waiting):
			stock.put(_new(stock.ctx, last.demand, line, missing, last.shortage_policy))
		else:
			fitted[last.name] = last.grow(missing)
	for r in sorted(fitted.values(), key=lambda r: (r.reserved, r.name)):
		too_much = min(max(-missing, ZERO), r.open)
		if too_much:
			fitted[r.name] = r.shrink(too_much)
			missing += too_much
	for r in fitted.values():
		stock.put(r)
