"""A storekeeper asks from which bins a quantity is taken, and is told why, and what is missing."""

import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect


def test_bins_are_suggested_with_their_reasons_and_what_is_missing(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"pick-{language}-{site.stamp}", 12)
	site.make("Storage Policy", warehouse=warehouse, removal_strategy="Fewest Bins")
	shelf = site.make("Warehouse Bin", bin_code="P-01", warehouse=warehouse)
	moved = {
		"item_code": item,
		"warehouse": warehouse,
		"from_bin": f"UNPLACED - {warehouse}",
		"to_bin": shelf,
	}
	site.message_of(
		site.request.post("/api/method/inventory_midplatform.api.v1.stock.move", data={**moved, "qty": 8})
	)
	position = site.get("Stock Position", [["warehouse", "=", warehouse]])[0]["name"]

	storekeeper = desk("operator")
	storekeeper.go(f"stock-position/{quote(position)}")
	storekeeper.button(texts("Where to Pick")).click()
	shown = storekeeper.page.locator(".modal:visible .frappe-control[data-fieldname='bins']")
	quantity = storekeeper.page.locator(".modal:visible .frappe-control[data-fieldname='qty'] input")
	expect(quantity).to_have_value(re.compile(r"^(0[.,]?0*)?$"))  # Frappe shows nothing, or no quantity
	expect(shown.locator("tbody tr")).to_have_count(0)
	quantity.fill("12")
	quantity.blur()
	expect(shown.locator("tbody tr")).to_have_count(2)
	quantity.fill("6")
	quantity.blur()
	expect(shown.locator("tbody tr")).to_have_count(1)
	expect(shown.locator("tbody tr")).to_contain_text("P-01")
	why = texts("{qty} is here: with it the fewest bins are visited.").replace("{qty}", "8")
	expect(shown.locator("tbody tr")).to_contain_text(why)
	quantity.fill("15")
	quantity.blur()
	expect(shown.locator("tbody tr")).to_have_count(2)
	expect(shown.locator(".text-danger")).to_have_text(re.compile("12.*15|15.*12"))
	wrong = shown.locator(".text-danger")
	for qty, why in (
		("0", "{field} must be greater than zero."),
		("-5", "{field} must be greater than zero."),
		("1.5", "Item {item_code} is counted in whole {uom}; {qty} is a part of one."),
	):
		quantity.fill(qty)
		quantity.blur()
		told = {"{field}": texts("Quantity"), "{item_code}": item, "{uom}": "Nos", "{qty}": qty}
		sentence = texts(why)
		for placeholder, value in told.items():
			sentence = sentence.replace(placeholder, value)
		expect(wrong).to_have_text(sentence)
		expect(shown.locator("tbody tr")).to_have_count(0)
	# nothing was changed by asking
	assert site.get("Bin Stock", [["bin", "=", shelf]], ["qty", "allocated_qty"]) == [
		{"qty": 8, "allocated_qty": 0}
	]
