"""The desk in a real browser, on a site of its own.

	DESK_URL=http://127.0.0.1:8000 DESK_PASSWORD=admin python -m pytest tests/browser

With ``DESK_PICTURES`` naming a folder, each person's last screen is left there.

``DESK_URL`` is a site with the app and a company, served with its assets; ``DESK_USER`` (Administrator if not said)
and ``DESK_PASSWORD`` are those of a System Manager. Records are made under new names, so it may run again.
"""

import contextlib
import csv
import json
import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import in_chromium
import pytest
from in_chromium import Screen, browser, playwright

__all__ = ["browser", "playwright"]  # fixtures of every test here

URL = os.environ.get("DESK_URL", "").rstrip("/")
USER = os.environ.get("DESK_USER", "Administrator")
PASSWORD = os.environ.get("DESK_PASSWORD", "")
PICTURES = os.environ.get("DESK_PICTURES", "")
PATIENCE = 60_000
"""Milliseconds."""
STOREKEEPERS_PASSWORD = "Walks-the-aisles-2026"
# Frappe's template compiler names the variables of its loops with three letters drawn at random: once in some ten
# thousand pages that is a word of JavaScript's own ("for", "new"), and the page stays blank. Here it draws again.
NAMES_OF_LOOPS = """
document.addEventListener("DOMContentLoaded", () => {
	const utils = window.frappe?.utils;
	if (!utils?.get_random) return;
	const draw = utils.get_random;
	utils.get_random = (length) => {
		let name = draw(length);
		while (["for", "new", "try", "var"].includes(name)) name = draw(length);
		return name;
	};
});
"""
ROLES = {
	"operator": ["Warehouse Operator"],
	"supervisor": ["Warehouse Supervisor"],
	"director": ["Inventory Director"],
	"manager": ["Inventory Manager"],
	"dashboard_owner": ["Inventory Manager", "Dashboard Manager"],
	"seller": ["Sales User", "Warehouse Operator"],
	"planner": ["Stock User", "Manufacturing User", "Warehouse Operator"],
	"purchase_manager": ["Inventory Manager", "Purchase Manager"],
	"purchase_buyer": ["Inventory Buyer", "Purchase User"],
	"purchase_supervisor": ["Warehouse Supervisor", "Purchase User"],
	"purchase_deputy": ["Purchase User"],
	"purchase_inspector": ["Quality Inspector", "Purchase User"],
	"purchase_expert": ["Purchase User"],
	"purchase_director": ["Inventory Director", "Purchase User"],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	why_no_site = "" if URL else "no site: set DESK_URL and DESK_PASSWORD"
	in_chromium.skip(items, Path(__file__).parent, why_no_site or in_chromium.why_not())


@pytest.fixture(scope="session")
def patience() -> int:
	return PATIENCE


class Site:
	"""The site by REST, for what a test needs before a person comes."""

	def __init__(self, request: Any):
		self.request = request
		self.stamp = format(int(time.time()), "x")
		# the oldest: the one whose currency ERPNext's price lists have
		self.company = self.get("Company", fields=["name", "abbr"], order_by="creation asc")[0]

	def message_of(self, response: Any) -> Any:
		body = response.json() if "json" in response.headers.get("content-type", "") else {}
		assert response.ok, f"{response.status} {response.url}: {body.get('exception') or body}"
		return body.get("data", body.get("message"))

	def get(
		self,
		doctype: str,
		filters: list[Any] | None = None,
		fields: list[str] | None = None,
		order_by: str = "modified desc",
	) -> Any:
		params = {"filters": json.dumps(filters or []), "fields": json.dumps(fields or ["name"])}
		params["order_by"] = order_by
		return self.message_of(self.request.get(f"/api/resource/{quote(doctype)}", params=params))

	def make(self, doctype: str, **values: Any) -> str:
		made = self.message_of(self.request.post(f"/api/resource/{quote(doctype)}", data=values))
		return str(made["name"])

	def change(self, doctype: str, name: str, **values: Any) -> None:
		self.message_of(
			self.request.put(f"/api/resource/{quote(doctype)}/{quote(name, safe='')}", data=values)
		)

	def operation(self, operation: str, /, **arguments: Any) -> Any:
		"""Call one of the platform's operations as a System Manager and return its result."""
		url = f"/api/method/inventory_midplatform.api.v1.{operation}"
		return self.message_of(self.request.post(url, data=arguments))

	def stocked(self, key: str, qty: float) -> tuple[str, str]:
		"""A new item, and the new warehouse where so much of it lies, Unplaced."""
		company = self.company["name"]
		warehouse = self.make("Warehouse", warehouse_name=key, company=company)
		group = self.get("Item Group", [["is_group", "=", 0]])[0]["name"]
		item = self.make("Item", item_code=key, item_group=group, stock_uom="Nos", is_stock_item=1)
		self.make(
			"Stock Entry",
			stock_entry_type="Material Receipt",
			company=company,
			items=[{"item_code": item, "qty": qty, "t_warehouse": warehouse, "basic_rate": 5}],
			docstatus=1,
		)
		return item, warehouse

	def requested(self, key: str, qty: float, rate: float) -> tuple[str, str]:
		"""A drafted Inventory Request for a purchase of a new item, and the warehouse it is for."""
		item, warehouse = self.stocked(key, 12)
		name = self.make(
			"Inventory Request",
			request_type="Purchase",
			company=self.company["name"],
			warehouse=warehouse,
			required_by=str(date.today()),
			items=[{"item_code": item, "qty": qty, "rate": rate}],
		)
		return name, warehouse

	def user(self, role: str, language: str) -> str:
		email = f"{role}.{language}.{self.stamp}@example.com"
		return self.make(
			"User",
			email=email,
			first_name=role.title(),
			language=language,
			new_password=STOREKEEPERS_PASSWORD,
			send_welcome_email=0,
			roles=[{"role": name} for name in ROLES[role]],
		)


@pytest.fixture(scope="session")
def site(playwright: Any) -> Site:
	request = playwright.request.new_context(base_url=URL, timeout=PATIENCE)
	assert request.post("/api/method/login", form={"usr": USER, "pwd": PASSWORD}).ok, "the login was refused"
	made = Site(request)
	made.change("Stock Settings", "Stock Settings", auto_indent=0)
	made.change(
		"Inventory Midplatform Settings",
		"Inventory Midplatform Settings",
		ledger_enabled=1,
		reservation_enabled=1,
		sales_order_policy="Partial",
		approval_enabled=1,
	)
	return made


@pytest.fixture(params=["en", "zh"])
def language(request: Any) -> str:
	return str(request.param)


class Texts:
	"""What the desk says for a text in the language at hand."""

	def __init__(self, language: str):
		self.rows: dict[tuple[str, str], str] = {}
		path = Path(__file__).parents[2] / "inventory_midplatform" / "translations" / f"{language}.csv"
		if path.exists():
			with path.open(newline="", encoding="utf-8") as file:
				self.rows = {(row[0], row[2] if len(row) > 2 else ""): row[1] for row in csv.reader(file)}

	def __call__(self, text: str, context: str = "") -> str:
		return self.rows.get((text, context)) or self.rows.get((text, "")) or text


@pytest.fixture
def texts(language: str) -> Texts:
	return Texts(language)


class Desk(Screen):
	"""The desk as one person sees it."""

	known_errors = ("Failed to execute 'removeChild' on 'Node'",)
	"""Raised now and then where Frappe's report view is left while it refreshes. Seen once in some hundred pages; not traced."""

	def __init__(self, context: Any, user: str):
		super().__init__(context, PATIENCE, PICTURES)
		self.user = user

	def go(self, path: str) -> None:
		self.page.goto(f"/app/{path}")
		self.page.wait_for_load_state("networkidle")

	def field(self, name: str) -> Any:
		"""The control of a field, in the form or dialog in front."""
		return self.page.locator(f".frappe-control[data-fieldname='{name}']:visible input:visible").first

	def choose(self, control: Any, name: str) -> None:
		"""Type into a Link, take the suggestion, and wait until the form has it."""
		if control.input_value() == name:
			return
		from playwright.sync_api import TimeoutError as PlaywrightTimeout

		option = self.page.locator("[role=option]:visible", has_text=name).first
		for _ in range(
			3
		):  # on a busy machine a list may close again before it is chosen from: type once more
			control.click()
			control.fill("")
			control.press_sequentially(name, delay=20)
			with contextlib.suppress(PlaywrightTimeout):
				option.wait_for(timeout=15_000)
				break
		with self.page.expect_response(lambda r: "validate_link" in r.url):
			option.click()
		self.page.wait_for_load_state("networkidle")

	def click_until(self, control: Any, comes: Any) -> None:
		"""Click until the click has shown ``comes``. ERPNext draws the rows of a form anew when a response comes in; where that
		is between the press and the release of the button, the click is lost."""
		from playwright.sync_api import TimeoutError as PlaywrightTimeout

		for _ in range(3):
			with contextlib.suppress(PlaywrightTimeout):
				control.click(timeout=15_000)
				comes.wait_for(timeout=15_000)
				return
		comes.wait_for()

	def button(self, text: str) -> Any:
		return self.page.locator("button:visible", has_text=text).first

	def save(self) -> None:
		"""Leave the field first: what leaving it changes on the page must be over before the button is pressed."""
		self.page.evaluate("document.activeElement.blur()")
		self.page.wait_for_timeout(500)
		self.page.wait_for_load_state("networkidle")
		with self.page.expect_response(lambda r: "savedocs" in r.url) as saved:
			self.page.locator(".page-actions:visible .primary-action:visible").first.click()
		assert saved.value.ok, saved.value.text()
		self.page.wait_for_url(lambda url: "/new-" not in url)
		self.page.wait_for_load_state("networkidle")

	def close(self) -> None:
		self.picture(self.user)
		super().close()


class People:
	"""Who uses the desk: each logs in once, and their browser keeps the desk's scripts from test to test."""

	def __init__(self, browser: Any, site: Site):
		self.browser, self.site = browser, site
		self.users: dict[str, str] = {}
		self.contexts: dict[tuple[str, int], Any] = {}

	def open(self, role: str, language: str, width: int) -> Desk:
		key = f"{role}.{language}"
		if key not in self.users:
			self.users[key] = self.site.user(role, language)
		user = self.users[key]
		if (user, width) not in self.contexts:
			self.contexts[user, width] = self.logged_in(user, width)
		return Desk(self.contexts[user, width], user)

	def logged_in(self, user: str, width: int) -> Any:
		# a dialog of Frappe's that fades in takes the focus away when it is done, while a test already types
		context = self.browser.new_context(
			base_url=URL, viewport={"width": width, "height": 900}, reduced_motion="reduce"
		)
		context.add_init_script(NAMES_OF_LOOPS)
		login = context.request.post("/api/method/login", form={"usr": user, "pwd": STOREKEEPERS_PASSWORD})
		assert login.ok, f"{user} was refused"
		return context


@pytest.fixture(scope="session")
def people(browser: Any, site: Site) -> Iterator[People]:
	here = People(browser, site)
	yield here
	for context in here.contexts.values():
		context.close()


@pytest.fixture
def desk(people: People, language: str) -> Iterator[Any]:
	"""``desk("operator")`` is the desk of a person with that role, in the language at hand."""
	opened: dict[tuple[str, int], Desk] = {}

	def of(role: str, width: int = 1280) -> Desk:
		if (role, width) not in opened:
			opened[role, width] = people.open(role, language, width)
		return opened[role, width]

	yield of
	for one in opened.values():
		one.close()
