"""Links both ways between Outbound and Inbound Orders and ERPNext's documents, and the timelines of their steps and those
of waves.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname

from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.outbound import OUTBOUND, TO_CHECK
from inventory_midplatform.domain.quantity import from_store, to_text

ORDER = OUTBOUND.doctype
LOG = "Stock Operation Log"

_ICONS = {
	"Book Slot": "calendar",
	"Pack": "stock",
	"Pick": "down",
	"Receive": "down",
	"Undo Receive": "up",
	"Put Back": "up",
	"Short": "solid-warning",
	"Step": "branch",
}

_GROUPS = {ORDER: {"label": "Outbound"}, INBOUND.doctype: {"label": "Inbound"}}
"""Where a document's own groups have no place for them. The desk translates labels."""

Data = dict[str, Any]
"""What a form links to, as Frappe's dashboards say it."""


def of_sales_order(data: Data) -> Data:
	"""Show the Outbound Orders of a Sales Order beside its Delivery Notes."""
	return _with_orders(ORDER, data, "Delivery Note", "source_name", "Sales Order", "source_type")


def of_material_request(data: Data) -> Data:
	"""Show the Outbound Orders of a Material Request beside its Stock Entries."""
	return _with_orders(ORDER, data, "Stock Entry", "source_name", "Material Request", "source_type")


def of_work_order(data: Data) -> Data:
	"""Show the Outbound and Inbound Orders of a Work Order beside its Stock Entries."""
	data = _with_orders(ORDER, data, "Stock Entry", "source_name", "Work Order", "source_type")
	return _with_orders(INBOUND.doctype, data, "Stock Entry", "source_name", "Work Order", "source_type")


def of_inventory_request(data: Data) -> Data:
	"""Show the Outbound Orders of an Inventory Request."""
	return _with_orders(ORDER, data, "", "source_name", "Inventory Request", "source_type")


def of_delivery_note(data: Data) -> Data:
	"""Show the Outbound Order that a Delivery Note ships beside its Sales Order, and the Inbound Orders of what comes back."""
	data = _with_orders(ORDER, data, "Sales Order", "delivery_document", "Delivery Note", "delivery_doctype")
	return _with_orders(INBOUND.doctype, data, "", "source_name", "Delivery Note", "source_type")


def of_stock_entry(data: Data) -> Data:
	"""Show the Outbound Order that a Stock Entry ships, and the Inbound Orders of what it sends into transit."""
	data = _with_orders(ORDER, data, "", "delivery_document", "Stock Entry", "delivery_doctype")
	return _with_orders(INBOUND.doctype, data, "", "source_name", "Stock Entry", "source_type")


def of_purchase_order(data: Data) -> Data:
	"""Show the Inbound Orders of a Purchase Order beside its Purchase Receipts."""
	return _with_orders(
		INBOUND.doctype, data, "Purchase Receipt", "source_name", "Purchase Order", "source_type"
	)


def of_subcontracting_order(data: Data) -> Data:
	"""Show the Inbound Orders of a Subcontracting Order beside its Subcontracting Receipts."""
	return _with_orders(
		INBOUND.doctype,
		data,
		"Subcontracting Receipt",
		"source_name",
		"Subcontracting Order",
		"source_type",
	)


def of_purchase_receipt(data: Data) -> Data:
	"""Show the Inbound Order that a Purchase Receipt receives beside its Purchase Order."""
	return _with_orders(
		INBOUND.doctype, data, "Purchase Order", "receipt_document", "Purchase Receipt", "receipt_doctype"
	)


def _with_orders(
	order: str, data: Data, beside: str, fieldname: str, doctype: str, doctype_field: str
) -> Data:
	data.setdefault("fieldname", fieldname)
	data.setdefault("non_standard_fieldnames", {})[order] = fieldname
	data.setdefault("dynamic_links", {})[fieldname] = [doctype, doctype_field]
	groups = data.setdefault("transactions", [])
	group = next((g for g in groups if beside in g["items"]), None)
	if group is None:
		groups.append({**_GROUPS[order], "items": [order]})
	else:
		group["items"] = [*group["items"], order]
	return data


def timeline(doctype: str, name: str) -> list[dict[str, Any]]:
	"""Return the steps of an Outbound or Inbound Order or a wave from the Stock Operation Log, for its form.

	While an Outbound Order is to be checked, return its steps only: the count is blind.
	"""
	filters = {"reference_doctype": doctype, "reference_name": name}
	if doctype == ORDER and frappe.db.get_value(doctype, name, "state") == TO_CHECK:
		filters["operation"] = "Step"
	entries = frappe.get_all(
		LOG,
		filters,
		["operation", "happened_at", "user", "item_code", "qty", "from_value", "to_value", "reason"],
		order_by="happened_at desc, name desc",
		limit=200,
	)
	return [
		{
			"icon": _ICONS.get(entry.operation, "branch"),
			"creation": entry.happened_at,
			"is_card": False,
			"content": _sentence(entry, doctype),
		}
		for entry in entries
	]


def _sentence(entry: Any, doctype: str) -> str:
	"""Return who did what, as HTML."""
	who = f"<b>{escape_html(get_fullname(entry.user))}</b>"
	if entry.operation == "Step":
		states = [_(value, context=doctype) for value in (entry.from_value, entry.to_value) if value]
		what = " → ".join(f"<b>{escape_html(state)}</b>" for state in states)
	else:
		goods = f"{entry.item_code} × {to_text(from_store(entry.qty))}" if entry.item_code else ""
		places = " → ".join(filter(None, (entry.from_value, entry.to_value)))
		parts = (_(entry.operation, context=LOG), goods, places)
		what = " · ".join(escape_html(part) for part in parts if part)
	why = _(entry.reason, context=doctype) if entry.reason else ""
	return f"{who}: {what}" + (f" <span class='text-muted'>({escape_html(why)})</span>" if why else "")
