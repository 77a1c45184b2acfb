"""Documents that demand stock: Sales Orders, Material Requests and Work Orders, and what their rows still demand.

What differs between them is data, a :class:`DemandSource` each. Reservations, the queue of the waiting, available to
promise and low stock all read outstanding quantities through it, so that they agree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from inventory_midplatform.domain.delivered_shares import share_delivered
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import Demand, ShortagePolicy
from inventory_midplatform.ports import Context, Row, Settings, SnapshotConflict

SALES_ORDER = "Sales Order"
MATERIAL_REQUEST = "Material Request"
WORK_ORDER = "Work Order"
INVENTORY_REQUEST = "Inventory Request"
POS_INVOICE = "POS Invoice"
"""Not a DemandSource: it reserves what it sold (``pos_invoices``), and its outstanding quantity is what waits."""


@dataclass(frozen=True)
class RowStatement:
	"""A statement of the rows of documents: the row is ``r``, the document ``d``, the item ``item``, its warehouse ``wh``."""

	columns: Mapping[str, str]
	"""row_name, row_modified, demand_name, demand_line, item_code, warehouse, stock_qty, delivered (in stock UOM, with what will
	not be delivered any more), by_invoice (not 0 where what was invoiced counts as delivered too), due (a date or NULL), idx,
	and the document's docstatus and status."""
	tables: str
	conditions: str

	def text(
		self, document: str, row: str, columns: Mapping[str, str] | None = None, joined: str = ""
	) -> str:
		"""Return it with a condition on the document and one on its row; with other ``columns`` and more tables ``joined``."""
		selected = ", ".join(f"{value} AS {name}" for name, value in (columns or self.columns).items())
		return (
			f"SELECT {selected}\nFROM {self.tables}{joined}\nWHERE {document} AND {row} AND {self.conditions}"
		)


@dataclass(frozen=True)
class DemandSource:
	"""One type of document: its statement of outstanding rows, and the states in which it demands nothing."""

	demand_type: str
	row_doctype: str
	rows: RowStatement
	unfinished: str
	"""Condition on the document ``d``: its rows are not all delivered."""
	closed: tuple[str, ...]
	"""Statuses in which it demands nothing until a person re-opens it."""
	shortage_policy: Callable[[Settings], ShortagePolicy | None]
	"""How its rows reserve; None where it reserves nothing by itself."""
	parts: RowStatement | None = None
	"""What its rows are made of, where there are product bundles."""
	invoiced: str = ""
	"""Where by_invoice is not 0, statement of what was invoiced of the rows with the names ``rows``: row_name, qty, and
	``whole``, the quantity of the row (both in stock UOM)."""
	completed: tuple[str, ...] = ()
	"""Statuses in which it demands nothing more, whatever its rows say."""
	on_hold: tuple[str, ...] = ()
	"""Those of ``closed`` in which it is expected to be resumed: work on it waits, and is not cancelled."""
	taken_from: str = ""
	"""Where ERPNext writes the sum delivered of an item into each row of the item: statement of how much of it left
	which warehouse, of the documents ``names``: demand_name, item_code, warehouse, qty."""
	demands_returns: Callable[[Settings], bool] = lambda settings: False
	"""Whether what was delivered and came back is demanded again."""

	@property
	def may_have_outstanding(self) -> str:
		"""Condition that a submitted document ``d`` meets while its rows may still demand something."""
		return f"{self.unfinished} AND {self.demanding_status}"

	@property
	def demanding_status(self) -> str:
		"""Condition on the status of the document ``d``: it may still demand something."""
		statuses = ", ".join(f"'{status}'" for status in self.closed + self.completed)
		return f"d.status NOT IN ({statuses})"

	def statement(self, document: str, row: str, part: str) -> str:
		"""``rows`` and ``parts`` in the order of the document's rows, each with its condition."""
		both = [self.rows.text(document, row)]
		if self.parts:
			both.append(self.parts.text(document, part))
		return "\nUNION ALL\n".join(both) + "\nORDER BY idx"

	def is_closed(self, document: Row) -> bool:
		return document["docstatus"] == 2 or document["status"] in self.closed

	def is_on_hold(self, document: Row) -> bool:
		return document["docstatus"] == 1 and document["status"] in self.on_hold

	def demands_nothing(self, document: Row) -> bool:
		return self.is_closed(document) or document["status"] in self.completed


