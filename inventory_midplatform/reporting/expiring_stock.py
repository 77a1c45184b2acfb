"""Expiring stock: batches that are there by their expiry date, what is at risk of expiring unused, what has expired."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.ageing import USAGE_DAYS, at_risk, days_left
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import usage
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.scope import ROW_LIMIT, rows_of, scope
from inventory_midplatform.reporting.stock_ageing import UNIT_VALUE, as_day

EXPIRED = "expired"
LAST_DAYS = (30, 60, 90)
"""The last days of the bands after what has expired."""

MOST_DAYS = 3650

_BATCHES = f"""
SELECT p.item_code, item.item_name, item.item_group, item.stock_uom, p.warehouse, wh.company,
	company.default_currency AS currency, stock.batch_no, batch.expiry_date, SUM(stock.qty) AS qty,
	SUM(CASE WHEN stock.stock_status = 'Available' THEN 0 ELSE stock.qty END) AS on_hold,
	MAX({UNIT_VALUE}) AS unit_value
FROM `tabStock Position` p
JOIN `tabBin Stock` stock ON stock.item_code = p.item_code AND stock.warehouse = p.warehouse
	AND stock.stock_owner = ''
JOIN `tabBatch` batch ON batch.name = stock.batch_no
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
LEFT JOIN `tabCompany` company ON company.name = wh.company
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
WHERE stock.qty > 0 AND batch.expiry_date <= %(until)s AND {{where}}
GROUP BY p.item_code, item.item_name, item.item_group, item.stock_uom, p.warehouse, wh.company,
	company.default_currency, stock.batch_no, batch.expiry_date
ORDER BY batch.expiry_date, p.item_code, stock.batch_no, p.warehouse
"""


@dataclass(frozen=True)
class CompanyExpiry:
	"""Totals of one company. Each tuple is by band: expired, to 30 days, to 60, to 90, later. Values are None for who may
	not see costs, and quantities where items have different units."""

	company: str
	currency: str
	uom: str
	batches: tuple[int, ...]
	items: int
	qty: tuple[Decimal, ...] | None = None
	at_risk: Decimal | None = None
	value: tuple[Decimal, ...] | None = None
	risk_value: Decimal | None = None


@dataclass(frozen=True)
class ExpiringStock:
	"""A row is a batch in a warehouse, what expires first first."""

	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	companies: list[CompanyExpiry] = field(default_factory=list)

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


def expiring_stock(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	within_days: int = LAST_DAYS[-1],
	limit: int = ROW_LIMIT,
) -> ExpiringStock:
	"""Return the batches on hand that have expired or will within so many days, and how much of each will not be used.

	Usage is that of the item in the warehouses shown, of its company, in the last 90 days; batches are taken first expired,
	first out, over all these warehouses. Two statements. Raises InvalidInput (``wrong_days``) and what :func:`scope` raises.
	"""
	if not 0 <= within_days <= MOST_DAYS:
		raise InvalidInput("Name a number of days from 0 to {most}.", code="wrong_days", most=MOST_DAYS)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	today = ctx.clock.now().date()
	until = date.fromordinal(today.toordinal() + within_days)
	rows = rows_of(ctx, _BATCHES, about, until=until)
	used = usage.used(ctx, about) if rows else {}
	by_item: dict[tuple[str, str], list[Row]] = defaultdict(list)
	for row in rows:
		row["expiry_date"] = as_day(row["expiry_date"])
		row["days_left"] = days_left(row["expiry_date"], today)
		row["qty"], row["on_hold"] = from_store(row["qty"]), from_store(row["on_hold"])
		by_item[row["item_code"], row["company"]].append(row)
	for key, of_item in by_item.items():
		daily = max(from_store(used.get(key, ZERO)), ZERO) / USAGE_DAYS
		risks = at_risk([(row["expiry_date"], row["qty"]) for row in of_item], daily, today)
		for row, risk in zip(of_item, risks, strict=True):
			unit = from_store(row.pop("unit_value"))
			row["daily_usage"] = from_store(daily)
			row["at_risk"] = from_store(risk)
			row["value"], row["risk_value"] = from_store(row["qty"] * unit), from_store(risk * unit)
			row["band"] = band_of(row["days_left"])
	return ExpiringStock(
		rows=without_costs(ctx, rows[:limit]),
		total_rows=len(rows),
		companies=[
			_total(ctx, name, [row for row in rows if row["company"] == name])
			for name in sorted({row["company"] for row in rows})
		],
	)


def band_of(days: int) -> int:
	"""Return the band of so many days left: 0 has expired, then to 30, to 60, to 90, later."""
	return 0 if days < 0 else 1 + sum(days > last for last in LAST_DAYS)


def _total(ctx: Context, company: str, rows: Sequence[Row]) -> CompanyExpiry:
	uoms = {row["stock_uom"] for row in rows}
	sees_costs = reads_costs(ctx.identity.roles)
	bands = range(len(LAST_DAYS) + 2)

	def summed(column: str) -> tuple[Decimal, ...]:
		return tuple(sum((row[column] for row in rows if row["band"] == band), ZERO) for band in bands)

	return CompanyExpiry(
		company=company,
		currency=rows[0]["currency"] or "",
		uom=min(uoms) if len(uoms) == 1 else "",
		batches=tuple(len({row["batch_no"] for row in rows if row["band"] == band}) for band in bands),
		items=len({row["item_code"] for row in rows}),
		qty=summed("qty") if len(uoms) == 1 else None,
		at_risk=sum((row["at_risk"] for row in rows), ZERO) if len(uoms) == 1 else None,
		value=summed("value") if sees_costs else None,
		risk_value=sum((row["risk_value"] for row in rows), ZERO) if sees_costs else None,
	)
