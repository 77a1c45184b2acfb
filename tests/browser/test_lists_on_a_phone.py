"""Lists of stock on a phone, where Frappe shows one column: it tells rows apart, quantities first."""

from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

PHONE = 390


def test_contents_of_bins_are_distinct_on_a_phone(desk: Any, site: Any, texts: Any, language: str) -> None:
	item, warehouse = site.stocked(f"PH-{language}-{site.stamp}", 12)
	shelf = site.make("Warehouse Bin", bin_code="P-01", warehouse=warehouse)
	site.message_of(
		site.request.post(
			"/api/method/inventory_midplatform.api.v1.stock.move",
			data={
				"item_code": item,
				"warehouse": warehouse,
				"from_bin": f"UNPLACED - {warehouse}",
				"to_bin": shelf,
				"qty": 5,
			},
		)
	)
	available = texts("Available", "Bin Stock")
	told = {f"{item} · 5 · P-01 · {available}", f"{item} · 7 · {texts('Unplaced')} · {available}"}
	for width, expected in ((PHONE, told), (1280, {item})):
		storekeeper = desk("operator", width)
		storekeeper.go(f"bin-stock?item_code={quote(item)}")
		rows = storekeeper.page.locator(".list-row:visible .list-subject a")
		expect(rows).to_have_count(2)
		assert set(rows.all_inner_texts()) == expected
