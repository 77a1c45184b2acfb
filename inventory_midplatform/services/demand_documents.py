"""Documents that want stock: Sales Orders, Material Requests, Work Orders, and what their rows want.

What differs between them is data, a :class:`Followed` each; what is done with it is done once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import Demand, IfShort
from inventory_midplatform.domain.taken import shared_out
from inventory_midplatform.ports import Context, Row, Settings
from inventory_midplatform.services import following

SALES_ORDER = "Sales Order"
MATERIAL_REQUEST = "Material Request"
WORK_ORDER = "Work Order"
POS_INVOICE = "POS Invoice"
"""Not followed row by row like the others: it reserves what it sold (``pos_invoices``), and wants what it waits for."""


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
	row_column: str = "r.name"
	"""Where ``rows`` has the name of a row."""
	parts: str = ""
	"""The same of what its rows are made of, where there are product bundles."""
	completed: tuple[str, ...] = ()
	"""Statuses in which it wants nothing more, whatever its rows say."""
	taken_from: str = ""
	"""Where ERPNext writes what was taken of an item, all of it, into each row of the item: how much of it left which
	warehouse, of the documents ``names``: demand_name, item_code, warehouse, qty."""

	def statement(self, **conditions: str) -> str:
		"""``rows`` and ``parts`` in the order of the document's rows."""
		both = (some.strip() for some in (self.rows, self.parts) if some)
		return "\nUNION ALL\n".join(both).format(**conditions) + "\nORDER BY idx"


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
""",
	"d.per_delivered < 100 AND d.status NOT IN ('Closed', 'Completed')",
	("Closed",),
	_sales_order_policy,
	row_column="soi.name",
	parts="""
SELECT soi.name AS row_name, d.name AS demand_name, soi.name AS demand_line,
	packed.item_code, packed.warehouse, packed.qty AS stock_qty,
	packed.qty * soi.delivered_qty / soi.qty AS delivered, soi.delivery_date AS due, soi.idx AS idx,
	d.docstatus, d.status
FROM `tabPacked Item` packed
JOIN `tabSales Order Item` soi ON soi.name = packed.parent_detail_docname
JOIN `tabSales Order` d ON d.name = soi.parent AND packed.parent = d.name
JOIN `tabItem` item ON item.name = packed.item_code
JOIN `tabWarehouse` wh ON wh.name = packed.warehouse
WHERE {document} AND {part} AND soi.qty <> 0
	AND soi.delivered_by_supplier = 0 AND item.is_stock_item = 1 AND wh.is_group = 0
""",
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
	AND (%(work_orders_reserve)s = 0 OR COALESCE(d.work_order, '') = '')
""",
	"d.per_ordered < 100 AND d.status <> 'Stopped' AND d.material_request_type IN ('Material Issue', 'Material Transfer')",
	("Stopped",),
	lambda settings: IfShort.PARTIAL if settings.reserve_for_material_requests else None,
)
"""ERPNext names the warehouse that an issue leaves ``warehouse``, and the one that a transfer leaves
``from_warehouse``; ``ordered_qty`` is what Stock Entries took, in stock UOM. A request that fetches material for a work
order, by job card or not, asks for what the work order reserves itself, where work orders do."""

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


_KNOWN_TYPES = {name.casefold(): name for name in (*FOLLOWED, POS_INVOICE)}


def of_known_type(demand: Demand) -> Demand:
	"""The demand with its type as ERPNext writes it, where it is one of ours in another spelling."""
	known = _KNOWN_TYPES.get(demand.demand_type.casefold(), demand.demand_type)
	return replace(demand, demand_type=known)


