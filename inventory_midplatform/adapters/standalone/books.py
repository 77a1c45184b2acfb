"""``ports.Books``: small books of stock and sale in ERPNext's tables, valued first in, first out.

They replace ERPNext where there is none: enough to post, value, deliver and cancel, and to call the services in the
order of ERPNext's events.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from inventory_midplatform.adapters.standalone.posting import SALES_ORDER, Entry
from inventory_midplatform.adapters.standalone.receipts import SmallReceipts
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.receipt_layers import Change
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.ports import DeliveryLine, LedgerEntry, Parcel, PostingLine, Row, Voucher
from inventory_midplatform.query import key_in
from inventory_midplatform.services import masters
from inventory_midplatform.services.demand import promised_days
from inventory_midplatform.services.demand.sources import INVENTORY_REQUEST, WORK_ORDER
from inventory_midplatform.services.ledger import batches_and_serials
from inventory_midplatform.services.outbound import locking
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reservation import document_sync


class SmallBooks(SmallReceipts):
	# stock

	def receive(
		self, lines: Sequence[PostingLine], *, supplier: str = "", at: datetime | None = None
	) -> Voucher:
		self._check(lines)
		entries = [
			Entry(x.item_code, x.warehouse, qty, x.rate, x.bin, batch_no=x.batch_no, serial_no=serial)
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
		entries = [entry for x in lines for entry in _issued(x)]
		return self._post("Stock Entry", _purpose("Material Issue"), entries, at)

	def transfer(
		self, lines: Sequence[PostingLine], to_warehouse: str, *, at: datetime | None = None
	) -> Voucher:
		self._check(lines)
		target = masters.stock_warehouse(self.ctx, to_warehouse).name
		if any(x.warehouse == target for x in lines):
			raise InvalidInput("Name two different warehouses.", code="same_warehouse", warehouse=target)
		entries = []
		for out in (entry for x in lines for entry in _issued(x, t_warehouse=target)):
			entries += [out, replace(out, warehouse=target, qty=-out.qty, bin="", row=None)]
		return self._post("Stock Entry", _purpose("Material Transfer"), entries, at)

	def count(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher:
		self._check(lines, least=ZERO)
		keys = [(x.item_code, x.warehouse) for x in lines]
		if len({(key, x.batch_no) for key, x in zip(keys, lines, strict=True)}) < len(keys):
			raise InvalidInput("An item in a warehouse can be counted once in a count.", code="counted_twice")
		shelves, batches = self._lock_shelves(keys), batches_and_serials.booked_quantities(self.ctx, keys)
		entries = []
		for x, key in zip(lines, keys, strict=True):
			of_batch = sum((part.qty for part in batches[key] if part.batch_no == x.batch_no), ZERO)
			before = of_batch if x.batch_no else shelves[key].qty
			row = {"warehouse": x.warehouse, "qty": x.qty, "current_qty": before, "valuation_rate": x.rate}
			row["quantity_difference"] = x.qty - before
			entry = Entry(x.item_code, x.warehouse, x.qty - before, x.rate, x.bin, row, batch_no=x.batch_no)
			entries.append(entry)
		return self._post(
			"Stock Reconciliation", {"purpose": "Stock Reconciliation"}, entries, at, counted=True
		)

	def ledger_balances(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		return {}

	def ledger_totals(self, keys: Sequence[Key], locked: bool) -> dict[Key, Decimal]:
		return {}

	def posted_entries(self, vouchers: Sequence[Voucher]) -> list[LedgerEntry]:
		condition, params = key_in(
			[(v.voucher_type, v.voucher_no) for v in vouchers], "voucher_type", "voucher_no"
		)
		return [
			_ledger_entry(row) for row in self.ctx.store.rows(_ENTRIES.format(condition=condition), params)
		]

	def ledger_entries(self, keys: Sequence[Key], since: date | None) -> list[LedgerEntry]:
		condition, params = key_in(keys, "item_code", "warehouse")
		condition += " AND is_cancelled = 0 AND posting_datetime >= %(since)s"
		params["since"] = datetime.combine(since or date.min, time())
		return [
			_ledger_entry(row) for row in self.ctx.store.rows(_ENTRIES.format(condition=condition), params)
		]

	def changes_of_items(self, items: Sequence[str]) -> list[Change]:
		return [
			Change(
				(row["item_code"], row["warehouse"]),
				from_store(row["actual_qty"]),
				row["posting_datetime"],
				row["batch_no"] or "",
				row["voucher_type"],
				row["voucher_no"],
				row["voucher_detail_no"],
			)
			for row in self.ctx.store.rows(_CHANGES, {"items": items})
		]

	def entries_of_rows(self, detail_nos: Sequence[str]) -> list[LedgerEntry]:
		condition = "voucher_detail_no IN %(details)s AND is_cancelled = 0"
		rows = self.ctx.store.rows(_ENTRIES.format(condition=condition), {"details": detail_nos})
		return [_ledger_entry(row) for row in rows]

	def balances_after(self, day: date, items: Collection[str] | None) -> dict[Key, Decimal]:
		rows = self.ctx.store.rows(
			"SELECT item_code, warehouse, SUM(actual_qty) AS qty FROM `tabStock Ledger Entry`"
			" WHERE is_cancelled = 0 AND posting_datetime < %(end)s AND (%(all)s = 1 OR item_code IN %(items)s)"
			" GROUP BY item_code, warehouse",
			{
				"end": datetime.combine(day, time()) + timedelta(days=1),
				"all": int(items is None),
				"items": sorted(items or ("",)),
			},
		)
		found = {(row["item_code"], row["warehouse"]): from_store(row["qty"]) for row in rows}
		return {key: qty for key, qty in found.items() if qty}

	def next_counts(self, since: Mapping[Key, datetime]) -> dict[Key, date]:
		return {}

	half_unit = ZERO

	def rounding(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		return {}

	def cancel(self, voucher: Voucher) -> None:
		doctype, name = voucher.voucher_type, voucher.voucher_no
		header = self._require(doctype, name)
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
			Entry(
				row["item_code"],
				row["warehouse"],
				-from_store(row["actual_qty"]),
				from_store(row["incoming_rate"]),
				detail_no=row["voucher_detail_no"],
				demand=_demand_of(header, row),
				reverses=True,
				batch_no=row["batch_no"] or "",
				serial_no=row["serial_no"] or "",
			)
			for row in rows
		]
		demands = {(e.demand.demand_type, e.demand.demand_name) for e in entries if e.demand}
		self._lock_to_cancel(voucher)
		locking.lock_orders(self.ctx, demands, cancelled=voucher)
		batches_and_serials.check_moving(self.ctx, [(e.key, e.tracked) for e in entries])
		self._set(doctype, name, docstatus=2)
		if header.get("work_order"):
			self._count_made(header["work_order"])
		self._place_serials(entries)
		self.ctx.store.execute(
			"UPDATE `tabStock Ledger Entry` SET is_cancelled = 1 WHERE voucher_type = %(type)s AND voucher_no = %(no)s",
			{"type": doctype, "no": name},
		)
		self._apply(entries)
		for entry in entries:
			if entry.demand and entry.demand.demand_type == SALES_ORDER:
				self._delivered(entry.demand, -entry.qty)
		self._settle(voucher, entries, self.ctx.clock.now(), cancelled=True)
		self._receipt_cancelled(voucher)

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
						"base_net_rate": x.rate or ZERO,
						"delivery_date": header["transaction_date"],
					}
					for x in lines
				],
			},
		)
		promised_days.record(self.ctx, name)
		self._order_changed(name)
		return name

	def _require_order(self, order: str) -> Row:
		"""Return a submitted Sales Order, locked after its Outbound Orders, as their steps do."""
		locking.lock_orders(self.ctx, [(SALES_ORDER, order)])
		return self._require(SALES_ORDER, order)

	def _order_changed(self, order: str) -> None:
		document_sync.sync(self.ctx, SALES_ORDER, order)
		outbound_sync.sync(self.ctx, SALES_ORDER, order)

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
		self._require_order(order)
		rows = {row["name"]: row for row in self.order_rows(order)}
		for name, qty in quantities.items():
			if name not in rows:
				raise NotFound(
					"Row {row} does not exist in {order}.", code="unknown_row", row=name, order=order
				)
			if qty <= 0 or qty < rows[name]["delivered_qty"]:
				raise Conflict("A row cannot be less than was delivered.", code="below_delivered", row=name)
			self._set("Sales Order Item", name, qty=qty, stock_qty=qty)
		self._set_order_status(order)
		self._order_changed(order)

	def close_order(self, order: str) -> None:
		self._require_order(order)
		self._set(SALES_ORDER, order, status="Closed")
		self._order_changed(order)

	def put_order_on_hold(self, order: str) -> None:
		self._require_order(order)
		self._set(SALES_ORDER, order, status="On Hold")
		self._order_changed(order)

	def reopen_order(self, order: str) -> None:
		self._require_order(order)
		self._set_order_status(order)
		self._order_changed(order)

	def cancel_order(self, order: str) -> None:
		self._require_order(order)
		if any(row["delivered_qty"] for row in self.order_rows(order)):
			raise Conflict("Cancel the deliveries of {order} first.", code="has_deliveries", order=order)
		self._set(SALES_ORDER, order, docstatus=2, status="Cancelled")
		self._order_changed(order)

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
		header = self._require_order(order)
		rows = {row["name"]: row for row in self.order_rows(order)}
		open_ = {name: row["stock_qty"] - row["delivered_qty"] for name, row in rows.items()}
		to_deliver = {n: q for n, q in (open_ if quantities is None else quantities).items() if q > 0}
		if not to_deliver or any(qty > open_.get(name, ZERO) for name, qty in to_deliver.items()):
			raise Conflict("{order} no longer needs this much.", code="over_delivery", order=order)
		entries: list[Entry] = []
		for name, qty in to_deliver.items():
			item, warehouse = rows[name]["item_code"], rows[name]["warehouse"]
			demand, row = Demand(SALES_ORDER, order, name), {"warehouse": warehouse, "so_detail": name}
			sent = [e.tracked for e in entries if e.key == (item, warehouse)]
			for part in batches_and_serials.to_send(self.ctx, (item, warehouse), qty, sent):
				values = {**row, "stock_qty": part.qty, "against_sales_order": order}
				entry = Entry(item, warehouse, -part.qty, row=values, demand=demand)
				entries.append(replace(entry, batch_no=part.batch_no, serial_no=part.serial_no))
		return self._post("Delivery Note", {"customer": header["customer"]}, entries, at)

	def draft_delivery(
		self, source_type: str, source_name: str, warehouse: str, lines: Sequence[DeliveryLine]
	) -> Voucher:
		of_order = source_type == SALES_ORDER
		values: Row = {"company": self._company(warehouse)}
		if of_order:
			values["customer"] = self._require(SALES_ORDER, source_name)["customer"]
		else:
			values |= {**_purpose("Material Issue"), "inventory_request": source_name}
		items = []
		for line in lines:
			for qty, serial in [(Decimal(1), s) for s in line.serial_nos] or [(line.qty, "")]:
				row = {
					"item_code": line.item_code,
					"batch_no": line.batch_no,
					"serial_no": serial,
					"qty": qty,
				}
				if of_order:
					row |= {"warehouse": warehouse, "stock_qty": qty}
					row |= {"against_sales_order": source_name, "so_detail": line.source_row}
				else:
					row |= {"s_warehouse": warehouse, "transfer_qty": qty}
					row["inventory_stock_status"] = line.stock_status
				items.append(row)
		doctype = "Delivery Note" if of_order else "Stock Entry"
		return Voucher(doctype, self.ctx.documents.create(doctype, {**values, "items": items}))

	def submit(self, voucher: Voucher) -> None:
		doctype, name = voucher.voucher_type, voucher.voucher_no
		if self._is_receipt(voucher):
			self._submit_receipt(voucher)
			return
		header = self._require(doctype, name, docstatus=0)
		columns = (
			"warehouse, stock_qty AS moved_qty, against_sales_order, so_detail"
			if doctype == "Delivery Note"
			else "s_warehouse AS warehouse, transfer_qty AS moved_qty, inventory_stock_status"
		)
		rows = self.ctx.store.rows(
			f"SELECT name, item_code, batch_no, serial_no, {columns} FROM `tab{doctype} {_ROWS[doctype]}`"
			" WHERE parent = %(no)s ORDER BY idx",
			{"no": name},
		)
		entries = [
			Entry(
				row["item_code"],
				row["warehouse"],
				-from_store(row["moved_qty"]),
				detail_no=row["name"],
				demand=_demand_of(header, row),
				batch_no=row["batch_no"] or "",
				serial_no=row["serial_no"] or "",
				stock_status=row.get("inventory_stock_status") or AVAILABLE,
			)
			for row in rows
		]
		batches_and_serials.check_moving(self.ctx, [(e.key, e.tracked) for e in entries])
		now = self.ctx.clock.now()
		self._set(doctype, name, docstatus=1, posting_date=now.date())
		self._enter(voucher, entries, now)

	# these books have neither Packing Slips nor Shipments

	def pack(self, delivery: Voucher, parcels: Sequence[Parcel]) -> list[str]:
		return []

	def dispatch(self, delivery: Voucher, parcels: Sequence[Parcel], carrier: str, tracking_no: str) -> str:
		return ""

	def discard_shipments(self, delivery: Voucher) -> None:
		pass


_ENTRIES = """
SELECT voucher_type, voucher_no, voucher_detail_no, item_code, warehouse, posting_datetime, actual_qty,
	ROUND(actual_qty * incoming_rate, 9) AS value
