"""A day in the warehouse, by hand: zone and bin, an order that reserves, the reason, an approval, the report."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect


@pytest.fixture
def stock(site: Any, language: str) -> dict[str, str]:
	"""Twelve pieces of a new item in a new warehouse, and a customer."""
	key = f"{language}-{site.stamp}"
	company = site.company["name"]
	known = site.__dict__.setdefault("stock", {})
	if key in known:
		return dict(known[key])
	warehouse = site.make("Warehouse", warehouse_name=f"Desk {key}", company=company)
	item = site.make(
		"Item",
		item_code=f"DESK-{key}",
		item_name="Pump" if language == "en" else "水泵",
		item_group=site.get("Item Group", [["is_group", "=", 0]])[0]["name"],
		stock_uom="Nos",
		is_stock_item=1,
		last_purchase_rate=2000,
	)
	customer = site.make("Customer", customer_name=f"Customer {key}", customer_type="Company")
	site.make(
		"Stock Entry",
		stock_entry_type="Material Receipt",
		company=company,
		items=[{"item_code": item, "qty": 12, "t_warehouse": warehouse, "basic_rate": 5}],
		docstatus=1,
	)
	known[key] = {"warehouse": warehouse, "item": item, "customer": customer}
	return dict(known[key])


def test_workspace_leads_to_a_new_zone_and_a_new_bin(desk: Any, texts: Any, stock: dict[str, str]) -> None:
	d = desk("supervisor")
	d.go("inventory-midplatform")
	for text in ("Every Day", "Where Stock Is", "Waiting Reservations"):
		expect(d.page.get_by_text(texts(text), exact=True).first).to_be_visible()
	d.page.locator(f".shortcut-widget-box[aria-label='{texts('Zones')}']").click()
	expect(d.page).to_have_url(re.compile("warehouse-zone"))
	d.page.wait_for_load_state("networkidle")
	d.page.locator(".page-actions:visible .primary-action:visible").first.click()
	d.field("zone_code").fill("Z1")
	d.choose(d.field("warehouse"), stock["warehouse"])
	d.save()
	d.button(texts("New Bin")).click()
	d.field("bin_code").fill("Z1-01")
	expect(d.field("warehouse")).to_have_value(stock["warehouse"])
	d.save()
	expect(d.page.locator(".title-text:visible")).to_have_text("Z1-01")
	expect(d.page.get_by_text(texts("This bin is empty.")).first).to_be_visible()


def test_stock_is_moved_into_a_bin(desk: Any, site: Any, texts: Any, stock: dict[str, str]) -> None:
	target = site.make("Warehouse Bin", bin_code="M-01", warehouse=stock["warehouse"])
	d = desk("operator")
	d.go(f"warehouse-bin/{quote('UNPLACED - ' + stock['warehouse'])}")
	d.button(texts("Move to Another Bin")).click()
	quantity = d.page.locator(".modal:visible .frappe-control[data-fieldname='qty'] input")
	quantity.fill("2")
	d.choose(d.page.locator(".modal:visible .frappe-control[data-fieldname='to_bin'] input"), target)
	d.page.locator(".modal:visible .btn-modal-primary").click()
	expect(d.page.locator(".modal:visible")).to_have_count(0)
	contents = site.get("Bin Stock", [["bin", "=", target]], ["qty"])
	assert [c["qty"] for c in contents] == [2]


def test_a_button_is_there_for_those_who_may(desk: Any, texts: Any, stock: dict[str, str]) -> None:
	for role, count in (("supervisor", 1), ("director", 0)):
		d = desk(role)
		d.go(f"warehouse-bin/{quote('UNPLACED - ' + stock['warehouse'])}")
		expect(d.page.get_by_text(texts("What Is Here")).first).to_be_visible()
		expect(d.button(texts("Move to Another Bin"))).to_have_count(count)


def test_an_order_reserves_and_shows_why(desk: Any, site: Any, texts: Any, stock: dict[str, str]) -> None:
	row = {"item_code": stock["item"], "qty": 20, "rate": 9, "warehouse": stock["warehouse"]}
	order = site.make(
		"Sales Order",
		customer=stock["customer"],
		company=site.company["name"],
		delivery_date=str(date.today() + timedelta(days=7)),
		items=[row],
	)
	d = desk("seller")
	d.go(f"sales-order/{order}")
	d.page.locator(".page-actions:visible .primary-action:visible").first.click()
	with d.page.expect_response(lambda r: "savedocs" in r.url) as submitted:
		d.page.locator(".modal:visible .btn-modal-primary").click()
	assert submitted.value.ok, submitted.value.text()
	shown = d.page.locator(".grid-body [data-stock-why]:visible")
	expect(shown).to_have_text(["12", "8"])
	why = d.page.locator(".modal:visible .stock-explanation")
	d.click_until(shown.first, why)
	expect(why.locator(".sum .number")).to_have_text(["12", "0", "12", "0"])
	expect(why.locator(".sum .part .small")).to_have_text(
		[texts("On Hand"), texts("On Hold", "Stock Position"), texts("Reserved"), texts("Available")]
	)
	expect(why.get_by_role("link", name=order)).to_be_visible()
	expect(why.get_by_text(texts("{0} more waiting").replace("{0}", "8"))).to_be_visible()


def test_a_request_is_approved_by_two_people(desk: Any, site: Any, texts: Any, stock: dict[str, str]) -> None:
	d = desk("operator")
	d.go("inventory-request/new")
	d.choose(d.field("company"), site.company["name"])
	d.choose(d.field("warehouse"), stock["warehouse"])
	cell = d.page.locator(".grid-body .grid-row[data-idx='1']")
	for name, fill in (("item_code", stock["item"]), ("qty", "10")):
		cell.locator(f"[data-fieldname='{name}']").first.click()
		control = cell.locator(f"[data-fieldname='{name}'] input:visible")
		if name == "item_code":
			d.choose(control, fill)
		else:
			control.fill(fill)
			control.press("Tab")
	d.save()
	name = d.page.url.rsplit("/", 1)[1]
	costs = (
		".grid-row[data-idx='1'] [data-fieldname='rate'], .frappe-control[data-fieldname='amount']:visible"
	)
	expect(d.page.locator(costs)).to_have_count(0)
	with d.page.expect_response(lambda r: "approval.request" in r.url) as requested:
		d.page.locator(".custom-actions button:visible", has_text=texts("Request Approval")).click()
	assert requested.value.ok, requested.value.text()
	for role in ("supervisor", "director"):
		approver = desk(role)
		approver.go(f"inventory-request/{name}")
		expect(approver.page.locator(costs)).to_have_count(2)
		approver.page.locator(".custom-actions button[data-action='approve']:visible").click()
		with approver.page.expect_response(lambda r: "approval.approve" in r.url) as approved:
			approver.page.locator(".modal:visible .btn-modal-primary").click()
		assert approved.value.ok, approved.value.text()
	request = site.get("Inventory Request", [["name", "=", name]], ["status", "amount", "created_document"])[
		0
	]
	assert (request["status"], request["amount"]) == ("Approved", 20000)
	assert request["created_document"]


def test_the_report_shows_stock_and_its_reason(desk: Any, texts: Any, stock: dict[str, str]) -> None:
	for width in (1280, 390):
		d = desk("operator", width)
		d.go(f"query-report/Realtime%20Stock?warehouse={quote(stock['warehouse'])}")
		available = d.page.locator("[data-stock-why]")
		expect(available).to_have_count(1)
		for label in ("Available", "On Hand", "Waiting", "Last Change"):
			expect(d.page.locator(f".dt-header [title='{texts(label)}']")).to_have_count(1)
		available.click()
		expect(d.page.locator(".stock-explanation .sum .number").first).to_have_text("12")
		body = d.page.locator(".modal:visible .modal-body")
		assert body.evaluate("e => e.scrollWidth <= e.clientWidth"), f"wider than the screen at {width}"


def test_the_report_of_another_companys_warehouse_stays_on_it(desk: Any, site: Any, language: str) -> None:
	"""The reader's own company is the default, and would throw the warehouse that a link names out again."""
	abbr = f"{language}{site.stamp}"
	site.make("Company", company_name=f"Other {abbr}", abbr=abbr, default_currency="CNY", country="China")
	warehouse = site.get("Warehouse", [["company", "=", f"Other {abbr}"], ["is_group", "=", 0]])[0]["name"]
	d = desk("operator")
	d.go(f"query-report/Realtime%20Stock?warehouse={quote(warehouse)}")
	expect(d.page.locator(".page-form [data-fieldname='warehouse'] input")).to_have_value(warehouse)
	expect(d.page.locator(".page-form [data-fieldname='company'] input")).to_have_value("")
	expect(d.page.locator("[data-stock-why]:visible")).to_have_count(0)
