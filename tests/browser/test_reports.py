"""The reports about stock in the desk: each opens, says its words in the language at hand, leads on, and prints."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

REPORTS = (
	"Realtime Stock",
	"Inventory Ageing",
	"Stock Overview",
	"Expiring Stock",
	"Movement Journal",
	"Stock-outs and Waiting Demand",
	"Service Level",
	"Process Diagnosis",
	"In and Out Trend",
	"Turnover and Days of Stock",
)
PRINT = "frappe.query_report.print_report({orientation: 'Landscape', with_letter_head: 0})"

A4 = 1047
"""How wide a page is that lies, without its margins of a centimetre; in pixels."""


def report(name: str, **filters: str) -> str:
	return f"query-report/{quote(name)}?" + "&".join(
		f"{key}={quote(value)}" for key, value in filters.items()
	)


def test_each_report_opens_and_says_its_words(desk: Any, site: Any, texts: Any, language: str) -> None:
	item, warehouse = site.stocked(f"reports-{language}-{site.stamp}", 12)
	for width in (1280, 390):
		supervisor = desk("supervisor", width)
		for name in REPORTS:
			supervisor.go(report(name, item_code=item, warehouse=warehouse))
			expect(supervisor.page.locator(".page-head .title-text:visible")).to_have_attribute(
				"title", texts(name)
			)
			expect(supervisor.page.locator("details summary:visible")).to_have_text(
				texts("What the figures mean")
			)
			# no name below a bar is cut to dots
			expect(supervisor.page.locator(".x.axis text:visible", has_text="..")).to_have_count(0)
			assert supervisor.page.evaluate("document.documentElement.scrollWidth") <= width
			if name == "Stock-outs and Waiting Demand":
				said = supervisor.page.locator(".msg-box:visible")
				expect(said).to_have_text(texts("No demand waits for stock."))


def test_a_group_leads_to_its_stock_and_an_age_to_its_receipts(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"leads-{language}-{site.stamp}", 7)
	supervisor = desk("supervisor")
	supervisor.go(report("Stock Overview", warehouse=warehouse))
	supervisor.page.locator(".dt-row", has_text=item).locator("[data-ageing]").first.click()
	supervisor.page.wait_for_url("**/Inventory%20Ageing*")
	supervisor.page.locator(".dt-row", has_text=item).locator("[data-layers]").first.click()
	voucher = supervisor.page.locator(".dt-cell__content a[href*='/stock-entry/']").first
	expect(voucher).to_be_visible()
	assert supervisor.page.evaluate("frappe.query_report.get_values().show") == "layers"
	assert supervisor.page.evaluate("frappe.query_report.get_values().item_code") == item


def test_a_share_leads_to_its_promises_and_a_step_to_its_documents(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"serves-{language}-{site.stamp}", 7)
	due = str(date.today() - timedelta(days=3))
	order = site.make(
		"Sales Order",
		customer=site.make("Customer", customer_name=f"Customer {item}"),
		company=site.company["name"],
		transaction_date=due,
		delivery_date=due,
		items=[{"item_code": item, "qty": 6, "rate": 9, "warehouse": warehouse, "delivery_date": due}],
		docstatus=1,
	)
	supervisor = desk("supervisor")
	supervisor.go(report("Service Level", warehouse=warehouse))
	supervisor.page.locator("[data-otif]").nth(1).click()
	expect(supervisor.page.locator(".dt-row", has_text=order).first).to_contain_text(
		texts("Nothing Delivered")
	)
	assert supervisor.page.evaluate("frappe.query_report.get_values().show") == "promises"
	supervisor.go(report("Process Diagnosis", warehouse=warehouse))
	supervisor.page.locator("[data-documents]").first.click()
	supervisor.page.wait_for_url(re.compile(r"/app/stock-entry\?"))


def test_age_bands_have_their_colours(desk: Any, site: Any, language: str) -> None:
	"""In the chart a bar each, in the table the cells; the oldest is the strongest."""
	item, warehouse = site.stocked(f"bands-{language}-{site.stamp}", 4)
	for days in (45, 100, 200):
		site.make(
			"Stock Entry",
			stock_entry_type="Material Receipt",
			company=site.company["name"],
			set_posting_time=1,
			posting_date=str(date.today() - timedelta(days=days)),
			items=[{"item_code": item, "qty": days / 5, "t_warehouse": warehouse, "basic_rate": 5}],
			docstatus=1,
		)
	supervisor = desk("supervisor")
	supervisor.go(report("Inventory Ageing", warehouse=warehouse))
	bars = supervisor.page.locator(".chart-container svg .dataset-4 rect.bar")
	expect(bars.last).to_have_css("fill", "rgb(58, 40, 115)")
	cell = supervisor.page.locator(".dt-row-0 .dt-cell__content div[style*='background: rgb(58, 40, 115)']")
	cell = cell.or_(supervisor.page.locator(".dt-row-0 div[style*='#3a2873']")).first
	expect(cell).to_have_css("color", "rgb(255, 255, 255)")
	# a bar lists what is that old
	new, elsewhere = site.stocked(f"new-{language}-{site.stamp}", 4)
	site.make(
		"Stock Entry",
		stock_entry_type="Material Transfer",
		company=site.company["name"],
		items=[{"item_code": new, "qty": 4, "s_warehouse": elsewhere, "t_warehouse": warehouse}],
		docstatus=1,
	)
	supervisor.go(report("Inventory Ageing", warehouse=warehouse))
	expect(supervisor.page.locator(".dt-row", has_text=new)).to_have_count(1)
	bars.last.click()
	expect(supervisor.page.locator(".dt-row", has_text=new)).to_have_count(0)
	expect(supervisor.page.locator(".dt-row", has_text=item)).to_have_count(1)
	chosen = supervisor.page.locator("select[data-fieldname=only] option:checked")
	expect(chosen).to_contain_text("> 180")
	said = "下表只列：> 180 天" if language == "zh" else "Only this is listed: > 180 Days"
	expect(supervisor.page.locator("body")).to_contain_text(said)


def test_why_so_much_is_available(desk: Any, site: Any, language: str) -> None:
	item, warehouse = site.stocked(f"why-{language}-{site.stamp}", 7)
	supervisor = desk("supervisor")
	supervisor.go(report("Realtime Stock", item_code=item, warehouse=warehouse))
	supervisor.page.locator("[data-stock-why]").first.click()
	expect(supervisor.page.locator(".modal:visible")).to_contain_text(warehouse)


def test_a_period_leads_to_its_movements_and_an_item_to_its_stock(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"trend-{language}-{site.stamp}", 9)
	supervisor = desk("supervisor")
	about = {"item_code": item, "warehouse": warehouse}
	supervisor.go(report("In and Out Trend", **about))
	expect(supervisor.page.locator(".chart-container svg").first).to_be_visible()
	supervisor.page.locator("[data-moved]").first.click()
	supervisor.page.wait_for_url("**/Movement%20Journal*")
	voucher = supervisor.page.locator(".dt-cell__content a[href*='/stock-entry/']").first
	expect(voucher).to_be_visible()
	supervisor.go(report("Turnover and Days of Stock", **about))
	expect(supervisor.page.locator(".dt-row", has_text=texts("No Usage")).first).to_be_visible()
	supervisor.page.locator("[data-stock]").first.click()
	supervisor.page.wait_for_url("**/Realtime%20Stock*")


def test_a_report_is_printed_without_its_links(desk: Any, site: Any, language: str) -> None:
	item, warehouse = site.stocked(f"prints-{language}-{site.stamp}", 5)
	supervisor = desk("supervisor")
	for name in ("Inventory Ageing", "Stock Overview", "Realtime Stock"):
		supervisor.go(report(name, item_code=item, warehouse=warehouse))
		expect(supervisor.page.locator(".dt-row-0").first).to_be_visible()
		with supervisor.context.expect_page() as opened:
			supervisor.page.evaluate(PRINT)
		printed = opened.value
		expect(printed.locator("table").first).to_contain_text(item)
		assert printed.locator("[data-row]").count() == 0
		printed.emulate_media(media="print")
		printed.set_viewport_size({"width": A4, "height": 700})
		assert printed.evaluate("document.documentElement.scrollWidth") <= A4, (
			f"{name} is wider than its page"
		)
		printed.close()


def test_a_storekeeper_sees_ages_and_no_costs(desk: Any, site: Any, texts: Any, language: str) -> None:
	item, warehouse = site.stocked(f"blind-{language}-{site.stamp}", 5)
	operator = desk("operator")
	operator.go(report("Inventory Ageing", item_code=item, warehouse=warehouse))
	expect(operator.page.locator(".dt-row-0").first).to_be_visible()
	shown = operator.page.evaluate("frappe.query_report.columns.map((column) => column.fieldname)")
	assert "mean_age" in shown
	assert "value" not in shown


def test_wrong_bands_say_so_above_the_report(desk: Any, texts: Any) -> None:
	supervisor = desk("supervisor")
	supervisor.go(report("Inventory Ageing", bands="90, 30"))
	expect(
		supervisor.page.locator(".report-wrapper, .page-form ~ *").locator("p.text-danger").first
	).to_contain_text("90, 30")
