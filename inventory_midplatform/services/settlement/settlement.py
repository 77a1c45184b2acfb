"""Settlement: a posted voucher becomes movements, once, in the transaction that posted it.

It is read, decided and written. The books' quantity (``Bin.actual_qty``) decides: for each item and warehouse the change is
that quantity less the position's on hand. The voucher's rows explain it. The rest is an adjustment, unless the stock ledger
disagrees with the Bin about it (``book_quantities``).
"""

from collections.abc import Iterable, Sequence

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.settlement.decide import decide
from inventory_midplatform.domain.settlement.postings import Posting
from inventory_midplatform.ports import Context
from inventory_midplatform.services import alerts
from inventory_midplatform.services.ledger.writing import write
from inventory_midplatform.services.settlement.reading import read


def settle(ctx: Context, postings: Sequence[Posting]) -> set[str]:
	"""Settle vouchers posted in this transaction. Return the items whose receipt layers must be rebuilt because a posting
	was cancelled or backdated: their sums are right at once, their ages after the rebuild.

	Locks the positions of all rows. Raises Conflict where a posting that may be refused would leave less than is reserved
	for others (``takes_reserved_stock``), or takes stock on hold that the user may not unblock (``takes_stock_on_hold``).
	The caller rolls back.
	"""
	keys = {row.key for posting in postings for row in posting.rows}
	if not keys:
		return set()
	plan = decide(read(ctx, postings, keys))
	write(ctx, plan)
	return set(plan.out_of_order)


def reconcile(ctx: Context, keys: Iterable[Key], reason: str, alert: bool = True) -> int:
	"""Adjust positions to the books where no voucher reported a change; return how many differed. Locks the positions.

	A position that never had stock gets it as opening stock. Nothing is adjusted where the stock ledger agrees with the
	position and not with the Bin. Opens an alert for each adjustment that is more than rounding, if ``alert``.
	"""
	posting = Posting("", "", ctx.clock.now(), (), may_be_refused=False)
	plan = decide(read(ctx, [posting], keys, reason))
	write(ctx, plan)
	for item_code, warehouse in plan.adjusted if alert else ():
		alerts.open_alert(
			ctx,
			"Adjustment",
			item_code,
			warehouse,
			"The books changed without a voucher; the position was adjusted to them.",
		)
	return len(plan.unexplained)
