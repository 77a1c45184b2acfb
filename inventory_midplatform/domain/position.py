"""A stock position: one item in one warehouse, our own stock."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO

Key = tuple[str, str]
"""(item_code, warehouse). Rows are always locked in the sorted order of these."""

AVAILABLE = "Available"
"""The stock status that may be promised; every other status is on hold."""


@dataclass(frozen=True)
class Position:
	"""Quantities in stock UOM. ``available`` is the one number everybody asks for."""

	item_code: str
	warehouse: str
	on_hand: Decimal = ZERO
	on_hold: Decimal = ZERO
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	"""What is asked for and not there: no part of any sum, but it tells whether anybody waits."""
	last_change: datetime | None = None

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def available(self) -> Decimal:
		return self.on_hand - self.on_hold - self.reserved

	@property
	def takes_from_reserved(self) -> bool:
		"""Less is there than is kept for somebody: the state no service may leave behind."""
		return self.reserved > 0 and self.available < 0
