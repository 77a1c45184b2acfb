"""An order from the list of tasks to shipped, on the page alone, against the server's own operations."""

from datetime import date, timedelta
from typing import Any

from conftest import Shop, calls_of
from playwright.sync_api import expect


def begun(phone: Any, name: str) -> Any:
	"""A phone on which the order was opened by its paper, which accepts it."""
	one = phone()
	one.scan(name)
	one.page.wait_for_selector(".walk, .here")
	return one


def test_from_the_list_to_shipped_with_three_taps_and_a_scan_a_line(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 20)
	name = shop.order((item, 5))
	one = phone()
	expect(one.page.locator(f"[data-task='{name}']")).to_be_visible()
	one.picture("01-tasks")
	one.tap("[data-continue]", name)
	one.says("扫库位 A0209")
	one.picture("02-go")
	one.scan("A0209")
	assert one.count() == "0/5个"
	one.picture("03-item")
	one.main("拣齐 5")
	one.says("发货")
	one.picture("06-ship")
	one.main("发货")
	one.says("已发货")
	one.picture("06c-shipped")
	assert (one.taps, one.scans) == (3, 1)
	assert one.felt() == "done"
	order = shop.get(name)
	assert (order["state"], order["delivery_doctype"]) == ("Shipped", "Delivery Note")
	assert shop.in_bins(item) == {"A0209": 15}


def test_an_order_of_three_lines_in_walking_order(shop: Shop, phone: Any) -> None:
	wanted = [("虾皮 250 g", "A0316", 10), ("香菇 200 g", "A0107", 6), ("干瑶柱 一级 500 g", "A0209", 24)]
	items = [
		(shop.item(name, bin, 100, barcodes=[{"barcode": f"69{bin[1:]}", "uom": "Nos"}]), qty)
		for name, bin, qty in wanted
	]
	name = shop.order(*items)
	one = begun(phone, name)
	one.taps = one.scans = 0
	for bin, qty in (("A0107", 6), ("A0209", 24), ("A0316", 10)):
		one.says(f"扫库位 {bin}")
		one.scan(bin)
		one.main(f"拣齐 {qty}")
	one.says("发货")
	one.scan("SF1234567890")
	one.says("读出来了")
	one.main("发货")
	one.says("已发货")
	assert (one.taps, one.scans) == (4, 4)
	assert shop.get(name)["tracking_no"] == "SF1234567890"


def test_each_scan_counts_one_and_a_cartons_code_what_is_in_it(shop: Shop, phone: Any) -> None:
	item = shop.item(
		"干瑶柱 一级 500 g",
		"A0312",
		96,
		uoms=[{"uom": "Nos", "conversion_factor": 1}, {"uom": "Box", "conversion_factor": 12}],
		barcodes=[{"barcode": "6901234500018", "uom": "Nos"}, {"barcode": "16901234500015", "uom": "Box"}],
	)
	name = shop.order((item, 24))
	one = begun(phone, name)
	one.scan("A0312")
	one.scan("6901234500018")
	assert one.count() == "1/24个"
	one.scan("16901234500015")
	assert one.count() == "13/24个"
	assert shop.picked(name) == 13
	one.scan("16901234500015")
	one.says("12 个 太多了")
	assert one.felt() == "attention"
	assert shop.picked(name) == 13
	one.scan("6901234500018")
	assert one.count() == "14/24个", "the right scan clears what was doubtful"
	one.tap(".result button")
	one.says("已撤销")
	assert one.count() == "13/24个"
	assert shop.picked(name) == 13


def test_ten_quick_scans_are_ten(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 30, barcodes=[{"barcode": "6901234500032", "uom": "Nos"}])
	name = shop.order((item, 20))
	one = begun(phone, name)
	one.scan("A0209")
	for _ in range(10):
		one.page.keyboard.type("6901234500032")
		one.page.keyboard.press("Enter")
	one.until("document.querySelector('.count').innerText.startsWith('10')")
	assert shop.picked(name) == 10


def test_a_wrong_scan_blocks_says_the_difference_and_is_cleared_by_the_right_one(
	shop: Shop, phone: Any
) -> None:
	right = shop.item("干瑶柱 一级 500 g", "A0312", 50, barcodes=[{"barcode": "6901234500049", "uom": "Nos"}])
	shop.item("干瑶柱 一级 250 g", "A0313", 50, barcodes=[{"barcode": "6901234500025", "uom": "Nos"}])
	name = shop.order((right, 8))
	one = begun(phone, name)
	one.scan("A0313")
	one.says("库位不对：A0313")
	assert one.felt() == "wrong"
	one.scan("A0312")
	one.scan("6901234500025")
	one.says("扫错了：规格不同")
	one.says("没有计数，仍是 0 / 8")
	expect(one.page.locator(".big-difference").first).to_have_text("250 g")
	expect(one.page.locator(".big-difference").last).to_have_text("500 g")
	expect(one.page.locator(".hint").last).to_contain_text("A0313")
	one.picture("04-wrong-scan")
	one.scan("NEVER-SEEN-1")
	one.says("不认识这个码：NEVER-SEEN-1")
	one.scan("A0313")
	one.says("这是库位，现在要扫商品")
	assert shop.picked(name) == 0
	one.scan("6901234500049")
	assert one.count() == "1/8个"
	assert one.felt() == "right"


