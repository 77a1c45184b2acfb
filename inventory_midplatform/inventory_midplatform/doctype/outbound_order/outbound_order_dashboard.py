from typing import Any


def get_data() -> dict[str, Any]:
	"""Return what an Outbound Order's form links to: its wave, what was picked and packed for it, and its log."""
	return {
		"fieldname": "outbound_order",
		"internal_links": {"Outbound Wave": "wave"},
		"non_standard_fieldnames": {"Stock Operation Log": "reference_name"},
		"dynamic_links": {"reference_name": ["Outbound Order", "reference_doctype"]},
		"transactions": [
			{"label": "Picking", "items": ["Outbound Wave", "Outbound Pick", "Stock Operation Log"]},
			{"label": "Shipping", "items": ["Outbound Package"]},
		],
	}
