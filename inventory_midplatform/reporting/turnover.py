"""Turnover and days of stock: how often stock was used, how long it lasts, how often it was out, by item and company."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain import turnover as rules
from inventory_midplatform.domain.ageing import abc_classes
from inventory_midplatform.domain.periods import Part, whole_months
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.domain.turnover import Balances, ItemDays
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.names import item_names
from inventory_midplatform.reporting.scope import (
	ROW_LIMIT,
	Companies,
	Scope,
	companies,
	one_of,
	rows_of,
	scope,
)
from inventory_midplatform.reporting.stock_history import Averages, Key, Period, averages, period_of
from inventory_midplatform.reporting.usage import NET_USAGE, OF_USAGE
from inventory_midplatform.services.ledger import snapshots

NET, GROSS = "net", "gross"
DAILY, OPEN_CLOSE = "daily", "open_close"

MONTHS, FEWEST_MONTHS = 12, 3
"""How many whole months XYZ looks at, and without how many there is no class."""

_MONTH = f"""
	SELECT s.item_code, {{company_of_s}} AS company_no, SUM({NET_USAGE}) AS used
	FROM `tabStock Snapshot` s
	WHERE s.snapshot_date >= %(first_{{i}})s AND s.snapshot_date <= %(last_{{i}})s AND {OF_USAGE} AND {{where_of_s}}
	GROUP BY s.item_code, company_no