def test_another_batch_is_taken_with_a_reason_only(shop: Shop, phone: Any) -> None:
	item = shop.item("干瑶柱 一级 500 g", has_batch_no=1)
	old = shop.batch(item, date.today() + timedelta(days=109))
	new = shop.batch(item, date.today() + timedelta(days=217))
	shop.receive(item, 24, "A0312", batch_no=old)
	shop.receive(item, 24, "A0312", batch_no=new)
	name = shop.order((item, 12))
	one = begun(phone, name)
	proposed = shop.get(name)["picks"][0]["batch_no"]
	other = new if proposed == old else old
	one.scan("A0312")
	one.scan(other)
	one.says("批次不同")
	assert one.felt() == "attention"
	assert shop.picked(name) == 0
	one.picture("04b-other-batch")
	one.tap(".pills button", "旧批次找不到")
	one.says("+1 个")
	assert shop.picked(name) == 1
	done = [p for p in shop.get(name)["picks"] if p["done"]]
	assert [(p["batch_no"], p["qty"]) for p in done] == [(other, 1)]
	one.scan(proposed)
	assert shop.picked(name) == 2


def test_short_asks_why_and_the_rest_is_picked_elsewhere(shop: Shop, phone: Any) -> None:
	item = shop.item("干瑶柱 一级 500 g", "A0312", 24)
	shop.receive(item, 50, "B0204")
	name = shop.order((item, 24))
	one = begun(phone, name)
	first = shop.get(name)["picks"][0]["bin_code"]
	one.scan(first)
	one.tap(".dock .side", "数量")
	one.tap(".keys button", "9")
	one.main("确定 9")
	assert one.count() == "9/24个"
	one.tap(".dock .side", "少了")
	confirm = one.page.locator(".dock .main")
	expect(confirm).to_be_disabled()
	one.picture("05-short")
	one.tap("[data-reason='Not There']")
	one.main("确认少 15")
	other = "B0204" if first == "A0312" else "A0312"
	one.says(f"扫库位 {other}")
	one.picture("05b-elsewhere")
	one.scan(other)
	one.main("拣齐 15")
	one.says("发货")
	assert shop.picked(name) == 24


def test_what_is_short_for_good_is_confirmed_before_it_is_finished(shop: Shop, phone: Any) -> None:
	item = shop.item("虾皮 250 g", "A0316", 10)
	name = shop.order((item, 10))
	one = begun(phone, name)
	one.scan("A0316")
	one.tap(".dock .side", "数量")
	one.tap(".keys button", "7")
	one.main("确定 7")
	one.tap(".dock .side", "少了")
	one.tap("[data-reason='Damaged']")
	one.main("确认少 3")
	one.says("没有要拣的了")
	one.picture("05c-finish-short")
	one.main("完成，少 1 行")
	one.says("发货")
	one.main("发货")
	one.says("已发货")
	assert shop.get(name)["state"] == "Shipped"
	assert shop.in_bins(item) == {"A0316": 3}


def test_a_reload_in_mid_pick_goes_on_where_the_server_is(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 30, barcodes=[{"barcode": "6901234500056", "uom": "Nos"}])
	name = shop.order((item, 6))
	one = begun(phone, name)
	one.scan("A0209")
	one.scan("6901234500056")
	one.page.reload()
	one.page.wait_for_selector(".count")
	assert one.count() == "1/6个"
	one.scan("6901234500056")
	assert one.count() == "2/6个"
	assert shop.picked(name) == 2


def test_the_network_cut_in_mid_step_loses_nothing_and_posts_nothing_twice(shop: Shop, phone: Any) -> None:
	item = shop.item("干瑶柱 一级 500 g", "A0312", 30, barcodes=[{"barcode": "6901234500063", "uom": "Nos"}])
	other = shop.item("虾皮 250 g", "A0316", 30)
	name = shop.order((item, 4), (other, 10))
	one = begun(phone, name)
	calls = calls_of(one, "outbound.pick")
	one.scan("A0312")
	one.cut_the_network()
	one.page.keyboard.type("6901234500063")
	one.page.keyboard.press("Enter")
	one.says("没有网络")
	expect(one.page.locator(".unsent").first).to_contain_text("A0312")
	expect(one.page.locator(".walk__stop--unsent")).to_contain_text("A0312")
	expect(one.page.locator(".bin--hero")).to_have_attribute("aria-label", "A0316")
	one.picture("10-offline")
	one.page.keyboard.type("6901234500063")
	one.page.keyboard.press("Enter")
	one.page.wait_for_timeout(300)
	assert shop.picked(name) == 0
	one.page.reload()  # the battery died; the page itself comes from the server here
	one.page.wait_for_selector(".card")
	assert (
		one.page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('inventory-unsent:')).length")
		== 1
	)
	one.mend_the_network()
	one.page.reload()
	one.page.wait_for_selector(".count, .walk")
	one.until("Object.keys(localStorage).every((k) => !k.startsWith('inventory-unsent:'))")
	assert shop.picked(name) == 1
	assert len({call["key"] for call in calls}) == 1, "one step, one key, however often it was sent"
	assert len(calls) > 1


