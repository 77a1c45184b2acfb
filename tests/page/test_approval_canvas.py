"""A business user draws an approval policy in Chromium, in Chinese: by the mouse, by the keyboard alone, as rows; tries it with
a document and switches it on. The standalone server answers.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from drawing import draw_purchase
from office import Desk, Office, many_steps
from platforms import StandalonePlatform
from serving import Address

from inventory_midplatform.tests.platform import unique


@pytest.fixture
def office(platform: StandalonePlatform) -> Office:
	"""People of other tests have the same roles: they are not asked."""
	platform.settings(approval=True)
	with platform.context() as ctx:
		ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name NOT IN ('Administrator', 'Guest')")
	return Office(platform)


@pytest.fixture
def desk(browser: Any, server: Address, office: Office, request: pytest.FixtureRequest) -> Iterator[Any]:
	"""``desk()`` is the manager's screen, in Chinese."""
	opened: list[Desk] = []
	request.node.phones = opened

	def of(who: str = "manager", **options: Any) -> Desk:
		opened.append(Desk(browser, server.url, office.keys[who], **options))
		return opened[-1]

	yield of
	for one in opened:
		one.context.close()
		assert not one.errors, one.errors


def test_a_purchase_policy_is_drawn_with_the_mouse_tried_and_switched_on(desk: Any, office: Office) -> None:
	it = desk()
	it.new(title := f"采购审批 {unique('P')}")
	it.picture("canvas-empty")
	draw_purchase(it)
	it.saved()

	# what is missing is at its step and below, and nothing is switched on meanwhile
	it.says(".ghost", "此分支没有「否则」")
	it.says(".ghost", "10,000 以内的单走到这里没有下一步")
	it.says(".footbar", "先改 1 处才能启用")
	assert it.page.is_disabled("[data-on]")
	it.picture("canvas-problem")
	it.page.click(".node [data-fix], .ghost [data-fix]")
	it.gone(".ghost")
	it.says(".footbar", "可以启用")
	it.picture("canvas-drawn")

	# the document over the amount goes to the director, the other one does not
	it.page.click("[data-try]")
	it.says(".trial__sum", "会走 5 步，3 个人办")
	it.pick(".trial__head", "单据", office.large)
	it.says(".way", "赵总监")
	it.picture("trial-large")
	assert it.page.locator(".node__place").count() == 5
	it.page.fill(".chipfield input", "9000")
	it.says(".trial__sum", "会走 4 步，2 个人办")
	it.picture("trial-other-value")
	it.page.click("[data-leave-trial]")

	it.page.click("[data-on]")
	it.says(".toast", "v1 已启用")
	record = office.policy(title)
	assert (record["enabled"], record["version"]) == (True, 1)
	it.page.reload()
	it.page.wait_for_selector(".canvas [data-step=start]")
	assert it.titles() == [
		"提交库存申请",
		"会签：仓库与质检",
		"预估金额 大于 10,000？",
		"总监审批",
		"抄送：申请人、库存采购员",
		"结束",
	]
	it.says(".tag-pill", "版本 1")
	assert office.drawn(title) == [
		("Approval", "会签：仓库与质检"),
		("Condition", ""),
		("Approval", "总监审批"),
		("Copy To", ""),
	]


