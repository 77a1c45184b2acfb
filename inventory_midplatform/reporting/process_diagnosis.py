"""Process diagnosis: where work waits, how late it is recorded, what is typed, where the platform and the books disagree.

By step, never by person. Ranked by what it costs: how long times how often, then by value.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain import process_times as rules
from inventory_midplatform.domain.outbound import SHIPPED
from inventory_midplatform.domain.process_times import Recorded, Times
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.working_time import Calendar
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import process_statements as statements
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.process_statements import as_moment, posted_at
from inventory_midplatform.reporting.scope import Scope, period, rows_of, scope
from inventory_midplatform.reporting.service_groups import moments
from inventory_midplatform.services import alerts
from inventory_midplatform.services.approval.calendars import Calendars

RECORD_LAG, WAITING, APPROVAL, TYPED, STEPS, DISAGREEMENT = (
	"record_lag",
	"waiting",
	"approval",
	"typed",
	"steps",
	"disagreement",
)
KINDS = (RECORD_LAG, WAITING, APPROVAL, TYPED, STEPS, DISAGREEMENT)

FLOWS = ("Inbound Order", "Outbound Order")
DISAGREEMENTS = ("Adjustment", alerts.BELOW_RESERVED, alerts.LEDGER_CHECK, alerts.BOOKS_DISCREPANCY)

Span = tuple[datetime, datetime, str]
"""From when to when, in which company."""


@dataclass(frozen=True)
class Diagnosis:
	"""A row is a step: ``kind`` of :data:`KINDS`, ``step`` its name, ``document_type`` and ``filters`` of the list behind it."""

	first: date
	last: date
	rows: list[Row] = field(default_factory=list)


def process_diagnosis(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	from_date: date | None = None,
	to_date: date | None = None,
) -> Diagnosis:
	"""Return what costs time in a period, the last ninety days if none is named, the most expensive first. Changes nothing.

	About twenty statements, however many documents there are. Raises InvalidInput (``wrong_period``) and what :func:`scope`
	raises.
	"""
	about = scope(ctx, company=company, warehouse=warehouse)
	first, last = period(ctx, from_date, to_date)
	calendars = _calendars(ctx)
	steps = rows_of(ctx, statements.STEPS, about, flows=FLOWS, **moments(first, last))
	rows = [
		*_record_lags(ctx, about, first, last, calendars),
		*_waits(steps, first, last, calendars),
		*_approvals(ctx, about, first, last, calendars),
		*_typed(ctx, about, first, last),
		*_steps_taken(ctx, steps, first, last),
		*_disagreements(ctx, about, first, last, calendars),
	]
	rows.sort(key=lambda r: (-r["total_hours"], -r["adjusted_value"], -r["number"], r["kind"], r["step"]))
	return Diagnosis(first, last, without_costs(ctx, rows))


def _calendars(ctx: Context) -> dict[str, Calendar]:
	"""Return the calendar of each company, and of documents that name none."""
	lists = {row["name"]: row["holidays"] or "" for row in ctx.store.rows(statements.COMPANIES)}
	known = Calendars(ctx).of_lists(set(lists.values()))
	return {"": known[""], **{company: known[name] for company, name in lists.items()}}


def _record_lags(
	ctx: Context, about: Scope, first: date, last: date, calendars: Mapping[str, Calendar]
) -> Iterable[Row]:
	for doctype in statements.POSTED:
		documents = []
		sql = statements.EDITED.replace("{doctype}", doctype)
		for row in rows_of(ctx, sql, about, first=first, last=last, doctype=doctype):
			calendar = calendars.get(row["company"] or "", calendars[""])
			documents.append(Recorded(posted_at(row), as_moment(row["creation"]), calendar))
		if documents:
			lag = rules.record_lag(documents)
			yield _row(
				RECORD_LAG,
				doctype,
				len(documents),
				doctype,
				{"set_posting_time": 1, "docstatus": 1, "posting_date": _between(first, last)},
				(lag.wall, lag.working),
			) | {"ahead": lag.ahead}


def _waits(steps: Sequence[Row], first: date, last: date, calendars: Mapping[str, Calendar]) -> Iterable[Row]:
	"""How long orders stayed in each state that they left in the period."""
	until = moments(first, last)
	companies = {(row["doctype"], row["name"]): row["company"] or "" for row in steps}
	for doctype in FLOWS:
		events = [
			(row["name"], row["to_value"], as_moment(row["at"])) for row in steps if row["doctype"] == doctype
		]
		by_state: dict[str, list[Span]] = defaultdict(list)
		for name, state, since, at in rules.stays(events):
			if until["since"] <= at < until["until"]:
				by_state[state].append((since, at, companies[doctype, str(name)]))
		for state, spans in by_state.items():
			about: Row = {"operation": "Step", "reference_doctype": doctype, "from_value": state}
			about["happened_at"] = _between(first, last)
			found = _spans(spans, calendars)
			yield _row(WAITING, state, len(spans), "Stock Operation Log", about, found) | {"flow": doctype}


def _approvals(
	ctx: Context, about: Scope, first: date, last: date, calendars: Mapping[str, Calendar]
) -> Iterable[Row]:
	by_step: dict[tuple[str, str], list[Span]] = defaultdict(list)
	for row in rows_of(ctx, statements.DECIDED, about, **moments(first, last)):
		spans = by_step[row["policy"] or row["document_type"], row["title"] or ""]
		spans.append((as_moment(row["asked_at"]), as_moment(row["decided_at"]), row["company"] or ""))
	for (policy, title), spans in by_step.items():
		step = f"{policy} · {title}" if title else policy
		filters = {"policy": policy, "requested_at": _between(first, last)}
		yield _row(APPROVAL, step, len(spans), "Approval Request", filters, _spans(spans, calendars))


def _typed(ctx: Context, about: Scope, first: date, last: date) -> Iterable[Row]:
	for doctype, (sql, child, fieldname) in statements.TYPED.items():
		found = [
			(bool(row["upstream"]), bool(row["imported"]), int(row["number"]))
			for row in rows_of(ctx, sql, about, first=first, last=last, doctype=doctype)
		]
		share = rules.hand_typed(found)
		if share.of:
			filters = {"docstatus": 1, "posting_date": _between(first, last)}
			filters[f"{child}.{fieldname}"] = ["is", "not set"]
			yield _row(TYPED, doctype, int(share.part), doctype, filters) | {"hand_typed_share": share.value}


def _steps_taken(ctx: Context, steps: Sequence[Row], first: date, last: date) -> Iterable[Row]:
	"""How many steps and approvals an Outbound Order took that was shipped in the period."""
	until = moments(first, last)
	taken: dict[str, int] = defaultdict(int)
	shipped = set()
	for row in steps:
		if row["doctype"] == "Outbound Order":
			taken[row["name"]] += 1 if row["from_value"] else 0
			if row["to_value"] == SHIPPED and until["since"] <= as_moment(row["at"]) < until["until"]:
				shipped.add(row["name"])
	if not shipped:
		return
	asked = statements.approvals_of(ctx, sorted(shipped))
	filters = {"state": SHIPPED, "modified": _between(first, last)}
	for step, numbers in (
		("Steps of an Outbound Order", [taken[name] for name in shipped]),
		("Approvals of an Outbound Order", [asked.get(name, 0) for name in shipped]),
	):
		found = rules.times([Decimal(number) for number in numbers])
		row = _row(STEPS, step, len(shipped), "Outbound Order", filters)
		yield row | {"steps": None if found.median is None else float(found.median)}


def _disagreements(
	ctx: Context, about: Scope, first: date, last: date, calendars: Mapping[str, Calendar]
) -> Iterable[Row]:
	now = ctx.clock.now()
	by_type: dict[str, list[Span]] = defaultdict(list)
	still: dict[str, int] = defaultdict(int)
	for row in rows_of(ctx, statements.ALERTS, about, kinds=DISAGREEMENTS, **moments(first, last)):
		ends = as_moment(row["closed_at"]) if row["closed_at"] else now
		by_type[row["alert_type"]].append((as_moment(row["opened_at"]), ends, row["company"] or ""))
		still[row["alert_type"]] += row["status"] == "Open"
	for kind, spans in by_type.items():
		filters = {"alert_type": kind, "opened_at": _between(first, last)}
		found = _spans(spans, calendars)
		yield _row(DISAGREEMENT, kind, len(spans), "Inventory Alert", filters, found) | {"open": still[kind]}
	for row in rows_of(ctx, statements.ADJUSTED, about, **moments(first, last)):
		filters = {"kind": "Adjustment", "posting_datetime": _between(first, last)}
		yield _row(DISAGREEMENT, "Stock Adjusted", int(row["number"]), "Stock Movement", filters) | {
			"company": row["company"],
			"currency": row["currency"],
			"adjusted_value": from_store(row["value"]),
		}


def _spans(spans: Iterable[Span], calendars: Mapping[str, Calendar]) -> tuple[Times, Times]:
	"""Return these times by the clock on the wall, and in working hours."""
	found = list(spans)
	return (
		rules.times([rules.hours_between(since, at) for since, at, _ in found]),
		rules.times([calendars.get(of, calendars[""]).between(since, at) for since, at, of in found]),
	)


def _row(
	kind: str,
	step: str,
	number: int,
	document_type: str,
	filters: Row,
	took: tuple[Times, Times] | None = None,
) -> Row:
	wall, working = took or (Times(), Times())
	return {
		"kind": kind,
		"step": step,
		"number": number,
		"median_hours": _digits(wall.median),
		"p90_hours": _digits(wall.p90),
		"working_hours": _digits(working.median),
		"total_hours": float(round(wall.total, 1)),
		"adjusted_value": Decimal(0),
		"hand_typed_share": None,
		"steps": None,
		"company": None,
		"currency": None,
		"document_type": document_type,
		"filters": filters,
	}


def _digits(hours: Decimal | None) -> float | None:
	return None if hours is None else float(round(hours, 2))


def _between(first: date, last: date) -> list[object]:
	return ["between", [first.isoformat(), last.isoformat()]]
