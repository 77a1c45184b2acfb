"""Cross-docking: received stock that an Outbound Order needs goes to staging at once, instead of into a storage bin."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain import removal
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.inbound import INBOUND, TO_INSPECT, TO_PUT_AWAY
from inventory_midplatform.domain.outbound import OUTBOUND, TO_ACCEPT
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import orders, putting_away
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.outbound import picking

_NEEDED = """
SELECT o.name AS outbound_order, o.source_name, o.customer, o.due, line.name AS outbound_line, line.item_code,
	line.qty - line.picked_qty AS left_qty, r.reserved_qty - r.allocated_qty AS unallocated_qty,
	(SELECT COALESCE(SUM(a.qty), 0) FROM `tabBin Allocation` a WHERE a.reservation = r.name AND a.bin = %(unplaced)s)
		AS allocated_here
FROM `tabOutbound Order` o
JOIN `tabOutbound Order Line` line ON line.parent = o.name
JOIN `tabInventory Reservation` r ON r.demand_type = o.source_type AND r.demand_name = o.source_name
	AND r.warehouse = o.warehouse AND r.item_code = line.item_code
	AND COALESCE(r.demand_line, '') = COALESCE(line.source_row, '')
WHERE o.warehouse = %(warehouse)s AND o.state IN ('To Accept', 'To Pick') AND COALESCE(o.wave, '') = ''
	AND COALESCE(o.stock_status, '') IN ('', 'Available')
	AND line.item_code IN %(items)s AND line.qty > line.picked_qty
	AND r.status IN ('Reserved', 'Partially Reserved')
ORDER BY o.priority DESC, o.due, o.creation, o.name, line.idx
"""


@dataclass(frozen=True)
class CrossDocked:
	"""What a storekeeper brought from the dock to staging. ``qty`` in stock UOM."""

	line: str
	outbound_order: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: Sequence[str] = ()


def needed(ctx: Context, name: str) -> list[Row]:
	"""Return which Outbound Orders need what an Inbound Order has still to put away, the most urgent first.

	Free stock in storage bins serves orders first: the older goods leave before those that have just come. Each row has the
	lines of both orders and ``qty`` in stock UOM. Orders of a wave are left out: they are picked together. Changes nothing.
	"""
	order = steps.read(ctx, INBOUND, name)
	if not ctx.settings.outbound or order["state"] not in (TO_INSPECT, TO_PUT_AWAY):
		return []
	line_of: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
	by_line: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
	for row in orders.receipt_lines(ctx, name):
		by_line[(row["item_code"], row["line"])] += orders.to_put_away_qty(row)
	for (item, line), qty in by_line.items():
		if qty > 0:
			line_of[item].append((line, qty))
	if not line_of:
		return []
	warehouse = order["warehouse"]
	unplaced = bin_stock.unplaced_bins(ctx, [warehouse])[warehouse]
	about = {"warehouse": warehouse, "unplaced": unplaced, "items": sorted(line_of)}
	rows = ctx.store.rows(_NEEDED, about)
	in_bins = _free_in_bins(ctx, warehouse, unplaced, {row["item_code"] for row in rows})
	found: list[Row] = []
	for row in rows:
		item = row["item_code"]
		unallocated = from_store(row["unallocated_qty"])
		from_bins = min(unallocated, in_bins[item])
		in_bins[item] -= from_bins
		qty = min(from_store(row["left_qty"]), unallocated - from_bins + from_store(row["allocated_here"]))
		for i, (line, left) in enumerate(line_of[item]):
			if (part := min(qty, left)) > 0:
				texts = ("outbound_order", "outbound_line", "source_name", "item_code", "due")
				shown = {**{k: row[k] for k in texts}, "customer": row["customer"] or ""}
				found.append({**shown, "line": line, "qty": part})
				line_of[item][i] = (line, left - part)
				qty -= part
	return found


def _free_in_bins(ctx: Context, warehouse: str, unplaced: str, items: set[str]) -> dict[str, Decimal]:
	"""Return how much of each item is unallocated in bins from which it is picked, in stock UOM."""
	keys: list[Key] = [(item, warehouse) for item in sorted(items)]
	today = ctx.clock.now().date()
	return {
		item: sum((c.qty for c in removal.pickable(contents, today) if c.bin != unplaced), ZERO)
		for (item, _), contents in bin_stock.bin_contents(ctx, keys, locked=False).items()
	}


def cross_dock(ctx: Context, name: str, moved: CrossDocked) -> Reason:
	"""Bring a quantity of a received line to the staging bin of an Outbound Order: it is picked and put away in one step.

	An order that nobody has accepted is accepted. Locks the Inbound Order, then the Outbound Order, then the position.
	Raises Conflict (``not_needed``), and what :func:`putting_away.begin`, :func:`picking.accept` and :func:`picking.pick`
	raise.
	"""
	received = putting_away.begin(
		ctx, name, "cross_dock", moved.line, moved.qty, moved.batch_no, moved.serial_nos
	)
	possible = [
		row
		for row in needed(ctx, name)
		if (row["line"], row["outbound_order"]) == (moved.line, moved.outbound_order)
	]
	most = sum((row["qty"] for row in possible), ZERO)
	if most < moved.qty:
		raise Conflict(
			"{outbound_order} needs {needed} of item {item_code}; {qty} is more.",
			code="not_needed",
			outbound_order=moved.outbound_order,
			item_code=received.line["item_code"],
			needed=to_text(most),
			qty=to_text(moved.qty),
		)
	outbound = steps.read(ctx, OUTBOUND, moved.outbound_order)
	if outbound["state"] == TO_ACCEPT:
		picking.accept(ctx, moved.outbound_order)
	for outbound_line, qty, serial_nos in _parts(possible, moved):
		pick = picking.Pick(outbound_line, received.unplaced, qty, received.batch_no, serial_nos, name)
		picking.pick(ctx, moved.outbound_order, pick)
	staging = steps.read(ctx, OUTBOUND, moved.outbound_order)["staging_bin"]
	putting_away.placed(ctx, received, "cross_dock", moved.qty, staging)
	return Reason(
		"{qty} of {item_code} brought to staging for {outbound_order}.",
		qty=to_text(moved.qty),
		item_code=received.line["item_code"],
		outbound_order=moved.outbound_order,
	)


def _parts(needing: Sequence[Row], moved: CrossDocked) -> Iterator[tuple[str, Decimal, Sequence[str]]]:
	"""Yield how much, and which serial numbers, go to which line of the Outbound Order: an item may have several."""
	left, serial_nos = moved.qty, list(moved.serial_nos)
	for row in needing:
		qty = min(left, row["qty"])
		if qty > 0:
			count = int(qty) if serial_nos else 0
			yield row["outbound_line"], qty, serial_nos[:count]
			left, serial_nos = left - qty, serial_nos[count:]
