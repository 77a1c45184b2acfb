from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from frappe import _
from frappe.utils import cint, escape_html, format_date

from inventory_midplatform.adapters.site import report_layout, reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.kpi import AMBER, GREEN, MONEY, PERCENT, RED, SHARE_TARGET, TURNS
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import kpis
from inventory_midplatform.reporting.kpis import KpiList, kpi_list

FILTERS = ("company", "warehouse", "kpi")
SHOWN = ("kpi", "company", "warehouse", "currency", "status", "trend", "better", "window_days", "owner")
DIGITS = {PERCENT: 1}
CHARTED = 14


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	found = kpi_list(
		site_context(),
		**reports.texts(filters, FILTERS),
		by_warehouse=bool(cint(filters.get("by_warehouse"))),
		days=cint(filters.get("days")) or kpis.POINTS,
		as_of=reports.day(filters, "as_of"),
	)
	columns = get_columns(any(row["warehouse"] for row in found.rows))
	return (
		report_layout.hide_empty(columns, found.rows, "owner"),
		[shown(row, is_earlier=bool(filters.get("as_of"))) for row in found.rows],
		get_notes(found),
		get_chart(found.rows),
		get_summary(found.rows),
	)


def shown(row: Row, is_earlier: bool = False) -> Row:
	"""The row as the desk shows it: its words, its numbers rounded, and the points of its trend for the small picture."""
	digits = DIGITS.get(row["unit"], 2)
	numbers = {
		shown: None if row[name] is None else round(float(row[name]), digits)
		for shown, name in (("now", "value"), ("baseline", "baseline"), ("target", "target"))
	}
	return {
		**{name: row[name] for name in SHOWN},
		**numbers,
		"unit": unit_of(row),
		"is_money": row["unit"] == MONEY,
		"points": [float(point["value"]) for point in row["points"]],
		"missing": reason(row["missing"], is_earlier),
		"needs_settings": row["missing"] == kpis.NO_PARTS,
		"target_words": target_words(row),
		"as_of": row["as_of"],
		"a_year": row["unit"] == TURNS,
		"why": "",
	}


def unit_of(row: Row) -> str:
	if row["unit"] == PERCENT:
		return "%"
	return row["currency"] if row["unit"] == MONEY else _("Turns a Year")


def target_words(row: Row) -> str:
	"""What the target is made of, where it is a change of the baseline."""
	if row["target_kind"] == SHARE_TARGET:
		return ""
	given = float(row["target_given"])
	return _("{0} % of the baseline").format(f"{given:+g}".replace("-", "−"))


def reason(missing: str, is_earlier: bool) -> str:
	return {
		"": "",
		kpis.NO_HISTORY: _("History too short"),
		kpis.NO_PARTS: _("Enter the rates"),
		kpis.NO_DATA: _("Nothing happened"),
		kpis.NOT_WRITTEN: _("Not written") if is_earlier else _("Written tonight"),
	}[missing]


def get_columns(has_warehouses: bool) -> list[Row]:
	number = {"fieldtype": "Float", "precision": 2, "width": 110}
	return [
		reports.data("kpi", _("KPI"), 220),
		{"fieldname": "now", "label": _("Now"), **number, "width": 130},
		reports.data("status", _("Status"), 140),
		*([reports.link("warehouse", _("Warehouse"), "Warehouse", 160)] if has_warehouses else []),
		{"fieldname": "target", "label": _("Target"), **number},
		{"fieldname": "baseline", "label": _("Baseline"), **number},
		reports.data("trend", _("Trend"), 190),
		reports.data("why", _("Why It Moved"), 115),
		reports.link("company", _("Company"), "Company", 160),
		{"fieldname": "window_days", "label": _("Days of a Value"), "fieldtype": "Int", "width": 125},
		reports.link("owner", _("Owner"), "User", 140),
		reports.data("unit", _("Unit"), 110),
		{"fieldname": "as_of", "label": _("As Of"), "fieldtype": "Date", "width": 110},
	]


