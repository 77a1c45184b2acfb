"""What an Inspection Plan lets through: it is received in status Quality like the rest, and available at once."""

from collections import defaultdict
from collections.abc import Sequence

from inventory_midplatform.domain.inbound import INBOUND, QUALITY
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import operation_log
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import stock_status
from inventory_midplatform.services.locations.stock_in_bin import StockInBin


def accept(ctx: Context, order: Row, received: Sequence[Row]) -> None:
	"""Make available what was received of lines that are not inspected. Called when the receipt is posted.

	Locks the positions. Fills who waits.
	"""
	warehouse = order["warehouse"]
	by_batch: dict[tuple[str, str], list[Row]] = defaultdict(list)
	for row in received:
		by_batch[(row["item_code"], row["batch_no"] or "")].append(row)
	for (item_code, batch_no), rows in sorted(by_batch.items()):
		qty = sum((row["qty"] for row in rows), ZERO)
		serials = [row["serial_no"] for row in rows if row["serial_no"]]
		bin = bin_stock.unplaced_bins(ctx, [warehouse])[warehouse]
		stock = StockInBin(item_code, warehouse, bin, qty, QUALITY, batch_no, serials)
		stock_status.change_status(ctx, stock, AVAILABLE, order["name"])
		operation_log.log(
			ctx,
			"Inspect",
			INBOUND.doctype,
			order["name"],
			item_code=item_code,
			warehouse=warehouse,
			qty=qty,
			from_value=QUALITY,
			to_value=AVAILABLE,
			reason="Inspection Plan",
		)
