"""The report Inventory KPIs in the desk: it opens, says its words, and says why a figure moved."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

REPORT = "query-report/Inventory%20KPIs"


def test_the_report_opens_and_says_its_words(desk: Any, texts: Any) -> None:
	for width in (1280, 390):
		supervisor = desk("supervisor", width)
		supervisor.go(REPORT)
		rows = supervisor.page.locator(".dt-cell__content")
		for name in ("Turnover", "Stock-out Rate (Order Lines)", "Carrying Cost"):
			expect(rows.filter(has_text=texts(name)).first).to_be_attached()
		expect(supervisor.page.locator("details summary:visible")).to_have_text(
			texts("What the figures mean")
		)


def test_a_storekeeper_sees_no_costs(desk: Any, texts: Any) -> None:
	operator = desk("operator")
	operator.go(REPORT)
	expect(operator.page.locator(".dt-row-0").first).to_be_visible()
	shown = operator.page.evaluate("frappe.query_report.data.map((row) => row.kpi)")
	assert "Count Accuracy" in shown
	assert "Carrying Cost" not in shown


def test_the_report_shows_an_earlier_day(desk: Any) -> None:
	"""As a bar of a chart of KPIs opens it."""
	supervisor = desk("supervisor")
	earlier = date.today() - timedelta(days=3)
	supervisor.go(f"{REPORT}?as_of={earlier}")
	expect(supervisor.page.locator(".dt-row-0").first).to_be_visible()
	assert supervisor.page.evaluate("frappe.query_report.get_filter_value('as_of')") == str(earlier)
	rows = supervisor.page.evaluate(
		"frappe.query_report.data.map((row) => [row.as_of, row.now, row.missing])"
	)
	assert rows
	for as_of, now, missing in rows:
		# a site that is new has written nothing, and says so instead of a figure
		assert (now is None) == bool(missing)
		assert as_of is None or as_of <= str(earlier)


def test_why_a_figure_moved_names_the_item(desk: Any, site: Any, texts: Any, language: str) -> None:
	"""Of two items one was counted right forty days ago, and none ten days ago."""
	company = site.company["name"]
	wrong, warehouse = site.stocked(f"moved-{language}-{site.stamp}", 1)
	right, _ = site.stocked(f"moved-too-{language}-{site.stamp}", 1)
	posted = {"company": company, "set_posting_time": 1, "docstatus": 1}

	def day(ago: int) -> str:
		return str(date.today() - timedelta(days=ago))

	came = {"t_warehouse": warehouse, "qty": 9, "basic_rate": 5}
	rows = [{"item_code": item, **came} for item in (wrong, right)]
	site.make("Stock Entry", stock_entry_type="Material Receipt", posting_date=day(45), items=rows, **posted)
	for ago, found in ((40, {wrong: 8, right: 9}), (10, {wrong: 7, right: 8})):
		rows = [
			{"item_code": item, "warehouse": warehouse, "qty": qty, "valuation_rate": 5}
			for item, qty in found.items()
		]
		site.make(
			"Stock Reconciliation",
			purpose="Stock Reconciliation",
			posting_date=day(ago),
			items=rows,
			**posted,
		)
	supervisor = desk("supervisor")
	supervisor.go(REPORT)
	row = {"kpi": "Count Accuracy", "company": company, "warehouse": warehouse, "unit": "%", "better": "Up"}
	supervisor.page.evaluate("(row) => inventory_midplatform.show_why_it_moved(row)", row)
	dialog = supervisor.page.locator(".modal-dialog:visible")
	expect(dialog.locator("[data-drill]")).to_have_text(right)
	expect(dialog).to_contain_text(texts("points"))
	dialog.locator("[data-drill]").click()
	supervisor.page.wait_for_url("**/Movement%20Journal*")
	of_item = "(item) => frappe.query_report?.get_values?.()?.item_code === item"
	supervisor.page.wait_for_function(of_item, arg=right)
