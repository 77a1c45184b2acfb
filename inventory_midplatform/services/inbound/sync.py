"""Inbound Orders are made for what a document brings into a warehouse, and synced with what is still outstanding."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from inventory_midplatform.domain.inbound import CANCELLED, EXPECTED, INBOUND, NOT_POSTED
from inventory_midplatform.domain.quantity import take
from inventory_midplatform.ports import Context, Row, Voucher
from inventory_midplatform.services import document_locks, operation_log, recipients
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import sources
from inventory_midplatform.services.inbound.orders import DOCTYPE, end, lines_of, set_lines, touch
from inventory_midplatform.services.inbound.sources import SOURCES, Line

Document = tuple[str, str]
"""(type, name) of a source"""

_NOT_POSTED = """
SELECT name, state, warehouse FROM `tabInbound Order`
WHERE source_type = %(source_type)s AND source_name = %(source_name)s AND state IN %(states)s
ORDER BY CASE WHEN state = 'Expected' THEN 1 ELSE 0 END, name
"""
"""Those that somebody works on come first: they stay, and one that has not arrived changes with the document."""

_OF_RECEIPT = """
SELECT name FROM `tabInbound Order`
WHERE receipt_doctype = %(doctype)s AND receipt_document = %(name)s ORDER BY name
"""


def sync(ctx: Context, source_type: str, source_name: str) -> None:
	"""Bring the Inbound Orders of a document to what it still brings, one for each warehouse.

	One that has not arrived changes with the document. One that is being received expects less where less is outstanding;
	where nothing is, it is cancelled. What is in no order that can still be received gets one. Orders of which something is
	posted stay as they are. Nothing happens while the module is off; while the source is, no order is made, and those that
	were expect less where less is outstanding.
	"""
	source = _source(ctx, source_type)
	if source is None:
		return
	if not (source.is_on(ctx.settings) or not_posted(ctx, source_type, source_name)):
		return
	outstanding, due = sources.outstanding(ctx, source, source_name)
	if source.by_request or not source.is_on(ctx.settings):
		left: dict[Line, Decimal] = {
			line: qty for lines in outstanding.values() for line, qty in lines.items()
		}
		for order in not_posted(ctx, source_type, source_name):
			_reduce(ctx, order["name"], left)
		return
	for order in not_posted(ctx, source_type, source_name):
		warehouse = order["warehouse"]
		_change(ctx, order["name"], outstanding[warehouse], due.get(warehouse))
	for warehouse, lines in sorted(outstanding.items()):
		if lines:
			header = _header(ctx, source, source_name)
			name = create(ctx, warehouse, lines, {**header, "due": due[warehouse]})
			notify_expected(ctx, name)


def notify_expected(ctx: Context, name: str) -> None:
	"""Open to-dos for who receives an order that was just made."""
	order = steps.read(ctx, INBOUND, name, locked=True)
	ctx.notifier.todo(
		recipients.storekeepers(ctx, order["warehouse"]),
		"{source} is expected in {warehouse}: {name}.",
		DOCTYPE,
		name,
		source=origin(order),
		warehouse=order["warehouse"],
		name=name,
	)


def sync_closing(ctx: Context, source_type: str, source_name: str) -> None:
	"""Sync where a document was closed or re-opened and its Inbound Orders do not show it; called after any change of the
	document. A receipt changes it too, and is synced when it is settled.
	"""
	source = _source(ctx, source_type)
	if source is None:
		return
	is_open = bool(not_posted(ctx, source_type, source_name))
	if not (is_open or source.is_on(ctx.settings)):
		return
	ended = sources.is_closed(ctx, source, source_name)
	if (is_open and ended) or (
		not is_open and not ended and _last_was_cancelled(ctx, source_type, source_name)
	):
		sync(ctx, source_type, source_name)


def _source(ctx: Context, source_type: str) -> sources.InboundSource | None:
	return SOURCES.get(source_type) if ctx.settings.inbound else None


_NO_ORDER = """ AND NOT EXISTS (
	SELECT 1 FROM `tabInbound Order` o WHERE o.source_name = d.name AND o.source_type = %(source_type)s
)
UNION
"""

_OPEN = """
SELECT source_name AS name FROM `tabInbound Order`
WHERE source_type = %(source_type)s AND source_name > %(after)s AND state IN %(states)s
ORDER BY name LIMIT %(limit)s
"""


def open_documents(ctx: Context, source_type: str, after: str = "", limit: int = 100) -> list[str]:
	"""Return the names of documents whose Inbound Orders may need a sync: those from before the module was on, and those
	with Inbound Orders to receive. One whose order somebody cancelled is left alone.

	Sorted, ``limit`` of them after the name ``after``; none while the module is off.
	"""
	source = _source(ctx, source_type)
	if source is None:
		return []
	about = {"after": after, "limit": limit, "source_type": source_type, "states": NOT_POSTED}
	unsynced = source.unsynced + _NO_ORDER if source.unsynced and source.is_on(ctx.settings) else ""
	return [str(row["name"]) for row in ctx.store.rows(unsynced + _OPEN, about)]


def not_posted(ctx: Context, source_type: str, source_name: str) -> list[Row]:
	"""Return name, state and warehouse of a document's orders that can still be received."""
	about = {"source_type": source_type, "source_name": source_name, "states": NOT_POSTED}
	return ctx.store.rows(_NOT_POSTED, about)


def orders_of_receipt(ctx: Context, receipt: Voucher) -> list[str]:
	"""Return the names of the orders that a receipt receives."""
	about = {"doctype": receipt.voucher_type, "name": receipt.voucher_no}
	return [row["name"] for row in ctx.store.rows(_OF_RECEIPT, about)]


