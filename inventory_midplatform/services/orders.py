"""Documents whose reservations follow what they still want: Sales Orders, Material Requests, Work Orders.

What differs between them is data, a :class:`Followed` each; what is done with it is done once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import OPEN_STATUSES, IfShort
from inventory_midplatform.domain.taken import shared_out
from inventory_midplatform.ports import Context, Row, Settings
from inventory_midplatform.services import reservation
from inventory_midplatform.services.reservation import DemandLine

SALES_ORDER = "Sales Order"
MATERIAL_REQUEST = "Material Request"
WORK_ORDER = "Work Order"


@dataclass(frozen=True)
class Followed:
	"""One type of document, and how to read what it wants."""

	demand_type: str
	rows: str
	"""What its rows want: row_name, demand_name, demand_line, item_code, warehouse, stock_qty, delivered (both in stock
	UOM), due (a date or NULL) and idx; with each its document's docstatus and status. ``{document}`` stands for a
	condition on the document, ``{row}`` and ``{part}`` for one on its row or packed part."""
	may_want: str
	"""A condition that a submitted document ``d`` meets while its rows may still want something."""
	closed: tuple[str, ...]
	"""Statuses in which a person has closed it; it may be opened again."""
	if_short: Callable[[Settings], IfShort | None]
	"""How its rows reserve; None where it reserves nothing by itself."""
	completed: tuple[str, ...] = ()
	"""Statuses in which it wants nothing more, whatever its rows say."""
	taken_from: str = ""
	"""Where ERPNext writes what was taken of an item, all of it, into each row of the item: how much of it left which
	warehouse, of the documents ``names``: demand_name, item_code, warehouse, qty."""


def _sales_order_policy(settings: Settings) -> IfShort | None:
	policies = {"Off": None, "All or Wait": IfShort.WAIT}
	return policies.get(settings.sales_order_policy, IfShort.PARTIAL)


SALES_ORDERS = Followed(
	SALES_ORDER,
	"""
SELECT soi.name AS row_name, d.name AS demand_name, soi.name AS demand_line,
	soi.item_code, soi.warehouse, soi.stock_qty,
	soi.delivered_qty * soi.conversion_factor AS delivered, soi.delivery_date AS due, soi.idx AS idx,
	d.docstatus, d.status
FROM `tabSales Order Item` soi
JOIN `tabSales Order` d ON d.name = soi.parent
JOIN `tabItem` item ON item.name = soi.item_code
JOIN `tabWarehouse` wh ON wh.name = soi.warehouse
WHERE {document} AND {row} AND soi.delivered_by_supplier = 0 AND item.is_stock_item = 1 AND wh.is_group = 0
UNION ALL
SELECT soi.name, d.name, soi.name, packed.item_code, packed.warehouse, packed.qty,
	packed.qty * soi.delivered_qty / soi.qty, soi.delivery_date, soi.idx, d.docstatus, d.status
FROM `tabPacked Item` packed
JOIN `tabSales Order Item` soi ON soi.name = packed.parent_detail_docname
JOIN `tabSales Order` d ON d.name = soi.parent AND packed.parent = d.name
JOIN `tabItem` item ON item.name = packed.item_code
JOIN `tabWarehouse` wh ON wh.name = packed.warehouse
WHERE {document} AND {part} AND soi.qty <> 0
	AND soi.delivered_by_supplier = 0 AND item.is_stock_item = 1 AND wh.is_group = 0
ORDER BY idx
""",
	"d.per_delivered < 100 AND d.status NOT IN ('Closed', 'Completed')",
	("Closed",),
	_sales_order_policy,
)
"""A product bundle's parts are wanted in the proportion in which the bundle's row is still to be delivered."""

_ISSUED_FROM = """CASE d.material_request_type WHEN 'Material Issue' THEN r.warehouse
	ELSE COALESCE(NULLIF(r.from_warehouse, ''), d.set_from_warehouse) END"""

MATERIAL_REQUESTS = Followed(
	MATERIAL_REQUEST,
	f"""
SELECT r.name AS row_name, d.name AS demand_name, r.name AS demand_line,
	r.item_code, wh.name AS warehouse, r.stock_qty,
	r.ordered_qty AS delivered, r.schedule_date AS due, r.idx AS idx, d.docstatus, d.status
FROM `tabMaterial Request Item` r
JOIN `tabMaterial Request` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = {_ISSUED_FROM}
WHERE {{document}} AND {{row}} AND d.material_request_type IN ('Material Issue', 'Material Transfer')
	AND item.is_stock_item = 1 AND wh.is_group = 0
	AND (%(work_orders_reserve)s = 0 OR (COALESCE(d.job_card, '') = '' AND COALESCE(d.work_order, '') = ''))
