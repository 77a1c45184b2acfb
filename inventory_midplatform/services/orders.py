"""Documents whose reservations follow what they still want, through everything that happens to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import OPEN_STATUSES, IfShort
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services import following, ledger
from inventory_midplatform.services.demand_documents import (
	FOLLOWED,
	MATERIAL_REQUEST,
	SALES_ORDER,
	WORK_ORDER,
	document_of,
	rows_of,
	wanted,
)
from inventory_midplatform.services.following import DemandLine

_OPEN_RESERVATIONS = """
SELECT CASE WHEN mr.work_order <> '' THEN 'Work Order' ELSE r.demand_type END AS demand_type,
	CASE WHEN mr.work_order <> '' THEN mr.work_order ELSE r.demand_name END AS demand_name,
	CASE WHEN mr.work_order <> '' THEN '' ELSE COALESCE(r.demand_line, '') END AS demand_line,
	r.item_code, r.warehouse, r.reserved_qty + r.waiting_qty AS kept
FROM `tabInventory Reservation` r
LEFT JOIN `tabMaterial Request` mr ON r.demand_type = 'Material Request' AND mr.name = r.demand_name
WHERE r.item_code IN %(items)s AND r.status IN %(statuses)s
"""
"""What is kept for a row in another warehouse than it names it does not want from here; what a request keeps that fetches
for a work order is the work order's."""

PLANNED_FOR = (
	"COALESCE(bin.reserved_qty_for_sub_contract, 0) + COALESCE(bin.reserved_qty_for_production_plan, 0)"
)
"""What ERPNext's ``bin`` knows that documents which never reserve want from a warehouse."""


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
	if not may_grow and not following.has_any(ctx, demand_type, name):
		return
	rows = rows_of(ctx, followed, name)
	document = rows[0] if rows else document_of(ctx, followed, name)
	if document is not None and document["docstatus"] == 0:
		return
	closed = document is None or document["docstatus"] == 2 or document["status"] in followed.closed
	wants_nothing = closed or (document is not None and document["status"] in followed.completed)
	following.follow(
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
	kept = following.demand_quantities(ctx, demand_type, name)
	if not kept and followed.if_short(ctx.settings) is None:
		return {}
	told: dict[str, Row] = {}
	first_rows: dict[tuple[str, ...], Row] = {}
	for row in rows_of(ctx, followed, name):
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


def unreserved_demand(ctx: Context, keys: Iterable[Key]) -> dict[Key, list[OpenDemand]]:
	"""What open documents want of items from warehouses beyond their reservations, whether or not their type reserves by
	itself. A request that fetches for a work order is none beside it; an order on hold wants nothing until it is
	taken up again, as ERPNext counts it.
	"""
	found: dict[Key, list[OpenDemand]] = defaultdict(list)
	for some in ledger.in_parts(sorted(set(keys))):
		items = sorted({item_code for item_code, _ in some})
		kept = _kept_for_rows(ctx, items)
		for followed in FOLLOWED.values():
			here, params = key_in(some, *_HERE[followed.demand_type])
			part, _ = key_in(some, "packed.item_code", "packed.warehouse")
			sql = followed.statement(
				document=f"d.docstatus = 1 AND d.status <> 'On Hold' AND {followed.may_want}",
				# of a Work Order all rows of the item: only together they say what each has got
				row="r.item_code IN %(items)s" if followed.taken_from else here,
				part=part,
			)
			for row in wanted(ctx, followed, sql, {**params, "items": items, "work_orders_reserve": 1}):
				key = (row["item_code"], row["warehouse"])
				if key not in some:
					continue
				line = row["demand_line"] or ""
				demand = (followed.demand_type, str(row["demand_name"]), line, key[0], "" if line else key[1])
				qty = from_store(row["stock_qty"]) - from_store(row["delivered"])
				covered = min(kept[demand], max(qty, ZERO))
				kept[demand] -= covered
				if qty > covered:
					due = as_date(row["due"])
					found[key].append(OpenDemand(demand[0], demand[1], due, from_store(qty - covered)))
	return found


def _kept_for_rows(ctx: Context, items: Sequence[str]) -> dict[tuple[str, ...], Decimal]:
	"""(demand type, name, row, item, and where no row is named the warehouse) → what is kept or waits."""
	kept: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
	for row in ctx.store.rows(_OPEN_RESERVATIONS, {"items": items, "statuses": OPEN_STATUSES}):
		where = "" if row["demand_line"] else row["warehouse"]
		demand = (row["demand_type"], row["demand_name"], row["demand_line"], row["item_code"], where)
		kept[demand] += from_store(row["kept"])
	return kept


_HERE = {
	SALES_ORDER: ("soi.item_code", "soi.warehouse"),
	MATERIAL_REQUEST: ("r.item_code", "wh.name"),
	WORK_ORDER: ("r.item_code", "wh.name"),
}
"""Where the statement of a type has the item and warehouse of its rows."""


def as_date(value: date | datetime | str | None) -> date | None:
	"""A day as either engine gives it; SQLite has only text where a column is computed."""
	if isinstance(value, str):
		return date.fromisoformat(value[:10]) if value else None
	return value.date() if isinstance(value, datetime) else value


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