def lock_orders(ctx: Context, documents: Iterable[Document], cancelled: Voucher | None = None) -> None:
	"""Lock those documents of which something can still be received, then their Inbound Orders, and those of a receipt to be
	cancelled.

	A step that posts locks the order's document, then the order, then the books and stock; what is posted or changed in the
	books locks in the same sequence by calling this before. Nothing happens while the module is off.
	"""
	if not ctx.settings.inbound:
		return
	found = {document: not_posted(ctx, *document) for document in documents}
	document_locks.lock(ctx, [document for document, orders in found.items() if orders])
	names = {order["name"] for orders in found.values() for order in orders}
	if cancelled:
		names |= set(orders_of_receipt(ctx, cancelled))
	steps.lock_many(ctx, INBOUND, sorted(names))


def _last_was_cancelled(ctx: Context, source_type: str, source_name: str) -> bool:
	rows = ctx.store.rows(
		"SELECT state FROM `tabInbound Order` WHERE source_type = %(type)s AND source_name = %(name)s"
		" ORDER BY name DESC LIMIT 1",
		{"type": source_type, "name": source_name},
	)
	return bool(rows) and rows[0]["state"] == CANCELLED


def _header(ctx: Context, source: sources.InboundSource, source_name: str) -> Row:
	"""Return what an Inbound Order has from its document."""
	header = ctx.store.rows(source.header, {"name": source_name})[0]
	return {"source_type": source.source_type, "source_name": source_name, **header}


def create_for(
	ctx: Context, document: Document, warehouse: str, lines: Mapping[Line, Decimal], reason: str = ""
) -> str:
	"""Make an Inbound Order of these lines of a document; returns its name."""
	return create(
		ctx, warehouse, lines, {**_header(ctx, SOURCES[document[0]], document[1]), "reason": reason}
	)


def create(ctx: Context, warehouse: str, lines: Mapping[Line, Decimal], header: Row) -> str:
	"""Make an Inbound Order; returns its name."""
	name = ctx.documents.create(
		DOCTYPE,
		{
			"state": EXPECTED,
			"warehouse": warehouse,
			**header,
			"lines": line_values(ctx, header.get("source_type") or "", lines),
		},
	)
	operation_log.log(
		ctx, "Step", DOCTYPE, name, warehouse=warehouse, to_value=EXPECTED, reason=origin(header)
	)
	return name


def origin(order: Row) -> str:
	"""Return in a word where an order comes from: its document, else its supplier, else why somebody expects it."""
	return str(order.get("source_name") or order.get("supplier") or order.get("reason") or "")


def line_values(ctx: Context, source_type: str, lines: Mapping[Line, Decimal]) -> list[Row]:
	"""Return the lines of an order as a record has them."""
	items = {
		row["name"]: row
		for row in ctx.store.rows(
			"SELECT name, item_name, stock_uom FROM `tabItem` WHERE name IN %(items)s",
			{"items": sorted({item for _, item in lines})},
		)
	}
	inspected = sources.inspected_items(ctx, source_type, items)
	return [
		{
			"item_code": item,
			"item_name": items[item]["item_name"],
			"stock_uom": items[item]["stock_uom"],
			"to_inspect": int(item in inspected),
			"source_row": row,
			"expected_qty": qty,
		}
		for (row, item), qty in lines.items()
	]


def expected(lines: Iterable[Row]) -> dict[Line, Decimal]:
	"""Return what the lines of an order expect, in stock UOM."""
	return {(line["source_row"], line["item_code"]): line["expected_qty"] for line in lines}


def _change(ctx: Context, name: str, outstanding: dict[Line, Decimal], due: object) -> None:
	"""Bring one order to what is outstanding, and take from ``outstanding`` what it expects."""
	order = steps.read(ctx, INBOUND, name, locked=True)
	if order["state"] not in NOT_POSTED:
		return
	lines = lines_of(ctx, name, locked=True)
	if order["state"] == EXPECTED and outstanding:
		if expected(lines) != outstanding or str(order["due"]) != str(due):
			values = line_values(ctx, order["source_type"], outstanding)
			ctx.documents.update(DOCTYPE, name, {"lines": values, "due": due})
		outstanding.clear()
		return
	_reduce(ctx, name, outstanding)


def _reduce(ctx: Context, name: str, outstanding: dict[Line, Decimal]) -> None:
	"""Let an order expect no more than is outstanding, and take from ``outstanding`` what it expects; cancel it where that is
	nothing.
	"""
	order = steps.read(ctx, INBOUND, name, locked=True)
	if order["state"] not in NOT_POSTED:
		return
	lines = lines_of(ctx, name, locked=True)
	less = []
	for line in lines:
		key = (line["source_row"], line["item_code"])
		qty = take(outstanding, key, line["expected_qty"])
		if qty < line["expected_qty"]:
			less.append({"name": line["name"], "expected_qty": qty})
		line["expected_qty"] = qty
	set_lines(ctx, less, "expected_qty")
	touch(ctx, name)
	if not any(line["expected_qty"] for line in lines):
		_cancel(ctx, steps.read(ctx, INBOUND, name, locked=True), lines)


def _cancel(ctx: Context, order: Row, lines: list[Row]) -> None:
	arrived = any(line["received_qty"] for line in lines)
	end(ctx, order)
	if arrived:
		ctx.notifier.todo(
			recipients.storekeepers(ctx, order["warehouse"]),
			"{source} was cancelled: what arrived for {name} is not received.",
			DOCTYPE,
			order["name"],
			source=origin(order),
			name=order["name"],
		)
