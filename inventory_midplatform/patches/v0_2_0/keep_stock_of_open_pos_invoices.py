from inventory_midplatform.adapters.site.context import site_settings
from inventory_midplatform.adapters.site.jobs import following_pos_invoices


def execute() -> None:
	"""POS Invoices of shifts that are open while the site is upgraded keep their stock from then on."""
	if site_settings().reservation:
		for _ in following_pos_invoices():
			pass
