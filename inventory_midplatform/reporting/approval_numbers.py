"""What an approver looks at of a document: its stock and how long it lasts, last prices, budget, its supplier."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import cover
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.reporting import suppliers
from inventory_midplatform.reporting.approval_lines import Line, lines_of
from inventory_midplatform.services.approval import approval_requests

SHOWN = 10
"""Lines that are shown, those of the largest amounts first."""

RATES = 6
"""Last purchases that are shown of an item."""

_STOCK = """
SELECT item.name AS item_code, item.item_name, item.image, item.stock_uom, item.lead_time_days, wh.name AS warehouse,
	position.on_hand, position.on_hold, position.reserved, bin.ordered_qty
FROM `tabItem` item JOIN `tabWarehouse` wh ON wh.name IN %(warehouses)s
LEFT JOIN `tabStock Position` position ON position.item_code = item.name AND position.warehouse = wh.name
LEFT JOIN `tabBin` bin ON bin.item_code = item.name AND bin.warehouse = wh.name
WHERE item.name IN %(items)s AND {keys}
"""

_USED = """
SELECT item_code, warehouse, -SUM(qty) AS used FROM `tabStock Movement`
WHERE {keys} AND posting_datetime >= %(since)s AND (kind = 'Outgoing' OR (kind = 'Cancellation' AND qty > 0))
GROUP BY item_code, warehouse
"""
"""What left a warehouse, less what was cancelled of it."""

_KNOWN = """
SELECT item_code, warehouse, MIN(posting_datetime) AS first FROM `tabStock Movement`
WHERE {keys} GROUP BY item_code, warehouse
"""

_RATES = """
SELECT item_code, day, rate, supplier FROM (
	SELECT r.item_code, d.transaction_date AS day, d.supplier,
		COALESCE(NULLIF(r.base_rate, 0), r.rate) / COALESCE(NULLIF(r.conversion_factor, 0), 1) AS rate,
		ROW_NUMBER() OVER (
			PARTITION BY r.item_code ORDER BY d.transaction_date DESC, d.creation DESC, d.name DESC, r.idx DESC
		) AS place
	FROM `tabPurchase Order Item` r JOIN `tabPurchase Order` d ON d.name = r.parent
	WHERE r.item_code IN %(items)s AND d.docstatus = 1 AND d.name <> %(document)s
		AND (%(company)s = '' OR d.company = %(company)s)
) ranked WHERE place <= %(rates)s ORDER BY item_code, place
"""
"""The last rates at which an item was ordered, of one stock UOM in the company's currency, the latest first."""


def numbers(ctx: Context, name: str) -> Row:
	"""Return what matters of the document of an approval: quantities in stock UOM, prices of the line's own unit in the
	company's currency, None for users who may not see costs. Changes nothing.

	Raises NotFound (``unknown_document``) or NotPermitted (``warehouse_not_permitted``).
	"""
	request = approval_requests.named(ctx, name)
	doctype, document_name = request["document_type"], request["document_name"]
	document = ctx.documents.values(doctype, document_name)
	costs = reads_costs(ctx.identity.roles)
	lines = lines_of(doctype, document)
	shown = sorted(lines, key=lambda line: (-abs(line.amount or ZERO), -abs(line.change)))[:SHOWN]
	company = str(document.get("company") or "")
	known = _Known(ctx, shown, document_name if doctype == "Purchase Order" else "", company, costs)
	changes: dict[Key, Decimal] = defaultdict(lambda: ZERO)
	for line in lines:
		changes[(line.item_code, line.warehouse)] += line.change
	return {
		"amount": _amount(request, lines) if costs else None,
		"currency": (request["currency"] or "") if costs else "",
		"lines_count": len(lines),
		"lines": [known.shown(line, changes) for line in shown],
		"budget": _budget(ctx, document, lines, company) if costs else None,
		"supplier": _supplier(ctx, document),
	}


def _amount(request: Row, lines: Sequence[Line]) -> Decimal | None:
	"""Return the amount of the request, else the sum of the lines that have a price; None where none has."""
	own = from_store(request["amount"])
	priced = [line.amount for line in lines if line.amount is not None]
	return own or (sum(priced, ZERO) if priced else None)


