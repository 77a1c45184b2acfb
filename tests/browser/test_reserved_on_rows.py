"""What is kept for the rows of a Material Request and of a Work Order, on their forms, one after the other."""

from datetime import datetime
from typing import Any

from playwright.sync_api import expect


def test_rows_of_requests_and_work_orders_show_what_is_reserved(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	key = f"kept-{language}-{site.stamp}"
	company = site.company["name"]
	settings = "Inventory Midplatform Settings"
	site.change(settings, settings, reserve_for_material_requests=1, reserve_for_work_orders=1)
	item, first = site.stocked(f"{key}-1", 12)
	second, made = (site.make("Warehouse", warehouse_name=f"{key} {n}", company=company) for n in (2, 3))
	group = site.get("Item Group", [["is_group", "=", 0]])[0]["name"]
	product = site.make("Item", item_code=f"{key}-2", item_group=group, stock_uom="Nos", valuation_rate=5)

	def request(kind: str, **row: Any) -> str:
		day = str(datetime.now().date())
		rows = [{"item_code": item, "uom": "Nos", "conversion_factor": 1, "schedule_date": day, **row}]
		return str(
			site.make(
				"Material Request",
				material_request_type=kind,
				company=company,
				transaction_date=day,
				schedule_date=day,
				items=rows,
				docstatus=1,
			)
		)

	moves = request("Material Transfer", warehouse=second, from_warehouse=first, qty=4)
	buys = request("Purchase", warehouse=second, qty=4)
	bom = site.make(
		"BOM",
		item=product,
		company=company,
		quantity=1,
		currency=site.get("Company", [["name", "=", company]], ["default_currency"])[0]["default_currency"],
		items=[{"item_code": item, "qty": 5, "uom": "Nos", "stock_uom": "Nos", "rate": 5}],
		docstatus=1,
	)
	part = {"item_code": item, "source_warehouse": first, "include_item_in_manufacturing": 1}
	order = site.make(
		"Work Order",
		production_item=product,
		bom_no=bom,
		qty=1,
		company=company,
		wip_warehouse=second,
		fg_warehouse=made,
		planned_start_date=str(datetime.now()),
		required_items=[part, part],
		docstatus=1,
	)

	d = desk("planner")
	for document in ("material-request", "work-order"):
		d.go(document)
		doctype = document.replace("-", " ").title()
		d.page.wait_for_function("doctype => cur_list && cur_list.doctype === doctype", arg=doctype)
		offered = d.page.evaluate(
			"doctype => new frappe.ui.FieldSelect({ parent: $('<div>'), doctype, select() {} }).options.map((o) => o.value)",
			doctype,
		)
		assert f"{doctype}.status" in offered
		assert not [o for o in offered if "inventory_reserved" in o or "inventory_waiting" in o]
	cells = d.page.locator(".grid-body [data-stock-why]:visible")
	d.go(f"material-request/{moves}")
	expect(cells).to_have_text(["4", "0"])
	why = d.page.locator(".modal:visible .stock-explanation")
	d.click_until(cells.first, why)
	expect(why.get_by_text(first).first).to_be_visible()
	d.page.locator(".modal:visible .btn-modal-close").click()
	expect(d.page.locator(".modal:visible")).to_have_count(0)

	def walk(doctype: str, name: str) -> None:
		"""On from here without loading the page anew: what one form shows must not stay on the next."""
		d.page.evaluate("([doctype, name]) => frappe.set_route('Form', doctype, name)", [doctype, name])
		expect(d.page.locator("[data-page-route]:visible, .form-page:visible").first).to_be_visible()
		d.page.wait_for_function("name => cur_frm && cur_frm.docname === name", arg=name)
		d.page.wait_for_load_state("networkidle")

	walk("Material Request", buys)
	expect(d.page.locator(".grid-body .grid-row:visible")).not_to_have_count(0)
	expect(cells).to_have_count(0)
	expect(d.page.locator(".grid-heading-row [data-fieldname='schedule_date']:visible")).to_have_count(1)
	walk("Work Order", order)
	expect(cells).to_have_text(["8", "2"])
	together = texts("Reserved together with row {0}").replace("{0}", "1")
	expect(d.page.locator(f".grid-body [title='{together}']:visible")).to_have_count(2)
	walk("Material Request", moves)
	expect(cells).to_have_text(["4", "0"])
	site.change(settings, settings, reserve_for_material_requests=0, reserve_for_work_orders=0)
