"""What comes into a warehouse in the small books, for Inbound Orders: drafted, submitted and cancelled, whatever it comes from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.adapters.standalone.posting import SALES_ORDER, Entry
from inventory_midplatform.adapters.standalone.purchases import RECEIPT, SmallPurchases
from inventory_midplatform.adapters.standalone.work_orders import SmallWorkOrders
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.inbound import QUALITY
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.ports import PostingLine, ReceiptLine, Row, Voucher
from inventory_midplatform.services import masters
from inventory_midplatform.services.inbound import posted, sources
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.services.inbound.posted import Received
from inventory_midplatform.services.inbound.sources import (
	DELIVERY_NOTE,
	PURCHASE_ORDER,
	STOCK_ENTRY,
	WORK_ORDER,
)
from inventory_midplatform.services.ledger import batches_and_serials
from inventory_midplatform.services.outbound import locking
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reservation import document_sync

_OF_RECEIPT = {
	RECEIPT: f"""warehouse, stock_qty AS qty, rate, '' AS s_warehouse, '{PURCHASE_ORDER}' AS source_type,
	purchase_order AS source_name, purchase_order_item AS source_row, inventory_stock_status
FROM `tabPurchase Receipt Item` row""",
	STOCK_ENTRY: f"""t_warehouse AS warehouse, transfer_qty AS qty, NULL AS rate, s_warehouse, is_finished_item,
	(SELECT work_order FROM `tabStock Entry` entry WHERE entry.name = row.parent) AS work_order,
	CASE is_finished_item WHEN 1 THEN '{WORK_ORDER}' ELSE '{STOCK_ENTRY}' END AS source_type,
	against_stock_entry AS source_name, ste_detail AS source_row
FROM `tabStock Entry Detail` row""",
	DELIVERY_NOTE: f"""warehouse, -stock_qty AS qty, NULL AS rate, '' AS s_warehouse, '{DELIVERY_NOTE}' AS source_type,
	(SELECT return_against FROM `tabDelivery Note` note WHERE note.name = row.parent) AS source_name,
	dn_detail AS source_row, against_sales_order, so_detail
FROM `tabDelivery Note Item` row""",
}
"""Receipt → what its rows say: where to, how much, from which row of which document. A return's quantities are below zero."""

_ROWS = {
	RECEIPT: "Purchase Receipt Item",
	STOCK_ENTRY: "Stock Entry Detail",
	DELIVERY_NOTE: "Delivery Note Item",
}


