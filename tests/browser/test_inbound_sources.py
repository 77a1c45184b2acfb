"""What people say is to come: a return, from its Delivery Note; goods without a document, from the list of Inbound Orders."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

ORDER = "Inbound Order"


@pytest.fixture
def inbound(site: Any) -> Iterator[None]:
	settings = ("Inventory Midplatform Settings", "Inventory Midplatform Settings")
	site.change(*settings, inbound_enabled=1)
	yield
	site.change(*settings, inbound_enabled=0)


def confirmed(page: Any) -> None:
	page.locator(".modal:visible .btn-modal-primary").click()
	page.wait_for_url("**/inbound-order/IN-*")


def test_a_return_is_expected_from_its_delivery_note(
	desk: Any, site: Any, texts: Any, language: str, inbound: None
) -> None:
	item, warehouse = site.stocked(f"RET-{language}-{site.stamp}", 9)
	note = site.make(
		"Delivery Note",
		customer=site.make("Customer", customer_name=f"Customer {item}"),
		company=site.company["name"],
		items=[{"item_code": item, "qty": 4, "rate": 9, "warehouse": warehouse}],
		docstatus=1,
	)
	seller = desk("seller")
	seller.go(f"delivery-note/{quote(note)}")
	page = seller.page
	seller.button(texts("Create")).click()
	page.locator(".dropdown-item:visible", has_text=texts("Expect Return")).click()
	page.locator(".modal:visible .frappe-control[data-fieldname='reason'] textarea").fill("Too big")
	seller.picture(f"expect-return-{language}")
	confirmed(page)
	(order,) = site.get(ORDER, [["source_name", "=", note]], ["state", "warehouse", "reason"])
	assert order == {"state": "Expected", "warehouse": warehouse, "reason": "Too big"}
	expect(page.locator(".page-head:visible .indicator-pill")).to_have_text(texts("Expected", ORDER))
	expect(page.locator(".frappe-control[data-fieldname='source_name']:visible")).to_contain_text(note)


def test_goods_are_expected_from_the_list(
	desk: Any, site: Any, texts: Any, language: str, inbound: None
) -> None:
	item, warehouse = site.stocked(f"EXP-{language}-{site.stamp}", 1)
	keeper = desk("supervisor")
	keeper.go("inbound-order")
	page = keeper.page
	keeper.button(texts("Expect Goods")).click()
	dialog = page.locator(".modal:visible")
	keeper.choose(dialog.locator("[data-fieldname='warehouse'] input"), warehouse)
	row = dialog.locator(".grid-body .grid-row").first
	row.locator("[data-fieldname='item_code']").first.click()
	keeper.choose(row.locator("[data-fieldname='item_code'] input"), item)
	row.locator("[data-fieldname='qty']").first.click()
	row.locator("[data-fieldname='qty'] input").fill("5")
	dialog.locator("[data-fieldname='reason'] textarea").fill("A sample of a new supplier")
	keeper.picture(f"expect-goods-{language}")
	confirmed(page)
	(order,) = site.get(ORDER, [["warehouse", "=", warehouse]], ["name", "state", "reason"])
	assert (order["state"], order["reason"]) == ("Expected", "A sample of a new supplier")
	lines = site.message_of(site.request.get(f"/api/resource/{quote(ORDER)}/{order['name']}"))["lines"]
	assert [(line["item_code"], line["expected_qty"]) for line in lines] == [(item, 5)]
