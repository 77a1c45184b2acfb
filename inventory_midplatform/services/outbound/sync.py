"""Outbound Orders are made for what leaves a warehouse for a document, and synced with what that document still demands."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from inventory_midplatform.domain.outbound import (
	CANCELLED,
	ON_HOLD,
	OUTBOUND,
	SHIPPED,
	TO_ACCEPT,
	TO_PUT_BACK,
	TO_SHIP,
)
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, from_store, take
from inventory_midplatform.ports import Context, Row, Settings, Voucher
from inventory_midplatform.services import operation_log, recipients
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import locking, on_hold, wave_closing
from inventory_midplatform.services.outbound.orders import DOCTYPE, end, lines_of, set_line, touch

SOURCES = (
	sources.SALES_ORDER,
	sources.MATERIAL_REQUEST,
	sources.WORK_ORDER,
	sources.INVENTORY_REQUEST,
)
"""Documents that may create Outbound Orders: Sales Orders and approved Inventory Requests do, the others by a setting."""

DUE = ("delivery_date", "schedule_date", "required_by", "planned_start_date", "transaction_date")
"""Fields of a document that say by when it is to leave."""


def is_source(settings: Settings, source_type: str) -> bool:
	"""Return whether documents of this type create Outbound Orders."""
	by_setting = {
		sources.MATERIAL_REQUEST: settings.outbound_for_material_requests,
		sources.WORK_ORDER: settings.outbound_for_work_orders,
	}
	return settings.outbound and source_type in SOURCES and by_setting.get(source_type, True)


_CANCELLED_LINES = """
SELECT line.name, line.source_row, line.item_code, line.qty, o.name AS outbound_order, o.warehouse
FROM `tabOutbound Order` o JOIN `tabOutbound Order Line` line ON line.parent = o.name
WHERE o.source_type = %(source_type)s AND o.source_name = %(source_name)s AND o.state = 'Cancelled'
	AND COALESCE(o.cancelled_by, '') <> '' AND line.qty > 0
