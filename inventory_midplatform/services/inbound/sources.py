"""What brings stock into a warehouse: a table with an entry for each kind of source. A further one is an entry here, and the
draft of its receipt in both adapters (``ports.Books.draft_receipt``).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.process_loss import Process
from inventory_midplatform.domain.quantity import STEP, ZERO, from_store
from inventory_midplatform.ports import Context, Row, Settings
from inventory_midplatform.services.batching import batches

PURCHASE_ORDER = "Purchase Order"
STOCK_ENTRY = "Stock Entry"
DELIVERY_NOTE = "Delivery Note"
SUBCONTRACTING_ORDER = "Subcontracting Order"
WORK_ORDER = "Work Order"

Line = tuple[str, str]
"""(row of the document, item)"""


@dataclass(frozen=True)
class InboundSource:
	"""A kind of document that brings stock into warehouses."""

	source_type: str
	header: str
	"""The statement that reads company and supplier of one document, ``name``."""
	rows: str
	"""The statement that reads what one document still brings: source_row, item_code, warehouse, qty (stock UOM), due."""
	unsynced: str = ""
	"""The statement that names documents without an Inbound Order that may bring something, after the name ``after``."""
	closed: tuple[str, ...] = ()
	"""Values of the document's status in which it brings nothing more."""
	ordered: str = ""
	"""The statement that reads all that was ordered in rows, and what of it is received: an allowance is a share of it.
	Where there is none, what is expected is the limit."""
	moved: bool = False
	"""Its rows took stock out: of its batches and serial numbers only those come in."""
	by_request: bool = False
	"""Somebody says what is expected of it; else all that it still brings is."""
	inspects: Callable[[Settings, Row], bool] = lambda settings, item: False
	"""Whether an item is in status Quality until it is inspected."""
	is_on: Callable[[Settings], bool] = lambda settings: True
	"""Whether Inbound Orders are made for it; those that were made still change with it."""
	allowance: Callable[[Settings, Row], Decimal] = lambda settings, item: (
		from_store(item["over_delivery_receipt_allowance"]) or settings.over_receipt_percent
	)
	"""How much more than ordered the books receive of an item, in percent."""
	comes_out: Callable[[Context, Row, Decimal], Decimal] = lambda ctx, row, qty: qty
	"""What comes of ``qty`` that one of its rows says."""


def _item_says(settings: Settings, item: Row) -> bool:
	return bool(item["to_inspect"])


PURCHASES = InboundSource(
	PURCHASE_ORDER,
	"SELECT company, supplier FROM `tabPurchase Order` WHERE name = %(name)s",
	"""
SELECT r.name AS source_row, r.item_code, r.warehouse, r.stock_qty - r.received_qty * r.conversion_factor AS qty,
	COALESCE(r.expected_delivery_date, r.schedule_date) AS due
FROM `tabPurchase Order Item` r
JOIN `tabPurchase Order` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = r.warehouse
WHERE d.name = %(name)s AND d.docstatus = 1 AND d.status NOT IN %(closed)s
	AND COALESCE(r.delivered_by_supplier, 0) = 0 AND item.is_stock_item = 1 AND wh.is_group = 0
ORDER BY r.idx
""",
	unsynced="""
SELECT d.name FROM `tabPurchase Order` d
WHERE d.docstatus = 1 AND d.status IN ('To Receive and Bill', 'To Receive') AND d.name > %(after)s
""",
	closed=("Closed", "Completed", "Delivered"),
	ordered="""
SELECT name, stock_qty AS ordered, received_qty * conversion_factor AS received
FROM `tabPurchase Order Item` WHERE name IN %(rows)s
""",
	inspects=_item_says,
)
"""A Purchase Order on hold still brings something; ERPNext lets nobody receive it."""

TRANSFERS = InboundSource(
	STOCK_ENTRY,
	"SELECT company, NULL AS supplier FROM `tabStock Entry` WHERE name = %(name)s",
	"""
SELECT sent.name AS source_row, sent.item_code, request.warehouse, request.schedule_date AS due,
	sent.transfer_qty - COALESCE((
		SELECT SUM(received.transfer_qty) FROM `tabStock Entry Detail` received
		WHERE received.ste_detail = sent.name AND received.docstatus = 1
	), 0) AS qty
FROM `tabStock Entry` d
JOIN `tabStock Entry Detail` sent ON sent.parent = d.name
JOIN `tabMaterial Request Item` request ON request.name = sent.material_request_item
JOIN `tabWarehouse` wh ON wh.name = request.warehouse
WHERE d.name = %(name)s AND d.docstatus = 1 AND d.add_to_transit = 1 AND wh.is_group = 0
ORDER BY sent.idx
""",
	unsynced="""
SELECT d.name FROM `tabStock Entry` d
WHERE d.docstatus = 1 AND d.add_to_transit = 1 AND d.per_transferred < 100 AND d.name > %(after)s
""",
	moved=True,
)
"""What was sent into transit for a Material Request. Where no request names the destination, nobody knows it before the goods
are received (:mod:`planning.in_transit`)."""

