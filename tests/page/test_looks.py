"""What gloves, sunlight and old eyes need: large targets, large letters, and contrast, on the screens of a pick."""

from typing import Any

import pytest
from conftest import Phone, Shop
from dock import YYMMDD, Dock, new_batch, product_code

MEASURE = """() => {
	const found = {targets: [], letters: [], contrast: []};
	const seen = (node) => {
		const box = node.getBoundingClientRect();
		return box.width > 0 && box.height > 0 && getComputedStyle(node).visibility !== "hidden";
	};
	const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
	const light = (colour) => {
		const [r, g, b] = rgb(colour).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const behind = (node) => {
		for (let one = node; one; one = one.parentElement) {
			const colour = getComputedStyle(one).backgroundColor;
			if (rgb(colour).length === 3 || rgb(colour)[3] > 0.99) return colour;
		}
		return "rgb(255, 255, 255)";
	};
	for (const button of document.querySelectorAll("button")) {
		const box = button.getBoundingClientRect();
		if (seen(button) && (box.width < 48 || box.height < 47)) found.targets.push(`${button.innerText || button.className} ${box.width}x${box.height}`);
	}
	const texts = document.createTreeWalker(document.querySelector(".phone"), NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const node = texts.currentNode.parentElement;
		const text = texts.currentNode.data.trim();
		if (!text || !seen(node) || node.closest("button:disabled")) continue;
		const style = getComputedStyle(node);
		const size = parseFloat(style.fontSize);
		if (size < 15) found.letters.push(`${text} ${size}`);
		const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
		const [a, b] = [light(style.color), light(behind(node))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < (large ? 4.5 : 7)) found.contrast.push(`${text} ${ratio.toFixed(1)} ${style.color} on ${behind(node)}`);
	}
	return found;
}"""
NOTHING: dict[str, list[str]] = {"targets": [], "letters": [], "contrast": []}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [(390, 844), (360, 640)])
def test_targets_letters_and_contrast(shop: Shop, phone: Any, colours: str, size: tuple[int, int]) -> None:
	"""48 px targets, 15 px letters, WCAG AAA: 7 for small text, 4.5 for large. Nothing is wider than the phone."""
	item = shop.item("干瑶柱 一级 500 g", "A0312", 50, barcodes=[{"barcode": "6903333300018", "uom": "Nos"}])
	shop.item("干瑶柱 一级 250 g", "A0313", 50, barcodes=[{"barcode": "6903333300025", "uom": "Nos"}])
	name = shop.order((item, 12))
	one: Phone = phone(viewport={"width": size[0], "height": size[1]}, color_scheme=colours)

	def good(screen: str) -> None:
		one.page.wait_for_timeout(150)
		assert {"screen": screen, **one.page.evaluate(MEASURE)} == {"screen": screen, **NOTHING}
		assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0], screen

	good("tasks")
	one.scan(name)
	one.says("扫库位")
	good("go")
	one.scan("A0312")
	one.scan("6903333300018")
	good("at")
	one.scan("6903333300025")
	one.says("扫错了")
	good("wrong")
	one.scan("6903333300018")
	one.tap(".dock .side", "数量")
	good("keypad")
	keys, foot = (one.page.locator(part).bounding_box() for part in (".keys", ".phone__foot"))
	assert keys["y"] + keys["height"] <= foot["y"] + 2, "all keys are seen at once"
	one.tap(".dock .side", "少了")
	one.tap("[data-reason='Damaged']")
	good("short")
	one.tap(".dock .side", "返回")
	one.cut_the_network()
	one.page.keyboard.type("6903333300018")
	one.page.keyboard.press("Enter")
	one.says("没有网络")
	good("no network")
	one.mend_the_network()
	one.main("现在重发")
	one.main("拣齐 12")
	one.says("发货")
	good("ship")
	one.page.evaluate("location.hash = '#/lookup/A0312'")
	one.says("再扫一个")
	good("lookup")
	one.page.evaluate("location.hash = '#/more'")
	one.page.wait_for_selector(".pills")
	good("more")


