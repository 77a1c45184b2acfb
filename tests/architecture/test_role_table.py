"""The table of roles and operations is the one the API, the desk's buttons and the DocTypes' permissions follow."""

import json
import re
from pathlib import Path
from typing import Any

from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain.roles import (
	BUYER,
	COST_READERS,
	JOB_ROLES,
	OPERATION_ROLES,
	OPERATOR,
	ROLES,
	SUPERVISOR,
	allowed,
)

PACKAGE = Path(__file__).parents[2] / "inventory_midplatform"
DOCTYPES: dict[str, dict[str, Any]] = {
	doctype["name"]: doctype
	for path in sorted((PACKAGE / "inventory_midplatform" / "doctype").glob("*/*.json"))
	for doctype in (json.loads(path.read_text(encoding="utf-8")),)
}

CHANGES: dict[str, tuple[str, ...]] = {
	"replenishment.create_material_requests": (),
	"request.act": ("Inventory Request",),
	"request.create": ("Inventory Request",),
	"reservation.release": ("Inventory Reservation", "Stock Position", "Stock Operation Log"),
	"reservation.reserve": ("Inventory Reservation", "Stock Position", "Stock Operation Log"),
	"reservation.allocate": ("Bin Stock", "Inventory Reservation", "Bin Allocation", "Stock Operation Log"),
	"reservation.deallocate": (
		"Bin Stock",
		"Inventory Reservation",
		"Bin Allocation",
		"Stock Operation Log",
	),
	"reservation.transfer": ("Inventory Reservation", "Stock Position", "Stock Operation Log"),
	"stock.hold": ("Bin Stock", "Stock Movement", "Stock Operation Log", "Stock Position", "Warehouse Bin"),
	"stock.release_hold": (
		"Bin Stock",
		"Stock Movement",
		"Stock Operation Log",
		"Stock Position",
		"Warehouse Bin",
	),
	"stock.move": ("Bin Stock", "Stock Movement", "Stock Operation Log", "Warehouse Bin"),
}
"""What of ours each operation that writes makes or changes; Material Requests are ERPNext's."""

NO_COST = {("Inventory Midplatform Settings", "director_amount")}
"""Amounts that say nothing of what anything costs."""


def script() -> str:
	paths = [*PACKAGE.glob("public/js/**/*.js"), *PACKAGE.glob("inventory_midplatform/**/*.js")]
	assert len(paths) > 10
	return "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))


def may(doctype: str, right: str, level: int = 0) -> set[str]:
	return {
		p["role"]
		for p in DOCTYPES[doctype].get("permissions", ())
		if p.get(right) and p.get("permlevel", 0) == level
	}


def test_the_table_names_the_operations_there_are() -> None:
	assert v1.__all__
	assert set(OPERATION_ROLES) == set(OPERATIONS)
	assert all(OPERATION_ROLES.values())
	assert not set(JOB_ROLES) & set(OPERATION_ROLES)


def test_every_role_named_is_ours_or_erpnexts() -> None:
	named = {role for roles in (*OPERATION_ROLES.values(), *JOB_ROLES.values()) for role in roles}
	assert named - set(ROLES) <= {"System Manager", "Sales User", "Sales Manager"}


def test_what_a_role_may_call_comes_from_the_table() -> None:
	assert "stock.move" in allowed([OPERATOR])
	assert "stock.move" not in allowed([BUYER])
	assert allowed(["Employee"]) == []
	assert set(allowed([BUYER, OPERATOR])) == set(allowed([BUYER])) | set(allowed([OPERATOR]))


def test_whoever_makes_or_changes_a_record_reads_it() -> None:
	assert set(CHANGES) == {operation.name for operation in OPERATIONS.values() if operation.writes}
	blind = {
		(operation, doctype): missing
		for operation, doctypes in CHANGES.items()
		for doctype in doctypes
		if (missing := OPERATION_ROLES[operation] - may(doctype, "read"))
	}
	assert not blind


def test_whoever_may_make_a_request_by_form_may_by_operation() -> None:
	assert may("Inventory Request", "create") <= OPERATION_ROLES["request.create"]


def test_the_desk_offers_what_the_table_allows() -> None:
	"""A button that calls an operation stands behind the question whether its user may call it."""
	text = script()
	asking = r"\b(?:inventory_operations\.includes|may)\(([^()]*)\)"
	literal = r"(?:\"|api\.v1\.)([a-z_]+(?:\.[a-z_]+)?)\""
	called = set(re.findall(literal, re.sub(asking, "", text))) & {*OPERATION_ROLES}
	called |= {"take_in"} if "jobs.enqueue_take_in" in text else set()
	names = {name for question in re.findall(asking, text) for name in re.findall(literal, question)}
	assert len(called) >= 12
	assert called <= names, called - names
	assert names <= {*OPERATION_ROLES, *JOB_ROLES}, "a button that nobody sees"


def test_costs_are_on_a_level_of_their_own() -> None:
	amounts = {
		(doctype["name"], field["fieldname"]): field.get("permlevel", 0)
		for doctype in DOCTYPES.values()
		for field in doctype["fields"]
		if field["fieldtype"] == "Currency"
	}
	assert {at for at, level in amounts.items() if level != 1} == NO_COST
	readers = {doctype: may(doctype, "read", 1) for doctype in DOCTYPES if may(doctype, "read", 1)}
	assert readers
	assert all(roles == COST_READERS for roles in readers.values()), readers
	assert SUPERVISOR in COST_READERS


def test_a_doctype_with_a_level_says_who_reads_it() -> None:
	for doctype in DOCTYPES.values():
		if doctype.get("istable"):
			continue
		tables = [DOCTYPES[f["options"]] for f in doctype["fields"] if f["fieldtype"] == "Table"]
		fields = [f for d in (doctype, *tables) for f in d["fields"]]
		if any(f.get("permlevel") for f in fields):
			assert may(doctype["name"], "read", 1), doctype["name"]
