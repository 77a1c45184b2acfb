"""What was used: issues of items, defined once for dead stock, expiry and ABC classes. From Stock Snapshots since a day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from inventory_midplatform.domain.ageing import USAGE_DAYS
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.stock_flow import USAGE, StockFlow
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting.scope import Scope, companies, rows_of

OF_USAGE = f"""s.flow IN ({", ".join(f"'{flow}'" for flow in USAGE)})"""
"""Whether what went out (of a snapshot ``s``) was used or sold: no transfer, no count, no return to a supplier."""

NET_USAGE = f"s.qty_out - CASE WHEN s.flow = '{StockFlow.SALE}' THEN s.qty_in ELSE 0 END"
"""What was used of a snapshot ``s``, less what customers returned."""

ISSUED_SINCE = f"""EXISTS (
	SELECT 1 FROM `tabWarehouse` sold
	JOIN `tabStock Snapshot` s ON s.warehouse = sold.name AND s.item_code = p.item_code
	WHERE sold.company = wh.company AND s.snapshot_date >= %(issued_since)s AND {{issued_from}}
		AND s.qty_out > 0 AND {OF_USAGE}
)"""
"""Whether the item of a position (``p`` in ``wh``) was issued since a day anywhere in its company."""

_USAGE = f"""
SELECT s.item_code, {{company_of_s}} AS company_no, SUM({NET_USAGE}) AS qty
FROM `tabStock Snapshot` s
WHERE s.snapshot_date >= %(since)s AND {OF_USAGE} AND {{where_of_s}}
GROUP BY s.item_code, company_no
"""

_LAST_ISSUE = f"""
SELECT MAX(s.snapshot_date) AS day FROM `tabStock Snapshot` s
JOIN `tabItem` item ON item.name = s.item_code
JOIN `tabWarehouse` wh ON wh.name = s.warehouse
WHERE {{where}} AND s.qty_out > 0 AND {OF_USAGE}
"""


def since(today: date, days: int) -> date:
	"""Return the first of the last ``days`` days before today."""
	return today - timedelta(days=days)


def used(ctx: Context, scope: Scope, days: int = USAGE_DAYS) -> dict[tuple[str, str], Decimal]:
	"""Return the net usage (stock UOM) of the last days by item and company: issues less what customers returned."""
	known = companies(ctx, scope)
	if not known.names:
		return {}
	sql = _USAGE.replace("{company_of_s}", known.number("s"))
	rows = rows_of(ctx, sql, scope, since=since(ctx.clock.now().date(), days), **known.params)
	return {(row["item_code"], known.names[row["company_no"]]): from_store(row["qty"]) for row in rows}


def last_issue(ctx: Context, scope: Scope) -> date | None:
	"""Return the day of the last issue of the scope's one item."""
	day = rows_of(ctx, _LAST_ISSUE, scope)[0]["day"]
	# SQLite has only text where a column is computed
	if isinstance(day, str):
		return date.fromisoformat(day[:10])
	return day.date() if isinstance(day, datetime) else day
