"""The age of what moves: each movement gets the time when its stock was first received."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from inventory_midplatform.domain.movement import Movement, MovementKind
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.receipt_layers import Change, LayerChange, Layers, Stored


def with_ages(
	movements: Sequence[Movement], before: Mapping[Key, Position], stored: Stored
) -> tuple[list[Movement], list[LayerChange]]:
	"""Return the movements with the time their stock was received, and how the layers change.

	``before`` are the positions as they were, ``stored`` the open layers of those that stock leaves.
	"""
	layers = Layers()
	for key in {m.key for m in movements}:
		layers.on_hand[key] = before[key].on_hand
		layers.of[key] = dict(stored.get(key, {}))
	received = layers.change([_change(m) for m in movements])
	aged = [replace(m, received_at=at) for m, at in zip(movements, received, strict=True)]
	return aged, layers.changes_since(stored)


def _change(m: Movement) -> Change:
	return Change(
		m.key,
		m.qty,
		m.posting_datetime,
		m.batch_no,
		m.voucher_type,
		m.voucher_no,
		m.voucher_detail_no,
		m.kind == MovementKind.CANCELLATION,
		m.received_at,
	)
