"""How codes come in: by gun with and without an input method, by camera, by typing; and what a gun must never do."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Phone, Shop
from in_chromium import CHROMIUM, FLAGS
from playwright.sync_api import expect

ADDRESS = "/work"
IME = """(keys) => {
	for (const [code, shift] of keys) {
		const said = {key: "Process", code, keyCode: 229, shiftKey: shift, bubbles: true, cancelable: true};
		(document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", said));
	}
}"""


def places(text: str) -> list[tuple[str, bool]]:
	"""Where the characters of a bin code are on the keyboard, and whether Shift is held."""
	return [(f"Key{c}", True) if c.isalpha() else (f"Digit{c}", False) for c in text] + [("Enter", False)]


def opened(shop: Shop, phone: Any, qty: int = 6) -> tuple[Phone, str]:
	item = shop.item("香菇 200 g", "A0209", 30)
	name = shop.order((item, qty))
	one: Phone = phone()
	one.scan(name)
	one.says("扫库位 A0209")
	return one, name


def test_an_input_method_is_on_and_the_code_is_read_from_the_places_of_its_keys(
	shop: Shop, phone: Any
) -> None:
	one, _ = opened(shop, phone)
	one.page.evaluate(IME, places("A0209"))
	one.says("已到位")


def test_text_that_comes_by_the_field_only_as_on_android(shop: Shop, phone: Any) -> None:
	one, _ = opened(shop, phone)
	one.page.evaluate(
		"""(text) => {
			const field = document.querySelector(".scan-field");
			field.focus();
			for (const character of text) {
				const said = {key: "Unidentified", keyCode: 229, bubbles: true, cancelable: true};
				field.dispatchEvent(new KeyboardEvent("keydown", said));
				field.value += character;
				field.dispatchEvent(new InputEvent("input", {data: character, bubbles: true}));
			}
			field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", keyCode: 13, bubbles: true, cancelable: true}));
		}""",
		"A0209",
	)
	one.says("已到位")


def test_full_width_digits_are_plain_ones(shop: Shop, phone: Any) -> None:
	one, _ = opened(shop, phone)
	one.page.keyboard.insert_text("Ａ０２０９")
	one.page.keyboard.press("Enter")
	one.says("已到位")


@pytest.mark.parametrize("suffix", ["Enter", "Tab", ""])
def test_each_way_a_code_may_end(shop: Shop, phone: Any, suffix: str) -> None:
	one, _ = opened(shop, phone)
	one.scan("A0209", suffix)
	one.says("已到位")


def test_what_a_gun_plays_presses_no_button(shop: Shop, phone: Any) -> None:
	one, name = opened(shop, phone)
	one.scan("A0209")
	one.page.locator(".dock .main").focus()
	for key in ("Enter", "Tab", "Enter", "Space"):
		one.page.keyboard.press(key)
	one.scan("NEVER SEEN 1")
	assert shop.picked(name) == 0


def test_a_code_is_typed_in_the_band(shop: Shop, phone: Any) -> None:
	one, _ = opened(shop, phone)
	one.tap(".card__band")
	one.page.locator(".card__typing input").fill("a0209")
	one.tap(".card__typing [type=submit]")
	one.says("已到位")
	one.scan("A0209")
	assert one.count() == "0/6个"


def test_a_page_that_hears_nothing_says_so_and_a_tap_resumes(shop: Shop, phone: Any) -> None:
	one, _ = opened(shop, phone)
	one.page.evaluate("document.querySelector('.scan-field').blur()")
	expect(one.page.locator("[data-state=paused]")).to_contain_text("点这里，恢复扫码")
	one.picture("02c-scan-paused")
	one.tap(".card__band")
	expect(one.page.locator("[data-state=ready]")).to_be_visible()


def test_the_gun_page_says_what_is_wrong_with_a_gun(shop: Shop, phone: Any) -> None:
	one: Phone = phone()
	one.tap(".tabs button", "更多")
	one.tap(".row", "扫描枪测试")
	one.scan("]C101095212345000181710LOT117260131")
	one.says("再扫一个")
	one.scan("]C1010952123450001810LOT117260131")
	expect(one.page.locator(".finding").first).to_contain_text("分隔符 GS 丢了")
	one.picture("12-gun-test")
	one.scan("A0312-az09#|~")
	expect(one.page.locator(".heading")).to_have_text("能用")


def test_what_is_this_for_a_bin_an_item_and_an_order(shop: Shop, phone: Any) -> None:
	item = shop.item("干瑶柱 一级 500 g", "A0312", 96, barcodes=[{"barcode": "6902222200018", "uom": "Nos"}])
	name = shop.order((item, 24))
	one: Phone = phone()
	one.tap(".tabs button", "这是什么")
	one.scan("6902222200018")
	expect(one.page.locator(".totals .good")).to_contain_text("72")
	expect(one.page.locator(".row").first).to_contain_text("03")
	one.picture("11c-what-item")
	one.scan("A0312")
	expect(one.page.locator(".row").first).to_contain_text("干瑶柱 一级 500 g")
	one.picture("11-what-bin")
	one.scan("NEVER-SEEN-2")
	one.says("不认识这个码")
	one.scan(name)
	one.main(f"打开 {name}")
	one.says("接单")


def test_a_move_is_done_by_the_scan_of_the_other_bin(shop: Shop, phone: Any) -> None:
	item = shop.item("虾皮 250 g", "A0316", 30)
	one: Phone = phone()
	one.tap(".tabs button", "移库")
	one.scan("A0316")
	one.tap(".dock .side", "数量")
	one.tap(".keys button", "8")
	one.main("确定 8")
	expect(one.page.locator(".card")).to_contain_text("A0316 还剩 22")
	one.picture("13-move")
	one.scan("B0104")
	one.says("A0316 → B0104")
	one.says("A0316 还剩 22")
	assert shop.in_bins(item) == {"A0316": 22, "B0104": 8}


def test_the_start_page_leads_to_it(shop: Shop, browser: Any, server: Any) -> None:
	context = browser.new_context(base_url=server.url, locale="zh-CN")
	page = context.new_page()
	page.goto(f"/#token={shop.key}")
	link = page.get_by_role("link", name="仓管员页面")
	expect(link).to_be_visible()
	link.click()
	expect(page.locator(".card__say")).to_be_visible()
	assert page.url.endswith("/work/")
	context.close()


def test_a_wrong_key_is_refused_and_another_may_be_scanned(shop: Shop, browser: Any, server: Any) -> None:
	context = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
	page = context.new_page()
	page.goto("/work/?lang=zh")
	expect(page.locator(".card__say")).to_contain_text("扫或输入密钥")
	page.keyboard.type("no:key")
	page.keyboard.press("Enter")
	expect(page.locator(".card__say")).to_contain_text("上一个密钥无效")
	page.keyboard.type(shop.key)
	page.keyboard.press("Enter")
	expect(page.locator(".tabs")).to_be_visible()
	context.close()


def test_english(shop: Shop, phone: Any) -> None:
	one: Phone = phone(language="en")
	item = shop.item("Dried scallop 500 g", "A0312", 24)
	one.scan(shop.order((item, 24)))
	one.says("Scan bin A0312")
	one.picture("02-pick-go-en")
	one.scan("A0312")
	one.main("All 24")
	one.says("Scan the waybill")


def test_the_page_opens_without_a_network_once_it_was_open(shop: Shop, phone: Any) -> None:
	item = shop.item("香菇 200 g", "A0209", 30)
	name = shop.order((item, 6))
	one: Phone = phone(service_workers="allow")
	one.scan(name)
	one.says("扫库位 A0209")
	one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
	one.until("Boolean(navigator.serviceWorker.controller)")
	one.context.set_offline(True)
	one.page.reload()
	one.says("扫库位 A0209")
	kept = one.page.evaluate(
		"caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((c) => c.keys()))))"
		".then((lists) => lists.flat().map((request) => new URL(request.url).pathname))"
	)
	assert [path for path in kept if path.endswith("index.html")]
	assert not [path for path in kept if path.startswith("/api/")], "nothing the server says is kept"
	one.context.set_offline(False)


def test_the_page_can_be_installed(shop: Shop, phone: Any) -> None:
	one: Phone = phone()
	manifest = one.page.request.get(f"{ADDRESS}/app.webmanifest").json()
	assert (manifest["display"], manifest["start_url"]) == ("standalone", "./")
	for icon in manifest["icons"]:
		assert one.page.request.get(f"{ADDRESS}/{icon['src']}").ok


def test_the_camera_reads_a_code_with_the_reader_that_comes_with_the_page(
	shop: Shop, server: Any, playwright: Any, tmp_path: Path
) -> None:
	"""Chromium is given a video of a QR code of the bin in place of a camera."""
	segno = pytest.importorskip("segno", reason="segno is not installed")
	film = video_of(segno.make("A0209", error="m", micro=False), tmp_path / "bin.y4m")
	item = shop.item("香菇 200 g", "A0209", 30)
	name = shop.order((item, 6))
	flags = [
		*FLAGS,
		"--use-fake-device-for-media-stream",
		"--use-fake-ui-for-media-stream",
		f"--use-file-for-fake-video-capture={film}",
	]
	browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
	try:
		one = Phone(browser, server.url, shop.key)
		asked: list[str] = []
		one.page.on("request", lambda request: asked.append(request.url))
		one.scan(name)
		one.says("扫库位 A0209")
		one.main("相机扫码")
		one.says("已到位")
		assert [url for url in asked if url.endswith(".wasm")], "the reader was loaded"
		assert {url.split("/")[2] for url in asked if url.startswith("http")} == {server.url.split("/")[2]}
		one.close()
	finally:
		browser.close()


def video_of(code: Any, path: Path) -> Path:
	"""Write a film of two seconds that shows a code, in the format Chromium's fake camera plays."""
	width, height, scale = 640, 480, 10
	matrix = [list(row) for row in code.matrix]
	left, top = (width - len(matrix) * scale) // 2, (height - len(matrix) * scale) // 2
	luma = bytearray(b"\xeb" * (width * height))
	for y, row in enumerate(matrix):
		for x, dark in enumerate(row):
			if dark:
				for line in range(scale):
					start = (top + y * scale + line) * width + left + x * scale
					luma[start : start + scale] = b"\x10" * scale
	frame = b"FRAME\n" + bytes(luma) + b"\x80" * (width * height // 2)
	path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 20)
	return path
