"""Reservation as a two-phase transfer: reserve, then consume, release or expire; or wait for stock to come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict, InsufficientStock, InvalidInput, KeyReused, NotFound
from inventory_midplatform.domain.identifiers import NAME_LIMIT, new_id
from inventory_midplatform.domain.quantity import STEP, ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import (
	EXPIRED,
	OPEN_STATUSES,
	Demand,
	IfShort,
	Reservation,
	in_turn,
)
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, any_of, compiled, table, value
from inventory_midplatform.services import demand_documents, ledger, masters
from inventory_midplatform.services.locked_stock import COLUMNS, LockedStock, from_row, write_reservations

HOLD = (
	"UPDATE {positions} SET reserved = ROUND(reserved + %(qty)s, 9)"
	" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s"
	" AND on_hand - on_hold - reserved >= %(at_least)s"
)
"""Check and change in one statement; half a step of tolerance for SQLite's floats. Through the index that others lock
the row through: by the warehouse's, the optimizer's choice where positions are few, it would lock every position of the
warehouse on its way, and in another order."""


def reserve(
	ctx: Context,
	item_code: str,
	warehouse: str,
	qty: Decimal,
	demand: Demand,
	*,
	name: str = "",
	if_short: IfShort = IfShort.REFUSE,
	priority: int = 0,
	expires_at: datetime | None = None,
	reason: str = "",
) -> Reservation:
	"""Keep ``qty`` (stock UOM) of an item in a warehouse for a demand.

	``name`` is the caller's own id of the reservation: called again with the same one, the first answer is given.
	Raises InsufficientStock (``insufficient_stock``) with what is left if ``if_short`` is Refuse and less than
	``qty`` is available, KeyReused if ``name`` is taken by another reservation, Conflict (``module_off``), InvalidInput
	(``not_whole``), and for a document that is followed what ``demand_documents.with_row`` does.
	"""
	require_module(ctx)
	item = masters.stock_item(ctx, item_code).item_code
	place = masters.stock_warehouse(ctx, warehouse).name
	_check_lengths(demand, name=name)
	asked = Reservation(
		name=name or new_id(),
		item_code=item,
		warehouse=place,
		demand=demand,
		qty=qty,
		made_at=ctx.clock.now(),
		waiting=qty,
		if_short=if_short,
		priority=priority,
		expires_at=expires_at,
		reason=reason,
	)
	if name and (first := _find(ctx, name)):
		return _same(ctx, first, asked)
	masters.require_whole(ctx, item, qty)
	demand, makes_way = demand_documents.with_row(ctx, demand, item, place, qty)
	asked = replace(asked, demand=demand)
	if expires_at is not None and expires_at <= ctx.clock.now():
		raise InvalidInput("{argument} lies in the past.", code="expires_in_past", argument="expires_at")
	if not makes_way and _hold(ctx, asked.item_code, asked.warehouse, qty):
		made = asked.hold(qty)
		write_reservations(ctx, [made], {})
		return made
	return _reserve_locked(ctx, asked, makes_way)


def _check_lengths(demand: Demand, **names: str) -> None:
	for argument, text in (*names.items(), *vars(demand).items()):
		if len(text) > NAME_LIMIT:
			raise InvalidInput(
				"{argument} is longer than {limit} characters.",
				code="too_long",
				argument=argument,
				limit=NAME_LIMIT,
			)


def _hold(ctx: Context, item_code: str, warehouse: str, qty: Decimal) -> bool:
	positions = ctx.store.through("Stock Position", ledger.POSITION_KEY)
	return bool(
		ctx.store.execute(
			HOLD.format(positions=positions),
			{"item_code": item_code, "warehouse": warehouse, "qty": qty, "at_least": qty - STEP / 2},
		)
	)


def _reserve_locked(ctx: Context, asked: Reservation, makes_way: bool) -> Reservation:
	"""The long way, when the short one missed, or what the document's row waits for or gave up ``makes_way``: sweep what
	has expired, take what the caller would take, or wait."""
	key = (asked.item_code, asked.warehouse)
	stock = LockedStock(ctx, [key])
	if makes_way:
		demand = asked.demand
		theirs = stock.of_demands([(demand.demand_type, demand.demand_name)])
		asked = _in_the_place_of_others(stock, asked, theirs)
	if stock.sweep_expired([key]):
		stock.fill_waiting([key])
	free = stock.positions[key].available
	if asked.if_short is IfShort.REFUSE and free < asked.qty:
		raise InsufficientStock(
			"Only {available} of item {item_code} is available in {warehouse}; {qty} was asked for.",
			item_code=asked.item_code,
			warehouse=asked.warehouse,
			available=to_text(max(free, ZERO)),
			qty=to_text(asked.qty),
		)
	share = asked.qty if free >= asked.qty else asked.share_of(free)
	made = stock.put(asked.hold(share))
	stock.write()
	return made


def _in_the_place_of_others(
	stock: LockedStock, taken: Reservation, theirs: Iterable[Reservation]
) -> Reservation:
	"""What the demand waits for already, or what was given up of it, the new one stands for now, where that stood if it is
	the better place."""
	key, rest = (taken.item_code, taken.warehouse), taken.qty
	for r in in_turn(theirs):
		if r.demand == taken.demand and (r.item_code, r.warehouse) == key and r.ended_as != EXPIRED and rest:
			smaller = stock.put(r.make_way(rest))
			rest -= r.qty - smaller.qty
			if smaller.waiting < r.waiting:
				taken = taken.in_place_of(r)
	return taken


def _find(ctx: Context, name: str) -> Reservation | None:
	t = table("Inventory Reservation")
	sql, params = compiled(Query.from_(t).select(*[t[c] for c in COLUMNS]).where(t.name == value(name)))
	rows = ctx.store.rows(sql, params)
	return from_row(rows[0]) if rows else None


def _same(ctx: Context, first: Reservation, asked: Reservation) -> Reservation:
	"""The first answer, if the call that repeats its name asks for the same. What was asked for first the log knows:
	documents and transfers change the quantity since."""
	line = asked.demand.demand_line or first.demand.demand_line
	logged = _first_logged(ctx, first.name, "Reserve")
	same = {
		"item_code": first.item_code == asked.item_code,
		"warehouse": first.warehouse == asked.warehouse,
		"demand": _is_same(first.demand, replace(asked.demand, demand_line=line)),
		"qty": asked.qty == (from_store(logged[0]["qty"]) if logged else first.qty),
		"if_short": first.if_short == asked.if_short,
		"priority": first.priority == asked.priority,
	}
	return _first_answer(first, same)


def _is_same(one: Demand, other: Demand) -> bool:
	"""Whatever its spelling: a document's own was put in the place of the caller's."""
	return [t.casefold() for t in vars(one).values()] == [t.casefold() for t in vars(other).values()]


def _first_answer(first: Reservation, same: dict[str, bool]) -> Reservation:
	for field, is_same in same.items():
		if not is_same:
			raise KeyReused(
				"Reservation {name} exists already and asks for something else.",
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
	"""Raises NotFound (``unknown_reservation``)."""
	found = _find(ctx, name) if isinstance(name, str) and name else None
	if found is None:
		raise NotFound("Reservation {name} does not exist.", code="unknown_reservation", name=name)
	masters.require_warehouse(ctx, found.warehouse)
	return found


def release(ctx: Context, name: str, qty: Decimal | None = None, reason: str = "") -> Reservation:
	"""Give back ``qty`` (stock UOM) of what is kept or waited for; all of it if not said.

	Raises Conflict: ``already_closed`` if nothing is open, ``more_than_open`` if ``qty`` is more than is open.
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


