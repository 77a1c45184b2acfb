"""Key figures as people see them: now, baseline, target, colour, and where they go."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain import kpi as rules
from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.kpi import KPIS, Kpi
from inventory_midplatform.domain.periods import check_days
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.carrying_cost import carrying_costs
from inventory_midplatform.reporting.measures import require_costs
from inventory_midplatform.reporting.scope import Scope, scope
from inventory_midplatform.reporting.stock_ageing import as_day
from inventory_midplatform.services import kpis as records
from inventory_midplatform.services.ledger import snapshots

POINTS, MOST_POINTS = 90, 366
"""How many days of a trend are shown."""

NO_HISTORY, NO_PARTS, NO_DATA, NOT_WRITTEN = "no_history", "no_parts", "no_data", "not_written"
"""Why a figure has no value: its history is too short; nobody entered the parts of carrying cost; nothing happened in its
period; the nightly job has not written it."""

_PLACES = """
SELECT wh.name, wh.company, company.default_currency AS currency
FROM `tabWarehouse` wh LEFT JOIN `tabCompany` company ON company.name = wh.company
WHERE wh.is_group = 0 AND COALESCE(wh.company, '') <> '' ORDER BY wh.company, wh.name
"""

_VALUES = """
SELECT kpi, company, warehouse, day, value, numerator, denominator FROM `tabInventory KPI Value`
WHERE day BETWEEN %(first)s AND %(last)s AND company IN %(companies)s AND warehouse IN %(warehouses)s ORDER BY day
"""

_BASELINES = """
SELECT kpi, company, warehouse, first_day, last_day, value, numerator FROM `tabInventory KPI Baseline`
WHERE company IN %(companies)s AND warehouse IN %(warehouses)s
"""

_RECORDS = "SELECT name, enabled, kpi_owner, target_kind, target, amber_margin FROM `tabInventory KPI`"

_LAST_DAY = "SELECT MAX(day) AS day FROM `tabInventory KPI Value` WHERE day <= %(last)s"


@dataclass(frozen=True)
class Place:
	"""A company, or with ``warehouse`` one of its warehouses."""

	company: str
	warehouse: str
	currency: str

	@property
	def key(self) -> tuple[str, str]:
		return (self.company, self.warehouse)


@dataclass(frozen=True)
class KpiList:
	"""A row is a key figure of a company or of a warehouse, in the order of the blueprint."""

	rows: list[Row] = field(default_factory=list)
	as_of: date | None = None
	"""The last day that is written, up to the day that was asked for."""
	history_begins: date | None = None
	baseline: tuple[date, date] | None = None
	offer: tuple[date, date] | None = None
	"""The baseline to choose, where none was chosen yet."""
	pays_for_space: bool = False
	"""Whether the cost of space is entered, which is that of a whole company."""


def kpi_list(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	by_warehouse: bool = False,
	kpi: str = "",
	days: int = POINTS,
	as_of: date | None = None,
) -> KpiList:
	"""Return each key figure of each company, as of the last day or of an earlier one; of each warehouse with
	``by_warehouse``, where one is named, and where the user does not see all of a company. Six statements, and one for the
	carrying cost of each company, or of the warehouse named.

	Who may not see costs gets no carrying cost, and of turnover the figure alone. Raises NotFound (``unknown_kpi``),
	InvalidInput (``invalid_argument``, ``invalid_date``) and what :func:`scope` raises.
	"""
	if not 1 <= days <= MOST_POINTS:
		raise InvalidInput(
			"Ask for the trend of 1 to {days} days.",
			code="invalid_argument",
			argument="days",
			days=MOST_POINTS,
		)
	wanted = [known_kpi(ctx, kpi)] if kpi else list(KPIS.values())
	of_places = places(ctx, scope(ctx, company=company, warehouse=warehouse), by_warehouse)
	last = last_day(ctx, as_of)
	about = {
		"first": last - timedelta(days=days - 1),
		"last": last,
		"companies": sorted({place.company for place in of_places}) or ("",),
		"warehouses": sorted({place.warehouse for place in of_places}) or ("-",),
	}
	values: dict[tuple[str, tuple[str, str]], list[Row]] = defaultdict(list)
	for row in ctx.store.rows(_VALUES, about):
		values[row["kpi"], (row["company"], row["warehouse"])].append(row)
	baselines = {
		(row["kpi"], (row["company"], row["warehouse"])): row for row in ctx.store.rows(_BASELINES, about)
	}
	known = {row["name"]: row for row in ctx.store.rows(_RECORDS)}
	written = ctx.store.rows(_LAST_DAY, about)[0]["day"]
	rows = _Rows(ctx, as_day(written) if written else None, warehouse)
	return KpiList(
		rows=[
			rows.row(of, place, values[of.name, place.key], baselines.get((of.name, place.key)), known)
			for place in of_places
			if place.warehouse in ("", warehouse) or any(values.get((of.name, place.key)) for of in wanted)
			for of in wanted
			if int(known.get(of.name, {"enabled": 1})["enabled"]) and (not of.is_cost or rows.sees_costs)
		],
		as_of=rows.as_of,
		history_begins=rows.history_begins,
		baseline=(baseline := records.baseline(ctx.settings)),
		offer=None if baseline else records.offer(ctx),
		pays_for_space=bool(rows.parts.space_cost_per_month),
	)


class _Rows:
	def __init__(self, ctx: Context, as_of: date | None, warehouse: str):
		self.ctx, self.as_of, self.warehouse = ctx, as_of, warehouse
		self.sees_costs = reads_costs(ctx.identity.roles)
		self.history_begins = snapshots.history_begins(ctx)
		self.parts = records.cost_parts(ctx.settings)

	def row(
		self, kpi: Kpi, place: Place, values: Sequence[Row], baseline: Row | None, known: Mapping[str, Row]
	) -> Row:
		record = known.get(kpi.name, {})
		target_kind = record.get("target_kind") or kpi.target_kind
		target_given = from_store(record["target"]) if record else kpi.target
		margin = from_store(record["amber_margin"]) if record else kpi.margin
		known_values = [(as_day(row["day"]), self._value(kpi, row)) for row in values]
		points = [(day, of_day) for day, of_day in known_values if of_day is not None]
		now = values[-1] if points and points[-1][0] == self.as_of else None
		value = points[-1][1] if now else None
		base = self._value(kpi, baseline) if baseline else None
		target = rules.target_value(target_kind, target_given, base)
		shows_parts = now is not None and (self.sees_costs or not kpi.parts_are_costs)
		return {
			"kpi": kpi.name,
			"company": place.company,
			"warehouse": place.warehouse,
			"currency": place.currency,
			"unit": kpi.unit,
			"better": kpi.better,
			"value": value,
			"numerator": from_store(now["numerator"]) if now and shows_parts else None,
			"denominator": from_store(now["denominator"]) if now and shows_parts else None,
			"baseline": base,
			"baseline_from": as_day(baseline["first_day"]) if baseline else None,
			"baseline_to": as_day(baseline["last_day"]) if baseline else None,
			"target": target,
			"target_kind": target_kind,
			"target_given": target_given,
			"amber_margin": margin,
			"status": rules.status(kpi.better, value, target, margin),
			"trend": rules.trend(kpi.better, points) if now else "",
			"points": [{"day": day, "value": of_day} for day, of_day in points],
			"as_of": self.as_of,
			"missing": "" if now else self._missing(kpi),
			"cost_parts": self._cost_parts(kpi, place, now) if now else [],
			"window_days": kpi.window,
			"definition": kpi.formula,
			"source": kpi.source,
			"owner": record.get("kpi_owner") or "",
		}

	def _value(self, kpi: Kpi, row: Row) -> Decimal | None:
		"""Return the value of a record; of carrying cost by the parts in force now, whatever they were then."""
		if kpi.unit != rules.MONEY:
			return from_store(row["value"])
		ratio = rules.Ratio(from_store(row["numerator"]))
		return rules.value_of(kpi, ratio, kpi.window, self.parts, row["company"], row["warehouse"])

	def _cost_parts(self, kpi: Kpi, place: Place, row: Row) -> list[Row]:
		"""Return what carrying cost of a company, or of the warehouse named, is made of: what counts took (measured), what was
		entered, and in what range that is usual which nobody entered (assumed, and not in the value). A warehouse's part of the
		space that its company pays is not known: its space is assumed.
		"""
		if kpi.unit != rules.MONEY or place.warehouse not in ("", self.warehouse) or not self.as_of:
			return []
		first = self.as_of - timedelta(days=kpi.window - 1)
		average = {place.company: from_store(row["numerator"])}
		rates = records.cost_rates(self.ctx.settings, place.company)
		about = Scope(company=place.company)
		if place.warehouse:
			rates = replace(rates, space_per_month=None)
			about = replace(about, warehouses=(place.warehouse,))
		found = carrying_costs(self.ctx, about, first, self.as_of, rates, average).get(place.company)
		return [
			{"part": part.name, "origin": part.origin.value, "low": part.low, "high": part.high}
			for part in (found.parts if found else ())
		]

	def _missing(self, kpi: Kpi) -> str:
		if kpi.unit == rules.MONEY and not self.parts.is_entered:
			return NO_PARTS
		if self.as_of is None:
			return NOT_WRITTEN
		first = self.as_of - timedelta(days=kpi.window - 1)
		if kpi.needs_history and (self.history_begins is None or self.history_begins > first):
			return NO_HISTORY
		return NO_DATA


def last_day(ctx: Context, as_of: date | None) -> date:
	"""Return the last day that a figure looks back from: yesterday, or an earlier day that was asked for. Raises InvalidInput
	(``invalid_date``).
	"""
	check_days(as_of)
	yesterday = ctx.clock.now().date() - timedelta(days=1)
	return min(as_of or yesterday, yesterday)


def known_kpi(ctx: Context, name: str) -> Kpi:
	"""Return a key figure that the user may see. Raises NotFound (``unknown_kpi``) or NotPermitted (``costs_not_permitted``)."""
	if name not in KPIS:
		raise NotFound("There is no KPI {kpi}.", code="unknown_kpi", kpi=name)
	if KPIS[name].is_cost:
		require_costs(ctx)
	return KPIS[name]


def places(ctx: Context, about: Scope, by_warehouse: bool) -> list[Place]:
	"""Return the companies of a scope, or its warehouses: where that is asked for, where it names some, and of a company of which
	the user does not see all warehouses, whose total would tell of the others.
	"""
	of_company: dict[str, list[Row]] = defaultdict(list)
	for row in ctx.store.rows(_PLACES):
		of_company[row["company"]].append(row)
	found = []
	for company, rows in of_company.items():
		if about.company not in ("", company):
			continue
		seen = [row for row in rows if about.warehouses is None or row["name"] in about.warehouses]
		if len(seen) == len(rows) and not by_warehouse:
			found.append(Place(company, "", rows[0]["currency"] or ""))
		else:
			if len(seen) == len(rows):
				found.append(Place(company, "", rows[0]["currency"] or ""))
			found += [Place(company, row["name"], row["currency"] or "") for row in seen]
	return found