def test_the_same_policy_by_the_keyboard_alone(desk: Any, office: Office) -> None:
	it = desk()
	it.new(title := f"键盘 {unique('K')}")
	keyboard = it.page.keyboard
	it.page.focus("[data-step=start]")
	it.press("a")
	it.page.wait_for_selector(".addmenu")
	it.press("Enter")  # an approval; it has the keyboard
	it.page.wait_for_selector("[data-kind=approval]:focus")
	both = it.chosen()
	it.press("a", "3")  # a copy behind it
	it.page.wait_for_selector("[data-kind=copy]:focus")
	it.press("ArrowUp", "a", "2")  # a condition between them
	it.page.wait_for_selector("[data-kind=condition]:focus")
	it.press("a", "1")  # an approval on its first branch
	it.page.wait_for_selector("[data-kind=approval]:focus")
	assert [one.get_attribute("data-kind") for one in it.page.locator(".node").all()] == [
		"start",
		"approval",
		"condition",
		"approval",
		"copy",
		"end",
	]
	# Tab goes in flow order, over the + of each line
	it.page.focus("[data-step=start]")
	met = []
	for _ in range(12):
		it.press("Tab")
		met.append(
			it.page.evaluate(
				"(document.activeElement.dataset.step || document.activeElement.className.split(' ')[0])"
			)
		)
	steps = [one for one in met if one not in ("plus", "button", "onwire")]
	assert steps[:4] == [one.get_attribute("data-step") for one in it.page.locator(".node").all()][1:5], met

	# Enter opens the panel: a name, an approver from the list, then Esc back to the step
	it.page.focus(f"[data-step={both}]")
	it.press("Enter")
	it.page.wait_for_selector("[data-title]:focus")
	keyboard.type("主管")
	it.press("Tab", "Enter")  # add one
	it.press("Tab", "Tab")
	it.press("Enter")
	it.page.wait_for_selector(".picker__field:focus")
	keyboard.type("主管")
	it.press("Enter")
	it.says(f"[data-step={both}]", "仓库主管")
	it.press("Escape")
	it.page.wait_for_selector(f"[data-step={both}]:focus")

	it.press("ArrowDown", "Delete")
	assert it.page.locator("[data-kind=condition]").count() == 0
	it.press("Control+z")
	assert it.page.locator("[data-kind=condition]").count() == 1
	it.press("Control+y")
	assert it.page.locator("[data-kind=condition]").count() == 0
	it.saved()
	it.page.wait_for_timeout(300)
	assert [kind for kind, _ in office.drawn(title)] == ["Approval", "Approval", "Copy To"]
	listed = it.page.locator("ol.unseen li").all_inner_texts()
	assert listed[1] == "第 1 步，审批，主管，一人同意"


def test_lines_are_drawn_and_a_loop_is_refused(desk: Any, office: Office) -> None:
	it = desk()
	it.new(title := f"连线 {unique('L')}")
	it.drag("Approval", it.plus("start"))
	first = it.chosen()
	it.drag("Approval", it.plus(first))
	second = it.chosen()
	box = it.page.locator(".canvas").bounding_box()
	it.drag("Copy To", (box["x"] + 130, box["y"] + 420))
	loose = it.chosen()
	it.says(f"[data-step={loose}]", "没有单据能走到步骤 3")
	it.picture("canvas-loose")

	def connect(source: str, target: str) -> None:
		mouse = it.page.mouse
		mouse.move(*it.middle(f"[data-step='{source}'] .vue-flow__handle.source"))
		mouse.down()
		x, y = it.middle(f"[data-step='{target}']")
		mouse.move(x, y + 20, steps=6)
		mouse.move(x, y, steps=4)
		mouse.up()
		it.still()

	connect(second, loose)
	it.saved()
	assert len(office.policy(title)["content"]["steps"]) == 3
	assert [step["kind"] for step in office.policy(title)["content"]["steps"]] == [
		"Approval",
		"Approval",
		"Copy To",
	]
	connect(loose, first)
	it.says(".toast--wrong", "没有连上")
	it.picture("canvas-loop-refused")
	# a step is moved, and stays there; laid out anew it goes back
	before = it.middle(f"[data-step='{second}']")
	it.page.mouse.move(before[0], before[1] - 8)
	it.page.mouse.down()
	it.page.mouse.move(before[0] + 150, before[1] + 30, steps=6)
	it.page.mouse.up()
	it.still()
	it.saved()
	assert it.middle(f"[data-step='{second}']")[0] > before[0] + 100
	assert office.policy(title)["content"]["steps"][1]["x"]
	it.page.click("[data-undo]")
	it.still()
	assert abs(it.middle(f"[data-step='{second}']")[0] - before[0]) < 60


def test_rows_are_the_same_policy_with_the_same_undo(desk: Any, office: Office) -> None:
	it = desk()
	it.open("policies")
	it.picture("list")
	it.page.click("[data-template='Inventory Requests']")
	it.page.fill("[data-title]", title := f"样板 {unique('T')}")
	it.page.click("[data-make]")
	it.page.wait_for_selector(".canvas [data-step=start]")
	it.page.click("[data-view=rows]")
	it.picture("rows")
	before = len(office.drawn(title))
	it.page.locator("[data-row='1'] input").fill("仓库先看")
	it.page.click("[data-add-row]")
	it.saved()
	drawn = office.drawn(title)
	assert (drawn[0][1], len(drawn)) == ("仓库先看", before + 1)
	it.says(".steps__problem", "没有审批人")
	it.page.click("[data-view=canvas]")
	assert it.titles()[1] == "仓库先看"
	it.page.click("[data-undo]")
	it.page.click("[data-undo]")
	assert it.titles()[1] != "仓库先看"


