"""A few items and warehouses of a real site, and a random hand that posts to them by every path there is."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.api.operation import OPERATIONS, perform
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import pos_documents as pos

OLDEST = 15
"""Days ago the first stock came."""
SHIFT = 8
"""POS Invoices after which a shift is closed; from ten on ERPNext closes it in a job."""

BIN_CONTENTS = """
SELECT bs.item_code, bs.warehouse, bs.bin, bs.batch_no, bs.stock_status, bs.qty - bs.allocated_qty AS qty
FROM `tabBin Stock` bs
WHERE bs.item_code IN %(items)s AND bs.qty - bs.allocated_qty >= 1
ORDER BY bs.name
"""


class RandomSite:
	"""``run`` does operations chosen by the hand; what ERPNext or the platform refuse is counted and rolled back."""

	def __init__(self, hand: random.Random, done: Counter[str], refused: Counter[str]):
		self.hand, self.done, self.refused = hand, done, refused
		self.places = [erp.warehouse() for _ in range(3)]
		self.transit = erp.warehouse(warehouse_type="Transit")
		self.bins = {
			place: [
				erp.insert("Warehouse Bin", bin_code=erp.unique("B"), warehouse=place, pick_sequence=n).name
				for n in range(2)
			]
			for place in (*self.places, self.transit)
		}
		self.plain = [self.new_item() for _ in range(4)]
		self.by_hand = self.new_item(has_batch_no=1)
		self.batches = [erp.insert("Batch", batch_id=erp.unique("B"), item=self.by_hand).name for _ in (1, 2)]
		self.items = [
			*self.plain,
			self.by_hand,
			self.new_item(**erp.BATCHES),
			self.new_item(**erp.SERIALS),
			self.new_item(**erp.BATCHES, **erp.SERIALS),
		]
		for place in self.places:
			erp.insert("Storage Policy", warehouse=place, item=self.plain[1], removal_strategy="FIFO")
		self.boms = {self.plain[3]: erp.bom(self.plain[3], self.plain[0])}
		self.profile = pos.profile(self.places[0])
		self.shift = pos.opening(self.profile)
		self.client = erp.customer()
		self.sold: list[Any] = []
		self.submitted: list[Any] = []
		self.orders: list[Any] = []
		self.requests: list[str] = []
		self.reservations: list[str] = []
		for item in self.items:
			for place in self.places:
				self.submitted.append(
					erp.receipt(item, place, 30, days_ago=OLDEST, **self.batch_or_serial(item))
				)
		self.submitted.append(
			erp.receipt(
				self.by_hand, self.places[0], 20, days_ago=OLDEST, **self.batch_or_serial(self.by_hand)
			)
		)
		frappe.db.commit()

	def run(self, operations: int, after_each: Callable[[str], None], paths: Sequence[str] = ()) -> None:
		"""Do so many operations, of these paths where any are named."""
		names = paths or sorted(self.PATHS) + list(self.OFTEN)
		for _ in range(operations):
			name = self.hand.choice(names)
			try:
				self.PATHS[name](self)
				frappe.db.commit()
				self.done[name] += 1
			except (frappe.ValidationError, InventoryError, IndexError) as error:
				frappe.db.rollback()
				self.refused[f"{name}: {type(error).__name__}"] += 1
			after_each(name)

	def open_reposts(self) -> list[str]:
		return frappe.get_all(
			"Repost Item Valuation",
			{"status": ("in", ["Queued", "In Progress"]), "docstatus": 1},
			pluck="name",
			order_by="name",
		)

	# what the hand chooses from

	def new_item(self, **values: Any) -> str:
		return erp.item(item_code=erp.unique("RANDOM"), **values)

	def item(self) -> str:
		return self.hand.choice(self.items)

	def place(self) -> str:
		return self.hand.choice(self.places)

	def qty(self, most: int = 20) -> float:
		return self.hand.choice((self.hand.randint(1, most), round(self.hand.uniform(0.5, most), 3)))

	def whole(self, most: int = 20) -> int:
		return self.hand.randint(1, most)

	def days(self) -> int:
		return self.hand.randint(1, 9)

	def batch_or_serial(self, item: str) -> dict[str, Any]:
		"""The batch that a row of this item names; of other items ERPNext makes or picks it."""
		if item != self.by_hand:
			return {}
		return {"use_serial_batch_fields": 1, "batch_no": self.hand.choice(self.batches)}

	def batch_or_serial_if_named(self, item: str) -> dict[str, Any]:
		return self.batch_or_serial(item) if self.hand.random() < 0.5 else {}

	def record(self, *documents: Any) -> None:
		self.submitted.extend(documents)

	def any_submitted(self, doctype: str) -> Any:
		return self.hand.choice([d for d in self.submitted if d.doctype == doctype and d.docstatus == 1])

	def bin_content(self, on_hold: bool) -> dict[str, Any]:
		"""What lies somewhere, with as many of its serial numbers as the quantity."""
		rows = frappe.db.sql(BIN_CONTENTS, {"items": self.items}, as_dict=True)
		row = self.hand.choice([row for row in rows if (row.stock_status != "Available") is on_hold])
		qty = self.whole(min(int(row.qty), 5))
		serials = self.serials(row, qty)
		return {**row, "qty": str(qty), **({"serial_nos": serials} if serials else {})}

	def serials(self, content: dict[str, Any], qty: int) -> list[str]:
		there = {key: content[key] for key in ("item_code", "warehouse", "bin", "batch_no", "stock_status")}
		return frappe.get_all("Serial Location", there, pluck="serial_no", order_by="serial_no", limit=qty)

	# into a warehouse and out of it

	def receipt(self) -> None:
		item = self.item()
		self.record(erp.receipt(item, self.place(), self.whole(), **self.batch_or_serial(item)))

	def issue(self) -> None:
		item = self.item()
		self.record(erp.issue(item, self.place(), self.whole(), **self.batch_or_serial_if_named(item)))

	def transfer(self) -> None:
		source, to = self.hand.sample(self.places, 2)
		self.record(erp.transfer(self.item(), source, to, self.whole()))

	def through_transit(self) -> None:
		source, to = self.hand.sample(self.places, 2)
		self.record(*erp.transfer_by_transit(self.item(), source, self.transit, to, self.whole(9)))

	def repack(self) -> None:
		source, product = self.hand.sample(self.items, 2)
		self.record(erp.repack(source, product, self.place(), self.whole(5)))

	def manufacture(self) -> None:
		product = self.plain[3]
		order = erp.work_order(product, self.boms[product], self.places[0], self.places[1], self.whole(3))
		self.record(
			erp.work_order_entry(order.name, "Material Transfer for Manufacture", order.qty),
			erp.work_order_entry(order.name, "Manufacture", order.qty),
		)

	def purchase_receipt(self) -> None:
		item = self.item()
		self.record(erp.purchase_receipt(item, self.place(), self.whole(), **self.batch_or_serial(item)))

	def purchase_return(self) -> None:
		self.record(erp.purchase_return(self.any_submitted("Purchase Receipt").name, self.whole(3)))

	def purchase_invoice(self) -> None:
		item = self.item()
		self.record(erp.purchase_invoice(item, self.place(), self.whole(), **self.batch_or_serial(item)))

	def landed_cost(self) -> None:
		self.record(erp.landed_cost(self.any_submitted("Purchase Receipt"), 10))

	def delivery_note(self) -> None:
		item = self.item()
		self.record(
			erp.delivery_note(item, self.place(), self.whole(), **self.batch_or_serial_if_named(item))
		)

	def delivery_return(self) -> None:
		self.record(erp.delivery_return(self.any_submitted("Delivery Note").name, self.whole(3)))

	def return_elsewhere(self) -> None:
		note = self.any_submitted("Delivery Note").name
		self.record(erp.delivery_return(note, self.whole(3), warehouse=self.place()))

	def sales_invoice(self) -> None:
		self.record(erp.sales_invoice(self.item(), self.place(), self.whole()))

	def invoice_return(self) -> None:
		self.record(erp.invoice_return(self.any_submitted("Sales Invoice").name, self.whole(3)))

	def reconciliation(self) -> None:
		self.record(erp.reconciliation(self.item(), self.place(), self.whole(40)))

	def backdated_receipt(self) -> None:
		item = self.item()
		self.record(
			erp.receipt(item, self.place(), self.whole(), days_ago=self.days(), **self.batch_or_serial(item))
		)

	def backdated_issue(self) -> None:
		item = self.item()
		self.record(
			erp.issue(
				item, self.place(), self.whole(5), days_ago=self.days(), **self.batch_or_serial_if_named(item)
			)
		)

	def backdated_reconciliation(self) -> None:
		self.record(erp.reconciliation(self.item(), self.place(), self.whole(40), days_ago=self.days()))

	def run_reposts(self) -> None:
		erp.run_queued_reposts()

	def repost_with_new_ledgers(self) -> None:
		erp.repost(self.any_submitted("Delivery Note"), recreate=True)

	def cancel_anything(self) -> None:
		document = self.hand.choice(self.submitted)
		erp.cancel(document)
		self.submitted.remove(document)

	# for somebody

	def order(self) -> None:
		self.orders.append(erp.sales_order(self.item(), self.place(), self.whole(30)))

	def deliver_order(self) -> None:
		self.record(erp.delivery_for(self.hand.choice(self.orders).name, self.whole(5)))

	def invoice_order(self) -> None:
		self.record(erp.sales_invoice_for(self.hand.choice(self.orders).name))

	def close_or_reopen(self) -> None:
		order = self.hand.choice(self.orders)
		order.reload()
		order.update_status("Draft" if order.status == "Closed" else "Closed")

	def cancel_order(self) -> None:
		order = self.hand.choice(self.orders)
		erp.cancel(order)
		self.orders.remove(order)

	def request(self) -> None:
		row = {"item_code": self.item(), "warehouse": self.place(), "qty": self.whole(9)}
		self.requests.append(erp.material_request("Material Issue", [row]).name)

	def issue_request(self) -> None:
		entry = erp.entry_for_request(self.hand.choice(self.requests))
		entry.items[0].qty = min(entry.items[0].qty, self.whole(5))
		self.record(erp.submit(entry))

	def pos_sale(self) -> None:
		if len(self.sold) >= SHIFT:
			self.pos_closing()
		item = self.item()
		qty, of_row = self.at_the_counter(item)
		self.sold.append(pos.invoice(self.profile, item, qty, self.client, **of_row))
		self.record(self.sold[-1])

	def at_the_counter(self, item: str) -> tuple[int, dict[str, Any]]:
		"""How many, and the batch or the serial numbers that a cashier names."""
		qty = self.whole(5)
		if item in self.plain:
			return qty, {}
		place = self.profile.warehouse
		rows = frappe.db.sql(BIN_CONTENTS, {"items": [item]}, as_dict=True)
		content = self.hand.choice(
			[r for r in rows if r.warehouse == place and r.stock_status == "Available"]
		)
		qty = min(qty, int(content["qty"]))
		serials = "\n".join(self.serials(content, qty))
		return qty, {"use_serial_batch_fields": 1, "batch_no": content["batch_no"], "serial_no": serials}

	def pos_return(self) -> None:
		returned = pos.invoice_return(self.hand.choice(self.sold).name, 1)
		self.sold.append(returned)
		self.record(returned)

	def pos_closing(self) -> None:
		closing = pos.closing(self.shift)
		self.record(closing)
		self.shift = pos.opening(self.profile)
		self.sold = []

	# our own operations

	def call(self, operation: str, **arguments: Any) -> Any:
		return perform(SiteUnitOfWork(), OPERATIONS[operation], arguments)

	def move(self) -> None:
		content = self.bin_content(on_hold=self.hand.random() < 0.2)
		source = content.pop("bin")
		to = self.hand.choice([bin for bin in self.bins[content["warehouse"]] if bin != source])
		self.call("stock.move", **content, from_bin=source, to_bin=to)

	def block(self) -> None:
		self.call("stock.block", **{**self.bin_content(on_hold=False), "stock_status": "Damaged"})

	def unblock(self) -> None:
		self.call("stock.unblock", **self.bin_content(on_hold=True))

	def reserve(self) -> None:
		arguments = {
			"item_code": self.item(),
			"warehouse": self.place(),
			"qty": str(self.qty()),
			"shortage_policy": "Partial",
		}
		self.reservations.append(self.call("reservation.reserve", **arguments)["name"])

	def release(self) -> None:
		self.call("reservation.release", name=self.hand.choice(self.reservations))

	def reassign(self) -> None:
		"""From one demand to another."""
		reserved = {"name": ("in", self.reservations), "reserved_qty": (">=", 1)}
		name = self.hand.choice(
			frappe.get_all("Inventory Reservation", reserved, pluck="name", order_by="name")
		)
		demand = {"demand_type": "Project", "demand_name": erp.unique("P")}
		self.reservations.append(self.call("reservation.reassign", name=name, qty="1", **demand)["name"])

	OFTEN = ("cancel_anything", "cancel_anything", "run_reposts", "invoice_order")
	"""Once more: most can go wrong where something is taken back, and few orders can be invoiced."""
	FIRST = ("receipt", "order", "reserve", "delivery_note")
	"""What others need before they can be done."""

	PATHS: dict[str, Callable[["RandomSite"], None]] = {
		f.__name__: f
		for f in (
			receipt,
			issue,
			transfer,
			through_transit,
			repack,
			manufacture,
			purchase_receipt,
			purchase_return,
			purchase_invoice,
			landed_cost,
			delivery_note,
			delivery_return,
			return_elsewhere,
			sales_invoice,
			invoice_return,
			reconciliation,
			backdated_receipt,
			backdated_issue,
			backdated_reconciliation,
			run_reposts,
			repost_with_new_ledgers,
			cancel_anything,
			order,
			deliver_order,
			invoice_order,
			close_or_reopen,
			cancel_order,
			request,
			issue_request,
			pos_sale,
			pos_return,
			pos_closing,
			move,
			block,
			unblock,
			reserve,
			release,
			reassign,
		)
	}
