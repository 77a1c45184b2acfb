"""What putting stock on hold, or taking it off hold, does to its position and reservations."""

from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.promises import Promises
from inventory_midplatform.domain.quantity import ZERO, to_text


def change_status(stock: Promises, key: Key, qty: Decimal, from_status: str, to_status: str) -> None:
	"""Change the position by ``qty`` (stock UOM) that goes from one status to another.

	Stock taken off hold fills waiting reservations. If reservations need the stock that is put on hold, expired ones are
	released first. Raises Conflict (``takes_reserved_stock``).
	"""
	if to_status == AVAILABLE:
		stock.change_on_hand(key, ZERO, -qty)
		stock.fill_waiting([key])
	elif from_status == AVAILABLE:
		_put_on_hold(stock, key, qty)


def _put_on_hold(stock: Promises, key: Key, qty: Decimal) -> None:
	stock.change_on_hand(key, ZERO, qty)
	if stock.positions[key].takes_from_reserved and stock.release_expired([key]):
		stock.fill_waiting([key])
	if stock.positions[key].takes_from_reserved:
		item_code, warehouse = key
		raise Conflict(
			"Only {available} of item {item_code} in {warehouse} is reserved for nobody and can be blocked; release"
			" reservations first.",
			code="takes_reserved_stock",
			item_code=item_code,
			warehouse=warehouse,
			available=to_text(max(stock.positions[key].available + qty, ZERO)),
			qty=to_text(qty),
		)
