"""Receipts in the books: what of them is on hold until it is inspected; those that were typed by hand; those cancelled."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.inbound import EXPECTED, INBOUND, TO_INSPECT, TO_PUT_AWAY, TO_RECEIVE
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row, Voucher
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import (
	inspection_plans,
	orders,
	receiving,
	rejects,
	skipping,
	sources,
	sync,
)


@dataclass(frozen=True)
class Received:
	"""A row of a posted receipt, by batch or serial number. ``qty`` in stock UOM."""

	source: sync.Document
	"""What it is received for."""
	source_row: str
	item_code: str
	warehouse: str
	qty: Decimal
	batch_no: str = ""
	serial_no: str = ""
	to_inspect: bool = False
	"""It is in status Quality."""


def inspected(ctx: Context, receipt: Voucher, brought: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Return those of the (source type, item) of a receipt that are in status Quality until somebody inspects them. What names
	no document counts only where the receipt is an Inbound Order's; else it is an ordinary posting.
	"""
	by_type: dict[str, set[str]] = defaultdict(set)
	for source_type, item_code in brought:
		by_type[source_type].add(item_code)
	if "" in by_type and not sync.orders_of_receipt(ctx, receipt):
		del by_type[""]
	return {
		(source_type, item)
		for source_type, items in by_type.items()
		for item in sources.inspected_items(ctx, source_type, items)
	}


def receipt_posted(
	ctx: Context, receipt: Voucher, received: Sequence[Received], documents: Iterable[sync.Document]
) -> None:
	"""Bring Inbound Orders to a receipt, or a return to the supplier, of these documents that was just posted and settled.

	One that was typed by hand moves on the order that has not been received, or becomes an order of its own where somebody
	receives it already: its stock is in the Unplaced bin, to be inspected or put away. What is still outstanding stays
	expected.
	"""
	if not ctx.settings.inbound:
		return
	if not sync.orders_of_receipt(ctx, receipt):
		by_order: dict[tuple[sync.Document, str], list[Received]] = defaultdict(list)
		for row in received:
			if sources.is_on(ctx, row.source[0]):
				by_order[(row.source, row.warehouse)].append(row)
		for (source, warehouse), rows in sorted(by_order.items()):
			_become(ctx, receipt, source, warehouse, rows)
	_sync(ctx, documents)


_UNINSPECTED = """
SELECT received.item_code, received.warehouse, received.batch_no,
	SUM(received.qty - received.accepted_qty - received.rejected_qty) AS qty
FROM `tabInbound Order` o JOIN `tabInbound Receipt Line` received ON received.inbound_order = o.name
WHERE o.receipt_doctype = %(doctype)s AND o.receipt_document = %(name)s
GROUP BY received.item_code, received.warehouse, received.batch_no
"""


def uninspected(ctx: Context, receipt: Voucher) -> dict[tuple[str, str, str], Decimal]:
	"""Return what of a receipt nobody has inspected yet, by item, warehouse and batch, in stock UOM: it is in status Quality."""
	if not ctx.settings.inbound:
		return {}
	about = {"doctype": receipt.voucher_type, "name": receipt.voucher_no}
	return {
		(row["item_code"], row["warehouse"], row["batch_no"] or ""): from_store(row["qty"])
		for row in ctx.store.rows(_UNINSPECTED, about)
	}


def receipt_cancelled(ctx: Context, receipt: Voucher, documents: Iterable[sync.Document]) -> None:
	"""Open the orders of a receipt that was cancelled: what was scanned is there to be received again; what was typed by
	hand is expected again. Called when the books have reversed it.
	"""
	if not ctx.settings.inbound:
		return
	for name in sync.orders_of_receipt(ctx, receipt):
		_reopen(ctx, steps.read(ctx, INBOUND, name, locked=True))
	_sync(ctx, documents)


def _sync(ctx: Context, documents: Iterable[sync.Document]) -> None:
	for document in sorted(set(documents)):
		sync.sync(ctx, *document)


