"""Shared by the tests of Storage Policies and suggestions: a warehouse with 10 of an item in its Unplaced bin."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique


class StorageCase(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)
		self.unplaced = f"UNPLACED - {self.warehouse}"

	def bin(self, code: str, **values: Any) -> str:
		return self.platform.make_bin(self.warehouse, bin_code=code, **values)

	def policy(self, **values: Any) -> str:
		return self.platform.create("Storage Policy", {"warehouse": self.warehouse, **values})

	def put_away(self, qty: Any, /, item_code: str = "", **more: Any) -> Row:
		result: Row = self.platform.call(
			"stock.suggest_put_away",
			**{"item_code": item_code or self.item, "warehouse": self.warehouse, "qty": qty, **more},
		)
		return result

	def removal(self, qty: Any, /, item_code: str = "", **more: Any) -> Row:
		result: Row = self.platform.call(
			"stock.suggest_removal",
			**{"item_code": item_code or self.item, "warehouse": self.warehouse, "qty": qty, **more},
		)
		return result

	def move(self, to_bin: str, qty: Any, from_bin: str = "") -> None:
		self.platform.call(
			"stock.move",
			item_code=self.item,
			warehouse=self.warehouse,
			from_bin=from_bin or self.unplaced,
			to_bin=to_bin,
			qty=qty,
		)

	def group(self, parent: str = "") -> str:
		name = unique("Group")
		values = {"name": name, "item_group_name": name, "is_group": 1}
		return self.platform.create(
			"Item Group", {**values, "parent_item_group": parent} if parent else values
		)

	def parts(self, suggestion: Row) -> dict[str, Any]:
		return {part["bin_code"]: part["qty"] for part in suggestion["bins"]}
