"""A step of a flow: the document is locked and checked before it, logged and announced after it."""

from collections.abc import Sequence
from typing import Any

from inventory_midplatform.domain.errors import NotFound
from inventory_midplatform.domain.flows import Flow, Step
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row, SnapshotConflict
from inventory_midplatform.services import document_locks, masters, operation_log
from inventory_midplatform.services.approval import submitting
from inventory_midplatform.services.batching import batches


def begin(ctx: Context, flow: Flow, name: str, step: str, posts: bool = False) -> Row:
	"""Lock a document of a flow and return its header, if this user may take ``step`` on it now.

	``posts``: the step posts in the books, which changes the document's source. That is locked first, as the books do
	where the source itself is changed. Raises NotFound (``unknown_document``), NotPermitted (``step_not_permitted``, ``warehouse_not_permitted``) or
	Conflict (``wrong_state``, and for a step with which work begins what :mod:`submitting` raises). Locks the document's row: of two who take a step at once, one waits. Raises
	SnapshotConflict, which is tried again, where somebody changed it meanwhile: Frappe would save what it read before.
	"""
	seen = read(ctx, flow, name)
	if posts and seen["source_type"]:
		document_locks.lock(ctx, [(seen["source_type"], seen["source_name"])])
	document = read(ctx, flow, name, locked=True)
	if document["modified"] != seen["modified"]:
		raise SnapshotConflict(f"{flow.doctype} {name} was changed since it was read")
	if flow.require(step, name, document["state"], ctx.identity.roles).begins:
		submitting.require_approved_to_begin(ctx, flow.doctype, name)
	return document


def may_take(ctx: Context, flow: Flow, name: str, step: str) -> Row:
	"""Return a document's header if this user may take ``step`` on it now, without a lock: for a step that changes and
	locks other records, such as the orders of a wave, so that several people take it at once.

	Raises what :func:`begin` raises, but SnapshotConflict.
	"""
	document = read(ctx, flow, name)
	flow.require(step, name, document["state"], ctx.identity.roles)
	return document


def read(ctx: Context, flow: Flow, name: str, locked: bool = False) -> Row:
	"""Return a document's header. Raises NotFound (``unknown_document``), NotPermitted (``warehouse_not_permitted``).

	With ``locked`` its row is locked and the user's warehouses do not matter: :func:`begin` has checked them, or the
	platform syncs it with a document, which may have rows in warehouses that the user may not see.
	"""
	source = ctx.store.through(flow.doctype, ("name",))
	lock = ctx.store.for_update if locked else ""
	rows = ctx.store.rows(f"SELECT * FROM {source} WHERE name = %(name)s{lock}", {"name": name})
	if not rows:
		raise NotFound(
			"{doctype} {name} does not exist.", code="unknown_document", doctype=flow.doctype, name=name
		)
	if not locked:
		masters.require_warehouse(ctx, rows[0]["warehouse"])
	return rows[0]


def finish(ctx: Context, flow: Flow, document: Row, step: str, state: str, **changes: Any) -> None:
	"""Write a document's new state and fields. Where the state changes, close its open to-dos and log the step.

	``step`` is the name of a step, or the label of an event. The caller has locked the document.
	"""
	before = document["state"]
	if state != before or changes:
		ctx.documents.update(flow.doctype, document["name"], {"state": state, **changes})
	if state != before:
		ctx.notifier.done(flow.doctype, document["name"])
		operation_log.log(
			ctx,
			"Step",
			flow.doctype,
			document["name"],
			warehouse=document["warehouse"],
			from_value=before,
			to_value=state,
			reason=next((s.label for s in flow.steps if s.name == step), step),
		)


def lock_many(ctx: Context, flow: Flow, names: Sequence[str]) -> list[Row]:
	"""Lock documents of a flow in the order of their names, and return their headers as they are now."""
	source = ctx.store.through(flow.doctype, ("name",))
	found: list[Row] = []
	for part in batches(sorted(names)):
		sql = f"SELECT * FROM {source} WHERE name IN %(names)s ORDER BY name{ctx.store.for_update}"
		found += ctx.store.rows(sql, {"names": part})
	return found


def finish_many(
	ctx: Context, flow: Flow, documents: Sequence[Row], step: str, state: str, **changes: Any
) -> None:
	"""Do as :func:`finish` for many locked documents, in a few statements: hooks of the DocType are not run."""
	fields = {"state": state, **changes, "modified": ctx.clock.now(), "modified_by": ctx.identity.user}
	assigned = ", ".join(f"{field} = %({field})s" for field in fields)
	for part in batches(documents):
		names = [document["name"] for document in part]
		ctx.store.execute(
			f"UPDATE `tab{flow.doctype}` SET {assigned} WHERE name IN %(names)s", {**fields, "names": names}
		)
		ctx.notifier.done(flow.doctype, *names)
	operation_log.write(
		ctx,
		[
			operation_log.entry(
				ctx,
				"Step",
				flow.doctype,
				document["name"],
				warehouse=document["warehouse"],
				from_value=document["state"],
				to_value=state,
				reason=flow.step(step).label,
			)
			for document in documents
		],
	)


def next_steps(ctx: Context, flow: Flow, state: str) -> list[Row]:
	"""Return the steps that this user may take from a state: step, label and the arguments it needs."""
	steps: list[Step] = flow.next_steps(state, ctx.identity.roles)
	return [{"step": s.name, "label": s.label, "needs": list(s.needs)} for s in steps]


def step_result(ctx: Context, flow: Flow, data: Row, message: Reason) -> Row:
	"""Return what every step returns: the document's state, the steps that may come next, what was done, and the document."""
	return {
		"state": data["state"],
		"next_steps": next_steps(ctx, flow, data["state"]),
		"message": message.as_dict(),
		"data": data,
	}
