"""Receipt layers: what is still there of each day's receipts, first in, first out. The age of stock, pure.

The layers of an item in a warehouse add up to what is on hand there, and to nothing while that is below zero. A day is
as fine as an age is asked for, and there are never more layers than days.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO


@dataclass(frozen=True)
class Change:
	"""One movement as far as layers are concerned. ``qty`` signed."""

	key: Key
	qty: Decimal
	posted_at: datetime
	batch_no: str = ""
	voucher_type: str = ""
	voucher_no: str = ""
	detail_no: str = ""
	cancels: bool = False
	received_at: datetime | None = None
	"""When what comes back was first received, where that is known."""

	@property
	def row(self) -> tuple[str, ...]:
		"""What a transfer's two sides have in common."""
		return (self.key[0], self.batch_no, self.voucher_type, self.voucher_no, self.detail_no)


Part = tuple[date, Decimal]
"""(received on, quantity)"""

Lot = tuple[str, date]
"""(batch, received on)"""


@dataclass
class Layers:
	"""What remains of each batch and day, of some items in some warehouses, and what is on hand of each."""

	of: dict[Key, dict[Lot, Decimal]] = field(default_factory=lambda: defaultdict(dict))
	on_hand: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

	def change(self, changes: Sequence[Change]) -> list[datetime]:
		"""Carry one voucher's changes; answers for each when the (oldest) stock that it moved was received.

		What a row takes out of one warehouse it brings into another with its age.
		"""
		received: dict[int, datetime] = {}
		moved: dict[tuple[str, ...], list[Part]] = defaultdict(list)
		for i, c in sorted(enumerate(changes), key=lambda pair: pair[1].qty > 0):
			if c.qty < 0:
				parts = self._take(c)
				moved[c.row] += parts
			else:
				parts = _fitted(moved[c.row], c.qty) if c.row in moved else []
				rest = c.qty - sum((qty for _, qty in parts), ZERO)
				self._bring(c, parts + ([((c.received_at or c.posted_at).date(), rest)] if rest else []))
			known = c.received_at or c.posted_at
			oldest = min((on for on, _ in parts), default=known.date())
			received[i] = known if oldest == known.date() else datetime.combine(oldest, time())
		return [received[i] for i in range(len(changes))]

	def _take(self, change: Change) -> list[Part]:
		"""First in first out, of the change's batch first; a cancellation takes back what came on its own day."""
		self.on_hand[change.key] += change.qty
		own = (change.received_at or change.posted_at).date()
		rest, parts = -change.qty, []
		layers = self.of[change.key]
		for lot in sorted(
			layers, key=lambda lot: (lot[0] != change.batch_no, change.cancels and lot[1] != own, lot[1])
		):
			part = min(rest, layers[lot])
			if part:
				layers[lot] -= part
				rest -= part
				parts.append((lot[1], part))
		return sorted(parts)

	def _bring(self, change: Change, parts: Iterable[Part]) -> None:
		for received_on, qty in parts:
			before = self.on_hand[change.key]
			self.on_hand[change.key] = before + qty
			lies = qty if before >= 0 else max(before + qty, ZERO)
			if lies:
				lot = (change.batch_no, received_on)
				self.of[change.key][lot] = self.of[change.key].get(lot, ZERO) + lies


def _fitted(parts: list[Part], qty: Decimal) -> list[Part]:
	"""The first of the parts that make ``qty``; they are taken off the list."""
	fitted: list[Part] = []
	while qty and parts:
		on, part = parts.pop(0)
		if part > qty:
			parts.insert(0, (on, part - qty))
			part = qty
		fitted.append((on, part))
		qty -= part
	return fitted


def replayed(history: Iterable[Change]) -> Layers:
	"""The layers that a whole history leaves, its vouchers in the order of posting. What was cancelled never was."""
	sums: dict[tuple[object, ...], Decimal] = defaultdict(lambda: ZERO)
	changes = list(history)
	for c in changes:
		sums[(c.key, c.row)] += c.qty
	stands = [c for c in changes if not c.voucher_no or sums[(c.key, c.row)]]
	vouchers: dict[tuple[object, ...], list[Change]] = defaultdict(list)
	for i, c in enumerate(stands):
		vouchers[(c.posted_at, c.voucher_type, c.voucher_no or i)].append(c)
	layers = Layers()
	for _, together in sorted(vouchers.items(), key=lambda pair: (pair[0][0], str(pair[0][1:]))):
		layers.change(together)
	return layers
