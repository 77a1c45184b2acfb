"""What Work Orders make in the small books, by Stock Entries that consume their material. Another system writes the orders."""

from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.adapters.standalone.posting import SmallPosting
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import ReceiptLine, Row, Voucher
from inventory_midplatform.services.inbound import sources
from inventory_midplatform.services.inbound.sources import WORK_ORDER
from inventory_midplatform.services.ledger import batches_and_serials

_MATERIAL = """
SELECT r.item_code, r.required_qty / d.qty AS qty, CASE WHEN d.skip_transfer = 0 OR d.from_wip_warehouse = 1
	THEN d.wip_warehouse ELSE COALESCE(NULLIF(r.source_warehouse, ''), d.source_warehouse) END AS warehouse
FROM `tabWork Order Item` r JOIN `tabWork Order` d ON d.name = r.parent
WHERE d.name = %(order)s AND r.include_item_in_manufacturing = 1 ORDER BY r.idx
"""

_CONSUMED = """
UPDATE `tabWork Order Item` SET consumed_qty = COALESCE((
	SELECT SUM(part.transfer_qty) FROM `tabStock Entry` entry JOIN `tabStock Entry Detail` part ON part.parent = entry.name
	WHERE entry.work_order = %(order)s AND entry.docstatus = 1 AND entry.purpose = 'Manufacture'
		AND part.s_warehouse <> '' AND part.item_code = `tabWork Order Item`.item_code
), 0) WHERE parent = %(order)s
"""

_MADE = """
SELECT SUM(fg_completed_qty) AS started, SUM(process_loss_qty) AS lost FROM `tabStock Entry`
WHERE work_order = %(order)s AND docstatus = 1 AND purpose = 'Manufacture'
"""


class SmallWorkOrders(SmallPosting):
	def _draft_manufacture(self, order: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Voucher:
		header = self._require(WORK_ORDER, order)
		if header["status"] in sources.WORK_ORDERS.closed:
			raise Conflict("{order} is closed.", code="order_closed", order=order)
		good = sum((line.qty for line in lines), ZERO)
		started = sources.started(self.ctx, order, good)
		items: list[Row] = []
		for row in self.ctx.store.rows(_MATERIAL, {"order": order}):
			key, qty = (row["item_code"], row["warehouse"]), from_store(row["qty"]) * started
			for part in batches_and_serials.to_send(self.ctx, key, from_store(qty)):
				of_part = {"batch_no": part.batch_no, "serial_no": part.serial_no, "qty": part.qty}
				items.append(
					{"item_code": key[0], "s_warehouse": key[1], "transfer_qty": part.qty, **of_part}
				)
		for line in lines:
			for qty, serial in [(Decimal(1), s) for s in line.serial_nos] or [(line.qty, "")]:
				item = {"item_code": line.item_code, "batch_no": line.batch_no, "serial_no": serial}
				item |= {"t_warehouse": warehouse, "qty": qty, "transfer_qty": qty, "is_finished_item": 1}
				items.append(item)
		values: Row = {"purpose": "Manufacture", "stock_entry_type": "Manufacture", "work_order": order}
		values |= {"fg_completed_qty": started, "process_loss_qty": started - good}
		values |= {"company": self._company(warehouse), "items": items}
		return Voucher("Stock Entry", self.ctx.documents.create("Stock Entry", values))

	def _count_made(self, order: str) -> None:
		"""Write what was made of a Work Order, and of what, as its Stock Entries say; and its status. Raises Conflict
		(``order_stopped``, ``over_receipt``).
		"""
		made = self.ctx.store.rows(_MADE, {"order": order})[0]
		started, lost = from_store(made["started"]), from_store(made["lost"])
		header = self._require(WORK_ORDER, order)
		if header["status"] == "Stopped":
			raise Conflict("{order} is stopped.", code="order_stopped", order=order)
		qty = from_store(header["qty"])
		if started > qty * (100 + self.ctx.settings.overproduction_percent) / 100:
			raise Conflict("{order} no longer needs this much.", code="over_receipt", order=order)
		status = "In Process" if started else "Not Started"
		status = "Completed" if started >= qty else status
		self._set(WORK_ORDER, order, produced_qty=started - lost, process_loss_qty=lost, status=status)
		self.ctx.store.execute(_CONSUMED, {"order": order})
