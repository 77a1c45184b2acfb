from collections.abc import Mapping
from typing import Any

from frappe import _
from frappe.utils import cint

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.expiring_stock import LAST_DAYS, ExpiringStock, expiring_stock

FILTERS = ("company", "warehouse", "item_group", "item_code")
MEASURES = ("days_left", "daily_usage", "at_risk", "value", "risk_value")


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	within = filters.get("within_days")
	found = expiring_stock(
		ctx,
		**reports.texts(filters, FILTERS),
		within_days=LAST_DAYS[-1] if within in (None, "") else cint(within),
	)
	return (
		get_columns(ctx),
		[
			{
				**row,
				"state": band_names()[row["band"]],
				"daily_usage": round(row["daily_usage"], 3),
				"at_risk": round(row["at_risk"], 3),
			}
			for row in found.rows
		],
		reports.notes(ctx, len(found.rows), found.total_rows, MEASURES),
		get_chart(found),
		get_summary(found),
	)


def band_names() -> list[str]:
	within = [_("≤ {0} Days").format(days) for days in LAST_DAYS]
	return [_("Expired"), *within, _("> {0} Days").format(LAST_DAYS[-1])]


def get_columns(ctx: Context) -> list[Row]:
	return [
		reports.data("state", _("State"), 100),
		{"fieldname": "expiry_date", "label": _("Expiry Date"), "fieldtype": "Date", "width": 110},
		*reports.measured(ctx, "days_left"),
		reports.link("item_code", _("Item"), "Item", 110),
		reports.data("item_name", _("Item Name"), 180),
		reports.link("batch_no", _("Batch"), "Batch", 140),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 150),
		*reports.measured(ctx, "qty"),
		{
			"fieldname": "on_hold",
			"label": _("On Hold", context="Stock Position"),
			"fieldtype": "Float",
			"width": 80,
		},
		reports.link("stock_uom", _("Unit"), "UOM", 70),
		*reports.measured(ctx, "daily_usage", "at_risk", "value", "risk_value"),
		*reports.hidden("company", "currency"),
	]


def get_chart(found: ExpiringStock) -> Row | None:
	"""How much expires when: in value where it may be seen, else the number of batches."""
	datasets = []
	several = len(found.companies) > 1
	for of in found.companies:
		unit = f"{_('Value')} ({of.currency})" if of.value is not None else _("Batches")
		values = [float(value) for value in (of.batches if of.value is None else of.value)]
		datasets.append({"name": reports.of_company(unit, of.company, several), "values": values})
	if not datasets:
		return None
	# short enough for a phone
	labels = [_("Expired"), *(f"≤ {days}" for days in LAST_DAYS), f"> {LAST_DAYS[-1]}"]
	return {
		"data": {"labels": labels, "datasets": datasets},
		"type": "bar",
		"height": 220,
		"colors": ["#17508a", "#b9680a", "#35a09a", "#b45ad0"],
	}


def get_summary(found: ExpiringStock) -> list[Row]:
	several = len(found.companies) > 1
	summary = []
	for of in found.companies:
		for band, name in enumerate(band_names()[:-1]):
			colour = ("Red", "Orange", "Yellow", "Blue")[band] if of.batches[band] else "Green"
			label = reports.of_company(f"{name} ({_('Batches')})", of.company, several)
			summary.append(reports.number(label, of.batches[band], colour))
		if of.risk_value is not None:
			label = reports.of_company(_("Value at Risk"), of.company, several)
			summary.append(reports.money(label, of.risk_value, of.currency))
		elif of.at_risk is not None:
			label = reports.of_company(_("At Risk"), of.company, several)
			summary.append(reports.quantity(label, of.at_risk, of.uom))
	return summary
