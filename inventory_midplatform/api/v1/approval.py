"""Approvals of documents by policies: request, decide, return, delegate, add, comment; what waits for whom; policies drawn,
tried and switched on.
"""

import base64
import binascii
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from inventory_midplatform.api import approval_policy_results as drawn
from inventory_midplatform.api import approval_results as results
from inventory_midplatform.api.operation import LongText, Offset, PageSize, Text, operation
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import (
	approval_choices,
	approval_numbers,
	approval_people,
	approval_policies,
	approval_replay,
	approval_trial,
	approvals,
)
from inventory_midplatform.services.approval import (
	approval_requests,
	asking,
	deciding,
	delegations,
	policies,
)

Names = Annotated[list[Text], Field(min_length=1, max_length=50)]
LARGEST_FILE = 10_000_000  # characters of base64


@operation(writes=True)
def request(ctx: Context, doctype: Text, name: Text) -> results.ApprovalRequestWithHistory:
	"""Request the approval of a draft, by the first policy that is switched on and whose conditions it meets; or again, of a
	document that was returned to you.
	"""
	return _request(ctx, asking.begin(ctx, doctype, name))


@operation(writes=True)
def approve(ctx: Context, name: Text, reason: LongText = "") -> results.ApprovalRequestWithHistory:
	"""Approve a request that waits for you. Where its document was changed meanwhile, it is refused."""
	deciding.approve(ctx, name, reason)
	return _request(ctx, name)


@operation(writes=True)
def approve_many(ctx: Context, names: Names, reason: LongText = "") -> results.ApprovedMany:
	"""Approve several requests that wait for you; one that is refused does not stop the others."""
	ended = deciding.approve_many(ctx, names, reason)
	return {
		"results": [
			{"name": name, "is_approved": error is None, "error": results.refusal(error)}
			for name, error in ended
		]
	}


@operation(writes=True)
def reject(ctx: Context, name: Text, reason: LongText) -> results.ApprovalRequestWithHistory:
	"""Reject a request that waits for you, with a reason. One rejection ends it, unless a share of the people must approve."""
	deciding.reject(ctx, name, reason)
	return _request(ctx, name)


@operation(writes=True)
def return_(
	ctx: Context, name: Text, reason: LongText, to_step: Annotated[int, Field(ge=0, le=1000)] = 0
) -> results.ApprovalRequestWithHistory:
	"""Return a request that waits for you to an earlier step, or to its applicant (0), who may change the document."""
	deciding.return_to(ctx, name, reason, to_step)
	return _request(ctx, name)


@operation(writes=True)
def delegate(ctx: Context, name: Text, to: Text, reason: LongText = "") -> results.ApprovalRequestWithHistory:
	"""Let somebody else decide about a request that waits for you."""
	deciding.delegate(ctx, name, to, reason)
	return _request(ctx, name)


@operation(writes=True)
def add_approver(
	ctx: Context, name: Text, approver: Text, place: Literal["Before", "After"], reason: LongText = ""
) -> results.ApprovalRequestWithHistory:
	"""Add somebody who must approve a request too, before or after you."""
	deciding.add_approver(ctx, name, approver, place, reason)
	return _request(ctx, name)


@operation(writes=True)
def withdraw(ctx: Context, name: Text, reason: LongText = "") -> results.ApprovalRequestWithHistory:
	"""Withdraw an open or returned request: its applicant may, and managers."""
	approval_requests.withdraw(ctx, name, reason)
	return _request(ctx, name)


@operation(writes=True)
def comment(
	ctx: Context, name: Text, text: LongText, attachment: Text = ""
) -> results.ApprovalRequestWithHistory:
	"""Write a comment into the history of a request, with the `file_url` of a file that `approval.attach` attached."""
	deciding.comment(ctx, name, text, attachment)
	return _request(ctx, name)


@operation(writes=True)
def attach(
	ctx: Context, name: Text, file_name: Text, content: Annotated[str, Field(max_length=LARGEST_FILE)]
) -> results.AttachedFile:
	"""Attach a file to a request: its name and its content as base64."""
	try:
		decoded = base64.b64decode(content, validate=True)
	except (binascii.Error, ValueError):
		raise InvalidInput("The content is no base64.", code="invalid_input", argument="content") from None
	return {"file_url": deciding.attach(ctx, name, file_name, decoded)}


@operation(writes=True)
def remind(ctx: Context, name: Text) -> results.ApprovalRequestWithHistory:
	"""Remind those who are asked, once an hour at most: the applicant may, and managers."""
	deciding.remind(ctx, name)
	return _request(ctx, name)


@operation(writes=True)
def set_away(
	ctx: Context, delegate: Text, from_date: date, to_date: date, reason: LongText = ""
) -> results.Away:
	"""Let a `delegate` decide what waits for you from one day to another, both included. Where it begins today, they are asked
	at once for what waits already."""
	delegations.set_away(ctx, delegate, from_date, to_date, reason)
	return _away(ctx)


@operation(writes=True)
def end_away(ctx: Context) -> results.Away:
	"""End your delegations, those that have not begun too: what is not decided yet comes back to you."""
	delegations.end_away(ctx)
	return _away(ctx)


@operation()
def get_away(ctx: Context) -> results.Away:
	"""Return to whom you have delegated, and for whom you decide while they are away."""
	return _away(ctx)


@operation()
def get(ctx: Context, name: Text) -> results.ApprovalRequestWithHistory:
	"""Return a request with its history, its way through the policy, and what you may do."""
	return _request(ctx, name)


