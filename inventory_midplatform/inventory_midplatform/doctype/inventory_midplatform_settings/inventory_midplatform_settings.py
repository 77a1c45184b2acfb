import frappe
from frappe.model.document import Document

from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services import switches


class InventoryMidplatformSettings(Document):
	def validate(self) -> None:
		with shown_in_desk():
			switches.check(
				ledger=bool(self.ledger_enabled),
				reservation=bool(self.reservation_enabled),
				replenishment=bool(self.replenishment_enabled),
				erpnext_reserves=not self.flags.taking_over_reservations
				and bool(frappe.db.get_single_value("Stock Settings", "enable_stock_reservation")),
				erpnext_reorders=bool(frappe.db.get_single_value("Stock Settings", "auto_indent")),
			)
