"""The standalone adapter behind the behaviour tests."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.adapters.standalone.context import (
	ADMINISTRATOR,
	Standalone,
	add_user,
	write_settings,
)
from inventory_midplatform.ports import Context
from inventory_midplatform.tests.platform import Platform, unique

COMPANY = "Testing Company"


class Clock:
	"""The machine's clock, which tests put ahead."""

	def __init__(self) -> None:
		self.ahead = timedelta()

	def now(self) -> datetime:
		return datetime.now() + self.ahead


class StandalonePlatform(Platform):
	def __init__(self, standalone: Standalone):
		super().__init__()
		self.standalone = standalone
		with self.context() as ctx:
			if not ctx.store.rows("SELECT name FROM `tabCompany`"):
				ctx.documents.create("Company", {"name": COMPANY, "company_name": COMPANY, "abbr": "TC"})
				for name, whole in (("Kg", 0), ("Nos", 1), ("Box", 1), ("Litre", 0)):
					ctx.documents.create(
						"UOM", {"name": name, "uom_name": name, "must_be_whole_number": whole}
					)

	def call(self, operation: str, /, *, user: str = "", key: str = "", **arguments: Any) -> Any:
		return self.standalone.call(operation, arguments, user or ADMINISTRATOR, key)

	def put_clock(self, ahead: timedelta) -> None:
		self.standalone.clock.ahead = ahead

	def context(self, user: str = "") -> AbstractContextManager[Context]:
		return self.standalone.context(user or ADMINISTRATOR)

	def settings(self, **switches: Any) -> None:
		with self.context() as ctx:
			write_settings(ctx, **switches)

	def make_item(self, **values: Any) -> str:
		code = unique("ITEM")
		return self.create(
			"Item",
			{
				"name": code,
				"item_code": code,
				"item_name": code,
				"item_group": "Products",
				"stock_uom": "Kg",
				"is_stock_item": 1,
				"end_of_life": "2099-12-31",
				**values,
			},
		)

	def make_warehouse(self, **values: Any) -> str:
		name = f"{unique('Store')} - TC"
		return self.create("Warehouse", {"name": name, "warehouse_name": name, "company": COMPANY, **values})

	def make_supplier(self) -> str:
		name = unique("Supplier")
		return self.create("Supplier", {"name": name, "supplier_name": name})

	def make_customer(self) -> str:
		name = unique("Customer")
		return self.create("Customer", {"name": name, "customer_name": name})

	def make_user(self, roles: Iterable[str], warehouses: Iterable[str] | None = None) -> str:
		user = f"{unique('user').lower()}@example.com"
		with self.context() as ctx:
			add_user(ctx, user, roles, warehouses=warehouses or ())
		return user

	def order_from_supplier(
		self, item_code: str, warehouse: str, qty: Decimal, due: date | None = None
	) -> None:
		"""Raise ``Bin.ordered_qty``, since the small books post no Purchase Orders; a ``due`` day makes a record too."""
		with self.context() as ctx:
			if due is not None:
				line = {
					"item_code": item_code,
					"warehouse": warehouse,
					"stock_qty": qty,
					"schedule_date": due,
				}
				ctx.documents.create(
					"Purchase Order",
					{
						"status": "To Receive and Bill",
						"docstatus": 1,
						"items": [line],
					},
				)
			row = {"item_code": item_code, "warehouse": warehouse, "ordered_qty": qty}
			ctx.store.add("Bin", ("item_code", "warehouse"), [row], add=("ordered_qty",))
