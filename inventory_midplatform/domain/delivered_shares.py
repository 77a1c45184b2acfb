"""Divide an item's delivered quantity among the rows of a document that demand the item."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO

Demanded = tuple[str, Decimal]
"""(the warehouse of a row, how much it demands in all, in stock UOM)"""


def share_delivered(
	demanded: Sequence[Demanded], delivered: Decimal, left: Mapping[str, Decimal]
) -> list[Decimal]:
	"""Return how much of ``delivered`` each row has got; the sum is all of it. Quantities in stock UOM.

	``left`` is how much of it left each warehouse; the rows of that warehouse get it first. The rest goes to any row that
	still demands something, and an excess over all demand to the last row. Earlier rows come first.
	"""
	shares = [ZERO] * len(demanded)
	left_here = dict(left)
	rest = delivered
	for same_warehouse in (True, False):
		for i, (warehouse, qty) in enumerate(demanded):
			part = min(rest, qty - shares[i])
			if same_warehouse:
				part = min(part, left_here.get(warehouse, ZERO))
				left_here[warehouse] = left_here.get(warehouse, ZERO) - part
			shares[i] += part
			rest -= part
	if shares:
		shares[-1] += rest
	return shares