def _become(
	ctx: Context, receipt: Voucher, source: sync.Document, warehouse: str, received: Sequence[Received]
) -> None:
	"""Make an order the task of inspecting and putting away a receipt that somebody typed."""
	quantities: dict[sources.Line, Decimal] = defaultdict(lambda: ZERO)
	for row in received:
		quantities[(row.source_row, row.item_code)] += row.qty
	name = _untouched(ctx, source, warehouse, {row.source_row for row in received})
	if not name:
		name = sync.create_for(ctx, source, warehouse, quantities)
	elif sync.expected(orders.lines_of(ctx, name, locked=True)) != quantities:
		values = sync.line_values(ctx, source[0], quantities)
		ctx.documents.update(orders.DOCTYPE, name, {"lines": values})
	lines = {
		(line["source_row"], line["item_code"]): line for line in orders.lines_of(ctx, name, locked=True)
	}
	on_hold = {(row.source_row, row.item_code) for row in received if row.to_inspect}
	to_inspect = [{**lines[key], "received_qty": lines[key]["expected_qty"]} for key in sorted(on_hold)]
	samples = inspection_plans.samples(ctx, _supplier(ctx, name), to_inspect)
	skipped = {key for key in on_hold if samples[lines[key]["name"]].is_skipped}
	accepted: dict[sources.Line, Decimal] = defaultdict(lambda: ZERO)
	for row in received:
		key = (row.source_row, row.item_code)
		accepted[key] += ZERO if row.to_inspect and key not in skipped else row.qty
	changes = [
		{
			"name": line["name"],
			"received_qty": line["expected_qty"],
			"accepted_qty": accepted[key],
			"to_inspect": int(key in on_hold and key not in skipped),
			"is_skipped": int(key in skipped),
			"sample_qty": samples[line["name"]].qty if key in on_hold else ZERO,
		}
		for key, line in lines.items()
	]
	fields = ("received_qty", "accepted_qty", "to_inspect", "is_skipped", "sample_qty")
	orders.set_lines(ctx, changes, *fields)
	ctx.store.insert(
		orders.RECEIPT_LINE,
		[
			{
				"name": new_id(),
				"inbound_order": name,
				"line": lines[(row.source_row, row.item_code)]["name"],
				"item_code": row.item_code,
				"warehouse": warehouse,
				"batch_no": row.batch_no,
				"serial_no": row.serial_no,
				"qty": row.qty,
				"accepted_qty": ZERO
				if row.to_inspect and (row.source_row, row.item_code) not in skipped
				else row.qty,
				"received_by": ctx.identity.user,
				"received_at": ctx.clock.now(),
			}
			for row in received
		],
	)
	orders.touch(ctx, name)
	order = steps.read(ctx, INBOUND, name, locked=True)
	document: Row = {"receipt_doctype": receipt.voucher_type, "receipt_document": receipt.voucher_no}
	document["arrived_at"] = order["arrived_at"] or ctx.clock.now()
	document["received_at"] = ctx.clock.now()
	state = TO_INSPECT if on_hold - skipped else TO_PUT_AWAY
	steps.finish(ctx, INBOUND, order, "Receipt Posted", state, is_typed=1, **document)
	let_through = [row for row in received if row.to_inspect and (row.source_row, row.item_code) in skipped]
	skipping.accept(ctx, order, [vars(row) for row in let_through])
	receiving.notify_next(ctx, order, state)


def _supplier(ctx: Context, name: str) -> str:
	return str(steps.read(ctx, INBOUND, name, locked=True)["supplier"] or "")


def _untouched(ctx: Context, source: sync.Document, warehouse: str, source_rows: set[str]) -> str:
	"""Return the document's order in the warehouse of which nothing was scanned yet, locked; '' where there is none. Of orders
	that people asked for, one that expects one of these rows.
	"""
	by_request = sources.SOURCES[source[0]].by_request
	for row in sync.not_posted(ctx, *source):
		if row["warehouse"] != warehouse or orders.receipt_lines(ctx, row["name"]):
			continue
		expected = {line["source_row"] for line in orders.lines_of(ctx, row["name"])}
		if not by_request or expected & source_rows:
			return str(steps.read(ctx, INBOUND, row["name"], locked=True)["name"])
	return ""


def _reopen(ctx: Context, order: Row) -> None:
	name = order["name"]
	rejects.undo(ctx, order)
	if order["is_typed"]:
		orders.delete_receipt_lines(ctx, name)
	ctx.store.execute(
		"UPDATE `tabInbound Receipt Line` SET accepted_qty = 0, rejected_qty = 0, put_away_qty = 0"
		" WHERE inbound_order = %(name)s",
		order,
	)
	nothing = ("accepted_qty", "rejected_qty", "put_away_qty", "closed_qty", "sample_qty")
	changes = [
		{
			"name": line["name"],
			**dict.fromkeys(nothing, ZERO),
			"received_qty": ZERO if order["is_typed"] else line["received_qty"],
			"to_inspect": int(line["to_inspect"] or line["is_skipped"]),
			"is_skipped": 0,
		}
		for line in orders.lines_of(ctx, name, locked=True)
	]
	orders.set_lines(ctx, changes, *nothing, "received_qty", "to_inspect", "is_skipped")
	orders.touch(ctx, name)
	order = steps.read(ctx, INBOUND, name, locked=True)
	state = EXPECTED if order["is_typed"] else TO_RECEIVE
	of_receipt = ("receipt_doctype", "receipt_document", "received_at", "purchase_return")
	document = {**dict.fromkeys(of_receipt), "is_typed": 0}
	if order["is_typed"]:
		document["arrived_at"] = None
	steps.finish(ctx, INBOUND, order, "Receipt Cancelled", state, **document)
