"""Stock on hold in vouchers: it stays on hold where a voucher moves or repacks it, and only who may unblock it may take it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.roles import OPERATION_ROLES
from inventory_midplatform.ports import Context
from inventory_midplatform.services import alerts, operation_log
from inventory_midplatform.services.ledger.movements import Movement
from inventory_midplatform.services.settlement.postings import Posting, PostingRow

OF_VOUCHERS = (
	MovementKind.INCOMING,
	MovementKind.OUTGOING,
	MovementKind.RECONCILIATION,
	MovementKind.CANCELLATION,
)

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


def check_leaving(ctx: Context, postings: Sequence[Posting], movements: Sequence[Movement]) -> None:
	"""Refuse or log what vouchers take of stock on hold and do not bring back on hold.

	Raises Conflict (``takes_stock_on_hold``) where the setting says so and the user may not unblock stock, unless the
	postings have happened already; those open an alert instead.
	"""
	leaving = _leaving(movements)
	if not leaving:
		return
	allowed = bool(OPERATION_ROLES["stock.unblock"] & ctx.identity.roles)
	refusing = ctx.settings.refuse_stock_on_hold and not allowed
	if refusing and all(p.may_be_refused for p in postings):
		raise _refusal(leaving)
	entries = []
	for m in leaving:
		entries.append(
			operation_log.entry(
				ctx,
				"Take Stock on Hold",
				m.voucher_type,
				m.voucher_no,
				item_code=m.item_code,
				warehouse=m.warehouse,
				qty=-m.qty,
				from_value=m.stock_status,
				reason=m.bin,
			)
		)
		if refusing:
			alerts.open_alert(
				ctx,
				alerts.ON_HOLD_TAKEN,
				m.item_code,
				m.warehouse,
				"A document that could not be refused took stock that was on hold. Check what was sent.",
			)
	operation_log.write(ctx, entries)


def _leaving(movements: Sequence[Movement]) -> list[Movement]:
	"""Return voucher and item → stock on hold taken by bin and status, where more is taken than brought back on hold."""
	net: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
	taken: dict[tuple[str, ...], Movement] = {}
	for m in movements:
		if m.stock_status == AVAILABLE or m.kind not in OF_VOUCHERS or not m.voucher_no:
			continue
		net[(m.voucher_type, m.voucher_no, m.item_code)] += m.qty
		if m.qty < 0:
			where = (
				m.voucher_type,
				m.voucher_no,
				m.item_code,
				m.warehouse,
				m.bin,
				m.batch_no,
				m.stock_status,
			)
			same = taken.get(where)
			taken[where] = replace(m, qty=m.qty + same.qty) if same else m
	return [m for _, m in sorted(taken.items()) if net[(m.voucher_type, m.voucher_no, m.item_code)] < 0]


def _refusal(leaving: Sequence[Movement]) -> Conflict:
	first = leaving[0]
	return Conflict(
		"Item {item_code} in {warehouse}: this would take {qty} that is {stock_status} in bin {bin}. Stock on hold leaves"
		" only by somebody who may unblock it. Unblock it first, or have one of them submit this.",
		code="takes_stock_on_hold",
		item_code=first.item_code,
		warehouse=first.warehouse,
		bin=first.bin,
		stock_status=first.stock_status,
		qty=to_text(-first.qty),
		on_hold=[
			{
				"item_code": m.item_code,
				"warehouse": m.warehouse,
				"bin": m.bin,
				"batch_no": m.batch_no,
				"stock_status": m.stock_status,
				"qty": to_text(-m.qty),
			}
			for m in leaving[:50]
		],
	)
