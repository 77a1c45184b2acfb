"""Builders of a point of sale: its profile, a shift, invoices and the shift's closing."""

from typing import Any

import frappe
from frappe.utils import add_to_date, now_datetime, nowdate

from inventory_midplatform.tests import erpnext_documents as erp


def profile(place: str) -> Any:
	company = frappe.get_cached_doc("Company", erp.company())
	_pay_in_cash(company)
	if frappe.get_meta("POS Settings").has_field("invoice_type"):
		# 16 lets a site choose, and sells by Sales Invoice at first
		frappe.db.set_single_value("POS Settings", "invoice_type", "POS Invoice")
	return erp.insert(
		"POS Profile",
		name=erp.unique("POS"),
		company=company.name,
		warehouse=place,
		currency=company.default_currency,
		selling_price_list=_price_list(company.default_currency),
		cost_center=company.cost_center,
		expense_account=company.default_expense_account,
		income_account=company.default_income_account,
		write_off_account=company.write_off_account or company.default_expense_account,
		write_off_cost_center=company.cost_center,
		customer_group=erp.any_of("Customer Group"),
		territory=erp.any_of("Territory"),
		payments=[{"mode_of_payment": "Cash", "default": 1, "allow_in_returns": 1}],
	)


def _pay_in_cash(company: Any) -> None:
	cash = frappe.get_doc("Mode of Payment", "Cash")
	if company.name not in [row.company for row in cash.accounts]:
		account = frappe.get_all(
			"Account",
			{"company": company.name, "account_type": "Cash", "is_group": 0},
			pluck="name",
			order_by="name",
			limit=1,
		)[0]
		cash.append("accounts", {"company": company.name, "default_account": account})
		cash.save()


def _price_list(currency: str) -> str:
	known = frappe.get_all(
		"Price List",
		{"selling": 1, "enabled": 1, "currency": currency},
		pluck="name",
		order_by="name",
		limit=1,
	)
	if known:
		return str(known[0])
	return str(
		erp.insert("Price List", price_list_name=erp.unique("PRICES"), selling=1, currency=currency).name
	)


def opening(of: Any) -> Any:
	"""A shift that began a minute ago; what another test left open is over, for a cashier has one at a time."""
	left = {"user": frappe.session.user, "status": "Open"}
	frappe.db.set_value("POS Opening Entry", left, "status", "Closed")
	return erp.submit(
		frappe.get_doc(
			{
				"doctype": "POS Opening Entry",
				"pos_profile": of.name,
				"user": frappe.session.user,
				"company": of.company,
				"period_start_date": add_to_date(now_datetime(), minutes=-1),
				"balance_details": [{"mode_of_payment": "Cash", "opening_amount": 0}],
			}
		)
	)


def invoice(of: Any, item_code: str, qty: float, client: str, **row: Any) -> Any:
	document = frappe.get_doc(
		{
			"doctype": "POS Invoice",
			"is_pos": 1,
			"update_stock": 1,
			"pos_profile": of.name,
			"company": of.company,
			"customer": client,
			"posting_date": nowdate(),
			"items": [
				{
					"item_code": item_code,
					"warehouse": of.warehouse,
					"qty": qty,
					"rate": erp.PRICE,
					"cost_center": of.cost_center,
					"income_account": of.income_account,
					**row,
				}
			],
			"payments": [{"mode_of_payment": "Cash", "amount": qty * erp.PRICE}],
		}
	)
	document.set_missing_values()
	document.payments[0].amount = qty * erp.PRICE
	return erp.submit(document)


def invoice_return(invoice_name: str, qty: float) -> Any:
	from erpnext.accounts.doctype.pos_invoice.pos_invoice import make_sales_return

	document = make_sales_return(invoice_name)
	document.items[0].qty = document.items[0].stock_qty = -qty
	document.payments = document.payments[:1]
	document.paid_amount = document.base_paid_amount = document.payments[0].amount = -qty * erp.PRICE
	return erp.submit(document)


def closing(of_opening: Any) -> Any:
	"""The shift is over: ERPNext merges its invoices."""
	from erpnext.accounts.doctype.pos_closing_entry.pos_closing_entry import make_closing_entry_from_opening

	document = make_closing_entry_from_opening(of_opening)
	for payment in document.payment_reconciliation:
		payment.closing_amount = payment.expected_amount
	return erp.submit(document)
