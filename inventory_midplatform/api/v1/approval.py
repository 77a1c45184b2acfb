"""Approvals of documents by policies: request, approve, reject, withdraw; what waits for whom; a trial of a policy."""

from typing import Any, Literal

from inventory_midplatform.api import approval_results as results
from inventory_midplatform.api.operation import LongText, Offset, PageSize, Text, operation
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import approvals
from inventory_midplatform.services.approval import approval_requests


@operation(writes=True)
def request(ctx: Context, doctype: Text, name: Text) -> results.ApprovalRequestWithHistory:
	"""Request the approval of a draft, by the first policy that is switched on and whose conditions it meets."""
	return _request(ctx, approval_requests.request(ctx, doctype, name))


@operation(writes=True)
def approve(ctx: Context, name: Text, reason: LongText = "") -> results.ApprovalRequestWithHistory:
	"""Approve a request that waits for you. Where its document was changed meanwhile, it is refused."""
	approval_requests.approve(ctx, name, reason)
	return _request(ctx, name)


@operation(writes=True)
def reject(ctx: Context, name: Text, reason: LongText) -> results.ApprovalRequestWithHistory:
	"""Reject a request that waits for you, with a reason. One rejection ends it."""
	approval_requests.reject(ctx, name, reason)
	return _request(ctx, name)


@operation(writes=True)
def withdraw(ctx: Context, name: Text, reason: LongText = "") -> results.ApprovalRequestWithHistory:
	"""Withdraw an open request: its applicant may, and managers."""
	approval_requests.withdraw(ctx, name, reason)
	return _request(ctx, name)


@operation()
def get(ctx: Context, name: Text) -> results.ApprovalRequestWithHistory:
	"""Return a request with its history: who was asked and what they decided."""
	return _request(ctx, name)


@operation()
def list_(
	ctx: Context,
	only: Literal["to_decide", "requested", "of_document"] = "to_decide",
	state: Literal["", "Open", "Approved", "Rejected", "Withdrawn"] = "",
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
def try_policy(ctx: Context, policy: Text, name: Text) -> results.TriedPolicy:
	"""Return which steps a policy would take with a document, whom they would ask, and why. Nobody is asked."""
	tried: Any = approvals.try_policy(ctx, policy, name)
	return tried


def _request(ctx: Context, name: str) -> Any:
	return approvals.get(ctx, name)
