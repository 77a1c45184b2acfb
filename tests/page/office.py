"""Who draws approval policies in Chromium: an office with people and documents to try with, and a designer's screen."""

from decimal import Decimal
from typing import Any

from conftest import PATIENCE, PICTURES
from drawing import Drawing
from in_chromium import Screen
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.context import add_user, new_api_key
from inventory_midplatform.domain.roles import BUYER, DIRECTOR, INSPECTOR, MANAGER, SUPERVISOR
from inventory_midplatform.tests.platform import unique


class Office:
	"""A warehouse with the people of the blueprint's purchase, and two Inventory Requests, below and over 10,000."""

	def __init__(self, platform: StandalonePlatform):
		self.platform = platform
		self.warehouse = platform.make_warehouse()
		people = {
			"manager": ("陈经理", MANAGER),
			"supervisor": ("王主管", SUPERVISOR),
			"inspector": ("李质检", INSPECTOR),
			"director": ("赵总监", DIRECTOR),
			"buyer": ("孙采购", BUYER),
		}
		self.users, self.keys = {}, {}
		for one, (full_name, role) in people.items():
			user = f"{unique(one).lower()}@example.com"
			with platform.context() as ctx:
				add_user(ctx, user, [role], full_name)
				self.keys[one] = new_api_key(ctx, user)
			self.users[one] = user
		item = platform.make_item(item_name="香菇 250 g", stock_uom="Nos")
		self.small, self.large = self.request(item, 60, 90), self.request(item, 60, 310)

	def request(self, item: str, qty: int, rate: int) -> str:
		line = {"item_code": item, "qty": Decimal(qty), "rate": Decimal(rate)}
		made = self.platform.call(
			"request.create",
			user=self.users["buyer"],
			request_type="Purchase",
			warehouse=self.warehouse,
			items=[line],
			purpose="补货",
		)
		return str(made["name"])

	def policy(self, name: str) -> dict[str, Any]:
		found: dict[str, Any] = self.platform.call("approval.get_policy", name=name)
		return found

	def drawn(self, name: str) -> list[tuple[str, str]]:
		return [(step["kind"], step["title"]) for step in self.policy(name)["content"]["steps"]]


class Desk(Drawing, Screen):
	"""A designer's screen, with a mouse and a keyboard."""

	def __init__(
		self,
		browser: Any,
		url: str,
		key: str,
		language: str = "zh",
		width: int = 1280,
		height: int = 800,
		**more: Any,
	):
		context = browser.new_context(
			base_url=url,
			viewport={"width": width, "height": height},
			locale="zh-CN" if language == "zh" else "en-US",
			service_workers="block",
			**more,
		)
		super().__init__(context, PATIENCE, PICTURES)
		self.language = language
		self.page.goto(f"/work/?lang={language}#token={key}")
		self.page.wait_for_selector(".tabs, .empty")


def many_steps() -> dict[str, Any]:
	"""Twenty steps: countersigned, three amount bands of several approvers, a condition in one of them, copies."""
	steps: list[dict[str, Any]] = []
	approvers: list[dict[str, Any]] = []
	branches: list[dict[str, Any]] = []
	conditions: list[dict[str, Any]] = []

	def step(kind: str, title: str, next_step: str = "", *roles: str) -> int:
		number = len(steps) + 1
		steps.append(
			{
				"step": number,
				"kind": kind,
				"title": title,
				"next_step": next_step,
				"time_limit": 8 if roles[1:] else 0,
			}
		)
		approvers.extend({"step": number, "approver": "Role", "role": role} for role in roles)
		return number

	def branch(of: int, number: int, title: str, next_step: str, amount: str = "") -> None:
		branches.append(
			{
				"step": of,
				"branch": number,
				"title": title,
				"next_step": next_step,
				"is_otherwise": int(not amount),
			}
		)
		if amount:
			conditions.append(
				{"step": of, "branch": number, "field": "amount", "comparison": ">", "value": amount}
			)

	step("Approval", "Warehouse and quality", "", SUPERVISOR, INSPECTOR)
	bands = step("Condition", "By amount")
	for title in ("Head of purchasing", "Director", "Second look", "Finance", "General manager"):
		step("Approval", title, "", DIRECTOR)
	steps[-1]["next_step"] = "14"
	inner = step("Condition", "Urgent?")
	step("Approval", "Director at once", "11", DIRECTOR, MANAGER, SUPERVISOR, INSPECTOR)
	step("Copy To", "Planner", "11", BUYER)
	step("Approval", "Director", "12", DIRECTOR)
	step("Approval", "Second look", "14", MANAGER)
	step("Approval", "Head of purchasing", "14", MANAGER)
	for n in range(5):
		step("Approval", f"Check {n + 1}", "", MANAGER)
	step("Approval", "Last word", "", DIRECTOR)
	step("Copy To", "Finance and the applicant", "End", BUYER)
	branch(bands, 1, "over 100,000", "3", "100000")
	branch(bands, 2, "over 50,000", str(inner), "50000")
	branch(bands, 3, "over 10,000", "13", "10000")
	branch(bands, 4, "", "14")
	branch(inner, 1, "yes", "9", "90000")
	branch(inner, 2, "", "10")
	return {"steps": steps, "approvers": approvers, "branches": branches, "conditions": conditions}
