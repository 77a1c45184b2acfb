"""A stock position: the sums of one item in one warehouse, of our own stock."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO

Key = tuple[str, str]
"""(item_code, warehouse). Positions are always locked in the sorted order of their keys."""

AVAILABLE = "Available"
"""The stock status that may be promised; every other status is on hold."""

ON_HOLD = ("Quality", "Damaged", "Blocked")
"""The stock statuses of stock on hold."""


@dataclass(frozen=True)
class Position:
	"""Quantities in stock UOM; ``available`` = on hand − on hold − reserved."""

	item_code: str
	warehouse: str
	on_hand: Decimal = ZERO
	on_hold: Decimal = ZERO
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	"""Demanded and not reserved. No part of ``available``; above zero where a reservation waits."""
	last_change: datetime | None = None

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def available(self) -> Decimal:
		return self.on_hand - self.on_hold - self.reserved

	@property
	def takes_from_reserved(self) -> bool:
		"""Return whether more is reserved than is on hand and not on hold. No service may leave a position so."""
		return self.reserved > 0 and self.available < 0
