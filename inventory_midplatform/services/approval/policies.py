"""Approval Policies: what makes one valid, and which one a document needs."""

import json
from collections.abc import Mapping
from typing import Any

from inventory_midplatform.domain import approval_policy
from inventory_midplatform.domain.approval_conditions import ORDERINGS, read
from inventory_midplatform.domain.approval_policy import (
	IN_FIELD,
	ROLE,
	USER,
	Approver,
	Policy,
	Step,
	content,
)
from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.quantity import number_of
from inventory_midplatform.ports import Context, FieldKind, Row
from inventory_midplatform.services.approval import approvers

DOCTYPE = "Approval Policy"

NUMBERS = frozenset(("Int", "Float", "Currency", "Percent", "Check", "Rating", "Duration"))
DATES = frozenset(("Date", "Datetime"))

_OF_TYPE = """
SELECT * FROM `tabApproval Policy` WHERE document_type = %(doctype)s AND enabled = 1 ORDER BY priority, name
"""


def named(ctx: Context, name: str) -> Row:
	"""Return a policy's record with its rows. Raises NotFound (``unknown_policy``)."""
	rows = ctx.store.rows("SELECT * FROM `tabApproval Policy` WHERE name = %(name)s", {"name": name})
	if not rows:
		raise NotFound("Approval Policy {name} does not exist.", code="unknown_policy", name=name)
	return _with_rows(ctx, rows)[0]


def of_doctype(ctx: Context, doctype: str) -> list[Row]:
	"""Return the enabled policies of a DocType with their rows, in the order in which they are tried."""
	return _with_rows(ctx, ctx.store.rows(_OF_TYPE, {"doctype": doctype}))


def matching(ctx: Context, doctype: str, document: Mapping[str, Any]) -> Row | None:
	"""Return the record of the first policy whose conditions the document meets, or None."""
	for record in of_doctype(ctx, doctype):
		policy = approval_policy.parse(record)
		if policy.applies({field: read(document, field) for field in policy.fields}):
			return record
	return None


def _with_rows(ctx: Context, records: list[Row]) -> list[Row]:
	if not records:
		return []
	names = {"names": [record["name"] for record in records]}
	tables = {
		"steps": "SELECT * FROM `tabApproval Policy Step` WHERE parent IN %(names)s ORDER BY parent, idx",
		"conditions": "SELECT * FROM `tabApproval Condition` WHERE parent IN %(names)s ORDER BY parent, idx",
	}
	rows = {table: ctx.store.rows(sql, names) for table, sql in tables.items()}
	return [
		{**record, **{t: [row for row in rows[t] if row["parent"] == record["name"]] for t in tables}}
		for record in records
	]


def check_policy(ctx: Context, record: Mapping[str, Any]) -> Row:
	"""Check a policy that is about to be saved; return its version, one more where something of it changed.

	Its fields and people are checked while it is enabled: whoever is gone by now, it can still be switched off.

	Raises what :func:`approval_policy.parse` raises, NotFound (``unknown_doctype``) or InvalidInput (``unknown_field``,
	``not_a_number``, ``other_currency``, ``not_a_user``, ``nobody_has_role``, ``no_access``).
	"""
	if "steps" not in record and record.get("name"):
		record = {**named(ctx, record["name"]), **record}
	policy = approval_policy.parse(record)
	if int(record.get("enabled") or 0):
		_check_documents_and_people(ctx, policy)
	return {"version": _next_version(ctx, record)}


def _check_documents_and_people(ctx: Context, policy: Policy) -> None:
	fields = ctx.documents.fields(policy.document_type)
	for condition in (*policy.conditions, *(c for step in policy.steps for c in step.conditions)):
		_check_field(ctx, policy.document_type, fields, condition.field)
		kind = _kind(ctx, fields, condition.field)
		if condition.comparison in ORDERINGS and kind.type not in NUMBERS | DATES:
			raise _not_a_number(condition.field)
		is_ordering = kind.type in NUMBERS and condition.comparison in ORDERINGS
		if is_ordering and number_of(condition.value) is None:
			raise InvalidInput(
				"{name} is a number; {value} is not.",
				code="not_a_number",
				name=condition.field,
				value=condition.value,
			)
	for step in policy.steps:
		for approver in step.approvers:
			_check_approver(ctx, policy, step, approver, fields)


