"""The row of a document that a reservation made by hand is for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import CANCELLED, Demand
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.demand import reserved_quantities
from inventory_midplatform.services.demand.sources import (
	DEMAND_SOURCES,
	POS_INVOICE,
	DemandSource,
	claim_row,
	document_of,
	from_settings,
	of_known_type,
	outstanding,
	rows_of,
)


@dataclass(frozen=True)
class DemandRow:
	"""A demand with the row of its document, as the document spells it."""

	demand: Demand
	supersedes: bool = False
	"""The row waits for the item in this warehouse, or a person released it: a new reservation takes that place."""


@dataclass(frozen=True)
class NamedRow:
	"""The row that a demand names, with what of it is neither delivered nor reserved, read by one statement."""

	demand: Demand
	item_code: str
	warehouse: str
	supersedes: bool
	"""As of a :class:`DemandRow`."""
	left_by_line: dict[str, Decimal]
	"""Of this row alone, in stock UOM; empty where nothing of it is outstanding."""
	version: Row
	"""What :func:`claim_row` compares."""


_NAMED_COLUMNS = ("row_name", "demand_name", "item_code", "warehouse", "stock_qty", "delivered")
_RESERVED = {
	"reserved": "reservation.reserved_qty",
	"superseded": "CASE reservation.warehouse WHEN wh.name THEN reservation.waiting_qty + reservation.released_qty END",
}
"""Of each reservation of the row: what is reserved counts in whatever warehouse, what it would take the place of in this one."""
_RESERVATIONS = """
LEFT JOIN {reservations} ON reservation.demand_type = %(demand_type)s AND reservation.demand_name = d.name
	AND reservation.demand_line = r.name AND reservation.item_code = item.name AND reservation.status <> %(cancelled)s"""
_USABLE = """r.name = %(line)s AND item.name = %(item_code)s AND wh.name = %(warehouse)s
	AND item.disabled = 0 AND wh.disabled = 0 AND {by_invoice} = 0"""


def named_row(ctx: Context, demand: Demand, item_code: str, warehouse: str) -> NamedRow | None:
	"""Return the row of a document that ``demand`` names, with what is reserved for it, by one statement.

	None where that takes more: where the demand names no row, its type is no document here or one whose rows share what was
	delivered, the document demands nothing or is settled by invoices, and where the row is a product bundle's, of another
	item or warehouse, or of one that is disabled. Then :func:`resolve_line` finds it, or says why not.
	"""
	demand = of_known_type(demand)
	source = DEMAND_SOURCES.get(demand.demand_type)
	if source is None or source.taken_from or not demand.demand_line:
		return None
	reservations = ctx.store.through("Inventory Reservation", ("demand_type", "demand_name"), "reservation")
	rows = ctx.store.rows(
		_named_statement(demand.demand_type, reservations),
		{
			**from_settings(ctx),
			"demand_type": demand.demand_type,
			"name": demand.demand_name,
			"line": demand.demand_line,
			"item_code": item_code,
			"warehouse": warehouse,
			"cancelled": CANCELLED,
		},
	)
	if not rows:
		return None
	row = rows[0]
	missing = outstanding(row)
	reserved = sum((from_store(r["reserved"]) for r in rows), ZERO)
	return NamedRow(
		Demand(demand.demand_type, row["demand_name"], row["row_name"]),
		row["item_code"],
		row["warehouse"],
		any(r["superseded"] for r in rows),
		{row["row_name"]: missing - reserved} if missing else {},
		row,
	)


@cache
def _named_statement(demand_type: str, reservations: str) -> str:
	source = DEMAND_SOURCES[demand_type]
	of_row = source.rows.columns
	# as text: the driver would take long to make a moment of it
	version = f"CAST({of_row['row_modified']} AS CHAR)"
	usable = _USABLE.format(by_invoice=of_row["by_invoice"])
	return source.rows.text(
		f"d.name = %(name)s AND d.docstatus <> 2 AND {source.demanding_status}",
		usable,
		{**{name: of_row[name] for name in _NAMED_COLUMNS}, "row_modified": version, **_RESERVED},
		_RESERVATIONS.format(reservations=reservations),
	)


def claim_named(ctx: Context, named: NamedRow, qty: Decimal) -> DemandRow:
	"""Return the demand of a named row that ``qty`` (stock UOM) is for. Locks it and raises as :func:`resolve_line` does."""
	_chosen_line(named.demand, named.left_by_line, named.item_code, qty)
	claim_row(ctx, DEMAND_SOURCES[named.demand.demand_type], named.version)
	return DemandRow(named.demand, named.supersedes)


def resolve_line(ctx: Context, demand: Demand, item_code: str, warehouse: str, qty: Decimal) -> DemandRow:
	"""Return the demand as its document spells it, with the row that ``qty`` (stock UOM) is for.

	Where no row is named it is the first that demands as much of the item from this warehouse, else from any. A demand of a
	type that is no document here is returned as it is. Locks the row in ERPNext's table, so call it before any position is
	locked.

	A reservation beyond what the row demands would be released at the next sync, so raises NotFound
	(``unknown_demand``) where there is no such document, InvalidInput (``not_demanded``) where no row of it, or not the
	named one, demands the item, Conflict (``more_than_outstanding``) where less is outstanding and not reserved,
	SnapshotConflict where somebody else has just reserved for the row.
	"""
	demand = of_known_type(demand)
	source = DEMAND_SOURCES.get(demand.demand_type)
	if source is None and demand.demand_type != POS_INVOICE:
		return DemandRow(demand)
	rows: list[Row] = []
	if source is not None:
		rows = _rows_of_item(ctx, source, demand, item_code)
		demand = replace(demand, demand_name=rows[0]["demand_name"] if rows else demand.demand_name)
	reserved = reserved_quantities.demand_quantities(ctx, demand.demand_type, demand.demand_name)
	by_line = (
		_outstanding_by_line(source, rows, reserved, item_code, warehouse)
		if source is not None
		else _waiting_by_line(reserved, item_code, warehouse)
	)
	line = _chosen_line(demand, by_line, item_code, qty)
	if source is not None:
		claim_row(ctx, source, next(row for row in rows if (row["demand_line"] or "") == line))
	here = reserved.get((line, item_code, warehouse))
	supersedes = bool(here and (here["waiting"] or here["released"]))
	return DemandRow(replace(demand, demand_line=line), supersedes)


def _rows_of_item(ctx: Context, source: DemandSource, demand: Demand, item_code: str) -> list[Row]:
	rows = rows_of(ctx, source, demand.demand_name, demand.demand_line)
	rows = [row for row in rows if row["item_code"] == item_code]
	if not rows and document_of(ctx, source, demand.demand_name) is None:
		raise NotFound(
			"{demand_type} {demand_name} does not exist.",
			code="unknown_demand",
			demand_type=demand.demand_type,
			demand_name=demand.demand_name,
		)
	return rows


def _chosen_line(demand: Demand, by_line: Mapping[str, Decimal], item_code: str, qty: Decimal) -> str:
	lines = [line for line in by_line if not demand.demand_line or line == demand.demand_line]
	about = {"demand_type": demand.demand_type, "demand_name": demand.demand_name, "item_code": item_code}
	if not lines:
		raise InvalidInput(
			"{demand_type} {demand_name} has no row with outstanding item {item_code}.",
			code="not_demanded",
			**about,
		)
	enough = (line for line in lines if by_line[line] >= qty)
	line = next(enough, max(lines, key=lambda line: by_line[line]))
	if qty > by_line[line]:
		raise Conflict(
			"{demand_type} {demand_name} has {left} of item {item_code} outstanding and not reserved; {qty} is more.",
			code="more_than_outstanding",
			**about,
			left=to_text(max(by_line[line], ZERO)),
			qty=to_text(qty),
		)
	return line


def _outstanding_by_line(
	source: DemandSource,
	rows: Iterable[Row],
	reserved: Mapping[tuple[str, str, str], Row],
	item_code: str,
	warehouse: str,
) -> dict[str, Decimal]:
	"""Return what each row of an item still demands and is not reserved for it in any warehouse, in stock UOM. Rows that
	name this warehouse come first. A document that is closed, cancelled or completed demands nothing."""
	by_line: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in sorted(rows, key=lambda row: row["warehouse"] != warehouse):
		missing = outstanding(row)
		if missing and not source.demands_nothing(row):
			by_line[row["demand_line"] or ""] += missing
	for (line, item, _), quantities in reserved.items():
		if item == item_code and line in by_line:
			by_line[line] -= quantities["reserved"]
	return by_line


def _waiting_by_line(
	reserved: Mapping[tuple[str, str, str], Row], item_code: str, warehouse: str
) -> dict[str, Decimal]:
	return {
		line: quantities["waiting"]
		for (line, *key), quantities in reserved.items()
		if key == [item_code, warehouse]
	}
