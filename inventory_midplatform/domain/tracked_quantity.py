"""Quantities of one batch or serial number: what the books have, beside what is in the bins."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import BinContent


@dataclass(frozen=True)
class TrackedQuantity:
	"""A quantity of one batch, or one serial number (of one batch or none)."""

	qty: Decimal
	batch_no: str = ""
	serial_no: str = ""


def differences(
	books: Sequence[TrackedQuantity], contents: Iterable[BinContent], serials: Iterable[tuple[str, str]]
) -> list[TrackedQuantity]:
	"""Return the signed changes (stock UOM) that bring bins and serial numbers to the books, outgoing first.

	``serials`` are the (serial number, batch) in stock now. A quantity that the books have without a batch is left out.
	"""
	entries: list[TrackedQuantity] = []
	booked = {entry.serial_no: entry for entry in books if entry.serial_no}
	there = dict(serials)
	entries += [
		TrackedQuantity(Decimal(-1), batch, s) for s, batch in sorted(there.items()) if s not in booked
	]
	entries += [entry for s, entry in sorted(booked.items()) if s not in there]
	rests: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for entry in books:
		rests[entry.batch_no] += entry.qty
	for content in contents:
		rests[content.batch_no] -= content.qty
	for entry in entries:
		rests[entry.batch_no] -= entry.qty
	rest = [TrackedQuantity(qty, batch) for batch, qty in sorted(rests.items()) if qty and batch]
	return sorted(entries + rest, key=lambda entry: entry.qty > 0)
