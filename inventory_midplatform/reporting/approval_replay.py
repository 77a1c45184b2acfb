"""What an approval policy would have done with the documents of the last days: a few statements, whatever their number."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from inventory_midplatform.domain.approval_conditions import as_text
from inventory_midplatform.domain.approval_flow import Turn
from inventory_midplatform.domain.approval_policy import (
	APPLICANT,
	APPROVAL,
	IN_FIELD,
	MANAGER_OF_APPLICANT,
	ONE,
	SHARE,
	Policy,
	Step,
	parse,
)
from inventory_midplatform.domain.errors import NotPermitted
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Order, Query, any_of, compiled, table, value
from inventory_midplatform.reporting.approval_trial import ends_nowhere
from inventory_midplatform.services.approval import policies
from inventory_midplatform.services.approval.approvers import ApproversNow
from inventory_midplatform.services.approval.document_fields import Fields, fields_of
from inventory_midplatform.services.approval.facts import WAREHOUSE_FIELDS, Facts

LOOKED_AT = 1000
"""How many documents, the latest, are looked at."""
OF_APPLICANT = frozenset((APPLICANT, MANAGER_OF_APPLICANT, IN_FIELD))


def replay(ctx: Context, name: str, days: int = 30) -> Row:
	"""Return how many documents of the last days the working copy of a policy is for, which steps they would take, and how
	many would have found nobody. Documents of warehouses that this user may not see are left out.

	Raises NotFound (``unknown_policy``, ``unknown_doctype``) or NotPermitted (``document_not_permitted``).
	"""
	policy = parse(policies.named(ctx, name))
	if not ctx.documents.permits("read", policy.document_type, "", ctx.identity.user):
		raise NotPermitted(
			"You have no permission for {doctype} {name}.",
			code="document_not_permitted",
			doctype=policy.document_type,
			name="",
		)
	documents, is_complete = _documents(ctx, policy, days)
	people = _People(ctx, policy)
	steps = {str(step.number): 0 for step in policy.steps}
	counted = {"documents": 0, "without_approver": 0, "without_end": 0}
	for facts in documents:
		if not policy.applies(facts.values):
			continue
		way = [step for step, _ in policy.path(facts.values)]
		for step in way:
			steps[str(step.number)] += 1
		counted["documents"] += 1
		counted["without_end"] += int(ends_nowhere(policy, facts.values))
		counted["without_approver"] += int(any(people.is_nobody(step, facts) for step in way))
	return {**counted, "steps": steps, "is_complete": is_complete}


class _People:
	"""Who would be asked, as far as it does not depend on one document: looked up once for each warehouse."""

	def __init__(self, ctx: Context, policy: Policy):
		self._ctx, self._policy = ctx, policy
		self._found: dict[tuple[object, ...], list[Turn]] = {}

	def is_nobody(self, step: Step, facts: Facts) -> bool:
		"""Return whether a step finds nobody who may decide, so that others decide for it."""
		if step.kind != APPROVAL:
			return False
		own = frozenset[str]() if self._policy.allow_own else facts.own
		is_found = [bool({*turn.users} - own) for turn in self._turns(step, facts)]
		return not any(is_found) if step.counting in (ONE, SHARE) else not all(is_found)

	def _turns(self, step: Step, facts: Facts) -> list[Turn]:
		about = (facts.applicant, tuple(facts.values.get(a.name, "") for a in step.approvers))
		is_of_one = any(approver.kind in OF_APPLICANT for approver in step.approvers)
		key = (step.number, facts.warehouses, about if is_of_one else ())
		if key not in self._found:
			self._found[key] = ApproversNow(self._ctx, self._policy, facts).of_step(step)
		return self._found[key]


def _documents(ctx: Context, policy: Policy, days: int) -> tuple[list[Facts], bool]:
	"""Return what the policy looks at of the latest documents, none of them cancelled, and whether those are all."""
	fields = fields_of(ctx, policy.document_type)
	named = [name for name in policy.fields if not fields.is_sum(name) and fields.kind(name)]
	named += [name for name in WAREHOUSE_FIELDS if fields.kind(name) and name not in named]
	t = table(policy.document_type)
	query = Query.from_(t).select(t.name, t.owner, *(getattr(t, name) for name in named if name != "owner"))
	since = ctx.clock.now() - timedelta(days=days)
	query = query.where((t.creation >= value(since)) & (t.docstatus < value(2)))
	query = query.orderby(t.creation, order=Order.desc).limit(LOOKED_AT + 1)
	rows = ctx.store.rows(*compiled(query))
	page = rows[:LOOKED_AT]
	names = [row["name"] for row in page]
	sums, places = _sums(ctx, policy, fields, names), _places(ctx, fields, names)
	found = []
	for row in page:
		values = {name: as_text(row.get(name)) for name in policy.fields if not fields.is_sum(name)}
		values.update({name: as_text(of_rows.get(row["name"]) or 0) for name, of_rows in sums.items()})
		warehouses = {row[name] for name in WAREHOUSE_FIELDS if row.get(name)} | places.get(
			row["name"], set()
		)
		if ctx.identity.warehouses is None or warehouses <= ctx.identity.warehouses:
			owner = str(row["owner"] or "")
			# without a name: whether people may read documents of this kind, not each one
			found.append(Facts(policy.document_type, "", owner, owner, tuple(sorted(warehouses)), values))
	return found, len(rows) <= LOOKED_AT


def _sums(
	ctx: Context, policy: Policy, fields: Fields, names: Sequence[str]
) -> Mapping[str, Mapping[str, object]]:
	"""Return the sums over rows that the policy reads: field → document → sum."""
	found: dict[str, dict[str, object]] = {}
	for name in policy.fields:
		if not fields.is_sum(name):
			continue
		found[name] = {}
		if not names or not fields.kind(name):
			continue
		tables, column = name.split(".", 1)
		quoted = getattr(table(fields.own[tables].options), column).get_sql(quote_char="`")
		sql = (
			f"SELECT parent, SUM({quoted}) AS total FROM `tab{fields.own[tables].options}`"
			" WHERE parent IN %(names)s AND parenttype = %(doctype)s AND parentfield = %(field)s GROUP BY parent"
		)
		about = {"names": list(names), "doctype": fields.doctype, "field": tables}
		found[name] = {row["parent"]: row["total"] for row in ctx.store.rows(sql, about)}
	return found


def _places(ctx: Context, fields: Fields, names: Sequence[str]) -> dict[str, set[str]]:
	"""Return the warehouses that the rows of documents name."""
	found: dict[str, set[str]] = {}
	for tables, columns in fields.of_rows.items():
		named = [name for name in WAREHOUSE_FIELDS if name in columns]
		if not named or not names:
			continue
		t = table(fields.own[tables].options)
		query = Query.from_(t).select(t.parent, *(getattr(t, name) for name in named)).distinct()
		query = query.where(any_of(t.parent, names) & (t.parenttype == value(fields.doctype)))
		for row in ctx.store.rows(*compiled(query)):
			found.setdefault(row["parent"], set()).update(str(row[name]) for name in named if row[name])
	return found
