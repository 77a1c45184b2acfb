"""Chromium for the tests of the desk (browser/) and of the storekeeper's page (page/): their conftest.py name these
fixtures, and give one of their own: ``patience``, how long anything is waited for, in milliseconds.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first of them draws the same with two thirds of the work: it has no windows to manage."""
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
	"--autoplay-policy=no-user-gesture-required",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-gpu",
	"--disable-quic",
	"--disable-sync",
	"--no-first-run",
	"--no-sandbox",
]


def why_not() -> str:
	"""Return why no test can run in Chromium here, or ""."""
	if not CHROMIUM:
		return "no chromium on the path"
	try:
		import playwright.sync_api  # noqa: F401
	except ImportError:
		return "playwright is not installed"
	return ""


def skip(items: list[pytest.Item], folder: Path, reason: str) -> None:
	"""Skip the tests of a folder, if there is a reason."""
	if not reason:
		return
	print(f"\ntests/{folder.name} skipped: {reason}")
	for item in items:
		if folder in item.path.parents:
			item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def playwright(patience: int) -> Iterator[Any]:
	from playwright.sync_api import expect, sync_playwright

	# as long as for everything else: a busy machine is no slower to be right
	expect.set_options(timeout=patience)
	with sync_playwright() as started:
		yield started


@pytest.fixture(scope="session")
def browser(playwright: Any) -> Iterator[Any]:
	launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
	yield launched
	launched.close()


class Screen:
	"""A page that somebody looks at. What goes wrong in its scripts is in ``errors``."""

	known_errors: ClassVar[tuple[str, ...]] = ()
	"""Parts of errors that are none of ours."""

	def __init__(self, context: Any, patience: int, pictures: str):
		self.context, self.pictures = context, pictures
		self.page = context.new_page()
		self.page.set_default_timeout(patience)
		self.errors: list[str] = []
		self.page.on("pageerror", self.note_error)

	def note_error(self, error: object) -> None:
		if not any(known in str(error) for known in self.known_errors):
			self.errors.append(str(error))

	def picture(self, name: str) -> None:
		"""Leave the screen as it is now in the folder for pictures, if one is named."""
		if self.pictures:
			Path(self.pictures).mkdir(parents=True, exist_ok=True)
			self.page.wait_for_timeout(400)  # what slides in has arrived
			self.page.screenshot(path=Path(self.pictures) / f"{name}.png")

	def close(self) -> None:
		self.page.close()
		assert not self.errors, self.errors
