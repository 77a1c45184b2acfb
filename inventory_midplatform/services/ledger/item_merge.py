"""Merge two items: add the ledger's quantities of one to the other."""

from dataclasses import replace

from inventory_midplatform.domain.promises import PositionChange
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.ports import Context
from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.ledger.bin_stock import BIN_STOCK_KEY, LAYER_KEY, RECEIPTS
from inventory_midplatform.services.ledger.positions import lock_positions, write_positions


def merge_items(ctx: Context, old: str, new: str) -> None:
	"""Merge the bin stock, layers, positions and snapshots of ``old`` into those of ``new``, for both items would have the same keys.

	The caller changes the item of movements and reservations. Does nothing where nothing of ``old`` is left.
	"""
	snapshots.merge(ctx, "item_code", old, new)
	items = {"old": old, "new": new}
	warehouses = {
		row["warehouse"]
		for row in ctx.store.rows(
			"SELECT warehouse FROM `tabStock Position` WHERE item_code = %(old)s"
			" UNION SELECT warehouse FROM `tabBin Stock` WHERE item_code = %(old)s",
			items,
		)
	}
	if not warehouses:
		return
	before = lock_positions(ctx, [(item, w) for item in (old, new) for w in warehouses])
	after = dict(before)
	for warehouse in warehouses:
		gone, kept = before[(old, warehouse)], before[(new, warehouse)]
		after[gone.key] = replace(gone, on_hand=ZERO, on_hold=ZERO, reserved=ZERO, waiting=ZERO)
		after[kept.key] = replace(
			kept,
			on_hand=kept.on_hand + gone.on_hand,
			on_hold=kept.on_hold + gone.on_hold,
			reserved=kept.reserved + gone.reserved,
			waiting=kept.waiting + gone.waiting,
		)
	write_positions(ctx, [PositionChange(before[key], now) for key, now in sorted(after.items())])
	lying = ctx.store.rows(
		"SELECT bin, warehouse, batch_no, stock_status, stock_owner, qty, allocated_qty, oldest_receipt, newest_receipt"
		" FROM `tabBin Stock`"
		f" WHERE item_code = %(old)s ORDER BY bin, batch_no, stock_status, stock_owner{ctx.store.for_update}",
		items,
	)
	ctx.store.add(
		"Bin Stock",
		BIN_STOCK_KEY,
		[{**row, "item_code": new} for row in lying],
		add=("qty", "allocated_qty"),
		span=RECEIPTS,
		while_positive="qty",
	)
	layers = ctx.store.rows(
		"SELECT warehouse, batch_no, received_on, remaining_qty FROM `tabReceipt Layer`"
		f" WHERE item_code = %(old)s ORDER BY warehouse, batch_no, received_on{ctx.store.for_update}",
		items,
	)
	ctx.store.add(
		"Receipt Layer", LAYER_KEY, [{**row, "item_code": new} for row in layers], add=("remaining_qty",)
	)
	ctx.store.execute("DELETE FROM `tabReceipt Layer` WHERE item_code = %(old)s", items)
	ctx.store.execute("DELETE FROM `tabBin Stock` WHERE item_code = %(old)s", items)
	ctx.store.execute("DELETE FROM `tabStock Position` WHERE item_code = %(old)s", items)
