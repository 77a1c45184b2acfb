"""Approval Policies for tests."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.services.requests.inventory_requests import DOCTYPE
from inventory_midplatform.tests.platform import Platform, unique

SHIPPED = "Inventory Requests"
"""The policy of Inventory Requests that the app brings, switched on."""

OF_STEP = ("title", "counting", "share", "time_limit", "remind_before", "on_time_out", "escalate_to")
OF_APPROVER = ("approver", "user", "role", "user_field")
CONDITIONS_FROM = 50


def drawn(rows: Sequence[Row], conditions: Sequence[Row] = (), match: str = "All", **values: Any) -> Row:
	"""Return the values of a policy that asks its steps one after the other: rows with the same ``step`` are the approvers of
	one step. Conditions of a step decide whether it is taken; those of step 0 whether the policy is for a document.
	"""
	numbers = sorted({row["step"] for row in rows})
	conditioned = {c["step"] for c in conditions if c["step"]}
	entry = {n: CONDITIONS_FROM + n if n in conditioned else n for n in numbers}
	following = {n: str(entry[after]) for n, after in pairwise(numbers)}
	steps: list[Row] = []
	branches: list[Row] = []
	for n in numbers:
		first = next(row for row in rows if row["step"] == n)
		told = {field: first[field] for field in OF_STEP if first.get(field)}
		steps.append({"step": n, "kind": "Approval", "next_step": following.get(n, "End"), **told})
		if n in conditioned:
			steps.append({"step": entry[n], "kind": "Condition"})
			branches += [
				{"step": entry[n], "branch": 1, "match": match, "next_step": str(n)},
				{"step": entry[n], "branch": 2, "is_otherwise": 1, "next_step": following.get(n, "End")},
			]
	return {
		"title": unique("Policy"),
		"document_type": "Inventory Request",
		"enabled": 1,
		"ask_once": 1,
		**values,
		"steps": steps,
		"approvers": [{"step": row["step"], **{f: row.get(f) for f in OF_APPROVER}} for row in rows],
		"branches": branches,
		"conditions": [
			{**c, "step": entry.get(c["step"], c["step"]), "branch": int(bool(c["step"]))} for c in conditions
		],
	}


def approval_policy(platform: Platform, warehouse: str) -> str:
	"""Make and enable a policy for the Inventory Requests of a warehouse, which a supervisor made for it approves."""
	supervisor = platform.make_user(["Warehouse Supervisor"], [warehouse])
	row = {"step": 1, "approver": "User", "user": supervisor}
	of_warehouse = {"step": 0, "field": "warehouse", "comparison": "=", "value": warehouse}
	return platform.create("Approval Policy", drawn([row], [of_warehouse]))


def switch_shipped(platform: Platform, is_on: bool) -> None:
	"""Switch the policy of Inventory Requests on or off, by its row: every test of approvals does."""
	with platform.context() as ctx:
		sql = "UPDATE `tabApproval Policy` SET enabled = %(enabled)s WHERE name = %(name)s"
		ctx.store.execute(sql, {"enabled": int(is_on), "name": SHIPPED})


def approved_request(platform: Platform, name: str, applicant: str, *approvers: str) -> Row:
	"""Request the approval of an Inventory Request, let these users approve it, and return it as it is then."""
	asked = platform.call("approval.request", doctype=DOCTYPE, name=name, user=applicant)
	for user in approvers:
		platform.call("approval.approve", name=asked["name"], user=user)
	result: Row = platform.call("request.get", name=name)
	return result


def approval_delegation(platform: Platform) -> str:
	"""Make a delegation from a user made for it to another, which begins tomorrow."""
	user, delegate = (platform.make_user(["Warehouse Supervisor"]) for _ in range(2))
	with platform.context() as ctx:
		tomorrow = ctx.clock.now().date() + timedelta(1)
	values = {"user": user, "delegate": delegate, "from_date": tomorrow, "to_date": tomorrow, "enabled": 1}
	return platform.create("Approval Delegation", values)


def change_from_outside(platform: Platform, name: str, qty: int) -> None:
	"""Change an Inventory Request as another program may: its form refuses a change while its approval waits."""
	with platform.context() as ctx:
		for sql in (
			"UPDATE `tabInventory Request Item` SET qty = %(qty)s, amount = %(amount)s WHERE parent = %(name)s",
			"UPDATE `tabInventory Request` SET amount = %(amount)s WHERE name = %(name)s",
		):
			ctx.store.execute(sql, {"qty": qty, "amount": qty * 10, "name": name})