@operation()
def count(ctx: Context) -> results.ApprovalCount:
	"""Return how many requests wait for you, and whether documents are approved by policies here at all."""
	return {"to_decide": approvals.count(ctx), "is_on": ctx.settings.approval}


@operation()
def list_(
	ctx: Context,
	only: Literal["to_decide", "requested", "of_document"] = "to_decide",
	state: Literal["", "Open", "Returned", "Approved", "Rejected", "Withdrawn"] = "",
	doctype: Text = "",
	document: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.ApprovalRequestPage:
	"""A page of requests, the latest first: that wait for you, that you requested, or about the `document` of a `doctype`."""
	page: Any = approvals.list_requests(
		ctx, only=only, state=state, doctype=doctype, document=document, limit=limit, offset=offset
	)
	return page


@operation()
def numbers(ctx: Context, name: Text) -> results.ApprovalNumbers:
	"""Return what an approver looks at of a request's document: the stock of its items and for how many days it lasts now and
	afterwards, last rates, the budget that is charged, how its supplier performed. Prices and budget only for users who
	may see costs. At most ten lines, those of the largest amounts.
	"""
	found: Any = approval_numbers.numbers(ctx, name)
	return found


@operation()
def people(ctx: Context, name: Text = "", text: Text = "") -> results.ApprovalPeople:
	"""Up to twenty users whose name contains a text: to whom a request may be delegated, or who may be added to it; without
	a request, who may decide for you while you are away.
	"""
	found: Any = {"people": approval_people.people(ctx, name, text)}
	return found


@operation()
def list_policies(ctx: Context) -> drawn.PolicyList:
	"""Return all policies: which version is in force, whether there is a draft of the next, how many requests run by it."""
	listed: Any = approval_policies.list_policies(ctx)
	return {"policies": listed}


@operation()
def get_policy(ctx: Context, name: Text) -> drawn.PolicyRecord:
	"""Return a policy: its working copy, what is in force, and what is wrong with the working copy."""
	return _policy(ctx, name)


@operation()
def check_policy(ctx: Context, content: drawn.PolicyContent) -> drawn.PolicyProblems:
	"""Return what is wrong with a drawing. Nothing is saved."""
	found: Any = approval_policies.problems_of(ctx, dict(content))
	return {"problems": found}


@operation(writes=True)
def save_policy(
	ctx: Context, content: drawn.PolicyContent, name: Text = "", modified: Text = ""
) -> drawn.PolicyRecord:
	"""Save the working copy of a policy, or a new policy with the content's title. What is in force stays as it is.

	Give `modified` as you read it: where somebody else changed the policy meanwhile, it is refused.
	"""
	return _policy(ctx, policies.save(ctx, dict(content), name, modified))


@operation(writes=True)
def switch_on(ctx: Context, name: Text) -> drawn.PolicyRecord:
	"""Put the working copy into force as the next version; it must have no problems. Running requests end by their version."""
	policies.switch_on(ctx, name)
	return _policy(ctx, name)


@operation(writes=True)
def switch_off(ctx: Context, name: Text) -> drawn.PolicyRecord:
	"""Ask nobody any more by a policy. Running requests go on."""
	policies.switch_off(ctx, name)
	return _policy(ctx, name)


@operation()
def try_policy(ctx: Context, policy: Text, name: Text, values: drawn.OtherValues = {}) -> drawn.TriedPolicy:  # noqa: B006
	"""Return which way a document would go through the working copy of a policy, whom it would ask, and why. Nobody is asked.

	`values` tries it with other values of its fields, its `warehouse` or its `applicant`.
	"""
	tried: Any = approval_trial.try_policy(ctx, policy, name, values)
	return tried


@operation()
def replay(ctx: Context, policy: Text, days: Annotated[int, Field(ge=1, le=366)] = 30) -> drawn.Replayed:
	"""Return what the working copy of a policy would have done with the documents of the last days. Nobody is asked."""
	replayed: Any = approval_replay.replay(ctx, policy, days)
	return replayed


@operation()
def policy_fields(ctx: Context, doctype: Text) -> drawn.PolicyFields:
	"""Return the fields of a DocType that conditions can name, sums over its rows among them."""
	fields: Any = approval_choices.policy_fields(ctx, doctype)
	return {"fields": fields}


@operation()
def policy_people(ctx: Context, text: Text = "") -> drawn.PolicyPeople:
	"""Return the users (at most 500 whose name contains a text), roles and holiday lists that a policy can name."""
	people: Any = approval_choices.policy_people(ctx, text)
	return people


@operation()
def templates(ctx: Context) -> drawn.PolicyTemplates:
	"""Return policies to begin from. Their titles, and those of their steps and branches, are English words to translate."""
	listed: Any = approval_policies.templates()
	return {"templates": listed}


@operation()
def documents(ctx: Context, doctype: Text, text: Text = "") -> drawn.DocumentsToTry:
	"""Return the latest documents that you may read and whose name or subject contains a text, to try a policy with."""
	found: Any = approval_choices.documents(ctx, doctype, text)
	return {"documents": found}


def _policy(ctx: Context, name: str) -> Any:
	return approval_policies.get_policy(ctx, name)


def _request(ctx: Context, name: str) -> Any:
	return approvals.get(ctx, name)


def _away(ctx: Context) -> Any:
	return delegations.get_away(ctx)
