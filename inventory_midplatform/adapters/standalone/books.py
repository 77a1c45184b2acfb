"""``ports.Books``: small books of stock and sale in ERPNext's tables, valued first in, first out.

They stand in for ERPNext where there is none: enough to post, value, deliver and cancel, and to tell the services of
it in the order in which ERPNext's events would.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.domain.valuation import Shelf
from inventory_midplatform.ports import Context, PostingLine, Row, Voucher
from inventory_midplatform.query import key_in
from inventory_midplatform.services import demand_documents, lots, masters, orders, receipt_layers, settlement
from inventory_midplatform.services.lots import Lot
from inventory_midplatform.services.settlement import Posting, PostingRow

BIN_KEY = ("item_code", "warehouse")
SALES_ORDER = demand_documents.SALES_ORDER


@dataclass
class _Entry:
	"""One row of the stock ledger. ``rate`` is per stock UOM; None takes what was taken before it, or the last one."""

	item_code: str
	warehouse: str
	qty: Decimal
	rate: Decimal | None = None
	bin: str = ""
	row: Row | None = None
	"""The voucher's row that it comes from; None for the second entry of one row."""
	detail_no: str = field(default_factory=new_id)
	demand: Demand | None = None
	put_back: bool = False
	"""It undoes an earlier entry: what it brings goes to the front of the queue, what it takes comes from its end."""
	batch_no: str = ""
	serial_no: str = ""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def which(self) -> Row:
		return {"item_code": self.item_code, "batch_no": self.batch_no, "serial_no": self.serial_no}

	@property
	def lot(self) -> Lot:
		return Lot(self.qty, self.batch_no, self.serial_no)


