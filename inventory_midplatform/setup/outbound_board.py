"""The board of Outbound Orders by state: created from the flow's table where it is missing, and edited by users afterwards.

A card that is dragged to another column stays where it is: a state changes by its step only, and the Outbound Order
refuses to be saved with another.
"""

import json

import frappe

from inventory_midplatform.domain.outbound import OUTBOUND

NAME = "Outbound Board"
ON_CARDS = ("warehouse", "customer", "due", "assignee")


def create() -> None:
	"""Create the board with a column for each state, the final ones archived: they grow without end."""
	if frappe.db.exists("Kanban Board", NAME):
		return
	frappe.get_doc(
		{
			"doctype": "Kanban Board",
			"kanban_board_name": NAME,
			"reference_doctype": OUTBOUND.doctype,
			"field_name": "state",
			"fields": json.dumps(ON_CARDS),
			"show_labels": 0,
			"private": 0,
			"columns": [
				{
					"column_name": state.name,
					"status": "Archived" if state.final else "Active",
					"indicator": state.colour.title(),
				}
				for state in OUTBOUND.states
			],
		}
	).insert(ignore_permissions=True)


def remove() -> None:
	for name in frappe.get_all(
		"Kanban Board", {"reference_doctype": OUTBOUND.doctype}, pluck="name", order_by="name"
	):
		frappe.delete_doc("Kanban Board", name, force=True)
