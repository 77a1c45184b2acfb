"""Names use the words of docs/glossary.md, and none of those that it leaves behind."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
FOLDERS = ("inventory_midplatform", "tests", "benchmarks", "scripts", "docs")

LEFT_BEHIND = {
	"keep": "keep keeps kept keeping keeper keepers",
	"hold (for a demand)": "hold holds held holding",
	"answer": "answer answers answered answering",
	"want": "want wants wanted wanting",
	"lie": "lie lies lying",
	"tell": "tell tells told telling",
	"theirs": "theirs ours",
	"whoever": "whoever whatever",
	"lot": "lot lots",
	"follow": "follow follows followed following",
	"pin": "pin pins pinned pinning unpin",
	"ask for": "ask_for asks_for asked_for asking_for",
	"take in": "take_in takes_in taken_in taking_in",
	"take over": "take_over takes_over taken_over taking_over",
	"catch up": "catch_up catches_up caught_up catching_up",
	"law": "law laws",
	"door": "door doors",
	"give up": "give_up gives_up given_up gave_up giving_up",
	"give back": "give_back gives_back given_back gave_back giving_back",
	"hand over": "hand_over hands_over handed_over handing_over",
	"make way": "make_way makes_way made_way making_way gives_way give_way",
	"stand for": "stand_for stands_for stood_for",
	"in the place of": "in_the_place_of in_place_of",
	"contradict": "contradict contradicts contradicted contradiction contradictions",
	"restate": "restate restates restated restating",
	"sweep": "sweep sweeps swept sweeping",
	"ladder": "ladder ladders",
	"anew": "anew",
	"carry": "carry carries carried carrying",
	"displace": "displace displaces displaced displacing",
}
"""Each entry of the glossary's list, with the forms looked for in a name split into its words."""

FORMS = tuple(tuple(form.split("_")) for forms in LEFT_BEHIND.values() for form in forms.split())

WHOLE_NAMES = frozenset(["some", "taken", "asked"])
"""These say nothing as a name, and are plain English inside one."""

ALLOWED: dict[str, str] = {
	"keep_stock_of_open_pos_invoices": "a patch of 0.2.0, which sites have in their Patch Log",
	"CarryingCost": "carrying cost is a term of accounting",
	"carrying_cost": "carrying cost is a term of accounting",
	"carrying_costs": "carrying cost is a term of accounting",
	"test_carrying_cost": "carrying cost is a term of accounting",
}
"""Name → why it may have such a word."""

DRAWN_BY_NAME = ("stateful_", "test_stateful")
"""Files of the stateful test. Hypothesis draws its rules in the order of their names: other names change the draws of a
fixed seed, which then no longer try every rule."""


def words_of(name: str) -> list[str]:
	"""``HeldByRow``, ``held_by_row`` and ``Held by Row`` are the same words."""
	return [
		word for word in re.split(r"[\W_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()) if word
	]


def is_left_behind(name: str) -> bool:
	"""Whether a name has a form of the list in it. ``on hold`` is a term; ``hold`` for anything else is not."""
	words = words_of(name)
	if len(words) == 1 and words[0] in WHOLE_NAMES:
		return True
	for form in FORMS:
		for at in range(len(words) - len(form) + 1):
			if tuple(words[at : at + len(form)]) != form:
				continue
			if form == ("hold",) and at and words[at - 1] == "on":
				continue
			return True
	return False


def files() -> Iterator[Path]:
	skipped = {"__pycache__", "fixtures"}
	for folder in FOLDERS:
		for path in sorted((ROOT / folder).rglob("*")):
			if not skipped & set(path.parts):
				yield path


def assigned_in(body: list[ast.stmt]) -> Iterator[str]:
	"""Names that the statements of a module or class assign: constants and fields."""
	for statement in body:
		targets = statement.targets if isinstance(statement, ast.Assign) else [statement]
		for target in targets:
			match target:
				case ast.Name(id=name) | ast.AnnAssign(target=ast.Name(id=name)):
					yield name


def names_in_python(path: Path) -> Iterator[str]:
	"""Names of functions, arguments, classes, fields and constants, and the codes of errors; not local variables."""
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		match node:
			case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
				yield name
			case ast.ClassDef(name=name, body=body):
				yield name
				yield from assigned_in(body)
			case ast.Module(body=body):
				yield from assigned_in(body)
			case ast.arg(arg=name):
				yield name
			case ast.Attribute(attr=name, ctx=ast.Store()):
				yield name
			case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
				yield code


def names_in_doctype(path: Path) -> Iterator[str]:
	"""Names of a DocType and its fields, and the options of its Select fields."""
	doctype = json.loads(path.read_text(encoding="utf-8"))
	yield doctype["name"]
	for field in doctype["fields"]:
		yield field["fieldname"]
		if field["fieldtype"] == "Select":
			yield from (field.get("options") or "").split("\n")


@cache
def names() -> tuple[tuple[str, str], ...]:
	"""(name, where)"""
	return tuple(_names())


def _names() -> Iterator[tuple[str, str]]:
	for path in files():
		if path.name.startswith(DRAWN_BY_NAME):
			continue
		where = str(path.relative_to(ROOT))
		yield path.name.split(".")[0], where
		if path.suffix == ".py":
			yield from ((name, where) for name in names_in_python(path))
		if path.suffix == ".json" and "doctype" in path.parts:
			yield from ((name, where) for name in names_in_doctype(path))


def test_names_use_the_words_of_the_glossary() -> None:
	wrong = sorted(
		{f"{where}: {name}" for name, where in names() if is_left_behind(name)}
		- {f"{where}: {name}" for name, where in names() if name in ALLOWED}
	)
	assert not wrong, "Use the words of docs/glossary.md:\n" + "\n".join(wrong)


def test_every_exception_is_needed() -> None:
	found = {name for name, _ in names() if is_left_behind(name)}
	assert set(ALLOWED) <= found


@pytest.mark.parametrize(
	("name", "left_behind"),
	[
		("HeldByRow", True),
		("kept_for_rows", True),
		("SUM_ON_HOLD", False),
		("block_on_hold", False),
		("hold", True),
		("0005-lots-are-counted", True),
		("asked_for", True),
		("asked_users", False),
		("some", True),
		("storekeeper", False),
		("pinning", True),
		("shipping", False),
	],
)
def test_words_are_found_whole(name: str, left_behind: bool) -> None:
	assert is_left_behind(name) is left_behind


def test_the_glossary_has_the_same_list() -> None:
	rows = GLOSSARY.read_text(encoding="utf-8").split("## Words to leave behind")[1]
	listed = {
		word.strip()
		for cell in re.findall(r"(?m)^\| ([^|]+) \| [^|]+ \|$", rows)
		for word in re.sub(r" \(as names\)", "", cell).split(",")
	}
	assert listed >= set(LEFT_BEHIND) - {"stand for", "in the place of", "make way"}