SALES_RETURNS = InboundSource(
	DELIVERY_NOTE,
	"SELECT company, NULL AS supplier FROM `tabDelivery Note` WHERE name = %(name)s",
	"""
SELECT r.name AS source_row, r.item_code, r.warehouse, NULL AS due,
	r.stock_qty + COALESCE((
		SELECT SUM(back.stock_qty) FROM `tabDelivery Note Item` back
		JOIN `tabDelivery Note` note ON note.name = back.parent
		WHERE back.dn_detail = r.name AND note.docstatus = 1 AND note.is_return = 1
	), 0) AS qty
FROM `tabDelivery Note Item` r
JOIN `tabDelivery Note` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
WHERE d.name = %(name)s AND d.docstatus = 1 AND d.is_return = 0 AND item.is_stock_item = 1
ORDER BY r.idx
""",
	moved=True,
	by_request=True,
	inspects=lambda settings, item: settings.inspect_sales_returns or bool(item["to_inspect"]),
)
"""What a customer sends back of a Delivery Note: as much as was delivered and has not come back. A return's quantities are
below zero."""

SUBCONTRACTED = InboundSource(
	SUBCONTRACTING_ORDER,
	"SELECT company, supplier FROM `tabSubcontracting Order` WHERE name = %(name)s",
	"""
SELECT r.name AS source_row, r.item_code, r.warehouse, r.qty - r.received_qty AS qty,
	COALESCE(r.expected_delivery_date, r.schedule_date) AS due
FROM `tabSubcontracting Order Item` r
JOIN `tabSubcontracting Order` d ON d.name = r.parent
JOIN `tabWarehouse` wh ON wh.name = r.warehouse
WHERE d.name = %(name)s AND d.docstatus = 1 AND d.status NOT IN %(closed)s AND wh.is_group = 0
ORDER BY r.idx
""",
	unsynced="""
SELECT d.name FROM `tabSubcontracting Order` d
WHERE d.docstatus = 1 AND d.per_received < 100 AND d.status NOT IN ('Closed', 'Completed') AND d.name > %(after)s
""",
	closed=("Closed", "Completed"),
	ordered="""
SELECT name, qty AS ordered, received_qty AS received FROM `tabSubcontracting Order Item` WHERE name IN %(rows)s
""",
	inspects=_item_says,
)
"""ERPNext's quantities are in stock UOM here. Its Subcontracting Receipt consumes the material at the supplier."""


def _process(ctx: Context, row: Row) -> Process:
	loss, whole = from_store(row["loss_percent"]), bool(row["whole"])
	return Process(loss, whole, ctx.books.half_unit * 2 or STEP)


_MADE = """d.produced_qty + d.process_loss_qty"""

_OF_WORK_ORDER = """bom.process_loss_percentage AS loss_percent, uom.must_be_whole_number AS whole
FROM `tabWork Order` d
JOIN `tabItem` item ON item.name = d.production_item
JOIN `tabWarehouse` wh ON wh.name = d.fg_warehouse
LEFT JOIN `tabBOM` bom ON bom.name = d.bom_no
LEFT JOIN `tabUOM` uom ON uom.name = item.stock_uom
"""

WORK_ORDERS = InboundSource(
	WORK_ORDER,
	"SELECT company, NULL AS supplier FROM `tabWork Order` WHERE name = %(name)s",
	f"""
SELECT d.name AS source_row, d.production_item AS item_code, d.fg_warehouse AS warehouse, d.qty - ({_MADE}) AS qty,
	DATE(COALESCE(d.planned_end_date, d.expected_delivery_date)) AS due, {_OF_WORK_ORDER}
WHERE d.name = %(name)s AND d.docstatus = 1 AND d.status NOT IN %(closed)s AND item.is_stock_item = 1 AND wh.is_group = 0
""",
	unsynced=f"""
SELECT d.name FROM `tabWork Order` d
WHERE d.docstatus = 1 AND d.status NOT IN ('Stopped', 'Closed', 'Completed') AND d.qty > {_MADE} AND d.name > %(after)s
""",
	closed=("Stopped", "Closed"),
	ordered=f"SELECT d.name, d.qty AS ordered, {_MADE} AS received, {_OF_WORK_ORDER} WHERE d.name IN %(rows)s",
	inspects=lambda settings, item: bool(item["to_inspect"] or item["made_to_inspect"]),
	is_on=lambda settings: settings.inbound_work_orders,
	allowance=lambda settings, item: settings.overproduction_percent,
	comes_out=lambda ctx, row, qty: _process(ctx, row).comes_out(qty),
)
"""What a Work Order makes, in its finished goods warehouse; the order is its only row. ERPNext's Stock Entry of purpose
Manufacture consumes the material. Completed, it has nothing left to bring: that is no status to wait for, since the entry
that completes it is still being posted then."""