class _Known:
	"""What the shown lines need, read for all of them together."""

	def __init__(self, ctx: Context, lines: Sequence[Line], order: str, company: str, costs: bool):
		self.costs, self.now = costs, ctx.clock.now()
		self.stock: dict[Key, Row] = {}
		self.used: dict[Key, Decimal] = {}
		self.first: dict[Key, datetime] = {}
		self.rates: dict[str, list[Row]] = defaultdict(list)
		keys = sorted({(line.item_code, line.warehouse) for line in lines if line.warehouse})
		items = sorted({line.item_code for line in lines})
		if keys:
			self._read_stock(ctx, keys)
		if items and costs:
			about = {"items": items, "document": order, "company": company, "rates": RATES}
			for row in ctx.store.rows(_RATES, about):
				self.rates[row["item_code"]].append(row)

	def _read_stock(self, ctx: Context, keys: Sequence[Key]) -> None:
		of_items, params = key_in(keys, "item.name", "wh.name")
		whole = {"items": [item for item, _ in keys], "warehouses": [place for _, place in keys]}
		for row in ctx.store.rows(_STOCK.format(keys=of_items), {**params, **whole}):
			self.stock[(row["item_code"], row["warehouse"])] = row
		of_movements, params = key_in(keys, "item_code", "warehouse")
		since = self.now - timedelta(days=cover.PERIOD)
		for row in ctx.store.rows(_USED.format(keys=of_movements), {**params, "since": since}):
			self.used[(row["item_code"], row["warehouse"])] = from_store(row["used"])
		for row in ctx.store.rows(_KNOWN.format(keys=of_movements), params):
			first = row["first"]
			at = first if isinstance(first, datetime) else datetime.fromisoformat(first)
			self.first[(row["item_code"], row["warehouse"])] = at

	def shown(self, line: Line, changes: Mapping[Key, Decimal]) -> Row:
		key = (line.item_code, line.warehouse)
		row = self.stock.get(key, {})
		on_hand, on_hold, reserved, on_order = (
			from_store(row.get(name)) for name in ("on_hand", "on_hold", "reserved", "ordered_qty")
		)
		available = on_hand - on_hold - reserved
		known_days = (self.now - self.first[key]).days if key in self.first else cover.PERIOD
		use = cover.daily_use(self.used.get(key, ZERO), known_days)
		return {
			"item_code": line.item_code,
			"item_name": line.item_name or row.get("item_name") or line.item_code,
			"image": row.get("image") or "",
			"qty": line.qty,
			"uom": line.uom or row.get("stock_uom") or "",
			"stock_uom": row.get("stock_uom") or line.uom,
			"warehouse": line.warehouse,
			"on_hand": on_hand,
			"on_hold": on_hold,
			"reserved": reserved,
			"available": available,
			"on_order": on_order,
			"daily_use": use,
			"days_now": cover.days(available, use),
			"days_after": cover.days(available + changes[key], use),
			"lead_days": int(row.get("lead_time_days") or 0) or None,
			**self._prices(line),
		}

	def _prices(self, line: Line) -> Row:
		if not self.costs:
			return {"rate": None, "amount": None, "last_rates": [], "rate_change_percent": None}
		rates = self.rates[line.item_code]
		last = [
			{
				"date": _day(row["day"]),
				"rate": round(from_store(row["rate"]) * line.factor, 6),
				"supplier": row["supplier"] or "",
			}
			for row in rates
		]
		before = from_store(rates[0]["rate"]) * line.factor if rates else ZERO
		change = cover.percent(line.rate - before, before) if line.rate and before else None
		return {"rate": line.rate, "amount": line.amount, "last_rates": last, "rate_change_percent": change}


def _budget(ctx: Context, document: Mapping[str, Any], lines: Sequence[Line], company: str) -> Row | None:
	"""Return the budget of the account and cost centre that this document charges most, and how it stands afterwards."""
	charged: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
	for line in lines:
		if line.account and line.cost_center and line.amount:
			charged[(line.account, line.cost_center)] += line.amount
	day = document.get("transaction_date") or document.get("posting_date") or ctx.clock.now()
	on = datetime.fromisoformat(_day(day)).date()
	for (account, cost_center), amount in sorted(charged.items(), key=lambda one: -one[1])[:3]:
		found = ctx.books.budget(company, account, cost_center, on)
		if found is not None:
			return {
				"account": account,
				"cost_center": found.cost_center,
				"period": found.period,
				"budget": found.amount,
				"used": found.used,
				"left": found.amount - found.used,
				"this": amount,
				"used_percent": cover.percent(found.used, found.amount),
				"used_percent_after": cover.percent(found.used + amount, found.amount),
			}
	return None


def _supplier(ctx: Context, document: Mapping[str, Any]) -> Row | None:
	name = str(document.get("supplier") or document.get("inventory_supplier") or "")
	if not name:
		return None
	rows = suppliers.supplier_performance(ctx, supplier=name, limit=1)["rows"]
	figures = rows[0] if rows else {}
	return {
		"name": name,
		"on_time_percent": _percent(figures.get("on_time_share")),
		"accepted_percent": _percent(figures.get("accepted_share")),
	}


def _percent(share: float | None) -> float | None:
	return None if share is None else round(100 * share, 1)


def _day(value: Any) -> str:
	return str(value or "")[:10]
