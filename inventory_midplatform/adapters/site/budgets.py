"""ERPNext's Budgets: what an account and a cost centre may spend, what is booked, and what is ordered and not billed."""

import calendar
from datetime import date
from decimal import Decimal

import frappe

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Budget

_BUDGET = """
SELECT b.cost_center, b.monthly_distribution, line.budget_amount, centre.lft, centre.rgt,
	year.name AS fiscal_year, year.year_start_date, year.year_end_date
FROM `tabBudget` b
JOIN `tabBudget Account` line ON line.parent = b.name AND line.account = %(account)s
JOIN `tabCost Center` centre ON centre.name = b.cost_center
JOIN `tabCost Center` own ON own.name = %(cost_center)s AND centre.lft <= own.lft AND centre.rgt >= own.rgt
JOIN `tabFiscal Year` year ON year.name = b.fiscal_year AND %(on)s BETWEEN year.year_start_date AND year.year_end_date
WHERE b.docstatus = 1 AND b.company = %(company)s AND b.budget_against = 'Cost Center' AND line.budget_amount > 0
ORDER BY centre.lft DESC LIMIT 1
"""
"""The nearest: of the cost centre itself before one above it."""

_MONTH = """
SELECT percentage_allocation FROM `tabMonthly Distribution Percentage` WHERE parent = %(name)s AND month = %(month)s
"""

_USED = """
SELECT (
	SELECT COALESCE(SUM(gle.debit - gle.credit), 0) FROM `tabGL Entry` gle
	JOIN `tabCost Center` centre ON centre.name = gle.cost_center AND centre.lft >= %(lft)s AND centre.rgt <= %(rgt)s
	WHERE gle.account = %(account)s AND gle.company = %(company)s AND gle.is_cancelled = 0
		AND gle.posting_date BETWEEN %(first)s AND %(last)s
) + (
	SELECT COALESCE(SUM(r.base_amount - r.billed_amt * COALESCE(NULLIF(d.conversion_rate, 0), 1)), 0)
	FROM `tabPurchase Order` d JOIN `tabPurchase Order Item` r ON r.parent = d.name
	JOIN `tabCost Center` centre ON centre.name = r.cost_center AND centre.lft >= %(lft)s AND centre.rgt <= %(rgt)s
	WHERE d.docstatus = 1 AND d.status <> 'Closed' AND d.company = %(company)s AND r.expense_account = %(account)s
		AND r.amount > r.billed_amt AND d.transaction_date BETWEEN %(first)s AND %(last)s
) AS used
"""


def budget_of(company: str, account: str, cost_center: str, on: date) -> Budget | None:
	"""Return the budget for the fiscal year of a day, or for its month where the budget is distributed over months; None
	where there is none. Three statements at most.
	"""
	if not frappe.db.table_exists("Budget Account"):
		return None  # later versions of ERPNext keep budgets in another shape
	about = {"company": company, "account": account, "cost_center": cost_center, "on": on}
	rows = frappe.db.sql(_BUDGET, about, as_dict=True)
	if not rows:
		return None
	found = rows[0]
	first, last, period = found.year_start_date, found.year_end_date, found.fiscal_year
	amount = from_store(found.budget_amount)
	if found.monthly_distribution:
		month = {"name": found.monthly_distribution, "month": calendar.month_name[on.month]}
		shares = frappe.db.sql(_MONTH, month)
		amount = amount * (from_store(shares[0][0]) if shares else Decimal(0)) / 100
		first, last = on.replace(day=1), on.replace(day=calendar.monthrange(on.year, on.month)[1])
		period = f"{on:%Y-%m}"
	within = {"lft": found.lft, "rgt": found.rgt, "first": first, "last": last}
	used = frappe.db.sql(_USED, {**about, **within})[0][0]
	return Budget(found.cost_center, period, amount, from_store(used))
