"""Putting away for all orders of a warehouse in one walk: what is put into a bin is divided among them, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.inbound import INBOUND, TO_PUT_AWAY
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import orders, putting_away
from inventory_midplatform.services.inbound.putting_away import Placing

_ORDERS = """
SELECT DISTINCT o.name
FROM `tabInbound Order` o JOIN `tabInbound Receipt Line` scanned ON scanned.inbound_order = o.name
WHERE o.state = %(state)s AND o.warehouse = %(warehouse)s AND scanned.item_code = %(item_code)s
	AND scanned.accepted_qty > scanned.put_away_qty
"""


@dataclass(frozen=True)
class WalkPlacing:
	"""What a storekeeper says was put into a bin, of whatever orders. ``qty`` in stock UOM."""

	item_code: str
	bin: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: Sequence[str] = ()


def put_away(ctx: Context, warehouse: str, placing: WalkPlacing) -> tuple[Reason, list[Row], list[Row]]:
	"""Put a quantity into a bin for the orders To Put Away that have it, those received first before others.

	Returns what was done, what speaks against that bin, and how much it was of each line. Every part of it is a step of its
	order, by :func:`putting_away.put_away`, which raises the same; all of them or none are taken. Locks the orders that have
	the item in the order of their names, then the position. Raises what :mod:`masters` raises and Conflict
	(``more_than_left``).
	"""
	modules.require(ctx, "inbound")
	warehouse = masters.stock_warehouse(ctx, warehouse).name
	item_code = masters.known_item(ctx, placing.item_code)
	masters.require_whole(ctx, item_code, placing.qty)
	about = {"state": TO_PUT_AWAY, "warehouse": warehouse, "item_code": item_code}
	names = [row["name"] for row in ctx.store.rows(_ORDERS, about)]
	found = [order for order in steps.lock_many(ctx, INBOUND, names) if order["state"] == TO_PUT_AWAY]
	age = {order["name"]: (order["received_at"] or order["creation"], order["name"]) for order in found}
	scanned = orders.receipt_lines_of_item(ctx, list(age), item_code)
	scanned.sort(key=lambda row: (age[row["inbound_order"]], row["name"]))
	parts = [(row, orders.to_put_away_qty(row)) for row in scanned]
	shares = orders.shares({"item_code": item_code}, parts, placing.qty, placing.batch_no, placing.serial_nos)
	placed: list[Row] = []
	warnings: list[Row] = []
	for (name, line), of_line in _by_line(shares).items():
		qty = sum((part for _, part in of_line), ZERO)
		serials = [row["serial_no"] for row, _ in of_line] if placing.serial_nos else []
		step = Placing(line, placing.bin, qty, of_line[0][0]["batch_no"], serials)
		# the last one sees all that the others have put there
		_, warnings = putting_away.put_away(ctx, name, step)
		placed.append({"inbound_order": name, "line": line, "qty": qty})
	bin = str(masters.bin_in(ctx, placing.bin, warehouse)["name"])
	reason = Reason("{qty} of {item_code} put into {bin}.", qty=placing.qty, item_code=item_code, bin=bin)
	return reason, warnings, placed


def _by_line(shares: Sequence[tuple[Row, Decimal]]) -> dict[tuple[str, str], list[tuple[Row, Decimal]]]:
	"""(order, line) → its scans and their shares, in the order of the shares."""
	found: dict[tuple[str, str], list[tuple[Row, Decimal]]] = {}
	for row, part in shares:
		found.setdefault((row["inbound_order"], row["line"]), []).append((row, part))
	return found
