"""Waves: many Outbound Orders of one warehouse, released together and picked in one walk.

Locks: the wave (not for a pick), then its orders in the order of their names, then positions, then bins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.outbound import ON_HOLD, OUTBOUND, TO_ACCEPT, TO_CHECK
from inventory_midplatform.domain.outbound import TO_PICK as ORDER_TO_PICK
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.reservation import Reservation
from inventory_midplatform.domain.waves import CANCELLED, DONE, TO_PACK, TO_PICK, TO_RELEASE, WAVE
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log, recipients
from inventory_midplatform.services.approval import submitting
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations import staging
from inventory_midplatform.services.outbound import allocation, lines, orders

_READY = """
SELECT o.name FROM `tabOutbound Order` o
WHERE o.state = %(state)s AND o.warehouse = %(warehouse)s AND (o.wave IS NULL OR o.wave = '')
	AND (%(carrier)s = '' OR o.carrier = %(carrier)s)
	AND (%(due_until)s IS NULL OR o.due <= %(due_until)s)
	AND (%(ordered_until)s IS NULL OR o.creation <= %(ordered_until)s)
	AND (%(single_line_only)s = 0
		OR (SELECT COUNT(*) FROM `tabOutbound Order Line` line WHERE line.parent = o.name AND line.qty > 0) = 1)
	AND (SELECT SUM(r.reserved_qty) FROM `tabInventory Reservation` r
		WHERE r.demand_type = o.source_type AND r.demand_name = o.source_name AND r.warehouse = o.warehouse) > 0
	AND (%(zone)s = '' OR NOT EXISTS (
		SELECT 1 FROM `tabOutbound Order Line` line WHERE line.parent = o.name AND line.qty > 0 AND NOT EXISTS (
			SELECT 1 FROM `tabBin Stock` stock JOIN `tabWarehouse Bin` wb ON wb.name = stock.bin
			WHERE stock.item_code = line.item_code AND stock.warehouse = o.warehouse AND wb.zone = %(zone)s
				AND stock.stock_status = 'Available' AND stock.qty > stock.allocated_qty)))
