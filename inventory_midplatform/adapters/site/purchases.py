"""Purchase Orders as ERPNext's own documents."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import frappe

from inventory_midplatform.adapters.site import budgets, purchase_returns, quality
from inventory_midplatform.adapters.site.documents import floats, update_quantities
from inventory_midplatform.adapters.site.errors import as_domain_errors
from inventory_midplatform.ports import (
	Budget,
	PostingLine,
	QualityFound,
	QualityParameter,
	ReturnLine,
	Row,
	Voucher,
)

ORDER = "Purchase Order"


class SitePurchases:
	def purchase(self, supplier: str, lines: Sequence[PostingLine], *, due: date | None = None) -> str:
		with as_domain_errors():
			day = due or frappe.utils.getdate()
			rows = [
				{
					"item_code": line.item_code,
					"qty": line.qty,
					"conversion_factor": 1,
					"warehouse": line.warehouse,
					"rate": line.rate,
					"schedule_date": day,
				}
				for line in lines
			]
			company = frappe.get_cached_value("Warehouse", lines[0].warehouse, "company")
			document = frappe.get_doc(
				{
					"doctype": ORDER,
					"supplier": supplier,
					"company": company,
					"schedule_date": day,
					"items": floats(rows),
				}
			)
			document.flags.ignore_permissions = True
			document.insert()
			document.submit()
			return str(document.name)

	def budget(self, company: str, account: str, cost_center: str, on: date) -> Budget | None:
		return budgets.budget_of(company, account, cost_center, on)

	def purchase_rows(self, order: str) -> list[Row]:
		fields = ["name", "item_code", "warehouse", "stock_qty", "received_qty"]
		return list(frappe.get_all("Purchase Order Item", {"parent": order}, fields, order_by="idx"))

	def update_purchase(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		update_quantities(ORDER, order, quantities, "schedule_date")

	def close_purchase(self, order: str) -> None:
		self._set_purchase_status(order, "Closed")

	def reopen_purchase(self, order: str) -> None:
		self._set_purchase_status(order, "Draft")

	def _set_purchase_status(self, order: str, status: str) -> None:
		with as_domain_errors():
			frappe.get_doc(ORDER, order).update_status(status)

	def cancel_purchase(self, order: str) -> None:
		with as_domain_errors():
			document = frappe.get_doc(ORDER, order)
			document.flags.ignore_permissions = True
			document.cancel()

	def draft_return(self, receipt: Voucher, lines: Sequence[ReturnLine]) -> Voucher:
		with as_domain_errors():
			return purchase_returns.draft(receipt, lines)

	def quality_parameters(self, items: Sequence[str]) -> dict[str, list[QualityParameter]]:
		return quality.parameters(items)

	def record_quality(self, receipt: Voucher, found: QualityFound) -> str:
		with as_domain_errors():
			return quality.record(receipt, found)
