"""What was taken of an item for a document, shared out over those of its rows that want the item."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO

Want = tuple[str, Decimal]
"""The warehouse a row takes from, and how much it wants in all, in stock UOM."""


def shared_out(wants: Sequence[Want], taken: Decimal, left: Mapping[str, Decimal]) -> list[Decimal]:
	"""How much of ``taken`` each row has got; together they have got all of it.

	``left`` is how much of it left which warehouse: that goes to the rows of this warehouse. What nobody can say the
	warehouse of, or no row of its warehouse wants, goes to whichever row still wants something; what is more than all of
	them want, to the last. In each case the first row comes first.
	"""
	got = [ZERO] * len(wants)
	from_here = dict(left)
	rest = taken
	for here in (True, False):
		for i, (warehouse, wanted) in enumerate(wants):
			part = min(rest, wanted - got[i])
			if here:
				part = min(part, from_here.get(warehouse, ZERO))
				from_here[warehouse] = from_here.get(warehouse, ZERO) - part
			got[i] += part
			rest -= part
	if got:
		got[-1] += rest
	return got