ORDER BY idx
""",
	"d.per_ordered < 100 AND d.status <> 'Stopped' AND d.material_request_type IN ('Material Issue', 'Material Transfer')",
	("Stopped",),
	lambda settings: IfShort.PARTIAL if settings.reserve_for_material_requests else None,
)
"""ERPNext names the warehouse that an issue leaves ``warehouse``, and the one that a transfer leaves
``from_warehouse``; ``ordered_qty`` is what Stock Entries took, in stock UOM. A request that fetches material for a work
order asks for what the work order reserves itself, where work orders do."""

_MADE_FROM = """CASE WHEN d.skip_transfer = 1 AND d.from_wip_warehouse = 1 THEN d.wip_warehouse
	ELSE COALESCE(NULLIF(r.source_warehouse, ''), d.source_warehouse) END"""

WORK_ORDERS = Followed(
	WORK_ORDER,
	f"""
SELECT r.name AS row_name, d.name AS demand_name, '' AS demand_line,
	r.item_code, wh.name AS warehouse, r.required_qty AS stock_qty,
	CASE d.skip_transfer WHEN 1 THEN r.consumed_qty ELSE r.transferred_qty END AS delivered,
	d.planned_start_date AS due, r.idx AS idx, d.docstatus, d.status
FROM `tabWork Order Item` r
JOIN `tabWork Order` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
LEFT JOIN `tabWarehouse` wh ON wh.name = {_MADE_FROM} AND wh.is_group = 0
WHERE {{document}} AND {{row}} AND r.include_item_in_manufacturing = 1 AND item.is_stock_item = 1
ORDER BY idx
""",
	"d.status NOT IN ('Closed', 'Stopped', 'Completed')",
	("Closed", "Stopped"),
	lambda settings: IfShort.PARTIAL if settings.reserve_for_work_orders else None,
	completed=("Completed",),
	taken_from="""
SELECT d.name AS demand_name, COALESCE(NULLIF(part.original_item, ''), part.item_code) AS item_code,
	part.s_warehouse AS warehouse, SUM(part.transfer_qty) AS qty
FROM `tabStock Entry` entry
JOIN `tabWork Order` d ON d.name = entry.work_order
JOIN `tabStock Entry Detail` part ON part.parent = entry.name
WHERE entry.work_order IN %(names)s AND entry.docstatus = 1 AND entry.is_return = 0 AND part.s_warehouse <> ''
	AND ((d.skip_transfer = 0 AND entry.purpose = 'Material Transfer for Manufacture')
		OR (d.skip_transfer = 1 AND entry.purpose IN ('Manufacture', 'Material Consumption for Manufacture')))
