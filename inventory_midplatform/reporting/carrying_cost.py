"""What holding stock costs, by company: from average values, what counts took, and the rates that were entered."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain import carrying_cost as rules
from inventory_midplatform.domain.carrying_cost import CarryingCost, Rates
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.stock_flow import StockFlow
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting.scope import Scope, companies, rows_of
from inventory_midplatform.reporting.stock_history import averages

_COUNTED = """
SELECT wh.company, SUM(s.value_out - s.value_in) AS lost
FROM `tabStock Snapshot` s
JOIN `tabItem` item ON item.name = s.item_code
JOIN `tabWarehouse` wh ON wh.name = s.warehouse
WHERE {where} AND s.snapshot_date >= %(first)s AND s.snapshot_date <= %(last)s AND s.flow = %(count)s
GROUP BY wh.company
"""


def carrying_costs(
	ctx: Context,
	about: Scope,
	first: date,
	last: date,
	rates: Rates,
	average_values: Mapping[str, Decimal] | None = None,
) -> dict[str, CarryingCost]:
	"""Return the cost of holding stock from the first to the last day, of each company in its currency; none without rates.

	``average_values`` by company are computed where they are not given. Rent is of all the space: name the company.
	"""
	if rates.is_empty:
		return {}
	lost = {
		row["company"] or "": from_store(row["lost"])
		for row in rows_of(ctx, _COUNTED, about, first=first, last=last, count=StockFlow.COUNT.value)
	}
	found = {}
	for company, average in (average_values or _average_values(ctx, about, first, last)).items():
		written_off = max(lost[company], ZERO) if company in lost else None
		cost = rules.carrying_cost(average, (last - first).days + 1, rates, written_off)
		if cost is not None:
			found[company] = cost
	return found


def _average_values(ctx: Context, about: Scope, first: date, last: date) -> dict[str, Decimal]:
	totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for (_, company), of in averages(ctx, about, first, last, companies(ctx, about)).items():
		totals[company] += of.value.average
	return dict(totals)
