"""The dashboards: they draw in the language at hand for those who see them, open what they count, and charts of them become
a person's own.
"""

from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

DASHBOARDS = (
	("Inventory Manager", "manager", 16),
	("Storekeeper", "operator", 14),
	("Buyer", "supervisor", 9),
)
"""Name, who looks, and how many charts and numbers at least."""
VALUE, OUTBOUND = "Where is the stock value?", "Where do outbound orders stand?"
TITLES = ".dashboard-widget-box .widget-title .ellipsis"


def titles(person: Any) -> list[str]:
	return [
		str(one) for one in person.page.locator(TITLES).evaluate_all("all => all.map((one) => one.title)")
	]


def open_dashboard(person: Any, name: str) -> None:
	person.go(f"dashboard-view/{quote(name)}")
	expect(person.page.locator(".chart-loading-state:visible", has_text="...")).to_have_count(0)
	expect(person.page.locator(".number-widget-box .number").first).to_be_visible()


def test_each_dashboard_draws(desk: Any, site: Any, texts: Any, language: str) -> None:
	site.stocked(f"drawn-{language}-{site.stamp}", 12)
	for name, role, most in DASHBOARDS:
		for width in (1280, 390):
			person = desk(role, width)
			open_dashboard(person, name)
			expect(person.page.locator(".number-widget-box .number, .dashboard-widget-box")).to_have_count(
				person.page.locator(".widget").count()
			)
			assert person.page.locator(".widget").count() >= most
			assert person.page.locator(".modal.show, .chart-error").count() == 0
			assert person.page.evaluate("document.documentElement.scrollWidth") <= width
			shown = titles(person)
			assert (texts(VALUE) in shown) == (role == "manager"), shown
			if language == "zh":
				assert not [title for title in shown if title.isascii()]
			person.picture(f"dashboard-{role}-{language}-{width}")


def test_figures_lead_to_their_documents(desk: Any, site: Any, texts: Any, language: str) -> None:
	site.stocked(f"leads-to-{language}-{site.stamp}", 12)
	manager = desk("manager")
	open_dashboard(manager, "Inventory Manager")
	chart = manager.page.locator(".dashboard-widget-box", has_text=texts(VALUE)).first
	chart.locator(".chart-menu").click()
	chart.locator("[data-action=action-figures]").click()
	rows = manager.page.locator(".modal.show tbody tr")
	expect(rows.first).to_be_visible()
	rows.first.locator("[data-drill]").click()
	manager.page.wait_for_url("**/query-report/Realtime%20Stock*")
	expect(manager.page.locator(".dt-row-0").first).to_be_visible()
	for title, part, opens in (
		(VALUE, "rect", "**/query-report/Realtime%20Stock?*warehouse=*"),
		("How old is the stock?", "rect", "**/query-report/Inventory%20Ageing?*only=*"),
	):
		open_dashboard(manager, "Inventory Manager")
		box = manager.page.locator(".dashboard-widget-box", has_text=texts(title)).first
		drawn = box.locator(f"svg {part}[data-point-index='0']")
		expect(drawn).to_have_css("cursor", "pointer")  # once it has been drawn a second time
		drawn.click()
		manager.page.wait_for_url(opens)
		expect(manager.page.locator(".dt-row-0").first).to_be_visible()
	chart = manager.page.locator(".chart-wrapper svg:visible")
	manager.go("query-report/Realtime%20Stock")
	item = manager.page.evaluate("frappe.query_report.chart_options.data.labels[0]")
	chart.locator("rect[data-point-index='0']").first.click()
	manager.page.wait_for_function(
		"(item) => frappe.query_report.get_filter_value('item_code') === item", arg=item
	)
	open_dashboard(manager, "Inventory Manager")
	manager.page.locator(".number-widget-box", has_text=texts("Stock Value")).first.locator(".number").click()
	manager.page.wait_for_url("**/query-report/Stock%20Overview*")


def test_a_chart_becomes_ones_own(desk: Any, site: Any, texts: Any, language: str) -> None:
	"""Copied and changed in its form, and put into a workspace of one's own beside one of ours."""
	site.stocked(f"own-{language}-{site.stamp}", 12)
	owner = desk("dashboard_owner")
	page = owner.page
	own = f"Our stock {language} {site.stamp}"
	owner.go(f"dashboard-chart/{quote(VALUE, safe='')}")
	page.evaluate("cur_frm.copy_doc()")
	page.wait_for_url("**/new-dashboard-chart-*")
	page.wait_for_load_state("networkidle")
	owner.field("chart_name").fill(own)
	page.evaluate("cur_frm.set_value('type', 'Pie')")
	owner.save()
	title = f"Own {language} {site.stamp}"
	owner.go("inventory-midplatform")
	page.locator(".btn-new-workspace").click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=title] input").fill(title)
	dialog.locator(".btn-primary").click()
	for name, shown in ((own, own), (VALUE, texts(VALUE))):
		place = page.evaluate("Object.keys(frappe.workspace_block.blocks).indexOf('chart')")
		offered = page.locator(".block-list-container:visible .block-list-item").nth(place)
		for _ in range(8):  # the editor takes a while after each block, and no key until then
			page.locator(".codex-editor__redactor .ce-block [contenteditable=true]").first.click()
			page.keyboard.press("End")
			page.keyboard.press("Enter")
			page.wait_for_timeout(1000)
			if offered.count():
				break
		offered.click()
		owner.choose(owner.field("chart_name"), name)
		page.locator(".modal.show .btn-primary").click()
		expect(page.locator(".dashboard-widget-box", has_text=shown[:20])).to_be_visible()
	with page.expect_response(lambda r: "save_page" in r.url) as saved:
		page.locator(".standard-actions .btn-primary:visible").first.click()
	assert saved.value.ok, saved.value.text()
	page.reload()
	page.wait_for_load_state("networkidle")
	expect(
		page.locator(".dashboard-widget-box .chart-container svg, .dashboard-widget-box svg.chart")
	).to_have_count(2)
	assert set(titles(owner)) == {own, texts(VALUE)}
	owner.picture(f"own-workspace-{language}")
	workspace = quote(f"{title}-{owner.user}", safe="")
	assert site.request.delete(f"/api/resource/Workspace/{workspace}").ok  # the uninstalled app leaves it