class SmallReceipts(SmallPurchases, SmallWorkOrders):
	def send(self, lines: Sequence[PostingLine], transit_warehouse: str, to_warehouse: str) -> Voucher:
		self._check(lines)
		places = [masters.stock_warehouse(self.ctx, name).name for name in (transit_warehouse, to_warehouse)]
		transit, target = places
		request = self.ctx.documents.create(
			"Material Request",
			{
				"material_request_type": "Material Transfer",
				"company": self._company(target),
				"docstatus": 1,
				"status": "Transferred",
				"schedule_date": self._today(),
				"items": [
					{
						"item_code": x.item_code,
						"warehouse": target,
						"from_warehouse": x.warehouse,
						"qty": x.qty,
						"stock_qty": x.qty,
						"ordered_qty": x.qty,
						"conversion_factor": 1,
						"schedule_date": self._today(),
					}
					for x in lines
				],
			},
		)
		rows = self.ctx.store.rows(
			"SELECT name FROM `tabMaterial Request Item` WHERE parent = %(name)s ORDER BY idx",
			{"name": request},
		)
		entries = []
		for line, row in zip(lines, rows, strict=True):
			about = {"material_request": request, "material_request_item": row["name"]}
			for qty, serial in line.parts:
				values = {"s_warehouse": line.warehouse, "t_warehouse": transit, "transfer_qty": qty, **about}
				tracked = {"batch_no": line.batch_no, "serial_no": serial}
				out = Entry(line.item_code, line.warehouse, -qty, bin=line.bin, row=values, **tracked)
				entries += [out, replace(out, warehouse=transit, qty=qty, bin="", row=None)]
		purpose = {
			"purpose": "Material Transfer",
			"stock_entry_type": "Material Transfer",
			"add_to_transit": 1,
		}
		voucher = self._post(STOCK_ENTRY, purpose, entries, None)
		inbound_sync.sync(self.ctx, STOCK_ENTRY, voucher.voucher_no)
		return voucher

	# drafts

	def draft_receipt(
		self, source_type: str, source_name: str, warehouse: str, lines: Sequence[ReceiptLine]
	) -> Voucher:
		if source_type == PURCHASE_ORDER:
			return self._draft_purchase_receipt(source_name, warehouse, lines)
		if source_type == WORK_ORDER:
			return self._draft_manufacture(source_name, warehouse, lines)
		values: Row = {"company": self._company(warehouse)}
		if not source_type:
			return self._draft_material_receipt(warehouse, lines, values)
		header = self._require(source_type, source_name)
		rows = {row["name"]: row for row in self._moved(source_type, source_name)}
		parts = [
			(rows[line.source_row], line, qty, serial)
			for line in lines
			for qty, serial in [(Decimal(1), s) for s in line.serial_nos] or [(line.qty, "")]
		]
		items: list[Row] = []
		for row, line, qty, serial in parts:
			item = {"item_code": line.item_code, "batch_no": line.batch_no, "serial_no": serial}
			if source_type == STOCK_ENTRY:
				item |= {"s_warehouse": row["t_warehouse"], "t_warehouse": warehouse, "qty": qty}
				item |= {"transfer_qty": qty, "against_stock_entry": source_name, "ste_detail": row["name"]}
			else:
				item |= {"warehouse": warehouse, "qty": -qty, "stock_qty": -qty, "dn_detail": row["name"]}
				item |= {key: row[key] for key in ("against_sales_order", "so_detail")}
			items.append(item)
		if source_type == STOCK_ENTRY:
			values |= {"purpose": "Material Transfer", "stock_entry_type": "Material Transfer"}
			values["outgoing_stock_entry"] = source_name
		else:
			values |= {"customer": header["customer"], "is_return": 1, "return_against": source_name}
		return Voucher(source_type, self.ctx.documents.create(source_type, {**values, "items": items}))

	def _draft_material_receipt(self, warehouse: str, lines: Sequence[ReceiptLine], values: Row) -> Voucher:
		items = [
			{
				"item_code": line.item_code,
				"batch_no": line.batch_no,
				"serial_no": serial,
				"t_warehouse": warehouse,
				"qty": qty,
				"transfer_qty": qty,
			}
			for line in lines
			for qty, serial in [(Decimal(1), s) for s in line.serial_nos] or [(line.qty, "")]
		]
		values |= {"purpose": "Material Receipt", "stock_entry_type": "Material Receipt", "items": items}
		return Voucher(STOCK_ENTRY, self.ctx.documents.create(STOCK_ENTRY, values))

	def _moved(self, doctype: str, name: str) -> list[Row]:
		return self.ctx.store.rows(
			f"SELECT * FROM `tab{_ROWS[doctype]}` WHERE parent = %(name)s ORDER BY idx", {"name": name}
		)

	# submitted and cancelled

	def _is_receipt(self, voucher: Voucher) -> bool:
		"""Return whether a draft brings stock in."""
		if voucher.voucher_type == RECEIPT:
			return True
		brings = {STOCK_ENTRY: "purpose <> 'Material Issue'", DELIVERY_NOTE: "is_return = 1"}
		return voucher.voucher_type in brings and bool(
			self.ctx.store.rows(
				f"SELECT name FROM `tab{voucher.voucher_type}` WHERE name = %(name)s AND {brings[voucher.voucher_type]}",
				{"name": voucher.voucher_no},
			)
		)

	def _submit_receipt(self, voucher: Voucher) -> None:
		doctype, name = voucher.voucher_type, voucher.voucher_no
		rows = self._receipt_rows(voucher)
		orders: list[str] = sorted({row["against_sales_order"] for row in rows if row.get("so_detail")})
		inbound_sync.lock_orders(self.ctx, _documents(rows))
		locking.lock_orders(self.ctx, [(SALES_ORDER, order) for order in orders])
		header = self._require(doctype, name, docstatus=0)
		brought = {
			row["name"]: (row["source_type"] if row["source_name"] else "", row["item_code"]) for row in rows
		}
		inspected = posted.inspected(self.ctx, voucher, brought.values())
		entries = []
		for row in rows:
			status = QUALITY if brought[row["name"]] in inspected else AVAILABLE
			if row["qty"] < 0:  # it goes back to the supplier
				status = row["inventory_stock_status"] or AVAILABLE
			tracked = {"batch_no": row["batch_no"] or "", "serial_no": row["serial_no"] or ""}
			entry = Entry(
				row["item_code"], row["warehouse"], row["qty"], row["rate"], detail_no=row["name"], **tracked
			)
			if row["s_warehouse"]:
				taken = replace(entry, warehouse=row["s_warehouse"], qty=-row["qty"])
				taken.demand = Demand(WORK_ORDER, row["work_order"]) if row["work_order"] else None
				entries.append(taken)
			if row["warehouse"]:
				made = bool(row.get("is_finished_item"))
				entries.append(replace(entry, stock_status=status, is_product=made))
		batches_and_serials.check_moving(self.ctx, [(e.key, e.tracked) for e in entries])
		now = self.ctx.clock.now()
		self._set(doctype, name, docstatus=1, posting_date=now.date())
		self._set_rows(voucher, 1)
		if header.get("work_order"):
			self._count_made(header["work_order"])
		if doctype == RECEIPT and header["is_return"]:
			self._require(RECEIPT, header["return_against"])
			self._check_returns(header["return_against"])
		self._received(rows, 1)
		self._enter(voucher, entries, now)
		for row in rows:
			if row.get("so_detail"):
				self._delivered(
					Demand(SALES_ORDER, row["against_sales_order"], row["so_detail"]), -row["qty"]
				)
		for order in orders:
			document_sync.sync(self.ctx, SALES_ORDER, order, may_grow=True)
			outbound_sync.sync(self.ctx, SALES_ORDER, order)
		received = [
			Received(
				(row["source_type"], row["source_name"]),
				row["source_row"],
				row["item_code"],
				row["warehouse"],
				row["qty"],
				row["batch_no"] or "",
				row["serial_no"] or "",
				brought[row["name"]] in inspected,
			)
			for row in rows
			if row["source_name"] and row["qty"] > 0
		]
		posted.receipt_posted(self.ctx, voucher, received, _documents(rows))

	def _lock_to_cancel(self, voucher: Voucher) -> None:
		"""Lock the Inbound Orders that cancelling a voucher changes. Raises Conflict (``has_receipts``) where others brought in
		what it sent.
		"""
		documents = _documents(self._receipt_rows(voucher)) | {(voucher.voucher_type, voucher.voucher_no)}
		inbound_sync.lock_orders(self.ctx, documents, cancelled=voucher)
		back = self.ctx.store.rows(
			"SELECT name FROM `tabDelivery Note` WHERE return_against = %(name)s AND docstatus = 1"
			" UNION SELECT name FROM `tabPurchase Receipt` WHERE return_against = %(name)s AND docstatus = 1"
			" UNION SELECT parent FROM `tabStock Entry Detail` WHERE against_stock_entry = %(name)s AND docstatus = 1",
			{"name": voucher.voucher_no},
		)
		if back:
			raise Conflict(
				"Cancel the receipts of {order} first.", code="has_receipts", order=voucher.voucher_no
			)

	def _receipt_cancelled(self, voucher: Voucher) -> None:
		"""Count back what a cancelled receipt had brought, and bring Inbound Orders to it."""
		rows = self._receipt_rows(voucher)
		self._set_rows(voucher, 2)
		self._received(rows, -1)
		documents = _documents(rows) | {(voucher.voucher_type, voucher.voucher_no)}
		posted.receipt_cancelled(self.ctx, voucher, documents)

	def _receipt_rows(self, voucher: Voucher) -> list[Row]:
		if voucher.voucher_type not in _OF_RECEIPT:
			return []
		found = self.ctx.store.rows(
			f"SELECT name, item_code, batch_no, serial_no, {_OF_RECEIPT[voucher.voucher_type]}"
			" WHERE parent = %(name)s ORDER BY idx",
			{"name": voucher.voucher_no},
		)
		for row in found:
			row |= {"qty": from_store(row["qty"]), "rate": row["rate"] and from_store(row["rate"])}
			if row.get("is_finished_item"):  # the order is its only row
				row |= {"source_name": row["work_order"], "source_row": row["work_order"]}
		return found

	def _set_rows(self, voucher: Voucher, docstatus: int) -> None:
		if voucher.voucher_type in _ROWS:
			self.ctx.store.execute(
				f"UPDATE `tab{_ROWS[voucher.voucher_type]}` SET docstatus = %(docstatus)s WHERE parent = %(name)s",
				{"docstatus": docstatus, "name": voucher.voucher_no},
			)

	def _received(self, rows: Sequence[Row], sign: int) -> None:
		"""Add what came in to the documents' rows, or take it off again. Raises Conflict (``over_receipt``)."""
		by_document: dict[tuple[str, str], list[Row]] = defaultdict(list)
		for row in rows:
			if row["source_name"]:
				by_document[(row["source_type"], row["source_name"])].append(row)
		for (source_type, name), of_document in sorted(by_document.items()):
			if source_type == PURCHASE_ORDER:
				self._purchase_received(name, of_document, sign)
			if source_type in (PURCHASE_ORDER, WORK_ORDER):  # a Work Order is counted with its entry
				continue
			if source_type == STOCK_ENTRY:
				self._count_transferred(name, of_document, sign)
			if sign > 0 and self._has_less_than_nothing(source_type, name):
				raise Conflict("{order} no longer needs this much.", code="over_receipt", order=name)

	def _count_transferred(self, entry: str, rows: Sequence[Row], sign: int) -> None:
		for row in rows:
			self.ctx.store.execute(
				"UPDATE `tabStock Entry Detail` SET transferred_qty = ROUND(transferred_qty + %(qty)s, 9)"
				" WHERE name = %(row)s",
				{"qty": sign * row["qty"], "row": row["source_row"]},
			)
		sent = self._moved(STOCK_ENTRY, entry)
		all_, done = (
			sum((from_store(row[column]) for row in sent), ZERO)
			for column in ("transfer_qty", "transferred_qty")
		)
		self._set(STOCK_ENTRY, entry, per_transferred=done * 100 / all_)

	def _has_less_than_nothing(self, source_type: str, name: str) -> bool:
		rows = self.ctx.store.rows(sources.SOURCES[source_type].rows, {"name": name})
		return any(from_store(row["qty"]) < 0 for row in rows)


def _documents(rows: Sequence[Row]) -> set[tuple[str, str]]:
	return {(row["source_type"], row["source_name"]) for row in rows if row["source_name"]}
