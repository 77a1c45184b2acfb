"""Figures of a day and of a baseline, as the nightly job writes them."""

from datetime import date, timedelta

import frappe

from inventory_midplatform.domain.kpi import COUNT_ACCURACY, ON_TIME, STOCK_COST
from inventory_midplatform.tests.platform import Platform


def kpi_records(platform: Platform, warehouse: str) -> None:
	"""Write two shares and a cost of a warehouse and of its company, for yesterday and as the baseline."""
	yesterday = date.today() - timedelta(days=1)
	frappe.db.commit()  # a context begins with a rollback
	with platform.context() as ctx:
		sql = "SELECT company FROM `tabWarehouse` WHERE name = %(name)s"
		company = ctx.store.rows(sql, {"name": warehouse})[0]["company"]
		for place in (warehouse, ""):
			about = {"company": company, "warehouse": place}
			for table in ("Inventory KPI Value", "Inventory KPI Baseline"):
				where = "company = %(company)s AND warehouse = %(warehouse)s"
				ctx.store.execute(f"DELETE FROM `tab{table}` WHERE {where}", about)
			figures = [
				{"kpi": COUNT_ACCURACY, **about, "value": 50, "numerator": 1, "denominator": 2},
				{"kpi": ON_TIME, **about, "value": 75, "numerator": 3, "denominator": 4},
				{"kpi": STOCK_COST, **about, "value": 17.5, "numerator": 850, "denominator": 0},
			]
			ctx.store.insert("Inventory KPI Value", [{**row, "day": yesterday} for row in figures])
			days = {"first_day": yesterday, "last_day": yesterday}
			ctx.store.insert("Inventory KPI Baseline", [{**row, **days} for row in figures])
