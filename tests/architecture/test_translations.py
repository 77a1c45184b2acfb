"""All that people read, in the desk and on the standalone page, has Chinese with the same placeholders."""

import ast
import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "inventory_midplatform"
MODULE = PACKAGE / "inventory_midplatform"
PAGE = PACKAGE / "adapters" / "standalone" / "templates" / "page.html"
TRANSLATIONS = PACKAGE / "translations" / "zh.csv"

FRONTEND = PACKAGE.parent / "frontend"
WEBSITE = PACKAGE / "www"

PLACEHOLDER = re.compile(r"{[^{}]*}")
STRING = r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
JS_CALL = re.compile(rf"""\b__\(\s*{STRING}(?:,\s*null,\s*{STRING})?""")
MARKED = re.compile(r"{{zh:([^}]*)}}")
"""A text in the frontend's files that are not script: its index.html and its web app manifest."""
JINJA_CALL = re.compile(rf"""\b_\(\s*{STRING}\s*\)""")
PRINTED = re.compile(rf"""\b_\(\s*{STRING}(?:,\s*context={STRING})?""")
HTML_LABEL = re.compile(r"\bdata-t>([^<]+)<")
INVARIANTS = ("INVARIANTS", "BOOK_DISCREPANCIES")
"""Tables whose second column is a sentence."""

HTML_TAG = re.compile(r"<[^>]+>")

# What the desk shows of each kind of record the app ships.
SHOWN_FIELDS = {
	"Dashboard": ("name",),
	"Dashboard Chart": ("name",),
	"Module Onboarding": ("title", "subtitle", "success_message"),
	"Number Card": ("label",),
	"Print Format": ("name",),
	"Onboarding Step": ("title", "description", "action_label", "report_description"),
	"Report": ("name",),
	"Workspace": ("label",),
}
NEVER_SHOWN = {"naming_series"}

Text = tuple[str, str]
"""What is shown, and the context Frappe looks it up in first: a field's DocType, or what the code says."""

# Frappe's own words on our screens whose Chinese misleads: minutes as metres, "Skip" as a leap, "Dismiss" as the sack.
# Frappe translates some of them in a context, and a word without one would not be asked for.
MENDED_FOR_FRAPPE: tuple[Text, ...] = (
	("{0} M", ""),
	("{0} d", ""),
	("{0} m", ""),
	("{0} w", ""),
	("{0} y", ""),
	("Dismiss", ""),
	("Dismiss", "Stop showing the onboarding widget."),
	("Skip", ""),
)


def from_doctypes() -> Iterator[Text]:
	for path in sorted((MODULE / "doctype").glob("*/*.json")):
		doctype = json.loads(path.read_text())
		yield doctype["name"], ""
		yield doctype.get("description") or "", ""
		for field in doctype["fields"]:
			yield from from_field(field, doctype["name"])


def from_field(field: dict[str, str], doctype: str) -> Iterator[Text]:
	if field["fieldname"] in NEVER_SHOWN:
		return
	yield field.get("label") or "", doctype
	yield field.get("description") or "", ""
	if field.get("fieldtype") == "Select":
		yield from ((option, doctype) for option in (field.get("options") or "").split("\n"))


def from_records() -> Iterator[Text]:
	for path in sorted(MODULE.glob("*/*/*.json")):
		record = json.loads(path.read_text())
		for field in SHOWN_FIELDS.get(record["doctype"], ()):
			yield record.get(field) or "", ""
		if record["doctype"] == "Workspace":
			yield from ((text, "") for text in from_workspace(record))


def from_workspace(workspace: dict[str, list[dict[str, str]]]) -> Iterator[str]:
	for block in json.loads(str(workspace["content"])):
		if block["type"] in ("header", "paragraph"):
			yield HTML_TAG.sub("", block["data"]["text"])
	for rows in ("links", "shortcuts", "number_cards", "charts"):
		for row in workspace[rows]:
			yield row["label"]
			yield row.get("format") or ""


def from_javascript() -> Iterator[Text]:
	for path in sorted([*PACKAGE.glob("public/js/**/*.js"), *MODULE.glob("**/*.js")]):
		yield from from_calls(path.read_text())


def from_print_formats() -> Iterator[Text]:
	templates = [*PACKAGE.glob("templates/print/*.html"), *PACKAGE.glob("templates/emails/*.html")]
	paths = [*MODULE.glob("print_format/*/*.html"), *templates]
	for path in sorted(paths):
		for text, single, context, single_context in PRINTED.findall(path.read_text()):
			yield text or single, context or single_context


def from_page() -> Iterator[Text]:
	"""The standalone page calls the same function as the desk, and marks what its HTML says itself."""
	page = PAGE.read_text()
	yield from from_calls(page)
	yield from ((text, "") for text in HTML_LABEL.findall(page))


