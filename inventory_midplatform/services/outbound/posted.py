"""Deliveries posted before their order was shipped, by hand in ERPNext: the goods have left in the books, and are still
to be picked. Such picks are recorded only; no stock moves.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.outbound import OUTBOUND, TO_ACCEPT, TO_PICK
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.ports import Context, Row, Voucher
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import locking, on_hold, orders, packages

_TAKEN_FROM_BINS = """
SELECT moved.item_code, moved.bin, moved.batch_no, -SUM(moved.qty) AS qty
FROM `tabStock Movement` moved
JOIN `tabWarehouse Bin` wb ON wb.name = moved.bin
WHERE moved.voucher_type = %(delivery_doctype)s AND moved.voucher_no = %(delivery_document)s
	AND moved.warehouse = %(warehouse)s AND wb.is_staging = 0
GROUP BY moved.item_code, moved.bin, moved.batch_no, wb.sequence
ORDER BY wb.sequence, moved.bin, moved.item_code, moved.batch_no
"""

_RECORDED = """
SELECT item_code, from_bin AS bin, batch_no, SUM(qty - returned_qty) AS qty FROM `tabOutbound Pick`
WHERE outbound_order = %(name)s AND is_moved = 0 GROUP BY item_code, from_bin, batch_no
"""


def to_pick(ctx: Context, order: Row, order_lines: Sequence[Row]) -> list[Row]:
	"""Return what the delivery took from bins and nobody has picked yet: line, item_code, bin, batch_no, qty."""
	left: dict[tuple[str, str, str], Decimal] = {}
	for row in ctx.store.rows(_TAKEN_FROM_BINS, order):
		left[(row["item_code"], row["bin"], row["batch_no"] or "")] = from_store(row["qty"])
	for row in ctx.store.rows(_RECORDED, {"name": order["name"]}):
		key = (row["item_code"], row["bin"], row["batch_no"] or "")
		left[key] = left.get(key, ZERO) - from_store(row["qty"])
	found = []
	for line in order_lines:
		rest = line["qty"] - line["picked_qty"]
		for (item, bin, batch_no), qty in left.items():
			part = min(rest, qty) if item == line["item_code"] else ZERO
			if part > 0:
				found.append(
					{"line": line["name"], "item_code": item, "bin": bin, "batch_no": batch_no, "qty": part}
				)
				left[(item, bin, batch_no)] -= part
				rest -= part
	return found


def pick(
	ctx: Context, order: Row, line: Row, bin: str, qty: Decimal, batch_no: str, serial_nos: Sequence[str]
) -> None:
	"""Record a pick of a posted delivery. Raises Conflict (``insufficient_in_bin``) for more than it took from the bin."""
	here = [
		p
		for p in to_pick(ctx, order, [line])
		if p["bin"] == bin and (not batch_no or p["batch_no"] == batch_no)
	]
	free = sum((p["qty"] for p in here), ZERO)
	if free < qty:
		raise Conflict(
			"The delivery took only {free} of item {item_code} from bin {bin}.",
			code="insufficient_in_bin",
			item_code=line["item_code"],
			bin=bin,
			free=to_text(free),
			qty=to_text(qty),
		)
	rest, serials, rows = qty, list(serial_nos), []
	for p in here:
		part = min(rest, p["qty"])
		own, serials = serials[: int(part)], serials[int(part) :]
		rows += [
			{
				"name": new_id(),
				"outbound_order": order["name"],
				"line": line["name"],
				"item_code": line["item_code"],
				"warehouse": order["warehouse"],
				"from_bin": bin,
				"batch_no": p["batch_no"],
				"serial_no": serial,
				"qty": each,
				"returned_qty": ZERO,
				"is_moved": 0,
				"picked_by": ctx.identity.user,
				"picked_at": ctx.clock.now(),
			}
			for each, serial in ([(Decimal(1), s) for s in own] or [(part, "")])
			if each
		]
		rest -= part
	ctx.store.insert("Outbound Pick", rows)


def delivery_cancelled(ctx: Context, delivery: Voucher) -> None:
	"""Bring orders back that a delivery shipped or was posted for: their stock is in its bins and in staging again.

	What is in staging stays picked and is allocated there; the rest is to be picked again. Called when the books have
	reversed the delivery and its reservations are open again.
	"""
	if not ctx.settings.outbound:
		return
	ctx.books.discard_shipments(delivery)
	for name in locking.orders_of_delivery(ctx, delivery):
		_reopen(ctx, steps.read(ctx, OUTBOUND, name, locked=True))


def _reopen(ctx: Context, order: Row) -> None:
	ctx.store.execute(
		"UPDATE `tabOutbound Pick` SET returned_qty = qty WHERE outbound_order = %(name)s AND is_moved = 0",
		{"name": order["name"]},
	)
	moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
	picks = ctx.store.rows(
		"SELECT line, reservation, item_code, batch_no, staging_bin, qty - returned_qty AS qty FROM `tabOutbound Pick`"
		f" WHERE outbound_order = %(name)s AND qty > returned_qty ORDER BY name{ctx.store.for_update}",
		{"name": order["name"]},
	)
	for pick in picks:
		moved[pick["line"]] += from_store(pick["qty"])
	order_lines = orders.lines_of(ctx, order["name"], locked=True)
	for line in order_lines:
		orders.set_line(ctx, line["name"], picked_qty=moved[line["name"]], checked_qty=ZERO, short_qty=ZERO)
	packages.check_again(ctx, order["name"])
	orders.touch(ctx, order["name"])
	on_hold.allocate_picked(ctx, order, order_lines, walk=bool(order["assignee"]))
	order = steps.read(ctx, OUTBOUND, order["name"], locked=True)
	state = TO_PICK if order["assignee"] else TO_ACCEPT
	nothing = {"is_posted": 0, "delivery_doctype": None, "delivery_document": None}
	steps.finish(ctx, OUTBOUND, order, "Delivery cancelled", state, **nothing)
