"""Arriving: one order, or all that a truck brings."""

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.inbound import EXPECTED, INBOUND, TO_RECEIVE, truck_number
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters, modules
from inventory_midplatform.services.flows import steps

_OF_TRUCK = """
SELECT name FROM `tabInbound Order`
WHERE truck = %(truck)s AND warehouse = %(warehouse)s AND state = %(state)s ORDER BY name
"""


def arrive(ctx: Context, name: str, dock: str = "") -> Reason:
	"""Say that an order has arrived; it is assigned to the user. At another dock than booked, its slot is given up.

	Raises what :func:`steps.begin` raises.
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "arrive")
	changes = {
		"assignee": ctx.identity.user,
		"dock": dock or order["dock"],
		"arrived_at": ctx.clock.now(),
	}
	if dock and dock.casefold() != (order["dock"] or "").casefold():
		changes |= {"slot_start": None, "slot_end": None}
	steps.finish(ctx, INBOUND, order, "arrive", TO_RECEIVE, **changes)
	return Reason("{name} has arrived.", name=name)


def arrive_truck(ctx: Context, warehouse: str, truck: str, dock: str = "") -> list[tuple[str, Reason]]:
	"""Say that all orders have arrived which a truck brings to a warehouse; returns their names, sorted.

	Locks the orders in the sequence of their names. Raises Conflict (``nothing_on_truck``), NotFound
	(``unknown_warehouse``), and what :func:`steps.begin` raises.
	"""
	modules.require(ctx, "inbound")
	place = masters.known_warehouse(ctx, warehouse)
	about = {"truck": truck_number(truck), "warehouse": place, "state": EXPECTED}
	names = [row["name"] for row in ctx.store.rows(_OF_TRUCK, about)] if about["truck"] else []
	if not names:
		raise Conflict(
			"Nothing is expected in {warehouse} with truck {truck}.",
			code="nothing_on_truck",
			warehouse=place,
			truck=about["truck"] or "-",
		)
	return [(name, arrive(ctx, name, dock)) for name in names]
