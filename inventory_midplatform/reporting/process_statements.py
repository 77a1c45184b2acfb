"""The statements of process diagnosis, each over the scope's warehouses."""

from datetime import date, datetime, time
from typing import Any

from inventory_midplatform.domain.working_time import time_of
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.batching import batches

POSTED = ("Delivery Note", "Purchase Receipt", "Stock Entry", "Sales Invoice", "Purchase Invoice")
"""Documents that post stock and whose posting time is the server's unless somebody sets it."""

COMPANIES = "SELECT name, default_holiday_list AS holidays FROM `tabCompany`"

_MOVED_HERE = """EXISTS (
	SELECT 1 FROM `tabStock Movement` m
	JOIN `tabItem` item ON item.name = m.item_code
	JOIN `tabWarehouse` wh ON wh.name = m.warehouse
	WHERE m.voucher_type = %(doctype)s AND m.voucher_no = d.name AND {where}
)"""
"""Whether a document (``d``) posted stock of the scope."""

EDITED = f"""
SELECT d.company, d.posting_date, d.posting_time, d.creation FROM `tab{{doctype}}` d
WHERE d.docstatus = 1 AND d.set_posting_time = 1 AND d.posting_date BETWEEN %(first)s AND %(last)s AND {_MOVED_HERE}
"""

STEPS = """
SELECT log.reference_doctype AS doctype, log.reference_name AS name, log.from_value, log.to_value, log.happened_at AS at,
	wh.company
FROM (
	SELECT DISTINCT step.reference_doctype, step.reference_name FROM `tabStock Operation Log` step
	WHERE step.operation = 'Step' AND step.happened_at >= %(since)s AND step.happened_at < %(until)s
		AND step.reference_doctype IN %(flows)s
) went
JOIN `tabStock Operation Log` log ON log.reference_doctype = went.reference_doctype
	AND log.reference_name = went.reference_name AND log.operation = 'Step'
JOIN `tabWarehouse` wh ON wh.name = log.warehouse
WHERE {where}
ORDER BY log.reference_doctype, log.reference_name, log.happened_at, log.name
"""

DECIDED = """
SELECT r.policy, r.document_type, made.title, made.asked_at, made.decided_at, wh.company
FROM `tabApproval Decision` made
JOIN `tabApproval Request` r ON r.name = made.parent
LEFT JOIN `tabWarehouse` wh ON wh.name = r.warehouse
WHERE {where} AND made.decided_at >= %(since)s AND made.decided_at < %(until)s AND made.asked_at IS NOT NULL
	AND made.decision IN ('Approved', 'Rejected', 'Returned')
"""

_TYPED = f"""
SELECT upstream, imported, COUNT(*) AS number FROM (
	SELECT CASE WHEN {{upstream}} THEN 1 ELSE 0 END AS upstream,
		CASE WHEN EXISTS (
			SELECT 1 FROM `tabData Import` source JOIN `tabData Import Log` line ON line.data_import = source.name
			WHERE source.reference_doctype = %(doctype)s AND line.success = 1 AND line.docname = d.name
		) THEN 1 ELSE 0 END AS imported
	FROM `tab{{doctype}}` d
	WHERE d.docstatus = 1 AND d.posting_date BETWEEN %(first)s AND %(last)s AND {_MOVED_HERE}
) documents
GROUP BY upstream, imported
"""


def _typed(doctype: str, child: str, header: str, *fields: str) -> str:
	rows = " OR ".join(f"COALESCE(line.{name}, '') <> ''" for name in fields)
	upstream = f"{header} OR EXISTS (SELECT 1 FROM `tab{child}` line WHERE line.parent = d.name AND ({rows}))"
	return _TYPED.replace("{upstream}", upstream).replace("{doctype}", doctype)


TYPED: dict[str, tuple[str, str, str]] = {
	"Delivery Note": (
		_typed(
			"Delivery Note",
			"Delivery Note Item",
			"COALESCE(d.return_against, '') <> ''",
			"against_sales_order",
			"against_sales_invoice",
		),
		"Delivery Note Item",
		"against_sales_order",
	),
	"Purchase Receipt": (
		_typed(
			"Purchase Receipt",
			"Purchase Receipt Item",
			"COALESCE(d.return_against, '') <> ''",
			"purchase_order",
			"purchase_invoice",
		),
		"Purchase Receipt Item",
		"purchase_order",
	),
	"Stock Entry": (
		_typed(
			"Stock Entry",
			"Stock Entry Detail",
			"COALESCE(d.work_order, d.inventory_request, d.outgoing_stock_entry, '') <> ''",
			"material_request",
			"against_stock_entry",
		),
		"Stock Entry Detail",
		"material_request",
	),
}
"""DocType → statement, and the field of its rows that names what is upstream."""

ALERTS = """
SELECT alert.alert_type, alert.status, alert.opened_at, alert.closed_at, wh.company FROM `tabInventory Alert` alert
LEFT JOIN `tabWarehouse` wh ON wh.name = alert.warehouse
WHERE {where} AND alert.opened_at >= %(since)s AND alert.opened_at < %(until)s AND alert.alert_type IN %(kinds)s
"""

ADJUSTED = """
SELECT wh.company, company.default_currency AS currency, COUNT(*) AS number,
	SUM(ABS(m.qty) * COALESCE(book.valuation_rate, 0)) AS value
FROM (
	SELECT DISTINCT alert.item_code, alert.warehouse FROM `tabInventory Alert` alert
	WHERE alert.opened_at >= %(since)s AND alert.opened_at < %(until)s AND alert.alert_type = 'Adjustment'
) adjusted
JOIN `tabStock Movement` m ON m.item_code = adjusted.item_code AND m.warehouse = adjusted.warehouse
	AND m.posting_datetime >= %(since)s AND m.posting_datetime < %(until)s AND m.kind = 'Adjustment'
JOIN `tabWarehouse` wh ON wh.name = m.warehouse
LEFT JOIN `tabCompany` company ON company.name = wh.company
LEFT JOIN `tabBin` book ON book.item_code = m.item_code AND book.warehouse = m.warehouse
WHERE {where}
GROUP BY wh.company, company.default_currency
"""
"""An adjustment opens an alert, where none is open: by those of the period they are found without reading all movements."""

_APPROVALS = """
SELECT o.name, COUNT(*) AS number FROM `tabOutbound Order` o
JOIN `tabApproval Request` r ON r.document_type = o.{type} AND r.document_name = o.{name}
WHERE o.name IN %(names)s GROUP BY o.name
"""


def approvals_of(ctx: Context, orders: list[str]) -> dict[str, int]:
	"""Return how many approvals the documents of Outbound Orders needed: what demanded them, and what they left by."""
	found: dict[str, int] = {}
	for names in batches(orders):
		for kind, name in (("source_type", "source_name"), ("delivery_doctype", "delivery_document")):
			sql = _APPROVALS.replace("{type}", kind).replace("{name}", name)
			for row in ctx.store.rows(sql, {"names": names}):
				found[row["name"]] = found.get(row["name"], 0) + int(row["number"])
	return found


def as_moment(value: Any) -> datetime:
	"""Return a moment as either engine returns it; SQLite has only text where a column is computed."""
	return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def posted_at(row: Row) -> datetime:
	day = row["posting_date"]
	day = date.fromisoformat(day[:10]) if isinstance(day, str) else day
	return datetime.combine(day, time_of(row["posting_time"], time()))
