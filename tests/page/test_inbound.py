"""Goods that come in, on the page alone: received by what is scanned, inspected, put away."""

from pathlib import Path
from typing import Any

from conftest import Phone, Shop, calls_of
from dock import NEXT_YEAR, YYMMDD, Dock, new_batch, product_code
from playwright.sync_api import expect

from inventory_midplatform.tests.platform import unique

GS = "|"
"""What the gun sends for a separator."""
PICTURE = {
	"name": "broken.png",
	"mimeType": "image/png",
	"buffer": (Path(__file__).parents[2] / "frontend" / "public" / "icon-192.png").read_bytes(),
}


def at_the_dock(phone: Any, dock: Dock, purchase: str, **options: Any) -> Phone:
	"""A phone on which the paper of a purchase order was scanned: it has arrived."""
	one: Phone = phone(key=dock.key, **options)
	one.scan(purchase)
	one.page.wait_for_selector("[data-line]")
	one.receives()
	one.taps = one.scans = 0
	return one


def quantity(one: Phone) -> str:
	return "".join(one.page.locator(".quantity").first.inner_text().split())


def test_plain_batch_and_serial_items_from_the_truck_to_the_shelf(dock: Dock, shop: Shop, phone: Any) -> None:
	scallop, scallops = dock.item(
		"干瑶柱 一级 500 g", has_batch_no=1, has_expiry_date=1, inspection_required_before_purchase=1
	)
	mushroom, mushrooms = dock.item("香菇 200 g")
	_, scales = dock.item("电子秤 9 kg", has_serial_no=1)
	box = product_code(f"1{scallop[:-1]}")
	purchase = dock.purchase((scallops, 36), (mushrooms, 20), (scales, 4))
	name = dock.order(purchase)["name"]
	one = phone(key=dock.key)
	expect(one.page.locator(f"[data-task='{name}']")).to_contain_text(purchase)
	one.picture("30-tasks-inbound")
	one.scan(purchase)
	one.receives()
	one.picture("31-receive")
	assert dock.order(purchase)["state"] == "To Receive"

	# a GS1 code: two boxes of a new batch
	batch = new_batch()
	one.scan(f"(02){box}(17){YYMMDD}(37)2(10){batch}")
	one.says("读出来了，请核对")
	assert quantity(one) == "24个"
	expect(one.page.locator("[data-edit='batch']")).to_contain_text(batch)
	expect(one.page.locator("[data-edit='expiry']")).to_contain_text(NEXT_YEAR.isoformat())
	expect(one.page.locator(".tag--blue")).to_contain_text("新批次")
	one.picture("32-receive-gs1")
	one.scan(f"]C101{scallop.zfill(14)}17{YYMMDD}10{batch}")
	assert quantity(one) == "25个"
	one.tap("[data-undo-scan]")
	assert quantity(one) == "24个"
	one.main("收 24")
	one.page.wait_for_selector(".result")
	assert dock.received(name) == [(batch, "", 24)]
	# a wrong scan, then a plain item by its barcode and the keypad
	one.scan("NEVER-SEEN-7")
	one.says("不认识这个码：NEVER-SEEN-7")
	assert one.felt() == "wrong"
	one.picture("33-receive-wrong")
	one.scan(f"0{mushroom}")
	assert quantity(one) == "1个"
	one.tap(".dock .side", "数量")
	one.tap(".switch button", "箱")
	one.tap(".keys button", "1")
	one.picture("34-receive-keypad")
	one.main("确定 12")
	assert quantity(one) == "12个"
	one.page.reload()
	one.page.wait_for_selector(".quantity")
	assert quantity(one) == "12个", "a reload goes on with what is in hand"
	one.main("收 12")
	one.page.wait_for_selector(".result")
	# serial numbers: one by one, then the first to the last
	serial = unique("SN")
	one.scan(scales)
	one.says("扫序列号")
	one.scan(f"{serial}-07")
	one.scan(f"{serial}-07")
	one.says("已扫过")
	one.tap("[data-serials]")
	one.page.fill("[data-field='first']", f"{serial}-08")
	one.page.fill("[data-field='last']", f"{serial}-10")
	one.picture("35-serials")
	one.tap("[data-add-serials]", "3")
	assert quantity(one) == "4个"
	one.picture("36-serials-in-hand")
	one.main("收 4")
	one.page.wait_for_selector("[data-to-finish]")
	# what is missing is shown before it is posted
	one.tap("[data-to-finish]")
	expect(one.page.locator(".heading")).to_contain_text("还缺 2 行")
	expect(one.page.locator(f"[data-missing='{scallops}']")).to_contain_text("缺 12")
	expect(one.page.locator(f"[data-missing='{mushrooms}']")).to_contain_text("缺 8")
	one.picture("37-missing")
	one.tap("[data-finish]")
	one.says("质检")

	# a part is rejected
	assert dock.order(purchase, "To Inspect")["name"] == name
	one.page.wait_for_selector("[data-accepted]")
	for _ in range(3):
		one.tap("[data-more]")
	expect(one.page.locator("[data-accepted]")).to_have_text("21")
	expect(one.page.locator("[data-inspect]")).to_be_disabled()
	one.tap(".pills button", "受潮")
	one.picture("38-inspect")
	one.tap("[data-inspect]")

	# the rest is put away, the scallops in two bins
	one.says("放好，扫库位")
	one.picture("39-put-away")
	state = dock.order(purchase, "To Put Away")
	assert {p["item_code"]: int(p["qty"]) for p in state["to_put_away"]} == {
		scallops: 21,
		mushrooms: 12,
		scales: 4,
	}
	one.scan(scallop)
	one.tap("[data-full]")
	one.tap(".keys button", "1")
	one.tap(".keys button", "5")
	one.main("确定 15")
	assert quantity(one) == "15个"
	one.scan("A0107")
	one.page.wait_for_selector(".result")
	one.says("放好，扫库位 A0209")
	one.picture("40-elsewhere")
	one.scan("A0316")
	one.page.wait_for_selector("[data-fits]")
	assert one.felt() == "attention"
	one.picture("41-other-bin")
	one.scan("A0316")
	one.page.wait_for_selector(".result")
	assert shop.in_bins(scallops) == {"A0107": 15, "A0316": 6, "UNPLACED": 3}
	one.page.reload()
	one.says("放好，扫库位")
	while one.page.locator(".bin--hero").count():
		one.scan(str(one.page.locator(".bin--hero").get_attribute("aria-label")))
		one.page.wait_for_timeout(300)
	one.says("全部上架完毕")
	one.picture("42-all-put-away")
	assert one.felt() == "done"
	done = dock.platform.call("inbound.get", name=name)
	assert done["state"] == "Done"
	assert shop.in_bins(mushrooms).get("UNPLACED", 0) == 0
	assert [
		(t["state"], int(t["expected_qty"]))
		for t in dock.platform.call("inbound.list_tasks", search=purchase)["tasks"]
	] == [("Expected", 20)]


