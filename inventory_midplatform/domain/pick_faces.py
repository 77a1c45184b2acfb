"""Pick faces: when the bin from which an item is picked is refilled, and with how much. Pure functions."""

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from inventory_midplatform.domain.put_away import Bin
from inventory_midplatform.domain.quantity import ZERO


@dataclass(frozen=True)
class PickFace:
	"""The home bin of an item. Quantities in stock UOM."""

	minimum: Decimal
	maximum: Decimal
	on_hand: Decimal = ZERO
	"""Available stock of the item in it."""
	allocated: Decimal = ZERO
	"""How much of it is allocated: released waves and accepted orders pick it."""
	to_allocate: Decimal = ZERO
	"""What is reserved in the warehouse and not allocated to a bin: the next waves pick it."""
	bin: Bin = field(default_factory=lambda: Bin(""))
	"""As the item sees it."""

	@property
	def left(self) -> Decimal:
		"""Return what is left once all that is allocated is picked."""
		return self.on_hand - self.allocated

	@property
	def is_due(self) -> bool:
		"""Return whether less is left than the minimum, or than the next waves want of what the face may hold."""
		return self.left < max(self.minimum, min(self.to_allocate, self.maximum))

	def refill_qty(self, whole_units: bool) -> Decimal:
		"""Return how much brings what is left to the maximum, as far as the bin has room; 0 while no refill is due."""
		if not self.is_due:
			return ZERO
		qty = self.bin.room(self.maximum - self.left)
		if whole_units:
			qty = qty.to_integral_value(ROUND_FLOOR)
		return max(qty, ZERO)
