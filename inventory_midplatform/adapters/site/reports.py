"""What the Script Reports of the desk share: columns made from the catalogue of measures, notes, summaries, links."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, formatdate, getdate

from inventory_midplatform.adapters.site import mailed_reports
from inventory_midplatform.adapters.site.report_layout import laid_out
from inventory_midplatform.domain.errors import InvalidInput, InventoryError
from inventory_midplatform.domain.labels import label_of
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import measures
from inventory_midplatform.reporting.measure import (
	DAYS,
	DURATION,
	HOURS,
	NUMBER,
	QUANTITY,
	SHARE,
	VALUE,
	Measure,
)
from inventory_midplatform.reporting.stock_history import Period

KINDS: dict[str, Row] = {
	QUANTITY: {"fieldtype": "Float", "width": 85},
	VALUE: {"fieldtype": "Currency", "options": "currency", "width": 115},
	DAYS: {"fieldtype": "Int", "width": 80},
	SHARE: {"fieldtype": "Percent", "width": 80},
	NUMBER: {"fieldtype": "Int", "width": 75},
	DURATION: {"fieldtype": "Float", "precision": 1, "width": 80},
	HOURS: {"fieldtype": "Float", "precision": 1, "width": 80},
}


Result = tuple[list[Row], list[Row], str, Row | None, list[Row]]
"""What Frappe takes of a report: columns, rows, the message above, a chart, numbers."""


def refusals_above(execute: Callable[[dict[str, Any]], tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
	"""Make a report say above itself why it shows nothing, where it is refused; and be that of its reader, where it is mailed.

	Frappe 15 makes a report one that is prepared in the background fifteen seconds after it raised anything: it stops its
	watch for slow reports only where a report ends well.
	"""

	@wraps(execute)
	def run(filters: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
		mail = mailed_reports.being_mailed()
		if mail is None:
			return _executed(execute, filters)
		with mailed_reports.acting_as(mail.user):
			return _mailed(mail, execute, filters)

	return run


def _executed(
	execute: Callable[[dict[str, Any]], tuple[Any, ...]], filters: Mapping[str, Any] | None
) -> tuple[Any, ...]:
	try:
		columns, rows, *more = execute(dict(filters or {}))
		return laid_out(columns, rows), rows, *more
	except InventoryError as refused:
		return _refused(refused.message(_, label_of))


def _refused(sentence: str) -> tuple[Any, ...]:
	return [], [], f'<p class="text-danger">{escape_html(sentence)}</p>', None, []


def _mailed(
	mail: Any, execute: Callable[[dict[str, Any]], tuple[Any, ...]], filters: Mapping[str, Any] | None
) -> tuple[Any, ...]:
	"""Return a report for its mail, above whose table Frappe writes the mail's description: figures and charts come there."""
	from inventory_midplatform.adapters.site import mail_pages  # it shows charts, which use this module

	if mailed_reports.may_open(mail.report):
		result = _executed(execute, filters)
	else:
		result = _refused(_("You may not open the report {0}.").format(_(mail.report)))
	own = mail.flags.setdefault("inventory_description", mail.description or "")
	mail.description = f"{own}{mail_pages.above_the_table(mail.report, result, mail.name)}"
	if mail.format != "HTML":
		return result
	columns, rows = mail_pages.as_texts(*result[:2])
	return columns, rows, *result[2:]


def texts(filters: Mapping[str, Any] | None, names: Iterable[str]) -> dict[str, str]:
	"""Return the named filters as texts, empty where nothing was chosen."""
	return {name: str((filters or {}).get(name) or "") for name in names}


def day(filters: Mapping[str, Any] | None, name: str) -> date | None:
	"""Return a filter as a day. Raises InvalidInput (``invalid_date``)."""
	value = (filters or {}).get(name)
	try:
		return getdate(value) if value else None
	except Exception as error:
		raise InvalidInput(
			"{value} is not a date.", code="invalid_date", argument=name, value=str(value)[:40]
		) from error


def link(fieldname: str, label: str, options: str, width: int = 150, **more: Any) -> Row:
	# Frappe refuses a report that links to what its user may not read
	kind: Row = {"fieldtype": "Data"}
	if frappe.has_permission(options):
		kind = {"fieldtype": "Link", "options": options}
	return {"fieldname": fieldname, "label": label, "width": width, **kind, **more}


def data(fieldname: str, label: str, width: int = 150, **more: Any) -> Row:
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": "Data",
		"width": width,
		**more,
	}


def label(measure: Measure) -> str:
	return str(_(measure.label, context=measure.context or None))


def measured(ctx: Context, *names: str, **more: Any) -> list[Row]:
	"""Return the columns of measures that the user may see."""
	return [
		{"fieldname": m.name, "label": label(m), **KINDS[m.unit], **more} for m in measures.of(ctx, names)
	]


def hidden(*names: str) -> list[Row]:
	"""Return columns that are in an export and by which Frappe leaves out what the reader of a mailed report may not see."""
	known = {"company": (_("Company"), "Company"), "currency": (_("Currency"), "Currency")}
	return [link(name, *known[name], width=110, hidden=1) for name in names]


def notes(ctx: Context, shown: int, total: int, names: Iterable[str], *more: str) -> str:
	"""Return the message above a report: what is left out, and what each figure means."""
	parts = [f"<p>{escape_html(text)}</p>" for text in more if text]
	if not ctx.settings.ledger:
		text = _(
			"The ledger is switched off. Switch it on in Inventory Midplatform Settings to see stock here."
		)
		parts.insert(0, f"<p>{text}</p>")
	if total > shown:
		text = _("Showing the first {0} of {1} rows. Narrow the filters to see the others.").format(
			shown, total
		)
		parts.append(f"<p>{text} {_('Totals and chart count all of them.')}</p>")
	return "".join(parts) + definitions(measures.of(ctx, names))


def period_note(period: Period) -> list[str]:
	"""Return what a report says of its period: its days, or that nothing is known of them."""
	if period.history_begins is None:
		return [_("There is no history yet. It begins when the ledger is switched on.")]
	begins = formatdate(period.history_begins)
	if not period.is_known:
		return [_("The history begins on {0}. Nothing is known of the days before.").format(begins)]
	note = [_("From {0} to {1}.").format(formatdate(period.first), formatdate(period.last))]
	if period.first == period.history_begins:
		note.append(_("The history begins on {0}. Nothing is known of the days before.").format(begins))
	return note


def definitions(shown: Iterable[Measure]) -> str:
	"""Return what each figure means, to be unfolded; nothing without figures."""
	lines = "".join(f"<li><b>{escape_html(label(m))}</b>: {escape_html(_(m.formula))}</li>" for m in shown)
	return (
		f"<details><summary>{_('What the figures mean')}</summary><ul>{lines}</ul></details>" if lines else ""
	)


def number(label: str, value: Any, indicator: str = "") -> Row:
	return {
		"label": label,
		"value": value,
		"datatype": "Int",
		**({"indicator": indicator} if indicator else {}),
	}


def quantity(label: str, value: Decimal, uom: str) -> Row:
	return {"label": f"{label} ({_(uom)})", "value": float(value), "datatype": "Float"}


def money(label: str, value: Decimal, currency: str) -> Row:
	return {"label": label, "value": float(value), "datatype": "Currency", "currency": currency}


def in_percent(value: float | None) -> float | None:
	return None if value is None else round(value * 100, 1)


def of_company(label: str, company: str, several: bool) -> str:
	"""Return a label that names its company, where totals of several are shown: currencies are never added."""
	return f"{label} · {company}" if several else label
