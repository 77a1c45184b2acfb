"""The storekeeper's page on a site: who is logged in picks, checks and ships an order with scans alone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from test_outbound import ordered, outbound  # noqa: F401 - a fixture

PHONE = 390
MANIFEST = Path(__file__).parents[2] / "inventory_midplatform" / "public" / "frontend" / "manifest.json"


class Gun:
	"""A gun that ends each code with Enter, as it has done on this phone before."""

	def __init__(self, page: Any):
		self.page = page

	def __call__(self, code: str) -> None:
		self.page.keyboard.type(code, delay=1)
		self.page.keyboard.press("Enter")
		self.page.wait_for_timeout(100)
		expect(self.page.locator(".card--pending")).to_have_count(0)


@pytest.mark.skipif(not MANIFEST.is_file(), reason="the page is not built: python3 scripts/frontend.py")
def test_an_operator_picks_checks_and_ships(
	desk: Any,
	site: Any,
	texts: Any,
	language: str,
	outbound: Any,  # noqa: F811
) -> None:
	name, item, _ = ordered(site, f"PAGE-{language}-{site.stamp}")
	person = desk("operator", PHONE)
	page, scan = person.page, Gun(person.page)
	page.add_init_script("localStorage.setItem('inventory-suffix', 'Enter')")
	page.goto(f"/inventory/work?lang={language}")
	expect(page.locator(".tabs")).to_be_visible()
	scan(name)
	expect(page.locator(".walk")).to_be_visible()
	for bin, qty in (("A-01", 4), ("B-01", 2)):
		expect(page.locator(".card__say")).to_contain_text(bin)
		scan(bin)
		expect(page.locator(".count")).to_contain_text(re.compile(rf"0\s*/ {qty}"))
		person.picture(f"page-at-{bin}-{language}")
		page.locator(".dock .main").click()
	expect(page.locator(".head__title")).to_have_text(texts("Check", "Outbound Order"))
	for _ in range(6):
		scan(item)
	expect(page.locator(".count")).to_contain_text("6")
	person.picture(f"page-check-{language}")
	page.locator(".dock .main").click()
	expect(page.locator("[data-ship]")).to_be_visible()
	scan("SF1234567890")
	page.locator("[data-ship]").click()
	expect(page.locator(".done b")).to_have_text(texts("Shipped", "Outbound Order"))
	person.picture(f"page-shipped-{language}")
	shipped = site.get(
		"Outbound Order", [["name", "=", name]], ["state", "tracking_no", "delivery_document", "assignee"]
	)[0]
	assert (shipped["state"], shipped["tracking_no"]) == ("Shipped", "SF1234567890")
	assert shipped["assignee"] == person.user
	note = site.get("Delivery Note", [["name", "=", shipped["delivery_document"]]], ["docstatus"])
	assert note == [{"docstatus": 1}]
