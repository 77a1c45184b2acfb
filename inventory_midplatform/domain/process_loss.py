"""Process loss: a share of what a Work Order starts never comes out. Quantities in stock UOM."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from inventory_midplatform.domain.quantity import STEP, from_store

ALMOST = Decimal("0.001")
"""What rounding may have taken from a whole piece."""


@dataclass(frozen=True)
class Process:
	"""How a Work Order makes its item."""

	loss_percent: Decimal
	"""Of what is started, by its bill of materials."""
	whole: bool
	"""The item is counted in whole units."""
	step: Decimal = STEP
	"""The smallest quantity that the books post."""

	def comes_out(self, started: Decimal) -> Decimal:
		"""Return how much comes out of ``started``: no part of a unit where units are whole."""
		good = started * (100 - self.loss_percent) / 100
		if self.whole and self.loss_percent:
			return from_store((good + ALMOST).quantize(Decimal(1), ROUND_FLOOR))
		return from_store(good.quantize(self.step, ROUND_HALF_EVEN) if self.loss_percent else good)

	def started_for(self, good: Decimal, left: Decimal) -> Decimal:
		"""Return how much was started for ``good`` that came out. ``left`` is what was still to be started: where all came out
		that was to come of it, all of it was, so that no rest of a loss stays behind.
		"""
		if not self.loss_percent:
			return good
		if good == self.comes_out(left):
			return left
		# down where units are whole: many parts must not cost the last unit
		rounding = ROUND_FLOOR if self.whole else ROUND_HALF_EVEN
		return from_store((good * 100 / (100 - self.loss_percent)).quantize(self.step, rounding))