class SmallBooks:
	ctx: Context

	# stock

	def receive(
		self, lines: Sequence[PostingLine], *, supplier: str = "", at: datetime | None = None
	) -> Voucher:
		self._check(lines)
		entries = [
			_Entry(x.item_code, x.warehouse, qty, x.rate, x.bin, batch_no=x.batch_no, serial_no=serial)
			for x in lines
			for qty, serial in x.parts
		]
		for e in entries:
			rate = e.rate or ZERO
			if supplier:
				e.row = {"warehouse": e.warehouse, "stock_qty": e.qty, "rate": rate}
			else:
				e.row = {"t_warehouse": e.warehouse, "transfer_qty": e.qty, "basic_rate": rate}
		if supplier:
			return self._post("Purchase Receipt", {"supplier": supplier}, entries, at)
		return self._post("Stock Entry", _purpose("Material Receipt"), entries, at)

	def issue(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher:
		self._check(lines)
		entries = [entry for x in lines for entry in _taken(x)]
		return self._post("Stock Entry", _purpose("Material Issue"), entries, at)

	def transfer(
		self, lines: Sequence[PostingLine], to_warehouse: str, *, at: datetime | None = None
	) -> Voucher:
		self._check(lines)
		target = masters.stock_warehouse(self.ctx, to_warehouse).name
		if any(x.warehouse == target for x in lines):
			raise InvalidInput("Name two different warehouses.", code="same_warehouse", warehouse=target)
		entries = []
		for out in (entry for x in lines for entry in _taken(x, t_warehouse=target)):
			entries += [out, replace(out, warehouse=target, qty=-out.qty, bin="", row=None)]
		return self._post("Stock Entry", _purpose("Material Transfer"), entries, at)

	def count(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher:
		self._check(lines, least=ZERO)
		keys = [(x.item_code, x.warehouse) for x in lines]
		if len({(key, x.batch_no) for key, x in zip(keys, lines, strict=True)}) < len(keys):
			raise InvalidInput("An item in a warehouse can be counted once in a count.", code="counted_twice")
		shelves, batches = self._lock_shelves(keys), lots.in_books(self.ctx, keys)
		entries = []
		for x, key in zip(lines, keys, strict=True):
			of_batch = sum((lot.qty for lot in batches[key] if lot.batch_no == x.batch_no), ZERO)
			before = of_batch if x.batch_no else shelves[key].qty
			row = {"warehouse": x.warehouse, "qty": x.qty, "current_qty": before, "valuation_rate": x.rate}
			row["quantity_difference"] = x.qty - before
			entry = _Entry(x.item_code, x.warehouse, x.qty - before, x.rate, x.bin, row, batch_no=x.batch_no)
			entries.append(entry)
		return self._post(
			"Stock Reconciliation", {"purpose": "Stock Reconciliation"}, entries, at, counted=True
		)

	def ledger_balances(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		return {}

	def ledger_totals(self, keys: Sequence[Key], locked: bool) -> dict[Key, Decimal]:
		return {}

	def cancel(self, voucher: Voucher) -> None:
		doctype, name = voucher.voucher_type, voucher.voucher_no
		self._require(doctype, name)
		rows = self.ctx.store.rows(
			"SELECT sle.item_code, sle.warehouse, sle.actual_qty, sle.incoming_rate, sle.voucher_detail_no, sle.batch_no,"
			" sle.serial_no,"
			" dni.against_sales_order, dni.so_detail FROM `tabStock Ledger Entry` sle"
			" LEFT JOIN `tabDelivery Note Item` dni ON dni.name = sle.voucher_detail_no"
			" WHERE sle.voucher_type = %(type)s AND sle.voucher_no = %(no)s AND sle.is_cancelled = 0"
			" ORDER BY sle.name DESC",
			{"type": doctype, "no": name},
		)
		entries = [
			_Entry(
				row["item_code"],
				row["warehouse"],
				-from_store(row["actual_qty"]),
				from_store(row["incoming_rate"]),
				detail_no=row["voucher_detail_no"],
				demand=row["so_detail"] and Demand(SALES_ORDER, row["against_sales_order"], row["so_detail"]),
				put_back=True,
				batch_no=row["batch_no"] or "",
				serial_no=row["serial_no"] or "",
			)
			for row in rows
		]
		lots.check_moving(self.ctx, [(e.key, e.lot) for e in entries])
		self._set(doctype, name, docstatus=2)
		self._place_serials(entries)
		self.ctx.store.execute(
			"UPDATE `tabStock Ledger Entry` SET is_cancelled = 1 WHERE voucher_type = %(type)s AND voucher_no = %(no)s",
			{"type": doctype, "no": name},
		)
		self._carry(entries)
		for entry in entries:
			if entry.demand:
				self._delivered(entry.demand, -entry.qty)
		self._settle(voucher, entries, self.ctx.clock.now(), cancelled=True)

	# sale

	def order(self, customer: str, lines: Sequence[PostingLine], *, order_date: date | None = None) -> str:
		self._check(lines)
		return self._submit_order(customer, lines, {"transaction_date": order_date or self._today()})

	def _submit_order(self, customer: str, lines: Sequence[PostingLine], header: Row) -> str:
		name = self.ctx.documents.create(
			SALES_ORDER,
			{
				"customer": customer,
				"company": self._company(lines[0].warehouse),
				"status": "To Deliver and Bill",
				"docstatus": 1,
				**header,
				"items": [
					{
						"item_code": x.item_code,
						"warehouse": x.warehouse,
						"qty": x.qty,
						"stock_qty": x.qty,
						"conversion_factor": 1,
						"delivery_date": header["transaction_date"],
					}
					for x in lines
				],
			},
		)
		orders.follow_sales_order(self.ctx, name)
		return name

	def order_rows(self, order: str) -> list[Row]:
		numbers = ("qty", "stock_qty", "delivered_qty")
		return [
			{**row, **{n: from_store(row[n]) for n in numbers}}
			for row in self.ctx.store.rows(
				"SELECT name, item_code, warehouse, qty, stock_qty, delivered_qty FROM `tabSales Order Item`"
				" WHERE parent = %(order)s ORDER BY idx",
				{"order": order},
			)
		]

	def update_order(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		self._require(SALES_ORDER, order)
		rows = {row["name"]: row for row in self.order_rows(order)}
		for name, qty in quantities.items():
			if name not in rows:
				raise NotFound(
					"Row {row} does not exist in {order}.", code="unknown_row", row=name, order=order
				)
			if qty <= 0 or qty < rows[name]["delivered_qty"]:
				raise Conflict("A row cannot want less than was delivered.", code="below_delivered", row=name)
			self._set("Sales Order Item", name, qty=qty, stock_qty=qty)
		self._set_order_status(order)
		orders.follow_sales_order(self.ctx, order)

	def close_order(self, order: str) -> None:
		self._require(SALES_ORDER, order)
		self._set(SALES_ORDER, order, status="Closed")
		orders.follow_sales_order(self.ctx, order)

	def reopen_order(self, order: str) -> None:
		self._require(SALES_ORDER, order)
		self._set_order_status(order)
		orders.follow_sales_order(self.ctx, order)

	def cancel_order(self, order: str) -> None:
		self._require(SALES_ORDER, order)
		if any(row["delivered_qty"] for row in self.order_rows(order)):
			raise Conflict("Cancel the deliveries of {order} first.", code="has_deliveries", order=order)
		self._set(SALES_ORDER, order, docstatus=2, status="Cancelled")
		orders.follow_sales_order(self.ctx, order)

	def amend_order(self, order: str) -> str:
		old = self._require(SALES_ORDER, order, docstatus=2)
		base, _, number = order.rpartition("-") if old["amended_from"] else (order, "", "0")
		lines = [PostingLine(r["item_code"], r["warehouse"], r["stock_qty"]) for r in self.order_rows(order)]
		header = {
			"name": f"{base}-{int(number) + 1}",
			"amended_from": order,
			"transaction_date": self._today(),
		}
		return self._submit_order(old["customer"], lines, header)

	def deliver(
		self, order: str, quantities: Mapping[str, Decimal] | None = None, *, at: datetime | None = None
	) -> Voucher:
		header = self._require(SALES_ORDER, order)
		rows = {row["name"]: row for row in self.order_rows(order)}
		open_ = {name: row["stock_qty"] - row["delivered_qty"] for name, row in rows.items()}
		wanted = {n: q for n, q in (open_ if quantities is None else quantities).items() if q > 0}
		if not wanted or any(qty > open_.get(name, ZERO) for name, qty in wanted.items()):
			raise Conflict("{order} does not want this much any more.", code="over_delivery", order=order)
		entries: list[_Entry] = []
		for name, qty in wanted.items():
			item, warehouse = rows[name]["item_code"], rows[name]["warehouse"]
			demand, row = Demand(SALES_ORDER, order, name), {"warehouse": warehouse, "so_detail": name}
			sent = [e.lot for e in entries if e.key == (item, warehouse)]
			for lot in lots.to_send(self.ctx, (item, warehouse), qty, sent):
				of_lot = {**row, "stock_qty": lot.qty, "against_sales_order": order}
				entry = _Entry(item, warehouse, -lot.qty, row=of_lot, demand=demand)
				entries.append(replace(entry, batch_no=lot.batch_no, serial_no=lot.serial_no))
		return self._post("Delivery Note", {"customer": header["customer"]}, entries, at)

	# inside

	def _post(
		self, doctype: str, header: Row, entries: Sequence[_Entry], at: datetime | None, counted: bool = False
	) -> Voucher:
		"""Write the voucher, carry it into the books, then settle it: the order in which ERPNext does it."""
		when = at or self.ctx.clock.now()
		values = {"company": self._company(entries[0].warehouse), "posting_date": when.date(), "docstatus": 1}
		lots.check_moving(self.ctx, [(e.key, e.lot) for e in entries])
		items = [{"name": e.detail_no, "qty": abs(e.qty), **e.which, **e.row} for e in entries if e.row]
		voucher = Voucher(doctype, self.ctx.documents.create(doctype, {**values, **header, "items": items}))
		self._carry(entries)
		self._write_ledger(voucher, entries, when)
		for entry in entries:
			if entry.demand:
				self._delivered(entry.demand, -entry.qty)
		self._settle(voucher, entries, when, counted=counted)
		return voucher

	def _settle(
		self,
		voucher: Voucher,
		entries: Sequence[_Entry],
		at: datetime,
		counted: bool = False,
		cancelled: bool = False,
	) -> None:
		if not self.ctx.settings.ledger:
			return
		rows = tuple(
			PostingRow(e.item_code, e.warehouse, e.qty, e.detail_no, e.demand, e.bin, e.batch_no, e.serial_no)
			for e in entries
		)
		posting = Posting(voucher.voucher_type, voucher.voucher_no, at, rows, cancelled, counted)
		for item_code in sorted(settlement.settle(self.ctx, [posting])):
			receipt_layers.rebuild(self.ctx, item_code)
		delivered = {(SALES_ORDER, e.demand.demand_name) for e in entries if e.demand}
		orders.follow_delivered(self.ctx, delivered, may_grow=cancelled)

	def _carry(self, entries: Sequence[_Entry]) -> None:
		"""Change quantities, layers and rates; refuses what would leave less than nothing."""
		shelves = self._lock_shelves(entry.key for entry in entries)
		before = {key: shelf.qty for key, shelf in shelves.items()}
		last_rate = ZERO
		for entry in entries:
			shelf = shelves[entry.key]
			if entry.qty > 0:
				rate = last_rate or shelf.rate if entry.rate is None else entry.rate
				shelf.bring(entry.qty, rate, front=entry.put_back)
				entry.rate = rate
			elif entry.qty < 0:
				if shelf.qty + entry.qty < 0:
					raise Conflict(
						"Only {on_hand} of item {item_code} lies in {warehouse}; {qty} cannot leave.",
						code="negative_stock",
						item_code=entry.item_code,
						warehouse=entry.warehouse,
						on_hand=to_text(shelf.qty),
						qty=to_text(-entry.qty),
					)
				entry.rate = last_rate = shelf.take(-entry.qty, from_end=entry.put_back)
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
		wanted = sorted(set(keys))
		zeros = [
			{"item_code": item, "warehouse": warehouse, "actual_qty": ZERO} for item, warehouse in wanted
		]
		condition, params = key_in(wanted, "item_code", "warehouse")
		source = self.ctx.store.through("Bin", ("item_code", "warehouse"))
		sql = (
			f"SELECT item_code, warehouse, actual_qty, valuation_rate, stock_queue FROM {source}"
			f" WHERE {condition} ORDER BY item_code, warehouse"
		)
		rows = self.ctx.store.rows(sql + self.ctx.store.for_update, params)
		if len(rows) < len(wanted):
			self.ctx.store.add("Bin", BIN_KEY, zeros, add=("actual_qty",))
			rows = self.ctx.store.rows(sql + self.ctx.store.for_update, params)
		return {(row["item_code"], row["warehouse"]): _shelf(row) for row in rows}

	def _write_ledger(self, voucher: Voucher, entries: Sequence[_Entry], at: datetime) -> None:
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

	def _place_serials(self, entries: Sequence[_Entry]) -> None:
		rows = [
			{"name": e.serial_no, "item_code": e.item_code, "batch_no": e.batch_no}
			| {"warehouse": e.warehouse if e.qty > 0 else ""}
			for e in sorted(entries, key=lambda e: e.qty)
			if e.serial_no
		]
		self.ctx.store.add("Serial No", ("name",), rows, add=(), put=("warehouse", "batch_no"))

	def _delivered(self, demand: Demand, qty: Decimal) -> None:
		order = demand.demand_name
		if self._require(SALES_ORDER, order)["status"] == "Closed":
			raise Conflict("{order} is closed.", code="order_closed", order=order)
		self.ctx.store.execute(
			"UPDATE `tabSales Order Item` SET delivered_qty = ROUND(delivered_qty + %(qty)s, 9) WHERE name = %(name)s",
			{"qty": qty, "name": demand.demand_line},
		)
		self._set_order_status(order)

	def _set_order_status(self, order: str) -> None:
		rows = self.order_rows(order)
		wanted = sum((row["stock_qty"] for row in rows), ZERO)
		done = sum((row["delivered_qty"] for row in rows), ZERO)
		status = "To Bill" if done >= wanted else "To Deliver and Bill"
		self._set(SALES_ORDER, order, status=status, per_delivered=done * 100 / wanted)

	def _require(self, doctype: str, name: str, docstatus: int = 1) -> Row:
		"""The document, locked, if it is submitted (or cancelled, where that is asked for)."""
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


def _purpose(purpose: str) -> Row:
	return {"purpose": purpose, "stock_entry_type": purpose}


def _taken(line: PostingLine, **more: str) -> Iterator[_Entry]:
	for qty, serial in line.parts:
		row = {"s_warehouse": line.warehouse, "transfer_qty": qty, **more}
		lot = {"batch_no": line.batch_no, "serial_no": serial}
		yield _Entry(line.item_code, line.warehouse, -qty, bin=line.bin, row=row, **lot)


def _shelf(row: Row) -> Shelf:
	layers = ((Decimal(q), Decimal(r)) for q, r in json.loads(row["stock_queue"] or "[]"))
	return Shelf(from_store(row["actual_qty"]), from_store(row["valuation_rate"]), layers)
