"""Take the pictures in README again: docs/images, from the tests of the storekeeper's page.

	.venv/bin/python scripts/pictures.py

Needs Chromium and the built page (scripts/frontend.py).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
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
}
"""Picture → the screens in it."""
TESTS = ("test_outbound.py", "test_waves.py", "test_inbound.py")
WIDTH, HEIGHT, GAP = 230, 498, 16
"""Of one screen and between two, in pixels."""
PAGE = """<style>body {{ margin: 0; padding: {gap}px; display: flex; align-items: flex-start; gap: {gap}px; background: #e9ebee }}
img {{ width: {width}px; border-radius: 18px; display: block }}</style>{screens}"""


def main() -> int:
	chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
	if not chromium:
		sys.exit("Chromium is needed")
	with tempfile.TemporaryDirectory(prefix="inventory-pictures-") as folder:
		tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
		tests += [f"tests/page/{name}" for name in TESTS]
		if subprocess.run(tests, cwd=ROOT, env={**os.environ, "PAGE_PICTURES": folder}).returncode:
			return 1
		for name in STRIPS:
			strip(chromium, Path(folder), name)
	return 0


def strip(chromium: str, folder: Path, name: str) -> None:
	"""Put the screens of a picture beside each other, from the folder in which tests left them."""
	screens = "".join(f'<img src="{Path(folder, f"{one}.png").as_uri()}">' for one in STRIPS[name])
	page_of_strip = Path(folder, "strip.html")
	page_of_strip.write_text(PAGE.format(gap=GAP, width=WIDTH, screens=screens), encoding="utf-8")
	IMAGES.mkdir(parents=True, exist_ok=True)
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
		width = len(STRIPS[name]) * (WIDTH + GAP) + GAP
		page = browser.new_page(
			viewport={"width": width, "height": HEIGHT + 2 * GAP}, device_scale_factor=1.5
		)
		page.goto(page_of_strip.as_uri())
		page.wait_for_load_state("load")
		page.screenshot(path=IMAGES / name)
		browser.close()


if __name__ == "__main__":
	sys.exit(main())
