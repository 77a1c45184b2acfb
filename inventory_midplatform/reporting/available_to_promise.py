"""Available to promise: how much of an item can be promised from a warehouse by a day, with its reasons."""

from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.available_to_promise import Event, projection
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import positions
from inventory_midplatform.services.demand.sources import as_day
from inventory_midplatform.services.ledger.stored_reservations import WAITING_STATUSES
from inventory_midplatform.services.planning import in_transit, open_demand

WAITING = (
	"SELECT demand_type, demand_name, SUM(waiting_qty) AS qty FROM `tabInventory Reservation`"
	" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s AND status IN %(statuses)s AND waiting_qty > 0"
	" GROUP BY demand_type, demand_name"
)

PLANNED = f"""
SELECT {open_demand.PLANNED_FOR} AS qty FROM `tabBin` bin
WHERE bin.item_code = %(item_code)s AND bin.warehouse = %(warehouse)s
"""

SUPPLY = """
SELECT 'Purchase Order' AS document_type, po.name AS document,
	poi.stock_qty - poi.received_qty * poi.conversion_factor AS qty,
	COALESCE(poi.expected_delivery_date, poi.schedule_date) AS due
FROM `tabPurchase Order Item` poi
JOIN `tabPurchase Order` po ON po.name = poi.parent
WHERE poi.item_code = %(item_code)s AND poi.warehouse = %(warehouse)s AND poi.delivered_by_supplier = 0
	AND po.docstatus = 1 AND po.status NOT IN ('Closed', 'Completed', 'Delivered')
UNION ALL
SELECT 'Work Order', wo.name, wo.qty - wo.produced_qty - wo.process_loss_qty,
	COALESCE(wo.planned_end_date, wo.expected_delivery_date)
FROM `tabWork Order` wo
WHERE wo.production_item = %(item_code)s AND wo.fg_warehouse = %(warehouse)s
	AND wo.docstatus = 1 AND wo.status NOT IN ('Closed', 'Stopped', 'Completed')
UNION ALL
SELECT 'Material Request', sent.material_request, sent.qty, sent.schedule_date FROM ({sent}) sent
""".format(
	sent=in_transit.SENT_FOR_REQUESTS.format(
		condition="sent.item_code = %(item_code)s AND request.warehouse = %(warehouse)s"
	)
)
"""What is on its way, in stock UOM: bought, made, and sent from another warehouse for a request."""


def available_to_promise(
	ctx: Context,
	item_code: str,
	warehouse: str,
	by_date: date | None = None,
	qty: Decimal | None = None,
	limit: int = 100,
) -> Row:
	"""Return how much more of an item can be promised from a warehouse by a day (default today), in stock UOM.

	The projection begins with what is available less what waits, for the waiting are filled first. It adds what the books
	know by date: open Purchase Orders (``expected_delivery_date``, else ``schedule_date``), Work Orders that make the item
	(planned end, else expected delivery) and transfers in transit (the request's date). It takes off what open Sales
	Orders, Material Requests to issue or transfer and Work Orders demand beyond their reservations, and, from today, what
	``Bin`` counts for subcontracting and production plans. Supply without a date, or overdue, is listed in ``undated`` and not
	counted; so is what ``Bin.ordered_qty`` has beyond the Purchase Orders (subcontracting; on the small books all of it).

	With ``qty``, also returns the first day for which that much can be promised (``earliest_date``). ``limit`` shortens the
	projection that is shown, not what is counted. Raises NotFound, NotPermitted.
	"""
	position = positions.get_position(ctx, item_code, warehouse)
	key = {"item_code": position["item_code"], "warehouse": position["warehouse"]}
	today = ctx.clock.now().date()
	waiting, supply = _waiting(ctx, key), _supply(ctx, key)
	bought = sum((event.qty for event in supply if event.document_type == "Purchase Order"), ZERO)
	if position["on_order"] > bought:
		supply.append(Event(position["on_order"] - bought, None, "Bin"))
	place = (key["item_code"], key["warehouse"])
	unreserved = [
		Event(-demand.qty, demand.due, demand.demand_type, demand.demand_name)
		for demand in open_demand.unreserved_demand(ctx, [place]).get(place, ())
	]
	found = projection(
		today, position["available"], [*waiting, *supply, *unreserved, *_planned_for(ctx, key)]
	)
	by = by_date or today
	return {
		**key,
		"stock_uom": position["stock_uom"],
		"by_date": by,
		"promised": found.promisable(by),
		"available": position["available"],
		"waiting": -sum((event.qty for event in waiting), ZERO),
		"earliest_date": None if qty is None else found.earliest(qty),
		"projection": [
			{**vars(step.event), "date": step.on, "balance": step.balance} for step in found.steps[:limit]
		],
		"undated": [vars(event) for event in found.undated[:limit]],
		"more": max(len(found.steps) - limit, 0) + max(len(found.undated) - limit, 0),
	}


def _waiting(ctx: Context, key: Row) -> list[Event]:
	return [
		Event(-from_store(row["qty"]), None, row["demand_type"] or "", row["demand_name"] or "", waits=True)
		for row in ctx.store.rows(WAITING, {**key, "statuses": WAITING_STATUSES})
	]


def _planned_for(ctx: Context, key: Row) -> list[Event]:
	rows = ctx.store.rows(PLANNED, key)
	return [Event(-from_store(row["qty"]), None, "Bin") for row in rows]


def _supply(ctx: Context, key: Row) -> list[Event]:
	return [
		Event(qty, as_day(row["due"]), row["document_type"], str(row["document"]))
		for row in ctx.store.rows(SUPPLY, key)
		if (qty := from_store(row["qty"])) > 0
	]
