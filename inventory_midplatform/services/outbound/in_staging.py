"""Stock in staging bins: for which Outbound Order, and since when; with an alert where it is there for too long."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import alerts

_IN_BINS = """
SELECT stock.item_code, item.item_name, item.stock_uom, stock.warehouse, stock.bin, wb.bin_code, stock.batch_no,
	SUM(stock.qty) AS qty,
	(SELECT MAX(moved.creation) FROM `tabStock Movement` moved WHERE moved.bin = stock.bin
		AND moved.item_code = stock.item_code AND moved.qty > 0) AS since
FROM `tabWarehouse Bin` wb
JOIN `tabBin Stock` stock ON stock.bin = wb.name
JOIN `tabItem` item ON item.name = stock.item_code
WHERE wb.is_staging = 1 AND stock.qty > 0 AND (%(warehouse)s = '' OR stock.warehouse = %(warehouse)s)
GROUP BY stock.item_code, item.item_name, item.stock_uom, stock.warehouse, stock.bin, wb.bin_code, stock.batch_no
"""

_PICKED = """
SELECT pick.item_code, pick.staging_bin AS bin, pick.batch_no, pick.outbound_order, o.state, o.source_name, o.assignee,
	MIN(pick.picked_at) AS since, SUM(pick.qty - pick.returned_qty) AS qty
FROM `tabOutbound Order` o
JOIN `tabOutbound Pick` pick ON pick.outbound_order = o.name
WHERE o.state NOT IN %(final)s AND pick.is_moved = 1 AND pick.qty > pick.returned_qty
GROUP BY pick.item_code, pick.staging_bin, pick.batch_no, pick.outbound_order, o.state, o.source_name, o.assignee
"""


def list_staging(ctx: Context, warehouse: str = "", visible: Collection[str] | None = None) -> list[Row]:
	"""Return the stock in staging, the oldest first: item, batch, quantity (stock UOM), order or an empty text, since when and
	how many hours. ``visible`` limits it to these warehouses.

	There is a row for each order, and one for the rest that no open order explains, whose ``since`` is the latest move of
	the item into the bin.
	"""
	by_place: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
	for pick in ctx.store.rows(_PICKED, {"final": sorted(OUTBOUND.final)}):
		by_place[(pick["bin"], pick["item_code"], pick["batch_no"] or "")].append(pick)
	found = []
	for row in ctx.store.rows(_IN_BINS, {"warehouse": warehouse}):
		if visible is not None and row["warehouse"] not in visible:
			continue
		rest = from_store(row["qty"])
		place = {**row, "batch_no": row["batch_no"] or ""}
		for pick in sorted(by_place[(row["bin"], row["item_code"], place["batch_no"])], key=_since):
			part = min(rest, from_store(pick["qty"]))
			if part > 0:
				found.append(_row(ctx, place, part, pick))
				rest -= part
		if rest > 0:
			found.append(_row(ctx, place, rest, {"since": row["since"]}))
	return sorted(found, key=lambda r: (_since(r), r["warehouse"], r["item_code"], r["batch_no"]))


def _since(row: Row) -> datetime:
	return _as_time(row["since"]) or datetime.min


def _as_time(value: datetime | str | None) -> datetime | None:
	"""Return a time as either engine returns it; SQLite has only text where a column is computed."""
	return datetime.fromisoformat(value) if isinstance(value, str) else value


def _row(ctx: Context, place: Row, qty: Decimal, pick: Row) -> Row:
	since = _as_time(pick["since"])
	seconds = (ctx.clock.now() - since).total_seconds() if since else 0
	return {
		**{k: place[k] for k in ("item_code", "item_name", "stock_uom", "warehouse", "bin", "bin_code")},
		"batch_no": place["batch_no"],
		"qty": qty,
		"outbound_order": pick.get("outbound_order") or "",
		"state": pick.get("state") or "",
		"source_name": pick.get("source_name") or "",
		"assignee": pick.get("assignee") or "",
		"since": since,
		"hours": max(round(Decimal(seconds) / 3600, 1), ZERO),
	}


def check_age(ctx: Context) -> int:
	"""Open an alert for each item and warehouse with stock in staging for longer than the setting allows; close the resolved
	ones. Return how many are open. Does nothing while the module or the setting is off.
	"""
	limit = ctx.settings.staging_alert_hours
	if not ctx.settings.outbound or not limit:
		return 0
	keys = {(row["item_code"], row["warehouse"]) for row in list_staging(ctx) if row["hours"] >= limit}
	for key in sorted(keys):
		alerts.open_alert(
			ctx,
			alerts.LONG_IN_STAGING,
			*key,
			"Picked stock is in staging for too long: ship it, or put it back.",
		)
	alerts.close_resolved(ctx, alerts.LONG_IN_STAGING, keys)
	return len(keys)
