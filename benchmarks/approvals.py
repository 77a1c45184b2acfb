"""Ten thousand documents that wait for one person's approval: what waits, how many, approve one, what is overdue; beside
Frappe's Workflow with as many Workflow Actions.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import frappe

from benchmarks import bulk
from benchmarks.at_site import Queries, begin, scaled, switch
from benchmarks.figures import Figure, Part, middle, profile, short, span
from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import in_transaction, operation_named, perform
from inventory_midplatform.services.approval import time_outs
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import drawn

assert v1, "importing it registers the operations"

SETTINGS = "Inventory Midplatform Settings"
DOCUMENT, REQUEST, ROWS, ACTION = (
	"Material Request",
	"Approval Request",
	"Approval Decision",
	"Workflow Action",
)
OPEN = 10_000
TIMES = 20
PAGE = 50
MOST_QUERIES = 10
OVERDUE = 500
ROLE = "Purchase Manager"


@dataclass
class Side:
	"""One way to do something: how long it took, and with how many statements."""

	work: Callable[[], Any]
	seconds: list[float] = field(default_factory=list)
	statements: int = 0

	def run(self) -> None:
		with Queries() as queries:
			started = time.perf_counter()
			self.work()
			self.seconds.append(time.perf_counter() - started)
		self.statements = queries.count


def call(operation: str, /, **arguments: Any) -> Any:
	return perform(SiteUnitOfWork(), operation_named(operation), arguments, "")


# what waits


def draft() -> str:
	row = {
		"item_code": erp.item(),
		"qty": 5,
		"warehouse": erp.warehouse(),
		"schedule_date": frappe.utils.nowdate(),
	}
	document = {"doctype": DOCUMENT, "material_request_type": "Purchase", "company": erp.company()}
	return str(
		frappe.get_doc({**document, "schedule_date": row["schedule_date"], "items": [row]}).insert().name
	)


def copies(source: str, prefix: str, count: int) -> None:
	name = f"CONCAT('{prefix}-', seq)"
	bulk.copy(DOCUMENT, f"t.name = '{source}'", count, name=name)
	bulk.copy(
		f"{DOCUMENT} Item", f"t.parent = '{source}'", count, name=f"CONCAT('{prefix}-R-', seq)", parent=name
	)


def requests(approver: str, count: int) -> None:
	"""Open approval requests that wait for the approver: copies of one that was requested."""
	row = {"step": 1, "approver": "User", "user": approver, "time_limit": 8, "on_time_out": "Approve"}
	policy = {**drawn([row], document_type=DOCUMENT), "doctype": "Approval Policy"}
	enabled = frappe.get_doc(policy).insert()
	source = draft()
	made = call("approval.request", doctype=DOCUMENT, name=source)["name"]
	copies(source, "OURS", count)
	name, document = "CONCAT('APR-', seq)", "CONCAT('OURS-', seq)"
	facts = f"REPLACE(t.facts, '{source}', {document})"
	bulk.copy(REQUEST, f"t.name = '{made}'", count, name=name, document_name=document, facts=facts)
	bulk.copy(ROWS, f"t.parent = '{made}'", count, name="CONCAT(t.name, seq)", parent=name)
	for doctype, key in ((REQUEST, "name"), (ROWS, "parent")):
		frappe.db.sql(f"DELETE FROM `tab{doctype}` WHERE `{key}` = %s", made)
	enabled.reload()
	enabled.enabled = 0
	enabled.save()


def workflow_actions(count: int) -> None:
	"""Drafts of a Workflow that waits for the approver's role: with the Workflow Actions that Frappe makes of them."""
	copies(draft(), "WORK", count)
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": "Material Requests",
			"document_type": DOCUMENT,
			"workflow_state_field": "workflow_state",
			"is_active": 1,
			"states": [
				{"state": state, "doc_status": 0, "allow_edit": ROLE} for state in ("Pending", "Approved")
			],
			"transitions": [
				{
					"state": "Pending",
					"action": "Approve",
					"next_state": "Approved",
					"allowed": ROLE,
					"allow_self_approval": 1,
				}
			],
		}
	).insert()
	one = {"doctype": ACTION, "reference_doctype": DOCUMENT, "reference_name": "WORK-1", "status": "Open"}
	roles = [{"role": ROLE}]
	made = frappe.get_doc({**one, "workflow_state": "Pending", "permitted_roles": roles})
	made.insert(ignore_permissions=True)
	name = "CONCAT('WA-', seq)"
	bulk.copy(ACTION, f"t.name = '{made.name}'", count, name=name, reference_name="CONCAT('WORK-', seq)")
	child = "Workflow Action Permitted Role"
	bulk.copy(child, f"t.parent = '{made.name}'", count, name="CONCAT(t.name, seq)", parent=name)
	frappe.delete_doc(ACTION, made.name, ignore_permissions=True)


# Frappe's side, as its desk does it


def actions() -> list[Any]:
	columns = ["name", "reference_doctype", "reference_name", "workflow_state", "creation"]
	found = frappe.get_list(ACTION, {"status": "Open"}, columns, order_by="modified desc", limit=PAGE)
	assert len(found) == PAGE
	return list(found)


def actions_with_transitions() -> None:
	"""The list, and what may be done with each: what a form asks for when it is opened."""
	from frappe.model.workflow import get_transitions

	for row in actions():
		assert get_transitions(frappe.get_doc(row.reference_doctype, row.reference_name))


