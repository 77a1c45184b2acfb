"""Imports point down only, and the core knows neither Frappe nor an adapter."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "inventory_midplatform"
SERVICES = ROOT / PACKAGE / "services"

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

SERVICE_LEVELS: tuple[tuple[str, ...], ...] = (
	("masters", "alerts", "operation_log", "modules", "recipients", "batching", "document_locks", "outbox"),
	("ledger",),
	("demand", "locations"),
	("planning", "reservation"),
	("settlement", "replenishment"),
	("reconciliation", "requests"),
	("approval",),
	("flows",),
	("inbound", "outbound", "counting", "transfers"),
	("cross_docking", "kpis"),
	("rules",),
	("integration",),
)
"""The packages of ``services``, lowest first. A package imports itself and lower levels, never a sibling.

The first level is modules, one file each. Packages that do not exist yet have their place already.
"""

FLOWS = ("flows", "inbound", "outbound", "counting", "transfers")
"""They post through ``ports.Books``. The books report every posting, and settlement turns it into movements."""

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
def test_a_part_imports_only_what_is_below_it(part: str) -> None:
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


def level_of(name: str) -> int:
	return next(level for level, names in enumerate(SERVICE_LEVELS) if name in names)


def broken_by(package: str, imported: Iterable[str]) -> list[str]:
	"""Return the service packages among ``imported`` that ``package`` may not import."""
	services = {name.split(".")[1] for name in imported if name.startswith("services.")}
	return sorted(
		name
		for name in services
		if name != package
		and (level_of(name) >= level_of(package) or (package in FLOWS and name == "settlement"))
	)


def test_every_service_has_a_level() -> None:
	services = {path.relative_to(SERVICES).parts[0].removesuffix(".py") for path in SERVICES.rglob("*.py")}
	assert services - {"__init__"} <= {name for names in SERVICE_LEVELS for name in names}


def test_services_import_only_lower_levels() -> None:
	wrong = [
		f"{path.relative_to(ROOT)} imports {name}"
		for path in sorted(SERVICES.rglob("*.py"))
		if path != SERVICES / "__init__.py"
		for name in broken_by(path.relative_to(SERVICES).parts[0].removesuffix(".py"), imports(path))
	]
	assert not wrong, "\n".join(wrong)


def test_the_levels_refuse_what_they_should() -> None:
	assert broken_by("ledger", ["services.settlement.settlement", "services.masters"]) == ["settlement"]
	assert broken_by("locations", ["services.demand.sources", "services.ledger.movements"]) == ["demand"]
	assert broken_by("outbound", ["services.settlement", "services.reservation"]) == ["settlement"]
	assert broken_by("rules", ["services.rules.conditions", "services.planning", "domain.quantity"]) == []


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


def test_imports_are_found() -> None:
	"""A check that finds nothing must at least have looked."""
	assert "services.settlement.settlement" in imports(
		ROOT / PACKAGE / "services" / "reconciliation" / "opening_stock.py"
	)
	assert {part_of(path) for path in modules()} >= set(MAY_IMPORT)
