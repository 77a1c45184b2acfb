"""The fiscal years that a report or view goes by: those of its company, as ERPNext has them."""

from collections import defaultdict

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.periods import FISCAL, NO_YEARS, FiscalYears, Part, fiscal_years
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting.scope import Scope
from inventory_midplatform.reporting.stock_ageing import as_day

_COMPANIES = (
	"SELECT DISTINCT wh.company FROM `tabWarehouse` wh WHERE {where} AND wh.company <> '' ORDER BY wh.company"
)

_YEARS = """
SELECT year.name, year.year_start_date, year.year_end_date, named.company
FROM `tabFiscal Year` year
LEFT JOIN `tabFiscal Year Company` named ON named.parent = year.name AND named.parenttype = 'Fiscal Year'
WHERE COALESCE(year.disabled, 0) = 0 ORDER BY year.year_start_date, year.name
"""
"""A year that names no company is that of all."""


def of(ctx: Context, about: Scope, grain: str) -> FiscalYears:
	"""Return the fiscal years of the companies that a scope leaves, where ``grain`` asks for them. Two statements.

	Raises InvalidInput (``several_fiscal_years``) where those companies go by different years.
	"""
	if grain not in FISCAL:
		return NO_YEARS
	companies = [about.company] if about.company else _companies(ctx, about)
	years: dict[str, list[Part]] = defaultdict(list)
	for row in ctx.store.rows(_YEARS):
		year = Part(row["name"], as_day(row["year_start_date"]), as_day(row["year_end_date"]))
		years[row["company"] or ""].append(year)
	found = [fiscal_years(company, [*years[""], *years[company]]) for company in companies]
	if len({of_company.years for of_company in found}) > 1:
		raise InvalidInput(
			"These companies have different fiscal years. Choose a company.", code="several_fiscal_years"
		)
	return found[0] if found else NO_YEARS


def _companies(ctx: Context, about: Scope) -> list[str]:
	places = Scope(warehouses=about.warehouses)
	rows = ctx.store.rows(_COMPANIES.replace("{where}", places.where), places.params)
	return [row["company"] for row in rows]
