"""Which Outbound Orders belong to a document, and their locks.

A step that posts locks the order's document, then the order, then the books and stock. What is posted or changed in the
books locks in the same sequence, by :func:`lock_orders`; else the two could wait for each other.
"""

from collections.abc import Iterable

from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.ports import Context, Row, Voucher
from inventory_midplatform.services import document_locks
from inventory_midplatform.services.flows import steps

_OPEN_OF_SOURCE = """
SELECT name, state, warehouse FROM `tabOutbound Order`
WHERE source_type = %(source_type)s AND source_name = %(source_name)s AND state NOT IN %(final)s
ORDER BY name
"""

_OF_DELIVERY = """
SELECT name FROM `tabOutbound Order`
WHERE delivery_doctype = %(doctype)s AND delivery_document = %(name)s AND (is_posted = 1 OR state = 'Shipped')
ORDER BY name
"""


def open_orders(ctx: Context, source_type: str, source_name: str) -> list[Row]:
	"""Return name, state and warehouse of a document's open Outbound Orders, sorted by name."""
	about = {"source_type": source_type, "source_name": source_name, "final": sorted(OUTBOUND.final)}
	return ctx.store.rows(_OPEN_OF_SOURCE, about)


def orders_of_delivery(ctx: Context, delivery: Voucher) -> list[str]:
	"""Return the names of the orders that a delivery shipped or was posted for."""
	about = {"doctype": delivery.voucher_type, "name": delivery.voucher_no}
	return [row["name"] for row in ctx.store.rows(_OF_DELIVERY, about)]


def lock_orders(ctx: Context, documents: Iterable[tuple[str, str]], cancelled: Voucher | None = None) -> None:
	"""Lock those documents (type, name) that have open Outbound Orders, then these, and those that a delivery to be cancelled
	shipped.

	Call it before the books or stock are locked. Nothing happens while the module is off.
	"""
	if not ctx.settings.outbound:
		return
	found = {document: open_orders(ctx, *document) for document in documents}
	document_locks.lock(ctx, [document for document, orders in found.items() if orders])
	names = {order["name"] for orders in found.values() for order in orders}
	if cancelled:
		names |= set(orders_of_delivery(ctx, cancelled))
	steps.lock_many(ctx, OUTBOUND, sorted(names))