"""

_MONTHLY = """
SELECT monthly.item_code, monthly.company_no, SUM(monthly.used) AS used, SUM(monthly.used * monthly.used) AS squares
FROM ({months}) monthly
GROUP BY monthly.item_code, monthly.company_no
"""
"""Each month is grouped apart: items of all months would be too many groups for memory."""


@dataclass(frozen=True)
class Turned:
	"""Figures of an item in a company, or of the whole company. ``per_year`` is its turnover; values are in its currency."""

	company: str
	item_code: str
	average_qty: Decimal
	average_value: Decimal
	closing_qty: Decimal
	closing_value: Decimal
	usage: Decimal
	cost: Decimal
	per_year: float | None
	days_of_stock: float | None
	forward_cover: float | None
	item_days: ItemDays
	abc: str = ""
	xyz: str = ""
	items: int = 1


@dataclass(frozen=True)
class Turnover:
	items: list[Turned] = field(default_factory=list)
	companies: dict[str, Turned] = field(default_factory=dict)
	currencies: dict[str, str] = field(default_factory=dict)


def turnover(
	ctx: Context, about: Scope, first: date, last: date, usage: str = NET, average: str = DAILY
) -> Turnover:
	"""Return the turnover of each item in each company, and of each company, from the first to the last day.

	Of an item, forward cover is by quantity, all else by value. Of a company everything is by value, and quantities say
	nothing. Usage is that of the scope's warehouses: a transfer out of them is none. Six statements.
	"""
	known = companies(ctx, about)
	found = averages(ctx, about, first, last, known)
	days = (last - first).days + 1
	items = {key: _turned(key, of, days, usage, average) for key, of in found.items()}
	abc: dict[Key, str] = {}
	by_company: dict[str, list[Turned]] = defaultdict(list)
	for item in items.values():
		by_company[item.company].append(item)
	for own in by_company.values():
		abc |= abc_classes(((item.item_code, item.company), item.cost) for item in own)
	xyz = xyz_classes(ctx, about, last, known)
	return Turnover(
		items=[_replaced(item, abc.get(key, ""), xyz.get(key, "")) for key, item in sorted(items.items())],
		companies={name: _together(name, by_company[name], days) for name in sorted(by_company)},
		currencies=dict(zip(known.names, known.currencies, strict=True)),
	)


def _turned(key: Key, of: Averages, days: int, usage: str, average: str) -> Turned:
	def mean(balances: Balances) -> Decimal:
		return balances.of_open_and_close if average == OPEN_CLOSE else balances.average

	used, cost = (of.gross_usage, of.gross_cost) if usage == GROSS else (of.net_usage, of.net_cost)
	value = mean(of.value)
	return Turned(
		company=key[1],
		item_code=key[0],
		average_qty=mean(of.qty),
		average_value=value,
		closing_qty=of.qty.closing,
		closing_value=of.value.closing,
		usage=used,
		cost=cost,
		per_year=rules.per_year(rules.turnover(cost, value), days),
		days_of_stock=rules.days_of_stock(cost, value, days),
		forward_cover=rules.forward_cover(of.qty.closing, used, days),
		item_days=of.item_days,
	)


def _replaced(item: Turned, abc: str, xyz: str) -> Turned:
	return Turned(**{**vars(item), "abc": abc, "xyz": xyz})


def _together(company: str, items: list[Turned], days: int) -> Turned:
	value = sum((item.average_value for item in items), ZERO)
	closing = sum((item.closing_value for item in items), ZERO)
	cost = sum((item.cost for item in items), ZERO)
	return Turned(
		company=company,
		item_code="",
		average_qty=ZERO,
		average_value=value,
		closing_qty=ZERO,
		closing_value=closing,
		usage=ZERO,
		cost=cost,
		per_year=rules.per_year(rules.turnover(cost, value), days),
		days_of_stock=rules.days_of_stock(cost, value, days),
		forward_cover=rules.forward_cover(closing, cost, days),
		item_days=sum((item.item_days for item in items), ItemDays()),
		items=len(items),
	)


def months_of(ctx: Context, last: date) -> list[Part]:
	"""Return the whole months that XYZ looks at: twelve at most, none before the history begins."""
	begins = snapshots.history_begins(ctx)
	if begins is None:
		return []
	return whole_months(max(begins, last - timedelta(days=31 * (MONTHS + 1))), last)[-MONTHS:]


def xyz_classes(ctx: Context, about: Scope, last: date, known: Companies) -> Mapping[Key, str]:
	"""Return the XYZ classes of items by (item, company), in the whole months up to a day; none of too short a history."""
	months = months_of(ctx, last)
	if len(months) < FEWEST_MONTHS:
		return {}
	days = {f"first_{i}": month.first for i, month in enumerate(months)}
	days |= {f"last_{i}": month.last for i, month in enumerate(months)}
	of_month = _MONTH.replace("{company_of_s}", known.number("s"))
	text = _MONTHLY.replace(
		"{months}", "UNION ALL".join(of_month.replace("{i}", str(i)) for i in range(len(months)))
	)
	return {
		(row["item_code"], known.names[row["company_no"]]): rules.xyz_class(
			from_store(row["used"]), from_store(row["squares"]), len(months)
		)
		for row in rows_of(ctx, text, about, **days, **known.params)
	}


@dataclass(frozen=True)
class TurnoverReport:
	"""The report: items, the worst first, and the figures of each company."""

	period: Period
	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	companies: list[Row] = field(default_factory=list)
	lasting: dict[str, list[tuple[int, Decimal]]] = field(default_factory=dict)
	"""Of each company, items and value by how long they last (:data:`BANDS`, then what was not used)."""
	months: int = 0

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


BANDS = (30, 90, 180, 365)
"""The last day of each band of days of stock; what lasts longer is in one more, and what was not used in the last."""


def turnover_and_days_of_stock(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	from_date: date | None = None,
	to_date: date | None = None,
	usage: str = NET,
	average: str = DAILY,
	limit: int = ROW_LIMIT,
) -> TurnoverReport:
	"""Return items by turnover, the slowest first and of those the one worth most, over the last ninety days if no period is
	named.

	Raises InvalidInput (``invalid_argument``, ``wrong_period``, ``period_in_future``) and what :func:`scope` raises.
	"""
	one_of("usage", usage, (NET, GROSS))
	one_of("average", average, (DAILY, OPEN_CLOSE))
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	period = period_of(ctx, from_date, to_date)
	if not period.is_known:
		return TurnoverReport(period)
	found = turnover(ctx, about, period.first, period.last, usage, average)
	sees_costs = reads_costs(ctx.identity.roles)
	worst = sorted(found.items, key=lambda item: _badness(item, sees_costs))
	currencies = found.currencies
	used = f"{usage}_usage"
	return TurnoverReport(
		period,
		rows=without_costs(ctx, _named(ctx, [_row(i, used, currencies) for i in worst[:limit]])),
		total_rows=len(worst),
		companies=without_costs(
			ctx, [{**_row(c, used, currencies), "items": c.items} for c in found.companies.values()]
		),
		lasting={
			name: _lasting([i for i in found.items if i.company == name], sees_costs)
			for name in found.companies
		},
		months=len(months_of(ctx, period.last)),
	)


def _badness(item: Turned, by_value: bool) -> tuple[str, bool, float, Decimal, str]:
	"""The slowest first; what never moved by its value. Items without stock have no turnover and are the last."""
	unknown = item.per_year is None
	worth = -item.average_value if by_value else ZERO
	return item.company, unknown, round(item.per_year or 0.0, 2), worth, item.item_code


def _row(of: Turned, used: str, currencies: Mapping[str, str]) -> Row:
	return {
		"item_code": of.item_code,
		"company": of.company,
		"currency": currencies.get(of.company, ""),
		"average_qty": of.average_qty,
		"closing_qty": of.closing_qty,
		used: of.usage,
		"cost_of_usage": of.cost,
		"average_value": of.average_value,
		"closing_value": of.closing_value,
		"turnover": of.per_year,
		"days_of_stock": of.days_of_stock,
		"forward_cover": of.forward_cover,
		"stock_out_share": of.item_days.share,
		"days_out": of.item_days.out,
		"abc_class": of.abc,
		"xyz_class": of.xyz,
	}


def _named(ctx: Context, rows: list[Row]) -> list[Row]:
	names = item_names(ctx, (row["item_code"] for row in rows))
	return [{**row, **names.get(row["item_code"], {})} for row in rows]


def _lasting(items: list[Turned], sees_costs: bool) -> list[tuple[int, Decimal]]:
	bands: list[tuple[int, Decimal]] = [(0, ZERO)] * (len(BANDS) + 2)
	for item in items:
		if item.closing_qty <= 0:
			continue
		cover = item.forward_cover
		band = len(BANDS) + 1 if cover is None else sum(cover > most for most in BANDS)
		count, value = bands[band]
		bands[band] = (count + 1, value + item.closing_value if sees_costs else ZERO)
	return bands
