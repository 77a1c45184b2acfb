"""Ended reservations of a document that was cancelled or deleted say so: a later document of the same number does not take
over what was released of it.
"""

import frappe

DEMAND_TYPES = ("Material Request", "POS Invoice", "Sales Order", "Work Order")
ENDED = ("Closed", "Released")


def execute() -> None:
	for demand_type in DEMAND_TYPES:
		frappe.db.sql(
			f"""UPDATE `tabInventory Reservation` reservation
			LEFT JOIN `tab{demand_type}` document ON document.name = reservation.demand_name
			SET reservation.status = 'Cancelled'
			WHERE reservation.demand_type = %(demand_type)s AND reservation.status IN %(ended)s
				AND COALESCE(document.docstatus, 2) = 2""",
			{"demand_type": demand_type, "ended": ENDED},
		)
