"""Measures of key figures: what each KPI was on a day."""

from collections.abc import Mapping

from inventory_midplatform.domain import kpi as kpis
from inventory_midplatform.domain.kpi import KPIS, Kpi
from inventory_midplatform.reporting.measure import SHARE, TURNS, VALUE, Measure

NAMES: Mapping[str, str] = {
	kpis.TURNOVER: "kpi_turnover",
	kpis.COUNT_ACCURACY: "kpi_count_accuracy",
	kpis.STOCK_OUT_RATE: "kpi_stock_out_rate",
	kpis.STOCK_OUT_LINES: "kpi_stock_out_lines",
	kpis.ON_TIME: "kpi_on_time",
	kpis.STOCK_COST: "kpi_carrying_cost",
}
"""KPI → its measure."""

_UNITS = {kpis.PERCENT: SHARE, kpis.TURNS: TURNS, kpis.MONEY: VALUE}


def _measure(name: str, kpi: Kpi) -> Measure:
	return Measure(name, kpi.name, _UNITS[kpi.unit], kpi.formula, "Inventory KPI Value", is_cost=kpi.is_cost)


OF_KPIS = tuple(_measure(name, KPIS[kpi]) for kpi, name in NAMES.items())
