from typing import Any


def get_data() -> dict[str, Any]:
	"""Return what an Inbound Order's form links to: what was scanned for it, and its log."""
	return {
		"fieldname": "inbound_order",
		"non_standard_fieldnames": {"Stock Operation Log": "reference_name"},
		"dynamic_links": {"reference_name": ["Inbound Order", "reference_doctype"]},
		"transactions": [
			{
				"label": "Receiving",
				"items": ["Inbound Receipt Line", "Inbound Inspection", "Stock Operation Log"],
			}
		],
	}