def transfer(
	ctx: Context,
	name: str,
	demand: Demand,
	qty: Decimal | None = None,
	*,
	new_name: str = "",
	reason: str = "",
) -> Reservation:
	"""Hand ``qty`` (stock UOM; all that is open if not said) of a reservation to another demand; answers the new one.

	What is kept goes before what waits, and stays kept: the stock is never free in between. The giver has released
	it. A demand that waits for the item here itself waits for that much less; where it does and no ``demand_line`` is
	named, the row that waits first gets it. The new reservation does not expire; it stands in the queue where its giver
	stood, or where the demand stood with what it waits less for, whichever is the better.

	``new_name`` is the caller's own id of the new one: called again with the same one, the first answer is given.
	Raises Conflict: ``already_closed`` if nothing is open or its time is over, ``more_than_open``, ``module_off``;
	InvalidInput ``same_demand``, and for a document that is followed what ``demand_documents.with_row`` does; KeyReused if
	``new_name`` is taken by something else.
	"""
	require_module(ctx)
	for argument in ("demand_type", "demand_name"):
		if not getattr(demand, argument):
			raise InvalidInput("{argument} is missing.", code="missing_argument", argument=argument)
	_check_lengths(demand, new_name=new_name)
	demand = demand_documents.of_known_type(demand)
	seen = get(ctx, name)
	if new_name and (first := _find(ctx, new_name)):
		return _handed_over_before(ctx, first, seen, demand, qty)
	key = (seen.item_code, seen.warehouse)
	stock = LockedStock(ctx, [key])
	current = stock.by_name(name)
	ended_as = EXPIRED if current.expired(ctx.clock.now()) else "" if current.open else current.status
	_require_open(ctx, current, qty, ended_as)
	theirs = [
		r
		for r in in_turn(stock.of_demands([(demand.demand_type, demand.demand_name)]))
		if (r.item_code, r.warehouse) == key
	]
	if not demand.demand_line:
		demand = next((r.demand for r in theirs if r.waiting and r.name != current.name), demand)
	_require_other(current, demand)
	handed = current.open if qty is None else qty
	demand, _ = demand_documents.with_row(ctx, demand, *key, handed)
	_require_other(current, demand)
	given, taken = current.hand_over(handed, new_name or new_id(), demand)
	taken = _in_the_place_of_others(stock, taken, theirs)
	stock.put(replace(given, reason=reason or given.reason))
	stock.put(replace(taken, reason=reason))
	# one that waits for all of its quantity wants less now, and less may be there
	stock.fill_waiting([key])
	stock.write()
	return stock.current(taken.name)


