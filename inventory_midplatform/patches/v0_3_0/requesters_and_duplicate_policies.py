"""More roles may request approval, and a merge of masters no longer leaves two Storage Policies of one scope: both are
brought to what a new site has.
"""

import frappe

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.locations import storage_policies
from inventory_midplatform.setup import approval_workflow

REQUESTERS_BEFORE = (
	"Inventory Manager",
	"Warehouse Supervisor",
	"Warehouse Operator",
	"Inventory Buyer",
	"Inventory Integration",
)


def execute() -> None:
	approval_workflow.add_requesters(REQUESTERS_BEFORE)
	storage_policies.delete_duplicates(site_context())
	frappe.clear_cache(doctype="Inventory Request")
