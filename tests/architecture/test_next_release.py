"""One code base for Frappe 15 and 16: what 16 took away or reads otherwise stands nowhere in the source.

Where no bench of 16 is at hand, this holds what its migration notes and its source say.
"""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "inventory_midplatform"
MODULE = PACKAGE / "inventory_midplatform"
PYTHON = sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)
SCRIPTS = sorted([*PACKAGE.glob("public/js/**/*.js"), *MODULE.glob("**/*.js")])

ON_A_SITE_ONLY = re.compile(
	r"\.(adapters\.site|inventory_midplatform\.|setup\.(?!indexes)|tests\.|patches\.|www\.|install|uninstall|commands)|\.setup\.$"
)
"""Modules that import Frappe; the site suite imports every one of them."""

LISTS = {"get_all", "get_list"}
ORDERED = {*LISTS, "get_values"}

NOT_IN_BOTH = re.compile(
	r"\boverride_doctype_class\b"  # the last app wins; doc_events serve in both
	r"|\bextend_doctype_class\b|\bfrappe\.in_test\b|\bfrappe\.client_cache\b"  # only 16 has them
	r"|rebuild_tree\([^()]*,"  # one argument in 16
	r"|\bfrappe\.(?:website\.doctype\.(?:blog|newsletter)|email\.doctype\.newsletter)"  # apps of their own in 16
	r"|\bbefore_tests\b"  # ERPNext's went after 16
	r"|\b(?:import|from) pymysql\b"  # 16 has another driver
)
LITERAL_PATH = re.compile(r"""["'`(]/?app/[\w-]""")
"""The desk is at /desk in 16: Frappe is asked for a link."""

ROUTE_OF_APPS_SCREEN = 'inventory_midplatform/hooks.py: "/app/i'
"""A hook cannot ask Frappe. 15 needs this path to look up the workspace; 16 redirects it to its own."""

GONE_FROM_PYTHON = re.compile(
	r"^\s*(?:import|from) (?:asynchat|asyncore|cgi|crypt|distutils|imp|nntplib|pipes|pkg_resources|smtpd|telnetlib)\b"
	r"|\bast\.(?:Str|Num|NameConstant)\b",
	re.M,
)
"""Modules that 3.12 to 3.14 lost."""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
	for node in ast.walk(tree):
		if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
			yield node


def of_frappe(call: ast.Call) -> bool:
	"""``frappe.get_all``, ``frappe.db.get_values``; not a method of ours with the same name."""
	return ast.unparse(call.func).startswith(("frappe.get_", "frappe.db.get_"))


def where(path: Path, node: ast.AST) -> str:
	return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def test_every_list_has_an_order() -> None:
	"""16 sorts by creation where 15 sorts by the last change."""
	found, wrong = 0, []
	for path in PYTHON:
		for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
			assert isinstance(call.func, ast.Attribute)
			if call.func.attr in ORDERED and of_frappe(call):
				found += 1
				if not {k.arg for k in call.keywords} & {"order_by", None}:
					wrong.append(where(path, call))
	assert found > 20
	assert not wrong


def test_no_aggregate_is_written_as_text() -> None:
	"""16 takes ``{"SUM": "qty"}`` where 15 took ``"sum(qty)"``: both only through the query builder."""
	wrong = []
	for path in PYTHON:
		for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
			assert isinstance(call.func, ast.Attribute)
			if not (call.func.attr in {*ORDERED, "get_value"} and of_frappe(call)):
				continue
			for node in ast.walk(call):
				if isinstance(node, ast.Constant) and re.match(
					r"\s*(sum|count|max|min|avg|distinct|ifnull|concat)\s*[( ]", str(node.value), re.I
				):
					wrong.append(where(path, call))
	assert not wrong


def test_nothing_stands_in_the_source_that_only_one_of_them_has() -> None:
	wrong = []
	for path in (*PYTHON, *SCRIPTS):
		text = path.read_text(encoding="utf-8")
		for pattern in (NOT_IN_BOTH, LITERAL_PATH, GONE_FROM_PYTHON):
			wrong += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
	wrong.remove(ROUTE_OF_APPS_SCREEN)
	assert len(SCRIPTS) > 10
	assert not wrong


@pytest.mark.parametrize(
	"line",
	[
		'override_doctype_class = {"Item": "x"}',
		'rebuild_tree("Item Group", "parent_item_group")',
		"href = `/app/item/${name}`",
		'redirect("app/stock-position")',
		"from distutils.version import Version",
		"import pymysql",
	],
)
def test_what_is_looked_for_would_be_found(line: str) -> None:
	assert any(pattern.search(line) for pattern in (NOT_IN_BOTH, LITERAL_PATH, GONE_FROM_PYTHON))


