"""Several orders on one truck, and labels that were printed at receipt, on the page."""

from typing import Any

from conftest import Phone, Shop
from dock import NEXT_YEAR, Dock, new_batch
from playwright.sync_api import expect

from inventory_midplatform.reporting import inbound_labels
from inventory_midplatform.tests.platform import unique


def test_orders_of_one_truck_arrive_together_and_goods_of_the_other_say_of_which(
	dock: Dock, phone: Any
) -> None:
	_, mushrooms = dock.item("香菇 200 g")
	scallop, scallops = dock.item("干瑶柱 一级 500 g")
	first, second, other = (dock.purchase((item, 5)) for item in (mushrooms, scallops, mushrooms))
	names = [dock.order(purchase)["name"] for purchase in (first, second)]
	truck = unique("TRUCK").upper()
	slot = {"dock": "月台 2", "slot_start": f"{NEXT_YEAR} 14:00:00", "slot_end": f"{NEXT_YEAR} 15:00:00"}
	for name in names:
		dock.step("book_slot", name, truck=truck, **slot)
	one: Phone = phone(key=dock.key)
	one.scan(truck.lower())
	one.page.wait_for_selector("[data-arrive-truck]")
	rows = one.page.locator("[data-task]")
	expect(rows).to_have_count(2)
	for row in rows.all():
		expect(row).to_contain_text("14:00 月台 2")
	one.picture("60-truck")
	one.tap("[data-all-trucks]")
	expect(one.page.locator(f"[data-task='{dock.order(other)['name']}']")).to_be_visible()
	expect(one.page.locator(f"[data-task='{names[0]}']")).to_contain_text(f"14:00 月台 2 · 车辆 {truck}")
	one.scan(truck)
	one.tap("[data-arrive-truck]", "共 2 单")
	expect(one.page.locator(".group--receive [data-task]")).to_have_count(2)
	expect(one.page.locator("[data-arrive-truck]")).to_have_count(0)
	assert [dock.order(purchase)["state"] for purchase in (first, second, other)] == [
		"To Receive",
		"To Receive",
		"Expected",
	]
	one.tap(f"[data-task='{names[0]}']")
	one.receives()
	one.scan(scallop)
	one.says(f"是别的单的：{second}")
	assert one.felt() == "wrong"
	one.picture("61-of-another-order")
	assert [dock.received(name) for name in names] == [[], []]
	one.tap("[data-other-order]", second)
	one.page.wait_for_selector(f"[data-line='{scallops}']")
	one.scan(scallop)
	one.main("收 1")
	one.page.wait_for_selector(".result")
	assert [dock.received(name) for name in names] == [[], [("", "", 1)]]


def test_a_label_printed_at_receipt_is_read_when_more_comes_and_when_it_is_put_away_and_picked(
	dock: Dock, shop: Shop, phone: Any
) -> None:
	barcode, scallops = dock.item("干瑶柱 一级 500 g", has_batch_no=1, has_expiry_date=1)
	scales = shop.item("电子秤 9 kg", has_serial_no=1)
	batch, serial = new_batch(), unique("SN").upper()
	name = dock.order(dock.purchase((scallops, 9), (scales, 1)))["name"]
	data = dock.step("arrive", name)
	lines = {line["item_code"]: line["line"] for line in data["lines"]}
	dock.step("receive", name, line=lines[scallops], qty=4, batch_no=batch, expiry_date=str(NEXT_YEAR))
	dock.step("receive", name, line=lines[scales], qty=1, serial_nos=[serial])
	with dock.platform.context() as ctx:
		of_batch, of_serial = (label["code"] for label in inbound_labels.labels(ctx, name))
	assert of_batch.startswith(f"(01)0{barcode}(10){batch}")
	assert of_serial == f"(240){scales}(21){serial}"
	one: Phone = phone(key=dock.key)
	one.tap(f"[data-task='{name}']")
	one.receives()
	one.scan(of_batch)
	one.says("读出来了，请核对")
	expect(one.page.locator("[data-edit='batch']")).to_contain_text(batch)
	expect(one.page.locator("[data-edit='expiry']")).to_contain_text(NEXT_YEAR.isoformat())
	one.main("收 1")
	one.page.wait_for_selector(".result")
	assert dock.received(name) == [(batch, "", 4), ("", serial, 1), (batch, "", 1)]
	assert one.page.locator("[data-labels]").count() == 0, "a standalone server prints nothing"
	one.tap("[data-to-finish]")
	one.tap("[data-finish]")
	one.says("扫库位")
	one.scan(of_serial)
	expect(one.page.locator(".item__name").first).to_contain_text("电子秤")
	one.scan(of_batch)
	expect(one.page.locator(".item__name").first).to_contain_text("干瑶柱")
	shelf = shop.bins["A0107"]
	dock.step("put_away", name, line=lines[scallops], bin=shelf, qty=5, batch_no=batch)
	picked = shop.order((scallops, 2))
	two: Phone = phone()
	two.scan(picked)
	two.says("扫库位 A0107")
	two.scan("A0107")
	two.scan(of_batch)
	assert two.count() == "1/2个"


def as_on_a_site(one: Phone, key: str) -> None:
	"""Reload the page as a site serves it, which has a print view; a header stands for the site's cookie."""
	boot = '<script type="application/json" id="boot">{"site": true, "user": "x"}</script>'

	def serve(route: Any) -> None:
		answer = route.fetch()
		route.fulfill(response=answer, body=answer.text().replace("<!-- boot -->", boot))

	one.context.set_extra_http_headers({"Authorization": f"token {key}"})
	one.page.route(lambda url: "/work/" in url and url.split("#")[0].split("?")[0].endswith("/work/"), serve)
	one.page.reload()
	one.page.wait_for_selector(".tabs")


def test_on_a_site_labels_are_printed_of_the_line_just_received_and_of_all_when_it_is_finished(
	dock: Dock, phone: Any
) -> None:
	barcode, mushrooms = dock.item("香菇 200 g")
	_, scallops = dock.item("干瑶柱 一级 500 g")
	name = dock.order(dock.purchase((mushrooms, 5), (scallops, 5)))["name"]
	line = dock.step("arrive", name)["lines"][0]["line"]
	one: Phone = phone(key=dock.key)
	as_on_a_site(one, dock.key)
	one.tap(f"[data-task='{name}']")
	one.receives()
	link = one.page.locator("[data-labels]")
	expect(link).to_have_count(0)
	one.scan(barcode)
	one.main("收 1")
	one.page.wait_for_selector(".result")
	of_order = f"/printview?doctype=Inbound%20Order&name={name}&format=Inbound%20Labels"
	expect(link).to_have_attribute("href", f"{of_order}&line={line}")
	expect(link).to_have_attribute("target", "_blank")
	expect(link).to_have_text("打印标签")
	one.picture("62-labels")
	one.tap("[data-to-finish]")
	one.tap("[data-finish]")
	one.says("扫库位")
	expect(link).to_have_attribute("href", of_order)
	one.picture("63-labels-of-all")
