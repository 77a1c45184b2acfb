from typing import Any

import frappe

from inventory_midplatform.adapters.site import view_charts


@frappe.whitelist(methods=["GET", "POST"])
def get(chart_name: str | None = None, filters: str | dict | list | None = None, **rest: Any) -> dict:
	"""Return what a chart shows to the user who asks. Frappe's cache of charts would show one user another's figures."""
	return view_charts.of_chart(chart_name, filters)
