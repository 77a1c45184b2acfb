"""A wave on the desk: made from the list of Outbound Orders, released, finished and closed by the buttons of its form."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

PHONE = 390


@pytest.fixture
def outbound(site: Any) -> Iterator[None]:
	"""Outbound is on; off again afterwards, as the other tests expect it."""
	settings = ("Inventory Midplatform Settings", "Inventory Midplatform Settings")
	site.change(*settings, outbound_enabled=1)
	yield
	site.change(*settings, outbound_enabled=0)


class Ordered:
	"""Three Outbound Orders, for 1, 2 and 3 of an item that is in bin A-01."""

	def __init__(self, site: Any, key: str):
		self.item, self.warehouse = site.stocked(key, 20)
		bin = site.make("Warehouse Bin", bin_code="A-01", warehouse=self.warehouse)
		site.operation(
			"stock.move",
			item_code=self.item,
			warehouse=self.warehouse,
			from_bin=f"UNPLACED - {self.warehouse}",
			to_bin=bin,
			qty=20,
		)
		self.customer = site.make("Customer", customer_name=f"Customer {key}")
		for qty in (1, 2, 3):
			site.make(
				"Sales Order",
				customer=self.customer,
				company=site.company["name"],
				delivery_date=f"2099-01-0{qty}",
				items=[{"item_code": self.item, "qty": qty, "rate": 9, "warehouse": self.warehouse}],
				docstatus=1,
			)
		rows = site.get("Outbound Order", [["warehouse", "=", self.warehouse]], order_by="due")
		self.names = [row["name"] for row in rows]


class List:
	"""The list of Outbound Orders of one warehouse."""

	def __init__(self, desk: Any, texts: Any, ordered: Ordered):
		self.desk, self.texts, self.page = desk, texts, desk.page
		desk.go(f"outbound-order?warehouse={quote(ordered.warehouse)}")
		expect(self.page.locator(".list-row:visible")).to_have_count(3)

	def dialog(self) -> Any:
		return self.page.locator(".modal:visible")

	def counts(self, orders: int) -> None:
		text = self.texts("{0} orders are chosen.").replace("{0}", str(orders))
		expect(self.dialog().locator(".wave-count")).to_contain_text(text)

	def make(self) -> str:
		"""Press the dialog's button; return the name of the wave, whose form opens."""
		self.dialog().locator(".btn-modal-primary").click()
		self.page.wait_for_url(re.compile(r"/outbound-wave/WAVE-"))
		return str(self.page.url.rsplit("/", 1)[1])


class Wave:
	"""The form of a wave in front of somebody."""

	def __init__(self, desk: Any, texts: Any):
		self.desk, self.texts, self.page = desk, texts, desk.page

	def state(self, state: str) -> None:
		pill = self.page.locator(".page-head:visible .indicator-pill")
		expect(pill).to_have_text(self.texts(state, "Outbound Wave"))

	def steps(self, *labels: str) -> None:
		buttons = self.page.locator(".custom-actions button:visible")
		expect(buttons).to_have_text([self.texts(label, "Outbound Wave") for label in labels])

	def press(self, step: str) -> None:
		label = self.texts(step, "Outbound Wave")
		self.page.locator(".custom-actions").get_by_role("button", name=label, exact=True).click()

	def confirm(self, text: str) -> None:
		dialog = self.page.locator(".modal:visible")
		expect(dialog).to_contain_text(text)
		dialog.locator(".btn-primary:visible").click()
		expect(dialog).to_have_count(0)

	def walk(self, *picks: tuple[str, str, str]) -> None:
		"""Wait until the walk is these: bin, quantity and state of each."""
		rows = [re.compile(rf"{bin}.*\s{qty}\s.*{self.texts(state)}", re.S) for bin, qty, state in picks]
		expect(self.page.locator(".wave-walk tbody tr")).to_have_text(rows)


