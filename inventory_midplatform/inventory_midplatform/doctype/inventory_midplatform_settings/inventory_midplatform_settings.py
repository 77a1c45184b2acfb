import frappe
from frappe.model.document import Document

from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services import modules


class InventoryMidplatformSettings(Document):
	def validate(self) -> None:
		with shown_in_desk():
			modules.check(
				ledger=bool(self.ledger_enabled),
				reservation=bool(self.reservation_enabled),
				replenishment=bool(self.replenishment_enabled),
				outbound=bool(self.outbound_enabled),
				erpnext_reserves=not self.flags.migrating_reservations
				and bool(frappe.db.get_single_value("Stock Settings", "enable_stock_reservation")),
				erpnext_reorders=bool(frappe.db.get_single_value("Stock Settings", "auto_indent")),
			)
