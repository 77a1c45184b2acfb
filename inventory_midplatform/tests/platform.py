"""What the behaviour tests ask of the platform they run on: a site with ERPNext, or the standalone one."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Books, Context, Row


def unique(prefix: str = "T") -> str:
	"""A name nobody else uses, so that tests share a database without disturbing each other."""
	return f"{prefix}-{secrets.token_hex(4)}"


class Platform(ABC):
	"""One adapter behind the tests. Every call and every posting is a transaction of its own, committed."""

	@abstractmethod
	def call(self, operation: str, /, *, user: str = "", key: str = "", **arguments: Any) -> Any:
		"""An operation through the API's door; ``user`` "" is one who has every role. Raises InventoryError."""

	@abstractmethod
	def context(self, user: str = "") -> AbstractContextManager[Context]:
		"""A Context in a fresh transaction: committed at the end, rolled back if the block raises."""

	@abstractmethod
	def settings(self, **switches: Any) -> None:
		"""Set fields of ``ports.Settings``; those not named stay."""

	@abstractmethod
	def make_item(self, **values: Any) -> str:
		"""A stock item in unit Kg, with any of ERPNext's fields and child tables set."""

	@abstractmethod
	def make_warehouse(self, **values: Any) -> str:
		"""A warehouse of the tests' company, with any of ERPNext's fields set."""

	@abstractmethod
	def make_supplier(self) -> str: ...

	@abstractmethod
	def make_customer(self) -> str: ...

	@abstractmethod
	def make_user(self, roles: Iterable[str], warehouses: Iterable[str] | None = None) -> str:
		"""A user with these roles, who sees only these warehouses, or all where they are None."""

	@abstractmethod
	def order_from_supplier(
		self, item_code: str, warehouse: str, qty: Decimal, due: date | None = None
	) -> None:
		"""Have ``qty`` on order: a submitted Purchase Order, due on a day or, where it is not said, today."""

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
			return ctx.documents.create(doctype, values)

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
		"""Behind everybody's back: the Bin, and what else the books keep beside it."""
		with self.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabBin` SET actual_qty = %(qty)s WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
				{"item": item_code, "warehouse": warehouse, "qty": qty},
			)

	def booked(self, item_code: str, warehouse: str) -> Decimal:
		"""What the books say lies there, in stock UOM."""
		rows = self.rows(
			"SELECT actual_qty FROM `tabBin` WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
			item=item_code,
			warehouse=warehouse,
		)
		return from_store(rows[0]["actual_qty"]) if rows else Decimal(0)

	def verify(self) -> list[Row]:
		"""What breaks the laws of the ledger, anywhere."""
		findings: list[Row] = self.call("ledger.verify")["findings"]
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
