from typing import Any


def get_data() -> dict[str, Any]:
	"""Return what a wave's form links to: its orders, and its log."""
	return {
		"fieldname": "wave",
		"non_standard_fieldnames": {"Stock Operation Log": "reference_name"},
		"dynamic_links": {"reference_name": ["Outbound Wave", "reference_doctype"]},
		"transactions": [{"label": "Picking", "items": ["Outbound Order", "Stock Operation Log"]}],
	}
