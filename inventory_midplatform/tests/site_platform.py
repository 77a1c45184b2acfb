"""A Frappe site with ERPNext behind the behaviour tests."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime, nowdate

from inventory_midplatform.adapters.site.context import SiteClock, SiteUnitOfWork
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import operation_named, perform
from inventory_midplatform.ports import Context
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.platform import Platform, unique
from inventory_midplatform.tests.site_case import begin_history, switch

KPI_SETTINGS = (
	"kpi_baseline_from",
	"kpi_baseline_to",
	"capital_rate",
	"loss_rate",
	"space_cost_per_month",
	"space_cost_company",
)
SWITCHES = {
	"ledger": "ledger_enabled",
	"block_expired_batches": "block_expired_batches",
	"refuse_stock_on_hold": "refuse_stock_on_hold",
	"reservation": "reservation_enabled",
	"sales_order_policy": "sales_order_policy",
	"reserve_for_material_requests": "reserve_for_material_requests",
	"reserve_for_work_orders": "reserve_for_work_orders",
	"replenishment": "replenishment_enabled",
	"approval": "approval_enabled",
	"outbound": "outbound_enabled",
	"outbound_check": "outbound_check",
	"outbound_check_amount": "outbound_check_amount",
	"create_packing_slips": "create_packing_slips",
	"create_shipments": "create_shipments",
	"outbound_for_material_requests": "outbound_for_material_requests",
	"outbound_for_work_orders": "outbound_for_work_orders",
	"staging_alert_hours": "staging_alert_hours",
	"ageing_bands": "ageing_bands",
	"dead_stock_days": "dead_stock_days",
	**{name: name for name in KPI_SETTINGS},
	"inbound": "inbound_enabled",
	"inspect_sales_returns": "inspect_sales_returns",
	"inbound_work_orders": "inbound_work_orders",
}
ADMINISTRATOR = "Administrator"

assert v1, "importing it registers the operations"


def _become(user: str) -> None:
	"""Set the user. Frappe forgets with each all that it knows of DocTypes, so nobody becomes who they are."""
	if frappe.session.user != user:
		frappe.set_user(user)


class SitePlatform(Platform):
	def __init__(self) -> None:
		super().__init__()
		self._clock: Any = None

	def put_clock(self, ahead: timedelta) -> None:
		if self._clock:
			self._clock.stop()

		def now(_: SiteClock) -> datetime:
			return now_datetime() + ahead  # type: ignore[no-any-return]

		self._clock = patch.object(SiteClock, "now", now) if ahead else None
		if self._clock:
			self._clock.start()

	def call(self, operation: str, /, *, user: str = "", key: str = "", **arguments: Any) -> Any:
		with self._acting_as(user):
			return perform(SiteUnitOfWork(), operation_named(operation), arguments, key)

	@contextmanager
	def context(self, user: str = "") -> Iterator[Context]:
		with self._acting_as(user):
			unit = SiteUnitOfWork()
			try:
				yield unit.begin()
				unit.commit()
			except BaseException:
				unit.rollback()
				raise

	@contextmanager
	def _acting_as(self, user: str) -> Iterator[None]:
		# An open transaction would still see the rows as they were before others changed them.
		frappe.db.rollback()
		_become(user or ADMINISTRATOR)
		try:
			yield
		finally:
			_become(ADMINISTRATOR)

	def settings(self, **switches: Any) -> None:
		if "history_from" in switches:  # no form writes it
			begin_history(str(switches.pop("history_from")))
		saved = {SWITCHES[name]: _saved(value) for name, value in switches.items()}
		settings = frappe.get_cached_doc("Inventory Midplatform Settings")
		if any(settings.get(field) != value for field, value in saved.items()):
			switch(**saved)

	def make_item(self, **values: Any) -> str:
		values.setdefault("stock_uom", "Kg")
		return self.create(
			"Item",
			{
				"item_code": unique("ITEM"),
				"item_group": erp.any_of("Item Group"),
				"is_stock_item": 1,
				**values,
			},
		)

	def make_warehouse(self, **values: Any) -> str:
		name = self.create(
			"Warehouse", {"warehouse_name": unique("Store"), "company": erp.company(), **values}
		)
		frappe.flags.warehouse_account_map = {}
		return name

	def make_supplier(self) -> str:
		return _committed(erp.supplier())

	def make_customer(self) -> str:
		return _committed(erp.customer())

	def make_user(self, roles: Iterable[str], warehouses: Iterable[str] | None = None) -> str:
		user = erp.user(roles)
		for warehouse in warehouses or ():
			erp.insert("User Permission", user=user, allow="Warehouse", for_value=warehouse)
		return _committed(user)

	def change_books(self, item_code: str, warehouse: str, qty: float) -> None:
		"""Change the last entry and balance of the stock ledger too, as ERPNext has both alike."""
		last = {"item_code": item_code, "warehouse": warehouse, "is_cancelled": 0}
		entry = frappe.get_last_doc(
			"Stock Ledger Entry", last, order_by="posting_datetime desc, creation desc"
		)
		change = qty - entry.qty_after_transaction
		entry.db_set({"qty_after_transaction": qty, "actual_qty": entry.actual_qty + change})
		frappe.db.commit()
		super().change_books(item_code, warehouse, qty)

	def order_from_supplier(
		self, item_code: str, warehouse: str, qty: Decimal, due: date | None = None
	) -> None:
		erp.submit(
			frappe.get_doc(
				{
					"doctype": "Purchase Order",
					"supplier": erp.supplier(),
					"company": erp.company(),
					"schedule_date": due or nowdate(),
					"items": [
						{"item_code": item_code, "warehouse": warehouse, "qty": float(qty), "rate": erp.PRICE}
					],
				}
			)
		)
		frappe.db.commit()

	def make_bom(self, product: str, material: str, qty: int = 2, **values: Any) -> str:
		# of ten: ERPNext has no share of a process loss in one whole unit
		return _committed(erp.bom(product, material, qty * 10, quantity=10, **values))

	def make_work_order(
		self, bom: str, warehouse: str, source_warehouse: str, qty: int, **values: Any
	) -> str:
		product = frappe.db.get_value("BOM", bom, "item")
		places = {"fg_warehouse": warehouse, "skip_transfer": 1}
		order = erp.work_order(product, bom, source_warehouse, "", qty, **{**places, **values})
		return _committed(str(order.name))

	def set_work_order(self, order: str, to: str) -> None:
		from erpnext.manufacturing.doctype.work_order.work_order import close_work_order, stop_unstop

		if to == "Cancelled":
			erp.cancel(frappe.get_doc("Work Order", order))
		elif to == "Closed":
			close_work_order(order, to)
		else:
			stop_unstop(order, to)
		frappe.db.commit()


def _saved(value: Any) -> Any:
	if isinstance(value, bool):
		return int(value)
	return float(value) if isinstance(value, Decimal) else value


def _committed(name: str) -> str:
	frappe.db.commit()
	return name
