"""Documents that take stock on hold."""

from typing import Any

from inventory_midplatform.tests.behaviour.base import Behaviour


class StockOnHoldBehaviour(Behaviour):
	"""A document that takes stock on hold is refused, unless its user may unblock stock; then it is logged."""

	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(refuse_stock_on_hold=True)
		self.item, self.warehouse = self.stocked(10)
		self.bin = f"UNPLACED - {self.warehouse}"
		self.where = {"item_code": self.item, "warehouse": self.warehouse, "bin": self.bin}
		self.platform.call("stock.block", **self.where, qty=4, stock_status="Damaged")
		stock_roles = ("Stock User", "Stock Manager")  # ERPNext needs them for a Stock Reconciliation
		self.operator = self.platform.make_user(["Warehouse Operator", *stock_roles])
		self.supervisor = self.platform.make_user(["Warehouse Supervisor", *stock_roles])

	def issue_as(self, user: str, qty: Any) -> Any:
		with self.platform.context(user) as ctx:
			return ctx.books.issue([self.line(self.item, self.warehouse, qty)])

	def logged(self) -> list[tuple[Any, ...]]:
		rows = self.platform.rows(
			"SELECT reference_doctype, reference_name, qty, from_value, reason FROM `tabStock Operation Log`"
			" WHERE item_code = %(item)s AND operation = 'Take Stock on Hold' ORDER BY name",
			item=self.item,
		)
		return [
			(*list(row.values())[:2], float(row["qty"]), row["from_value"], row["reason"]) for row in rows
		]

	def test_what_is_available_leaves(self) -> None:
		self.issue_as(self.operator, 6)
		self.assert_position(self.item, self.warehouse, on_hand=4, on_hold=4, available=0)
		self.assertEqual(self.logged(), [])

	def test_more_is_refused_and_names_what_is_on_hold(self) -> None:
		expected = {"bin": self.bin, "stock_status": "Damaged", "qty": "1", "warehouse": self.warehouse}
		with self.refused("takes_stock_on_hold", 409, **expected):
			self.issue_as(self.operator, 7)
		self.assert_position(self.item, self.warehouse, on_hand=10, on_hold=4, available=6)

	def test_who_may_unblock_may_take_it_and_it_is_logged(self) -> None:
		voucher = self.issue_as(self.supervisor, 9)
		self.assert_position(self.item, self.warehouse, on_hand=1, on_hold=1, available=0)
		self.assertEqual(
			self.logged(), [(voucher.voucher_type, voucher.voucher_no, 3.0, "Damaged", self.bin)]
		)

	def test_switched_off_it_leaves_and_is_logged(self) -> None:
		self.platform.settings(refuse_stock_on_hold=False)
		self.issue_as(self.operator, 9)
		self.assert_position(self.item, self.warehouse, on_hand=1, on_hold=1)
		self.assertEqual(len(self.logged()), 1)

	def test_a_transfer_does_not_unblock(self) -> None:
		other = self.platform.make_warehouse()
		with self.platform.context(self.operator) as ctx:
			ctx.books.transfer([self.line(self.item, self.warehouse, 10)], other)
		self.assert_position(self.item, other, on_hand=10, on_hold=4, available=6)
		self.assertEqual(self.logged(), [])

	def test_a_count_that_writes_it_off_is_refused_alike(self) -> None:
		line = self.line(self.item, self.warehouse, 3)
		with self.refused("takes_stock_on_hold"), self.platform.context(self.operator) as ctx:
			ctx.books.count([line])
		with self.platform.context(self.supervisor) as ctx:
			ctx.books.count([line])
		self.assert_position(self.item, self.warehouse, on_hand=3, on_hold=3)
		self.assertEqual([row[2:4] for row in self.logged()], [(1.0, "Damaged")])

	def test_a_cancelled_receipt_of_stock_on_hold_is_refused_alike(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		voucher = self.receive(item, warehouse, 5)
		bin = f"UNPLACED - {warehouse}"
		where = {"item_code": item, "warehouse": warehouse, "bin": bin}
		self.platform.call("stock.block", **where, qty=5, stock_status="Quality")
		refused = self.refused("takes_stock_on_hold", stock_status="Quality")
		with refused, self.platform.context(self.operator) as ctx:
			ctx.books.cancel(voucher)
		self.assert_position(item, warehouse, on_hand=5, on_hold=5)
		with self.platform.context(self.supervisor) as ctx:
			ctx.books.cancel(voucher)
		self.assert_position(item, warehouse, on_hand=0, on_hold=0)

	def test_a_named_batch_on_hold_is_refused_though_another_is_available(self) -> None:
		item, warehouse = self.platform.make_item(has_batch_no=1), self.platform.make_warehouse()
		recalled, good = (self.platform.make_batch(item) for _ in range(2))
		for batch in (recalled, good):
			self.receive(item, warehouse, 5, batch_no=batch)
		where = {"item_code": item, "warehouse": warehouse, "bin": f"UNPLACED - {warehouse}"}
		self.platform.call("stock.block", **where, batch_no=recalled, qty=5, stock_status="Blocked")
		refused = self.refused("takes_stock_on_hold", stock_status="Blocked", qty="2")
		with refused, self.platform.context(self.operator) as ctx:
			ctx.books.issue([self.line(item, warehouse, 2, batch_no=recalled)])
		with self.platform.context(self.operator) as ctx:
			ctx.books.issue([self.line(item, warehouse, 2, batch_no=good)])
		self.assert_position(item, warehouse, on_hand=8, on_hold=5, available=3)
