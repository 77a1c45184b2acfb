"""Documents that need an approval are not submitted before they have it."""

from collections.abc import Callable, Mapping
from typing import Any

from inventory_midplatform.domain.approval_flow import OPEN, REJECTED, RETURNED, WAITING, WITHDRAWN
from inventory_midplatform.domain.approval_policy import WORKFLOW_ACTION
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval import approval_requests, policies
from inventory_midplatform.services.approval.approval_requests import DOCTYPE


def require_approved(ctx: Context, doctype: str, document: Mapping[str, Any]) -> None:
	"""Refuse to submit a document that needs an approval and has none for its present values, by the policy that is for it
	with these: a change may lead it to another one, which reads other fields.

	Raises Conflict (``approval_needed``, ``approval_returned``, ``approval_waits``, ``approval_rejected``,
	``changed_since_approval``). Locks nothing.
	"""

	def needed(about: dict[str, str]) -> Conflict:
		return Conflict(
			"{doctype} {name} needs an approval before it is submitted. Choose Request Approval.",
			code="approval_needed",
			**about,
		)

	_require(ctx, doctype, document, needed)


def require_approved_to_begin(ctx: Context, doctype: str, name: str) -> None:
	"""Refuse to begin the work on a document of a flow that needs an approval and has none, likewise.

	Where no policy is for its DocType no statement is run.
	"""

	def needed(about: dict[str, str]) -> Conflict:
		return Conflict(
			"{doctype} {name} needs an approval before work on it begins. Request it first.",
			code="approval_needed",
			**about,
		)

	if is_looked_at(ctx, doctype):
		_require(ctx, doctype, ctx.documents.values(doctype, name), needed)


def is_approved_to_begin(ctx: Context, doctype: str, name: str) -> bool:
	"""Return whether :func:`require_approved_to_begin` lets the work on a document begin."""
	try:
		require_approved_to_begin(ctx, doctype, name)
	except Conflict:
		return False
	return True


def workflow_action(ctx: Context, doctype: str, document: Mapping[str, Any]) -> str | None:
	"""Return the action of the Workflow that the policy for a document takes when it is approved, empty where it takes none;
	None where the document needs no approval.
	"""
	record = policies.matching(ctx, doctype, document) if is_looked_at(ctx, doctype) else None
	if record is None:
		return None
	takes_action = record["when_approved"] == WORKFLOW_ACTION
	return str(record["workflow_action"] or "") if takes_action else ""


def is_looked_at(ctx: Context, doctype: str) -> bool:
	"""Return whether any enabled policy is for documents of this DocType."""
	return ctx.settings.approval and doctype in ctx.settings.doctypes_to_approve


def _require(
	ctx: Context, doctype: str, document: Mapping[str, Any], needed: Callable[[dict[str, str]], Conflict]
) -> None:
	policy = policies.matching(ctx, doctype, document) if is_looked_at(ctx, doctype) else None
	if policy is None:
		return
	about = {"doctype": doctype, "name": str(document["name"])}
	latest = approval_requests.latest(ctx, **about)
	if latest is None or latest["state"] == WITHDRAWN:
		raise needed(about)
	if latest["state"] == RETURNED:
		raise Conflict(
			"{doctype} {name} was returned: {reason} Change it and choose Request Approval again.",
			code="approval_returned",
			reason=latest["reason"] or "",
			**about,
		)
	if latest["policy"] != policy["name"] or not approval_requests.is_unchanged(ctx, latest, document):
		raise Conflict(
			"{doctype} {name} was changed after its approval was requested. Choose Request Approval again.",
			code="changed_since_approval",
			**about,
		)
	if latest["state"] == OPEN:
		asked = [
			r["user"] for r in approval_requests.rows_of(ctx, [latest["name"]]) if r["decision"] == WAITING
		]
		raise Conflict(
			"{doctype} {name} waits for the approval of {users}.",
			code="approval_waits",
			users=", ".join(dict.fromkeys(asked)),
			**about,
		)
	if latest["state"] == REJECTED:
		raise Conflict(
			"{doctype} {name} was rejected: {reason}",
			code="approval_rejected",
			reason=latest["reason"] or "",
			**about,
		)
	ctx.notifier.done(DOCTYPE, latest["name"])
