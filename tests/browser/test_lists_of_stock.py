"""What a list tells without opening its records, and the log in the reader's language."""

from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

PHONE = 390


def test_an_approver_sees_what_is_requested_in_the_list(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	name, warehouse = site.requested(f"listed-{language}-{site.stamp}", 3, 7)
	for width in (1280, PHONE):
		supervisor = desk("supervisor", width)
		supervisor.go(f"inventory-request?warehouse={quote(warehouse)}")
		row = supervisor.page.locator(".list-row:visible")
		expect(row).to_have_count(1)
		for told in (name, texts("Purchase", "Inventory Request"), warehouse, "21", "Administrator"):
			expect(row.locator("visible=true", has_text=told).first).to_be_visible()


def test_the_log_is_read_and_filtered_in_the_readers_language(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"logged-{language}-{site.stamp}", 12)
	held = {"item_code": item, "warehouse": warehouse, "bin": f"UNPLACED - {warehouse}", "qty": 2}
	site.message_of(
		site.request.post(
			"/api/method/inventory_midplatform.api.v1.stock.block",
			data={**held, "stock_status": "Quality", "reason": "scratched"},
		)
	)
	log = site.get("Stock Operation Log", [["item_code", "=", item]])[0]["name"]
	supervisor = desk("supervisor")
	supervisor.go(f"stock-operation-log/{quote(log)}")
	block = texts("Block", "Stock Operation Log")
	expect(supervisor.page.locator(".page-head:visible .title-text")).to_have_text(block)
	for fieldname, word in (
		("from_value", texts("Available", "Bin Stock")),
		("to_value", texts("Quality", "Bin Stock")),
		("reference_doctype", texts("Warehouse Bin")),
	):
		shown = supervisor.page.locator(f"[data-fieldname='{fieldname}']:visible .control-value")
		expect(shown).to_have_text(word)
	supervisor.go(f"stock-operation-log?item_code={quote(item)}")
	expect(supervisor.page.locator(".list-row:visible")).to_have_count(1)
	choice = supervisor.page.locator(".standard-filter-section [data-fieldname='operation'] select")
	choice.select_option(label=block)
	expect(supervisor.page.locator(".list-row:visible")).to_have_count(1)
	choice.select_option(value="Move")
	expect(supervisor.page.locator(".list-row:visible")).to_have_count(0)


def test_a_reservation_shows_what_is_reserved_and_what_waits(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"keeps-{language}-{site.stamp}", 12)
	asked = {"item_code": item, "warehouse": warehouse, "qty": 17, "shortage_policy": "Partial"}
	site.message_of(
		site.request.post(
			"/api/method/inventory_midplatform.api.v1.reservation.reserve",
			data={**asked, "demand_type": "Shop Order", "demand_name": "#77"},
		)
	)
	storekeeper = desk("operator")
	storekeeper.go(f"inventory-reservation?item_code={quote(item)}")
	row = storekeeper.page.locator(".list-row:visible")
	expect(row).to_have_count(1)
	for told in ("#77", "17", "12", "5"):
		cell = row.locator(".list-row-col:visible", has_text=told).first
		expect(cell).to_be_visible()
