"""What stock was, and what came and went, by day, week, month or fiscal year: from daily changes and what is there now.

A balance is made backwards: what is on hand now less what changed since. So an opening balance is right whatever came
before, the same whatever day a period ends on, and no history is replayed. Days without a change have no rows; they carry
the balance of the day before. Nothing is shown of days before the history began, or after today.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain import periods
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.stock_flow import USAGE, StockFlow
from inventory_midplatform.domain.turnover import Balances, ItemDays, days_out, running
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import fiscal_years
from inventory_midplatform.reporting.scope import Companies, Scope, companies, rows_of
from inventory_midplatform.reporting.stock_ageing import as_day
from inventory_midplatform.services.ledger import snapshots

DAYS = 90
"""How long a period is where nobody says."""

STOCKED_DAYS = 365
"""An item is stocked in a warehouse in which it came or went within so many days before a period."""

Key = tuple[str, str]
"""An item, and the warehouse or company."""

SORTED = "/*M! SQL_BIG_RESULT */"
"""Tells MariaDB, and no other engine, to sort what it groups: many groups of long names are slow in a temporary table."""

_MOVING = "(s.qty_in <> s.qty_out OR (s.qty_in <> 0 AND s.flow <> 'Count'))"
"""Whether a change says that an item was there. A cancelled count leaves as much in as out."""

_TOTALS = """
SELECT s.item_code, s.warehouse, wh.company, s.flow, SUM(s.qty_in) AS qty_in, SUM(s.qty_out) AS qty_out,
	SUM(s.value_in) AS value_in, SUM(s.value_out) AS value_out
FROM `tabStock Snapshot` s
JOIN `tabWarehouse` wh ON wh.name = s.warehouse
WHERE {where_of_s} AND s.snapshot_date >= %(first)s AND s.snapshot_date <= %(last)s
GROUP BY s.item_code, s.warehouse, wh.company, s.flow
"""

_NOW = """
SELECT there.company_no, item.stock_uom, SUM(there.qty) AS qty, SUM(there.value) AS value
FROM (
	SELECT p.item_code, {company_of_p} AS company_no, SUM(p.on_hand) AS qty, SUM(COALESCE(book.stock_value, 0)) AS value
	FROM `tabStock Position` p
	LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
	WHERE {where_of_p}
	GROUP BY p.item_code, company_no
) there
JOIN `tabItem` item ON item.name = there.item_code
GROUP BY there.company_no, item.stock_uom
"""

_BY_DAY = """
SELECT {company_of_s} AS company_no, {unit} AS stock_uom, s.snapshot_date, s.flow, SUM(s.qty_in) AS qty_in,
	SUM(s.qty_out) AS qty_out, SUM(s.value_in) AS value_in, SUM(s.value_out) AS value_out
FROM `tabStock Snapshot` s {items}
WHERE {where_of_s} AND s.snapshot_date >= %(first)s
GROUP BY s.snapshot_date, s.flow, company_no, stock_uom
"""
"""Items are joined (``{items}``) only where there are several units."""

_SUMS = f"""
SELECT {{sorted}} s.item_code, {{place_of_s}} AS place, SUM(s.qty_in - s.qty_out) AS net,
	SUM(s.value_in - s.value_out) AS net_value,
	SUM(CASE WHEN s.snapshot_date <= %(last)s THEN s.qty_in - s.qty_out ELSE 0 END) AS inside,
	SUM(CASE WHEN s.snapshot_date <= %(last)s THEN s.value_in - s.value_out ELSE 0 END) AS inside_value,
	SUM(CASE WHEN s.snapshot_date <= %(last)s THEN (s.qty_in - s.qty_out) * {{nth}} ELSE 0 END) AS missing,
	SUM(CASE WHEN s.snapshot_date <= %(last)s THEN (s.value_in - s.value_out) * {{nth}} ELSE 0 END) AS missing_value,
	SUM(CASE WHEN s.snapshot_date <= %(last)s AND s.flow IN %(usage)s THEN s.qty_out ELSE 0 END) AS gross_usage,
	SUM(CASE WHEN s.snapshot_date <= %(last)s AND s.flow IN %(usage)s THEN s.value_out ELSE 0 END) AS gross_cost,
	SUM(CASE WHEN s.snapshot_date <= %(last)s AND s.flow = %(sale)s THEN s.qty_in ELSE 0 END) AS returned,
	SUM(CASE WHEN s.snapshot_date <= %(last)s AND s.flow = %(sale)s THEN s.value_in ELSE 0 END) AS returned_cost,
	MIN(CASE WHEN s.snapshot_date <= %(last)s AND {_MOVING} THEN s.snapshot_date END) AS moved
