"""The report Service Level: all figures of service by group, and the documents behind each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.service_level import Line, Share
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import service_level as service
from inventory_midplatform.reporting.count_accuracy import counted
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.scope import ROW_LIMIT, Scope, one_of, period, scope
from inventory_midplatform.reporting.service_groups import COMPANY, GROUPS

PROMISES, STOCK_OUTS, PICKS, COUNTS, RECEIPTS = "promises", "stock_outs", "picks", "counts", "receipts"
DOCUMENTS = (PROMISES, STOCK_OUTS, PICKS, COUNTS, RECEIPTS)

MET, LATE, PARTLY, OPEN = "On Time and in Full", "Late", "Not All of It", "Nothing Delivered"
"""What became of a promise; the last three were not met."""

RIGHT, WRONG = "Right", "Short or Put Back"
"""What became of a pick."""


@dataclass(frozen=True)
class ServiceLevels:
	"""A row is a group in one company; ``companies`` has one row for each. Shares are from 0 to 1, days are numbers."""

	first: date
	last: date
	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	companies: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class ServiceDocuments:
	"""The rows of documents that a figure is made of, the latest first."""

	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0


def service_levels(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	from_date: date | None = None,
	to_date: date | None = None,
	by: str = COMPANY,
	limit: int = ROW_LIMIT,
) -> ServiceLevels:
	"""Return how well stock served in a period, the last ninety days if none is named. Changes nothing.

	A dozen statements, however many rows there are, and two for each 200 counted. Raises InvalidInput (``wrong_period``,
	``invalid_argument``) and what :func:`scope` raises.
	"""
	one_of("by", by, GROUPS)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	first, last = period(ctx, from_date, to_date)
	groups, companies = service.service(ctx, about, first, last, by, COMPANY)
	rows = [_row(key, groups[key]) for key in sorted(groups, key=lambda k: (k[0], k[1] or ""))]
	return ServiceLevels(
		first=first,
		last=last,
		rows=without_costs(ctx, rows[:limit]),
		total_rows=len(rows),
		companies=without_costs(ctx, [_row(key, companies[key]) for key in sorted(companies)]),
	)


def service_documents(
	ctx: Context,
	show: str,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	customer: str = "",
	supplier: str = "",
	from_date: date | None = None,
	to_date: date | None = None,
	limit: int = ROW_LIMIT,
) -> ServiceDocuments:
	"""Return the rows of documents behind a figure (:data:`DOCUMENTS`) in a period. Raises what :func:`service_levels` raises."""
	one_of("show", show, DOCUMENTS)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	first, last = period(ctx, from_date, to_date)
	rows = _READERS[show](ctx, about, first, last)
	for name, only in (("customer", customer), ("supplier", supplier)):
		rows = [row for row in rows if not only or row.get(name) == only]
	rows.sort(key=lambda row: (row["day"], row["document"]), reverse=True)
	return ServiceDocuments(without_costs(ctx, rows[:limit]), len(rows))


def _row(key: tuple[str, str], of: service.Service) -> Row:
	on_time, short, counts, supply = of.on_time, of.stock_outs, of.counts, of.supply
	return {
		"company": key[0],
		"group": key[1],
		**_share("otif_orders", on_time.orders if on_time else None),
		**_share("otif_lines", on_time.lines if on_time else None),
		**_share("otif_qty", on_time.qty if on_time else None),
		**_share("stock_out_lines", short.lines if short else None),
		**_share("fill_rate", short.fill if short else None),
		**_share("pick_accuracy", of.picks),
		**_share("count_accuracy_lines", counts.lines if counts else None),
		**_share("count_accuracy_tolerance", counts.tolerance if counts else None),
		**_share("count_accuracy_qty", counts.qty if counts else None),
		**_share("count_accuracy_value", counts.value if counts else None, is_cost=True),
		**_share("count_accuracy_bins", counts.bins if counts else None),
		"lead_time_first": supply.first if supply else None,
		"lead_time_complete": supply.complete if supply else None,
		"lead_time_weighted": supply.weighted if supply else None,
		"lead_time_spread": supply.spread if supply else None,
		"received_lines": supply.lines if supply else 0,
		"recorded_later": supply.recorded_later if supply else 0,
	}


def _share(name: str, share: Share | None, is_cost: bool = False) -> Row:
	"""Return a share; its two parts too, but where they are costs."""
	parts = (
		{}
		if is_cost
		else {f"{name}_part": share.part if share else None, f"{name}_of": share.of if share else None}
	)
	return {name: share.value if share else None, **parts}


def _promises(ctx: Context, about: Scope, first: date, last: date) -> list[Row]:
	today = ctx.clock.now().date()
	return [
		{
			**row,
			"doctype": "Sales Order",
			"qty": row["line"].qty,
			"on_time": row["line"].on_time,
			"delivered": (delivered := sum((qty for _, qty in row["line"].moved), ZERO)),
			"last_day": max((day for day, _ in row["line"].moved), default=None),
			"outcome": _outcome(row["line"], delivered),
		}
		for row in service.promises(ctx, about, first, last)
		if first <= row["day"] <= last and row["day"] < today
	]


def _outcome(line: Line, delivered: Decimal) -> str:
	if line.is_met:
		return MET
	return LATE if delivered >= line.qty else PARTLY if delivered else OPEN


def _stock_outs(ctx: Context, about: Scope, first: date, last: date) -> list[Row]:
	return [
		{
			**row,
			"doctype": "Sales Order",
			"qty": from_store(row["qty"]),
			"missing": from_store(row["waiting"]),
		}
		for row in service.demands(ctx, about, first, last)
	]


def _counts(ctx: Context, about: Scope, first: date, last: date) -> list[Row]:
	return [
		{
			**{name: value for name, value in row.items() if name != "rate"},
			"doctype": "Stock Reconciliation",
			"difference": row["found"] - row["book"],
			"difference_value": (row["found"] - row["book"]) * row["rate"],
		}
		for row in counted(ctx, about, first, last)
	]


def _receipts(ctx: Context, about: Scope, first: date, last: date) -> list[Row]:
	return [
		{
			**row,
			"doctype": "Purchase Order",
			"qty": from_store(row["ordered_qty"]),
			"received": sum((qty for _, qty in row["moved"]), ZERO),
			**{
				f"lead_time_{name}": None if row["times"] is None else _number(getattr(row["times"], name))
				for name in ("first", "complete", "weighted")
			},
		}
		for row in service.receipts(ctx, about, first, last)
	]


def _number(value: Any) -> float | None:
	return None if value is None else float(value)


_READERS: dict[str, Callable[[Context, Scope, date, date], list[Row]]] = {
	PROMISES: _promises,
	STOCK_OUTS: _stock_outs,
	PICKS: service.picks,
	COUNTS: _counts,
	RECEIPTS: _receipts,
}