@pytest.mark.parametrize(
	("colours", "language", "size"),
	[
		("light", "zh", (390, 844)),
		("dark", "zh", (360, 640)),
		("dark", "en", (390, 844)),
		("light", "en", (360, 640)),
		("light", "zh", (768, 1024)),
		("dark", "en", (1024, 768)),
	],
)
def test_the_screens_of_a_wave(
	shop: Shop, phone: Any, colours: str, language: str, size: tuple[int, int]
) -> None:
	"""The same of a wave and the pack station, on a tablet with 40 cells too, all of them seen at once."""
	cells = 40 if size[0] >= 768 else 12
	item = shop.item("干瑶柱 一级 500 g", "A0312", 900, barcodes=[{"barcode": "6905555500018", "uom": "Nos"}])
	orders = [shop.order((item, 1 + n % 3)) for n in range(cells)]
	one: Phone = phone(
		viewport={"width": size[0], "height": size[1]}, color_scheme=colours, language=language
	)
	name = f"{language}-{colours}-{size[0]}"

	def good(screen: str) -> None:
		one.page.wait_for_timeout(150)
		one.picture(f"{screen.replace(' ', '-')}-{name}")
		assert {"screen": screen, **one.page.evaluate(MEASURE)} == {"screen": screen, **NOTHING}
		assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0], screen

	one.page.wait_for_selector("[data-new-wave]")
	good("tasks before a wave")
	one.tap("[data-new-wave]")
	one.tap(".pills button", "40")
	one.until(
		"document.querySelector('[data-make]').innerText.includes(CELLS)".replace("CELLS", f"'{cells}'")
	)
	good("new wave")
	one.tap("[data-make]")
	one.page.wait_for_selector("[data-release]")
	good("wave")
	one.tap("[data-release]")
	one.page.wait_for_selector(".bin--hero")
	good("wave go")
	one.scan("A0312")
	good("wave item")
	one.tap(".dock .main")
	one.page.wait_for_selector(".board")
	good("station")
	foot = one.page.locator(".phone__foot").bounding_box()["y"]
	if cells == 40:
		last = one.page.locator(".cell").last.bounding_box()
		assert last["y"] + last["height"] <= foot, "40 cells at once"
	one.scan("6905555500018")
	one.page.wait_for_selector(".put--complete")
	good("complete")
	one.scan("6905555500018")
	one.page.wait_for_selector(".put:not(.put--complete)")
	good("put")
	one.scan("NEVER-SEEN-3")
	good("station wrong")
	one.tap(".dock .side")
	good("station problem")
	one.tap(".dock .main")
	one.tap("[data-cell='1']")
	one.page.wait_for_selector("[data-packed]")
	for key in "12.4":
		one.tap(".keys button", key)
	good("package")
	keys = one.page.locator(".keys").bounding_box()
	assert keys["y"] + keys["height"] <= one.page.locator(".phone__foot").bounding_box()["y"] + 2, "all keys"
	one.scan("SF1234567890123")
	one.tap("[data-packed]")
	one.page.wait_for_selector("[data-package]")
	good("ship packages")
	assert len(orders) == cells