def test_the_network_cut_in_mid_step_loses_nothing_and_counts_nothing_twice(dock: Dock, phone: Any) -> None:
	mushroom, mushrooms = dock.item("香菇 200 g")
	purchase = dock.purchase((mushrooms, 20))
	name = dock.order(purchase)["name"]
	one = at_the_dock(phone, dock, purchase)
	calls = calls_of(one, "inbound.receive")
	one.scan(mushroom)
	one.scan(mushroom)
	one.cut_the_network()
	one.page.locator("[data-receive]").click()
	one.says("没有网络")
	expect(one.page.locator(".unsent").first).to_contain_text("香菇 200 g")
	one.picture("43-offline")
	one.page.keyboard.type(mushroom)
	one.page.keyboard.press("Enter")
	one.page.wait_for_timeout(300)
	assert dock.received(name) == []
	one.page.reload()  # the battery died; the page itself comes from the server here
	one.page.wait_for_selector(".card")
	one.mend_the_network()
	one.page.reload()
	one.page.wait_for_selector("[data-line]")
	one.until("Object.keys(localStorage).every((k) => !k.startsWith('inventory-unsent:'))")
	expect(one.page.locator(f"[data-line='{mushrooms}'] .row__qty")).to_contain_text("2 / 20")
	assert dock.received(name) == [("", "", 2)]
	assert len({call["key"] for call in calls}) == 1, "one step, one key, however often it was sent"
	assert len(calls) > 1
	expect(one.page.locator("[data-receive]")).to_have_count(0)


def test_a_lost_response_of_putting_away_moves_once(dock: Dock, shop: Shop, phone: Any) -> None:
	_, mushrooms = dock.item("香菇 200 g")
	purchase, name = dock.to_put_away((mushrooms, 9))
	one: Phone = phone(key=dock.key)
	one.scan(purchase)
	one.says("放好，扫库位 A0107")
	lost: list[str] = []

	def lose(route: Any) -> None:
		if lost:
			route.continue_()
		else:
			lost.append(route.fetch().text())  # the server did it, and the phone never heard
			route.abort()

	one.page.route("**/*inbound.put_away", lose)
	one.page.keyboard.type("A0107")
	one.page.keyboard.press("Enter")
	one.says("全部上架完毕")
	assert lost
	assert shop.in_bins(mushrooms) == {"A0107": 9}
	assert dock.platform.call("inbound.get", name=name)["state"] == "Done"


