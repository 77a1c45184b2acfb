"""A wave on the page: made, released, picked in one walk, sorted at the pack station, packed and shipped."""

from itertools import count
from typing import Any

import pytest
from conftest import Phone, Shop, calls_of
from playwright.sync_api import expect

NUMBERS = count(6904444400016)


class Goods:
	"""Three orders of two items in two bins: 2 mushrooms and a scallop, 3 mushrooms, 2 scallops."""

	def __init__(self, shop: Shop, scallops: int = 30):
		self.shop = shop
		self.mushroom, self.mushrooms = self.item("香菇 200 g", "A0107")
		self.scallop, self.scallops = self.item("干瑶柱 一级 500 g", "A0312", scallops)
		self.both = shop.order((self.mushrooms, 2), (self.scallops, 1))
		self.second = shop.order((self.mushrooms, 3))
		self.third = shop.order((self.scallops, 2))
		self.orders = [self.both, self.second, self.third]

	def item(self, name: str, bin: str, qty: int = 30) -> tuple[str, str]:
		"""Return the barcode and the code of an item of which so many are in a bin."""
		barcode = str(next(NUMBERS))
		return barcode, self.shop.item(name, bin, qty, barcodes=[{"barcode": barcode, "uom": "Nos"}])

	def call(self, operation: str, **arguments: Any) -> Any:
		return self.shop.platform.call(operation, **arguments)

	def picked(self) -> str:
		"""Make, release and pick a wave of them over REST; return its name."""
		data = self.call("wave.create", warehouse=self.shop.warehouse)["data"]
		data = self.call("wave.release", name=data["name"])["data"]
		for p in [p for p in data["picks"] if not p["done"]]:
			self.call("wave.pick", name=data["name"], **{k: p[k] for k in ("item_code", "bin", "qty")})
		self.call("wave.finish_picking", name=data["name"])
		return str(data["name"])

	def counted(self, order: str) -> int:
		return int(sum(line["checked_qty"] for line in self.call("pack.get", name=order)["lines"]))

	def state(self, order: str) -> str:
		return str(self.shop.get(order)["state"])


@pytest.fixture
def goods(shop: Shop) -> Goods:
	return Goods(shop)


def at_the_station(phone: Any, wave: str, **options: Any) -> Phone:
	one: Phone = phone(**options)
	one.tap(f"[data-task='{wave}']")
	one.says("扫任意一件商品")
	one.taps = one.scans = 0
	return one


def put(one: Phone) -> str:
	"""Return the number of the cell that the station names."""
	return one.page.locator(".put__cell b").inner_text()


def board(one: Phone) -> list[str]:
	return ["".join(text.split()) for text in one.page.locator(".cell").all_inner_texts()]


def test_three_orders_in_one_walk_then_sorted_packed_and_shipped(goods: Goods, phone: Any) -> None:
	one: Phone = phone()
	expect(one.page.locator("[data-task]")).to_have_count(3)
	one.tap("[data-new-wave]", "3")
	one.says("建波次")
	expect(one.page.locator("[data-choice='all'] .choice__count")).to_have_text("3")
	expect(one.page.locator("[data-choice='single'] .choice__count")).to_have_text("2")
	one.picture("20-new-wave")
	one.tap("[data-make]")
	one.says("待释放")
	expect(one.page.locator(".totals")).to_contain_text("8")
	one.picture("21-wave")
	one.tap("[data-release]")
	one.says("扫库位 A0107")
	one.picture("22-wave-go")
	one.scan("A0107")
	assert one.count() == "0/5个", "two orders' mushrooms at once"
	one.picture("23-wave-item")
	one.scan(goods.mushroom)
	assert one.count() == "1/5个"
	one.main("拣齐 5")
	one.says("扫库位 A0312")
	one.scan("A0312")
	one.main("拣齐 3")
	one.says("打包台")
	assert (one.taps, one.scans) == (5, 3), "three taps for the wave, one a bin; no more than for one order"
	assert {goods.state(name) for name in goods.orders} == {"To Check"}
	one.picture("24-station")

	one.taps = one.scans = 0
	for code, cell, so_far in [(goods.mushroom, "1", "1/3"), (goods.mushroom, "1", "2/3")]:
		one.scan(code)
		one.says("放好，扫下一件")
		assert put(one) == cell
		assert board(one)[0] == cell + so_far
	one.picture("06-pack-put")
	one.scan(goods.mushroom)
	assert put(one) == "2", "the first order has its mushrooms"
	one.scan(goods.scallop)
	one.says("1 号格齐了")
	one.says("3 件全部扫过")
	assert one.felt() == "done"
	assert goods.state(goods.both) == "To Ship"
	one.picture("06b-pack-complete")
	one.tap("[data-pack]")
	one.says("第 1 箱")
	for key in "2.6":
		one.tap(".keys button", key)
	one.scan("SF1234567890")
	one.says("SF1234567890")
	one.picture("25-package")
	one.tap("[data-packed]", "封箱，2.6")
	one.says("箱已封好")
	expect(one.page.locator("[data-package='1']")).to_contain_text("2.6")
	one.picture("26-ship-packages")
	one.tap("[data-ship]")
	one.says("打包台")
	assert board(one)[0] == "13/3"
	order = goods.shop.get(goods.both)
	assert (order["state"], order["tracking_no"]) == ("Shipped", "SF1234567890")
	assert (one.taps, one.scans) == (6, 5), "of an order: pack, three digits, close the box, ship"

	for code, cell in [(goods.scallop, "3"), (goods.scallop, "3")]:
		one.scan(code)
		assert put(one) == cell
	one.says("3 号格齐了")
	one.scan(goods.mushroom)  # packed later: the next item is scanned at once
	assert put(one) == "2"
	one.tap(".dock .side", "数量")
	one.main("再放 1")
	one.says("2 号格齐了")
	for cell in ("2", "3"):
		one.tap(f"[data-cell='{cell}']")
		one.says("第 1 箱")
		one.tap("[data-packed]", "不称重")
		one.says("箱已封好")
		one.tap("[data-ship]")
		one.says("打包台" if cell == "2" else "已完成")
	assert {goods.state(name) for name in goods.orders} == {"Shipped"}
	one.picture("27-wave-done")
	assert goods.shop.in_bins(goods.mushrooms) == {"A0107": 25}
	assert goods.shop.in_bins(goods.scallops) == {"A0312": 27}


