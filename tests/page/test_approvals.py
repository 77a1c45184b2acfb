"""Approvals on the phone page, in Chinese: approve, reject, return, delegate, add, comment, and what one requested for."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Phone, Shop, calls_of
from playwright.sync_api import expect

from inventory_midplatform.adapters.standalone.context import new_api_key
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.platform import unique

Row = dict[str, Any]
DOCTYPE = "Inventory Request"
PICTURE = Path(__file__).parents[2] / "frontend" / "public" / "icon-192.png"
BAG = (
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
	"%3Cpath d='M2 1h4l1 6H1z' fill='%23b98a3e'/%3E%3C/svg%3E"
)


class Office:
	"""A buyer who asks, a supervisor and an inspector who approve together, and a director over 10,000."""

	def __init__(self, shop: Shop):
		self.shop, self.platform = shop, shop.platform
		place = [shop.warehouse]
		self.buyer = self.person("采购员 03", "Inventory Buyer")
		self.platform.update("Company", self.platform.company_of(shop.warehouse), {"default_currency": "CNY"})
		self.supervisor = self.person("主管 02", "Warehouse Supervisor", place)
		self.inspector = self.person("质检员 05", "Quality Inspector", place)
		self.second = self.person("质检员 08", "Quality Inspector", place)
		self.director = self.person("总监 01", "Inventory Director")
		self.deputy = self.person("总监 02", "Inventory Director")
		self.item = shop.item("干瑶柱 特级 500 g", stock_uom="Kg", lead_time_days=20, image=BAG)

	def person(self, name: str, role: str, places: Any = None) -> str:
		user = self.platform.make_user([role], places)
		self.platform.update("User", user, {"full_name": name})
		return user

	def key(self, user: str) -> str:
		with self.platform.context() as ctx:
			return new_api_key(ctx, user)

	def policy(self) -> str:
		rows = (
			{
				"step": 1,
				"title": "会签：主管、质检",
				"user": self.supervisor,
				"counting": "All",
				"time_limit": 16,
			},
			{"step": 1, "user": self.inspector},
			{"step": 2, "title": "总监", "user": self.director, "counting": "Any", "time_limit": 16},
		)
		of_this = {"step": 0, "field": "warehouse", "comparison": "=", "value": self.shop.warehouse}
		over = {"step": 2, "field": "amount", "comparison": ">", "value": "10000"}
		steps = [{"approver": "User", **row} for row in rows]
		return self.platform.create(
			"Approval Policy", drawn(steps, [of_this, over], title=unique("大额采购"))
		)

	def document(self, qty: int = 60, rate: int = 310) -> str:
		lines = [{"item_code": self.item, "qty": qty, "rate": rate}]
		about = {"request_type": "Purchase", "warehouse": self.shop.warehouse, "purpose": "春节备货"}
		made = self.platform.call("request.create", items=lines, user=self.buyer, **about)
		return str(made["name"])

	def requested(self, qty: int = 60, rate: int = 310, document: str = "") -> Row:
		"""Request the approval of a purchase."""
		name = document or self.document(qty, rate)
		made: Row = self.platform.call("approval.request", doctype=DOCTYPE, name=name, user=self.buyer)
		return made

	def act(self, operation: str, request: Row, user: str, **more: Any) -> Row:
		now: Row = self.platform.call(f"approval.{operation}", name=request["name"], user=user, **more)
		return now

	def get(self, request: Row) -> Row:
		found: Row = self.platform.call("approval.get", name=request["name"])
		return found

	def history(self) -> None:
		"""Stock that was used for months, and purchases at other prices."""
		line = PostingLine(self.item, self.shop.warehouse, Decimal(400), Decimal(250))
		now = datetime.now()
		self.platform.books.receive([line], at=now - timedelta(days=89))
		self.platform.books.issue([replace(line, qty=Decimal(354))], at=now - timedelta(days=10))
		about = {"item_code": self.item, "warehouse": self.shop.warehouse}
		self.platform.call(
			"reservation.reserve", qty=18, demand_type="Shop", demand_name=unique("S"), **about
		)
		supplier = self.platform.make_supplier()
		for rate in (288, 290, 293, 293, 296, 300):
			self.platform.books.purchase(supplier, [replace(line, qty=Decimal(1), rate=Decimal(rate))])


@pytest.fixture
def office(shop: Shop) -> Iterator[Office]:
	made = Office(shop)
	policy = made.policy()
	yield made
	shop.platform.update("Approval Policy", policy, {"enabled": 0})


def opened(phone: Any, office: Office, user: str, request: Row, **options: Any) -> Phone:
	"""Open an approval by its address, as the link in a mail does."""
	of: Phone = phone(key=office.key(user), **options)
	of.page.evaluate(f"location.hash = '#/approval/{request['name']}'")
	of.page.wait_for_selector("[data-amount]")
	of.page.wait_for_selector(".figures")
	return of


def test_the_list_one_approval_and_the_next(office: Office, phone: Any) -> None:
	first, second = office.requested(), office.requested(2, 300)
	of: Phone = phone(key=office.key(office.supervisor))
	expect(of.page.locator(".tabs__count")).to_have_text("2")
	of.tap("[data-approvals]")
	listed = of.page.locator(f"[data-approval='{first['name']}']")
	for text in ("库存申请", "采购员 03", "18,600"):
		expect(listed).to_contain_text(text)
	of.picture("70-approvals")
	of.tap(f"[data-approval='{second['name']}']")
	expect(of.page.locator(".head__count")).to_have_text("1/2")
	of.tap("[data-approve]", "批准")
	# the next one is there at once, and says what was decided before
	expect(of.page.locator("[data-amount]")).to_contain_text("18,600")
	expect(of.page.locator("[data-figure=price]")).to_contain_text("第一次采购")
	of.says(f"已批准：{second['document_name']}")
	of.picture("71-next")
	of.tap("[data-approve]", "18,600")
	expect(of.page.locator(".empty")).to_contain_text("没有等你审批的单据")
	of.picture("72-none")
	assert [office.get(one)["waits_for"] for one in (first, second)] == [[office.inspector]] * 2
	of.tap("[data-only=requested]")
	expect(of.page.locator(".empty")).to_contain_text("你没有提交过审批")


@pytest.mark.parametrize(
	("language", "height", "theme"), [("zh", 844, "light"), ("en", 844, "light"), ("zh", 640, "dark")]
)
def test_what_a_director_sees(office: Office, phone: Any, language: str, height: int, theme: str) -> None:
	"""Returned once for its price, delegated once: the numbers, why it came, who approved, and the whole history."""
	office.history()
	document = office.document(60, 320)
	request = office.requested(document=document)
	office.platform.call(
		"approval.return", name=request["name"], reason="单价比上次高 6.7%，请附报价", user=office.supervisor
	)
	office.platform.update(DOCTYPE, document, {"items": [{"item_code": office.item, "qty": 60, "rate": 310}]})
	assert office.requested(document=document)["name"] == request["name"]
	office.act("comment", request, office.buyer, text="报价已降到 310")
	office.act("approve", request, office.inspector)
	office.act("approve", request, office.supervisor)
	office.act("delegate", request, office.director, to=office.deputy, reason="外出")
	of = opened(phone, office, office.deputy, request, language=language, height=height, color_scheme=theme)
	if language == "zh":
		expect(of.page.locator(".head__sub")).to_have_text("采购员 03 提交 · 总监 01 转办给你")
		for figure, text in (
			("available", "在手 46 − 预留 18"),
			("days", "缺 13 天"),
			("price", "比上次"),
			("price", "近 6 次"),
		):
			expect(of.page.locator(f"[data-figure={figure}]")).to_contain_text(text)
		expect(of.page.locator(".told")).to_contain_text("质检员 05、主管 02 已同意")
		expect(of.page.locator(".told")).to_contain_text("退回过 1 次")
		expect(of.page.locator("[data-why]")).to_contain_text(
			"金额为 18,600，大于 10,000；总监 01 转办给您：外出"
		)
	of.picture(f"73-approval-{language}-{theme}")
	counted = re.findall(r"\d+", of.page.locator("[data-history]").inner_text())
	of.tap("[data-history]")
	expect(of.page.locator(".history__row")).to_have_count(int(counted[0]))
	expect(of.page.locator(".history__row--void")).to_have_count(0)
	of.picture(f"74-history-{language}-{theme}")
	if language == "en":
		return
	of.tap(".head__back")
	of.tap("[data-approve]", "18,600")
	of.page.wait_for_selector(".empty")
	assert office.get(request)["state"] == "Approved"


def test_reject_and_why(office: Office, phone: Any) -> None:
	request = office.requested()
	of = opened(phone, office, office.inspector, request)
	expect(of.page.locator("[data-figure=price]")).to_have_count(0)  # an inspector sees no costs
	of.tap("[data-reject]")
	expect(of.page.locator("[data-confirm]")).to_be_disabled()
	of.picture("75-reject")
	of.tap("[data-reason='库存还够']")
	of.tap("[data-confirm]", "驳回")
	of.page.wait_for_selector(".empty")
	now = office.get(request)
	assert (now["state"], now["reason"]) == ("Rejected", "库存还够")


def test_return_and_ask_again(office: Office, phone: Any) -> None:
	request = office.requested()
	of = opened(phone, office, office.supervisor, request)
	of.tap("[data-return]")
	of.picture("76-return")
	of.tap("[data-reason='']")
	of.page.fill(".field textarea", "请附报价")
	of.tap("[data-confirm]", "退回")
	of.page.wait_for_selector(".empty")
	assert office.get(request)["state"] == "Returned"
	buyer: Phone = phone(key=office.key(office.buyer))
	buyer.tap("[data-approvals]")
	buyer.tap("[data-only=requested]")
	expect(buyer.page.locator(f"[data-approval='{request['name']}']")).to_contain_text("已退回")
	buyer.picture("77-mine")
	buyer.tap(f"[data-approval='{request['name']}']")
	expect(buyer.page.locator(".told")).to_contain_text("请附报价")
	buyer.tap("[data-comment-open]")
	buyer.page.fill("[data-comment]", "报价见照片")
	buyer.page.set_input_files(".reason__file", str(PICTURE))
	buyer.page.wait_for_selector(".comment__photo img")
	buyer.picture("78-comment")
	buyer.tap("[data-confirm]", "写入记录")
	buyer.tap("[data-again]", "再次提交")
	expect(buyer.page.locator("[data-state]")).to_have_text("审批中")
	now = office.get(request)
	assert (now["state"], now["round"]) == ("Open", 2)
	written = [one for one in now["decisions"] if one["decision"] == "Commented"]
	assert [(one["reason"], bool(one["attachment"])) for one in written] == [("报价见照片", True)]
	buyer.tap("[data-remind]", "催办")
	buyer.says("已催办：")


def test_delegate_add_and_one_who_is_added(office: Office, phone: Any) -> None:
	request = office.requested()
	of = opened(phone, office, office.inspector, request)
	of.tap("[data-add]")
	of.page.fill("[type=search]", "质检员 08")
	of.tap(f"[data-person='{office.second}']")
	of.page.fill("[data-remark]", "冷链那批要看温度记录")
	of.picture("79-add")
	of.tap("[data-confirm]", "加签")
	of.page.wait_for_selector(".empty")
	assert office.second in office.get(request)["waits_for"]
	added = opened(phone, office, office.second, request)
	expect(added.page.locator("[data-why]")).to_contain_text("冷链那批要看温度记录")
	added.tap("[data-approve]")
	added.page.wait_for_selector(".empty")
	assert office.inspector in office.get(request)["waits_for"]
	of = opened(phone, office, office.inspector, request)
	of.tap("[data-delegate]")
	expect(of.page.locator(f"[data-person='{office.buyer}']")).to_have_count(0)
	of.page.fill("[type=search]", "质检员 08")
	of.tap(f"[data-person='{office.second}']")
	of.picture("80-delegate")
	of.tap("[data-confirm]", "转办")
	of.page.wait_for_selector(".empty")
	assert office.second in office.get(request)["waits_for"]


def test_a_decision_without_a_network_is_sent_later(office: Office, phone: Any) -> None:
	request = office.requested()
	of = opened(phone, office, office.supervisor, request)
	calls = calls_of(of, "approval.approve")
	of.cut_the_network()
	of.tap("[data-approve]", "18,600")
	of.page.wait_for_selector(".card--attention")
	of.picture("81-offline")
	assert office.supervisor in office.get(request)["waits_for"]
	of.mend_the_network()
	of.tap(".dock .main", "")
	of.page.wait_for_selector(".empty")
	assert office.get(request)["waits_for"] == [office.inspector]
	assert len({call["key"] for call in calls}) == 1


def test_what_others_decided_meanwhile_is_said(office: Office, phone: Any) -> None:
	request = office.requested()
	of = opened(phone, office, office.supervisor, request)
	office.act("reject", request, office.inspector, reason="库存还够")
	of.tap("[data-approve]", "18,600")
	expect(of.page.locator("[role=alert]")).to_contain_text("已驳回")
	expect(of.page.locator("[data-state]")).to_have_text("已驳回")
	of.picture("82-refused")


def test_a_time_away(office: Office, phone: Any) -> None:
	request = office.requested()
	of: Phone = phone(key=office.key(office.supervisor))
	of.page.wait_for_selector("[data-approvals]")
	of.tap(".tabs button", "更多")
	of.tap("[data-away]")
	of.page.fill("[type=search]", "总监 02")
	of.tap(f"[data-person='{office.deputy}']")
	of.page.fill("[data-remark]", "出差")
	of.picture("83-away")
	of.tap("[data-set]", "转办")
	expect(of.page.locator("[data-mine]")).to_contain_text("总监 02")
	of.picture("84-away-now")
	assert office.deputy in office.get(request)["waits_for"]
	of.tap("[data-end]", "我回来了")
	expect(of.page.locator("[data-mine]")).to_have_count(0)
	assert office.supervisor in office.get(request)["waits_for"]


def test_with_policies_off_there_is_no_tab(office: Office, phone: Any) -> None:
	office.platform.settings(approval=False)
	of: Phone = phone(key=office.key(office.supervisor))
	of.page.wait_for_timeout(500)
	expect(of.page.locator("[data-approvals]")).to_have_count(0)
	office.platform.settings(approval=True)
