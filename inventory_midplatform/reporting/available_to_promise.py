"""What of an item can be promised from a warehouse by a day, and the dated supply and demand that make it."""

from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.promise import Event, ladder
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import orders
from inventory_midplatform.services.locked_stock import WAITING_STATUSES

WAITING = (
	"SELECT demand_type, demand_name, SUM(waiting_qty) AS qty FROM `tabInventory Reservation`"
	" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s AND status IN %(statuses)s AND waiting_qty > 0"
	" GROUP BY demand_type, demand_name"
)

PLANNED = f"""
SELECT {orders.PLANNED_FOR} AS qty FROM `tabBin` bin
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
SELECT 'Material Request', mri.parent, sed.transfer_qty - sed.transferred_qty * sed.conversion_factor, mri.schedule_date
FROM `tabStock Entry` se
JOIN `tabStock Entry Detail` sed ON sed.parent = se.name
JOIN `tabMaterial Request Item` mri ON mri.name = sed.material_request_item
WHERE se.add_to_transit = 1 AND se.docstatus = 1 AND se.per_transferred < 100
	AND sed.item_code = %(item_code)s AND mri.warehouse = %(warehouse)s
"""
"""What is on its way, in stock UOM: bought, made, and sent from another warehouse for a request."""


def available_to_promise(
	ctx: Context,
	item_code: str,
	warehouse: str,
	by_date: date | None = None,
	qty: Decimal | None = None,
	limit: int = 100,
) -> Row:
	"""How much more of an item can be promised from a warehouse by a day (today if not said), in stock UOM.

	It begins with what is available less what waits: those who wait are served by whatever comes first. Then comes
	what the books know by date: open Purchase Orders (``expected_delivery_date``, else ``schedule_date``), Work Orders
	that make it (planned end, else expected delivery), transfers in transit (the request's date); less what open Sales
	Orders, Material Requests to issue or transfer and Work Orders want and have no reservation for, and, from today,
	what ``Bin`` knows that subcontracting and production plans want. Supply without a
	date, or overdue, is told in ``undated`` and not counted; so is what ``Bin.ordered_qty`` has beyond the Purchase
	Orders (subcontracting; on the small books all of it). With ``qty``, also the first day for which that much can be promised (``earliest_date``). ``limit``
	shortens the ladder that is shown, not what is counted. Raises NotFound, NotPermitted.
	"""
	position = positions.get_position(ctx, item_code, warehouse)
	key = {"item_code": position["item_code"], "warehouse": position["warehouse"]}
	today = ctx.clock.now().date()
	waiting, supply = _waiting(ctx, key), _supply(ctx, key)
	bought = sum((event.qty for event in supply if event.document_type == "Purchase Order"), ZERO)
	if position["on_order"] > bought:
		supply.append(Event(position["on_order"] - bought, None, "Bin"))
	where = (key["item_code"], key["warehouse"])
	wanted = [
		Event(-demand.qty, demand.due, demand.demand_type, demand.demand_name)
		for demand in orders.unreserved_demand(ctx, [where]).get(where, ())
	]
	found = ladder(today, position["available"], [*waiting, *supply, *wanted, *_planned_for(ctx, key)])
	by = by_date or today
	return {
		**key,
		"stock_uom": position["stock_uom"],
		"by_date": by,
		"promised": found.promisable(by),
		"available": position["available"],
		"waiting": -sum((event.qty for event in waiting), ZERO),
		"earliest_date": None if qty is None else found.earliest(qty),
		"ladder": [
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
		Event(qty, orders.as_date(row["due"]), row["document_type"], str(row["document"]))
		for row in ctx.store.rows(SUPPLY, key)
		if (qty := from_store(row["qty"])) > 0
	]
