"""Approval policies as those who draw them see them: a list, one with its problems, and templates to begin from."""

from collections.abc import Sequence

from inventory_midplatform.domain.approval_flow import OPEN, RETURNED
from inventory_midplatform.domain.approval_policy import content
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.approval import policies, policy_problems, shipped_policies

_ALL = "SELECT * FROM `tabApproval Policy` ORDER BY document_type, priority, name"

_RUNNING = """
SELECT request.policy, request.state, COUNT(*) AS n FROM `tabApproval Request` request
JOIN `tabApproval Policy` policy ON policy.name = request.policy AND policy.version = request.policy_version
WHERE request.policy IN %(names)s GROUP BY request.policy, request.state
"""


def list_policies(ctx: Context) -> list[Row]:
	"""Return all policies, by the documents that they are for, in the order in which they are tried."""
	records = policies.with_rows(ctx, ctx.store.rows(_ALL))
	running = _running(ctx, [record["name"] for record in records])
	return [_listed(record, running) for record in records]


def get_policy(ctx: Context, name: str) -> Row:
	"""Return the working copy of a policy, what is in force of it, and what is wrong with it. Raises NotFound
	(``unknown_policy``).
	"""
	record = policies.named(ctx, name)
	whole = content(record)
	about = {"title": record["title"], "priority": int(record["priority"] or 0)}
	return {
		**_listed(record, _running(ctx, [name])),
		"content": {**whole, **about},
		"in_force": policies.in_force(record),
		"problems": problems_of(ctx, whole),
		"names": _names(ctx, whole),
	}


def _names(ctx: Context, whole: Row) -> Row:
	"""Return the full names of the users that a policy names."""
	users = sorted({row["user"] for row in whole["approvers"] if row["user"]})
	sql = "SELECT name, full_name FROM `tabUser` WHERE name IN %(users)s ORDER BY name"
	rows = ctx.store.rows(sql, {"users": users}) if users else []
	return {row["name"]: row["full_name"] or row["name"] for row in rows}


def problems_of(ctx: Context, whole: Row) -> list[Row]:
	"""Return what is wrong with the content of a policy. Raises what :func:`approval_policy.parse` raises."""
	return [problem.as_dict() for problem in policy_problems.of_content(ctx, content(whole))]


def templates() -> list[Row]:
	"""Return policies to begin from. Their titles are English."""
	return [
		{
			"name": policy["title"],
			"title": policy["title"],
			"document_type": policy["document_type"],
			"content": {**content(policy), "title": policy["title"]},
		}
		for policy in shipped_policies.SHIPPED
	]


def _listed(record: Row, running: dict[str, Row]) -> Row:
	version = int(record["version"] or 0)
	is_draft = policies.is_draft(record)
	return {
		"name": record["name"],
		"title": record["title"],
		"document_type": record["document_type"],
		"priority": int(record["priority"] or 0),
		"enabled": bool(int(record["enabled"] or 0)),
		"version": version,
		"is_draft": is_draft,
		"draft_version": version + int(is_draft),
		"running": running[record["name"]],
		"modified": policies.stamp(record["modified"]),
	}


def _running(ctx: Context, names: Sequence[str]) -> dict[str, Row]:
	"""Return how many requests of the version in force are open, and how many are closed, by policy."""
	found: dict[str, Row] = {name: {"open": 0, "closed": 0} for name in names}
	for row in ctx.store.rows(_RUNNING, {"names": list(names)}) if names else ():
		of_state = "open" if row["state"] in (OPEN, RETURNED) else "closed"
		found[row["policy"]][of_state] += int(row["n"])
	return found
