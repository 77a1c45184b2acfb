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
	DESK_USER,
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

_PICKING = (
	"Outbound Order",
	"Outbound Pick",
	"Bin Stock",
	"Bin Allocation",
	"Stock Movement",
	"Stock Operation Log",
)

_PUTTING_AWAY = (
	"Inbound Inspection",
	"Inbound Order",
	"Inbound Receipt Line",
	"Bin Stock",
	"Stock Movement",
	"Stock Operation Log",
	"Stock Position",
	"Inventory Reservation",
)

CHANGES: dict[str, tuple[str, ...]] = {
	**dict.fromkeys(
		(
			"approval.add_approver",
			"approval.approve",
			"approval.approve_many",
			"approval.attach",
			"approval.comment",
			"approval.delegate",
			"approval.reject",
			"approval.remind",
			"approval.request",
			"approval.return",
			"approval.withdraw",
		),
		("Approval Request",),
	),
	**dict.fromkeys(("approval.set_away", "approval.end_away"), ("Approval Delegation", "Approval Request")),
	**dict.fromkeys(
		("approval.save_policy", "approval.switch_off", "approval.switch_on"), ("Approval Policy",)
	),
	**dict.fromkeys(
		(
			"inbound.arrive",
			"inbound.arrive_truck",
			"inbound.book_slot",
			"inbound.cancel",
			"inbound.expect",
			"inbound.expect_return",
			"inbound.receive",
			"inbound.undo_receive",
		),
		("Inbound Order", "Inbound Receipt Line", "Stock Operation Log"),
	),
	**dict.fromkeys(
		(
			"inbound.finish_receiving",
			"inbound.inspect",
			"inbound.put_away",
			"inbound.put_away_walk",
			"inbound.finish_putting_away",
		),
		_PUTTING_AWAY,
	),
	"inbound.cross_dock": (*_PUTTING_AWAY, *_PICKING),
	**dict.fromkeys(
		(
			"outbound.accept",
			"outbound.finish_picking",
			"outbound.check",
			"outbound.ship",
			"outbound.cancel",
			"outbound.reopen",
		),
		("Outbound Order", "Stock Operation Log"),
	),
	**dict.fromkeys(("outbound.pick", "outbound.report_short", "outbound.unpick"), _PICKING),
	**dict.fromkeys(
		(
			"wave.create",
			"wave.release",
			"wave.pick",
			"wave.report_short",
			"wave.finish_picking",
			"wave.close",
			"wave.cancel",
		),
		("Outbound Wave", *_PICKING),
	),
	**dict.fromkeys(
		("pack.scan", "pack.unscan", "pack.pack", "pack.unpack"), ("Outbound Package", *_PICKING)
	),
	"replenishment.create_material_requests": (),
	**dict.fromkeys(("request.cancel", "request.create", "request.submit"), ("Inventory Request",)),
	"reservation.release": ("Inventory Reservation", "Stock Position", "Stock Operation Log"),
	"reservation.reserve": ("Inventory Reservation", "Stock Position", "Stock Operation Log"),
	"reservation.allocate": ("Bin Stock", "Inventory Reservation", "Bin Allocation", "Stock Operation Log"),
	"reservation.deallocate": (
		"Bin Stock",
		"Inventory Reservation",
		"Bin Allocation",
		"Stock Operation Log",
	),
	"reservation.reassign": ("Inventory Reservation", "Stock Position", "Stock Operation Log"),
	"stock.bin_counted": ("Warehouse Bin", "Stock Operation Log"),
	"stock.block": ("Bin Stock", "Stock Movement", "Stock Operation Log", "Stock Position", "Warehouse Bin"),
	"stock.unblock": (
		"Bin Stock",
		"Stock Movement",
		"Stock Operation Log",
		"Stock Position",
		"Warehouse Bin",
	),
	"stock.refill": ("Bin Stock", "Stock Movement", "Stock Operation Log", "Warehouse Bin"),
	"stock.move": ("Bin Stock", "Stock Movement", "Stock Operation Log", "Warehouse Bin"),
}
"""What of ours each operation that writes makes or changes; Material Requests are ERPNext's."""

NO_COST = {("Inventory Midplatform Settings", "outbound_check_amount")}
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


def test_every_operation_has_roles_and_a_description() -> None:
	"""A new operation is a function in api/v1, its roles in domain/roles.py, and ``make openapi``."""
	assert v1.__all__
	missing = [
		*(
			f"{name}: name its roles in domain/roles.py"
			for name in OPERATIONS
			if not OPERATION_ROLES.get(name)
		),
		*(
			f"{name}: has roles, but there is no such function in api/v1"
			for name in OPERATION_ROLES.keys() - OPERATIONS
		),
		*(
			f"{name}: say in its docstring what it does"
			for name, op in OPERATIONS.items()
			if not op.function.__doc__
		),
		*(
			f"{name}: annotate what it returns, a shape of api/v1/results.py"
			for name, op in OPERATIONS.items()
			if op.result is Any
		),
	]
	assert not missing, "\n".join(missing)
	assert not set(JOB_ROLES) & set(OPERATION_ROLES)


def test_every_module_of_the_api_is_imported() -> None:
	files = {path.stem for path in (PACKAGE / "api" / "v1").glob("*.py")} - {"__init__", "results"}
	assert files == {name.split(".")[0] for name in OPERATIONS}


def test_every_role_named_is_of_this_app_or_erpnext() -> None:
	named = {role for roles in (*OPERATION_ROLES.values(), *JOB_ROLES.values()) for role in roles}
	assert named - set(ROLES) <= {"System Manager", "Sales User", "Sales Manager", DESK_USER}


def test_what_a_role_may_call_comes_from_the_table() -> None:
	assert "stock.move" in allowed([OPERATOR])
	assert "stock.move" not in allowed([BUYER])
	assert allowed(["Employee"]) == []
	assert set(allowed([BUYER, OPERATOR])) == set(allowed([BUYER])) | set(allowed([OPERATOR]))


def test_roles_that_make_or_change_a_record_read_it() -> None:
	assert set(CHANGES) == {operation.name for operation in OPERATIONS.values() if operation.writes}
	blind = {
		(operation, doctype): missing
		for operation, doctypes in CHANGES.items()
		for doctype in doctypes
		if (missing := OPERATION_ROLES[operation] - may(doctype, "read"))
	}
	assert not blind


def test_roles_that_make_a_request_by_form_may_by_operation() -> None:
	assert may("Inventory Request", "create") <= OPERATION_ROLES["request.create"]


def test_the_desk_offers_what_the_table_allows() -> None:
	"""A button that calls an operation stands behind the question whether its user may call it."""
	text = script()
	asking = r"\bis_allowed\(([^()]*)\)"
	literal = r"(?:\"|api\.v1\.)([a-z_]+(?:\.[a-z_]+)?)\""
	called = set(re.findall(literal, re.sub(asking, "", text))) & {*OPERATION_ROLES}
	called |= {"opening_stock"} if "jobs.enqueue_opening_stock" in text else set()
	called |= {"back_fill"} if "history.enqueue_back_fill" in text else set()
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