FROM `tabStock Snapshot` s WHERE {{where_of_s}} AND s.snapshot_date >= %(first)s
GROUP BY s.item_code, place
"""

_THERE = """
SELECT p.item_code, {place_of_p} AS place, SUM(p.on_hand) AS qty, SUM(COALESCE(book.stock_value, 0)) AS value,
	MAX(CASE WHEN item.disabled = 1 OR item.end_of_life <= %(last)s THEN 1 ELSE 0 END) AS delisted
FROM `tabStock Position` p
JOIN `tabItem` item ON item.name = p.item_code
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
WHERE {where_of_p}
GROUP BY p.item_code, place
"""

_STOCKED = f"""
SELECT DISTINCT p.item_code, {{place_of_p}} AS place
FROM `tabStock Position` p WHERE {{where_of_p}} AND {{of_items}} AND EXISTS (
	SELECT 1 FROM `tabStock Snapshot` earlier WHERE earlier.item_code = p.item_code AND earlier.warehouse = p.warehouse
		AND earlier.snapshot_date >= %(stocked_since)s AND earlier.snapshot_date < %(first)s
		AND {_MOVING.replace("s.", "earlier.")}
)
"""
_FEW_ITEMS = 1000
"""So many may be named in a statement; of more all are read."""

_OUT = f"""
WITH days AS (
	SELECT {SORTED} s.item_code, {{place_of_s}} AS place, s.snapshot_date AS day, SUM(s.qty_in - s.qty_out) AS net,
		0 AS there
	FROM `tabStock Snapshot` s WHERE {{where_of_s}} AND s.snapshot_date >= %(first)s AND {_MOVING}
	GROUP BY s.item_code, place, s.snapshot_date
	UNION ALL
	SELECT p.item_code, {{place_of_p}} AS place, %(now)s AS day, 0 AS net, SUM(p.on_hand) AS there
	FROM `tabStock Position` p WHERE {{where_of_p}} GROUP BY p.item_code, place
), balances AS (
	SELECT item_code, place, day, net + SUM(there - net) OVER (PARTITION BY item_code, place ORDER BY day DESC) AS qty,
		LEAD(day) OVER (PARTITION BY item_code, place ORDER BY day) AS back
	FROM days
)
SELECT item_code, place, day, back FROM balances WHERE day <= %(last)s AND ROUND(qty, 9) <= 0
"""
"""Days with a change at whose end nothing was on hand, and when the item moved again. What is on hand now is a row of a
day after all others: a join with it would have no index."""

_NOW_DAY = date.max


@dataclass(frozen=True)
class Period:
	"""The days that are asked for and known: none before the history begins, none after today."""

	first: date
	last: date
	history_begins: date | None

	@property
	def is_known(self) -> bool:
		return self.history_begins is not None and self.first <= self.last

	@property
	def days(self) -> int:
		return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Averages:
	"""What an item's stock was over a period, and what was used of it. Stock UOM and company currency."""

	qty: Balances
	value: Balances
	gross_usage: Decimal
	net_usage: Decimal
	gross_cost: Decimal
	net_cost: Decimal
	item_days: ItemDays


def period_of(ctx: Context, from_date: date | None, to_date: date | None, days: int = DAYS) -> Period:
	"""Return the period that is asked for, as far as it is known; the last ninety days where nobody says.

	Raises InvalidInput (``wrong_period``, ``period_in_future``, ``invalid_date``).
	"""
	periods.check_days(from_date, to_date)
	today = ctx.clock.now().date()
	last = to_date or today
	first = from_date or last - timedelta(days=days - 1)
	if first > last:
		raise InvalidInput("The period ends before it begins.", code="wrong_period")
	if first > today:
		raise InvalidInput("The period has not begun yet.", code="period_in_future")
	begins = snapshots.history_begins(ctx)
	return Period(max(first, begins) if begins else first, min(last, today), begins)


def movement_totals(ctx: Context, about: Scope, first: date, last: date) -> list[Row]:
	"""Return what came and went from the first to the last day, by item, warehouse and flow."""
	rows = rows_of(ctx, _TOTALS, about, first=first, last=last)
	for row in rows:
		row |= {name: from_store(row[name]) for name in MOVED}
	return [row for row in rows if any(row[name] for name in MOVED)]


MOVED = ("qty_in", "qty_out", "value_in", "value_out")

_NOTHING = dict.fromkeys(MOVED, ZERO)


