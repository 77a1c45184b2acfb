"""Who may import whom: imports point down only, and the core knows neither Frappe nor an adapter."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "inventory_midplatform"

MAY_IMPORT: dict[str, set[str]] = {
	"domain": {"domain"},
	"ports": {"domain"},
	"query": {"pypika"},
	"services": {"domain", "ports", "query", "services", "pypika"},
	"reporting": {"domain", "ports", "query", "services", "reporting", "pypika"},
	"importing": {"domain", "ports", "query", "services", "importing"},
	"api": {"domain", "ports", "query", "services", "reporting", "api", "pydantic", "typing_extensions"},
}
"""Besides the standard library. A name of ours is a package right below ``inventory_midplatform``."""

OPENS_AN_ADAPTER = (
	"adapters",
	"commands",
	"config",
	"hooks",
	"inventory_midplatform",
	"patches",
	"setup",
	"tests",
	"www",
	"install",
	"uninstall",
)
"""Entry points, and what the adapters are made of: only these may import an adapter."""


def modules() -> Iterator[Path]:
	return (p for p in sorted((ROOT / PACKAGE).rglob("*.py")) if "__pycache__" not in p.parts)


def part_of(path: Path) -> str:
	"""The package (or module) right below ``inventory_midplatform`` a file belongs to."""
	return path.relative_to(ROOT / PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
	"""Everything a file imports anywhere in it: ``pydantic`` of others, ``services.ledger`` of ours."""
	found: set[str] = set()
	package = path.relative_to(ROOT).parent.parts
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Import):
			found.update(alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
			source = ".".join(part for part in (base, node.module or "") if part)
			found.update(f"{source}.{alias.name}" for alias in node.names)
	return {name.removeprefix(PACKAGE + ".") if name.startswith(PACKAGE + ".") else name for name in found}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_lies_below_it(part: str) -> None:
	wrong = [
		f"{path.relative_to(ROOT)} imports {name}"
		for path in modules()
		if part_of(path) == part
		for name in sorted(imports(path))
		if (first := name.split(".")[0]) not in MAY_IMPORT[part]
		and first not in sys.stdlib_module_names
		and name != "__version__"
	]
	assert not wrong, "\n".join(wrong)


def test_only_entry_points_import_an_adapter() -> None:
	wrong = [
		f"{path.relative_to(ROOT)} imports {name}"
		for path in modules()
		if part_of(path) not in OPENS_AN_ADAPTER
		for name in imports(path)
		if name.split(".")[0] == "adapters"
	]
	assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
	("adapter", "never"),
	[("standalone", ("frappe", "erpnext", "adapters.site")), ("site", ("adapters.standalone",))],
)
def test_adapters_do_not_know_each_other(adapter: str, never: tuple[str, ...]) -> None:
	wrong = [
		f"{path.relative_to(ROOT)} imports {name}"
		for path in modules()
		if path.is_relative_to(ROOT / PACKAGE / "adapters" / adapter)
		for name in imports(path)
		if any(name == forbidden or name.startswith(forbidden + ".") for forbidden in never)
	]
	assert not wrong, "\n".join(wrong)


def test_the_walls_see_what_they_are_to_see() -> None:
	"""A check that finds nothing must at least have looked."""
	assert "services.settlement" in imports(ROOT / PACKAGE / "services" / "take_in.py")
	assert {part_of(path) for path in modules()} >= set(MAY_IMPORT)