def _sales_order_policy(settings: Settings) -> ShortagePolicy | None:
	policies = {"Off": None, "All or Wait": ShortagePolicy.WAIT}
	return policies.get(settings.sales_order_policy, ShortagePolicy.PARTIAL)


_ROW = {
	"row_name": "r.name",
	"row_modified": "r.modified",
	"demand_name": "d.name",
	"demand_line": "''",
	"item_code": "r.item_code",
	"warehouse": "wh.name",
	"by_invoice": "0",
	"idx": "r.idx",
	"docstatus": "d.docstatus",
	"status": "d.status",
}
"""What is the same of the rows of all documents."""

_NOT_DEMANDED_AGAIN = "CASE %(sales_returns_demanded)s WHEN 0 THEN COALESCE(r.returned_qty, 0) ELSE 0 END"

_SALES_ORDER_ROW = {
	**_ROW,
	"demand_line": "r.name",
	"item_code": "item.name",
	"stock_qty": "r.stock_qty",
	"delivered": f"(r.delivered_qty + {_NOT_DEMANDED_AGAIN}) * r.conversion_factor",
	"by_invoice": "d.skip_delivery_note",
	"due": "r.delivery_date",
}

SALES_ORDERS = DemandSource(
	SALES_ORDER,
	"Sales Order Item",
	RowStatement(
		_SALES_ORDER_ROW,
		"""`tabSales Order Item` r
JOIN `tabSales Order` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = r.warehouse""",
		"COALESCE(r.delivered_by_supplier, 0) = 0 AND item.is_stock_item = 1 AND wh.is_group = 0",
	),
	"d.per_delivered < 100",
	("Closed", "On Hold"),
	_sales_order_policy,
	parts=RowStatement(
		{
			**_SALES_ORDER_ROW,
			"stock_qty": "packed.qty",
			"delivered": f"packed.qty * (r.delivered_qty + {_NOT_DEMANDED_AGAIN}) / r.qty",
		},
		"""`tabPacked Item` packed
JOIN `tabSales Order Item` r ON r.name = packed.parent_detail_docname
JOIN `tabSales Order` d ON d.name = r.parent AND packed.parent = d.name
JOIN `tabItem` item ON item.name = packed.item_code
JOIN `tabWarehouse` wh ON wh.name = packed.warehouse""",
		"""r.qty <> 0 AND r.stock_qty <> 0
	AND COALESCE(r.delivered_by_supplier, 0) = 0 AND item.is_stock_item = 1 AND wh.is_group = 0""",
	),
	# a credit note counts where its box Update Billed Amount in Sales Order is ticked, as in ERPNext's billed amount
	invoiced="""
SELECT r.name AS row_name, r.stock_qty AS whole, SUM(billed.stock_qty) AS qty
FROM `tabSales Order Item` r
JOIN `tabSales Invoice Item` billed ON billed.so_detail = r.name
JOIN `tabSales Invoice` invoice ON invoice.name = billed.parent
WHERE r.name IN %(rows)s AND r.stock_qty <> 0 AND invoice.docstatus = 1
	AND (invoice.is_return = 0 OR invoice.update_billed_amount_in_sales_order = 1)
GROUP BY r.name, r.stock_qty
""",
	completed=("Completed",),
	on_hold=("On Hold",),
	demands_returns=lambda settings: settings.sales_returns_demanded,
)
"""The conditions are those of ERPNext's reserved quantity (``erpnext/stock/stock_balance.py``, ``get_reserved_qty``):
submitted, neither Closed nor On Hold, not delivered by the supplier, and what a customer returned counts as delivered
where Selling Settings say *Don't Reserve Sales Order Qty on Sales Return*. Beyond it, what an order with *Skip Delivery
Note* has invoiced is settled: ERPNext makes no delivery for it, and calls the order Completed once all of it is billed.

A product bundle's parts are demanded in the proportion in which the bundle's row is still to be delivered."""

_ISSUED_FROM = """CASE d.material_request_type WHEN 'Material Issue' THEN r.warehouse
	ELSE COALESCE(NULLIF(r.from_warehouse, ''), d.set_from_warehouse) END"""

