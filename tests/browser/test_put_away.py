"""A Storage Policy made by hand, and the bin that the Move dialog proposes because of it."""

import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect


def test_unplaced_stock_is_proposed_its_bin_with_the_reason(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	item, warehouse = site.stocked(f"put-away-{language}-{site.stamp}", 12)
	fixed = site.make("Warehouse Bin", bin_code="F-01", warehouse=warehouse, capacity_qty=9)

	supervisor = desk("supervisor")
	supervisor.go("storage-policy/new")
	supervisor.choose(supervisor.field("warehouse"), warehouse)
	supervisor.choose(supervisor.field("item_code"), item)
	strategy = supervisor.field("put_away_strategy")
	strategy.click()
	option = supervisor.page.locator("[role=option]:visible, .awesomplete li:visible").filter(
		has_text=re.compile(f"^{texts('Fixed Bin', 'Storage Policy')}$")
	)
	option.first.click()
	supervisor.choose(supervisor.field("fixed_bin"), fixed)
	supervisor.save()
	saved = site.get("Storage Policy", [["warehouse", "=", warehouse]], ["put_away_strategy", "fixed_bin"])
	assert saved == [{"put_away_strategy": "Fixed Bin", "fixed_bin": fixed}]

	storekeeper = desk("operator")
	storekeeper.go(f"warehouse-bin/{quote('UNPLACED - ' + warehouse)}")
	storekeeper.button(texts("Move to Another Bin")).click()
	control = storekeeper.page.locator(".modal:visible .frappe-control[data-fieldname='to_bin']")
	expect(control.locator("input")).to_have_value(fixed)
	why = control.locator(".help-box")
	expect(why).to_contain_text(texts("It is the fixed bin of the Storage Policy."))
	expect(why).to_contain_text(re.compile(r"3 (fits nowhere|无处可放)"))
	quantity = storekeeper.page.locator(".modal:visible .frappe-control[data-fieldname='qty'] input")
	assert float(quantity.input_value()) == 9, "what fits"
	with storekeeper.page.expect_response(lambda r: "suggest_put_away" in r.url):
		quantity.fill("8")
		quantity.blur()
	expect(why).to_have_text(f"F-01 × 8: {texts('It is the fixed bin of the Storage Policy.')}")
	storekeeper.page.locator(".modal:visible .btn-modal-primary").click()
	expect(storekeeper.page.locator(".modal:visible")).to_have_count(0)
	assert site.get("Bin Stock", [["bin", "=", fixed]], ["qty"]) == [{"qty": 8}]


def test_what_needs_many_bins_is_proposed_the_first_and_shown_the_rest(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	_, warehouse = site.stocked(f"many-bins-{language}-{site.stamp}", 1234)
	for number in range(1, 8):
		site.make(
			"Warehouse Bin", bin_code=f"M-{number}", warehouse=warehouse, sequence=number, capacity_qty=100
		)
	storekeeper = desk("operator")
	storekeeper.go(f"warehouse-bin/{quote('UNPLACED - ' + warehouse)}")
	storekeeper.button(texts("Move to Another Bin")).click()
	control = storekeeper.page.locator(".modal:visible .frappe-control[data-fieldname='to_bin']")
	expect(control.locator("input")).to_have_value(f"M-1 - {warehouse}")
	quantity = storekeeper.page.locator(".modal:visible .frappe-control[data-fieldname='qty'] input")
	assert float(quantity.input_value()) == 100
	why = control.locator(".help-box")
	first = texts("{0} of {1} fits into the first bin. Move the rest after it.")
	expect(why).to_contain_text(first.replace("{0}", "100").replace("{1}", "1,234"))
	expect(why).to_contain_text("M-3 × 100")
	expect(why).not_to_contain_text("M-4")
	expect(why).to_contain_text(texts("And {0} more bins.").replace("{0}", "4"))
	storekeeper.page.locator(".modal:visible .btn-modal-primary").click()
	expect(storekeeper.page.locator(".modal:visible")).to_have_count(0)
	lies = site.get("Bin Stock", [["warehouse", "=", warehouse], ["qty", ">", 0]], ["bin", "qty"], "bin asc")
	assert [(row["bin"].split(" ")[0], row["qty"]) for row in lies] == [("M-1", 100), ("UNPLACED", 1134)]
