"""When stock is low, and how much to ask for."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from inventory_midplatform.domain.quantity import ZERO

_REQUEST_TYPES = {"Transfer": "Material Transfer"}


def request_type(of_item: str | None) -> str:
	"""What a Material Request calls the type that an Item or its reorder row asks for; Purchase where none is named."""
	return _REQUEST_TYPES.get(of_item or "", of_item) or "Purchase"


@dataclass(frozen=True)
class Supply:
	"""What an item in a warehouse can count on, and the threshold it is held against. In stock UOM."""

	item_code: str
	warehouse: str
	threshold: Decimal
	threshold_source: str
	counted_in: str = ""
	"""The warehouse or group of warehouses whose stock all quantities below are; empty for the warehouse itself."""
	available: Decimal = ZERO
	waiting: Decimal = ZERO
	unreserved: Decimal = ZERO
	"""What documents want from here that nothing is reserved for and nothing waits for."""
	on_order: Decimal = ZERO
	in_transit: Decimal = ZERO
	"""Sent here and not arrived: ERPNext counts it as on order no longer, and nowhere else yet."""
	drafted: Decimal = ZERO
	reorder_qty: Decimal = ZERO
	min_order_qty: Decimal = ZERO
	whole_units: bool = False

	@property
	def level(self) -> Decimal:
		"""available − waiting − unreserved + on order + in transit + own open drafts: what will be free once all of it
		has come and everybody has got theirs."""
		coming = self.on_order + self.in_transit + self.drafted
		return self.available - self.waiting - self.unreserved + coming

	@property
	def is_low(self) -> bool:
		return self.level < self.threshold

	@property
	def suggested_qty(self) -> Decimal:
		"""The larger of what is missing, the reorder quantity and the least order; whole where the unit is."""
		if not self.is_low:
			return ZERO
		qty = max(self.threshold - self.level, self.reorder_qty, self.min_order_qty)
		return qty.to_integral_value(ROUND_CEILING) if self.whole_units else qty
