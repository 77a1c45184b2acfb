"""Stock on hold that vouchers take: only who may unblock it may."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.movement import OF_VOUCHERS, Movement
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, to_text


def taken_on_hold(movements: Sequence[Movement]) -> list[Movement]:
	"""Return what vouchers take of stock on hold by bin and status, where more is taken than brought back on hold."""
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


def takes_stock_on_hold(leaving: Sequence[Movement]) -> Conflict:
	"""Return the refusal of what takes this stock on hold."""
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