def from_frontend() -> Iterator[Text]:
	"""The Vue app calls the same function; its build takes from zh.csv what it calls."""
	for path in frontend_sources():
		yield from from_calls(path.read_text())
	for path in (FRONTEND / "index.html", *sorted((FRONTEND / "build").glob("*.webmanifest"))):
		yield from ((text, "") for text in MARKED.findall(path.read_text()))


def frontend_sources() -> list[Path]:
	found = sorted([*(FRONTEND / "src").glob("**/*.ts"), *(FRONTEND / "src").glob("**/*.vue")])
	return [path for path in found if not path.name.endswith((".test.ts", ".d.ts"))]


def from_website() -> Iterator[Text]:
	for path in sorted(WEBSITE.glob("**/*.html")):
		yield from ((text or single, "") for text, single in JINJA_CALL.findall(path.read_text()))


def from_calls(javascript: str) -> Iterator[Text]:
	for text, single, context, single_context in JS_CALL.findall(javascript):
		yield re.sub(r"\\(.)", r"\1", text or single), context or single_context


def from_python() -> Iterator[Text]:
	"""``_("…")``, the sentences of domain errors, to-dos and alerts, labels of custom fields, the ledger's invariants."""
	errors = error_names()
	for path in sorted(PACKAGE.glob("**/*.py")):
		if "tests" in path.relative_to(PACKAGE).parts:
			continue
		for node in ast.walk(ast.parse(path.read_text())):
			if isinstance(node, ast.Call):
				yield from from_call(node, errors)
			elif isinstance(node, ast.Dict) and path.parent.name == "setup":
				field = literal_dict(node)
				if "fieldtype" in field:
					yield from from_field(field, "")
			elif isinstance(node, ast.Dict) and (
				path.name.endswith("_dashboard.py") or path.name == "connections.py"
			):
				yield literal_dict(node).get("label", ""), ""
			elif isinstance(node, ast.FunctionDef) and (path.name, node.name) == ("http.py", "_refusal"):
				yield from returned_sentences(node)
			elif isinstance(node, ast.FunctionDef) and node.name == "_log_entry":
				yield from assigned_operations(node)
			elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in INVARIANTS:
				yield from ((invariant.elts[1].value, "") for invariant in node.value.elts)  # type: ignore[union-attr]


def from_call(node: ast.Call, errors: frozenset[str]) -> Iterator[Text]:
	name = called(node)
	if name in ("_", "Reason", "_invalid") or name in errors:
		yield from ((text, keyword(node, "context")) for text in literal(node, 0))
	elif name in ("todo", "inform"):
		yield from ((text, "") for text in literal(node, 1))
	elif name in ("open_alert", "Alert"):
		yield from ((text, "") for text in literal(node, len(node.args) - 1))
	elif name in ("log", "entry"):
		yield from ((text, "Stock Operation Log") for text in literal(node, 1))


def from_domain() -> Iterator[Text]:
	from inventory_midplatform.domain import (
		inbound,
		labels,
		outbound,
		put_away,
		removal,
		roles,
		waves,
	)
	from inventory_midplatform.domain.carrying_cost import PARTS, Origin
	from inventory_midplatform.domain.kpi import KPIS
	from inventory_midplatform.reporting.kpi_measures import STEPS
	from inventory_midplatform.reporting.measures import MEASURES
	from inventory_midplatform.reporting.shipped_datasets import DATASETS

	yield from ((text, "") for kpi in KPIS.values() for text in (kpi.name, kpi.formula))
	yield from ((text, "") for text in (*STEPS, *PARTS, *(origin.value for origin in Origin)))

	for m in MEASURES.values():
		yield m.label, m.context
		yield m.formula, ""
	for dataset in DATASETS:
		yield dataset.label, ""
		yield from ((dimension.label, "") for dimension in dataset.dimensions)
	from inventory_midplatform.setup.workflow_of_requests import ACTIONS, STATES

	of_workflow = (*ACTIONS, *(state for state, *_ in STATES))
	yield from ((text, "") for text in (*roles.ROLES, *of_workflow, *labels.LABELS.values()))
	for flow in (outbound.OUTBOUND, outbound.PACKING, waves.WAVE, inbound.INBOUND):
		yield from ((step.label, flow.doctype) for step in flow.steps)
	yield from ((event.label, "Inbound Order") for event in inbound.INBOUND.events)
	yield from ((reason, "Outbound Order") for reason in outbound.SHORT_REASONS)
	yield inbound.WITHIN_TOLERANCE, "Inbound Order"
	yield from ((name, "Storage Policy") for name in (*removal.STRATEGIES, *put_away.STRATEGIES))


def called(call: ast.Call) -> str:
	return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def literal(call: ast.Call, position: int) -> Iterator[str]:
	if len(call.args) > position:
		value = call.args[position]
		if isinstance(value, ast.Constant) and isinstance(value.value, str):
			yield value.value


def literal_dict(node: ast.Dict) -> dict[str, str]:
	return {
		key.value: value.value
		for key, value in zip(node.keys, node.values, strict=True)
		if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
	}


