"""Stock Settings: ERPNext's own reservation and reorder cannot be switched on beside ours."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services import modules


def validate(stock_settings: Any, method: str | None = None) -> None:
	"""Raise DocumentRefused where a switch is turned on that would do the work of a module that is on."""
	settings, before = site_settings(), stock_settings.get_doc_before_save()

	def switched_on(field: str) -> bool:
		return bool(stock_settings.get(field)) and not (before and before.get(field))

	with shown_in_desk():
		modules.check_erpnext(
			reservation=settings.reservation,
			replenishment=settings.replenishment,
			erpnext_reserves=switched_on("enable_stock_reservation"),
			erpnext_reorders=switched_on("auto_indent"),
		)
