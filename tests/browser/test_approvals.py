"""An Approval Request on the desk: its way, history and numbers, what its buttons ask, and many approved in the list."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from inventory_midplatform.tests.approval_records import drawn

REQUEST = "Approval Request"


@pytest.fixture
def office(site: Any, desk: Any, language: str, request: Any) -> Any:
	"""``office(n)`` requests the approval of n purchases, which a supervisor and over 10,000 a director approve."""
	supervisor, director = desk("supervisor"), desk("director")
	made: list[str] = []

	def of(count: int, rate: float) -> list[tuple[str, str]]:
		found = []
		for n in range(count):
			key = f"APPROVE-{language}-{site.stamp}-{request.node.name[:12]}-{n}"
			document, warehouse = site.requested(key, 60, rate)
			steps = [
				{
					"step": 1,
					"title": "Warehouse",
					"approver": "User",
					"user": supervisor.user,
					"counting": "All",
				},
				{"step": 2, "title": "Director", "approver": "User", "user": director.user},
			]
			conditions = [
				{"step": 0, "field": "warehouse", "comparison": "=", "value": warehouse},
				{"step": 2, "field": "amount", "comparison": ">", "value": "10000"},
			]
			made.append(site.make("Approval Policy", **drawn(steps, conditions, title=key)))
			arguments = {"doctype": "Inventory Request", "name": document}
			found.append((document, site.operation("approval.request", **arguments)["name"]))
		return found

	yield of
	for policy in made:
		site.change("Approval Policy", policy, enabled=0)


class Form:
	"""The form of a request, or of its document."""

	def __init__(self, desk: Any, texts: Any, path: str):
		self.desk, self.texts, self.page = desk, texts, desk.page
		desk.go(path)

	def press(self, what: str, **fields: str) -> None:
		self.page.locator(f".custom-actions button[data-action='{what}']:visible").first.click()
		modal = self.page.locator(".modal:visible")
		for name, value in fields.items():
			control = modal.locator(f".frappe-control[data-fieldname='{name}']")
			if name == "user":
				control.locator("input").fill(value)
				control.locator("li", has_text=value).first.click()
			elif name == "file":
				modal.locator("input[type=file]").set_input_files(value)
			else:
				control.locator("textarea").fill(value)
		self.desk.picture(f"approval-{what}")
		modal.locator(".btn-modal-primary").click()
		expect(modal).to_have_count(0)
		self.page.wait_for_timeout(1000)


def test_a_request_is_returned_added_to_and_approved(
	desk: Any, site: Any, texts: Any, language: str, office: Any, tmp_path: Any
) -> None:
	((document, name),) = office(1, 310)
	path = f"approval-request/{quote(name)}"
	form = Form(desk("supervisor"), texts, path)
	page, supervisor = form.page, form.desk.user
	expect(page.locator(".approval .way")).to_contain_text("Warehouse")
	expect(page.locator(".approval .worth b")).to_contain_text(re.compile(r"18.600"))
	expect(page.locator(".approval .line").first).to_contain_text("12")
	approve = page.locator("[data-action='approve']:visible")
	expect(approve).to_contain_text(re.compile(r"18.600"))
	form.desk.picture(f"approval-form-{language}")
	form.press("return", reason="单价比上次高 6.7%，请附报价")
	expect(page.locator(".approval .note")).to_contain_text("请附报价")
	# the applicant attaches it, and requests again on the document
	site.operation("approval.comment", name=name, text="报价见附件", attachment="")
	site.operation("approval.request", doctype="Inventory Request", name=document)
	desk("director")
	form = Form(desk("supervisor"), texts, path)
	quotation = tmp_path / "quotation.txt"
	quotation.write_text("310")
	form.press("comment", text="看过了", file=str(quotation))
	expect(form.page.locator(".approval .file")).to_contain_text("quotation")
	form.press("approve", reason="好")
	form = Form(desk("director"), texts, path)
	page = form.page
	expect(page.locator(".approval .way .waiting")).to_contain_text("Director")
	expect(page.locator(".approval .event.void, .approval .day")).not_to_have_count(0)
	form.desk.picture(f"approval-history-{language}")
	form.press("add", user=supervisor, reason="再看一眼")
	assert "Added" in [row["decision"] for row in site.operation("approval.get", name=name)["decisions"]]
	about = f"doctype={quote(REQUEST)}&name={quote(name)}&format=Approval%20History&no_letterhead=1&_lang={language}"
	page.goto(f"/printview?{about}")
	expect(page.locator(".sheet h1")).to_have_text(texts("Approval History"))
	form.desk.picture(f"approval-print-{language}")


def test_of_two_people_with_one_name_the_chosen_one_is_asked(
	desk: Any, site: Any, texts: Any, language: str, office: Any
) -> None:
	((_, name),) = office(1, 310)
	director = desk("director").user
	namesake = site.make(
		"User",
		email=f"another.{language}.{site.stamp}@example.com",
		first_name="Director",
		send_welcome_email=0,
		roles=[{"role": "Inventory Director"}],
	)
	form = Form(desk("supervisor"), texts, f"approval-request/{quote(name)}")
	form.page.locator(".custom-actions button[data-action='add']:visible").first.click()
	control = form.page.locator(".modal:visible .frappe-control[data-fieldname='user']")
	control.locator("input").fill("Director")
	people = control.locator("li:visible", has_text="Director")
	expect(people.filter(has_text=namesake)).to_have_count(1)
	people.filter(has_text=director).click()
	form.page.wait_for_timeout(1000)  # a search that still comes takes nothing away
	form.desk.picture(f"approval-namesakes-{language}")
	form.page.locator(".modal:visible .btn-modal-primary").click()
	expect(form.page.locator(".modal:visible")).to_have_count(0)
	decisions = site.operation("approval.get", name=name)["decisions"]
	(added,) = [row for row in decisions if row["decision"] == "Added"]
	assert added["other_user"] == director


def test_many_are_approved_in_the_list(desk: Any, site: Any, texts: Any, language: str, office: Any) -> None:
	requests = office(3, 10)
	site.operation("approval.withdraw", name=requests[0][1])
	one = desk("supervisor")
	# others of this site may have been changed last: the first page of the list could be theirs
	these = json.dumps(["in", ",".join(name for _, name in requests)])
	one.go(f"approval-request?name={quote(these)}")
	page = one.page
	for _, name in requests:
		page.locator(f".list-row-checkbox[data-name='{name}']:visible").check()
	one.picture(f"approvals-list-{language}")
	page.locator(".actions-btn-group:visible > button").click()
	page.locator(
		".actions-btn-group .dropdown-item:visible", has_text=texts("Approve", REQUEST)
	).first.click()
	page.locator(".modal:visible .btn-modal-primary").click()
	rows = page.locator(".approved-many tr")
	expect(rows).to_have_count(3)
	expect(rows.locator(".indicator-pill.green")).to_have_count(2)
	expect(rows.locator(".indicator-pill.red")).to_have_count(1)
	one.picture(f"approvals-many-{language}")
	states = [site.operation("approval.get", name=name)["state"] for _, name in requests]
	assert states == ["Withdrawn", "Approved", "Approved"]


def test_the_document_says_who_is_requested_and_has_the_buttons(
	desk: Any, site: Any, texts: Any, language: str, office: Any
) -> None:
	((document, name),) = office(1, 100)
	form = Form(desk("supervisor"), texts, f"inventory-request/{quote(document)}")
	expect(form.page.locator(".form-message:visible", has_text=name)).to_be_visible()
	form.desk.picture(f"approval-document-{language}")
	form.press("approve")
	assert site.operation("approval.get", name=name)["state"] == "Approved"


def test_the_link_of_a_mail_opens_the_approval_after_the_login(
	browser: Any, site: Any, desk: Any, language: str, office: Any
) -> None:
	from conftest import STOREKEEPERS_PASSWORD, URL

	((_, name),) = office(1, 310)
	context = browser.new_context(
		base_url=URL, viewport={"width": 390, "height": 844}, service_workers="block"
	)
	page = context.new_page()
	page.goto(f"/inventory/work#/approval/{name}")
	page.wait_for_selector("#login_email")
	page.fill("#login_email", desk("supervisor").user)
	page.fill("#login_password", STOREKEEPERS_PASSWORD)
	page.locator(".btn-login").first.click()
	page.wait_for_url(re.compile(r"/inventory/work#/approval/"))
	page.wait_for_selector("[data-approve]")
	context.close()
