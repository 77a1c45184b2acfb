"""Receipt layers: what is left of each day's receipts, first in, first out. Pure functions over changes.

The layers of an item in a warehouse add up to its quantity on hand, or to zero while that is negative. There is one layer
a day at most, for ages are given in days.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO


@dataclass(frozen=True)
class Change:
	"""The part of a movement that changes layers. ``qty`` is signed, in stock UOM."""

	key: Key
	qty: Decimal
	posted_at: datetime
	batch_no: str = ""
	voucher_type: str = ""
	voucher_no: str = ""
	detail_no: str = ""
	cancels: bool = False
	received_at: datetime | None = None
	"""When returning stock was first received, where that is known."""

	@property
	def row(self) -> tuple[str, ...]:
		"""Return the key that both sides of a transfer share."""
		return (self.key[0], self.batch_no, self.voucher_type, self.voucher_no, self.detail_no)


Part = tuple[date, Decimal]
"""(received on, quantity)"""

LayerKey = tuple[str, date]
"""(batch, received on)"""


@dataclass(frozen=True)
class LayerChange:
	"""By how much a layer changed (stock UOM), and whether nothing remains of it."""

	key: Key
	layer: LayerKey
	change: Decimal
	is_emptied: bool


Stored = Mapping[Key, Mapping[LayerKey, Decimal]]
"""The open layers of positions: what remains of each."""


@dataclass
class Layers:
	"""The layers of items in warehouses, and their quantities on hand, in stock UOM."""

	of: dict[Key, dict[LayerKey, Decimal]] = field(default_factory=lambda: defaultdict(dict))
	on_hand: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

	def change(self, changes: Sequence[Change]) -> list[datetime]:
		"""Apply one voucher's changes; return for each when the oldest stock that it moved was received.

		A transfer brings stock into the other warehouse with its age.
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

	def changes_since(self, stored: Stored) -> list[LayerChange]:
		"""Return what differs from the layers as they were, in the order of their keys."""
		return [
			LayerChange(key, layer, remaining - before, not remaining)
			for key, open_layers in sorted(self.of.items())
			for layer, remaining in sorted(open_layers.items())
			if remaining != (before := stored.get(key, {}).get(layer, ZERO))
		]

	def _take(self, change: Change) -> list[Part]:
		"""Take a change out of the layers, first in, first out, its own batch first; a cancellation, its own day's layer first."""
		self.on_hand[change.key] += change.qty
		own = (change.received_at or change.posted_at).date()
		rest, parts = -change.qty, []
		layers = self.of[change.key]
		for layer in sorted(
			layers,
			key=lambda layer: (layer[0] != change.batch_no, change.cancels and layer[1] != own, layer[1]),
		):
			part = min(rest, layers[layer])
			if part:
				layers[layer] -= part
				rest -= part
				parts.append((layer[1], part))
		return sorted(parts)

	def _bring(self, change: Change, parts: Iterable[Part]) -> None:
		for received_on, qty in parts:
			before = self.on_hand[change.key]
			self.on_hand[change.key] = before + qty
			remaining = qty if before >= 0 else max(before + qty, ZERO)
			if remaining:
				layer = (change.batch_no, received_on)
				self.of[change.key][layer] = self.of[change.key].get(layer, ZERO) + remaining


def _fitted(parts: list[Part], qty: Decimal) -> list[Part]:
	"""Take the first parts that make up ``qty`` off the list and return them."""
	fitted: list[Part] = []
	while qty and parts:
		on, part = parts.pop(0)
		if part > qty:
			parts.insert(0, (on, part - qty))
			part = qty
		fitted.append((on, part))
		qty -= part
	return fitted


def as_in_the_books(unexplained: Sequence[Change], booked: Sequence[Change]) -> list[Change]:
	"""Return what the books have and no movement explains in place of the movements that no voucher explains, so that stock
	which was there before the ledger is as old as the books say.

	By how much the two differ, in an item, warehouse and batch, stays a change at the time of the last of them.
	"""
	keys = {c.key for c in booked}
	replaced = [c for c in unexplained if c.key in keys]
	rests: dict[tuple[Key, str], Decimal] = defaultdict(lambda: ZERO)
	at: dict[tuple[Key, str], datetime] = {}
	for sign, changes in ((-1, booked), (1, replaced)):
		for c in changes:
			rests[c.key, c.batch_no] += sign * c.qty
			at[c.key, c.batch_no] = c.posted_at
	rest = [Change(key, qty, at[key, batch], batch) for (key, batch), qty in rests.items() if qty]
	return [*booked, *rest, *(c for c in unexplained if c.key not in keys)]


def replayed(history: Iterable[Change]) -> Layers:
	"""Return the layers after a whole history, its vouchers in the order of posting, without the cancelled rows."""
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
