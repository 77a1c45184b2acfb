"""Reserve stock for a demand, release it, or reassign it to another demand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict, InsufficientStock, InvalidInput, KeyReused, NotFound
from inventory_midplatform.domain.identifiers import NAME_LIMIT, new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.promises import ReservationChange
from inventory_midplatform.domain.quantity import STEP, ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import (
	EXPIRED,
	OPEN_STATUSES,
	Demand,
	Reservation,
	ShortagePolicy,
	in_queue_order,
)
from inventory_midplatform.domain.text import require_short
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.query import Query, any_of, compiled, table, value
from inventory_midplatform.services import masters, modules
from inventory_midplatform.services.demand import demand_lines, sources
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.ledger.positions import POSITION_KEY, lock_items
from inventory_midplatform.services.ledger.stored_reservations import COLUMNS, from_row, write_reservations

RESERVE = (
	"UPDATE {positions} SET reserved = ROUND(reserved + %(qty)s, 9)"
	" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s"
	" AND on_hand - on_hold - reserved >= %(at_least)s"
)
"""Check and change in one statement; half a step of tolerance for SQLite's floats. It names the index that every lock of
positions uses: by the warehouse's index, which the optimizer chooses where positions are few, it would lock every position
of the warehouse, and in another order."""


@dataclass(frozen=True)
class Reserve:
	"""A request to reserve ``qty`` (stock UOM) of an item in a warehouse for a demand.

	``name`` is the caller's own id of the reservation: requested again with the same one, the first result is returned.
	"""

	item_code: str
	warehouse: str
	qty: Decimal
	demand: Demand
	name: str = ""
	shortage_policy: ShortagePolicy = ShortagePolicy.REFUSE
	priority: int = 0
	expires_at: datetime | None = None
	reason: str = ""


def reserve(ctx: Context, command: Reserve) -> Reservation:
	"""Reserve stock and return the reservation.

	Locks the demand's row in ERPNext's table where it has one, then the position. Raises InsufficientStock
	(``insufficient_stock``) if ``shortage_policy`` is Refuse and less than ``qty`` is available, KeyReused if another
	reservation has the ``name``, Conflict (``module_off``), InvalidInput (``not_whole``, ``expires_in_past``), and for the
	row of a document what ``demand_lines.resolve_line`` raises.
	"""
	modules.require(ctx, "reservation")
	named = demand_lines.named_row(ctx, command.demand, command.item_code, command.warehouse)
	if named:
		item, warehouse = named.item_code, named.warehouse
		masters.require_warehouse(ctx, warehouse)
	else:
		stocked, place = masters.stock_item_and_warehouse(ctx, command.item_code, command.warehouse)
		item, warehouse = stocked.item_code, place.name
	_check_lengths(command.demand, name=command.name)
	now = ctx.clock.now()
	if command.name and (first := _find(ctx, command.name)):
		return _same(ctx, first, _requested(command, item, warehouse, command.demand, now))
	masters.require_whole(ctx, item, command.qty)
	row = (
		demand_lines.claim_named(ctx, named, command.qty)
		if named
		else demand_lines.resolve_line(ctx, command.demand, item, warehouse, command.qty)
	)
	if command.expires_at is not None and command.expires_at <= now:
		raise InvalidInput("{argument} is in the past.", code="expires_in_past", argument="expires_at")
	requested = _requested(command, item, warehouse, row.demand, now)
	if not row.supersedes and _reserve_if_available(ctx, requested):
		made = requested.fill(command.qty)
		write_reservations(ctx, [ReservationChange(None, made)])
		return made
	return _reserve_locked(ctx, requested, row.supersedes)


def _requested(
	command: Reserve, item_code: str, warehouse: str, demand: Demand, made_at: datetime
) -> Reservation:
	"""Return what is requested; nothing of it is reserved yet."""
	return Reservation(
		name=command.name or new_id(),
		item_code=item_code,
		warehouse=warehouse,
		demand=demand,
		qty=command.qty,
		made_at=made_at,
		waiting=command.qty,
		shortage_policy=command.shortage_policy,
		priority=command.priority,
		expires_at=command.expires_at,
		reason=command.reason,
	)


def _check_lengths(demand: Demand, **names: str) -> None:
	for argument, text in (*names.items(), *vars(demand).items()):
		require_short(text, argument)


def _reserve_if_available(ctx: Context, requested: Reservation) -> bool:
	positions = ctx.store.through("Stock Position", POSITION_KEY)
	return bool(
		ctx.store.execute(
			RESERVE.format(positions=positions),
			{
				"item_code": requested.item_code,
				"warehouse": requested.warehouse,
				"qty": requested.qty,
				"at_least": requested.qty - STEP / 2,
			},
		)
	)


def _reserve_locked(ctx: Context, requested: Reservation, supersedes: bool) -> Reservation:
	"""Reserve with the position locked, where the one statement could not: too little was available, or the demand waits for
	the item already. Release expired reservations, then reserve what the shortage policy allows; the rest waits."""
	key = (requested.item_code, requested.warehouse)
	stock = LockedStock(ctx, [key])
	if supersedes:
		demand = requested.demand
		of_document = stock.of_demands([(demand.demand_type, demand.demand_name)])
		requested = _supersede_others(stock, requested, of_document)
	if stock.release_expired([key]):
		stock.fill_waiting([key])
	free = stock.positions[key].available
	if requested.shortage_policy is ShortagePolicy.REFUSE and free < requested.qty:
		raise InsufficientStock(
			"Only {available} of item {item_code} is available in {warehouse}; {qty} was requested.",
			item_code=requested.item_code,
			warehouse=requested.warehouse,
			available=to_text(max(free, ZERO)),
			qty=to_text(requested.qty),
		)
	share = requested.qty if free >= requested.qty else requested.share_of(free)
	made = stock.put(requested.fill(share))
	stock.write()
	return made


def _supersede_others(
	stock: LockedStock, new: Reservation, of_document: Iterable[Reservation]
) -> Reservation:
	"""Take the quantity of ``new`` off what its demand waits for or had released here. Return ``new`` with the better of
	the two places in the queue.

	Raises SnapshotConflict where it is for a POS Invoice that does not wait for as much any more.
	"""
	key, rest = (new.item_code, new.warehouse), new.qty
	for r in in_queue_order(of_document):
		if r.demand == new.demand and (r.item_code, r.warehouse) == key and not r.is_past and rest:
			smaller = stock.put(r.supersede(rest))
			rest -= r.qty - smaller.qty
			if smaller.waiting < r.waiting:
				new = new.inherit_queue_place(r)
	if rest and new.demand.demand_type == sources.POS_INVOICE:
		raise SnapshotConflict(f"{new.demand.label} was changed since its reservations were read")
	return new


def _find(ctx: Context, name: str) -> Reservation | None:
	t = table("Inventory Reservation")
	sql, params = compiled(Query.from_(t).select(*[t[c] for c in COLUMNS]).where(t.name == value(name)))
	rows = ctx.store.rows(sql, params)
	return from_row(rows[0]) if rows else None


def _same(ctx: Context, first: Reservation, requested: Reservation) -> Reservation:
	"""Return the first result if a call with the same name requests the same; raise KeyReused if not. The first quantity is
	read from the operation log, for documents and reassignments may have changed it."""
	line = requested.demand.demand_line or first.demand.demand_line
	logged = _first_logged(ctx, first.name, "Reserve")
	same = {
		"item_code": first.item_code == requested.item_code,
		"warehouse": first.warehouse == requested.warehouse,
		"demand": _is_same(first.demand, replace(requested.demand, demand_line=line)),
		"qty": requested.qty == (from_store(logged[0]["qty"]) if logged else first.qty),
		"shortage_policy": first.shortage_policy == requested.shortage_policy,
		"priority": first.priority == requested.priority,
	}
	return _first_result(first, same)


def _is_same(one: Demand, other: Demand) -> bool:
	"""Compare without case: the stored demand has its document's own spelling, not the caller's."""
	return [t.casefold() for t in vars(one).values()] == [t.casefold() for t in vars(other).values()]


def _first_result(first: Reservation, same: dict[str, bool]) -> Reservation:
	for field, is_same in same.items():
		if not is_same:
			raise KeyReused(
				"Reservation {name} exists already with other values.",
				name=first.name,
				differs=field,
			)
	return first


def _first_logged(ctx: Context, name: str, operation: str) -> list[Row]:
	return ctx.store.rows(
		"SELECT qty, from_value FROM `tabStock Operation Log` WHERE reference_doctype = 'Inventory Reservation'"
		" AND reference_name = %(name)s AND operation = %(operation)s ORDER BY name LIMIT 1",
		{"name": name, "operation": operation},
	)


def get(ctx: Context, name: str) -> Reservation:
	"""Return a reservation as it is. Raises NotFound (``unknown_reservation``)."""
	found = _find(ctx, name) if isinstance(name, str) and name else None
	if found is None:
		raise NotFound("Reservation {name} does not exist.", code="unknown_reservation", name=name)
	masters.require_warehouse(ctx, found.warehouse)
	return found


def release(ctx: Context, name: str, qty: Decimal | None = None, reason: str = "") -> Reservation:
	"""Release ``qty`` (stock UOM) of what is reserved or waits, all of it by default, and return the reservation.

	Locks its position; what becomes free fills the waiting. Raises Conflict: ``already_closed`` if nothing is open,
	``more_than_open`` if ``qty`` is more than is open.
	"""
	seen = get(ctx, name)
	key = (seen.item_code, seen.warehouse)
	stock = LockedStock(ctx, [key])
	current = stock.by_name(name)
	_require_open(ctx, current, qty, current.status if not current.open else "")
	released = stock.put(
		replace(current.release(current.open if qty is None else qty), reason=reason or current.reason)
	)
	stock.fill_waiting([key])
	stock.write()
	return released


def _require_reassignable(ctx: Context, r: Reservation, qty: Decimal | None) -> None:
	_require_open(ctx, r, qty, EXPIRED if r.expired(ctx.clock.now()) else "" if r.open else r.status)


def _require_open(ctx: Context, current: Reservation, qty: Decimal | None, ended_as: str) -> None:
	"""Raises Conflict: ``already_closed`` if it has ended, ``more_than_open`` if ``qty`` is more than is open; InvalidInput
	``not_whole``."""
	if ended_as:
		raise Conflict(
			"Reservation {name} is {status}; nothing of it is open.",
			code="already_closed",
			name=current.name,
			status=ended_as,
		)
	if qty is not None and qty > current.open:
		raise Conflict(
			"Reservation {name} has {open} open; {qty} is more.",
			code="more_than_open",
			name=current.name,
			open=to_text(current.open),
			qty=to_text(qty),
		)
	if qty is not None and current.open % 1 == 0:
		masters.require_whole(ctx, current.item_code, qty)


def reassign(
	ctx: Context,
	name: str,
	demand: Demand,
	qty: Decimal | None = None,
	*,
	new_name: str = "",
	reason: str = "",
) -> Reservation:
	"""Give ``qty`` (stock UOM; all that is open by default) of a reservation to another demand and return the new one.

	What is reserved goes before what waits, and stays reserved: the stock is never free in between. The first reservation
	has released it. A demand that waits for the item here itself waits for that much less; where no ``demand_line`` is
	named, the row that waits first gets it. The new reservation does not expire. Its place in the queue is that of the first,
	or that of what the demand waits less for, whichever is the better.

	``new_name`` is the caller's own id of the new one: requested again with the same one, the first result is returned.
	Locks the demand's row in ERPNext's table where it has one, then the position. Raises Conflict: ``already_closed`` if
	nothing is open or it has expired, ``more_than_open``, ``module_off``; InvalidInput ``same_demand``, and for the row of
	a document what ``demand_lines.resolve_line`` raises; KeyReused if another reservation has the ``new_name``;
	SnapshotConflict where all of it is reassigned and its open quantity was changed since it was read.
	"""
	modules.require(ctx, "reservation")
	for argument in ("demand_type", "demand_name"):
		if not getattr(demand, argument):
			raise InvalidInput("{argument} is missing.", code="missing_argument", argument=argument)
	_check_lengths(demand, new_name=new_name)
	demand = sources.of_known_type(demand)
	seen = get(ctx, name)
	if new_name and (first := _find(ctx, new_name)):
		return _reassigned_before(ctx, first, seen, demand, qty)
	_require_reassignable(ctx, seen, qty)
	key = (seen.item_code, seen.warehouse)
	if not demand.demand_line:
		demand = _first_waiting(ctx, demand, key, besides=name) or demand
	_require_other(seen, demand)
	moved = seen.open if qty is None else qty
	demand = demand_lines.resolve_line(ctx, demand, *key, moved).demand
	_require_other(seen, demand)
	stock = LockedStock(ctx, [key])
	current = stock.by_name(name)
	_require_reassignable(ctx, current, qty)
	if qty is None and current.open != moved:
		raise SnapshotConflict(f"Reservation {name} was changed since it was read")
	of_document = stock.of_demands([(demand.demand_type, demand.demand_name)])
	source, target = current.reassign(moved, new_name or new_id(), demand)
	target = _supersede_others(stock, target, of_document)
	stock.put(replace(source, reason=reason or source.reason))
	stock.put(replace(target, reason=reason))
	# a demand with the policy Wait waits for less now, which may be available
	stock.fill_waiting([key])
	stock.write()
	return stock.current(target.name)


def _first_waiting(ctx: Context, demand: Demand, key: Key, besides: str) -> Demand | None:
	"""Return the row of a document that waits first for an item in a warehouse."""
	rows = ctx.store.rows(
		f"SELECT {', '.join(COLUMNS)} FROM `tabInventory Reservation`"
		" WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s"
		" AND item_code = %(item_code)s AND warehouse = %(warehouse)s AND waiting_qty > 0 AND name <> %(besides)s",
		{
			"demand_type": demand.demand_type,
			"demand_name": demand.demand_name,
			"item_code": key[0],
			"warehouse": key[1],
			"besides": besides,
		},
	)
	return next((r.demand for r in in_queue_order(from_row(row) for row in rows)), None)


def _require_other(current: Reservation, demand: Demand) -> None:
	if demand == current.demand:
		raise InvalidInput(
			"Reservation {name} is for that demand already.", code="same_demand", name=current.name
		)


def _reassigned_before(
	ctx: Context, first: Reservation, source: Reservation, demand: Demand, qty: Decimal | None
) -> Reservation:
	"""Return the first result if a call with the same name requests the same; raise KeyReused if not. The first quantity is
	read from the operation log, for orders may have changed their reservations."""
	logged = _first_logged(ctx, first.name, "Reassign")
	line = demand.demand_line or first.demand.demand_line
	same = {
		"operation": bool(logged) and logged[0]["from_value"] == source.demand.label[:NAME_LIMIT],
		"item_code": first.item_code == source.item_code,
		"warehouse": first.warehouse == source.warehouse,
		"demand": _is_same(first.demand, replace(demand, demand_line=line)),
		"qty": qty is None or not logged or from_store(logged[0]["qty"]) == qty,
	}
	return _first_result(first, same)


def release_expired(ctx: Context, limit: int = 500) -> int:
	"""Release reservations that have expired, ``limit`` of them at most, and return how many. Locks their positions; what
	becomes free fills the waiting."""
	t = table("Inventory Reservation")
	sql, params = compiled(
		Query.from_(t)
		.select(t.item_code, t.warehouse)
		.where(any_of(t.status, OPEN_STATUSES))
		.where(t.expires_at <= value(ctx.clock.now()))
		.where((t.reserved_qty > value(0)) | (t.waiting_qty > value(0)))
		.orderby(t.expires_at)
		.limit(limit)
	)
	keys = {(row["item_code"], row["warehouse"]) for row in ctx.store.rows(sql, params)}
	if not keys:
		return 0
	stock = LockedStock(ctx, keys)
	expired_count = stock.release_expired(keys)
	stock.fill_waiting(keys)
	stock.write()
	return expired_count


def serve_waiting(ctx: Context, item_code: str) -> None:
	"""Fill the waiting of an item in every warehouse, after another item was merged into it. Locks all its positions."""
	keys = lock_items(ctx, [item_code])
	stock = LockedStock(ctx, keys)
	stock.fill_waiting(keys)
	stock.write()


def as_dict(r: Reservation) -> dict[str, Any]:
	"""Return the reservation as operations return it. Quantities in stock UOM."""
	return {
		"name": r.name,
		"status": r.status,
		"item_code": r.item_code,
		"warehouse": r.warehouse,
		"qty": r.qty,
		"reserved_qty": r.reserved,
		"waiting_qty": r.waiting,
		"consumed_qty": r.consumed,
		"released_qty": r.released,
		"allocated_qty": r.allocated,
		"demand_type": r.demand.demand_type,
		"demand_name": r.demand.demand_name,
		"demand_line": r.demand.demand_line,
		"shortage_policy": r.shortage_policy.value,
		"priority": r.priority,
		"expires_at": r.expires_at,
		"reason": r.reason,
	}
