"""One question over the catalogue of datasets: what is asked is checked against it, becomes SQL, and is shown with
totals and the way down from each row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.periods import (
	DAY,
	FISCAL,
	MONTH,
	NO_YEARS,
	WEEK,
	FiscalYears,
	first_day,
	parts,
)
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row, Store
from inventory_midplatform.reporting import fiscal_years
from inventory_midplatform.reporting import measures as catalogue_of_measures
from inventory_midplatform.reporting.datasets import (
	SCOPE,
	Dataset,
	Dimension,
	Figure,
	catalogue,
)
from inventory_midplatform.reporting.measure import NUMBER, QUANTITY, VALUE
from inventory_midplatform.reporting.scope import Scope, scope
from inventory_midplatform.reporting.view_conditions import Conditions, as_day, require_few

MOST_GROUPS, MOST_MEASURES, MOST_LEVELS = 4, 10, 8
ROWS, MOST_ROWS = 500, 5000
MOST_DAYS = 1100
"""Periods are listed of ranges up to three years."""
FIRST_MONDAY = date(1970, 1, 5)

UNITS = ("currency", "uom")

COLUMN_TYPES = {QUANTITY: "Float", VALUE: "Currency", NUMBER: "Int"}


@dataclass(frozen=True)
class Group:
	dimension: Dimension
	grain: str = ""
	years: FiscalYears = NO_YEARS
	"""Those that a grain of them goes by."""

	def sql(self, store: Store) -> str:
		column = self.dimension.sql
		if not self.dimension.is_date:
			return self.dimension.filled
		if self.grain == MONTH:
			return f"SUBSTR({column}, 1, 7)"
		if self.grain == DAY:
			return f"DATE({column})"
		if self.grain in FISCAL:
			return self._fiscal(column)
		days = store.days_between(f"'{FIRST_MONDAY}'", f"DATE({column})")
		return f"{days} - {days} %% 7"

	def _fiscal(self, column: str) -> str:
		"""Return the first day of the fiscal period of a day, or the day itself where it is in none."""
		whens = "".join(
			f" WHEN {column} >= '{part.first}' AND {column} < '{part.last + timedelta(days=1)}' THEN '{part.first}'"
			for part in self.years.every(self.grain)
		)
		day = f"SUBSTR({column}, 1, 10)"
		return f"CASE{whens} ELSE {day} END" if whens else day

	def value(self, stored: Any, domain: Sequence[str]) -> Any:
		"""Return what a stored key of this group is to its reader: a name, or the first day of a period."""
		if self.dimension.is_index:
			return domain[int(stored)]
		if not self.dimension.is_date or stored is None:
			return stored
		if self.grain == WEEK:
			return FIRST_MONDAY + timedelta(days=int(stored))
		day = as_day(f"{stored}-01"[:10])
		return first_day(day, self.grain, self.years) if self.grain in FISCAL else day

	def narrowing(self, value: Any) -> Row:
		"""Return the condition under which rows are of this group."""
		if not self.dimension.is_date or value is None:
			return {"field": self.dimension.name, "op": "=", "value": value if value is not None else ""}
		part = (
			self.years.part(value, self.grain)
			if self.grain in FISCAL
			else parts(value, value + timedelta(days=31), self.grain)[0]
		)
		return {
			"field": self.dimension.name,
			"op": "between",
			"value": [part.first.isoformat(), part.last.isoformat()],
		}


@dataclass(frozen=True)
class View:
	"""What is found. ``rows`` have the keys of ``columns``, ``drill``, and ``currency`` or ``uom`` where they have money or
	quantities. ``totals`` are of all rows, also those not in ``rows``.
	"""

	dataset: str
	columns: list[Row]
	rows: list[Row]
	totals: list[Row]
	truncated: bool
	as_of: Any
	opens: Row
	history_from: date | None = None

	def shown(self) -> Row:
		return dict(vars(self))


def query(
	ctx: Context,
	dataset: str,
	*,
	params: Mapping[str, str] | None = None,
	group: Sequence[Mapping[str, str]] = (),
	measures: Sequence[str] = (),
	where: Sequence[Mapping[str, Any]] = (),
	order: Sequence[Mapping[str, str]] = (),
	start: int = 0,
	limit: int = ROWS,
	totals: Sequence[Sequence[int]] = ((),),
) -> View:
	"""Return rows of a dataset by groups, with measures aggregated from its rows, and totals of each level asked for.

	``group`` is ``[{field, grain?}]``, ``where`` ``[{field, op, value}]``, ``order`` ``[{field, direction?}]``; ``totals``
	lists the positions of the groups kept, ``[]`` for all. Totals are never sums of rows. Raises InvalidInput
	(``unknown_field``, ``unknown_measure``, ``unknown_operator``, ``unknown_grain``, ``unknown_parameter``,
	``too_many``, ``invalid_date``, ``impossible_range``, ``several_companies``, ``no_fiscal_year``,
	``several_fiscal_years``), NotFound (``unknown_dataset``),
	NotPermitted (``costs_not_permitted``) and what :func:`scope` raises. One statement, one a level, and one more where
	money of several companies could be asked for.
	"""
	return _Query(ctx, dataset_named(ctx, dataset), params or {}, where).view(
		group, measures, order, start, limit, totals
	)


def dataset_named(ctx: Context, name: str) -> Dataset:
	found = catalogue(ctx).get(name)
	if found is None:
		raise NotFound("There is no dataset {dataset}.", code="unknown_dataset", dataset=str(name)[:60])
	return found


class _Query:
	def __init__(
		self, ctx: Context, dataset: Dataset, params: Mapping[str, str], where: Sequence[Mapping[str, Any]]
	):
		self.ctx, self.dataset, self.where = ctx, dataset, where
		for name in params:
			if name not in dataset.params:
				raise InvalidInput(
					"{dataset} has no parameter {parameter}.",
					code="unknown_parameter",
					dataset=dataset.name,
					parameter=str(name)[:60],
				)
		self.params = {name: str(value) for name, value in params.items() if value}
		self.scope: Scope = scope(ctx, **{name: self.params[name] for name in SCOPE if name in self.params})
		self.conditions = Conditions(ctx, dataset, self.params, where)

	@cached_property
	def history_from(self) -> date | None:
		return self.dataset.begins(self.ctx) if self.dataset.begins else None

	@cached_property
	def seen(self) -> tuple[str, Row]:
		return self.dataset.seen(self.ctx, self.scope)

	@cached_property
	def values(self) -> Row:
		return {
			"history_from": self.history_from,
			**self.seen[1],
			**self.dataset.values(self.ctx, self.params),
			**self.conditions.values,
		}

	@cached_property
	def condition(self) -> str:
		conditions = [self.dataset.condition, self.seen[0], *self.conditions.sql]
		if self.history_from:
			day = self.conditions.dimension(self.dataset.day)
			conditions.append(f"{day.sql} >= %(history_from)s")
		elif self.dataset.begins:
			conditions.append("1 = 0")
		return " AND ".join(conditions)

	def view(
		self,
		group: Sequence[Mapping[str, str]],
		measures: Sequence[str],
		order: Sequence[Mapping[str, str]],
		start: int,
		limit: int,
		totals: Sequence[Sequence[int]],
	) -> View:
		groups = self._groups(group)
		figures = self._figures(measures)
		levels = self._levels(totals, len(groups))
		if not groups and not figures:
			raise InvalidInput("{argument} is missing.", code="missing_argument", argument="measures")
		require_few("limit", limit, MOST_ROWS)
		ordered = self._order(order, groups, figures)
		self._refuse_mixed_money(groups, figures)
		found = self._rows(groups, figures, ordered, start, limit + 1)
		return View(
			dataset=self.dataset.name,
			columns=[self._group_column(g) for g in groups] + [_measure_column(f) for f in figures],
			rows=found[:limit],
			totals=[self._level(groups, figures, level) for level in levels] if figures else [],
			truncated=len(found) > limit,
			as_of=self.ctx.clock.now(),
			opens=self.dataset.opens.shown(),
			history_from=self.history_from,
		)

	# what was asked for, against the catalogue

	def _groups(self, group: Sequence[Mapping[str, str]]) -> list[Group]:
		require_few("group", len(group), MOST_GROUPS)
		found = []
		for named in group:
			dimension = self.conditions.dimension(named.get("field", ""))
			grain = named.get("grain") or (DAY if dimension.is_date else "")
			if grain and grain not in dimension.grains:
				raise InvalidInput(
					"{name} has no grain {grain}.",
					code="unknown_grain",
					name=dimension.name,
					grain=str(grain)[:60],
				)
			found.append(Group(dimension, grain, fiscal_years.of(self.ctx, self.scope, grain)))
		_once([g.dimension.name for g in found])
		return found

	def _figures(self, measures: Sequence[str]) -> list[Figure]:
		require_few("measures", len(measures), MOST_MEASURES)
		found = []
		for name in measures:
			figure = self.dataset.figure(name)
			if figure is None:
				raise InvalidInput(
					"{dataset} has no measure {measure}.",
					code="unknown_measure",
					dataset=self.dataset.name,
					measure=str(name)[:60],
				)
			if figure.measure.is_cost:
				catalogue_of_measures.require_costs(self.ctx)
			found.append(figure)
		_once([f.name for f in found])
		return found

	def _levels(self, totals: Sequence[Sequence[int]], groups: int) -> list[tuple[int, ...]]:
		require_few("totals", len(totals), MOST_LEVELS)
		levels = [tuple(level) for level in totals]
		for level in levels:
			if len(set(level)) != len(level) or not set(level) <= set(range(groups)):
				raise InvalidInput(
					"Totals name the groups kept by their positions, such as {example}; not {level}.",
					code="unknown_level",
					example="[[], [0]]",
					level=str(list(level))[:60],
				)
		return levels

	def _order(
		self, order: Sequence[Mapping[str, str]], groups: Sequence[Group], figures: Sequence[Figure]
	) -> list[str]:
		"""Return the terms of ORDER BY: what was asked for, then all groups, so that pages neither repeat nor miss rows."""
		aliases = {g.dimension.name: f"g_{i}" for i, g in enumerate(groups)}
		aliases |= {f.name: f"m_{i}" for i, f in enumerate(figures)}
		terms: dict[str, str] = {}
		for named in order:
			field, direction = named.get("field", ""), named.get("direction") or "asc"
			if field not in aliases:
				raise InvalidInput(
					"{name} is neither a group nor a measure of this query.",
					code="unknown_field",
					name=str(field)[:60],
				)
			if direction not in ("asc", "desc"):
				raise InvalidInput(
					"Rows are ordered asc or desc, not {direction}.",
					code="unknown_direction",
					direction=str(direction)[:60],
				)
			terms[aliases[field]] = direction.upper()
		for alias in (f"g_{i}" for i in range(len(groups))):
			terms.setdefault(alias, "ASC")
		by_name = {f"g_{i}": self.conditions.sorting(g.dimension, f"g_{i}") for i, g in enumerate(groups)}
		return [f"{by_name.get(alias, alias)} {direction}" for alias, direction in terms.items()]

	def _refuse_mixed_money(self, groups: Sequence[Group], figures: Sequence[Figure]) -> None:
		"""Money of several companies is not added: rows with money are of one company each, or there is only one."""
		if not any(f.is_money for f in figures) or any(g.dimension.has_one_company for g in groups):
			return
		if self.scope.company:
			return
		sql = (
			f"SELECT DISTINCT wh.company {self.dataset.source('wh.', self.condition)}"
			f" WHERE {self.condition} LIMIT 2"
		)
		if len(self._run(sql)) > 1:
			raise InvalidInput(
				"Money of several companies cannot be added. Choose a company, or group by company.",
				code="several_companies",
			)

	# SQL

	def _run(self, sql: str, **more: Any) -> list[Row]:
		return self.ctx.store.rows(self.dataset.written(self.ctx, sql), {**self.values, **more})

	def _rows(
		self,
		groups: Sequence[Group],
		figures: Sequence[Figure],
		order: Sequence[str],
		start: int,
		limit: int,
	) -> list[Row]:
		keys = [f"{g.sql(self.ctx.store)} AS g_{i}" for i, g in enumerate(groups)]
		counted = [f"{sql} AS m_{i}" for i, sql in enumerate(self._sums(groups, figures))]
		about = [f"{sql} AS {name}" for name, sql in self._units(groups, figures).items()]
		selected = ", ".join([*keys, *counted, *about])
		by = f" GROUP BY {', '.join(g.sql(self.ctx.store) for g in groups)}" if groups else ""
		sorted_by = f" ORDER BY {', '.join(order)}" if order else ""
		sql = (
			f"SELECT {selected} {self.dataset.source(selected, self.condition)} WHERE {self.condition}{by}{sorted_by}"
			" LIMIT %(rows)s OFFSET %(start)s"
		)
		found = self._run(sql, **self.conditions.order_values, rows=limit, start=start)
		return [self._row(row, groups, figures) for row in found]

	def _sums(self, groups: Sequence[Group], figures: Sequence[Figure]) -> list[str]:
		return [self._sum(figure, groups) for figure in figures]

	def _sum(self, figure: Figure, groups: Sequence[Group]) -> str:
		"""Return what a figure selects: nothing where it would add money of companies, or quantities of different units."""
		sql = f"({figure.sql}) / NULLIF({figure.by}, 0)" if figure.by else figure.sql
		one_company = "" if self._has_one_company(groups) else "MIN(wh.company) = MAX(wh.company)"
		if figure.is_counted_in_units and not self._has_one_unit(groups):
			of_units = ""
			if figure.by_value[0] and reads_costs(self.ctx.identity.roles):
				part, whole = figure.by_value
				of_units = f" WHEN {one_company or '1 = 1'} THEN {part} / NULLIF({whole}, 0)"
			return f"CASE WHEN MIN(item.stock_uom) = MAX(item.stock_uom) THEN {sql}{of_units} END"
		if figure.is_money and one_company:
			return f"CASE WHEN {one_company} THEN {sql} END"
		return sql

	def _has_one_company(self, groups: Sequence[Group]) -> bool:
		return bool(self.scope.company) or any(g.dimension.has_one_company for g in groups)

	def _has_one_unit(self, groups: Sequence[Group]) -> bool:
		return bool(self.scope.item_code) or any(g.dimension.has_one_unit for g in groups)

	def _units(self, groups: Sequence[Group], figures: Sequence[Figure]) -> dict[str, str]:
		found = {}
		if any(f.is_money for f in figures):
			found["currency"] = _the_only("company.default_currency")
		if any(f.measure.unit == QUANTITY for f in figures):
			found["uom"] = _the_only("item.stock_uom")
		return found

	def _level(self, groups: Sequence[Group], figures: Sequence[Figure], level: Sequence[int]) -> Row:
		kept = [groups[i] for i in level]
		order = self._order([], kept, figures)
		found = self._rows(kept, figures, order, 0, MOST_ROWS + 1)
		return {"level": list(level), "rows": found[:MOST_ROWS], "truncated": len(found) > MOST_ROWS}

	def _row(self, row: Row, groups: Sequence[Group], figures: Sequence[Figure]) -> Row:
		found: Row = {}
		for i, g in enumerate(groups):
			found[g.dimension.name] = g.value(row[f"g_{i}"], self.conditions.domain(g.dimension))
		drill = [dict(condition) for condition in self.where]
		narrowing = (g.narrowing(found[g.dimension.name]) for g in groups)
		drill += [condition for condition in narrowing if condition not in drill]
		for i, figure in enumerate(figures):
			found[figure.name] = _number(row[f"m_{i}"], figure)
		units: Row = {name: row[name] for name in UNITS if name in row}
		return {**found, **units, "drill": drill}

	def _group_column(self, group: Group) -> Row:
		dimension = group.dimension
		column: Row = {
			"key": dimension.name,
			"label": dimension.label,
			"kind": "group",
			"type": "Date" if dimension.is_date else dimension.type,
		}
		if dimension.options:
			column["options"] = dimension.options
		if group.grain:
			column["grain"] = group.grain
		if group.grain in FISCAL:
			column["labels"] = {part.first.isoformat(): part.label for part in group.years.every(group.grain)}
		if dimension.domain:
			column["domain"] = list(self.conditions.domain(dimension))
		elif periods := self._periods(group):
			column["domain"] = periods
		return column

	def _periods(self, group: Group) -> list[date]:
		"""Return the first day of each period in the range asked for, also of those without rows; none without a range."""
		if group.dimension.name not in self.conditions.ranges:
			return []
		first, last = self.conditions.ranges[group.dimension.name]
		first = max(first, self.history_from or first)
		last = min(last, self.ctx.clock.now().date())
		if (last - first).days > MOST_DAYS:
			return []
		of_range = parts(first, last, group.grain, group.years)
		return [first_day(part.first, group.grain, group.years) for part in of_range]


def _measure_column(figure: Figure) -> Row:
	measure = figure.measure
	return {
		"key": figure.name,
		"label": measure.label,
		"kind": "measure",
		"type": COLUMN_TYPES.get(measure.unit, "Float"),
		"unit": measure.unit,
	}


def _number(stored: Any, figure: Figure) -> Decimal | float | int | None:
	if stored is None:
		return None
	if figure.measure.unit == NUMBER and not figure.by:
		return int(stored)
	return float(stored) if figure.by else from_store(stored)


def _the_only(column: str) -> str:
	return f"CASE WHEN MIN({column}) = MAX({column}) THEN MIN({column}) END"


def _once(names: Sequence[str]) -> None:
	for name in names:
		if names.count(name) > 1:
			raise InvalidInput("{name} is named twice.", code="named_twice", name=name)
