"""What follows when the state of an Approval Request changes: its document is submitted, its Workflow goes on, its status
follows. Whose right that is, says decision 14.
"""

from collections.abc import Callable, Mapping

from inventory_midplatform.domain.approval_flow import APPROVED
from inventory_midplatform.domain.approval_policy import NOTHING, SUBMIT, Policy
from inventory_midplatform.domain.errors import InvalidInput, NotPermitted
from inventory_midplatform.ports import Context
from inventory_midplatform.services.approval.facts import Facts
from inventory_midplatform.services.requests import inventory_requests

FOLLOWERS: Mapping[str, Callable[[Context, str, str, str], None]] = {
	inventory_requests.DOCTYPE: inventory_requests.approval_changed,
}
"""DocType → what follows the state of its approval in the document itself: (ctx, name, state of the request, reason)."""


def changed(ctx: Context, policy: Policy, facts: Facts, before: str, after: str, reason: str) -> None:
	"""Do what follows when a request goes from the state ``before`` (empty: it is new) to ``after``. The caller has written it.

	An approved document is submitted, or its Workflow goes on, as the policy says, in the name of whoever decided last.
	Raises what the books refuse about it: then nothing is approved, and the approver reads why.
	"""
	follow = FOLLOWERS.get(facts.doctype)
	if follow and before != after:
		follow(ctx, facts.name, after, reason)
	if not goes_on(policy, after):
		return
	if policy.when_approved == SUBMIT:
		ctx.documents.submit(facts.doctype, facts.name)
	else:
		ctx.documents.apply_action(facts.doctype, facts.name, policy.workflow_action)


def goes_on(policy: Policy, state: str) -> bool:
	"""Return whether a document goes on by itself in this state of its request."""
	return state == APPROVED and policy.when_approved != NOTHING


def require_right(ctx: Context, policy: Policy) -> None:
	"""Refuse to switch on a policy that does with an approved document what this user may not do themselves.

	Approvers need no right of their own to submit what they approve, so the right is that of whoever switches the policy
	on. Raises NotPermitted (``may_not_submit``, ``may_not_apply``) or InvalidInput (``unknown_action``).
	"""
	doctype, user = policy.document_type, ctx.identity.user
	if policy.when_approved == NOTHING:
		return
	if policy.when_approved == SUBMIT:
		if not ctx.documents.permits("submit", doctype, "", user):
			raise NotPermitted(
				"You may not submit documents of type {doctype}, so no policy that you switch on may do it.",
				code="may_not_submit",
				doctype=doctype,
			)
		return
	about = {"doctype": doctype, "action": policy.workflow_action or "–"}
	roles = ctx.documents.actions(doctype).get(policy.workflow_action)
	if roles is None:
		raise InvalidInput("The Workflow of {doctype} has no step {action}.", code="unknown_action", **about)
	if not ctx.identity.roles & roles:
		raise NotPermitted(
			"Your roles do not allow the step {action} in the Workflow of {doctype}, so no policy that you switch on may"
			" take it.",
			code="may_not_apply",
			**about,
		)
