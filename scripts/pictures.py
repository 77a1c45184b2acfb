"""Take the pictures in README again: docs/images, from the tests of the storekeeper's page, and from the desk of a site.

	.venv/bin/python scripts/pictures.py          all of them
	.venv/bin/python scripts/pictures.py desk     those of the desk alone

Needs Chromium, the built page (scripts/frontend.py), and for the desk a bench as the site suite does (FRAPPE_BENCH).
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import in_chromium  # noqa: E402
import site_suite  # noqa: E402

IMAGES = ROOT / "docs" / "images"
STRIPS = {
	"storekeeper.png": (
		"01-tasks",
		"02-go",
		"03-item",
		"04-wrong-scan",
		"06-pack-put",
		"06b-pack-complete",
		"25-package",
	),
	"inbound.png": (
		"31-receive",
		"32-receive-gs1",
		"36-serials-in-hand",
		"37-missing",
		"38-inspect",
		"39-put-away",
		"41-other-bin",
	),
	"approvals.png": ("canvas-problem", "trial-large", "73-approval-zh-light"),
	"reports.png": ("ageing", "ageing-phone"),
}
"""Picture → the screens in it."""
TESTS = (
	"test_outbound.py",
	"test_waves.py",
	"test_inbound.py",
	"test_approvals.py",
	"test_approval_canvas.py",
)
HEIGHT, GAP = 498, 16
"""Of a screen and between two, in pixels."""
DESK = {
	"dashboard": ("dashboard-view/Inventory%20Manager", 1280, 1000, ".dashboard-widget-box svg"),
	"ageing": ("query-report/Inventory%20Ageing", 1280, 1000, ".dt-row-0"),
	"ageing-phone": ("query-report/Inventory%20Ageing", 390, 844, ".dt-row-0"),
}
"""Screen of the desk → the page, its size, and what is on it once it is drawn."""
OF_DESK = ("dashboard.png", "reports.png")
PAGE = """<style>body {{ margin: 0; padding: {gap}px; display: flex; align-items: flex-start; gap: {gap}px; background: #e9ebee }}
img {{ height: {height}px; border-radius: 18px; display: block }}</style>{screens}"""


def main() -> int:
	chromium = in_chromium.CHROMIUM
	if not chromium:
		sys.exit("Chromium is needed")
	if sys.argv[1:] == ["desk"]:
		return desk(chromium)
	with tempfile.TemporaryDirectory(prefix="inventory-pictures-") as folder:
		tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
		tests += [f"tests/page/{name}" for name in TESTS]
		if subprocess.run(tests, cwd=ROOT, env={**os.environ, "PAGE_PICTURES": folder}).returncode:
			return 1
		for name in STRIPS.keys() - set(OF_DESK):
			strip(chromium, Path(folder), name)
	return desk(chromium)


def desk(chromium: str) -> int:
	"""Take the pictures of the desk, on a site of its own with the data of site_of_pictures."""
	bench = site_suite.find_bench()
	if bench is None:
		print("no bench: the pictures of the desk stay as they are")
		return 0
	with contextlib.ExitStack() as stack:
		folder = Path(tempfile.mkdtemp(prefix="inventory-pictures-"))
		stack.callback(shutil.rmtree, folder, ignore_errors=True)
		take(chromium, site_suite.Suite(bench, folder, stack), folder, stack)
		shutil.copy(folder / "dashboard.png", IMAGES)
		strip(chromium, folder, "reports.png")
	return 0


def take(chromium: str, suite: site_suite.Suite, folder: Path, stack: contextlib.ExitStack) -> None:
	"""Leave the screens of the desk in a folder."""
	suite.lay_out()
	suite.open_redis()
	site_suite.make_site(suite, time.monotonic())
	suite.must("--site", site_suite.SITE, "install-app", site_suite.APP)
	printed = suite.output("inventory_midplatform.tests.site_of_pictures", site_suite.SITE)
	person = json.loads(printed.strip().splitlines()[-1])
	login = {"usr": person["user"], "pwd": person["password"]}
	with suite.served() as url, sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
		for name, (page, width, height, drawn) in DESK.items():
			context = browser.new_context(base_url=url, viewport={"width": width, "height": height})
			assert context.request.post("/api/method/login", form=login).ok
			tab = context.new_page()
			tab.goto(f"/app/{page}")
			tab.locator(drawn).first.wait_for(timeout=60_000)
			tab.wait_for_load_state("networkidle")
			tab.wait_for_timeout(2_000)  # charts draw twice
			tab.screenshot(path=folder / f"{name}.png")
			context.close()
		browser.close()


def strip(chromium: str, folder: Path, name: str) -> None:
	"""Put the screens of a picture beside each other, from the folder in which tests left them."""
	screens = "".join(f'<img src="{Path(folder, f"{one}.png").as_uri()}">' for one in STRIPS[name])
	page_of_strip = Path(folder, "strip.html")
	page_of_strip.write_text(PAGE.format(gap=GAP, height=HEIGHT, screens=screens), encoding="utf-8")
	IMAGES.mkdir(parents=True, exist_ok=True)
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
		page = browser.new_page(viewport={"width": 4000, "height": HEIGHT + 2 * GAP}, device_scale_factor=1.5)
		page.goto(page_of_strip.as_uri())
		page.wait_for_load_state("load")
		right = page.evaluate(
			"Math.max(...[...document.images].map((one) => one.getBoundingClientRect().right))"
		)
		clip = {"x": 0, "y": 0, "width": right + GAP, "height": HEIGHT + 2 * GAP}
		page.screenshot(path=IMAGES / name, clip=clip)
		browser.close()


if __name__ == "__main__":
	sys.exit(main())