def series(
	ctx: Context, about: Scope, first: date, last: date, grain: str, by_unit: bool = False
) -> list[Row]:
	"""Return a row for each company and part of a period, and for each unit with ``by_unit``, the earliest first.

	A row has opening and closing, what came in and went out without transfers, what transfers brought less what they took,
	and in ``flows`` all of these apart. Quantities are None where items with different units are together. Three statements,
	and two for fiscal years. Raises InvalidInput (``no_fiscal_year``, ``several_fiscal_years``).
	"""
	years = fiscal_years.of(ctx, about, grain)
	parts = periods.parts(first, last, grain, years)
	known = companies(ctx, about)
	units: dict[tuple[str, str], set[str]] = defaultdict(set)
	now: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
	there = rows_of(ctx, _NOW.replace("{company_of_p}", known.number("p")), about, **known.params)
	for row in there:
		unit, no = row["stock_uom"] or "", row["company_no"]
		group = (known.names[no], known.currencies[no], unit if by_unit else "")
		qty, value = now[group]
		now[group] = (qty + from_store(row["qty"]), value + from_store(row["value"]))
		units[group[0], group[2]].add(unit)
	moved, later = _moved(
		_changes(ctx, about, first, known, {row["stock_uom"] or "" for row in there}), last, grain, years
	)
	found = []
	for group in sorted(now):
		company, currency, unit = group
		of_units = units[company, unit]
		flows = [_added(moved[company, of_unit, part.label] for of_unit in of_units) for part in parts]
		nets = [_net(of_part.values()) for of_part in flows]
		opening = _less(now[group], [*(later[company, of_unit] for of_unit in of_units), *nets])
		quantities = running(opening[0], [qty for qty, _value in nets])
		values = running(opening[1], [value for _qty, value in nets])
		about_group = {
			"company": company,
			"currency": currency,
			"stock_uom": next(iter(of_units)) if len(of_units) == 1 else "",
		}
		found += [
			{**about_group, **_line(part, qty, value, moved_in_part, len(of_units) == 1)}
			for part, qty, value, moved_in_part in zip(parts, quantities, values, flows, strict=True)
		]
	return found


def _changes(ctx: Context, about: Scope, first: date, known: Companies, units: set[str]) -> list[Row]:
	"""Return what changed since a day by company, unit, day and flow."""
	several = len(units) > 1
	text = (
		_BY_DAY.replace("{company_of_s}", known.number("s"))
		.replace("{unit}", "item.stock_uom" if several else "%(unit)s")
		.replace("{items}", "JOIN `tabItem` item ON item.name = s.item_code" if several else "")
	)
	rows = rows_of(ctx, text, about, first=first, unit=next(iter(units), ""), **known.params)
	return [{**row, "company": known.names[row["company_no"]]} for row in rows]