@pytest.mark.parametrize(
	("colours", "language", "size"),
	[
		("light", "zh", (390, 844)),
		("dark", "zh", (360, 640)),
		("dark", "en", (390, 844)),
		("light", "en", (360, 640)),
	],
)
def test_the_screens_of_inbound(
	dock: Dock, shop: Shop, phone: Any, colours: str, language: str, size: tuple[int, int]
) -> None:
	"""The same of receiving, inspecting and putting away."""
	scallop, scallops = dock.item(
		"干瑶柱 一级 500 g", has_batch_no=1, has_expiry_date=1, inspection_required_before_purchase=1
	)
	_, scales = dock.item("电子秤 9 kg", has_serial_no=1, inspection_required_before_purchase=1)
	purchase = dock.purchase((scallops, 600), (scales, 3))
	one: Phone = phone(
		key=dock.key,
		viewport={"width": size[0], "height": size[1]},
		color_scheme=colours,
		language=language,
	)
	name = f"{language}-{colours}-{size[0]}"

	def good(screen: str) -> None:
		one.page.wait_for_timeout(150)
		one.picture(f"{screen.replace(' ', '-')}-{name}")
		assert {"screen": screen, **one.page.evaluate(MEASURE)} == {"screen": screen, **NOTHING}
		assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0], screen

	def above_the_dock(selector: str) -> None:
		box, foot = one.page.locator(selector).bounding_box(), one.page.locator(".phone__foot").bounding_box()
		assert box["y"] + box["height"] <= foot["y"] + 2, f"{selector} is seen at once"

	one.page.wait_for_selector(".group--expected")
	good("in tasks")
	one.tap(f"[data-task='{dock.order(purchase)['name']}']")
	one.page.wait_for_selector("[data-arrive]")
	good("in arrival")
	one.tap("[data-arrive]")
	one.page.wait_for_selector(".dock .main:not([data-arrive])")
	good("in receive")
	one.scan(f"]C102{product_code('1' + scallop[:-1])}3720|17{YYMMDD}10{new_batch()}")
	one.page.wait_for_selector("[data-receive]")
	good("in hand")
	above_the_dock(".quantity")
	one.tap(".dock .side >> nth=1")
	good("in keypad")
	above_the_dock(".keys")
	one.tap(".dock .main")
	one.tap("[data-edit='batch']")
	good("in batch")
	one.tap(".dock .side")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	one.scan("NEVER-SEEN-9")
	good("in wrong")
	one.scan(scales)
	one.tap("[data-serials]")
	one.page.fill("[data-field='first']", f"{scales}-1")
	one.page.fill("[data-field='last']", f"{scales}-3")
	good("in serials")
	one.tap("[data-add-serials]")
	good("in pieces")
	one.tap("[data-receive]")
	one.page.wait_for_selector(".result")
	one.tap(f"[data-line='{scallops}']")
	good("in line")
	one.tap(".dock .side")
	one.tap("[data-to-finish]")
	good("in missing")
	one.tap("[data-finish]")
	one.page.wait_for_selector("[data-accepted]")
	one.tap("[data-more]")
	one.tap("[data-reason] >> nth=0")
	good("in inspect")
	one.tap("[data-inspect]")
	one.page.wait_for_selector("[data-serial]")
	one.tap("[data-serial] >> nth=0")
	one.tap("[data-reason] >> nth=1")
	good("in inspect pieces")
	one.tap("[data-inspect]")
	one.page.wait_for_selector(".bin--hero")
	good("in put away")
	above_the_dock(".quantity")
	one.tap("[data-full]")
	good("in full")
	one.tap(".dock .side")
	one.scan("A0316")
	one.page.wait_for_selector("[data-fits]")
	good("in other bin")
	one.tap("[data-back]")
	one.tap("[data-other-bin]")
	good("in other bins")


@pytest.mark.parametrize(
	("colours", "language", "size"),
	[("light", "zh", (390, 844)), ("dark", "zh", (360, 640)), ("light", "en", (360, 640))],
)
def test_the_screens_of_a_put_away_walk(
	dock: Dock, shop: Shop, phone: Any, colours: str, language: str, size: tuple[int, int]
) -> None:
	"""The same of one walk for several orders: what is to be scanned is seen without scrolling."""
	mushroom, mushrooms = dock.item("香菇 200 g")
	_, teas = dock.item("龙井茶 100 g")
	for lines in (((mushrooms, 120),), ((mushrooms, 36), (teas, 4)), ((teas, 8),)):
		dock.to_put_away(*lines)
	one: Phone = phone(
		key=dock.key,
		viewport={"width": size[0], "height": size[1]},
		color_scheme=colours,
		language=language,
	)
	name = f"{language}-{colours}-{size[0]}"

	def good(screen: str) -> None:
		one.page.wait_for_timeout(150)
		one.picture(f"{screen.replace(' ', '-')}-{name}")
		assert {"screen": screen, **one.page.evaluate(MEASURE)} == {"screen": screen, **NOTHING}
		assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0], screen

	one.page.wait_for_selector("[data-put-away]")
	good("walk tasks")
	one.tap("[data-put-away]")
	one.page.wait_for_selector(".bin--hero")
	good("walk find")
	box, foot = one.page.locator(".quantity").bounding_box(), one.page.locator(".phone__foot").bounding_box()
	assert box["y"] + box["height"] <= foot["y"] + 2, "how much is seen at once"
	one.scan("A0107")
	good("walk first the item")
	one.scan(mushroom)
	good("walk put")
	one.scan("A0316")
	one.page.wait_for_selector("[data-fits]")
	good("walk other bin")
	one.scan("A0316")
	one.page.wait_for_selector(".result")
	good("walk next")
