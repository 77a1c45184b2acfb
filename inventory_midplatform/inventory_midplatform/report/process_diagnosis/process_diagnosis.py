from collections.abc import Mapping
from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import report_layout, reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.process_diagnosis import (
	APPROVAL,
	DISAGREEMENT,
	RECORD_LAG,
	STEPS,
	TYPED,
	WAITING,
	Diagnosis,
	process_diagnosis,
)

FILTERS = ("company", "warehouse")
MEASURES = (
	"record_lag",
	"median_hours",
	"p90_hours",
	"working_hours",
	"total_hours",
	"adjusted_value",
	"hand_typed_share",
)
CHARTED = 10


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	found = process_diagnosis(
		ctx,
		**reports.texts(filters, FILTERS),
		from_date=reports.day(filters, "from_date"),
		to_date=reports.day(filters, "to_date"),
	)
	rows = [_worded(row) for row in found.rows]
	columns = report_layout.hide_empty(get_columns(ctx), rows, "adjusted_value", "hand_typed_share", "steps")
	message = reports.notes(
		ctx, len(rows), len(rows), MEASURES, _("Work is looked at by step, never by person.")
	)
	return columns, rows, message, get_chart(found, rows), get_summary(found)


def get_columns(ctx: Context) -> list[Row]:
	return [
		reports.data("area", _("What"), 170),
		reports.data("label", _("Step"), 160),
		{"fieldname": "number", "label": _("How Often"), "fieldtype": "Int", "width": 80},
		*reports.measured(ctx, "total_hours"),
		reports.data("todo", _("What to Do"), 640),
		*reports.measured(ctx, "median_hours", "p90_hours", "working_hours"),
		*reports.measured(ctx, "adjusted_value", "hand_typed_share"),
		{
			"fieldname": "steps",
			"label": _("Steps (Median)"),
			"fieldtype": "Float",
			"precision": 1,
			"width": 80,
		},
		*reports.hidden("company", "currency"),
	]


def get_chart(found: Diagnosis, rows: list[Row]) -> Row | None:
	"""The steps that cost most hours."""
	costly = [row for row in rows if row["total_hours"] > 0][:CHARTED]
	if not costly:
		return None
	return {
		"data": {
			"labels": [f"{row['label']} ({row['area']})" for row in costly],
			"datasets": [{"name": _("Cost (Hours)"), "values": [row["total_hours"] for row in costly]}],
		},
		"type": "bar",
		"height": 220,
		"colors": ["#17508a"],
	}


def get_summary(found: Diagnosis) -> list[Row]:
	by_kind = {
		kind: [row for row in found.rows if row["kind"] == kind]
		for kind in (WAITING, APPROVAL, RECORD_LAG, TYPED, DISAGREEMENT)
	}
	summary = [
		{"label": label, "value": sum(row["total_hours"] for row in by_kind[kind]), "datatype": "Float"}
		for kind, label in (
			(WAITING, _("Hours Waiting")),
			(APPROVAL, _("Hours until Decided")),
			(RECORD_LAG, _("Hours until Recorded")),
		)
		if by_kind[kind]
	]
	if by_kind[TYPED]:
		summary.append(reports.number(_("Documents Typed"), sum(row["number"] for row in by_kind[TYPED])))
	if by_kind[DISAGREEMENT]:
		still = sum(row.get("open", 0) for row in by_kind[DISAGREEMENT])
		summary.append(reports.number(_("Open Disagreements"), still, "Red" if still else "Green"))
	return summary


def _worded(row: Row) -> Row:
	kind, step = row["kind"], row["step"]
	areas = {
		RECORD_LAG: _("Recorded Late"),
		WAITING: _("Waiting in Inbound") if row.get("flow") == "Inbound Order" else _("Waiting in Outbound"),
		APPROVAL: _("Waiting for Approval"),
		TYPED: _("Typed by Hand"),
		STEPS: _("Way of an Order"),
		DISAGREEMENT: _("Books Disagree"),
	}
	labels = {
		WAITING: _(step, context=row.get("flow")),
		APPROVAL: step,
		DISAGREEMENT: _("Stock Adjusted") if step == "Stock Adjusted" else _(step, context="Inventory Alert"),
		STEPS: _("Approvals") if step.startswith("Approvals") else _("Steps until Shipped"),
	}
	return {**row, "area": areas[kind], "label": labels.get(kind, _(step)), "todo": _advice(row)}


def _advice(row: Row) -> str:
	kind, step = row["kind"], row["step"]
	if kind == WAITING:
		return _advice_about_state(step)
	if kind == RECORD_LAG:
		text = _("Record it where it happens, by a step or a scan: then the time is the server's.")
		ahead = row.get("ahead") or 0
		more = _("{0} were recorded before they happened: look at their posting times.").format(ahead)
		return f"{text} {more}" if ahead else text
	if kind == APPROVAL:
		return _("Give this step a time limit and its approvers stand-ins, or leave small amounts out of it.")
	if kind == TYPED:
		return _("Make it from the document before it: an order, a request, or a step of the platform.")
	if kind == STEPS:
		if step.startswith("Approvals"):
			return _("See which approvals change nothing: try the policy on the last days' documents.")
		return _("Leave out the steps that find nothing, such as the check of cheap goods.")
	return _advice_about_books(step)


def _advice_about_state(state: str) -> str:
	return {
		"To Accept": _("Let the storekeeper accept orders as they come: the phone page shows them."),
		"To Pick": _("Pick in waves, and refill pick faces before the orders come."),
		"To Check": _("Check only what is worth it: over an amount, in the settings."),
		"To Ship": _("Agree on fixed times with the carrier, and ship what is ready."),
		"On Hold": _("See who may resume what is on hold, and why it was."),
		"To Put Back": _("Put back in the walk of the next put-away."),
		"Expected": _("Book a slot of a dock with each supplier, so that what is due comes when it is due."),
		"To Receive": _("Receive by scanning what arrives, on the phone page."),
		"To Inspect": _("Inspect by sample, or not where a supplier has been accepted many times."),
		"To Put Away": _("Put away several orders in one walk; give items a bin of their own."),
	}.get(state, _("See what these documents waited for."))


def _advice_about_books(step: str) -> str:
	return {
		"Stock Adjusted": _("Count these items, and see who posts past the platform."),
		"Adjustment": _("Count these items, and see who posts past the platform."),
		"Books Below Reserved": _("Take the reservations off, or bring the stock that is missing."),
		"Ledger Check": _("Rebuild the item's position; if it comes back, report it."),
		"Books Discrepancy": _("Repost the item's valuation in the books, then verify again."),
	}.get(step, _("See what these documents waited for."))