def with_row(
	ctx: Context, demand: Demand, item_code: str, warehouse: str, qty: Decimal
) -> tuple[Demand, bool]:
	"""The demand as its document is spelled, with the row that ``qty`` (stock UOM) is for, where its type is followed row by
	row and none is named: the first that still wants as much of the item from there, else from anywhere. Also whether
	the row waits for the item there, or gave it up.

	What a followed document has no row for, or wants no more of, would be given up when it is followed next. So raises
	NotFound (``unknown_demand``) where there is no such document, InvalidInput (``not_wanted``) where no row of it, or
	not the one that is named, wants the item, and Conflict (``more_than_wanted``) where that much is kept for it already.
	"""
	demand = of_known_type(demand)
	followed = FOLLOWED.get(demand.demand_type)
	if followed is None and demand.demand_type != POS_INVOICE:
		return demand, False
	rows: list[Row] = []
	if followed is not None:
		rows = rows_of(ctx, followed, demand.demand_name, demand.demand_line)
		rows = [row for row in rows if row["item_code"] == item_code]
		if not rows and document_of(ctx, followed, demand.demand_name) is None:
			raise NotFound(
				"{demand_type} {demand_name} does not exist.",
				code="unknown_demand",
				demand_type=demand.demand_type,
				demand_name=demand.demand_name,
			)
		demand = replace(demand, demand_name=rows[0]["demand_name"] if rows else demand.demand_name)
	kept = following.demand_quantities(ctx, demand.demand_type, demand.demand_name)
	wants = (
		_wants(followed, rows, kept, item_code, warehouse)
		if followed is not None
		else {line: its["waiting"] for (line, *key), its in kept.items() if key == [item_code, warehouse]}
	)
	lines = [line for line in wants if not demand.demand_line or line == demand.demand_line]
	about = {"demand_type": demand.demand_type, "demand_name": demand.demand_name, "item_code": item_code}
	if not lines:
		raise InvalidInput(
			"{demand_type} {demand_name} has no row that still wants item {item_code}.",
			code="not_wanted",
			**about,
		)
	line = next((line for line in lines if wants[line] >= qty), max(lines, key=lambda line: wants[line]))
	if qty > wants[line]:
		raise Conflict(
			"{demand_type} {demand_name} wants {left} of item {item_code} that is not kept for it; {qty} is more.",
			code="more_than_wanted",
			**about,
			left=to_text(max(wants[line], ZERO)),
			qty=to_text(qty),
		)
	here = kept.get((line, item_code, warehouse))
	return replace(demand, demand_line=line), bool(here and (here["waiting"] or here["released"]))


def _wants(
	followed: Followed,
	rows: Iterable[Row],
	kept: Mapping[tuple[str, str, str], Row],
	item_code: str,
	warehouse: str,
) -> dict[str, Decimal]:
	"""What each row of an item still wants from wherever and is not kept for it, those that want it from this warehouse
	first. A document that was closed, cancelled or completed wants nothing."""
	wants: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in sorted(rows, key=lambda row: row["warehouse"] != warehouse):
		missing = from_store(row["stock_qty"]) - from_store(row["delivered"])
		ended = row["docstatus"] == 2 or row["status"] in followed.closed + followed.completed
		if missing > 0 and not ended:
			wants[row["demand_line"] or ""] += missing
	for (line, item, _), quantities in kept.items():
		if item == item_code and line in wants:
			wants[line] -= quantities["reserved"]
	return wants


def rows_of(ctx: Context, followed: Followed, name: str, line: str = "") -> list[Row]:
	"""What the rows of one document want; only that row, where ``line`` names one."""
	here = {"document": "d.name = %(name)s", "row": "1 = 1", "part": "packed.parent = %(name)s"}
	params = {"name": name, "line": line}
	if line:
		here["row"] = f"{followed.row_column} = %(line)s"
		here["part"] += " AND packed.parent_detail_docname = %(line)s"
		# most rows are no bundles, and one row is found at once where nothing else is asked for
		if found := wanted(ctx, followed, followed.rows.format(**here), params):
			return found
	return wanted(ctx, followed, followed.statement(**here), params)


def wanted(ctx: Context, followed: Followed, sql: str, params: Row) -> list[Row]:
	"""What rows want from a warehouse, each with what it has got."""
	rows = ctx.store.rows(sql, {**_work_orders(ctx), **params})
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


def document_of(ctx: Context, followed: Followed, name: str) -> Row | None:
	"""The document itself, where none of its rows can want anything."""
	rows = ctx.store.rows(
		f"SELECT status, docstatus FROM `tab{followed.demand_type}` WHERE name = %(name)s", {"name": name}
	)
	return rows[0] if rows else None


def _work_orders(ctx: Context) -> dict[str, int]:
	return {"work_orders_reserve": int(ctx.settings.reserve_for_work_orders)}
