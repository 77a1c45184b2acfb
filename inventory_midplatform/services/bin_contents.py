"""What lies in the bins of locked positions, kept up to date in memory while a settlement plans its movements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.removal import BinContent, RemovalStrategy, take


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
		self, key: Key, qty: Decimal, preferred: str, unplaced: str, batch_no: str, strategy: RemovalStrategy
	) -> list[BinContent]:
		"""Parts of the batch that together make ``qty``; what is nowhere to be found goes below zero in Unplaced."""
		lies = [c for c in self.contents[key] if c.batch_no == batch_no]
		taken, rest = take([c for c in lies if c.bin == preferred], qty)
		others, rest = take([c for c in lies if c.bin != preferred], rest, strategy)
		parts = [replace(t.content, qty=t.qty, allocated=ZERO) for t in taken + others]
		if rest:
			parts.append(BinContent(unplaced, rest, batch_no=batch_no))
		return merged_parts(parts)

	def unpin(self, key: Key, bin: str, batch_no: str, qty: Decimal) -> None:
		for i, c in enumerate(self.contents[key]):
			if (c.bin, c.batch_no, c.stock_status) == (bin, batch_no, AVAILABLE):
				self.contents[key][i] = replace(c, allocated=c.allocated - qty)

	def overpinned(self) -> dict[tuple[str, str, str], Decimal]:
		"""(item, bin, batch) → how much more is pinned there than lies there."""
		return {
			(key[0], c.bin, c.batch_no): c.allocated - max(c.qty, ZERO)
			for key, lie in self.contents.items()
			for c in lie
			if c.allocated > max(c.qty, ZERO)
		}


class HeldByRow:
	"""What a voucher's row takes out of one warehouse and brings into another: on hold there as it was here."""

	def __init__(self) -> None:
		self._left: dict[tuple[str, ...], list[BinContent]] = defaultdict(list)

	def carried(self, row: tuple[str, ...], parts: list[BinContent]) -> list[BinContent]:
		"""The parts of a row, signed, those that come in with the status in which they left. ``row`` names the voucher, its
		row and the lot; what leaves is told before what comes in."""
		left = self._left[row]
		left += [part for part in parts if part.qty < 0 and part.stock_status != AVAILABLE]
		carried = []
		for part in parts:
			while left and part.qty > 0:
				held = left.pop()
				qty = min(-held.qty, part.qty)
				carried.append(replace(part, qty=qty, stock_status=held.stock_status))
				part = replace(part, qty=part.qty - qty)
			if part.qty:
				carried.append(part)
		return carried


def merged_parts(parts: Iterable[BinContent]) -> list[BinContent]:
	"""Parts of the same bin, batch and status as one."""
	merged: dict[tuple[str, str, str], BinContent] = {}
	for part in parts:
		same = (part.bin, part.batch_no, part.stock_status)
		merged[same] = replace(part, qty=part.qty + merged[same].qty) if same in merged else part
	return list(merged.values())
