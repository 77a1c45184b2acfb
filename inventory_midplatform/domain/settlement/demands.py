"""Who gets what: deliveries consume their own demand's reservations, and what is free fills those that wait."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.promises import Promises
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import (
	Demand,
	consumed_among,
	demanded_again_among,
	in_queue_order,
	takes_reserved_stock,
)
from inventory_midplatform.domain.settlement.plan import BELOW_RESERVED, Alert
from inventory_midplatform.domain.settlement.postings import Posting
from inventory_midplatform.domain.settlement.situation import Situation

ReservedFor = Mapping[tuple[Demand | None, Key], Sequence[str]]
"""Names of reservations by demand and position."""


def consume(stock: Promises, reserved_for: ReservedFor, postings: Iterable[Posting]) -> None:
	"""Let deliveries consume the reservations of their demand; what comes back by a cancellation is demanded again.

	The rows of one demand count together, so that their order says nothing.
	"""
	for posting in postings:
		delivered: dict[tuple[Demand, Key], Decimal] = {}
		returned: dict[tuple[Demand, Key], Decimal] = {}
		for row in posting.rows:
			if row.demand and (row.qty < 0 or posting.cancelled):
				sums = delivered if row.qty < 0 else returned
				about = (row.demand, row.key)
				sums[about] = sums.get(about, ZERO) + abs(row.qty)
		for changed, sums in ((consumed_among, delivered), (demanded_again_among, returned)):
			for about, qty in sums.items():
				own = [stock.current(name) for name in reserved_for.get(about, ())]
				for r in changed(own, qty):
					stock.put(r)


def refuse_or_alert(
	situation: Situation, stock: Promises, rounded: Mapping[Key, Decimal]
) -> tuple[Conflict | None, list[Alert]]:
	"""Return why the settlement is refused, or the alerts about positions that it leaves below what is reserved.

	Expired reservations are released first, and what is missing by the books' rounding is taken off reservations. A
	posting that has happened already is not refused, nor one after which no more is missing than before.
	"""
	short = [key for key in sorted(situation.positions) if stock.positions[key].takes_from_reserved]
	if short and stock.release_expired(short):
		stock.fill_waiting(short)
	alerts: list[Alert] = []
	may_refuse = situation.rules.refuses_reserved and all(p.may_be_refused for p in situation.postings)
	for key in short:
		rounding = max(situation.rules.half_unit, -rounded.get(key, ZERO))
		if -stock.positions[key].available <= rounding:
			stock.round_reserved(key)
		position = stock.positions[key]
		if not position.takes_from_reserved:
			continue
		if may_refuse and stock.lacks_more(key):
			return takes_reserved_stock(position, in_queue_order(stock.open_on([key]))), []
		alerts.append(
			Alert(
				BELOW_RESERVED,
				*key,
				"The books leave less than is reserved. Release reservations or bring stock.",
			)
		)
	return None, alerts
