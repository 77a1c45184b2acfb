"""Stock flows: why stock came into a warehouse or left it, as the history of a day is divided."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from inventory_midplatform.domain.quantity import ZERO


class StockFlow(str, Enum):
	"""Why stock came or left, as the field Flow of Stock Snapshot stores it."""

	PURCHASE = "Purchase"
	SALE = "Sale"
	PRODUCTION = "Production"
	OTHER = "Other"
	TRANSFER = "Transfer"
	COUNT = "Count"

	def __str__(self) -> str:
		return str(self.value)


USAGE = (StockFlow.SALE, StockFlow.PRODUCTION, StockFlow.OTHER)
"""Flows of which what goes out is used; what comes back of :attr:`StockFlow.SALE` was not."""

PURCHASES = frozenset(("Purchase Receipt", "Purchase Invoice"))
SALES = frozenset(("Delivery Note", "Sales Invoice", "POS Invoice"))
COUNT = "Stock Reconciliation"
MAKES = "Subcontracting Receipt"


@dataclass(frozen=True)
class FlowChange:
	"""What one row of a voucher changed in a warehouse, as the books posted it: ``qty`` in stock UOM, ``value`` in company
	currency, negative where it left.
	"""

	item_code: str
	warehouse: str
	day: date
	flow: StockFlow
	qty: Decimal
	value: Decimal = ZERO
	is_undone: bool = False
	"""Its voucher is cancelled: it is taken off what it was added to."""


Place = tuple[str, str, str]
"""A row of a voucher in one warehouse: its number, item and warehouse."""


class VoucherFlows:
	"""The flow of each row of one voucher, which depends on its other rows.

	``quantities`` are what each row moved, in stock UOM, negative where it left. Those of a cancelled voucher may have all
	signs turned round.
	"""

	def __init__(self, voucher_type: str, quantities: Mapping[Place, Decimal]):
		self.voucher_type = voucher_type
		sides: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
		for (detail_no, item_code, warehouse), qty in quantities.items():
			if qty:
				sides[(detail_no, item_code)][warehouse] = qty
		# a row without a number is on its own: rows that are not the same would look like one
		self.transfers = {
			row
			for row, qty_of in sides.items()
			if row[0] and min(qty_of.values()) < 0 < max(qty_of.values()) and len(qty_of) > 1
		}
		others = [
			qty for row, qty_of in sides.items() if row not in self.transfers for qty in qty_of.values()
		]
		self.takes_and_makes = any(qty < 0 for qty in others) and any(qty > 0 for qty in others)

	def of(self, detail_no: str, item_code: str) -> StockFlow:
		"""Return the flow of one row."""
		if self.voucher_type == COUNT:
			return StockFlow.COUNT
		if (detail_no, item_code) in self.transfers:
			return StockFlow.TRANSFER
		if self.voucher_type in PURCHASES:
			return StockFlow.PURCHASE
		if self.voucher_type in SALES:
			return StockFlow.SALE
		if self.takes_and_makes or self.voucher_type == MAKES:
			return StockFlow.PRODUCTION
		return StockFlow.OTHER