FROM `tabStock Ledger Entry` WHERE {condition}
"""


_CHANGES = """
SELECT voucher_type, voucher_no, voucher_detail_no, item_code, warehouse, posting_datetime, actual_qty, batch_no
FROM `tabStock Ledger Entry` WHERE item_code IN %(items)s AND is_cancelled = 0
ORDER BY item_code, warehouse, posting_datetime, creation
"""


def _ledger_entry(row: Row) -> LedgerEntry:
	return LedgerEntry(
		Voucher(row["voucher_type"], row["voucher_no"]),
		row["voucher_detail_no"],
		row["item_code"],
		row["warehouse"],
		row["posting_datetime"].date(),
		from_store(row["actual_qty"]),
		from_store(row["value"]),
	)


_ROWS = {"Delivery Note": "Item", "Stock Entry": "Detail"}


def _demand_of(header: Row, row: Row) -> Demand | None:
	"""Return the demand that a voucher's row delivers."""
	if row.get("so_detail"):
		return Demand(SALES_ORDER, row["against_sales_order"], row["so_detail"])
	if header.get("work_order") and (row.get("actual_qty") or 0) < 0:
		return Demand(WORK_ORDER, header["work_order"])
	request = header.get("inventory_request")
	return Demand(INVENTORY_REQUEST, request) if request else None


def _purpose(purpose: str) -> Row:
	return {"purpose": purpose, "stock_entry_type": purpose}


def _issued(line: PostingLine, **more: str) -> Iterator[Entry]:
	for qty, serial in line.parts:
		row = {"s_warehouse": line.warehouse, "transfer_qty": qty, **more}
		tracked = {"batch_no": line.batch_no, "serial_no": serial}
		yield Entry(line.item_code, line.warehouse, -qty, bin=line.bin, row=row, **tracked)
