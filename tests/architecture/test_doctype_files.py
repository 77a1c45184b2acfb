"""Each DocType's JSON is the one definition of its table: it is well-formed, and its names are free."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from inventory_midplatform.domain.roles import ROLES

ROOT = Path(__file__).parents[2]
MODULE = "Inventory Midplatform"
FOLDER = ROOT / "inventory_midplatform" / "inventory_midplatform" / "doctype"
FOREIGN_NAMES: dict[str, list[str]] = json.loads(
	(Path(__file__).parent / "taken_doctype_names.json").read_text(encoding="utf-8")
)
"""DocType names of other apps that share a site with ours: Frappe and ERPNext 15 and 16, HRMS, frappe-ewm."""

WITHOUT_LABEL = ("Column Break", "Section Break", "Tab Break", "Fold")
STANDARD_ROLES = (*ROLES, "System Manager", "Desk User", "All")


def doctypes() -> dict[str, dict[str, Any]]:
	paths = sorted(FOLDER.glob("*/*.json"))
	return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in paths}


DOCTYPES = doctypes()
OUR_NAMES = {d["name"]: d for d in DOCTYPES.values()}
each_doctype = pytest.mark.parametrize("folder", DOCTYPES)


def test_there_are_doctypes() -> None:
	assert "stock_position" in DOCTYPES


@pytest.mark.parametrize("app", FOREIGN_NAMES)
def test_no_other_app_uses_our_names(app: str) -> None:
	assert len(FOREIGN_NAMES[app]) > 50
	foreign = {name.lower() for name in FOREIGN_NAMES[app]}
	assert not [name for name in OUR_NAMES if name.lower() in foreign]


@each_doctype
def test_name_module_and_files(folder: str) -> None:
	doctype = DOCTYPES[folder]
	assert doctype["doctype"] == "DocType"
	assert doctype["name"].lower().replace(" ", "_").replace("-", "_") == folder
	assert doctype["module"] == MODULE
	assert doctype.get("modified")
	assert not doctype.get("custom")
	controller = FOLDER / folder / f"{folder}.py"
	assert re.search(
		rf"^class {doctype['name'].replace(' ', '')}\(", controller.read_text(encoding="utf-8"), re.M
	)
	assert (FOLDER / folder / "__init__.py").is_file()


@each_doctype
def test_field_order_names_every_field_once(folder: str) -> None:
	doctype = DOCTYPES[folder]
	names = [field["fieldname"] for field in doctype["fields"]]
	assert doctype["field_order"] == names
	assert len(set(names)) == len(names)
	assert not [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,60}", name)]


@each_doctype
def test_every_field_has_a_label(folder: str) -> None:
	missing = [
		field["fieldname"]
		for field in DOCTYPES[folder]["fields"]
		if field["fieldtype"] not in WITHOUT_LABEL and not field.get("label")
	]
	assert not missing


@each_doctype
def test_every_link_leads_somewhere(folder: str) -> None:
	known = {*OUR_NAMES, *FOREIGN_NAMES["Frappe"], *FOREIGN_NAMES["ERPNext"]}
	fields = {field["fieldname"]: field for field in DOCTYPES[folder]["fields"]}
	for field in fields.values():
		target = field.get("options")
		if field["fieldtype"] == "Link":
			assert target in known, f"{field['fieldname']} links to {target}"
		elif field["fieldtype"] in ("Table", "Table MultiSelect"):
			assert OUR_NAMES[target].get("istable"), f"{field['fieldname']} holds rows of {target}"
		elif field["fieldtype"] == "Dynamic Link":
			assert fields[target]["fieldtype"] in ("Link", "Select", "Data"), field["fieldname"]


@each_doctype
def test_every_default_is_one_of_its_options(folder: str) -> None:
	for field in DOCTYPES[folder]["fields"]:
		if field["fieldtype"] == "Select":
			options = (field.get("options") or "").split("\n")
			assert len(set(options)) == len(options), f"{field['fieldname']} offers something twice"
			assert field.get("default", options[0]) in options, field["fieldname"]


@each_doctype
def test_a_list_opens_in_an_order_that_has_an_index(folder: str) -> None:
	"""Frappe 15 indexes the last change and nothing else of its own: by creation each list would read its whole table."""
	assert DOCTYPES[folder].get("sort_field", "modified") in ("modified", "name")


@each_doctype
def test_permissions_name_standard_roles(folder: str) -> None:
	doctype = DOCTYPES[folder]
	assert bool(doctype.get("permissions")) != bool(doctype.get("istable")), (
		"a child table has none of its own"
	)
	assert not [p["role"] for p in doctype.get("permissions", []) if p["role"] not in STANDARD_ROLES]