GROUP BY d.name, COALESCE(NULLIF(part.original_item, ''), part.item_code), part.s_warehouse
""",
)
"""Rows of one item and warehouse are one demand. A row without a warehouse wants nothing from anywhere, but it has its
share of what was transferred."""

FOLLOWED = {f.demand_type: f for f in (SALES_ORDERS, MATERIAL_REQUESTS, WORK_ORDERS)}

_OPEN_RESERVATIONS = (
	"SELECT demand_type, demand_name, demand_line, SUM(reserved_qty + waiting_qty) AS kept"
	" FROM `tabInventory Reservation`"
	" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s AND status IN %(statuses)s"
	" GROUP BY demand_type, demand_name, demand_line"
)


def follow(ctx: Context, demand_type: str, name: str, may_grow: bool = True) -> None:
	"""Bring the reservations of a document to what its rows still want.

	One that was cancelled or closed wants nothing; a draft has no reservations. Where its type reserves nothing by
	itself nothing new is reserved, while what was is still given back; so it is with reservations switched off.
	"""
	if not ctx.settings.ledger:
		return
	followed = FOLLOWED[demand_type]
	if_short = followed.if_short(ctx.settings)
	may_grow = may_grow and ctx.settings.reservation and if_short is not None
	if not may_grow and not reservation.has_any(ctx, demand_type, name):
		return
	rows = _rows(ctx, followed, name)
	document = rows[0] if rows else _document(ctx, followed, name)
	if document is not None and document["docstatus"] == 0:
		return
	closed = document is None or document["docstatus"] == 2 or document["status"] in followed.closed
	wants_nothing = closed or (document is not None and document["status"] in followed.completed)
	reservation.follow(
		ctx,
		demand_type,
		name,
		[] if wants_nothing else _lines(rows),
		closed=closed,
		may_grow=may_grow,
		if_short=if_short or IfShort.PARTIAL,
	)


def follow_sales_order(ctx: Context, name: str, may_grow: bool = True) -> None:
	follow(ctx, SALES_ORDER, name, may_grow)


def follow_closing(ctx: Context, demand_type: str, name: str, status: str) -> None:
	"""After any change of a submitted document: only if it was just closed or re-opened, its reservations follow.

	A delivery changes the document too; its own settlement consumes what was kept, so nothing is given back here.
	Closing gives up everything at once: where something is still kept, nobody has closed it since.
	"""
	closed = status in FOLLOWED[demand_type].closed
	found = ctx.store.rows(
		"SELECT SUM(CASE WHEN reserved_qty + waiting_qty > 0 THEN 1 ELSE 0 END) AS kept,"
		" SUM(CASE WHEN status = 'Closed' THEN 1 ELSE 0 END) AS closed FROM `tabInventory Reservation`"
		" WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s",
		{"demand_type": demand_type, "demand_name": name},
	)[0]
	if found["kept"] if closed else found["closed"] and not found["kept"]:
		follow(ctx, demand_type, name)


def follow_delivered(ctx: Context, documents: Iterable[tuple[str, str]], may_grow: bool = False) -> None:
	"""After a posting for these (type, name): what left from elsewhere is no longer kept here; with ``may_grow``, what
	came back is wanted again.
	"""
	for demand_type, name in sorted(set(documents)):
		if demand_type in FOLLOWED:
			follow(ctx, demand_type, name, may_grow)


def row_quantities(ctx: Context, demand_type: str, name: str) -> dict[str, Row]:
	"""Row → what is reserved for it and what waits, in stock UOM, with the item and warehouse, for the document's form.

	Rows of one item and warehouse may be one demand: the first of them has the quantities, and the others name it by its
	number in ``with_row``. Nothing is told where the document's type reserves nothing by itself and nothing ever was.
	"""
	followed = FOLLOWED[demand_type]
	kept = reservation.demand_quantities(ctx, demand_type, name)
	if not kept and followed.if_short(ctx.settings) is None:
		return {}
	told: dict[str, Row] = {}
	first_rows: dict[tuple[str, ...], Row] = {}
	for row in _rows(ctx, followed, name):
		where = (row["demand_line"], row["item_code"], row["warehouse"])
		first = first_rows.setdefault(where, row)
		# what is kept in another warehouse than any row names is shown on the first row of its item
		first_rows.setdefault(where[:2], row)
		told.setdefault(
			row["row_name"],
			{
				"reserved": ZERO,
				"waiting": ZERO,
				"item_code": row["item_code"],
				"warehouse": row["warehouse"],
				"with_row": first["idx"] if first["row_name"] != row["row_name"] else 0,
			},
		)
	for where, quantities in kept.items():
		row = first_rows.get(where) or first_rows.get(where[:2]) or {"row_name": where[0]}
		if of_row := told.get(row["row_name"]):
			of_row["reserved"] += quantities["reserved"]
			of_row["waiting"] += quantities["waiting"]
	return told


def open_documents(ctx: Context, demand_type: str, after: str = "", limit: int = 100) -> list[str]:
	"""Documents by name whose reservations may not be what they want: those with something still to deliver, and those
	something is still kept for, whatever happened to them while nobody looked.
	"""
	followed = FOLLOWED[demand_type]
	kept = (
		"SELECT demand_name AS name FROM `tabInventory Reservation` WHERE demand_type = %(demand_type)s"
		" AND status IN %(open)s AND demand_name > %(after)s"
	)
	if followed.if_short(ctx.settings) is not None:
		kept = (
			f"SELECT d.name FROM `tab{demand_type}` d WHERE d.docstatus = 1 AND {followed.may_want}"
			f" AND d.name > %(after)s UNION {kept}"
		)
	rows = ctx.store.rows(
		f"{kept} ORDER BY name LIMIT %(limit)s",
		{
			"demand_type": demand_type,
			"open": OPEN_STATUSES,
			"after": after,
			"limit": limit,
		},
	)
	return [str(row["name"]) for row in rows]


@dataclass(frozen=True)
class OpenDemand:
	"""What a document's row still wants of an item here and nothing is kept or waits for, in stock UOM."""

	demand_type: str
	demand_name: str
	due: date | None
	qty: Decimal