def test_a_lost_response_is_requested_again_and_counts_once(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 30, barcodes=[{"barcode": "6901234500070", "uom": "Nos"}])
	name = shop.order((item, 6))
	one = begun(phone, name)
	one.scan("A0209")
	lost: list[str] = []

	def lose(route: Any) -> None:
		if lost:
			route.continue_()
		else:
			lost.append(route.fetch().text())  # the server did it, and the phone never heard
			route.abort()

	one.page.route("**/*outbound.pick", lose)
	one.scan("6901234500070")
	one.until("(document.querySelector('.count') || {innerText: ''}).innerText.startsWith('1')")
	assert lost
	assert shop.picked(name) == 1


def test_a_second_person_checks_blind_and_counts_again_what_differs(shop: Shop, phone: Any) -> None:
	shop.platform.settings(outbound_check="On")
	item = shop.item("香菇 200 g", "A0209", 30, barcodes=[{"barcode": "6901234500087", "uom": "Nos"}])
	name = shop.order((item, 3))
	one = begun(phone, name)
	one.scan("A0209")
	one.main("拣齐 3")
	one.says("复核")
	one.picture("07-check")
	assert "3" not in one.page.locator(".phone__body").inner_text().replace("香菇 200 g", "").replace(
		item, ""
	)
	one.scan("6901234500087")
	one.scan("6901234500087")
	one.main("复核完成")
	expect(one.page.locator(".tag--wrong")).to_contain_text("有差异")
	assert one.felt() == "wrong"
	one.picture("07c-differs")
	one.scan("6901234500087")
	one.main("复核完成")
	one.says("扫运单号")
	assert shop.get(name)["state"] == "To Ship"


def test_serial_numbers_are_scanned_one_by_one(shop: Shop, phone: Any) -> None:
	item = shop.item("电子秤 9 kg", has_serial_no=1)
	serials = (f"{item}-1", f"{item}-2", f"{item}-3")
	shop.receive(item, 3, "B0104", serial_nos=serials)
	name = shop.order((item, 2))
	one = begun(phone, name)
	one.scan("B0104")
	one.says("扫序列号")
	expect(one.page.locator(".dock .main")).not_to_contain_text("拣齐")
	one.scan(serials[2])
	assert one.count() == "1/2个"
	one.scan(serials[2])
	assert one.felt() in ("wrong", "attention"), "the same piece twice"
	assert shop.picked(name) == 1
	one.scan(serials[0])
	one.says("发货")
	assert shop.picked(name) == 2


def test_what_was_not_put_away_is_found_by_the_item_itself(shop: Shop, phone: Any) -> None:
	item = shop.item("虾皮 250 g", "", 9, barcodes=[{"barcode": "6901234500094", "uom": "Nos"}])
	name = shop.order((item, 2))
	one = begun(phone, name)
	one.says("还没上架")
	one.picture("02d-unplaced")
	one.scan("6901234500094")
	assert one.count() == "1/2个"
	one.scan("6901234500094")
	one.says("发货")
	assert shop.picked(name) == 2


def test_a_cancelled_order_is_put_back_bin_by_bin(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 30)
	name = shop.order((item, 6))
	one = begun(phone, name)
	one.scan("A0209")
	one.main("拣齐 6")
	one.says("发货")
	shop.platform.call("outbound.cancel", name=name, reason="customer")
	one.page.reload()
	one.says("放回")
	one.picture("09-put-back")
	one.scan("A0209")
	one.until("document.body.innerText.includes('已取消')")
	assert shop.in_bins(item) == {"A0209": 30}


def test_two_on_one_line_the_second_sees_what_is_left(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 30)
	name = shop.order((item, 6))
	one, two = begun(phone, name), phone()
	two.page.evaluate(f"location.hash = '#/order/{name}'")
	two.page.wait_for_selector(".walk")
	one.scan("A0209")
	two.scan("A0209")
	one.main("拣齐 6")
	one.says("发货")
	two.main("拣齐 6")
	two.page.wait_for_timeout(500)
	assert two.felt() == "wrong"
	assert shop.picked(name) == 6
