"""The blueprint's purchase from end to end, in Chinese: a manager draws the policy on the canvas with the mouse, tries it and
switches it on; a purchase over 10,000 is delegated once, added to once and returned once, and its director approves it on a
phone.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from drawing import Drawing, draw_purchase
from playwright.sync_api import expect

ORDER, REQUEST, POLICY = "Purchase Order", "Approval Request", "Approval Policy"
PHONE = 390


@pytest.fixture
def office(people: Any) -> Iterator[Any]:
	"""``office("purchase_buyer", width)`` is the screen of one of these people, in Chinese."""
	opened: dict[tuple[str, int], Any] = {}

	def of(who: str, width: int = 1280) -> Any:
		if (who, width) not in opened:
			opened[who, width] = people.open(who, "zh", width)
		return opened[who, width]

	yield of
	for one in opened.values():
		one.close()


def ordered(site: Any) -> str:
	"""A draft of a Purchase Order over 18,600."""
	item, warehouse = site.stocked(f"STORY-{site.stamp}", 46)
	row = {"item_code": item, "warehouse": warehouse, "qty": 60, "rate": 310}
	supplier = site.make("Supplier", supplier_name=f"供应商 {item}", supplier_group="All Supplier Groups")
	order: str = site.make(
		ORDER,
		supplier=supplier,
		company=site.company["name"],
		schedule_date=str(date.today()),
		items=[{**row, "schedule_date": str(date.today())}],
	)
	return order


class Canvas(Drawing):
	address = "/inventory/work"

	def __init__(self, page: Any):
		self.page = page


class OnPhone:
	"""The approval of one request on the phone of one person."""

	def __init__(self, person: Any, request: str):
		self.page, self.person = person.page, person
		self.page.goto("/inventory/work?lang=zh#/approvals")
		self.page.goto(f"/inventory/work?lang=zh#/approval/{request}")
		self.page.reload()
		self.page.wait_for_selector("[data-amount]")

	def tap(self, selector: str, text: str = "") -> None:
		found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
		found.first.click()

	def decide(self) -> None:
		self.tap("[data-confirm]")
		self.page.wait_for_selector(".empty")

	def approve(self) -> None:
		self.tap("[data-approve]")
		self.page.wait_for_selector(".empty")


def test_a_purchase_by_the_blueprint(site: Any, people: Any, office: Any) -> None:
	order = ordered(site)
	for who in ("supervisor", "deputy", "inspector", "expert", "director", "buyer"):
		office(f"purchase_{who}", PHONE)  # who is nobody yet is a problem of the drawing
	manager = office("purchase_manager")
	canvas = Canvas(manager.page)
	title = f"采购订单审批 {site.stamp}"
	canvas.new(title, "采购订单")
	draw_purchase(canvas, "总计（公司货币）")
	canvas.page.click(".node [data-fix], .ghost [data-fix]")
	canvas.gone(".ghost")
	canvas.saved()
	canvas.gone(".footbar--wrong")  # warnings there may be: of others on this site who may not read orders
	manager.picture("story-drawn")
	canvas.page.click("[data-try]")
	canvas.pick(".trial__head", "单据", order)
	canvas.says(".way", "18,600")
	manager.picture("story-tried")
	canvas.page.click("[data-leave-trial]")
	canvas.page.click("[data-on]")
	canvas.says(".toast", "v1 已启用")
	try:
		approve_it(site, people, office, order)
	finally:
		site.operation("approval.switch_off", name=title)
	site.change(ORDER, order, docstatus=1)
	assert site.get(ORDER, [["name", "=", order]], ["docstatus"]) == [{"docstatus": 1}]


def approve_it(site: Any, people: Any, office: Any, order: str) -> None:
	def state() -> Any:
		(found,) = site.get(
			REQUEST, [["document_name", "=", order]], ["name", "state", "round", "current_step"]
		)
		return found

	buyer = office("purchase_buyer")
	buyer.go(f"purchase-order/{quote(order)}")
	with buyer.page.expect_response(lambda r: "approval.request" in r.url):
		buyer.button("提交审批").click()
	buyer.page.wait_for_load_state("networkidle")
	buyer.picture("story-requested")
	request = state()["name"]

	of = OnPhone(office("purchase_supervisor", PHONE), request)
	of.person.picture("story-supervisor")
	of.tap("[data-delegate]")
	of.page.fill("[type=search]", "deputy")
	of.tap(f"[data-person='{people.users['purchase_deputy.zh']}']")
	of.decide()
	of = OnPhone(office("purchase_inspector", PHONE), request)
	of.tap("[data-add]")
	of.page.fill("[type=search]", "expert")
	of.tap(f"[data-person='{people.users['purchase_expert.zh']}']")
	of.decide()
	of = OnPhone(office("purchase_expert", PHONE), request)  # who has no role of the app
	expect(of.page.locator("[data-why]")).to_contain_text("加签")
	of.approve()
	of.person.picture("story-expert")
	for who in ("purchase_inspector", "purchase_deputy"):
		OnPhone(office(who, PHONE), request).approve()

	of = OnPhone(office("purchase_director", PHONE), request)
	of.tap("[data-return]")
	of.tap("[data-reason='']")
	of.page.fill(".field textarea", "单价比上次高，请附报价")
	of.person.picture("story-return")
	of.decide()
	assert state()["state"] == "Returned"

	buyer.go(f"purchase-order/{quote(order)}")
	buyer.picture("story-returned")
	document = site.message_of(site.request.get(f"/api/resource/{quote(ORDER)}/{quote(order)}"))
	site.change(ORDER, order, items=[{**document["items"][0], "rate": 300}])
	buyer.page.reload()
	buyer.page.wait_for_load_state("networkidle")
	with buyer.page.expect_response(lambda r: "approval.request" in r.url):
		buyer.button("再次提交").click()
	assert (state()["state"], state()["round"]) == ("Open", 2)
	for who in ("purchase_supervisor", "purchase_inspector"):
		OnPhone(office(who, PHONE), request).approve()
	of = OnPhone(office("purchase_director", PHONE), request)
	expect(of.page.locator("[data-amount]")).to_contain_text("18,000")
	of.person.picture("story-director")
	of.approve()
	assert state()["state"] == "Approved"
	site_form = office("purchase_director")
	site_form.go(f"approval-request/{quote(request)}")
	site_form.picture("story-history")
