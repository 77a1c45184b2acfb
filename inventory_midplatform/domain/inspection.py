"""Sample plans: how much of a line is inspected, and when a line is accepted without inspection.

Pure rules; which plan counts for an item of a supplier is found by ``services/inbound/inspection_plans.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import takewhile

from inventory_midplatform.domain.quantity import ZERO

ALL, NUMBER, PERCENT = "All", "Number", "Percent"
METHODS = (ALL, NUMBER, PERCENT)

GOOD, BAD, SKIPPED = "good", "bad", "skipped"
"""What became of an item of a receipt: wholly accepted by an inspector, rejected in part, not inspected."""


@dataclass(frozen=True)
class Plan:
	"""How much of an item of a receipt is inspected. After ``skip_after`` good receipts in a row the next ``skip_next`` are not
	inspected at all.
	"""

	method: str = ALL
	value: Decimal = ZERO
	"""Of Number the quantity in stock UOM, of Percent the share of the receipt."""
	skip_after: int = 0
	skip_next: int = 0

	def sample_qty(self, received: Decimal, whole: bool) -> Decimal:
		"""Return how much of a receipt is inspected; rounded up to a ``whole`` unit where the unit is counted."""
		if self.method == ALL:
			return received
		qty = self.value if self.method == NUMBER else received * self.value / 100
		if whole:
			qty = qty.to_integral_value(ROUND_CEILING)
		return min(qty, received)

	def skips(self, receipts: Sequence[str]) -> bool:
		"""Return whether the next receipt is accepted without inspection, after these receipts, the last one first.

		Once receipts were skipped, as many good ones as before are needed again.
		"""
		if not self.skip_after or not self.skip_next:
			return False
		skipped = _run(receipts, SKIPPED)
		if skipped:
			return skipped < self.skip_next
		return _run(receipts, GOOD) >= self.skip_after

	@property
	def receipts_needed(self) -> int:
		"""The most receipts that :meth:`skips` looks at."""
		return max(self.skip_after, self.skip_next)


def _run(receipts: Sequence[str], kind: str) -> int:
	return sum(1 for _ in takewhile(lambda receipt: receipt == kind, receipts))
