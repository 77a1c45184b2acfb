"""Expired batches are blocked every night, so that they are promised to nobody.

Only if the settings say so: ERPNext itself counts expired stock.
"""

from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context
from inventory_midplatform.services import alerts
from inventory_midplatform.services.ledger import bin_stock, positions
from inventory_midplatform.services.locations import stock_status
from inventory_midplatform.services.locations.stock_in_bin import StockInBin, serials_in_content

BLOCKED = "Blocked"

_DUE = """
SELECT DISTINCT stock.item_code, stock.warehouse FROM `tabBatch` batch
JOIN `tabBin Stock` stock ON stock.item_code = batch.item AND stock.batch_no = batch.name
JOIN `tabItem` item ON item.name = stock.item_code
JOIN `tabWarehouse` wh ON wh.name = stock.warehouse
WHERE batch.expiry_date < %(today)s AND stock.stock_status = 'Available' AND stock.stock_owner = ''
	AND stock.qty > stock.allocated_qty AND item.disabled = 0 AND wh.disabled = 0
ORDER BY stock.item_code, stock.warehouse
"""


def due(ctx: Context) -> list[Key]:
	"""Return the keys with expired stock that is available and not allocated; none if it is not blocked automatically.

	Closes the alerts of all other keys.
	"""
	keys: list[Key] = []
	if ctx.settings.ledger and ctx.settings.block_expired_batches:
		rows = ctx.store.rows(_DUE, {"today": ctx.clock.now().date()})
		keys = [(row["item_code"], row["warehouse"]) for row in rows]
	alerts.close_resolved(ctx, alerts.EXPIRED_RESERVED, keys)
	return keys


def block(ctx: Context, key: Key) -> Decimal:
	"""Block the expired stock of a key that is not reserved, and return how much (stock UOM). Locks the position.

	What reservations need stays available, and an alert opens.
	"""
	available = positions.lock_positions(ctx, [key])[key].available
	blocked = left = ZERO
	for content in _expired(ctx, key):
		qty = min(content.free, max(available - blocked, ZERO))
		left += content.free - qty
		if qty:
			stock = StockInBin(
				*key,
				content.bin,
				qty,
				batch_no=content.batch_no,
				serial_nos=serials_in_content(ctx, content, key)[: int(qty)],
			)
			stock_status.change_status(ctx, stock, BLOCKED, Reason("The batch has expired.").sentence())
			blocked += qty
	if left:
		alerts.open_alert(
			ctx,
			alerts.EXPIRED_RESERVED,
			*key,
			"Reservations need stock that has expired. Release reservations or bring other stock.",
		)
	else:
		alerts.close_alert(ctx, alerts.EXPIRED_RESERVED, *key)
	return blocked


def _expired(ctx: Context, key: Key) -> list[BinContent]:
	today = ctx.clock.now().date()
	return [
		c
		for c in bin_stock.bin_contents(ctx, [key])[key]
		if c.stock_status == AVAILABLE and c.free > 0 and c.expired(today)
	]