def test_a_wave_is_one_task_and_its_orders_are_not_listed(goods: Goods, phone: Any) -> None:
	wave = goods.call("wave.create", warehouse=goods.shop.warehouse, names=[goods.both, goods.second])
	name = wave["data"]["name"]
	one: Phone = phone()
	card = one.page.locator(f"[data-task='{name}']")
	expect(card).to_contain_text("波次，2 单")
	expect(card).to_contain_text("3 行")
	expect(card).to_contain_text("待释放")
	assert sorted(
		one.page.locator("[data-task]").evaluate_all("(all) => all.map((a) => a.dataset.task)")
	) == (sorted([name, goods.third]))
	one.picture("20b-tasks-with-wave")
	one.scan(goods.both)
	one.says(goods.both)
	expect(one.page.locator(".hint")).to_contain_text(name)
	one.main("打开波次")
	one.says("待释放")


def test_a_short_pick_of_a_wave_is_finished_without_the_order_that_lost(shop: Shop, phone: Any) -> None:
	goods = Goods(shop, scallops=3)
	made = goods.call("wave.create", warehouse=goods.shop.warehouse)["data"]["name"]
	goods.call("wave.release", name=made)
	one: Phone = phone()
	one.tap(f"[data-task='{made}']")
	one.scan("A0107")
	one.main("拣齐 5")
	one.scan("A0312")
	one.tap(".dock .side", "数量")
	one.tap(".keys button", "1")
	one.main("确定 1")
	one.tap(".dock .side", "少了")
	one.tap("[data-reason='Not There']")
	one.main("确认少 2")
	one.says("没有要拣的了")
	one.picture("23b-wave-short")
	one.main("完成，1 单没拣齐")
	one.says("打包台")
	assert board(one) == ["10/3", "20/3"], "the third order lost its scallops and left the wave"
	assert goods.shop.get(goods.third)["wave"] == ""


def test_what_nobody_needs_is_set_aside_and_the_next_scan_goes_on(goods: Goods, phone: Any) -> None:
	stranger, _ = goods.item("虾皮 250 g", "A0316")
	one = at_the_station(phone, goods.picked())
	one.scan(stranger)
	one.says("没有单要这件")
	expect(one.page.locator(".card")).to_contain_text("没有计数，放到一边")
	expect(one.page.locator(".card")).to_contain_text("虾皮 250 g")
	expect(one.page.locator(".card")).to_contain_text("A0316")
	assert one.felt() == "wrong"
	one.picture("06c-pack-wrong")
	one.scan("NEVER-SEEN-2")
	one.says("不认识这个码：NEVER-SEEN-2")
	assert [goods.counted(name) for name in goods.orders] == [0, 0, 0]
	one.scan(goods.scallop)
	one.says("放好，扫下一件")
	assert one.felt() == "right"
	assert [goods.counted(name) for name in goods.orders] == [1, 0, 0]
	assert one.taps == 0


