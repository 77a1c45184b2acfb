"""An Approval Policy for tests that need a record of each kind."""

from inventory_midplatform.tests.platform import Platform, unique


def approval_policy(platform: Platform, warehouse: str) -> str:
	"""Make and enable a policy for the Inventory Requests of a warehouse, which a supervisor made for it approves."""
	supervisor = platform.make_user(["Warehouse Supervisor"], [warehouse])
	row = {"step": 1, "approver": "User", "user": supervisor, "counting": "Any", "match": "All"}
	of_warehouse = {"step": 0, "field": "warehouse", "comparison": "=", "value": warehouse}
	values = {"title": unique("Policy"), "document_type": "Inventory Request", "enabled": 1}
	return platform.create("Approval Policy", {**values, "steps": [row], "conditions": [of_warehouse]})
