"""ERPNext's Shipment of a submitted Delivery Note: a draft that a person completes and submits, or a carrier's app does."""

from collections.abc import Sequence

import frappe
from frappe.contacts.doctype.address.address import get_default_address

from inventory_midplatform.ports import Parcel

MOST_ITEMS_NAMED = 10


def draft(delivery_note: str, parcels: Sequence[Parcel], carrier: str, tracking_no: str) -> str:
	"""Draft a Shipment and return its name. Packages that nobody weighed are left out: ERPNext wants a weight of each.

	Addresses and contacts are those of the Delivery Note, else the default ones; what is missing a person fills in.
	"""
	note = frappe.get_doc("Delivery Note", delivery_note)
	names = list(dict.fromkeys(row.item_name for row in note.items))
	shipment = frappe.new_doc("Shipment")
	shipment.update(
		{
			"pickup_from_type": "Company",
			"pickup_company": note.company,
			"pickup_address_name": note.company_address or get_default_address("Company", note.company),
			"pickup_contact_person": frappe.session.user,
			"pickup_date": frappe.utils.today(),
			"delivery_to_type": "Customer",
			"delivery_customer": note.customer,
			"delivery_to": note.customer,
			"delivery_address_name": note.shipping_address_name
			or note.customer_address
			or get_default_address("Customer", note.customer),
			"delivery_contact_name": note.contact_person,
			"description_of_content": ", ".join(names[:MOST_ITEMS_NAMED]),
			"carrier": carrier,
			"awb_number": tracking_no,
			"shipment_delivery_note": [{"delivery_note": note.name, "grand_total": note.base_grand_total}],
			"shipment_parcel": [{"weight": float(p.weight), "count": 1} for p in parcels if p.weight],
		}
	)
	shipment.flags.ignore_permissions = shipment.flags.ignore_mandatory = True
	shipment.insert()
	return str(shipment.name)


def discard(delivery_note: str) -> None:
	"""Delete the draft Shipments of a Delivery Note alone; one that somebody submitted is theirs to cancel."""
	found = frappe.get_all(
		"Shipment Delivery Note",
		{"delivery_note": delivery_note, "docstatus": 0},
		pluck="parent",
		order_by="parent",
	)
	for name in dict.fromkeys(found):
		if frappe.db.count("Shipment Delivery Note", {"parent": name}) == 1:
			frappe.delete_doc("Shipment", name, ignore_permissions=True)
