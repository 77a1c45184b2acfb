"""What a customer sends back, on the page alone: received, a part of it rejected, the rest put away."""

from decimal import Decimal
from typing import Any

from conftest import Shop
from dock import Dock
from playwright.sync_api import expect

from inventory_midplatform.ports import PostingLine


def test_a_sales_return_is_received_inspected_and_put_away(dock: Dock, shop: Shop, phone: Any) -> None:
	barcode, mugs = dock.item("马克杯 350 ml")
	shop.receive(mugs, 9, "A0107")
	lines = [PostingLine(mugs, shop.warehouse, Decimal(5), Decimal(20))]
	books = dock.platform.books
	note = books.deliver(books.order(dock.platform.make_customer(), lines)).voucher_no
	expected = dock.platform.call(
		"inbound.expect_return",
		delivery_note=note,
		items=[{"item_code": mugs, "qty": 3}],
		reason="颜色不对",
	)["data"]["name"]
	one = phone(key=dock.key)
	task = one.page.locator(f"[data-task='{expected}']")
	expect(task).to_contain_text(note)
	expect(task).to_contain_text("颜色不对")
	one.scan(note)
	one.receives()
	one.picture("80-return-receive")
	for _ in range(3):
		one.scan(barcode)
	one.main("收 3")
	one.page.wait_for_selector("[data-to-finish]")
	one.tap("[data-to-finish]")
	expect(one.page.locator(".heading")).to_have_text("全部收齐")
	one.tap("[data-finish]")
	one.page.wait_for_selector("[data-accepted]")
	one.tap("[data-more]")
	one.tap(".pills button", "破损")
	one.picture("81-return-inspect")
	one.tap("[data-inspect]")
	one.says("放好，扫库位 A0107")
	one.picture("82-return-put-away")
	one.scan("A0107")
	one.says("全部上架完毕")
	assert shop.in_bins(mugs) == {"A0107": 6, "UNPLACED": 1}
	position = dock.platform.call("stock.get_position", item_code=mugs, warehouse=shop.warehouse)
	assert (position["on_hand"], position["on_hold"]) == (7, 1)
