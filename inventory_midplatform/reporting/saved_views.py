"""A saved view: what a chart asks of :mod:`view_query`, in the few words that a person chooses in a form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.periods import DAY
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import view_query
from inventory_midplatform.reporting.datasets import Dataset
from inventory_midplatform.reporting.first_screen import company_of
from inventory_midplatform.reporting.measure import SHARE, VALUE
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.seen_views import SeenView, Series, first_day
from inventory_midplatform.reporting.view_query import View, dataset_named
from inventory_midplatform.reporting.views_of_reports import of_report

NARROWING = ("company", "warehouse", "item_group")
MOST_GROUPS, MOST_SERIES, MOST_CELLS = 30, 5, 2000
TODAY = "today"
"""A day in ``where`` that is the day on which the view is looked at."""


def seen(ctx: Context, chosen: Mapping[str, Any], usual: str = "") -> SeenView:
	"""Return what a saved view shows to the user who looks: rows of ``dataset`` by ``group``.

	``measures`` are names; ``split`` makes a series of each value of a second field; ``period`` is one of :data:`PERIODS`;
	``where`` are more conditions. Money is of one company, the usual one where none is chosen. Raises what
	:func:`view_query.query` raises.
	"""
	return of_report(ctx, chosen, usual) or _Saved(ctx, chosen, usual).seen()


class _Saved:
	def __init__(self, ctx: Context, chosen: Mapping[str, Any], usual: str):
		self.ctx, self.chosen = ctx, chosen
		self.dataset: Dataset = dataset_named(ctx, self._text("dataset"))
		self.group, self.split = self._text("group"), self._text("split")
		self.measures = _names(chosen.get("measures"))
		self.today = ctx.clock.now().date()
		self.is_money = any(name in MEASURES and MEASURES[name].unit == VALUE for name in self.measures)
		of, self.currency = self._text("company"), ""
		if self.is_money or self.dataset.is_never_added:
			of, currency = company_of(ctx, of, usual)
			self.currency = currency if self.is_money else ""
		self.company = of
		dimension = self.dataset.dimension(self.group)
		self.is_history = bool(dimension and dimension.is_date)
		self._is_ordered = self.is_history or bool(dimension and dimension.domain)
		self.grain = (self._text("grain") or DAY) if self.is_history else ""

	def _text(self, name: str) -> str:
		return str(self.chosen.get(name) or "")

	def seen(self) -> SeenView:
		view = view_query.query(
			self.ctx,
			self.dataset.name,
			params=self._params(),
			group=self._groups(),
			measures=self.measures,
			where=self._where(),
			order=self._order(),
			limit=MOST_CELLS if self.split or self.is_history else self._limit(),
			totals=(),
		)
		if self.dataset.is_never_added:
			view = self._known(view)
		keys = self._keys(view)
		by_key: dict[Any, list[Row]] = {}
		for row in view.rows:
			by_key.setdefault(row[self.group], []).append(row)
		return SeenView(
			keys=keys,
			series=self._series(view, keys, by_key),
			opens=view.opens,
			drills=[self._drill(by_key.get(key, [])) for key in keys],
			company=self.company,
			currency=self.currency,
			is_share={MEASURES[name].unit for name in self.measures} == {SHARE},
			group=self.group,
			grain=self.grain,
			split=self.split,
			types={column["key"]: column["type"] for column in view.columns},
			labels=view.columns[0].get("labels", {}),
		)

	def _known(self, view: View) -> View:
		"""Leave out the rows without any value, and where warehouses are apart that of their company."""
		by_warehouse = "warehouse" in (self.group, self.split)
		rows = [
			row
			for row in view.rows
			if any(row[name] is not None for name in self.measures)
			and (row["warehouse"] if by_warehouse else True)
		]
		if not rows and len(self.ctx.identity.warehouses or ()) > 1 and not self._text("warehouse"):
			raise InvalidInput("Choose a warehouse: KPIs of several are not added.", code="choose_warehouse")
		return replace(view, rows=rows)

	def _params(self) -> dict[str, str]:
		values = {name: self._text(name) for name in NARROWING} | {"company": self.company}
		return {name: value for name, value in values.items() if value and name in self.dataset.params}

	def _groups(self) -> list[dict[str, str]]:
		groups = [{"field": self.group, **({"grain": self.grain} if self.grain else {})}]
		return groups + ([{"field": self.split}] if self.split else [])

	def _limit(self) -> int:
		try:
			return min(max(int(self.chosen.get("limit") or 10), 1), MOST_GROUPS)
		except ValueError as error:
			raise InvalidInput(
				"{value} is not a number.", code="invalid_argument", value=self._text("limit")[:40]
			) from error

	def _order(self) -> list[dict[str, str]]:
		"""By time, in the order of a domain, else the most first."""
		if self._is_ordered or self.split or not self.measures:
			return []
		return [{"field": self.measures[0], "direction": "desc"}]

	def _where(self) -> list[Row]:
		given = self.chosen.get("where") or []
		conditions = json.loads(given) if isinstance(given, str) else given
		where = [
			{**one, "value": self.today.isoformat() if one.get("value") == TODAY else one.get("value")}
			for one in conditions
		]
		if self._text("period"):
			first = first_day(self._text("period"), self.today).isoformat()
			where.append({"field": self._day(), "op": "between", "value": [first, self.today.isoformat()]})
		return where

	def _day(self) -> str:
		return self.group if self.is_history else self.dataset.day or "day"

	def _keys(self, view: View) -> list[Any]:
		"""Those of the rows; of a history all periods that are known, also the quiet ones. None where nothing happened, nor at
		the end of those with the most first."""
		if not view.rows:
			return []
		is_narrowed = any(one.get("field") == self.group for one in self._where())
		if (
			view.columns[0].get("domain")
			and not self.dataset.is_never_added
			and (self.is_history or not is_narrowed)
		):
			return list(view.columns[0]["domain"])
		rows = [row for row in view.rows if self._is_ordered or any(row[name] for name in self.measures)]
		return list(dict.fromkeys(row[self.group] for row in rows))

	def _series(self, view: View, keys: Sequence[Any], by_key: Mapping[Any, Sequence[Row]]) -> list[Series]:
		quiet = 0 if self._is_ordered else None
		if not self.split:
			return [
				Series(name, [_value(by_key.get(key, ()), name, quiet) for key in keys])
				for name in self.measures
			]
		measure = self.measures[0]
		sums: dict[Any, Any] = {}
		for row in view.rows:
			sums[row[self.split]] = sums.get(row[self.split], 0) + (row[measure] or 0)
		most = sorted(sums, key=lambda value: -sums[value])[:MOST_SERIES]
		shown = [value for value in sums if value in most]
		return [
			Series(
				str(value),
				[
					_value([r for r in by_key.get(key, ()) if r[self.split] == value], measure, quiet or 0)
					for key in keys
				],
			)
			for value in shown
		]

	def _drill(self, rows: Sequence[Row]) -> list[Row]:
		return [one for one in rows[0]["drill"] if one["field"] != self.split] if rows else []


def _value(rows: Sequence[Row], measure: str, quiet: Any) -> Any:
	return rows[0][measure] if rows else quiet


def _names(value: Any) -> list[str]:
	"""Return names from a list, or from a text with commas."""
	parts = value.split(",") if isinstance(value, str) else value or []
	return [str(part).strip() for part in parts if str(part).strip()]
