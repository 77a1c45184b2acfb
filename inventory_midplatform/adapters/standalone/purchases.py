"""Purchases in the small books: Purchase Orders, and Purchase Receipts drafted for their rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from inventory_midplatform.adapters.standalone.posting import SmallPosting
from inventory_midplatform.domain.errors import Conflict, NotFound
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.ports import (
	PostingLine,
	QualityFound,
	QualityParameter,
	ReceiptLine,
	ReturnLine,
	Row,
	Voucher,
)
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.services.inbound.sources import PURCHASE_ORDER

RECEIPT = "Purchase Receipt"

_ORDERED = """
SELECT r.item_code, r.warehouse, SUM(r.stock_qty - r.received_qty) AS qty
FROM `tabPurchase Order Item` r JOIN `tabPurchase Order` d ON d.name = r.parent
WHERE d.docstatus = 1 AND d.status <> 'Closed' AND r.stock_qty > r.received_qty
	AND r.item_code IN %(items)s AND r.warehouse IN %(warehouses)s
GROUP BY r.item_code, r.warehouse
"""


class SmallPurchases(SmallPosting):
	def purchase(self, supplier: str, lines: Sequence[PostingLine], *, due: date | None = None) -> str:
		self._check(lines)
		day = due or self._today()
		name = self.ctx.documents.create(
			PURCHASE_ORDER,
			{
				"supplier": supplier,
				"company": self._company(lines[0].warehouse),
				"transaction_date": self._today(),
				"status": "To Receive and Bill",
				"docstatus": 1,
				"items": [
					{
						"item_code": x.item_code,
						"warehouse": x.warehouse,
						"stock_qty": x.qty,
						"conversion_factor": 1,
						"rate": x.rate or ZERO,
						"schedule_date": day,
					}
					for x in lines
				],
			},
		)
		self._purchase_changed(name)
		return name

	def budget(self, company: str, account: str, cost_center: str, on: date) -> None:
		return None  # no accounts here

	def purchase_rows(self, order: str) -> list[Row]:
		numbers = ("stock_qty", "received_qty", "rate")
		return [
			{**row, **{n: from_store(row[n]) for n in numbers}}
			for row in self.ctx.store.rows(
				"SELECT name, item_code, warehouse, stock_qty, received_qty, rate FROM `tabPurchase Order Item`"
				" WHERE parent = %(order)s ORDER BY idx",
				{"order": order},
			)
		]

	def _require_purchase(self, order: str) -> Row:
		"""Return a submitted Purchase Order, locked after its Inbound Orders, as their steps do."""
		inbound_sync.lock_orders(self.ctx, [(PURCHASE_ORDER, order)])
		return self._require(PURCHASE_ORDER, order)

	def update_purchase(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		self._require_purchase(order)
		rows = {row["name"]: row for row in self.purchase_rows(order)}
		for name, qty in quantities.items():
			if name not in rows:
				raise NotFound(
					"Row {row} does not exist in {order}.", code="unknown_row", row=name, order=order
				)
			if qty <= 0 or qty < rows[name]["received_qty"]:
				raise Conflict("A row cannot be less than was received.", code="below_received", row=name)
			self._set("Purchase Order Item", name, stock_qty=qty)
		self._set_purchase_status(order)
		self._purchase_changed(order)

	def close_purchase(self, order: str) -> None:
		self._require_purchase(order)
		self._set(PURCHASE_ORDER, order, status="Closed")
		self._purchase_changed(order)

	def reopen_purchase(self, order: str) -> None:
		self._require_purchase(order)
		self._set_purchase_status(order)
		self._purchase_changed(order)

	def cancel_purchase(self, order: str) -> None:
		self._require_purchase(order)
		if any(row["received_qty"] for row in self.purchase_rows(order)):
			raise Conflict("Cancel the receipts of {order} first.", code="has_receipts", order=order)
		self._set(PURCHASE_ORDER, order, docstatus=2, status="Cancelled")
		self._purchase_changed(order)

	def _draft_purchase_receipt(
		self, source_name: str, warehouse: str, lines: Sequence[ReceiptLine]
	) -> Voucher:
		header = self._require(PURCHASE_ORDER, source_name)
		if header["status"] == "Closed":
			raise Conflict("{order} is closed.", code="order_closed", order=source_name)
		rows = {row["name"]: row for row in self.purchase_rows(source_name)}
		items = [
			{
				"item_code": line.item_code,
				"warehouse": warehouse,
				"qty": qty,
				"stock_qty": qty,
				"rate": rows[line.source_row]["rate"],
				"batch_no": line.batch_no,
				"serial_no": serial,
				"purchase_order": source_name,
				"purchase_order_item": line.source_row,
			}
			for line in lines
			for qty, serial in [(Decimal(1), s) for s in line.serial_nos] or [(line.qty, "")]
		]
		values = {"supplier": header["supplier"], "company": self._company(warehouse), "items": items}
		return Voucher(RECEIPT, self.ctx.documents.create(RECEIPT, values))

	def draft_return(self, receipt: Voucher, lines: Sequence[ReturnLine]) -> Voucher:
		header = self._require(RECEIPT, receipt.voucher_no)
		rows = {row["purchase_order_item"]: row for row in self._rows_of(receipt.voucher_no)}
		copied = ("warehouse", "rate", "purchase_order", "purchase_order_item")
		items = [
			{
				**{column: rows[line.source_row][column] for column in copied},
				"item_code": line.item_code,
				"qty": -qty,
				"stock_qty": -qty,
				"batch_no": line.batch_no,
				"serial_no": serial,
				"inventory_stock_status": line.stock_status,
			}
			for line in lines
			for qty, serial in [(Decimal(1), s) for s in line.serial_nos] or [(line.qty, "")]
		]
		values = {"supplier": header["supplier"], "company": header["company"], "items": items}
		values |= {"is_return": 1, "return_against": receipt.voucher_no}
		return Voucher(RECEIPT, self.ctx.documents.create(RECEIPT, values))

	def quality_parameters(self, items: Sequence[str]) -> dict[str, list[QualityParameter]]:
		return {}

	def record_quality(self, receipt: Voucher, found: QualityFound) -> str:
		return ""

	def _check_returns(self, receipt: str) -> None:
		"""Refuse to return more of a receipt than it brought."""
		rows = self.ctx.store.rows(
			"SELECT r.item_code, SUM(r.stock_qty) AS qty FROM `tabPurchase Receipt Item` r JOIN `tabPurchase Receipt` d"
			" ON d.name = r.parent WHERE d.docstatus = 1 AND (d.name = %(name)s OR d.return_against = %(name)s)"
			" GROUP BY r.item_code",
			{"name": receipt},
		)
		for row in rows:
			if from_store(row["qty"]) < 0:
				raise Conflict(
					"{qty} of item {item_code} is more than the receipt has left to return.",
					code="over_return",
					item_code=row["item_code"],
					qty=to_text(-from_store(row["qty"])),
				)

	def _rows_of(self, receipt: str) -> list[Row]:
		return self.ctx.store.rows(
			"SELECT warehouse, rate, purchase_order, purchase_order_item FROM `tabPurchase Receipt Item`"
			" WHERE parent = %(name)s ORDER BY idx",
			{"name": receipt},
		)

	def _purchase_received(self, order: str, rows: Sequence[Row], sign: int) -> None:
		received: dict[str, Decimal] = defaultdict(lambda: ZERO)
		for row in rows:
			received[row["source_row"]] += sign * row["qty"]
		changes = [{"name": name, "received_qty": qty} for name, qty in received.items()]
		self.ctx.store.add("Purchase Order Item", ("name",), changes, add=("received_qty",))
		self._set_purchase_status(order)
		self._set_ordered(order)

	def _set_purchase_status(self, order: str) -> None:
		left = any(row["stock_qty"] > row["received_qty"] for row in self.purchase_rows(order))
		self._set(PURCHASE_ORDER, order, status="To Receive and Bill" if left else "To Bill")

	def _purchase_changed(self, order: str) -> None:
		self._set_ordered(order)
		inbound_sync.sync(self.ctx, PURCHASE_ORDER, order)

	def _set_ordered(self, order: str) -> None:
		"""Write what is on order into the Bins of an order's items."""
		keys = sorted({(row["item_code"], row["warehouse"]) for row in self.purchase_rows(order)})
		about = {"items": [item for item, _ in keys], "warehouses": [place for _, place in keys]}
		ordered = {
			(row["item_code"], row["warehouse"]): from_store(row["qty"])
			for row in self.ctx.store.rows(_ORDERED, about)
		}
		bins = [
			{"item_code": item, "warehouse": place, "ordered_qty": ordered.get((item, place), ZERO)}
			for item, place in keys
		]
		self.ctx.store.add("Bin", ("item_code", "warehouse"), bins, add=(), put=("ordered_qty",))
