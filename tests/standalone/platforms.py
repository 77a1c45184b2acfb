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
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.services.inbound.sources import WORK_ORDER
from inventory_midplatform.services.reservation import document_sync
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
		self.boms: dict[str, tuple[str, str, int]] = {}
		"""Bill of materials → its product, its material, and how much of it for each."""
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

	def make_bom(self, product: str, material: str, qty: int = 2, **values: Any) -> str:
		bom = self.create(
			"BOM", {"name": unique("BOM"), "item": product, "docstatus": 1, "is_active": 1, **values}
		)
		self.boms[bom] = (product, material, qty)
		return bom

	def make_work_order(
		self, bom: str, warehouse: str, source_warehouse: str, qty: int, **values: Any
	) -> str:
		"""Write a Work Order as another system does, and sync what the nightly reconcile would."""
		product, material, each = self.boms[bom]
		part = {"item_code": material, "source_warehouse": source_warehouse, "required_qty": qty * each}
		places = {"fg_warehouse": warehouse, "source_warehouse": source_warehouse, "skip_transfer": 1}
		about = {
			"production_item": product,
			"bom_no": bom,
			"qty": qty,
			"company": COMPANY,
			"status": "Not Started",
		}
		rows = {"required_items": [{**part, "include_item_in_manufacturing": 1}], "docstatus": 1}
		order = self.create(WORK_ORDER, {"name": unique("WO"), **about, **places, **rows, **values})
		self._sync_work_order(order)
		return order

	def set_work_order(self, order: str, to: str) -> None:
		values = {
			"status": "Not Started" if to == "Resumed" else to,
			"docstatus": 2 if to == "Cancelled" else 1,
		}
		with self.context() as ctx:
			sql = "UPDATE `tabWork Order` SET status = %(status)s, docstatus = %(docstatus)s WHERE name = %(order)s"
			ctx.store.execute(sql, {**values, "order": order})
		self._sync_work_order(order)

	def _sync_work_order(self, order: str) -> None:
		with self.context() as ctx:
			inbound_sync.lock_orders(ctx, [(WORK_ORDER, order)])
			document_sync.sync(ctx, WORK_ORDER, order)
			inbound_sync.sync(ctx, WORK_ORDER, order)
