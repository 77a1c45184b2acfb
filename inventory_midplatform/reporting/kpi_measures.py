"""How each key figure is measured: its parts over a period, from stock history, counts and orders."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain import kpi as kpis
from inventory_midplatform.domain.kpi import Kpi, Measured, Part, Ratio, additive
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import count_accuracy, service_level, stock_history
from inventory_midplatform.reporting.scope import Scope
from inventory_midplatform.reporting.stock_history import Averages
from inventory_midplatform.services.ledger import snapshots

ONE, ZERO = Decimal(1), Decimal(0)

NOT_DELIVERED, IN_PART, LATE, MET = (
	"Not Delivered",
	"Delivered in Part",
	"Delivered Late",
	"Delivered as Promised",
)
SHORTAGE, SURPLUS, EXACT = "Shortage", "Surplus", "Exact"
SOLD, STOCK = "Used", "Average Stock"
SHORT, SERVED = "Short", "Served"

STEPS = (NOT_DELIVERED, IN_PART, LATE, MET, SHORTAGE, SURPLUS, EXACT, SOLD, STOCK, SHORT, SERVED)
"""How a part came about, as people read it."""


class Measuring:
	"""Measures key figures of what a scope leaves; what several figures of one period are made of is read once."""

	def __init__(self, about: Scope = Scope()):  # noqa: B008 - nobody changes it
		self.about = about
		self._averages: tuple[tuple[date, date] | None, list[tuple[str, str, str, Averages]]] = (None, [])

	def __call__(self, ctx: Context, kpi: Kpi, first: date, last: date) -> Measured | None:
		"""Return a figure from the first to the last day; None where the history does not reach back so far."""
		if kpi.needs_history:
			begins = snapshots.history_begins(ctx)
			if begins is None or begins > first:
				return None
		return MEASURED[kpi.name](self, ctx, first, last)

	def averages(self, ctx: Context, first: date, last: date) -> list[tuple[str, str, str, Averages]]:
		"""Return (company, warehouse, item, averages) of every item in every warehouse."""
		if self._averages[0] != (first, last):
			companies = {
				row["name"]: row["company"] or ""
				for row in ctx.store.rows("SELECT name, company FROM `tabWarehouse`")
			}
			found = stock_history.averages(ctx, self.about, first, last)
			rows = [
				(companies.get(place, ""), place, item_code, of) for (item_code, place), of in found.items()
			]
			self._averages = ((first, last), rows)
		return self._averages[1]


def _turnover(self: Measuring, ctx: Context, first: date, last: date) -> Measured:
	return additive(
		[
			Part(company, place, item_code, ratio, step)
			for company, place, item_code, of in self.averages(ctx, first, last)
			for step, ratio in (
				(SOLD, Ratio(of.net_cost, ZERO)),
				(STOCK, Ratio(ZERO, of.value.average)),
			)
		]
	)


def _stock_out_rate(self: Measuring, ctx: Context, first: date, last: date) -> Measured:
	return additive(
		[
			Part(company, place, item_code, Ratio(Decimal(of.item_days.out), Decimal(of.item_days.stocked)))
			for company, place, item_code, of in self.averages(ctx, first, last)
			if of.item_days.stocked
		]
	)


def _stock_cost(self: Measuring, ctx: Context, first: date, last: date) -> Measured:
	return additive(
		[
			Part(company, place, item_code, Ratio(of.value.average))
			for company, place, item_code, of in self.averages(ctx, first, last)
			if of.value.average
		]
	)


def _count_accuracy(self: Measuring, ctx: Context, first: date, last: date) -> Measured:
	return additive(
		[
			_part(row, Ratio(ONE if row["found"] == row["book"] else ZERO, ONE), _difference(row))
			for row in count_accuracy.counted(ctx, self.about, first, last)
		]
	)


def _difference(row: Row) -> str:
	if row["found"] == row["book"]:
		return EXACT
	return SHORTAGE if row["found"] < row["book"] else SURPLUS


def _stock_out_lines(self: Measuring, ctx: Context, first: date, last: date) -> Measured:
	parts = []
	for row in service_level.demands(ctx, self.about, first, last):
		is_short = from_store(row["waiting"]) > 0
		ratio = Ratio(ONE if is_short else ZERO, ONE)
		parts.append(_part(row, ratio, SHORT if is_short else SERVED))
	return additive(parts)


def _on_time(self: Measuring, ctx: Context, first: date, last: date) -> Measured:
	"""A whole order is one; what it misses is shared among the lines that missed it."""
	lines = service_level.promises(ctx, self.about, first, last)
	last = min(last, ctx.clock.now().date() - timedelta(days=1))
	return Measured(
		order_parts(lines, lambda row: row["parent"], first, last),
		order_parts(lines, lambda row: (row["parent"], row["warehouse"]), first, last),
	)


def order_parts(lines: Iterable[Row], of: Callable[[Row], object], first: date, last: date) -> Sequence[Part]:
	orders: dict[object, list[Row]] = defaultdict(list)
	for row in lines:
		if row["line"].qty > 0:
			orders[of(row)].append(row)
	parts = []
	for rows in orders.values():
		if not first <= max(row["line"].due for row in rows) <= last:
			continue
		share = ONE / len(rows)
		missed = sum(not row["line"].is_met for row in rows)
		for row in rows:
			lost = ZERO if row["line"].is_met else ONE / missed
			parts.append(_part(row, Ratio(share - lost, share), _outcome(row)))
	return parts


def _outcome(row: Row) -> str:
	line = row["line"]
	if line.is_met:
		return MET
	moved = sum((qty for _, qty in line.moved), ZERO)
	return NOT_DELIVERED if moved <= 0 else IN_PART if moved < line.qty else LATE


def _part(row: Row, ratio: Ratio, step: str) -> Part:
	return Part(row["company"] or "", row["warehouse"], row["item_code"], ratio, step)


MEASURED: dict[str, Callable[[Measuring, Context, date, date], Measured]] = {
	kpis.TURNOVER: _turnover,
	kpis.COUNT_ACCURACY: _count_accuracy,
	kpis.STOCK_OUT_RATE: _stock_out_rate,
	kpis.STOCK_OUT_LINES: _stock_out_lines,
	kpis.ON_TIME: _on_time,
	kpis.STOCK_COST: _stock_cost,
}