def _moved(
	rows: Iterable[Row], last: date, grain: str, years: periods.FiscalYears
) -> tuple[dict[tuple[str, str, str], dict[str, Row]], dict[tuple[str, str], tuple[Decimal, Decimal]]]:
	"""Return what moved by (company, unit, part) and flow until the last day, and the net of (company, unit) after it."""
	moved: dict[tuple[str, str, str], dict[str, Row]] = defaultdict(dict)
	later: dict[tuple[str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
	for row in rows:
		company, unit, day = row["company"] or "", row["stock_uom"] or "", as_day(row["snapshot_date"])
		change = {name: from_store(row[name]) for name in MOVED}
		if day > last:
			qty, value = later[company, unit]
			net = _net([change])
			later[company, unit] = (qty + net[0], value + net[1])
			continue
		flows = moved[company, unit, periods.label(day, grain, years)]
		flows[row["flow"]] = _sum([flows.get(row["flow"], _NOTHING), change])
	return moved, later


def _sum(rows: Iterable[Row]) -> Row:
	total = dict(_NOTHING)
	for row in rows:
		for name in MOVED:
			total[name] += row[name]
	return total


def _added(of_units: Iterable[dict[str, Row]]) -> dict[str, Row]:
	together: dict[str, list[Row]] = defaultdict(list)
	for flows in of_units:
		for flow, row in flows.items():
			together[flow].append(row)
	return {flow: _sum(rows) for flow, rows in together.items()}


def _net(rows: Iterable[Row]) -> tuple[Decimal, Decimal]:
	total = _sum(rows)
	return total["qty_in"] - total["qty_out"], total["value_in"] - total["value_out"]


def _less(
	balance: tuple[Decimal, Decimal], nets: Iterable[tuple[Decimal, Decimal]]
) -> tuple[Decimal, Decimal]:
	qty, value = balance
	for net_qty, net_value in nets:
		qty, value = qty - net_qty, value - net_value
	return qty, value


def _line(
	part: periods.Part,
	qty: tuple[Decimal, Decimal],
	value: tuple[Decimal, Decimal],
	flows: dict[str, Row],
	one_unit: bool,
) -> Row:
	transfer = str(StockFlow.TRANSFER.value)
	outside = _sum(row for flow, row in flows.items() if flow != transfer)
	transferred = _net([flows.get(transfer, _NOTHING)])
	row = {
		"period": part.label,
		"period_from": part.first,
		"period_to": part.last,
		"opening_qty": qty[0],
		"qty_in": outside["qty_in"],
		"qty_out": outside["qty_out"],
		"transferred_qty": transferred[0],
		"net_change": qty[1] - qty[0],
		"closing_qty": qty[1],
		"opening_value": value[0],
		"value_in": outside["value_in"],
		"value_out": outside["value_out"],
		"transferred_value": transferred[1],
		"closing_value": value[1],
		"flows": {flow: of for flow, of in sorted(flows.items()) if any(of.values())},
	}
	if not one_unit:
		row |= dict.fromkeys(QUANTITIES)
	return row


QUANTITIES = ("opening_qty", "qty_in", "qty_out", "transferred_qty", "net_change", "closing_qty")


def averages(
	ctx: Context, about: Scope, first: date, last: date, known: Companies | None = None
) -> dict[Key, Averages]:
	"""Return averages and usage of each item, in each warehouse, or in all of a company (``known``) together.

	Summed up in the database from days with a change only, by four statements at most. Items that were never there are left out.
	"""
	days = (last - first).days + 1
	statements = _Statements(ctx, about, first, last, known)
	sums = statements.rows(_SUMS, sorted="" if known else SORTED)
	balances = {}
	for key, there in statements.rows(_THERE).items():
		of = sums.get(key, {})
		qty = _balances(there["qty"], of, "net", "inside", "missing", days)
		value = _balances(there["value"], of, "net_value", "inside_value", "missing_value", days)
		balances[key] = there, of, qty, value
	stocked = statements.stocked({item for (item, _), (_, _, qty, _) in balances.items() if not qty.opening})
	out = statements.stretches()
	found = {}
	for key, (there, of, qty, value) in balances.items():
		if not of and key not in stocked and not there["qty"] and not there["value"]:
			continue
		moved = as_day(of["moved"]) if of.get("moved") else None
		stretches = list(out.get(key, ()))
		if qty.opening <= 0:
			stretches.append((first, moved or last + timedelta(days=1)))
		stocked_from = first if key in stocked or qty.opening else moved
		found[key] = Averages(
			qty,
			value,
			gross_usage=from_store(of.get("gross_usage")),
			net_usage=from_store(of.get("gross_usage")) - from_store(of.get("returned")),
			gross_cost=from_store(of.get("gross_cost")),
			net_cost=from_store(of.get("gross_cost")) - from_store(of.get("returned_cost")),
			item_days=days_out(stretches, stocked_from, last, is_delisted=bool(there["delisted"])),
		)
	return found


class _Statements:
	"""The statements of :func:`averages`, each over the same places and days."""

	def __init__(self, ctx: Context, about: Scope, first: date, last: date, known: Companies | None):
		self.ctx, self.about, self.companies = ctx, about, known
		self.params: Row = {
			"first": first,
			"last": last,
			"now": _NOW_DAY,
			"stocked_since": first - timedelta(days=STOCKED_DAYS),
			"usage": [flow.value for flow in USAGE],
			"sale": StockFlow.SALE.value,
			**(self.companies.params if self.companies else {}),
		}

	def read(self, sql: str, **terms: str) -> list[tuple[Key, Row]]:
		"""Return rows with their keys. ``terms`` are what ``{name}`` in the SQL stands for."""
		terms["nth"] = self.ctx.store.days_between("%(first)s", "s.snapshot_date")
		for table in "sp":
			place = self.companies.number(table) if self.companies else f"{table}.warehouse"
			terms[f"place_of_{table}"] = place
		for name, term in terms.items():
			sql = sql.replace(f"{{{name}}}", term)
		names = self.companies.names if self.companies else None
		return [
			((row["item_code"], names[row["place"]] if names else row["place"]), row)
			for row in rows_of(self.ctx, sql, self.about, **self.params)
		]

	def rows(self, sql: str, **terms: str) -> dict[Key, Row]:
		return dict(self.read(sql, **terms))

	def stocked(self, items: set[str]) -> set[Key]:
		"""Return what moved in the year before, of these items; of others it may be missing."""
		if not items:
			return set()
		self.params["items"] = sorted(items)[:_FEW_ITEMS]
		few = len(items) <= _FEW_ITEMS
		return set(self.rows(_STOCKED, of_items="p.item_code IN %(items)s" if few else "1 = 1"))

	def stretches(self) -> dict[Key, list[tuple[date, date]]]:
		"""Return of each item the days from which it was out until the one on which it moved again."""
		found: dict[Key, list[tuple[date, date]]] = defaultdict(list)
		for key, row in self.read(_OUT):
			found[key].append((as_day(row["day"]), as_day(row["back"])))
		return dict(found)


def _balances(now: object, of: Row, net: str, inside: str, missing: str, days: int) -> Balances:
	there = from_store(now)
	closing = there - from_store(of.get(net)) + from_store(of.get(inside))
	return Balances(there - from_store(of.get(net)), closing, closing - from_store(of.get(missing)) / days)
