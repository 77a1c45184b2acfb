"""Shared by all behaviour tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.platform import Platform, unique

if TYPE_CHECKING:
	import unittest

	Base = unittest.TestCase
else:
	Base = object

D = Decimal


class Counting:
	"""A store that counts the statements that read from it."""

	def __init__(self, store: Any):
		self._store = store
		self.statements = 0

	def rows(self, sql: str, params: Any = None) -> list[Row]:
		self.statements += 1
		rows: list[Row] = self._store.rows(sql, params or {})
		return rows

	def __getattr__(self, name: str) -> Any:
		return getattr(self._store, name)


class Behaviour(Base):
	"""Every test starts with all modules on, and the invariants of the ledger must hold after it."""

	platform: Platform
	soak = False
	"""Whether this is a long proof, run in full by ``make soak``."""

	def setUp(self) -> None:
		self._items_before = len(self.platform.items_made)
		self.platform.settings(
			ledger=True,
			reservation=True,
			sales_order_policy="Partial",
			replenishment=True,
			approval=True,
			outbound=False,
			inbound=False,
			inspect_sales_returns=True,
		)

	def tearDown(self) -> None:
		self.assertEqual(self.platform.verify(self.platform.items_made[self._items_before :]), [])

	@classmethod
	def tearDownClass(cls) -> None:
		cls.platform.settings(outbound=False, inbound=False, sales_order_policy="Partial")
		if found := cls.platform.verify():
			raise AssertionError(f"the invariants of the ledger do not hold: {found}")
		super().tearDownClass()

	# actions

	def later(self, **time: float) -> None:
		"""Let this time pass on the platform's clock, until the end of the test: ``later(seconds=2)``."""
		self.platform.put_clock(timedelta(**time))
		self.addCleanup(self.platform.put_clock, timedelta())

	def stocked(self, qty: Any = 100, **item: Any) -> tuple[str, str]:
		"""Create an item and a warehouse with ``qty`` of it; returns both names."""
		item_code, warehouse = self.platform.make_item(**item), self.platform.make_warehouse()
		if qty:
			self.receive(item_code, warehouse, qty)
		return item_code, warehouse

	def receive(self, item_code: str, warehouse: str, qty: Any, bin: str = "", **tracked: Any) -> Any:
		return self.platform.books.receive([self.line(item_code, warehouse, qty, bin, **tracked)])

	def in_bins_of_one_walk(self, *quantities: int) -> tuple[str, str, list[str]]:
		"""Create an item in bins A1, B1, … of a warehouse, in this walking order; return item, warehouse and bins."""
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		bins = []
		for n, qty in enumerate(quantities):
			bins.append(self.platform.make_bin(warehouse, bin_code=f"{chr(ord('A') + n)}1", sequence=n + 1))
			self.receive(item, warehouse, qty, bins[-1])
		return item, warehouse, bins

	def issue(self, item_code: str, warehouse: str, qty: Any, bin: str = "", **tracked: Any) -> Any:
		return self.platform.books.issue([self.line(item_code, warehouse, qty, bin, **tracked)])

	def expire(self, batch_no: str, day: date = date(2020, 2, 29)) -> None:
		"""Set the batch's last day to ``day``. ERPNext receives no expired batch, so it expires after its receipt."""
		self.platform.update("Batch", batch_no, {"expiry_date": day})

	def line(self, item_code: str, warehouse: str, qty: Any, bin: str = "", **tracked: Any) -> PostingLine:
		return PostingLine(item_code, warehouse, D(str(qty)), D(10), bin, **tracked)

	def order(self, item_code: str, warehouse: str, *quantities: Any) -> str:
		customer = self.platform.make_customer()
		return self.platform.books.order(customer, [self.line(item_code, warehouse, q) for q in quantities])

	def row_names(self, order: str) -> list[str]:
		return [row["name"] for row in self.platform.books.order_rows(order)]

	def reserve(self, item_code: str, warehouse: str, qty: Any, **more: Any) -> Row:
		result: Row = self.platform.call(
			"reservation.reserve", item_code=item_code, warehouse=warehouse, qty=qty, **more
		)
		return result

	def sent(self, item: str, source: str, transit: str, qty: int, asked_by: str = "") -> str:
		"""Write the rows of a submitted Stock Entry into transit, without moving stock; return its row's name."""
		entry, request_row = unique("SE"), unique("MRI") if asked_by else None
		self.addCleanup(self.forget, entry, request_row)
		with self.platform.context() as ctx:
			if asked_by:
				row = {
					"name": request_row,
					"item_code": item,
					"warehouse": asked_by,
					"qty": qty,
					"stock_qty": qty,
				}
				ctx.store.insert("Material Request Item", [row])
			ctx.store.insert("Stock Entry", [{"name": entry, "add_to_transit": 1, "per_transferred": 0}])
			ctx.store.execute(
				"UPDATE `tabStock Entry` SET docstatus = 1 WHERE name = %(entry)s", {"entry": entry}
			)
			line = {"parent": entry, "item_code": item, "s_warehouse": source, "t_warehouse": transit}
			numbers = {"qty": qty, "transfer_qty": qty, "transferred_qty": 0, "conversion_factor": 1}
			line |= {"name": unique("SED"), "docstatus": 1, "material_request_item": request_row}
			ctx.store.insert("Stock Entry Detail", [{**line, **numbers}])
		return str(line["name"])

	def received(self, sent: str, item: str, qty: int, factor: int = 1) -> None:
		"""Write a submitted row that receives from transit, and add its quantity to the row that sent it, as ERPNext does."""
		entry = unique("SE")
		self.addCleanup(self.forget, entry, None)
		row = {"parent": entry, "item_code": item, "qty": qty, "transfer_qty": qty * factor}
		with self.platform.context() as ctx:
			numbers = {"conversion_factor": factor, "ste_detail": sent, "docstatus": 1}
			ctx.store.insert("Stock Entry Detail", [{**row, **numbers}])
			for sql in (
				"UPDATE `tabStock Entry Detail` SET transferred_qty = transferred_qty + %(qty)s WHERE name = %(sent)s",
				"UPDATE `tabStock Entry` SET per_transferred = 100 WHERE name ="
				" (SELECT parent FROM `tabStock Entry Detail` WHERE name = %(sent)s)",
			):
				ctx.store.execute(sql, {"qty": qty, "sent": sent})

	def forget(self, entry: str, request_row: str | None) -> None:
		with self.platform.context() as ctx:
			for sql in (
				"DELETE FROM `tabStock Entry` WHERE name = %(entry)s",
				"DELETE FROM `tabStock Entry Detail` WHERE parent = %(entry)s",
				"DELETE FROM `tabMaterial Request Item` WHERE name = %(request_row)s",
			):
				ctx.store.execute(sql, {"entry": entry, "request_row": request_row})

	# checks

	def position(self, item_code: str, warehouse: str) -> Row:
		result: Row = self.platform.call("stock.get_position", item_code=item_code, warehouse=warehouse)
		return result

	def assert_position(self, item_code: str, warehouse: str, /, **numbers: Any) -> None:
		position = self.position(item_code, warehouse)
		self.assertEqual({name: position[name] for name in numbers}, numbers)

	def in_bins(self, item_code: str, warehouse: str) -> dict[str, Any]:
		"""Return bin code → quantity, of bins that are not empty."""
		found = self.platform.call("stock.explain", item_code=item_code, warehouse=warehouse)
		return {row["bin_code"]: row["qty"] for row in found["bins"]}

	def batches_in_bins(self, item_code: str, warehouse: str) -> dict[tuple[str, str], Any]:
		"""Return (bin code, batch) → quantity, of bins that are not empty."""
		found = self.platform.call("stock.explain", item_code=item_code, warehouse=warehouse)
		return {(row["bin_code"], row["batch_no"]): row["qty"] for row in found["bins"]}

	def serials_in_bins(self, item_code: str) -> dict[str, str]:
		"""Return serial number → bin, of those in stock."""
		rows = self.platform.rows(
			"SELECT serial_no, bin FROM `tabSerial Location` WHERE item_code = %(item)s", item=item_code
		)
		return {row["serial_no"]: row["bin"] for row in rows}

	def reservation_of(self, order: str, row: int = 0) -> Row:
		"""Return the reservation of an order's row, by the row's place in the order."""
		found = self.platform.call("reservation.list", demand_type="Sales Order", demand_name=order)
		by_line = {r["demand_line"]: r for r in found["reservations"]}
		result: Row = by_line[self.row_names(order)[row]]
		return result

	def assert_reservation(self, reservation: Row, **expected: Any) -> None:
		self.assertEqual({name: reservation[name] for name in expected}, expected)

	@contextmanager
	def refused(self, code: str, status: int = 409, **details: Any) -> Iterator[list[InventoryError]]:
		"""Check that the block raises this error, with these details among its own."""
		caught: list[InventoryError] = []
		with self.assertRaises(InventoryError) as raised:
			yield caught
		error = raised.exception
		self.assertEqual((error.code, error.http_status_code), (code, status), str(error))
		self.assertEqual({name: error.details.get(name) for name in details}, details)
		caught.append(error)
