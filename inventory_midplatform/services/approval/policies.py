"""Approval Policies: their records, which version is in force, and which policy a document needs.

The rows of a record are the working copy. What the engine follows is ``in_force``: the rows as they were switched on last.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inventory_midplatform.domain import approval_policy
from inventory_midplatform.domain.approval_conditions import read
from inventory_midplatform.domain.approval_policy import TABLES, content
from inventory_midplatform.domain.errors import Conflict, InvalidInput, InventoryError, NotFound
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services.approval import outcomes, policy_problems

DOCTYPE = "Approval Policy"

CHILDREN = {
	"steps": "Approval Policy Step",
	"approvers": "Approval Policy Approver",
	"branches": "Approval Policy Branch",
	"conditions": "Approval Condition",
}

_NAMED = "SELECT * FROM `tabApproval Policy` WHERE name IN %(names)s ORDER BY name"

_IN_FORCE = """
SELECT name, version, in_force FROM `tabApproval Policy`
WHERE document_type = %(doctype)s AND enabled = 1 ORDER BY priority, name
"""


def named(ctx: Context, name: str) -> Row:
	"""Return a policy's record with its rows: the working copy. Raises NotFound (``unknown_policy``)."""
	rows = ctx.store.rows(_NAMED, {"names": [name]})
	if not rows:
		raise NotFound("Approval Policy {name} does not exist.", code="unknown_policy", name=name)
	return with_rows(ctx, rows)[0]


def with_rows(ctx: Context, records: list[Row]) -> list[Row]:
	"""Return records with the rows of their working copies, by one statement a table."""
	if not records:
		return []
	names = {"names": [record["name"] for record in records]}
	found = [{**record, **{table: [] for table in CHILDREN}} for record in records]
	by_name = {record["name"]: record for record in found}
	for field, doctype in CHILDREN.items():
		sql = f"SELECT * FROM `tab{doctype}` WHERE parent IN %(names)s ORDER BY parent, idx"
		for row in ctx.store.rows(sql, names):
			by_name[row["parent"]][field].append(row)
	return found


def matching(ctx: Context, doctype: str, document: Mapping[str, Any]) -> Row | None:
	"""Return what is in force of the first policy whose conditions the document meets, with its version, or None. By one
	statement.
	"""
	for row in ctx.store.rows(_IN_FORCE, {"doctype": doctype}):
		if not row["in_force"]:
			continue
		record = {**json.loads(row["in_force"]), "name": row["name"]}
		policy = approval_policy.parse(record)
		if policy.applies({field: read(document, field) for field in policy.fields}):
			return {**record, "version": int(row["version"] or 0)}
	return None


def in_force(record: Mapping[str, Any]) -> Row | None:
	"""Return the content that is in force, or was when the policy was switched off; None before it was ever switched on."""
	return (
		content({**json.loads(record["in_force"]), "name": record["name"]})
		if record.get("in_force")
		else None
	)


def is_draft(record: Mapping[str, Any]) -> bool:
	"""Return whether the working copy says something else than what is in force."""
	before = in_force(record)
	return before is None or _said(before) != _said(content(record))


def _said(whole: Row) -> Row:
	"""Return what a content says: all but the places on the canvas."""
	steps = [{**row, "x": 0, "y": 0} for row in whole["steps"]]
	return {**whole, "steps": steps}


