"""A manager types an approval policy as rows: what is wrong is said where it is, it is tried, and switched on."""

import json
from typing import Any

from playwright.sync_api import expect


def drawing(title: str, supervisor: str, director: str) -> Any:
	"""Return the content of a policy whose second branch leads nowhere."""
	return {
		"title": title,
		"document_type": "Inventory Request",
		"steps": [
			{"step": 1, "title": "Warehouse", "counting": "All"},
			{"step": 2, "kind": "Condition", "title": "Sum"},
			{"step": 3, "title": "Director"},
			{"step": 4, "kind": "Copy To", "next_step": "End"},
		],
		"approvers": [
			{"step": 1, "approver": "User", "user": supervisor},
			{"step": 3, "approver": "User", "user": director},
			{"step": 4, "approver": "Applicant"},
		],
		"branches": [
			{"step": 2, "branch": 1, "title": "Large", "next_step": "3"},
			{"step": 2, "branch": 2, "is_otherwise": 1},
		],
		"conditions": [
			{"step": 0, "field": "purpose", "comparison": "=", "value": title},
			{"step": 2, "branch": 1, "field": "amount", "comparison": ">", "value": "10000"},
		],
	}


def test_a_policy_is_read_mended_tried_and_switched_on(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	title = f"Policy {language} {site.stamp}"
	content = drawing(title, desk("supervisor").user, desk("director").user)
	name = site.operation("approval.save_policy", content=content)["name"]
	manager = desk("manager")
	manager.go(f"approval-policy/{name}")
	page = manager.page
	expect(page.locator(".title-area .indicator-pill:visible")).to_have_text(
		texts("Draft v{0}").replace("{0}", "1")
	)
	overview = page.locator(".frappe-control[data-fieldname='overview']:visible")
	expect(overview).to_contain_text(texts("Fix 1 problem before it is switched on"))
	expect(overview).to_contain_text("10,000")
	expect(overview).to_contain_text(texts("not drawn"))
	manager.picture(f"policy-problem-{language}")

	button = texts("Switch On v{0}").replace("{0}", "1")
	manager.button(button).click()
	expect(page.locator(".msgprint:visible")).to_contain_text("Sum")
	page.locator(".modal:visible .btn-modal-close").click()
	expect(page.locator(".modal:visible")).to_have_count(0)
	assert not site.operation("approval.get_policy", name=name)["enabled"]

	overview.locator("tr[data-table='branches']").nth(1).press("Enter")
	following = page.locator(".grid-row-open [data-fieldname='next_step'] input:visible")
	following.fill("4")
	following.blur()
	page.locator(".grid-row-open .grid-collapse-row:visible").first.click()
	expect(overview).not_to_contain_text(texts("not drawn"))
	expect(overview).not_to_contain_text(texts("Fix 1 problem before it is switched on"))

	manager.button(button).click()  # saves first
	page.locator(".modal:visible .btn-primary").click()
	expect(page.locator(".title-area .indicator-pill:visible")).to_have_text(
		texts("v{0} in Force").replace("{0}", "1")
	)
	policy = site.operation("approval.get_policy", name=name)
	assert (policy["enabled"], policy["version"], policy["is_draft"]) == (True, 1, False)
	manager.picture(f"policy-in-force-{language}")

	document, _ = site.requested(f"try-{language}-{site.stamp}", 5000, 7)
	site.change("Inventory Request", document, purpose=title)
	manager.button(texts("Try with a Document")).click()
	manager.choose(manager.field("name"), document)
	page.locator(".modal:visible .btn-modal-primary").click()
	way = page.locator(".modal:visible .frappe-control[data-fieldname='way']")
	expect(way).to_contain_text(texts("Trial run, nobody is notified. It would go this way:"))
	expect(way).to_contain_text("25,000")
	manager.picture(f"policy-trial-{language}")
	page.keyboard.press("Escape")
	site.operation("approval.switch_off", name=name)


def test_a_typed_policy_that_cannot_be_read_says_why(desk: Any, site: Any, texts: Any, language: str) -> None:
	title = f"Unread {language} {site.stamp}"
	content = drawing(title, desk("supervisor").user, desk("director").user)
	name = site.operation("approval.save_policy", content=content)["name"]
	manager = desk("manager")
	manager.go(f"approval-policy/{name}")
	page = manager.page
	overview = page.locator(".frappe-control[data-fieldname='overview']:visible")
	expect(overview.locator("tr[data-table='steps']")).to_have_count(4)
	page.evaluate(
		"frappe.model.set_value(cur_frm.doc.steps[0].doctype, cur_frm.doc.steps[0].name, 'step', 3)"
	)
	expect(overview).to_contain_text(texts("Two steps have the number {step}.").replace("{step}", "3"))
	page.evaluate(f"cur_frm.doc.title = {json.dumps(title)}, cur_frm.reload_doc()")


def test_of_two_fields_with_one_label_the_chosen_one_is_compared(desk: Any, site: Any, language: str) -> None:
	content = drawing(f"Labels {language} {site.stamp}", desk("supervisor").user, desk("director").user)
	content["document_type"] = "Purchase Order"
	content["conditions"][0]["field"] = "supplier"
	name = site.operation("approval.save_policy", content=content)["name"]
	manager = desk("manager")
	manager.go(f"approval-policy/{name}")
	page = manager.page
	page.wait_for_function("window.cur_frm && cur_frm.labels")
	page.evaluate("cur_frm.fields_dict.conditions.grid.grid_rows[0].toggle_view(true)")
	# both are called Customer Contact
	fields = "cur_frm.fields_dict.conditions.grid.docfields.find((one) => one.fieldname === 'field').options"
	chosen = "customer_contact_display"
	label = page.evaluate(f"{fields}.find((one) => one.value === '{chosen}').label")
	control = page.locator(".grid-row-open [data-fieldname='field'] input:visible")
	control.fill(label)
	control.blur()
	page.wait_for_function(f"cur_frm.doc.conditions[0].field === '{chosen}'")
