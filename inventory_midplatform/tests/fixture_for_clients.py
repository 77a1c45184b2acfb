"""What a client that comes from outside finds on a served site; printed as JSON.

cd sites && ../env/bin/python -m inventory_midplatform.tests.fixture_for_clients SITE
"""

import json
import sys
from typing import Any

import frappe


def prepare() -> dict[str, Any]:
	"""A user with a key, a warehouse, and some items of which ten lie there."""
	from inventory_midplatform.tests import erpnext_documents as erp
	from inventory_midplatform.tests import racing
	from inventory_midplatform.tests.site_case import SWITCHES, prepare_site, switch

	prepare_site()
	switch(**dict.fromkeys(SWITCHES, 1))
	warehouse = erp.warehouse()
	items = [erp.item() for _ in range(3)]
	for item in items:
		erp.receipt(item, warehouse, 10)
	user, token = racing.user_with_key(["Inventory Integration", "Stock User"])
	return {"user": user, "token": token, "warehouse": warehouse, "stocked": items}


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	print(json.dumps(prepare()))
