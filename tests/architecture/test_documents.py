"""What the README and its Chinese sister name exists, and the documents' links lead somewhere."""

import re
from pathlib import Path

import pytest

from inventory_midplatform import __version__
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import OPERATIONS

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = [*READMES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

IN_TREE = re.compile(r"(?m)^(?:├─ |└─ )?([\w/.]+(?:, [\w.]+)*) {2,}\S")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
	links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
	assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
class TestReadme:
	def test_names_this_release(self, readme: Path) -> None:
		assert __version__ in readme.read_text(encoding="utf-8")

	def test_commands_exist(self, readme: Path) -> None:
		source = (ROOT / "inventory_midplatform" / "commands.py").read_text(encoding="utf-8")
		named = set(re.findall(r"\binventory-[a-z]+(?:-[a-z]+)*", readme.read_text(encoding="utf-8")))
		assert named
		assert not [command for command in named if f'@click.command("{command}")' not in source]

	def test_make_targets_exist(self, readme: Path) -> None:
		targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
		named = set(re.findall(r"(?:`|^)make ([a-z]+)", readme.read_text(encoding="utf-8"), re.MULTILINE))
		assert named
		assert named <= targets

	def test_operations_exist(self, readme: Path) -> None:
		text = readme.read_text(encoding="utf-8")
		modules = "|".join(v1.__all__)
		named = set(re.findall(rf"(?:api\.v1\.|`)((?:{modules})\.[a-z_]+)", text))
		assert named
		assert named <= set(OPERATIONS)

	def test_the_tree_is_the_repository(self, readme: Path) -> None:
		block = next(b for b in readme.read_text(encoding="utf-8").split("```") if "├─" in b)
		named = 0
		for line in block.strip().splitlines():
			match = IN_TREE.match(line)
			assert match, line
			folder = ROOT / "inventory_midplatform" if line[0] in "├└" else ROOT
			for name in match[1].split(", "):
				assert (folder / name).exists(), name
				named += 1
		assert named


ARCHITECTURE = ROOT / "docs" / "architecture.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def found(path: str) -> Path | None:
	"""Paths in docs/ start at the Python package or at the repository."""
	places = (ROOT / "inventory_midplatform" / path, ROOT / path)
	return next((place for place in places if place.exists()), None)


@pytest.mark.parametrize("document", [ARCHITECTURE, *DECISIONS], ids=lambda path: path.name)
def test_files_named_exist(document: Path) -> None:
	text = document.read_text(encoding="utf-8")
	named = set(re.findall(r"`([\w./]+(?:\.(?:py|md|json|csv|js)|(?<=\w)/))`", text))
	assert named
	assert not sorted(path for path in named if found(path) is None)


class TestArchitecture:
	def test_functions_are_in_the_files_named_before_them(self) -> None:
		text = ARCHITECTURE.read_text(encoding="utf-8")
		named = re.findall(r"`([\w/]+\.py)` `([\w.]+)`", text)
		assert len(named) > 20
		wrong = []
		for path, name in named:
			source = (found(path) or ARCHITECTURE).read_text(encoding="utf-8")
			missing = [
				part
				for part in name.split(".")
				if not re.search(rf"(?m)^\s*(?:def {part}\(|class {part}\b|{part}\b.* = )", source)
			]
			if missing:
				wrong.append(f"{path}: {name}")
		assert not wrong

	def test_every_package_of_services_is_named(self) -> None:
		text = ARCHITECTURE.read_text(encoding="utf-8")
		services = ROOT / "inventory_midplatform" / "services"
		parts = [path for path in services.iterdir() if path.name not in ("__init__.py", "__pycache__")]
		named = [f"{path.name}/" if path.is_dir() else path.name for path in parts]
		assert not [name for name in named if name not in text]
