"""Batches that have expired go on hold by themselves, so that nobody is promised them.

Done only where the settings say so: ERPNext itself goes on counting expired stock.
"""

from collections.abc import Mapping
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import alerts, handling, ledger, lots

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
	"""Where expired stock lies available and pinned to nobody; nothing where it does not go on hold by itself. Closes the
	alerts about where none lies any more.
	"""
	keys: list[Key] = []
	if ctx.settings.ledger and ctx.settings.hold_expired_batches:
		rows = ctx.store.rows(_DUE, {"today": ctx.clock.now().date()})
		keys = [(row["item_code"], row["warehouse"]) for row in rows]
	alerts.close_mended(ctx, alerts.EXPIRED_RESERVED, keys)
	return keys


def hold(ctx: Context, key: Key) -> Decimal:
	"""Put on hold what has expired here and is kept for nobody; answers how much (stock UOM).

	Where reservations cannot do without the rest of it, it stays available and an alert opens.
	"""
	may_go = ledger.lock_positions(ctx, [key])[key].available
	serials = lots.lying(ctx, [key])[key]
	held = left = ZERO
	for content in _expired(ctx, key):
		qty = min(content.free, max(may_go - held, ZERO))
		left += content.free - qty
		if qty:
			handling.change_status(
				ctx,
				*key,
				content.bin,
				qty,
				AVAILABLE,
				BLOCKED,
				content.batch_no,
				_serials(serials, content)[: int(qty)],
				reason=Reason("The batch has expired.").sentence(),
			)
			held += qty
	if left:
		alerts.open_alert(
			ctx,
			alerts.EXPIRED_RESERVED,
			*key,
			"Reservations cannot do without stock that has expired. Release reservations or bring other stock.",
		)
	else:
		alerts.close_alert(ctx, alerts.EXPIRED_RESERVED, *key)
	return held


def _expired(ctx: Context, key: Key) -> list[BinContent]:
	today = ctx.clock.now().date()
	return [
		c
		for c in ledger.bin_contents(ctx, [key])[key]
		if c.stock_status == AVAILABLE and c.free > 0 and c.expired(today)
	]


def _serials(lying: Mapping[str, Row], content: BinContent) -> list[str]:
	"""Of the serial numbers in the position, those of the content."""
	where = (content.bin, content.batch_no, AVAILABLE)
	return sorted(
		serial
		for serial, at in lying.items()
		if (at["bin"], at["batch_no"] or "", at["stock_status"]) == where
	)