ORDER BY o.name, line.idx
"""
"""Of orders that a person cancelled though they were demanded."""

Demanded = dict[tuple[str, str], Decimal]
"""(row of the document, item) → quantity in stock UOM."""


def sync(
	ctx: Context,
	source_type: str,
	source_name: str,
	delivered_by: Voucher | None = None,
	on_hold_reason: str = "",
) -> None:
	"""Bring the Outbound Orders of a document to what it still demands, one for each warehouse.

	An order nobody has accepted changes with the document. One that is being picked keeps its lines, with smaller
	quantities where less is demanded; where nothing is, it is cancelled and what was picked is to be put back. What is
	in no open order gets one. ``delivered_by`` is a delivery that somebody posted without the order's steps: the order
	becomes that delivery's, and what is not picked yet is still to be picked. Orders of a document on hold are on hold,
	with ``on_hold_reason``, until it is resumed; nothing of them is cancelled. What a person cancelled gets no order again,
	unless its document demanded less meanwhile. Nothing happens while the module is off.
	"""
	if not is_source(ctx.settings, source_type):
		return
	source = sources.DEMAND_SOURCES[source_type]
	document = sources.document_of(ctx, source, source_name)
	if document and source.is_on_hold(document):
		for order in locking.open_orders(ctx, source_type, source_name):
			on_hold.put_on_hold(ctx, order["name"], on_hold_reason or f"{source_name}: {document['status']}")
		return
	demanded = _outstanding(ctx, source_type, source_name)
	found = locking.open_orders(ctx, source_type, source_name)
	for order in (o for o in found if o["state"] != TO_ACCEPT):
		if order["state"] == ON_HOLD and document and not source.is_closed(document):
			on_hold.resume(ctx, order["name"])
		_change(ctx, order["name"], demanded[order["warehouse"]], delivered_by)
	for line in ctx.store.rows(_CANCELLED_LINES, {"source_type": source_type, "source_name": source_name}):
		_leave_cancelled(ctx, line, demanded[line["warehouse"]])
	for order in (o for o in found if o["state"] == TO_ACCEPT):
		_change(ctx, order["name"], demanded[order["warehouse"]], delivered_by)
	for warehouse, lines in sorted(demanded.items()):
		if lines:
			_create(ctx, source_type, source_name, warehouse, lines)


def sync_closing(ctx: Context, source_type: str, source_name: str, on_hold_reason: str = "") -> None:
	"""Sync where a document was closed, put on hold or resumed and its Outbound Orders do not show it; called after any
	change of the document. A delivery changes it too, and is synced when it is settled.
	"""
	if not is_source(ctx.settings, source_type):
		return
	source = sources.DEMAND_SOURCES[source_type]
	document = sources.document_of(ctx, source, source_name)
	states = {order["state"] for order in locking.open_orders(ctx, source_type, source_name)} - {TO_PUT_BACK}
	if document is None or not states:
		return
	shown = states == {ON_HOLD} if source.is_on_hold(document) else ON_HOLD not in states
	if not shown or (source.is_closed(document) and not source.is_on_hold(document)):
		sync(ctx, source_type, source_name, on_hold_reason=on_hold_reason)


def _outstanding(ctx: Context, source_type: str, name: str) -> dict[str, Demanded]:
	"""Return warehouse → (row, item) → what is outstanding, in stock UOM; nothing of a document that is no longer open."""
	source = sources.DEMAND_SOURCES[source_type]
	found: dict[str, Demanded] = defaultdict(dict)
	for row in sources.rows_of(ctx, source, name, on_hold_too=True):
		ended = row["docstatus"] != 1 or row["status"] in source.closed + source.completed
		qty = from_store(row["stock_qty"]) - from_store(row["delivered"])
		if qty > 0 and not ended:
			line = (row["demand_line"] or "", row["item_code"])
			lines = found[row["warehouse"]]
			lines[line] = lines.get(line, ZERO) + qty
	return found


def _create(
	ctx: Context, source_type: str, source_name: str, warehouse: str, lines: Mapping[tuple[str, str], Decimal]
) -> None:
	header = ctx.store.rows(f"SELECT * FROM `tab{source_type}` WHERE name = %(name)s", {"name": source_name})[
		0
	]
	if header.get("skip_transfer"):
		return  # a Work Order that takes its material when it is made: nothing is brought to it
	name = ctx.documents.create(
		DOCTYPE,
		{
			"state": TO_ACCEPT,
			"warehouse": warehouse,
			"company": header.get("company"),
			"source_type": source_type,
			"source_name": source_name,
			"customer": header.get("customer"),
			"stock_status": header.get("stock_status") or AVAILABLE,
			"due": sources.as_day(next((header[field] for field in DUE if header.get(field)), None)),
			"lines": _line_values(ctx, lines),
		},
	)
	operation_log.log(ctx, "Step", DOCTYPE, name, warehouse=warehouse, to_value=TO_ACCEPT, reason=source_name)
	ctx.notifier.todo(
		recipients.storekeepers(ctx, warehouse),
		"{source} is to be picked in {warehouse}: {name}.",
		DOCTYPE,
		name,
		source=source_name,
		warehouse=warehouse,
		name=name,
	)


def _line_values(ctx: Context, lines: Mapping[tuple[str, str], Decimal]) -> list[Row]:
	items = {
		row["name"]: row
		for row in ctx.store.rows(
			"SELECT name, item_name, stock_uom FROM `tabItem` WHERE name IN %(items)s",
			{"items": sorted({item for _, item in lines})},
		)
	}
	return [
		{
			"item_code": item,
			"item_name": items[item]["item_name"],
			"stock_uom": items[item]["stock_uom"],
			"source_row": row,
			"qty": qty,
		}
		for (row, item), qty in lines.items()
	]


def _change(ctx: Context, name: str, demanded: Demanded, delivered_by: Voucher | None) -> None:
	"""Bring one order to what is demanded, and take from ``demanded`` what it keeps."""
	order = steps.read(ctx, OUTBOUND, name, locked=True)
	if order["is_posted"]:
		return
	lines = lines_of(ctx, name, locked=True)
	missing = {
		line["name"]: line["qty"] - demanded.get((line["source_row"] or "", line["item_code"]), ZERO)
		for line in lines
	}
	if delivered_by and any(qty > 0 for qty in missing.values()):
		_become(ctx, order, delivered_by, {line: max(qty, ZERO) for line, qty in missing.items()})
		return
	if order["state"] == TO_ACCEPT and demanded:
		current = {(line["source_row"] or "", line["item_code"]): line["qty"] for line in lines}
		if current != demanded:
			ctx.documents.update(DOCTYPE, name, {"lines": _line_values(ctx, demanded)})
		demanded.clear()
		return
	for line in lines:
		key = (line["source_row"] or "", line["item_code"])
		qty = take(demanded, key, line["qty"])
		if qty < line["qty"]:
			set_line(ctx, line["name"], qty=qty)
		line["qty"] = qty
	touch(ctx, name)
	if not any(line["qty"] for line in lines):
		picked = any(line["picked_qty"] for line in lines)
		end(ctx, steps.read(ctx, OUTBOUND, name, locked=True), TO_PUT_BACK if picked else CANCELLED)


def _leave_cancelled(ctx: Context, line: Row, demanded: Demanded) -> None:
	"""Take from ``demanded`` what a person does not want brought; less of it where less is demanded by now."""
	key = (line["source_row"] or "", line["item_code"])
	qty = take(demanded, key, from_store(line["qty"]))
	if qty < from_store(line["qty"]):
		set_line(ctx, line["name"], qty=qty)
		touch(ctx, line["outbound_order"])


def _become(ctx: Context, order: Row, delivery: Voucher, quantities: Mapping[str, Decimal]) -> None:
	"""Make the order the task of a delivery that is posted already: its lines are what that delivered.

	An order that only waited to be shipped is shipped.
	"""
	if order["delivery_document"] and order["delivery_document"] != delivery.voucher_no:
		ctx.documents.discard(order["delivery_doctype"], order["delivery_document"])
	for line, qty in quantities.items():
		set_line(ctx, line, qty=qty, short_qty=ZERO)
	touch(ctx, order["name"])
	order = steps.read(ctx, OUTBOUND, order["name"], locked=True)
	state = SHIPPED if order["state"] == TO_SHIP else order["state"]
	steps.finish(
		ctx,
		OUTBOUND,
		order,
		"ship",
		state,
		is_posted=1,
		delivery_doctype=delivery.voucher_type,
		delivery_document=delivery.voucher_no,
	)
	wave_closing.close_if_packed(ctx, order["wave"])


def open_documents(ctx: Context, source_type: str, after: str = "", limit: int = 100) -> list[str]:
	"""Return the names of documents whose Outbound Orders may need a sync: those that may have something outstanding, and
	those with open Outbound Orders. Sorted, ``limit`` of them after the name ``after``; none while the module is off.
	"""
	if not is_source(ctx.settings, source_type):
		return []
	source = sources.DEMAND_SOURCES[source_type]
	rows = ctx.store.rows(
		f"SELECT d.name FROM `tab{source_type}` d WHERE d.docstatus = 1 AND {source.may_have_outstanding}"
		" AND d.name > %(after)s UNION SELECT source_name AS name FROM `tabOutbound Order`"
		" WHERE source_type = %(source_type)s AND source_name > %(after)s AND state NOT IN %(final)s"
		" ORDER BY name LIMIT %(limit)s",
		{"source_type": source_type, "after": after, "limit": limit, "final": sorted(OUTBOUND.final)},
	)
	return [str(row["name"]) for row in rows]
