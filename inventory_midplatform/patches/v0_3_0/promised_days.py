"""Reports about service read what was promised when an order was submitted, and what was there when demand was recorded.
Of before, only what the orders and the log say is known.
"""

import frappe

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.demand import promised_days
from inventory_midplatform.setup import custom_fields

_FIRST = """
UPDATE `tabInventory Reservation` r SET
	r.first_waiting_qty = LEAST(r.qty, r.waiting_qty + COALESCE((
		SELECT SUM(log.qty) FROM `tabStock Operation Log` log
		WHERE log.reference_doctype = 'Inventory Reservation' AND log.reference_name = r.name
			AND log.operation = 'Reserve' AND log.from_value IN ('Waiting', 'Partially Reserved')
	), 0)),
	r.first_qty = r.qty
WHERE r.first_qty = 0
"""


def execute() -> None:
	custom_fields.create()
	promised_days.record_all(site_context())
	frappe.db.sql(_FIRST)
