"""Key figures: how the inventory does beside its targets, and what moved them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from inventory_midplatform.api.operation import AS_WRITTEN, PageSize, Text, operation
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import kpi_reasons, kpis

Days = Annotated[int, Field(ge=1, le=kpis.MOST_POINTS), AS_WRITTEN]


class KpiPoint(TypedDict):
	day: str
	value: float


class KpiCostPart(TypedDict):
	"""A part of carrying cost: `Measured`, `Entered`, or `Assumed` from `low` to `high`; what is assumed is not in the value."""

	part: str
	origin: str
	low: float
	high: float


class KpiRow(TypedDict):
	"""A key figure of a company, or of one `warehouse`.

	`unit` is `percent`, `turns a year` or `company currency`. `value` is null where there is none; `missing` says why:
	`no_history` (it reaches back further than the history of stock), `no_parts` (enter the parts of carrying cost in the
	settings), `no_data` (nothing happened in its days), `not_written` (the nightly job has not written that day). `status` is `Green`,
	`Amber`, `Red`, or empty without a value or a target; `trend` is `Improving`, `Worsening`, `Steady` or empty.
	"""

	kpi: str
	company: str
	warehouse: str
	currency: str
	unit: str
	better: Literal["Up", "Down"]
	value: float | None
	numerator: float | None
	denominator: float | None
	baseline: float | None
	baseline_from: str | None
	baseline_to: str | None
	target: float | None
	target_kind: str
	target_given: float
	amber_margin: float
	status: str
	trend: str
	points: list[KpiPoint]
	as_of: str | None
	missing: str
	cost_parts: list[KpiCostPart]
	window_days: int
	definition: str
	source: str
	owner: str


class KpiPeriod(TypedDict):
	first: str
	last: str


class KpiRows(TypedDict):
	"""`offer` is the baseline to choose in the settings, where none was chosen: the 90 days before the ledger was switched on."""

	kpis: list[KpiRow]
	as_of: str | None
	history_begins: str | None
	baseline: KpiPeriod | None
	offer: KpiPeriod | None


class KpiRatio(TypedDict):
	numerator: float
	denominator: float


class KpiReason(TypedDict):
	"""What a `part` (an item, a warehouse or a step) added to the change, in the figure's unit. `drill` names the report or list
	in which it is seen, and its filters."""

	part: str
	item_name: str
	contribution: float
	before: KpiRatio | None
	after: KpiRatio | None
	drill: dict[str, Any]


class KpiWhy(TypedDict):
	"""The contributions of `rows`, the largest first, and `other` add up to `change`."""

	kpi: str
	unit: str
	better: str
	by: str
	first: str
	last: str
	before_first: str
	before_last: str
	before: float | None
	after: float | None
	change: float | None
	rows: list[KpiReason]
	other: float
	total_rows: int
	missing: str


def _period(days: tuple[date, date] | None) -> dict[str, date] | None:
	return {"first": days[0], "last": days[1]} if days else None


@operation()
def list_(
	ctx: Context,
	company: Text = "",
	warehouse: Text = "",
	by_warehouse: bool = False,
	kpi: Text = "",
	days: Days = kpis.POINTS,
	as_of: date | None = None,
) -> KpiRows:
	"""Return each key figure of each company, or of each warehouse: value, baseline, target, colour and trend over `days`.

	With `as_of` they are those of the last written day up to that one: target, baseline and the rates of carrying cost are
	today's.
	Companies are never added. A user who does not see all warehouses of a company gets those that they see.
	"""
	found = kpis.kpi_list(
		ctx,
		company=company,
		warehouse=warehouse,
		by_warehouse=by_warehouse,
		kpi=kpi,
		days=days,
		as_of=as_of,
	)
	result: Any = {
		"kpis": found.rows,
		"as_of": found.as_of,
		"history_begins": found.history_begins,
		"baseline": _period(found.baseline),
		"offer": _period(found.offer),
	}
	return result


@operation()
def why(
	ctx: Context,
	kpi: Text,
	company: Text = "",
	warehouse: Text = "",
	by: Literal["item", "step", "warehouse"] = "item",
	against: Literal["before", "baseline"] = "before",
	limit: PageSize = 20,
	as_of: date | None = None,
) -> KpiWhy:
	"""Return what moved a key figure of a company or a warehouse: what each item, step or warehouse added to its change since
	as many days before, or since the baseline. Its days end yesterday, or on `as_of`.
	"""
	found = kpi_reasons.why(
		ctx, kpi=kpi, company=company, warehouse=warehouse, by=by, against=against, limit=limit, as_of=as_of
	)
	result: Any = vars(found)
	return result
