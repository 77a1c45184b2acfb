"""Postings of the small books: quantities, values and the stock ledger, then settlement, in the order of ERPNext's events."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store, require_below_limit, to_text
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.domain.tracked_quantity import TrackedQuantity
from inventory_midplatform.domain.valuation import Shelf
from inventory_midplatform.ports import Context, PostingLine, Row, Voucher
from inventory_midplatform.query import key_in
from inventory_midplatform.services import masters
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.inbound import posted as inbound_posted
from inventory_midplatform.services.ledger import batches_and_serials, receipt_layers
from inventory_midplatform.services.outbound import posted
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reservation import document_sync
from inventory_midplatform.services.settlement import settlement

BIN_KEY = ("item_code", "warehouse")
SALES_ORDER = sources.SALES_ORDER


@dataclass
class Entry:
	"""One row of the stock ledger. ``rate`` is per stock UOM; None is the rate of the issue before it, or the last rate."""

	item_code: str
	warehouse: str
	qty: Decimal
	rate: Decimal | None = None
	bin: str = ""
	row: Row | None = None
	"""The voucher's row that it comes from; None for the second entry of one row."""
	detail_no: str = field(default_factory=new_id)
	demand: Demand | None = None
	reverses: bool = False
	"""It cancels an earlier entry: a quantity it adds goes to the front of the queue, one it removes comes from the end."""
	batch_no: str = ""
	serial_no: str = ""
	stock_status: str = AVAILABLE
	is_product: bool = False
	"""It is worth what left before it."""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def which(self) -> Row:
		return {"item_code": self.item_code, "batch_no": self.batch_no, "serial_no": self.serial_no}

	@property
	def tracked(self) -> TrackedQuantity:
		return TrackedQuantity(self.qty, self.batch_no, self.serial_no)