BY_HAND = InboundSource("", "", "", by_request=True, inspects=_item_says)
"""What a person expects without a document; its receipt is a Material Receipt."""

SOURCES = {
	source.source_type: source for source in (PURCHASES, SUBCONTRACTED, WORK_ORDERS, TRANSFERS, SALES_RETURNS)
}
"""Documents that bring something, by their type."""


def of(order: Row) -> InboundSource:
	"""Return what brings an Inbound Order."""
	return SOURCES.get(order["source_type"], BY_HAND)


_CLOSED = """
SELECT line.source_row, SUM(line.closed_qty) AS qty
FROM `tabInbound Order` o JOIN `tabInbound Order Line` line ON line.parent = o.name
WHERE o.source_type = %(source_type)s AND o.source_name = %(source_name)s AND line.closed_qty > 0
GROUP BY line.source_row
"""


def _closed(ctx: Context, source: InboundSource, name: str) -> dict[str, Decimal]:
	"""Return what of the rows of a document is missing and not expected any more, by a Receiving Tolerance."""
	if not source.ordered:
		return {}
	about = {"source_type": source.source_type, "source_name": name}
	return {row["source_row"]: from_store(row["qty"]) for row in ctx.store.rows(_CLOSED, about)}


def outstanding(ctx: Context, source: InboundSource, name: str) -> tuple[dict[str, dict[Line, Decimal]], Row]:
	"""Return warehouse → (row, item) → what is still to come, in stock UOM; and warehouse → the earliest day."""
	found: dict[str, dict[Line, Decimal]] = defaultdict(dict)
	due: Row = {}
	closed = _closed(ctx, source, name)
	for row in ctx.store.rows(source.rows, {"name": name, "closed": source.closed}):
		qty = source.comes_out(ctx, row, from_store(row["qty"])) - closed.get(row["source_row"], ZERO)
		if qty > 0:
			found[row["warehouse"]][(row["source_row"], row["item_code"])] = qty
			days = [day for day in (due.get(row["warehouse"]), row["due"]) if day]
			due[row["warehouse"]] = min(days, key=str) if days else None
	return found, due


def is_closed(ctx: Context, source: InboundSource, name: str) -> bool:
	"""Return whether a document's status says that it brings nothing more."""
	sql = f"SELECT status FROM `tab{source.source_type}` WHERE name = %(name)s"
	rows = ctx.store.rows(sql, {"name": name})
	return bool(rows) and rows[0]["status"] in source.closed


def ordered(ctx: Context, source: InboundSource, row: str) -> tuple[Decimal, Decimal]:
	"""Return all that was ordered in a row of a document, and what of it is received, in stock UOM."""
	return ordered_in_rows(ctx, source, [row])[row]


def ordered_in_rows(
	ctx: Context, source: InboundSource, rows: Sequence[str]
) -> dict[str, tuple[Decimal, Decimal]]:
	"""Return what :func:`ordered` returns, for each of many rows; nothing of a row that is gone."""
	found = dict.fromkeys(rows, (ZERO, ZERO))
	for part in batches(rows):
		for row in ctx.store.rows(source.ordered, {"rows": part}):
			all_, received = from_store(row["ordered"]), from_store(row["received"])
			total = source.comes_out(ctx, row, all_)
			found[row["name"]] = total, total - source.comes_out(ctx, row, all_ - received)
	return found


def started(ctx: Context, order: str, good: Decimal) -> Decimal:
	"""Return how much a Work Order started for ``good`` (stock UOM) that came out."""
	row = ctx.store.rows(WORK_ORDERS.ordered, {"rows": [order]})[0]
	return _process(ctx, row).started_for(good, from_store(row["ordered"]) - from_store(row["received"]))


def is_on(ctx: Context, source_type: str) -> bool:
	"""Return whether Inbound Orders are made for documents of this type."""
	return ctx.settings.inbound and SOURCES[source_type].is_on(ctx.settings)


_ITEMS = """
SELECT item.name, item.inspection_required_before_purchase AS to_inspect, EXISTS (
	SELECT 1 FROM `tabBOM` bom
	WHERE bom.item = item.name AND bom.docstatus = 1 AND bom.is_active = 1 AND bom.inspection_required = 1
) AS made_to_inspect
FROM `tabItem` item WHERE item.name IN %(items)s
"""


def inspected_items(ctx: Context, source_type: str, item_codes: Iterable[str]) -> set[str]:
	"""Return those of the items that are in status Quality when a source of this type brings them, until they are inspected;
	none while the module, or the source, is off.
	"""
	items = sorted(set(item_codes))
	if not ctx.settings.inbound or not items:
		return set()
	source = SOURCES.get(source_type, BY_HAND)
	if not source.is_on(ctx.settings):
		return set()
	rows = ctx.store.rows(_ITEMS, {"items": items})
	return {row["name"] for row in rows if source.inspects(ctx.settings, row)}