def keyword(call: ast.Call, name: str) -> str:
	return next(
		(k.value.value for k in call.keywords if k.arg == name and isinstance(k.value, ast.Constant)), ""
	)


def returned_sentences(function: ast.FunctionDef) -> Iterator[Text]:
	for node in ast.walk(function):
		if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
			yield from ((e.value, "") for e in node.value.elts[2:] if isinstance(e, ast.Constant))


def assigned_operations(function: ast.FunctionDef) -> Iterator[Text]:
	"""The left part of ``operation, qty = "Reserve", …``."""
	for node in ast.walk(function):
		if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
			first = node.value.elts[0]
			if isinstance(first, ast.Constant):
				yield first.value, "Stock Operation Log"


@cache
def error_names() -> frozenset[str]:
	tree = ast.parse((PACKAGE / "domain" / "errors.py").read_text())
	return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


EXTRACTS = (
	from_doctypes,
	from_records,
	from_javascript,
	from_print_formats,
	from_page,
	from_frontend,
	from_python,
	from_domain,
)


@cache
def sources() -> frozenset[Text]:
	found = (text for extract in (*EXTRACTS, from_website) for text in extract())
	return frozenset(
		(text.strip(), context)
		for text, context in found
		if re.search(r"[A-Za-z]", PLACEHOLDER.sub("", text))
	)


@cache
def rows() -> list[list[str]]:
	with TRANSLATIONS.open(newline="", encoding="utf-8") as file:
		return list(csv.reader(file))


@cache
def translations() -> dict[Text, str]:
	return {(row[0], row[2] if len(row) > 2 else ""): row[1] for row in rows()}


def translation(text: str, context: str) -> str:
	"""As Frappe finds it: in its context, else without one."""
	return (translations().get((text, context)) or translations().get((text, "")) or "").strip()


def test_there_is_something_to_translate() -> None:
	for extract in EXTRACTS:
		assert len(set(extract())) > 10, extract.__name__
	assert set(from_website())


def test_everything_is_translated() -> None:
	missing = sorted(
		f"{text!r} in {context!r}" for text, context in sources() if not translation(text, context)
	)
	assert not missing, "\n".join(["not in translations/zh.csv:", *missing])


def test_frappes_own_words_are_mended_where_frappe_looks() -> None:
	assert [text for text in MENDED_FOR_FRAPPE if text not in translations()] == []


def test_the_page_has_no_dictionary_of_its_own() -> None:
	page = PAGE.read_text()
	assert re.findall(r"[一-鿿]+", page) == ["中文"], "only the switch to Chinese is written in Chinese"
	# What is looked up is written out where it is called, or is a record's value: r.status.
	assert re.findall(r"(?<!function )\b__\((?![\"']|\w\.\w+\b|\(node\.dataset)", page) == []
	assert len(HTML_LABEL.findall(page)) == len(re.findall(r"<[^>]*\bdata-t\b", page))


def test_the_frontend_has_no_dictionary_of_its_own() -> None:
	assert {word for path in frontend_sources() for word in re.findall(r"[一-鿿]+", path.read_text())} == {
		"中文"
	}
	computed = [
		f"{path.name}: {found}"
		for path in frontend_sources()
		for found in re.findall(r"\b__\((?!\s*[\"'])[^)]*\)", path.read_text())
		if path.name != "i18n.ts"
	]
	assert computed == [], "what is looked up is written out where it is called, for the build to find it"


def test_nothing_is_translated_that_is_no_longer_shown() -> None:
	shown = sources() | set(MENDED_FOR_FRAPPE)
	texts = {text for text, _ in shown}
	stale = [t for t in translations() if t not in shown and not (t[0] in texts and not t[1])]
	assert not stale, "\n".join(["shown nowhere any more:", *map(str, sorted(stale))])


def test_every_row_is_one_frappe_reads() -> None:
	assert [row for row in rows() if len(row) not in (2, 3) or row[0] != row[0].strip()] == []
	assert len(rows()) == len(translations()), "translated twice"
	assert rows() == sorted(rows()), "keep zh.csv sorted: it merges better"


def test_placeholders_are_the_same() -> None:
	different = [
		text
		for text, context in sorted(sources())
		if sorted(PLACEHOLDER.findall(translation(text, context))) != sorted(PLACEHOLDER.findall(text))
	]
	assert not different, "\n".join(["other placeholders than the source:", *different])


def test_chinese_is_chinese() -> None:
	kept = [text for text, translated in translations().items() if not re.search(r"[一-鿿]", translated)]
	assert not kept


def test_the_log_can_be_filtered_by_every_operation_in_it() -> None:
	log = json.loads((MODULE / "doctype/stock_operation_log/stock_operation_log.json").read_text())
	field = next(f for f in log["fields"] if f["fieldname"] == "operation")
	told = {text for text, context in from_python() if context == "Stock Operation Log"}
	assert field["options"].split("\n") == sorted(told)
