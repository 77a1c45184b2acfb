"""An Outbound Order on the desk: accepted, picked, reported short, checked and shipped by its buttons."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

PHONE = 390


@pytest.fixture
def outbound(site: Any) -> Any:
	"""Outbound with a check before shipping; off again afterwards, as the other tests expect it."""
	settings = ("Inventory Midplatform Settings", "Inventory Midplatform Settings")
	site.change(*settings, outbound_enabled=1, outbound_check="On")
	yield
	site.change(*settings, outbound_enabled=0, outbound_check="Off")


def ordered(site: Any, key: str) -> tuple[str, str, str]:
	"""Return the Outbound Order of a new Sales Order for 6 of an item, 4 of which are in A-01 and 8 in B-01; the item, the
	warehouse.
	"""
	item, warehouse = site.stocked(key, 12)
	for code, sequence, qty in (("A-01", 1, 4), ("B-01", 2, 8)):
		bin = site.make("Warehouse Bin", bin_code=code, warehouse=warehouse, sequence=sequence)
		unplaced = f"UNPLACED - {warehouse}"
		site.operation(
			"stock.move", item_code=item, warehouse=warehouse, from_bin=unplaced, to_bin=bin, qty=qty
		)
	order = site.make(
		"Sales Order",
		customer=site.make("Customer", customer_name=f"Customer {key}"),
		company=site.company["name"],
		delivery_date="2099-01-01",
		items=[{"item_code": item, "qty": 6, "rate": 9, "warehouse": warehouse}],
		docstatus=1,
	)
	name = site.get("Outbound Order", [["source_name", "=", order]])[0]["name"]
	return name, item, warehouse


class Form:
	"""The form of an Outbound Order."""

	def __init__(self, desk: Any, texts: Any, name: str):
		self.desk, self.texts, self.page, self.name = desk, texts, desk.page, name
		desk.go(f"outbound-order/{quote(name)}")

	def state(self, state: str) -> None:
		pill = self.page.locator(".page-head:visible .indicator-pill")
		expect(pill).to_have_text(self.texts(state, "Outbound Order"))

	def steps(self) -> list[str]:
		return [
			text.strip() for text in self.page.locator(".custom-actions button:visible").all_inner_texts()
		]

	def press(self, step: str) -> None:
		step = self.texts(step, "Outbound Order")
		self.page.locator(".custom-actions").get_by_role("button", name=step, exact=True).first.click()

	def in_form(self, step: str) -> None:
		"""Press a step on a phone: Frappe has its buttons in the menu there, the form has them too."""
		step = self.texts(step, "Outbound Order")
		self.page.locator(".flow-steps").get_by_role("button", name=step, exact=True).click()

	def dialog(self) -> Any:
		return self.page.locator(".modal:visible")

	def confirm(self) -> None:
		self.dialog().locator(".btn-modal-primary").click()
		expect(self.dialog()).to_have_count(0)
		self.page.wait_for_load_state("networkidle")

	def picks(self, *expected: tuple[str, str, str]) -> None:
		"""Wait until the picks are these: bin, quantity and whether it is done, of each."""
		rows = self.page.locator(".outbound-picks tbody tr")
		expect(rows).to_have_text(
			[
				re.compile(
					rf"{code}.*\s{qty} \S*\s+{self.texts('Picked') if done == 'done' else self.texts('Pick', 'Outbound Order')}",
					re.S,
				)
				for code, qty, done in expected
			]
		)

	def picture(self, name: str) -> None:
		self.desk.picture(f"outbound-{name}")


def test_an_order_is_shipped_by_its_buttons(
	desk: Any, site: Any, texts: Any, language: str, outbound: Any
) -> None:
	name, item, _ = ordered(site, f"OUT-{language}-{site.stamp}")
	form = Form(desk("operator"), texts, name)
	form.state("To Accept")
	expect(form.page.locator(".custom-actions button:visible")).to_have_text(
		[texts("Accept", "Outbound Order")]
	)
	form.picture(f"to-accept-{language}")
	form.press("Accept")
	form.state("To Pick")
	form.picks(("A-01", "4", "to do"), ("B-01", "2", "to do"))
	assert form.steps() == [texts(s, "Outbound Order") for s in ("Pick", "Report Short")]
	form.picture(f"to-pick-{language}")

	form.page.locator(".outbound-picks tbody tr").first.get_by_role("button").first.click()
	form.picture(f"pick-{language}")
	expect(form.dialog().locator("[data-fieldname='qty'] input")).to_have_value(re.compile(r"^4(\.0+)?$"))
	form.confirm()
	expect(form.page.locator(".outbound-picks .indicator-pill")).to_have_count(1)
	form.page.locator(".outbound-picks tbody tr").first.get_by_role("button").last.click()
	quantity = form.dialog().locator("[data-fieldname='qty'] input")
	expect(quantity).not_to_have_value("")
	quantity.fill("1")
	form.dialog().locator("[data-fieldname='reason'] select").select_option("Damaged")
	form.picture(f"short-{language}")
	form.confirm()
	# the damaged one is picked from the same bin, where there are more
	form.picks(("B-01", "2", "to do"), ("A-01", "4", "done"))
	held = site.get("Bin Stock", [["item_code", "=", item], ["stock_status", "=", "Damaged"]], ["qty"])
	assert held == [{"qty": 1}]

	form.press("Finish Picking")  # not all is picked: it asks first
	expect(form.dialog()).to_contain_text(f"{item}: 2")
	form.picture(f"not-all-{language}")
	form.dialog().locator(".btn-secondary:visible, .btn-modal-secondary:visible").first.click()
	expect(form.dialog()).to_have_count(0)
	form.page.locator(".outbound-picks tbody tr").first.get_by_role("button").first.click()
	expect(form.dialog().locator("[data-fieldname='qty'] input")).to_have_value(re.compile(r"^2(\.0+)?$"))
	form.confirm()
	form.picks(("A-01", "4", "done"), ("B-01", "2", "done"))
	form.picture(f"picked-{language}")
	form.press("Finish Picking")

	form.state("To Check")
	expect(
		form.page.get_by_text(texts("The count is blind: quantities are shown when it is done."))
	).to_be_visible()
	expect(form.page.locator("[data-fieldname='lines']:visible")).to_have_count(0)
	expect(form.page.locator(".new-timeline:visible")).not_to_contain_text("× 4")
	form.press("Check")
	counted = form.dialog().locator("[data-fieldname='line_0'] input")
	counted.fill("5")
	form.dialog().locator(".btn-modal-primary").click()
	differs = texts(
		"The count differs from what was picked: {items}. Count again, or put back and pick again."
	)
	refused = form.page.locator(".modal:visible", has_text=differs.replace("{items}", item))
	expect(refused).to_be_visible()
	form.picture(f"differs-{language}")
	refused.locator(".btn-modal-close").click()
	expect(form.dialog()).to_have_count(1)  # the message is gone, the count is still there
	counted.fill("6")
	form.picture(f"check-{language}")
	form.confirm()
	form.state("To Ship")
	packed_and_unpacked(form, item, language)
	form.press("Ship")
	form.dialog().locator("[data-fieldname='carrier'] input").fill("SF Express")
	form.dialog().locator("[data-fieldname='tracking_no'] input").fill("SF1234567890")
	form.confirm()
	form.state("Shipped")
	expect(form.page.locator(".custom-actions button:visible")).to_have_count(0)
	timeline = form.page.locator(".new-timeline:visible")
	expect(timeline).to_contain_text(texts("Shipped", "Outbound Order"))
	expect(timeline).to_contain_text(f"{item} × 4")
	form.picture(f"shipped-{language}")
	shipped = site.get("Outbound Order", [["name", "=", name]], ["state", "carrier", "delivery_document"])[0]
	assert (shipped["state"], shipped["carrier"]) == ("Shipped", "SF Express")
	assert site.get("Delivery Note", [["name", "=", shipped["delivery_document"]]], ["docstatus"]) == [
		{"docstatus": 1}
	]


def packed_and_unpacked(form: Form, item: str, language: str) -> None:
	"""Put 2 of 6 into a package, undo it, and leave the order without one."""
	pack = form.page.locator(".outbound-packages [data-step='pack']")
	pack.click()
	quantity = form.dialog().locator("[data-fieldname='line_0'] input")
	expect(quantity).to_have_value(re.compile(r"^6(\.0+)?$"))
	quantity.fill("2")
	form.dialog().locator("[data-fieldname='weight'] input").fill("2.5")
	form.dialog().locator("[data-fieldname='tracking_no'] input").fill("SF-ONE")
	form.picture(f"pack-{language}")
	form.confirm()
	row = form.page.locator(".outbound-packages tbody tr")
	expect(row).to_have_text(re.compile(rf"1.*{item}\s×\s2\s.*2\.5 kg.*SF-ONE", re.S))
	expect(pack).to_be_visible()  # there are 4 more
	form.picture(f"packages-{language}")
	row.locator("[data-package]").click()
	expect(row).to_have_count(0)
	expect(pack).to_be_visible()


def test_on_a_phone_an_order_is_picked_put_back_and_cancelled(
	desk: Any, site: Any, texts: Any, language: str, outbound: Any
) -> None:
	name, _, _ = ordered(site, f"OUTP-{language}-{site.stamp}")
	site.operation("outbound.accept", name=name)
	form = Form(desk("supervisor", PHONE), texts, name)
	rows = form.page.locator(".outbound-picks tbody tr")
	expect(rows).to_have_count(2)
	assert form.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
	form.picture(f"phone-{language}")
	rows.first.get_by_role("button").first.click()
	expect(form.dialog().locator("[data-fieldname='qty'] input")).not_to_have_value("")
	form.picture(f"phone-pick-{language}")
	form.confirm()
	expect(form.page.locator(".outbound-picks .indicator-pill")).to_have_count(1)
	form.in_form("Put Back")
	expect(form.dialog().locator("[data-fieldname='qty'] input")).not_to_have_value("")
	form.picture(f"phone-put-back-{language}")
	form.confirm()
	expect(form.page.locator(".outbound-picks .indicator-pill")).to_have_count(0)
	expect(rows).to_have_count(2)
	form.in_form("Cancel")
	form.dialog().locator("textarea").fill("The customer does not need it")
	form.confirm()
	form.state("Cancelled")
	form.picture(f"phone-cancelled-{language}")


def test_tasks_are_listed_by_state_and_on_a_board(
	desk: Any, site: Any, texts: Any, language: str, outbound: Any
) -> None:
	name, _, warehouse = ordered(site, f"OUTL-{language}-{site.stamp}")
	site.change("Outbound Order", name, assignee=desk("operator").user)
	for width in (1280, PHONE):
		storekeeper = desk("operator", width)
		storekeeper.go(f"outbound-order?warehouse={quote(warehouse)}")
		row = storekeeper.page.locator(".list-row:visible")
		expect(row).to_have_count(1)
		storekeeper.picture(f"outbound-list-{width}-{language}")
	board = desk("supervisor")
	board.go("outbound-order/view/kanban/Outbound%20Board")
	columns = board.page.locator(".kanban-column[data-column-value]:visible")
	expect(columns).to_have_count(6)
	card = board.page.locator(f".kanban-card-wrapper[data-name='{name}']")
	expect(card).to_contain_text("Operator")  # by name, not by e-mail address
	expect(card).not_to_contain_text("@")
	board.picture(f"outbound-board-{language}")
	# dragged to another step it stays where it is
	target = columns.nth(1).bounding_box()
	card.hover()
	board.page.mouse.down()
	board.page.mouse.move(target["x"] + 60, target["y"] + 120, steps=12)
	with board.page.expect_response(lambda r: "update_order_for_single_card" in r.url) as refused:
		board.page.mouse.up()
	assert refused.value.status == 403
	assert site.get("Outbound Order", [["name", "=", name]], ["state"]) == [{"state": "To Accept"}]
	expect(columns.first.locator(f".kanban-card-wrapper[data-name='{name}']")).to_have_count(1)
