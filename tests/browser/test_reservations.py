"""A reservation handed over by its button, and what can be promised by a date, in the reason's dialog."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect


def test_a_reservation_is_reassigned_and_a_promise_requested(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	key = f"promise-{language}-{site.stamp}"
	company = site.company["name"]
	item, warehouse = site.stocked(key, 12)
	due = date.today() + timedelta(days=3)
	bought = site.make(
		"Purchase Order",
		supplier=site.make("Supplier", supplier_name=key),
		company=company,
		schedule_date=str(due),
		items=[{"item_code": item, "qty": 5, "warehouse": warehouse, "rate": 5}],
		docstatus=1,
	)
	kept = site.message_of(
		site.request.post(
			"/api/method/inventory_midplatform.api.v1.reservation.reserve",
			data={
				"item_code": item,
				"warehouse": warehouse,
				"qty": 8,
				"demand_type": "Shop Order",
				"demand_name": "#1001",
			},
		)
	)
	d = desk("operator")
	d.go(f"inventory-reservation/{kept['name']}")
	expect(d.page.locator("[data-fieldname='demand_type']:visible .control-value")).to_have_text("Shop Order")
	# for who is used to things that move, too, the dialog is there at once: what is typed first is not typed elsewhere
	d.page.emulate_media(reduced_motion="no-preference")
	press_and_type = (
		"button => { button.click(); return cur_dialog?.display && document.activeElement.dataset.fieldname }"
	)
	assert d.button(texts("Reassign to Another Demand")).evaluate(press_and_type) == "demand_type"
	dialog = d.page.locator(".modal:visible")
	dialog.locator("[data-fieldname='demand_type'] input").fill("Shop Order")
	dialog.locator("[data-fieldname='demand_name'] input").fill("#1002")
	quantity = dialog.locator("[data-fieldname='qty'] input")
	expect(quantity).not_to_have_value("")  # what is proposed comes after the dialog is there
	quantity.fill("3")
	quantity.press("Tab")
	dialog.locator(".btn-modal-primary").click()
	expect(d.page.locator(".modal:visible")).to_have_count(0)
	shown = d.page.locator("[data-fieldname='demand_name']:visible .control-value")
	expect(shown).to_have_text("#1002")
	quantities = site.get(
		"Inventory Reservation", [["item_code", "=", item]], ["demand_name", "reserved_qty"]
	)
	assert {r["demand_name"]: r["reserved_qty"] for r in quantities} == {"#1001": 5, "#1002": 3}

	d.button(texts("Why This Much")).click()
	promise = d.page.locator(".modal:visible .promise")
	can = texts("{0} can be promised")
	expect(promise.get_by_text(can.replace("{0}", "4"), exact=True)).to_be_visible()
	expect(promise.get_by_text(bought)).to_be_visible()
	control = promise.locator("[data-fieldname='by_date'] input")
	expect(control).not_to_have_value("")
	control.evaluate(
		"(input, due) => $(input).closest('.frappe-control')[0].fieldobj.set_value(due)", str(due)
	)
	expect(promise.get_by_text(can.replace("{0}", "9"), exact=True)).to_be_visible()
	body = d.page.locator(".modal:visible .modal-body")
	assert body.evaluate("e => e.scrollWidth <= e.clientWidth")
