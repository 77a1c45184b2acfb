"""The dataset of key figures: what each KPI was on a day, of a company or of one of its warehouses.

A KPI is a figure already, and no sum of them means anything. So a row of a view has a value where it is about one company,
or about one warehouse; of a week or a month it is the value of its last day, which looks back over the KPI's own days.
"""

from collections.abc import Mapping

from inventory_midplatform.domain.kpi import KPIS, MONEY, PERCENT, STOCK_COST, Kpi, scale
from inventory_midplatform.ports import Context, Row, Store
from inventory_midplatform.reporting import kpis
from inventory_midplatform.reporting.datasets import Dataset, Dimension, Figure, Opens, Parameters
from inventory_midplatform.reporting.measures_of_kpis import NAMES
from inventory_midplatform.reporting.scope import Scope
from inventory_midplatform.services import kpis as records

WHOLE, PART = "v.kpi = %({name})s AND v.warehouse = ''", "v.kpi = %({name})s AND v.warehouse <> ''"
"""A company's value, and that of a warehouse."""


SPACE = "CASE WHEN %(space_company)s IN ('', MIN(v.company)) THEN %(space)s ELSE 0 END"
"""What the space of a whole company costs in the days of carrying cost."""


def _figure(kpi: str, name: str) -> Figure:
	whole, part = WHOLE.format(name=name), PART.format(name=name)
	value_of_whole, value_of_part = f"{{{name}_whole}}", f"{{{name}_part}}"
	if KPIS[kpi].unit == MONEY:
		value_of_whole, value_of_part = (
			f"{value_of_whole} * %(cost_scale)s + {SPACE}",
			f"{value_of_part} * %(cost_scale)s",
		)
	sql = (
		f"CASE COUNT(DISTINCT CASE WHEN {whole} THEN v.company END) WHEN 1 THEN {value_of_whole} WHEN 0 THEN"
		f" CASE WHEN COUNT(DISTINCT CASE WHEN {part} THEN v.warehouse END) = 1 THEN {value_of_part} END END"
	)
	return Figure(name, f"{sql} / 100.0" if KPIS[kpi].unit == PERCENT else sql)


def _latest(store: Store) -> Mapping[str, str]:
	return {
		f"{name}_{of}": store.latest(
			f"CASE WHEN {rows.format(name=name)} THEN {_stored(KPIS[kpi])} END", "v.day"
		)
		for kpi, name in NAMES.items()
		for of, rows in (("whole", WHOLE), ("part", PART))
	}


def _stored(kpi: Kpi) -> str:
	"""Return the column of a figure: of carrying cost the average stock value, which the parts in force now judge."""
	return "v.numerator" if kpi.unit == MONEY else "v.value"


def _values(ctx: Context, params: Parameters) -> Row:
	parts = records.cost_parts(ctx.settings)
	cost = KPIS[STOCK_COST]
	return {
		**{name: kpi for kpi, name in NAMES.items()},
		"cost_scale": scale(cost, cost.window, parts) if parts.is_entered else None,
		"space_company": parts.space_cost_company,
		"space": parts.space(parts.space_cost_company),
	}


def _narrowed(ctx: Context, about: Scope) -> tuple[str, Row]:
	"""A company's values are for who sees all its warehouses: they would tell of the others."""
	places = kpis.places(ctx, about, by_warehouse=True)
	condition = (
		"(v.warehouse = '' AND v.company IN %(of_companies)s"
		" OR v.company IN %(of_places)s AND v.warehouse IN %(of_warehouses)s)"
	)
	return condition, {
		"of_companies": sorted({place.company for place in places if not place.warehouse}) or ("",),
		"of_places": sorted({place.company for place in places}) or ("",),
		"of_warehouses": sorted({place.warehouse for place in places if place.warehouse}) or ("-",),
	}


KEY_FIGURES = Dataset(
	"kpis",
	"KPIs",
	"`tabInventory KPI Value` v",
	{
		"wh": "JOIN (SELECT name AS company FROM `tabCompany`) wh ON wh.company = v.company",
		"company": "JOIN `tabCompany` company ON company.name = v.company",
		"kpi": "LEFT JOIN `tabInventory KPI` kpi ON kpi.name = v.kpi",
	},
	(
		Dimension("company", "Company", "v.company", "Link", "Company", has_one_company=True),
		# empty of a whole company
		Dimension(
			"warehouse",
			"Warehouse",
			"v.warehouse",
			"Link",
			"Warehouse",
			parent="parent_warehouse",
			may_be_empty=True,
		),
		Dimension("day", "Day", "v.day", "Date"),
	),
	tuple(_figure(kpi, name) for kpi, name in NAMES.items()),
	Opens("report", "Inventory KPIs", {"company": "company", "warehouse": "warehouse"}, ("", "as_of")),
	condition="COALESCE(kpi.enabled, 1) = 1",
	params=("company", "warehouse"),
	values=_values,
	terms=_latest,
	day="day",
	narrowed=_narrowed,
	is_never_added=True,
)
