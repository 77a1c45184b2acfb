"""What may be chosen while an approval policy is drawn: fields, people, and documents to try it with."""

from collections.abc import Sequence

from inventory_midplatform.domain.errors import NotFound, NotPermitted
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Order, Query, compiled, contains, table
from inventory_midplatform.services.approval.document_fields import (
	DATES,
	NUMBERS,
	Fields,
	company_currency,
	fields_of,
)
from inventory_midplatform.services.approval.facts import (
	AMOUNT_FIELDS,
	SUBJECT_FIELDS,
	WAREHOUSE_FIELDS,
	amount_of,
	subject_of,
)

LATEST = 20
READ_AT_MOST = 100
"""How many documents are looked at to find those that this user may read."""
PEOPLE_LIMIT = 500

COMPARED = NUMBERS | DATES | frozenset(("Data", "Select", "Link", "Dynamic Link", "Small Text"))
"""Types of fields that a condition can say something sensible about."""

AUTOMATIC = ("All", "Guest", "Desk User", "Administrator")
"""Roles that nobody gives or takes."""

_USERS = """
SELECT person.name, person.full_name FROM `tabUser` person
WHERE person.enabled = 1 AND person.name NOT IN %(nobody)s AND EXISTS (
	SELECT 1 FROM `tabHas Role` has WHERE has.parent = person.name AND has.parenttype = 'User'
) AND (%(text)s = '' OR INSTR(LOWER(person.name), LOWER(%(text)s)) > 0
	OR INSTR(LOWER(COALESCE(person.full_name, '')), LOWER(%(text)s)) > 0)
ORDER BY person.full_name, person.name LIMIT %(limit)s
"""
_ROLES = """
SELECT has.role AS name, COUNT(DISTINCT person.name) AS users FROM `tabHas Role` has
JOIN `tabUser` person ON person.name = has.parent AND person.enabled = 1
WHERE has.parenttype = 'User' GROUP BY has.role ORDER BY has.role
"""


def policy_fields(ctx: Context, doctype: str) -> list[Row]:
	"""Return the fields of a DocType that a condition can name, and sums over its rows; not those that are in another currency
	where there is the same in company currency. Raises NotFound (``unknown_doctype``).
	"""
	fields = fields_of(ctx, doctype)
	return [_field(fields, name) for name in fields.names() if _is_compared(fields, name)]


def _is_compared(fields: Fields, name: str) -> bool:
	kind = fields.kind(name)
	return bool(kind and kind.type in COMPARED and not company_currency(fields, name))


def _field(fields: Fields, name: str) -> Row:
	kind = fields.kind(name)
	assert kind
	return {
		"field": name,
		"label": fields.label(name),
		"type": kind.type,
		"options": kind.options,
		"is_sum": fields.is_sum(name),
	}


def policy_people(ctx: Context, text: str = "") -> Row:
	"""Return whom a policy can name: enabled users with a role, at most 500 whose name contains a text, roles with how many
	users they have, holiday lists.
	"""
	params = {"nobody": ["Guest", "Administrator"], "limit": PEOPLE_LIMIT, "text": text.strip()}
	users = ctx.store.rows(_USERS, params)
	counted = {row["name"]: int(row["users"]) for row in ctx.store.rows(_ROLES)}
	roles = sorted({*ROLES, "System Manager", *counted} - {*AUTOMATIC})
	return {
		"users": [{"name": u["name"], "full_name": u["full_name"] or u["name"]} for u in users],
		"roles": [{"name": role, "users": counted.get(role, 0)} for role in roles],
		"holiday_lists": _holiday_lists(ctx),
	}


def _holiday_lists(ctx: Context) -> list[str]:
	try:
		ctx.documents.fields("Holiday List")
	except NotFound:
		return []
	return [row["name"] for row in ctx.store.rows("SELECT name FROM `tabHoliday List` ORDER BY name")]


def documents(ctx: Context, doctype: str, text: str = "") -> list[Row]:
	"""Return the latest documents whose name or subject contains a text and that this user may read, to try a policy with.

	Raises NotFound (``unknown_doctype``) or NotPermitted (``document_not_permitted``).
	"""
	fields = fields_of(ctx, doctype)
	if not ctx.documents.permits("read", doctype, "", ctx.identity.user):
		raise NotPermitted(
			"You have no permission for {doctype} {name}.",
			code="document_not_permitted",
			doctype=doctype,
			name="",
		)
	named = [name for name in (*SUBJECT_FIELDS, *AMOUNT_FIELDS, *WAREHOUSE_FIELDS) if fields.kind(name)]
	t = table(doctype)
	query = Query.from_(t).select(t.name, *(getattr(t, name) for name in named))
	if text:
		found = contains(t.name, text)
		for name in (name for name in SUBJECT_FIELDS if name in named):
			found = found | contains(getattr(t, name), text)
		query = query.where(found)
	query = query.orderby(t.creation, order=Order.desc).orderby(t.name, order=Order.desc)
	rows = ctx.store.rows(*compiled(query.limit(READ_AT_MOST)))
	return [
		{"name": row["name"], "title": subject_of(row), "amount": amount_of(row) or None}
		for row in _readable(ctx, doctype, rows)
	]


def _readable(ctx: Context, doctype: str, rows: Sequence[Row]) -> list[Row]:
	"""Return the first of these documents that this user may read; no more than a list shows are looked up."""
	found: list[Row] = []
	for row in rows:
		if len(found) == LATEST:
			break
		if _sees(ctx, row) and ctx.documents.permits("read", doctype, row["name"], ctx.identity.user):
			found.append(row)
	return found


def _sees(ctx: Context, row: Row) -> bool:
	seen = ctx.identity.warehouses
	return seen is None or {row[name] for name in WAREHOUSE_FIELDS if row.get(name)} <= seen
