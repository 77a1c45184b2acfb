"""A wholesaler of food on a site, for the pictures in README; who looks at it is printed.

cd sites && ../env/bin/python -m inventory_midplatform.tests.site_of_pictures SITE
"""

import json
import sys
from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from inventory_midplatform.domain.roles import MANAGER
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SWITCHES, begin_history, prepare_site, switch

COMPANY, PASSWORD = "Lakeside Foods", "Walks-the-aisles-2026"
MAIN, NORTH, COLD = "Main Store", "North Hub", "Cold Store"
GOODS = (
	(
		"Dried Goods",
		MAIN,
		("MUS-250", "Shiitake Mushrooms 250 g", 18),
		("GOJ-200", "Goji Berries 200 g", 26),
		("RICE-5K", "Long-Grain Rice 5 kg", 39),
	),
	("Tea", NORTH, ("TEA-GRN", "Green Tea 100 g", 120), ("TEA-BLK", "Black Tea 100 g", 96)),
	("Drinks", MAIN, ("SOY-500", "Soy Sauce 500 ml", 11), ("WAT-24", "Spring Water 24 × 550 ml", 28)),
	(
		"Chilled",
		COLD,
		("MLK-1L", "Fresh Milk 1 l", 13),
		("TOF-400", "Firm Tofu 400 g", 5),
		("DMP-1K", "Frozen Dumplings 1 kg", 32),
	),
)
"""Groups: their warehouse, and their items with what one costs."""
CAME = ((210, 60), (130, 90), (72, 60), (44, 90), (12, 60))
"""Days ago, and how many of each item."""
LEFT = ((100, 30), (60, 55), (38, 40), (25, 50), (9, 35), (2, 20))
STOPPED = ("TEA-BLK", "GOJ-200")
"""Items that came long ago and which nobody asks for any more."""


def prepare() -> dict[str, Any]:
	prepare_site()
	switch(**dict.fromkeys(SWITCHES, 1), inbound_enabled=1, outbound_enabled=1)
	begin_history()
	erp.insert("Company", company_name=COMPANY, abbr="LF", default_currency="USD", country="United States")
	frappe.defaults.set_global_default("company", COMPANY)
	erp.company = lambda: COMPANY
	_fiscal_year(add_days(nowdate(), -CAME[0][0]))
	places = {
		name: erp.insert("Warehouse", warehouse_name=name, company=COMPANY).name
		for name in (MAIN, NORTH, COLD)
	}
	frappe.flags.warehouse_account_map = {}
	stock = [item for group in GOODS for item in _items(group, places)]
	moves = [(*move, True) for move in CAME] + [(*move, False) for move in LEFT]
	for days, qty, comes in sorted(moves, reverse=True):
		_post(stock, days, qty, comes)
	_orders(stock)
	frappe.db.commit()
	return {"user": _manager(), "password": PASSWORD, "company": COMPANY}


def _fiscal_year(day: str) -> None:
	"""The stock came in a year of the books, even if that was the last one."""
	year = day[:4]
	inside = {"year_start_date": ("<=", day), "year_end_date": (">=", day)}
	if not frappe.db.exists("Fiscal Year", inside):
		dates = {"year_start_date": f"{year}-01-01", "year_end_date": f"{year}-12-31"}
		erp.insert("Fiscal Year", year=year, **dates)


def _items(group: tuple[Any, ...], places: dict[str, str]) -> list[tuple[str, str, float]]:
	name, place, *goods = group
	root = frappe.get_all("Item Group", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
	erp.insert("Item Group", item_group_name=name, parent_item_group=root)
	return [
		(
			erp.item(
				item_code=code,
				item_name=item_name,
				item_group=name,
				safety_stock=100,
				item_defaults=[{"company": COMPANY, "default_warehouse": places[place]}],
			),
			places[place],
			rate,
		)
		for code, item_name, rate in goods
	]


def _post(stock: list[tuple[str, str, float]], days: int, qty: float, comes: bool) -> None:
	side, purpose = ("t_warehouse", "Material Receipt") if comes else ("s_warehouse", "Material Issue")
	rows = [
		{
			"item_code": code,
			side: place,
			"qty": qty if comes else qty * (4 + n % 4) // 8,
			**({"basic_rate": rate} if comes else {}),
		}
		for n, (code, place, rate) in enumerate(stock)
		if code not in STOPPED or days > 200
	]
	if rows:
		erp.stock_entry(purpose, rows, days)


def _orders(stock: list[tuple[str, str, float]]) -> None:
	"""Orders of customers of which some are late and some wait, and one of a supplier that is late."""
	customers = [
		erp.insert(
			"Customer",
			customer_name=name,
			customer_group=erp.any_of("Customer Group"),
			territory=erp.any_of("Territory"),
		).name
		for name in ("Blue Harbour Supermarkets", "Old Town Restaurant", "Lakeside Hotel")
	]
	for n, (code, place, rate) in enumerate(stock):
		due = add_days(nowdate(), n % 5 - 2)
		row = {"item_code": code, "warehouse": place, "rate": rate * 1.4, "delivery_date": due}
		order = {"doctype": "Sales Order", "customer": customers[n % 3], "company": COMPANY}
		row["qty"] = 400 if n == 3 else 30
		dates = {"transaction_date": add_days(nowdate(), -4), "delivery_date": due}
		erp.submit(frappe.get_doc({**order, **dates, "items": [row]}))
	supplier = erp.insert(
		"Supplier", supplier_name="Hillside Farm", supplier_group=erp.any_of("Supplier Group")
	)
	code, place, rate = stock[0]
	due = add_days(nowdate(), -3)
	row = {"item_code": code, "warehouse": place, "qty": 200, "rate": rate, "schedule_date": due}
	order = {"doctype": "Purchase Order", "supplier": supplier.name, "company": COMPANY}
	dates = {"transaction_date": add_days(nowdate(), -12), "schedule_date": due}
	erp.submit(frappe.get_doc({**order, **dates, "items": [row]}))


def _manager() -> str:
	email = "mary.wells@example.com"
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": "Mary",
			"last_name": "Wells",
			"language": "en",
			"new_password": PASSWORD,
			"send_welcome_email": 0,
			"roles": [{"role": MANAGER}],
		}
	)
	return str(user.insert(ignore_permissions=True).name)


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_messages = True
	found = prepare()
	frappe.db.commit()
	print(json.dumps(found))
