"""The storekeeper's page in Chromium, 390 px wide, against the standalone server on a database of its own.

With ``PAGE_PICTURES`` naming a folder, every screen that a test asks a picture of is left there.
"""

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import in_chromium
import pytest
from dock import Dock
from in_chromium import Screen, browser, playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "standalone"))

from platforms import Clock, StandalonePlatform
from serving import Address, serving

from inventory_midplatform.adapters.standalone.context import Standalone, new_api_key
from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.platform import unique

__all__ = ["browser", "playwright"]  # fixtures of every test here

BUILT = Path(__file__).parents[2] / "inventory_midplatform" / "public" / "frontend"
PICTURES = os.environ.get("PAGE_PICTURES", "")
PATIENCE = 20_000
"""Milliseconds."""
API = re.compile(r"/api/method/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	built = (BUILT / "index.html").is_file()
	why_no_page = "" if built else "the page is not built: python3 scripts/frontend.py"
	in_chromium.skip(items, Path(__file__).parent, why_no_page or in_chromium.why_not())


@pytest.fixture(scope="session")
def patience() -> int:
	return PATIENCE


class Shop:
	"""A warehouse with bins A0107 to B0204, and goods in them that a storekeeper knows by name."""

	def __init__(self, platform: StandalonePlatform):
		self.platform = platform
		self.warehouse = platform.make_warehouse()
		codes = ["A0107", "A0209", "A0312", "A0313", "A0316", "B0104", "B0204"]
		self.bins = {
			code: platform.make_bin(self.warehouse, bin_code=code, sequence=n) for n, code in enumerate(codes)
		}
		self.user = platform.make_user([OPERATOR], [self.warehouse])
		with platform.context() as ctx:
			self.key = new_api_key(ctx, self.user)

	def item(self, name: str, bin: str = "", qty: int = 0, **values: Any) -> str:
		"""An item of this name with a barcode of its own, of which so much is in the bin ("" is Unplaced)."""
		code = unique("SKU")
		self.platform.make_item(
			name=code, item_code=code, item_name=name, **{"stock_uom": "Nos", "barcodes": [], **values}
		)
		if qty:
			self.receive(code, qty, bin)
		return code

	def receive(self, item: str, qty: int, bin: str = "", **more: Any) -> None:
		line = PostingLine(item, self.warehouse, Decimal(qty), Decimal(10), self.bins.get(bin, ""), **more)
		self.platform.books.receive([line])

	def batch(self, item: str, expiry_date: date) -> str:
		return self.platform.make_batch(item, expiry_date)

	def order(self, *lines: tuple[str, int]) -> str:
		"""Submit a Sales Order; return the name of its Outbound Order."""
		rows = [PostingLine(item, self.warehouse, Decimal(qty), Decimal(20)) for item, qty in lines]
		order = self.platform.books.order(self.platform.make_customer(), rows)
		tasks = self.platform.call("outbound.list_tasks", search=order)["tasks"]
		assert len(tasks) == 1, tasks
		return str(tasks[0]["name"])

	def get(self, name: str) -> dict[str, Any]:
		found: dict[str, Any] = self.platform.call("outbound.get", name=name)
		return found

	def picked(self, name: str) -> Decimal:
		return sum((Decimal(line["picked_qty"] or 0) for line in self.get(name)["lines"]), Decimal(0))

	def in_bins(self, item: str) -> dict[str, Decimal]:
		found = self.platform.call("stock.explain", item_code=item, warehouse=self.warehouse)
		return {row["bin_code"]: row["qty"] for row in found["bins"]}


class Phone(Screen):
	"""One storekeeper's phone."""

	def __init__(
		self, browser: Any, url: str, key: str, language: str = "zh", height: int = 844, **options: Any
	):
		context = browser.new_context(
			**{
				"base_url": url,
				"viewport": {"width": 390, "height": height},
				"device_scale_factor": 2,
				"locale": "zh-CN" if language == "zh" else "en-US",
				"has_touch": True,
				"service_workers": "block",
				**options,
			}
		)
		# its gun has ended a scan with Enter before
		context.add_init_script("localStorage.setItem('inventory-suffix', 'Enter')")
		super().__init__(context, PATIENCE, PICTURES)
		self.taps = self.scans = 0
		self.page.goto(f"/work/?lang={language}#token={key}")
		self.page.wait_for_selector(".tabs")

	def scan(self, code: str, suffix: str = "Enter") -> None:
		"""Play a code as a gun does, and wait until the page has dealt with it."""
		self.scans += 1
		self.page.keyboard.type(code, delay=1)
		if suffix:
			self.page.keyboard.press(suffix)
		self.settled()

	def tap(self, selector: str, text: str = "") -> None:
		self.taps += 1
		found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
		found.first.click()
		self.settled()

	def settled(self) -> None:
		self.page.wait_for_timeout(60)
		self.until("!document.querySelector('.card--pending')")

	def until(self, condition: str) -> None:
		"""Wait for an expression to be true. The page's policy forbids Playwright's own way, which evaluates text."""
		end = time.monotonic() + PATIENCE / 1000
		while not self.page.evaluate(condition):
			assert time.monotonic() < end, f"never: {condition}"
			self.page.wait_for_timeout(50)

	def main(self, text: str) -> None:
		self.tap(".dock .main", text)

	def says(self, text: str) -> None:
		from playwright.sync_api import expect

		expect(
			self.page.locator(".card__say, .head__title, .done b, .result, .here, .hint, .count")
			.filter(has_text=text)
			.first
		).to_be_visible(timeout=PATIENCE)

	def receives(self) -> None:
		"""Wait for the screen where goods are received: the one of an order that is expected says to scan when they are here."""
		from playwright.sync_api import expect

		said = self.page.locator(".card__say").filter(has_text=re.compile(r"^\s*扫商品\s*$"))
		expect(said).to_be_visible(timeout=PATIENCE)

	def felt(self) -> str:
		return str(self.page.evaluate("document.documentElement.dataset.felt || ''"))

	def count(self) -> str:
		return re.sub(r"\s+", "", self.page.locator(".count").inner_text())

	def cut_the_network(self) -> None:
		self.page.route(API, lambda route: route.abort())

	def mend_the_network(self) -> None:
		self.page.unroute(API)

	def close(self) -> None:
		self.context.close()
		assert not self.errors, self.errors


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> StandalonePlatform:
	made = StandalonePlatform(
		Standalone(f"sqlite:///{tmp_path_factory.mktemp('page')}/platform.sqlite", Clock())
	)
	made.settings(ledger=True, reservation=True, outbound=True, inbound=True, outbound_check="Off")
	return made


@pytest.fixture(scope="session")
def server(platform: StandalonePlatform) -> Iterator[Address]:
	with platform.context() as ctx:
		token = new_api_key(ctx, "Administrator")
	with serving(platform.standalone.url, token) as address:
		yield address


@pytest.fixture
def shop(platform: StandalonePlatform) -> Iterator[Shop]:
	platform.settings(outbound_check="Off")
	made = Shop(platform)
	yield made
	assert platform.verify() == []


@pytest.fixture
def dock(shop: Shop) -> Dock:
	"""Purchase Orders to the shop."""
	return Dock(shop)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
	report: Any = yield
	if report.when == "call" and report.failed:
		for n, one in enumerate(getattr(item, "phones", [])):
			one.picture(f"failed-{item.name}-{n}")
	return report


@pytest.fixture
def phone(browser: Any, server: Address, shop: Shop, request: pytest.FixtureRequest) -> Iterator[Any]:
	"""``phone()`` is a phone with the shop's storekeeper logged in, in Chinese."""
	opened: list[Phone] = []
	request.node.phones = opened

	def of(**options: Any) -> Phone:
		opened.append(Phone(browser, server.url, options.pop("key", shop.key), **options))
		return opened[-1]

	yield of
	for one in opened:
		one.close()


def calls_of(phone: Phone, operation: str) -> Sequence[dict[str, Any]]:
	"""Start to note calls of an operation: their key and what they carried."""
	noted: list[dict[str, Any]] = []

	def note(request: Any) -> None:
		if request.url.endswith(operation):
			noted.append({"key": request.headers.get("idempotency-key"), "body": request.post_data_json})

	phone.page.on("request", note)
	return noted
