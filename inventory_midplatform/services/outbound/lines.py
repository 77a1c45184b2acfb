"""A line of an Outbound Order: its positions, allocations and reservations under lock, and the bins it is picked from."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain import removal
from inventory_midplatform.domain.errors import Conflict, NotFound
from inventory_midplatform.domain.outbound import TO_PICK
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.reservation import Reservation
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.outbound import orders

_LEFT_TO_PICK = """
SELECT o.name, o.source_type, o.source_name, line.source_row, line.item_code, line.qty - line.picked_qty AS left_qty
FROM `tabOutbound Order` o JOIN `tabOutbound Order Line` line ON line.parent = o.name
WHERE o.source_name IN %(documents)s AND o.state = %(state)s AND o.warehouse = %(warehouse)s
	AND o.name NOT IN %(names)s AND o.is_posted = 0 AND line.qty > line.picked_qty
ORDER BY o.name, line.idx
"""


def lock(ctx: Context, order: Row, lines: Sequence[Row]) -> tuple[LockedStock, Allocations]:
	"""Lock the positions of lines in the order's (or the wave's) warehouse; return them with their allocations."""
	keys = {(line["item_code"], order["warehouse"]) for line in lines}
	return LockedStock(ctx, keys), Allocations(ctx, keys)


def reservations_of(stock: LockedStock, order: Row) -> list[Reservation]:
	"""Return the open reservations of the order's document on the locked positions."""
	found = stock.of_demands([(order["source_type"], order["source_name"])])
	return [r for r in found if r.open]


def is_for(r: Reservation, line: Row) -> bool:
	"""Return whether a reservation of the order's document is for a line: for its row, or for its item in any row."""
	return r.item_code == line["item_code"] and r.demand.demand_line in ("", line["source_row"] or "")


def line_named(ctx: Context, name: str, line: str) -> Row:
	"""Lock the order's lines and return one. Raises NotFound (``unknown_line``)."""
	found = [row for row in orders.lines_of(ctx, name, locked=True) if row["name"] == line]
	if not found:
		raise NotFound("{name} has no line {line}.", code="unknown_line", name=name, line=line)
	return found[0]


def drop_proposals(
	ctx: Context,
	stock: LockedStock,
	allocations: Allocations,
	reservations: Sequence[Reservation],
	picked: Sequence[Row],
) -> None:
	"""Deallocate what was proposed for orders and not picked. The caller has locked the positions, and writes both.

	``picked`` are the orders, of one warehouse, and ``reservations`` those of their documents. Further orders of the same
	documents keep what they have still to pick.
	"""
	staging_bin = picked[0]["staging_bin"]
	by_name = {r.name: r for r in reservations}
	proposals = [a for a in allocations.of(by_name) if a.bin != staging_bin]
	others = left_to_pick(ctx, picked, {by_name[a.reservation].demand.demand_name for a in proposals})
	for a in reversed(proposals):
		r = stock.current(a.reservation)
		rest = a.qty
		for line in others:
			if is_for(r, line) and source_of(line) == (r.demand.demand_type, r.demand.demand_name):
				kept = min(rest, line["left_qty"])
				line["left_qty"] -= kept
				rest -= kept
		if rest:
			allocations.take(a, rest)
			stock.put(with_allocated(r, r.allocated - rest))


def left_to_pick(ctx: Context, but: Sequence[Row], documents: Collection[str]) -> list[Row]:
	"""Return what other orders of these documents have still to pick in the warehouse of the orders ``but``, by line.

	Each row has the order's name, source_type, source_name, source_row, item_code and left_qty (stock UOM).
	"""
	found: list[Row] = []
	about = {"warehouse": but[0]["warehouse"], "names": [order["name"] for order in but], "state": TO_PICK}
	for part in batches(sorted(documents)):
		found += ctx.store.rows(_LEFT_TO_PICK, {**about, "documents": part})
	return [{**row, "left_qty": from_store(row["left_qty"])} for row in found]


def source_of(order: Row) -> tuple[str, str]:
	return (order["source_type"], order["source_name"])


def bin_to_pick(ctx: Context, bin: str, warehouse: str, item_code: str) -> str:
	"""Return the name of the bin that an item is picked from, or is short in; it may be disabled.

	Raises what :func:`masters.bin_in` raises, and Conflict (``not_pickable``) for a staging bin.
	"""
	row = masters.bin_in(ctx, bin, warehouse, usable=False)
	if row["is_staging"]:
		raise Conflict(
			"Item {item_code} in bin {bin} cannot be picked. {reason}",
			code="not_pickable",
			item_code=item_code,
			bin=row["name"],
			reason=removal.IN_STAGING.sentence(),
		)
	return str(row["name"])


def with_allocated(r: Reservation, qty: Decimal) -> Reservation:
	"""Return the reservation with ``qty`` allocated to bins."""
	return replace(r, allocated=qty)
