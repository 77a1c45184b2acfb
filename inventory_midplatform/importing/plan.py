"""Decide what happens on which day. Pure: the same extract gives the same plan."""

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
"""A week's production replaces what was sold in so many days."""

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
	"""What was received of one purchase order on one day."""

	purchase_order: str
	supplier: str
	lines: tuple[PurchaseLine, ...]


@dataclass(frozen=True)
class Order:
	sales_order: str
	lines: tuple[SalesLine, ...]


@dataclass(frozen=True)
class Day:
	"""In this order: receipts, returns, production, orders, then deliveries of what is reserved."""

	date: date
	receipts: tuple[Receipt, ...] = ()
	returns: tuple[Return, ...] = ()
	recent_sales: dict[str, Decimal] | None = None
	"""On the day of production: for each made item that is sold, the pieces sold in the ``RECENT_DAYS`` before."""
	orders: tuple[Order, ...] = ()


def period_of(extract: Extract, months: int | None = None) -> Period:
	"""Return the whole period, or the first so many months with purchases and a shortage.

	A shortage is an item of which more is sold than was in stock, so that a short period has waiting orders too. If
	there is no such period, it begins with the first sale.
	Raises InvalidInput: ``nothing_to_load`` without sales, ``invalid_months`` for less than one.
	"""
	if not extract.sales:
		raise InvalidInput("There are no sales to load.", code="nothing_to_load")
	if months is not None and months < 1:
		raise InvalidInput("Load at least one month.", code="invalid_months", months=months)
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
	"""Return the first day of the month so many months later."""
	month = day.year * 12 + day.month - 1 + months
	return date(month // 12, month % 12 + 1, 1)


def _has_shortage(extract: Extract, period: Period) -> bool:
	stock: dict[str, Decimal] = defaultdict(lambda: ZERO)
	bought = [p for p in extract.purchases if period.has(p.received_on)]
	for opening in extract.opening:
		stock[opening.item_code] += opening.qty
	for purchase in bought:
		stock[purchase.item_code] += purchase.qty
	for sale in extract.sales:
		if period.has(sale.order_date):
			stock[sale.item_code] -= sale.qty
	return bool(bought) and any(left < 0 for left in stock.values())


def days(extract: Extract, period: Period) -> Iterator[Day]:
	"""Yield the days of the period on which something happens, in order."""
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
	"""Return a digest of the plan. A run may continue another only if both have the same."""
	return digest(period, *extract.opening, *extract.purchases, *extract.sales, *extract.returns)
