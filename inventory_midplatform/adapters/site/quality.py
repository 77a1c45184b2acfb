"""ERPNext's Quality Inspections of what an Inbound Order received, made with its inspection."""

from collections.abc import Sequence
from typing import Any

import frappe
from erpnext.stock.doctype.quality_inspection_template.quality_inspection_template import (
	get_template_details,
)

from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import QualityFound, QualityParameter, Row, Voucher

DOCTYPE = "Quality Inspection"


def inspected_later(receipt: Any) -> None:
	"""Let a receipt be posted before its Quality Inspections, which ERPNext demands on submit: what it brings is on hold in
	status Quality, promised to nobody, until the Inbound Order's step Inspect accepts it.
	"""
	receipt.validate_inspection = lambda: None


def parameters(items: Sequence[str]) -> dict[str, list[QualityParameter]]:
	"""Return what is read of each item that has a template."""
	templates = frappe.get_all(
		"Item",
		{"name": ("in", sorted(items)), "quality_inspection_template": ("is", "set")},
		["name", "quality_inspection_template"],
		order_by="name",
	)
	return {
		item.name: [
			QualityParameter(
				row.specification,
				bool(row.numeric),
				row.value or "",
				from_store(row.min_value),
				from_store(row.max_value),
			)
			for row in get_template_details(item.quality_inspection_template)
		]
		for item in templates
	}


def record(receipt: Voucher, found: QualityFound) -> str:
	"""Make and submit an inspection. Its status is what the inspector said; ERPNext judges the readings there are."""
	document = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"inspection_type": "Incoming",
			"reference_type": receipt.voucher_type,
			"reference_name": receipt.voucher_no,
			"item_code": found.item_code,
			"batch_no": found.batch_no or None,
			"sample_size": float(found.sample_size),
			"inspected_by": frappe.session.user,
			"report_date": frappe.utils.nowdate(),
			"manual_inspection": 1,
			"status": _status(found),
			"remarks": found.remarks,
		}
	)
	document.get_item_specification_details()
	for reading in document.readings:
		reading.update(_reading(reading.specification, found, bool(reading.numeric)))
	document.flags.ignore_permissions = True
	document.insert()
	document.submit()
	return str(document.name)


def _status(found: QualityFound) -> str:
	return "Accepted" if found.is_accepted else "Rejected"


def _reading(parameter: str, found: QualityFound, is_numeric: bool) -> Row:
	values = found.readings.get(parameter)
	if not values:
		return {"manual_inspection": 1, "status": _status(found)}
	if not is_numeric:
		return {"reading_value": ", ".join(values)}
	return {f"reading_{n}": value for n, value in enumerate(values, 1)}


def cancel_of(receipt: Voucher) -> None:
	"""Cancel the inspections that were made of a receipt with those of its Inbound Order, before the receipt is cancelled."""
	of_receipt = {
		"reference_type": receipt.voucher_type,
		"reference_name": receipt.voucher_no,
		"docstatus": 1,
	}
	made = frappe.get_all(
		"Inbound Inspection",
		{"receipt_document": receipt.voucher_no},
		pluck="quality_inspection",
		order_by="name",
	)
	for name in frappe.get_all(DOCTYPE, of_receipt, pluck="name", order_by="name"):
		if name in made:
			document = frappe.get_doc(DOCTYPE, name)
			document.flags.ignore_permissions = True
			document.cancel()
