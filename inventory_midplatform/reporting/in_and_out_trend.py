"""In and out trend: opening, in, out and closing of each day, week, month, fiscal quarter or fiscal year, in quantity and value, by flow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.periods import GRAINS, WEEK
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.scope import ROW_LIMIT, one_of, scope
from inventory_midplatform.reporting.stock_history import Period, period_of, series

_FLOWING = ("qty_in", "qty_out", "transferred_qty", "value_in", "value_out", "transferred_value")
_STANDING = ("opening_qty", "closing_qty", "opening_value", "closing_value")


@dataclass(frozen=True)
class InAndOutTrend:
	"""``rows`` by company, unit and time. ``totals`` has a row of the whole period for each company (and unit)."""

	period: Period
	by_unit: bool
	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	totals: list[Row] = field(default_factory=list)

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


def in_and_out_trend(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	from_date: date | None = None,
	to_date: date | None = None,
	grain: str = WEEK,
	by_unit: bool = False,
	limit: int = ROW_LIMIT,
) -> InAndOutTrend:
	"""Return what came and went in each part of a period, the last ninety days if none is named.

	Quantities of different units are never added: with ``by_unit`` each has its rows, as for who may not see values.
	Raises InvalidInput (``invalid_argument``, ``wrong_period``, ``period_in_future``) and what :func:`scope` raises.
	"""
	one_of("grain", grain, GRAINS)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	period = period_of(ctx, from_date, to_date)
	by_unit = by_unit or not reads_costs(ctx.identity.roles)
	if not period.is_known:
		return InAndOutTrend(period, by_unit)
	groups: dict[tuple[str, str], list[Row]] = {}
	for row in series(ctx, about, period.first, period.last, grain, by_unit):
		groups.setdefault((row["company"], row["stock_uom"]), []).append(row)
	moving = [rows for rows in groups.values() if any(row["flows"] or _stands(row) for row in rows)]
	rows = [row for group in moving for row in group]
	return InAndOutTrend(
		period,
		by_unit,
		rows=_seen(ctx, rows[:limit]),
		total_rows=len(rows),
		totals=_seen(ctx, [_total(group) for group in moving]),
	)


def _stands(row: Row) -> bool:
	return any(row[name] for name in _STANDING)


def _seen(ctx: Context, rows: Sequence[Row]) -> list[Row]:
	found = without_costs(ctx, rows)
	for row in found:
		row["flows"] = dict(zip(row["flows"], without_costs(ctx, row["flows"].values()), strict=True))
	return found


def _total(group: Sequence[Row]) -> Row:
	first, last = group[0], group[-1]
	total = {**first, "closing_qty": last["closing_qty"], "closing_value": last["closing_value"]}
	total |= {"period_to": last["period_to"], "flows": {}}
	for name in _FLOWING:
		values: list[Decimal | None] = [row[name] for row in group]
		total[name] = None if None in values else sum((v for v in values if v is not None), ZERO)
	known = None not in (last["closing_qty"], first["opening_qty"])
	total["net_change"] = last["closing_qty"] - first["opening_qty"] if known else None
	return total
