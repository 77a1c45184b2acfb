"""Put the Outbound Orders of a document on hold with it, and resume them with it."""

from collections.abc import Sequence

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.outbound import (
	ON_HOLD,
	OUTBOUND,
	TO_ACCEPT,
	TO_PICK,
	WORKING,
)
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import recipients
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.outbound import allocation, lines, orders

_PICKED = """
SELECT name, line, reservation, item_code, batch_no, staging_bin, qty - returned_qty AS qty FROM `tabOutbound Pick`
WHERE outbound_order = %(name)s AND is_moved = 1 AND qty > returned_qty ORDER BY name
"""


def put_on_hold(ctx: Context, name: str, reason: str) -> None:
	"""Put an order on hold; picked stock stays in staging. Locks the order.

	Does nothing to an order that is on hold or to be put back, or whose delivery is posted.
	"""
	order = steps.read(ctx, OUTBOUND, name, locked=True)
	if order["state"] in WORKING and not order["is_posted"]:
		steps.finish(
			ctx, OUTBOUND, order, "Put on Hold", ON_HOLD, state_before=order["state"], on_hold_reason=reason
		)


def resume(ctx: Context, name: str) -> None:
	"""Return an order to the state it was put on hold in, once its document reserves again.

	The hold released its reservations, so its stock in staging is allocated to the new ones. Where other demands have
	reserved the stock meanwhile, it stays in staging unallocated. Locks the order, then the positions of its lines.
	"""
	order = steps.read(ctx, OUTBOUND, name, locked=True)
	state = order["state_before"] or TO_PICK
	allocate_picked(ctx, order, orders.lines_of(ctx, name, locked=True), walk=state == TO_PICK)
	steps.finish(ctx, OUTBOUND, order, "Resume", state, state_before=None, on_hold_reason=None)
	ctx.notifier.todo(
		[order["assignee"]] if order["assignee"] else recipients.storekeepers(ctx, order["warehouse"]),
		"{source} is not on hold any more: {name} goes on.",
		OUTBOUND.doctype,
		name,
		source=order["source_name"],
		name=name,
	)


def allocate_picked(ctx: Context, order: Row, order_lines: Sequence[Row], walk: bool) -> None:
	"""Allocate an order's stock in staging to the open reservations of its lines; with ``walk``, propose bins for the rest.

	Locks the positions of the lines. The caller has locked the order.
	"""
	stock, allocations = lines.lock(ctx, order, order_lines)
	picks = ctx.store.rows(_PICKED + ctx.store.for_update, {"name": order["name"]})
	for pick in picks:
		line = next(line for line in order_lines if line["name"] == pick["line"])
		_allocate(ctx, stock, allocations, order, line, pick)
	if walk:
		names = [r.name for r in lines.reservations_of(stock, order)]
		allocation.allocate(ctx, stock, allocations, [stock.current(name) for name in names])
	allocations.write()
	stock.write()


def _allocate(
	ctx: Context, stock: LockedStock, allocations: Allocations, order: Row, line: Row, pick: Row
) -> None:
	"""Allocate a pick, first to the reservation it was picked for, then to others of its line."""
	own = [r for r in lines.reservations_of(stock, order) if lines.is_for(r, line)]
	rest = from_store(pick["qty"])
	used = []
	for name in sorted((r.name for r in own), key=lambda name: name != pick["reservation"]):
		r = stock.current(name)
		part = min(rest, r.reserved - r.allocated)
		if part > 0:
			key = (line["item_code"], order["warehouse"])
			allocations.add(Allocation(r.name, *key, pick["staging_bin"], pick["batch_no"] or "", part))
			stock.put(lines.with_allocated(r, r.allocated + part))
			used.append(r.name)
			rest -= part
	if used and pick["reservation"] not in used:
		ctx.store.execute(
			"UPDATE `tabOutbound Pick` SET reservation = %(reservation)s WHERE name = %(name)s",
			{"reservation": used[0], "name": pick["name"]},
		)


def put_back(ctx: Context, order: Row) -> None:
	"""Discard the draft of an order on hold, and let it be picked again when it is resumed."""
	if order["delivery_document"]:
		ctx.documents.discard(order["delivery_doctype"], order["delivery_document"])
	before = TO_PICK if order["state_before"] != TO_ACCEPT else TO_ACCEPT
	nothing = {"delivery_doctype": None, "delivery_document": None}
	steps.finish(ctx, OUTBOUND, order, "unpick", ON_HOLD, state_before=before, **nothing)
