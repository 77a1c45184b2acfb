"""Approval policies that come with the app: templates to begin from, and what is installed on a site, switched off but for the
Inventory Request's.

Each is the content of a policy, as ``approval.save_policy`` takes it, with its title and document type. Titles are English; who
shows or installs one translates them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inventory_midplatform.domain.approval_policy import SUBMIT
from inventory_midplatform.domain.roles import BUYER, DIRECTOR, INSPECTOR, MANAGER

Content = Mapping[str, Any]

_SUPERVISOR = {"approver": "Supervisor"}
_INSPECTOR = {"approver": "Role", "role": INSPECTOR}
_STOREKEEPER = {"approver": "Storekeeper"}
_DIRECTOR = {"approver": "Role", "role": DIRECTOR}
_APPLICANT = {"approver": "Applicant"}
_BUYERS = {"approver": "Role", "role": BUYER}

_TOGETHER = {
	"title": "Supervisor and Inspector",
	"counting": "All",
	"time_limit": 8,
	"remind_before": 2,
	"on_time_out": "Escalate",
	"escalate_to": MANAGER,
}
_SUPERVISORS = {**_TOGETHER, "title": "Supervisor", "counting": "Any"}
_OF_DIRECTOR = {"title": "Director", "time_limit": 16, "remind_before": 4}


def _over(
	title: str,
	doctype: str,
	first: Mapping[str, Any],
	approvers: Sequence[Mapping[str, Any]],
	over: Mapping[str, Any],
	copies: Sequence[Mapping[str, Any]] = (_APPLICANT,),
	limit: str = "10000",
	**more: Any,
) -> Content:
	"""Return a policy of one step for everybody, the director for what is over a limit, and a copy at the end. The first step
	stands before the condition, so that it is drawn once.
	"""
	return {
		"title": title,
		"document_type": doctype,
		"steps": [
			{"step": 1, "kind": "Approval", **first},
			{"step": 2, "kind": "Condition", "title": over["title"]},
			{"step": 3, "kind": "Approval", **_OF_DIRECTOR},
			{"step": 4, "kind": "Copy To", "title": "Copy", "next_step": "End"},
		],
		"approvers": [
			*({"step": 1, **approver} for approver in approvers),
			{"step": 3, **_DIRECTOR},
			*({"step": 4, **copy} for copy in copies),
		],
		"branches": [
			{
				"step": 2,
				"branch": 1,
				"title": "Over the Limit",
				"match": over.get("match", "All"),
				"next_step": "3",
			},
			{"step": 2, "branch": 2, "title": "Otherwise", "is_otherwise": 1, "next_step": "4"},
		],
		"conditions": [
			{"step": 2, "branch": 1, "field": field, "comparison": comparison, "value": value or limit}
			for field, comparison, value in over["conditions"]
		],
		**more,
	}


def _by_amount(*fields: str) -> Mapping[str, Any]:
	return {"title": "By Amount", "conditions": [(field, ">", "") for field in fields]}


INVENTORY_REQUEST: Content = {
	"title": "Inventory Requests",
	"document_type": "Inventory Request",
	"when_approved": SUBMIT,
	"steps": [
		{"step": 1, "kind": "Approval", "title": "Supervisor"},
		{"step": 2, "kind": "Condition", "title": "By Amount"},
		{"step": 3, "kind": "Approval", "title": "Director", "next_step": "End"},
	],
	"approvers": [{"step": 1, **_SUPERVISOR}, {"step": 3, **_DIRECTOR}],
	"branches": [
		{"step": 2, "branch": 1, "title": "Over the Limit", "next_step": "3"},
		{"step": 2, "branch": 2, "title": "Otherwise", "is_otherwise": 1, "next_step": "End"},
	],
	"conditions": [{"step": 2, "branch": 1, "field": "amount", "comparison": ">", "value": "10000"}],
}
"""The one that is switched on where it is installed. A site that had another limit keeps it."""

SHIPPED: Sequence[Content] = (
	INVENTORY_REQUEST,
	_over(
		"Purchases",
		"Purchase Order",
		_TOGETHER,
		[_SUPERVISOR, _INSPECTOR],
		_by_amount("base_grand_total"),
		[_APPLICANT, _BUYERS],
	),
	_over(
		"Purchase Requests",
		"Material Request",
		_SUPERVISORS,
		[_SUPERVISOR],
		_by_amount("items.amount"),
		[_APPLICANT, _BUYERS],
	),
	_over(
		"Inbound Orders",
		"Inbound Order",
		_TOGETHER,
		[_SUPERVISOR, _INSPECTOR],
		{"title": "By Quantity", "conditions": [("lines.expected_qty", ">", "")]},
		[_APPLICANT, _STOREKEEPER],
		limit="1000",
	),
	_over(
		"Outbound Orders",
		"Outbound Order",
		_SUPERVISORS,
		[_SUPERVISOR],
		{"title": "By Quantity", "conditions": [("lines.qty", ">", "")]},
		[_APPLICANT, _STOREKEEPER],
		limit="1000",
	),
	_over(
		"Stock Entries",
		"Stock Entry",
		_SUPERVISORS,
		[_SUPERVISOR],
		_by_amount("total_outgoing_value"),
	),
	_over(
		"Counted Variances",
		"Stock Reconciliation",
		{**_TOGETHER, "title": "Supervisor and Storekeeper"},
		[_SUPERVISOR, _STOREKEEPER],
		{
			"title": "By Variance",
			"match": "Any",
			"conditions": [("difference_amount", ">", "1000"), ("difference_amount", "<", "-1000")],
		},
	),
)


def translated(policy: Content, translate: Callable[[str], str]) -> Content:
	"""Return a policy with its titles in another language."""

	def row(values: Mapping[str, Any]) -> Mapping[str, Any]:
		return {**values, "title": translate(values["title"])} if values.get("title") else values

	return {
		**row(policy),
		**{table: [row(values) for values in policy[table]] for table in ("steps", "branches")},
	}


def titles() -> set[str]:
	"""Return the titles of the policies, their steps and branches."""
	found: set[str] = set()
	for policy in SHIPPED:
		translated(policy, lambda title: found.add(title) or title)  # type: ignore[func-returns-value]
	return found