def _kind(ctx: Context, fields: Mapping[str, FieldKind], name: str) -> FieldKind:
	table, _, column = name.partition(".")
	return ctx.documents.fields(fields[table].options, is_child=True)[column] if column else fields[name]


def _check_field(ctx: Context, doctype: str, fields: Mapping[str, FieldKind], name: str) -> None:
	"""Refuse a field that is not there, a sum of what is no number, and an amount in the document's own currency where
	there is one in company currency.
	"""
	table, _, column = name.partition(".")
	own, owner = fields, doctype
	if column:
		if table not in fields or fields[table].type != "Table":
			raise _unknown_field(doctype, name)
		owner = fields[table].options
		own = ctx.documents.fields(owner, is_child=True)
		if column in own and own[column].type not in NUMBERS:
			raise _not_a_number(name)
	last = column or table
	if last not in own or own[last].type == "Table":
		raise _unknown_field(doctype, name)
	if own[last].type == "Currency" and f"base_{last}" in own:
		raise InvalidInput(
			"{name} is in the currency of the document. Compare {other}, which is in company currency.",
			code="other_currency",
			name=name,
			other=f"{table}.base_{column}" if column else f"base_{name}",
		)


def _check_approver(
	ctx: Context, policy: Policy, step: Step, approver: Approver, fields: Mapping[str, FieldKind]
) -> None:
	if approver.kind == USER and not approvers.able(ctx, [approver.name], policy.document_type):
		raise InvalidInput(
			"{user}, who approves step {step}, is disabled, may not read {doctype}, or has no role of this app.",
			code="no_access",
			user=approver.name,
			step=step.number,
			doctype=policy.document_type,
		)
	if approver.kind == ROLE:
		_require_somebody(ctx, policy, approver.name)
	if approver.kind == IN_FIELD:
		field = fields.get(approver.name)
		is_user = approver.name == "owner" or (field and field.type == "Link" and field.options == "User")
		if not is_user:
			raise InvalidInput(
				"{name} of {doctype} is no field that holds a user.",
				code="not_a_user",
				name=approver.name,
				doctype=policy.document_type,
			)


def _require_somebody(ctx: Context, policy: Policy, role: str) -> None:
	"""Refuse a role of which nobody could approve."""
	users = approvers.with_role(ctx, role)
	if not users:
		raise InvalidInput("No enabled user has the role {role}.", code="nobody_has_role", role=role)
	if not approvers.able(ctx, users, policy.document_type):
		raise InvalidInput(
			"Nobody with the role {role} may read {doctype} and has a role of this app.",
			code="no_access",
			role=role,
			doctype=policy.document_type,
		)


def _next_version(ctx: Context, record: Mapping[str, Any]) -> int:
	rows = ctx.store.rows(
		"SELECT name FROM `tabApproval Policy` WHERE name = %(name)s", {"name": record.get("name") or ""}
	)
	if not rows:
		return 1
	before = named(ctx, rows[0]["name"])
	changed = json.dumps(_plain(content(before))) != json.dumps(_plain(content(record)))
	return int(before["version"] or 1) + int(changed)


def _plain(value: Any) -> Any:
	"""Return the content as text, in which a box that is not ticked is the same as nothing."""
	if isinstance(value, dict):
		return {key: _plain(inner) for key, inner in value.items()}
	if isinstance(value, list):
		return [_plain(inner) for inner in value]
	return "" if not value or value == "0" else str(value)


def _unknown_field(doctype: str, field: str) -> InvalidInput:
	return InvalidInput("{doctype} has no field {name}.", code="unknown_field", doctype=doctype, name=field)


def _not_a_number(field: str) -> InvalidInput:
	return InvalidInput(
		"{name} is neither a number nor a date, so it cannot be compared or added up.",
		code="not_a_number",
		name=field,
	)