MATERIAL_REQUESTS = DemandSource(
	MATERIAL_REQUEST,
	"Material Request Item",
	RowStatement(
		{
			**_ROW,
			"demand_line": "r.name",
			"item_code": "item.name",
			"stock_qty": "r.stock_qty",
			"delivered": "r.ordered_qty",
			"due": "r.schedule_date",
		},
		f"""`tabMaterial Request Item` r
JOIN `tabMaterial Request` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = {_ISSUED_FROM}""",
		"""d.material_request_type IN ('Material Issue', 'Material Transfer')
	AND item.is_stock_item = 1 AND wh.is_group = 0
	AND (%(work_orders_reserve)s = 0 OR COALESCE(d.work_order, '') = '')""",
	),
	"d.per_ordered < 100 AND d.material_request_type IN ('Material Issue', 'Material Transfer')",
	("Stopped",),
	lambda settings: ShortagePolicy.PARTIAL if settings.reserve_for_material_requests else None,
)
"""ERPNext names the warehouse that an issue leaves ``warehouse``, and the one that a transfer leaves
``from_warehouse``; ``ordered_qty`` is what Stock Entries took, in stock UOM. ERPNext's own conditions are those of
``get_indented_qty`` in ``erpnext/stock/stock_balance.py``: submitted and not Stopped. A request that fetches material
for a work order, by job card or not, demands what the work order reserves itself, where work orders reserve."""

_MADE_FROM = """CASE WHEN d.skip_transfer = 1 AND d.from_wip_warehouse = 1 THEN d.wip_warehouse
	ELSE COALESCE(NULLIF(r.source_warehouse, ''), d.source_warehouse) END"""

_TAKEN_FOR = """part.s_warehouse <> '' AND entry.docstatus = 1 AND entry.is_return = 0
	AND ((d.skip_transfer = 0 AND entry.purpose = 'Material Transfer for Manufacture')
		OR (d.skip_transfer = 1 AND entry.purpose IN ('Manufacture', 'Material Consumption for Manufacture')))"""

_OTHER_UNITS = f"""COALESCE((
		SELECT SUM(part.transfer_qty - part.qty)
		FROM `tabStock Entry` entry JOIN `tabStock Entry Detail` part ON part.parent = entry.name
		WHERE entry.work_order = d.name AND part.conversion_factor <> 1 AND {_TAKEN_FOR}
			AND COALESCE(NULLIF(part.original_item, ''), part.item_code) = r.item_code
	), 0)"""
"""ERPNext adds up ``transferred_qty`` and ``consumed_qty`` from rows in whatever unit each has: what is missing from them
to stock UOM."""

WORK_ORDERS = DemandSource(
	WORK_ORDER,
	"Work Order Item",
	RowStatement(
		{
			**_ROW,
			"stock_qty": "r.required_qty",
			"delivered": f"CASE d.skip_transfer WHEN 1 THEN r.consumed_qty ELSE r.transferred_qty END + {_OTHER_UNITS}",
			"due": "d.planned_start_date",
		},
		f"""`tabWork Order Item` r
JOIN `tabWork Order` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
LEFT JOIN `tabWarehouse` wh ON wh.name = {_MADE_FROM} AND wh.is_group = 0""",
		"r.include_item_in_manufacturing = 1 AND item.is_stock_item = 1",
	),
	"1 = 1",
	("Closed", "Stopped"),
	lambda settings: ShortagePolicy.PARTIAL if settings.reserve_for_work_orders else None,
	completed=("Completed",),
	on_hold=("Stopped",),
	taken_from=f"""
SELECT d.name AS demand_name, COALESCE(NULLIF(part.original_item, ''), part.item_code) AS item_code,
	part.s_warehouse AS warehouse, SUM(part.transfer_qty) AS qty
FROM `tabStock Entry` entry
JOIN `tabWork Order` d ON d.name = entry.work_order
JOIN `tabStock Entry Detail` part ON part.parent = entry.name
WHERE entry.work_order IN %(names)s AND {_TAKEN_FOR}
GROUP BY d.name, COALESCE(NULLIF(part.original_item, ''), part.item_code), part.s_warehouse
""",
)
"""The conditions are those of ``get_reserved_qty_for_production`` (``erpnext/manufacturing/doctype/work_order``): submitted
and neither Stopped, Closed nor Completed; delivered is what was transferred, or consumed where transfer is skipped. What
comes back from production is not demanded again, for ERPNext leaves it out of ``transferred_qty``.

Rows of one item and warehouse are one demand. A row without a warehouse demands nothing from anywhere, but it has its
share of what was transferred."""

