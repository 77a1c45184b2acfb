from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, formatdate

from inventory_midplatform.adapters.site import report_layout, reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.movement_journal import MovementJournal, movement_journal

FILTERS = ("item_code", "company", "warehouse", "kind")


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	if not filters.get("item_code"):
		return get_columns(ctx), [], f"<p>{_('Name an item to see its movements.')}</p>", None, []
	found = movement_journal(
		ctx,
		**reports.texts(filters, FILTERS),
		from_date=reports.day(filters, "from_date"),
		to_date=reports.day(filters, "to_date"),
		inside=bool(cint(filters.get("inside"))),
		page=1 if filters.get("page") in (None, "") else cint(filters["page"]),
	)
	rows = get_rows(found)
	columns = report_layout.hide_empty(get_columns(ctx), rows, "batch_no", "serial_no", "reason")
	return columns, rows, get_message(ctx, found), get_chart(found), get_summary(found)


def get_rows(found: MovementJournal) -> list[Row]:
	"""The page's movements; on the first page the opening balances before them, on the last the closing ones after."""
	names = _names({row["recorded_by"] for row in found.rows})
	rows = [
		{
			**row,
			"what": _(row["kind"], context="Stock Movement"),
			"stock_status": _(row["stock_status"], context="Stock Movement"),
			"recorded_by": names.get(row["recorded_by"], row["recorded_by"]),
		}
		for row in found.rows
	]
	about = {"stock_uom": found.stock_uom}
	if found.page == 1:
		rows = [
			{"what": _("Opening Balance"), "warehouse": b.warehouse, "balance": b.opening, "bold": 1}
			for b in found.balances
		] + rows
	if found.page == found.pages:
		rows += [
			{
				"what": _("Closing Balance"),
				"warehouse": b.warehouse,
				"incoming": b.incoming,
				"outgoing": b.outgoing,
				"balance": b.closing,
				"bold": 1,
			}
			for b in found.balances
		]
	return [{**about, **row} for row in rows]


def _names(users: set[str]) -> dict[str, str]:
	found = frappe.get_all(
		"User", {"name": ("in", sorted(users))}, ["name", "full_name"], order_by="name", limit_page_length=0
	)
	return {user.name: user.full_name or user.name for user in found}


def get_columns(ctx: Context) -> list[Row]:
	def quantity(fieldname: str, label: str) -> Row:
		return {"fieldname": fieldname, "label": label, "fieldtype": "Float", "width": 80}

	return [
		{"fieldname": "posting_datetime", "label": _("Posted At"), "fieldtype": "Datetime", "width": 150},
		reports.data("what", _("What"), 135),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 150),
		quantity("incoming", _("In", context="Stock Movement")),
		quantity("outgoing", _("Out", context="Stock Movement")),
		*reports.measured(ctx, "balance"),
		reports.link("stock_uom", _("Unit"), "UOM", 65),
		reports.data("voucher_type", _("Document Type"), 145),
		{
			"fieldname": "voucher_no",
			"label": _("Document"),
			"fieldtype": "Dynamic Link",
			"options": "voucher_type",
			"width": 215,
		},
		reports.link("bin", _("Bin"), "Warehouse Bin", 140),
		reports.link("batch_no", _("Batch"), "Batch", 120),
		reports.link("serial_no", _("Serial No"), "Serial No", 120),
		reports.data("stock_status", _("Stock Status"), 95),
		reports.data("recorded_by", _("Who"), 130),
		{"fieldname": "recorded_at", "label": _("Recorded At"), "fieldtype": "Datetime", "width": 150},
		reports.data("reason", _("Reason"), 180),
		*reports.hidden("company"),
	]


def get_message(ctx: Context, found: MovementJournal) -> str:
	period = _("From {0} to {1}.").format(formatdate(found.since), formatdate(found.until))
	page = _("Page {0} of {1}, {2} movements in all.").format(found.page, found.pages, found.total_rows)
	item = f"{escape_html(found.item_code)}: {period} {page}"
	return f"<p>{item}</p>" + reports.notes(ctx, 0, 0, ("balance",))


def _places(found: MovementJournal) -> list[str]:
	companies = {row["company"] for row in found.rows}
	company = companies.pop() if len(companies) == 1 else None
	return [report_layout.short_warehouse(balance.warehouse, company) for balance in found.balances]


def get_chart(found: MovementJournal) -> Row | None:
	"""What came and went in each warehouse, where there are several."""
	if len(found.balances) < 2:
		return None
	return {
		"keys": [balance.warehouse for balance in found.balances],
		"data": {
			"labels": _places(found),
			"datasets": [
				{"name": label, "values": [float(getattr(balance, name)) for balance in found.balances]}
				for name, label in (
					("opening", _("Opening Balance")),
					("incoming", _("In", context="Stock Movement")),
					("outgoing", _("Out", context="Stock Movement")),
					("closing", _("Closing Balance")),
				)
			],
		},
		"type": "bar",
		"height": 200,
		"colors": ["#808080", "#17508a", "#b9680a", "#35a09a"],
	}


def get_summary(found: MovementJournal) -> list[Row]:
	if not found.balances:
		return []
	sums = (
		(_("Opening Balance"), "opening"),
		(_("In", context="Stock Movement"), "incoming"),
		(_("Out", context="Stock Movement"), "outgoing"),
		(_("Closing Balance"), "closing"),
	)
	return [
		{
			"label": f"{label} ({_(found.stock_uom)})",
			"value": float(sum(getattr(balance, name) for balance in found.balances)),
			"datatype": "Float",
		}
		for label, name in sums
	]