def test_what_somebody_else_saved_meanwhile_is_not_lost(desk: Any, office: Office) -> None:
	it = desk()
	it.new(title := f"两个人 {unique('C')}")
	record = office.policy(title)
	office.platform.call("approval.save_policy", content={**record["content"], "allow_own": 1}, name=title)
	it.drag("Approval", it.plus("start"))
	it.says(".toast--warn", "别人刚改过")
	it.picture("canvas-conflict")
	assert office.drawn(title) == []
	it.page.click(".toast--warn button >> nth=0")
	it.gone(".toast--warn")
	assert it.page.locator(".node").count() == 2
	assert it.page.locator(".tick input").nth(1).is_checked()


def test_a_save_that_seems_to_fail_is_no_change_of_somebody_else(desk: Any, office: Office) -> None:
	it = desk()
	it.new(title := f"断网 {unique('N')}")
	lost: list[str] = []

	def lose(route: Any) -> None:
		if not lost:
			lost.append(str(route.fetch().status))  # the server has saved it
			route.abort()
		else:
			route.continue_()

	it.page.route("**/*approval.save_policy", lose)
	it.drag("Approval", it.plus("start"))
	it.says(".footbar", "未保存")
	it.drag("Copy To", it.plus(it.chosen()))
	it.saved()
	assert lost == ["200"]
	it.gone(".toast--warn")
	assert [kind for kind, _ in office.drawn(title)] == ["Approval", "Copy To"]


def test_who_may_look_and_who_may_not(desk: Any, office: Office) -> None:
	office.platform.call(
		"approval.save_policy",
		content={"title": (title := unique("P")), "document_type": "Inventory Request"},
	)
	reader = desk("buyer")
	reader.open(f"policy/{title}")
	reader.says(".footbar", "不能修改")
	assert reader.page.locator(".palette, .plus, [data-on]").count() == 0
	reader.picture("canvas-read-only")
	it = desk("inspector")
	it.open("policies")
	it.says(".nothing", "没有权限")
	it.picture("list-not-permitted")


@pytest.mark.parametrize(
	("look", "options"),
	[
		("zh-1280", {}),
		("en-1280", {"language": "en"}),
		("zh-dark-1600", {"width": 1600, "height": 900, "color_scheme": "dark"}),
		("en-1024", {"language": "en", "width": 1024, "height": 720}),
	],
)
def test_twenty_steps_stand_apart_and_are_found(
	desk: Any, office: Office, look: str, options: dict[str, Any]
) -> None:
	content = {
		"title": (title := f"Twenty {unique('N')}"),
		"document_type": "Inventory Request",
		**many_steps(),
	}
	assert len(content["steps"]) == 20
	office.platform.call("approval.save_policy", content=content)
	it = desk(**options)
	it.open(f"policy/{title}")
	it.page.wait_for_selector(".canvas [data-step=end]")
	it.still()
	it.picture(f"twenty-{look}")
	boxes = [one.bounding_box() for one in it.page.locator(".node").all()]
	assert len(boxes) == 22
	for i, a in enumerate(boxes):
		for b in boxes[i + 1 :]:
			assert (
				a["x"] + a["width"] <= b["x"] + 1
				or b["x"] + b["width"] <= a["x"] + 1
				or a["y"] + a["height"] <= b["y"] + 1
				or b["y"] + b["height"] <= a["y"] + 1
			), (a, b)
	# the last step is found by its problem or by the keyboard, and comes into view
	it.page.focus("[data-step=end]")
	it.still()
	view, end = it.page.locator(".canvas").bounding_box(), it.page.locator("[data-step=end]").bounding_box()
	assert view["y"] < end["y"] < view["y"] + view["height"] - end["height"]
	it.page.locator("[data-kind=condition]").first.focus()
	it.still()
	it.picture(f"condition-{look}")
	assert it.page.evaluate("document.documentElement.scrollWidth") <= options.get("width", 1280)
	it.page.click("[data-try]")
	it.page.wait_for_selector(".trial__sum")
	it.picture(f"trial-{look}")


def test_below_1024_the_rows_work(desk: Any, office: Office) -> None:
	it = desk(width=820, height=1000)
	it.open("policies")
	it.page.click("[data-template='Inventory Requests']")
	it.page.fill("[data-title]", title := f"窄 {unique('W')}")
	it.page.click("[data-make]")
	it.page.wait_for_selector(".steps")
	assert it.page.locator(".canvas").count() == 0
	it.picture("rows-narrow")
	it.page.locator("[data-row='1'] .steps__tools button").first.click()
	it.page.fill(".panel [data-title]", "仓库先看")
	it.picture("rows-narrow-panel")
	it.saved()
	assert office.drawn(title)[0] == ("Approval", "仓库先看")
	assert it.page.evaluate("document.documentElement.scrollWidth") <= 820