_ISSUED_FOR = (
	"""o.source_type = 'Inventory Request' AND o.delivery_doctype = 'Stock Entry' AND entry.docstatus = 1"""
)

INVENTORY_REQUESTS = DemandSource(
	INVENTORY_REQUEST,
	"Inventory Request Item",
	RowStatement(
		{
			**_ROW,
			"stock_qty": "r.stock_qty",
			"delivered": f"""COALESCE((
		SELECT SUM(part.transfer_qty) FROM `tabOutbound Order` o
		JOIN `tabStock Entry` entry ON entry.name = o.delivery_document
		JOIN `tabStock Entry Detail` part ON part.parent = entry.name
		WHERE o.source_name = d.name AND {_ISSUED_FOR} AND part.item_code = r.item_code
	), 0)""",
			"due": "d.required_by",
		},
		"""`tabInventory Request Item` r
JOIN `tabInventory Request` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = d.warehouse""",
		"""d.created_doctype = 'Outbound Order' AND item.is_stock_item = 1
	AND (%(on_hold_too)s = 1 OR COALESCE(d.stock_status, 'Available') IN ('', 'Available'))""",
	),
	"""d.created_doctype = 'Outbound Order' AND EXISTS (
		SELECT 1 FROM `tabOutbound Order` o WHERE o.source_type = 'Inventory Request' AND o.source_name = d.name
			AND o.state NOT IN ('Shipped', 'Cancelled')
	)""",
	("Rejected", "Cancelled"),
	lambda settings: ShortagePolicy.PARTIAL if settings.outbound else None,
	taken_from=f"""
SELECT o.source_name AS demand_name, part.item_code, part.s_warehouse AS warehouse, SUM(part.transfer_qty) AS qty
FROM `tabOutbound Order` o
JOIN `tabStock Entry` entry ON entry.name = o.delivery_document
JOIN `tabStock Entry Detail` part ON part.parent = entry.name
WHERE o.source_name IN %(names)s AND {_ISSUED_FOR}
GROUP BY o.source_name, part.item_code, part.s_warehouse
""",
)
"""An approved issue, sample or write-off that became an Outbound Order. Rows of one item are one demand; delivered is what the
Stock Entries of its Outbound Orders took. A write-off of stock on hold reserves nothing: ``on_hold_too`` adds it."""

DEMAND_SOURCES = {
	source.demand_type: source
	for source in (SALES_ORDERS, MATERIAL_REQUESTS, WORK_ORDERS, INVENTORY_REQUESTS)
}

_KNOWN_TYPES = {name.casefold(): name for name in (*DEMAND_SOURCES, POS_INVOICE)}


def of_known_type(demand: Demand) -> Demand:
	"""Return the demand with its type as ERPNext spells it, where it is a type of ours in another case."""
	known = _KNOWN_TYPES.get(demand.demand_type.casefold(), demand.demand_type)
	return demand if known == demand.demand_type else replace(demand, demand_type=known)


def rows_of(
	ctx: Context, source: DemandSource, name: str, line: str = "", on_hold_too: bool = False
) -> list[Row]:
	"""Return what the rows of one document demand; only row ``line`` where it is named.

	``on_hold_too`` adds what is written off of stock on hold, which is demanded and not reserved.
	"""
	document, row, part = "d.name = %(name)s", "1 = 1", "packed.parent = %(name)s"
	params = {"name": name, "line": line, "on_hold_too": int(on_hold_too)}
	if line:
		row = "r.name = %(line)s"
		part += " AND packed.parent_detail_docname = %(line)s"
		# most rows are no bundles, and one row is found at once where nothing else is looked for
		if found := outstanding_rows(ctx, source, source.rows.text(document, row), params):
			return found
	return outstanding_rows(ctx, source, source.statement(document, row, part), params)


def outstanding_rows(ctx: Context, source: DemandSource, sql: str, params: Row) -> list[Row]:
	"""Run a statement of ``source`` and return its rows that name a warehouse, each with its own ``delivered``."""
	rows = ctx.store.rows(sql, {"on_hold_too": 0, **from_settings(ctx), **params})
	_count_invoiced(ctx, source, [row for row in rows if row["by_invoice"]])
	if source.taken_from:
		_share_out(ctx, source, rows)
	return [row for row in rows if row["warehouse"]]