def _require_other(current: Reservation, demand: Demand) -> None:
	if demand == current.demand:
		raise InvalidInput(
			"Reservation {name} is kept for that already.", code="same_demand", name=current.name
		)


def _handed_over_before(
	ctx: Context, first: Reservation, giver: Reservation, demand: Demand, qty: Decimal | None
) -> Reservation:
	"""The first answer, if the call that repeats its name asks for the same. What was handed over the log knows: orders
	change their reservations since."""
	logged = _first_logged(ctx, first.name, "Transfer")
	line = demand.demand_line or first.demand.demand_line
	same = {
		"operation": bool(logged) and logged[0]["from_value"] == giver.demand.label[:NAME_LIMIT],
		"item_code": first.item_code == giver.item_code,
		"warehouse": first.warehouse == giver.warehouse,
		"demand": _is_same(first.demand, replace(demand, demand_line=line)),
		"qty": qty is None or not logged or from_store(logged[0]["qty"]) == qty,
	}
	return _first_answer(first, same)


def sweep(ctx: Context, limit: int = 500) -> int:
	"""Give back the stock of reservations whose time is over; answers how many were swept."""
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
	swept = stock.sweep_expired(keys)
	stock.fill_waiting(keys)
	stock.write()
	return swept


def serve_waiting(ctx: Context, item_code: str) -> None:
	"""Two items became one: what is free of it goes to those who wait, in their turn."""
	keys = ledger.lock_item(ctx, item_code)
	stock = LockedStock(ctx, keys)
	stock.fill_waiting(keys)
	stock.write()


def require_module(ctx: Context) -> None:
	if not ctx.settings.reservation:
		raise Conflict(
			"Reservations are switched off in Inventory Midplatform Settings.",
			code="module_off",
			module="reservation",
		)


def as_dict(r: Reservation) -> dict[str, Any]:
	"""The reservation as operations answer it. Quantities in stock UOM."""
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
		"if_short": r.if_short.value,
		"priority": r.priority,
		"expires_at": r.expires_at,
		"reason": r.reason,
	}
