"""The tree as a reader meets it: files readable at one sitting, no machine's path, the standalone adapter small."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 500
STANDALONE_LIMIT = 3500
PYTHON = [
	path
	for folder in ("inventory_midplatform", "tests")
	for path in sorted((ROOT / folder).rglob("*.py"))
	if "__pycache__" not in path.parts
]

MACHINE_PATHS = re.compile(
	r"(?<![\w.~-])/(?:root|work|Users|opt)/[\w.-]+|(?<![\w.~-])/home/(?!frappe\b)[\w.-]+"
)
OTHERS_TEXT = {"license.txt"}


def test_every_python_file_is_readable_at_one_sitting() -> None:
	long = {
		str(path.relative_to(ROOT)): lines
		for path in PYTHON
		if (lines := path.read_text(encoding="utf-8").count("\n")) > MOST_LINES
	}
	assert not long


def test_the_standalone_adapter_stays_small() -> None:
	folder = ROOT / "inventory_midplatform" / "adapters" / "standalone"
	# the demonstration grows with each flow it shows, and no rule is in it
	adapter = [path for path in folder.rglob("*.py") if path.name != "demo.py"]
	lines = sum(path.read_text(encoding="utf-8").count("\n") for path in adapter)
	assert lines <= STANDALONE_LIMIT


def test_no_path_of_somebodys_machine() -> None:
	try:
		listed = subprocess.run(
			["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
			cwd=ROOT,
			capture_output=True,
			check=True,
		).stdout.decode()
	except (OSError, subprocess.CalledProcessError):
		pytest.skip("not a git checkout")
	found = []
	for name in filter(None, listed.split("\0")):
		path = ROOT / name
		if name in OTHERS_TEXT or not path.is_file():
			continue
		try:
			text = path.read_text(encoding="utf-8")
		except UnicodeDecodeError:
			continue
		found += [f"{name}: {match[0]}" for match in MACHINE_PATHS.finditer(text)]
	assert not found


def test_every_script_of_the_desk_is_in_its_bundle() -> None:
	"""One that nobody imports is silently left out."""
	scripts = ROOT / "inventory_midplatform" / "public" / "js"
	imported: set[str] = set()
	for path in scripts.rglob("*.js"):
		imported |= set(
			re.findall(r'(?:from|import) "\./(?:desk/)?([\w.]+\.js)"', path.read_text(encoding="utf-8"))
		)
	assert {path.name for path in (scripts / "desk").glob("*.js")} <= imported
