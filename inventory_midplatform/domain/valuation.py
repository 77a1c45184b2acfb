"""The small books' valuation of an item in a warehouse: layers of quantity and rate, first in, first out."""

from collections.abc import Iterable
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO, from_store


class Shelf:
	"""``qty`` in stock UOM, rates in company currency per stock UOM; the oldest layer first."""

	def __init__(self, qty: Decimal, last_rate: Decimal, layers: Iterable[tuple[Decimal, Decimal]]):
		self.qty = qty
		self.last_rate = last_rate
		self.layers = list(layers)

	def bring(self, qty: Decimal, rate: Decimal, front: bool) -> None:
		self.qty += qty
		self.layers.insert(0 if front else len(self.layers), (qty, rate))

	def take(self, qty: Decimal, from_end: bool) -> Decimal:
		"""Take ``qty`` off the layers, the newest first with ``from_end``; return its average rate."""
		self.qty -= qty
		value, rest = ZERO, qty
		while rest and self.layers:
			held, rate = self.layers.pop(-1 if from_end else 0)
			part = min(rest, held)
			value += part * rate
			rest -= part
			if held > part:
				self.layers.insert(len(self.layers) if from_end else 0, (held - part, rate))
		return from_store(value / qty)

	@property
	def value(self) -> Decimal:
		return sum((q * r for q, r in self.layers), ZERO)

	@property
	def rate(self) -> Decimal:
		return from_store(self.value / self.qty) if self.qty else self.last_rate
