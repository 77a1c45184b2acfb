"""One walk on the page puts away what several orders brought: the item, then its bin."""

from typing import Any

from conftest import Phone, Shop
from dock import Dock, new_batch
from playwright.sync_api import expect

from inventory_midplatform.tests.platform import unique


def on_the_walk(phone: Any, dock: Dock, **options: Any) -> Phone:
	"""A phone on which the walk through the whole warehouse was begun."""
	one: Phone = phone(key=dock.key, **options)
	one.tap("[data-put-away]")
	one.page.wait_for_selector(".bin--hero")
	one.taps = one.scans = 0
	return one


def quantity(one: Phone) -> str:
	return "".join(one.page.locator(".quantity").first.inner_text().split())


def state(dock: Dock, name: str) -> str:
	return str(dock.platform.call("inbound.get", name=name)["state"])


def test_two_orders_are_put_away_in_one_walk(dock: Dock, shop: Shop, phone: Any) -> None:
	mushroom, mushrooms = dock.item("香菇 200 g")
	tea, teas = dock.item("龙井茶 100 g")
	_, first = dock.to_put_away((mushrooms, 9))
	second_paper, second = dock.to_put_away((mushrooms, 6), (teas, 4))
	one: Phone = phone(key=dock.key)
	for text in ("一趟全部上架", f"{shop.warehouse} · 2 单"):
		expect(one.page.locator("[data-put-away]")).to_contain_text(text)
	one.picture("60-tasks-walk")
	one.tap("[data-put-away]")
	one.says("扫商品")
	one.says("再扫库位 A0107")
	assert quantity(one) == "15个", "of both orders together"
	expect(one.page.locator(f"[data-share='{first}']")).to_contain_text("9")
	expect(one.page.locator(f"[data-share='{second}']")).to_contain_text(second_paper)
	expect(one.page.locator(f"[data-part='{teas}']")).to_contain_text("A0209")
	one.picture("61-walk-find")
	one.taps = one.scans = 0
	one.scan("A0107")
	one.says("先扫商品")
	assert one.felt() == "attention"
	assert shop.in_bins(mushrooms) == {"UNPLACED": 15}, "a bin alone puts nothing away"
	one.scan(mushroom)
	one.says("放好，扫库位 A0107")
	one.picture("62-walk-put")
	one.scan("A0107")
	one.page.wait_for_selector(".result")
	one.says("扫商品")
	assert shop.in_bins(mushrooms) == {"A0107": 15}
	assert (state(dock, first), state(dock, second)) == ("Done", "To Put Away")
	expect(one.page.locator(".bin--hero")).to_have_attribute("aria-label", "A0209")
	one.picture("63-walk-next")
	one.scan(tea)
	one.says("放好，扫库位 A0209")
	one.scan("A0209")
	one.says("没有要上架的了")
	assert one.felt() == "done"
	assert (one.taps, one.scans) == (0, 5), "one of the scans was wrong"
	one.picture("64-walk-done")
	assert state(dock, second) == "Done"
	assert shop.in_bins(teas) == {"A0209": 4}
	one.tap("[data-tasks]")
	expect(one.page.locator("[data-put-away]")).to_have_count(0)


def test_a_part_elsewhere_then_the_rest_and_one_order_opened(dock: Dock, shop: Shop, phone: Any) -> None:
	mushroom, mushrooms = dock.item("香菇 200 g")
	_, first = dock.to_put_away((mushrooms, 9))
	_, second = dock.to_put_away((mushrooms, 6))
	one = on_the_walk(phone, dock)
	one.scan(mushroom)
	one.says("放好，扫库位 A0107")
	one.tap("[data-full]")
	one.tap(".keys button", "1")
	one.tap(".keys button", "1")
	one.main("确定 11")
	assert quantity(one) == "11个"
	one.scan("A0107")
	one.page.wait_for_selector(".result")
	assert shop.in_bins(mushrooms) == {"A0107": 11, "UNPLACED": 4}
	assert (state(dock, first), state(dock, second)) == ("Done", "To Put Away")
	one.scan(mushroom)
	one.says("放好，扫库位 A0209")
	one.scan("A0316")
	one.page.wait_for_selector("[data-fits]")
	one.tap("[data-back]")
	one.tap("[data-other-bin]")
	one.picture("68-walk-other")
	one.tap(f"[data-open='{second}']")
	one.says("放好，扫库位")
	assert one.page.evaluate("location.hash").endswith(second)


