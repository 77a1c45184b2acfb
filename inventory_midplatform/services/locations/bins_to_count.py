"""Bins that are to be counted: marked where a pick was short, until somebody says that the bin is counted."""

from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import alerts, masters, operation_log

_MARK = """
UPDATE `tabWarehouse Bin` SET count_reason = %(reason)s, count_requested = COALESCE(count_requested, %(now)s),
	modified = %(now)s, modified_by = %(user)s WHERE name = %(bin)s
"""

_CLEAR = """
UPDATE `tabWarehouse Bin` SET count_reason = NULL, count_requested = NULL, modified = %(now)s, modified_by = %(user)s
WHERE name = %(bin)s AND count_requested IS NOT NULL
"""

_NOT_IN_OTHERS = """
SELECT DISTINCT here.item_code FROM `tabBin Stock` here
WHERE here.bin = %(bin)s AND NOT EXISTS (
	SELECT 1 FROM `tabBin Stock` there JOIN `tabWarehouse Bin` wb ON wb.name = there.bin
	WHERE there.item_code = here.item_code AND there.warehouse = here.warehouse AND wb.count_requested IS NOT NULL
)
ORDER BY here.item_code
"""


def request(ctx: Context, bin: str, item_code: str, warehouse: str, reason: str) -> None:
	"""Mark a bin to be counted, with the reason of a short pick, and open an alert for the item. The position is locked.

	A bin that is marked already keeps the time since when it waits.
	"""
	about = {"bin": bin, "reason": reason, "now": ctx.clock.now(), "user": ctx.identity.user}
	ctx.store.execute(_MARK, about)
	alerts.open_alert(
		ctx, alerts.COUNT_BIN, item_code, warehouse, "A pick was short: count the item in its bins."
	)


def counted(ctx: Context, warehouse: str, bin: str) -> Row:
	"""Say that a bin is counted: it is marked no more, and alerts about its items close where no other bin of theirs is.

	What was found is posted by a Stock Reconciliation or put right by bin moves; nothing of the ledger changes here.
	Raises what :mod:`masters` raises.
	"""
	place = masters.stock_warehouse(ctx, warehouse).name
	name = masters.bin_in(ctx, bin, place, usable=False)["name"]
	about = {"bin": name, "now": ctx.clock.now(), "user": ctx.identity.user}
	was_requested = bool(ctx.store.execute(_CLEAR, about))
	if was_requested:
		for row in ctx.store.rows(_NOT_IN_OTHERS, about):
			alerts.close_alert(ctx, alerts.COUNT_BIN, row["item_code"], place)
	operation_log.log(ctx, "Count", "Warehouse Bin", name, warehouse=place)
	return {"bin": name, "warehouse": place, "was_requested": was_requested}