def test_codes_that_cannot_be_true_are_said_and_mended_by_hand(dock: Dock, phone: Any) -> None:
	scallop, scallops = dock.item("干瑶柱 一级 500 g", has_batch_no=1, has_expiry_date=1)
	purchase = dock.purchase((scallops, 36))
	name = dock.order(purchase)["name"]
	one = at_the_dock(phone, dock, purchase)
	first, second, third = new_batch(), new_batch(), new_batch()
	one.scan(f"]C101{scallop.zfill(14)}17271332{GS}10{first}")
	one.says("没有这一天：271332")
	assert one.felt() == "attention"
	one.picture("44-no-such-day")
	one.tap("[data-edit='expiry']")
	one.page.fill("[data-field='expiry']", "20280230")
	expect(one.page.locator("[data-set-batch]")).to_be_disabled()
	one.page.fill("[data-field='expiry']", NEXT_YEAR.isoformat())
	one.picture("45-batch-by-hand")
	one.tap("[data-set-batch]")
	one.says("请核对")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	# no separator: the batch runs on into the expiry date
	one.scan(f"]C101{scallop.zfill(14)}10{second}17{YYMMDD}")
	one.says("扫码枪没有发分隔符")
	one.picture("46-no-separator")
	one.tap("[data-batch='short']")
	expect(one.page.locator("[data-edit='expiry']")).to_contain_text(NEXT_YEAR.isoformat())
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	# a plain code, then the batch on another label, which has no date on it
	one.scan(scallop)
	one.says("扫批号")
	one.scan(third)
	one.says("请输入到期日")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".card--wrong")
	expect(one.page.locator(".card__say")).to_contain_text(third)
	one.picture("47-expiry-needed")
	assert quantity(one) == "1个", "what was refused is still in hand"
	one.tap("[data-edit='expiry']")
	one.page.fill("[data-field='expiry']", YYMMDD)
	one.tap("[data-set-batch]")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	assert dock.received(name) == [(first, "", 1), (second, "", 1), (third, "", 1)]
	# a batch that has expired
	one.scan(f"(01){scallop.zfill(14)}(10){new_batch()}(17)200131")
	expect(one.page.locator(".tag--wrong")).to_contain_text("已过期")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".card--wrong")
	assert len(dock.received(name)) == 3
	one.tap("[data-undo-scan]")
	# what was received is taken back
	one.tap(f"[data-line='{scallops}']")
	one.picture("48-line")
	one.tap(f"[data-undo='{second}']")
	one.page.wait_for_timeout(400)
	assert dock.received(name) == [(first, "", 1), (third, "", 1)]


def test_the_suppliers_number_other_goods_and_another_line(dock: Dock, shop: Shop, phone: Any) -> None:
	part = unique("PART")
	_, mushrooms = dock.item(
		"香菇 200 g", supplier_items=[{"supplier": dock.supplier, "supplier_part_no": part}]
	)
	scallop, scallops = dock.item("干瑶柱 一级 500 g", over_delivery_receipt_allowance=10)
	stranger, _ = dock.item("虾皮 250 g")
	purchase = dock.purchase((mushrooms, 20), (scallops, 20))
	name = dock.order(purchase)["name"]
	one = at_the_dock(phone, dock, purchase)
	one.scan(part)
	assert quantity(one) == "1个"
	one.scan(f"1{scallop[:-1]}"[:13])
	one.says("不认识这个码")
	one.scan(scallop)
	one.says("先把手上这批收下")
	assert one.felt() == "attention"
	one.scan(stranger)
	one.says("这张单没订：虾皮 250 g")
	one.picture("49-not-ordered")
	one.scan("A0107")
	one.says("这是库位")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	one.tap(".result button")
	one.says("已撤销")
	assert dock.received(name) == []
	box = product_code(f"1{scallop[:-1]}")
	one.scan(box)
	one.scan(scallop)
	one.tap(".dock .side", "数量")
	for key in "22":
		one.tap(".keys button", key)
	one.main("确定 22")
	expect(one.page.locator(".notice--wait")).to_contain_text("比订货多 2")
	one.picture("50-more-than-ordered")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	one.scan(scallop)
	one.tap("[data-receive]")
	one.page.wait_for_selector(".card--wrong")
	assert dock.received(name) == [("", "", 22)]
	one.tap("[data-undo-scan]")
	one.tap(f"[data-line='{mushrooms}']")
	one.tap("[data-by-hand]")
	for key in "20":
		one.tap(".keys button", key)
	one.main("确定 20")
	one.tap("[data-receive]")
	one.says("都收齐了")
	assert one.felt() == "done"


