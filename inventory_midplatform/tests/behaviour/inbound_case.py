"""What tests of the inbound flow share."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.ports import ReceiptLine, Row
from inventory_midplatform.tests.behaviour.base import Behaviour

D = Decimal


class InboundCase(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(inbound=True)

	def purchase(self, warehouse: str, *lines: tuple[str, Any]) -> str:
		"""Submit a Purchase Order of (item, quantity) for a warehouse."""
		rows = [self.line(item, warehouse, qty) for item, qty in lines]
		return self.platform.books.purchase(self.platform.make_supplier(), rows)

	def tasks(self, order: str) -> list[Row]:
		found: list[Row] = self.platform.call("inbound.list_tasks", search=order)["tasks"]
		return found

	def task(self, order: str) -> Row:
		"""The one open Inbound Order of a Purchase Order."""
		found = self.tasks(order)
		self.assertEqual([t["source_name"] for t in found], [order])
		return self.get(found[0]["name"])

	def get(self, name: str) -> Row:
		result: Row = self.platform.call("inbound.get", name=name)
		return result

	def step(self, step: str, name: str, user: str = "", **arguments: Any) -> Row:
		result: Row = self.platform.call(f"inbound.{step}", name=name, user=user, **arguments)
		self.assertEqual(result["state"], result["data"]["state"])
		return result

	def arrived(self, order: str) -> Row:
		data: Row = self.step("arrive", self.task(order)["name"])["data"]
		return data

	def line_of(self, data: Row, item: str) -> str:
		return str(next(line["line"] for line in data["lines"] if line["item_code"] == item))

	def received(self, order: str, **quantities: Any) -> Row:
		"""Arrive, receive all that is expected of plain items, and finish receiving."""
		data = self.arrived(order)
		for line in data["lines"]:
			self.step("receive", data["name"], line=line["line"], qty=line["expected_qty"])
		result: Row = self.step("finish_receiving", data["name"])["data"]
		return result

	def typed_receipt(self, order: str, warehouse: str, *quantities: Any) -> Any:
		"""Post a receipt of an order's rows in the books, as somebody does who types it there."""
		rows = self.platform.books.purchase_rows(order)
		lines = [
			ReceiptLine(row["name"], row["item_code"], D(str(qty)))
			for row, qty in zip(rows, quantities, strict=True)
			if qty
		]
		return self.posted_by_hand(order, warehouse, lines)

	def posted_by_hand(self, order: str, warehouse: str, lines: Sequence[ReceiptLine]) -> Any:
		with self.platform.context() as ctx:
			voucher = ctx.books.draft_receipt("Purchase Order", order, warehouse, lines)
			ctx.books.submit(voucher)
		return voucher

	def receipt_of(self, data: Row) -> Any:
		from inventory_midplatform.ports import Voucher

		return Voucher(data["receipt_doctype"], data["receipt_document"])

	def quantities(self, data: Row, *names: str) -> list[Any]:
		return [tuple(line[f"{name}_qty"] for name in names) for line in data["lines"]]

	def in_a_year(self) -> str:
		with self.platform.context() as ctx:
			return str(ctx.clock.now().date() + timedelta(days=365))
