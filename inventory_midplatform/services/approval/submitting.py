"""Documents that need an approval are not submitted before they have it."""

from collections.abc import Mapping
from typing import Any

from inventory_midplatform.domain.approval_policy import OPEN, REJECTED, WITHDRAWN
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval import approval_requests, policies
from inventory_midplatform.services.approval.approval_requests import DOCTYPE, WAITING


def require_approved(ctx: Context, doctype: str, document: Mapping[str, Any]) -> None:
	"""Refuse to submit a document that needs an approval and has none for its present values, by the policy that is for it
	with these: a change may lead it to another one, which reads other fields.

	Raises Conflict (``approval_needed``, ``approval_waits``, ``approval_rejected``, ``changed_since_approval``). Locks
	nothing.
	"""
	policy = policies.matching(ctx, doctype, document) if ctx.settings.approval_policies else None
	if policy is None:
		return
	about = {"doctype": doctype, "name": str(document["name"])}
	latest = approval_requests.latest(ctx, **about)
	if latest is None or latest["state"] == WITHDRAWN:
		raise Conflict(
			"{doctype} {name} needs an approval before it is submitted. Choose Request Approval.",
			code="approval_needed",
			**about,
		)
	if latest["policy"] != policy["name"] or not approval_requests.is_unchanged(latest, document):
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
