"""Receipt layers: what is still there of each receipt, first in, first out. The age of stock, pure.

The layers of an item in a warehouse add up to what is on hand there, and to nothing while that is below zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO


@dataclass(frozen=True)
class Layer:
	"""``qty`` as it came, ``remaining`` of it; in stock UOM."""

	received_at: datetime
	qty: Decimal
	remaining: Decimal
	batch_no: str = ""
	voucher_type: str = ""
	voucher_no: str = ""
	name: str = ""


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


Part = tuple[datetime, Decimal]
"""(received at, quantity)"""


@dataclass
class Layers:
	"""The layers of some items in some warehouses, oldest first, and what is on hand of each."""

	of: dict[Key, list[Layer]] = field(default_factory=lambda: defaultdict(list))
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
				if rest:
					parts.append((c.received_at or c.posted_at, rest))
				self._bring(c, parts)
			received[i] = min((at for at, _ in parts), default=c.posted_at)
		return [received[i] for i in range(len(changes))]

	def _take(self, change: Change) -> list[Part]:
		"""First in first out, of the change's batch first; a cancellation takes back what its own voucher brought."""
		self.on_hand[change.key] += change.qty
		voucher = (change.voucher_type, change.voucher_no)
		layers = sorted(
			self.of[change.key],
			key=lambda layer: (
				layer.batch_no != change.batch_no,
				change.cancels and (layer.voucher_type, layer.voucher_no) != voucher,
				layer.received_at,
				layer.name,
			),
		)
		rest, parts, left = -change.qty, [], []
		for layer in layers:
			part = min(rest, layer.remaining)
			rest -= part
			if part:
				parts.append((layer.received_at, part))
			if layer.remaining > part:
				left.append(replace(layer, remaining=layer.remaining - part))
		self.of[change.key] = left
		return sorted(parts)

	def _bring(self, change: Change, parts: Iterable[Part]) -> None:
		for received_at, qty in parts:
			before = self.on_hand[change.key]
			self.on_hand[change.key] = before + qty
			lies = qty if before >= 0 else max(before + qty, ZERO)
			if lies:
				self.of[change.key].append(
					Layer(received_at, lies, lies, change.batch_no, change.voucher_type, change.voucher_no)
				)


def _fitted(parts: list[Part], qty: Decimal) -> list[Part]:
	"""The first of the parts that make ``qty``; they are taken off the list."""
	fitted: list[Part] = []
	while qty and parts:
		at, part = parts.pop(0)
		if part > qty:
			parts.insert(0, (at, part - qty))
			part = qty
		fitted.append((at, part))
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
