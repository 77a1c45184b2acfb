"""Reservations in the store: their rows, and how changes of them are written and logged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from inventory_midplatform.domain.identifiers import NAME_LIMIT
from inventory_midplatform.domain.promises import ReservationChange
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import OPEN_STATUSES, Demand, Reservation, ShortagePolicy
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import operation_log

WAITING_STATUSES = ("Waiting", "Partially Reserved")
_QUANTITIES = {
	"qty": "qty",
	"reserved_qty": "reserved",
	"waiting_qty": "waiting",
	"consumed_qty": "consumed",
	"released_qty": "released",
	"allocated_qty": "allocated",
}
_CHANGING = (*_QUANTITIES, "status", "reason")


def write_reservations(ctx: Context, changes: Sequence[ReservationChange]) -> None:
	"""Write changed and new reservations and the operation log, each in one statement."""
	if not changes:
		return
	# New ones are inserted, not upserted: of two callers with one name the later must collide, and find the first's.
	now = ctx.clock.now()
	new = [c.now for c in changes if c.before is None]
	ctx.store.insert("Inventory Reservation", [_first(r, now) for r in new])
	known = [to_row(c.now) for c in changes if c.before is not None]
	ctx.store.add("Inventory Reservation", ("name",), known, add=(), put=_CHANGING)
	# allocating to bins is logged by the operation that allocates
	logged = [c for c in changes if c.before is None or not _only_allocated(c.before, c.now)]
	operation_log.write(ctx, [_log_entry(ctx, c.before, c.now, now) for c in logged])


def _only_allocated(before: Reservation, now: Reservation) -> bool:
	return before.allocated != now.allocated and replace(before, allocated=now.allocated) == now


def _first(r: Reservation, at: datetime) -> Row:
	"""Return the row of a new reservation, written ``at``: it may have the place in the queue of one made earlier. What was
	reassigned is no new demand."""
	row = {**to_row(r), "modified": at}
	if not r.reassigned_between:
		row |= {"first_qty": r.qty, "first_waiting_qty": r.waiting}
	return row


def _log_entry(ctx: Context, old: Reservation | None, new: Reservation, at: datetime) -> Row:
	before, after = old.status if old else "", new.status
	if new.reassigned_between:
		operation, qty = "Reassign", new.released - old.released if old else new.qty
		before, after = (demand.label[:NAME_LIMIT] for demand in new.reassigned_between)
	elif old is None:
		operation, qty = "Reserve", new.qty
	elif new.consumed > old.consumed:
		operation, qty = "Consume", new.consumed - old.consumed
	elif new.released > old.released or new.qty < old.qty:
		operation, qty = "Release", new.released - old.released + max(old.qty - new.qty, ZERO)
	else:
		operation, qty = "Reserve", new.reserved - old.reserved
	return operation_log.entry(
		ctx,
		operation,
		"Inventory Reservation",
		new.name,
		item_code=new.item_code,
		warehouse=new.warehouse,
		qty=qty,
		from_value=before,
		to_value=after,
		reason=new.reason,
		at=at,
	)


COLUMNS = (
	"name",
	"item_code",
	"warehouse",
	"demand_type",
	"demand_name",
	"demand_line",
	"creation",
	*_QUANTITIES,
	"shortage_policy",
	"priority",
	"expires_at",
	"status",
	"reason",
)


def from_row(row: Row) -> Reservation:
	return Reservation(
		name=row["name"],
		item_code=row["item_code"],
		warehouse=row["warehouse"],
		demand=Demand(row["demand_type"] or "", row["demand_name"] or "", row["demand_line"] or ""),
		made_at=row["creation"],
		shortage_policy=ShortagePolicy(row["shortage_policy"]),
		priority=row["priority"] or 0,
		expires_at=row["expires_at"],
		ended_as="" if row["status"] in OPEN_STATUSES else row["status"],
		reason=row["reason"] or "",
		**{attribute: from_store(row[column]) for column, attribute in _QUANTITIES.items()},
	)


def to_row(r: Reservation) -> Row:
	return {
		"name": r.name,
		"item_code": r.item_code,
		"warehouse": r.warehouse,
		"demand_type": r.demand.demand_type,
		"demand_name": r.demand.demand_name,
		"demand_line": r.demand.demand_line,
		"creation": r.made_at,
		"shortage_policy": r.shortage_policy.value,
		"priority": r.priority,
		"expires_at": r.expires_at,
		"status": r.status,
		"reason": r.reason,
		**{column: getattr(r, attribute) for column, attribute in _QUANTITIES.items()},
	}