def test_every_whitelisted_function_is_annotated() -> None:
	"""With ``require_type_annotated_api_methods`` both refuse one that is not."""
	found = 0
	for path in PYTHON:
		for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
			if not isinstance(node, ast.FunctionDef):
				continue
			if not any("whitelist" in ast.unparse(d) for d in node.decorator_list):
				continue
			found += 1
			arguments = [*node.args.args, *node.args.kwonlyargs]
			assert all(a.annotation for a in arguments), where(path, node)
			assert node.returns, where(path, node)
			assert any("methods=" in ast.unparse(d) for d in node.decorator_list), where(path, node)
	assert found


def test_whether_tests_run_is_said_in_one_place() -> None:
	"""15 asks Frappe's flags, 16 Frappe itself: one function says it to both."""
	saying = [path.name for path in PYTHON if "flags.in_test" in path.read_text(encoding="utf-8")]
	assert saying == ["site_case.py"]


def test_what_a_test_restores_it_saves_first() -> None:
	"""A cleanup comes after tearDown's rollback; left open, it locks what 16 writes after every call: the user's row."""
	found, open_ones = 0, []
	for path in PYTHON:
		for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
			if not isinstance(function, ast.FunctionDef):
				continue
			cleanups = [
				ast.unparse(c.args[0]) for c in calls(function) if ast.unparse(c.func) == "self.addCleanup"
			]
			writing = [c for c in cleanups if re.match(r"frappe\.(db\.(set_|delete)|delete_doc)", c)]
			found += len(writing)
			if writing and "frappe.db.commit" not in cleanups:
				open_ones.append(where(path, function))
	assert found
	assert not open_ones


def test_hooks_say_it_for_the_whole_app() -> None:
	from inventory_midplatform import hooks

	assert hooks.require_type_annotated_api_methods is True
	assert not hasattr(hooks, "override_doctype_class")


def test_number_cards_have_filters_of_four() -> None:
	"""A fifth, which 15 lets pass, breaks 16's query builder."""
	paths = sorted(MODULE.glob("number_card/*/*.json")) + sorted(MODULE.glob("dashboard_chart/*/*.json"))
	assert paths
	for path in paths:
		filters = json.loads(json.loads(path.read_text(encoding="utf-8")).get("filters_json") or "[]")
		# those of a method or a source of ours are named
		assert isinstance(filters, dict) or all(len(condition) == 4 for condition in filters), path.name


def test_a_permission_hook_says_true() -> None:
	"""16 takes anything else for no; and a condition that denies is one MariaDB can read."""
	source = (PACKAGE / "adapters" / "site" / "permissions.py").read_text(encoding="utf-8")
	hook = next(
		node
		for node in ast.walk(ast.parse(source))
		if isinstance(node, ast.FunctionDef) and node.name == "has_permission"
	)
	assert hook.returns
	assert ast.unparse(hook.returns) == "bool"
	assert all(node.value for node in ast.walk(hook) if isinstance(node, ast.Return))


def test_the_syntax_is_that_of_the_oldest_python() -> None:
	"""15 runs on 3.10 and later, 16 on 3.14: what 3.10 can read the others can."""
	assert 'requires-python = ">=3.10"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
	for path in PYTHON:
		ast.parse(path.read_text(encoding="utf-8"), filename=str(path), feature_version=(3, 10))


def names() -> list[str]:
	found = []
	for path in PYTHON:
		parts = path.relative_to(ROOT).with_suffix("").parts
		name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
		if not ON_A_SITE_ONLY.search(name) and not name.endswith("__main__"):
			found.append(name)
	return found


def test_every_module_without_frappe_can_be_imported_without_it() -> None:
	"""In an interpreter of its own, in which Frappe and ERPNext cannot be found."""
	listed = names()
	assert len(listed) > 45
	program = (
		"import importlib, sys\n"
		"sys.modules['frappe'] = sys.modules['erpnext'] = None\n"
		f"for name in {listed!r}:\n\timportlib.import_module(name)\n"
		"print('imported')"
	)
	done = subprocess.run(
		[sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True
	)
	assert done.stdout.strip() == "imported", done.stderr[-3000:]


def test_the_list_of_modules_is_the_packages() -> None:
	assert "inventory_midplatform.services.settlement.settlement" in names()
	assert "inventory_midplatform.setup.indexes" in names()
	assert "inventory_midplatform.adapters.standalone.server" in names()
	assert not any("adapters.site" in name for name in names())
	assert importlib.import_module("inventory_midplatform.setup.indexes").INDEXES
