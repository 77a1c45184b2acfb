"""A plan: what one change of stock writes, decided and not written yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory_midplatform.domain.allocations import AllocationChange
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.movement import Movement, MovementKind
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.promises import PositionChange, ReservationChange
from inventory_midplatform.domain.receipt_layers import LayerChange
from inventory_midplatform.domain.reservation import Reservation
from inventory_midplatform.domain.stock_flow import FlowChange

BELOW_RESERVED = "Books Below Reserved"
"""The kind of alert where the books leave less than is reserved."""

ON_HOLD_TAKEN = "Stock on Hold Taken"
"""The kind of alert about stock on hold that left by what could not be refused."""


@dataclass(frozen=True)
class Alert:
	"""An Inventory Alert to open about an item in a warehouse."""

	kind: str
	item_code: str
	warehouse: str
	message: str


@dataclass(frozen=True)
class Deallocation:
	"""``qty`` (stock UOM) that a bin has no more, and that is not allocated to this reservation any more."""

	reservation: Reservation
	qty: Decimal


@dataclass(frozen=True)
class Plan:
	"""What is written, all rows of a table together, or why nothing is."""

	refusal: Conflict | None = None
	movements: Sequence[Movement] = ()
	layers: Sequence[LayerChange] = ()
	flows: Sequence[FlowChange] = ()
	allocations: Sequence[AllocationChange] = ()
	deallocated: Sequence[Deallocation] = ()
	positions: Sequence[PositionChange] = ()
	reservations: Sequence[ReservationChange] = ()
	taken_on_hold: Sequence[Movement] = ()
	"""Stock on hold that vouchers take and are not refused for: it is logged."""
	alerts: Sequence[Alert] = ()
	unexplained: Mapping[Key, MovementKind] = field(default_factory=dict)
	"""Positions that were adjusted to the books without a row of a voucher, or got their opening stock."""
	rounded: Mapping[Key, Decimal] = field(default_factory=dict)
	"""The part of each change that is the books' rounding, in stock UOM."""
	out_of_order: frozenset[str] = frozenset()
	"""Items whose receipt layers must be rebuilt: a posting was cancelled or backdated."""

	@property
	def began(self) -> list[Key]:
		"""Return the positions that got their opening stock."""
		return [key for key, kind in self.unexplained.items() if kind == MovementKind.OPENING_STOCK]

	@property
	def adjusted(self) -> list[Key]:
		"""Return the positions that were adjusted by more than the books' rounding."""
		return [
			key
			for key, kind in self.unexplained.items()
			if kind == MovementKind.ADJUSTMENT and key not in self.rounded
		]
