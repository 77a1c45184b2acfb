"""Opening an Outbound Order again that was cancelled while its document still demands."""

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.outbound import CANCELLED, OUTBOUND, TO_ACCEPT
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.services import modules
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import orders
from inventory_midplatform.services.outbound.sync import sync


def reopen(ctx: Context, name: str) -> Reason:
	"""Have a cancelled order accepted again, for what its document demands and no other open order has.

	Locks the order. Raises what :func:`steps.begin` raises, and Conflict (``nothing_demanded``).
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "reopen")
	for line in orders.lines_of(ctx, name, locked=True):
		orders.set_line(ctx, line["name"], checked_qty=ZERO, short_qty=ZERO)
	orders.touch(ctx, name)
	order = steps.read(ctx, OUTBOUND, name, locked=True)
	nothing = dict.fromkeys(("cancelled_by", "assignee", "wave", "staging_bin"))
	steps.finish(ctx, OUTBOUND, order, "reopen", TO_ACCEPT, cell=0, is_posted=0, **nothing)
	sync(ctx, order["source_type"], order["source_name"])
	if steps.read(ctx, OUTBOUND, name, locked=True)["state"] == CANCELLED:
		raise Conflict(
			"{source} demands nothing more that {name} could bring.",
			code="nothing_demanded",
			source=order["source_name"],
			name=name,
		)
	return Reason("{name} is open again.", name=name)
