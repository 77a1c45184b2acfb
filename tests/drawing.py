"""How somebody draws an approval policy on the canvas, with a mouse and a keyboard, in Chinese: for the tests of the page (page/)
and of a site (browser/).
"""

from typing import Any


class Drawing:
	"""The designer's screen: ``page`` is a browser's page."""

	page: Any
	address = "/work/"
	language = "zh"

	def expect(self, locator: Any) -> Any:
		from playwright.sync_api import expect

		return expect(locator)

	def open(self, address: str) -> None:
		self.page.goto(f"{self.address}?lang={self.language}#/{address}")
		self.page.reload()
		self.page.wait_for_selector(".top__title")

	def new(self, title: str, doctype: str = "库存申请") -> None:
		"""Make an empty policy for a type of documents."""
		self.open("policies")
		self.page.click("[data-new]")
		self.page.fill("[data-title]", title)
		self.pick(".dialog", "单据类型", doctype)
		self.page.click("[data-make]")
		self.page.wait_for_selector(".canvas [data-step=start]")
		self.still()

	def still(self) -> None:
		"""Wait until what moves has arrived."""
		self.page.wait_for_timeout(250)

	def pick(self, within: str, label: str, text: str) -> None:
		self.page.locator(f'{within} .picker__button[aria-label^="{label}"]').last.click()
		self.page.locator(".picker__field").fill(text)
		self.page.locator(".picker__list li", has_text=text).first.click()

	def drag(self, kind: str, to: tuple[float, float]) -> None:
		"""Drag a step from the palette to a place of the screen."""
		box = self.page.locator(f".palette [data-kind='{kind}']").bounding_box()
		mouse = self.page.mouse
		mouse.move(box["x"] + 40, box["y"] + 20)
		mouse.down()
		mouse.move(to[0] - 30, to[1] - 20, steps=5)
		mouse.move(*to, steps=5)
		mouse.up()
		self.still()

	def middle(self, selector: str) -> tuple[float, float]:
		box = self.page.locator(selector).first.bounding_box()
		return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

	def plus(self, step: str, place: int = 0) -> tuple[float, float]:
		"""Where the + of a line out of a step is."""
		box = self.page.locator(f"[data-step='{step}'] .plus").nth(place).bounding_box()
		return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

	def chosen(self) -> str:
		return str(self.page.get_attribute(".node--selected", "data-step"))

	def approver(self, kind: str, role: str = "") -> None:
		self.page.click("[data-add-approver]")
		self.page.locator(".people select").last.select_option(kind)
		if role:
			self.pick(".people", "角色", role)

	def saved(self) -> None:
		self.says(".footbar__saved", "已自动保存")

	def says(self, selector: str, text: str) -> None:
		self.expect(self.page.locator(selector).filter(has_text=text).first).to_be_visible()

	def gone(self, selector: str) -> None:
		self.expect(self.page.locator(selector)).to_have_count(0)

	def titles(self) -> list[str]:
		return [one.inner_text() for one in self.page.locator(".node__title").all()]

	def press(self, *keys: str) -> None:
		for key in keys:
			self.page.keyboard.press(key)
			self.page.wait_for_timeout(60)


def draw_purchase(it: Drawing, amount: str = "预估金额") -> None:
	"""The blueprint's purchase by the mouse: countersigned, over 10,000 the director too, then copied. No otherwise yet."""
	it.drag("Approval", it.plus("start"))
	it.approver("Supervisor")
	it.approver("Role", "质检员")
	it.page.click("[data-counting=All]")
	it.page.fill("[data-title]", "会签：仓库与质检")
	it.page.fill("[data-limit]", "8")
	it.page.select_option("[data-timeout]", "Escalate")
	it.pick(".panel", "升级给", "库存经理")
	both = it.chosen()
	it.drag("Copy To", it.plus(both))
	it.approver("Applicant")
	it.approver("Role", "采购员")
	it.drag("Condition", it.plus(both))
	condition = it.chosen()
	it.page.click("[data-branch='1'] [data-add-condition]")
	it.pick(".condition", "字段", amount)
	it.page.fill(".condition input.tnum", "10000")
	it.drag("Approval", it.plus(condition))
	it.page.fill("[data-title]", "总监审批")
	it.approver("Role", "总监")
