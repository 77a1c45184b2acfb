from collections.abc import Mapping
from typing import Any

from frappe import _

from inventory_midplatform.adapters.site import reports
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting.scope import ROW_LIMIT, scope
from inventory_midplatform.services.replenishment.suggest import suggest

FILTERS = ("company", "warehouse", "item_code")


@reports.refusals_above
def execute(filters: Mapping[str, Any]) -> reports.Result:
	ctx = site_context()
	asked = reports.texts(filters, FILTERS)
	scope(ctx, **asked)  # says what there is not
	found = [s.as_dict() for s in suggest(ctx, **asked)]
	rows = [{**row, **row["why"]} for row in found[:ROW_LIMIT]]
	summary = [
		reports.number(_("Items"), len({row["item_code"] for row in found}), "Orange" if found else "")
	]
	return get_columns(), rows, reports.notes(ctx, len(rows), len(found), ()), None, summary


def get_columns() -> list[Row]:
	return [
		reports.link("item_code", _("Item"), "Item", 110),
		reports.data("item_name", _("Item Name"), 190),
		reports.link("warehouse", _("Warehouse"), "Warehouse", 160),
		_quantity("threshold", _("Threshold")),
		_quantity("available", _("Available")),
		_quantity("waiting", _("Waiting")),
		_quantity("on_order", _("On Order")),
		_quantity("in_transit", _("In Transit")),
		_quantity("suggested_qty", _("To Request")),
		reports.link("uom", _("Unit"), "UOM", 70),
		reports.link("supplier", _("Supplier"), "Supplier", 190),
		*reports.hidden("company"),
	]


def _quantity(fieldname: str, label: str) -> Row:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Float", "width": 85}
