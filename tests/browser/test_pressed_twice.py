"""A button that is pressed twice, as people do, does it once."""

from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

API = "/api/method/inventory_midplatform.api.v1."


def press_twice(desk: Any) -> None:
	button = desk.page.locator(".modal:visible .btn-modal-primary:visible")
	button.dblclick()
	expect(desk.page.locator(".modal:visible")).to_have_count(0)
	desk.page.wait_for_load_state("networkidle")


def fill(desk: Any, fieldname: str, text: str) -> None:
	control = desk.page.locator(f".modal:visible [data-fieldname='{fieldname}'] :is(input, textarea)").first
	expect(control).to_be_visible()
	desk.page.wait_for_timeout(500)  # what is proposed comes after the dialog is there
	control.fill(text)
	control.blur()


def test_reserved_and_released_once(desk: Any, site: Any, texts: Any, language: str) -> None:
	item, warehouse = site.stocked(f"twice-{language}-{site.stamp}", 30)
	position = site.get("Stock Position", [["warehouse", "=", warehouse]])[0]["name"]
	storekeeper = desk("operator")
	storekeeper.go(f"stock-position/{quote(position)}")
	storekeeper.button(texts("Reserve")).click()
	fill(storekeeper, "qty", "12")
	press_twice(storekeeper)
	made = site.get("Inventory Reservation", [["item_code", "=", item]], ["name", "reserved_qty"])
	assert [r["reserved_qty"] for r in made] == [12]

	storekeeper.go(f"inventory-reservation/{made[0]['name']}")
	storekeeper.button(texts("Release")).click()
	fill(storekeeper, "qty", "5")
	press_twice(storekeeper)
	left = site.get("Inventory Reservation", [["item_code", "=", item]], ["reserved_qty"])
	assert left == [{"reserved_qty": 7}]


def test_what_was_refused_is_corrected_and_done_once(desk: Any, site: Any, texts: Any, language: str) -> None:
	item, warehouse = site.stocked(f"again-{language}-{site.stamp}", 30)
	position = site.get("Stock Position", [["warehouse", "=", warehouse]])[0]["name"]
	storekeeper = desk("operator")
	storekeeper.go(f"stock-position/{quote(position)}")
	storekeeper.button(texts("Reserve")).click()
	fill(storekeeper, "qty", "31")
	button = storekeeper.page.locator(".modal:visible .btn-modal-primary:visible")
	button.click()
	expect(storekeeper.page.locator(".msgprint:visible")).to_contain_text("31")
	storekeeper.page.locator(".modal:visible:has(.msgprint) .btn-modal-close").click()
	expect(storekeeper.page.locator(".msgprint:visible")).to_have_count(0)
	fill(storekeeper, "qty", "30")
	press_twice(storekeeper)
	made = site.get("Inventory Reservation", [["item_code", "=", item]], ["reserved_qty"])
	assert made == [{"reserved_qty": 30}]


def test_moved_blocked_and_unblocked_once(desk: Any, site: Any, texts: Any, language: str) -> None:
	_, warehouse = site.stocked(f"shelf-{language}-{site.stamp}", 30)
	shelf = site.make("Warehouse Bin", bin_code="T-01", warehouse=warehouse)
	supervisor = desk("supervisor")
	supervisor.go(f"warehouse-bin/{quote('UNPLACED - ' + warehouse)}")
	supervisor.button(texts("Move to Another Bin")).click()
	target = supervisor.page.locator(".modal:visible [data-fieldname='to_bin'] input")
	expect(target).to_have_value(shelf)
	fill(supervisor, "qty", "12")
	press_twice(supervisor)

	def bin_quantities() -> dict[str, float]:
		rows = site.get("Bin Stock", [["bin", "=", shelf], ["qty", ">", 0]], ["stock_status", "qty"])
		return {row["stock_status"]: row["qty"] for row in rows}

	def content(status: str) -> str:
		rows = site.get("Bin Stock", [["bin", "=", shelf], ["stock_status", "=", status]])
		return quote(rows[0]["name"], safe="")

	assert bin_quantities() == {"Available": 12}
	supervisor.go(f"bin-stock/{content('Available')}")
	supervisor.button(texts("Block Stock")).click()
	fill(supervisor, "qty", "4")
	fill(supervisor, "reason", "scratched")
	press_twice(supervisor)
	assert bin_quantities() == {"Available": 8, "Quality": 4}
	supervisor.go(f"bin-stock/{content('Quality')}")
	supervisor.button(texts("Unblock", "Stock Operation Log")).click()
	fill(supervisor, "qty", "1")
	press_twice(supervisor)
	assert bin_quantities() == {"Available": 9, "Quality": 3}


def test_a_bin_that_is_not_there_is_said_once(desk: Any, site: Any, texts: Any, language: str) -> None:
	"""Frappe puts a sentence of its own under every 404."""
	_, warehouse = site.stocked(f"gone-{language}-{site.stamp}", 30)
	position = site.get("Stock Position", [["warehouse", "=", warehouse]])[0]["name"]
	storekeeper = desk("operator")
	storekeeper.go(f"stock-position/{quote(position)}")
	name = f"SAL-NO-{site.stamp}"
	said = texts("{demand_type} {demand_name} does not exist.")
	said = said.replace("{demand_type}", texts("Sales Order")).replace("{demand_name}", name)
	storekeeper.page.evaluate(
		"""([item_code, warehouse, demand_name]) =>
			inventory_midplatform.call("reservation.reserve",
				{ item_code, warehouse, qty: 1, demand_type: "Sales Order", demand_name })""",
		[
			site.get("Stock Position", [["name", "=", position]], ["item_code"])[0]["item_code"],
			warehouse,
			name,
		],
	)
	expect(storekeeper.page.locator(".msgprint:visible")).to_have_text(said)
