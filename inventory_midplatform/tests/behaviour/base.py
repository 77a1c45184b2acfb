"""What all behaviour tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
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


class Behaviour(Base):
	"""Every scenario starts with all modules on and must leave the laws of the ledger unbroken."""

	platform: Platform

	def setUp(self) -> None:
		self.platform.settings(
			ledger=True,
			reservation=True,
			sales_order_policy="Partial",
			replenishment=True,
			approval=True,
			director_amount=D(10000),
		)

	def tearDown(self) -> None:
		self.assertEqual(self.platform.verify(), [])

	# doing

	def stocked(self, qty: Any = 100, **item: Any) -> tuple[str, str]:
		"""A new item of which ``qty`` lies in a new warehouse."""
		item_code, warehouse = self.platform.make_item(**item), self.platform.make_warehouse()
		if qty:
			self.receive(item_code, warehouse, qty)
		return item_code, warehouse

	def receive(self, item_code: str, warehouse: str, qty: Any, bin: str = "", **lot: Any) -> Any:
		return self.platform.books.receive([self.line(item_code, warehouse, qty, bin, **lot)])

	def issue(self, item_code: str, warehouse: str, qty: Any, bin: str = "", **lot: Any) -> Any:
		return self.platform.books.issue([self.line(item_code, warehouse, qty, bin, **lot)])

	def expire(self, batch_no: str, day: date = date(2020, 2, 29)) -> None:
		"""Its last day was ``day``. ERPNext receives no batch that has expired, so it expires once it lies there."""
		self.platform.update("Batch", batch_no, {"expiry_date": day})

	def line(self, item_code: str, warehouse: str, qty: Any, bin: str = "", **lot: Any) -> PostingLine:
		return PostingLine(item_code, warehouse, D(str(qty)), D(10), bin, **lot)

	def order(self, item_code: str, warehouse: str, *quantities: Any) -> str:
		customer = self.platform.make_customer()
		return self.platform.books.order(customer, [self.line(item_code, warehouse, q) for q in quantities])

	def row_names(self, order: str) -> list[str]:
		return [row["name"] for row in self.platform.books.order_rows(order)]

	def reserve(self, item_code: str, warehouse: str, qty: Any, **more: Any) -> Row:
		answer: Row = self.platform.call(
			"reservation.reserve", item_code=item_code, warehouse=warehouse, qty=qty, **more
		)
		return answer

	def sent(self, item: str, source: str, transit: str, qty: int, asked_by: str = "") -> None:
		"""What is left of a submitted Stock Entry into transit; the stock itself stays, for only these rows are read."""
		entry, asked = unique("SE"), unique("MRI") if asked_by else None
		self.addCleanup(self.forget, entry, asked)
		with self.platform.context() as ctx:
			if asked_by:
				row = {"name": asked, "item_code": item, "warehouse": asked_by, "qty": qty, "stock_qty": qty}
				ctx.store.insert("Material Request Item", [row])
			ctx.store.insert("Stock Entry", [{"name": entry, "add_to_transit": 1, "per_transferred": 0}])
			ctx.store.execute(
				"UPDATE `tabStock Entry` SET docstatus = 1 WHERE name = %(entry)s", {"entry": entry}
			)
			line = {"parent": entry, "item_code": item, "s_warehouse": source, "t_warehouse": transit}
			numbers = {"qty": qty, "transfer_qty": qty, "transferred_qty": 0, "conversion_factor": 1}
			ctx.store.insert("Stock Entry Detail", [{**line, **numbers, "material_request_item": asked}])

	def forget(self, entry: str, asked: str | None) -> None:
		with self.platform.context() as ctx:
			for sql in (
				"DELETE FROM `tabStock Entry` WHERE name = %(entry)s",
				"DELETE FROM `tabStock Entry Detail` WHERE parent = %(entry)s",
				"DELETE FROM `tabMaterial Request Item` WHERE name = %(asked)s",
			):
				ctx.store.execute(sql, {"entry": entry, "asked": asked})

	# seeing

	def position(self, item_code: str, warehouse: str) -> Row:
		answer: Row = self.platform.call("stock.get_position", item_code=item_code, warehouse=warehouse)
		return answer

	def assert_position(self, item_code: str, warehouse: str, /, **numbers: Any) -> None:
		position = self.position(item_code, warehouse)
		self.assertEqual({name: position[name] for name in numbers}, numbers)

	def in_bins(self, item_code: str, warehouse: str) -> dict[str, Any]:
		"""Bin code → quantity, of bins that hold something."""
		answer = self.platform.call("stock.explain", item_code=item_code, warehouse=warehouse)
		return {row["bin_code"]: row["qty"] for row in answer["bins"]}

	def lots_in_bins(self, item_code: str, warehouse: str) -> dict[tuple[str, str], Any]:
		"""(bin code, batch) → quantity, of bins that hold something."""
		answer = self.platform.call("stock.explain", item_code=item_code, warehouse=warehouse)
		return {(row["bin_code"], row["batch_no"]): row["qty"] for row in answer["bins"]}

	def serials_in_bins(self, item_code: str) -> dict[str, str]:
		"""Serial number → bin, of those that lie somewhere."""
		rows = self.platform.rows(
			"SELECT serial_no, bin FROM `tabSerial Location` WHERE item_code = %(item)s", item=item_code
		)
		return {row["serial_no"]: row["bin"] for row in rows}

	def reservation_of(self, order: str, row: int = 0) -> Row:
		"""The reservation of an order's row, by the row's place in the order."""
		found = self.platform.call("reservation.list", demand_type="Sales Order", demand_name=order)
		by_line = {r["demand_line"]: r for r in found["reservations"]}
		answer: Row = by_line[self.row_names(order)[row]]
		return answer

	def assert_reservation(self, reservation: Row, **expected: Any) -> None:
		self.assertEqual({name: reservation[name] for name in expected}, expected)

	@contextmanager
	def refused(self, code: str, status: int = 409, **details: Any) -> Iterator[list[InventoryError]]:
		"""The block raises this error, with these details among its own."""
		caught: list[InventoryError] = []
		with self.assertRaises(InventoryError) as raised:
			yield caught
		error = raised.exception
		self.assertEqual((error.code, error.http_status_code), (code, status), str(error))
		self.assertEqual({name: error.details.get(name) for name in details}, details)
		caught.append(error)