ORDER BY o.priority DESC, o.due, o.name LIMIT %(max_orders)s
"""

_IN_WAVE = "SELECT name FROM `tabOutbound Order` WHERE wave = %(wave)s"

_IN_WAVE_WITH_ITEM = """
SELECT DISTINCT o.name FROM `tabOutbound Order` o JOIN `tabOutbound Order Line` line ON line.parent = o.name
WHERE o.wave = %(wave)s AND line.item_code = %(item_code)s
"""


BySource = dict[tuple[str, str], list[Reservation]]
"""Document (type, name) → its open reservations."""


@dataclass(frozen=True)
class Selection:
	"""Which orders that wait to be accepted a wave is made of; what is left empty does not matter."""

	due_until: date | None = None
	carrier: str = ""
	zone: str = ""
	"""Orders whose every item has unallocated stock in this zone."""
	single_line_only: bool = False
	max_orders: int = 200
	ordered_until: datetime | None = None
	"""The cut-off: orders that came in later go with a later wave."""


def create(ctx: Context, warehouse: str, names: Sequence[str], selection: Selection) -> tuple[str, Reason]:
	"""Make a wave of these orders, or of those that are ready: something is reserved for them, the most urgent first.

	Each order gets the number of its cell at the pack station. Locks the orders. Raises NotFound (``unknown_document``),
	Conflict (``no_orders``; of named ones ``wrong_state``, ``in_wave``), InvalidInput (``wrong_warehouse``).
	"""
	modules.require(ctx, "outbound")
	place = masters.stock_warehouse(ctx, warehouse).name
	chosen = _named(ctx, place, names) if names else _ready(ctx, place, selection)
	if not chosen:
		raise Conflict("No order in {warehouse} is ready for a wave.", code="no_orders", warehouse=place)
	wave = ctx.documents.create(
		WAVE.doctype,
		{
			"state": TO_RELEASE,
			"warehouse": place,
			"company": chosen[0]["company"],
			"order_count": len(chosen),
			"due_until": selection.due_until,
			"ordered_until": selection.ordered_until,
			"carrier": selection.carrier,
			"zone": selection.zone or None,
			"single_line_only": int(selection.single_line_only),
		},
	)
	cells = [{"name": o["name"], "wave": wave, "cell": n} for n, o in enumerate(by_urgency(chosen), 1)]
	for part in batches(cells):
		ctx.store.add(OUTBOUND.doctype, ("name",), part, add=(), put=("wave", "cell"))
	operation_log.log(ctx, "Step", WAVE.doctype, wave, warehouse=place, to_value=TO_RELEASE)
	ctx.notifier.todo(
		recipients.storekeepers(ctx, place),
		"Wave {name} of {count} orders is to be released in {warehouse}.",
		WAVE.doctype,
		wave,
		name=wave,
		count=len(chosen),
		warehouse=place,
	)
	return wave, Reason("Wave {name} of {count} orders made.", name=wave, count=len(chosen))


def ready(ctx: Context, warehouse: str, selection: Selection) -> list[str]:
	"""Return the orders that a wave would be made of now, the most urgent first. Locks nothing; raises what
	:mod:`masters` raises.
	"""
	modules.require(ctx, "outbound")
	return _names_of_ready(ctx, masters.stock_warehouse(ctx, warehouse).name, selection)


def _names_of_ready(ctx: Context, warehouse: str, selection: Selection) -> list[str]:
	about = {"state": TO_ACCEPT, "warehouse": warehouse, **vars(selection)}
	about["single_line_only"] = int(selection.single_line_only)
	return [str(row["name"]) for row in ctx.store.rows(_READY, about)]


def _ready(ctx: Context, warehouse: str, selection: Selection) -> list[Row]:
	names = _names_of_ready(ctx, warehouse, selection)
	found = steps.lock_many(ctx, OUTBOUND, names) if names else []
	return [o for o in found if o["state"] == TO_ACCEPT and not o["wave"] and _may_begin(ctx, o)]


def _may_begin(ctx: Context, order: Row) -> bool:
	return submitting.is_approved_to_begin(ctx, OUTBOUND.doctype, order["name"])


def _named(ctx: Context, warehouse: str, names: Sequence[str]) -> list[Row]:
	found = {order["name"]: order for order in steps.lock_many(ctx, OUTBOUND, sorted(set(names)))}
	for name in names:
		if name not in found:
			raise NotFound(
				"{doctype} {name} does not exist.",
				code="unknown_document",
				doctype=OUTBOUND.doctype,
				name=name,
			)
		order = found[name]
		if order["warehouse"] != warehouse:
			raise InvalidInput(
				"{name} is an order of warehouse {warehouse}.",
				code="wrong_warehouse",
				name=name,
				warehouse=order["warehouse"],
			)
		OUTBOUND.require("accept", name, order["state"], ctx.identity.roles)
		if order["wave"]:
			raise Conflict("{name} is in wave {wave} already.", code="in_wave", name=name, wave=order["wave"])
		submitting.require_approved_to_begin(ctx, OUTBOUND.doctype, name)
	return list(found.values())


def by_urgency(found: Iterable[Row]) -> list[Row]:
	"""Return orders by priority, due date and name, the most urgent first."""
	return sorted(found, key=lambda o: (-(o["priority"] or 0), str(o["due"] or "9999"), o["name"]))


def release(ctx: Context, name: str) -> Reason:
	"""Accept all orders of a wave and allocate bins to what is reserved for them.

	An order of which nothing is reserved, that is on hold or cancelled, or that needs an approval, leaves the wave. Raises what :func:`steps.begin` raises, and Conflict
	(``nothing_reserved``) where that is true of all.
	"""
	modules.require(ctx, "outbound")
	wave = steps.begin(ctx, WAVE, name, "release")
	in_wave = orders_in(ctx, name)
	found = [order for order in in_wave if order["state"] == TO_ACCEPT and _may_begin(ctx, order)]
	order_lines = orders.lines_of_many(ctx, [order["name"] for order in found])
	stock, allocations, by_source = lock(ctx, wave, found, order_lines)
	ready = [order for order in found if any(r.reserved for r in by_source.get(lines.source_of(order), ()))]
	if not ready:
		raise Conflict("No stock is reserved for {name} yet.", code="nothing_reserved", name=name)
	_leave(ctx, [order for order in in_wave if order not in ready])
	allocation.allocate(
		ctx, stock, allocations, [r for order in ready for r in by_source[lines.source_of(order)]]
	)
	allocations.write()
	stock.write()
	me, bin = ctx.identity.user, staging.staging_bin(ctx, wave["warehouse"])
	steps.finish_many(ctx, OUTBOUND, ready, "accept", ORDER_TO_PICK, assignee=me, staging_bin=bin)
	steps.finish(ctx, WAVE, wave, "release", TO_PICK, assignee=me, staging_bin=bin, order_count=len(ready))
	return Reason("{name} released: {count} orders to pick.", name=name, count=len(ready))


def finish_picking(ctx: Context, name: str) -> Reason:
	"""Say that all that can be picked is picked: the orders go to the pack station, which checks them.

	What is missing is short, and stays reserved for a further order. An order of which nothing was picked, that is on
	hold, or whose delivery was posted by hand meanwhile, leaves the wave. Raises Conflict (``more_than_ordered``).
	"""
	modules.require(ctx, "outbound")
	wave = steps.begin(ctx, WAVE, name, "finish_picking")
	found = orders_in(ctx, name)
	open_orders = [order for order in found if order["state"] == ORDER_TO_PICK]
	order_lines = orders.lines_of_many(ctx, [order["name"] for order in open_orders])
	begun = {line["parent"] for line in order_lines if line["picked_qty"]}
	done = [order for order in to_pick(open_orders) if order["name"] in begun]
	waiting = [order for order in found if order["state"] == ON_HOLD]
	_leave(ctx, [*waiting, *(order for order in open_orders if order not in done)])
	names = {order["name"] for order in done}
	done_lines = [line for line in order_lines if line["parent"] in names]
	orders.require_no_more_than_ordered(done_lines)
	if done:
		stock, allocations, by_source = lock(ctx, wave, done, done_lines)
		reservations = [r for order in done for r in by_source.get(lines.source_of(order), ())]
		lines.drop_proposals(ctx, stock, allocations, reservations, done)
		allocations.write()
		stock.write()
		orders.set_lines(ctx, orders.shortages(done_lines), "short_qty")
		steps.finish_many(ctx, OUTBOUND, done, "finish_picking", TO_CHECK)
	packing = bool(done) or any(order["state"] == TO_CHECK for order in found)
	steps.finish(ctx, WAVE, wave, "finish_picking", TO_PACK if packing else DONE)
	return Reason("{name} is picked: {count} orders to pack.", name=name, count=len(done))


def close(ctx: Context, name: str) -> Reason:
	"""Say that a wave is packed. Orders that are not leave it, and go on by themselves."""
	modules.require(ctx, "outbound")
	wave = steps.begin(ctx, WAVE, name, "close")
	unfinished = [
		order for order in orders_in(ctx, name) if order["state"] in (ORDER_TO_PICK, TO_CHECK, ON_HOLD)
	]
	_leave(ctx, unfinished)
	steps.finish(ctx, WAVE, wave, "close", DONE)
	return Reason("{name} is done.", name=name)


def cancel(ctx: Context, name: str) -> Reason:
	"""Cancel a wave, not its orders: they leave it as they are."""
	modules.require(ctx, "outbound")
	wave = steps.begin(ctx, WAVE, name, "cancel")
	_leave(ctx, orders_in(ctx, name))
	steps.finish(ctx, WAVE, wave, "cancel", CANCELLED)
	return Reason("{name} cancelled.", name=name)


# the orders of a wave


def orders_in(ctx: Context, name: str, item_code: str = "") -> list[Row]:
	"""Lock the orders of a wave, of one item only where it is named, and return those that are still in it."""
	sql = _IN_WAVE_WITH_ITEM if item_code else _IN_WAVE
	rows = ctx.store.rows(sql, {"wave": name, "item_code": item_code})
	found = steps.lock_many(ctx, OUTBOUND, [row["name"] for row in rows]) if rows else []
	return [order for order in found if order["wave"] == name]


def to_pick(found: Iterable[Row]) -> list[Row]:
	"""Return those that are picked with the wave. A delivery posted by hand is picked by itself."""
	return [order for order in found if order["state"] == ORDER_TO_PICK and not order["is_posted"]]


def lock(
	ctx: Context, wave: Row, found: Sequence[Row], order_lines: Sequence[Row]
) -> tuple[LockedStock, Allocations, BySource]:
	"""Lock the positions of lines; return them, their allocations, and the open reservations by document."""
	stock, allocations = lines.lock(ctx, wave, order_lines)
	by_source: BySource = {}
	for r in stock.of_demands({lines.source_of(order) for order in found}):
		if r.open:
			by_source.setdefault((r.demand.demand_type, r.demand.demand_name), []).append(r)
	return stock, allocations, by_source


def _leave(ctx: Context, leaving: Sequence[Row]) -> None:
	"""Take orders out of their wave. Their rows are locked."""
	for part in batches([order["name"] for order in leaving]):
		ctx.store.execute(
			"UPDATE `tabOutbound Order` SET wave = NULL, cell = 0, modified = %(now)s, modified_by = %(user)s"
			" WHERE name IN %(names)s",
			{"now": ctx.clock.now(), "user": ctx.identity.user, "names": part},
		)
