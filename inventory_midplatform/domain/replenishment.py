"""When stock is low, and how much to request."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from inventory_midplatform.domain.quantity import STEP, ZERO, from_store

ITEM_REORDER = "Item Reorder"
"""A reorder level that a user typed in ERPNext."""
SAFETY_STOCK = "Safety Stock"
"""The safety stock of an item, where it has no reorder level in its default warehouse."""

PURCHASE = "Purchase"

_REQUEST_TYPES = {"Transfer": "Material Transfer"}


def request_type(of_item: str | None) -> str:
	"""Return the Material Request type for the type on an Item or its reorder row; Purchase where none is set."""
	return _REQUEST_TYPES.get(of_item or "", of_item) or PURCHASE


@dataclass(frozen=True)
class Supply:
	"""The stock and the demand of an item in a warehouse, and the threshold they are compared with. In stock UOM."""

	item_code: str
	warehouse: str
	threshold: Decimal
	threshold_source: str
	counted_in: str = ""
	"""The group of warehouses over which all quantities below are summed; empty for the warehouse itself."""
	available: Decimal = ZERO
	waiting: Decimal = ZERO
	unreserved: Decimal = ZERO
	"""Outstanding demand of documents that is neither reserved nor waiting."""
	on_order: Decimal = ZERO
	in_transit: Decimal = ZERO
	"""Sent here and not received: ERPNext no longer counts it as on order, and not yet as stock here."""
	drafted: Decimal = ZERO
	"""Requested by drafts of this app that nobody has submitted."""
	reorder_qty: Decimal = ZERO
	min_order_qty: Decimal = ZERO
	request_uom: str = ""
	conversion_factor: Decimal = Decimal(1)
	"""How many of the stock UOM one unit of the request is."""
	whole_units: bool = False
	"""The unit of the request cannot be split."""

	@property
	def level(self) -> Decimal:
		"""Return available − waiting − unreserved + on order + in transit + drafted: what will be available once
		everything on its way has arrived and all open demand is delivered."""
		coming = self.on_order + self.in_transit + self.drafted
		return self.available - self.waiting - self.unreserved + coming

	@property
	def is_low(self) -> bool:
		"""Return whether something must be requested.

		Below the threshold, always. At a reorder level exactly, as ERPNext does (``reorder_item.py``), unless a draft
		brought it there; at a safety stock exactly, not.
		"""
		if self.level < self.threshold:
			return True
		at_reorder_level = self.threshold_source == ITEM_REORDER and self.level == self.threshold
		return at_reorder_level and self.reorder_qty > 0 and not self.drafted

	@property
	def request_qty(self) -> Decimal:
		"""Return how many units of the request to draft, zero where the item is not low.

		The largest of the deficiency, the reorder quantity and the minimum order quantity, divided by the conversion
		factor and rounded up to whole units where the unit is whole (``reorder_item.create_material_request``).
		"""
		if not self.is_low:
			return ZERO
		needed = max(self.threshold - self.level, self.reorder_qty, self.min_order_qty)
		step = Decimal(1) if self.whole_units else STEP
		return from_store((needed / self.conversion_factor).quantize(step, ROUND_CEILING))

	@property
	def suggested_qty(self) -> Decimal:
		"""Return ``request_qty`` in stock UOM."""
		return from_store(self.request_qty * self.conversion_factor)
