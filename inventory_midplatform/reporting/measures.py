"""The catalogue of measures: what each figure of a report is called, how it is made, and who may see it."""

from collections.abc import Iterable, Mapping
from typing import Any

from inventory_midplatform.domain.errors import NotPermitted
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.measure import Measure
from inventory_midplatform.reporting.measures_of_history import OF_HISTORY
from inventory_midplatform.reporting.measures_of_kpis import OF_KPIS
from inventory_midplatform.reporting.measures_of_stock import OF_STOCK
from inventory_midplatform.reporting.measures_of_work import OF_WORK

MEASURES: Mapping[str, Measure] = {
	measure.name: measure for measure in (*OF_STOCK, *OF_HISTORY, *OF_WORK, *OF_KPIS)
}


def of(ctx: Context, names: Iterable[str]) -> list[Measure]:
	"""Return the measures of these names that the user may see."""
	sees_costs = reads_costs(ctx.identity.roles)
	return [MEASURES[name] for name in names if sees_costs or not MEASURES[name].is_cost]


def without_costs(ctx: Context, rows: Iterable[Row]) -> list[Row]:
	"""Return rows without the figures that the user may not see."""
	if reads_costs(ctx.identity.roles):
		return list(rows)
	return [{name: value for name, value in row.items() if not _is_cost(name)} for row in rows]


def require_costs(ctx: Context) -> None:
	"""Raise NotPermitted (``costs_not_permitted``) for a user who may not see costs."""
	if not reads_costs(ctx.identity.roles):
		raise NotPermitted("You have no permission to see costs.", code="costs_not_permitted")


def _is_cost(name: Any) -> bool:
	return name in MEASURES and MEASURES[name].is_cost