def outstanding(row: Row) -> Decimal:
	"""Return what one row of :func:`outstanding_rows` still demands, in stock UOM; never below zero."""
	return max(from_store(row["stock_qty"]) - from_store(row["delivered"]), ZERO)


def claim_row(ctx: Context, source: DemandSource, row: Row) -> None:
	"""Lock a document's row, and make sure that nobody has reserved for it, delivered or changed it since it was read.

	Two calls at once would otherwise each find the row's quantity free and together reserve more than it demands. The row's
	``modified`` is the version: it is moved on by a microsecond here, and by ERPNext with every delivery. Call it before
	any position is locked, for ERPNext's rows come first. Raises SnapshotConflict.
	"""
	seen = row["row_modified"]
	# some statements return text, and SQLite does wherever tables are joined by UNION
	if isinstance(seen, str):
		seen = datetime.fromisoformat(seen)
	unchanged = "modified IS NULL" if seen is None else "modified = %(seen)s"
	changed = ctx.store.execute(
		f"UPDATE `tab{source.row_doctype}` SET modified = %(next)s WHERE name = %(name)s AND {unchanged}",
		{
			"name": row["row_name"],
			"seen": seen,
			"next": (seen or ctx.clock.now()) + timedelta(microseconds=1),
		},
	)
	if not changed:
		raise SnapshotConflict(f"{source.row_doctype} {row['row_name']} was changed since it was read")


def _count_invoiced(ctx: Context, source: DemandSource, rows: Sequence[Row]) -> None:
	"""Count what was invoiced of each row as delivered, where it is more. A bundle's parts are invoiced in its proportion."""
	if not rows:
		return
	names = sorted({row["row_name"] for row in rows})
	invoiced = {found["row_name"]: found for found in ctx.store.rows(source.invoiced, {"rows": names})}
	for row in rows:
		if found := invoiced.get(row["row_name"]):
			share = from_store(row["stock_qty"]) * from_store(found["qty"]) / from_store(found["whole"])
			row["delivered"] = max(from_store(row["delivered"]), from_store(share))


def _share_out(ctx: Context, source: DemandSource, rows: Iterable[Row]) -> None:
	"""Give each row its own ``delivered``, where ERPNext wrote the sum of the item into it. Where all rows of an item name
	one warehouse, the statement of where it was taken from is not run.
	"""
	by_item: dict[tuple[str, str], list[Row]] = defaultdict(list)
	for row in rows:
		by_item[(row["demand_name"], row["item_code"])].append(row)
	several = {
		name
		for (name, _), item_rows in by_item.items()
		if item_rows[0]["delivered"] and len({row["warehouse"] for row in item_rows}) > 1
	}
	left: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
	for row in ctx.store.rows(source.taken_from, {"names": sorted(several)}) if several else ():
		left[(row["demand_name"], row["item_code"])][row["warehouse"]] = from_store(row["qty"])
	for key, item_rows in by_item.items():
		demanded = [(row["warehouse"] or "", from_store(row["stock_qty"])) for row in item_rows]
		shares = share_delivered(demanded, from_store(item_rows[0]["delivered"]), left[key])
		for row, delivered in zip(item_rows, shares, strict=True):
			row["delivered"] = delivered


def as_day(value: date | datetime | str | None) -> date | None:
	"""Return a day as either engine returns it; SQLite has only text where a column is computed."""
	if isinstance(value, str):
		return date.fromisoformat(value[:10]) if value else None
	return value.date() if isinstance(value, datetime) else value


def document_of(ctx: Context, source: DemandSource, name: str) -> Row | None:
	"""Return the document's status and docstatus; None where there is no such document."""
	rows = ctx.store.rows(
		f"SELECT status, docstatus FROM `tab{source.demand_type}` WHERE name = %(name)s", {"name": name}
	)
	return rows[0] if rows else None


def from_settings(ctx: Context) -> dict[str, int]:
	"""Parameters of the statements that settings decide."""
	return {
		"work_orders_reserve": int(ctx.settings.reserve_for_work_orders),
		"sales_returns_demanded": int(ctx.settings.sales_returns_demanded),
	}