def check_policy(ctx: Context, record: Mapping[str, Any]) -> Row:
	"""Check a policy that is about to be saved, whoever saves it; return its version and what is in force.

	It is switched on where Enabled is ticked, and where ``version`` names the next version of an enabled one. Then nothing
	may be wrong with it; a draft may have problems, and whoever is gone by now, a policy can still be switched off.

	Raises what :func:`approval_policy.parse` raises, Conflict (``switched_on``), or the first problem as InvalidInput, or NotFound
	(``unknown_doctype``).
	"""
	before = None
	if record.get("name"):
		found = with_rows(ctx, ctx.store.rows(_NAMED, {"names": [record["name"]]}))
		before = found[0] if found else None
	record = {**(before or {}), **record}
	whole = content(record)
	approval_policy.parse(whole)
	version = int(before["version"] or 0) if before else 0
	stays: Row = {"version": version, "in_force": before["in_force"] if before else None}
	if not int(record.get("enabled") or 0):
		return stays
	was_enabled = bool(before and int(before["enabled"] or 0))
	if was_enabled and before and before["document_type"] != whole["document_type"]:
		raise Conflict("Switch the policy off before you choose other documents for it.", code="switched_on")
	if was_enabled and record.get("version") != version + 1:
		return stays
	_require_no_problem(ctx, whole)
	outcomes.require_right(ctx, approval_policy.parse(whole))
	if not is_draft({**stays, **whole}):
		return stays
	return {"version": version + 1, "in_force": json.dumps(whole, ensure_ascii=False)}


def _require_no_problem(ctx: Context, whole: Row) -> None:
	errors = [p for p in policy_problems.of_content(ctx, whole) if not p.is_warning]
	if not errors:
		return
	first = errors[0]
	kind: type[InventoryError] = NotFound if first.code == "unknown_doctype" else InvalidInput
	details = {
		"problems": len(errors),
		"at_branch": first.branch,
		"at_step": first.step,
		**first.reason.values,
	}
	raise kind(first.reason.template, code=first.code, **details)


def save(ctx: Context, whole: Mapping[str, Any], name: str = "", modified: str = "") -> str:
	"""Save the working copy of a policy, or a new one with the title that the content has; return its name. What the content
	does not say has its default. Locks the policy's row.

	Raises what :func:`check_policy` raises, NotFound (``unknown_policy``), InvalidInput (``missing_argument``) or Conflict
	(``changed_meanwhile``) where it is not as it was ``modified`` when the caller read it.
	"""
	values = {field: value for field, value in content(whole).items() if field != "name"}
	values.update({field: whole[field] for field in ("title", "priority") if whole.get(field) is not None})
	if not name:
		if not str(whole.get("title") or "").strip():
			raise InvalidInput("{argument} is missing.", code="missing_argument", argument="title")
		return ctx.documents.create(DOCTYPE, values)
	record = _locked(ctx, name)
	if modified and stamp(record["modified"]) != modified:
		raise Conflict(
			"Somebody else changed {policy} meanwhile. Read it again.",
			code="changed_meanwhile",
			policy=name,
			user=record["modified_by"],
		)
	ctx.documents.update(DOCTYPE, name, values)
	return name


def switch_on(ctx: Context, name: str) -> None:
	"""Put the working copy of a policy into force as the next version. Running requests end by theirs. Locks the policy's row.

	Raises what :func:`check_policy` raises, or NotFound (``unknown_policy``).
	"""
	record = _locked(ctx, name)
	ctx.documents.update(DOCTYPE, name, {"enabled": 1, "version": int(record["version"] or 0) + 1})


def switch_off(ctx: Context, name: str) -> None:
	"""Ask nobody any more by a policy; running requests go on. Locks the policy's row. Raises NotFound (``unknown_policy``)."""
	_locked(ctx, name)
	ctx.documents.update(DOCTYPE, name, {"enabled": 0})


def stamp(modified: datetime | str) -> str:
	"""Return when a record was changed, as operations return it."""
	return modified.isoformat(sep=" ") if isinstance(modified, datetime) else str(modified)


def _locked(ctx: Context, name: str) -> Row:
	"""Lock a policy and return it. Raises SnapshotConflict, which is tried again, where it changed since this transaction began:
	its rows would be read as they were before.
	"""
	source = ctx.store.through(DOCTYPE, ("name",))
	sql = f"SELECT modified FROM {source} WHERE name = %(name)s{ctx.store.for_update}"
	latest = ctx.store.rows(sql, {"name": name})
	record = named(ctx, name)
	if latest[0]["modified"] != record["modified"]:
		raise SnapshotConflict(f"{DOCTYPE} {name} was changed since it was read")
	return record


assert set(CHILDREN) == set(TABLES), "every table of a policy is read"