def get_notes(found: KpiList) -> str:
	"""The message above: which day, which baseline, and what each figure means."""
	parts = []
	if found.as_of:
		parts.append(_("As of the end of {0}.").format(format_date(found.as_of)))
	if found.baseline:
		first, last = (format_date(day) for day in found.baseline)
		parts.append(_("The baseline is from {0} to {1}.").format(first, last))
	else:
		parts.append(_("No baseline was chosen yet. Choose it in Inventory Midplatform Settings."))
	if any(row["missing"] == kpis.NO_HISTORY for row in found.rows) and found.history_begins:
		parts.append(_("The history of stock begins on {0}.").format(format_date(found.history_begins)))
	parts += [made_of(row) for row in found.rows if row["cost_parts"]]
	if found.pays_for_space and any(row["warehouse"] and row["unit"] == MONEY for row in found.rows):
		parts.append(
			_(
				"The cost of space is entered for a whole company. Its warehouses are shown without it: nobody entered which part of it is theirs."
			)
		)
	meanings = {row["kpi"]: row["definition"] for row in found.rows}
	lines = "".join(
		f"<li><b>{escape_html(_(name))}</b>: {escape_html(_(text))}</li>" for name, text in meanings.items()
	)
	return (
		f"<p>{escape_html(' '.join(parts))}</p>"
		f"<details><summary>{_('What the figures mean')}</summary><ul>{lines}</ul></details>"
	)


def made_of(row: Row) -> str:
	"""What the carrying cost of a company or warehouse is made of, what is measured, entered and assumed apart."""
	digits = 2
	texts = []
	for part in row["cost_parts"]:
		low, high = (f"{float(part[end]):,.{digits}f}" for end in ("low", "high"))
		amount = low if low == high else f"{low} – {high}"
		texts.append(f"{_(part['part'])} {amount} ({_(part['origin'])})")
	about = _("Carrying cost of {0} in 30 days ({1}):").format(
		row["warehouse"] or row["company"], row["currency"]
	)
	return f"{about} {', '.join(texts)}."


def get_chart(rows: Sequence[Row]) -> Row | None:
	"""One figure beside its target and its baseline: the only one that is shown, else the one that is worst off."""
	drawn = [row for row in rows if len(row["points"]) > 1]
	if not drawn:
		return None
	row = min(drawn, key=lambda row: [RED, AMBER, GREEN, ""].index(row["status"]))
	# so few that each has room for its day
	points = row["points"][:: -ceil(len(row["points"]) / CHARTED)][::-1]
	days = [point["day"] for point in points]
	lines = [(_(row["kpi"]), [round(float(point["value"]), 4) for point in points])]
	for name, label in (("target", _("Target")), ("baseline", _("Baseline"))):
		if row[name] is not None:
			lines.append((label, [round(float(row[name]), 4)] * len(days)))
	colours = {_("Target"): "#35a09a", _("Baseline"): "#808080"}
	place = row["warehouse"] or row["company"]
	return {
		"title": f"{_(row['kpi'])} ({unit_of(row)}) · {place}",
		"data": {
			"labels": [format_date(day, "MM-dd") for day in days],
			"datasets": [{"name": name, "values": values} for name, values in lines],
		},
		"type": "line",
		"height": 220,
		"colors": ["#17508a", *(colours[name] for name, _values in lines[1:])],
		"lineOptions": {"dotSize": 3},
	}


def get_summary(rows: Sequence[Row]) -> list[Row]:
	counted = Counter(row["status"] for row in rows)
	words = (
		(GREEN, _("On Target"), "Green"),
		(AMBER, _("Nearly on Target"), "Orange"),
		(RED, _("Off Target"), "Red"),
		("", _("Not Judged"), "Grey"),
	)
	return [
		reports.number(label, counted[status], colour if counted[status] else "")
		for status, label, colour in words
	]
