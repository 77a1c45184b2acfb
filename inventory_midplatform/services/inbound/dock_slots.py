"""Dock slots: at which dock of a warehouse, from when to when and with which truck an order comes."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.inbound import INBOUND, NOT_POSTED, truck_number
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import document_locks, modules, operation_log
from inventory_midplatform.services.flows import steps


@dataclass(frozen=True)
class Slot:
	"""``start`` and ``end`` are the site's own time. Without dock and times there is no slot, and may be a truck."""

	dock: str = ""
	start: datetime | None = None
	end: datetime | None = None
	truck: str = ""


def book_slot(ctx: Context, name: str, wished: Slot) -> Reason:
	"""Book a slot for an order in place of the one it has; without dock and times the order has none any more.

	Orders that are not received yet hold their slots; those of one truck may share one. Locks the warehouse, then the order
	and the slots beside it: of two who book at once, one waits and sees what the other has booked. Raises InvalidInput
	(``slot_incomplete``, ``slot_ends_first``), Conflict (``slot_is_over``, ``dock_taken``), and what
	:func:`steps.begin` raises.
	"""
	modules.require(ctx, "inbound")
	slot = Slot(_spelled(wished.dock), wished.start, wished.end, truck_number(wished.truck))
	_check(ctx, slot)
	# orders that are not booked yet have no row of a dock that could be locked
	document_locks.lock(ctx, [("Warehouse", steps.read(ctx, INBOUND, name)["warehouse"])])
	order = steps.begin(ctx, INBOUND, name, "book_slot")
	if slot.dock:
		_require_free(ctx, order, slot)
	steps.finish(
		ctx,
		INBOUND,
		order,
		"book_slot",
		order["state"],
		dock=slot.dock,
		slot_start=slot.start,
		slot_end=slot.end,
		truck=slot.truck,
	)
	operation_log.log(
		ctx,
		"Book Slot",
		INBOUND.doctype,
		name,
		warehouse=order["warehouse"],
		from_value=_said(order["dock"], order["slot_start"], order["slot_end"], order["truck"]),
		to_value=_said(slot.dock, slot.start, slot.end, slot.truck),
	)
	if not slot.dock:
		return Reason("{name} has no dock slot.", name=name)
	return Reason(
		"{name} is booked at {dock} from {start} to {end}.",
		name=name,
		dock=slot.dock,
		start=_minute(slot.start),
		end=_minute(slot.end),
	)


def _spelled(dock: str) -> str:
	return " ".join(unicodedata.normalize("NFKC", dock).split())


def _check(ctx: Context, slot: Slot) -> None:
	if not slot.dock and not slot.start and not slot.end:
		return
	if not (slot.dock and slot.start and slot.end):
		raise InvalidInput("A slot needs its dock, its start and its end.", code="slot_incomplete")
	if slot.end <= slot.start:
		raise InvalidInput(
			"A slot ends after it starts; {end} is not after {start}.",
			code="slot_ends_first",
			start=_minute(slot.start),
			end=_minute(slot.end),
		)
	if slot.end <= ctx.clock.now():
		raise Conflict("The slot is over: it ended at {end}.", code="slot_is_over", end=_minute(slot.end))


def _require_free(ctx: Context, order: Row, slot: Slot) -> None:
	"""Raises Conflict (``dock_taken``) where another truck's order has the dock in that time."""
	source = ctx.store.through(INBOUND.doctype, ("warehouse", "slot_end"))
	rows = ctx.store.rows(
		f"SELECT name, dock, truck, slot_start, slot_end FROM {source}"
		" WHERE warehouse = %(warehouse)s AND slot_end > %(start)s AND slot_start < %(end)s"
		f" AND state IN %(states)s AND name <> %(name)s ORDER BY slot_end, name{ctx.store.for_update}",
		{
			"warehouse": order["warehouse"],
			"start": slot.start,
			"end": slot.end,
			"states": NOT_POSTED,
			"name": order["name"],
		},
	)
	for row in rows:
		if (row["dock"] or "").casefold() != slot.dock.casefold():
			continue
		if slot.truck and row["truck"] == slot.truck:
			continue
		raise Conflict(
			"{dock} is taken from {start} to {end} by {name}.",
			code="dock_taken",
			dock=row["dock"],
			start=_minute(row["slot_start"]),
			end=_minute(row["slot_end"]),
			name=row["name"],
			truck=row["truck"] or "",
		)


def _said(dock: str | None, start: datetime | None, end: datetime | None, truck: str | None) -> str:
	times = f"{_minute(start)} - {_minute(end)}" if start and end else ""
	return ", ".join(part for part in (dock, times, truck) if part)[:140]


def _minute(at: datetime | None) -> str:
	return f"{at:%Y-%m-%d %H:%M}" if at else ""
