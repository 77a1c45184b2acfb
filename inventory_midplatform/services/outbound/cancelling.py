"""Cancelling an Outbound Order by a person. Its document stays as it is."""

from inventory_midplatform.domain.outbound import CANCELLED, OUTBOUND, TO_PICK, TO_PUT_BACK
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.services import modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import lines, orders


def cancel(ctx: Context, name: str, reason: str = "") -> Reason:
	"""Cancel an order; what was picked is to be put back. Its reservations stay, without the bins proposed for them.

	It stays cancelled until its document demands more, or it is reopened.

	Locks the order, then the positions of its lines. Raises what :func:`steps.begin` raises.
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "cancel")
	order_lines = orders.lines_of(ctx, name, locked=True)
	if order["state"] == TO_PICK:
		stock, allocations = lines.lock(ctx, order, order_lines)
		lines.drop_proposals(ctx, stock, allocations, lines.reservations_of(stock, order), [order])
		allocations.write()
		stock.write()
	picked = any(line["picked_qty"] for line in order_lines)
	orders.end(ctx, order, TO_PUT_BACK if picked else CANCELLED, cancelled_by=ctx.identity.user)
	operation_log.log(
		ctx, "Step", OUTBOUND.doctype, name, warehouse=order["warehouse"], to_value=CANCELLED, reason=reason
	)
	return Reason("{name} cancelled.", name=name)
