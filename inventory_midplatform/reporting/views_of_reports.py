"""Saved views of figures that no sum over rows makes: a balance of the past, dead stock, what expires. Reports compute them."""

from collections.abc import Callable, Mapping
from typing import Any

from inventory_midplatform.domain import periods
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.periods import GRAINS, MONTH
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import fiscal_years, stock_history
from inventory_midplatform.reporting.expiring_stock import LAST_DAYS, expiring_stock
from inventory_midplatform.reporting.first_screen import company_of
from inventory_midplatform.reporting.measures import require_costs
from inventory_midplatform.reporting.scope import scope
from inventory_midplatform.reporting.seen_views import SeenView, Series, first_day
from inventory_midplatform.reporting.stock_ageing import DEAD_STOCK, stock_ageing

SCOPED = ("company", "warehouse", "item_group")
EXPIRED = "Expired"
DEAD, MOVING = "Dead Stock", "Other Stock"


def _narrowed(chosen: Mapping[str, Any], company: str) -> dict[str, Any]:
	return {name: str(chosen.get(name) or "") for name in SCOPED} | {"company": company}


def worth(ctx: Context, chosen: Mapping[str, Any], company: str, currency: str) -> SeenView:
	"""What stock was worth at the end of each period: carried forward where nothing moved, nothing before the history."""
	require_costs(ctx)
	grain = str(chosen.get("grain") or MONTH)
	if grain not in GRAINS:
		raise InvalidInput(
			"{name} has no grain {grain}.", code="unknown_grain", name="worth", grain=grain[:60]
		)
	today = ctx.clock.now().date()
	first = first_day(str(chosen.get("period") or "12 months"), today)
	period = stock_history.period_of(ctx, first, today)
	narrowed = _narrowed(chosen, company)
	about = scope(ctx, **narrowed)
	years = fiscal_years.of(ctx, about, grain)
	rows = stock_history.series(ctx, about, period.first, period.last, grain) if period.is_known else []
	conditions: list[Row] = [
		{"field": "grain", "op": "=", "value": grain},
		{"field": "from_date", "op": "=", "value": period.first.isoformat()},
		{"field": "to_date", "op": "=", "value": period.last.isoformat()},
	]
	fields = {name: name for name in (*SCOPED, "grain", "from_date", "to_date")}
	return SeenView(
		keys=[periods.first_day(row["period_from"], grain, years) for row in rows],
		series=[Series("closing_value", [row["closing_value"] for row in rows])],
		opens={"kind": "report", "name": "In and Out Trend", "fields": fields},
		drills=[conditions] * len(rows),
		company=company,
		currency=currency,
		group="day",
		grain=grain,
		labels={part.first.isoformat(): part.label for part in years.every(grain)},
	)


def dead(ctx: Context, chosen: Mapping[str, Any], company: str, currency: str) -> SeenView:
	"""How much of the stock's value lies in items of which nothing was issued for long, and how much does not."""
	require_costs(ctx)
	totals = stock_ageing(ctx, **_narrowed(chosen, company), limit=0).companies
	fields = {name: name for name in (*SCOPED, "only")}
	opens = {"kind": "report", "name": "Inventory Ageing", "fields": fields}
	keys, values = [], []
	value = totals[0].value if totals else None
	if value:
		dead_value = totals[0].dead_value or ZERO
		keys, values = [DEAD, MOVING], [dead_value, value - dead_value]
	return SeenView(
		keys=keys,
		series=[Series("value", values)],
		opens=opens,
		drills=[[{"field": "only", "op": "=", "value": DEAD_STOCK}], []] if keys else [],
		company=company,
		currency=currency,
		group="dead",
		types={"dead": "Select"},
	)


def expiring(ctx: Context, chosen: Mapping[str, Any], company: str, currency: str) -> SeenView:
	"""How many batches on hand have expired, or will within 30, 60 and 90 days."""
	found = expiring_stock(ctx, **_narrowed(chosen, company), limit=0).companies
	bands = [EXPIRED, *(f"{a + 1}–{b}" for a, b in zip((-1, *LAST_DAYS), LAST_DAYS, strict=False))]
	counts = [sum(of.batches[i] for of in found) for i in range(len(bands))]
	if not any(counts):
		bands, counts = [], []
	return SeenView(
		keys=bands,
		series=[Series("batches", counts)],
		opens={"kind": "report", "name": "Expiring Stock", "fields": {name: name for name in SCOPED}},
		drills=[[{"field": "within_days", "op": "=", "value": LAST_DAYS[-1]}] for _ in bands],
		company=company,
		group="band",
		types={"band": "Select"},
	)


MadeOf = Callable[[Context, Mapping[str, Any], str, str], SeenView]

OF_REPORTS: Mapping[str, tuple[MadeOf, bool]] = {
	"worth": (worth, True),
	"dead": (dead, True),
	"expiring": (expiring, False),
}
"""Name of the view's dataset → what makes it, and whether it is money, which is of one company."""


def of_report(ctx: Context, chosen: Mapping[str, Any], usual: str) -> SeenView | None:
	"""Return the view where its dataset is one of :data:`OF_REPORTS`."""
	name, company = str(chosen.get("dataset") or ""), str(chosen.get("company") or "")
	if name not in OF_REPORTS:
		return None
	make, is_money = OF_REPORTS[name]
	of, currency = company_of(ctx, company, usual) if is_money else (company, "")
	return make(ctx, chosen, of, currency)
