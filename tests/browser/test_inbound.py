"""An Inbound Order on the desk: received, inspected and put away by its buttons."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

ORDER = "Inbound Order"


@pytest.fixture
def inbound(site: Any) -> Any:
	settings = ("Inventory Midplatform Settings", "Inventory Midplatform Settings")
	site.change(*settings, inbound_enabled=1)
	yield
	site.change(*settings, inbound_enabled=0)


def expected(site: Any, key: str) -> tuple[str, str]:
	"""Return the Inbound Order of a new Purchase Order for 6 of an item that is inspected, and the bin for it."""
	item, warehouse = site.stocked(key, 1)
	site.change("Item", item, inspection_required_before_purchase=1)
	bin = site.make("Warehouse Bin", bin_code="A-01", warehouse=warehouse, sequence=1)
	order = site.make(
		"Purchase Order",
		supplier=site.make("Supplier", supplier_name=f"Supplier {key}"),
		company=site.company["name"],
		schedule_date="2099-01-01",
		items=[{"item_code": item, "qty": 6, "rate": 9, "warehouse": warehouse}],
		docstatus=1,
	)
	return site.get(ORDER, [["source_name", "=", order]])[0]["name"], bin


class Form:
	"""The form of an Inbound Order."""

	def __init__(self, desk: Any, texts: Any, name: str):
		self.desk, self.texts, self.page = desk, texts, desk.page
		desk.go(f"inbound-order/{quote(name)}")

	def state(self, state: str) -> None:
		pill = self.page.locator(".page-head:visible .indicator-pill")
		expect(pill).to_have_text(self.texts(state, ORDER))

	def steps(self, *steps: str) -> None:
		buttons = self.page.locator(".custom-actions button:visible")
		expect(buttons).to_have_text([self.texts(step, ORDER) for step in steps])

	def press(self, step: str) -> None:
		name = self.texts(step, ORDER)
		self.page.locator(".custom-actions").get_by_role("button", name=name, exact=True).first.click()

	def field(self, name: str, kind: str = "input") -> Any:
		return self.page.locator(f".modal:visible .frappe-control[data-fieldname='{name}'] {kind}")

	def confirm(self) -> None:
		self.page.locator(".modal:visible .btn-modal-primary").click()
		expect(self.page.locator(".modal:visible")).to_have_count(0)
		self.page.wait_for_load_state("networkidle")


def test_an_order_is_put_away_by_its_buttons(
	desk: Any, site: Any, texts: Any, language: str, inbound: Any
) -> None:
	name, bin = expected(site, f"IN-{language}-{site.stamp}")
	form = Form(desk("supervisor"), texts, name)
	form.state("Expected")
	form.steps("Arrive", "Book Slot", "Cancel")
	form.press("Arrive")
	form.field("dock").fill("D2")
	form.confirm()
	form.state("To Receive")
	form.steps("Receive", "Book Slot", "Cancel")
	form.press("Receive")
	expect(form.field("qty")).to_have_value(re.compile(r"^6(\.0+)?$"))
	form.desk.picture(f"inbound-receive-{language}")
	form.confirm()
	form.steps("Receive", "Undo Receive", "Finish Receiving", "Book Slot", "Cancel", "Print Labels")
	form.desk.picture(f"inbound-received-{language}")
	form.press("Finish Receiving")
	form.state("To Inspect")
	form.press("Inspect")
	expect(form.field("accepted")).to_have_value(re.compile(r"^6(\.0+)?$"))
	form.field("accepted").fill("4")
	form.field("rejected").fill("2")
	form.field("rejected").blur()
	form.field("reason", "textarea").fill("Broken")
	form.desk.picture(f"inbound-inspect-{language}")
	form.confirm()
	form.state("To Put Away")
	form.desk.picture(f"inbound-to-put-away-{language}")
	form.page.locator("[data-part]").first.click()
	expect(form.field("bin")).to_have_value(bin)
	expect(form.field("qty")).to_have_value(re.compile(r"^4(\.0+)?$"))
	form.desk.picture(f"inbound-put-away-{language}")
	form.confirm()
	form.state("Done")
	form.steps("Print Labels")
	form.desk.picture(f"inbound-done-{language}")
	assert site.get("Bin Stock", [["bin", "=", bin]], ["qty", "stock_status"]) == [
		{"qty": 4, "stock_status": "Available"}
	]
	form.desk.go("inbound-order")
	expect(form.page.locator(".list-row-container").first).to_contain_text(texts("Done", ORDER))
	form.desk.picture(f"inbound-list-{language}")