def test_pieces_by_a_list_a_part_rejected_and_the_rest_in_two_bins(
	dock: Dock, shop: Shop, phone: Any
) -> None:
	_, scales = dock.item("电子秤 9 kg", has_serial_no=1, inspection_required_before_purchase=1)
	purchase = dock.purchase((scales, 4))
	name = dock.order(purchase)["name"]
	one = at_the_dock(phone, dock, purchase)
	serials = [f"{unique('S')}" for _ in range(4)]
	one.scan(scales)
	one.tap("[data-serials]")
	one.tap("[data-how='list']")
	one.page.fill("[data-field='list']", "\n".join([*serials, serials[0]]))
	one.tap("[data-add-serials]", "4")
	one.tap("[data-receive]")
	one.page.wait_for_selector("[data-to-finish]")
	one.tap("[data-to-finish]")
	expect(one.page.locator(".heading")).to_have_text("全部收齐")
	one.tap("[data-finish]")
	one.says("扫不合格的那件")
	one.scan(serials[2])
	expect(one.page.locator("[data-rejected]")).to_have_text("1")
	one.scan(serials[2])
	expect(one.page.locator("[data-rejected]")).to_have_text("0")
	one.scan(serials[3])
	one.tap(".pills button", "其他")
	one.page.fill(".field input", "屏幕裂了")
	one.tap("[data-as='Damaged']")
	one.page.set_input_files("input[type=file]", files=[PICTURE])
	one.page.wait_for_selector(".reason__photo")
	one.picture("51-inspect-serials")
	one.tap("[data-inspect]")
	one.says("放好，扫库位 A0107")
	one.scan(serials[0])
	assert quantity(one) == "1个"
	one.picture("52-put-away-serials")
	one.scan("A0107")
	one.page.wait_for_selector(".result")
	one.scan("A0209")
	one.page.wait_for_selector("[data-place]")
	one.tap("[data-place]")
	one.says("全部上架完毕")
	assert shop.in_bins(scales) == {"A0107": 1, "A0209": 2, "UNPLACED": 1}
	line = dock.platform.call("inbound.get", name=name)["lines"][0]
	assert (line["accepted_qty"], line["rejected_qty"]) == (3, 1)
	assert dock.platform.call("inbound.get", name=name)["inspections"][0]["photo"]


def test_another_bin_says_before_what_speaks_against_it(dock: Dock, shop: Shop, phone: Any) -> None:
	_, mushrooms = dock.item("香菇 200 g")
	small = dock.platform.make_bin(shop.warehouse, bin_code="C0101", sequence=9, capacity_qty=3)
	purchase, _ = dock.to_put_away((mushrooms, 9))
	one: Phone = phone(key=dock.key)
	one.scan(purchase)
	one.says("放好，扫库位 A0107")
	one.scan("NEVER-SEEN-8")
	one.says("不认识这个码")
	one.scan("UNPLACED")
	one.says("不能存货")
	one.scan("C0101")
	expect(one.page.locator("[data-objection]")).to_contain_text("最多放 3，放进去就是 9")
	one.picture("53-too-small")
	assert shop.in_bins(mushrooms) == {"UNPLACED": 9}, "nothing is put there before it is confirmed"
	one.tap("[data-back]")
	one.tap("[data-other-bin]")
	one.picture("54-other-bins")
	one.tap(".choice", "换个数量")
	one.tap(".keys button", "3")
	one.main("确定 3")
	one.scan("C0101")
	one.page.wait_for_selector("[data-fits]")
	one.scan("C0101")
	one.page.wait_for_selector(".result")
	one.scan("A0107")
	one.says("全部上架完毕")
	assert shop.in_bins(mushrooms) == {"A0107": 6, "C0101": 3}
	assert small


def test_the_paper_brings_what_is_expected_and_a_tap_only_looks(dock: Dock, phone: Any) -> None:
	_, mushrooms = dock.item("香菇 200 g")
	purchases = [dock.purchase((mushrooms, n + 1)) for n in range(6)]
	one: Phone = phone(key=dock.key)
	expect(one.page.locator(".group--expected .task")).to_have_count(5)
	one.tap(".task--more", "6")
	expect(one.page.locator(".group--expected .task")).to_have_count(6)
	name = dock.order(purchases[2])["name"]
	one.tap(f"[data-task='{name}']")
	one.page.wait_for_selector("[data-arrive]")
	one.picture("55-expected")
	assert dock.order(purchases[2])["state"] == "Expected"
	one.page.fill(".field input", "2 号月台")
	one.tap("[data-arrive]")
	one.receives()
	order = dock.order(purchases[2])
	assert (order["state"], order["dock"]) == ("To Receive", "2 号月台")
	one.page.evaluate("location.hash = '#/'")
	expect(one.page.locator("[data-continue]")).to_contain_text(purchases[2])
	one.tap("[data-continue]")
	one.receives()
