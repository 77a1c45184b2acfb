"""Supplier performance: on time, in full, accepted, and how long until what they sent was put away."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil

from inventory_midplatform.domain.inbound import DONE, TO_INSPECT, TO_PUT_AWAY
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.scope import period
from inventory_midplatform.services import masters

DAYS = 90
"""How long a period is where nobody says."""

_IN_PERIOD = """o.arrived_at >= %(since)s AND o.arrived_at < %(until)s AND o.state IN %(states)s
	AND o.source_type = 'Purchase Order' AND COALESCE(o.supplier, '') <> ''"""

_SUPPLIERS = """
SELECT DISTINCT o.supplier FROM `tabInbound Order` o
WHERE {condition} ORDER BY o.supplier LIMIT %(limit)s OFFSET %(offset)s
"""

_RECEIPTS = """
SELECT o.name, o.supplier, o.due, o.arrived_at, o.is_typed,
	MIN(CASE WHEN line.received_qty + line.closed_qty >= line.expected_qty THEN 1 ELSE 0 END) AS in_full,
	SUM(CASE WHEN line.accepted_qty + line.rejected_qty > 0 AND line.to_inspect = 1
		THEN line.accepted_qty / (line.accepted_qty + line.rejected_qty) ELSE 0 END) AS accepted,
	SUM(CASE WHEN line.accepted_qty + line.rejected_qty > 0 AND line.to_inspect = 1 THEN 1 ELSE 0 END) AS inspected,
	(
		SELECT MAX(log.happened_at) FROM `tabStock Operation Log` log
		WHERE log.reference_doctype = 'Inbound Order' AND log.reference_name = o.name
			AND log.operation = 'Step' AND log.to_value = %(done)s AND o.state = %(done)s
	) AS done_at
FROM `tabInbound Order` o JOIN `tabInbound Order Line` line ON line.parent = o.name
WHERE {condition} AND o.supplier IN %(suppliers)s
GROUP BY o.name, o.supplier, o.due, o.arrived_at, o.is_typed, o.state
"""


def supplier_performance(
	ctx: Context,
	*,
	from_date: date | None = None,
	to_date: date | None = None,
	supplier: str = "",
	warehouse: str = "",
	limit: int = 50,
	offset: int = 0,
) -> Row:
	"""Return a page of suppliers whose goods arrived in a period, the last ninety days if none is named, in warehouses this
	user may see. Changes nothing.

	A receipt is an Inbound Order of a Purchase Order that is received. Shares are from 0 to 1, or None where nothing counts:
	on time are receipts that arrived no later than they were due; in full those of which nothing was missing but by a
	Receiving Tolerance, without those typed by hand; the accepted share is the mean of the lines that were inspected.
	Raises InvalidInput (``wrong_period``, ``invalid_date``) and what :mod:`masters` raises.
	"""
	first, last = period(ctx, from_date, to_date, DAYS)
	condition = _IN_PERIOD
	about: Row = {
		"since": datetime(first.year, first.month, first.day),
		"until": datetime(last.year, last.month, last.day) + timedelta(days=1),
		"states": (TO_INSPECT, TO_PUT_AWAY, DONE),
		"done": DONE,
	}
	if supplier:
		condition += " AND o.supplier = %(supplier)s"
		about["supplier"] = supplier
	if warehouse:
		condition += " AND o.warehouse = %(warehouse)s"
		about["warehouse"] = masters.known_warehouse(ctx, warehouse)
	if ctx.identity.warehouses is not None:
		condition += " AND o.warehouse IN %(visible)s"
		about["visible"] = sorted(ctx.identity.warehouses) or [""]
	page = {"limit": limit + 1, "offset": offset}
	found = [row["supplier"] for row in ctx.store.rows(_SUPPLIERS.format(condition=condition), about | page)]
	names = found[:limit]
	receipts: dict[str, list[Row]] = defaultdict(list)
	sql = _RECEIPTS.format(condition=condition)
	for row in ctx.store.rows(sql, about | {"suppliers": names}) if names else ():
		receipts[row["supplier"]].append(row)
	return {
		"rows": [_figures(name, receipts[name]) for name in names],
		"has_more": len(found) > limit,
	}


def _figures(supplier: str, receipts: Sequence[Row]) -> Row:
	on_time = [_day(r["arrived_at"]) <= _day(r["due"]) for r in receipts if r["due"]]
	in_full = [bool(r["in_full"]) for r in receipts if not r["is_typed"]]
	accepted = sum((from_store(r["accepted"]) for r in receipts), Decimal(0))
	inspected = sum(int(r["inspected"]) for r in receipts)
	days = sorted(
		(_moment(r["done_at"]) - _moment(r["arrived_at"])).total_seconds() / 86400
		for r in receipts
		if r["done_at"]
	)
	return {
		"supplier": supplier,
		"receipts": len(receipts),
		"on_time_share": _share(on_time),
		"in_full_share": _share(in_full),
		"accepted_share": round(float(accepted) / inspected, 4) if inspected else None,
		"put_away": len(days),
		"mean_days_to_shelf": round(sum(days) / len(days), 2) if days else None,
		"p90_days_to_shelf": round(days[ceil(0.9 * len(days)) - 1], 2) if days else None,
	}


def _share(outcomes: Sequence[bool]) -> float | None:
	return round(sum(outcomes) / len(outcomes), 4) if outcomes else None


def _moment(value: datetime | str) -> datetime:
	"""Return a moment as either engine returns it; SQLite has only text where a column is computed."""
	return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _day(value: date | datetime | str) -> date:
	if isinstance(value, str):
		return date.fromisoformat(value[:10])
	return value.date() if isinstance(value, datetime) else value
