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
	of_known_type,
	outstanding,
	outstanding_rows,
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
	"""The row that a demand names, with what is reserved for it."""

	row: Row
	reserved: dict[tuple[str, str, str], Row]
	"""As ``reserved_quantities.demand_quantities`` returns it; ``reserved`` is the sum of all warehouses."""

	@property
	def item_code(self) -> str:
		return str(self.row["item_code"])

	@property
	def warehouse(self) -> str:
		return str(self.row["warehouse"])


OF_DEMAND = ("demand_type", "demand_name")
NAMED = "d.name = %(name)s"
USABLE_ROW = """{row} = %(line)s AND item.name = %(item_code)s AND wh.name = %(warehouse)s
	AND item.disabled = 0 AND wh.disabled = 0"""
RESERVED_FOR_IT = """
LEFT JOIN {reservations} ON reservation.demand_type = %(demand_type)s AND reservation.demand_name = d.name
	AND reservation.demand_line = {line} AND reservation.item_code = item.name AND reservation.status <> %(cancelled)s"""
QUANTITIES = {
	"reserved": "reservation.reserved_qty",
	"waiting": "CASE reservation.warehouse WHEN wh.name THEN reservation.waiting_qty END",
	"released": "CASE reservation.warehouse WHEN wh.name THEN reservation.released_qty END",
}
"""Of each reservation of the row; what is reserved counts in whatever warehouse."""


def named_row(ctx: Context, demand: Demand, item_code: str, warehouse: str) -> NamedRow | None:
	"""Return the row of a document that ``demand`` names, with what is reserved for it, by one statement.

	None where the demand names no row, where its type is no document here or one whose rows share what was delivered, and
	where the row is a product bundle's, of another item or warehouse, or of one that is disabled.
	"""
	demand = of_known_type(demand)
	source = DEMAND_SOURCES.get(demand.demand_type)
	if source is None or source.taken_from or not demand.demand_line:
		return None
	rows = outstanding_rows(
		ctx,
		source,
		_named_statement(
			source.demand_type, ctx.store.through("Inventory Reservation", OF_DEMAND, "reservation")
		),
		{
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
	key = (rows[0]["demand_line"], rows[0]["item_code"], rows[0]["warehouse"])
	sums = {name: sum((from_store(row[name]) for row in rows), ZERO) for name in QUANTITIES}
	return NamedRow(rows[0], {key: sums})


@cache
def _named_statement(demand_type: str, reservations: str) -> str:
	source = DEMAND_SOURCES[demand_type]
	line = source.rows.columns["demand_line"]
	unread = ("due", "idx")
	columns = {name: column for name, column in source.rows.columns.items() if name not in unread}
	# as text: the driver would take long to make a moment of it
	columns["row_modified"] = f"CAST({columns['row_modified']} AS CHAR)"
	return source.rows.text(
		NAMED,
		USABLE_ROW.format(row=source.row_column),
		columns | QUANTITIES,
		RESERVED_FOR_IT.format(reservations=reservations, line=line),
	)


def resolve_line(
	ctx: Context, demand: Demand, item_code: str, warehouse: str, qty: Decimal, named: NamedRow | None = None
) -> DemandRow:
	"""Return the demand as its document spells it, with the row that ``qty`` (stock UOM) is for.

	``named`` is what :func:`named_row` found. Where no row is named it is the first that demands as much of the item from
	this warehouse, else from any. A demand of a type that is no document here is returned as it is. Locks the row in
	ERPNext's table, so call it before any position is locked.

	A reservation beyond what the row demands would be released at the next sync, so raises NotFound
	(``unknown_demand``) where there is no such document, InvalidInput (``not_demanded``) where no row of it, or not the
	named one, demands the item, Conflict (``more_than_outstanding``) where less is outstanding and not reserved,
	SnapshotConflict where somebody else has just reserved for the row.
	"""
	demand = of_known_type(demand)
	source = DEMAND_SOURCES.get(demand.demand_type)
	if source is None and demand.demand_type != POS_INVOICE:
		return DemandRow(demand)
	rows = [named.row] if named else []
	if source is not None:
		rows = rows or _rows_of_item(ctx, source, demand, item_code)
		demand = replace(demand, demand_name=rows[0]["demand_name"] if rows else demand.demand_name)
	reserved = (
		named.reserved
		if named
		else reserved_quantities.demand_quantities(ctx, demand.demand_type, demand.demand_name)
	)
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
