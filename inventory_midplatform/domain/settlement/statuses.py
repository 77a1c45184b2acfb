"""Stock statuses of what a voucher moves: stock on hold that is transferred or repacked stays on hold."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.settlement.postings import PostingRow

Counterpart = tuple[str, ...]


class StatusPropagation:
	"""The stock statuses of a voucher's outgoing rows, applied to its incoming rows of the same item.

	A row that comes in belongs to rows that went out: to its own voucher row's (a transfer), else to those of its batch or
	serial number, else, where ``repacked``, to those of its item (a split of a batch). Outgoing rows must be applied first.
	"""

	def __init__(self, rows: Iterable[PostingRow], repacked: bool):
		self._repacked = repacked
		self._outgoing: set[Counterpart] = set()
		self._incoming: set[Counterpart] = set()
		for row in rows:
			(self._incoming if row.qty > 0 else self._outgoing).update(self._counterparts(row))
		self._on_hold: dict[Counterpart, list[BinContent]] = defaultdict(list)

	def apply(self, row: PostingRow, parts: list[BinContent]) -> list[BinContent]:
		"""Return the signed parts of a row, incoming ones with the status in which as much went out."""
		others = self._outgoing if row.qty > 0 else self._incoming
		counterpart = next((c for c in self._counterparts(row) if c in others), None)
		if counterpart is None:
			return parts
		on_hold = self._on_hold[counterpart]
		if row.qty < 0:
			on_hold += [part for part in parts if part.stock_status != AVAILABLE]
			return parts
		on_hold.sort(key=lambda part: part.batch_no == row.batch_no)
		result = []
		for part in parts:
			while on_hold and part.qty:
				out = on_hold.pop()
				qty = min(-out.qty, part.qty)
				if -out.qty > qty:
					on_hold.append(replace(out, qty=out.qty + qty))
				result.append(replace(part, qty=qty, stock_status=out.stock_status))
				part = replace(part, qty=part.qty - qty)
			if part.qty:
				result.append(part)
		return result

	def _counterparts(self, row: PostingRow) -> list[Counterpart]:
		"""Return what two rows of the voucher can have in common, the closest first."""
		own = [("row", row.detail_no, *row.tracked_item)] if row.detail_no else []
		return [
			*own,
			("tracked item", *row.tracked_item),
			*([("item", row.item_code)] if self._repacked else []),
		]
