"""Bring the reservations of Sales Orders, Material Requests and Work Orders to what their rows still demand."""

from collections.abc import Iterable

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import OPEN_STATUSES, ShortagePolicy
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.demand import reserved_quantities
from inventory_midplatform.services.demand.sources import (
	DEMAND_SOURCES,
	document_of,
	outstanding,
	rows_of,
)
from inventory_midplatform.services.reservation.demand_sync import (
	DemandLine,
	DocumentDemand,
	sync_reservations,
)


def sync(ctx: Context, demand_type: str, name: str, may_grow: bool = True) -> None:
	"""Bring the reservations of a document to what its rows still demand.

	Every event of a document calls this, and a job every night. A draft has no reservations. Where its type reserves
	nothing by itself, or reservations are switched off, nothing new is reserved, while what is not demanded any more is
	still released. Locks the positions of its rows and reservations. Raises SnapshotConflict.
	"""
	if not ctx.settings.ledger:
		return
	source = DEMAND_SOURCES[demand_type]
	shortage_policy = source.shortage_policy(ctx.settings)
	may_grow = may_grow and ctx.settings.reservation and shortage_policy is not None
	if not may_grow and not reserved_quantities.has_any(ctx, demand_type, name):
		return
	rows = rows_of(ctx, source, name)
	document = rows[0] if rows else document_of(ctx, source, name)
	if document is not None and document["docstatus"] == 0:
		return
	nothing = document is None or source.demands_nothing(document)
	sync_reservations(
		ctx,
		DocumentDemand(
			demand_type,
			name,
			lines=[] if nothing else _lines(rows),
			cancelled=document is None or document["docstatus"] == 2,
			may_grow=may_grow,
			shortage_policy=shortage_policy or ShortagePolicy.PARTIAL,
		),
	)


def sync_closing(ctx: Context, demand_type: str, name: str, status: str) -> bool:
	"""Sync a submitted document if it was just closed or re-opened, and return whether it was; called after any change.

	A delivery changes the document too. Its own settlement consumes what is reserved, so nothing is released here. Closing
	ends all reservations at once: where one is still open, nobody has closed the document since.
	"""
	closed = status in DEMAND_SOURCES[demand_type].closed
	found = ctx.store.rows(
		"SELECT SUM(CASE WHEN reserved_qty + waiting_qty > 0 THEN 1 ELSE 0 END) AS still_open,"
		" SUM(CASE WHEN status = 'Closed' THEN 1 ELSE 0 END) AS closed FROM `tabInventory Reservation`"
		" WHERE demand_type = %(demand_type)s AND demand_name = %(demand_name)s",
		{"demand_type": demand_type, "demand_name": name},
	)[0]
	changed = bool(found["still_open"] if closed else found["closed"] and not found["still_open"])
	if changed:
		sync(ctx, demand_type, name)
	return changed


def row_quantities(ctx: Context, demand_type: str, name: str) -> dict[str, Row]:
	"""Return row → what is reserved for it and what waits, in stock UOM, with item and warehouse, for the document's form.

	Rows of one item and warehouse may be one demand: the first of them has the quantities, and the others name it by its
	number in ``with_row``. Empty where the document's type reserves nothing by itself and nothing ever was reserved.
	"""
	source = DEMAND_SOURCES[demand_type]
	reserved = reserved_quantities.demand_quantities(ctx, demand_type, name)
	if not reserved and source.shortage_policy(ctx.settings) is None:
		return {}
	by_row: dict[str, Row] = {}
	first_rows: dict[tuple[str, ...], Row] = {}
	for row in rows_of(ctx, source, name):
		place = (row["demand_line"], row["item_code"], row["warehouse"])
		first = first_rows.setdefault(place, row)
		# what is reserved in another warehouse than any row names is shown on the first row of its item
		first_rows.setdefault(place[:2], row)
		by_row.setdefault(
			row["row_name"],
			{
				"reserved": ZERO,
				"waiting": ZERO,
				"item_code": row["item_code"],
				"warehouse": row["warehouse"],
				"with_row": first["idx"] if first["row_name"] != row["row_name"] else 0,
			},
		)
	for place, quantities in reserved.items():
		row = first_rows.get(place) or first_rows.get(place[:2]) or {"row_name": place[0]}
		if of_row := by_row.get(row["row_name"]):
			of_row["reserved"] += quantities["reserved"]
			of_row["waiting"] += quantities["waiting"]
	return by_row


def open_documents(ctx: Context, demand_type: str, after: str = "", limit: int = 100) -> list[str]:
	"""Return the names of documents whose reservations may need a sync: those that may have something outstanding, and
	those with open reservations. Sorted, ``limit`` of them after the name ``after``.
	"""
	source = DEMAND_SOURCES[demand_type]
	sql = (
		"SELECT demand_name AS name FROM `tabInventory Reservation` WHERE demand_type = %(demand_type)s"
		" AND status IN %(open)s AND demand_name > %(after)s"
	)
	if source.shortage_policy(ctx.settings) is not None:
		sql = (
			f"SELECT d.name FROM `tab{demand_type}` d WHERE d.docstatus = 1 AND {source.may_have_outstanding}"
			f" AND d.name > %(after)s UNION {sql}"
		)
	rows = ctx.store.rows(
		f"{sql} ORDER BY name LIMIT %(limit)s",
		{
			"demand_type": demand_type,
			"open": OPEN_STATUSES,
			"after": after,
			"limit": limit,
		},
	)
	return [str(row["name"]) for row in rows]


def _lines(rows: Iterable[Row]) -> list[DemandLine]:
	"""Rows of one demand line, item and warehouse are one line."""
	merged: dict[tuple[str, str, str], DemandLine] = {}
	for row in rows:
		qty, delivered = outstanding(row), from_store(row["delivered"])
		place = (row["demand_line"], row["item_code"], row["warehouse"])
		if place in merged:
			qty, delivered = qty + merged[place].outstanding, delivered + merged[place].delivered
		merged[place] = DemandLine(*place, outstanding=from_store(qty), delivered=from_store(delivered))
	return list(merged.values())