def unreserved_demand(ctx: Context, item_code: str, warehouse: str) -> list[OpenDemand]:
	"""What open documents want of one item from one warehouse beyond their reservations, whether or not their type
	reserves by itself."""
	key = {"item_code": item_code, "warehouse": warehouse}
	kept = {
		(row["demand_type"], row["demand_name"], row["demand_line"] or ""): from_store(row["kept"])
		for row in ctx.store.rows(_OPEN_RESERVATIONS, {**key, "statuses": OPEN_STATUSES})
	}
	found = []
	for followed in FOLLOWED.values():
		sql = followed.rows.format(
			document=f"d.docstatus = 1 AND {followed.may_want}",
			row=_HERE[followed.demand_type],
			part="packed.item_code = %(item_code)s AND packed.warehouse = %(warehouse)s",
		)
		for row in _wanted(ctx, followed, sql, key):
			if row["warehouse"] != warehouse:
				continue
			demand = (followed.demand_type, str(row["demand_name"]), row["demand_line"] or "")
			qty = from_store(row["stock_qty"]) - from_store(row["delivered"])
			covered = min(kept.get(demand, ZERO), max(qty, ZERO))
			kept[demand] = kept.get(demand, ZERO) - covered
			if qty > covered:
				found.append(OpenDemand(demand[0], demand[1], as_date(row["due"]), from_store(qty - covered)))
	return found


_HERE = {
	SALES_ORDER: "soi.item_code = %(item_code)s AND soi.warehouse = %(warehouse)s",
	MATERIAL_REQUEST: "r.item_code = %(item_code)s AND wh.name = %(warehouse)s",
	WORK_ORDER: "r.item_code = %(item_code)s",
}
"""Of a Work Order all rows of the item: only together they say what each has got."""


def as_date(value: date | datetime | str | None) -> date | None:
	"""A day as either engine gives it; SQLite has only text where a column is computed."""
	if isinstance(value, str):
		return date.fromisoformat(value[:10]) if value else None
	return value.date() if isinstance(value, datetime) else value


def _rows(ctx: Context, followed: Followed, name: str) -> list[Row]:
	sql = followed.rows.format(document="d.name = %(name)s", row="1 = 1", part="packed.parent = %(name)s")
	return _wanted(ctx, followed, sql, {"name": name})


def _wanted(ctx: Context, followed: Followed, sql: str, params: Row) -> list[Row]:
	"""What rows want from a warehouse, each with what it has got."""
	rows = ctx.store.rows(sql, {**params, **_work_orders(ctx)})
	if followed.taken_from:
		_share_out(ctx, followed, rows)
	return [row for row in rows if row["warehouse"]]


def _share_out(ctx: Context, followed: Followed, rows: Iterable[Row]) -> None:
	"""Each row's ``delivered`` is that of its item until now, and becomes its own. Where an item comes from one warehouse
	alone, nobody is asked where what was taken came from.
	"""
	of_item: dict[tuple[str, str], list[Row]] = defaultdict(list)
	for row in rows:
		of_item[(row["demand_name"], row["item_code"])].append(row)
	several = {
		name
		for (name, _), theirs in of_item.items()
		if theirs[0]["delivered"] and len({row["warehouse"] for row in theirs}) > 1
	}
	left: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
	for row in ctx.store.rows(followed.taken_from, {"names": sorted(several)}) if several else ():
		left[(row["demand_name"], row["item_code"])][row["warehouse"]] = from_store(row["qty"])
	for where, theirs in of_item.items():
		wants = [(row["warehouse"] or "", from_store(row["stock_qty"])) for row in theirs]
		got = shared_out(wants, from_store(theirs[0]["delivered"]), left[where])
		for row, delivered in zip(theirs, got, strict=True):
			row["delivered"] = delivered


def _document(ctx: Context, followed: Followed, name: str) -> Row | None:
	"""The document itself, where none of its rows can want anything."""
	rows = ctx.store.rows(
		f"SELECT status, docstatus FROM `tab{followed.demand_type}` WHERE name = %(name)s", {"name": name}
	)
	return rows[0] if rows else None


def _lines(rows: Iterable[Row]) -> list[DemandLine]:
	merged: dict[tuple[str, str, str], DemandLine] = {}
	for row in rows:
		delivered = from_store(row["delivered"])
		wanted = max(from_store(row["stock_qty"]) - delivered, ZERO)
		where = (row["demand_line"], row["item_code"], row["warehouse"])
		if where in merged:
			wanted, delivered = wanted + merged[where].wanted, delivered + merged[where].delivered
		merged[where] = DemandLine(*where, wanted=from_store(wanted), delivered=from_store(delivered))
	return list(merged.values())


def _work_orders(ctx: Context) -> dict[str, int]:
	return {"work_orders_reserve": int(ctx.settings.reserve_for_work_orders)}
