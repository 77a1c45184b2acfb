"""The contents of the bins of locked positions, updated in memory while a settlement plans its movements."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import NEAREST_BIN, BinContent, Removal, RemovalStrategy, choose


class BinContents:
	def __init__(self, contents: dict[Key, list[BinContent]]):
		self.contents = contents

	def put(self, key: Key, part: BinContent) -> None:
		"""Add a signed part to its bin."""
		same = (part.bin, part.batch_no, part.stock_status)
		for i, c in enumerate(self.contents[key]):
			if (c.bin, c.batch_no, c.stock_status) == same:
				self.contents[key][i] = replace(c, qty=c.qty + part.qty)
				return
		self.contents[key].append(part)

	def take(
		self,
		key: Key,
		qty: Decimal,
		preferred: str,
		unplaced: str,
		batch_no: str,
		strategy: RemovalStrategy,
		status: str = AVAILABLE,
	) -> list[BinContent]:
		"""Return the parts of the batch that make up ``qty`` (stock UOM), as negative quantities; what no bin has is taken from
		Unplaced, below zero.

		Stock on hold of the ``status`` that is named leaves first, from staging before other bins.
		"""
		of_batch = [c for c in self.contents[key] if c.batch_no == batch_no]
		named = [c for c in of_batch if c.stock_status == status != AVAILABLE]
		others = [c for c in of_batch if c not in named]
		rest = qty
		chosen: list[Removal] = []
		for group, order in (
			([c for c in named if c.is_staging], NEAREST_BIN),
			([c for c in named if not c.is_staging], NEAREST_BIN),
			([c for c in others if c.bin == preferred], NEAREST_BIN),
			([c for c in others if c.bin != preferred], strategy),
		):
			taken, rest = choose(group, rest, order)
			chosen += taken
		parts = [replace(t.content, qty=-t.qty, allocated=ZERO) for t in chosen]
		if rest:
			parts.append(BinContent(unplaced, -rest, batch_no=batch_no))
		return parts

	def deallocate(self, key: Key, bin: str, batch_no: str, qty: Decimal) -> None:
		for i, c in enumerate(self.contents[key]):
			if (c.bin, c.batch_no, c.stock_status) == (bin, batch_no, AVAILABLE):
				self.contents[key][i] = replace(c, allocated=c.allocated - qty)

	def overallocated(self) -> dict[tuple[str, str, str], Decimal]:
		"""Return (item, bin, batch) → how much more is allocated there than is there, in stock UOM."""
		return {
			(key[0], c.bin, c.batch_no): c.allocated - max(c.qty, ZERO)
			for key, contents in self.contents.items()
			for c in contents
			if c.allocated > max(c.qty, ZERO)
		}


def merged_parts(parts: Iterable[BinContent]) -> list[BinContent]:
	"""Return the parts with those of one bin, batch and status merged."""
	merged: dict[tuple[str, str, str], BinContent] = {}
	for part in parts:
		same = (part.bin, part.batch_no, part.stock_status)
		merged[same] = replace(part, qty=part.qty + merged[same].qty) if same in merged else part
	return list(merged.values())
