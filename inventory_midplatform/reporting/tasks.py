"""Which documents of a flow are on a user's list of tasks."""

from collections.abc import Sequence

from pypika import Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from inventory_midplatform.domain.errors import NotFound
from inventory_midplatform.domain.flows import Flow
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import any_of, contains, value
from inventory_midplatform.services import masters
from inventory_midplatform.services.flows import steps


def limited(
	ctx: Context,
	query: QueryBuilder,
	t: Table,
	flow: Flow,
	*,
	state: str,
	warehouse: str,
	mine: bool,
	search: str,
	searched: Criterion,
) -> QueryBuilder:
	"""Limit a query to open documents, or those in ``state``, of the warehouses this user may see.

	``search`` is a part of the document's name or its source's, or ``searched`` is true. Raises what :mod:`masters` raises.
	"""
	query = (
		query.where(t.state == value(state))
		if state
		else query.where(t.state.notin([value(name) for name in sorted(flow.final)]))
	)
	if warehouse:
		query = query.where(t.warehouse == value(masters.known_warehouse(ctx, warehouse)))
	if ctx.identity.warehouses is not None:
		query = query.where(any_of(t.warehouse, sorted(ctx.identity.warehouses)))
	if mine:
		query = query.where(t.assignee == value(ctx.identity.user))
	if search:
		query = query.where(contains(t.name, search) | contains(t.source_name, search) | searched)
	return query


def find(ctx: Context, flow: Flow, code: str, sooner: Sequence[str] = ()) -> Row | None:
	"""Return the document of this name, or the open one for a source of this name in a warehouse that this user may see,
	those in the states ``sooner`` first; None where there is none. Raises NotPermitted where all are in other warehouses.
	"""
	rows = ctx.store.rows(
		f"SELECT name, warehouse, state FROM `tab{flow.doctype}` WHERE name = %(code)s UNION"
		f" SELECT name, warehouse, state FROM `tab{flow.doctype}`"
		" WHERE source_name = %(code)s AND state NOT IN %(final)s ORDER BY name",
		{"code": code, "final": sorted(flow.final)},
	)
	if not rows:
		return None
	visible = ctx.identity.warehouses
	rank = {state: n for n, state in enumerate(sooner)}
	rows.sort(
		key=lambda row: (
			visible is not None and row["warehouse"] not in visible,
			rank.get(row["state"], len(rank)),
		)
	)
	try:
		found = steps.read(ctx, flow, rows[0]["name"])
	except NotFound:
		return None
	next_ = steps.next_steps(ctx, flow, found["state"])
	return {
		"doctype": flow.doctype,
		"name": found["name"],
		"state": found["state"],
		"next_step": next_[0]["step"] if next_ else "",
	}