def test_what_a_gun_read_twice_is_taken_back(goods: Goods, phone: Any) -> None:
	one = at_the_station(phone, goods.picked())
	one.scan(goods.mushroom)
	one.scan(goods.mushroom)
	assert goods.counted(goods.both) == 2
	one.page.reload()
	one.says("放好，扫下一件")
	one.tap(".result button")
	one.says("扫任意一件商品")
	assert board(one)[0] == "11/3"
	assert goods.counted(goods.both) == 1


def test_a_reload_in_the_middle_says_the_same_cell(goods: Goods, phone: Any) -> None:
	one = at_the_station(phone, goods.picked())
	for code in (goods.mushroom, goods.mushroom, goods.mushroom):
		one.scan(code)
	assert put(one) == "2"
	one.page.reload()
	one.says("放好，扫下一件")
	assert put(one) == "2"
	assert board(one) == ["12/3", "21/3", "30/2"]
	one.scan(goods.scallop)
	one.says("1 号格齐了")
	one.page.reload()
	one.says("1 号格齐了")
	one.tap("[data-pack]")
	one.page.reload()
	one.says("第 1 箱")


def test_the_network_cut_in_mid_scan_counts_once_and_still_says_where(goods: Goods, phone: Any) -> None:
	one = at_the_station(phone, goods.picked())
	calls = calls_of(one, "pack.scan")
	one.scan(goods.scallop)
	one.cut_the_network()
	one.page.keyboard.type(goods.mushroom)
	one.page.keyboard.press("Enter")
	one.says("没有网络")
	expect(one.page.locator(".unsent").first).to_contain_text(goods.mushroom)
	one.picture("06d-pack-offline")
	one.page.keyboard.type(goods.mushroom)
	one.page.keyboard.press("Enter")
	one.page.wait_for_timeout(300)
	assert goods.counted(goods.both) == 1
	one.page.reload()  # the battery died
	one.page.wait_for_selector(".board")
	one.mend_the_network()
	one.page.reload()
	one.until("Object.keys(localStorage).every((k) => !k.startsWith('inventory-unsent:'))")
	one.until("(document.querySelector('.cell') || {innerText: ''}).innerText.includes('2/3')")
	assert put(one) == "1", "the piece that is still in the hand"
	expect(one.page.locator(".put__text")).to_contain_text("香菇")
	assert goods.counted(goods.both) == 2
	assert len({call["key"] for call in calls}) == 2, "one scan, one key, however often it was sent"
	assert len(calls) > 2


def test_one_order_alone_at_the_station_in_two_packages(shop: Shop, goods: Goods, phone: Any) -> None:
	shop.platform.settings(outbound_check="On")
	one: Phone = phone()
	one.scan(goods.both)
	one.scan("A0107")
	one.main("拣齐 2")
	one.scan("A0312")
	one.main("拣齐 1")
	one.says("复核")
	one.tap(".dock .side", "打包台")
	one.says("扫任意一件商品")
	one.scan(goods.mushroom)
	assert "".join(one.page.locator(".put__cell").inner_text().split()) == "扫到的1/3"
	one.picture("28-station-alone")
	one.scan(goods.mushroom)
	one.scan(goods.scallop)
	one.says("第 1 箱")
	assert one.felt() == "done"
	one.tap("button[data-line]", "干瑶柱")
	one.tap(".keys button", "0")
	one.main("确定 0")
	one.picture("28b-package-of-some")
	one.tap(".keys button", "1")
	one.tap("[data-packed]", "封箱，1")
	one.says("第 2 箱")
	one.scan("SF2")
	one.tap("[data-packed]", "不称重")
	one.says("箱已封好")
	expect(one.page.locator("[data-package='1']")).to_contain_text("香菇 200 g 2")
	expect(one.page.locator("[data-package='2']")).to_contain_text("SF2")
	one.tap("[data-package='2'] .undo")
	expect(one.page.locator(".phone__body")).to_contain_text("还有没装箱的")
	one.tap("[data-pack]")
	one.says("第 2 箱")
	one.tap("[data-packed]")
	one.tap("[data-ship]")
	one.says("已发货")
	assert [p["weight"] for p in goods.call("pack.get", name=goods.both)["packages"]] == [1, 0]


def test_an_order_on_hold_says_why(shop: Shop, goods: Goods, phone: Any) -> None:
	source = shop.get(goods.both)["source_name"]
	shop.platform.books.put_order_on_hold(source)
	one: Phone = phone()
	expect(one.page.locator(f"[data-task='{goods.both}']")).to_contain_text(f"暂停：{source}")
	one.tap(f"[data-task='{goods.both}']")
	expect(one.page.locator(".hint")).to_contain_text(source)
	one.picture("29-on-hold")