def test_of_several_batches_one_is_scanned_and_each_piece(dock: Dock, shop: Shop, phone: Any) -> None:
	scallop, scallops = dock.item("干瑶柱 一级 500 g", has_batch_no=1)
	_, scales = dock.item("电子秤 9 kg", has_serial_no=1)
	batches = [new_batch(), new_batch()]
	pieces = [[unique("S"), unique("S")], [unique("S")]]
	names = []
	for batch, serials in zip(batches, pieces, strict=True):
		name = dock.order(dock.purchase((scallops, 5), (scales, len(serials))))["name"]
		lines = {line["item_code"]: line["line"] for line in dock.step("arrive", name)["lines"]}
		dock.step("receive", name, line=lines[scallops], qty=5, batch_no=batch)
		dock.step("receive", name, line=lines[scales], qty=len(serials), serial_nos=serials)
		dock.step("finish_receiving", name)
		names.append(name)
	one = on_the_walk(phone, dock)
	one.scan(scallop)
	one.says("有几个批次：请扫批号")
	one.picture("65-walk-batch")
	one.scan(batches[1])
	one.says("放好，扫库位")
	assert quantity(one) == "5个"
	one.scan(str(one.page.locator(".bin--hero").get_attribute("aria-label")))
	one.page.wait_for_selector(".result")
	one.scan(pieces[1][0])
	assert quantity(one) == "1个", "a piece of another item is taken into the hand with it"
	one.scan(pieces[0][0])
	assert quantity(one) == "2个"
	one.picture("66-walk-pieces")
	one.scan(str(one.page.locator(".bin--hero").get_attribute("aria-label")))
	one.page.wait_for_selector(".result")
	assert [state(dock, name) for name in names] == ["To Put Away", "Done"]
	left = dock.platform.call("inbound.list_to_put_away", warehouse=shop.warehouse)["lines"]
	assert {(line["inbound_order"], line["item_code"], int(line["qty"])) for line in left} == {
		(names[0], scallops, 5),
		(names[0], scales, 1),
	}


def test_a_lost_response_puts_away_once(dock: Dock, shop: Shop, phone: Any) -> None:
	mushroom, mushrooms = dock.item("香菇 200 g")
	names = [dock.to_put_away((mushrooms, qty))[1] for qty in (4, 3)]
	one = on_the_walk(phone, dock)
	lost: list[str] = []

	def lose(route: Any) -> None:
		if lost:
			route.continue_()
		else:
			lost.append(route.fetch().text())  # the server did it, and the phone never heard
			route.abort()

	one.page.route("**/*inbound.put_away_walk", lose)
	one.scan(mushroom)
	one.page.keyboard.type("A0107")
	one.page.keyboard.press("Enter")
	one.says("没有要上架的了")
	assert lost
	assert shop.in_bins(mushrooms) == {"A0107": 7}
	assert [state(dock, name) for name in names] == ["Done", "Done"]


def test_a_bin_that_is_too_weak_is_warned_of_before(dock: Dock, shop: Shop, phone: Any) -> None:
	rice, rices = dock.item("大米 25 kg", weight_per_unit=25, weight_uom="Kg", inventory_volume=0.04)
	dock.platform.make_bin(shop.warehouse, bin_code="C0101", sequence=9, max_weight=100, max_volume=0.1)
	for qty in (3, 2):
		dock.to_put_away((rices, qty))
	one = on_the_walk(phone, dock)
	one.scan(rice)
	one.says("放好，扫库位 A0107")
	one.scan("C0101")
	expect(one.page.locator("[data-objection]").first).to_contain_text("最多承重 100 kg，放进去就是 125 kg")
	expect(one.page.locator("[data-objection]").nth(1)).to_contain_text("最多容纳 0.1 m³，放进去就是 0.2 m³")
	one.picture("67-walk-too-heavy")
	assert shop.in_bins(rices) == {"UNPLACED": 5}
