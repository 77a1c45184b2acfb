"""The interface of the behaviour tests to the platform they run on: a site with ERPNext, or the standalone one."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Books, Context, Row
from inventory_midplatform.services.reconciliation import verification


def unique(prefix: str = "T") -> str:
	"""Return a random name, so that tests share a database without disturbing each other."""
	return f"{prefix}-{secrets.token_hex(4)}"


class Platform(ABC):
	"""One adapter behind the tests. Every call and every posting is a transaction of its own, committed."""

	def __init__(self) -> None:
		self.items_made: list[str] = []
		"""Every item made by ``create`` (so by ``make_item``), in order."""

	@abstractmethod
	def call(self, operation: str, /, *, user: str = "", key: str = "", **arguments: Any) -> Any:
		"""Run an operation of the API; ``user`` "" is a user with every role. Raises InventoryError."""

	@abstractmethod
	def context(self, user: str = "") -> AbstractContextManager[Context]:
		"""Open a Context in a transaction of its own: committed at the end, rolled back if the block raises."""

	@abstractmethod
	def settings(self, **switches: Any) -> None:
		"""Set fields of ``ports.Settings``; those not named stay."""

	@abstractmethod
	def put_clock(self, ahead: timedelta) -> None:
		"""Set the platform's clock so far ahead of the machine's; tests move it instead of sleeping."""

	@abstractmethod
	def make_item(self, **values: Any) -> str:
		"""Create a stock item in unit Kg, with any of ERPNext's fields and child tables set."""

	@abstractmethod
	def make_warehouse(self, **values: Any) -> str:
		"""Create a warehouse of the tests' company, with any of ERPNext's fields set."""

	@abstractmethod
	def make_supplier(self) -> str: ...

	@abstractmethod
	def make_customer(self) -> str: ...

	@abstractmethod
	def make_user(self, roles: Iterable[str], warehouses: Iterable[str] | None = None) -> str:
		"""Create a user with these roles, who sees only these warehouses, or all where they are None."""

	@abstractmethod
	def order_from_supplier(
		self, item_code: str, warehouse: str, qty: Decimal, due: date | None = None
	) -> None:
		"""Put ``qty`` (in stock UOM) on order by a submitted Purchase Order, due on this day or today."""

	@abstractmethod
	def make_bom(self, product: str, material: str, qty: int = 2, **values: Any) -> str:
		"""Make the bill of materials of a product: so much of one material for each."""

	@abstractmethod
	def make_work_order(
		self, bom: str, warehouse: str, source_warehouse: str, qty: int, **values: Any
	) -> str:
		"""Submit a Work Order that takes its material from its source warehouse when it is made."""

	@abstractmethod
	def set_work_order(self, order: str, to: str) -> None:
		"""Stop, resume, close or cancel a Work Order: Stopped, Resumed, Closed, Cancelled."""

	# the same everywhere

	@property
	def books(self) -> Books:
		"""The books, each posting in a transaction of its own."""
		committed: Any = _Committed(self)
		return committed  # type: ignore[no-any-return]

	def make_zone(self, warehouse: str, **values: Any) -> str:
		return self.create("Warehouse Zone", {"zone_code": unique("Z"), "warehouse": warehouse, **values})

	def make_bin(self, warehouse: str, **values: Any) -> str:
		return self.create("Warehouse Bin", {"bin_code": unique("B"), "warehouse": warehouse, **values})

	def make_batch(self, item_code: str, expiry_date: date | None = None) -> str:
		batch = unique("BATCH")
		values = {"name": batch, "batch_id": batch, "item": item_code, "expiry_date": expiry_date}
		return self.create("Batch", values)

	def create(self, doctype: str, values: Row, user: str = "") -> str:
		with self.context(user) as ctx:
			name = ctx.documents.create(doctype, values)
		if doctype == "Item":
			self.items_made.append(name)
		return name

	def update(self, doctype: str, name: str, values: Row, user: str = "") -> None:
		with self.context(user) as ctx:
			ctx.documents.update(doctype, name, values)

	def rows(self, sql: str, **params: Any) -> list[Row]:
		with self.context() as ctx:
			return ctx.store.rows(sql, params)

	def company_of(self, warehouse: str) -> str:
		return str(
			self.rows("SELECT company FROM `tabWarehouse` WHERE name = %(name)s", name=warehouse)[0][
				"company"
			]
		)

	def change_books(self, item_code: str, warehouse: str, qty: float) -> None:
		"""Change the Bin, and what the books store beside it, without a voucher."""
		with self.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabBin` SET actual_qty = %(qty)s WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
				{"item": item_code, "warehouse": warehouse, "qty": qty},
			)

	def booked(self, item_code: str, warehouse: str) -> Decimal:
		"""Return the quantity in the books, in stock UOM."""
		rows = self.rows(
			"SELECT actual_qty FROM `tabBin` WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
			item=item_code,
			warehouse=warehouse,
		)
		return from_store(rows[0]["actual_qty"]) if rows else Decimal(0)

	def verify(self, items: Collection[str] | None = None) -> list[Row]:
		"""Return what breaks the invariants of the ledger: of all items by the API, or of these."""
		if items is None:
			findings: list[Row] = self.call("ledger.verify")["findings"]
		else:
			with self.context() as ctx:
				findings = verification.verify(ctx, items=items)["findings"]
		return findings


class _Committed:
	def __init__(self, platform: Platform):
		self._platform = platform

	def __getattr__(self, name: str) -> Callable[..., Any]:
		@wraps(getattr(Books, name))
		def call(*args: Any, **kwargs: Any) -> Any:
			with self._platform.context() as ctx:
				return getattr(ctx.books, name)(*args, **kwargs)

		return call