class SmallPosting:
	ctx: Context

	def _post(
		self, doctype: str, header: Row, entries: Sequence[Entry], at: datetime | None, counted: bool = False
	) -> Voucher:
		"""Write the voucher, post it to the books, then settle it: the order in which ERPNext does it."""
		when = at or self.ctx.clock.now()
		values = {"company": self._company(entries[0].warehouse), "posting_date": when.date(), "docstatus": 1}
		if doctype != "Stock Reconciliation":
			values |= {"posting_time": str(when.time()), "set_posting_time": at is not None}
		batches_and_serials.check_moving(self.ctx, [(e.key, e.tracked) for e in entries])
		items = [{"name": e.detail_no, "qty": abs(e.qty), **e.which, **e.row} for e in entries if e.row]
		voucher = Voucher(doctype, self.ctx.documents.create(doctype, {**values, **header, "items": items}))
		self._enter(voucher, entries, when, counted)
		return voucher

	def _enter(
		self, voucher: Voucher, entries: Sequence[Entry], when: datetime, counted: bool = False
	) -> None:
		"""Enter a submitted voucher in the books and settle it."""
		self._apply(entries)
		self._write_ledger(voucher, entries, when)
		for entry in entries:
			if entry.demand and entry.demand.demand_type == SALES_ORDER:
				self._delivered(entry.demand, -entry.qty)
		self._settle(voucher, entries, when, counted=counted)

	def _settle(
		self,
		voucher: Voucher,
		entries: Sequence[Entry],
		at: datetime,
		counted: bool = False,
		cancelled: bool = False,
	) -> None:
		if not self.ctx.settings.ledger:
			return
		rows = tuple(
			PostingRow(
				*e.key,
				e.qty,
				e.detail_no,
				e.demand,
				e.bin,
				e.batch_no,
				e.serial_no,
				e.stock_status,
			)
			for e in entries
		)
		uninspected = inbound_posted.uninspected(self.ctx, voucher) if cancelled else {}
		posting = Posting(voucher.voucher_type, voucher.voucher_no, at, rows, cancelled, uninspected, counted)
		receipt_layers.rebuild(self.ctx, settlement.settle(self.ctx, [posting]))
		delivered = sorted({(e.demand.demand_type, e.demand.demand_name) for e in entries if e.demand})
		for demand_type, name in delivered:
			document_sync.sync(self.ctx, demand_type, name, may_grow=cancelled)
		if cancelled:
			posted.delivery_cancelled(self.ctx, voucher)
		for demand_type, name in delivered:
			outbound_sync.sync(self.ctx, demand_type, name, None if cancelled else voucher)

	def _apply(self, entries: Sequence[Entry]) -> None:
		"""Change quantities, layers and rates. Raises Conflict (``negative_stock``)."""
		shelves = self._lock_shelves(entry.key for entry in entries)
		before = {key: shelf.qty for key, shelf in shelves.items()}
		last_rate = worth = ZERO
		products = sum((entry.qty for entry in entries if entry.is_product), ZERO)
		for entry in entries:
			shelf = shelves[entry.key]
			if entry.qty > 0:
				rate = last_rate or shelf.rate if entry.rate is None else entry.rate
				if entry.is_product:
					rate = from_store(worth / products)
				shelf.bring(entry.qty, rate, front=entry.reverses)
				entry.rate = rate
			elif entry.qty < 0:
				if shelf.qty + entry.qty < 0:
					raise Conflict(
						"Only {on_hand} of item {item_code} is in {warehouse}; {qty} cannot leave.",
						code="negative_stock",
						item_code=entry.item_code,
						warehouse=entry.warehouse,
						on_hand=to_text(shelf.qty),
						qty=to_text(-entry.qty),
					)
				entry.rate = last_rate = shelf.take(-entry.qty, from_end=entry.reverses)
				worth -= entry.qty * last_rate
			require_below_limit(shelf.qty, shelf.value, item_code=entry.item_code, warehouse=entry.warehouse)
		rows = [
			{
				"item_code": key[0],
				"warehouse": key[1],
				"actual_qty": shelf.qty - before[key],
				"valuation_rate": shelf.rate,
				"stock_value": shelf.value,
				"stock_queue": json.dumps([[to_text(q), to_text(r)] for q, r in shelf.layers]),
			}
			for key, shelf in sorted(shelves.items())
		]
		put = ("valuation_rate", "stock_value", "stock_queue")
		self.ctx.store.add("Bin", BIN_KEY, rows, add=("actual_qty",), put=put)

	def _lock_shelves(self, keys: Iterable[Key]) -> dict[Key, Shelf]:
		in_order = sorted(set(keys))
		zeros = [
			{"item_code": item, "warehouse": warehouse, "actual_qty": ZERO} for item, warehouse in in_order
		]
		condition, params = key_in(in_order, "item_code", "warehouse")
		source = self.ctx.store.through("Bin", ("item_code", "warehouse"))
		sql = (
			f"SELECT item_code, warehouse, actual_qty, valuation_rate, stock_queue FROM {source}"
			f" WHERE {condition} ORDER BY item_code, warehouse"
		)
		rows = self.ctx.store.rows(sql + self.ctx.store.for_update, params)
		if len(rows) < len(in_order):
			self.ctx.store.add("Bin", BIN_KEY, zeros, add=("actual_qty",))
			rows = self.ctx.store.rows(sql + self.ctx.store.for_update, params)
		return {(row["item_code"], row["warehouse"]): _shelf(row) for row in rows}

	def _write_ledger(self, voucher: Voucher, entries: Sequence[Entry], at: datetime) -> None:
		self.ctx.store.insert(
			"Stock Ledger Entry",
			[
				{
					**entry.which,
					"warehouse": entry.warehouse,
					"actual_qty": entry.qty,
					"incoming_rate": entry.rate or ZERO,
					"voucher_type": voucher.voucher_type,
					"voucher_no": voucher.voucher_no,
					"voucher_detail_no": entry.detail_no,
					"posting_datetime": at,
				}
				for entry in entries
			],
		)
		self._place_serials(entries)

	def _place_serials(self, entries: Sequence[Entry]) -> None:
		rows = [
			{"name": e.serial_no, "item_code": e.item_code, "batch_no": e.batch_no}
			| {"warehouse": e.warehouse if e.qty > 0 else ""}
			for e in sorted(entries, key=lambda e: e.qty)
			if e.serial_no
		]
		self.ctx.store.add("Serial No", ("name",), rows, add=(), put=("warehouse", "batch_no"))

	def _delivered(self, demand: Demand, qty: Decimal) -> None:
		order = demand.demand_name
		status = self._require(SALES_ORDER, order)["status"]
		if status == "Closed":
			raise Conflict("{order} is closed.", code="order_closed", order=order)
		if status == "On Hold":
			raise Conflict("{order} is on hold.", code="order_on_hold", order=order)
		self.ctx.store.execute(
			"UPDATE `tabSales Order Item` SET delivered_qty = ROUND(delivered_qty + %(qty)s, 9) WHERE name = %(name)s",
			{"qty": qty, "name": demand.demand_line},
		)
		self._set_order_status(order)

	def _set_order_status(self, order: str) -> None:
		rows = self.order_rows(order)
		ordered = sum((row["stock_qty"] for row in rows), ZERO)
		done = sum((row["delivered_qty"] for row in rows), ZERO)
		status = "To Bill" if done >= ordered else "To Deliver and Bill"
		self._set(SALES_ORDER, order, status=status, per_delivered=done * 100 / ordered)

	def _require(self, doctype: str, name: str, docstatus: int = 1) -> Row:
		"""Return the document, locked. Raises NotFound, or Conflict where it has another ``docstatus``."""
		sql = f"SELECT * FROM `tab{doctype}` WHERE name = %(name)s{self.ctx.store.for_update}"
		rows = self.ctx.store.rows(sql, {"name": name})
		if not rows:
			raise NotFound(
				"{doctype} {name} does not exist.", code="unknown_document", doctype=doctype, name=name
			)
		if rows[0]["docstatus"] != docstatus:
			raise Conflict(
				"{doctype} {name} is in another state.", code="wrong_state", doctype=doctype, name=name
			)
		return rows[0]

	def _set(self, doctype: str, name: str, **values: object) -> None:
		changes = ", ".join(f"`{column}` = %({column})s" for column in values)
		self.ctx.store.execute(
			f"UPDATE `tab{doctype}` SET {changes} WHERE name = %(name)s", {**values, "name": name}
		)

	def _check(self, lines: Sequence[PostingLine], least: Decimal | None = None) -> None:
		if not lines:
			raise InvalidInput("Name at least one item.", code="missing_argument", argument="items")
		for line in lines:
			if line.qty <= 0 if least is None else line.qty < least:
				raise InvalidInput("{field} must be greater than zero.", code="invalid_quantity", field="qty")
			masters.stock_item(self.ctx, line.item_code)
			place = masters.stock_warehouse(self.ctx, line.warehouse)
			if line.bin:
				masters.bin_in(self.ctx, line.bin, place.name)

	def _company(self, warehouse: str) -> str:
		return masters.stock_warehouse(self.ctx, warehouse).company

	def _today(self) -> date:
		return self.ctx.clock.now().date()


def _shelf(row: Row) -> Shelf:
	layers = ((Decimal(q), Decimal(r)) for q, r in json.loads(row["stock_queue"] or "[]"))
	return Shelf(from_store(row["actual_qty"]), from_store(row["valuation_rate"]), layers)
