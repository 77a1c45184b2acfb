"""A pick face on the page: it is on the list of tasks, and is refilled by three scans."""

from itertools import count
from typing import Any

from conftest import Phone, Shop, calls_of
from playwright.sync_api import expect

NUMBERS = count(6908888800016)


class Face:
	"""30 mushrooms in a reserve bin; their pick face is refilled below 4, up to 12."""

	def __init__(self, shop: Shop):
		self.shop, self.barcode = shop, str(next(NUMBERS))
		self.item = shop.item("香菇 200 g", "B0204", 30, barcodes=[{"barcode": self.barcode, "uom": "Nos"}])
		shop.platform.create(
			"Storage Policy",
			{
				"warehouse": shop.warehouse,
				"item_code": self.item,
				"fixed_bin": shop.bins["A0107"],
				"pick_face_minimum": 4,
				"pick_face_maximum": 12,
			},
		)
		self.task = f"[data-task='{shop.bins['A0107']}|{self.item}']"


def test_a_pick_face_is_refilled_with_one_tap_and_three_scans(shop: Shop, phone: Any) -> None:
	face = Face(shop)
	shop.order((face.item, 5))
	one: Phone = phone()
	expect(one.page.locator(face.task)).to_contain_text("订单需要 5")
	one.picture("30-tasks-refill")
	one.taps = one.scans = 0
	one.tap(face.task)
	one.says("扫库位 B0204")
	one.picture("31-refill-go")
	one.scan("A0312")
	one.says("库位不对：A0312")
	assert one.felt() == "wrong"
	one.scan("B0204")
	one.says("扫商品")
	one.scan("A0107")
	one.says("这是库位")
	one.scan(face.barcode)
	one.says("送到 A0107")
	one.picture("32-refill-bring")
	one.scan("A0107")
	expect(one.page.locator(".empty")).to_contain_text("不用再补")
	assert one.felt() == "done"
	assert (one.taps, one.scans) == (1, 5), "two of the scans were wrong"
	assert shop.in_bins(face.item) == {"A0107": 12, "B0204": 18}
	one.picture("33-refill-done")
	one.tap("[data-tasks]")
	expect(one.page.locator(face.task)).to_have_count(0)


def test_less_is_brought_by_the_keypad_and_the_rest_stays_a_task(shop: Shop, phone: Any) -> None:
	face = Face(shop)
	one: Phone = phone()
	one.tap(face.task)
	one.says("扫库位 B0204")
	one.scan("B0204")
	one.says("扫商品")
	one.tap(".dock .side", "数量")
	one.tap(".keys button", "3")
	one.main("确定 3")
	one.says("送到 A0107")
	one.scan("A0107")
	one.says("扫库位 B0204")
	assert shop.in_bins(face.item) == {"A0107": 3, "B0204": 27}


def test_a_network_cut_at_the_pick_face_moves_once(shop: Shop, phone: Any) -> None:
	face = Face(shop)
	one: Phone = phone()
	sent = calls_of(one, "stock.refill")
	one.tap(face.task)
	one.says("扫库位 B0204")
	one.scan("B0204")
	one.says("扫商品")
	one.scan(face.barcode)
	one.says("送到 A0107")
	one.page.route("**/*stock.refill", lambda route: route.abort())
	one.page.keyboard.type("A0107", delay=1)
	one.page.keyboard.press("Enter")
	one.says("没有网络")
	one.picture("34-refill-offline")
	assert shop.in_bins(face.item) == {"B0204": 30}
	one.page.unroute("**/*stock.refill")
	expect(one.page.locator(".empty")).to_contain_text("不用再补")
	assert shop.in_bins(face.item) == {"A0107": 12, "B0204": 18}
	assert len({call["key"] for call in sent}) == 1
