"""Shipping: the delivery is submitted when the goods leave."""

from inventory_midplatform.domain.outbound import OUTBOUND, SHIPPED
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Voucher
from inventory_midplatform.services import modules
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import deliveries, orders, parcels, wave_closing
from inventory_midplatform.services.outbound.sync import sync


def ship(ctx: Context, name: str, carrier: str = "", tracking_no: str = "") -> Reason:
	"""Submit the delivery: the goods leave staging and the reservation is consumed; what is missing becomes a further
	Outbound Order. Carrier and tracking number that are not named are those of its packages.

	Locks the order's document, the order, then what the delivery locks. Raises Conflict (``more_than_ordered`` where less is demanded since),
	what :func:`parcels.before_shipping` raises, and what the books refuse.
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "ship", posts=True)
	carrier, tracking_no = carrier or order["carrier"] or "", tracking_no or order["tracking_no"] or ""
	if order["is_posted"]:
		steps.finish(ctx, OUTBOUND, order, "ship", SHIPPED, carrier=carrier, tracking_no=tracking_no)
		parcels.shipped(ctx, order, carrier, tracking_no)
		wave_closing.close_if_packed(ctx, order["wave"])
		return Reason("{name} shipped: {delivery}.", name=name, delivery=str(order["delivery_document"]))
	orders.require_no_more_than_ordered(orders.lines_of(ctx, name))
	order = deliveries.require_draft(ctx, order)
	# before the books post, so that the sync which the delivery causes does not find an open order
	steps.finish(ctx, OUTBOUND, order, "ship", SHIPPED, carrier=carrier, tracking_no=tracking_no)
	parcels.before_shipping(ctx, order)
	ctx.books.submit(Voucher(order["delivery_doctype"], order["delivery_document"]))
	parcels.shipped(ctx, order, carrier, tracking_no)
	sync(ctx, order["source_type"], order["source_name"])
	wave_closing.close_if_packed(ctx, order["wave"])
	return Reason("{name} shipped: {delivery}.", name=name, delivery=order["delivery_document"])
