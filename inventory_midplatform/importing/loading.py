"""Run a plan through the ports: masters, opening stock, then day after day.

Every step is one transaction and writes one line of the Stock Operation Log, so that a stopped run continues after its
last step, and a finished one is not repeated.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_CEILING, Decimal
from functools import partial
from typing import Protocol, TypeVar

from inventory_midplatform.domain.errors import Busy, Conflict, InventoryError, NotFound
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.importing import plan
from inventory_midplatform.importing.adventureworks import Extract, Opening, Return
from inventory_midplatform.importing.masters import Extras, Master, Masters
from inventory_midplatform.importing.plan import Order, Period, Receipt
from inventory_midplatform.importing.report import Report, Tally, final_state
from inventory_midplatform.ports import Context, PostingLine
from inventory_midplatform.services import modules, operation_log
from inventory_midplatform.services.ledger.positions import read_positions
from inventory_midplatform.services.reconciliation import verification

T = TypeVar("T")

WAREHOUSE = "AdventureWorks"
OPERATION = "Import AdventureWorks"
SALES_ORDER = "Sales Order"

ATTEMPTS = 5
"""How often a step runs when the database rolls its transaction back in favour of another."""

MASTERS_PER_COMMIT = 50
OPENING_LINES_PER_VOUCHER = 50
ORDERS_PER_COMMIT = 50

MOST_REFUSED = 100
"""After so many refused documents the import stops: something is wrong with the books."""

OPENING, RECEIPTS, DELIVERIES = time(12), time(8), time(17)
"""When on its day a document is posted."""


class Unit(Protocol):
	"""A transaction as an entry point opens it."""

	def begin(self) -> Context: ...

	def commit(self) -> None: ...

	def rollback(self) -> None: ...


@dataclass(frozen=True)
class Progress:
	"""``done`` of ``total`` records, document lines or deliveries of a phase are committed."""

	phase: str
	done: int
	total: int


@dataclass(frozen=True)
class Step:
	"""A part of the plan. ``work`` returns whether it is done; if not, it is committed and called again."""

	name: str
	weight: int
	work: Callable[[Context, Tally], bool]


class Loading:
	"""One import of an extract into one company. Run it to its end, then read ``report``."""

	def __init__(
		self,
		unit: Unit,
		extract: Extract,
		company: str,
		*,
		months: int | None = None,
		warehouse: str = WAREHOUSE,
		extras: Extras | None = None,
	):
		"""Load so many months (see :func:`plan.period_of`), all if None."""
		self.unit = unit
		self.extract = extract
		self.period: Period = plan.period_of(extract, months)
		self.days = list(plan.days(extract, self.period))
		self.fingerprint = plan.fingerprint(extract, self.period)
		self.masters = Masters(extract, company, warehouse, extras or {})
		self.company = company
		self.tally = Tally()
		self.report: Report | None = None

	def run(self) -> Iterator[Progress]:
		"""Load, a step a transaction; yield after each commit.

		Raises Conflict: ``module_off`` if the ledger or reservations are switched off, ``already_loaded`` if
		this was loaded before, ``other_stock`` if the warehouse has stock that did not come from this plan,
		``too_many_refused``; NotFound (``unknown_company``).
		"""
		self._within(self._check)
		yield from self._make_masters()
		steps = list(self._steps())
		done = self._within(partial(self._continue_after, steps=len(steps)))
		total, weight = sum(s.weight for s in steps), sum(s.weight for s in steps[:done])
		for number, step in enumerate(steps[done:], start=done):
			finished = False
			while not finished:
				finished, tally = self._within(partial(self._run_step, number=number, step=step))
				self.tally.add(tally)
			weight += step.weight
			yield Progress("stock and orders", weight, total)
		self.report = self._within(self._final_report)

	def _within(self, work: Callable[[Context], T]) -> T:
		"""Run ``work`` in one transaction, again from its start after a deadlock."""
		for _ in range(ATTEMPTS):
			ctx = self.unit.begin()
			try:
				result = work(ctx)
				self.unit.commit()
				return result
			except BaseException as error:
				transient = isinstance(error, Exception) and ctx.store.is_transient(error)
				self.unit.rollback()
				if not transient:
					raise
		raise Busy("Others are changing the same stock; try again in a moment.")

	# before

	def _check(self, ctx: Context) -> None:
		modules.require(ctx, "ledger")
		modules.require(ctx, "reservation")
		if ctx.settings.sales_order_policy == "Off":
			raise Conflict(
				"Sales Orders do not reserve. Choose otherwise in Inventory Midplatform Settings first.",
				code="orders_do_not_reserve",
			)
		rows = ctx.store.rows("SELECT abbr FROM `tabCompany` WHERE name = %(name)s", {"name": self.company})
		if not rows:
			raise NotFound("Company {company} does not exist.", code="unknown_company", company=self.company)
		self.masters.abbr = rows[0]["abbr"]

	def _make_masters(self) -> Iterator[Progress]:
		for phase, masters in self.masters.stages():
			missing = self._within(partial(self.masters.find, masters=masters))
			self.tally.left_as_they_were += len(masters) - len(missing)
			for start in range(0, len(missing), MASTERS_PER_COMMIT):
				chunk = missing[start : start + MASTERS_PER_COMMIT]
				self.masters.names.update(self._within(partial(self._make, masters=chunk)))
				self.tally.masters.update(master.doctype for master in chunk)
				yield Progress(phase, start + len(chunk), len(missing))

	def _make(self, ctx: Context, masters: Sequence[Master]) -> dict[tuple[str, str], str]:
		return {(m.doctype, m.key): self.masters.make(ctx, m) for m in masters}

	def _continue_after(self, ctx: Context, steps: int) -> int:
		"""Return how many steps earlier runs finished, and add their counts to the tally."""
		rows = ctx.store.rows(
			"SELECT from_value, to_value, reason FROM `tabStock Operation Log`"
			" WHERE reference_doctype = 'Warehouse' AND reference_name = %(warehouse)s AND operation = %(operation)s",
			{"warehouse": self.masters.warehouse, "operation": OPERATION},
		)
		if any(row["from_value"] != self.fingerprint for row in rows):
			raise Conflict(
				"Other data or another period was loaded into {warehouse} before; load this into an empty one.",
				code="other_stock",
				warehouse=self.masters.warehouse,
			)
		if not rows and ctx.store.rows(
			"SELECT name FROM `tabStock Movement` WHERE warehouse = %(warehouse)s LIMIT 1",
			{"warehouse": self.masters.warehouse},
		):
			raise Conflict(
				"{warehouse} holds stock already that did not come from this import; load into an empty one.",
				code="other_stock",
				warehouse=self.masters.warehouse,
			)
		done = 1 + max((int(row["to_value"]) for row in rows if row["to_value"]), default=-1)
		if done >= steps:
			raise Conflict(
				"This was loaded into {warehouse} before, all of it; nothing was changed.",
				code="already_loaded",
				warehouse=self.masters.warehouse,
			)
		for row in rows:
			self.tally.add(Tally.from_json(row["reason"]))
		self.tally.continued = bool(rows)
		return done

	# the plan, step by step

	def _steps(self) -> Iterator[Step]:
		opening = self.extract.opening
		for start in range(0, len(opening), OPENING_LINES_PER_VOUCHER):
			chunk = opening[start : start + OPENING_LINES_PER_VOUCHER]
			yield Step("opening", len(chunk), partial(self._open, lines=chunk))
		for day in self.days:
			coming = sum(len(r.lines) for r in day.receipts) + len(day.returns)
			if coming or day.recent_sales is not None:
				yield Step("receive", coming + 1, partial(self._receive, day=day))
			for start in range(0, len(day.orders), ORDERS_PER_COMMIT):
				orders = day.orders[start : start + ORDERS_PER_COMMIT]
				yield Step(
					"order",
					sum(len(order.lines) for order in orders),
					partial(self._order, day=day.date, orders=orders),
				)
			yield Step("deliver", len(day.orders) + 1, partial(self._deliver, day=day.date))

	def _run_step(self, ctx: Context, number: int, step: Step) -> tuple[bool, Tally]:
		tally = Tally()
		finished = step.work(ctx, tally)
		operation_log.log(
			ctx,
			OPERATION,
			"Warehouse",
			self.masters.warehouse,
			warehouse=self.masters.warehouse,
			from_value=self.fingerprint,
			to_value=str(number) if finished else "",
			reason=tally.to_json(),
		)
		return finished, tally

	def _open(self, ctx: Context, tally: Tally, lines: Sequence[Opening]) -> bool:
		posting = [
			self._line(o.item_code, o.qty, self.extract.cost(o.item_code)[0], self.masters.bin(o.place))
			for o in lines
		]
		ctx.books.receive(posting, at=datetime.combine(self.period.opening_day, OPENING))
		tally.count("opening", [(o.item_code, o.qty) for o in lines])
		return True

	def _receive(self, ctx: Context, tally: Tally, day: plan.Day) -> bool:
		at = datetime.combine(day.date, RECEIPTS)
		for receipt in day.receipts:
			self._receive_purchase(ctx, tally, receipt, at)
		if day.returns:
			self._receive_returns(ctx, tally, day.returns, at)
		if day.recent_sales is not None:
			self._receive_production(ctx, tally, day.recent_sales, at)
		return True

	def _receive_purchase(self, ctx: Context, tally: Tally, receipt: Receipt, at: datetime) -> None:
		posting = [
			self._line(
				p.item_code,
				p.qty,
				p.price or self.extract.cost(p.item_code)[0],
				self.masters.home(p.item_code),
			)
			for p in receipt.lines
		]
		supplier = self.masters.supplier(receipt.supplier)
		self._post(
			ctx,
			tally,
			"purchased",
			f"purchase order {receipt.purchase_order}",
			[(p.item_code, p.qty) for p in receipt.lines],
			partial(ctx.books.receive, posting, supplier=supplier, at=at),
		)

	def _receive_returns(self, ctx: Context, tally: Tally, returns: Sequence[Return], at: datetime) -> None:
		"""Post returns as receipts, because they name no order; they stay in the Unplaced bin."""
		posting = [self._line(r.item_code, r.qty, self.extract.cost(r.item_code)[0]) for r in returns]
		quantities = [(r.item_code, r.qty) for r in returns]
		reference = f"returns of {at.date()}"
		self._post(ctx, tally, "returned", reference, quantities, partial(ctx.books.receive, posting, at=at))

	def _receive_production(
		self, ctx: Context, tally: Tally, recent: dict[str, Decimal], at: datetime
	) -> None:
		"""Post a week's production: waiting + recent sales − available.

		It is a Material Receipt, and no material is consumed: the extract has no bill of materials.
		"""
		warehouse = self.masters.warehouse
		waits = {
			row["item_code"]: from_store(row["waiting"])
			for row in ctx.store.rows(
				"SELECT item_code, SUM(waiting_qty) AS waiting FROM `tabInventory Reservation`"
				" WHERE warehouse = %(warehouse)s AND item_code IN %(items)s"
				" AND status IN ('Waiting', 'Partially Reserved') GROUP BY item_code",
				{"warehouse": warehouse, "items": [self.masters.item(code) for code in recent] or [""]},
			)
		}
		positions = read_positions(ctx, [(self.masters.item(code), warehouse) for code in recent])
		quantities = []
		for code, sold in recent.items():
			name = self.masters.item(code)
			position = positions.get((name, warehouse))
			missing = waits.get(name, ZERO) + sold - (position.available if position else ZERO)
			if missing > 0:
				quantities.append((code, missing.to_integral_value(ROUND_CEILING)))
		if quantities:
			posting = [
				self._line(code, qty, self.extract.cost(code)[0], self.masters.home(code))
				for code, qty in quantities
			]
			reference = f"production of {at.date()}"
			self._post(
				ctx, tally, "produced", reference, quantities, partial(ctx.books.receive, posting, at=at)
			)

	def _order(self, ctx: Context, tally: Tally, day: date, orders: Sequence[Order]) -> bool:
		for order in orders:
			posting = [
				self._line(s.item_code, s.qty, self.extract.items[s.item_code].list_price)
				for s in order.lines
			]
			self._post(
				ctx,
				tally,
				"ordered",
				f"sales order {order.sales_order}",
				[(s.item_code, s.qty) for s in order.lines],
				partial(ctx.books.order, self.masters.customer, posting, order_date=day),
			)
		return True

	def _deliver(self, ctx: Context, tally: Tally, day: date) -> bool:
		"""Deliver what is reserved for orders, so many in one transaction. Return whether that was all."""
		pending = self._reserved(ctx)
		for order in sorted(pending)[:ORDERS_PER_COMMIT]:
			rows = pending[order]
			self._post(
				ctx,
				tally,
				"delivered",
				order,
				[(code, qty) for _, code, qty in rows],
				partial(
					ctx.books.deliver,
					order,
					{row: qty for row, _, qty in rows},
					at=datetime.combine(day, DELIVERIES),
				),
			)
		return len(pending) <= ORDERS_PER_COMMIT

	def _reserved(self, ctx: Context) -> dict[str, list[tuple[str, str, Decimal]]]:
		"""Return order → its rows with what is reserved for them: (row, item, quantity)."""
		found: dict[str, list[tuple[str, str, Decimal]]] = {}
		codes = self.masters.item_codes()
		refused = {r.reference for r in self.tally.refused if r.kind == "delivered"}
		for row in ctx.store.rows(
			"SELECT r.demand_name, r.demand_line, r.item_code, r.reserved_qty FROM `tabStock Position` position"
			" JOIN `tabInventory Reservation` r ON r.item_code = position.item_code"
			" AND r.warehouse = position.warehouse AND r.status IN ('Reserved', 'Partially Reserved')"
			" WHERE position.warehouse = %(warehouse)s AND position.reserved > 0 AND r.demand_type = %(type)s"
			" ORDER BY r.name",
			{"warehouse": self.masters.warehouse, "type": SALES_ORDER},
		):
			if row["demand_name"] not in refused:
				found.setdefault(row["demand_name"], []).append(
					(row["demand_line"], codes[row["item_code"]], from_store(row["reserved_qty"]))
				)
		return found

	def _line(self, item_code: str, qty: Decimal, rate: Decimal, bin: str = "") -> PostingLine:
		return PostingLine(self.masters.item(item_code), self.masters.warehouse, qty, rate, bin)

	def _post(
		self,
		ctx: Context,
		tally: Tally,
		kind: str,
		reference: str,
		quantities: Sequence[tuple[str, Decimal]],
		post: Callable[[], object],
	) -> None:
		"""Post one document. A refused one is counted with its reason, and the import goes on."""
		try:
			with ctx.store.savepoint():
				post()
		except InventoryError as error:
			tally.refuse(kind, reference, error.code, str(error), len(quantities))
			if len(self.tally.refused) + len(tally.refused) > MOST_REFUSED:
				raise Conflict(
					"The books refused {count} documents, at last {reference}: {reason}",
					code="too_many_refused",
					count=MOST_REFUSED + 1,
					reference=reference,
					reason=str(error),
				) from error
		else:
			tally.count(kind, quantities)

	# after

	def _final_report(self, ctx: Context) -> Report:
		return Report(
			extract=self.extract,
			period=self.period,
			company=self.company,
			warehouse=self.masters.warehouse,
			tally=self.tally,
			state=final_state(ctx, self.masters.warehouse, self.masters.item_codes()),
			verify=verification.verify(ctx),
		)