def test_chosen_orders_become_a_wave_that_is_picked_and_closed(
	desk: Any, site: Any, texts: Any, language: str, outbound: None
) -> None:
	ordered = Ordered(site, f"WAVE-{language}-{site.stamp}")
	storekeeper = desk("operator")
	orders = List(storekeeper, texts, ordered)
	boxes = orders.page.locator(".list-row:visible .list-row-checkbox")
	boxes.nth(0).check()
	boxes.nth(1).check()
	orders.page.locator(".actions-btn-group:visible > button").click()
	orders.page.locator(".actions-btn-group .dropdown-item:visible", has_text=texts("Make Wave")).click()
	orders.counts(2)
	storekeeper.picture(f"wave-make-{language}")
	name = orders.make()

	wave = Wave(storekeeper, texts)
	wave.state("To Release")
	wave.steps("Release")
	expect(wave.page.locator(".wave-orders tbody tr")).to_have_count(2)
	expect(wave.page.locator(".wave-orders tbody tr").first).to_contain_text(ordered.customer)
	wave.press("Release")
	wave.state("To Pick")
	picks = site.operation("wave.get", name=name)["picks"]
	wave.walk(("A-01", f"{picks[0]['qty']:g}", "To Pick"))
	wave.steps("Finish Picking")
	storekeeper.picture(f"wave-to-pick-{language}")

	wave.press("Finish Picking")  # nothing is picked: it asks first
	asked = wave.page.locator(".modal:visible")
	expect(asked).to_contain_text(
		texts("Not all is picked. What is missing becomes further orders when these are shipped.")
	)
	asked.locator(".btn-secondary:visible, .btn-modal-secondary:visible").first.click()
	expect(asked).to_have_count(0)
	for pick in picks:
		site.operation("wave.pick", name=name, item_code=pick["item_code"], bin=pick["bin"], qty=pick["qty"])
	storekeeper.go(f"outbound-wave/{name}")
	wave.walk(("A-01", f"{picks[0]['qty']:g}", "Picked"))
	wave.press("Finish Picking")
	wave.state("To Pack")
	wave.steps("Close")
	wave.press("Close")
	packed = texts("{0} orders are not packed. They leave the wave and go on by themselves.")
	wave.confirm(packed.replace("{0}", "2"))
	wave.state("Done")
	wave.steps()
	expect(wave.page.locator(".new-timeline:visible")).to_contain_text(texts("To Pack", "Outbound Wave"))
	storekeeper.picture(f"wave-done-{language}")


def test_ready_orders_become_a_wave_that_only_those_in_charge_cancel(
	desk: Any, site: Any, texts: Any, language: str, outbound: None
) -> None:
	ordered = Ordered(site, f"READY-{language}-{site.stamp}")
	supervisor = desk("supervisor")
	orders = List(supervisor, texts, ordered)
	supervisor.button(texts("Make Wave")).click()
	orders.counts(3)  # the warehouse is that of the list
	until = orders.dialog().locator("[data-fieldname='due_until'] input")
	until.click()
	until.fill(orders.page.evaluate("frappe.datetime.str_to_user('2099-01-02')"))
	until.press("Tab")
	orders.counts(2)
	supervisor.picture(f"wave-ready-{language}")
	name = orders.make()
	wave = Wave(supervisor, texts)
	wave.state("To Release")
	wave.steps("Release", "Cancel")

	director = desk("director")  # looks on
	director.go(f"outbound-wave/{name}")
	seen = Wave(director, texts)
	seen.state("To Release")
	expect(seen.page.locator(".wave-orders tbody tr")).to_have_count(2)
	seen.steps()
	List(director, texts, ordered)
	expect(director.page.get_by_role("button", name=texts("Make Wave"))).to_have_count(0)

	supervisor.page.set_viewport_size({"width": PHONE, "height": 900})
	supervisor.go(f"outbound-wave/{name}")
	buttons = wave.page.locator(".flow-steps button")
	expect(buttons).to_have_text([texts(step, "Outbound Wave") for step in ("Release", "Cancel")])
	assert wave.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
	supervisor.picture(f"wave-phone-{language}")
	buttons.last.click()
	wave.confirm(texts("Cancel this wave? Its orders leave it and stay as they are."))
	wave.state("Cancelled")
	left = site.get("Outbound Order", [["warehouse", "=", ordered.warehouse]], ["state", "wave"])
	assert left == [{"state": "To Accept", "wave": None}] * 3
	supervisor.go(f"outbound-wave?warehouse={quote(ordered.warehouse)}")
	expect(supervisor.page.locator(".list-row:visible .indicator-pill").first).to_have_text(
		texts("Cancelled", "Outbound Wave")
	)