def count_actions() -> int:
	frappe.local.form_dict = frappe._dict(doctype=ACTION, filters={"status": "Open"}, fields=["name"])
	from frappe.desk import reportview

	return int(reportview.get_count())


def apply_action(name: str) -> None:
	from frappe.model.workflow import apply_workflow

	apply_workflow(frappe.get_doc(DOCUMENT, name).as_dict(), "Approve")
	frappe.db.commit()


# here


def listed() -> None:
	found = call("approval.list", limit=PAGE)["requests"]
	assert len(found) == PAGE
	assert all("approve" in row["may"] and row["due_at"] for row in found)


def compared(part: Part, what: str, size: str, here: Side, beside: Side, title: str) -> None:
	ratio = middle(beside.seconds) / middle(here.seconds)
	samples = {"here s": here.seconds, "beside s": beside.seconds}
	milliseconds = [[1000 * s for s in side.seconds] for side in (here, beside)]
	part.add(
		Figure(
			what,
			size,
			span(milliseconds[0], "ms"),
			f"{title} {span(milliseconds[1], 'ms')}",
			ratio,
			samples=samples,
		)
	)
	part.add(
		Figure(
			"The same, SQL statements",
			size,
			f"{here.statements:,}",
			f"{title} {beside.statements:,}",
			beside.statements / here.statements,
			f"≤ {MOST_QUERIES}" if "approve" not in what else "",
			here.statements <= MOST_QUERIES if "approve" not in what else None,
		)
	)


def in_turn(times: int, *sides: Side) -> None:
	for _ in range(times + 1):
		for side in sides:
			side.run()
	for side in sides:
		del side.seconds[0]  # the first warms the caches


def main() -> None:
	begin()
	switch(on=True)
	frappe.db.set_single_value(SETTINGS, "approval_enabled", 1)
	frappe.db.commit()
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	count, times = scaled(OPEN, 2 * PAGE), scaled(TIMES, 3)
	approver = erp.user([ROLE, "Warehouse Supervisor"])
	requests(approver, count)
	workflow_actions(count)
	frappe.db.commit()
	bulk.analyze(REQUEST, ROWS, ACTION, "Workflow Action Permitted Role", DOCUMENT)
	part = Part("approvals")
	size = f"{count:,} open"

	frappe.set_user(approver)
	page, desk, forms = Side(listed), Side(actions), Side(actions_with_transitions)
	in_turn(times, page, desk, forms)
	what = f"`approval.list`, a page of {PAGE} that wait for one: with times, and what may be done"
	compared(part, what, size, page, desk, "Workflow Actions, names only")
	compared(part, "The same", size, page, forms, "Workflow Actions, with what may be done")

	counted, counted_beside = Side(lambda: call("approval.count")), Side(count_actions)
	assert counted.work()["to_decide"] == count == counted_beside.work()
	in_turn(times, counted, counted_beside)
	compared(part, "`approval.count`", size, counted, counted_beside, "Workflow Actions")

	numbers = iter(range(1, count + 1))
	approved = Side(lambda: call("approval.approve", name=f"APR-{next(numbers)}"))
	others = iter(range(1, count + 1))
	applied = Side(lambda: apply_action(f"WORK-{next(others)}"))
	in_turn(times, approved, applied)
	states = frappe.get_all(REQUEST, {"name": f"APR-{times}"}, pluck="state", order_by="name")
	assert states == ["Approved"], states
	assert frappe.db.get_value(DOCUMENT, f"WORK-{times}", "workflow_state") == "Approved"
	compared(part, "`approval.approve` of one", size, approved, applied, "Workflow, `apply_workflow`")

	frappe.set_user("Administrator")
	late = min(OVERDUE, count // 4)
	names = tuple(f"APR-{n}" for n in range(count - late + 1, count + 1))
	long_ago = frappe.utils.add_days(frappe.utils.now_datetime(), -2)
	frappe.db.sql(f"UPDATE `tab{REQUEST}` SET due_at = %s WHERE name IN %s", (long_ago, names))
	frappe.db.commit()
	found = Side(lambda: in_transaction(SiteUnitOfWork(), time_outs.overdue))
	assert len(found.work()) == late
	statement = Side(lambda: frappe.db.sql(time_outs.OVERDUE, {"now": frappe.utils.now_datetime()}))
	in_turn(times, found, statement)
	part.add(
		Figure(
			"Overdue requests found, one statement",
			f"{count:,} open, {late} overdue",
			span([1000 * s for s in statement.seconds], "ms"),
			samples={"here s": statement.seconds},
			aim="1 statement",
			met=statement.statements == 1,
		)
	)
	due = iter(names)
	acted = Side(lambda: in_transaction(SiteUnitOfWork(), partial(time_outs.act, name=next(due))))
	in_turn(times, acted)
	part.add(
		Figure(
			"A time limit that approves, one request",
			f"{count:,} open",
			f"{span([1000 * s for s in acted.seconds], 'ms')}, {acted.statements} SQL statements",
			samples={"here s": acted.seconds},
		)
	)
	part.notes.append(f"{short(middle(page.seconds) * 1000)} ms for the page")
	frappe.set_user(approver)
	part.profiles["a page"] = profile(listed)
	part.report()


if __name__ == "__main__":
	main()
