"""What happens on which day: pure, and the same for the same extract."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.identifiers import digest
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.importing.adventureworks import Extract, PurchaseLine, Return, SalesLine

RECENT_DAYS = 14
"""How far back a week's production looks at what was sold."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
	"""From ``first`` to ``last``, both included."""

	first: date
	last: date

	def has(self, day: date) -> bool:
		return self.first <= day <= self.last

	@property
	def opening_day(self) -> date:
		return self.first - ONE_DAY


@dataclass(frozen=True)
class Receipt:
	"""What came on one day of one purchase order."""

	purchase_order: str
	supplier: str
	lines: tuple[PurchaseLine, ...]


@dataclass(frozen=True)
class Order:
	sales_order: str
	lines: tuple[SalesLine, ...]


@dataclass(frozen=True)
class Day:
	"""In this order: receipts, returns, production, orders; and last whatever can be delivered."""

	date: date
	receipts: tuple[Receipt, ...] = ()
	returns: tuple[Return, ...] = ()
	recent_sales: dict[str, Decimal] | None = None
	"""On the day of production: for each made item that is sold, the pieces sold in the ``RECENT_DAYS`` before."""
	orders: tuple[Order, ...] = ()


def period_of(extract: Extract, months: int | None = None) -> Period:
	"""The whole, or the first so many months in which purchases arrive and more of an item is sold than lay there.

	So a short period has orders that wait as well; where there is no such period, it begins with the sales.
	Raises InvalidInput where there are no sales, or for less than a month.
	"""
	if not extract.sales:
		raise InvalidInput("There are no sales to load.", code="nothing_to_load")
	if months is not None and months < 1:
		raise InvalidInput("Ask for at least one month.", code="invalid_months", months=months)
	sold = [s.order_date for s in extract.sales]
	if months is None:
		others = [p.received_on for p in extract.purchases] + [r.returned_on for r in extract.returns]
		return Period(min(sold + others), max(sold + others))
	begins = _month_after(min(sold), 0)
	while begins <= max(sold):
		period = Period(begins, _month_after(begins, months) - ONE_DAY)
		if _has_shortage(extract, period):
			return period
		begins = _month_after(begins, 1)
	begins = _month_after(min(sold), 0)
	return Period(begins, _month_after(begins, months) - ONE_DAY)


def _month_after(day: date, months: int) -> date:
	"""The first day of the month so many months later."""
	month = day.year * 12 + day.month - 1 + months
	return date(month // 12, month % 12 + 1, 1)


def _has_shortage(extract: Extract, period: Period) -> bool:
	there: dict[str, Decimal] = defaultdict(lambda: ZERO)
	bought = [p for p in extract.purchases if period.has(p.received_on)]
	for opening in extract.opening:
		there[opening.item_code] += opening.qty
	for purchase in bought:
		there[purchase.item_code] += purchase.qty
	for sale in extract.sales:
		if period.has(sale.order_date):
			there[sale.item_code] -= sale.qty
	return bool(bought) and any(rest < 0 for rest in there.values())


def days(extract: Extract, period: Period) -> Iterator[Day]:
	"""The days of the period on which something happens, in order."""
	receipts: dict[date, dict[tuple[str, str], list[PurchaseLine]]] = defaultdict(lambda: defaultdict(list))
	for purchase in extract.purchases:
		receipts[purchase.received_on][(purchase.purchase_order, purchase.supplier)].append(purchase)
	returns: dict[date, list[Return]] = defaultdict(list)
	for back in extract.returns:
		returns[back.returned_on].append(back)
	orders: dict[date, dict[str, list[SalesLine]]] = defaultdict(lambda: defaultdict(list))
	sold: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
	made = {sale.item_code for sale in extract.sales if extract.items[sale.item_code].made}
	for sale in extract.sales:
		orders[sale.order_date][sale.sales_order].append(sale)
		if sale.item_code in made and period.has(sale.order_date):
			sold[sale.order_date][sale.item_code] += sale.qty
	producing_until = max(sold, default=period.first) + timedelta(days=RECENT_DAYS)
	day = period.first
	while day <= period.last:
		recent = None
		if day.weekday() == 0 and day <= producing_until:
			recent = dict.fromkeys(sorted(made), ZERO)
			for back_days in range(1, RECENT_DAYS + 1):
				for item_code, qty in sold.get(day - timedelta(days=back_days), {}).items():
					recent[item_code] += qty
		if day in receipts or day in returns or day in orders or recent is not None:
			yield Day(
				date=day,
				receipts=tuple(
					Receipt(number, supplier, tuple(lines))
					for (number, supplier), lines in receipts.get(day, {}).items()
				),
				returns=tuple(returns.get(day, ())),
				recent_sales=recent,
				orders=tuple(Order(number, tuple(lines)) for number, lines in orders.get(day, {}).items()),
			)
		day += ONE_DAY


def fingerprint(extract: Extract, period: Period) -> str:
	"""What tells a plan from another: a run that goes on must follow the one that stopped."""
	return digest(period, *extract.opening, *extract.purchases, *extract.sales, *extract.returns)
