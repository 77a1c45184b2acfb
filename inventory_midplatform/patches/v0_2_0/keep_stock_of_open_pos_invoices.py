from inventory_midplatform.adapters.site.context import site_settings
from inventory_midplatform.adapters.site.jobs import syncing_pos_invoices


def execute() -> None:
	"""Reserve the stock of POS Invoices whose shift is open during the upgrade."""
	if site_settings().reservation:
		for _ in syncing_pos_invoices():
			pass
